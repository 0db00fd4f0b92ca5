//! Files of `NAME=value` lines: dotenv, Docker's env-file, GitHub's environment file. Pure.

use super::format::Refusal;
use super::shell::is_plain;

/// Why dotenv refuses some values that hold a single quote.
pub(super) const NO_SHARED_QUOTES: Refusal = "mixes a single quote with a double quote, a backslash, a backtick or `$`, \
     and shells and the readers of dotenv files escape those differently";

/// The longest line that docker's parser takes, by the buffer of Go's `bufio.Scanner`.
const DOCKER_LINE: usize = 64 * 1024 - 1;

/// A line that sh and its family (`set -a; . FILE`), the dotenv package of Node, Node's own parser and direnv's read alike.
///
/// Single quotes are literal in all of them, but end at the next one. In double quotes a shell expands backticks, `$` and
/// backslashes, direnv the latter two, Node only `\n` and `\r`. A line end has no spelling in common: only direnv takes
/// none inside quotes, and only a shell does not know `\n`.
///
/// # Errors
/// Refuses what needs an escape that only one of them knows.
pub(super) fn dotenv(name: &str, value: &str) -> Result<String, Refusal> {
    if is_bare(value) {
        Ok(format!("{name}={value}\n"))
    } else if value.contains(['\n', '\r']) {
        Err("holds a line end, which shells and the readers of dotenv files spell differently")
    } else if value.ends_with('\\') {
        Err("ends in a backslash, which some readers of dotenv files take for an escape of the closing quote")
    } else if !value.contains('\'') {
        Ok(format!("{name}='{value}'\n"))
    } else if !value.contains(['"', '\\', '$', '`']) {
        Ok(format!("{name}=\"{value}\"\n"))
    } else {
        Err(NO_SHARED_QUOTES)
    }
}

/// Whether a dotenv file holds the value without quotes, so that `docker run --env-file`, which knows none, reads it too:
/// plain characters, and at the end the padding of base64. After a colon, or alone, zsh would expand `=`.
pub(super) fn is_bare(value: &str) -> bool {
    let unpadded = value.trim_end_matches('=');
    let is_padded = unpadded.len() < value.len();
    unpadded.chars().all(is_plain) && !(is_padded && (unpadded.is_empty() || unpadded.ends_with(':')))
}

/// A line for `docker run --env-file`, which knows neither quotes nor escapes: all after `=` is the value.
///
/// # Errors
/// Refuses line ends, and lines that are too long for docker.
pub(super) fn docker(name: &str, value: &str) -> Result<String, Refusal> {
    if value.contains(['\n', '\r']) {
        Err("holds a line end, and an env-file is read line by line")
    } else if name.len() + 1 + value.len() > DOCKER_LINE {
        Err("makes a line of 64 KiB or more, which docker does not read")
    } else {
        Ok(format!("{name}={value}\n"))
    }
}

/// A line, or with line ends a block, for the file that `GITHUB_ENV` names.
///
/// The delimiter need not be random, as GitHub advises for values that are not known when it is chosen: here it is
/// chosen so that no line of the value equals it, and the same value is always written alike.
/// <https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands#multiline-strings>
///
/// # Errors
/// Refuses a carriage return, which the runner takes for a part of the line end on Windows.
pub(super) fn github(name: &str, value: &str) -> Result<String, Refusal> {
    if value.contains('\r') {
        return Err("holds a carriage return, which GitHub's runner takes for a line end on Windows");
    }
    if !value.contains('\n') {
        return Ok(format!("{name}={value}\n"));
    }
    let mut delimiter = "KARCTL".to_owned();
    while value.split('\n').any(|line| line == delimiter) {
        delimiter.push('_');
    }
    Ok(format!("{name}<<{delimiter}\n{value}\n{delimiter}\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_every_reader_takes_for_itself_stands_without_quotes() {
        for (value, expected) in [
            ("bm90IHNlY3JldA==", "A=bm90IHNlY3JldA==\n"),
            ("=ls", "A='=ls'\n"),
            ("=", "A='='\n"),
            ("a:=", "A='a:='\n"),
            ("C:\\b", "A='C:\\b'\n"),
            ("`id`", "A='`id`'\n"),
            ("it's", "A=\"it's\"\n"),
        ] {
            assert_eq!(dotenv("A", value), Ok(expected.to_owned()));
            assert_eq!(is_bare(value), !expected.contains(['\'', '"']), "{value}");
        }
    }

    #[test]
    fn what_no_line_can_hold_is_refused() {
        assert!(dotenv("A", "'\"").is_err());
        assert!(dotenv("A", "'`").is_err());
        assert!(dotenv("A", "a\nb").is_err());
        assert!(dotenv("A", "a\rb").is_err());
        assert!(dotenv("A", "C:\\b\\").is_err());
        assert!(docker("A", "a\r").is_err());
        assert!(docker("A", &"x".repeat(DOCKER_LINE - 1)).is_err());
        assert!(docker("A", &"x".repeat(DOCKER_LINE - 2)).is_ok());
        assert!(github("A", "a\r").is_err());
    }
}
