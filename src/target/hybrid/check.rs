//! `karctl check hybrid`: what the matrix found, judged; with `--as`, what a host sees with its own variables.

use std::path::PathBuf;

use super::Hybrid;
use super::matrix::{self, Cell, Matrix, Outcome, Row};
use crate::check::hybrid::{CHECKS, Part, Subject, Way};
use crate::check::{self, Mode, Reason, Report};
use crate::context::Context;
use crate::error::{Failure, Result};
use crate::settings::project::MemberPlace;

use super::matrix::hops::Hop;

/// What is looked at, and from where.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// The project's file; that of the working folder, or of one above it, where none is given.
    pub file: Option<PathBuf>,
    /// The host that this machine is, among the members.
    pub as_member: Option<String>,
    /// The image of karctl that pods run, in the place of that of karctl's own injector.
    pub image: Option<String>,
}

/// Looks from every member, or from here as one of them.
///
/// # Errors
/// When nobody can say where Kafka and Redis are; a usage failure for a file that is wrong, or a name that is no host's.
pub async fn check(context: &Context, wanted: &Wanted) -> Result<Report> {
    let rows = match &wanted.as_member {
        Some(name) => {
            refuse_others(context, wanted, name)?;
            vec![matrix::look_as(context, name).await]
        }
        None => {
            let hybrid = Hybrid::read(context, wanted.file.as_deref())?;
            let options = matrix::Options { members: Vec::new(), image: wanted.image.clone() };
            let Matrix { members, .. } = matrix::look(context, &hybrid, &options).await?;
            members
        }
    };
    let reports = rows.iter().map(|row| check::run(Mode::Hybrid, CHECKS, &subject(row)));
    Ok(Report::of(reports.flat_map(|report| report.checks).collect()))
}

/// A host need not have the project's file; where it is, the name is one of its hosts.
fn refuse_others(context: &Context, wanted: &Wanted, name: &str) -> Result<()> {
    let hybrid = match Hybrid::read_any(context, wanted.file.as_deref()) {
        Ok(hybrid) => hybrid,
        Err(error) if wanted.file.is_some() => return Err(error),
        Err(_) => return Ok(()),
    };
    match hybrid.project.members.iter().find(|member| member.name == name) {
        Some(member) if member.place == MemberPlace::Host => Ok(()),
        Some(member) => {
            let message = format!("`{name}` is {}, and --as is for other hosts", member.place.kind());
            Err(Failure::usage(message).hint("`karctl check hybrid` looks from it by itself").into())
        }
        None => {
            let message = format!("{} has no member `{name}`", hybrid.file.display());
            Err(Failure::usage(message).hint("give the name of a host of the file").into())
        }
    }
}

fn subject(row: &Row) -> Subject {
    Subject {
        name: row.member.clone(),
        karctl: row.karctl.clone(),
        here: env!("CARGO_PKG_VERSION").to_owned(),
        kafka: way(&row.kafka),
        redis: way(&row.redis),
    }
}

fn way(cell: &Cell) -> Way {
    let reason = || Reason { message: cell.found.clone(), hints: cell.hints.clone(), code: cell.code };
    let part = match cell.hop {
        Some(Hop::Member) => Part::Member,
        Some(Hop::Configuration) => Part::Configuration,
        _ => Part::Way,
    };
    match cell.outcome {
        Outcome::Ok => Way::Open(cell.found.clone()),
        Outcome::Broken => Way::Broken(part, reason()),
        Outcome::Unseen => Way::Unseen(reason()),
    }
}
