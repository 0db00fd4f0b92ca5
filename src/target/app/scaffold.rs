//! What a project is given, as text: rendered from templates, written by nobody here. Pure.

use serde_json::{Value, json};

use super::detect::{Build, Detected, Language};
use crate::error::Result;
use crate::render::{
    APP_DOCKERFILES, APP_IGNORED, APP_MANIFESTS, APP_PROJECT, APP_START, HELLO_JAVA, HELLO_JS, HELLO_PYTHON, context,
};
use crate::settings::project::{App, Component, FILE};
use crate::target::kubernetes::release::BUILT_IN;

/// The image that has `kar`, by the release that karctl was made for.
const KAR: &str = "quay.io/ibm/kar-sidecar";

/// What runs Java.
const JRE: &str = "eclipse-temurin:17-jre";

/// A file that the project is to have.
#[derive(Debug, PartialEq, Eq)]
pub struct File {
    /// Path in the project's folder.
    pub path: String,
    /// Its text.
    pub content: String,
}

/// The files of a project with an application, but for its sources.
///
/// # Errors
/// When a template does not render, which is a defect of karctl.
pub fn files(app: &App, detected: &Detected) -> Result<Vec<File>> {
    let values = app_values(app);
    let ignored = ignored(detected.language);
    let manifests = &app.manifests;
    Ok(vec![
        file("Dockerfile", dockerfile(detected)?),
        file(".dockerignore", APP_IGNORED.render(context! { manifests, ignored })?),
        file(&format!("{manifests}/{}.yaml", app.name), APP_MANIFESTS.render(context! { app => values })?),
        file(FILE, APP_PROJECT.render(context! { app => values })?),
    ])
}

/// The sources of the shipped example.
///
/// # Errors
/// As [`files`].
pub fn hello(language: Language, app: &str) -> Result<Vec<File>> {
    let templates = match language {
        Language::Js => HELLO_JS,
        Language::Java => HELLO_JAVA,
        Language::Python => HELLO_PYTHON,
    };
    templates.iter().map(|template| Ok(file(template.name, template.render(context! { app, name => app })?))).collect()
}

/// The components of the shipped example: a service, and a client that calls it twice and ends.
pub fn hello_components(language: Language) -> Vec<Component> {
    let client: &[&str] = match language {
        Language::Js => &["node", "client.js"],
        Language::Java => &["java", "-cp", "app.jar", "hello.Client"],
        Language::Python => &["python3", "client.py"],
    };
    let command = client.iter().map(|word| (*word).to_owned()).collect();
    vec![
        Component { service: Some("greeter".to_owned()), ..Component::new("greeter") },
        Component { command, ..Component::new("client") },
    ]
}

/// How the example is built and started.
pub fn hello_detected(language: Language) -> Detected {
    let (build, command): (_, &[&str]) = match language {
        Language::Js => (Build::Npm, &["node", "server.js"]),
        Language::Java => (Build::MavenJar, &["java", "-jar", "app.jar"]),
        Language::Python => (Build::PipRequirements, &["python3", "server.py"]),
    };
    let command = Some(command.iter().map(|word| (*word).to_owned()).collect());
    Detected { language, build, name: None, command }
}

fn file(path: &str, content: String) -> File {
    File { path: path.to_owned(), content }
}

fn dockerfile(detected: &Detected) -> Result<String> {
    let command = list(detected.command.as_deref().unwrap_or_default());
    let (kar, start) = (format!("{KAR}:{BUILT_IN}"), APP_START.trim_end());
    let [js, java, python] = APP_DOCKERFILES;
    match detected.build {
        Build::NpmLocked => js.render(context! { kar, start, command, install => "npm ci" }),
        Build::Npm => js.render(context! { kar, start, command, install => "npm install" }),
        Build::PipRequirements => python.render(context! { kar, start, command, requirements => true }),
        Build::PipProject => python.render(context! { kar, start, command, requirements => false }),
        Build::MavenJar | Build::MavenQuarkus | Build::MavenLiberty | Build::Gradle => {
            let java_build = JavaBuild::of(detected.build);
            let JavaBuild { builder, build, base, copy } = java_build;
            java.render(context! { kar, start, command, builder, build, base, copy })
        }
    }
}

/// What differs between the ways to build Java.
struct JavaBuild {
    builder: &'static str,
    build: &'static str,
    base: &'static str,
    copy: &'static str,
}

impl JavaBuild {
    fn of(build: Build) -> Self {
        const MAVEN: &str = "maven:3.9-eclipse-temurin-17";
        const PACKAGE: &str = "mvn -B -q package -DskipTests";
        const JAR: &str = "WORKDIR /kar/app\nCOPY --from=build /build/target/*.jar app.jar\nUSER 1000";
        const QUARKUS: &str = "WORKDIR /kar/app\nCOPY --from=build /build/target/quarkus-app/ ./\nUSER 1000";
        const GRADLE: &str = "WORKDIR /kar/app\nCOPY --from=build /build/build/libs/*.jar app.jar\nUSER 1000";
        const LIBERTY: &str = "COPY --chown=1001:0 src/main/liberty/config /config\n\
                               COPY --from=build --chown=1001:0 /build/target/*.war /config/apps/\n\
                               RUN features.sh";
        match build {
            Build::MavenQuarkus => Self { builder: MAVEN, build: PACKAGE, base: JRE, copy: QUARKUS },
            Build::MavenLiberty => {
                let base = "icr.io/appcafe/open-liberty:kernel-slim-java17-openj9-ubi";
                Self { builder: MAVEN, build: PACKAGE, base, copy: LIBERTY }
            }
            Build::Gradle => Self {
                builder: "gradle:8-jdk17",
                build: "gradle build --no-daemon -x test && rm -f build/libs/*-plain.jar",
                base: JRE,
                copy: GRADLE,
            },
            _ => Self { builder: MAVEN, build: PACKAGE, base: JRE, copy: JAR },
        }
    }
}

/// What a builder has no need of.
fn ignored(language: Language) -> &'static [&'static str] {
    match language {
        Language::Js => &["node_modules", "npm-debug.log"],
        Language::Java => &["target", "build", ".gradle", ".idea"],
        Language::Python => &[".venv", "venv", "**/__pycache__", "**/*.pyc"],
    }
}

/// Words as JSON writes them, which Dockerfiles and YAML read too; nothing where there are none.
fn list(words: &[String]) -> String {
    let words: Vec<_> = words.iter().map(|word| Value::from(word.as_str()).to_string()).collect();
    if words.is_empty() { String::new() } else { format!("[{}]", words.join(", ")) }
}

fn app_values(app: &App) -> Value {
    let component = |component: &Component| {
        json!({
            "name": component.name,
            "service": component.service,
            "actors": component.actors,
            "port": component.port,
            "replicas": component.replicas,
            "command": list(&component.command),
        })
    };
    let components: Vec<_> = app.components.iter().map(component).collect();
    json!({ "name": app.name, "manifests": app.manifests, "components": components })
}
