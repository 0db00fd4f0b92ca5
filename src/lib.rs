//! karctl: every mode of KAR answers two questions, where Kafka and Redis live and who asks.
#![allow(async_fn_in_trait)]

pub mod change;
pub mod cli;
pub mod client;
pub mod code;
pub mod context;
pub mod environment;
pub mod error;
pub mod nearest;
pub mod redacted;
pub mod render;
pub mod runtime_config;
pub mod services;
pub mod settings;
pub mod target;
pub mod ui;
