//! What goes into a container before it is started: its configuration, the marker of its data, and whose they are.

use std::collections::BTreeMap;

use super::blueprint::{Blueprint, CLUSTER_ID, CONFIGURATION};
use super::data::{MARKER, Marker};
use crate::client::docker::models::ImageConfig;
use crate::client::docker::{Archive, Docker, Entry, Owner};
use crate::error::{Failure, OrFail, Result};
use crate::settings::KafkaMode;
use crate::target::local::instance::Component;

/// Users to whom the images of Redis and Valkey step down from root.
const REDIS_USERS: [&str; 2] = ["valkey", "redis"];

/// Permissions: everybody may read, or the server only.
const PUBLIC: u32 = 0o644;
const SECRET: u32 = 0o600;
const FOLDER: u32 = 0o755;

/// Uploads a component's files into its container, which was not started yet.
///
/// # Errors
/// When the engine refuses or does not answer.
pub async fn files(docker: &Docker, blueprint: &Blueprint, owner: Owner, marker: &Marker) -> Result<()> {
    docker.upload(&blueprint.container, "/etc", &configuration(blueprint, marker, owner)?).await?;
    if let Some(archive) = data(blueprint, marker, owner)? {
        docker.upload(&blueprint.container, blueprint.mount, &archive).await?;
    }
    Ok(())
}

fn configuration(blueprint: &Blueprint, marker: &Marker, owner: Owner) -> Result<Archive> {
    let folder = CONFIGURATION.trim_start_matches("/etc/");
    let public = |path, content| Entry { path, mode: PUBLIC, owner: Owner::default(), content: Some(content) };
    let paths: Vec<_> = blueprint.files.iter().map(|file| format!("{folder}/{}", file.name)).collect();
    let mut entries = vec![Entry { path: folder, mode: FOLDER, owner: Owner::default(), content: None }];
    for (file, path) in blueprint.files.iter().zip(&paths) {
        let content = file.content.expose().as_bytes();
        entries.push(match file.is_secret {
            true => Entry { path, mode: SECRET, owner, content: Some(content) },
            false => public(path, content),
        });
    }
    let id = format!("{folder}/{CLUSTER_ID}");
    if blueprint.component == Component::Kafka && marker.mode == KafkaMode::Kraft {
        entries.push(public(&id, marker.cluster_id.as_bytes()));
    }
    Archive::pack(entries)
        .or_fail(|| Failure::new(format!("the configuration of {} cannot be packed", blueprint.container)))
}

/// The marker, and the folder that the server writes into; `None` for Redis, whose image owns its volume.
fn data(blueprint: &Blueprint, marker: &Marker, owner: Owner) -> Result<Option<Archive>> {
    let Some(folder) = blueprint.data_folder else { return Ok(None) };
    let text = serde_json::to_vec_pretty(marker)?;
    let entries = [
        Entry { path: MARKER, mode: PUBLIC, owner, content: Some(&text) },
        Entry { path: folder, mode: FOLDER, owner, content: None },
    ];
    Archive::pack(entries)
        .map(Some)
        .or_fail(|| Failure::new(format!("the marker of {} cannot be packed", blueprint.container)))
}

/// The users that the servers run as, where it matters; each image is read once, off the first container made of it.
///
/// # Errors
/// When the engine refuses or does not answer.
pub async fn owners<'a>(
    docker: &Docker,
    made: impl Iterator<Item = (&'a Blueprint, &'a ImageConfig)>,
) -> Result<BTreeMap<Component, Owner>> {
    let mut listed = BTreeMap::new();
    let mut owners = BTreeMap::new();
    for (blueprint, image) in made {
        let candidates = candidates(blueprint, image);
        if candidates.is_empty() {
            continue;
        }
        if !listed.contains_key(&blueprint.image) {
            listed.insert(&blueprint.image, passwd(docker, &blueprint.container).await?);
        }
        owners.insert(blueprint.component, first_of(&candidates, &listed[&blueprint.image]));
    }
    Ok(owners)
}

/// Names of the user that the server runs as: the image's, or one it steps down to. None where that is root, or where root
/// may own everything.
fn candidates<'a>(blueprint: &Blueprint, image: &'a ImageConfig) -> Vec<&'a str> {
    let user = image.user.as_deref().unwrap_or_default();
    let has_files = blueprint.data_folder.is_some() || blueprint.files.iter().any(|file| file.is_secret);
    match blueprint.component {
        _ if !has_files => Vec::new(),
        Component::Redis if is_root(user) => REDIS_USERS.to_vec(),
        _ if is_root(user) => Vec::new(),
        _ => vec![user],
    }
}

/// The user that an image names, as a container made of it knows it.
///
/// # Errors
/// When the engine refuses or does not answer.
pub async fn user(docker: &Docker, container: &str, image: &ImageConfig) -> Result<Owner> {
    match image.user.as_deref().unwrap_or_default() {
        user if is_root(user) => Ok(Owner::default()),
        user => Ok(first_of(&[user], &passwd(docker, container).await?)),
    }
}

async fn passwd(docker: &Docker, container: &str) -> Result<String> {
    let passwd = docker.download(container, "/etc/passwd").await?.unwrap_or_default();
    Ok(String::from_utf8_lossy(&passwd).into_owned())
}

fn first_of(users: &[&str], passwd: &str) -> Owner {
    users.iter().find_map(|user| resolve(user, passwd)).unwrap_or_default()
}

fn is_root(user: &str) -> bool {
    matches!(user.split(':').next(), None | Some("" | "root" | "0"))
}

/// Reads `name`, `number`, `name:group` or `number:group` as the engine does; a group that is a name is that of the user.
fn resolve(user: &str, passwd: &str) -> Option<Owner> {
    let (user, group) = user.split_once(':').map_or((user, None), |(user, group)| (user, group.parse().ok()));
    let number: Option<u64> = user.parse().ok();
    let listed = passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        let id: u64 = fields.nth(1)?.parse().ok()?;
        (name == user || Some(id) == number).then_some((id, fields.next()?.parse::<u64>().ok()?))
    });
    match (listed, number) {
        (Some((id, own_group)), _) => Some(Owner { user: id, group: group.unwrap_or(own_group) }),
        (None, Some(id)) => Some(Owner { user: id, group: group.unwrap_or(0) }),
        (None, None) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASSWD: &str = "root:x:0:0:root:/root:/bin/sh\nappuser:x:1000:1001::/home/appuser:/bin/bash\n";

    #[test]
    fn a_user_is_found_by_name_or_number_with_its_group() {
        let owner = |user, group| Some(Owner { user, group });
        let cases = [
            ("appuser", owner(1000, 1001)),
            ("1000", owner(1000, 1001)),
            ("appuser:5", owner(1000, 5)),
            ("1234", owner(1234, 0)),
            ("1234:7", owner(1234, 7)),
            ("nobody", None),
        ];
        for (user, expected) in cases {
            assert_eq!(resolve(user, PASSWD), expected, "{user}");
        }
    }

    #[test]
    fn root_has_many_names() {
        assert!(["", "root", "0", "0:0", "root:root"].into_iter().all(is_root));
        assert!(!is_root("1000"));
    }
}
