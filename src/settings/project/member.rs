//! What uses Kafka and Redis: clusters, projects of Code Engine, this machine, other hosts.

use super::At;
use super::place::Place;
use crate::error::Result;
use crate::settings::layer::Layer;

/// One of the places that applications run in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Its name in the file.
    pub name: String,
    /// Its place in the file.
    pub at: At,
    /// What it is.
    pub place: MemberPlace,
    /// Profile of its settings, by name or by file; of clusters and this machine.
    pub profile: Option<String>,
    /// Settings of its own, which cover those of its profile; of clusters and this machine.
    pub values: Layer,
    /// Namespaces that are enabled; of clusters.
    pub namespaces: Vec<String>,
    /// Applications that run there.
    pub apps: Vec<String>,
}

/// What a member is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MemberPlace {
    /// This machine.
    Local,
    /// A cluster.
    Cluster(ClusterPlace),
    /// A project of Code Engine.
    CodeEngine(CodeEnginePlace),
    /// Another host, which is given a file of variables.
    Host,
}

/// Which cluster.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClusterPlace {
    /// Context of the kubeconfig.
    pub context: String,
    /// Uid of its namespace `kube-system`, which is its identity; checked where it is there.
    pub uid: Option<String>,
    /// The kubeconfig, relative to the project's folder, where it is not the usual one.
    pub kubeconfig: Option<String>,
}

/// Which project of Code Engine.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CodeEnginePlace {
    /// Its name or id.
    pub project: String,
    /// Its region, such as `eu-de`.
    pub region: Option<String>,
    /// Its resource group.
    pub resource_group: Option<String>,
}

/// The keys that say what a member is, of which one is there.
pub(super) const KINDS: [&str; 4] = ["local", "cluster", "code-engine", "host"];

/// The other keys.
pub(super) const KEYS: [&str; 4] = ["profile", "values", "namespaces", "apps"];

impl Member {
    pub(super) fn read(name: &str, place: &Place<'_>) -> Result<Self> {
        let (_, kind) = place.one_among(&KINDS, &KEYS)?;
        let mut member = Self {
            name: name.to_owned(),
            at: place.at(),
            place: MemberPlace::read(&kind)?,
            profile: None,
            values: Layer::default(),
            namespaces: Vec::new(),
            apps: Vec::new(),
        };
        let has_settings = matches!(member.place, MemberPlace::Cluster(_) | MemberPlace::Local);
        let has_namespaces = matches!(member.place, MemberPlace::Cluster(_));
        let has_apps = member.place != MemberPlace::Host;
        for (key, place) in place.members(&[&KINDS[..], &KEYS[..]].concat())? {
            match key {
                "profile" if has_settings => member.profile = Some(place.some_text()?),
                "values" if has_settings => member.values = place.settings()?,
                "namespaces" if has_namespaces => member.namespaces = place.items(Place::namespace)?,
                "apps" if has_apps => member.apps = place.items(Place::plain_name)?,
                key if KEYS.contains(&key) => {
                    let message = format!("`{}` is nothing for {}", place.path, member.place.kind());
                    return Err(place.wrong(message).hint("leave it out").into());
                }
                _ => {}
            }
        }
        Ok(member)
    }
}

impl MemberPlace {
    fn read(place: &Place<'_>) -> Result<Self> {
        Ok(match place.path.rsplit('.').next().unwrap_or_default() {
            "cluster" => Self::Cluster(ClusterPlace::read(place)?),
            "code-engine" => Self::CodeEngine(CodeEnginePlace::read(place)?),
            "local" => place.members(&[]).map(|_| Self::Local)?,
            _ => place.members(&[]).map(|_| Self::Host)?,
        })
    }

    /// What it is, in a word or two.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Local => "this machine",
            Self::Cluster(_) => "a cluster",
            Self::CodeEngine(_) => "a project of Code Engine",
            Self::Host => "another host",
        }
    }

    /// Which one it is.
    pub fn describe(&self) -> String {
        match self {
            Self::Cluster(cluster) => format!("the cluster of the context `{}`", cluster.context),
            Self::CodeEngine(project) => format!("the project `{}` of Code Engine", project.project),
            Self::Local | Self::Host => self.kind().to_owned(),
        }
    }

    /// Whether the file alone says that both are one. Hosts are as many as one likes.
    pub fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Local, Self::Local) => true,
            (Self::Cluster(one), Self::Cluster(other)) => {
                let same_uid = one.uid.is_some() && one.uid == other.uid;
                same_uid || (one.context == other.context && one.kubeconfig == other.kubeconfig)
            }
            (Self::CodeEngine(one), Self::CodeEngine(other)) => one == other,
            _ => false,
        }
    }
}

impl ClusterPlace {
    fn read(place: &Place<'_>) -> Result<Self> {
        let mut cluster = Self::default();
        for (key, place) in place.members(&["context", "uid", "kubeconfig"])? {
            match key {
                "context" => cluster.context = place.some_text()?,
                "uid" => cluster.uid = Some(place.some_text()?),
                _ => cluster.kubeconfig = Some(place.some_text()?),
            }
        }
        match cluster.context.is_empty() {
            true => {
                let failure = place.wrong(format!("`{}` does not say its `context`", place.path));
                Err(failure.hint("write that of the kubeconfig: `cluster: { context: NAME }`").into())
            }
            false => Ok(cluster),
        }
    }
}

impl CodeEnginePlace {
    fn read(place: &Place<'_>) -> Result<Self> {
        let mut project = Self::default();
        for (key, place) in place.members(&["project", "region", "resource-group"])? {
            match key {
                "project" => project.project = place.some_text()?,
                "region" => project.region = Some(place.some_text()?),
                _ => project.resource_group = Some(place.some_text()?),
            }
        }
        match project.project.is_empty() {
            true => {
                let failure = place.wrong(format!("`{}` does not say its `project`", place.path));
                Err(failure.hint("write its name or id: `code-engine: { project: NAME }`").into())
            }
            false => Ok(project),
        }
    }
}
