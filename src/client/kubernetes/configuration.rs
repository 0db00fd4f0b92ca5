//! Which cluster, and as whom: kubeconfig files as kubectl reads them, or the service account of a pod.

use std::path::{Path, PathBuf};

use kube::Config;
use kube::config::{KubeConfigOptions, Kubeconfig, KubeconfigError};

use crate::code::Code;
use crate::environment::Environment;
use crate::error::{Failure, Result};
use crate::nearest::nearest;

/// What names a cluster on the command line.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// `--kubeconfig`.
    pub kubeconfig: Option<PathBuf>,
    /// `--context`.
    pub context: Option<String>,
}

/// A cluster that was chosen.
#[derive(Clone, Debug)]
pub struct Chosen {
    /// Name of the context; `in-cluster` for a pod's service account.
    pub context: String,
    /// Address of the API server.
    pub server: String,
    /// Namespace of the context.
    pub namespace: String,
    /// The file that has the context; `None` for a pod's service account.
    pub kubeconfig: Option<PathBuf>,
    pub(super) config: Config,
}

/// Reads the kubeconfig files and chooses a context.
///
/// # Errors
/// When there is none, it cannot be read, or the context is not in it.
pub async fn choose(environment: &Environment, selection: &Selection) -> Result<Chosen> {
    let files = kubeconfig_files(environment, selection.kubeconfig.as_deref());
    let present: Vec<_> = files.iter().filter(|file| file.exists()).collect();
    if let Some(asked) = &selection.kubeconfig
        && present.is_empty()
    {
        return Err(Failure::usage(format!("there is no file {}", asked.display())).code(Code::NoCluster).into());
    }
    if present.is_empty() {
        return in_cluster(environment, &files);
    }
    let mut kubeconfig = Kubeconfig::default();
    let mut homes = Vec::new();
    for file in &present {
        let read = Kubeconfig::read_from(file).and_then(|next| {
            homes.extend(
                contexts(&next).into_iter().map(|context| (context, environment.working_directory().join(file))),
            );
            kubeconfig.clone().merge(next)
        });
        kubeconfig = read.map_err(|error| unreadable(file, error))?;
    }
    let context = selection.context.clone().or_else(|| kubeconfig.current_context.clone());
    let Some(context) = context.filter(|context| !context.is_empty()) else {
        return Err(Failure::usage("no context is chosen in the kubeconfig")
            .hint(format!("give --context, one of: {}", contexts(&kubeconfig).join(", ")))
            .code(Code::NoCluster)
            .into());
    };
    if !contexts(&kubeconfig).contains(&context) {
        return Err(unknown(&context, &kubeconfig).into());
    }
    let options = KubeConfigOptions { context: Some(context.clone()), ..KubeConfigOptions::default() };
    let config = Config::from_custom_kubeconfig(kubeconfig, &options).await.map_err(|error| broken(&context, error))?;
    let home = homes.into_iter().find(|(name, _)| *name == context).map(|(_, file)| file);
    Ok(Chosen { kubeconfig: home, ..chosen(context, config) })
}

/// Names of all contexts, for completion; none where nothing can be read.
pub fn context_names(environment: &Environment, selection: &Selection) -> Vec<String> {
    let read = kubeconfig_files(environment, selection.kubeconfig.as_deref())
        .into_iter()
        .filter_map(|file| Kubeconfig::read_from(file).ok());
    read.flat_map(|kubeconfig| contexts(&kubeconfig)).collect()
}

fn chosen(context: String, config: Config) -> Chosen {
    let server = config.cluster_url.to_string().trim_end_matches('/').to_owned();
    Chosen { context, server, namespace: config.default_namespace.clone(), kubeconfig: None, config }
}

/// The kubeconfig files that count, most important first: the one that is named, else those of `KUBECONFIG`, else that of
/// the home folder. None of them need exist.
pub fn kubeconfig_files(environment: &Environment, named: Option<&Path>) -> Vec<PathBuf> {
    if let Some(file) = named {
        return vec![environment.working_directory().join(file)];
    }
    if let Some(list) = environment.variable("KUBECONFIG") {
        return std::env::split_paths(list).filter(|path| !path.as_os_str().is_empty()).collect();
    }
    environment.home().map(|home| home.join(".kube/config")).into_iter().collect()
}

/// A pod's own service account.
fn in_cluster(environment: &Environment, files: &[PathBuf]) -> Result<Chosen> {
    if environment.variable("KUBERNETES_SERVICE_HOST").is_some() {
        let config = Config::incluster().map_err(|error| {
            Failure::new("this pod's service account cannot be used").because(error).code(Code::NoCluster)
        })?;
        return Ok(chosen("in-cluster".to_owned(), config));
    }
    let places = files.iter().map(|file| file.display().to_string()).collect::<Vec<_>>().join(", ");
    Err(Failure::new(format!("no cluster is known: there is no kubeconfig ({places})"))
        .hint("get one from your cluster's provider, and give it with --kubeconfig or KUBECONFIG")
        .hint("`karctl local up` needs no cluster")
        .code(Code::NoCluster)
        .into())
}

fn contexts(kubeconfig: &Kubeconfig) -> Vec<String> {
    kubeconfig.contexts.iter().map(|context| context.name.clone()).collect()
}

fn unknown(context: &str, kubeconfig: &Kubeconfig) -> Failure {
    let names = contexts(kubeconfig);
    let failure = Failure::usage(format!("there is no context `{context}`")).code(Code::NoCluster);
    match nearest(context, names.iter().map(String::as_str)) {
        Some(meant) => failure.hint(format!("the nearest is `{meant}`")),
        None => failure.hint(format!("give one of: {}", names.join(", "))),
    }
}

fn unreadable(file: &Path, error: KubeconfigError) -> Failure {
    Failure::new(format!("{} cannot be read as a kubeconfig", file.display())).because(error).code(Code::NoCluster)
}

fn broken(context: &str, error: KubeconfigError) -> Failure {
    Failure::new(format!("context `{context}` cannot be used")).because(error).code(Code::NoCluster)
}
