//! `karctl version`.

use schemars::JsonSchema;
use serde::Serialize;

use crate::context::Context;
use crate::error::Result;

/// What `karctl version -o json` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Version {
    /// karctl's own version.
    pub karctl: &'static str,
    /// Operating system and architecture it was built for.
    pub platform: String,
}

/// Prints the version.
///
/// # Errors
/// When stdout cannot be written.
pub fn run(context: &Context) -> Result<u8> {
    let version = Version {
        karctl: env!("CARGO_PKG_VERSION"),
        platform: format!("{}-{}", std::env::consts::OS, std::env::consts::ARCH),
    };
    context.ui.data(&version, |version| format!("karctl {} {}\n", version.karctl, version.platform))?;
    Ok(0)
}
