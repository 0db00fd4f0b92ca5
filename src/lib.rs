//! karctl: every mode of KAR answers two questions, where Kafka and Redis live and who asks.

pub mod code;
pub mod environment;
pub mod error;
pub mod redacted;
pub mod runtime_config;
pub mod services;
