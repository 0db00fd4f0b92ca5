//! `karctl support-bundle`: what somebody needs who is to help, in one file, and no secret.
//!
//! ```text
//! collect -> scrub documents by name -> redact known values and what looks like a secret -> look again -> list, ask, write
//! ```
//!
//! A file in which the second look, by other means, still finds something is left out and named.

mod collect;
mod known;
mod scrub;
mod secrets;
mod sensitive;

use std::io::Write;
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use flate2::{Compression, GzBuilder};
use indicatif::HumanBytes;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

use crate::change::Change;
use crate::client::file;
use crate::code::Code;
use crate::context::Context;
use crate::error::{Failure, OrFail, Result};
use crate::settings::Loaded;
use crate::target::kubernetes::connection::{Selection, is_known};
use collect::{Piece, Sources, collect};

/// The file where none is named.
pub const FILE: &str = "karctl-support.tar.gz";

/// The folder that it unpacks to.
const FOLDER: &str = "karctl-support";

/// The list of what is in it.
const CONTENTS: &str = "contents.json";

/// What is wanted.
#[derive(Debug)]
pub struct Order<'a> {
    /// The file.
    pub file: PathBuf,
    /// The settings, and where each comes from.
    pub loaded: &'a Loaded,
    /// Which cluster.
    pub selection: Selection,
    /// Whether one was named; else that of the current context is asked where karctl deployed to it.
    pub is_cluster_given: bool,
    /// Nothing is written.
    pub dry_run: bool,
}

/// What `karctl support-bundle -o json` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SupportBundle {
    /// Whether it was only said what would be in it.
    pub dry_run: bool,
    /// The file.
    pub file: String,
    /// Its size, in bytes; 0 where it was not written.
    pub bytes: u64,
    /// What became of it.
    pub change: Change,
    /// The files in it, by name.
    pub files: Vec<Bundled>,
    /// What is not in it, and why.
    pub left_out: Vec<LeftOut>,
}

/// A file of the bundle.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Bundled {
    /// Its path in the bundle.
    pub path: String,
    /// Its size, in bytes.
    pub bytes: u64,
    /// How many secrets were taken out of it by their value or their looks.
    pub redacted: usize,
}

/// What is not in it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LeftOut {
    /// Its path in the bundle.
    pub path: String,
    /// Why.
    pub reason: String,
}

/// Collects, redacts, looks again, lists, asks, and writes.
///
/// # Errors
/// When nobody says yes, or the file cannot be written.
pub async fn support_bundle(context: &Context, order: &Order<'_>) -> Result<SupportBundle> {
    let path = context.environment.working_directory().join(&order.file);
    refuse_other(&path, &order.file)?;
    let with_cluster = order.is_cluster_given || is_known(context, &order.selection).await;
    let sources = Sources { loaded: order.loaded, selection: &order.selection, with_cluster };
    let step = context.ui.step("Collecting");
    let (mut pieces, secrets) = collect(context, &sources).await?;
    step.skip();
    pieces.0.sort_by(|a, b| a.path.cmp(&b.path));
    let (mut files, mut left_out, mut texts) = (Vec::new(), Vec::new(), Vec::new());
    for Piece { path, text } in pieces.0 {
        // A name or a reason may hold a secret as well as a text.
        let path = secrets.redact(&path).0;
        let leave_out = |reason: String| LeftOut { path: path.clone(), reason: secrets.redact(&reason).0 };
        let text = match text {
            Ok(text) => text,
            Err(error) => {
                left_out.push(leave_out(Piece::reason(&error)));
                continue;
            }
        };
        let (text, redacted) = secrets.redact(&text);
        if let Some(found) = secrets.find(&text) {
            left_out.push(leave_out(format!("{found} ({})", Code::BundleSecret)));
            continue;
        }
        files.push(Bundled { path: path.clone(), bytes: text.len() as u64, redacted });
        texts.push((path, text));
    }
    let contents = format!("{:#}\n", json!({ "files": files, "left_out": left_out }));
    files.insert(0, Bundled { path: CONTENTS.to_owned(), bytes: contents.len() as u64, redacted: 0 });
    texts.insert(0, (CONTENTS.to_owned(), contents));
    let change = if path.exists() { Change::Updated } else { Change::Created };
    let file = order.file.display().to_string();
    let mut bundle = SupportBundle { dry_run: order.dry_run, file, bytes: 0, change, files, left_out };
    if order.dry_run {
        return Ok(bundle);
    }
    context.ui.note(bundle.listing());
    let question =
        format!("Write these {} files to {}? Look at them before you give them away.", texts.len(), bundle.file);
    if !context.ui.confirm(&question, "-y")? {
        return Err(Failure::new("nothing was written, as you said").into());
    }
    let packed = pack(&texts).or_fail(|| Failure::new("the bundle cannot be packed"))?;
    bundle.bytes = packed.len() as u64;
    bundle.change = file::write_atomic(&path, &packed, file::PRIVATE)?;
    Ok(bundle)
}

impl SupportBundle {
    /// What is in it, and what is not.
    fn listing(&self) -> String {
        let of = |file: &Bundled| {
            let redacted = if file.redacted == 0 { String::new() } else { format!(", {} redacted", file.redacted) };
            format!("{FOLDER}/{} ({}{redacted})", file.path, HumanBytes(file.bytes))
        };
        let left_out = |left: &LeftOut| format!("left out: {} ({})", left.path, left.reason);
        let lines: Vec<_> = self.files.iter().map(of).chain(self.left_out.iter().map(left_out)).collect();
        lines.join("\n")
    }

    /// The text of the command.
    pub fn text(&self) -> String {
        match self.dry_run {
            true => format!("{}\nNothing was written\n", self.listing()),
            false => format!("{}: {}, {} files\n", self.file, HumanBytes(self.bytes), self.files.len()),
        }
    }
}

/// Only a former bundle is replaced.
fn refuse_other(path: &Path, shown: &Path) -> Result<()> {
    match path.exists() && !is_bundle(path).unwrap_or(false) {
        true => Err(Failure::new(format!("{} is there, and is no support bundle", shown.display()))
            .hint("give another file with --out, or remove it first")
            .into()),
        false => Ok(()),
    }
}

/// The first file in it tells.
fn is_bundle(path: &Path) -> std::io::Result<bool> {
    let mut archive = tar::Archive::new(GzDecoder::new(std::fs::File::open(path)?));
    let Some(first) = archive.entries()?.next() else { return Ok(false) };
    Ok(first?.path()?.as_ref() == Path::new(FOLDER).join(CONTENTS))
}

/// An archive that depends on nothing but the texts.
fn pack(texts: &[(String, String)]) -> std::io::Result<Vec<u8>> {
    let packer: GzEncoder<Vec<u8>> = GzBuilder::new().mtime(0).write(Vec::new(), Compression::default());
    let mut archive = tar::Builder::new(packer);
    for (path, text) in texts {
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        header.set_mode(file::PRIVATE);
        header.set_mtime(0);
        archive.append_data(&mut header, format!("{FOLDER}/{path}"), text.as_bytes())?;
    }
    let mut packer = archive.into_inner()?;
    packer.flush()?;
    packer.finish()
}
