//! What IBM Cloud says no with, and the one place where that becomes a sentence and a next step.

use std::fmt;
use std::time::Duration;

use serde_json::Value;

use super::Service;
use crate::code::Code;
use crate::error::{Failure, Status};
use crate::redacted::{REDACTED, Secret};

/// The result of a call to IBM Cloud.
pub type Result<T> = std::result::Result<T, Error>;

/// A server's own words are cut after so many characters.
const LONGEST_MESSAGE: usize = 300;

/// A text that is no longer than this is no secret worth hiding: `true`, `6380`.
const SHORTEST_SECRET: usize = 6;

/// IAM's code for an API key that it does not know.
/// <https://cloud.ibm.com/apidocs/iam-identity-token-api>
const UNKNOWN_KEY: &str = "BXNIM0415E";

/// IAM's code for an account that asks for a second factor.
const SECOND_FACTOR: &str = "BXNIM0400E";

/// A call to IBM Cloud that did not end well. It becomes a [`Failure`] with a hint by `?`.
#[derive(Clone, Debug)]
pub struct Error {
    service: Service,
    /// What was asked for, as the end of a sentence: `list the projects`.
    what: String,
    kind: Kind,
    project: Option<String>,
    is_doubtful: bool,
    is_out_of_time: bool,
}

/// How it failed.
#[derive(Clone, Debug)]
pub enum Kind {
    /// No connection.
    Unreachable(String),
    /// No answer within so long.
    Silent(Duration),
    /// The connection broke before the answer was complete.
    Broken(String),
    /// The certificate is not trusted.
    Untrusted(String),
    /// It answers, and says no.
    Refused(Box<Refusal>),
    /// The answer is not what the documentation promises.
    Garbled(String),
    /// The token has ended, and there is no key to get another one for.
    Ended,
    /// Code Engine has an address in each region, and none is chosen.
    NoRegion,
    /// There is something of this name that cannot become what is wanted.
    InTheWay(String),
}

/// What a service said instead of doing it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refusal {
    /// HTTP status.
    pub status: u16,
    /// Its code, such as `resource_not_found` or `BXNIM0415E`, where there is one.
    pub code: Option<String>,
    /// Its own words, in one line, without secrets.
    pub message: String,
    /// By which its operators find the request.
    pub trace: Option<String>,
}

impl Refusal {
    /// Reads an answer of any of the services; `hidden` is replaced wherever it is repeated.
    pub fn read(status: u16, body: &[u8], hidden: &[Secret]) -> Self {
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        let first = &body["errors"][0];
        let text = |value: &Value| value.as_str().map(|text| cleaned(text, hidden)).filter(|text| !text.is_empty());
        let messages =
            [&first["message"], &body["errorMessage"], &body["message"], &body["errorDetails"], &body["details"]];
        let codes = [&first["code"], &body["errorCode"], &body["error_code"]];
        let traces = [&body["trace"], &body["transaction_id"], &body["context"]["requestId"]];
        Self {
            status,
            code: codes.into_iter().find_map(text),
            message: messages.into_iter().find_map(text).unwrap_or_default(),
            trace: traces.into_iter().find_map(text),
        }
    }
}

/// One line that shows no secret and does nothing to a terminal.
fn cleaned(text: &str, hidden: &[Secret]) -> String {
    let is_secret = |secret: &&Secret| secret.expose().len() >= SHORTEST_SECRET;
    let mut hidden: Vec<_> = hidden.iter().filter(is_secret).collect();
    // One may be within another.
    hidden.sort_by_key(|secret| std::cmp::Reverse(secret.expose().len()));
    let text = hidden.into_iter().fold(text.to_owned(), |text, secret| text.replace(secret.expose(), REDACTED));
    let words: Vec<_> =
        text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()).collect();
    let line = words.join(" ");
    let line = line.trim_end_matches('.');
    match line.char_indices().nth(LONGEST_MESSAGE) {
        Some((end, _)) => format!("{}...", &line[..end]),
        None => line.to_owned(),
    }
}

impl Error {
    pub(super) fn new(service: Service, what: &str, kind: Kind) -> Self {
        Self { service, what: what.to_owned(), kind, project: None, is_doubtful: false, is_out_of_time: false }
    }

    pub(super) fn of_project(mut self, project: Option<String>) -> Self {
        self.project = project;
        self
    }

    pub(super) fn doubted(mut self, is_doubtful: bool) -> Self {
        self.is_doubtful = is_doubtful;
        self
    }

    pub(super) fn out_of_time(mut self) -> Self {
        self.is_out_of_time = true;
        self
    }

    /// The service that was asked.
    pub fn service(&self) -> Service {
        self.service
    }

    /// What was asked for, as the end of a sentence.
    pub fn what(&self) -> &str {
        &self.what
    }

    /// How it failed.
    pub fn kind(&self) -> &Kind {
        &self.kind
    }

    /// What the service said, where it answered.
    pub fn refusal(&self) -> Option<&Refusal> {
        match &self.kind {
            Kind::Refused(refusal) => Some(refusal),
            _ => None,
        }
    }

    /// The HTTP status, where the service answered with one.
    pub fn status(&self) -> Option<u16> {
        self.refusal().map(|refusal| refusal.status)
    }

    /// Whether there is no such thing, or whoever asks may not see it.
    pub fn is_not_found(&self) -> bool {
        matches!(self.status(), Some(404 | 410))
    }

    /// Whether it is there already, or was changed by somebody else meanwhile.
    pub fn is_conflict(&self) -> bool {
        matches!(self.status(), Some(409 | 412))
    }

    /// Whether an attempt was not answered for sure, so that it may have been done all the same: a conflict may then
    /// be of one's own making.
    pub fn is_doubtful(&self) -> bool {
        self.is_doubtful
    }

    /// Whether the same may succeed a moment later.
    pub fn is_passing(&self) -> bool {
        match &self.kind {
            Kind::Unreachable(_) | Kind::Silent(_) | Kind::Broken(_) => true,
            Kind::Refused(refusal) => matches!(refusal.status, 408 | 429 | 500 | 502..=599),
            _ => false,
        }
    }

    /// Whether the service may have done what it did not say yes to.
    pub(super) fn may_be_done(&self) -> bool {
        match &self.kind {
            Kind::Silent(_) | Kind::Broken(_) => true,
            Kind::Refused(refusal) => matches!(refusal.status, 408 | 500 | 502..=599),
            _ => false,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (service, what) = (self.service.name(), &self.what);
        match &self.kind {
            Kind::Unreachable(reason) => write!(f, "{service} of IBM Cloud cannot be reached to {what}: {reason}"),
            Kind::Silent(limit) => {
                write!(f, "{service} of IBM Cloud did not answer within {} s when asked to {what}", limit.as_secs())
            }
            Kind::Broken(reason) => {
                write!(f, "the connection to {service} of IBM Cloud broke when asked to {what}: {reason}")
            }
            Kind::Untrusted(reason) => write!(f, "the certificate of {service} of IBM Cloud is not trusted: {reason}"),
            Kind::Garbled(reason) => {
                write!(f, "the answer of {service} cannot be understood when asked to {what}: {reason}")
            }
            Kind::Ended => f.write_str("the token for IBM Cloud has ended"),
            Kind::NoRegion => f.write_str("no region of Code Engine is chosen"),
            Kind::InTheWay(reason) => f.write_str(reason),
            Kind::Refused(refusal) => self.refused(refusal, f),
        }
    }
}

impl Error {
    fn refused(&self, refusal: &Refusal, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (service, what) = (self.service.name(), &self.what);
        match (self.service, refusal.status, &self.project) {
            (Service::Iam, 400, _) if refusal.code.as_deref() == Some(UNKNOWN_KEY) => {
                f.write_str("IBM Cloud does not know this API key")?;
            }
            (Service::Iam, 400 | 401, _) => f.write_str("IBM Cloud does not accept the login")?,
            (_, 401, _) => write!(f, "{service} does not accept the token when asked to {what}")?,
            (_, 403, _) => write!(f, "you may not {what}")?,
            (_, 404, Some(project)) => {
                write!(
                    f,
                    "cannot {what}: it or its project {project} is missing, or you lack the roles (Viewer and Reader)"
                )?;
            }
            (_, 404 | 410, _) => write!(f, "cannot {what}: there is no such thing, or you may not see it")?,
            (_, 409 | 412, _) => write!(f, "{service} did not {what}, since it was changed meanwhile, or is there")?,
            (_, 429, _) => write!(f, "{service} limits how often it is asked, and was asked to {what}")?,
            (_, 500.., _) => write!(f, "{service} has trouble of its own, and did not {what}")?,
            _ => write!(f, "{service} refuses to {what}")?,
        }
        if !refusal.message.is_empty() {
            write!(f, ": {}", refusal.message)?;
        }
        let code = refusal.code.as_ref().map(|code| format!(" {code}")).unwrap_or_default();
        let trace = refusal.trace.as_ref().map(|trace| format!(", trace {trace}")).unwrap_or_default();
        write!(f, " ({}{code}{trace})", refusal.status)
    }

    /// What to do, and the code that tells more.
    fn advice(&self) -> (&'static str, Code) {
        const AGAIN: &str = "run the same command again; it goes on where it stopped";
        match &self.kind {
            Kind::Unreachable(_) => {
                ("check the network and the proxy variables (HTTPS_PROXY, NO_PROXY)", Code::CloudUnreachable)
            }
            Kind::Silent(_) | Kind::Broken(_) => (AGAIN, Code::CloudUnreachable),
            Kind::Untrusted(_) => {
                ("name a file with the authority of your proxy in SSL_CERT_FILE", Code::CloudUnreachable)
            }
            Kind::Garbled(_) => ("look whether a proxy answers in IBM Cloud's place", Code::CloudRefused),
            Kind::Ended => ("log in again with `ibmcloud login`, or set IBMCLOUD_API_KEY", Code::CloudLoginRefused),
            Kind::NoRegion => ("give --region, such as eu-de, or set IBMCLOUD_REGION", Code::CodeEngineProjectUnchosen),
            Kind::InTheWay(_) => ("remove it, or rename it, and run the same command again", Code::CloudChanged),
            Kind::Refused(refusal) => self.advice_on(refusal),
        }
    }

    fn advice_on(&self, refusal: &Refusal) -> (&'static str, Code) {
        match (self.service, refusal.status, &self.project) {
            (Service::Iam, 400, _) if refusal.code.as_deref() == Some(SECOND_FACTOR) => {
                ("use the API key of a service ID, which needs no second factor", Code::CloudLoginRefused)
            }
            (Service::Iam, 400 | 401, _) => (
                "make another key at https://cloud.ibm.com/iam/apikeys, and give it in IBMCLOUD_API_KEY",
                Code::CloudLoginRefused,
            ),
            (Service::Iam, 403, _) => (
                "look at the restrictions of IP addresses at https://cloud.ibm.com/iam/settings",
                Code::CloudLoginRefused,
            ),
            (_, 401, _) => {
                ("log in again with `ibmcloud login`, or give another key in IBMCLOUD_API_KEY", Code::CloudLoginRefused)
            }
            (Service::ResourceController, 403 | 404, _) => (
                "ask for the role Viewer on the resource group and on the service at https://cloud.ibm.com/iam",
                Code::CloudForbidden,
            ),
            (Service::CodeEngine, 403, _) => (
                "ask for the roles Viewer and Writer on the project at https://cloud.ibm.com/iam",
                Code::CloudForbidden,
            ),
            (Service::CodeEngine, 404, Some(_)) => (
                "`karctl ce project list` shows the projects of the region that you may see",
                Code::CodeEngineProjectMissing,
            ),
            (_, 409 | 412, _) => ("run the same command again", Code::CloudChanged),
            (_, 429, _) => ("wait a minute, then run the same command again", Code::CloudBusy),
            (_, 500.., _) => {
                ("look at https://cloud.ibm.com/status, and run the same command again later", Code::CloudBusy)
            }
            _ => ("read what it says; with -vv every request is shown", Code::CloudRefused),
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let (hint, code) = error.advice();
        let failure = Self::new(error.to_string()).hint(hint).code(code);
        match error.is_out_of_time || matches!(error.kind, Kind::Silent(_)) {
            true => failure.status(Status::TimedOut),
            false => failure,
        }
    }
}

/// `?` keeps the hint: an error that is none of the standard library's becomes one of anyhow only by way of a failure.
impl From<Error> for anyhow::Error {
    fn from(error: Error) -> Self {
        Failure::from(error).into()
    }
}

/// How an exchange failed, without its address.
pub(super) fn kind_of(error: reqwest::Error) -> Kind {
    let (is_connect, error) = (error.is_connect(), error.without_url());
    let mut cause: &(dyn std::error::Error + 'static) = &error;
    loop {
        if let Some(reason) = certificate(cause) {
            return Kind::Untrusted(reason);
        }
        match cause.source() {
            Some(next) => cause = next,
            None => break,
        }
    }
    let reason = match cause.downcast_ref::<std::io::Error>().map(std::io::Error::kind) {
        Some(std::io::ErrorKind::ConnectionRefused) => "nobody listens".to_owned(),
        _ => cause.to_string(),
    };
    if is_connect { Kind::Unreachable(reason) } else { Kind::Broken(reason) }
}

/// An error of rustls hides in one of the system's, or in several: these are no links of the chain.
fn certificate(cause: &(dyn std::error::Error + 'static)) -> Option<String> {
    if let Some(inner) = cause.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref) {
        return certificate(inner);
    }
    match cause.downcast_ref::<rustls::Error>()? {
        rustls::Error::InvalidCertificate(reason) => Some(reason.to_string()),
        _ => None,
    }
}

#[cfg(test)]
#[path = "error_tests.rs"]
mod tests;
