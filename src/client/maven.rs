//! Maven, which brings Kafka and Redis by their coordinates, with the user's own settings, mirrors and proxies.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Command;

use crate::code::Code;
use crate::environment::{Environment, without_passwords};
use crate::error::{Failure, OrFail, Result};

/// The goal that copies artifacts into a folder; pinned, as Maven would else ask which version is the newest.
const COPY: &str = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies";

/// Lines of Maven's output that a failure quotes.
const QUOTED_LINES: usize = 3;

/// An artifact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Artifact {
    /// `group:name:version`.
    pub coordinates: String,
    /// Whether what it needs at run time is brought too.
    pub is_transitive: bool,
}

/// Called with the name of a file that arrived and its size as Maven tells it.
pub type Progress<'a> = &'a mut (dyn FnMut(&str, u64) + Send);

/// Brings artifacts into the folder `to`; `to` itself is for Maven alone.
///
/// # Errors
/// When there is no `mvn`, or it fails; the failure quotes it.
pub async fn copy(environment: &Environment, artifacts: &[Artifact], to: &Path, progress: Progress<'_>) -> Result<()> {
    let Some(program) = environment.program("mvn") else {
        return Err(Failure::new("there is no `mvn` on PATH").code(Code::MavenMissing).into());
    };
    let work = tempfile::tempdir().or_fail(|| Failure::new("no temporary folder can be made"))?;
    let project = work.path().join("pom.xml");
    write_private(&project, &project_of(artifacts))?;
    let mut command = Command::new(program);
    command.args(["-B", "-f"]).arg(&project).arg(COPY).arg("-DincludeScope=runtime");
    command.arg(format!("-DoutputDirectory={}", to.display()));
    command.current_dir(work.path());
    if let Some(settings) = settings_for_proxy(environment) {
        let path = work.path().join("settings.xml");
        write_private(&path, &settings)?;
        command.arg("-gs").arg(path);
    }
    run(command, progress).await
}

async fn run(mut command: Command, progress: Progress<'_>) -> Result<()> {
    let failed = || Failure::new("`mvn` cannot be run");
    without_passwords(command.as_std_mut());
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
    let mut child = command.spawn().or_fail(failed)?;
    let mut errors = Vec::new();
    if let Some(stdout) = child.stdout.take() {
        let mut lines = BufReader::new(stdout).lines();
        while let Some(line) = lines.next_line().await.or_fail(failed)? {
            if let Some((name, bytes)) = downloaded(&line) {
                progress(name, bytes);
            } else if let Some(error) = plain(&line).strip_prefix("[ERROR] ") {
                errors.push(error.to_owned());
            }
        }
    }
    if child.wait().await.or_fail(failed)?.success() {
        return Ok(());
    }
    errors.truncate(QUOTED_LINES);
    Err(Failure::new(format!("`mvn` could not fetch what is needed: {}", errors.join(" ")))
        .hint("check the network, the proxy (HTTPS_PROXY, or ~/.m2/settings.xml) and Maven's mirrors, then run the same command again")
        .into())
}

/// Maven colours its marks even where it was asked not to.
fn plain(line: &str) -> String {
    anstream::adapter::strip_str(line).to_string()
}

/// The file and its size in `[INFO] Downloaded from central: https://host/path/a.jar (9.2 MB at 12 MB/s)`.
fn downloaded(line: &str) -> Option<(&str, u64)> {
    let (_, rest) = line.split_once("Downloaded from ")?;
    let (_, rest) = rest.split_once(": ")?;
    let (url, rest) = rest.split_once(" (")?;
    let (number, rest) = rest.split_once(' ')?;
    let unit = match rest.split(' ').next()? {
        "kB" => 1e3,
        "MB" => 1e6,
        "GB" => 1e9,
        _ => 1.0,
    };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a size that is shown")]
    let bytes = (number.parse::<f64>().ok()? * unit) as u64;
    Some((url.rsplit('/').next()?, bytes))
}

fn project_of(artifacts: &[Artifact]) -> String {
    let dependencies: String = artifacts.iter().map(dependency_of).collect();
    format!(
        "<project xmlns=\"http://maven.apache.org/POM/4.0.0\">\n\
         <modelVersion>4.0.0</modelVersion><groupId>karctl</groupId><artifactId>parts</artifactId><version>1</version>\n\
         <dependencies>\n{dependencies}</dependencies>\n</project>\n"
    )
}

fn dependency_of(artifact: &Artifact) -> String {
    let mut parts = artifact.coordinates.split(':').map(in_xml);
    let mut part = || parts.next().unwrap_or_default();
    let (group, name, version) = (part(), part(), part());
    let exclusions = if artifact.is_transitive {
        ""
    } else {
        "<exclusions><exclusion><groupId>*</groupId><artifactId>*</artifactId></exclusion></exclusions>"
    };
    format!(
        "<dependency><groupId>{group}</groupId><artifactId>{name}</artifactId>\
         <version>{version}</version>{exclusions}</dependency>\n"
    )
}

/// Maven does not read HTTPS_PROXY. A settings file of karctl's own says it, in the place of the installation's, so that
/// the user's own settings stay in force, and so that a password is in no command line.
fn settings_for_proxy(environment: &Environment) -> Option<String> {
    let of_user = environment.home().ok().map(|home| home.join(".m2/settings.xml")).and_then(read);
    if of_user.is_some_and(|settings| settings.contains("<proxy>")) {
        return None;
    }
    let either = |name: &str| environment.variable(name).or_else(|| environment.variable(&name.to_lowercase()));
    let proxy = either("HTTPS_PROXY")?;
    let Proxy { host, port, credentials } = parts_of(proxy)?;
    let hosts = either("NO_PROXY").unwrap_or_default().split(',').map(java_host).collect::<Vec<_>>().join("|");
    let credentials = credentials.map_or_else(String::new, |(user, password)| {
        format!("<username>{}</username><password>{}</password>", in_xml(&user), in_xml(&password))
    });
    Some(format!(
        "<settings><proxies><proxy><id>environment</id><active>true</active><protocol>https</protocol>\
         <host>{}</host><port>{port}</port>{credentials}<nonProxyHosts>{}</nonProxyHosts></proxy></proxies></settings>\n",
        in_xml(host),
        in_xml(&hosts)
    ))
}

fn read(path: PathBuf) -> Option<String> {
    std::fs::read_to_string(path).ok()
}

/// `.example.org` of NO_PROXY is `*.example.org` of Java.
fn java_host(host: &str) -> String {
    let host = host.trim();
    if host.starts_with('.') { format!("*{host}") } else { host.to_owned() }
}

/// What `http://user:password@host:port` says.
struct Proxy<'a> {
    host: &'a str,
    port: u16,
    credentials: Option<(String, String)>,
}

fn parts_of(proxy: &str) -> Option<Proxy<'_>> {
    let rest = proxy.split_once("://").map_or(proxy, |(_, rest)| rest);
    let rest = rest.split('/').next()?;
    let (credentials, address) = match rest.rsplit_once('@') {
        Some((credentials, address)) => (Some(credentials), address),
        None => (None, rest),
    };
    let (host, port) = address.rsplit_once(':').unwrap_or((address, "80"));
    let credentials = credentials.map(|text| {
        let (user, password) = text.split_once(':').unwrap_or((text, ""));
        (decoded(user), decoded(password))
    });
    Some(Proxy { host, port: port.parse().ok()?, credentials })
}

/// Text of a URL without its percent signs.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let digits = after.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()).filter(|_| first == b'%') {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn in_xml(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn write_private(path: &Path, content: &str) -> Result<()> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .and_then(|mut file| file.write_all(content.as_bytes()))
        .or_fail(|| Failure::new(format!("{} cannot be written", path.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_and_sizes_are_read_from_what_maven_prints() {
        let line = "[INFO] Downloaded from central: https://host/maven2/org/a/1/a-1.jar (9.2 MB at 12 MB/s)";
        assert_eq!(downloaded(line), Some(("a-1.jar", 9_200_000)));
        assert_eq!(downloaded("[INFO] Downloading from central: https://host/a.jar"), None);
    }

    #[test]
    fn an_artifact_without_its_needs_excludes_them() {
        let artifact = |is_transitive| Artifact { coordinates: "g:n:1".to_owned(), is_transitive };
        assert!(project_of(&[artifact(false)]).contains("<exclusion>"));
        assert!(!project_of(&[artifact(true)]).contains("<exclusion>"));
    }

    #[test]
    fn the_proxy_of_the_environment_becomes_one_of_maven() {
        let environment: Environment = [
            ("HTTPS_PROXY", "http://me:p%40ss%26@proxy.example:3128/"),
            ("NO_PROXY", "localhost, .example.org"),
            ("HOME", "/nonexistent"),
        ]
        .into_iter()
        .collect();
        let settings = settings_for_proxy(&environment).expect("a proxy");
        for part in [
            "<host>proxy.example</host><port>3128</port>",
            "<username>me</username><password>p@ss&amp;</password>",
            "<nonProxyHosts>localhost|*.example.org</nonProxyHosts>",
        ] {
            assert!(settings.contains(part), "{settings}");
        }
        assert_eq!(settings_for_proxy(&Environment::default()), None);
    }
}
