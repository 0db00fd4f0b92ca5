//! An API server of Kubernetes or OpenShift.
//!
//! One method a request, each under a time-out, with one retry layer ([`call`]); kube's own is off, as it retries without a
//! word and waits without end. Objects are JSON with their unknown fields ([`object`]).

mod call;
mod configuration;
mod error;
mod forward;
mod handshake;
mod login;
pub mod object;
mod transport;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use http::Method;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use call::Content;
pub use configuration::{Chosen, Selection, choose, context_names, kubeconfig_files};
pub use error::{KubernetesError, Refusal, Result};
pub use forward::Forward;
use login::Unmade;
pub use login::end_logins;
use object::{Kind, Object, Reference};

use crate::code::Code;
use crate::error::Failure;

/// The name of karctl as a field manager.
const FIELD_MANAGER: &str = "karctl";

/// The oldest API server that is known to work: what karctl applies needs nothing newer.
const OLDEST_MINOR: u32 = 25;

/// Time for the first answer: the address may be wrong.
const GREETING_TIMEOUT: Duration = Duration::from_secs(5);

/// Requests at once. Each takes a connection of its own, and its TLS handshake takes both sides longer than an answer does.
const MOST_AT_ONCE: usize = 8;

/// Objects of one answer; a list of more comes in pages.
const PAGE: u32 = 500;

/// Takes what is to be traced: its level and its text.
pub type Tracer = Arc<dyn Fn(u8, &str) + Send + Sync>;

/// A connection to an API server; clones share it.
#[derive(Clone)]
pub struct Cluster {
    shared: Arc<Shared>,
    began: Instant,
}

struct Shared {
    api: kube::Client,
    chosen: Chosen,
    version: Version,
    limit: Duration,
    tracer: Tracer,
    requests: AtomicU64,
    slots: Semaphore,
    permission: OnceLock<()>,
}

/// The API server's version.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Version {
    /// Such as `v1.33.1+k3s1`.
    pub text: String,
    /// Minor version, such as 33.
    pub minor: u32,
}

/// How an object is deleted.
#[derive(Clone, Copy, Debug, Default)]
pub struct Deletion<'a> {
    /// Only the one with this uid.
    pub uid: Option<&'a str>,
    /// Whether what it owns goes first, so that it is gone when it is gone.
    pub is_foreground: bool,
}

impl Cluster {
    /// Connects, and asks for the version. No request is sent again after `limit`, counted from now.
    ///
    /// # Errors
    /// When nobody answers, who asks is not let in, or the server is too old.
    pub async fn connect(chosen: Chosen, limit: Duration, tracer: Tracer) -> crate::error::Result<Self> {
        rustls::crypto::ring::default_provider().install_default().ok();
        let mut config = chosen.config.clone();
        config.default_retry = false;
        config.connect_timeout = Some(GREETING_TIMEOUT);
        let api = login::client(config, limit).await.map_err(|unmade| unusable(&chosen, unmade))?;
        let began = Instant::now();
        let mut shared = Shared {
            api,
            chosen,
            version: Version::default(),
            limit,
            tracer,
            requests: AtomicU64::new(0),
            slots: Semaphore::new(MOST_AT_ONCE),
            permission: OnceLock::new(),
        };
        let greeting = Self {
            shared: Arc::new(Shared {
                api: shared.api.clone(),
                chosen: shared.chosen.clone(),
                version: Version::default(),
                limit: limit.min(GREETING_TIMEOUT),
                tracer: shared.tracer.clone(),
                requests: AtomicU64::new(0),
                slots: Semaphore::new(1),
                permission: OnceLock::new(),
            }),
            began,
        };
        shared.version = greeting.ask_version().await.map_err(|error| {
            let failure = Failure::new(format!(
                "the API server {} (context `{}`) does not serve karctl",
                shared.chosen.server, shared.chosen.context
            ));
            failure.because(anyhow::Error::from(Failure::from(error)))
        })?;
        if shared.version.minor < OLDEST_MINOR {
            return Err(Failure::new(format!("the API server is Kubernetes {}", shared.version.text))
                .hint(format!("karctl needs 1.{OLDEST_MINOR} or newer"))
                .code(Code::ClusterVersion)
                .into());
        }
        Ok(Self { shared: Arc::new(shared), began })
    }

    /// The same connection, with the whole time that requests may take from now on: other work came before.
    pub fn restarted(&self) -> Self {
        Self { shared: Arc::clone(&self.shared), began: Instant::now() }
    }

    /// Is set once somebody said that it may be changed, so that nobody is asked twice by one command.
    pub fn permission(&self) -> &OnceLock<()> {
        &self.shared.permission
    }

    /// Which cluster it is.
    pub fn chosen(&self) -> &Chosen {
        &self.shared.chosen
    }

    /// The API server's version.
    pub fn version(&self) -> &Version {
        &self.shared.version
    }

    /// How many requests were sent.
    pub fn requests(&self) -> u64 {
        self.shared.requests.load(Ordering::Relaxed)
    }

    fn api(&self) -> &kube::Client {
        &self.shared.api
    }

    fn slots(&self) -> &Semaphore {
        &self.shared.slots
    }

    fn deadline(&self) -> Instant {
        self.began + self.shared.limit
    }

    fn count(&self) {
        self.shared.requests.fetch_add(1, Ordering::Relaxed);
    }

    fn trace(&self, level: u8, text: impl FnOnce() -> String) {
        (self.shared.tracer)(level, &text());
    }

    async fn ask_version(&self) -> Result<Version> {
        let answer = self.json("tell its version", &Method::GET, "/version", &Content::default()).await?;
        let text = answer["gitVersion"].as_str().unwrap_or_default().to_owned();
        let digits: String =
            answer["minor"].as_str().unwrap_or_default().chars().take_while(char::is_ascii_digit).collect();
        Ok(Version { text, minor: digits.parse().unwrap_or_default() })
    }

    async fn json(&self, operation: &str, method: &Method, path: &str, content: &Content) -> Result<Value> {
        let bytes = self.call(operation, method, path, content).await?;
        serde_json::from_slice(&bytes)
            .map_err(|error| KubernetesError::new(operation, error::Kind::Garbled(error.to_string())))
    }

    /// Names of the API groups that the server has.
    ///
    /// # Errors
    /// When the server does not say.
    pub async fn groups(&self) -> Result<Vec<String>> {
        let answer = self.json("list its API groups", &Method::GET, "/apis", &Content::default()).await?;
        let groups = answer["groups"].as_array().into_iter().flatten();
        Ok(groups.filter_map(|group| group["name"].as_str()).map(str::to_owned).collect())
    }

    /// An object; `None` where there is none.
    ///
    /// # Errors
    /// When the server does not say.
    pub async fn get(&self, reference: &Reference) -> Result<Option<Object>> {
        let operation = format!("show {reference}");
        let path = path(reference, &operation)?;
        match self.json(&operation, &Method::GET, &path, &Content::default()).await {
            Ok(value) => Ok(Some(Object(value))),
            Err(error) if error.status() == Some(404) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Every object of a kind, in a namespace or everywhere, that has the labels.
    ///
    /// # Errors
    /// When the server does not say.
    pub async fn list(&self, kind: Kind, namespace: Option<&str>, labels: &str) -> Result<Vec<Object>> {
        self.pages(kind, namespace, &format!("labelSelector={}", encoded(labels))).await
    }

    /// Every object of a kind and a name, in whatever namespace. Who may list only this name is answered too.
    ///
    /// # Errors
    /// When the server does not say.
    pub async fn list_named(&self, kind: Kind, name: &str) -> Result<Vec<Object>> {
        self.pages(kind, None, &format!("fieldSelector={}", encoded(&format!("metadata.name={name}")))).await
    }

    async fn pages(&self, kind: Kind, namespace: Option<&str>, selector: &str) -> Result<Vec<Object>> {
        let operation = format!("list {}", kind.plural);
        let mut objects = Vec::new();
        let mut page = String::new();
        loop {
            let path = format!("{}?limit={PAGE}&{selector}&continue={page}", kind.path(namespace));
            let answer = self.json(&operation, &Method::GET, &path, &Content::default()).await?;
            for item in answer["items"].as_array().into_iter().flatten() {
                let mut item = item.clone();
                // Items of a list do not say what they are.
                item["apiVersion"] = Value::from(kind.api_version);
                item["kind"] = Value::from(kind.name);
                objects.push(Object(item));
            }
            page = encoded(answer["metadata"]["continue"].as_str().unwrap_or_default());
            if page.is_empty() {
                return Ok(objects);
            }
        }
    }

    /// Makes the fields of an object what they are to be, and drops those that karctl applied before. `force` takes fields
    /// from other managers.
    ///
    /// # Errors
    /// A conflict names the fields and who has them.
    pub async fn apply(&self, object: &Object, force: bool, dry_run: bool) -> Result<Object> {
        let reference = object.reference();
        let operation = format!("apply {reference}");
        let mut path = format!("{}?fieldManager={FIELD_MANAGER}&force={force}", path(&reference, &operation)?);
        if dry_run {
            path.push_str("&dryRun=All");
        }
        let content = Content { kind: "application/apply-patch+yaml", bytes: object.0.to_string().into_bytes() };
        self.json(&operation, &Method::PATCH, &path, &content).await.map(Object)
    }

    /// Changes an object by a merge patch; with a `resourceVersion` in it only that very state of it.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn merge(&self, reference: &Reference, patch: &Value) -> Result<Object> {
        let operation = format!("change {reference}");
        let path = format!("{}?fieldManager={FIELD_MANAGER}", path(reference, &operation)?);
        let content = Content { kind: "application/merge-patch+json", bytes: patch.to_string().into_bytes() };
        self.json(&operation, &Method::PATCH, &path, &content).await.map(Object)
    }

    /// Creates an object; `dry_run` only asks what would come of it.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn create(&self, object: &Object, dry_run: bool) -> Result<Object> {
        let reference = object.reference();
        let operation = format!("create {reference}");
        let kind = Kind::find(&reference.api_version, &reference.kind)
            .map_err(|error| KubernetesError::new(&operation, error::Kind::Garbled(error.to_string())))?;
        let mut path = format!("{}?fieldManager={FIELD_MANAGER}", kind.path(reference.namespace.as_deref()));
        if dry_run {
            path.push_str("&dryRun=All");
        }
        self.json(&operation, &Method::POST, &path, &json_content(&object.0)).await.map(Object)
    }

    /// Deletes an object; one that is gone, or is another of the same name, counts as deleted.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn delete(&self, reference: &Reference, deletion: Deletion<'_>) -> Result<bool> {
        let operation = format!("delete {reference}");
        let path = path(reference, &operation)?;
        let policy = if deletion.is_foreground { "Foreground" } else { "Background" };
        let mut options = json!({"apiVersion": "v1", "kind": "DeleteOptions", "propagationPolicy": policy});
        if let Some(uid) = deletion.uid {
            options["preconditions"] = json!({"uid": uid});
        }
        match self.call(&operation, &Method::DELETE, &path, &json_content(&options)).await {
            Ok(_) => Ok(true),
            Err(error) if error.status() == Some(404) => Ok(false),
            Err(error) if deletion.uid.is_some() && error.status() == Some(409) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Whether who asks may do something: a verb on a resource of a group, or what is below it, in a namespace or
    /// cluster-wide, with all objects or one.
    ///
    /// # Errors
    /// When the server does not say.
    pub async fn may(
        &self,
        verb: &str,
        kind: Kind,
        subresource: &str,
        namespace: Option<&str>,
        name: Option<&str>,
    ) -> Result<bool> {
        let attributes = json!({
            "verb": verb, "group": kind.group(), "resource": kind.plural, "subresource": subresource,
            "namespace": namespace.unwrap_or_default(), "name": name.unwrap_or_default(),
        });
        let review = json!({
            "apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview",
            "spec": {"resourceAttributes": attributes},
        });
        let path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
        let operation = format!("say whether {verb} {} is allowed", kind.plural);
        let answer = self.json(&operation, &Method::POST, path, &json_content(&review)).await?;
        Ok(answer["status"]["allowed"] == true)
    }

    /// Sends JSON to port 443 of a service through the API server, over HTTPS, and returns its answer.
    ///
    /// # Errors
    /// When the service does not answer, or with something else than JSON.
    pub async fn post_to_service(&self, namespace: &str, service: &str, path: &str, body: &Value) -> Result<Value> {
        let operation = format!("pass a request to the service {namespace}/{service}");
        let path = format!("/api/v1/namespaces/{namespace}/services/https:{service}:443/proxy{path}");
        self.json(&operation, &Method::POST, &path, &json_content(body)).await
    }

    /// The last lines that a container wrote; of its former run where `previous`.
    ///
    /// # Errors
    /// When the container never ran, or its node does not answer.
    pub async fn log(&self, pod: &Reference, container: &str, lines: u32, previous: bool) -> Result<String> {
        let operation = format!("show the log of {pod}");
        let path =
            format!("{}/log?container={container}&tailLines={lines}&previous={previous}", path(pod, &operation)?);
        let bytes = self.call(&operation, &Method::GET, &path, &Content::default()).await?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// What a container wrote in the last `since_seconds`, or its last `lines`, each piece given to `take` as it comes; with
    /// `follow` until the container ends.
    ///
    /// # Errors
    /// When the container never ran, or the connection breaks.
    pub async fn read_log(
        &self,
        pod: &Reference,
        container: &str,
        follow: bool,
        lines: Option<u32>,
        since_seconds: Option<u64>,
        take: &mut impl FnMut(&[u8]),
    ) -> Result<()> {
        let operation = format!("follow the log of {pod}");
        let mut path = format!("{}/log?container={container}&follow={follow}", path(pod, &operation)?);
        lines.iter().for_each(|lines| path.push_str(&format!("&tailLines={lines}")));
        since_seconds.iter().for_each(|seconds| path.push_str(&format!("&sinceSeconds={seconds}")));
        let request = call::request(&Method::GET, &path, &Content::default())
            .map_err(|error| KubernetesError::new(&operation, error::Kind::Garbled(error.to_string())))?;
        let answer = self.api().send(request).await.map_err(|error| call::failed(&operation, &error))?;
        let status = answer.status();
        let mut body = answer.into_body();
        if !status.is_success() {
            let body = body.collect().await.map_err(|error| call::failed(&operation, &error))?.to_bytes();
            return Err(KubernetesError::new(
                operation,
                error::Kind::Refused(Refusal::read(status.as_u16(), None, &body)),
            ));
        }
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|error| call::failed(&operation, &error))?;
            if let Some(data) = frame.data_ref() {
                take(data);
            }
        }
        Ok(())
    }
}

/// A context that says who asks in a way that cannot be followed.
fn unusable(chosen: &Chosen, unmade: Unmade) -> Failure {
    let failure = Failure::new(format!("context `{}` cannot be used", chosen.context));
    let plugin = chosen.config.auth_info.exec.as_ref().and_then(|exec| exec.command.as_ref());
    let error = match unmade {
        Unmade::Failed(kube::Error::Auth(error)) => error,
        Unmade::Failed(error) => return failure.because(error).code(Code::NoCluster),
        Unmade::Silent(limit) => {
            let plugin = plugin.map(String::as_str).unwrap_or_default();
            let reason = format!("the login plugin did not answer within {:.0?} (`{plugin}`)", limit);
            return failure.because(anyhow::anyhow!(reason)).hint(error::LOG_IN).code(Code::ClusterLogin);
        }
    };
    let reason = match plugin {
        Some(plugin) => format!("{} (`{plugin}`)", call::login_failure(&error)),
        None => call::login_failure(&error),
    };
    failure.because(anyhow::anyhow!(reason)).hint(error::LOG_IN).code(Code::ClusterLogin)
}

fn json_content(value: &Value) -> Content {
    Content { kind: "application/json", bytes: value.to_string().into_bytes() }
}

fn path(reference: &Reference, operation: &str) -> Result<String> {
    reference.path().map_err(|error| KubernetesError::new(operation, error::Kind::Garbled(error.to_string())))
}

/// A text within a query.
fn encoded(text: &str) -> String {
    let keep = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    text.bytes().fold(String::new(), |mut encoded, byte| {
        match keep(byte) {
            true => encoded.push(char::from(byte)),
            false => encoded.push_str(&format!("%{byte:02X}")),
        }
        encoded
    })
}
