//! Namespaces whose pods are part of applications: the label, and the secrets that pods mount.
//!
//! The label comes last: a namespace that has it has the secrets too.

use futures_util::future::try_join_all;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::compare::differences;
use super::live::Live;
use super::names;
use super::permission::Permission;
use super::team::{self, Team};
use crate::change::Change;
use crate::client::kubernetes::object::{NAMESPACE, Object, POD, ROLE_BINDING, Reference, SECRET};
use crate::client::kubernetes::{Cluster, Deletion};
use crate::code::Code;
use crate::error::{Failure, OrFail, Result};

/// Annotation of a copied secret: the hash of what it was copied from.
const SOURCE_HASH: &str = "karctl.kar.ibm.com/source-hash";

/// Beginnings of the names of namespaces that belong to the cluster itself.
const SYSTEM: [&str; 2] = ["kube-", "openshift-"];

/// What namespaces are given.
#[derive(Clone, Debug)]
pub struct Source {
    namespace: String,
    /// The runtime's configuration, and the login to a registry where there is one.
    secrets: Vec<Object>,
}

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

impl Source {
    /// What namespaces are given of a runtime that is made of these objects.
    pub fn of(namespace: &str, objects: &[&Object]) -> Self {
        let is_given = |object: &&&Object| {
            object.0["kind"] == SECRET.name && [names::RUNTIME_CONFIG, names::PULL_SECRET].contains(&object.name())
        };
        let secrets = objects.iter().filter(is_given).map(|&object| object.clone()).collect();
        Self { namespace: namespace.to_owned(), secrets }
    }

    /// Reads what namespaces are given.
    ///
    /// # Errors
    /// When KAR does not run on the cluster.
    pub async fn read(cluster: &Cluster, namespace: &str) -> Result<Self> {
        let reference = |name: &str| Reference::new(SECRET, namespace, name);
        let (configuration, pull) = (reference(names::RUNTIME_CONFIG), reference(names::PULL_SECRET));
        let found = tokio::try_join!(cluster.get(&configuration), cluster.get(&pull));
        let (configuration, pull) = found.map_err(Failure::from)?;
        let Some(configuration) = configuration else { return Err(super::not_deployed(namespace).into()) };
        Ok(Self {
            namespace: namespace.to_owned(),
            secrets: [Some(configuration), pull].into_iter().flatten().collect(),
        })
    }

    /// The secrets as a namespace is to have them: type and data only, labels of our own, the hash of the source. The
    /// runtime's own namespace has the source itself.
    fn copies(&self, namespace: &str) -> Vec<Object> {
        if namespace == self.namespace {
            return Vec::new();
        }
        let copy = |source: &Object| {
            let data = source.at("/data").cloned().unwrap_or_else(|| json!({}));
            let kind = source.text("/type").unwrap_or("Opaque");
            Object(json!({
                "apiVersion": "v1",
                "kind": "Secret",
                "metadata": {
                    "name": source.name(),
                    "namespace": namespace,
                    "labels": {
                        "app.kubernetes.io/name": names::PART_OF,
                        (names::MANAGED_BY): names::KARCTL,
                    },
                    "annotations": {SOURCE_HASH: hash(kind, &data)},
                },
                "type": kind,
                "data": data,
            }))
        };
        self.secrets.iter().map(copy).collect()
    }
}

fn hash(kind: &str, data: &Value) -> String {
    format!("{:x}", Sha256::digest(format!("{kind}\0{data}")))
}

/// Every namespace with the label.
///
/// # Errors
/// When the server does not say.
pub async fn enabled(cluster: &Cluster) -> Result<Vec<Object>> {
    let labels = format!("{}=true", names::ENABLED);
    Ok(cluster.list(NAMESPACE, None, &labels).await.map_err(Failure::from)?)
}

/// Every namespace with the label, or with a copy of the runtime's secrets: one whose disabling was cut off has only these.
///
/// # Errors
/// When the server does not say.
pub async fn with_copies(cluster: &Cluster, runtime: &str) -> Result<Vec<Object>> {
    let labels = format!("app.kubernetes.io/name={},{}={}", names::PART_OF, names::MANAGED_BY, names::KARCTL);
    let copies = async { Ok(cluster.list(SECRET, None, &labels).await.map_err(Failure::from)?) };
    let (mut given, copies) = tokio::try_join!(enabled(cluster), copies)?;
    let is_copy = |secret: &&Object| {
        secret.namespace() != runtime && [names::RUNTIME_CONFIG, names::PULL_SECRET].contains(&secret.name())
    };
    let mut others: Vec<_> = copies.iter().filter(is_copy).map(|secret| secret.namespace().to_owned()).collect();
    others.retain(|name| !given.iter().any(|namespace| namespace.name() == name));
    others.sort();
    others.dedup();
    let others = others.iter().map(|name| Reference::new(NAMESPACE, "", name)).collect::<Vec<_>>();
    let found = try_join_all(others.iter().map(|reference| cluster.get(reference))).await.map_err(Failure::from)?;
    given.extend(found.into_iter().flatten());
    Ok(given)
}

/// Whether a namespace belongs to the cluster, or to the runtime itself: an injector that its own pods wait for never
/// starts again.
pub fn is_system(source: &str, namespace: &str) -> bool {
    namespace == source || SYSTEM.iter().any(|system| namespace.starts_with(system))
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
    Ok((!differences(&object, live).is_empty()).then_some(object))
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
            cluster.apply(object, true, false).await.map_err(Failure::from)?;
        }
        if self.needs_label {
            let patch = json!({"metadata": {"labels": {names::ENABLED: "true"}}});
            cluster.merge(&reference, &patch).await.map_err(Failure::from)?;
        }
        Ok(self.outlook)
    }
}

/// Gives one namespace what its pods need, then the label.
///
/// # Errors
/// When it is not there, is being deleted, or belongs to the cluster itself.
pub async fn enable(cluster: &Cluster, source: &Source, name: &str, options: EnableOptions) -> Result<Enabled> {
    let looked = look(cluster, source, &[name.to_owned()], options, &Team::default()).await?;
    let planned = looked.into_iter().next().expect("one was asked for")?;
    if options.dry_run { Ok(planned.outlook) } else { planned.carry_out(cluster).await }
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
    let keys = |object: &Object| object.at("/data").and_then(Value::as_object).cloned().unwrap_or_default();
    let (wanted, there) = (keys(copy), live.map(keys).unwrap_or_default());
    let surplus: serde_json::Map<_, _> =
        there.keys().filter(|key| !wanted.contains_key(*key)).map(|key| (key.clone(), Value::Null)).collect();
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

/// What is to be taken from one namespace.
#[derive(Debug)]
pub struct Removal {
    namespace: String,
    has_label: bool,
    /// The secrets, and what its team was given.
    objects: Vec<Object>,
}

/// Looks at what is to be taken from namespaces; nothing from one that is not there.
///
/// # Errors
/// When the server does not say.
pub async fn look_to_disable(cluster: &Cluster, names: &[String]) -> Result<Vec<Removal>> {
    let secret = |namespace: &String, name: &str| Reference::new(SECRET, namespace, name);
    let references = |name: &String| {
        [Reference::new(NAMESPACE, "", name), secret(name, names::RUNTIME_CONFIG), secret(name, names::PULL_SECRET)]
    };
    let references: Vec<_> = names.iter().flat_map(references).collect();
    let live = Live::read(cluster, &references).await?;
    let there = |name: &&String| live.get(&Reference::new(NAMESPACE, "", name.as_str())).is_some();
    let places: Vec<_> = names.iter().filter(there).map(String::as_str).collect();
    let labels = team::labels();
    let lists = team::KINDS.map(|kind| Live::labelled(cluster, kind, &places, &labels));
    let given: Vec<_> = try_join_all(lists).await?.into_iter().flatten().collect();
    let removal = |name: &String| {
        let namespace = live.get(&Reference::new(NAMESPACE, "", name));
        // What has no hash is the source itself, or somebody else's.
        let is_ours = |secret: &&Object| {
            secret.label(names::MANAGED_BY) == Some(names::KARCTL) && secret.annotation(SOURCE_HASH).is_some()
        };
        let secrets = [names::RUNTIME_CONFIG, names::PULL_SECRET].map(|secret_name| secret(name, secret_name));
        let secrets = secrets.iter().filter_map(|reference| live.get(reference)).filter(is_ours);
        let given = given.iter().filter(|object| object.namespace() == name);
        Removal {
            namespace: name.clone(),
            has_label: namespace.is_some_and(|namespace| namespace.label(names::ENABLED).is_some()),
            objects: secrets.chain(given).filter(|_| namespace.is_some()).cloned().collect(),
        }
    };
    Ok(names.iter().map(removal).collect())
}

impl Removal {
    /// The namespace.
    pub fn namespace(&self) -> &str {
        &self.namespace
    }

    /// Whether there is anything to take.
    pub fn is_change(&self) -> bool {
        self.has_label || !self.objects.is_empty()
    }

    /// What taking it needs.
    pub fn permissions(&self) -> Vec<Permission> {
        let label = self.has_label.then(|| Permission::on("patch", &Reference::new(NAMESPACE, "", &self.namespace)));
        let objects = self.objects.iter().map(|object| Permission::named("delete", &object.reference()));
        label.into_iter().chain(objects).flatten().collect()
    }

    /// What goes beside the label: `Secret kar.ibm.com.runtime-config`.
    pub fn removed(&self) -> Vec<String> {
        self.objects.iter().map(|object| format!("{} {}", object.reference().kind, object.name())).collect()
    }

    /// Takes the label away, so that no new pod needs the secrets, then the rest.
    ///
    /// # Errors
    /// When the server refuses; the same again does the rest.
    pub async fn carry_out(&self, cluster: &Cluster) -> Result<Change> {
        if self.has_label {
            let patch = json!({"metadata": {"labels": {names::ENABLED: null}}});
            let reference = Reference::new(NAMESPACE, "", &self.namespace);
            cluster.merge(&reference, &patch).await.map_err(Failure::from)?;
        }
        for object in &self.objects {
            let deletion = Deletion { uid: object.text("/metadata/uid"), is_foreground: false };
            cluster.delete(&object.reference(), deletion).await.map_err(Failure::from)?;
        }
        Ok(if self.is_change() { Change::Removed } else { Change::Unchanged })
    }
}

/// Takes from one namespace what enabling gave it.
///
/// # Errors
/// When the server refuses.
pub async fn disable(cluster: &Cluster, namespace: &str) -> Result<Change> {
    let removals = look_to_disable(cluster, &[namespace.to_owned()]).await?;
    removals.first().expect("one was asked for").carry_out(cluster).await
}

/// Pods of applications: those that mount the runtime's configuration.
///
/// # Errors
/// When the server does not say.
pub async fn attached(cluster: &Cluster, namespaces: &[&str]) -> Result<Vec<Object>> {
    let pods = Live::labelled(cluster, POD, namespaces, "").await?;
    Ok(pods.into_iter().filter(is_attached).collect())
}

/// Whether a pod that has not ended mounts the runtime's configuration.
pub fn is_attached(pod: &Object) -> bool {
    let mut volumes = pod.list("/spec/volumes").iter();
    volumes.any(|volume| volume["secret"]["secretName"] == names::RUNTIME_CONFIG)
        && !matches!(pod.text("/status/phase"), Some("Succeeded" | "Failed"))
}
