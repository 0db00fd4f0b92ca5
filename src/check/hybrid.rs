//! What every member of a project should be like: it answers, has the configuration of the services, and reaches them. Pure.

use super::{Check, Finding, Reason, Severity};
use crate::code::Code;

/// What was found of one member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// Its name.
    pub name: String,
    /// The version of the karctl that looked from there, where one did.
    pub karctl: Option<String>,
    /// The version of this karctl.
    pub here: String,
    /// The way to Kafka.
    pub kafka: Way,
    /// The way to Redis.
    pub redis: Way,
}

/// How far a way to a service leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Way {
    /// To its end; what was seen there.
    Open(String),
    /// Not to its end.
    Broken(Part, Reason),
    /// Nobody could look.
    Unseen(Reason),
}

/// What a way is broken by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The member itself does not answer.
    Member,
    /// It has another configuration than it is to have.
    Configuration,
    /// Something between it and the service, or the service.
    Way,
}

/// What is judged of each member.
pub const CHECKS: &[Check<Subject>] = &[
    Check::new("member", "a member answers", Code::MemberUnasked, Severity::Error, member),
    Check::new("member", "somebody looked from a member", Code::MemberUnverified, Severity::Warning, verified),
    Check::new(
        "configuration",
        "a member has the configuration of the services",
        Code::MemberStale,
        Severity::Error,
        configuration,
    ),
    Check::new("kafka", "a member reaches Kafka", Code::ServiceUnreachable, Severity::Error, |subject| {
        way(subject, &subject.kafka)
    }),
    Check::new("redis", "a member reaches Redis", Code::ServiceUnreachable, Severity::Error, |subject| {
        way(subject, &subject.redis)
    }),
    Check::new("version", "members run one version of karctl", Code::MembersDiffer, Severity::Warning, version),
];

impl Subject {
    fn ways(&self) -> [&Way; 2] {
        [&self.kafka, &self.redis]
    }

    /// What breaks its ways, each reason once.
    fn broken_by(&self, part: Part) -> Option<Finding> {
        let of_part = self.ways().into_iter().filter_map(|way| match way {
            Way::Broken(by, reason) if *by == part => Some(reason),
            _ => None,
        });
        let mut reasons: Vec<_> = of_part.collect();
        reasons.dedup();
        let first = (*reasons.first()?).clone();
        let messages: Vec<_> = reasons.iter().map(|reason| reason.message.as_str()).collect();
        let message = format!("`{}`: {}", self.name, messages.join("; "));
        Some(Finding::Because(Reason { message, ..first }))
    }

    fn unseen(&self) -> Option<&Reason> {
        self.ways().into_iter().find_map(|way| match way {
            Way::Unseen(reason) => Some(reason),
            _ => None,
        })
    }
}

fn member(subject: &Subject) -> Finding {
    match (subject.broken_by(Part::Member), subject.unseen()) {
        (Some(broken), _) => broken,
        (None, Some(_)) => not_looked_at(subject),
        (None, None) => Finding::Fine(format!("`{}` was asked", subject.name)),
    }
}

/// That it is not is no fault of anybody's.
fn verified(subject: &Subject) -> Finding {
    match subject.unseen() {
        Some(reason) => {
            Finding::Bad(format!("`{}` is unverified: {}", subject.name, reason.message), reason.hints.clone())
        }
        None => Finding::Fine(format!("`{}` was looked at", subject.name)),
    }
}

fn configuration(subject: &Subject) -> Finding {
    if let Some(broken) = subject.broken_by(Part::Configuration) {
        return broken;
    }
    let is_seen = subject.ways().into_iter().any(|way| matches!(way, Way::Open(_) | Way::Broken(Part::Way, _)));
    match is_seen {
        true => Finding::Fine(format!("`{}` has the configuration of the services", subject.name)),
        false => not_looked_at(subject),
    }
}

fn way(subject: &Subject, way: &Way) -> Finding {
    match way {
        Way::Open(found) => Finding::Fine(format!("`{}`: {found}", subject.name)),
        Way::Broken(Part::Way, reason) => {
            let message = format!("`{}`: {}", subject.name, reason.message);
            Finding::Because(Reason { message, ..reason.clone() })
        }
        Way::Broken(..) | Way::Unseen(_) => not_looked_at(subject),
    }
}

fn version(subject: &Subject) -> Finding {
    match &subject.karctl {
        None => not_looked_at(subject),
        Some(version) if *version == subject.here => {
            Finding::Fine(format!("`{}` runs karctl {version}, as this machine", subject.name))
        }
        Some(version) => {
            let message = format!("`{}` runs karctl {version}, and this is {}", subject.name, subject.here);
            Finding::Bad(message, Vec::new())
        }
    }
}

fn not_looked_at(subject: &Subject) -> Finding {
    Finding::Skipped(format!("`{}` could not be asked about it", subject.name))
}

#[cfg(test)]
mod tests {
    use super::super::{Mode, Outcome, run};
    use super::*;

    fn well() -> Subject {
        Subject {
            name: "east".to_owned(),
            karctl: Some("1.0.0".to_owned()),
            here: "1.0.0".to_owned(),
            kafka: Way::Open("Kafka answers".to_owned()),
            redis: Way::Open("Redis answers".to_owned()),
        }
    }

    fn reason(message: &str, code: Code) -> Reason {
        Reason { message: message.to_owned(), hints: vec!["do it".to_owned()], code: Some(code) }
    }

    /// Category, code and outcome of what is neither fine nor passed over.
    fn wrong(subject: &Subject) -> Vec<(&'static str, Code, Outcome)> {
        let checks = run(Mode::Hybrid, CHECKS, subject).checks.into_iter();
        let wrong = checks.filter(|checked| !matches!(checked.outcome, Outcome::Ok | Outcome::Skipped));
        wrong.map(|checked| (checked.category, checked.code, checked.outcome)).collect()
    }

    #[test]
    fn a_member_that_is_well_gives_nothing() {
        assert_eq!(wrong(&well()), []);
        assert!(run(Mode::Hybrid, CHECKS, &well()).checks.iter().all(|checked| checked.outcome == Outcome::Ok));
    }

    #[test]
    fn a_way_that_is_broken_is_told_where_it_is_broken_and_nowhere_else() {
        let way = |part, code| Way::Broken(part, reason("it is broken", code));
        let kafka = Subject { kafka: way(Part::Way, Code::ServiceDropped), ..well() };
        assert_eq!(wrong(&kafka), [("kafka", Code::ServiceDropped, Outcome::Error)]);
        let stale = Subject { redis: way(Part::Configuration, Code::MemberStale), ..well() };
        assert_eq!(wrong(&stale), [("configuration", Code::MemberStale, Outcome::Error)]);
        let twin = way(Part::Member, Code::MembersAreOne);
        let twin = Subject { kafka: twin.clone(), redis: twin, karctl: None, ..well() };
        assert_eq!(wrong(&twin), [("member", Code::MembersAreOne, Outcome::Error)]);
    }

    #[test]
    fn another_version_and_a_host_that_nobody_looked_at_are_warnings() {
        let old = Subject { karctl: Some("0.9.0".to_owned()), ..well() };
        assert_eq!(wrong(&old), [("version", Code::MembersDiffer, Outcome::Warning)]);
        let unseen = Way::Unseen(reason("nobody has looked", Code::MemberUnverified));
        let host = Subject { kafka: unseen.clone(), redis: unseen, karctl: None, ..well() };
        assert_eq!(wrong(&host), [("member", Code::MemberUnverified, Outcome::Warning)]);
    }
}
