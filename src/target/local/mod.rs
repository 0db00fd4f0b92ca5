//! Kafka and Redis on this machine. Replaces docker-compose-start.sh, docker-compose-stop.sh and kar-docker-run.sh.

pub mod engine;
pub mod files;
pub mod instance;
