//! The variables as one JSON object or one YAML mapping. Pure. Neither refuses a value.

use std::fmt::Write;

/// A member of an object, without the comma.
pub(super) fn json(name: &str, value: &str) -> String {
    format!("  \"{name}\": {}", serde_json::Value::from(value))
}

/// A line of a mapping. Always in double quotes: no `no`, `1:30` or `3.3` is ever read as anything but text.
pub(super) fn yaml(name: &str, value: &str) -> String {
    let mut spelled = String::new();
    for character in value.chars() {
        match character {
            '"' | '\\' => spelled.extend(['\\', character]),
            '\n' => spelled.push_str("\\n"),
            // Not printable in YAML, or a line end to it.
            '\0'..='\x1f' | '\x7f'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}' => {
                write!(spelled, "\\u{:04x}", u32::from(character)).expect("a String takes everything");
            }
            other => spelled.push(other),
        }
    }
    format!("{name}: \"{spelled}\"\n")
}
