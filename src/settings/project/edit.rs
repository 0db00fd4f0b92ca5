//! Puts services and members into the text of a `karctl.yaml`; every other character of it stays. Pure.
//!
//! No YAML library writes a document back as it was. So the place is found by reading, the new lines are put there as text,
//! and the result is read again.

use super::{FILE, Project};
use crate::error::{Failure, Result};
use crate::settings::document::{Content, Entry, Node, Position, parse};

/// The text with these services, where it has none, and these members; both as YAML on one line, such as
/// `{ host: {} }`.
///
/// # Errors
/// When the text is no project, or the result would be none.
pub fn insert(source: &str, text: &str, services: Option<&str>, members: &[(String, String)]) -> Result<String> {
    Project::read(source, text)?;
    let mut text = text.to_owned();
    if let Some(services) = services {
        text = append(text, &format!("services: {services}"));
    }
    if !members.is_empty() {
        text = with_members(source, text, members)?;
    }
    Project::read(source, &text)?;
    Ok(text)
}

fn with_members(source: &str, text: String, members: &[(String, String)]) -> Result<String> {
    let entries = top(source, &text)?;
    let Some(index) = entries.iter().position(|entry| entry.name == "members") else {
        let lines: String = members.iter().map(|(name, value)| format!("\n  {name}: {value}")).collect();
        return Ok(append(text, &format!("members:{lines}")));
    };
    let place = &entries[index];
    let known = match &place.value.content {
        Content::Mapping(known) => known.as_slice(),
        _ => &[],
    };
    let at = offset(&text, place.value.position);
    if text[at..].starts_with('{') {
        let new: Vec<_> = members.iter().map(|(name, value)| format!(" {name}: {value}")).collect();
        let end = if known.is_empty() { " " } else { "," };
        return Ok(format!("{}{}{end}{}", &text[..=at], new.join(","), &text[at + 1..]));
    }
    let indent = known.first().map_or(2, |first| first.position.column - 1);
    let lines: String =
        members.iter().map(|(name, value)| format!("{}{name}: {value}\n", " ".repeat(indent))).collect();
    let end = match known.last() {
        Some(last) => end_of(&text, &last.value, last.position),
        None => line_end(&text, offset(&text, place.position)),
    };
    let (before, after) = text.split_at(end);
    let line_end = if before.ends_with('\n') { "" } else { "\n" };
    Ok(format!("{before}{line_end}{lines}{after}"))
}

/// A new block at the end.
fn append(mut text: String, block: &str) -> String {
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    text + block + "\n"
}

fn top(source: &str, text: &str) -> Result<Vec<Entry>> {
    let root = parse(text).map_err(|mistake| Failure::usage(format!("{source}: {}", mistake.message)))?;
    let is_flow = text[offset(text, root.position)..].starts_with('{');
    match root.content {
        Content::Mapping(entries) if !is_flow => Ok(entries),
        _ => {
            let failure = Failure::usage(format!("{source} is written on one line, in braces"));
            Err(failure.hint(format!("write one key of {FILE} a line, as `version: 1`")).into())
        }
    }
}

/// The end of the last line of a value: before what is indented less, blank, or a comment.
fn end_of(text: &str, value: &Node, name: Position) -> usize {
    let mut end = line_end(text, offset(text, last_position(value)));
    // A list or braces may go on over lines that begin nothing.
    for line in text[end..].split_inclusive('\n') {
        let depth = line.len() - line.trim_start_matches(' ').len();
        let is_rest = !line.trim().is_empty() && (depth >= name.column || is_closing(line));
        if !is_rest {
            break;
        }
        end += line.len();
    }
    end
}

fn is_closing(line: &str) -> bool {
    line.trim_start().starts_with(['}', ']'])
}

/// Where the last part of a value begins.
fn last_position(node: &Node) -> Position {
    match &node.content {
        Content::Mapping(entries) => entries.last().map_or(node.position, |entry| last_position(&entry.value)),
        Content::Sequence(items) => items.last().map_or(node.position, last_position),
        Content::Scalar(_) => node.position,
    }
}

/// Where a position is in the text, in bytes.
fn offset(text: &str, position: Position) -> usize {
    let lines: usize = text.split_inclusive('\n').take(position.line - 1).map(str::len).sum();
    let line = &text[lines..];
    lines + line.char_indices().nth(position.column - 1).map_or(line.len(), |(at, _)| at)
}

/// Where the line of a place ends, its line end included.
fn line_end(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |end| at + end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inserted(text: &str) -> String {
        let new = [("edge".to_owned(), "{ host: {} }".to_owned()), ("west".to_owned(), "{ host: {} }".to_owned())];
        insert(FILE, text, None, &new).unwrap_or_else(|error| panic!("{text}\n{error:#}"))
    }

    const NEW: &str = "edge: { host: {} }\n  west: { host: {} }\n";

    #[test]
    fn members_are_put_after_the_last_one_and_nothing_else_changes() {
        for (before, after) in [
            ("version: 1\n", "members:\n  "),
            ("version: 1 # one", "\nmembers:\n  "),
            ("# mine\nversion: 1\nmembers:\n", "  "),
            ("version: 1\nmembers: # who\n  a: { host: {} } # one\n", "  "),
            ("version: 1\nmembers:\n  a:\n    local:\n", "  "),
            (
                "version: 1\nmembers:\n  a:\n    cluster: { context: c,\n      uid: u\n    }\n    namespaces:\n    - x\n    - y\n",
                "  ",
            ),
        ] {
            assert_eq!(inserted(before), format!("{before}{after}{NEW}"));
        }
        for rest in ["\n# the applications\nproject: p\n", "# about settings\nsettings: {}\n", "settings:\n  # more\n"]
        {
            let before = "version: 1\nmembers:\n  a:\n    cluster:\n      context: c\n    namespaces: [x,\n      y]\n";
            assert_eq!(inserted(&format!("{before}{rest}")), format!("{before}  {NEW}{rest}"));
        }
    }

    #[test]
    fn the_indentation_and_the_braces_that_are_there_are_kept() {
        let deep = "version: 1\nmembers:\n      a: { host: {} }\n";
        assert_eq!(inserted(deep), format!("{deep}      edge: {{ host: {{}} }}\n      west: {{ host: {{}} }}\n"));
        let new = " edge: { host: {} }, west: { host: {} }";
        assert_eq!(inserted("version: 1\nmembers: {} # none\n"), format!("version: 1\nmembers: {{{new} }} # none\n"));
        assert_eq!(
            inserted("version: 1\nmembers: { a: { local: {} } }\n"),
            format!("version: 1\nmembers: {{{new}, a: {{ local: {{}} }} }}\n")
        );
    }

    #[test]
    fn services_come_before_the_members_and_what_would_be_no_project_is_refused() {
        let text = insert(FILE, "version: 1\n", Some("{ local: {} }"), &[]).expect("a project");
        assert_eq!(text, "version: 1\nservices: { local: {} }\n");
        for text in ["", "version: 2\n", "{ version: 1 }\n"] {
            let new = [("a".to_owned(), "{ host: {} }".to_owned())];
            assert!(insert(FILE, text, None, &new).is_err(), "{text}");
        }
        assert!(insert(FILE, "version: 1\nservices: { local: {} }\n", Some("{ local: {} }"), &[]).is_err(), "twice");
        assert!(insert(FILE, "version: 1\n", Some("{ cluster: a }"), &[]).is_err(), "no such member");
    }
}
