//! The terminal: steps and notes on stderr, data on stdout. Nothing else in the program prints or asks.

mod event;

pub use event::Event;

use std::borrow::Cow;
use std::io::{self, IsTerminal, Write};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;

use crate::error::{Failure, Report, Result};
use crate::yaml;

/// How often a spinner turns.
const TICK: Duration = Duration::from_millis(100);

/// The form of what goes to stdout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output {
    /// For people.
    Text,
    /// One JSON document.
    Json,
    /// One YAML document.
    Yaml,
}

/// The form of what goes to stderr while a command runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Bars and spinners; only on a terminal.
    Bars,
    /// One line for each finished step.
    Plain,
    /// One JSON object a line: an [`Event`].
    Json,
    /// Errors only.
    None,
}

/// Whether questions may be asked, and how they are answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Questions {
    /// There is a terminal to ask on.
    Ask,
    /// `-y` was given.
    AnswerYes,
    /// No terminal and no `-y`: fail with the flag to give.
    Refuse,
}

/// The terminal of one run; clones share it.
#[derive(Clone)]
pub struct Ui {
    shared: Arc<Shared>,
    /// Of whom every line is, where several work side by side.
    subject: Option<Arc<str>>,
    /// Whether somebody said yes to all of it.
    is_answered: bool,
}

struct Shared {
    output: Output,
    progress: Progress,
    questions: Questions,
    verbosity: u8,
    bars: MultiProgress,
    stderr: Mutex<()>,
}

impl Ui {
    /// A terminal with the forms that were asked for; bars become plain lines where stderr is no terminal.
    pub fn new(output: Output, progress: Progress, questions: Questions, verbosity: u8) -> Self {
        let progress = match progress {
            Progress::Bars if !io::stderr().is_terminal() => Progress::Plain,
            other => other,
        };
        let target = match progress {
            Progress::Bars => ProgressDrawTarget::stderr(),
            _ => ProgressDrawTarget::hidden(),
        };
        let bars = MultiProgress::with_draw_target(target);
        let shared = Shared { output, progress, questions, verbosity, bars, stderr: Mutex::new(()) };
        Self { shared: Arc::new(shared), subject: None, is_answered: false }
    }

    /// The same terminal for one of several that work side by side: every line begins with its name.
    #[must_use]
    pub fn of(&self, subject: &str) -> Self {
        Self { subject: Some(subject.into()), ..self.clone() }
    }

    /// The same terminal for work that somebody said yes to as a whole: nothing of it is asked again.
    #[must_use]
    pub fn answered(&self) -> Self {
        Self { is_answered: true, ..self.clone() }
    }

    fn named<'a>(&self, text: &'a str) -> Cow<'a, str> {
        match &self.subject {
            Some(subject) => Cow::Owned(format!("{subject}: {text}")),
            None => Cow::Borrowed(text),
        }
    }

    /// The form of stdout, for commands whose text is not a document.
    pub fn output(&self) -> Output {
        self.shared.output
    }

    /// Whether `-v` was given, for commands that do not trace but log.
    pub fn is_verbose(&self) -> bool {
        self.shared.verbosity > 0
    }

    /// Begins a step; it shows as running until it is finished or dropped.
    pub fn step(&self, label: impl Into<String>) -> Step {
        let label = self.named(&label.into()).into_owned();
        let bar = (self.shared.progress == Progress::Bars).then(|| {
            let bar = self.shared.bars.add(ProgressBar::new_spinner().with_style(spinner_style()));
            bar.set_message(label.clone());
            bar.enable_steady_tick(TICK);
            bar
        });
        if self.shared.progress == Progress::Json {
            self.event(&Event::Started { step: &label });
        }
        Step { ui: self.clone(), label, bar, began: Instant::now(), shown: Mutex::new(0) }
    }

    /// One line that is neither a step nor a problem.
    pub fn note(&self, text: impl AsRef<str>) {
        let text = &*self.named(text.as_ref());
        self.line(&Event::Note { text }, text);
    }

    /// Something that works, but not as the user may think.
    pub fn warn(&self, text: impl AsRef<str>) {
        let text = &*self.named(text.as_ref());
        self.line(&Event::Warning { text }, &format!("{} {text}", paint(WARNING, "warning:")));
    }

    /// A line for `-v` (level 1) or `-vv` (level 2). Never give it a secret.
    pub fn trace(&self, level: u8, text: impl FnOnce() -> String) {
        if self.shared.verbosity >= level {
            let text = text();
            let text = self.named(&text);
            self.line(&Event::Trace { text: &text }, &paint(DIM, &text));
        }
    }

    /// Prints the result of the command to stdout: the document, or the text made of it.
    ///
    /// # Errors
    /// When stdout cannot be written, a closed pipe excepted.
    pub fn data<T: Serialize>(&self, value: &T, text: impl FnOnce(&T) -> String) -> Result<()> {
        let shown = match self.shared.output {
            Output::Text => text(value),
            Output::Json => format!("{}\n", serde_json::to_string_pretty(value)?),
            Output::Yaml => yaml::to_string(value)?,
        };
        self.raw(&shown)
    }

    /// Shows a result that replaces the one before: in its place on a terminal, else as one more line of JSON, document of
    /// YAML, or paragraph. Tells whether anybody still reads.
    ///
    /// # Errors
    /// When stdout cannot be written, a closed pipe excepted.
    pub fn redraw<T: Serialize>(&self, value: &T, text: impl FnOnce(&T) -> String) -> Result<bool> {
        const CLEAR: &str = "\x1b[H\x1b[2J";
        let shown = match self.shared.output {
            Output::Text => text(value) + "\n",
            Output::Json => serde_json::to_string(value)? + "\n",
            Output::Yaml => format!("---\n{}", yaml::to_string(value)?),
        };
        let mut written = Ok(());
        if self.shared.output == Output::Text && io::stdout().is_terminal() {
            // Not a style: it is wanted without colour as well.
            written = io::stdout().lock().write_all(CLEAR.as_bytes());
        }
        let mut stdout = anstream::stdout().lock();
        match written.and_then(|()| stdout.write_all(shown.as_bytes())).and_then(|()| stdout.flush()) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
            Err(error) => Err(Failure::new("stdout cannot be written").because(error).into()),
        }
    }

    /// Prints text to stdout as it is; styles are kept only where the terminal takes them.
    ///
    /// # Errors
    /// When stdout cannot be written, a closed pipe excepted.
    pub fn raw(&self, text: &str) -> Result<()> {
        let mut stdout = anstream::stdout().lock();
        match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                Err(Failure::new("stdout cannot be written").because(error).into())
            }
            _ => Ok(()),
        }
    }

    /// Asks before something that cannot be undone; `flag` is what answers it where nobody can be asked.
    ///
    /// # Errors
    /// A usage failure where there is no terminal and no `-y`.
    pub fn confirm(&self, question: &str, flag: &str) -> Result<bool> {
        match self.shared.questions {
            _ if self.is_answered => Ok(true),
            Questions::AnswerYes => Ok(true),
            Questions::Refuse => Err(Failure::usage(format!("{question} Nobody can be asked here"))
                .hint(format!("give {flag} to say yes"))
                .into()),
            Questions::Ask => self.shared.bars.suspend(|| {
                dialoguer::Confirm::new()
                    .with_prompt(question)
                    .default(false)
                    .interact()
                    .map_err(|error| Failure::new("the question was not answered").because(error).into())
            }),
        }
    }

    /// Has one of several things chosen; `flags` are what says it where nobody can be asked.
    ///
    /// # Errors
    /// A usage failure where there is no terminal.
    pub fn choose(&self, question: &str, choices: &[&str], flags: &str) -> Result<usize> {
        self.ask(question, flags, || {
            dialoguer::Select::new().with_prompt(question).items(choices).default(0).interact()
        })
    }

    /// Has a text typed, which is not empty; `flags` are what says it where nobody can be asked.
    ///
    /// # Errors
    /// A usage failure where there is no terminal.
    pub fn input(&self, question: &str, default: &str, flags: &str) -> Result<String> {
        self.ask(question, flags, || {
            let input = dialoguer::Input::<String>::new().with_prompt(question);
            let input = if default.is_empty() { input } else { input.default(default.to_owned()) };
            input.interact_text()
        })
    }

    fn ask<T>(&self, question: &str, flags: &str, ask: impl FnOnce() -> dialoguer::Result<T>) -> Result<T> {
        if self.shared.questions != Questions::Ask {
            let failure = Failure::usage(format!("{question} Nobody can be asked here"));
            return Err(failure.hint(format!("give {flags}")).into());
        }
        let answer = self.shared.bars.suspend(ask);
        answer.map_err(|error| Failure::new("the question was not answered").because(error).into())
    }

    /// Tells a program that reads along that the command came to its end; people see that.
    pub fn finished(&self, status: u8) {
        if self.shared.progress == Progress::Json {
            self.event(&Event::Finished { status });
        }
    }

    /// Prints why the command failed.
    pub fn report(&self, report: &Report) {
        if self.shared.progress == Progress::Json {
            self.event(&report.into());
            return;
        }
        let mut text = format!("{} {}", paint(ERROR, "error:"), report.message);
        for hint in &report.hints {
            text.push_str(&format!("\n{} {hint}", paint(HINT, "hint:")));
        }
        if let Some(code) = report.code {
            text.push_str(&format!("\n{} `karctl explain {code}` tells more", paint(HINT, "hint:")));
        }
        self.print_error_line(&text);
    }

    fn line(&self, event: &Event<'_>, styled: &str) {
        match self.shared.progress {
            Progress::None => {}
            Progress::Json => self.event(event),
            Progress::Bars | Progress::Plain => self.print_error_line(styled),
        }
    }

    fn event(&self, event: &Event<'_>) {
        if let Ok(line) = serde_json::to_string(event) {
            self.print_error_line(&line);
        }
    }

    /// A terminal that is gone is no reason to fail: what was done stays done.
    fn print_error_line(&self, text: &str) {
        let _guard = self.shared.stderr.lock();
        self.shared.bars.suspend(|| writeln!(anstream::stderr().lock(), "{text}").ok());
    }
}

/// A step that runs.
pub struct Step {
    ui: Ui,
    label: String,
    bar: Option<ProgressBar>,
    began: Instant,
    shown: Mutex<u64>,
}

/// `--progress json` mentions a download again after so many bytes.
const BYTES_BETWEEN_EVENTS: u64 = 1 << 20;

impl Step {
    /// Shows how far a transfer is, in bytes; a total that is not known yet is `None`.
    pub fn bytes(&self, done: u64, total: Option<u64>) {
        if let Some(bar) = &self.bar {
            bar.set_style(if total.is_some() { bytes_style() } else { spinner_style() });
            bar.set_length(total.unwrap_or(done));
            bar.set_position(done);
        }
        if self.ui.shared.progress == Progress::Json
            && let Ok(mut shown) = self.shown.lock()
            && done >= *shown + BYTES_BETWEEN_EVENTS
        {
            *shown = done;
            self.ui.event(&Event::Progress { step: &self.label, done, total });
        }
    }

    /// Shows what is waited for.
    pub fn detail(&self, text: impl AsRef<str>) {
        if let Some(bar) = &self.bar {
            bar.set_message(format!("{} {}", self.label, paint(DIM, text.as_ref())));
        }
    }

    /// Ends the step well, with the sentence that stays: `✓ Redis is ready (1.2 s)`.
    pub fn done(self, text: impl AsRef<str>) {
        let seconds = self.began.elapsed().as_secs_f64();
        let text = &*self.ui.named(text.as_ref());
        self.clear();
        match self.ui.shared.progress {
            Progress::None => {}
            Progress::Json => {
                let seconds = (seconds * 1000.0).round() / 1000.0;
                self.ui.event(&Event::Done { step: &self.label, text, seconds });
            }
            Progress::Bars | Progress::Plain => {
                let time = paint(DIM, &format!("({seconds:.1} s)"));
                self.ui.print_error_line(&format!("{} {text} {time}", paint(DONE, "✓")));
            }
        }
    }

    /// Ends the step without a line: there was nothing to do.
    pub fn skip(self) {
        self.clear();
    }

    fn clear(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

impl Drop for Step {
    fn drop(&mut self) {
        self.clear();
    }
}

/// Of what is done.
pub const DONE: anstyle::Style = anstyle::AnsiColor::Green.on_default();
/// Of what failed.
pub const ERROR: anstyle::Style = anstyle::AnsiColor::Red.on_default().bold();
/// Of what may not be as the user thinks.
pub const WARNING: anstyle::Style = anstyle::AnsiColor::Yellow.on_default().bold();
/// Of what to do.
pub const HINT: anstyle::Style = anstyle::AnsiColor::Cyan.on_default();
/// What stands above lines that belong together.
pub const HEADING: anstyle::Style = anstyle::Style::new().bold();
/// Of what matters less.
pub const DIM: anstyle::Style = anstyle::Style::new().dimmed();

/// Text in a style; anstream takes the style away where it does not belong.
pub fn paint(style: anstyle::Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}

fn spinner_style() -> ProgressStyle {
    ProgressStyle::with_template("{spinner} {msg} {elapsed}").unwrap_or_else(|_| ProgressStyle::default_spinner())
}

fn bytes_style() -> ProgressStyle {
    ProgressStyle::with_template("{spinner} {msg} {bar:24} {bytes}/{total_bytes} {bytes_per_sec} {elapsed}")
        .unwrap_or_else(|_| ProgressStyle::default_bar())
}

/// Rows as columns that line up, two blanks between them; the first row is the heading.
pub fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|c| c.chars().count()).max();
    let widths: Vec<_> = (0..columns).map(|column| width(column).unwrap_or(0)).collect();
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(&widths) {
            line.push_str(&format!("{cell:width$}  "));
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_and_lines_do_not_end_in_blanks() {
        let rows = [vec!["NAME".to_owned(), "STATE".to_owned()], vec!["kafka".to_owned(), "up".to_owned()]];
        assert_eq!(table(&rows), "NAME   STATE\nkafka  up\n");
    }
}
