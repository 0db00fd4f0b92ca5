# shellcheck shell=sh
# Sourced: points a shell at Kafka and Redis on this machine with constants, as the script of the original does. What
# `karctl env` is measured against.
unset REDIS_ENABLE_TLS REDIS_HOST REDIS_PORT REDIS_PASSWORD REDIS_USER
unset KAFKA_VERSION KAFKA_ENABLE_TLS KAFKA_BROKERS KAFKA_PASSWORD
export KAFKA_BROKERS="${KAFKA_DEPLOY_HOST:-localhost}:31093"
export KAFKA_VERSION=3.3
export REDIS_HOST=localhost
export REDIS_PORT=31379
export REDIS_USER=karmesh
