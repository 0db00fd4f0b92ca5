//! What can go wrong between a client and Kafka, told apart by what a caller can do about it.

use std::fmt;
use std::io;
use std::time::Duration;

use kafka_protocol::error::ResponseError;

use crate::client::tls::Refusal;

/// The result of one exchange with Kafka.
pub type Result<T> = std::result::Result<T, Error>;

/// What errors call the request for the broker's versions, the first on every connection.
pub(super) const VERSIONS_ACTION: &str = "tell which versions it speaks";

/// What errors call the request that holds the password begins so.
pub(super) const LOGIN_ACTION: &str = "authenticate the user";

/// A failed exchange: where, what was asked for, what was seen.
#[derive(Debug)]
pub struct Error {
    address: String,
    action: String,
    kind: Kind,
}

/// What was seen.
#[derive(Debug)]
pub enum Kind {
    /// The connection could not be made: nothing listens, or the name does not resolve.
    Unreachable(io::Error),
    /// No answer came within this time.
    TimedOut(Duration),
    /// The connection ended before the answer, as it does while a server starts or stops.
    Closed(Option<io::Error>),
    /// The connection could not be made secure.
    Insecure(Refusal),
    /// Kafka answered with an error code, and perhaps a message of its own.
    Refused(ResponseError, Option<String>),
    /// What answered does not speak Kafka's protocol, or shares no version of this request.
    Incompatible(String),
}

impl Error {
    pub(super) fn new(address: &str, action: impl Into<String>, kind: Kind) -> Self {
        Self { address: address.to_owned(), action: action.into(), kind }
    }

    /// What was seen.
    pub fn kind(&self) -> &Kind {
        &self.kind
    }

    /// Whether Kafka did not answer at all, as before it is ready.
    pub fn is_unanswered(&self) -> bool {
        matches!(self.kind, Kind::Unreachable(_) | Kind::TimedOut(_) | Kind::Closed(_))
    }

    /// Whether the same request may succeed in a moment: no answer yet, or a code that passes while brokers and
    /// topics come up.
    pub fn is_transient(&self) -> bool {
        match &self.kind {
            // A KRaft broker that is not unfenced yet has no replicas to give: INVALID_REPLICATION_FACTOR passes.
            Kind::Refused(ResponseError::InvalidReplicationFactor | ResponseError::BrokerNotAvailable, _) => true,
            Kind::Refused(error, _) => error.is_retriable(),
            Kind::Incompatible(_) => false,
            // A server that starts or stops ends connections at any point.
            Kind::Insecure(refusal) => matches!(refusal, Refusal::BrokenOff(_)),
            Kind::Unreachable(_) | Kind::TimedOut(_) | Kind::Closed(_) => true,
        }
    }

    /// Whether user or password were refused.
    pub fn is_authentication(&self) -> bool {
        self.is_refused_with(ResponseError::SaslAuthenticationFailed)
    }

    /// Why the connection could not be made secure, where that was the matter.
    pub fn refusal(&self) -> Option<&Refusal> {
        match &self.kind {
            Kind::Insecure(refusal) => Some(refusal),
            _ => None,
        }
    }

    /// Whether the connection ended although the broker had told which versions it speaks.
    pub(super) fn is_closed_after_versions(&self) -> bool {
        matches!(self.kind, Kind::Closed(_)) && self.action != VERSIONS_ACTION
    }

    /// Whether the connection ended where the broker had been sent the password.
    pub fn is_closed_after_login(&self) -> bool {
        matches!(self.kind, Kind::Closed(_)) && self.action.starts_with(LOGIN_ACTION)
    }

    pub(super) fn is_refused_with(&self, code: ResponseError) -> bool {
        matches!(&self.kind, Kind::Refused(error, _) if *error == code)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { address, action, kind } = self;
        match kind {
            Kind::Unreachable(_) => write!(f, "Kafka at {address} cannot be reached"),
            Kind::TimedOut(after) => write!(f, "Kafka at {address} did not {action} within {after:?}"),
            Kind::Closed(_) => write!(f, "Kafka at {address} closed the connection when asked to {action}"),
            Kind::Refused(error, message) => {
                write!(f, "Kafka at {address} refused to {action}: {} ({})", name(*error), error.code())?;
                message.as_ref().map_or(Ok(()), |message| write!(f, ", {}", message.trim_end_matches('.')))
            }
            Kind::Insecure(refusal) => write!(f, "Kafka at {address} cannot be used: {refusal}"),
            Kind::Incompatible(what) => write!(f, "what listens at {address} cannot {action}: {what}"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.kind {
            Kind::Unreachable(cause) | Kind::Closed(Some(cause)) => Some(cause),
            _ => None,
        }
    }
}

/// The name that <https://kafka.apache.org/protocol#protocol_error_codes> gives to a code, such as
/// `NOT_LEADER_OR_FOLLOWER`: the crate writes the same words in camel case.
fn name(error: ResponseError) -> String {
    let camel = match error {
        ResponseError::Unknown(_) => "UnknownErrorCode".to_owned(),
        known => format!("{known:?}"),
    };
    let mut name = String::new();
    for letter in camel.chars() {
        if letter.is_ascii_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.push(letter.to_ascii_uppercase());
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(code: i16, message: Option<&str>) -> Error {
        let error = ResponseError::try_from_code(code).expect("not zero");
        Error::new("127.0.0.1:31093", "create the topic `t`", Kind::Refused(error, message.map(str::to_owned)))
    }

    #[test]
    fn a_refusal_names_the_place_the_request_and_kafkas_code() {
        assert_eq!(
            refused(36, Some("Topic 't' already exists.")).to_string(),
            "Kafka at 127.0.0.1:31093 refused to create the topic `t`: TOPIC_ALREADY_EXISTS (36), Topic 't' already exists"
        );
        assert!(refused(2000, None).to_string().ends_with("UNKNOWN_ERROR_CODE (2000)"));
    }

    #[test]
    fn what_passes_by_itself_is_told_from_what_does_not() {
        assert!(refused(3, None).is_transient() && refused(38, None).is_transient());
        assert!(!refused(58, None).is_transient() && refused(58, None).is_authentication());
        let closed = Error::new("a:1", "list topics", Kind::Closed(None));
        assert!(closed.is_transient() && closed.is_unanswered());
        assert!(!refused(3, None).is_unanswered());
    }

    #[test]
    fn a_connection_that_ends_after_the_password_is_told_from_others() {
        let closed = |action: &str| Error::new("a:1", action, Kind::Closed(None)).is_closed_after_login();
        assert!(closed(&format!("{LOGIN_ACTION} `token`")));
        assert!(!closed(VERSIONS_ACTION) && !closed("take SASL PLAIN"));
    }
}
