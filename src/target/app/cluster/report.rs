//! What was done on a cluster, for people.

use super::{AppliedObject, ClusterDown, ClusterUp};
use crate::change::Change;

impl ClusterUp {
    /// For people.
    pub fn text(&self) -> String {
        let mut text = String::new();
        let would = if self.dry_run { "would be " } else { "" };
        let enabled = match self.namespace_change {
            Change::Unchanged => None,
            Change::Updated => Some("enabled".to_owned()),
            change => Some(format!("{change} and enabled")),
        };
        text.extend(enabled.map(|enabled| format!("Namespace {}: {would}{enabled}\n", self.namespace)));
        for app in &self.apps {
            for image in &app.images {
                text.push_str(&format!("{}: {}\n", image.image, worded(image.change, would)));
            }
            for object in &app.objects {
                text.push_str(&format!("{} {}: {}\n", object.kind, object.name, worded(object.change, would)));
            }
        }
        text
    }
}

impl ClusterDown {
    /// For people.
    pub fn text(&self) -> String {
        if self.removed.is_empty() {
            return format!("nothing of the project is in namespace {}\n", self.namespace);
        }
        let would = if self.dry_run { "would be " } else { "" };
        let line =
            |object: &AppliedObject| format!("{} {}: {}\n", object.kind, object.name, worded(object.change, would));
        self.removed.iter().map(line).collect()
    }
}

fn worded(change: Change, would: &str) -> String {
    if change == Change::Unchanged { change.to_string() } else { format!("{would}{change}") }
}
