//! What a creation finds: nothing, what was begun, or the whole cluster, which has to be the one that is asked for.

use super::create::Options;
use super::look::Found;
use super::model::Provider;
use super::record::{Phase, Record};
use super::tools;
use crate::code::Code;
use crate::context::Context;
use crate::error::{Failure, Result};

/// What there is of the cluster.
pub enum Standing {
    /// Nothing.
    Absent,
    /// What a creation left that was cut.
    Begun,
    /// All of it, as far as the tool is concerned.
    Made(Found),
}

/// The provider that was asked for, else that of the cluster which is there, else whichever is installed, kind first.
///
/// # Errors
/// When a cluster of this name was made by another one than is asked for.
pub fn provider(
    context: &Context,
    options: &Options,
    found: Option<&Found>,
    record: Option<&Record>,
) -> Result<Provider> {
    let existing = found.map(|found| found.provider).or(record.map(|record| record.provider));
    match (options.provider, existing) {
        (Some(asked), Some(existing)) if asked != existing => {
            let name = &options.name;
            Err(Failure::new(format!("there is a cluster `{name}` already, made by {existing}"))
                .hint(format!("choose another --name, or delete it with `karctl cluster delete{}`", name.flag()))
                .code(Code::ClusterDiffers)
                .into())
        }
        (Some(provider), _) | (None, Some(provider)) => Ok(provider),
        // Where none is installed, the failure that says so is about kind.
        (None, None) => Ok(tools::on_path(context).first().copied().unwrap_or(Provider::Kind)),
    }
}

/// Compares what there is with what was remembered and what is asked for.
///
/// # Errors
/// When the cluster that is there is another one than asked for.
pub fn standing(options: &Options, found: Option<Found>, record: Option<&Record>) -> Result<Standing> {
    // A creation was cut, and then somebody else made a cluster of that name.
    let is_others = |found: &Found, record: &Record| record.phase == Phase::Creating && !record.may_have_made(found);
    let record = record.filter(|record| !found.as_ref().is_some_and(|found| is_others(found, record)));
    match (found, record) {
        (None, None) => Ok(Standing::Absent),
        (None, Some(record)) if record.phase == Phase::Created => Ok(Standing::Absent),
        (_, Some(record)) if record.phase == Phase::Creating => Ok(Standing::Begun),
        (Some(found), record) => {
            refuse_difference(options, &found, record)?;
            Ok(Standing::Made(found))
        }
        (None, Some(_)) => Ok(Standing::Begun),
    }
}

/// Neither tool changes the nodes and ports of a cluster that is there.
fn refuse_difference(options: &Options, found: &Found, record: Option<&Record>) -> Result<()> {
    let made = record.map(|record| &record.made);
    let workers = made.map_or(found.workers(), |made| usize::from(made.workers));
    let differs = if options.workers.is_some_and(|wanted| usize::from(wanted) != workers) {
        Some(format!("has --workers {workers}"))
    } else if let Some((wanted, made)) = options.bind.zip(made).filter(|(wanted, made)| *wanted != made.bind) {
        Some(format!("has its ports on {}, not {wanted}", made.bind))
    } else if options.affinity && made.is_some_and(|made| !made.affinity) {
        Some("has no node for KAR alone (--affinity)".to_owned())
    } else {
        let image = made.and_then(|made| made.image.as_ref());
        let wanted = options.image.as_ref().filter(|wanted| image.is_some_and(|image| image != *wanted));
        wanted.map(|_| format!("has nodes of the image {}", image.map_or("", String::as_str)))
    };
    let Some(differs) = differs else { return Ok(()) };
    let name = &options.name;
    Err(Failure::new(format!("the cluster `{name}` is there and {differs}, which cannot be changed"))
        .hint(format!(
            "leave the option out, choose another --name, or delete the cluster with `karctl cluster delete{}`",
            name.flag()
        ))
        .code(Code::ClusterDiffers)
        .into())
}
