//! Names of images, as the docker command reads them.
//! <https://github.com/distribution/reference/blob/v0.6.0/normalize.go> Pure.

use std::fmt;

use crate::error::{Failure, Result};

/// Registry of images whose name begins with none, ...
const DEFAULT_REGISTRY: &str = "docker.io";
/// ... the host that speaks for it, ...
const DEFAULT_HOST: &str = "registry-1.docker.io";
/// ... and what its images without a namespace are in.
const DEFAULT_NAMESPACE: &str = "library/";

/// Tag of names that have none.
const DEFAULT_TAG: &str = "latest";

/// The longest tag. <https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pulling-manifests>
const LONGEST_TAG: usize = 128;

/// The longest name that Docker takes, registry included.
const LONGEST_NAME: usize = 255;

/// An image in a registry.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reference {
    /// Host, and port where there is one: `localhost:5000`, `docker.io`.
    pub registry: String,
    /// The name within the registry: `kar/hello`, `library/redis`.
    pub repository: String,
    /// A tag, or a digest such as `sha256:...`.
    pub version: String,
}

impl Reference {
    /// Reads a name such as `redis`, `localhost:5000/kar/x:1` or `quay.io/kar/x@sha256:...`.
    ///
    /// # Errors
    /// A usage failure for what is no name of an image.
    pub fn parse(name: &str) -> Result<Self> {
        let wrong = |why: &str| Failure::usage(format!("`{name}` is no image's name: {why}"));
        let (rest, digest) = match name.split_once('@') {
            Some((rest, digest)) => (rest, Some(digest)),
            None => (name, None),
        };
        let (rest, tag) = match rest.rsplit_once(':') {
            Some((rest, tag)) if !tag.contains('/') => (rest, Some(tag)),
            _ => (rest, None),
        };
        let (registry, repository) = match rest.split_once('/') {
            Some((first, below)) if is_registry(first) => (canonical(first), below.to_owned()),
            _ => (DEFAULT_REGISTRY, rest.to_owned()),
        };
        let is_hub = registry == DEFAULT_REGISTRY && !repository.contains('/');
        let repository = if is_hub { format!("{DEFAULT_NAMESPACE}{repository}") } else { repository };
        if !is_repository(&repository) || rest.len() > LONGEST_NAME {
            return Err(wrong("lower-case words with `.`, `_` and `-` between them, and `/` between words").into());
        }
        if tag.is_some_and(|tag| !is_tag(tag)) {
            return Err(wrong("a tag has letters, digits, `.`, `_` and `-`").into());
        }
        if digest.is_some_and(|digest| !is_digest(digest)) {
            return Err(wrong("a digest is `sha256:` and 64 hexadecimal digits").into());
        }
        let version = digest.or(tag).unwrap_or(DEFAULT_TAG).to_owned();
        Ok(Self { registry: registry.to_owned(), repository, version })
    }

    /// The same image in another place: `quay.io/kar/x:1` to `localhost:5000` is `localhost:5000/kar/x:1`, to
    /// `localhost:5000/mine` it is `localhost:5000/mine/kar/x:1`. Docker Hub's `library` falls away.
    ///
    /// # Errors
    /// A usage failure when the place is none.
    pub fn moved_to(&self, place: &str) -> Result<Self> {
        let (host, prefix) = place.trim_end_matches('/').split_once('/').unwrap_or((place.trim_end_matches('/'), ""));
        if !is_registry(host) {
            let failure = Failure::usage(format!("`{place}` is no registry"));
            return Err(failure.hint("a registry is a host with a dot or a port, such as localhost:5000").into());
        }
        let name = match self.registry == DEFAULT_REGISTRY {
            true => self.repository.strip_prefix(DEFAULT_NAMESPACE).unwrap_or(&self.repository),
            false => &self.repository,
        };
        let name = if prefix.is_empty() { name.to_owned() } else { format!("{prefix}/{name}") };
        let separator = if self.is_by_digest() { '@' } else { ':' };
        Self::parse(&format!("{host}/{name}{separator}{}", self.version))
    }

    /// Whether the version is a digest, so that it can never mean something else.
    pub fn is_by_digest(&self) -> bool {
        self.version.contains(':')
    }

    /// The name with nothing left out, as containerd has it: `docker.io/library/redis:7`.
    pub fn whole(&self) -> String {
        let separator = if self.is_by_digest() { '@' } else { ':' };
        format!("{}/{}{separator}{}", self.registry, self.repository, self.version)
    }

    /// The host to connect to.
    pub fn host(&self) -> &str {
        if self.registry == DEFAULT_REGISTRY { DEFAULT_HOST } else { &self.registry }
    }
}

/// As a person writes it: Docker Hub's registry and namespace are left out.
impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.registry == DEFAULT_REGISTRY {
            true => f.write_str(self.repository.strip_prefix(DEFAULT_NAMESPACE).unwrap_or(&self.repository))?,
            false => write!(f, "{}/{}", self.registry, self.repository)?,
        }
        write!(f, "{}{}", if self.is_by_digest() { '@' } else { ':' }, self.version)
    }
}

/// The host to connect to for a server as logins name it: `us.icr.io`, `https://us.icr.io/`, or Docker Hub's
/// `https://index.docker.io/v1/`, at which images are not.
pub fn host_of(server: &str) -> &str {
    let rest = server.strip_prefix("https://").or_else(|| server.strip_prefix("http://")).unwrap_or(server);
    let host = rest.split_once('/').map_or(rest, |(host, _)| host);
    if canonical(host) == DEFAULT_REGISTRY { DEFAULT_HOST } else { host }
}

/// The first part of a name is a registry if it has a dot or a port, or is `localhost`.
fn is_registry(first: &str) -> bool {
    let is_host = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']');
    (first.contains(['.', ':']) || first == "localhost") && first.chars().all(is_host)
}

fn canonical(registry: &str) -> &str {
    if registry == "index.docker.io" { DEFAULT_REGISTRY } else { registry }
}

fn is_repository(repository: &str) -> bool {
    let is_word = |part: &str| {
        let is_inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
        part.starts_with(is_inner)
            && part.ends_with(is_inner)
            && part.chars().all(|c| is_inner(c) || matches!(c, '.' | '_' | '-'))
    };
    repository.split('/').all(is_word)
}

fn is_tag(tag: &str) -> bool {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    tag.len() <= LONGEST_TAG && tag.starts_with(is_word) && tag.chars().all(|c| is_word(c) || matches!(c, '.' | '-'))
}

/// Whether a text is a SHA-256 digest, the only kind that registries and engines use.
pub fn is_digest(text: &str) -> bool {
    text.strip_prefix("sha256:").is_some_and(|hex| {
        hex.len() == 64 && hex.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_docker_reads_them_and_shown_as_people_write_them() {
        let digest = format!("sha256:{}", "0".repeat(64));
        for (name, registry, repository, version, shown) in [
            ("redis", "docker.io", "library/redis", "latest", "redis:latest"),
            ("apache/kafka:3.9.1", "docker.io", "apache/kafka", "3.9.1", "apache/kafka:3.9.1"),
            ("index.docker.io/library/redis:7", "docker.io", "library/redis", "7", "redis:7"),
            ("localhost:5000/kar/x", "localhost:5000", "kar/x", "latest", "localhost:5000/kar/x:latest"),
            ("localhost/x:2", "localhost", "x", "2", "localhost/x:2"),
            ("quay.io/ibm/kar-x:1.3.10", "quay.io", "ibm/kar-x", "1.3.10", "quay.io/ibm/kar-x:1.3.10"),
        ] {
            let reference = Reference::parse(name).expect("a name");
            let read = (&*reference.registry, &*reference.repository, &*reference.version, &*reference.to_string());
            assert_eq!(read, (registry, repository, version, shown), "{name}");
        }
        let pinned = Reference::parse(&format!("a/b:1@{digest}")).expect("a name");
        assert_eq!(pinned.to_string(), format!("a/b@{digest}"));
        assert_eq!(Reference::parse("redis").expect("a name").host(), "registry-1.docker.io");
    }

    #[test]
    fn a_server_is_connected_to_at_its_host_and_docker_hub_at_the_one_with_its_images() {
        for (server, host) in [
            ("us.icr.io", "us.icr.io"),
            ("https://us.icr.io/", "us.icr.io"),
            ("https://r.example.com:5000/v2/mine", "r.example.com:5000"),
            ("http://127.0.0.1:5000", "127.0.0.1:5000"),
            ("https://index.docker.io/v1/", "registry-1.docker.io"),
            ("index.docker.io", "registry-1.docker.io"),
            ("docker.io", "registry-1.docker.io"),
        ] {
            assert_eq!(host_of(server), host, "{server}");
        }
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for name in ["", "A/b", "a//b", "a:", "a/b:-x", "a@sha256:00", "-a", "a/b/", "http://x/y", "a b"] {
            assert!(Reference::parse(name).is_err(), "{name}");
        }
    }

    #[test]
    fn an_image_moves_with_its_name() {
        let moved = |name: &str, place: &str| {
            Reference::parse(name).and_then(|reference| reference.moved_to(place)).expect("a place").to_string()
        };
        assert_eq!(moved("redis:7", "localhost:5000"), "localhost:5000/redis:7");
        assert_eq!(moved("quay.io/kar/x:1", "r.example.com/mine/"), "r.example.com/mine/kar/x:1");
        assert!(Reference::parse("redis").and_then(|reference| reference.moved_to("mine")).is_err());
    }
}
