//! The formats in which the 13 variables are written: one entry point, [`spell`], and one function a format. Pure.
//!
//! `kar` cannot tell an empty variable from an unset one, so an empty value is spelled as unset. A format that
//! cannot hold a value refuses it; what each refuses, and why, is in the module of its family.

use std::fmt;
use std::str::FromStr;

use crate::error::{Failure, Result};
use crate::nearest::nearest;

use super::{Variable, env_file, shell, structured, windows};

/// How the variables are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Statements for `eval` in sh, bash, dash and zsh, with the output quoted or not.
    Sh,
    /// Statements for `eval (...)` or `| source` in fish.
    Fish,
    /// Statements for `| Invoke-Expression` in PowerShell.
    Powershell,
    /// Statements for a batch file or a `for /f` loop of Windows' cmd.
    Cmd,
    /// Statements for a file that Nushell is to `source`.
    Nu,
    /// A `.env` file that sh and its family (`set -a; . FILE`), the dotenv package of Node, Node itself and direnv read alike.
    Dotenv,
    /// A file for `docker run --env-file`.
    Docker,
    /// One JSON object; `null` stands for unset.
    Json,
    /// One YAML mapping; `null` stands for unset.
    Yaml,
    /// Statements for direnv's `.envrc`.
    Direnv,
    /// Lines for the file that `GITHUB_ENV` names in a GitHub workflow.
    Github,
}

impl Format {
    /// Every format, in the order of the documentation.
    pub const ALL: &[Format] = &[
        Format::Sh,
        Format::Fish,
        Format::Powershell,
        Format::Cmd,
        Format::Nu,
        Format::Dotenv,
        Format::Docker,
        Format::Json,
        Format::Yaml,
        Format::Direnv,
        Format::Github,
    ];

    /// The name as it is typed.
    pub fn name(self) -> &'static str {
        match self {
            Format::Sh => "sh",
            Format::Fish => "fish",
            Format::Powershell => "powershell",
            Format::Cmd => "cmd",
            Format::Nu => "nu",
            Format::Dotenv => "dotenv",
            Format::Docker => "docker",
            Format::Json => "json",
            Format::Yaml => "yaml",
            Format::Direnv => "direnv",
            Format::Github => "github",
        }
    }

    /// Formats to recommend where this one cannot hold a value, the most alike first.
    fn alternatives(self) -> &'static [Format] {
        match self {
            Format::Cmd => &[Format::Powershell, Format::Json],
            Format::Dotenv => &[Format::Direnv, Format::Json],
            _ => &[Format::Json],
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Format {
    type Err = anyhow::Error;

    fn from_str(typed: &str) -> Result<Self> {
        let found = Format::ALL.iter().find(|format| format.name() == typed);
        found.copied().ok_or_else(|| {
            let names: Vec<_> = Format::ALL.iter().map(|format| format.name()).collect();
            let failure = Failure::usage(format!("there is no format `{typed}`; there are {}", names.join(", ")));
            match nearest(typed, names) {
                Some(name) => failure.hint(format!("give `--format {name}`")).into(),
                None => failure.into(),
            }
        })
    }
}

/// Why a format cannot hold a value; completes the sentence "X cannot be written as F: the value ...".
pub(super) type Refusal = &'static str;

/// Writes every variable, with its value or as unset.
///
/// # Errors
/// Returns a usage error when the format cannot hold a value. It names the variable and the reason, never the value.
pub fn spell(variables: &[Variable], format: Format) -> Result<String> {
    let entries = variables.iter().map(|variable| {
        let value = variable.value.as_ref().map(|value| value.expose());
        entry(&variable.name, value, format).map_err(|reason| refuse(variable, format, reason))
    });
    Ok(document(&entries.collect::<Result<Vec<_>>>()?, format))
}

/// The variables that a dotenv file holds in quotes, which `docker run --env-file` would take for a part of the value.
pub fn quoted_in_dotenv(variables: &[Variable]) -> Vec<&str> {
    let is_quoted =
        |variable: &&Variable| variable.value.as_ref().is_some_and(|value| !env_file::is_bare(value.expose()));
    variables.iter().filter(is_quoted).map(|variable| variable.name.as_str()).collect()
}

/// The first variable that a format cannot hold, and why; completes "X cannot be written: the value ...".
pub fn refused(variables: &[Variable], format: Format) -> Option<(&str, &'static str)> {
    variables.iter().find_map(|variable| {
        let value = variable.value.as_ref().map(|value| value.expose());
        entry(&variable.name, value, format).err().map(|reason| (variable.name.as_str(), reason))
    })
}

/// Writes what unsets every variable, whatever its value.
pub fn unset(variables: &[Variable], format: Format) -> String {
    let entries: Vec<_> = variables.iter().map(|variable| unset_entry(&variable.name, format)).collect();
    document(&entries, format)
}

/// What is printed, and nothing else, when there are no variables to print: where the text is evaluated, a statement
/// that fails, so that `eval "$(karctl env)" && kar run` runs nothing; otherwise nothing.
pub fn failing_statement(format: Format) -> &'static str {
    match format {
        Format::Sh | Format::Fish => "false;\n",
        Format::Powershell => "throw 'karctl env failed';\n",
        // `exit /b` typed at the prompt would end the user's shell.
        Format::Cmd => "cmd /c exit 1\n",
        Format::Nu => "error make {msg: \"karctl env failed\"}\n",
        // direnv ignores the status of .envrc's statements, even of the last one; only `exit` is seen.
        Format::Direnv => "exit 1;\n",
        Format::Dotenv | Format::Docker | Format::Json | Format::Yaml | Format::Github => "",
    }
}

/// One variable's share of the text, with its line end.
fn entry(name: &str, value: Option<&str>, format: Format) -> std::result::Result<String, Refusal> {
    let Some(value) = value.filter(|value| !value.is_empty()) else {
        return Ok(unset_entry(name, format));
    };
    if value.contains('\0') {
        return Err(NUL);
    }
    match format {
        Format::Sh | Format::Direnv => Ok(shell::sh(name, value)),
        Format::Fish => Ok(shell::fish(name, value)),
        Format::Powershell => Ok(windows::powershell(name, value)),
        Format::Cmd => windows::cmd(name, value),
        Format::Nu => Ok(shell::nu(name, value)),
        Format::Dotenv => env_file::dotenv(name, value),
        Format::Docker => env_file::docker(name, value),
        Format::Json => Ok(structured::json(name, value)),
        Format::Yaml => Ok(structured::yaml(name, value)),
        Format::Github => env_file::github(name, value),
    }
}

const NUL: Refusal = "holds a NUL byte, and no environment variable can";

fn unset_entry(name: &str, format: Format) -> String {
    match format {
        Format::Sh | Format::Direnv => format!("unset {name};\n"),
        // Both scopes that outlive the statement; erasing what is not there has a status of its own, hence `true`.
        Format::Fish => format!("set -eg {name}; set -eU {name}; true;\n"),
        Format::Powershell => format!("$Env:{name} = $null;\n"),
        Format::Cmd => format!("set \"{name}=\"\n"),
        Format::Nu => format!("hide-env --ignore-errors {name}\n"),
        // No line can unset; an empty value hides the one that an image or an earlier step may have set.
        Format::Dotenv | Format::Docker | Format::Github => format!("{name}=\n"),
        Format::Json => format!("  \"{name}\": null"),
        Format::Yaml => format!("{name}: null\n"),
    }
}

fn document(entries: &[String], format: Format) -> String {
    match format {
        Format::Json => format!("{{\n{}\n}}\n", entries.join(",\n")),
        _ => entries.concat(),
    }
}

fn refuse(variable: &Variable, format: Format, reason: Refusal) -> anyhow::Error {
    let name = &variable.name;
    let failure = Failure::usage(format!("{name} cannot be written as {format}: the value {reason}"));
    let value = variable.value.as_ref().map(|value| value.expose());
    let holds = |other: &&Format| entry(name, value, **other).is_ok();
    match format.alternatives().iter().find(holds) {
        Some(other) => failure.hint(format!("give `--format {other}`, which can hold it")).into(),
        None => failure.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{Status, report};
    use crate::redacted::Secret;

    fn variable(name: &str, value: Option<&str>) -> Variable {
        Variable { name: name.to_owned(), value: value.map(Secret::new), is_secret: true }
    }

    /// What is written for one plain value, one hostile value and one that is unset.
    fn three(hostile: &str, format: Format) -> String {
        let variables = [variable("A", Some("127.0.0.1:31093")), variable("B", Some(hostile)), variable("C", None)];
        spell(&variables, format).expect("a value that the format holds")
    }

    #[test]
    fn sh_protects_what_an_unquoted_eval_would_fold_or_expand() {
        let expected = "export A=127.0.0.1:31093;\nexport B='it'\"'\"'s $H';\nunset C;\n";
        assert_eq!(three("it's $H", Format::Sh), expected);
        let expected =
            "export A=127.0.0.1:31093;\nexport B=\"`printf '\\055a\\040\\040\\052\\303\\251'`\";\nunset C;\n";
        assert_eq!(three("-a  *é", Format::Sh), expected);
        assert_eq!(three("-a  *é", Format::Direnv), expected);
        let expected = "export A=127.0.0.1:31093;\nexport B=\"`printf 'a\\012_'`\"; export B=\"${B%_}\";\nunset C;\n";
        assert_eq!(three("a\n", Format::Sh), expected);
    }

    #[test]
    fn fish_keeps_every_statement_on_one_line() {
        let expected =
            "set -gx A 127.0.0.1:31093;\nset -gx B 'it\\'s \\\\'\\n\\x1b'$é';\nset -eg C; set -eU C; true;\n";
        assert_eq!(three("it's \\\n\u{1b}$é", Format::Fish), expected);
        assert!(three("\n", Format::Fish).contains("set -gx B \\n;\n"));
    }

    #[test]
    fn powershell_is_ascii_whatever_the_code_page() {
        let expected = "$Env:A = '127.0.0.1:31093';\n\
             $Env:B = 'it''s $x' + [char]0x000a + 'b' + [char]0x2019 + [char]0xd83d + [char]0xde00;\n\
             $Env:C = $null;\n";
        assert_eq!(three("it's $x\nb\u{2019}\u{1f600}", Format::Powershell), expected);
        assert!(three("\nx", Format::Powershell).contains("$Env:B = '' + [char]0x000a + 'x';\n"));
    }

    #[test]
    fn cmd_quotes_the_whole_assignment() {
        assert_eq!(three("a & b|<c>^ ", Format::Cmd), "set \"A=127.0.0.1:31093\"\nset \"B=a & b|<c>^ \"\nset \"C=\"\n");
    }

    #[test]
    fn nu_escapes_inside_double_quotes() {
        let expected =
            "$env.A = \"127.0.0.1:31093\"\n$env.B = \"a\\\"\\\\\\n\\u{7f}$(x)é\"\nhide-env --ignore-errors C\n";
        assert_eq!(three("a\"\\\n\u{7f}$(x)é", Format::Nu), expected);
    }

    #[test]
    fn dotenv_quotes_in_the_way_that_all_readers_share() {
        assert_eq!(three("a \"$b\" \\n #", Format::Dotenv), "A=127.0.0.1:31093\nB='a \"$b\" \\n #'\nC=\n");
        assert_eq!(three("it's #", Format::Dotenv), "A=127.0.0.1:31093\nB=\"it's #\"\nC=\n");
    }

    #[test]
    fn docker_takes_the_line_as_it_is() {
        assert_eq!(three(" 'a' #\"$b\" ", Format::Docker), "A=127.0.0.1:31093\nB= 'a' #\"$b\" \nC=\n");
    }

    #[test]
    fn json_and_yaml_say_null_for_unset() {
        let expected = "{\n  \"A\": \"127.0.0.1:31093\",\n  \"B\": \"no\\n\\\"é\",\n  \"C\": null\n}\n";
        assert_eq!(three("no\n\"é", Format::Json), expected);
        let expected = "A: \"127.0.0.1:31093\"\nB: \"no\\n\\\"é\\u2028\\u007f\\u0085😀\"\nC: null\n";
        assert_eq!(three("no\n\"é\u{2028}\u{7f}\u{85}😀", Format::Yaml), expected);
    }

    #[test]
    fn github_delimits_by_a_line_that_the_value_lacks() {
        let expected = "A=127.0.0.1:31093\nB<<KARCTL\na\nb\nKARCTL\nC=\n";
        assert_eq!(three("a\nb", Format::Github), expected);
        let expected = "A=127.0.0.1:31093\nB<<KARCTL__\nKARCTL\nKARCTL_\n\nKARCTL__\nC=\n";
        assert_eq!(three("KARCTL\nKARCTL_\n", Format::Github), expected);
    }

    #[test]
    fn an_empty_value_is_spelled_as_unset() {
        let empty = [variable("A", Some(""))];
        for format in Format::ALL {
            assert_eq!(spell(&empty, *format).expect("nothing to refuse"), unset(&empty, *format));
        }
    }

    #[test]
    fn a_refusal_names_variable_reason_and_remedy_but_never_the_value() {
        let cases = [
            ("canary\n", Format::Docker, "holds a line end, and an env-file is read line by line", Some("json")),
            (
                "canary%",
                Format::Cmd,
                "holds `%`, which a batch file and a `for /f` loop read differently",
                Some("powershell"),
            ),
            ("canary'$", Format::Dotenv, env_file::NO_SHARED_QUOTES, Some("direnv")),
            ("canary\0", Format::Json, NUL, None),
        ];
        for (value, format, reason, other) in cases {
            let error = spell(&[variable("REDIS_PASSWORD", Some(value))], format).expect_err("a refusal");
            let report = report(&error);
            assert_eq!(report.message, format!("REDIS_PASSWORD cannot be written as {format}: the value {reason}"));
            let hint = other.map(|other| format!("give `--format {other}`, which can hold it"));
            assert_eq!(report.hints, Vec::from_iter(hint));
            assert_eq!(report.status, Status::Usage);
            assert!(!format!("{error:?}").contains("canary"));
        }
    }

    #[test]
    fn a_mistyped_format_is_answered_with_the_nearest() {
        assert_eq!("sh".parse::<Format>().expect("a format"), Format::Sh);
        let error = "fsh".parse::<Format>().expect_err("no format");
        assert_eq!(report(&error).hints, ["give `--format fish`"]);
    }
}
