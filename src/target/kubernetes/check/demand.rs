//! What the objects of a deploy ask a cluster for.

use crate::check::cluster::{Amounts, Claim, Demand, Pod};
use crate::client::kubernetes::object::{CLAIM, DEPLOYMENT, Kind, Object, STATEFUL_SET};
use crate::quantity::Quantity;
use crate::target::kubernetes::names;
use serde_json::Value;

/// Kinds that quotas count by their plain name; others as `count/NAME.GROUP`.
const COUNTED_PLAINLY: [&str; 4] = ["services", "secrets", "configmaps", "persistentvolumeclaims"];

/// Whether a pod is one of the runtime's own, whose place the next one takes.
pub fn is_of_runtime(pod: &Object, namespace: &str) -> bool {
    pod.namespace() == namespace && pod.label("app.kubernetes.io/name") == Some(names::PART_OF)
}

/// What these objects ask for, of which some are new, beyond what the runtime's pods have already, and the claims that an
/// undeploy has left.
pub fn of(objects: &[Object], new: &[Object], existing: &[&Object], kept: &[&str]) -> Demand {
    let mut demand = Demand::default();
    for object in objects.iter().filter(|object| is_workload(object)) {
        demand.pods.extend(pods(object));
        let containers = object.list("/spec/template/spec/containers").iter();
        let images = containers.filter_map(|container| container["image"].as_str()).map(str::to_owned);
        demand.images.extend(images);
    }
    demand.images.sort();
    demand.images.dedup();
    for object in new {
        count(&mut demand.amounts, object);
        demand.claims.extend(claims(object).into_iter().filter(|claim| !kept.contains(&claim.name.as_str())));
    }
    for claim in &demand.claims {
        add(&mut demand.amounts, "persistentvolumeclaims", Quantity::whole(1));
        add(&mut demand.amounts, "requests.storage", claim.storage);
    }
    for pod in &demand.pods {
        add(&mut demand.amounts, "pods", Quantity::whole(1));
        pod.amounts.iter().for_each(|(resource, amount)| add(&mut demand.amounts, resource, *amount));
    }
    for pod in existing {
        let taken = of_containers(pod.list("/spec/containers"));
        for (resource, amount) in taken.into_iter().chain([("pods".to_owned(), Quantity::whole(1))]) {
            let rest = demand.amounts.get(&resource).copied().unwrap_or_default() - amount;
            demand.amounts.insert(resource, rest);
        }
    }
    demand
}

fn add(amounts: &mut Amounts, resource: &str, more: Quantity) {
    let amount = amounts.entry(resource.to_owned()).or_default();
    *amount = *amount + more;
}

fn is_workload(object: &Object) -> bool {
    object.0["kind"] == STATEFUL_SET.name || object.0["kind"] == DEPLOYMENT.name
}

/// Claims are counted by themselves, since stateful sets make some.
fn count(amounts: &mut Amounts, object: &Object) {
    let reference = object.reference();
    let Ok(kind) = Kind::find(&reference.api_version, &reference.kind) else { return };
    if kind == CLAIM {
        return;
    }
    let name = match kind.group() {
        "" if COUNTED_PLAINLY.contains(&kind.plural) => kind.plural.to_owned(),
        "" => format!("count/{}", kind.plural),
        group => format!("count/{}.{group}", kind.plural),
    };
    add(amounts, &name, Quantity::whole(1));
}

fn replicas(workload: &Object) -> usize {
    workload.number("/spec/replicas").and_then(|replicas| usize::try_from(replicas).ok()).unwrap_or(1)
}

/// The pods that a workload makes.
fn pods(workload: &Object) -> Vec<Pod> {
    let amounts = of_containers(workload.list("/spec/template/spec/containers"));
    let pod = |ordinal| Pod {
        name: format!("{}-{ordinal}", workload.name()),
        part: workload.name().to_owned(),
        amounts: amounts.clone(),
    };
    (0..replicas(workload)).map(pod).collect()
}

/// What containers ask for together, by the names of quotas.
pub fn of_containers(containers: &[Value]) -> Amounts {
    let mut amounts = Amounts::new();
    for container in containers {
        for side in ["requests", "limits"] {
            let resources = container["resources"][side].as_object().into_iter().flatten();
            for (resource, amount) in resources {
                let amount = amount.as_str().and_then(Quantity::parse).unwrap_or_default();
                add(&mut amounts, &format!("{side}.{resource}"), amount);
            }
        }
    }
    amounts
}

/// The claims that an object is, or makes.
fn claims(object: &Object) -> Vec<Claim> {
    let storage = |spec: &Value| spec["resources"]["requests"]["storage"].as_str().and_then(Quantity::parse);
    if object.0["kind"] == CLAIM.name {
        let storage = storage(&object.0["spec"]).unwrap_or_default();
        return vec![Claim { name: object.name().to_owned(), storage }];
    }
    let templates = object.list("/spec/volumeClaimTemplates").iter();
    let of_template = |template: &Value| {
        let name = template["metadata"]["name"].as_str().unwrap_or_default();
        let storage = storage(&template["spec"]).unwrap_or_default();
        let claim = |ordinal| Claim { name: format!("{name}-{}-{ordinal}", object.name()), storage };
        (0..replicas(object)).map(claim).collect::<Vec<_>>()
    };
    templates.flat_map(of_template).collect()
}
