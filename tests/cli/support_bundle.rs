//! `karctl support-bundle`: what is in it, and that nothing secret is.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::thread;

use crate::machine::Machine;
use crate::sandbox::Sandbox;

/// The files of a bundle, by their paths.
fn unpacked(sandbox: &Sandbox, file: &str) -> BTreeMap<String, String> {
    let packed = fs::File::open(sandbox.path(file)).expect("it was written");
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(packed));
    let text = |entry: std::io::Result<tar::Entry<'_, _>>| {
        let mut entry = entry.expect("an entry");
        let path = entry.path().expect("a path").display().to_string();
        let mut text = String::new();
        entry.read_to_string(&mut text).expect("text");
        (path.strip_prefix("karctl-support/").expect("in its folder").to_owned(), text)
    };
    archive.entries().expect("an archive").map(text).collect()
}

#[test]
fn from_nothing_it_is_listed_asked_for_and_only_its_owners() {
    let sandbox = Sandbox::new();
    let dry = sandbox.karctl(["support-bundle", "--dry-run", "-o", "json"]).output();
    assert_eq!(dry.status, Some(0), "{dry:?}");
    let document = dry.document("support-bundle");
    let paths: Vec<_> = document["files"].as_array().expect("a list").iter().map(|file| file["path"].clone()).collect();
    let names = ["contents.json", "check.json", "environment.json", "settings.json", "status.json", "version.json"];
    assert_eq!(paths, names.map(serde_json::Value::from));
    assert!(!sandbox.path("work/karctl-support.tar.gz").exists(), "a rehearsal writes nothing");

    let asked = sandbox.karctl(["support-bundle"]).output();
    assert_eq!(asked.status, Some(2), "{asked:?}");
    assert!(asked.stderr.contains("karctl-support/settings.json ("), "it is listed before: {asked:?}");
    assert!(asked.stderr.contains("hint: give -y"), "{asked:?}");
    assert!(!sandbox.path("work/karctl-support.tar.gz").exists());

    let written = sandbox.karctl(["support-bundle", "-y", "-o", "json"]).output();
    assert_eq!((written.status, &written.document("support-bundle")["change"]), (Some(0), &"created".into()));
    let file = sandbox.path("work/karctl-support.tar.gz");
    assert_eq!(fs::metadata(&file).expect("a file").permissions().mode() & 0o777, 0o600);
    assert_eq!(unpacked(&sandbox, "work/karctl-support.tar.gz").into_keys().count(), names.len());
    let again = sandbox.karctl(["support-bundle", "-y", "-o", "json"]).output();
    assert_eq!(again.status, Some(0), "{again:?}");
}

/// An API server that says its version, and nothing else: every other request is answered with this status.
fn api_server(status: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let server = format!("http://{}", listener.local_addr().expect("bound"));
    thread::spawn(move || {
        for mut connection in listener.incoming().map_while(Result::ok) {
            let mut lines = BufReader::new(&connection).lines().map_while(Result::ok);
            let asked = lines.next().unwrap_or_default();
            lines.take_while(|line| !line.is_empty()).for_each(drop);
            let (status, body) = match asked.contains(" /version") {
                true => ("200 OK", r#"{"major":"1","minor":"33","gitVersion":"v1.33.1"}"#),
                false => (status, r#"{"kind":"Status","message":"as it was told to say"}"#),
            };
            let head = format!("HTTP/1.1 {status}\r\nContent-Type: application/json\r\nConnection: close");
            // Whoever does not want to know any more is gone.
            write!(connection, "{head}\r\nContent-Length: {}\r\n\r\n{body}", body.len()).ok();
        }
    });
    server
}

/// Logs may have passwords that are known only from the Secrets.
#[test]
fn where_secrets_cannot_be_known_nothing_of_the_cluster_is_in_it() {
    for (status, left_out, is_more_tried) in
        [("400 Bad Request", "cluster", false), ("403 Forbidden", "cluster/secrets.json", true)]
    {
        let sandbox = Sandbox::new();
        let config = format!(
            "{{apiVersion: v1, kind: Config, current-context: c, clusters: [{{name: c, cluster: {{server: '{}'}}}}], \
             contexts: [{{name: c, context: {{cluster: c, user: u}}}}], users: [{{name: u, user: {{token: t}}}}]}}",
            api_server(status)
        );
        sandbox.write("home/.kube/config", config);
        let listed = sandbox.karctl(["support-bundle", "--context", "c", "--dry-run", "-o", "json"]).output();
        let document = listed.document("support-bundle");
        let paths = |key: &str| -> Vec<String> {
            let list = document[key].as_array().expect("a list").iter();
            list.map(|one| one["path"].as_str().expect("a path").to_owned()).collect()
        };
        assert!(paths("left_out").contains(&left_out.to_owned()), "{status}: {document:#}");
        let of_cluster = paths("files").into_iter().chain(paths("left_out"));
        let more = of_cluster.filter(|path| path.starts_with("cluster") && path != left_out).count();
        assert_eq!(more > 0, is_more_tried, "{status}: {document:#}");
    }
}

#[test]
fn what_is_no_bundle_is_not_replaced_by_one() {
    let sandbox = Sandbox::new();
    for (name, content) in [("notes.txt", "mine"), ("cut.gz", "\u{1f}"), ("empty", "")] {
        sandbox.write(format!("work/{name}"), content);
        let refused = sandbox.karctl(["support-bundle", "-y", "--out", name]).output();
        assert_eq!(refused.status, Some(1), "{refused:?}");
        assert!(refused.stderr.contains(&format!("{name} is there, and is no support bundle")), "{refused:?}");
        assert_eq!(sandbox.read(format!("work/{name}")), content);
    }
}

#[test]
fn where_it_cannot_be_written_it_says_so() {
    let sandbox = Sandbox::new();
    let failed = sandbox.karctl(["support-bundle", "-y", "--out", "no/such/folder.tar.gz"]).output();
    assert_eq!(failed.status, Some(1), "{failed:?}");
    assert!(failed.stderr.contains("no/such/folder.tar.gz"), "{failed:?}");
}

#[test]
fn a_system_full_of_canaries_gives_away_none() {
    let canary = |what: &str| format!("Canary4{what}Value/77");
    let mut machine = Machine::new();
    for (variable, what) in
        [("IBMCLOUD_API_KEY", "ApiKey"), ("KARCTL_REDIS_PASSWORD", "Redis"), ("MY_TOKEN", "MyToken")]
    {
        machine.sandbox.set_variable(variable, canary(what));
    }
    let credentials = format!("{{\"auths\": {{\"r.example.com\": {{\"auth\": \"{}\"}}}}}}", canary("Docker"));
    machine.sandbox.write("home/.docker/config.json", credentials);
    let user = format!("{{token: {}, password: {}}}", canary("KubeToken"), canary("KubePassword"));
    machine.sandbox.write(
        "home/.kube/config",
        format!(
            "apiVersion: v1\nkind: Config\ncurrent-context: c\nclusters:\n- {{name: c, cluster: {{server: 'http://127.0.0.1:1'}}}}\n\
             contexts:\n- {{name: c, context: {{cluster: c, user: u}}}}\nusers:\n- {{name: u, user: {user}}}\n"
        ),
    );
    machine.sandbox.set_variable("KARCTL_KAFKA_PASSWORD", canary("Kafka"));
    assert_eq!(machine.up(&["--secure"]).status, Some(0));
    let lines = [
        format!("INFO connected with {}", canary("Redis")),
        format!("WARN kubectl used {} and {}", canary("KubeToken"), canary("KubePassword")),
        format!("DEBUG pull {} {}", canary("Docker"), canary("MyToken")),
        "INFO db.password=UnknownCanary1 ok".to_owned(),
        "INFO Authorization: Bearer UnknownCanary2".to_owned(),
        "INFO redis://me:UnknownCanary3@host:6379".to_owned(),
        "-----BEGIN PRIVATE KEY-----\nUnknownCanary4\n-----END PRIVATE KEY-----".to_owned(),
        r#"INFO running ["serve", "--db-password", "UnknownCanary5"]"#.to_owned(),
        r#"INFO running ["redis-cli","-a","UnknownCanary6","ping"]"#.to_owned(),
        "args:\n  \"--db-password\",\n  \"UnknownCanary7\",\n  \"-a\",\n  \"UnknownCanary8\"".to_owned(),
        "INFO this line stays".to_owned(),
    ];
    let log = machine.instance("redis/log/server.log");
    fs::write(&log, lines.join("\n") + "\n").expect("the log");

    let line = ["support-bundle", "-y", "--context", "c", "--out", "out.tar.gz", "-o", "json"];
    let written = machine.karctl(&line);
    assert_eq!(written.status, Some(0), "{written:?}");
    let files = unpacked(&machine.sandbox, "work/out.tar.gz");
    let all = format!("{files:?}{}{}", written.stdout, written.stderr);
    for piece in ["Canary4", "UnknownCanary"] {
        assert!(!all.contains(piece), "{piece} in {all}");
    }
    let shown = &files["instances/kar/redis.log"];
    assert!(shown.contains("INFO this line stays") && shown.contains("********"), "{shown}");
    assert!(files["environment.json"].contains("\"IBMCLOUD_API_KEY\": \"********\""), "{}", files["environment.json"]);

    // A second look finds what a search for the value does not.
    let hidden = canary("MyToken");
    let (begin, end) = hidden.split_at(9);
    fs::write(&log, format!("INFO {begin}\n{end}\n")).expect("the log");
    let written = machine.karctl(&line);
    let document = written.document("support-bundle");
    assert_eq!(written.status, Some(0), "{written:?}");
    let left: Vec<_> = document["left_out"].as_array().expect("a list").iter().collect();
    let planted =
        left.iter().find(|left| left["path"] == "instances/kar/redis.log").unwrap_or_else(|| panic!("{left:?}"));
    assert_eq!(planted["reason"], "it has a known secret in disguise (KAR540)");
    assert!(!unpacked(&machine.sandbox, "work/out.tar.gz").contains_key("instances/kar/redis.log"));
}
