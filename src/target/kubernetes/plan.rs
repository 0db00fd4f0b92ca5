//! What a deploy would do, object by object, worked out before the first write.

use futures_util::future::try_join_all;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

use super::compare::{Difference, differences};
use super::inventory::{self, Inventory};
use super::names;
use super::permission::Permission;
use crate::change::Change;
use crate::client::kubernetes::object::{NAMESPACE, Object, ROLE_BINDING, Reference, SECRET, STATEFUL_SET};
use crate::client::kubernetes::{Cluster, KubernetesError};
use crate::code::Code;
use crate::error::{Failure, OrFail, Result};

/// Fields of a stateful set that Kubernetes never changes.
const IMMUTABLE: [&str; 4] =
    ["spec.volumeClaimTemplates", "spec.selector", "spec.serviceName", "spec.podManagementPolicy"];

/// How a deploy treats what it finds.
#[derive(Clone, Copy, Debug, Default)]
pub struct Policy {
    /// Take over what a Helm release of the original's chart made.
    pub adopt: bool,
    /// Take fields from other managers.
    pub force_conflicts: bool,
}

/// One object, and what is to become of it.
#[derive(Clone, Debug)]
pub struct Planned {
    /// What it is to be; for one that is removed, what it is.
    pub object: Object,
    /// What there is.
    pub live: Option<Object>,
    /// What is to be done.
    pub change: Change,
    /// Why it is to be changed.
    pub differences: Vec<Difference>,
    /// Whether Helm's hold on it is to be ended first.
    pub is_adopted: bool,
    /// Whether it can only be changed by being made anew.
    pub is_made_anew: bool,
}

/// Everything that a deploy would do.
#[derive(Clone, Debug)]
pub struct Plan {
    /// In the order in which it is done; removals last.
    pub steps: Vec<Planned>,
    /// Where its inventory is.
    pub inventory: Reference,
    /// The inventory that was found.
    pub written: Option<Inventory>,
    /// The inventory of what is wanted.
    pub wanted: Inventory,
    /// Whether the namespace is there; true of a plan that does not make it.
    pub has_namespace: bool,
}

/// What became of one object, for `-o json`.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Outcome {
    /// Kind, such as `StatefulSet`.
    pub kind: String,
    /// Namespace, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// Name.
    pub name: String,
    /// What was done, or with `--dry-run` would be.
    pub change: Change,
    /// Fields that differed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<String>,
}

impl Planned {
    /// Which object.
    pub fn reference(&self) -> Reference {
        self.object.reference()
    }

    /// For people and programs.
    pub fn outcome(&self) -> Outcome {
        let reference = self.reference();
        Outcome {
            kind: reference.kind,
            namespace: reference.namespace,
            name: reference.name,
            change: self.change,
            fields: self.differences.iter().map(|difference| difference.path.clone()).collect(),
        }
    }
}

impl Plan {
    /// The namespace that it is about.
    pub fn namespace(&self) -> &str {
        self.inventory.namespace.as_deref().unwrap_or_default()
    }

    /// Whether there is anything to do.
    pub fn is_change(&self) -> bool {
        self.steps.iter().any(|step| step.change != Change::Unchanged)
    }

    /// What is wanted.
    pub fn objects(&self) -> Vec<&Object> {
        self.steps.iter().filter(|step| step.change != Change::Removed).map(|step| &step.object).collect()
    }

    /// Kafka, ZooKeeper and Redis that would go.
    pub fn lost_servers(&self) -> Vec<Reference> {
        let removed = self.steps.iter().filter(|step| step.change == Change::Removed).map(Planned::reference);
        removed.filter(|object| is_server(&object.to_string())).collect()
    }

    /// What is to be done, one for each object.
    pub fn outcomes(&self) -> Vec<Outcome> {
        self.steps.iter().map(Planned::outcome).collect()
    }
}

/// Compares what is wanted, and to be in that inventory, with what there is.
///
/// # Errors
/// When an object of the same name is somebody else's, or a field would have to change that cannot.
pub async fn plan(cluster: &Cluster, objects: Vec<Object>, inventory: Reference, policy: Policy) -> Result<Plan> {
    let references: Vec<_> = objects.iter().map(Object::reference).collect();
    let (written, live) = tokio::try_join!(Inventory::read(cluster, &inventory), async {
        try_join_all(references.iter().map(|reference| cluster.get(reference)))
            .await
            .map_err(|e| Failure::from(e).into())
    })?;
    let wanted = Inventory::of(references);
    let mut steps = Vec::new();
    for (object, live) in objects.into_iter().zip(live) {
        steps.push(planned(object, live, policy)?);
    }
    if let Some(written) = &written {
        steps.extend(removals(cluster, &written.without(&wanted)).await?);
    }
    let is_there = |step: &Planned| step.object.0["kind"] == NAMESPACE.name && step.live.is_some();
    let makes_namespace = steps.iter().any(|step| step.object.0["kind"] == NAMESPACE.name);
    let has_namespace = !makes_namespace || steps.iter().any(is_there);
    Ok(Plan { steps, inventory, written, wanted, has_namespace })
}

fn planned(mut object: Object, live: Option<Object>, policy: Policy) -> Result<Planned> {
    let mut planned = Planned {
        object: object.clone(),
        live: live.clone(),
        change: Change::Created,
        differences: Vec::new(),
        is_adopted: false,
        is_made_anew: false,
    };
    let Some(live) = live else { return Ok(planned) };
    let reference = object.reference();
    if live.is_terminating() {
        return Err(Failure::new(format!("{reference} is being deleted"))
            .hint("run the same command again once it is gone")
            .into());
    }
    match live.label(names::MANAGED_BY) {
        Some(names::KARCTL) => {}
        // A namespace that somebody made is used, and stays theirs.
        _ if object.0["kind"] == NAMESPACE.name => {
            object.0["metadata"]["labels"].as_object_mut().map(|labels| labels.shift_remove(names::MANAGED_BY));
            planned.object = object.clone();
        }
        Some("Helm") if policy.adopt => planned.is_adopted = true,
        other => return Err(foreign(&live, other).into()),
    }
    planned.differences = differences(&object, &live);
    planned.change = match planned.differences.is_empty() && !planned.is_adopted {
        true => Change::Unchanged,
        false => Change::Updated,
    };
    if let Some(field) = immutable(&object, &live, &planned.differences) {
        if !planned.is_adopted {
            let seen = planned.differences.iter().find(|difference| difference.path == field);
            let text = |value: &Option<Value>| value.as_ref().and_then(Value::as_str).map(str::to_owned);
            let values = seen.and_then(|seen| text(&seen.live).zip(text(&seen.desired)));
            let from_to = values.map(|(live, desired)| format!(" from {live} to {desired}")).unwrap_or_default();
            return Err(Failure::new(format!("{reference}: {field} cannot be changed{from_to}"))
                .hint(
                    "go back to the former setting, or `karctl k8s undeploy`, which leaves the data, and deploy again",
                )
                .code(Code::ImmutableField)
                .into());
        }
        planned.is_made_anew = true;
    }
    Ok(planned)
}

/// The field that would have to change and cannot.
fn immutable(object: &Object, live: &Object, differences: &[Difference]) -> Option<String> {
    if object.0["kind"] != STATEFUL_SET.name {
        return None;
    }
    let changed = differences.iter().map(|difference| difference.path.as_str());
    let found = changed.into_iter().find(|path| IMMUTABLE.iter().any(|field| path.starts_with(field)));
    // A claim template that is no longer wanted is no difference of what is wanted.
    let gone = object.at("/spec/volumeClaimTemplates").is_none() && !live.list("/spec/volumeClaimTemplates").is_empty();
    found.map(str::to_owned).or_else(|| gone.then(|| "spec.volumeClaimTemplates".to_owned()))
}

fn foreign(live: &Object, manager: Option<&str>) -> Failure {
    let reference = live.reference();
    let failure = Failure::new(match manager {
        Some(manager) => format!("{reference} exists already, and {manager} manages it"),
        None => format!("{reference} exists already, and is not karctl's"),
    })
    .code(Code::ForeignObject);
    match manager {
        Some("Helm") => failure.hint("`karctl k8s deploy --adopt` takes over a release of the original's chart"),
        _ => failure.hint("remove or rename it, or give another namespace with --set kubernetes.namespace=N"),
    }
}

/// Kafka, ZooKeeper and Redis that karctl runs on a cluster, as its inventory has them and they are still there.
///
/// # Errors
/// When the inventory cannot be read or understood.
pub async fn servers(cluster: &Cluster, namespace: &str) -> Result<Vec<Reference>> {
    let written = Inventory::read(cluster, &inventory::reference(namespace)).await?.unwrap_or_default();
    let servers: Vec<_> = written.objects.into_iter().filter(|object| is_server(&object.to_string())).collect();
    Ok(removals(cluster, &servers).await?.iter().map(Planned::reference).collect())
}

/// Whether an object, such as `StatefulSet kar-system/kar-kafka`, runs Kafka, ZooKeeper or Redis.
pub fn is_server(object: &str) -> bool {
    let Some((kind, name)) = object.split_once(' ') else { return false };
    let name = name.rsplit('/').next().unwrap_or_default();
    kind == STATEFUL_SET.name && [names::KAFKA, names::ZOOKEEPER, names::REDIS].contains(&name)
}

/// What is no longer wanted, as far as it is still there and karctl's; data stays.
async fn removals(cluster: &Cluster, unwanted: &[Reference]) -> Result<Vec<Planned>> {
    let live = try_join_all(unwanted.iter().map(|reference| cluster.get(reference))).await.map_err(Failure::from)?;
    let is_ours = |object: &Object| {
        object.label(names::MANAGED_BY) == Some(names::KARCTL) && object.annotation(names::KEEP).is_none()
    };
    let removal = |object: Object| Planned {
        live: Some(object.clone()),
        object,
        change: Change::Removed,
        differences: Vec::new(),
        is_adopted: false,
        is_made_anew: false,
    };
    Ok(live.into_iter().flatten().filter(is_ours).map(removal).collect())
}

/// Asks the server what it would say, without changing anything: conflicts, schema errors, quotas and policies show here.
/// What is new in a namespace that is not there yet cannot be asked about.
///
/// # Errors
/// Every conflict with its manager, or the first refusal.
pub async fn rehearse(cluster: &Cluster, plan: &Plan, policy: Policy) -> Result<()> {
    let asked = plan.steps.iter().filter(|step| {
        let needs_namespace = step.object.at("/metadata/namespace").is_some();
        matches!(step.change, Change::Created | Change::Updated)
            && !step.is_adopted
            && (plan.has_namespace || !needs_namespace)
    });
    let answers = asked.map(async |step| (step, cluster.apply(&step.object, policy.force_conflicts, true).await));
    let mut conflicts = Vec::new();
    for (step, answer) in futures_util::future::join_all(answers).await {
        match answer {
            Ok(_) => {}
            // A binding is checked against its role, which is created right before it.
            Err(error) if error.status() == Some(404) && step.object.0["kind"] == ROLE_BINDING.name => {}
            Err(error) if error.is_conflict() => conflicts.push((step.reference(), error)),
            Err(error) => return Err(refused(step, error)),
        }
    }
    if conflicts.is_empty() { Ok(()) } else { Err(conflicting(&conflicts).into()) }
}

fn refused(step: &Planned, error: KubernetesError) -> anyhow::Error {
    let is_immutable = error.refusal().is_some_and(|refusal| {
        refusal.status == 422
            && ["immutable", "Forbidden: updates to", "field can not be less"]
                .iter()
                .any(|word| refusal.message.contains(word))
    });
    let failure = Failure::from(error);
    match is_immutable {
        true => Failure::new(format!("{} cannot be changed as wanted", step.reference()))
            .because(anyhow::Error::from(failure))
            .hint("go back to the former setting, or to what the cluster has")
            .code(Code::ImmutableField)
            .into(),
        false => failure.into(),
    }
}

fn conflicting(conflicts: &[(Reference, KubernetesError)]) -> Failure {
    let one = |(reference, error): &(Reference, KubernetesError)| {
        let causes = error.refusal().map(|refusal| refusal.causes.clone()).unwrap_or_default();
        let causes: Vec<_> = causes.iter().map(|(field, message)| format!("{field} ({message})")).collect();
        format!("{reference}: {}", causes.join(", "))
    };
    let all = conflicts.iter().map(one).collect::<Vec<_>>().join("; ");
    Failure::new(format!("others have changed what karctl sets: {all}"))
        .hint("`karctl k8s deploy --force-conflicts` takes the fields back")
        .code(Code::FieldConflict)
}

/// Ends Helm's hold on an object: its entry among the managers becomes karctl's, so that the next apply drops what only
/// the chart had.
///
/// # Errors
/// When the object changed meanwhile, or the server refuses.
pub async fn take_over(cluster: &Cluster, live: &Object) -> Result<()> {
    let mut managers = live.at("/metadata/managedFields").cloned().unwrap_or_default();
    for entry in managers.as_array_mut().into_iter().flatten() {
        if entry["manager"] == "helm" {
            entry["manager"] = Value::from(names::KARCTL);
            entry["operation"] = Value::from("Apply");
        }
    }
    let patch = json!({"metadata": {
        "resourceVersion": live.text("/metadata/resourceVersion"),
        "managedFields": managers,
    }});
    let reference = live.reference();
    let failed = || Failure::new(format!("{reference} could not be taken over from Helm"));
    cluster.merge(&reference, &patch).await.map_err(Failure::from).or_fail(failed)?;
    Ok(())
}

/// What carrying a plan out needs.
pub fn permissions(plan: &Plan) -> Vec<Permission> {
    let namespace = plan.namespace();
    let verbs = |step: &Planned| match step.change {
        Change::Created => &["create", "patch"][..],
        Change::Updated if step.is_made_anew => &["patch", "delete", "create"],
        Change::Updated => &["patch"],
        Change::Removed => &["delete"],
        Change::Unchanged => &[],
    };
    let of_steps = plan.steps.iter().flat_map(|step| {
        let reference = step.reference();
        verbs(step).iter().filter_map(move |verb| Permission::on(verb, &reference)).collect::<Vec<_>>()
    });
    let mut permissions: Vec<_> = of_steps.collect();
    if !permissions.is_empty() {
        // The inventory.
        permissions.push(Permission::within("patch", SECRET, "", namespace));
    }
    if plan.steps.iter().any(|step| step.is_adopted) {
        // Helm's records of the release.
        permissions.extend(["list", "delete"].map(|verb| Permission::within(verb, SECRET, "", namespace)));
    }
    permissions
}
