//! Passwords of a secure instance: given, or generated once and kept in a file of mode 0600.

use rand::distr::{Alphanumeric, SampleString};
use serde::{Deserialize, Serialize};

use super::instance::InstanceName;
use super::record::folder;
use crate::client::file;
use crate::client::file::create_private_folder;
use crate::code::Code;
use crate::context::Context;
use crate::error::{Failure, OrFail, Result};
use crate::redacted::Secret;
use crate::services::Credentials;
use crate::settings::Settings;

/// File name of the secrets in the instance's folder.
pub const FILE: &str = "secret.json";

/// SASL user of Kafka; `kar`'s own default, so that it need not be set by hand.
const KAFKA_USERNAME: &str = "token";

/// Letters and digits of a generated password: 190 bits.
const GENERATED_LENGTH: usize = 32;

/// The file's form. Plain strings: this is the one place where passwords are written down.
#[derive(Serialize, Deserialize)]
struct Stored {
    kafka_username: String,
    kafka_password: String,
    redis_password: String,
}

/// The credentials that an instance was given; `None` when it has none.
///
/// # Errors
/// When the file is there and cannot be understood.
pub fn read(context: &Context, name: &InstanceName) -> Result<Option<Credentials>> {
    let path = folder(context, name)?.join(FILE);
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Failure::new(format!("{} cannot be read", path.display())).because(error).into()),
    };
    // The cause is left out: a parser's error may quote the text.
    let stored: Stored = serde_json::from_str(&text).map_err(|_| {
        Failure::new(format!("{} cannot be understood", path.display()))
            .hint(format!("remove it (`rm {}`); the next `karctl local up` generates new passwords", path.display()))
            .code(Code::BadState)
    })?;
    Ok(Some(Credentials {
        kafka_username: stored.kafka_username,
        kafka_password: Secret::new(stored.kafka_password),
        redis_password: Secret::new(stored.redis_password),
    }))
}

/// The credentials to use: those of the settings, else those kept, else new ones. What is not kept yet is written.
///
/// # Errors
/// When the file cannot be understood or written.
pub fn ensure(context: &Context, name: &InstanceName, settings: &Settings, dry_run: bool) -> Result<Credentials> {
    let kept = read(context, name)?;
    let choose = |given: &Option<Secret>, kept: Option<&Secret>| {
        given.clone().or_else(|| kept.cloned()).unwrap_or_else(generate)
    };
    let credentials = Credentials {
        kafka_username: KAFKA_USERNAME.to_owned(),
        kafka_password: choose(&settings.kafka.password, kept.as_ref().map(|kept| &kept.kafka_password)),
        redis_password: choose(&settings.redis.password, kept.as_ref().map(|kept| &kept.redis_password)),
    };
    if !dry_run && kept.as_ref() != Some(&credentials) {
        write(context, name, &credentials)?;
    }
    Ok(credentials)
}

fn write(context: &Context, name: &InstanceName, credentials: &Credentials) -> Result<()> {
    let folder = folder(context, name)?;
    create_private_folder(&folder)?;
    let stored = Stored {
        kafka_username: credentials.kafka_username.clone(),
        kafka_password: credentials.kafka_password.expose().to_owned(),
        redis_password: credentials.redis_password.expose().to_owned(),
    };
    let text =
        serde_json::to_vec_pretty(&stored).or_fail(|| Failure::new("the passwords cannot be written as JSON"))?;
    file::write_atomic(&folder.join(FILE), &text, file::PRIVATE)?;
    Ok(())
}

fn generate() -> Secret {
    Secret::new(Alphanumeric.sample_string(&mut rand::rng(), GENERATED_LENGTH))
}
