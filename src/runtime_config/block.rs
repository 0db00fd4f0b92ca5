//! The variables inside a file that may hold more, for `karctl env --write FILE`: old content in, new content out. Pure.
//!
//! A text file keeps, byte by byte, what a user has around karctl's block. JSON and YAML have no place for a block, so
//! karctl owns such a file whole and refuses one that holds anything else.

use std::ops::Range;

use serde_json::Value;

use crate::error::{Failure, OrFail, Result};

use super::NAMES;
use super::format::Format;

/// The line before the block, after the sign of a comment.
const BEGIN: &str = "begin karctl env";

/// The line after the block, after the sign of a comment.
const END: &str = "end karctl env";

/// Whether a text has karctl's block.
pub fn is_in(text: &str) -> bool {
    text.contains(BEGIN) && text.contains(END)
}

/// The content of a file that holds `text`, as [`super::format::spell`] made it; again with the same text, it is the same.
///
/// # Errors
/// When the old content has half a block, or is JSON or YAML of something else; the message leaves the file's name to
/// the caller.
pub fn merge(old: &[u8], text: &str, format: Format) -> Result<Vec<u8>> {
    match format {
        Format::Json | Format::Yaml => own(old, text),
        Format::Cmd => insert(old, text, "rem"),
        Format::Github => Err(Failure::usage("GitHub's environment file is appended to and takes no comments")
            .hint("append instead: `karctl env --format github >> \"$GITHUB_ENV\"`")
            .into()),
        Format::Sh
        | Format::Fish
        | Format::Powershell
        | Format::Nu
        | Format::Dotenv
        | Format::Docker
        | Format::Direnv => insert(old, text, "#"),
    }
}

/// The content of a dotenv file without karctl's block; the same where it has none.
///
/// # Errors
/// When the content has half a block; the message leaves the file's name to the caller.
pub fn without(old: &[u8]) -> Result<Vec<u8>> {
    let range = block(old, "#")?;
    Ok([&old[..range.start], &old[range.end..]].concat())
}

/// karctl's block of a dotenv file; nothing where it has none.
///
/// # Errors
/// When the content has half a block; the message leaves the file's name to the caller.
pub fn within(content: &[u8]) -> Result<&[u8]> {
    Ok(&content[block(content, "#")?])
}

/// Where the block is, with the lines around it; an empty range at the end where there is none.
fn block(old: &[u8], comment: &str) -> Result<Range<usize>> {
    let (begin, end) = (format!("{comment} {BEGIN}"), format!("{comment} {END}"));
    match (&*places(old, &begin), &*places(old, &end)) {
        ([], []) => Ok(old.len()..old.len()),
        ([first], [last]) if first.start < last.start => Ok(first.start..last.end),
        _ => {
            let message = format!("the file has not exactly one line `{begin}` with one line `{end}` after it");
            Err(Failure::new(message).hint("remove these lines, and what karctl wrote between them").into())
        }
    }
}

fn insert(old: &[u8], text: &str, comment: &str) -> Result<Vec<u8>> {
    let range = block(old, comment)?;
    let block = format!("{comment} {BEGIN}\n{text}{comment} {END}\n");
    let before = &old[..range.start];
    let line_end: &[u8] = if before.is_empty() || before.ends_with(b"\n") { b"" } else { b"\n" };
    Ok([before, line_end, block.as_bytes(), &old[range.end..]].concat())
}

/// Where lines that consist of `marker` are, with their ends.
fn places(content: &[u8], marker: &str) -> Vec<Range<usize>> {
    let mut start = 0;
    let lines = content.split_inclusive(|byte| *byte == b'\n').map(|line| {
        start += line.len();
        (start - line.len()..start, line)
    });
    lines.filter(|(_, line)| line.trim_ascii_end() == marker.as_bytes()).map(|(range, _)| range).collect()
}

fn own(old: &[u8], text: &str) -> Result<Vec<u8>> {
    let foreign = || {
        Failure::new("the file holds something else than the variables of `kar`")
            .hint("give another file: as JSON or YAML, the variables have a file of their own")
    };
    if !old.trim_ascii().is_empty() {
        // JSON is YAML too.
        let mapping = |bytes: &[u8]| serde_yaml::from_slice::<serde_json::Map<String, Value>>(bytes);
        let new = mapping(text.as_bytes())?;
        let old = mapping(old).or_fail(foreign)?;
        if !old.keys().all(|key| NAMES.contains(&key.as_str()) || new.contains_key(key)) {
            return Err(foreign().into());
        }
    }
    Ok(text.as_bytes().to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::report;
    use crate::runtime_config::RuntimeConfig;
    use crate::runtime_config::format::spell;

    #[test]
    fn what_a_user_has_around_the_block_stays_byte_by_byte() {
        let cases: [(&[u8], &[u8]); 4] = [
            (b"", b"# begin karctl env\nnew\n# end karctl env\n"),
            (b"\xffuser", b"\xffuser\n# begin karctl env\nnew\n# end karctl env\n"),
            (
                b"a\r\n\r\n# begin karctl env\r\nold\r\n# end karctl env\r\nb\r\n",
                b"a\r\n\r\n# begin karctl env\nnew\n# end karctl env\nb\r\n",
            ),
            (b"# begin karctl env\n# end karctl env", b"# begin karctl env\nnew\n# end karctl env\n"),
        ];
        for (old, expected) in cases {
            let new = merge(old, "new\n", Format::Direnv).expect("a place for the block");
            assert_eq!(new, expected, "{}", String::from_utf8_lossy(&new));
            assert_eq!(merge(&new, "new\n", Format::Direnv).expect("the same"), new);
        }
        let cmd = merge(b"@echo off\n", "new\n", Format::Cmd).expect("a place");
        assert_eq!(cmd, b"@echo off\nrem begin karctl env\nnew\nrem end karctl env\n");
    }

    #[test]
    fn the_block_is_taken_out_again_and_the_rest_stays() {
        for old in [&b""[..], b"a\n", b"\xffa\r\n\n"] {
            let new = merge(old, "new\n", Format::Dotenv).expect("a place for the block");
            assert_eq!(without(&new).expect("a block"), old);
            assert_eq!(without(old).expect("no block"), old);
        }
        assert!(without(b"# begin karctl env\n").is_err());
        let block = b"# begin karctl env\nA=1\n# end karctl env\n";
        assert_eq!(within(&[b"MINE=1\n", &block[..]].concat()).expect("a block"), block);
        assert_eq!(within(b"MINE=1\n").expect("none"), b"");
    }

    #[test]
    fn half_a_block_is_refused() {
        for old in [
            "# begin karctl env\n",
            "# end karctl env\n# begin karctl env\n",
            "# begin karctl env\n# begin karctl env\n# end karctl env\n",
        ] {
            let report = report(&merge(old.as_bytes(), "new\n", Format::Sh).expect_err("refused"));
            assert!(report.message.starts_with("the file has not exactly one line `# begin karctl env`"));
        }
    }

    #[test]
    fn json_and_yaml_replace_only_their_own() {
        let variables = RuntimeConfig::default().variables();
        for format in [Format::Json, Format::Yaml] {
            let text = spell(&variables, format).expect("nothing to refuse");
            for old in ["", " \n", &text, "{\"REDIS_HOST\": \"old\"}"] {
                assert_eq!(merge(old.as_bytes(), &text, format).expect("its own"), text.as_bytes(), "{old}");
            }
            for foreign in ["{\"name\": \"x\"}", "[1]", "x", "{"] {
                let report = report(&merge(foreign.as_bytes(), &text, format).expect_err("refused"));
                assert!(report.message.starts_with("the file holds something else"), "{}", report.message);
            }
        }
    }

    #[test]
    fn github_has_no_place_for_a_block() {
        assert!(merge(b"", "A=1\n", Format::Github).is_err());
    }
}
