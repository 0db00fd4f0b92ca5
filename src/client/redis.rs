//! A small Redis client over the `redis` crate: what karctl needs to prove that Redis works, to count what
//! applications have in it, and to remove what one left behind. It knows nothing of clusters and sentinels.

mod persistence;

use std::fmt;
use std::io;
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{
    AsyncConnectionConfig, Client, Cmd, ConnectionAddr, ErrorKind, FromRedisValue, IntoConnectionInfo,
    RedisConnectionInfo, RedisError, ServerErrorKind,
};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, timeout_at};

use crate::client::tls::{Refusal, Tls, Wire};
use crate::code::Code;
use crate::error::{Failure, Status};
use crate::redacted::Secret;
use crate::services::host_and_port;

pub use persistence::Persistence;

/// The result of one exchange with Redis.
pub type Result<T> = std::result::Result<T, Error>;

/// The pause between two attempts while Redis comes up.
const PAUSE: Duration = Duration::from_millis(20);

/// The longest time that one attempt to connect, or one command, may take.
const ATTEMPT: Duration = Duration::from_secs(5);

/// How many keys Redis looks at in one step of a scan, and so about how many are deleted in one command.
const SCAN_STEP: usize = 1000;

/// A failed exchange: where, what was asked for, what was seen.
#[derive(Debug)]
pub struct Error {
    address: String,
    action: String,
    cause: Cause,
}

/// What was seen.
#[derive(Debug)]
enum Cause {
    /// Of the crate: an answer, or a connection that ended.
    Redis(RedisError),
    /// The connection could not be made.
    Unreachable(io::Error),
    /// Nor could it be made secure.
    Insecure(Refusal),
    /// Nothing came in time.
    Late,
}

impl Error {
    /// Whether the same may succeed in a moment: no answer yet, or Redis is still loading its data.
    pub fn is_transient(&self) -> bool {
        match &self.cause {
            Cause::Redis(cause) => matches!(
                cause.kind(),
                ErrorKind::Io | ErrorKind::Server(ServerErrorKind::BusyLoading | ServerErrorKind::MasterDown)
            ),
            Cause::Unreachable(_) | Cause::Late => true,
            Cause::Insecure(refusal) => matches!(refusal, Refusal::BrokenOff(_)),
        }
    }

    /// Whether user or password were refused, or none were given where Redis asks for them.
    pub fn is_authentication(&self) -> bool {
        matches!(&self.cause, Cause::Redis(cause) if matches!(cause.code(), Some("WRONGPASS" | "NOAUTH" | "NOPERM")))
    }

    /// Whether what answered does not speak Redis' protocol, as where it speaks TLS and was not spoken to so.
    pub fn is_foreign(&self) -> bool {
        matches!(&self.cause, Cause::Redis(cause) if cause.kind() == ErrorKind::Parse)
    }

    /// Why the connection could not be made secure, where that was the matter.
    pub fn refusal(&self) -> Option<&Refusal> {
        match &self.cause {
            Cause::Insecure(refusal) => Some(refusal),
            _ => None,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { address, action, cause } = self;
        let cause = match cause {
            Cause::Redis(cause) => cause,
            Cause::Unreachable(_) => return write!(f, "Redis at {address} cannot be reached"),
            Cause::Insecure(refusal) => return write!(f, "Redis at {address} cannot be used: {refusal}"),
            Cause::Late => return write!(f, "Redis at {address} did not {action} in time"),
        };
        match (cause.kind(), cause.code()) {
            (ErrorKind::Parse, _) => write!(
                f,
                "what listens at {address} cannot {action}: its answer is not one of Redis'; does it speak TLS, or is it \
                 another program?"
            ),
            (ErrorKind::Io, _) if cause.is_timeout() => write!(f, "Redis at {address} did not {action} in time"),
            (ErrorKind::Io, _) if cause.is_connection_refusal() => write!(f, "Redis at {address} cannot be reached"),
            (ErrorKind::Io, _) => write!(f, "Redis at {address} did not {action}: {cause}"),
            (_, Some(code)) => {
                let detail = cause.detail().unwrap_or_default().trim_end_matches('.');
                write!(f, "Redis at {address} refused to {action}: {code} {detail}")
            }
            _ => write!(f, "what listens at {address} cannot {action}: {cause}"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.cause {
            Cause::Unreachable(cause) => Some(cause),
            _ => None,
        }
    }
}

/// A connection to Redis, authenticated where credentials were given.
pub struct Connection {
    address: String,
    connection: MultiplexedConnection,
}

impl Connection {
    /// Connects and authenticates as the user of `credentials`; without them no AUTH is sent, as `kar` does.
    ///
    /// `timeout` limits connecting, and afterwards each command.
    ///
    /// # Errors
    /// When nothing answers within `timeout`, or the credentials are refused.
    pub async fn open(host: &str, port: u16, credentials: Option<(&str, &Secret)>, timeout: Duration) -> Result<Self> {
        let address = host_and_port(host, port);
        let failed =
            |cause| Error { address: address.clone(), action: "answer".to_owned(), cause: Cause::Redis(cause) };
        let info = ConnectionAddr::Tcp(host.to_owned(), port).into_connection_info().map_err(failed)?;
        let client = Client::open(info.set_redis_settings(settings())).map_err(failed)?;
        let config = limited(timeout);
        let connection = client.get_multiplexed_async_connection_with_config(&config).await.map_err(failed)?;
        Self { address, connection }.authenticated(credentials).await
    }

    /// [`Connection::open`], made secure by TLS.
    ///
    /// # Errors
    /// As [`Connection::open`], and when the server's certificate is not one to trust.
    pub async fn open_secure(
        host: &str,
        port: u16,
        tls: &Tls,
        credentials: Option<(&str, &Secret)>,
        timeout: Duration,
    ) -> Result<Self> {
        let address = host_and_port(host, port);
        let failed = |cause| Error { address: address.clone(), action: "answer".to_owned(), cause };
        let limited_wire = tokio::time::timeout(timeout, secure_wire(host, port, tls)).await;
        let wire = limited_wire.map_err(|_| failed(Cause::Late))?.map_err(failed)?;
        let settings = settings();
        let made = MultiplexedConnection::new_with_config(&settings, wire, limited(timeout)).await;
        let (connection, driver) = made.map_err(|cause| failed(Cause::Redis(cause)))?;
        // It ends with the connection.
        tokio::spawn(driver);
        Self { address, connection }.authenticated(credentials).await
    }

    async fn authenticated(mut self, credentials: Option<(&str, &Secret)>) -> Result<Self> {
        if let Some((user, password)) = credentials {
            // Not left to the crate, whose error does not tell what Redis answered.
            let auth = redis::cmd("AUTH").arg(user).arg(password.expose()).to_owned();
            self.ask::<()>(&format!("authenticate the user `{user}`"), &auth).await?;
        }
        Ok(self)
    }

    /// Sends PING, which needs a user that Redis accepts and data that is loaded.
    ///
    /// # Errors
    /// When Redis does not answer, or answers with an error.
    pub async fn ping(&mut self) -> Result<()> {
        self.ask("answer PING", &redis::cmd("PING")).await
    }

    /// Runs a script that does nothing, as `kar` runs scripts to compare and set.
    ///
    /// # Errors
    /// When Redis does not answer, or the user may not.
    pub async fn run_empty_script(&mut self) -> Result<()> {
        self.ask("run a script", redis::cmd("EVAL").arg("return 1").arg(0)).await
    }

    /// Deletes every key that starts with `prefix` and returns how many there were. Keys written meanwhile may stay.
    ///
    /// # Errors
    /// When Redis does not answer, or answers with an error; some keys may be gone then.
    pub async fn delete_prefix(&mut self, prefix: &str) -> Result<u64> {
        let mut deleted = 0;
        let mut cursor = Some(0);
        while let Some(from) = cursor {
            let (next, keys) = self.scan(prefix, from).await?;
            if !keys.is_empty() {
                deleted += self.ask::<u64>("delete keys", redis::cmd("UNLINK").arg(keys)).await?;
            }
            cursor = next;
        }
        Ok(deleted)
    }

    /// Counts the keys that start with `prefix`; one written or moved meanwhile may be counted twice or not at all.
    ///
    /// # Errors
    /// When Redis does not answer, or answers with an error.
    pub async fn count_prefix(&mut self, prefix: &str) -> Result<u64> {
        let mut count = 0;
        let mut cursor = Some(0);
        while let Some(from) = cursor {
            let (next, keys) = self.scan(prefix, from).await?;
            count += keys.len() as u64;
            cursor = next;
        }
        Ok(count)
    }

    /// Gives each key that starts with `prefix` to `take`, until Redis has looked at about `most` of all its keys. Tells
    /// whether it has seen every key; one written or moved meanwhile may be given twice or not at all.
    ///
    /// # Errors
    /// When Redis does not answer, or answers with an error.
    pub async fn visit_prefix(&mut self, prefix: &str, most: usize, mut take: impl FnMut(&[u8])) -> Result<bool> {
        let mut cursor = Some(0);
        for _ in 0..most.div_ceil(SCAN_STEP) {
            let Some(from) = cursor else { break };
            let (next, keys) = self.scan(prefix, from).await?;
            keys.iter().for_each(|key| take(key));
            cursor = next;
        }
        Ok(cursor.is_none())
    }

    /// One step of a scan: where to go on, if it is not the end, and the keys found.
    async fn scan(&mut self, prefix: &str, from: u64) -> Result<(Option<u64>, Vec<Vec<u8>>)> {
        let pattern = format!("{}*", glob_escaped(prefix));
        let mut scan = redis::cmd("SCAN");
        scan.arg(from).arg("MATCH").arg(pattern).arg("COUNT").arg(SCAN_STEP);
        let (next, keys): (u64, Vec<Vec<u8>>) = self.ask("list keys", &scan).await?;
        Ok((Some(next).filter(|&next| next != 0), keys))
    }

    async fn ask<T: FromRedisValue>(&mut self, action: &str, command: &Cmd) -> Result<T> {
        let answer = command.query_async(&mut self.connection).await;
        answer.map_err(|cause| Error {
            address: self.address.clone(),
            action: action.to_owned(),
            cause: Cause::Redis(cause),
        })
    }
}

/// No CLIENT SETINFO: servers before 7.2 do not know it, and a user of few rights may not send it.
fn settings() -> RedisConnectionInfo {
    RedisConnectionInfo::default().set_skip_set_lib_name()
}

fn limited(timeout: Duration) -> AsyncConnectionConfig {
    AsyncConnectionConfig::new().set_connection_timeout(Some(timeout)).set_response_timeout(Some(timeout))
}

async fn secure_wire(host: &str, port: u16, tls: &Tls) -> std::result::Result<Box<dyn Wire>, Cause> {
    let stream = TcpStream::connect((host, port)).await.map_err(Cause::Unreachable)?;
    stream.set_nodelay(true).map_err(Cause::Unreachable)?;
    tls.secure(host, stream).await.map_err(Cause::Insecure)
}

/// Waits until Redis answers PING, as the user of `credentials` where there are any; an answer that it is still loading
/// is none.
///
/// # Errors
/// When this does not happen within `limit` (the failure holds what was seen last, and exit status 4), or when Redis
/// refuses the credentials.
pub async fn prove_ping(
    host: &str,
    port: u16,
    credentials: Option<(&str, &Secret)>,
    limit: Duration,
) -> crate::error::Result<()> {
    let deadline = Instant::now() + limit;
    let mut last = None;
    loop {
        let attempt = async { Connection::open(host, port, credentials, ATTEMPT).await?.ping().await };
        match timeout_at(deadline, attempt).await {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(error)) if error.is_transient() => last = Some(error),
            Ok(Err(error)) => {
                return Err(Failure::new("Redis is not usable").because(error).code(Code::NotReady).into());
            }
            Err(_) => break,
        }
        if Instant::now() + PAUSE >= deadline {
            break;
        }
        sleep(PAUSE).await;
    }
    let late = |who: &str| {
        let message = format!("{who} was not ready within {limit:?}");
        Failure::new(message).status(Status::TimedOut).code(Code::NotReady)
    };
    Err(match last {
        Some(last) => late("Redis").because(last).into(),
        None => late(&format!("Redis at {}", host_and_port(host, port))).into(),
    })
}

/// A text that stands for itself in a pattern of SCAN MATCH.
fn glob_escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        if matches!(letter, '*' | '?' | '[' | ']' | '\\') {
            escaped.push('\\');
        }
        escaped.push(letter);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_with_wildcards_stands_for_itself() {
        assert_eq!(glob_escaped("kar_a*[b]?\\_"), "kar_a\\*\\[b\\]\\?\\\\_");
        assert_eq!(glob_escaped("kar_hello_"), "kar_hello_");
    }
}
