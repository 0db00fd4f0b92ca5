//! One karctl at a time for each instance.

use super::instance::InstanceName;
use crate::context::Context;
use crate::error::Result;
use crate::target::lock::Lock;

/// Waits for the instance until the context's deadline.
///
/// # Errors
/// When another karctl holds it until then, or the state folder cannot be written.
pub async fn acquire(context: &Context, name: &InstanceName) -> Result<Lock> {
    Lock::acquire(context, &context.environment.state_directory()?.join("local"), name.as_str()).await
}
