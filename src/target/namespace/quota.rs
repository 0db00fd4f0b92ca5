//! The quota that was asked for: a size, or a file.

use std::path::Path;

use crate::context::Context;
use crate::error::{Failure, OrFail, Result};
use crate::target::inject;
use crate::target::kubernetes::team::Quota;

/// The quota of a size, else of a file with one document.
///
/// # Errors
/// A usage failure for a file that cannot be read, or holds something else.
pub fn quota(asked: &str, context: &Context) -> Result<Quota> {
    if let Some(quota) = Quota::of_size(asked) {
        return Ok(quota);
    }
    let failed = || Failure::usage(format!("--quota {asked}")).hint("give small, medium, large, or a file");
    let documents = inject::read(Path::new(asked), context).or_fail(failed)?;
    let [manifest] = documents.as_slice() else {
        return Err(Failure::usage(format!("{asked} holds {} documents; a quota is one", documents.len())).into());
    };
    Quota::of_document(&manifest.document.value)
        .map_err(|mistake| Failure::usage(format!("{}: {mistake}", manifest.place)).into())
}
