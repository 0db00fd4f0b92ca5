//! `karctl ns explain`: why a pod is injected or not, proven by having the API server rehearse its creation.

mod place;
mod subject;

use std::path::Path;

use schemars::JsonSchema;
use serde::Serialize;

use self::subject::Subject;
use crate::client::kubernetes::Cluster;
use crate::client::kubernetes::object::{Object, POD};
use crate::context::Context;
use crate::error::{Failure, Result};
use crate::inject::{APP, CONFIG_SECRET, CONTAINER};
use crate::target::kubernetes::namespaces;

/// What `karctl ns explain` prints.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Explanation {
    /// The namespace.
    pub namespace: String,
    /// What injection in it depends on.
    pub findings: Vec<Finding>,
    /// The pods that were asked about.
    pub pods: Vec<ExplainedPod>,
    /// Whether a pod is not what its annotations ask for, or something that an injected pod needs is amiss.
    pub is_wrong: bool,
}

/// One thing that injection depends on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Finding {
    /// Whether it is as it is to be.
    pub state: State,
    /// What was seen, and where it is wrong what to do.
    pub text: String,
}

/// Whether something is as it is to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// It is.
    Good,
    /// It is not.
    Wrong,
    /// Who asks may not see it, or it cannot be seen from here.
    Unknown,
}

/// One pod.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ExplainedPod {
    /// Such as `Pod greeter-0`, or `deploy.yaml:1: Deployment greeter`.
    pub pod: String,
    /// What becomes of it.
    pub verdict: Verdict,
    /// Why, where that is not plain.
    pub reasons: Vec<String>,
    /// The API server's own words, where it refused the rehearsal.
    pub refusal: Option<String>,
}

/// What becomes of a pod when it is created.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It is injected.
    Injected,
    /// It has no annotation that asks for it.
    NotAsked,
    /// It is not, though its annotation asks for it, or one on the wrong object was meant to.
    NotInjected,
    /// It runs without, and a new one would be injected.
    Outdated,
    /// The API server does not take it.
    Refused,
}

/// What is asked about.
#[derive(Clone, Copy, Debug)]
pub enum About<'a> {
    /// A pod that has nothing but the annotation.
    AnyPod,
    /// A pod that is there.
    Pod(&'a str),
    /// Every pod and pod template of a file.
    File(&'a Path),
}

/// Explains what becomes of pods in a namespace. Nothing is changed.
///
/// # Errors
/// When there is no such namespace, pod or file, or who asks may not rehearse the creation of pods.
pub async fn explain(
    context: &Context,
    cluster: &Cluster,
    runtime: &str,
    namespace: &str,
    about: About<'_>,
) -> Result<Explanation> {
    let findings = place::look(cluster, runtime, namespace).await?;
    let subjects = match about {
        About::AnyPod => vec![Subject::any(namespace)],
        About::Pod(name) => vec![Subject::of_pod(cluster, namespace, name).await?],
        About::File(file) => Subject::of_file(file, namespace, context)?,
    };
    let is_system = namespaces::is_system(runtime, namespace);
    let mut pods = Vec::new();
    for subject in subjects {
        pods.push(judge(cluster, namespace, subject).await?);
    }
    let is_place_wrong = is_system || findings.iter().any(|finding| finding.state == State::Wrong);
    let is_wrong = pods.iter().any(|pod| match pod.verdict {
        Verdict::Injected => is_place_wrong,
        Verdict::NotAsked => false,
        Verdict::NotInjected | Verdict::Outdated | Verdict::Refused => true,
    });
    Ok(Explanation { namespace: namespace.to_owned(), findings, pods, is_wrong })
}

async fn judge(cluster: &Cluster, namespace: &str, subject: Subject) -> Result<ExplainedPod> {
    let Subject { title, pod, is_injected, misplaced, mut reasons } = subject;
    let is_asked = Object(pod.clone()).annotation(APP).is_some();
    let (verdict, refusal) = match cluster.create(&Object(pod), true).await {
        Ok(made) if is_injected_into(&made) => {
            let is_there = is_injected != Some(false);
            (if is_there { Verdict::Injected } else { Verdict::Outdated }, None)
        }
        Ok(_) if is_asked || !misplaced.is_empty() => (Verdict::NotInjected, None),
        Ok(_) => (Verdict::NotAsked, None),
        Err(error) => {
            let Some(refusal) = error.refusal() else { return Err(Failure::from(error).into()) };
            let words = refusal.message.clone();
            // A right that is missing and a rule of admission have the same status.
            let may = cluster.may("create", POD, "", Some(namespace), None).await.map_err(Failure::from)?;
            if !may {
                return Err(Failure::from(error).into());
            }
            (Verdict::Refused, Some(words))
        }
    };
    if !misplaced.is_empty() {
        reasons.push(format!(
            "{} is on the workload, where nobody looks: move it to spec.template.metadata.annotations",
            misplaced.join(", ")
        ));
    }
    match verdict {
        Verdict::NotAsked => reasons.push(format!("it has no annotation {APP}")),
        Verdict::Outdated => {
            reasons
                .push("it was made before the namespace was enabled, or while the injector did not answer".to_owned());
            reasons.push("have it made anew: delete the pod, or `kubectl rollout restart` its workload".to_owned());
        }
        Verdict::NotInjected if misplaced.is_empty() => {
            reasons.push("its annotation asks for it, and the API server did not have it done".to_owned());
        }
        _ => {}
    }
    Ok(ExplainedPod { pod: title, verdict, reasons, refusal })
}

/// Whether `kar` is in a pod: as a container, or within the application's.
fn is_injected_into(pod: &Object) -> bool {
    let containers = pod.list("/spec/containers").iter().chain(pod.list("/spec/initContainers"));
    containers.into_iter().any(|container| container["name"] == CONTAINER)
        || pod.list("/spec/volumes").iter().any(|volume| volume["secret"]["secretName"] == CONFIG_SECRET)
}

impl Explanation {
    /// The form for people.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for pod in &self.pods {
            let verdict = match pod.verdict {
                Verdict::Injected => "is injected",
                Verdict::NotAsked => "is not injected, and does not ask for it",
                Verdict::NotInjected => "is not injected",
                Verdict::Outdated => "is not injected, and a new one would be",
                Verdict::Refused => "is refused by the API server",
            };
            text.push_str(&format!("{} {verdict}\n", pod.pod));
            let refusal = pod.refusal.iter().map(|words| format!("the server says: {words}"));
            for reason in pod.reasons.iter().cloned().chain(refusal) {
                text.push_str(&format!("  {reason}\n"));
            }
        }
        for finding in &self.findings {
            let mark = match finding.state {
                State::Good => "good   ",
                State::Wrong => "wrong  ",
                State::Unknown => "unknown",
            };
            text.push_str(&format!("{mark}  {}\n", finding.text));
        }
        text
    }
}
