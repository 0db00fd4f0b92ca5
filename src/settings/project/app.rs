//! The applications of a project: what KAR must know of each component, wherever it runs.

use super::MANIFESTS;
use super::place::Place;
use crate::error::Result;

/// An application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct App {
    /// Its name; processes of one name form one application.
    pub name: String,
    /// Folder of its Kubernetes manifests, relative to the project's folder.
    pub manifests: String,
    /// Its parts, in their order.
    pub components: Vec<Component>,
}

/// A part of an application: what one image runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Component {
    /// Its name within the application.
    pub name: String,
    /// Folder that its image is built from, relative to the project's folder.
    pub build: String,
    /// The Dockerfile, relative to that folder.
    pub dockerfile: String,
    /// The image with `kar` inside that Code Engine runs, which builds none.
    pub image: Option<String>,
    /// The service that it offers.
    pub service: Option<String>,
    /// The types of actors that it hosts.
    pub actors: Vec<String>,
    /// Port that it listens on, in its container.
    pub port: u16,
    /// How many run.
    pub replicas: u16,
    /// How much `kar` says.
    pub verbosity: String,
    /// Further variables.
    pub environment: Vec<(String, String)>,
    /// Replaces the image's command where it is not empty.
    pub command: Vec<String>,
}

impl Component {
    /// A component with the defaults of everything but its name.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            build: ".".to_owned(),
            dockerfile: "Dockerfile".to_owned(),
            image: None,
            service: None,
            actors: Vec::new(),
            port: 8080,
            replicas: 1,
            verbosity: "error".to_owned(),
            environment: Vec::new(),
            command: Vec::new(),
        }
    }

    /// Whether others call it; what nobody calls is a client, which may end when its work is done.
    pub fn serves(&self) -> bool {
        self.service.is_some() || !self.actors.is_empty()
    }
}

impl App {
    pub(super) fn read(name: &str, place: &Place<'_>) -> Result<Self> {
        let mut app = Self { name: name.to_owned(), manifests: MANIFESTS.to_owned(), components: Vec::new() };
        for (key, place) in place.members(&["manifests", "components"])? {
            match key {
                "manifests" => app.manifests = place.path_below()?,
                _ => app.components = place.named(Component::read)?,
            }
        }
        if app.components.is_empty() {
            return Err(place.wrong(format!("`{}` has no components", place.path)).into());
        }
        Ok(app)
    }
}

impl Component {
    pub(super) const KEYS: [&str; 10] =
        ["build", "dockerfile", "image", "service", "actors", "port", "replicas", "verbose", "environment", "command"];

    fn read(name: &str, place: &Place<'_>) -> Result<Self> {
        let mut component = Self::new(name);
        for (key, place) in place.members(&Self::KEYS)? {
            match key {
                "build" => component.build = place.path_below()?,
                "dockerfile" => component.dockerfile = place.path_below()?,
                "image" => component.image = Some(place.some_text()?),
                "service" => component.service = Some(place.word()?),
                "actors" => component.actors = place.items(Place::word)?,
                "port" => component.port = place.number(1..=u16::MAX)?,
                "replicas" => component.replicas = place.number(1..=MOST_REPLICAS)?,
                "verbose" => component.verbosity = place.verbosity()?,
                "environment" => component.environment = place.variables()?,
                _ => component.command = place.items(Place::text)?,
            }
        }
        Ok(component)
    }
}

/// More of one component are a mistake on any machine.
pub(super) const MOST_REPLICAS: u16 = 1000;
