//! Values as YAML that readers of version 1.1 (kubectl, PyYAML) and 1.2 understand alike. Pure.
//!
//! serde_yaml writes `no`, `on`, `y` and `1:30` without quotes, which version 1.1 reads as booleans and numbers.

use serde::Serialize;
use serde_json::Value;

use crate::error::Result;

/// Words that some reader takes for something else than text.
const RESERVED: [&str; 10] = ["y", "n", "yes", "no", "on", "off", "true", "false", "null", "~"];

/// Writes a value as a YAML document.
///
/// # Errors
/// When the value is none that JSON knows either.
pub fn to_string(value: &impl Serialize) -> Result<String> {
    let mut text = String::new();
    match serde_json::to_value(value)? {
        Value::Object(members) if !members.is_empty() => mapping(&mut text, &members, 0),
        Value::Array(items) if !items.is_empty() => sequence(&mut text, &items, 0),
        other => text = scalar(&other) + "\n",
    }
    Ok(text)
}

fn mapping(text: &mut String, members: &serde_json::Map<String, Value>, indent: usize) {
    for (index, (name, value)) in members.iter().enumerate() {
        // The first member may follow the dash of a list.
        if index > 0 || !text.ends_with("- ") {
            text.push_str(&" ".repeat(indent));
        }
        text.push_str(&string(name));
        text.push(':');
        match value {
            Value::Object(below) if !below.is_empty() => {
                text.push('\n');
                mapping(text, below, indent + 2);
            }
            Value::Array(items) if !items.is_empty() => {
                text.push('\n');
                sequence(text, items, indent);
            }
            other => text.push_str(&format!(" {}\n", scalar(other))),
        }
    }
}

fn sequence(text: &mut String, items: &[Value], indent: usize) {
    for item in items {
        text.push_str(&" ".repeat(indent));
        text.push_str("- ");
        match item {
            Value::Object(members) if !members.is_empty() => mapping(text, members, indent + 2),
            Value::Array(items) if !items.is_empty() => {
                // A list in a list: in the flow style, which is JSON.
                text.push_str(&format!("{}\n", Value::Array(items.clone())));
            }
            other => text.push_str(&format!("{}\n", scalar(other))),
        }
    }
}

fn scalar(value: &Value) -> String {
    match value {
        Value::String(text) => string(text),
        // An empty list or mapping, a number, a boolean, null: as in JSON.
        other => other.to_string(),
    }
}

/// Quoted, as JSON does it, unless no reader can take it for anything but text.
fn string(text: &str) -> String {
    let is_word = |c: char| c.is_ascii_alphanumeric() || "_-./@ ".contains(c);
    let is_plain = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/')
        && !text.ends_with(' ')
        && text.chars().all(is_word)
        && !RESERVED.contains(&text.to_ascii_lowercase().as_str());
    if is_plain { text.to_owned() } else { quoted(text) }
}

/// JSON's escapes are YAML's; what YAML does not let stand as it is, is escaped too.
fn quoted(text: &str) -> String {
    let json = Value::from(text).to_string();
    json.chars().fold(String::with_capacity(json.len()), |mut escaped, c| {
        match c {
            '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}' => {
                escaped.push_str(&format!("\\u{:04x}", u32::from(c)));
            }
            c => escaped.push(c),
        }
        escaped
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn documents_are_written_in_blocks() {
        let value = json!({
            "a": { "b": [1, "no", { "c": null, "d": [] }, [true]], "e": {} },
            "f g": "valkey/valkey:8.1.11",
        });
        let text =
            "a:\n  b:\n  - 1\n  - \"no\"\n  - c: null\n    d: []\n  - [true]\n  e: {}\nf g: \"valkey/valkey:8.1.11\"\n";
        assert_eq!(to_string(&value).expect("yaml"), text);
        assert_eq!(to_string(&json!([])).expect("yaml"), "[]\n");
    }

    #[test]
    fn every_text_is_read_back_as_that_text() {
        let texts = [
            "",
            " ",
            "no",
            "Y",
            "0x1f",
            "1:30",
            "3.10",
            "1e3",
            ".5",
            "-",
            "- a",
            "a: b",
            "a #b",
            "#",
            "&a",
            "*a",
            "!a",
            "%",
            "@",
            "`",
            "'",
            "\"",
            "\\",
            "a\nb",
            "\t",
            "\u{0}\u{7f}\u{85}\u{2028}\u{feff}",
            "é",
            "😀",
            "null",
            "~",
            "a ",
            "12e03",
            "=",
            "<<",
            "2001-01-01",
            "---",
            "...",
            "{a}",
            "[a]",
            "a,b",
            "Infinity",
            ".inf",
            ".nan",
        ];
        for text in texts {
            let value = json!({ "key": [text, { text: 1 }] });
            let written = to_string(&value).expect("yaml");
            assert_eq!(serde_yaml::from_str::<Value>(&written).expect(&written), value, "{written}");
        }
    }
}
