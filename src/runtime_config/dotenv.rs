//! Reads dotenv files as Node's dotenv package does, but reports a line that it would skip. Pure.
//!
//! The one that writes them is [`super::format::spell`]. No crate reads them the same way: dotenvy expands `$` and
//! refuses escapes that Node takes literally.

use anyhow::anyhow;

/// The pairs of a dotenv file in their order.
///
/// # Errors
/// Names the first line that is neither `NAME=value` nor a comment, without showing it.
pub(super) fn read(text: &str) -> anyhow::Result<Vec<(String, String)>> {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut pairs = Vec::new();
    let mut rest = text.strip_prefix('\u{feff}').unwrap_or(&text);
    while !rest.is_empty() {
        let (line, next) = rest.split_once('\n').unwrap_or((rest, ""));
        if line.trim().is_empty() || line.trim_start().starts_with('#') {
            rest = next;
            continue;
        }
        let Some((name, value)) = assignment(rest) else {
            let before = text.len() - rest.len();
            let number = text[..before].matches('\n').count() + 1;
            return Err(anyhow!("line {number} is not NAME=value"));
        };
        let (value, next) = quoted(value).unwrap_or_else(|| unquoted(value));
        pairs.push((name.to_owned(), value));
        rest = next;
    }
    Ok(pairs)
}

/// The name on the first line, and all that comes after `=`.
fn assignment(text: &str) -> Option<(&str, &str)> {
    let (name, value) = text.split_once('=')?;
    let name = name.trim();
    let name = name.strip_prefix("export").filter(|rest| rest.starts_with([' ', '\t'])).unwrap_or(name).trim_start();
    let is_name = |character: char| character.is_ascii_alphanumeric() || "_.-".contains(character);
    (!name.is_empty() && name.chars().all(is_name)).then_some((name, value))
}

/// A value in quotes and what follows its line; the closing quote is the first that only a comment follows.
fn quoted(text: &str) -> Option<(String, &str)> {
    let text = text.trim_start_matches([' ', '\t']);
    let quote = text.chars().next().filter(|first| "'\"`".contains(*first))?;
    let inner = &text[1..];
    inner.match_indices(quote).find_map(|(end, _)| {
        let (tail, next) = inner[end + 1..].split_once('\n').unwrap_or((&inner[end + 1..], ""));
        let is_end = tail.trim().is_empty() || tail.trim_start().starts_with('#');
        let value = &inner[..end];
        let value = if quote == '"' { value.replace("\\n", "\n").replace("\\r", "\r") } else { value.to_owned() };
        (is_end && !inner[..end].ends_with('\\')).then_some((value, next))
    })
}

/// A value up to the line's end or a comment, trimmed.
fn unquoted(text: &str) -> (String, &str) {
    let (line, next) = text.split_once('\n').unwrap_or((text, ""));
    let value = line.split_once('#').map_or(line, |(value, _)| value);
    (value.trim().to_owned(), next)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_as_node_reads_them() {
        let text =
            "\u{feff}# c\r\nA=1 # one\nexport B = 'it # \"is\"' # two\n\nC=\"a\\nb\nc\"\nD=\nE=`x'y`\nF='it's'\n";
        let expected = [("A", "1"), ("B", "it # \"is\""), ("C", "a\nb\nc"), ("D", ""), ("E", "x'y"), ("F", "it's")];
        let pairs = read(text).expect("a dotenv file");
        let pairs: Vec<_> = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(pairs, expected);
    }

    #[test]
    fn a_line_that_is_no_assignment_is_named_and_not_shown() {
        let error = read("A=1\n\ncanary\n").expect_err("no assignment");
        assert_eq!(error.to_string(), "line 3 is not NAME=value");
    }
}
