//! What was written to a cluster, as its API server tells it.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use std::{fs, process, thread};

use serde_json::Value;

use super::cluster::Cluster;

/// How long a request may take to show in the log.
const TIMEOUT: Duration = Duration::from_secs(60);

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(20);

/// A place in the log.
#[derive(Clone, Copy, Debug)]
pub struct Mark(usize);

/// A request that changed something, or tried to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Write {
    /// `create`, `update`, `patch`, `delete`, `deletecollection`.
    pub verb: String,
    /// Path and query.
    pub target: String,
    /// Who asked.
    pub user: String,
    /// With which program.
    pub user_agent: String,
    /// HTTP status of the answer.
    pub status: u64,
}

impl Write {
    /// None where the request changes nothing: it is for trial only, or asks what somebody may do. A deletion for trial
    /// counts as one: only its body says so, which is not in the log.
    fn of(event: &Value) -> Option<Self> {
        let text = |pointer: &str| event.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
        let target = text("/requestURI");
        let changes_nothing = ["get", "list", "watch"].contains(&&*text("/verb"))
            || target.contains("dryRun=All")
            || ["authorization.k8s.io", "authentication.k8s.io"].contains(&&*text("/objectRef/apiGroup"));
        (!changes_nothing).then(|| Self {
            verb: text("/verb"),
            target,
            user: text("/user/username"),
            user_agent: text("/userAgent"),
            status: event.pointer("/responseStatus/code").and_then(Value::as_u64).unwrap_or_default(),
        })
    }
}

impl Cluster {
    /// The end of the log as it is now.
    pub fn mark(&self) -> Mark {
        self.settle();
        Mark(self.log().len())
    }

    /// The writes since then by programs outside the cluster.
    pub fn writes_since(&self, mark: Mark) -> Vec<Write> {
        self.settle();
        let log = self.log();
        log[mark.0..].lines().filter_map(parsed).filter_map(|event| Write::of(&event)).filter(is_of_a_user).collect()
    }

    /// An event may come a moment after its answer: waits until one shows that was caused after all others.
    fn settle(&self) {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let marker = format!("mark{}x{}", process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let path = format!("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews?fieldManager={marker}");
        let review = r#"{"apiVersion":"authorization.k8s.io/v1","kind":"SelfSubjectAccessReview",
            "spec":{"nonResourceAttributes":{"verb":"get","path":"/"}}}"#;
        let asked = self.kubectl(["create", "--raw", &path, "--filename", "-"]).stdin(review).output();
        assert_eq!(asked.status, Some(0), "{}", asked.stderr);
        let deadline = Instant::now() + TIMEOUT;
        while !self.log().lines().any(|line| line.contains(&marker) && parsed(line).is_some()) {
            assert!(Instant::now() < deadline, "{marker} is not in {}", self.audit_log().display());
            thread::sleep(PAUSE);
        }
    }

    fn log(&self) -> String {
        fs::read_to_string(self.audit_log()).expect("the audit log")
    }
}

/// None where the line is still being written.
fn parsed(line: &str) -> Option<Value> {
    serde_json::from_str(line).ok()
}

fn is_of_a_user(write: &Write) -> bool {
    !write.user.starts_with("system:")
}
