//! A program on PATH, its version, and the oldest version that will do. Pure.

use std::path::PathBuf;

use super::Finding;

/// What is known of a program before it is looked for.
#[derive(Debug)]
pub struct Requirement {
    /// Its name.
    pub program: &'static str,
    /// What it prints its version for.
    pub arguments: &'static [&'static str],
    /// What it is to a user, such as `Node.js`.
    pub title: &'static str,
    /// What needs it.
    pub needed_by: &'static str,
    /// The oldest version that will do: major and minor.
    pub least: (u32, u32),
}

/// What an application's language needs. Versions as in the READMEs of KAR's SDKs.
pub const SDK: [Requirement; 5] = [
    requirement("node", &["--version"], "Node.js", "the JavaScript SDK", (12, 0)),
    requirement("npm", &["--version"], "npm", "the JavaScript SDK", (6, 12)),
    requirement("java", &["-version"], "Java", "the Java SDK", (11, 0)),
    requirement("mvn", &["--version"], "Maven", "the Java SDK", (3, 6)),
    requirement("python3", &["--version"], "Python", "the Python SDK", (3, 8)),
];

const fn requirement(
    program: &'static str,
    arguments: &'static [&'static str],
    title: &'static str,
    needed_by: &'static str,
    least: (u32, u32),
) -> Requirement {
    Requirement { program, arguments, title, needed_by, least }
}

/// A program that was looked for.
#[derive(Clone, Debug)]
pub struct Tool {
    /// Its name.
    pub program: &'static str,
    /// Where it is, and what it says of its version; `None` where there is none.
    pub found: Option<(PathBuf, Result<String, String>)>,
}

impl Requirement {
    /// Judges what was found; a program that is not there only matters to those who use its language.
    pub fn judge(&self, tool: Option<&Tool>) -> Finding {
        let Self { title, needed_by, least: (major, minor), .. } = self;
        let least = if *minor == 0 { major.to_string() } else { format!("{major}.{minor}") };
        let Some((path, said)) = tool.and_then(|tool| tool.found.as_ref()) else {
            return Finding::Skipped(format!("{title} is not on PATH; {needed_by} needs {least} or newer"));
        };
        let said = match said {
            Ok(said) => said,
            Err(reason) => return Finding::Bad(format!("{title} does not tell its version: {reason}"), Vec::new()),
        };
        match version(said) {
            Some((found, numbers)) if numbers >= self.least => {
                Finding::Fine(format!("{title} {found} ({})", path.display()))
            }
            Some((found, _)) => Finding::Bad(
                format!("{title} {found} ({}) is too old for {needed_by}, which needs {least}", path.display()),
                vec![format!("install {title} {least} or newer, if you use {needed_by}")],
            ),
            None => Finding::Bad(format!("{title} ({}) tells no version", path.display()), Vec::new()),
        }
    }
}

/// The first version in a text, as it is written and as major and minor; Java 8 and older call themselves 1.8.
fn version(text: &str) -> Option<(&str, (u32, u32))> {
    let words = text.split(|c: char| !c.is_ascii_digit() && c != '.').map(|word| word.trim_matches('.'));
    let found = words.into_iter().find(|word| !word.is_empty())?;
    let mut numbers = found.split('.').map_while(|number| number.parse::<u32>().ok());
    let (major, minor) = (numbers.next()?, numbers.next().unwrap_or(0));
    Some((found, if text.contains("version \"1.") { (minor, 0) } else { (major, minor) }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_found_in_what_programs_say() {
        for (said, expected) in [
            ("v18.19.0", ("18.19.0", (18, 19))),
            ("10.2.4", ("10.2.4", (10, 2))),
            ("openjdk version \"17.0.15\" 2025-04-15\nOpenJDK Runtime Environment", ("17.0.15", (17, 0))),
            ("openjdk version \"21\" 2023-09-19", ("21", (21, 0))),
            ("java version \"1.8.0_392\"", ("1.8.0", (8, 0))),
            ("Apache Maven 3.8.7\nMaven home: /usr/share/maven", ("3.8.7", (3, 8))),
            ("Python 3.11.2", ("3.11.2", (3, 11))),
        ] {
            assert_eq!(version(said), Some(expected), "{said}");
        }
        assert_eq!(version("no such thing"), None);
    }

    #[test]
    fn an_old_tool_is_bad_and_a_missing_one_is_not() {
        let tool = |said: &str| Tool { program: "npm", found: Some((PathBuf::from("/b/npm"), Ok(said.to_owned()))) };
        assert_eq!(SDK[1].judge(Some(&tool("6.12.0"))), Finding::Fine("npm 6.12.0 (/b/npm)".to_owned()));
        assert!(matches!(SDK[1].judge(Some(&tool("6.9.0"))), Finding::Bad(..)));
        assert!(matches!(SDK[1].judge(None), Finding::Skipped(_)));
    }
}
