//! Somebody with an account of IBM Cloud, for the tests here and for `tests/faults.rs`.

use std::ffi::OsString;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::json;

use crate::ibmcloud::{API_KEY, IbmCloud, REGION, Service};
use crate::sandbox::{Finished, Invocation, Sandbox};

/// The commands of `karctl ce`, by its own help: `login`, `project create`, ...
pub fn commands() -> Vec<String> {
    let sandbox = Sandbox::new();
    let of = |group: &[&str]| -> Vec<String> {
        let shown = sandbox.karctl([&["ce"], group, &["--help"]].concat()).output();
        assert_eq!(shown.status, Some(0), "{shown:?}");
        let lines =
            shown.stdout.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
        let names = lines.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
        names
            .filter_map(|line| line.split_whitespace().next())
            .filter(|name| *name != "help")
            .map(str::to_owned)
            .collect()
    };
    let commands: Vec<_> = of(&[]).into_iter().filter(|name| name != "project").collect();
    let projects: Vec<_> = of(&["project"]).into_iter().map(|name| format!("project {name}")).collect();
    assert!(commands.contains(&"login".to_owned()) && projects.contains(&"project list".to_owned()), "{commands:?}");
    [commands, projects].concat()
}

/// An account of IBM Cloud, and somebody with its API key.
pub struct Customer {
    pub cloud: IbmCloud,
    pub sandbox: Sandbox,
}

impl Customer {
    pub fn new() -> Self {
        let customer = Self::without_login();
        let sandbox = customer.sandbox.variable("IBMCLOUD_API_KEY", API_KEY);
        Self { sandbox, ..customer }
    }

    /// Somebody who knows where the account is, and has no key.
    pub fn without_login() -> Self {
        let cloud = IbmCloud::start();
        let mut sandbox = Sandbox::new().variable("IBMCLOUD_REGION", REGION);
        for (name, url) in cloud.variables() {
            sandbox.set_variable(name, url);
        }
        Self { cloud, sandbox }
    }

    /// A command line of `karctl ce`, not run yet.
    pub fn ce<A: Into<OsString>>(&self, words: impl IntoIterator<Item = A>) -> Invocation<'_> {
        self.sandbox.karctl(std::iter::once("ce".into()).chain(words.into_iter().map(Into::into)))
    }

    /// Runs a line of `karctl ce`, words separated by blanks, and sees that it ends as expected.
    #[track_caller]
    pub fn run(&self, line: &str, status: i32) -> Finished {
        let finished = self.ce(line.split(' ')).output();
        assert_eq!(finished.status, Some(status), "{line}\n{}\n{}", finished.stdout, finished.stderr);
        finished
    }

    /// An application whose variables are those of a secret, as somebody else makes it: by the API itself.
    #[track_caller]
    pub fn add_app(&self, project: &str, name: &str, secret: &str) {
        let token = self.cloud.user_token(Duration::from_secs(600));
        let variables = json!([{ "type": "secret_full_reference", "reference": secret }]);
        let body = json!({ "name": name, "image_reference": "icr.io/i", "run_env_variables": variables }).to_string();
        let address = self.cloud.url(Service::CodeEngine).trim_start_matches("http://").to_owned();
        let request = format!(
            "POST /v2/projects/{project}/apps?version=2025-07-10 HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\
             Accept: application/json\r\nContent-Type: application/json\r\nAuthorization: Bearer {token}\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let mut stream = TcpStream::connect(address).expect("it listens");
        stream.write_all(request.as_bytes()).expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    }

    /// Methods and paths of the requests since the last look; none of them was a mistake.
    #[track_caller]
    pub fn asked(&self) -> Vec<String> {
        assert_eq!(self.cloud.misuse(), Vec::<String>::new());
        let asked = self.cloud.requests().iter().map(|request| request.shape()).collect();
        self.cloud.forget();
        asked
    }
}
