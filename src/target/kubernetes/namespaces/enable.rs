//! What a namespace is given: looked at first, then done.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::super::compare::differences;
use super::super::live::Live;
use super::super::names;
use super::super::permission::Permission;
use super::super::team::Team;
use super::{SOURCE_HASH, Source, is_system};
use crate::change::Change;
use crate::client::kubernetes::object::{NAMESPACE, Object, ROLE_BINDING, Reference};
use crate::client::kubernetes::{Cluster, Deletion};
use crate::code::Code;
use crate::error::{Failure, OrFail, Result};

/// The amounts of a ResourceQuota.
const HARD: &str = "/spec/hard";

/// How a namespace is enabled.
#[derive(Clone, Copy, Debug, Default)]
pub struct EnableOptions {
    /// Create it where there is none.
    pub create: bool,
    /// Enable one that belongs to the cluster itself.
    pub force_system: bool,
    /// Only say what would be done.
    pub dry_run: bool,
}

/// What became of a namespace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Enabled {
    /// Its name.
    pub namespace: String,
    /// What was done, or with `--dry-run` would be.
    pub change: Change,
    /// The secrets that were copied anew.
    pub copied: Vec<String>,
    /// What its team was given, or had otherwise: `RoleBinding karctl-application-user-ada`.
    pub given: Vec<String>,
}

/// What is to be done with one namespace.
#[derive(Debug)]
pub struct Planned {
    /// What will have been done.
    pub outlook: Enabled,
    is_new: bool,
    /// Secrets that are to be copied, each with what is there.
    copies: Vec<(Object, Option<Object>)>,
    /// What the team is to be given.
    team: Vec<Object>,
    needs_label: bool,
}

/// Looks at namespaces: what each lacks, or why it cannot be enabled. Nothing is changed.
///
/// # Errors
/// When the server does not say.
pub async fn look(
    cluster: &Cluster,
    source: &Source,
    names: &[String],
    options: EnableOptions,
    team: &Team,
) -> Result<Vec<Result<Planned>>> {
    let references = |name: &String| {
        let objects = source.copies(name).into_iter().chain(team.objects(name));
        let objects = objects.map(|object| object.reference());
        objects.chain([Reference::new(NAMESPACE, "", name)]).collect::<Vec<_>>()
    };
    let is_looked_at = |name: &&String| options.force_system || !is_system(&source.namespace, name);
    let references: Vec<_> = names.iter().filter(is_looked_at).flat_map(references).collect();
    let live = Live::read(cluster, &references).await?;
    Ok(names.iter().map(|name| plan(source, name, options, team, &live)).collect())
}

/// What a namespace lacks.
fn plan(source: &Source, name: &str, options: EnableOptions, team: &Team, live: &Live) -> Result<Planned> {
    if is_system(&source.namespace, name) && !options.force_system {
        return Err(Failure::usage(format!("namespace {name} belongs to the cluster or to the runtime itself"))
            .hint(
                "pods there would wait for the injector, and the injector may wait for them; enable another namespace",
            )
            .hint("--force-system enables it all the same")
            .into());
    }
    let found = live.get(&Reference::new(NAMESPACE, "", name));
    if let Some(found) = found.filter(|found| found.is_terminating()) {
        return Err(Failure::new(format!("{} is being deleted", found.reference())).into());
    }
    if found.is_none() && !options.create {
        return Err(Failure::new(format!("there is no namespace {name}"))
            .hint(format!("`karctl ns enable {name} --create` makes it"))
            .into());
    }
    let pair = |copy: Object| {
        let live = live.get(&copy.reference()).cloned();
        (copy, live)
    };
    let lacks_copy = |(copy, live): &(Object, Option<Object>)| live.as_ref().is_none_or(|live| !is_copy(copy, live));
    let copies: Vec<_> = source.copies(name).into_iter().map(pair).filter(lacks_copy).collect();
    let team: Vec<_> = team.objects(name).into_iter().filter_map(|object| given(object, live).transpose()).collect();
    let team = team.into_iter().collect::<Result<Vec<_>>>()?;
    let needs_label = found.is_none_or(|found| found.label(names::ENABLED) != Some("true"));
    let change = match (found.is_none(), copies.is_empty() && team.is_empty() && !needs_label) {
        (true, _) => Change::Created,
        (false, true) => Change::Unchanged,
        (false, false) => Change::Updated,
    };
    let outlook = Enabled {
        namespace: name.to_owned(),
        change,
        copied: copies.iter().map(|(copy, _)| copy.name().to_owned()).collect(),
        given: team.iter().map(|object| format!("{} {}", object.reference().kind, object.name())).collect(),
    };
    Ok(Planned { outlook, is_new: found.is_none(), copies, team, needs_label })
}

/// What a team is to be given, where it does not have it.
fn given(object: Object, live: &Live) -> Result<Option<Object>> {
    let reference = object.reference();
    let Some(live) = live.get(&reference) else { return Ok(Some(object)) };
    if live.label(names::MANAGED_BY) != Some(names::KARCTL) {
        return Err(Failure::new(format!("{reference} is there, and is not karctl's"))
            .hint(format!("remove it, or leave it and do not ask for a {}", reference.kind))
            .code(Code::ForeignObject)
            .into());
    }
    let is_other = !differences(&object, live).is_empty() || !surplus(&object, live, HARD).is_empty();
    Ok(is_other.then_some(object))
}

impl Planned {
    /// Whether there is anything to do.
    pub fn is_change(&self) -> bool {
        self.outlook.change != Change::Unchanged
    }

    /// What doing it needs.
    pub fn permissions(&self) -> Vec<Permission> {
        let namespace = Reference::new(NAMESPACE, "", &self.outlook.namespace);
        let mut permissions = Vec::new();
        permissions.extend(self.is_new.then(|| Permission::on("create", &namespace)));
        permissions.extend(self.needs_label.then(|| Permission::on("patch", &namespace)));
        for (copy, live) in &self.copies {
            let has_other_type = live.as_ref().is_some_and(|live| live.text("/type") != copy.text("/type"));
            let verbs = ["create", "patch"].into_iter().chain(has_other_type.then_some("delete"));
            permissions.extend(verbs.map(|verb| Permission::named(verb, &copy.reference())));
        }
        for object in &self.team {
            permissions.extend(["create", "patch"].map(|verb| Permission::named(verb, &object.reference())));
        }
        permissions.into_iter().flatten().collect()
    }

    /// Has the server say whether it would take what the team is given: an amount that is none, a right that cannot be
    /// passed on. Asked in a namespace that is there.
    ///
    /// # Errors
    /// The first refusal.
    pub async fn rehearse(&self, cluster: &Cluster, runtime: &str) -> Result<()> {
        // A binding cannot be tried before its role is there.
        for object in self.team.iter().filter(|object| object.0["kind"] != ROLE_BINDING.name) {
            let mut object = object.clone();
            if self.is_new {
                object.0["metadata"]["namespace"] = Value::from(runtime);
            }
            let rehearsed = cluster.apply(&object, true, true).await;
            rehearsed.map_err(Failure::from).or_fail(|| Failure::new("nothing was changed"))?;
        }
        Ok(())
    }

    /// Does it: the namespace, what pods need, what the team is given, and the label last.
    ///
    /// # Errors
    /// The first request that fails for good; the same again does the rest.
    pub async fn carry_out(self, cluster: &Cluster) -> Result<Enabled> {
        let reference = Reference::new(NAMESPACE, "", &self.outlook.namespace);
        if self.is_new {
            let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": reference.name}});
            match cluster.create(&Object(namespace), false).await {
                Err(error) if error.status() != Some(409) => return Err(Failure::from(error).into()),
                _ => {}
            }
        }
        for (copy, live) in &self.copies {
            replace(cluster, copy, live.as_ref()).await?;
        }
        for object in &self.team {
            let written = cluster.apply(object, true, false).await.map_err(Failure::from)?;
            // An amount that somebody else set would be in force as well.
            let surplus = surplus(object, &written, HARD);
            if !surplus.is_empty() {
                let patch = json!({"spec": {"hard": surplus}});
                cluster.merge(&object.reference(), &patch).await.map_err(Failure::from)?;
            }
        }
        if self.needs_label {
            let patch = json!({"metadata": {"labels": {names::ENABLED: "true"}}});
            cluster.merge(&reference, &patch).await.map_err(Failure::from)?;
        }
        Ok(self.outlook)
    }
}

/// Members at a place that are not wanted there, as a patch that takes them away.
fn surplus(wanted: &Object, live: &Object, place: &str) -> Map<String, Value> {
    let members = |object: &Object| object.at(place).and_then(Value::as_object).cloned().unwrap_or_default();
    let wanted = members(wanted);
    let surplus = members(live).into_iter().filter(|(name, _)| !wanted.contains_key(name));
    surplus.map(|(name, _)| (name, Value::Null)).collect()
}

/// Whether a secret is what was copied.
fn is_copy(copy: &Object, live: &Object) -> bool {
    live.at("/data") == copy.at("/data")
        && live.text("/type") == copy.text("/type")
        && live.annotation(SOURCE_HASH) == copy.annotation(SOURCE_HASH)
        && live.label(names::MANAGED_BY) == Some(names::KARCTL)
}

/// A secret's type cannot be changed, so one of another type is made anew. The original's copies carry Helm's labels, or
/// none.
async fn replace(cluster: &Cluster, copy: &Object, live: Option<&Object>) -> Result<()> {
    let reference = copy.reference();
    if let Some(live) = live.filter(|live| live.text("/type") != copy.text("/type")) {
        let uid = live.text("/metadata/uid");
        let deletion = Deletion { uid, is_foreground: false };
        cluster.delete(&reference, deletion).await.map_err(Failure::from)?;
    }
    // Nobody else has a reason to set these names' fields.
    let mut written = cluster.apply(copy, true, false).await.map_err(Failure::from)?;
    // A key that somebody else put there would be mounted as well.
    let surplus = live.map(|live| surplus(copy, live, "/data")).unwrap_or_default();
    if !surplus.is_empty() {
        written = cluster.merge(&reference, &json!({"data": surplus})).await.map_err(Failure::from)?;
    }
    if is_copy(copy, &written) {
        return Ok(());
    }
    Err(Failure::new(format!("{reference} is not what was written"))
        .hint("something on the cluster changes secrets as they are created: look at its webhooks")
        .into())
}
