//! IBM Cloud through its HTTP APIs: IAM, which gives tokens; the Resource Controller, which has the service keys; and
//! Code Engine, which runs applications.
//!
//! One method a request. A [`Session`] gets and renews its token by itself, repeats what may be repeated with the
//! patience that is asked for, and reads lists to their last page. What is made where, and why, is the caller's. The
//! shapes are those of IBM's own SDKs (<https://github.com/IBM/code-engine-go-sdk>,
//! <https://github.com/IBM/platform-services-go-sdk>).

mod address;
mod call;
pub mod code_engine;
mod error;
mod resource_controller;
mod token;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Instant;

pub use address::{Address, Api};
pub use error::{Error, Kind, Refusal, Result};
pub use resource_controller::{ResourceGroup, ResourceKey};
pub use token::{Claims, claims};

use crate::redacted::Secret;
use token::Held;

/// Who asks.
#[derive(Clone, Debug)]
pub enum Credential {
    /// An API key, which is exchanged for a token, and again where that ends.
    ApiKey(Secret),
    /// A token that somebody else got, without `Bearer`; it is never renewed.
    Token(Secret),
}

/// One of the services that are spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// Identity and Access Management.
    Iam,
    /// The Resource Controller.
    ResourceController,
    /// Code Engine, of one region.
    CodeEngine,
}

impl Service {
    /// As it is called in sentences.
    pub fn name(self) -> &'static str {
        match self {
            Self::Iam => "IAM",
            Self::ResourceController => "the Resource Controller",
            Self::CodeEngine => "Code Engine",
        }
    }
}

/// Is told of every request: the verbosity from which it is shown, and the line, which holds no secret.
pub type Tracer = Arc<dyn Fn(u8, &str) + Send + Sync>;

/// What a session may take, and whom it tells.
#[derive(Clone, Default)]
pub struct Options {
    /// When it gives up; requests have time-outs of their own beside.
    pub deadline: Option<Instant>,
    /// Is told of every request.
    pub tracer: Option<Tracer>,
}

/// A login and where it is used; clones share connections and the token.
#[derive(Clone)]
pub struct Session {
    shared: Arc<Shared>,
    deadline: Option<Instant>,
}

struct Shared {
    api: Api,
    credential: Credential,
    tracer: Option<Tracer>,
    token: tokio::sync::Mutex<Option<Held>>,
    /// Without certificates, which take long to read; for servers on loopback.
    plain: OnceLock<reqwest::Client>,
    secure: OnceLock<reqwest::Client>,
    requests: AtomicU64,
}

impl Session {
    /// A login at these addresses. Nothing is sent yet.
    pub fn new(api: Api, credential: Credential, options: Options) -> Self {
        let shared = Shared {
            api,
            credential,
            tracer: options.tracer,
            token: tokio::sync::Mutex::default(),
            plain: OnceLock::new(),
            secure: OnceLock::new(),
            requests: AtomicU64::new(0),
        };
        Self { shared: Arc::new(shared), deadline: options.deadline }
    }

    /// The same login, which gives up at another time.
    #[must_use]
    pub fn until(&self, deadline: Instant) -> Self {
        Self { deadline: Some(deadline), ..self.clone() }
    }

    /// The addresses.
    pub fn api(&self) -> &Api {
        &self.shared.api
    }

    /// Whether an API key is behind it, so that its token can be renewed.
    pub fn has_key(&self) -> bool {
        matches!(self.shared.credential, Credential::ApiKey(_))
    }

    /// How many requests were sent, those for tokens and those that were repeated included.
    pub fn requests(&self) -> u64 {
        self.shared.requests.load(Ordering::Relaxed)
    }
}
