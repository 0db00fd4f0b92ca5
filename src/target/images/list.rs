//! `karctl images list`: the images that karctl runs, as the settings have them, and their digests where they are known.

use schemars::JsonSchema;
use serde::Serialize;

use crate::client::docker::Docker;
use crate::client::registry::Reference;
use crate::context::Context;
use crate::error::Result;
use crate::settings::Settings;
use crate::target::kubernetes::release;
use crate::ui::table;

/// What `karctl images list -o json` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Images {
    /// Every image, once for each use.
    pub images: Vec<Entry>,
}

/// One image.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Entry {
    /// What it is for: `kafka` (with ZooKeeper), `redis`, `registry`, `injector`, `sidecar`.
    pub component: &'static str,
    /// Its name, with tag or digest.
    pub image: String,
    /// Digest of its manifest, by which it can be pulled: from its name, or from the engine where that has pulled it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// Whether the engine has it; not known where no engine answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_present: Option<bool>,
}

/// Lists them. An engine is asked where one answers.
///
/// # Errors
/// When a name in the settings is none of an image's, or an engine that answers stops to.
pub async fn list(context: &Context, settings: &Settings) -> Result<Images> {
    let docker = Docker::connect(&context.environment).await.ok();
    let mut images = Vec::new();
    for (component, image) in named(context, settings).await? {
        images.push(entry(docker.as_ref(), component, image).await?);
    }
    Ok(Images { images })
}

/// What runs, by its use.
///
/// # Errors
/// When the release cannot be told.
pub async fn named(context: &Context, settings: &Settings) -> Result<Vec<(&'static str, String)>> {
    let release = release::choose(context, settings, None).await?;
    let of_release = release::images(settings, &release);
    Ok(vec![
        ("kafka", settings.kafka.docker_image()),
        ("redis", settings.redis.image.clone()),
        ("registry", settings.registry.image.clone()),
        ("injector", of_release.injector),
        ("sidecar", format!("{}:{}", of_release.sidecar, of_release.sidecar_tag)),
    ])
}

async fn entry(docker: Option<&Docker>, component: &'static str, image: String) -> Result<Entry> {
    let reference = Reference::parse(&image)?;
    let pinned = reference.is_by_digest().then(|| reference.version.clone());
    let Some(docker) = docker else {
        return Ok(Entry { component, image, digest: pinned, is_present: None });
    };
    let found = docker.image(&image).await.map_err(crate::error::Failure::from)?;
    let is_present = Some(found.is_some());
    let digests = found.and_then(|found| found.repo_digests).unwrap_or_default();
    let of_this = |name: &String| {
        let known = Reference::parse(name).ok()?;
        (known.registry == reference.registry && known.repository == reference.repository).then_some(known.version)
    };
    let digest = pinned.or_else(|| digests.iter().find_map(of_this));
    Ok(Entry { component, image, digest, is_present })
}

impl Images {
    /// The form for people.
    pub fn text(&self) -> String {
        let mut rows = vec![["COMPONENT", "IMAGE", "HERE", "DIGEST"].map(str::to_owned).to_vec()];
        rows.extend(self.images.iter().map(|entry| {
            let here = entry.is_present.map_or("?", |is_present| if is_present { "yes" } else { "no" });
            let digest = entry.digest.clone().unwrap_or_else(|| "-".to_owned());
            vec![entry.component.to_owned(), entry.image.clone(), here.to_owned(), digest]
        }));
        table(&rows)
    }
}
