//! Whether an application runs on a cluster: each object of its manifests, as it is there.

use serde_json::Value;

use super::objects::Place;
use super::{Options, namespace, objects};
use crate::client::kubernetes::object::{DAEMON_SET, DEPLOYMENT, JOB, Object, POD, STATEFUL_SET};
use crate::context::Context;
use crate::error::Result;
use crate::settings::project::App;
use crate::target::app::folder::Folder;
use crate::target::app::running::Running;
use crate::target::kubernetes::connection::Cluster;
use crate::target::kubernetes::ready::{Readiness, readiness};

/// Looks at what [`up`](super::up) applies of one application.
///
/// # Errors
/// When a manifest cannot be read, an object is somebody else's, or the server refuses.
pub async fn running(
    context: &Context,
    cluster: &Cluster,
    folder: &Folder,
    app: &App,
    options: &Options,
) -> Result<Running> {
    let namespace = namespace(cluster, options);
    let place = Place { context, cluster, folder, namespace: &namespace };
    let mut running = Running::of("pods");
    for object in objects(&folder.path, app, &namespace, options)? {
        let reference = object.reference();
        let what = format!("{} {}", reference.kind, reference.name);
        match place.own(&reference, &app.name).await?.as_ref().map(judge) {
            None => running.missing(what),
            Some(Ok(pods)) => running.ready(pods),
            Some(Err(why)) => running.waiting(format!("{what}: {why}")),
        }
    }
    Ok(running)
}

/// How many pods are as they are to be, none where the object has none; or what is missing.
fn judge(live: &Object) -> std::result::Result<i64, String> {
    let number = |pointer: &str| live.number(pointer).unwrap_or_default();
    let is_true = |kind: &str| {
        let mut conditions = live.list("/status/conditions").iter();
        conditions.find(|condition| condition["type"] == kind && condition["status"] == "True")
    };
    let kind = live.text("/kind").unwrap_or_default();
    match kind {
        _ if [DEPLOYMENT.name, STATEFUL_SET.name].contains(&kind) => match readiness(live) {
            Readiness::Ready(_) => Ok(live.number("/spec/replicas").unwrap_or(1)),
            Readiness::Waiting(why) => Err(why),
        },
        _ if kind == DAEMON_SET.name => {
            let (ready, wanted) = (number("/status/numberReady"), number("/status/desiredNumberScheduled"));
            if ready < wanted { Err(format!("{ready} of {wanted} pods are ready")) } else { Ok(wanted) }
        }
        // Its pods come and go: they are no part of what is to be there.
        _ if kind == JOB.name => match is_true("Failed") {
            Some(failed) => Err(format!("it failed{}", said(failed))),
            None => Ok(0),
        },
        _ if kind == POD.name => match is_true("Ready") {
            Some(_) => Ok(1),
            None if live.text("/status/phase") == Some("Succeeded") => Ok(0),
            None => Err("it is not ready".to_owned()),
        },
        _ => Ok(0),
    }
}

fn said(condition: &Value) -> String {
    condition["message"].as_str().filter(|text| !text.is_empty()).map(|text| format!(": {text}")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn each_kind_is_judged_by_its_own_rule() {
        let deployment = |available: i64| {
            json!({"kind": "Deployment", "spec": {"replicas": 2}, "status":
                {"replicas": 2, "updatedReplicas": 2, "readyReplicas": available, "availableReplicas": available}})
        };
        let condition = |kind: &str| json!([{"type": kind, "status": "True", "message": "too often"}]);
        for (live, expected) in [
            (deployment(2), Ok(2)),
            (deployment(1), Err("1 of 2 pods are ready")),
            (json!({"kind": "Deployment", "metadata": {"generation": 1}}), Err("its controller has not seen it yet")),
            (json!({"kind": "DaemonSet", "status": {"numberReady": 3, "desiredNumberScheduled": 3}}), Ok(3)),
            (
                json!({"kind": "DaemonSet", "status": {"numberReady": 0, "desiredNumberScheduled": 3}}),
                Err("0 of 3 pods are ready"),
            ),
            (json!({"kind": "Job", "status": {"active": 1}}), Ok(0)),
            (json!({"kind": "Job", "status": {"conditions": condition("Complete")}}), Ok(0)),
            (json!({"kind": "Job", "status": {"conditions": condition("Failed")}}), Err("it failed: too often")),
            (json!({"kind": "Pod", "status": {"conditions": condition("Ready")}}), Ok(1)),
            (json!({"kind": "Pod", "status": {"phase": "Pending"}}), Err("it is not ready")),
            (json!({"kind": "Service"}), Ok(0)),
        ] {
            assert_eq!(judge(&Object(live.clone())), expected.map_err(str::to_owned), "{live}");
        }
    }
}
