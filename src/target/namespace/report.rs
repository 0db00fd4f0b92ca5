//! What `karctl ns` prints, for people.

use super::{Disabled, DisabledNamespaces, EnabledNamespaces, Namespaces};
use crate::change::Change;
use crate::target::kubernetes::namespaces::Enabled;

impl EnabledNamespaces {
    /// The form for people.
    pub fn text(&self) -> String {
        let would = if self.dry_run { "would be " } else { "" };
        let line = |enabled: &Enabled| {
            let listed = |what: &[String], done: &str| match what {
                [] => String::new(),
                what => format!(" ({} {done})", what.join(", ")),
            };
            let copied = listed(&enabled.copied, "copied") + &listed(&enabled.given, "given");
            match enabled.change {
                Change::Unchanged => format!("Namespace {} is enabled; nothing was to be done\n", enabled.namespace),
                change => format!("Namespace {}: {would}{change} and enabled{copied}\n", enabled.namespace),
            }
        };
        self.namespaces.iter().map(line).collect()
    }
}

impl DisabledNamespaces {
    /// The form for people.
    pub fn text(&self) -> String {
        let line = |disabled: &Disabled| match disabled.change {
            Change::Unchanged => format!("Namespace {} was not enabled\n", disabled.namespace),
            _ if self.dry_run => format!("Namespace {} would be disabled\n", disabled.namespace),
            _ => format!("Namespace {} is disabled\n", disabled.namespace),
        };
        let mut text: String = self.namespaces.iter().map(line).collect();
        if !self.attached.is_empty() {
            text.push_str(&format!("Pods that still use the configuration: {}\n", self.attached.join(", ")));
        }
        text
    }
}

impl Namespaces {
    /// The form for people.
    pub fn text(&self) -> String {
        if self.namespaces.is_empty() {
            return "No namespace is enabled\n".to_owned();
        }
        let row = |cells: [String; 4]| cells.to_vec();
        let mut rows = vec![row(["NAMESPACE", "CONFIGURATION", "INJECTED", "NOT INJECTED"].map(str::to_owned))];
        rows.extend(self.namespaces.iter().map(|listed| {
            let state = if listed.is_current { "current" } else { "out of date" };
            row([listed.name.clone(), state.to_owned(), listed.injected.to_string(), listed.not_injected.to_string()])
        }));
        crate::ui::table(&rows)
    }
}
