//! A fake of the three services of IBM Cloud that karctl speaks to: IAM (`POST /identity/token`), the resource controller
//! v2 (`/v2/resource_keys`, `/v2/resource_groups`) and Code Engine v2 (`/v2/projects/...`), each on a port of its own.
//!
//! It keeps an account, and is strict: what IBM's API documents to refuse is refused, and so is any query parameter, field
//! or header that its SDKs could not have sent. IBM's own Python SDKs are held against it (`tests/real/ibm_sdk.rs`).
//!
//! ```ignore
//! let cloud = IbmCloud::start();
//! let project = cloud.change(|account| account.add_project("kar"));
//! cloud.fail(Fault::TooMany { retry_after: 1 }, &Point::first("code-engine GET /v2/projects"));
//! sandbox.karctl(["ce", "project", "list"]).variables(cloud.variables())...
//! assert_eq!(cloud.misuse(), Vec::<String>::new());
//! ```

mod account;
mod app;
mod app_fields;
mod controller;
mod deployment;
mod fault;
mod iam;
mod project;
mod request;
mod secret;
mod server;
mod service_key;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::oneshot;

pub use account::{API_KEY, Account, REGION, RESOURCE_GROUP};
pub use deployment::Image;
pub use fault::{Fault, Point};
pub use request::{Recorded, Service};
pub use service_key::{certificate_authority, kafka_key, redis_key};

/// An account on its own three ports, until it is dropped.
pub struct IbmCloud {
    shared: Arc<Shared>,
    addresses: [SocketAddr; 3],
    stop: Option<oneshot::Sender<()>>,
    servers: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    account: Mutex<Account>,
    faults: Mutex<fault::Plan>,
    recorded: Mutex<Vec<Recorded>>,
}

impl IbmCloud {
    /// An account with one API key, one resource group, no service key and no project.
    pub fn start() -> Self {
        let shared = Arc::new(Shared::default());
        let (stop, stopped) = oneshot::channel();
        let (addresses, servers) = server::start(&shared, stopped);
        let urls = addresses.map(|address| format!("http://{address}"));
        shared.account.lock().expect("unharmed").origin.clone_from(&urls[2]);
        Self { shared, addresses, stop: Some(stop), servers: Some(servers) }
    }

    /// Where a service answers: no path, no slash at the end.
    pub fn url(&self, service: Service) -> String {
        format!("http://{}", self.addresses[service as usize])
    }

    /// The variables that point karctl at it.
    pub fn variables(&self) -> [(&'static str, String); 3] {
        Service::ALL.map(|service| (service.variable(), self.url(service)))
    }

    /// Looks at the account, or changes it as somebody else would.
    pub fn change<T>(&self, change: impl FnOnce(&mut Account) -> T) -> T {
        change(&mut self.shared.account.lock().expect("unharmed"))
    }

    /// A token of a user who logged in elsewhere.
    pub fn user_token(&self, life: Duration) -> String {
        self.change(|account| iam::issue(account, life))
    }

    /// Lets a request fail, once; occurrences are counted from now on. Further ones can be added.
    pub fn fail(&self, fault: Fault, point: &Point) {
        self.shared.faults.lock().expect("unharmed").add(fault, point.clone());
    }

    /// Forgets the faults that did not strike, and counts occurrences from now on.
    pub fn heal(&self) {
        *self.shared.faults.lock().expect("unharmed") = fault::Plan::default();
    }

    /// How many faults have struck since [`IbmCloud::heal`].
    pub fn struck(&self) -> usize {
        self.shared.faults.lock().expect("unharmed").struck
    }

    /// Every request so far, in order.
    pub fn requests(&self) -> Vec<Recorded> {
        self.shared.recorded.lock().expect("unharmed").clone()
    }

    /// Forgets the requests so far.
    pub fn forget(&self) {
        self.shared.recorded.lock().expect("unharmed").clear();
    }

    /// Requests that nobody may send, each with why: a program that makes one has a mistake.
    pub fn misuse(&self) -> Vec<String> {
        self.requests().iter().filter_map(Recorded::misuse).collect()
    }
}

/// Ports and connections end with it: a test may have hundreds of them.
impl Drop for IbmCloud {
    fn drop(&mut self) {
        drop(self.stop.take());
        let ended = self.servers.take().map(JoinHandle::join);
        assert!(std::thread::panicking() || matches!(ended, Some(Ok(()))), "a server of the fake panicked");
    }
}
