//! What a member's secret says, against what the services are. Pure.

use super::hops::{Broken, Hop};
use crate::code::Code;
use crate::runtime_config::difference::{Difference, differences};
use crate::runtime_config::{RuntimeConfig, parse};

/// What a member's processes are given, and what is wrong with it for each service.
#[derive(Debug)]
pub struct Given {
    /// As far as `kar` understands it.
    pub config: RuntimeConfig,
    /// What concerns Kafka.
    pub kafka: Option<Broken>,
    /// What concerns Redis.
    pub redis: Option<Broken>,
}

/// Reads variables of a place, such as `the namespace team-a`, and compares them with those that fit the services.
pub fn read(place: &str, lookup: impl Fn(&str) -> Option<String>, wanted: &RuntimeConfig) -> Given {
    let (config, problems) = parse::read(lookup);
    let differing = differences(&config, wanted);
    judged(place, config, &problems, &differing)
}

/// Reads variables of a place where nobody says what they are to be.
pub fn read_alone(place: &str, lookup: impl Fn(&str) -> Option<String>) -> Given {
    let (config, problems) = parse::read(lookup);
    judged(place, config, &problems, &[])
}

fn judged(place: &str, config: RuntimeConfig, problems: &[parse::Problem], differing: &[Difference]) -> Given {
    let broken = |prefix: &str| {
        let mut of_service = problems.iter().filter(|problem| problem.variable.starts_with(prefix));
        if let Some(problem) = of_service.next() {
            let found = format!("{place} has a configuration that `kar` does not take: {}", sentence(problem));
            let hint = "`karctl hybrid up` writes it anew";
            return Some(Broken::new(Hop::Configuration, Code::MemberUnconfigured, found, hint));
        }
        let stale: Vec<_> = differing.iter().filter(|difference| difference.variable.starts_with(prefix)).collect();
        (!stale.is_empty()).then(|| self::stale(place, &stale))
    };
    let (kafka, redis) = (broken("KAFKA_"), broken("REDIS_"));
    Given { config, kafka, redis }
}

fn sentence(problem: &parse::Problem) -> String {
    format!("{} {}", problem.variable, problem.message)
}

fn stale(place: &str, differing: &[&Difference]) -> Broken {
    let told: Vec<_> = differing.iter().map(ToString::to_string).collect();
    let found = format!("{place} has another configuration than the services: {}", told.join(", "));
    let hint = "`karctl hybrid up` writes it anew; applications read it when they start";
    Broken::new(Hop::Configuration, Code::MemberStale, found, hint)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redacted::Secret;

    fn wanted() -> RuntimeConfig {
        RuntimeConfig {
            kafka_brokers: vec!["k.example.org:9093".to_owned()],
            redis_host: Some("r.example.org".to_owned()),
            redis_password: Some(Secret::new("canary-new")),
            ..RuntimeConfig::default()
        }
    }

    fn given(changed: &[(&str, &str)]) -> Given {
        let wanted = wanted();
        let lookup = |name: &str| {
            let changed = changed.iter().find(|(changed, _)| *changed == name).map(|(_, value)| (*value).to_owned());
            let variable = wanted.variables().into_iter().find(|variable| variable.name == name);
            changed.or_else(|| variable?.value.map(|value| value.expose().to_owned()))
        };
        read("the namespace a", lookup, &wanted)
    }

    #[test]
    fn what_fits_is_not_told_and_what_differs_is_told_of_its_service_only() {
        let same = given(&[]);
        assert!(same.kafka.is_none() && same.redis.is_none() && same.config == wanted());
        let stale = given(&[("REDIS_PASSWORD", "canary-old")]);
        assert!(stale.kafka.is_none());
        let broken = stale.redis.expect("stale");
        assert_eq!((broken.hop, broken.code), (Hop::Configuration, Code::MemberStale));
        assert_eq!(broken.found, "the namespace a has another configuration than the services: REDIS_PASSWORD differs");
    }

    #[test]
    fn what_kar_does_not_take_is_told_before_what_differs() {
        let given = given(&[("REDIS_PORT", "6379\n"), ("REDIS_HOST", "elsewhere")]);
        let broken = given.redis.expect("unusable");
        assert_eq!(broken.code, Code::MemberUnconfigured);
        assert!(broken.found.contains("REDIS_PORT is `6379\\n`"), "{}", broken.found);
    }
}
