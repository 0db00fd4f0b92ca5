//! The injector's log: one JSON object a line on stdout, as log collectors of clusters want it.

use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::ui::Ui;

/// Writes lines.
pub(super) struct Log {
    ui: Ui,
}

impl Log {
    pub(super) fn new(ui: Ui) -> Self {
        Self { ui }
    }

    /// What is as it should be.
    pub(super) fn info(&self, message: &str, fields: Value) {
        self.line("info", message, fields);
    }

    /// What somebody should look at, while the injector goes on.
    pub(super) fn warn(&self, message: &str, fields: Value) {
        self.line("warning", message, fields);
    }

    /// What somebody has to mend.
    pub(super) fn error(&self, message: &str, fields: Value) {
        self.line("error", message, fields);
    }

    /// A log that cannot be written is no reason to refuse pods.
    fn line(&self, level: &str, message: &str, fields: Value) {
        let mut line = Map::new();
        line.insert("time".to_owned(), Timestamp::now().to_string().into());
        line.insert("level".to_owned(), level.into());
        line.insert("message".to_owned(), message.into());
        if let Value::Object(fields) = fields {
            line.extend(fields);
        }
        self.ui.raw(&format!("{}\n", Value::Object(line))).ok();
    }
}
