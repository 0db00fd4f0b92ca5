//! How much of an application is there and ready, wherever it runs. Pure.

use std::fmt;

/// What was seen of an application, part by part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Running {
    /// What is counted: `pods`, `containers`, `components`.
    unit: &'static str,
    ready: i64,
    there: usize,
    missing: Vec<String>,
    waiting: Vec<String>,
}

impl Running {
    /// Of nothing yet.
    pub fn of(unit: &'static str) -> Self {
        Self { unit, ready: 0, there: 0, missing: Vec::new(), waiting: Vec::new() }
    }

    /// A part is there and has so many units, all of them ready; none where it has nothing that runs.
    pub fn ready(&mut self, units: i64) {
        self.there += 1;
        self.ready += units;
    }

    /// A part is there and is not ready; with what it is, and why.
    pub fn waiting(&mut self, why: String) {
        self.there += 1;
        self.waiting.push(why);
    }

    /// A part is not there.
    pub fn missing(&mut self, what: String) {
        self.missing.push(what);
    }

    /// Whether all of it is there and ready.
    pub fn is_ready(&self) -> bool {
        self.missing.is_empty() && self.waiting.is_empty()
    }
}

impl fmt::Display for Running {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.missing.first(), self.waiting.first()) {
            (Some(_), _) if self.there == 0 => f.write_str("not deployed"),
            // What is there and fails is worse than what may follow it.
            (_, Some(why)) => f.write_str(why),
            (Some(what), None) => write!(f, "{what} is not deployed"),
            (None, None) => write!(f, "{} of {} {} ready", self.ready, self.ready, self.unit),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_application_is_ready_when_every_part_is_there_and_ready() {
        let mut running = Running::of("pods");
        running.missing("Job hello-client".to_owned());
        assert_eq!((running.to_string().as_str(), running.is_ready()), ("not deployed", false));
        running.ready(2);
        assert_eq!((running.to_string().as_str(), running.is_ready()), ("Job hello-client is not deployed", false));
        running.waiting("Deployment a: 1 of 2 pods are ready".to_owned());
        assert_eq!((running.to_string().as_str(), running.is_ready()), ("Deployment a: 1 of 2 pods are ready", false));
        let mut whole = Running::of("pods");
        whole.ready(2);
        whole.ready(0);
        assert_eq!((whole.to_string().as_str(), whole.is_ready()), ("2 of 2 pods ready", true));
    }
}
