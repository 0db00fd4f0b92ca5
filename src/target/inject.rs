//! `karctl inject` and `karctl uninject`: what the webhook would make of manifests, without a cluster; and back.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

use serde_json::{Value, json};

use crate::context::Context;
use crate::error::{Failure, OrFail, Result};
use crate::inject::{self, Found, Outcome, Sidecar, Template, templates, uninject};
use crate::manifest::{self, Document, Form};
use crate::ui::Output;
use crate::yaml;

/// Larger manifests are no manifests.
const LARGEST: u64 = 64 << 20;

/// Which way.
pub enum Direction {
    /// Injects, with such sidecars.
    Inject(Sidecar),
    /// Takes an injection away.
    Uninject,
}

/// A document, and where it is from.
pub(super) struct Manifest {
    /// The file and line, for messages.
    pub place: String,
    /// What it says.
    pub document: Document,
}

/// What became of one object.
enum Done {
    Changed(String),
    Unchanged(String),
}

/// Reads files (`-` is stdin), changes every pod and pod template in them, and returns them as they are to be printed. What
/// was done for each object is said on stderr. Nothing is returned unless all could be changed.
///
/// # Errors
/// When a file cannot be read or parsed, an annotation is wrong, or two documents are of the same object.
pub fn rewrite(files: &[impl AsRef<Path>], direction: &Direction, context: &Context) -> Result<String> {
    let mut manifests = Vec::new();
    for file in files {
        manifests.extend(read(file.as_ref(), context)?);
    }
    let mut seen = BTreeMap::new();
    for manifest in &mut manifests {
        for found in templates(&manifest.document.value) {
            refuse_twins(&mut seen, &found, &manifest.place)?;
            let done = change(&mut manifest.document.value, &found, direction, &manifest.place, context)?;
            let (Done::Changed(what) | Done::Unchanged(what)) = &done;
            context.ui.note(format!("{}: {}: {what}", manifest.place, shown(&found)));
        }
    }
    let documents: Vec<_> = manifests.into_iter().map(|manifest| manifest.document).collect();
    written(&documents, context.ui.output())
}

/// Reads the documents of a file; `-` is stdin.
///
/// # Errors
/// A usage failure with file, line and column.
pub(super) fn read(file: &Path, context: &Context) -> Result<Vec<Manifest>> {
    let is_stdin = file == Path::new("-");
    let name = if is_stdin { "stdin".to_owned() } else { file.display().to_string() };
    let unreadable = || Failure::usage(format!("{name} cannot be read"));
    let source: Box<dyn Read> = if is_stdin {
        Box::new(std::io::stdin())
    } else {
        let path = context.environment.working_directory().join(file);
        Box::new(std::fs::File::open(path).or_fail(unreadable)?)
    };
    let mut bytes = Vec::new();
    source.take(LARGEST + 1).read_to_end(&mut bytes).or_fail(unreadable)?;
    if bytes.len() as u64 > LARGEST {
        return Err(Failure::usage(format!("{name} is larger than {} MiB", LARGEST >> 20)).into());
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let line = error.as_bytes()[..error.utf8_error().valid_up_to()].iter().filter(|c| **c == b'\n').count() + 1;
        Failure::usage(format!("{name}:{line}: this is not UTF-8"))
    })?;
    let documents = manifest::read(&text).map_err(|mistake| {
        Failure::usage(format!("{name}:{}:{}: {}", mistake.line, mistake.column, mistake.message))
    })?;
    if documents.is_empty() {
        return Err(Failure::usage(format!("{name} holds no document")).into());
    }
    let manifest = |document: Document| Manifest { place: format!("{name}:{}", document.line), document };
    Ok(documents.into_iter().map(manifest).collect())
}

/// The second of the same name would replace the first when applied.
fn refuse_twins(
    seen: &mut BTreeMap<(String, String, String, String), String>,
    found: &Found,
    place: &str,
) -> Result<()> {
    if found.name.is_empty() {
        return Ok(());
    }
    let group = found.api_version.rsplit_once('/').map_or("", |(group, _)| group).to_owned();
    let identity = (group, found.kind.clone(), found.namespace.clone().unwrap_or_default(), found.name.clone());
    match seen.insert(identity, place.to_owned()) {
        None => Ok(()),
        Some(first) => {
            Err(Failure::usage(format!("{place}: {} is there twice, the first time at {first}", shown(found))).into())
        }
    }
}

fn change(root: &mut Value, found: &Found, direction: &Direction, place: &str, context: &Context) -> Result<Done> {
    let Template::At { pointer, misplaced } = &found.template else {
        return Ok(Done::Unchanged("left as it is, it makes no pods".to_owned()));
    };
    let shown = shown(found);
    let within = pointer
        .rsplit_once("/items/")
        .map_or(pointer.as_str(), |(_, below)| below.trim_start_matches(char::is_numeric));
    let template = within.trim_start_matches('/').replace('/', ".");
    if let (Some(first), Direction::Inject(_)) = (misplaced.first(), direction) {
        context.ui.warn(format!(
            "{place}: {shown}: annotation {first} is on the {} itself, where it does nothing; it belongs into \
             {template}.metadata.annotations",
            found.kind
        ));
    }
    let Some(pod) = root.pointer_mut(pointer) else {
        return Ok(Done::Unchanged(format!("left as it is, it has no {template}")));
    };
    let wrong = |refusal: inject::Refusal| Failure::usage(format!("{place}: {shown}: {refusal}"));
    match direction {
        Direction::Uninject => Ok(match uninject(pod).map_err(wrong)? {
            true => Done::Changed("injection taken away".to_owned()),
            false => Done::Unchanged("left as it is, nothing is injected".to_owned()),
        }),
        Direction::Inject(sidecar) => match inject::inject(pod, sidecar).map_err(wrong)? {
            Outcome::Unchanged(reason) => Ok(Done::Unchanged(format!("left as it is, {reason}"))),
            Outcome::Injected(injection) => {
                injection.apply(pod).or_fail(|| Failure::new(format!("{place}: {shown} cannot be changed")))?;
                for warning in &injection.warnings {
                    context.ui.warn(format!("{place}: {shown}: {warning}"));
                }
                let application = &injection.application;
                Ok(Done::Changed(format!("injected, {}, application {}", application.mode, application.name)))
            }
        },
    }
}

/// `Pod web/hello`, as kubectl's users would say it.
fn shown(found: &Found) -> String {
    let kind = if found.kind.is_empty() { "object" } else { &found.kind };
    let name = if found.name.is_empty() { "without a name" } else { &found.name };
    match &found.namespace {
        Some(namespace) => format!("{kind} {namespace}/{name}"),
        None => format!("{kind} {name}"),
    }
}

/// Each document in its own form, unless one was asked for; several as JSON are one List, since JSON has no documents.
fn written(documents: &[Document], output: Output) -> Result<String> {
    let values: Vec<_> = documents.iter().map(|document| &document.value).collect();
    let is_json = match output {
        Output::Json => true,
        Output::Yaml => false,
        Output::Text => documents.iter().all(|document| document.form == Form::Json),
    };
    if !is_json {
        let texts: Result<Vec<_>> = values.into_iter().map(yaml::to_string).collect();
        return Ok(texts?.join("---\n"));
    }
    Ok(match values.as_slice() {
        [one] => format!("{one:#}\n"),
        several => format!("{:#}\n", json!({ "apiVersion": "v1", "kind": "List", "items": several })),
    })
}
