//! `karctl.yaml`, the one file of a project: typed and strict. Pure.
//!
//! Whatever is wrong with it is told with its line and column, and nothing in it is overlooked: a key that is not known is a
//! mistake. What `apps` says of a component is what KAR must know of it, wherever it runs; `services` and `members` say
//! where that is, for `karctl hybrid`.

mod app;
pub mod edit;
mod member;
mod place;
mod schema;
mod services;

use std::fmt;

use super::document::{Position, parse};
use super::layer::{Layer, Origin};
use crate::error::Result;

pub use app::{App, Component};
pub use member::{ClusterPlace, CodeEnginePlace, Member, MemberPlace};
pub use schema::schema;
pub use services::{ManagedKeys, ServicesEntry, ServicesSource};

use place::{Place, wrong};

/// Name of the file, in the project's folder.
pub const FILE: &str = "karctl.yaml";

/// What an instance of this machine is called beside members, where this machine is none.
pub const SERVICES: &str = "services";

/// Its keys.
const KEYS: [&str; 6] = ["version", "project", "services", "members", "apps", "settings"];

/// Names become those of containers, images and Kubernetes' objects, two of them joined; each of these takes 63 characters.
const LONGEST_NAME: usize = 30;

/// The folder of manifests, where the file names none.
pub const MANIFESTS: &str = "kubernetes";

/// What `karctl.yaml` says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Project {
    /// What tells it from other projects, the same in every checkout; without it, each folder is a project of its own.
    pub project: Option<String>,
    /// Where Kafka and Redis are.
    pub services: Option<ServicesEntry>,
    /// What uses them, in their order.
    pub members: Vec<Member>,
    /// The applications, in their order.
    pub apps: Vec<App>,
    /// Settings of every member, which its own profile and values cover.
    pub settings: Layer,
}

/// A place in the file, shown as `karctl.yaml:3:5`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct At {
    source: String,
    position: Position,
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Position { line, column } = self.position;
        write!(f, "{}:{line}:{column}", self.source)
    }
}

impl Project {
    /// Reads the text of a `karctl.yaml`; `source` is how its place is told.
    ///
    /// # Errors
    /// A usage failure with line and column for the first mistake.
    pub fn read(source: &str, text: &str) -> Result<Self> {
        let root = parse(text).map_err(|mistake| wrong(source, mistake.position, &mistake.message))?;
        let root = Place::root(source, &root);
        let mut has_version = false;
        let mut project = Self::default();
        for (key, place) in root.members(&KEYS)? {
            match key {
                "project" => project.project = Some(place.plain_name()?),
                "version" => has_version = place.version().map(|()| true)?,
                "services" => project.services = Some(ServicesEntry::read(&place)?),
                "members" => project.members = place.named(Member::read)?,
                "settings" => project.settings = place.settings()?,
                _ => project.apps = place.named(App::read)?,
            }
        }
        if !has_version {
            return Err(root.wrong("it does not say its `version`").hint("begin it with `version: 1`").into());
        }
        project.check_home()?;
        project.check_members()?;
        Ok(project)
    }

    /// The member that the services are in, where they are in one.
    pub fn home(&self) -> Option<&str> {
        match self.services.as_ref().map(|services| &services.source) {
            Some(ServicesSource::Cluster { member }) => Some(member),
            _ => None,
        }
    }

    /// Members that want an application there is not, and two that are one by their own words.
    fn check_members(&self) -> Result<()> {
        for (index, member) in self.members.iter().enumerate() {
            if member.name == SERVICES {
                let message =
                    format!("no member can be called `{SERVICES}`, as where Kafka and Redis are is called so");
                return Err(member.at.wrong(&message).hint("choose another name").into());
            }
            if let Some(app) = member.apps.iter().find(|app| self.apps.iter().all(|known| known.name != **app)) {
                let message = format!("`members.{}.apps` names `{app}`, which is not below `apps`", member.name);
                return Err(member.at.wrong(&message).hint("describe it there, or leave it out here").into());
            }
            if let Some(twin) = self.members[..index].iter().find(|other| member.place.is_same(&other.place)) {
                let what = member.place.describe();
                let message = format!("the members `{}` and `{}` are both {what}", twin.name, member.name);
                let failure = member.at.wrong(&message);
                return Err(failure.hint(format!("make them one member; the first is at {}", twin.at)).into());
            }
        }
        Ok(())
    }

    /// Services in a cluster are those of a member that is one.
    fn check_home(&self) -> Result<()> {
        let (Some(services), Some(home)) = (&self.services, self.home()) else { return Ok(()) };
        let clusters = || self.members.iter().filter(|member| matches!(member.place, MemberPlace::Cluster(_)));
        if clusters().any(|member| member.name == home) {
            return Ok(());
        }
        let failure = services.at.wrong(&format!("`services.cluster` is a member that is a cluster, not `{home}`"));
        let names: Vec<_> = clusters().map(|member| format!("`{}`", member.name)).collect();
        Err(match names.is_empty() {
            true => failure.hint("add one: `members: { NAME: { cluster: { context: CONTEXT } } }`").into(),
            false => failure.hint(format!("there is {}", names.join(", "))).into(),
        })
    }
}

impl Place<'_> {
    /// Where its name stands; where it has none, where it begins.
    fn at(&self) -> At {
        At { source: self.source.to_owned(), position: self.name_position.unwrap_or(self.node.position) }
    }

    /// Settings, as in a file of their own.
    fn settings(&self) -> Result<Layer> {
        Layer::of_node(&Origin::new(self.source), self.node.clone())
    }
}

impl At {
    /// A mistake at this place.
    pub fn wrong(&self, message: &str) -> crate::error::Failure {
        wrong(&self.source, self.position, message)
    }
}

/// What a name may be.
pub const NAME_HINT: &str = "use lower-case letters, digits and `-`, at most 30, and begin with a letter";

/// Checks the name of an application or component.
///
/// # Errors
/// Why it cannot be one.
pub fn check_name(name: &str) -> std::result::Result<(), &'static str> {
    let is_plain = name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    if name.len() > LONGEST_NAME {
        return Err("is too long for a name");
    }
    if !is_plain || !name.starts_with(|c: char| c.is_ascii_lowercase()) || name.ends_with('-') {
        return Err("cannot be a name");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::report;

    fn project(text: &str) -> Project {
        Project::read("karctl.yaml", text).unwrap_or_else(|error| panic!("{error:#}"))
    }

    #[test]
    fn everything_that_can_be_said_is_read() {
        let text = "\
# the restaurant
version: 1
apps:
  dp:
    manifests: deploy
    components:
      table:
        build: table
        dockerfile: Dockerfile.dev
        service: host
        actors: [Cafe, Fork]
        port: 9090
        replicas: 2
        verbose: info
        environment: { GREETING: \"yes\", SIZE: 010 }
        command: [node, \"table.js\"]
      guest:
";
        let table = Component {
            build: "table".to_owned(),
            dockerfile: "Dockerfile.dev".to_owned(),
            service: Some("host".to_owned()),
            actors: vec!["Cafe".to_owned(), "Fork".to_owned()],
            port: 9090,
            replicas: 2,
            verbosity: "info".to_owned(),
            environment: vec![("GREETING".to_owned(), "yes".to_owned()), ("SIZE".to_owned(), "010".to_owned())],
            command: vec!["node".to_owned(), "table.js".to_owned()],
            ..Component::new("table")
        };
        let components = vec![table, Component::new("guest")];
        let app = App { name: "dp".to_owned(), manifests: "deploy".to_owned(), components };
        assert_eq!(project(text), Project { apps: vec![app], ..Project::default() });
        assert_eq!(project("version: 1\n"), Project::default());
    }

    #[test]
    fn mistakes_are_told_with_their_place() {
        const HEAD: &str = "version: 1\napps:\n  a:\n    components:\n      b:\n";
        for (text, expected) in [
            ("apps:\n", "karctl.yaml:1:1: it does not say its `version`; begin it with `version: 1`"),
            ("version: 2\n", "karctl.yaml:1:10: the file is of version 2, and this karctl reads version 1; "),
            ("version: 1\nappps:\n", "karctl.yaml:2:1: unknown key `appps`; the nearest key is `apps`"),
            (
                "version: 1\nzzz: 1\n",
                "karctl.yaml:2:1: unknown key `zzz`; what can be here is version, project, services, members, apps, settings",
            ),
            (
                "version: 0\n",
                "karctl.yaml:1:10: the file is of version 0, and this karctl reads version 1; write `version: 1`",
            ),
            ("version: 1\nproject: A\n", "karctl.yaml:2:10: `A` cannot be a name; use lower-case letters"),
            ("version: 1\napps:\n  A: {}\n", "karctl.yaml:3:3: `A` cannot be a name; use lower-case letters"),
            ("version: 1\napps:\n  a: {}\n", "karctl.yaml:3:6: `apps.a` has no components"),
            ("- 1\n", "karctl.yaml:1:1: a project is names and values"),
            ("version: 1\nversion: 1\n", "karctl.yaml:2:1: key `version` is there twice"),
        ] {
            assert_told(text, expected);
        }
        for (line, expected) in [
            ("service: a b", "`apps.a.components.b.service` cannot be `a b`; names in a KAR application are"),
            ("actors: Cafe", "`apps.a.components.b.actors` is a list; write it as [a, b]"),
            ("port: 0", "`apps.a.components.b.port` is a whole number from 1 to 65535, not `0`"),
            ("verbose: loud", "`apps.a.components.b.verbose` is one of fatal, error, warning, info, debug, not `loud`"),
            ("build: ../x", "`apps.a.components.b.build` is a path below the folder of the file, not `../x`"),
            ("command: { a: b }", "`apps.a.components.b.command` is a list"),
            ("environment: [a]", "`apps.a.components.b.environment` is names and values"),
        ] {
            let column = 9 + line.find(' ').unwrap_or_default() + 1;
            assert_told(&format!("{HEAD}        {line}\n"), &format!("karctl.yaml:6:{column}: {expected}"));
        }
    }

    const HYBRID: &str = "\
version: 1
services: { managed: { key: kar-key, redis-key-id: r, kafka-key-id: k } }
settings: { kafka: { heap: 400m } }
members:
  laptop: { local: {}, values: { local: { name: mine } } }
  east:
    cluster: { context: kind-east, uid: u-1, kubeconfig: east.kubeconfig }
    profile: kind
    namespaces: [team-a, team-b]
  cloud: { code-engine: { project: orders, region: eu-de, resource-group: default }, apps: [hello] }
  edge: { host: {} }
apps: { hello: { components: { server: {} } } }
";

    #[test]
    fn services_and_members_are_read() {
        let project = project(HYBRID);
        let keys = ManagedKeys {
            key: "kar-key".to_owned(),
            redis_key_id: Some("r".to_owned()),
            kafka_key_id: Some("k".to_owned()),
        };
        assert_eq!(project.services.as_ref().map(|services| &services.source), Some(&ServicesSource::Managed(keys)));
        assert_eq!(project.settings.tree(), serde_json::json!({ "kafka": { "heap": "400m" } }));
        let [laptop, east, cloud, edge] = project.members.as_slice() else { panic!("four members") };
        assert_eq!(laptop.values.tree(), serde_json::json!({ "local": { "name": "mine" } }));
        let place = ClusterPlace {
            context: "kind-east".to_owned(),
            uid: Some("u-1".to_owned()),
            kubeconfig: Some("east.kubeconfig".to_owned()),
        };
        assert_eq!((&east.place, east.profile.as_deref()), (&MemberPlace::Cluster(place), Some("kind")));
        assert_eq!(
            (east.at.to_string(), east.namespaces.join(" ")),
            ("karctl.yaml:6:3".to_owned(), "team-a team-b".to_owned())
        );
        let place = CodeEnginePlace {
            project: "orders".to_owned(),
            region: Some("eu-de".to_owned()),
            resource_group: Some("default".to_owned()),
        };
        assert_eq!((&cloud.place, cloud.apps.join(" ").as_str()), (&MemberPlace::CodeEngine(place), "hello"));
        assert_eq!((&edge.place, project.home()), (&MemberPlace::Host, None));
    }

    #[test]
    fn services_and_members_are_refused_at_their_place() {
        for (services, expected) in [
            (
                "{}",
                "2:1: `services` does not say which kind it is; it has one of local, cluster, managed, credentials, file",
            ),
            ("{ local: {}, file: f }", "2:24: `services` is either local or file; leave one of them out"),
            ("{ loca: {} }", "2:13: unknown key `services.loca`; the nearest key is `local`"),
            ("{ managed: {} }", "2:22: `services.managed` does not name its `key`; write the name of the service keys"),
            ("{ file: '' }", "2:19: `services.file` says nothing"),
            ("{ cluster: east }", "2:13: `services.cluster` is a member that is a cluster, not `east`; add one: "),
            ("{ local: { name: A } }", "2:28: `A` cannot be a name"),
        ] {
            assert_told(&format!("version: 1\nservices: {services}\n"), &format!("karctl.yaml:{expected}"));
        }
        for (members, expected) in [
            (
                "a: {}",
                "3:3: `members.a` does not say which kind it is; it has one of local, cluster, code-engine, host",
            ),
            (
                "a: { cluster: {} }",
                "3:17: `members.a.cluster` does not say its `context`; write that of the kubeconfig",
            ),
            (
                "a: { code-engine: {} }",
                "3:21: `members.a.code-engine` does not say its `project`; write its name or id",
            ),
            ("a: { host: {}, apps: [x] }", "3:24: `members.a.apps` is nothing for another host; leave it out"),
            (
                "a: { local: {}, namespaces: [x] }",
                "3:31: `members.a.namespaces` is nothing for this machine; leave it out",
            ),
            (
                "a: { local: {}, apps: [x] }",
                "3:3: `members.a.apps` names `x`, which is not below `apps`; describe it there",
            ),
            (
                "a: { local: {}, values: { kafka: { prot: 1 } } }",
                "3:38: unknown key `kafka.prot`; the nearest key is `kafka.port`",
            ),
            (
                "a: { cluster: { context: c }, namespaces: [A] }",
                "3:46: `members.a.namespaces` cannot have `A`; a namespace is",
            ),
            ("A: { local: {} }", "3:3: `A` cannot be a name"),
        ] {
            assert_told(&format!("version: 1\nmembers:\n  {members}\n"), &format!("karctl.yaml:{expected}"));
        }
        for (one, other, what) in [
            ("local: {}", "local: {}", "this machine"),
            ("cluster: { context: c }", "cluster: { context: c, uid: u }", "the cluster of the context `c`"),
            ("cluster: { context: c, uid: u }", "cluster: { context: d, uid: u }", "the cluster of the context `d`"),
            ("code-engine: { project: p }", "code-engine: { project: p }", "the project `p` of Code Engine"),
        ] {
            let text = format!("version: 1\nmembers:\n  a: {{ {one} }}\n  b: {{ {other} }}\n");
            let hint = "make them one member; the first is at karctl.yaml:3:3";
            assert_told(&text, &format!("karctl.yaml:4:3: the members `a` and `b` are both {what}; {hint}"));
        }
        project("version: 1\nmembers: { a: { host: {} }, b: { host: {} } }\n");
    }

    #[track_caller]
    fn assert_told(text: &str, expected: &str) {
        let report = report(&Project::read("karctl.yaml", text).expect_err("a mistake"));
        let told = std::iter::once(report.message).chain(report.hints).collect::<Vec<_>>().join("; ");
        assert!(told.starts_with(expected), "{told}");
    }
}
