//! Statements for the shells of Unix: sh and its family, fish, Nushell. Pure. None of them refuses a value.
//!
//! The hard case is `eval $(karctl env)`: the shell folds runs of blanks and line ends, then expands patterns against
//! the files of the folder it is in, before `eval` sees a word. So what sh is given holds neither, quoted or not.

use std::fmt::Write;

/// Characters that mean themselves, unquoted, in an assignment of every shell here and in a dotenv file.
pub(super) fn is_plain(character: char) -> bool {
    character.is_ascii_alphanumeric() || "_./:,@+-".contains(character)
}

/// Characters that single quotes are enough for; `'` is among them because it gets quotes of its own.
///
/// Not among them: what starts a pattern (also in zsh with GLOB_SUBST and in bash with extglob), the backslash, which
/// is half a pattern in some versions of bash, control characters, and all that is not ASCII.
fn is_quotable(character: char) -> bool {
    is_plain(character) || " =$&;!\"'`{}]%".contains(character)
}

/// `export NAME=value;`, for sh, bash, dash and zsh, by the first of three spellings that is safe.
pub(super) fn sh(name: &str, value: &str) -> String {
    if value.chars().all(is_plain) {
        format!("export {name}={value};\n")
    } else if value.chars().all(is_quotable) && !value.contains("  ") {
        // Not `'\''`: see `is_quotable` for the backslash.
        format!("export {name}='{}';\n", value.replace('\'', r#"'"'"'"#))
    } else {
        sh_printed(name, value)
    }
}

/// A word of a command line for people to copy, in single quotes where it needs some.
pub fn word(text: &str) -> String {
    let is_bare = !text.is_empty() && text.chars().all(is_plain);
    if is_bare { text.to_owned() } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

/// Lets the shell's own printf make the value from octal escapes; `$'...'` is not to be had in dash. Backquotes
/// instead of `$(...)`, because parentheses are part of patterns in zsh with GLOB_SUBST.
fn sh_printed(name: &str, value: &str) -> String {
    let mut octal = String::new();
    for byte in value.bytes() {
        // A leading dash would be an option of printf.
        if is_plain(byte.into()) && !(octal.is_empty() && byte == b'-') {
            octal.push(byte.into());
        } else {
            write!(octal, "\\{byte:03o}").expect("a String takes everything");
        }
    }
    if value.ends_with('\n') {
        // Command substitution cuts line ends off: an underscore protects them and is cut off instead.
        format!("export {name}=\"`printf '{octal}_'`\"; export {name}=\"${{{name}%_}}\";\n")
    } else {
        format!("export {name}=\"`printf '{octal}'`\";\n")
    }
}

/// `set -gx NAME value;`, for fish. Single quotes, with control characters as escapes between them, so that a
/// statement is one line: `eval (karctl env --format fish)` is split into lines and joined with blanks.
pub(super) fn fish(name: &str, value: &str) -> String {
    if value.chars().all(is_plain) {
        return format!("set -gx {name} {value};\n");
    }
    let mut spelled = String::new();
    let mut is_open = false;
    for character in value.chars() {
        if character.is_ascii_control() == is_open {
            spelled.push('\'');
            is_open = !is_open;
        }
        match character {
            '\n' => spelled.push_str("\\n"),
            control if control.is_ascii_control() => {
                write!(spelled, "\\x{:02x}", u32::from(control)).expect("a String takes everything");
            }
            '\'' | '\\' => spelled.extend(['\\', character]),
            other => spelled.push(other),
        }
    }
    if is_open {
        spelled.push('\'');
    }
    format!("set -gx {name} {spelled};\n")
}

/// `$env.NAME = "value"`, for Nushell, whose double quotes know escapes but no expansion.
pub(super) fn nu(name: &str, value: &str) -> String {
    let mut spelled = String::new();
    for character in value.chars() {
        match character {
            '"' | '\\' => spelled.extend(['\\', character]),
            '\n' => spelled.push_str("\\n"),
            control if control.is_control() => {
                write!(spelled, "\\u{{{:x}}}", u32::from(control)).expect("a String takes everything");
            }
            other => spelled.push(other),
        }
    }
    format!("$env.{name} = \"{spelled}\"\n")
}
