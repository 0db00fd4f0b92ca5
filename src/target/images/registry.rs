//! A registry with the login that the user has for it.

use super::stall;
use crate::client::docker::{Credential, Lookup};
use crate::client::registry::{Login, Options, Reference, Registry, Trust};
use crate::context::Context;
use crate::error::Result;
use crate::redacted::Secret;

/// How a registry is to be spoken to, as far as somebody said so.
#[derive(Clone, Debug, Default)]
pub struct Manner {
    /// Who asks; otherwise whoever `docker login` has stored.
    pub login: Option<(String, Secret)>,
    /// Whether plain HTTP is allowed also beyond this machine.
    pub allows_plain_http: bool,
}

/// The registry of an image. Nothing is sent yet.
///
/// # Errors
/// When a file with logins or certificates is there and cannot be read.
pub async fn connect(context: &Context, image: &Reference, manner: &Manner) -> Result<Registry> {
    let login = match &manner.login {
        Some((user, password)) => Some(Login::Password { user: user.clone(), password: password.clone() }),
        None => stored(context, image).await?,
    };
    let options = Options {
        login,
        allows_plain_http: manner.allows_plain_http,
        trust: Trust::read(&context.environment, image.host())?,
        stall: stall(context),
    };
    Ok(Registry::new(image.host(), options))
}

async fn stored(context: &Context, image: &Reference) -> Result<Option<Login>> {
    let Lookup { credentials, warning } = Lookup::for_image(&context.environment, &image.to_string()).await?;
    if let Some(warning) = &warning {
        context.ui.warn(warning);
    }
    Ok(credentials.map(|credentials| match credentials.into() {
        Credential::Password(user, password) => Login::Password { user, password },
        Credential::Token(token) => Login::Token(token),
    }))
}
