//! Injection: what the annotations of a pod ask for, as a change of that pod which leaves all else as it is. Pure.
//!
//! One function serves the webhook, `karctl inject` and whoever wants to know what would happen. It does what the original
//! `kar-injector` does, with the names, the order of arguments and the defaults that application images depend on; where the
//! original is wrong, it differs:
//!
//! * The pod is untyped JSON and the change a list of additions, so nothing that this program does not know is lost.
//! * A variable, volume, mount or pull secret that is there is kept; nothing is there twice.
//! * Ports and names are checked, and a pod that cannot work is refused with the reason.
//! * The sidecar passes PodSecurity's `restricted`, and can be a native one, so that Jobs end.
//! * It has no preStop. The original's is a GET on a route that takes only POST, so it does nothing; a POST needs a program
//!   that the image does not have, and would do what SIGTERM does: `kar` ends its context in the same way. A native sidecar
//!   gets its SIGTERM after the application has ended, which is what a hook would be for.

mod annotations;
mod edit;
mod review;
mod sidecar;
mod undo;
mod workload;

use std::fmt;

use json_patch::Patch;
use serde_json::Value;

pub use annotations::{ANNOTATIONS, APP, Application, Mode};
pub use review::{Answer, Decided, Verdict, review};
pub use sidecar::{KAR_SIDECAR_IMAGE, Kind, Resources, Sidecar};
pub use undo::uninject;
pub use workload::{Found, Template, templates};

/// The Secret with the variables of `kar`, and the place where its files are seen.
pub const CONFIG_SECRET: &str = "kar.ibm.com.runtime-config";
/// The Secret that lets a node pull the sidecar's image; a pod may name it also where it is missing.
pub const PULL_SECRET: &str = "kar.ibm.com.image-pull";
/// The volume made of [`CONFIG_SECRET`].
pub const VOLUME: &str = "kar-ibm-com-config";
/// Where [`VOLUME`] is mounted.
pub const CONFIG_FOLDER: &str = "/var/run/secrets/kar.ibm.com";
/// The sidecar's container.
pub const CONTAINER: &str = "kar";
/// `kar` within the sidecar's image.
pub const COMMAND: &str = "/kar/bin/kar";
/// Holds what [`uninject`] cannot know by itself; only on pods that had parts of an injection before.
pub const RECORD: &str = "kar.ibm.com/uninject";

/// What became of a pod, or of a pod template.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// It is to be changed.
    Injected(Injection),
    /// It stays as it is.
    Unchanged(Reason),
}

/// A change, and what was decided.
#[derive(Clone, Debug, PartialEq)]
pub struct Injection {
    /// Which application, and how.
    pub application: Application,
    /// The change, as RFC 6902 has it; its paths begin at the pod.
    pub patch: Patch,
    /// What works, but perhaps not as was meant: one sentence each.
    pub warnings: Vec<String>,
}

/// Why a pod stays as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It has no annotation [`APP`].
    NotAnnotated,
    /// It has a container [`CONTAINER`], or all that would be added.
    HasItAll,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAnnotated => write!(f, "no annotation {APP}"),
            Self::HasItAll => f.write_str("it has what would be added"),
        }
    }
}

/// Why a pod cannot be injected: a sentence that names the place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal(pub String);

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Refusal {}

/// Decides what becomes of a pod: anything with `metadata` and `spec` as a pod has them.
///
/// # Errors
/// When an annotation has no value that could work, or the pod is none.
pub fn inject(pod: &Value, sidecar: &Sidecar) -> Result<Outcome, Refusal> {
    let Some((application, mut warnings)) = Application::of(pod)? else {
        return Ok(Outcome::Unchanged(Reason::NotAnnotated));
    };
    if edit::has_sidecar(pod) {
        return Ok(Outcome::Unchanged(Reason::HasItAll));
    }
    let patch = edit::change(pod, &application, sidecar, &mut warnings)?;
    if patch.is_empty() {
        return Ok(Outcome::Unchanged(Reason::HasItAll));
    }
    Ok(Outcome::Injected(Injection { application, patch, warnings }))
}

impl Injection {
    /// The pod with the change.
    ///
    /// # Errors
    /// When it is not the pod that the change was made for.
    pub fn apply(&self, pod: &mut Value) -> Result<(), json_patch::PatchError> {
        json_patch::patch(pod, &self.patch)
    }
}

#[cfg(test)]
#[path = "inject_tests.rs"]
mod tests;
