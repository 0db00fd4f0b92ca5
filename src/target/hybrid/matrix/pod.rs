//! Looking from within a cluster: a short-lived pod of karctl, with the configuration that applications of its namespace are
//! given. Where the cluster has karctl's own injector, its image is the one; the original's, which is the default, has none.

use serde_json::{Value, json};

use super::within::{AUTHORITIES, AUTHORITIES_FILE, PIECE, Seen, read};
use crate::client::kubernetes::Cluster;
use crate::client::kubernetes::object::{DEPLOYMENT, Object, Reference};
use crate::client::tls::system_authorities;
use crate::context::Context;
use crate::error::{Failure, Result};
use crate::runtime_config::RuntimeConfig;
use crate::settings::Implementation;
use crate::target::kubernetes::restore::{OWN_PROGRAM, implementation};
use crate::target::kubernetes::short_pod::Errand;
use crate::target::kubernetes::{facts, manifests, names, not_deployed};

/// What the pods are for.
const PROBE: Errand = Errand { name: "probe", label: "karctl.kar.ibm.com/probe" };

/// Where the namespace's configuration is mounted, as for `kar` itself.
const FOLDER: &str = "/var/run/secrets/kar.ibm.com";

/// The image of a cluster's injector, and how it is pulled.
struct Image {
    name: String,
    implementation: Implementation,
    pull_policy: Value,
    pull_secrets: Value,
}

/// Runs the pod in a namespace, and removes it whatever came of it; `None`, and no pod, where no image of karctl is known.
///
/// # Errors
/// When KAR does not run there, or the pod cannot run; `image` is another one of karctl.
pub async fn look(
    context: &Context,
    cluster: &Cluster,
    places: Places<'_>,
    config: &RuntimeConfig,
    image: Option<&str>,
) -> Result<Option<Seen>> {
    let Places { runtime, namespace } = places;
    let mut found = injector(cluster, runtime).await?;
    match image {
        Some(image) => image.clone_into(&mut found.name),
        None if found.implementation == Implementation::Original => return Ok(None),
        None => {}
    }
    PROBE.check(cluster, namespace).await?;
    PROBE.remove_former(cluster, namespace).await?;
    let is_openshift = facts::is_openshift(cluster).await?;
    let authorities = if needs_authorities(config) { system_authorities() } else { String::new() };
    let pod = pod(namespace, &found, is_openshift, &authorities);
    let ended = PROBE.run(context, cluster, &pod).await.map_err(|error| {
        let hint = "the image may be of another karctl: `karctl images build injector --push` makes one of this, which \
                    --image takes";
        anyhow::Error::from(
            Failure::new("the pod that looks from within did not do its work").hint(hint).because(error),
        )
    })?;
    let unread = || Failure::new(format!("the pod {} wrote nothing that can be read", ended.name)).into();
    read(&ended.log).map(Some).ok_or_else(unread)
}

/// Where in a cluster.
#[derive(Clone, Copy, Debug)]
pub struct Places<'a> {
    /// The namespace of the runtime.
    pub runtime: &'a str,
    /// The one that the pod runs in.
    pub namespace: &'a str,
}

/// Whether a service is to be trusted by the authorities of the system, of which the image has none.
fn needs_authorities(config: &RuntimeConfig) -> bool {
    let kafka = config.kafka_enable_tls == Some(true) && config.kafka_tls_skip_verify != Some(true);
    let is_trusted_blindly = config.redis_tls_skip_verify == Some(true);
    kafka || (config.redis_enable_tls == Some(true) && config.redis_ca.is_none() && !is_trusted_blindly)
}

async fn injector(cluster: &Cluster, runtime: &str) -> Result<Image> {
    let deployment = cluster.get(&Reference::new(DEPLOYMENT, runtime, names::INJECTOR)).await.map_err(Failure::from)?;
    let deployment = deployment.ok_or_else(|| not_deployed(runtime))?;
    let container = &deployment.list("/spec/template/spec/containers").first().cloned().unwrap_or_default();
    let field = |name: &str| container.get(name).cloned().unwrap_or_default();
    Ok(Image {
        name: field("image").as_str().unwrap_or_default().to_owned(),
        implementation: implementation(&deployment),
        pull_policy: field("imagePullPolicy"),
        pull_secrets: deployment.at("/spec/template/spec/imagePullSecrets").cloned().unwrap_or_default(),
    })
}

/// The pod; its limits are what a quota or a range of limits may ask for.
fn pod(namespace: &str, image: &Image, is_openshift: bool, authorities: &str) -> Object {
    let mut pod = PROBE.pod(namespace, &manifests::client_security(is_openshift));
    let container = &mut pod["spec"]["containers"][0];
    container["image"] = Value::from(image.name.as_str());
    if !image.pull_policy.is_null() {
        container["imagePullPolicy"] = image.pull_policy.clone();
    }
    container["command"] = json!([OWN_PROGRAM, "injector", "probe", FOLDER]);
    container["env"] = Value::from(variables(authorities));
    container["resources"] = json!({
        "requests": {"cpu": "20m", "memory": "32Mi"},
        "limits": {"cpu": "500m", "memory": "128Mi"},
    });
    let mounts = container["volumeMounts"].as_array_mut();
    mounts.into_iter().for_each(|mounts| {
        mounts.push(json!({"name": "configuration", "mountPath": FOLDER, "readOnly": true}));
    });
    let volumes = pod["spec"]["volumes"].as_array_mut();
    volumes.into_iter().for_each(|volumes| {
        volumes.push(json!({"name": "configuration", "secret": {"secretName": names::RUNTIME_CONFIG}}));
    });
    if !image.pull_secrets.is_null() {
        pod["spec"]["imagePullSecrets"] = image.pull_secrets.clone();
    }
    Object(pod)
}

/// PEM is text of one byte a letter, so that pieces may end anywhere.
fn variables(authorities: &str) -> Vec<Value> {
    let pieces = authorities.as_bytes().chunks(PIECE).map(String::from_utf8_lossy).enumerate();
    let mut variables: Vec<_> =
        pieces.map(|(number, piece)| json!({"name": format!("{AUTHORITIES}{number}"), "value": piece})).collect();
    if !variables.is_empty() {
        variables.push(json!({"name": AUTHORITIES_FILE, "value": "/tmp/authorities.pem"}));
    }
    variables
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pod_is_restricted_limited_and_holds_no_secret() {
        let image = Image {
            name: "karctl/injector:1".to_owned(),
            implementation: Implementation::Karctl,
            pull_policy: Value::Null,
            pull_secrets: Value::Null,
        };
        let pod = pod("team-a", &image, false, &"x".repeat(PIECE + 1));
        let container = &pod.0["spec"]["containers"][0];
        assert_eq!(pod.label("karctl.kar.ibm.com/probe"), Some("true"));
        assert_eq!(pod.number("/spec/activeDeadlineSeconds"), Some(180));
        assert_eq!(pod.0["spec"]["securityContext"]["runAsNonRoot"], true);
        assert_eq!(container["securityContext"]["readOnlyRootFilesystem"], true);
        for resource in ["cpu", "memory"] {
            assert!(container["resources"]["limits"][resource].is_string(), "{resource}");
        }
        let names: Vec<_> =
            container["env"].as_array().expect("a list").iter().map(|one| one["name"].clone()).collect();
        assert_eq!(names, ["KARCTL_AUTHORITIES_0", "KARCTL_AUTHORITIES_1", "SSL_CERT_FILE"]);
        assert_eq!(pod.0["spec"]["volumes"][1]["secret"]["secretName"], names::RUNTIME_CONFIG);
    }

    #[test]
    fn authorities_are_sent_only_where_the_systems_own_are_asked() {
        let config = |kafka: Option<bool>, redis: Option<bool>, ca: Option<&str>| RuntimeConfig {
            kafka_enable_tls: kafka,
            redis_enable_tls: redis,
            redis_ca: ca.map(str::to_owned),
            ..RuntimeConfig::default()
        };
        assert!(!needs_authorities(&config(None, Some(true), Some("pem"))));
        assert!(needs_authorities(&config(None, Some(true), None)));
        assert!(needs_authorities(&config(Some(true), None, None)));
        assert!(!needs_authorities(&config(Some(false), None, None)));
    }
}
