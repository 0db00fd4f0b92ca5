//! What there is, as fields that can be compared one by one.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use serde_json::Value;

/// Field and value, such as `container kar_kafka State Running` and `true`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
    fields: BTreeMap<String, String>,
}

impl State {
    /// Adds one field.
    pub fn add(&mut self, field: impl Into<String>, value: impl Into<String>) {
        self.fields.insert(field.into(), value.into());
    }

    /// Adds every leaf of a document, empty maps and lists included, but for keys that are left out at any depth.
    pub fn add_document(&mut self, title: &str, value: &Value, left_out: &[&str]) {
        match value {
            Value::Object(members) if !members.is_empty() => {
                let kept = members.iter().filter(|(key, _)| !left_out.contains(&key.as_str()));
                kept.for_each(|(key, value)| self.add_document(&format!("{title} {key}"), value, left_out));
            }
            Value::Array(items) if !items.is_empty() => {
                let numbered = items.iter().enumerate();
                numbered.for_each(|(index, item)| self.add_document(&format!("{title} {index}"), item, left_out));
            }
            leaf => self.add(title, leaf.to_string()),
        }
    }

    /// Adds every file and folder below a folder, with mode and content; `shown` is given path and content, and makes
    /// of it what is to be compared.
    pub fn add_folder(&mut self, root: &Path, shown: &impl Fn(&Path, String) -> String) {
        self.add_below(root, root, shown);
    }

    fn add_below(&mut self, root: &Path, folder: &Path, shown: &impl Fn(&Path, String) -> String) {
        for entry in fs::read_dir(folder).into_iter().flatten() {
            let path = entry.expect("an entry").path();
            // A server's own files come and go.
            let Ok(metadata) = path.symlink_metadata() else { continue };
            let below = path.strip_prefix(root).expect("below the root");
            let content = if metadata.is_file() { fs::read(&path).unwrap_or_default() } else { Vec::new() };
            let content = shown(below, String::from_utf8_lossy(&content).into_owned());
            self.add(format!("file {}", below.display()), format!("{:o} {content}", metadata.permissions().mode()));
            if metadata.is_dir() {
                self.add_below(root, &path, shown);
            }
        }
    }

    /// Whether there is a field.
    pub fn has(&self, field: &str) -> bool {
        self.fields.contains_key(field)
    }

    /// How many fields there are.
    pub fn len(&self) -> usize {
        self.fields.len()
    }

    /// The fields, one a line.
    pub fn lines(&self) -> Vec<String> {
        self.differences(&Self::default())
    }

    /// What differs from another state, a line each: `-` what is missing here, `+` what is too much.
    pub fn differences(&self, expected: &Self) -> Vec<String> {
        let lines = |sign: char, of: &Self, than: &Self| {
            let differing = of.fields.iter().filter(|(field, value)| than.fields.get(*field) != Some(value));
            differing.map(|(field, value)| format!("{sign} {field}: {value}")).collect::<Vec<_>>()
        };
        [lines('-', expected, self), lines('+', self, expected)].concat()
    }
}

#[test]
fn every_leaf_is_compared_but_for_what_is_left_out() {
    let state = |document: &str| {
        let mut state = State::default();
        state.add_document("it", &serde_json::from_str(document).expect("json"), &["id"]);
        state
    };
    let expected = state(r#"{"id": 1, "names": ["a", "b"], "none": {}, "inner": {"id": 2, "on": true}}"#);
    let actual = state(r#"{"id": 3, "names": ["a", "c"], "none": {}, "inner": {"id": 4}}"#);
    assert_eq!(actual.differences(&expected), ["- it inner on: true", "- it names 1: \"b\"", "+ it names 1: \"c\""]);
    assert_eq!(expected.differences(&expected), Vec::<String>::new());
    assert_eq!((expected.len(), expected.has("it names 0")), (4, true));
}
