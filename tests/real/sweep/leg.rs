//! A command that is swept, there and back with another one, so that each leaves what the other starts from.

use std::collections::BTreeSet;
use std::io::Write;
use std::time::{Duration, Instant};

use super::subject::Run;
use crate::fault_proxy::{Fault, Point};
use crate::state::State;

/// Beside what the command takes undisturbed: time after which it gives up on an engine that hangs.
const PATIENCE: Duration = Duration::from_secs(1);

/// Time in which a command that gives up has ended.
const END_AT_MOST: Duration = Duration::from_secs(30);

/// Exit status of a command that gave up waiting.
const TIMED_OUT: i32 = 4;

/// What is swept: something that commands bring about, behind a proxy that can make requests fail.
pub trait Swept {
    /// Runs a command line to its end, perhaps with a fault.
    fn run(&self, arguments: &[String], fault: Option<(Fault, &Point)>) -> Run;

    /// What there is, field by field.
    ///
    /// # Errors
    /// When something is there that must not be.
    fn state(&self) -> Result<State, String>;

    /// Removes everything, past karctl.
    fn clean(&self);
}

/// One command and what it does undisturbed.
pub struct Leg {
    title: &'static str,
    arguments: Vec<String>,
    /// What it asks as often as it takes, by the end of the shape.
    asked_until: Option<&'static str>,
}

/// What a command does undisturbed.
struct Record {
    requests: Vec<Point>,
    stdout: String,
    state: State,
    took: Duration,
}

impl Leg {
    /// A command, not run yet.
    pub fn new(title: &'static str, arguments: Vec<String>) -> Self {
        Self { title, arguments, asked_until: None }
    }

    /// With a request whose shape ends so, which is sent as often as it takes: only the first of each run is swept.
    pub fn asking_until(self, shape: &'static str) -> Self {
        Self { asked_until: Some(shape), ..self }
    }

    fn record(&self, subject: &impl Swept) -> Result<Record, String> {
        let began = Instant::now();
        let run = subject.run(&self.arguments, None);
        let took = began.elapsed();
        if run.finished.status != Some(0) {
            return Err(format!("undisturbed: {:?} {}", run.finished.status, run.finished.stderr));
        }
        let mut requests = run.requests;
        let asked_until = |point: &Point| self.asked_until.is_some_and(|shape| point.class.shape.ends_with(shape));
        requests.retain(|point| point.occurrence == 0 || !asked_until(point));
        Ok(Record { requests, stdout: run.finished.stdout, state: subject.state()?, took })
    }

    /// Runs it with a fault, then without, and compares.
    fn attempt(&self, subject: &impl Swept, record: &Record, fault: Fault, point: &Point) -> Result<(), String> {
        let mut arguments = self.arguments.clone();
        if fault == Fault::Hang {
            arguments.push(format!("--timeout={}", (record.took + PATIENCE).as_secs() + 1));
        }
        let began = Instant::now();
        let disturbed = subject.run(&arguments, Some((fault, point)));
        let took = began.elapsed();
        if !disturbed.has_struck {
            return Err(format!("the request was not sent again; {:?}", disturbed.finished.stderr));
        }
        let status = disturbed.finished.status;
        let said = &disturbed.finished.stderr;
        match fault {
            Fault::Refuse | Fault::Cut if status != Some(0) => return Err(format!("was noticed: {said}")),
            Fault::Refuse | Fault::Cut if disturbed.finished.stdout != record.stdout => {
                return Err(format!("shows in what is printed: {}", disturbed.finished.stdout));
            }
            Fault::Kill if status.is_some() => return Err(format!("karctl was not killed: {status:?}")),
            Fault::Hang if !matches!(status, Some(0 | TIMED_OUT)) => return Err(format!("{status:?}: {said}")),
            Fault::Hang if took > record.took + PATIENCE + END_AT_MOST => return Err(format!("took {took:?}: {said}")),
            _ => {}
        }
        let again = subject.run(&self.arguments, None);
        if again.finished.status != Some(0) {
            return Err(format!("the second run failed: {}", again.finished.stderr));
        }
        let differences = subject.state()?.differences(&record.state);
        if differences.is_empty() { Ok(()) } else { Err(format!("the state differs:\n{}", differences.join("\n"))) }
    }
}

/// How many faults each request meets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// Every one that is over at once, and the first of each class one that is not.
    EveryFault,
    /// One, by turns, and the first of each class one that is not over: for commands most of whose requests another sweep
    /// meets in every way.
    ByTurns,
    /// One, by turns, and the first of each method and kind of object one that is not over: for many objects that are all
    /// treated alike.
    ByTurnsAndKinds,
    /// One that is over at once, by turns: for long commands, what hangs in which another sweep meets.
    OverAtOnceByTurns,
}

/// Method and kind of object, as far as a path tells it.
fn kind(point: &Point) -> (String, String) {
    let path = point.class.shape.split('?').next().unwrap_or_default();
    let kind = path.rsplit_once('/').map_or(path, |(folder, _)| folder);
    (point.class.method.clone(), kind.to_owned())
}

impl Record {
    fn trials(&self, depth: Depth) -> Vec<(Fault, Point)> {
        let faults = [Fault::Refuse, Fault::Cut, Fault::Kill];
        let over_at_once: Vec<_> = match depth {
            Depth::EveryFault => {
                self.requests.iter().flat_map(|point| faults.map(|fault| (fault, point.clone()))).collect()
            }
            Depth::ByTurns | Depth::ByTurnsAndKinds | Depth::OverAtOnceByTurns => {
                faults.into_iter().cycle().zip(self.requests.iter().cloned()).collect()
            }
        };
        let mut kinds = BTreeSet::new();
        let is_first = |point: &&Point| match depth {
            Depth::OverAtOnceByTurns => false,
            Depth::ByTurnsAndKinds => point.occurrence == 0 && kinds.insert(kind(point)),
            Depth::EveryFault | Depth::ByTurns => point.occurrence == 0,
        };
        let first = self.requests.iter().filter(is_first);
        over_at_once.into_iter().chain(first.map(|point| (Fault::Hang, point.clone()))).collect()
    }
}

/// Sweeps both commands by turns; the second one leads back to where the first one starts.
pub fn sweep(subject: &impl Swept, depth: Depth, legs: [Leg; 2]) {
    let began = Instant::now();
    // The second record of each is what a round trip comes to: folders that nobody removes are there by then.
    let [forth, back] = &legs;
    for leg in [forth, back] {
        leg.record(subject).unwrap_or_else(|problem| panic!("{}: {problem}", leg.title));
    }
    let records =
        legs.each_ref().map(|leg| leg.record(subject).unwrap_or_else(|problem| panic!("{}: {problem}", leg.title)));
    let trials = records.each_ref().map(|record| record.trials(depth));
    let mut failures = Vec::new();
    for number in 0..trials[0].len().max(trials[1].len()) {
        for index in 0..legs.len() {
            let (leg, record) = (&legs[index], &records[index]);
            let (title, outcome) = match trials[index].get(number) {
                Some((fault, point)) => (format!("{fault:?} of {point}"), leg.attempt(subject, record, *fault, point)),
                None => ("undisturbed".to_owned(), leg.record(subject).map(drop)),
            };
            println!("{:.0} s: {}: {title}", began.elapsed().as_secs_f64(), leg.title);
            if let Err(problem) = outcome {
                println!("{problem}");
                failures.push(format!("{}: {title}: {problem}", leg.title));
                recover(subject, &legs, index);
            }
        }
    }
    report(&legs, &records, &trials, began.elapsed());
    assert!(failures.is_empty(), "{} failures\n\n{}", failures.len(), failures.join("\n\n"));
}

/// To where the command would have led.
fn recover(subject: &impl Swept, legs: &[Leg; 2], index: usize) {
    subject.clean();
    for leg in legs.iter().chain(&legs[..=index]) {
        leg.record(subject).unwrap_or_else(|problem| panic!("{}, after a failure: {problem}", leg.title));
    }
}

/// Past the test runner, which shows what a passing test prints to nobody.
fn report(legs: &[Leg; 2], records: &[Record; 2], trials: &[Vec<(Fault, Point)>; 2], took: Duration) {
    for ((leg, record), trials) in legs.iter().zip(records).zip(trials) {
        let swept: BTreeSet<_> = trials.iter().map(|(_, point)| point).collect();
        assert!(!record.requests.is_empty() && swept.len() == record.requests.len(), "{}", leg.title);
        writeln!(
            std::io::stderr(),
            "{}: {} requests recorded, {} swept, {} faults, {} fields compared",
            leg.title,
            record.requests.len(),
            swept.len(),
            trials.len(),
            record.state.len(),
        )
        .expect("somebody listens");
    }
    writeln!(std::io::stderr(), "both in {:.0} s", took.as_secs_f64()).expect("somebody listens");
}
