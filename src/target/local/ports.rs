//! Ports, before anything is started: free, held by this instance, or held by somebody who is then named.

use super::instance::{Component, Desired, ObservedInstance, Presence};
use super::up::UpOptions;
use crate::client::port;
use crate::code::Code;
use crate::error::{Failure, Result};

/// The components that have a port on the host, and the flag that moves it.
const EXPOSED: [(Component, &str); 2] = [(Component::Kafka, "--kafka-port"), (Component::Redis, "--redis-port")];

/// Checks that each port is free or already the instance's own; with `any_port`, moves the others to free ones. An
/// instance keeps the port it has where nobody asked for another one, so that `stop` and `up` come back to the same.
///
/// # Errors
/// When a port is taken, with its holder where the system tells, and the flag that moves it.
pub fn settle(desired: &mut Desired, observed: &ObservedInstance, options: &UpOptions) -> Result<()> {
    keep(desired, observed, Component::Kafka, options.keep_kafka_port);
    keep(desired, observed, Component::Redis, options.keep_redis_port);
    if desired.address.kafka_port == desired.address.redis_port {
        return Err(Failure::usage(format!("Kafka and Redis cannot both have port {}", desired.address.kafka_port))
            .hint("give --kafka-port and --redis-port different ones")
            .into());
    }
    for (component, flag) in EXPOSED {
        settle_one(desired, observed, options.any_port, component, flag)?;
    }
    Ok(())
}

fn keep(desired: &mut Desired, observed: &ObservedInstance, component: Component, is_wanted: bool) {
    let has = observed.address.as_ref().and_then(|address| address.port(component));
    if let (true, Some(port)) = (is_wanted && observed.exists(), has) {
        desired.address.set_port(component, port);
    }
}

fn settle_one(
    desired: &mut Desired,
    observed: &ObservedInstance,
    any_port: bool,
    component: Component,
    flag: &str,
) -> Result<()> {
    let wanted = desired.address.port(component).unwrap_or_default();
    let own = own_port(observed, component);
    if own == Some(wanted) || port::is_free(desired.address.bind, wanted) {
        return Ok(());
    }
    if any_port {
        let port = match own {
            Some(own) => own,
            None => port::free_port(desired.address.bind)?,
        };
        desired.address.set_port(component, port);
        return Ok(());
    }
    let holder = port::holder_of(wanted).map(|holder| format!(" by {holder}")).unwrap_or_default();
    Err(Failure::new(format!("port {wanted}, which {} needs, is taken{holder}", component.title()))
        .hint(format!("give {flag} another port, or --any-port to take free ones"))
        .code(Code::PortTaken)
        .into())
}

/// The port that the component holds itself, if it runs.
fn own_port(observed: &ObservedInstance, component: Component) -> Option<u16> {
    let runs = matches!(observed.components.get(&component)?.presence, Presence::Running { .. });
    if !runs {
        return None;
    }
    observed.address.as_ref()?.port(component)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::settings::defaults;
    use crate::target::local::instance::{Address, Observed};

    fn desired() -> Desired {
        let no_passwords = || Err(Failure::new("none are asked for").into());
        Desired::from_settings(&defaults().expect("the base profile"), no_passwords).expect("defaults fit together")
    }

    fn stopped_at(kafka_port: u16, redis_port: u16) -> ObservedInstance {
        let stopped = |id: &str| Observed {
            presence: Presence::Stopped { exit_code: None },
            id: Some(id.to_owned()),
            version: None,
            specification: None,
            is_foreign: false,
            is_paused: false,
        };
        let components = [(Component::Kafka, stopped("k")), (Component::Redis, stopped("r"))];
        let address = Address { kafka_port, redis_port, ..desired().address };
        ObservedInstance {
            components: BTreeMap::from(components),
            address: Some(address),
            mode: None,
            is_secure: false,
            is_ephemeral: false,
            data: Vec::new(),
        }
    }

    fn two_free_ports() -> (u16, u16) {
        let listeners = [(); 2].map(|()| std::net::TcpListener::bind("127.0.0.1:0").expect("a port"));
        let [one, other] = listeners.map(|listener| listener.local_addr().expect("bound").port());
        (one, other)
    }

    #[test]
    fn an_instance_keeps_its_ports_where_nobody_asks_for_others() {
        let (kafka, redis) = two_free_ports();
        let mut kept = desired();
        let options = UpOptions { keep_kafka_port: true, keep_redis_port: true, ..UpOptions::default() };
        settle(&mut kept, &stopped_at(kafka, redis), &options).expect("free");
        assert_eq!((kept.address.kafka_port, kept.address.redis_port), (kafka, redis));
    }

    #[test]
    fn a_taken_port_is_an_error_that_names_its_flag_and_any_port_moves_it() {
        let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let (_, redis) = two_free_ports();
        let mut wanted = desired();
        wanted.address.kafka_port = taken.local_addr().expect("bound").port();
        wanted.address.redis_port = redis;
        let error = settle(&mut wanted, &stopped_at(1, 2), &UpOptions::default()).expect_err("taken");
        let report = crate::error::report(&error);
        assert!(report.hints[0].contains("--kafka-port") && report.code == Some(Code::PortTaken), "{report:?}");
        let any_port = UpOptions { any_port: true, ..UpOptions::default() };
        settle(&mut wanted, &stopped_at(1, 2), &any_port).expect("another one");
        assert_ne!(wanted.address.kafka_port, taken.local_addr().expect("bound").port());
    }
}
