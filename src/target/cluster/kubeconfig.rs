//! A cluster's entries in the user's kubeconfig: put in, and taken out. Pure; what else is in it stays as it is.

use serde_yaml::{Mapping, Value};

use super::model::{ClusterName, Provider};
use crate::error::{Failure, Result};
use crate::yaml;

/// The lists of a kubeconfig whose entries have names.
const LISTS: [&str; 3] = ["clusters", "contexts", "users"];

/// The key with the chosen context.
const CURRENT: &str = "current-context";

/// A kubeconfig, as it was read.
pub struct Kubeconfig(Mapping);

impl Kubeconfig {
    /// Reads one; an empty text is one without entries. What is wrong with it is not quoted: it holds keys.
    ///
    /// # Errors
    /// When it is no YAML, or no mapping.
    pub fn parse(text: &str) -> Result<Self> {
        let wrong = || Failure::new("it cannot be understood as a kubeconfig");
        match serde_yaml::from_str(text).map_err(|_| wrong())? {
            Value::Null => Ok(Self(Mapping::new())),
            Value::Mapping(mapping) => Ok(Self(mapping)),
            _ => Err(wrong().into()),
        }
    }

    /// Puts every entry of another one in, in the place of those of the same name.
    pub fn merge(&mut self, other: &Self) {
        for (key, value) in [("apiVersion", "v1"), ("kind", "Config")] {
            self.0.entry(key.into()).or_insert_with(|| value.into());
        }
        for list in LISTS {
            for entry in other.entries(list) {
                let own = self.list(list);
                match own.iter_mut().find(|known| name(known) == name(entry)) {
                    Some(known) => known.clone_from(entry),
                    None => own.push(entry.clone()),
                }
            }
        }
    }

    /// Takes a cluster out: its context, and the cluster and user of its provider's naming. Says whether anything was there.
    pub fn remove(&mut self, provider: Provider, cluster: &ClusterName) -> bool {
        let context = provider.context(cluster);
        let user = provider.user(cluster);
        let mut is_changed = false;
        for list in LISTS {
            let wanted = if list == "users" { &user } else { &context };
            if self.entries(list).any(|entry| name(entry) == Some(wanted)) {
                self.list(list).retain(|entry| name(entry) != Some(wanted));
                is_changed = true;
            }
        }
        if self.current() == Some(&context) {
            self.0.insert(CURRENT.into(), "".into());
            is_changed = true;
        }
        is_changed
    }

    /// The chosen context, where one is.
    pub fn current(&self) -> Option<&str> {
        self.0.get(CURRENT)?.as_str().filter(|context| !context.is_empty())
    }

    /// Chooses a context.
    pub fn choose(&mut self, context: &str) {
        self.0.insert(CURRENT.into(), context.into());
    }

    /// The text of the file.
    ///
    /// # Errors
    /// When it cannot be written as YAML, which is a defect of karctl.
    pub fn text(&self) -> Result<String> {
        yaml::to_string(&self.0)
    }

    fn entries(&self, list: &str) -> impl Iterator<Item = &Value> {
        self.0.get(list).and_then(Value::as_sequence).into_iter().flatten()
    }

    /// A list; what stands in its place and is none, such as null, gives way.
    fn list(&mut self, name: &str) -> &mut Vec<Value> {
        let value = self.0.entry(name.into()).or_insert_with(|| Value::Sequence(Vec::new()));
        if !value.is_sequence() {
            *value = Value::Sequence(Vec::new());
        }
        value.as_sequence_mut().expect("it is a list by now")
    }
}

fn name(entry: &Value) -> Option<&str> {
    entry.get("name")?.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINE: &str = "\
apiVersion: v1
kind: Config
clusters:
- name: work
  cluster: {server: https://work, extra: kept}
contexts:
- name: work
  context: {cluster: work, user: me}
current-context: work
users:
- name: me
  user: {token: secret}
preferences: {colors: true}
";

    fn of_kind() -> Kubeconfig {
        let text = "\
apiVersion: v1
kind: Config
clusters: [{name: kind-kar, cluster: {server: 'https://127.0.0.1:1'}}]
contexts: [{name: kind-kar, context: {cluster: kind-kar, user: kind-kar}}]
current-context: kind-kar
users: [{name: kind-kar, user: {client-key-data: x}}]
";
        Kubeconfig::parse(text).expect("a kubeconfig")
    }

    fn kar() -> ClusterName {
        ClusterName::parse("kar").expect("a name")
    }

    #[test]
    fn a_cluster_is_put_in_twice_and_taken_out_as_if_it_had_never_been() {
        let mut mine = Kubeconfig::parse(MINE).expect("a kubeconfig");
        let before = mine.text().expect("text");
        mine.merge(&of_kind());
        assert_eq!(mine.current(), Some("work"), "switching is asked for");
        let once = mine.text().expect("text");
        mine.merge(&of_kind());
        assert_eq!(mine.text().expect("text"), once);
        assert!(once.contains("kind-kar") && once.contains("extra: kept"), "{once}");
        assert!(mine.remove(Provider::Kind, &kar()));
        assert!(!mine.remove(Provider::Kind, &kar()));
        assert_eq!(mine.text().expect("text"), before);
    }

    #[test]
    fn the_chosen_context_goes_with_its_cluster() {
        let mut empty = Kubeconfig::parse("").expect("empty");
        empty.merge(&of_kind());
        empty.choose("kind-kar");
        assert_eq!(empty.current(), Some("kind-kar"));
        assert!(empty.remove(Provider::Kind, &kar()));
        assert_eq!(empty.current(), None);
    }

    #[test]
    fn lists_that_are_null_are_filled_and_nonsense_is_refused_without_being_quoted() {
        let mut null = Kubeconfig::parse("clusters: null\nusers:\ncontexts: []\n").expect("a kubeconfig");
        null.merge(&of_kind());
        assert!(null.text().expect("text").contains("name: kind-kar"));
        for text in ["[]", "token: [secret", "secret"] {
            let error = Kubeconfig::parse(text).err().expect("refused").to_string();
            assert!(!error.contains("secret"), "{error}");
        }
    }
}
