//! The versions of karctl, of the servers that it runs, and of the `kar` beside it.

use std::time::Duration;

use schemars::JsonSchema;
use serde::Serialize;

use crate::client::program;
use crate::context::Context;
use crate::error::Result;
use crate::settings;
use crate::ui::table;

/// How long `kar` may take to tell its version.
const ANSWER_LIMIT: Duration = Duration::from_secs(5);

/// What `karctl version -o json` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Version {
    /// karctl's own version.
    pub karctl: &'static str,
    /// The commit it was built from; null where the build was not told (`KARCTL_COMMIT`).
    pub commit: Option<&'static str>,
    /// Operating system and architecture it was built for.
    pub platform: String,
    /// Kafka and ZooKeeper, where no setting says otherwise.
    pub kafka: Server,
    /// Redis, where no setting says otherwise.
    pub redis: Server,
    /// The `kar` on PATH, if any.
    pub kar: Option<Client>,
}

/// A server that karctl runs.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Server {
    /// Version.
    pub version: String,
    /// Image of the docker engine.
    pub image: String,
}

/// The `kar` client.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Client {
    /// Where it is.
    pub path: String,
    /// Its version, `unofficial` for one built by hand; null when it does not tell.
    pub version: Option<String>,
}

impl Version {
    /// Finds out; `kar` is asked.
    ///
    /// # Errors
    /// Never: the defaults are part of the program.
    pub async fn collect(context: &Context) -> Result<Self> {
        let defaults = settings::defaults()?;
        let redis_image = defaults.redis.image;
        Ok(Self {
            karctl: env!("CARGO_PKG_VERSION"),
            commit: option_env!("KARCTL_COMMIT"),
            platform: format!("{}-{}", std::env::consts::OS, std::env::consts::ARCH),
            kafka: Server { image: defaults.kafka.docker_image(), version: defaults.kafka.version },
            redis: Server {
                version: redis_image.rsplit_once(':').map_or("latest", |(_, tag)| tag).to_owned(),
                image: redis_image,
            },
            kar: Client::on_path(context).await,
        })
    }

    /// The form for people.
    pub fn text(&self) -> String {
        let row = |name: &str, version: &str, place: &str| vec![name.to_owned(), version.to_owned(), place.to_owned()];
        let mut rows = vec![
            row("karctl", self.karctl, &self.platform),
            row("Kafka", &self.kafka.version, &self.kafka.image),
            row("Redis", &self.redis.version, &self.redis.image),
        ];
        rows.push(match &self.kar {
            Some(kar) => row("kar", kar.version.as_deref().unwrap_or("unknown"), &kar.path),
            None => row("kar", "not on PATH", ""),
        });
        table(&rows)
    }
}

impl Client {
    async fn on_path(context: &Context) -> Option<Self> {
        let path = context.environment.program("kar")?;
        let version = program::ask(&path, &["version"], ANSWER_LIMIT).await.ok();
        Some(Self { path: path.display().to_string(), version })
    }
}
