//! What a component is to be on Code Engine: the application that the options of `karctl ce run` describe, checked before
//! anything is sent.

use super::goal::CONFIGURATION;
use super::size::Size;
use super::{ComponentName, RUNTIME_CONFIG};
use crate::client::ibmcloud::code_engine::{AppSpec, Variable, Visibility};
use crate::error::{Failure, Result};
use crate::redacted::Secret;

/// Ports that Code Engine's own containers listen on beside the application.
/// <https://cloud.ibm.com/docs/codeengine?topic=codeengine-application-workloads>
const RESERVED_PORTS: [u16; 6] = [8008, 8012, 8022, 9090, 9091, 15090];

/// Instances of an application at most.
/// <https://cloud.ibm.com/docs/codeengine?topic=codeengine-limits>
const MOST_INSTANCES: u32 = 250;

/// Characters of an image's reference at most.
const LONGEST_IMAGE: usize = 256;

/// What `kar` in an image is told by variables; nobody else may give them.
/// <https://github.com/IBM/kar/blob/main/scripts/kar-ce-run.sh>
pub const KAR_VARIABLES: [&str; 4] = ["KAR_SIDECAR_IN_CONTAINER", "KAR_APP", "KAR_APP_PORT", "KAR_EXTRA_ARGS"];

/// A component, as it was typed.
#[derive(Clone, Debug)]
pub struct ComponentOptions {
    /// Name of the application of Code Engine.
    pub name: String,
    /// Name of KAR's application.
    pub app: String,
    /// Image, with `kar` inside.
    pub image: String,
    /// Name of the service that it offers.
    pub service: Option<String>,
    /// Types of the actors that it hosts.
    pub actors: Vec<String>,
    /// Port that it listens on.
    pub port: u16,
    /// Whether it can be called from everywhere.
    pub externalize: bool,
    /// The secret with the login for the image's registry.
    pub registry_secret: Option<String>,
    /// Further variables.
    pub environment: Vec<(String, Secret)>,
    /// How many instances.
    pub scale: u32,
    /// Processors of each.
    pub cpu: String,
    /// Memory of each; four gigabytes for each processor where it is not given.
    pub memory: Option<String>,
    /// `kar`'s verbosity, such as `info`.
    pub verbosity: String,
    /// Replace the image's arguments where there are any.
    pub arguments: Vec<String>,
}

/// A component that Code Engine and `kar` would take.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Its name.
    pub name: ComponentName,
    /// KAR's application.
    pub app: String,
    /// The application of Code Engine.
    pub spec: AppSpec,
}

impl ComponentOptions {
    /// What it becomes.
    ///
    /// # Errors
    /// A usage failure that names what Code Engine or `kar` would not take.
    pub fn wanted(&self) -> Result<Wanted> {
        let name = ComponentName::parse(&self.name)?;
        check_words(&self.app, self.service.as_deref(), &self.actors)?;
        check_image(&self.image)?;
        check_port(self.port)?;
        check_scale(self.scale)?;
        if let Some(secret) = self.registry_secret.as_deref().filter(|secret| !is_secret_name(secret)) {
            return Err(Failure::usage(format!("`{secret}` cannot be the name of a secret"))
                .hint("`karctl ce enable --registry-server ...` makes one, and says its name")
                .into());
        }
        let size = Size::parse(&self.cpu, self.memory.as_deref()).map_err(Failure::usage)?;
        let spec = AppSpec {
            image_reference: self.image.clone(),
            image_port: Some(self.port),
            image_secret: self.registry_secret.clone(),
            managed_domain_mappings: if self.externalize { Visibility::LocalPublic } else { Visibility::Local },
            run_arguments: self.arguments.clone(),
            run_env_variables: self.variables()?,
            scale_cpu_limit: size.cpu.to_owned(),
            scale_memory_limit: size.memory.to_owned(),
            scale_min_instances: self.scale,
            scale_max_instances: self.scale,
        };
        Ok(Wanted { name, app: self.app.clone(), spec })
    }

    fn variables(&self) -> Result<Vec<Variable>> {
        let values = ["true".to_owned(), self.app.clone(), self.port.to_string(), self.extra_arguments()];
        let literal = |name: &str, value: Secret| Variable::Literal { name: name.to_owned(), value };
        let own = KAR_VARIABLES.iter().zip(values).map(|(name, value)| literal(name, Secret::new(value)));
        let mut variables: Vec<_> = own.collect();
        variables.push(Variable::SecretFullReference { reference: RUNTIME_CONFIG.to_owned(), prefix: None });
        for (name, value) in &self.environment {
            let is_allowed = |c: char| c.is_ascii_alphanumeric() || "-._".contains(c);
            if name.is_empty() || !name.chars().all(is_allowed) {
                return Err(Failure::usage(format!("--env: `{name}` cannot be the name of a variable")).into());
            }
            if name == CONFIGURATION {
                return Err(Failure::usage(format!("--env: {name} is set by karctl")).into());
            }
            if KAR_VARIABLES.contains(&name.as_str()) {
                return Err(Failure::usage(format!("--env: {name} is set by karctl"))
                    .hint("use --app, --service, --actors, --port and --verbose-level")
                    .into());
            }
            if variables.iter().any(|variable| variable.name() == Some(name)) {
                return Err(Failure::usage(format!("--env: {name} is given twice")).into());
            }
            variables.push(literal(name, value.clone()));
        }
        Ok(variables)
    }

    /// What the image's runner adds to `kar run -app APP`; it splits this at blanks.
    fn extra_arguments(&self) -> String {
        let mut arguments = format!("-app {} -v {} -app_port {}", self.app, self.verbosity, self.port);
        if let Some(service) = &self.service {
            arguments.push_str(&format!(" -service {service}"));
        }
        if !self.actors.is_empty() {
            arguments.push_str(&format!(" -actors {}", self.actors.join(",")));
        }
        arguments
    }
}

/// Checks what `kar` could not be told.
fn check_words(app: &str, service: Option<&str>, actors: &[String]) -> Result<()> {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.');
    let named = [Some(("--app", app)), service.map(|service| ("--service", service))].into_iter().flatten();
    for (option, word) in named.chain(actors.iter().map(|actor| ("--actors", actor.as_str()))) {
        if word.is_empty() || !word.chars().all(fits) {
            return Err(Failure::usage(format!("{option}: `{word}` cannot be a name in a KAR application"))
                .hint("use letters, digits, `-` and `.`")
                .into());
        }
    }
    Ok(())
}

/// Refuses what Code Engine could never pull.
fn check_image(image: &str) -> Result<()> {
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || "-_./:@".contains(c);
    if image.is_empty() || image.len() > LONGEST_IMAGE || !image.chars().all(is_allowed) {
        return Err(Failure::usage(format!("--image: `{image}` is no reference of an image"))
            .hint("write it as REGISTRY/NAMESPACE/NAME:TAG")
            .into());
    }
    let host = image.split_once('/').map(|(host, _)| host).unwrap_or_default();
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let is_local = name == "localhost"
        || name.ends_with(".localhost")
        || name.ends_with(".local")
        || name == "host.docker.internal"
        || name == "registry" && host.contains(':')
        || name.parse::<std::net::Ipv4Addr>().is_ok_and(|address| address.is_loopback() || address.is_private());
    if is_local {
        return Err(Failure::usage(format!("--image: Code Engine cannot reach the registry {host} of `{image}`"))
            .hint("push it where it can: `karctl images push IMAGE --to us.icr.io/NAMESPACE`")
            .into());
    }
    Ok(())
}

fn check_port(port: u16) -> Result<()> {
    if port == 0 || RESERVED_PORTS.contains(&port) {
        let reserved = RESERVED_PORTS.map(|port| port.to_string()).join(", ");
        return Err(Failure::usage(format!("--port: Code Engine keeps {port} for itself"))
            .hint(format!("choose another one than {reserved}"))
            .into());
    }
    Ok(())
}

/// Checks how many instances there are to be.
///
/// # Errors
/// A usage failure with the reason.
pub fn check_scale(scale: u32) -> Result<()> {
    if scale == 0 {
        let reason = "0 at most means no limit to Code Engine, and 0 at least that it stops what no request reaches, \
                      as of a component that gets its work from Kafka";
        return Err(Failure::usage(format!("--scale 0: {reason}"))
            .hint("`karctl ce delete NAME` ends a component")
            .into());
    }
    if scale > MOST_INSTANCES {
        return Err(
            Failure::usage(format!("--scale {scale}: Code Engine runs {MOST_INSTANCES} instances at most")).into()
        );
    }
    Ok(())
}

/// Whether a secret may be called so: parts of lower-case letters, digits and dashes, with dots between.
fn is_secret_name(name: &str) -> bool {
    let is_end = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    let is_part = |part: &str| {
        let is_inner = |byte: u8| byte == b'-' || is_end(Some(byte));
        is_end(part.bytes().next()) && is_end(part.bytes().last()) && part.bytes().all(is_inner)
    };
    name.len() <= 253 && name.split('.').all(is_part)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::report;

    fn options() -> ComponentOptions {
        ComponentOptions {
            name: "hello-js".to_owned(),
            app: "hello".to_owned(),
            image: "us.icr.io/kar/hello:1".to_owned(),
            service: Some("greeter".to_owned()),
            actors: vec!["Cafe".to_owned(), "Table".to_owned()],
            port: 8080,
            externalize: false,
            registry_secret: None,
            environment: vec![("GREETING".to_owned(), Secret::new("a b"))],
            scale: 2,
            cpu: "1".to_owned(),
            memory: None,
            verbosity: "error".to_owned(),
            arguments: Vec::new(),
        }
    }

    fn mistake(change: impl FnOnce(&mut ComponentOptions)) -> String {
        let mut options = options();
        change(&mut options);
        let report = report(&options.wanted().expect_err("a mistake"));
        assert_eq!(report.status, crate::error::Status::Usage);
        report.message
    }

    #[test]
    fn a_component_becomes_the_application_that_the_originals_script_made() {
        let Wanted { name, spec, .. } = options().wanted().expect("a component");
        assert_eq!(name.as_str(), "hello-js");
        let document = serde_json::Value::Object(spec.creation("hello-js", |_| true));
        let literal = |name: &str, value: &str| serde_json::json!({ "type": "literal", "name": name, "value": value });
        assert_eq!(
            document,
            serde_json::json!({
                "name": "hello-js",
                "image_reference": "us.icr.io/kar/hello:1",
                "image_port": 8080,
                "managed_domain_mappings": "local",
                "run_arguments": [],
                "run_env_variables": [
                    literal("KAR_SIDECAR_IN_CONTAINER", "true"),
                    literal("KAR_APP", "hello"),
                    literal("KAR_APP_PORT", "8080"),
                    literal("KAR_EXTRA_ARGS", "-app hello -v error -app_port 8080 -service greeter -actors Cafe,Table"),
                    { "type": "secret_full_reference", "reference": "kar.ibm.com.runtime-config" },
                    literal("GREETING", "a b"),
                ],
                "scale_cpu_limit": "1",
                "scale_memory_limit": "4G",
                "scale_min_instances": 2,
                "scale_max_instances": 2,
            })
        );
        let shown = spec.creation("hello-js", |name| KAR_VARIABLES.contains(&name));
        assert!(!serde_json::Value::Object(shown).to_string().contains("a b"));
    }

    #[test]
    fn what_code_engine_or_kar_would_not_take_is_refused_first() {
        for name in ["", "Hello", "1a", "a_b", "a-", &"a".repeat(64)] {
            mistake(|options| options.name = name.to_owned());
        }
        for word in ["", "a b", "a\tb", "a*", "$(a)", "a,b"] {
            mistake(|options| options.app = word.to_owned());
            mistake(|options| options.service = Some(word.to_owned()));
            mistake(|options| options.actors = vec![word.to_owned()]);
        }
        for image in [
            "",
            "a b",
            "localhost:5000/kar/a",
            "localhost/kar/a",
            "127.0.0.1:5000/a",
            "registry:5000/kar/a",
            "192.168.1.2/a",
            "host.docker.internal:5000/a",
        ] {
            mistake(|options| options.image = image.to_owned());
        }
        for port in [0, 8008, 8012, 8022, 9090, 9091, 15090] {
            mistake(|options| options.port = port);
        }
        for scale in [0, 251] {
            mistake(|options| options.scale = scale);
        }
        mistake(|options| options.registry_secret = Some("A B".to_owned()));
        mistake(|options| options.cpu = "3".to_owned());
        mistake(|options| options.memory = Some("1G".to_owned()));
        mistake(|options| options.environment.push(("KAR_APP".to_owned(), Secret::new("other"))));
        mistake(|options| options.environment.push(("GREETING".to_owned(), Secret::new("other"))));
        let shown = mistake(|options| options.environment = vec![("A B".to_owned(), Secret::new("canary"))]);
        assert!(!shown.contains("canary"));
    }

    #[test]
    fn images_that_code_engine_can_pull_are_taken() {
        for image in ["hello", "kar/hello", "quay.io/ibm/kar-examples:1", "us.icr.io/a/b@sha256:0123", "registry/a"] {
            check_image(image).unwrap_or_else(|error| panic!("{image}: {error}"));
        }
    }
}
