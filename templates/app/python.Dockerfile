# What holds `kar`, and what the application runs on.
ARG KAR={{ kar }}
ARG BASE=python:3.12-slim

FROM $KAR AS kar

FROM $BASE
{{ start }}
ENV PYTHONUNBUFFERED=1
WORKDIR /kar/app
{% if requirements %}
# Dependencies first: they change rarely.
COPY requirements.txt ./
RUN pip install --no-cache-dir -r requirements.txt

COPY . .
{%- else %}
COPY . .
RUN pip install --no-cache-dir .
{%- endif %}
USER 1000
CMD {{ command }}
