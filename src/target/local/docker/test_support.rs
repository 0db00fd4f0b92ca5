//! What the tests of this folder have in common.

use crate::settings::{KafkaMode, PullPolicy, RestartPolicy};
use crate::target::local::instance::{Address, Desired, InstanceName};

/// The instance that the base profile asks for.
pub fn desired() -> Desired {
    Desired {
        name: InstanceName::parse("kar").expect("valid"),
        mode: KafkaMode::ZooKeeper,
        kafka_version: "3.9.1".to_owned(),
        kafka_image: "apache/kafka:3.9.1".to_owned(),
        kafka_heap: "256m".to_owned(),
        kafka_home: None,
        redis_image: "valkey/valkey:8.1.11".to_owned(),
        redis_program: None,
        address: Address {
            bind: "127.0.0.1".parse().expect("address"),
            advertise: "127.0.0.1".to_owned(),
            kafka_port: 31093,
            redis_port: 31379,
        },
        credentials: None,
        restart: RestartPolicy::No,
        ephemeral: false,
        pull: PullPolicy::Missing,
        replace: false,
    }
}
