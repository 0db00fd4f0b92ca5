//! What injection in a namespace depends on: its label, its copy, the webhook and whoever answers for it.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use super::{Finding, State};
use crate::certificate;
use crate::client::kubernetes::Cluster;
use crate::client::kubernetes::object::{DEPLOYMENT, NAMESPACE, Object, Reference, SECRET, WEBHOOK};
use crate::error::{Failure, Result};
use crate::target::kubernetes::{facts, names, namespaces};

/// Looks at all of it.
///
/// # Errors
/// When there is no such namespace, or the server does not say.
pub async fn look(cluster: &Cluster, runtime: &str, namespace: &str) -> Result<Vec<Finding>> {
    let found = cluster.get(&Reference::new(NAMESPACE, "", namespace)).await.map_err(Failure::from)?;
    let Some(found) = found else {
        return Err(Failure::new(format!("there is no namespace {namespace}"))
            .hint(format!("`karctl ns enable {namespace} --create` makes it"))
            .into());
    };
    let mut findings = vec![label(&found, runtime)];
    findings.extend(copy(cluster, runtime, namespace).await?);
    findings.extend(webhook(cluster, runtime).await?);
    findings.extend(injector(cluster, runtime).await?);
    Ok(findings)
}

fn good(text: impl Into<String>) -> Finding {
    Finding { state: State::Good, text: text.into() }
}

fn wrong(text: impl Into<String>) -> Finding {
    Finding { state: State::Wrong, text: text.into() }
}

fn unknown(text: impl Into<String>) -> Finding {
    Finding { state: State::Unknown, text: text.into() }
}

/// An object, or that it cannot be seen.
async fn seen(cluster: &Cluster, reference: &Reference) -> Result<std::result::Result<Option<Object>, Finding>> {
    match cluster.get(reference).await {
        Ok(found) => Ok(Ok(found)),
        Err(error) if error.status() == Some(403) => Ok(Err(unknown(format!("you may not see {reference}")))),
        Err(error) => Err(Failure::from(error).into()),
    }
}

fn label(namespace: &Object, runtime: &str) -> Finding {
    let name = namespace.name();
    let text = match namespace.label(names::ENABLED) {
        _ if namespace.is_terminating() => format!("namespace {name} is being deleted, and takes no new pods"),
        Some("true") if namespaces::is_system(runtime, name) => {
            format!("namespace {name} belongs to the cluster or to the runtime itself; `karctl ns disable {name}`")
        }
        Some("true") => return good(format!("namespace {name} has the label {}=true", names::ENABLED)),
        Some(other) => format!(
            "namespace {name} has the label {}={other}, so nobody asks the injector; `karctl ns enable {name}`",
            names::ENABLED
        ),
        None => {
            format!("namespace {name} has no label {}=true; `karctl ns enable {name}` sets it", names::ENABLED)
        }
    };
    wrong(text)
}

/// The configuration that injected pods mount.
async fn copy(cluster: &Cluster, runtime: &str, namespace: &str) -> Result<Vec<Finding>> {
    let reference = |place: &str| Reference::new(SECRET, place, names::RUNTIME_CONFIG);
    let source = match seen(cluster, &reference(runtime)).await? {
        Err(finding) => return Ok(vec![finding]),
        Ok(None) => return Ok(vec![wrong(format!("KAR does not run in namespace {runtime}; `karctl k8s deploy`"))]),
        Ok(Some(source)) => source,
    };
    let name = names::RUNTIME_CONFIG;
    Ok(vec![match seen(cluster, &reference(namespace)).await? {
        Err(finding) => finding,
        Ok(None) => {
            wrong(format!("Secret {name} is missing: injected pods wait for it; `karctl ns enable {namespace}`"))
        }
        Ok(Some(copy)) if copy.at("/data") != source.at("/data") => {
            wrong(format!("Secret {name} is out of date; `karctl ns sync {namespace} --restart`"))
        }
        Ok(Some(_)) => good(format!("Secret {name} is the runtime's configuration")),
    }])
}

/// Whom the API server asks, whether it trusts it, and what it does without an answer.
async fn webhook(cluster: &Cluster, runtime: &str) -> Result<Vec<Finding>> {
    let configuration = match seen(cluster, &Reference::new(WEBHOOK, "", names::WEBHOOK)).await? {
        Err(finding) => return Ok(vec![finding]),
        Ok(None) => {
            return Ok(vec![wrong(format!(
                "the webhook {} is gone; `karctl k8s deploy` brings it back",
                names::WEBHOOK
            ))]);
        }
        Ok(Some(configuration)) => configuration,
    };
    let client = configuration.at("/webhooks/0/clientConfig").cloned().unwrap_or_default();
    let mut findings = vec![match configuration.text("/webhooks/0/failurePolicy") {
        Some("Ignore") => good("without an answer of the injector pods are made all the same, and not injected"),
        _ => good("without an answer of the injector pods are refused (failurePolicy Fail)"),
    }];
    if let Some(url) = client["url"].as_str() {
        findings.push(unknown(format!("the webhook is at {url}, not at the runtime's service")));
        return Ok(findings);
    }
    let named = |member: &str| client["service"][member].as_str().unwrap_or_default();
    let (service, place) = (named("name"), named("namespace"));
    if service != names::INJECTOR || place != runtime {
        findings
            .push(wrong(format!("the webhook leads to the service {place}/{service}, not to the runtime's injector")));
        return Ok(findings);
    }
    let tls = match seen(cluster, &Reference::new(SECRET, runtime, names::INJECTOR_TLS)).await? {
        Err(finding) => return Ok([findings, vec![finding]].concat()),
        Ok(tls) => tls,
    };
    let leaf = tls.as_ref().and_then(|secret| facts::value(secret, "tls.crt"));
    let trusted = client["caBundle"].as_str().and_then(|bundle| BASE64_STANDARD.decode(bundle).ok());
    let trusted = trusted.and_then(|bundle| String::from_utf8(bundle).ok()).unwrap_or_default();
    let name = format!("{}.{runtime}.svc", names::INJECTOR);
    let now = jiff::Timestamp::now();
    findings.push(match leaf.map(|leaf| certificate::verify(&trusted, &leaf, &name, now)) {
        None => wrong("the injector's certificate is gone; `karctl k8s deploy` makes a new one"),
        Some(Ok(())) => good("the API server trusts the injector's certificate"),
        Some(Err(error)) => wrong(format!(
            "the API server does not trust the injector's certificate ({}); `karctl k8s deploy` mends it",
            error.root_cause()
        )),
    });
    Ok(findings)
}

/// Whether anybody answers.
async fn injector(cluster: &Cluster, runtime: &str) -> Result<Vec<Finding>> {
    Ok(vec![match seen(cluster, &Reference::new(DEPLOYMENT, runtime, names::INJECTOR)).await? {
        Err(finding) => finding,
        Ok(None) => wrong(format!("Deployment {runtime}/{} is gone; `karctl k8s deploy`", names::INJECTOR)),
        Ok(Some(deployment)) => match deployment.number("/status/availableReplicas").unwrap_or_default() {
            0 => wrong("no injector is ready; `karctl k8s status` tells why"),
            1 => good("one injector is ready"),
            number => good(format!("{number} injectors are ready")),
        },
    }])
}
