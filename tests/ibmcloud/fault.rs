//! What can go wrong with a request, and with which.

use std::collections::BTreeMap;
use std::time::Duration;

/// What goes wrong, once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// 429, with so many seconds to wait; nothing is done.
    TooMany {
        /// `Retry-After`, in seconds.
        retry_after: u32,
    },
    /// A 5xx with an HTML page, as gateways answer; nothing is done.
    Gateway {
        /// HTTP status.
        status: u16,
    },
    /// 400, with all that was sent in the message; nothing is done.
    Echo,
    /// The connection is closed before anything is done.
    Refuse,
    /// It is done, and the connection closed without an answer.
    Cut,
    /// It is done, and the connection closed in the middle of the answer.
    Torn,
    /// It is done, and answered late.
    Slow(Duration),
    /// The token ends right before it: 401.
    Expire,
    /// Somebody else changes the object right before it: its If-Match is stale.
    Stale,
    /// It is done, but what it made is not seen by so many reads, and what it deleted is, as it was.
    Lag(usize),
}

/// One request of a run.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Point {
    /// As [`super::Recorded::shape`] has it.
    pub shape: String,
    /// Which one of that shape, from zero; `None` for all of them.
    pub occurrence: Option<usize>,
}

impl Point {
    /// The first request of a shape.
    pub fn first(shape: impl Into<String>) -> Self {
        Self::nth(shape, 0)
    }

    /// A request of a shape, counted from zero.
    pub fn nth(shape: impl Into<String>, occurrence: usize) -> Self {
        Self { shape: shape.into(), occurrence: Some(occurrence) }
    }

    /// Every request of a shape.
    pub fn every(shape: impl Into<String>) -> Self {
        Self { shape: shape.into(), occurrence: None }
    }
}

/// The faults to come.
#[derive(Default)]
pub struct Plan {
    faults: Vec<(Fault, Point)>,
    seen: BTreeMap<String, usize>,
    /// How many have struck.
    pub struck: usize,
}

impl Plan {
    /// One more.
    pub fn add(&mut self, fault: Fault, point: Point) {
        self.faults.push((fault, point));
        self.seen.clear();
    }

    /// Which request of its shape this is, and what goes wrong with it.
    pub fn next(&mut self, shape: &str) -> (usize, Option<Fault>) {
        let seen = self.seen.entry(shape.to_owned()).or_default();
        let occurrence = *seen;
        *seen += 1;
        let is_hit = |point: &Point| point.shape == shape && point.occurrence.is_none_or(|nth| nth == occurrence);
        let fault = self.faults.iter().find(|(_, point)| is_hit(point)).map(|(fault, _)| *fault);
        self.struck += usize::from(fault.is_some());
        (occurrence, fault)
    }
}
