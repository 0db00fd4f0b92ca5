//! A small Kafka client: what karctl needs to prove that Kafka works, to tell what applications have in it, and to remove
//! what one left behind.
//!
//! The wire format is the `kafka-protocol` crate's; this is the rest: a connection, the few requests, and the proofs.
//! It speaks to brokers from 3.3 to 4.x, in plain text, with SASL PLAIN where asked to. It is no consumer and no
//! producer for applications: no groups are joined, nothing is batched, compressed records are not read.

mod connection;
mod error;
mod groups;
mod offsets;
mod proof;
mod records;
mod retry;
mod topics;

pub use connection::Connection;
pub use error::{Error, Kind, Result};
pub use groups::{Member, Members};
pub use offsets::{Extent, PartitionOf};
pub use proof::{prove_metadata, prove_round, remove_proofs};
pub use topics::{Broker, Metadata, Partition, Topic};
