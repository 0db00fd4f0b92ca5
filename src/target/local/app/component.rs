//! A component of an application, and the container that it becomes.

use std::collections::{BTreeMap, HashMap};

use crate::client::docker::models::{ContainerCreateBody, EndpointSettings, HostConfig, NetworkingConfig};
use crate::error::{Failure, Result};
use crate::runtime_config::{RuntimeConfig, Variable};
use crate::target::local::docker::labels;
use crate::target::local::instance::InstanceName;

/// Label with the service's name, the original's.
pub const SERVICE: &str = "kar.ibm.com/service";

/// Where `kar` reads what must not be seen in a container's description; the folder that its injector uses in pods.
pub const SECRETS: &str = "/var/run/secrets/kar.ibm.com";

/// A component of an application.
#[derive(Clone, Debug)]
pub struct AppComponent {
    /// Name of the application.
    pub app: String,
    /// Image, with `kar` inside.
    pub image: String,
    /// Name of the service it offers.
    pub service: Option<String>,
    /// Types of the actors it hosts.
    pub actors: Vec<String>,
    /// Port that the component listens on, in its container.
    pub port: u16,
    /// Further variables of the container.
    pub environment: Vec<(String, String)>,
    /// Name of the container; with several replicas, a number follows.
    pub container: Option<String>,
    /// How many containers.
    pub replicas: u16,
    /// `kar`'s verbosity, such as `info`.
    pub verbosity: String,
    /// Replaces the image's command where it is not empty.
    pub command: Vec<String>,
    /// Further labels of the container.
    pub labels: BTreeMap<String, String>,
}

impl AppComponent {
    /// Checks what `kar` could not be told: its runner splits the arguments at blanks.
    ///
    /// # Errors
    /// A usage failure that names the word.
    pub fn check(&self) -> Result<()> {
        let words = [Some(&self.app), self.service.as_ref()].into_iter().flatten().chain(&self.actors);
        for word in words {
            let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.');
            if word.is_empty() || !word.chars().all(fits) {
                return Err(Failure::usage(format!("`{word}` cannot be a name in a KAR application"))
                    .hint("use letters, digits, `-` and `.`")
                    .into());
            }
        }
        Ok(())
    }

    /// Whether others call it; what nobody calls may end when its work is done.
    pub fn serves(&self) -> bool {
        self.service.is_some() || !self.actors.is_empty()
    }

    /// Names of its containers.
    pub fn names(&self) -> Vec<String> {
        let base = self.container.clone().unwrap_or_else(|| match &self.service {
            Some(service) => format!("{}-{service}", self.app),
            None => self.app.clone(),
        });
        match self.replicas {
            1 => vec![base],
            replicas => (0..replicas).map(|replica| format!("{base}{replica}")).collect(),
        }
    }

    /// What the image's runner adds to `kar run -app APP`.
    fn extra_arguments(&self, has_secrets: bool) -> String {
        let mut arguments = format!("-app {} -v {} -app_port {}", self.app, self.verbosity, self.port);
        if has_secrets {
            arguments.push_str(&format!(" -config_dir {SECRETS}"));
        }
        if let Some(service) = &self.service {
            arguments.push_str(&format!(" -service {service}"));
        }
        if !self.actors.is_empty() {
            arguments.push_str(&format!(" -actors {}", self.actors.join(",")));
        }
        arguments
    }

    /// Variables of the container; secrets are not among them.
    fn variables(&self, config: &RuntimeConfig) -> Vec<String> {
        let shown = |variable: Variable| {
            let value = variable.value.filter(|_| !variable.is_secret)?;
            Some(format!("{}={}", variable.name, value.expose()))
        };
        let mut variables: Vec<String> = config.variables().into_iter().filter_map(shown).collect();
        variables.extend([
            format!("KAR_APP={}", self.app),
            "KAR_SIDECAR_IN_CONTAINER=true".to_owned(),
            format!("KAR_APP_PORT={}", self.port),
            format!("KAR_EXTRA_ARGS={}", self.extra_arguments(!secrets(config).is_empty())),
        ]);
        variables.extend(self.environment.iter().map(|(name, value)| format!("{name}={value}")));
        variables
    }

    /// The original's; the instance is told by the network, so that `down` takes no application for its own.
    fn labels(&self) -> HashMap<String, String> {
        let mut labels = HashMap::from([(labels::APP.to_owned(), self.app.clone())]);
        if let Some(service) = &self.service {
            labels.insert(SERVICE.to_owned(), service.clone());
        }
        labels.extend(self.labels.clone());
        labels
    }

    /// What the engine is asked to make.
    pub fn body(&self, name: &InstanceName, config: &RuntimeConfig) -> ContainerCreateBody {
        let network = name.network();
        ContainerCreateBody {
            image: Some(self.image.clone()),
            cmd: (!self.command.is_empty()).then(|| self.command.clone()),
            env: Some(self.variables(config)),
            labels: Some(self.labels()),
            host_config: Some(HostConfig { network_mode: Some(network.clone()), ..HostConfig::default() }),
            networking_config: Some(NetworkingConfig {
                endpoints_config: Some(HashMap::from([(network, EndpointSettings::default())])),
            }),
            ..ContainerCreateBody::default()
        }
    }
}

/// Secrets as `kar`'s configuration folder has them: lower-case names, no line end.
pub fn secrets(config: &RuntimeConfig) -> Vec<(String, Variable)> {
    let secret = |variable: Variable| {
        (variable.is_secret && variable.value.is_some()).then(|| (variable.name.to_lowercase(), variable))
    };
    config.variables().into_iter().filter_map(secret).collect()
}
