//! `karctl version`.

use crate::context::Context;
use crate::error::Result;
use crate::target::version::Version;

/// Prints the version of karctl and of what it runs.
///
/// # Errors
/// When stdout cannot be written.
pub async fn run(context: &Context) -> Result<u8> {
    context.ui.data(&Version::collect(context).await?, Version::text)?;
    Ok(0)
}
