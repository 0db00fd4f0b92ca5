//! Everything that there is of an instance in an engine, field by field; only what must differ from run to run (ids,
//! times, addresses within networks) is left out.

use std::collections::BTreeSet;
use std::io::Read;

use serde_json::Value;

use crate::engine_api::EngineApi;
use crate::state::State;

/// Fields that differ from run to run.
const DIFFERENT: [&str; 22] = [
    "Id",
    "ID",
    "Created",
    "CreatedAt",
    "StartedAt",
    "FinishedAt",
    "Pid",
    "SandboxID",
    "SandboxKey",
    "EndpointID",
    "ExecIDs",
    "NetworkID",
    "IPAddress",
    "IPPrefixLen",
    "IPAM",
    "Gateway",
    "MacAddress",
    "GraphDriver",
    "LogPath",
    "HostsPath",
    "HostnamePath",
    "ResolvConfPath",
];

/// Where karctl puts configuration in a container.
const CONFIGURATION: &str = "/etc/kar";

/// Length of an id, and of the short form that the engine adds as an alias.
const ID: usize = 64;
const SHORT_ID: usize = 12;

/// Whether the files in volumes are part of the state: real servers write what differs from run to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Data {
    /// They are.
    Compared,
    /// They are not.
    Ignored,
}

/// The containers, networks and volumes that mention a name, which must be no part of other words.
pub struct Containers<'a> {
    engine: &'a EngineApi,
    name: &'a str,
}

impl<'a> Containers<'a> {
    /// Of the instance of this name.
    pub fn of(engine: &'a EngineApi, name: &'a str) -> Self {
        Self { engine, name }
    }

    /// Adds all of them to a state, and returns the names of volumes that nobody named.
    pub fn add_to(&self, state: &mut State, data: Data) -> BTreeSet<String> {
        let mut anonymous = BTreeSet::new();
        for container in self.items("/containers/json?all=1", None) {
            // It may have gone since it was listed.
            if let Some(container) = self.engine.get(&format!("/containers/{}/json", text(&container["Id"]))) {
                anonymous.extend(self.add_container(state, container, data));
            }
        }
        for network in self.items("/networks", None) {
            if let Some(network) = self.engine.get(&format!("/networks/{}", text(&network["Id"]))) {
                add_network(state, network);
            }
        }
        for volume in self.items("/volumes", Some("Volumes")) {
            state.add_document(&format!("volume {}", text(&volume["Name"])), &volume, &DIFFERENT);
        }
        anonymous
    }

    /// Removes all of them, past karctl.
    pub fn remove(&self) {
        for container in self.items("/containers/json?all=1", None) {
            self.engine.delete(&format!("/containers/{}?force=1&v=1", text(&container["Id"])));
        }
        for network in self.items("/networks", None) {
            self.engine.delete(&format!("/networks/{}", text(&network["Id"])));
        }
        for volume in self.items("/volumes", Some("Volumes")) {
            self.engine.delete(&format!("/volumes/{}", text(&volume["Name"])));
        }
    }

    /// The items of a list that mention the name anywhere.
    fn items(&self, path: &str, member: Option<&str>) -> Vec<Value> {
        let mut answer = self.engine.get(path).unwrap_or_default();
        let list = if let Some(member) = member { answer[member].take() } else { answer };
        let mut items = list.as_array().cloned().unwrap_or_default();
        items.retain(|item| item.to_string().contains(self.name));
        items.sort_by_key(|item| text(&item["Id"]).to_owned());
        items
    }

    fn add_container(&self, state: &mut State, mut container: Value, data: Data) -> BTreeSet<String> {
        let id = text(&container["Id"]).to_owned();
        let title = format!("container {}", text(&container["Name"]).trim_start_matches('/'));
        let mut anonymous = BTreeSet::new();
        let mut folders = vec![CONFIGURATION.to_owned()];
        for mount in container["Mounts"].as_array_mut().into_iter().flatten() {
            if data == Data::Compared {
                folders.push(text(&mount["Destination"]).to_owned());
            }
            if text(&mount["Name"]).len() == ID {
                anonymous.insert(text(&mount["Name"]).to_owned());
                mount["Name"].take();
                mount["Source"].take();
            }
        }
        // The order of mounts is that of a map.
        if let Some(mounts) = container["Mounts"].as_array_mut() {
            mounts.sort_by_key(|mount| mount["Destination"].to_string());
        }
        let networks = container["NetworkSettings"]["Networks"].as_object_mut();
        for network in networks.into_iter().flat_map(|networks| networks.values_mut()) {
            if let Some(aliases) = network["Aliases"].as_array_mut() {
                aliases.retain(|alias| text(alias) != &id[..SHORT_ID]);
            }
        }
        state.add_document(&title, &container, &DIFFERENT);
        for folder in folders {
            let archive = self.engine.get_bytes(&format!("/containers/{id}/archive?path={folder}"));
            add_archive(state, &format!("{title} {folder}"), &archive.unwrap_or_default());
        }
        anonymous
    }
}

/// Two may have the same name.
fn add_network(state: &mut State, mut network: Value) {
    let titled = |number| format!("network {} ({number})", text(&network["Name"]));
    let number = (1..).find(|&number| !state.has(&format!("{} Name", titled(number)))).unwrap_or(1);
    let title = titled(number);
    let containers = network["Containers"].take();
    for container in containers.as_object().into_iter().flat_map(|containers| containers.values()) {
        state.add(format!("{title} has {}", text(&container["Name"])), "");
    }
    state.add_document(&title, &network, &DIFFERENT);
}

fn add_archive(state: &mut State, title: &str, archive: &[u8]) {
    for entry in tar::Archive::new(archive).entries().expect("an archive") {
        let mut entry = entry.expect("an entry");
        let path = entry.path().expect("a path").display().to_string();
        let header = entry.header();
        let (mode, user, group) = (header.mode(), header.uid(), header.gid());
        let mut content = String::new();
        entry.read_to_string(&mut content).ok();
        let shown = format!("{mode:?} {user:?} {group:?} {}", without_cluster_id(&content));
        state.add(format!("{title}: {path}"), shown);
    }
}

/// Chosen at random for each instance.
pub fn without_cluster_id(text: &str) -> String {
    let shown = |line| if str::contains(line, "\"cluster_id\"") { "\"cluster_id\": ..." } else { line };
    text.lines().map(shown).collect::<Vec<_>>().join("\n")
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
