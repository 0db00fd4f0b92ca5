//! What `up` and `down` would take from a cluster though the file does not say that it is there: somebody is asked first.

use std::ffi::OsStr;

use futures_util::{StreamExt, stream};

use super::Hybrid;
use super::members::{AT_A_TIME, Connection, Joined};
use crate::code::Code;
use crate::context::Context;
use crate::error::{Failure, Report, Result, report};
use crate::settings::project::{FILE, Member};
use crate::target::kubernetes::namespaces::some_of;
use crate::target::kubernetes::plan;
use crate::target::kubernetes::undeploy::Undeployed;

/// The namespace that a deploy enables without being told to.
const ALWAYS_ENABLED: &str = "default";

/// Clusters that run Kafka and Redis though they are to use others, with what would go.
///
/// One that cannot be looked at is not among them: its deploy looks again, and takes nothing away that nobody agreed to.
pub async fn losses<'a>(users: &[&Joined<'a>]) -> Vec<(&'a str, Vec<String>)> {
    let looks = users.iter().map(async |joined| {
        let Ok(Connection::Cluster { cluster, settings, .. }) = joined.connected() else { return None };
        let servers = plan::servers(&cluster.restarted(), &settings.kubernetes.namespace).await.ok()?;
        let servers: Vec<_> = servers.iter().map(ToString::to_string).collect();
        (!servers.is_empty()).then_some((joined.member.name.as_str(), servers))
    });
    stream::iter(looks).buffered(AT_A_TIME).filter_map(async |loss| loss).collect().await
}

/// Asks whether a member may lose the servers that it has.
///
/// # Errors
/// When nobody says yes.
pub fn to_lose(context: &Context, hybrid: &Hybrid, member: &str, servers: &[String]) -> Result<()> {
    let question = format!(
        "`{member}` runs Kafka and Redis of its own ({}), and {} says that they are elsewhere. Take them away (their data \
         stays)?",
        some_of(servers),
        name(hybrid)
    );
    ask(context, &question)
}

/// Asks about what goes when a member is taken down and the file does not name it: namespaces, and servers unless it is the
/// home of the services.
///
/// # Errors
/// When nobody says yes.
pub fn to_take_down(context: &Context, hybrid: &Hybrid, member: &Member, looked: &Undeployed) -> Result<()> {
    let is_named = |namespace: &String| *namespace == ALWAYS_ENABLED || member.namespaces.contains(namespace);
    let namespaces: Vec<_> = looked.disabled.iter().filter(|namespace| !is_named(namespace)).cloned().collect();
    if !namespaces.is_empty() {
        let (name, member) = (name(hybrid), &member.name);
        let which = some_of(&namespaces);
        let question =
            format!("Namespaces of `{member}` that {name} does not name are enabled ({which}). Disable them too?");
        ask(context, &question)?;
    }
    let is_home = hybrid.project.home() == Some(member.name.as_str());
    let servers: Vec<_> = looked.removed.iter().filter(|object| plan::is_server(object)).cloned().collect();
    match servers.is_empty() || is_home {
        true => Ok(()),
        false => to_lose(context, hybrid, &member.name, &servers),
    }
}

fn ask(context: &Context, question: &str) -> Result<()> {
    match context.ui.confirm(question, "-y") {
        Ok(true) => Ok(()),
        Ok(false) => Err(Failure::new("nothing was changed, as you said").code(Code::WouldTakeAway).into()),
        Err(error) => {
            let Report { message, hints, status, .. } = report(&error);
            let refused = hints.into_iter().fold(Failure::new(message).status(status), Failure::hint);
            Err(refused.code(Code::WouldTakeAway).into())
        }
    }
}

/// The file, as it is called.
fn name(hybrid: &Hybrid) -> &str {
    hybrid.file.file_name().and_then(OsStr::to_str).unwrap_or(FILE)
}
