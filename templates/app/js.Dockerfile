# What holds `kar`, and what the application runs on.
ARG KAR={{ kar }}
ARG BASE=node:22-slim

FROM $KAR AS kar

FROM $BASE
{{ start }}
WORKDIR /kar/app

# Dependencies first: they change rarely.
COPY package*.json ./
RUN {{ install }} --omit=dev --no-audit --no-fund

COPY . .
USER 1000
CMD {{ command }}
