//! Which image the nodes run: that of the version that is asked for, pinned by digest where one is known. Pure.

use super::model::Provider;
use crate::client::tool::Version;
use crate::error::{Failure, Result};

/// kind's lines with the Kubernetes of their own default image, and that image, newest first.
/// <https://github.com/kubernetes-sigs/kind/blob/v0.32.0/pkg/apis/config/defaults/image.go>, and the same of each release
const KIND: &[((u32, u32), &str)] = &[
    ((0, 32), "kindest/node:v1.36.1@sha256:3489c7674813ba5d8b1a9977baea8a6e553784dab7b84759d1014dbd78f7ebd5"),
    ((0, 31), "kindest/node:v1.35.0@sha256:452d707d4862f52530247495d180205e029056831160e22870e37e3f6c1ac31f"),
    ((0, 30), "kindest/node:v1.34.0@sha256:7416a61b42b1662ca6ca89f02028ac133a309a2a30ba309614e8ec94d976dc5a"),
    ((0, 29), "kindest/node:v1.33.1@sha256:050072256b9a903bd914c0b2866828150cb229cea0efe5892e2b644d5dd3b34f"),
    ((0, 28), "kindest/node:v1.33.1@sha256:8d866994839cd096b3590681c55a6fa4a071fdaf33be7b9660e5697d2ed13002"),
    ((0, 27), "kindest/node:v1.32.2@sha256:f226345927d7e348497136874b6d207e0b32cc52154ad8323129352923a3142f"),
];

/// The newest line of each tool that karctl is tested or written against.
const NEWEST_KIND: (u32, u32) = (0, 33);
const NEWEST_K3D: (u32, u32) = (5, 9);

/// What was found for a wish.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeImage {
    /// The image; `None` is the tool's own default.
    pub image: Option<String>,
    /// What may not be as the user thinks.
    pub warning: Option<String>,
}

/// Chooses the image. An image that is named wins over a version.
///
/// # Errors
/// A usage failure for what is no version, or one that names no image.
pub fn choose(provider: Provider, tool: &Version, image: Option<&str>, kubernetes: Option<&str>) -> Result<NodeImage> {
    let (newest, name) = match provider {
        Provider::Kind => (NEWEST_KIND, "kind"),
        Provider::K3d => (NEWEST_K3D, "k3d"),
    };
    let unknown = (tool.line() > newest).then(|| {
        format!("{name} {tool} is newer than what karctl knows ({}.{}); most often it works", newest.0, newest.1)
    });
    if let Some(image) = image {
        return Ok(NodeImage { image: Some(image.to_owned()), warning: unknown });
    }
    let image = match (provider, kubernetes) {
        (Provider::Kind, None) => {
            KIND.iter().find(|(line, _)| *line == tool.line()).map(|(_, image)| (*image).to_owned())
        }
        (Provider::K3d, None) => None,
        (Provider::Kind, Some(wanted)) => Some(kind_image(tool, wanted)?),
        (Provider::K3d, Some(wanted)) => Some(k3s_image(wanted)?),
    };
    Ok(NodeImage { image, warning: unknown })
}

/// The pinned image of a version such as `1.34` or `1.34.0`, that of the same kind first; else the tag of a whole version.
fn kind_image(tool: &Version, wanted: &str) -> Result<String> {
    let wanted = wanted.trim_start_matches('v');
    let parsed = parse(wanted)?;
    let is_it = |image: &str| {
        let version = image.split([':', '@']).nth(1).unwrap_or_default().trim_start_matches('v');
        version == wanted || version.strip_prefix(wanted).is_some_and(|rest| rest.starts_with('.'))
    };
    let own = KIND.iter().find(|(line, image)| *line == tool.line() && is_it(image));
    if let Some((_, image)) = own.or_else(|| KIND.iter().find(|(_, image)| is_it(image))) {
        return Ok((*image).to_owned());
    }
    match wanted.split('.').count() {
        3 => Ok(format!("kindest/node:v{wanted}")),
        _ => Err(Failure::usage(format!("karctl knows no node image of Kubernetes {parsed}"))
            .hint("write the whole version, such as 1.33.4, or give the node image with --image")
            .into()),
    }
}

/// k3s' images are tagged by Kubernetes' version and their own: `v1.33.4-k3s1`.
fn k3s_image(wanted: &str) -> Result<String> {
    let wanted = wanted.trim_start_matches('v');
    let (version, build) = wanted.split_once("-k3s").or_else(|| wanted.split_once("+k3s")).unwrap_or((wanted, "1"));
    parse(version)?;
    if version.split('.').count() != 3 {
        return Err(Failure::usage(format!("`{wanted}` names no image of k3s"))
            .hint("write the whole version, such as 1.33.4, or give the node image with --image")
            .into());
    }
    Ok(format!("rancher/k3s:v{version}-k3s{build}"))
}

fn parse(wanted: &str) -> Result<Version> {
    let is_number = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_digit());
    Version::parse(wanted).filter(|_| wanted.split('.').all(is_number)).ok_or_else(|| {
        Failure::usage(format!("`{wanted}` is no version of Kubernetes")).hint("write it as 1.34 or 1.34.0").into()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(provider: Provider, tool: &str, kubernetes: Option<&str>) -> Option<String> {
        let tool = Version::parse(tool).expect("a version");
        choose(provider, &tool, None, kubernetes).expect("chosen").image
    }

    #[test]
    fn every_pin_has_a_whole_digest() {
        for (_, image) in KIND {
            let digest = image.split_once("@sha256:").expect("pinned").1;
            let is_hexadecimal = digest.chars().all(|c| matches!(c, '0'..='9' | 'a'..='f'));
            assert!(is_hexadecimal && digest.len() == 64, "{image}: {}", digest.len());
        }
    }

    #[test]
    fn a_known_kind_has_a_pinned_image_and_an_unknown_one_its_own_with_a_warning() {
        let image = |tool, kubernetes| of(Provider::Kind, tool, kubernetes).unwrap_or_default();
        assert!(image("0.30.0", None).starts_with("kindest/node:v1.34.0@sha256:7416"));
        assert!(image("0.29.0", Some("1.33")).contains("@sha256:0500"), "its own pin first");
        assert!(image("0.28.0", Some("v1.33.1")).contains("@sha256:8d86"));
        assert!(image("0.32.0", Some("1.34")).starts_with("kindest/node:v1.34.0@sha256:"));
        assert_eq!(image("0.32.0", Some("1.33.7")), "kindest/node:v1.33.7");
        let newer = Version::parse("0.40.0").expect("a version");
        let chosen = choose(Provider::Kind, &newer, None, None).expect("its own");
        assert_eq!(chosen.image, None);
        assert!(chosen.warning.expect("a warning").starts_with("kind 0.40.0 is newer than what karctl knows"));
    }

    #[test]
    fn k3s_is_tagged_in_its_own_way() {
        let image = |kubernetes| of(Provider::K3d, "5.8.3", Some(kubernetes)).unwrap_or_default();
        assert_eq!(image("1.33.4"), "rancher/k3s:v1.33.4-k3s1");
        assert_eq!(image("v1.33.4+k3s2"), "rancher/k3s:v1.33.4-k3s2");
        assert_eq!(of(Provider::K3d, "5.8.3", None), None);
    }

    #[test]
    fn what_is_no_version_is_refused() {
        let tool = Version::parse("0.32.0").expect("a version");
        for (provider, wanted) in
            [(Provider::Kind, "latest"), (Provider::Kind, "1.20"), (Provider::K3d, "1.33"), (Provider::K3d, "stable")]
        {
            assert!(choose(provider, &tool, None, Some(wanted)).is_err(), "{wanted}");
        }
    }
}
