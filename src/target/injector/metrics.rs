//! The injector's numbers, in Prometheus' text format.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use jiff::Timestamp;

use crate::inject::Verdict;

/// Upper bounds of the histogram, in microseconds; a review takes some tens.
const BOUNDS: [u64; 10] = [25, 50, 100, 250, 500, 1_000, 2_500, 10_000, 100_000, 1_000_000];

const MICROSECONDS: f64 = 1e6;

/// Counts since the start.
#[derive(Default)]
pub(super) struct Metrics {
    /// Answers, by HTTP status.
    answers: Mutex<BTreeMap<u16, u64>>,
    verdicts: [AtomicU64; Verdict::ALL.len()],
    /// Reviews by the first bound that they do not exceed; the last is for those beyond all.
    buckets: [AtomicU64; BOUNDS.len() + 1],
    microseconds: AtomicU64,
    connections_failed: AtomicU64,
    reloads: AtomicU64,
    reloads_failed: AtomicU64,
    certificate_expires: AtomicI64,
}

impl Metrics {
    /// An answer with an HTTP status went out.
    pub(super) fn answered(&self, status: u16) {
        if let Ok(mut answers) = self.answers.lock() {
            *answers.entry(status).or_default() += 1;
        }
    }

    /// A review was decided.
    pub(super) fn reviewed(&self, verdict: Verdict, took: Duration) {
        if let Some(index) = Verdict::ALL.iter().position(|known| *known == verdict) {
            self.verdicts[index].fetch_add(1, Ordering::Relaxed);
        }
        let microseconds = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let bucket = BOUNDS.iter().position(|bound| microseconds <= *bound).unwrap_or(BOUNDS.len());
        self.buckets[bucket].fetch_add(1, Ordering::Relaxed);
        self.microseconds.fetch_add(microseconds, Ordering::Relaxed);
    }

    /// A connection failed before its end.
    pub(super) fn connection_failed(&self) {
        self.connections_failed.fetch_add(1, Ordering::Relaxed);
    }

    /// The certificate's files changed, and could be used or not.
    pub(super) fn reloaded(&self, is_usable: bool) {
        let count = if is_usable { &self.reloads } else { &self.reloads_failed };
        count.fetch_add(1, Ordering::Relaxed);
    }

    /// A certificate is served.
    pub(super) fn certificate_expires(&self, at: Timestamp) {
        self.certificate_expires.store(at.as_second(), Ordering::Relaxed);
    }

    /// All of them, as `/metrics` shows them.
    pub(super) fn text(&self) -> String {
        let mut text = Text(String::new());
        let count = |value: &AtomicU64| value.load(Ordering::Relaxed).to_string();
        text.family("kar_injector_requests_total", "counter", "HTTP requests answered, by status.");
        for (status, number) in self.answers.lock().map(|answers| answers.clone()).unwrap_or_default() {
            text.sample("kar_injector_requests_total", &format!("code=\"{status}\""), &number.to_string());
        }
        text.family("kar_injector_reviews_total", "counter", "Admission reviews, by what was decided.");
        for (verdict, number) in Verdict::ALL.iter().zip(&self.verdicts) {
            text.sample("kar_injector_reviews_total", &format!("outcome=\"{}\"", verdict.word()), &count(number));
        }
        self.histogram(&mut text);
        text.family("kar_injector_connection_failures_total", "counter", "Connections that failed, most often in TLS.");
        text.sample("kar_injector_connection_failures_total", "", &count(&self.connections_failed));
        text.family("kar_injector_certificate_reloads_total", "counter", "Changes of the certificate's files.");
        text.sample("kar_injector_certificate_reloads_total", "result=\"used\"", &count(&self.reloads));
        text.sample("kar_injector_certificate_reloads_total", "result=\"unusable\"", &count(&self.reloads_failed));
        text.family(
            "kar_injector_certificate_expiry_timestamp_seconds",
            "gauge",
            "When the served certificate expires.",
        );
        let expires = self.certificate_expires.load(Ordering::Relaxed).to_string();
        text.sample("kar_injector_certificate_expiry_timestamp_seconds", "", &expires);
        text.0
    }

    fn histogram(&self, text: &mut Text) {
        const NAME: &str = "kar_injector_review_duration_seconds";
        text.family(NAME, "histogram", "Time from a whole request to its answer.");
        let mut sum = 0;
        for (index, bucket) in self.buckets.iter().enumerate() {
            sum += bucket.load(Ordering::Relaxed);
            let bound = BOUNDS.get(index).map_or("+Inf".to_owned(), |bound| seconds(*bound));
            text.sample(&format!("{NAME}_bucket"), &format!("le=\"{bound}\""), &sum.to_string());
        }
        text.sample(&format!("{NAME}_sum"), "", &seconds(self.microseconds.load(Ordering::Relaxed)));
        text.sample(&format!("{NAME}_count"), "", &sum.to_string());
    }
}

#[expect(clippy::cast_precision_loss, reason = "a sum of times need not be exact")]
fn seconds(microseconds: u64) -> String {
    (microseconds as f64 / MICROSECONDS).to_string()
}

/// Writes the format's lines.
struct Text(String);

impl Text {
    fn family(&mut self, name: &str, kind: &str, help: &str) {
        writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}").expect("text takes everything");
    }

    fn sample(&mut self, name: &str, label: &str, value: &str) {
        let labels = if label.is_empty() { String::new() } else { format!("{{{label}}}") };
        writeln!(self.0, "{name}{labels} {value}").expect("text takes everything");
    }
}
