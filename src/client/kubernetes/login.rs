//! A client, where the kubeconfig names a login program: the library waits for it with the whole thread that asks, for as
//! long as it takes. So that one that hangs holds up nobody, it has a thread of its own, and is ended when it is given up on:
//! by whoever waits for it, or, where that is on a thread that is left behind, when the command comes to its end.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use kube::Config;
use rustix::process::{Pid, Signal, kill_process};
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::transport;

/// Why there is no client.
pub(super) enum Unmade {
    /// What the library says.
    Failed(kube::Error),
    /// The login program did not end within this time.
    Silent(Duration),
}

/// At the end of a command, what waits for a login program has this long to notice that it was ended.
const ENDING: Duration = Duration::from_secs(1);

/// Between two looks whether it has.
const PAUSE: Duration = Duration::from_millis(5);

/// The login programs of this process.
static LOGINS: Mutex<Logins> = Mutex::new(Logins { waited_for: Vec::new(), is_closed: false });

/// A client; a login program has until `limit`.
pub(super) async fn client(config: Config, limit: Duration) -> Result<kube::Client, Unmade> {
    if config.auth_info.exec.is_none() {
        return transport::client(config, || true).map_err(Unmade::Failed);
    }
    let (tell, told) = oneshot::channel();
    let login = Login::begin().ok_or(Unmade::Silent(limit))?;
    let _waiting = Waiting(Arc::clone(&login));
    let runtime = Handle::current();
    std::thread::spawn(move || {
        let login = Asking(login);
        login.0.thread.get_or_init(own_thread);
        // What the client does later is done by whoever asked for it.
        let _runtime = runtime.enter();
        // Nobody listens any more where it took too long.
        tell.send(transport::client(config, || !login.0.is_given_up.load(Ordering::Relaxed))).ok();
    });
    match timeout(limit, told).await {
        Ok(Ok(client)) => client.map_err(Unmade::Failed),
        Ok(Err(_)) | Err(_) => Err(Unmade::Silent(limit)),
    }
}

/// Ends every login program that is still waited for, and starts no more: the process is about to end, and with it the
/// threads that would.
pub fn end_logins() {
    logins().is_closed = true;
    let began = Instant::now();
    // More than once: the library may start the program, or start it again, just then.
    while began.elapsed() < ENDING {
        let waited_for = logins().waited_for.clone();
        if waited_for.is_empty() {
            return;
        }
        waited_for.iter().for_each(|login| login.end());
        std::thread::sleep(PAUSE);
    }
}

/// Linux' folder of the thread that asks; `None` elsewhere.
fn own_thread() -> Option<PathBuf> {
    std::fs::read_link("/proc/thread-self").ok().map(|thread| Path::new("/proc").join(thread))
}

struct Logins {
    waited_for: Vec<Arc<Login>>,
    is_closed: bool,
}

fn logins() -> MutexGuard<'static, Logins> {
    LOGINS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A thread that waits for a login program.
#[derive(Default)]
struct Login {
    thread: OnceLock<Option<PathBuf>>,
    is_given_up: AtomicBool,
}

impl Login {
    /// `None` where the process is about to end.
    fn begin() -> Option<Arc<Self>> {
        let login = Arc::new(Self::default());
        let mut logins = logins();
        (!logins.is_closed).then(|| {
            logins.waited_for.push(Arc::clone(&login));
            login
        })
    }

    /// Ends what the thread has started and still waits for, and whatever that has started.
    fn end(&self) {
        self.is_given_up.store(true, Ordering::Relaxed);
        let Some(Some(thread)) = self.thread.get() else { return };
        for program in descendants(thread) {
            kill_process(program, Signal::KILL).ok();
        }
    }
}

/// The processes that a thread has started, and those that they have; parents first.
fn descendants(thread: &Path) -> Vec<Pid> {
    let children = std::fs::read_to_string(thread.join("children")).unwrap_or_default();
    let children = children.split_whitespace().filter_map(|child| Pid::from_raw(child.parse().ok()?));
    children
        .flat_map(|child| [vec![child], threads(child).iter().flat_map(|own| descendants(own)).collect()].concat())
        .collect()
}

fn threads(process: Pid) -> Vec<PathBuf> {
    let folder = std::fs::read_dir(format!("/proc/{}/task", process.as_raw_nonzero()));
    folder.into_iter().flatten().filter_map(|thread| Some(thread.ok()?.path())).collect()
}

/// Ends a login program when nobody waits for it any more. A thread that has come to its end has none.
struct Waiting(Arc<Login>);

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.end();
    }
}

/// The thread that asks, until it comes to its end: whoever gave up on it may not have been in time to end the program.
struct Asking(Arc<Login>);

impl Drop for Asking {
    fn drop(&mut self) {
        logins().waited_for.retain(|login| !Arc::ptr_eq(login, &self.0));
    }
}
