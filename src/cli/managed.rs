//! Which service keys of IBM Cloud are meant, and where they are read: options that several commands share.

use std::path::{Path, PathBuf};

use clap::{Args, ValueHint};

use super::ce::AccountArguments;
use crate::context::Context;
use crate::error::{Failure, Result};
use crate::runtime_config::service_key::Selection;
use crate::target::code_engine::account::Account;
use crate::target::code_engine::check;
use crate::target::code_engine::managed::{self, Managed};

/// Managed services that a command may use or not, and the account to ask for them.
#[derive(Debug, Args)]
#[command(next_help_heading = "IBM Cloud")]
pub struct ManagedArguments {
    /// Service keys of IBM Cloud that say where Kafka and Redis are; none run in the cluster then
    #[arg(long, value_name = "KEY", conflicts_with = "services")]
    pub managed: Option<String>,
    #[command(flatten)]
    pub keys: KeyArguments,
    #[command(flatten)]
    pub account: AccountArguments,
}

impl ManagedArguments {
    /// Refuses options that nothing would use.
    ///
    /// # Errors
    /// A usage failure.
    pub fn check_used(&self) -> Result<()> {
        if self.managed.is_none() && self.keys.is_given() {
            return Err(self.keys.unused("--managed KEY").into());
        }
        if self.managed.is_none() && self.account.is_given() {
            return Err(self.account.unused("write --managed KEY").into());
        }
        self.keys.check_account(&self.account)
    }
}

/// Options beside the name of the keys.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "IBM Cloud")]
pub struct KeyArguments {
    /// Guid of the service key of Databases for Redis, where several have the name
    #[arg(long, value_name = "GUID")]
    redis_key_id: Option<String>,
    /// Guid of the service key of Event Streams, where several have the name
    #[arg(long, value_name = "GUID")]
    kafka_key_id: Option<String>,
    /// Read the service keys from this file, as `ibmcloud resource service-key KEY --output json` prints them, and ask no
    /// account; `-` is stdin
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    credentials: Option<PathBuf>,
}

impl KeyArguments {
    /// What `karctl check ce` looks at.
    pub fn wanted(&self, key: Option<&String>) -> check::Wanted {
        check::Wanted {
            key: key.cloned(),
            redis_id: self.redis_key_id.clone(),
            kafka_id: self.kafka_key_id.clone(),
            credentials: self.credentials.clone(),
            ..check::Wanted::default()
        }
    }

    /// Whether any of them was typed.
    pub fn is_given(&self) -> bool {
        self.redis_key_id.is_some() || self.kafka_key_id.is_some() || self.credentials.is_some()
    }

    /// Whether the keys are in a file, and so need no name.
    pub fn is_file(&self) -> bool {
        self.credentials.is_some()
    }

    /// Whether they are read from stdin.
    pub fn is_on_stdin(&self) -> bool {
        self.credentials.as_deref() == Some(Path::new("-"))
    }

    /// Refuses the choice of an account that nobody would ask, where the keys are in a file.
    ///
    /// # Errors
    /// A usage failure.
    pub fn check_account(&self, account: &AccountArguments) -> Result<()> {
        match self.is_file() && account.is_given() {
            true => Err(account.unused("leave them out: --credentials asks no account").into()),
            false => Ok(()),
        }
    }

    /// The failure where they were typed and nothing uses them; `instead` makes use of them.
    pub fn unused(&self, instead: &str) -> Failure {
        Failure::usage("--redis-key-id, --kafka-key-id and --credentials choose service keys")
            .hint(format!("write {instead}"))
    }

    /// The services of the keys of this name; of any name where none is given. Keys in a file need no account, so that none
    /// is looked for then. Warnings are shown.
    ///
    /// # Errors
    /// When there is no account, or the keys cannot be read, or say too little.
    pub async fn services(
        &self,
        context: &Context,
        key: Option<&str>,
        account: impl FnOnce() -> Result<Account>,
    ) -> Result<Managed> {
        let (redis_id, kafka_id) = (self.redis_key_id.as_deref(), self.kafka_key_id.as_deref());
        let managed = match (&self.credentials, key) {
            (Some(file), _) => managed::from_file(context, file, Selection { name: key, redis_id, kafka_id })?,
            (None, Some(key)) => managed::services(context, &account()?, key, redis_id, kafka_id).await?,
            (None, None) => return Err(nameless().into()),
        };
        for warning in &managed.warnings {
            context.ui.warn(warning);
        }
        Ok(managed)
    }
}

/// The failure where neither a name nor a file says which keys are meant.
pub fn nameless() -> Failure {
    Failure::usage("`ibmcloud` needs the name of the service keys")
        .hint("give `ibmcloud KEY`, or the keys in a file with --credentials FILE")
}
