//! Which release of KAR a cluster runs, and from which images: what was asked for, else what the `kar` on PATH is, else the
//! one built in.

use std::path::Path;

use super::desired::Images;
use crate::client::kubernetes::Cluster;
use crate::client::program;
use crate::context::Context;
use crate::error::{Failure, Result};
use crate::settings::{Implementation, Settings};
use crate::target::kubernetes::connection::is_local;

/// The release that karctl was made for.
pub const BUILT_IN: &str = "1.3.10";

/// What a `kar` that was built by hand says of its version.
pub const UNOFFICIAL: &str = "unofficial";

/// Registry of the releases' images, as in the original.
const RELEASES: &str = "quay.io/ibm";

/// Time for `kar version`.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(5);

/// A release, and why that one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Release {
    /// Such as `1.3.10`, or [`UNOFFICIAL`].
    pub version: String,
    /// Why.
    pub reason: String,
}

/// Decides which release runs.
///
/// # Errors
/// When a development build is to run on a cluster that cannot reach this machine's registry.
pub async fn choose(context: &Context, settings: &Settings, cluster: Option<&Cluster>) -> Result<Release> {
    let release = match &settings.kubernetes.release {
        Some(version) => Release { version: version.clone(), reason: "as asked for".to_owned() },
        None => of_program(context).await,
    };
    if release.version == UNOFFICIAL
        && settings.injector.image.is_none()
        && let Some(cluster) = cluster.filter(|cluster| !is_local(cluster))
    {
        return Err(Failure::usage(format!(
            "{} cannot reach the registry {} of this machine, and development images were chosen ({})",
            cluster.chosen().server,
            settings.kubernetes.dev_registry,
            release.reason
        ))
        .hint(format!("give --release V, such as --release {BUILT_IN}"))
        .into());
    }
    Ok(release)
}

/// The release of the `kar` on PATH, where there is one that says it.
pub async fn on_path(context: &Context) -> Option<String> {
    let path = context.environment.program("kar")?;
    Some(said_by(&path).await).filter(|version| is_version(version))
}

async fn said_by(path: &Path) -> String {
    let said = program::ask(path, &["version"], PATIENCE).await.unwrap_or_default();
    said.lines().next().unwrap_or_default().trim().trim_start_matches('v').to_owned()
}

fn is_version(said: &str) -> bool {
    said.starts_with(|c: char| c.is_ascii_digit())
        && said.chars().all(|c| c.is_ascii_alphanumeric() || ".-_".contains(c))
}

/// What the `kar` on PATH says.
async fn of_program(context: &Context) -> Release {
    let built_in = |reason: String| Release { version: BUILT_IN.to_owned(), reason };
    let Some(path) = context.environment.program("kar") else {
        return built_in("built in; there is no `kar` on PATH".to_owned());
    };
    match said_by(&path).await.as_str() {
        UNOFFICIAL => {
            Release { version: UNOFFICIAL.to_owned(), reason: format!("{} was built by hand", path.display()) }
        }
        version if is_version(version) => {
            Release { version: version.to_owned(), reason: format!("that of {}", path.display()) }
        }
        _ => built_in(format!("built in; {} does not say its version", path.display())),
    }
}

/// The images of a release.
pub fn images(settings: &Settings, release: &Release) -> Images {
    let injector = &settings.injector;
    let (registry, tag) = match release.version.as_str() {
        UNOFFICIAL => (format!("{}/kar", settings.kubernetes.dev_registry), "latest"),
        version => (RELEASES.to_owned(), version),
    };
    let own = || match injector.implementation {
        Implementation::Original => format!("{registry}/kar-injector:{tag}"),
        Implementation::Karctl => {
            format!("{}/karctl/injector:{}", settings.kubernetes.dev_registry, env!("CARGO_PKG_VERSION"))
        }
    };
    let sidecar = injector.sidecar_image.clone().unwrap_or_else(|| format!("{registry}/kar-sidecar:{tag}"));
    let (sidecar, sidecar_tag) = split_tag(&sidecar);
    Images {
        release: release.version.clone(),
        injector: injector.image.clone().unwrap_or_else(own),
        sidecar,
        sidecar_tag,
    }
}

/// Name and tag of an image; a colon before the last slash is a port.
fn split_tag(image: &str) -> (String, String) {
    match image.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => (name.to_owned(), tag.to_owned()),
        _ => (image.to_owned(), "latest".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_is_no_tag() {
        let split = |image| split_tag(image);
        assert_eq!(split("quay.io/ibm/kar-sidecar:1.3.10"), ("quay.io/ibm/kar-sidecar".into(), "1.3.10".into()));
        assert_eq!(split("localhost:5000/kar-sidecar"), ("localhost:5000/kar-sidecar".into(), "latest".into()));
    }

    #[test]
    fn self_built_images_come_from_the_registry_of_the_settings() {
        let settings = crate::settings::defaults().expect("settings");
        let release = |version: &str| Release { version: version.to_owned(), reason: String::new() };
        let images_of = |version: &str| images(&settings, &release(version));
        assert_eq!(images_of("1.3.9").injector, "quay.io/ibm/kar-injector:1.3.9");
        assert_eq!(images_of(UNOFFICIAL).injector, "registry:5000/kar/kar-injector:latest");
        assert_eq!(images_of(UNOFFICIAL).sidecar, "registry:5000/kar/kar-sidecar");
    }
}
