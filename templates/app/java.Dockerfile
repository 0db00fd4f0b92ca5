# What builds, what holds `kar`, and what the application runs on.
ARG BUILDER={{ builder }}
ARG KAR={{ kar }}
ARG BASE={{ base }}

FROM $BUILDER AS build
WORKDIR /build
COPY . .
RUN {{ build }}

FROM $KAR AS kar

FROM $BASE
{{ start }}
{{ copy }}
CMD {{ command }}
