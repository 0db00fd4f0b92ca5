//! What kind of project a folder holds, and how it is started: read from the files that its own tools read.

use std::path::Path;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::client::file;
use crate::code::Code;
use crate::error::{Failure, OrFail, Result};

/// The languages that KAR has SDKs for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Node.js.
    Js,
    /// The Java virtual machine.
    Java,
    /// Python.
    Python,
}

impl Language {
    /// As people call it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Js => "JavaScript",
            Self::Java => "Java",
            Self::Python => "Python",
        }
    }

    /// The files by which a project of it is known.
    fn files(self) -> &'static [&'static str] {
        match self {
            Self::Js => &["package.json"],
            Self::Java => &["pom.xml", "build.gradle", "build.gradle.kts"],
            Self::Python => &["requirements.txt", "pyproject.toml"],
        }
    }
}

/// How a project's image is made, by what builds the project.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Build {
    /// npm with a lock file: exactly what it names.
    NpmLocked,
    /// npm without one.
    Npm,
    /// pip with `requirements.txt`.
    PipRequirements,
    /// pip with `pyproject.toml`.
    PipProject,
    /// Maven, which makes a jar that runs by itself.
    MavenJar,
    /// Maven with Quarkus.
    MavenQuarkus,
    /// Maven, which makes a war for Open Liberty.
    MavenLiberty,
    /// Gradle, which makes a jar that runs by itself.
    Gradle,
}

/// What was found out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Detected {
    /// The language.
    pub language: Language,
    /// How it is built.
    pub build: Build,
    /// The project's own name, where a file says one.
    pub name: Option<String>,
    /// What starts the application, in its folder in the image; `None` where nothing says it.
    pub command: Option<Vec<String>>,
}

/// Files of Python by which an application is started, in the order of trust.
const PYTHON_MAIN: [&str; 4] = ["server.py", "app.py", "main.py", "__main__.py"];

/// The same for JavaScript, where `package.json` does not say.
const JS_MAIN: [&str; 4] = ["server.js", "index.js", "app.js", "main.js"];

/// Finds out what a folder holds; `asked` is the language that was given.
///
/// # Errors
/// A usage failure where nothing is found, or several languages are.
pub fn detect(folder: &Path, asked: Option<Language>) -> Result<Detected> {
    let languages = [Language::Js, Language::Java, Language::Python];
    let has = |language: &Language| language.files().iter().any(|name| folder.join(name).is_file());
    let found: Vec<_> = languages.into_iter().filter(has).collect();
    let language = match (asked, found.as_slice()) {
        (Some(asked), found) if found.contains(&asked) => asked,
        (None, [one]) => *one,
        (Some(asked), _) => {
            let files = asked.files().join(" or ");
            return Err(unknown(format!("{} has no {files}, as a {} project has", folder.display(), asked.title())));
        }
        (None, []) => return Err(unknown(format!("nothing in {} says what kind of project it is", folder.display()))),
        (None, several) => {
            let titles: Vec<_> = several.iter().map(|language| language.title()).collect();
            return Err(Failure::usage(format!("{} is a project of {}", folder.display(), titles.join(" and of ")))
                .hint("say which with --language")
                .code(Code::NoProject)
                .into());
        }
    };
    match language {
        Language::Js => js(folder),
        Language::Java => java(folder),
        Language::Python => python(folder),
    }
}

fn unknown(message: String) -> anyhow::Error {
    Failure::usage(message)
        .hint("a project has a package.json, pom.xml, build.gradle, requirements.txt or pyproject.toml")
        .hint("`karctl app init DIR --example hello` begins with one that works")
        .code(Code::NoProject)
        .into()
}

fn js(folder: &Path) -> Result<Detected> {
    let path = folder.join("package.json");
    let package: serde_json::Value = serde_json::from_str(&text(&path)?)
        .or_fail(|| Failure::usage(format!("{} is not JSON", path.display())).code(Code::NoProject))?;
    let main = package["main"].as_str().filter(|main| folder.join(main).is_file());
    let command = match package["scripts"]["start"].as_str() {
        Some(start) => Some(words(start).unwrap_or_else(|| own(&["npm", "start"]))),
        None => main.or_else(|| first(folder, &JS_MAIN)).map(|main| own(&["node", main])),
    };
    let is_locked = folder.join("package-lock.json").is_file();
    Ok(Detected {
        language: Language::Js,
        build: if is_locked { Build::NpmLocked } else { Build::Npm },
        name: package["name"].as_str().map(|name| name.rsplit('/').next().unwrap_or(name).to_owned()),
        command,
    })
}

/// The words of a start script that is one plain call of node: without a shell and npm around it, signals arrive.
fn words(start: &str) -> Option<Vec<String>> {
    let is_plain = start.chars().all(|c| c.is_ascii_alphanumeric() || " ./_-=:".contains(c));
    let words = shlex::split(start)?;
    (is_plain && words.first().is_some_and(|program| program == "node")).then_some(words)
}

fn python(folder: &Path) -> Result<Detected> {
    let has_requirements = folder.join("requirements.txt").is_file();
    let pyproject = folder.join("pyproject.toml");
    let name = if pyproject.is_file() { toml_name(&text(&pyproject)?) } else { None };
    Ok(Detected {
        language: Language::Python,
        build: if has_requirements { Build::PipRequirements } else { Build::PipProject },
        name,
        command: first(folder, &PYTHON_MAIN).map(|main| own(&["python3", main])),
    })
}

/// `name = "..."` of the table `project`; enough to suggest a name with.
fn toml_name(text: &str) -> Option<String> {
    let table = text.lines().skip_while(|line| line.trim() != "[project]").skip(1);
    let mut own_lines = table.take_while(|line| !line.trim_start().starts_with('['));
    own_lines.find_map(|line| {
        let (key, value) = line.split_once('=')?;
        (key.trim() == "name").then(|| value.trim().trim_matches(['"', '\'']).to_owned())
    })
}

fn java(folder: &Path) -> Result<Detected> {
    let pom = folder.join("pom.xml");
    if !pom.is_file() {
        let command = Some(own(&["java", "-jar", "app.jar"]));
        return Ok(Detected { language: Language::Java, build: Build::Gradle, name: None, command });
    }
    let text = text(&pom)?;
    let (build, command) = if text.contains("quarkus-maven-plugin") {
        (Build::MavenQuarkus, own(&["java", "-jar", "quarkus-run.jar"]))
    } else if text.contains("<packaging>war</packaging>") {
        (Build::MavenLiberty, own(&["/opt/ol/wlp/bin/server", "run", "defaultServer"]))
    } else {
        (Build::MavenJar, own(&["java", "-jar", "app.jar"]))
    };
    Ok(Detected { language: Language::Java, build, name: artifact(&text), command: Some(command) })
}

/// The project's own `artifactId`: the first one that is not its parent's.
fn artifact(pom: &str) -> Option<String> {
    let own = match (pom.find("<parent>"), pom.find("</parent>")) {
        (Some(begin), Some(end)) if begin < end => format!("{}{}", &pom[..begin], &pom[end..]),
        _ => pom.to_owned(),
    };
    let (_, rest) = own.split_once("<artifactId>")?;
    rest.split_once("</artifactId>").map(|(name, _)| name.trim().to_owned())
}

fn first<'n>(folder: &Path, names: &[&'n str]) -> Option<&'n str> {
    names.iter().copied().find(|name| folder.join(name).is_file())
}

fn own(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

fn text(path: &Path) -> Result<String> {
    let content = file::read(path)?.unwrap_or_default();
    String::from_utf8(content)
        .map_err(|_| Failure::usage(format!("{} is not text in UTF-8", path.display())).code(Code::NoProject).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_the_projects_own() {
        let pom = "<project><parent><artifactId>above</artifactId></parent><artifactId>own</artifactId></project>";
        assert_eq!(artifact(pom).as_deref(), Some("own"));
        assert_eq!(artifact("<project><artifactId> own </artifactId>").as_deref(), Some("own"));
        let toml =
            "[tool.x]\nname = \"other\"\n[project]\nversion = \"1\"\nname = 'own'\n[project.urls]\nname = \"no\"\n";
        assert_eq!(toml_name(toml).as_deref(), Some("own"));
        assert_eq!(toml_name("[project.urls]\nname = \"no\"\n"), None);
    }

    #[test]
    fn only_a_plain_start_of_node_goes_without_npm() {
        assert_eq!(words("node --trace-warnings server.js"), Some(own(&["node", "--trace-warnings", "server.js"])));
        assert_eq!(words("PORT=1 node server.js"), None);
        assert_eq!(words("node a.js && node b.js"), None);
        assert_eq!(words("ts-node a.ts"), None);
    }
}
