//! One step of karctl, at which it is killed.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::io::Write;
use std::time::Instant;

use super::stubs::Stubs;
use crate::state::State;

/// How often a step is tried that a run may pass by: what looks again and again until something has ended does so more often
/// on a busy machine, where the steps were counted, than it does here.
const TRIES: usize = 5;

/// The system calls that change something. Opening and writing a file is left to the call that renames or flushes it.
const CHANGES: &str = "mkdir,mkdirat,chmod,fchmod,fchmodat,rename,renameat,renameat2,unlink,unlinkat,rmdir,ftruncate,fsync,fdatasync,link,linkat,symlink,clone,clone3,fork,vfork,pidfd_open,pidfd_send_signal,kill";

/// The `number`th call of a name.
#[derive(Clone, Debug)]
pub struct Step {
    call: String,
    number: usize,
    /// The line that strace shows of it.
    line: String,
}

impl Step {
    /// A step that is known without a trace.
    pub fn new(call: &str, number: usize) -> Self {
        Self { call: call.to_owned(), number, line: String::new() }
    }

    /// What has strace kill the program when it is about to do this step.
    fn injection(&self) -> String {
        format!("--inject={}:signal=SIGKILL:when={}", self.call, self.number)
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}) {}", self.call, self.number, self.line)
    }
}

/// Kills the command at each of its steps; `start` are the commands that lead to where it starts.
pub fn sweep(title: &str, stubs: &Stubs, start: &[Vec<String>], command: &[String]) {
    let began = Instant::now();
    let begin = || {
        stubs.clean();
        start.iter().for_each(|command| drop(stubs.must(command)));
        stubs.settle();
    };
    begin();
    let steps = record(stubs, command);
    let expected = stubs.state();
    assert!(!steps.is_empty(), "{title}: no steps");
    let mut failures = Vec::new();
    let mut swept = 0;
    for step in &steps {
        println!("{title}: {step}");
        let is_killed = (0..TRIES).any(|_| {
            begin();
            is_killed_at(stubs, step, command)
        });
        swept += usize::from(is_killed);
        let outcome =
            if is_killed { again(stubs, command, &expected) } else { Err("karctl came to its end".to_owned()) };
        if let Err(problem) = outcome {
            println!("{problem}");
            failures.push(format!("{title}: killed at {step}: {problem}"));
        }
    }
    let report = format!(
        "{title}: {} steps recorded, killed at {swept}, {} fields compared, in {:.0} s",
        steps.len(),
        expected.len(),
        began.elapsed().as_secs_f64()
    );
    writeln!(std::io::stderr(), "{report}").expect("somebody listens");
    assert!(failures.is_empty(), "{} failures\n\n{}", failures.len(), failures.join("\n\n"));
    assert_eq!(swept, steps.len());
}

/// Runs the command until it is about to do this step; whether it came to it.
fn is_killed_at(stubs: &Stubs, step: &Step, command: &[String]) -> bool {
    let options = [format!("--output={}", stubs.trace().display()), format!("--trace={}", step.call), step.injection()];
    stubs.run_traced(&options, command).status.is_none()
}

/// Kills every process that karctl starts at one step of its own; karctl itself must not do such a step.
pub fn attempt_in_children(stubs: &Stubs, step: &Step, command: &[String]) {
    stubs.clean();
    stubs.must(command);
    let expected = stubs.state();
    stubs.clean();
    let options = ["--follow-forks".to_owned(), format!("--output={}", stubs.trace().display()), step.injection()];
    stubs.run_traced(&[options.as_slice(), &[format!("--trace={}", step.call)]].concat(), command);
    let trace = fs::read_to_string(stubs.trace()).expect("a trace");
    assert!(trace.contains("+++ killed by SIGKILL +++"), "{step}: {trace}");
    again(stubs, command, &expected).unwrap_or_else(|problem| panic!("killed at {step}: {problem}"));
}

/// Runs the command undisturbed, traced.
fn record(stubs: &Stubs, command: &[String]) -> Vec<Step> {
    let options = [format!("--output={}", stubs.trace().display()), format!("--trace={CHANGES}")];
    let finished = stubs.run_traced(&options, command);
    assert_eq!(finished.status, Some(0), "{}", finished.stderr);
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let trace = fs::read_to_string(stubs.trace()).expect("a trace");
    let calls = trace.lines().filter(|line| !line.starts_with(['+', '-']));
    calls
        .map(|line| {
            let (call, _) = line.split_once('(').expect("a call");
            let number = counts.entry(call.to_owned()).or_default();
            *number += 1;
            Step { call: call.to_owned(), number: *number, line: line.to_owned() }
        })
        .collect()
}

/// The same command again comes to the same state, and once more has nothing to do.
fn again(stubs: &Stubs, command: &[String], expected: &State) -> Result<(), String> {
    let second = stubs.run(command);
    if second.status != Some(0) {
        return Err(format!("the second run failed: {}", second.stderr));
    }
    let differences = stubs.state().differences(expected);
    if !differences.is_empty() {
        return Err(format!("the state differs:\n{}", differences.join("\n")));
    }
    let third = stubs.run(command);
    let has_work = ["created", "started", "made anew"].iter().any(|word| third.stdout.contains(word));
    if third.status == Some(0) && !has_work { Ok(()) } else { Err(format!("the third run: {}", third.stdout)) }
}
