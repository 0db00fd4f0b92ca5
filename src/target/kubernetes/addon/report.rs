//! What was done with addons, for people.

use super::{Addon, Addons, Installed, RemovedAddon};
use crate::change::Change;
use crate::client::kubernetes::object::KINDS;
use crate::ui::table;

impl Installed {
    /// The form for people.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for object in self.objects.iter().filter(|object| object.change != Change::Unchanged) {
            let would = if self.dry_run { "would be " } else { "" };
            let is_wide = KINDS.iter().any(|kind| kind.name == object.kind && !kind.is_namespaced);
            let namespace = if is_wide { String::new() } else { format!("{}/", self.namespace) };
            text.push_str(&format!("{} {namespace}{}: {would}{}", object.kind, object.name, object.change));
            if object.change == Change::Updated && !object.fields.is_empty() {
                text.push_str(&format!(" ({})", object.fields.join(", ")));
            }
            text.push('\n');
        }
        let (is_same, name) = (text.is_empty(), self.addon.name());
        text.push_str(&match (self.dry_run, is_same) {
            (true, true) => format!("The addon {name} is installed; nothing would be done\n"),
            (true, false) => "Nothing was done\n".to_owned(),
            (false, true) => format!("The addon {name} is installed; nothing was to be done\n"),
            (false, false) => format!("The addon {name} is installed\n"),
        });
        if !self.taken_by.is_empty() {
            let by = self.taken_by.join(", ");
            text.push_str(&match self.addon {
                Addon::Metrics => format!("Prometheus {by} takes its figures up\n"),
                Addon::Logging => format!("Fluent Bit with the configuration {by} reads the lines\n"),
            });
        }
        text
    }
}

impl RemovedAddon {
    /// The form for people.
    pub fn text(&self) -> String {
        let name = self.addon.name();
        if self.removed.is_empty() {
            return format!("The addon {name} is not installed\n");
        }
        let would = if self.dry_run { "would be " } else { "" };
        let mut text: String = self.removed.iter().map(|object| format!("{object}: {would}removed\n")).collect();
        text.push_str(if self.dry_run { "Nothing was done\n" } else { "Nothing of it is left\n" });
        text
    }
}

impl Addons {
    /// The form for people.
    pub fn text(&self) -> String {
        let mut rows = vec![["ADDON", "STATE", "WHAT IT BRINGS"].map(str::to_owned).to_vec()];
        rows.extend(self.addons.iter().map(|known| {
            let state = if known.is_installed { "installed" } else { "-" };
            [known.addon.name(), state, known.summary].map(str::to_owned).to_vec()
        }));
        table(&rows)
    }
}
