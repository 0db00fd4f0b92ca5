//! One way of the matrix, and the matrix as it is shown to people.

use schemars::JsonSchema;
use serde::Serialize;

use super::hops::{Broken, Hop, Way};
use super::{Asked, Matrix, Row};
use crate::code::Code;
use crate::error::Status;
use crate::ui::{self, paint, table};

/// How a way is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// It leads to the service, and back.
    Ok,
    /// It ends at a hop.
    Broken,
    /// Nobody could look.
    Unseen,
}

/// One way, from a member to a service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Cell {
    /// How it is.
    pub outcome: Outcome,
    /// What was found, one sentence.
    pub found: String,
    /// The hop that is broken, or that nobody could look at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hop: Option<Hop>,
    /// The entry of `karctl explain`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<Code>,
    /// What to do.
    pub hints: Vec<String>,
}

impl Cell {
    /// A way that ends.
    pub fn broken(Broken { hop, code, found, hints }: Broken) -> Self {
        Self { outcome: Outcome::Broken, found, hop: Some(hop), code: Some(code), hints }
    }

    /// A way that nobody could look at.
    pub fn unseen(hop: Hop, code: Code, found: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { outcome: Outcome::Unseen, ..Self::broken(Broken::new(hop, code, found, hint)) }
    }

    /// A configuration that is wrong is why the way ends, where it does: what comes of it is told with it.
    pub fn of(configuration: Option<Broken>, way: Way) -> Self {
        match (configuration, way) {
            (None, way) => way.into(),
            (Some(wrong), Way::Open(_)) => Self::broken(wrong),
            (Some(wrong), Way::Broken(end)) => {
                let found = format!("{}; with it, {}", wrong.found, end.found);
                Self::broken(Broken { found, ..wrong })
            }
        }
    }

    /// A word or two for a table.
    pub fn word(&self) -> String {
        match (self.outcome, self.hop) {
            (Outcome::Ok, _) => "ok".to_owned(),
            (Outcome::Unseen, _) => "not seen".to_owned(),
            (Outcome::Broken, hop) => hop.map_or("broken", Hop::name).to_owned(),
        }
    }
}

impl From<Way> for Cell {
    fn from(way: Way) -> Self {
        match way {
            Way::Open(found) => Self { outcome: Outcome::Ok, found, hop: None, code: None, hints: Vec::new() },
            Way::Broken(broken) => Self::broken(broken),
        }
    }
}

impl Asked {
    fn text(&self) -> String {
        match self {
            Self::Here => "here".to_owned(),
            Self::Pod(namespace) => format!("a pod in {namespace}"),
            Self::FromOutside => "here, from outside".to_owned(),
            Self::NotAtAll => "-".to_owned(),
        }
    }
}

impl Matrix {
    /// The exit status: broken ways before those that nobody looked at.
    pub fn status(&self) -> u8 {
        match (self.broken, self.unseen) {
            (0, 0) => 0,
            (0, _) => Status::Warnings as u8,
            _ => Status::Failed as u8,
        }
    }

    /// The form for people: a table, then what is not as it should be.
    pub fn text(&self) -> String {
        let heading = ["MEMBER", "ASKED FROM", "KAFKA", "REDIS"].map(str::to_owned).to_vec();
        let rows = self
            .members
            .iter()
            .map(|row| vec![row.member.clone(), row.asked.text(), row.kafka.word(), row.redis.word()]);
        let mut text = table(&std::iter::once(heading).chain(rows).collect::<Vec<_>>());
        let mut told: Vec<String> = self.members.iter().flat_map(problems).collect();
        let notes = self.members.iter().filter_map(|row| Some(format!("- {}: {}\n", row.member, row.note.as_ref()?)));
        told.extend(notes);
        if !told.is_empty() {
            text.push('\n');
        }
        text.extend(told);
        text
    }
}

/// What is wrong with a row; what is wrong with both ways for one reason is told once.
fn problems(row: &Row) -> Vec<String> {
    let mut cells: Vec<_> = row.cells().into_iter().filter(|(_, cell)| cell.outcome != Outcome::Ok).collect();
    let is_one = cells.len() == 2 && cells[0].1 == cells[1].1;
    if is_one {
        cells.truncate(1);
    }
    let line = |(service, cell): (&str, &Cell)| {
        let mark = match cell.outcome {
            Outcome::Unseen => paint(ui::WARNING, "!"),
            _ => paint(ui::ERROR, "✗"),
        };
        let way = if is_one { row.member.clone() } else { format!("{} to {service}", row.member) };
        let code = cell.code.map(|code| format!(" [{code}]")).unwrap_or_default();
        let mut text = format!("{mark} {way}: {}{code}\n", cell.found);
        for hint in &cell.hints {
            text.push_str(&format!("  {} {hint}\n", paint(ui::HINT, "hint:")));
        }
        text
    };
    cells.into_iter().map(line).collect()
}
