//! Ports, before anything is started: free, held by this instance, or held by somebody who is then named.

use super::instance::{Component, Desired, ObservedInstance, Presence};
use crate::client::port;
use crate::code::Code;
use crate::error::{Failure, Result};

/// The components that have a port on the host, and the flag that moves it.
const EXPOSED: [(Component, &str); 2] = [(Component::Kafka, "--kafka-port"), (Component::Redis, "--redis-port")];

/// Checks that each port is free or already the instance's own; with `any_port`, moves the others to free ones.
///
/// # Errors
/// When a port is taken, with its holder where the system tells, and the flag that moves it.
pub fn settle(desired: &mut Desired, observed: &ObservedInstance, any_port: bool) -> Result<()> {
    if desired.address.kafka_port == desired.address.redis_port {
        return Err(Failure::usage(format!("Kafka and Redis cannot both have port {}", desired.address.kafka_port))
            .hint("give --kafka-port and --redis-port different ones")
            .into());
    }
    for (component, flag) in EXPOSED {
        settle_one(desired, observed, any_port, component, flag)?;
    }
    Ok(())
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
