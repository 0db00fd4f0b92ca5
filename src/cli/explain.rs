//! `karctl explain`: what a code means and what to do about it, offline.

use clap::Args;
use clap_complete::engine::ArgValueCandidates;
use schemars::JsonSchema;
use serde::Serialize;

use super::completions;
use crate::code::Code;
use crate::context::Context;
use crate::error::{Failure, Result};
use crate::nearest::nearest;
use crate::ui::table;

/// Options of `karctl explain`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  karctl explain            every code
  karctl explain --all      every code with its text, as a page of Markdown
  karctl explain KAR101
  karctl explain 101")]
pub struct ExplainArguments {
    /// A code, as an error or a check names it
    #[arg(value_name = "CODE", add = ArgValueCandidates::new(completions::codes))]
    code: Option<String>,
    /// Every code with its whole text, as a page of Markdown
    #[arg(long, conflicts_with = "code")]
    all: bool,
}

/// What `karctl explain -o json` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Explanations {
    /// The code that was asked for, or every one.
    pub codes: Vec<Explanation>,
}

/// One code.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Explanation {
    /// The code.
    pub code: Code,
    /// What is the matter.
    pub title: &'static str,
    /// Why it happens.
    pub why: &'static str,
    /// What to do about it.
    pub remedy: &'static str,
}

impl From<Code> for Explanation {
    fn from(code: Code) -> Self {
        Self { code, title: code.title(), why: code.why(), remedy: code.remedy() }
    }
}

impl Explanations {
    fn text(&self) -> String {
        match self.codes.as_slice() {
            [Explanation { code, title, why, remedy }] => format!("{code}: {title}\n\n{why}\n\nWhat to do: {remedy}\n"),
            codes => table(&codes.iter().map(|it| vec![it.code.to_string(), it.title.to_owned()]).collect::<Vec<_>>()),
        }
    }
}

/// Explains a code, or lists them all.
///
/// # Errors
/// A usage failure for a code that does not exist.
pub fn run(arguments: &ExplainArguments, context: &Context) -> Result<u8> {
    let codes = match &arguments.code {
        Some(typed) => vec![parse(typed)?],
        None => Code::ALL.to_vec(),
    };
    let explanations = Explanations { codes: codes.into_iter().map(Explanation::from).collect() };
    context.ui.data(&explanations, |explanations| if arguments.all { page() } else { explanations.text() })?;
    Ok(0)
}

/// What codes of a hundred are about, by their first digit.
const AREAS: [(char, &str); 4] = [
    ('1', "This machine"),
    ('2', "Clusters"),
    ('3', "Registries, clusters on this machine, images, applications, namespaces"),
    ('4', "IBM Cloud, and Kafka and Redis elsewhere"),
];

/// Area of every other code.
const OTHER: &str = "Several members and modes";

/// Every code as a page of Markdown, which is committed as `CODES.md`; a test fails when that is stale.
pub fn page() -> String {
    let mut text =
        "# Codes\n\nWhat errors and checks of karctl name in brackets. `karctl explain CODE` prints the same, \
                    offline. This page is made by `karctl explain --all`.\n"
            .to_owned();
    let mut heading = "";
    for &code in Code::ALL {
        let area = AREAS.iter().find(|(digit, _)| code.id()["KAR".len()..].starts_with(*digit));
        let area = area.map_or(OTHER, |(_, area)| *area);
        if area != heading {
            heading = area;
            text.push_str(&format!("\n## {area}\n"));
        }
        let (title, why, remedy) = (code.title(), code.why(), code.remedy());
        text.push_str(&format!("\n### {code}: {title}\n\n{why}\n\nWhat to do: {remedy}\n"));
    }
    text
}

/// A code in any case, its letters left out or not.
fn parse(typed: &str) -> Result<Code> {
    let id = if typed.starts_with(|c: char| c.is_ascii_digit()) { format!("KAR{typed}") } else { typed.to_owned() };
    id.parse().map_err(|_| {
        let failure = Failure::usage(format!("there is no code `{typed}`"));
        match nearest(&id, Code::ALL.iter().map(|code| code.id())) {
            Some(meant) => failure.hint(format!("the nearest is {meant}")).into(),
            None => failure.hint("`karctl explain` lists every code").into(),
        }
    })
}
