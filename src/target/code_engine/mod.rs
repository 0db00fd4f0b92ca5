//! IBM Cloud: its managed Kafka and Redis, and Code Engine.

pub mod component;
pub mod managed;
