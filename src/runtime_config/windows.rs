//! Statements for the shells of Windows: PowerShell, which holds every value, and cmd, which does not. Pure.

use std::fmt::Write;

use super::format::Refusal;

/// The longest line that cmd takes.
/// <https://learn.microsoft.com/troubleshoot/windows-client/shell-experience/command-line-string-limitation>
const CMD_LINE: usize = 8191;

/// `$Env:NAME = 'value';`, on one line and in ASCII.
///
/// `| Invoke-Expression` evaluates line by line, so no line end may be inside; PowerShell decodes what a program
/// prints by the console's code page and takes typographic quotes for quotes, so all that is not ASCII is given by its
/// UTF-16 code units.
pub(super) fn powershell(name: &str, value: &str) -> String {
    let mut parts = Vec::new();
    let mut quoted = String::new();
    for character in value.chars() {
        match character {
            '\'' => quoted.push_str("''"),
            ' '..='~' => quoted.push(character),
            other => {
                if parts.is_empty() || !quoted.is_empty() {
                    // The first operand decides that `+` joins text: it is a string even if it is empty.
                    parts.push(format!("'{}'", std::mem::take(&mut quoted)));
                }
                parts.extend(other.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("[char]0x{unit:04x}")));
            }
        }
    }
    if parts.is_empty() || !quoted.is_empty() {
        parts.push(format!("'{quoted}'"));
    }
    format!("$Env:{name} = {};\n", parts.join(" + "))
}

/// `set "NAME=value"`, which is read alike in a batch file (`call`), and by `for /f "tokens=*" %i in (...) do @%i`.
///
/// # Errors
/// Refuses what those two read differently, or what no quoting protects in one of them.
pub(super) fn cmd(name: &str, value: &str) -> Result<String, Refusal> {
    let refusal = value.chars().find_map(|character| match character {
        // A batch file halves `%%` and expands `%X%`; what `for` puts in place of `%i` is not expanded again.
        '%' => Some("holds `%`, which a batch file and a `for /f` loop read differently"),
        // Where delayed expansion is on (cmd /v:on), nothing in a `for /f` loop protects it.
        '!' => Some("holds `!`, which delayed expansion replaces"),
        // A quote ends the protection of `&`, `|`, `<`, `>` and `^`, and cannot be escaped.
        '"' => Some("holds a double quote, which cmd cannot escape"),
        control if control.is_control() => Some("holds a line end or another control character"),
        other if !other.is_ascii() => Some("is not all ASCII, and cmd reads the rest by the console's code page"),
        _ => None,
    });
    let mut line = String::new();
    write!(line, "set \"{name}={value}\"").expect("a String takes everything");
    match refusal {
        Some(reason) => Err(reason),
        None if line.len() > CMD_LINE => Err("makes a line of more than 8191 characters, the most that cmd takes"),
        None => Ok(line + "\n"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cmd_refuses_what_it_cannot_protect() {
        for value in ["%", "!", "\"", "a\nb", "\r", "\t", "é", "\u{7f}", &"x".repeat(CMD_LINE)] {
            assert!(cmd("A", value).is_err(), "{value:?}");
        }
        assert!(cmd("A", &"x".repeat(CMD_LINE - "set \"A=\"".len())).is_ok());
    }
}
