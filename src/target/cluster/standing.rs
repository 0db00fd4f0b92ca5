//! What a creation finds: nothing, what was begun, or the whole cluster, which has to be the one that is asked for.

use sha2::{Digest, Sha256};

use super::create::Options;
use super::look::Found;
use super::model::Provider;
use super::record::{Made, Phase, Record};
use super::tools;
use crate::client::tool::Version;
use crate::code::Code;
use crate::context::Context;
use crate::error::{Failure, Result};

/// Digits of a digest that are enough for people.
const SHOWN_DIGITS: usize = 12;

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
pub fn standing(
    options: &Options,
    found: Option<Found>,
    record: Option<&Record>,
    configuration: Option<&str>,
) -> Result<Standing> {
    // A creation was cut, and then somebody else made a cluster of that name.
    let is_others = |found: &Found, record: &Record| record.phase == Phase::Creating && !record.may_have_made(found);
    let record = record.filter(|record| !found.as_ref().is_some_and(|found| is_others(found, record)));
    match (found, record) {
        (None, None) => Ok(Standing::Absent),
        (None, Some(record)) if record.phase == Phase::Created => Ok(Standing::Absent),
        (_, Some(record)) if record.phase == Phase::Creating => Ok(Standing::Begun),
        (Some(found), record) => {
            refuse_difference(options, &found, record, configuration)?;
            Ok(Standing::Made(found))
        }
        (None, Some(_)) => Ok(Standing::Begun),
    }
}

/// Neither tool changes the nodes and ports of a cluster that is there.
fn refuse_difference(
    options: &Options,
    found: &Found,
    record: Option<&Record>,
    configuration: Option<&str>,
) -> Result<()> {
    let made = record.map(|record| &record.made);
    let differs = of_shape(options, found, made)
        .or_else(|| of_image(options, found, made))
        .or_else(|| of_configuration(configuration, made))
        .or_else(|| of_ingress(options, found, made));
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

fn of_shape(options: &Options, found: &Found, made: Option<&Made>) -> Option<String> {
    let workers = made.map_or(found.workers(), |made| usize::from(made.workers));
    if options.workers.is_some_and(|wanted| usize::from(wanted) != workers) {
        return Some(format!("has --workers {workers}"));
    }
    let made = made?;
    if let Some(wanted) = options.bind.filter(|wanted| *wanted != made.bind) {
        return Some(format!("has its ports on {}, not {wanted}", made.bind));
    }
    (options.affinity && !made.affinity).then(|| "has no node for KAR alone (--affinity)".to_owned())
}

/// An image that is named wins over a version.
fn of_image(options: &Options, found: &Found, made: Option<&Made>) -> Option<String> {
    if let Some(wanted) = &options.image {
        let image = made?.image.as_ref().filter(|image| *image != wanted)?;
        return Some(format!("has nodes of the image {image}"));
    }
    let wanted = options.kubernetes.as_ref()?;
    let version = version(&found.members().next()?.image)?;
    (!is_version(&version, wanted)).then(|| format!("has Kubernetes {version}"))
}

/// The version of Kubernetes that an image of nodes is tagged with: `1.34.0`, `1.33.4-k3s1`; `None` for a tag that is none.
fn version(image: &str) -> Option<String> {
    let named = image.split('@').next()?;
    let (_, tag) = named.rsplit_once(':').filter(|(_, tag)| !tag.contains('/'))?;
    let version = tag.trim_start_matches('v');
    Version::parse(version).map(|_| version.to_owned())
}

/// Whether a version is `wanted`, which may be its beginning: 1.34, or 1.33.4 without k3s' own number.
fn is_version(version: &str, wanted: &str) -> bool {
    let wanted = wanted.trim_start_matches('v').replace('+', "-");
    version.strip_prefix(&wanted).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '-']))
}

fn of_configuration(wanted: Option<&str>, made: Option<&Made>) -> Option<String> {
    let (wanted, made) = (wanted?, made?);
    if !made.own_configuration {
        return Some("was made from karctl's own configuration".to_owned());
    }
    let from = made.configuration.as_ref().filter(|from| **from != digest(wanted))?;
    Some(format!("was made from another configuration (SHA-256 {})", &from[..SHOWN_DIGITS.min(from.len())]))
}

/// That of kind can be put there and taken away at any time.
fn of_ingress(options: &Options, found: &Found, made: Option<&Made>) -> Option<String> {
    let wanted = options.ingress.filter(|_| found.provider == Provider::K3d)?;
    let made = made.filter(|made| made.ingress != wanted)?;
    Some(format!("has --ingress {}", made.ingress.name()))
}

/// By which a configuration is known again.
pub fn digest(configuration: &str) -> String {
    format!("{:x}", Sha256::digest(configuration))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_of_nodes_is_that_of_their_image() {
        let digest = format!("@sha256:{}", "0".repeat(64));
        for (image, expected) in [
            (format!("kindest/node:v1.34.0{digest}"), Some("1.34.0")),
            ("docker.io/kindest/node:v1.33.1".to_owned(), Some("1.33.1")),
            ("rancher/k3s:v1.33.4-k3s1".to_owned(), Some("1.33.4-k3s1")),
            ("localhost:5000/node".to_owned(), None),
            ("node:latest".to_owned(), None),
            ("sha256:0123".to_owned(), None),
        ] {
            assert_eq!(version(&image).as_deref(), expected, "{image}");
        }
    }

    #[test]
    fn a_version_may_be_written_short() {
        for wanted in ["1.33", "v1.33", "1.33.4", "1.33.4-k3s1", "1.33.4+k3s1"] {
            assert!(is_version("1.33.4-k3s1", wanted), "{wanted}");
        }
        for wanted in ["1.3", "1.34", "1.33.40", "1.33.4-k3s2", "1.33.4-k3s"] {
            assert!(!is_version("1.33.4-k3s1", wanted), "{wanted}");
        }
    }
}
