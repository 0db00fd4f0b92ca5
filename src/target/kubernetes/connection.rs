//! The one cluster of a command: chosen once, shown, and pinned.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::client::file;
use crate::client::kubernetes::object::{NAMESPACE, Reference};
use crate::client::kubernetes::{Chosen, choose, kubeconfig_files};
pub use crate::client::kubernetes::{Cluster, Selection, context_names, end_logins};
use crate::code::Code;
use crate::context::Context;
use crate::error::{Failure, OrFail, Result};

/// File in the state folder with the identity of every cluster that karctl changed.
const FILE: &str = "clusters.json";

/// Its uid is the identity of a cluster: it is made with the cluster, and never again.
const IDENTITY: &str = "kube-system";

/// Beginnings of the names that local clusters give their contexts.
const LOCAL_CONTEXTS: [&str; 7] =
    ["kind-", "k3d-", "docker-desktop", "rancher-desktop", "minikube", "colima", "orbstack"];

/// Chooses the cluster, connects, and says which it is.
///
/// # Errors
/// When none can be chosen, or it does not answer.
pub async fn connect(context: &Context, selection: &Selection) -> Result<Cluster> {
    let chosen = choose(&context.environment, selection).await?;
    let ui = context.ui.clone();
    let tracer = Arc::new(move |level: u8, text: &str| ui.trace(level, || text.to_owned()));
    let cluster = Cluster::connect(chosen, context.deadline.left(), tracer).await?;
    let chosen = cluster.chosen();
    let version = &cluster.version().text;
    context.ui.trace(1, || format!("context {} is {}, Kubernetes {version}", chosen.context, chosen.server));
    Ok(cluster)
}

/// Whether the API server is on this machine, or a local tool made it.
pub fn is_local(cluster: &Cluster) -> bool {
    let chosen = cluster.chosen();
    is_loopback(&chosen.server) || LOCAL_CONTEXTS.iter().any(|local| chosen.context.starts_with(local))
}

/// Whether an address such as `https://127.0.0.1:6443` is of this machine itself; a name that only begins like it is not.
fn is_loopback(server: &str) -> bool {
    let authority = server.split("://").last().unwrap_or_default().split('/').next().unwrap_or_default();
    let host = match authority.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    };
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback() || ip.is_unspecified())
}

/// What is remembered of a cluster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pinned {
    server: String,
    uid: String,
    /// The name of the context; those of before are remembered by it alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    context: Option<String>,
    /// The file that has the context.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    kubeconfig: Option<PathBuf>,
}

/// What is remembered, by [`key`]: one name may be in several kubeconfigs, and lead to as many clusters.
type Known = BTreeMap<String, Pinned>;

/// A kubeconfig that is none of those that are read where none is named.
fn unusual(context: &Context, file: Option<PathBuf>) -> Option<PathBuf> {
    let usual = kubeconfig_files(&context.environment, None);
    let folder = context.environment.working_directory();
    file.filter(|file| !usual.iter().any(|usual| folder.join(usual) == *file))
}

fn key(context: &str, kubeconfig: Option<&Path>) -> String {
    match kubeconfig {
        Some(file) => format!("{context} in {}", file.display()),
        None => context.to_owned(),
    }
}

/// What is remembered of a context: of its file, else what was remembered before files were.
fn of<'a>(known: &'a Known, context: &str, kubeconfig: Option<&Path>) -> Option<&'a Pinned> {
    let former = || known.get(context).filter(|pinned| pinned.kubeconfig.is_none());
    known.get(&key(context, kubeconfig)).or_else(former)
}

/// Puts a cluster in the place of what was remembered of its context, and of the same in other files, which may be of an
/// hour; whether that is anything else.
fn remember(known: &mut Known, context: &str, mut found: Pinned) -> bool {
    let key = key(context, found.kubeconfig.as_deref());
    // Who may not see the identity does not take it away.
    if let Some(former) = of(known, context, found.kubeconfig.as_deref()).filter(|former| former.is_same(&found))
        && found.uid.is_empty()
    {
        found.uid.clone_from(&former.uid);
    }
    if known.get(&key) == Some(&found) {
        return false;
    }
    known.retain(|name, pinned| {
        let is_former = name == context && pinned.kubeconfig.is_none();
        let is_twin = pinned.context.as_deref() == Some(context) && !found.uid.is_empty() && pinned.uid == found.uid;
        !is_former && !is_twin
    });
    known.insert(key, found);
    true
}

impl Pinned {
    /// Whether both are one cluster: by its identity, and by its address where somebody could not see that.
    fn is_same(&self, other: &Self) -> bool {
        match self.uid.is_empty() || other.uid.is_empty() {
            true => self.server == other.server,
            false => self.uid == other.uid,
        }
    }

    /// The file that has the context, where it is known.
    pub fn kubeconfig(&self) -> Option<&Path> {
        self.kubeconfig.as_deref()
    }

    /// How it is chosen. A context of the usual kubeconfigs is chosen from all of them, as its user may be in another one.
    pub fn selection(&self, context: &Context, name: &str) -> Selection {
        Selection { kubeconfig: unusual(context, self.kubeconfig.clone()), context: Some(name.to_owned()) }
    }

    /// Whether somebody who chooses so means it: by its identity where that is known, else by its file. No cluster is asked.
    pub fn is_meant_by(&self, context: &Context, selection: &Selection, uid: Option<&str>) -> bool {
        let resolved = |file: Option<PathBuf>| file.map(|file| file.canonicalize().unwrap_or(file));
        let [own, chosen] =
            [&self.kubeconfig, &selection.kubeconfig].map(|file| resolved(unusual(context, file.clone())));
        match uid.filter(|_| !self.uid.is_empty()) {
            Some(uid) => self.uid == uid,
            None => self.kubeconfig.is_none() || own == chosen,
        }
    }

    /// Refuses a cluster that is not the remembered one.
    ///
    /// # Errors
    /// When it is another one, or does not say.
    pub async fn recognise(&self, cluster: &Cluster) -> Result<()> {
        let found = identity(cluster).await?;
        if found.is_same(self) {
            return Ok(());
        }
        let context = &cluster.chosen().context;
        let was = &self.server;
        Err(Failure::new(format!("context `{context}` leads to another cluster than before ({was})"))
            .hint("look at the kubeconfig; where the cluster was made anew, the next command that changes it asks")
            .code(Code::WrongCluster)
            .into())
    }
}

/// The clusters that karctl changed, each with the name of its context.
///
/// # Errors
/// When the state cannot be read.
pub fn known(context: &Context) -> Result<Vec<(String, Pinned)>> {
    let known = read(context)?.into_iter();
    Ok(known.map(|(key, pinned)| (pinned.context.clone().unwrap_or(key), pinned)).collect())
}

/// Asks before anything that changes a cluster that is not local, or whose name led to another one before; remembers it.
///
/// # Errors
/// When nobody says yes.
pub async fn permit(context: &Context, cluster: &Cluster, what: &str) -> Result<()> {
    if cluster.permission().get().is_some() {
        return Ok(());
    }
    let chosen = cluster.chosen();
    let found = identity(cluster).await?;
    let mut known = read(context)?;
    // The same cluster by another name is no other cluster.
    let is_known = known.values().any(|pinned| !pinned.uid.is_empty() && pinned.uid == found.uid);
    match of(&known, &chosen.context, chosen.kubeconfig.as_deref()) {
        Some(pinned) if !pinned.is_same(&found) => {
            let question = format!(
                "Context `{}` led to another cluster before ({}, now {}). {what} there all the same?",
                chosen.context, pinned.server, found.server
            );
            refuse_unless(context.ui.confirm(&question, "-y")?, Code::WrongCluster)?;
        }
        None if !is_known && !is_local(cluster) => {
            let question = format!("{what} on the cluster {} (context `{}`)?", found.server, chosen.context);
            refuse_unless(context.ui.confirm(&question, "-y")?, Code::WrongCluster)?;
        }
        _ => {}
    }
    if remember(&mut known, &chosen.context, found) {
        write(context, &known)?;
    }
    cluster.permission().get_or_init(|| ());
    Ok(())
}

/// Remembers a cluster that karctl has just made, whatever its context led to before.
///
/// # Errors
/// When the server does not say which it is, or the state cannot be written.
pub async fn expect(context: &Context, cluster: &Cluster) -> Result<()> {
    let found = identity(cluster).await?;
    let mut known = read(context)?;
    if remember(&mut known, &cluster.chosen().context, found) {
        write(context, &known)?;
    }
    Ok(())
}

/// Forgets which cluster a context of these kubeconfigs led to: there is none any more. In others the name is of another
/// cluster.
///
/// # Errors
/// When the state cannot be read or written.
pub fn forget(context: &Context, name: &str, kubeconfigs: &[PathBuf]) -> Result<()> {
    let mut known = read(context)?;
    if drop_pins(&mut known, name, kubeconfigs) {
        write(context, &known)?;
    }
    Ok(())
}

/// Whether any was there. What was remembered before files were goes too: nobody knows whose it was.
fn drop_pins(known: &mut Known, name: &str, kubeconfigs: &[PathBuf]) -> bool {
    let resolved = |file: &Path| file.canonicalize().unwrap_or_else(|_| file.to_owned());
    let files: Vec<_> = kubeconfigs.iter().map(|file| resolved(file)).collect();
    let before = known.len();
    known.retain(|key, pinned| {
        let is_there = pinned.kubeconfig.as_deref().is_none_or(|file| files.contains(&resolved(file)));
        pinned.context.as_ref().unwrap_or(key) != name || !is_there
    });
    known.len() != before
}

/// The uid of a cluster, which is its identity; `None` where whoever asks may not see it.
///
/// # Errors
/// When the server does not answer.
pub async fn uid(cluster: &Cluster) -> Result<Option<String>> {
    Ok(Some(identity(cluster).await?.uid).filter(|uid| !uid.is_empty()))
}

/// The address of another cluster that the context led to before; `None` where it leads to the same, or led nowhere.
///
/// # Errors
/// When the cluster does not say which it is, or the state cannot be read.
pub async fn former_server(context: &Context, cluster: &Cluster) -> Result<Option<String>> {
    let found = identity(cluster).await?;
    let known = read(context)?;
    let Chosen { context, kubeconfig, .. } = cluster.chosen();
    let former = of(&known, context, kubeconfig.as_deref()).filter(|pinned| !pinned.is_same(&found));
    Ok(former.map(|pinned| pinned.server.clone()))
}

/// Whether the context that would be chosen leads to a cluster that karctl changed once. No cluster is asked.
pub async fn is_known(context: &Context, selection: &Selection) -> bool {
    match (choose(&context.environment, selection).await, read(context)) {
        (Ok(chosen), Ok(known)) => of(&known, &chosen.context, chosen.kubeconfig.as_deref()).is_some(),
        _ => false,
    }
}

async fn identity(cluster: &Cluster) -> Result<Pinned> {
    let identity = Reference::new(NAMESPACE, "", IDENTITY);
    // Who may not see it is not held up: then the server's address is all there is.
    let uid = match cluster.get(&identity).await {
        Ok(Some(namespace)) => namespace.text("/metadata/uid").unwrap_or_default().to_owned(),
        Ok(None) => String::new(),
        Err(error) if error.status() == Some(403) => String::new(),
        Err(error) => return Err(Failure::from(error).into()),
    };
    let Chosen { server, context, kubeconfig, .. } = cluster.chosen();
    Ok(Pinned { server: server.clone(), uid, context: Some(context.clone()), kubeconfig: kubeconfig.clone() })
}

fn refuse_unless(is_permitted: bool, code: Code) -> Result<()> {
    if is_permitted { Ok(()) } else { Err(Failure::new("nothing was changed, as you said").code(code).into()) }
}

fn path(context: &Context) -> Result<PathBuf> {
    Ok(context.environment.state_directory()?.join(FILE))
}

fn read(context: &Context) -> Result<Known> {
    let path = path(context)?;
    let Some(content) = file::read(&path)? else { return Ok(BTreeMap::new()) };
    serde_json::from_slice(&content).or_fail(|| {
        Failure::new(format!("{} cannot be understood", path.display()))
            .hint(format!("move it away (`mv {0} {0}.bad`); karctl then asks again about each cluster", path.display()))
            .code(Code::BadState)
    })
}

fn write(context: &Context, known: &Known) -> Result<()> {
    let path = path(context)?;
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)
            .or_fail(|| Failure::new(format!("{} cannot be made", folder.display())).code(Code::HomeUnusable))?;
    }
    file::write_atomic(&path, serde_json::to_string_pretty(known)?.as_bytes(), file::PRIVATE)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pin(server: &str, uid: &str, file: &str) -> Pinned {
        let (server, uid, context) = (server.to_owned(), uid.to_owned(), Some("c".to_owned()));
        Pinned { server, uid, context, kubeconfig: Some(file.into()) }
    }

    #[test]
    fn where_the_identity_may_not_be_seen_the_address_is_all_there_is() {
        for (one, other, is_same) in [
            (("a", "1"), ("b", "1"), true),
            (("a", "1"), ("a", "2"), false),
            (("a", ""), ("a", ""), true),
            (("a", ""), ("b", ""), false),
            (("a", "1"), ("a", ""), true),
            (("a", "1"), ("b", ""), false),
        ] {
            let [one, other] = [one, other].map(|(server, uid)| pin(server, uid, "/f"));
            assert_eq!((one.is_same(&other), other.is_same(&one)), (is_same, is_same), "{one:?} {other:?}");
        }
    }

    #[test]
    fn kubeconfigs_of_an_hour_leave_one_pin_of_each_cluster() {
        let mut known = Known::new();
        for file in ["/tmp/1", "/tmp/2", "/tmp/3"] {
            assert!(remember(&mut known, "c", pin("a", "1", file)));
        }
        assert!(!remember(&mut known, "c", pin("a", "1", "/tmp/3")), "it is known");
        assert!(remember(&mut known, "c", pin("b", "2", "/home/kubeconfig")), "another one of the same name");
        assert_eq!(known.keys().collect::<Vec<_>>(), ["c in /home/kubeconfig", "c in /tmp/3"]);
        assert!(!remember(&mut known, "c", pin("b", "", "/home/kubeconfig")), "its identity is known");
        assert!(remember(&mut known, "c", pin("elsewhere", "", "/home/kubeconfig")));
        assert_eq!(known["c in /home/kubeconfig"].uid, "");
    }

    #[test]
    fn a_cluster_that_is_gone_takes_no_pin_of_another_kubeconfig_with_it() {
        let mut known = Known::new();
        for (file, uid) in [("/home/kubeconfig", "1"), ("/other/kubeconfig", "2")] {
            remember(&mut known, "c", pin(uid, uid, file));
        }
        assert!(drop_pins(&mut known, "c", &["/home/kubeconfig".into()]));
        assert_eq!(known.keys().collect::<Vec<_>>(), ["c in /other/kubeconfig"]);
        assert!(!drop_pins(&mut known, "c", &["/home/kubeconfig".into()]), "it is gone");
        assert!(!drop_pins(&mut known, "d", &["/other/kubeconfig".into()]), "another context");
    }

    #[test]
    fn a_name_that_only_begins_like_loopback_is_elsewhere() {
        for server in ["https://127.0.0.1:6443", "https://localhost", "http://[::1]:80/path", "https://0.0.0.0:1"] {
            assert!(is_loopback(server), "{server}");
        }
        for server in ["https://localhost.example.org:6443", "https://127.example.org", "https://10.0.0.1", ""] {
            assert!(!is_loopback(server), "{server}");
        }
    }
}
