//! Logins to private registries, in the form that Kubernetes keeps them.

use std::io::Read;
use std::path::Path;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use crate::client::file;
use crate::context::Context;
use crate::error::{Failure, OrFail, Result};
use crate::redacted::Secret;

/// No password is longer.
const LONGEST_PASSWORD: u64 = 64 << 10;

/// Docker's file of logins. One that only names a helper holds no login.
///
/// # Errors
/// A usage failure that says what is wrong with it.
pub fn login_file(context: &Context, file: &Path) -> Result<Secret> {
    let path = context.environment.working_directory().join(file);
    let missing = || Failure::usage(format!("there is no file {}", path.display()));
    let content = file::read(&path)?.ok_or_else(missing)?;
    // The cause is left out: a parser's error may quote the text.
    let document: Value = serde_json::from_slice(&content)
        .map_err(|_| Failure::usage(format!("{} is no JSON, as Docker's config.json is", path.display())))?;
    let logins = document["auths"].as_object();
    let has_login = logins
        .is_some_and(|logins| logins.values().any(|login| login["auth"].is_string() || login["password"].is_string()));
    if !has_login {
        let failure = Failure::usage(format!("{} holds no login", path.display()));
        let is_elsewhere = document["credsStore"].is_string() || document["credHelpers"].is_object();
        return Err(match is_elsewhere {
            true => failure.hint(
                "a credential helper has them: give --registry-server, --registry-user and --registry-password-stdin",
            ),
            false => failure.hint("`docker login` writes one"),
        }
        .into());
    }
    Ok(Secret::new(json!({"auths": document["auths"]}).to_string()))
}

/// One login.
///
/// # Errors
/// Never: the form is fixed.
pub fn login(server: &str, user: &str, password: &Secret) -> Result<Secret> {
    let auth = BASE64_STANDARD.encode(format!("{user}:{}", password.expose()));
    let document = json!({"auths": {server: {"username": user, "password": password.expose(), "auth": auth}}});
    Ok(Secret::new(document.to_string()))
}

/// Reads a password; one trailing line break is not part of it.
///
/// # Errors
/// A usage failure when there is none.
pub fn password_from_stdin() -> Result<Secret> {
    let mut text = String::new();
    std::io::stdin()
        .lock()
        .take(LONGEST_PASSWORD)
        .read_to_string(&mut text)
        .or_fail(|| Failure::usage("the password cannot be read from stdin"))?;
    let password = text.strip_suffix('\n').unwrap_or(&text).trim_end_matches('\r');
    if password.is_empty() {
        return Err(Failure::usage("there is no password on stdin").into());
    }
    Ok(Secret::new(password))
}
