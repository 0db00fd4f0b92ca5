//! An engine of Docker's API on a socket, which tells of its machine and of containers, and has nothing else.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;

use serde_json::{Value, json};

/// What it tells.
#[derive(Clone)]
pub struct Engine {
    /// Its clock, RFC 3339.
    pub time: String,
    /// Bytes of its memory.
    pub memory: u64,
    /// Containers that were stopped: name, and the instance that their labels say they are of.
    pub containers: &'static [(&'static str, Option<&'static str>)],
    /// Volumes of the instance `kar`, by name.
    pub volumes: &'static [&'static str],
}

/// The label with the name of an instance.
const INSTANCE: &str = "kar.ibm.com/instance";

impl Engine {
    fn labels(instance: Option<&str>) -> Value {
        instance.map_or_else(|| json!({}), |instance| json!({INSTANCE: instance, "kar.ibm.com/component": "kafka"}))
    }

    /// The containers that have the label, whatever its value.
    fn labelled(&self) -> Value {
        let of_instances = self.containers.iter().filter(|(_, instance)| instance.is_some());
        let listed = of_instances.map(|(name, instance)| {
            json!({"Id": name, "Names": [format!("/{name}")], "State": "exited", "Labels": Self::labels(*instance)})
        });
        listed.collect()
    }

    fn listed_volumes(&self) -> Value {
        let volume = |name: &&str| json!({"Name": name, "Driver": "local", "Mountpoint": "/", "Scope": "local", "Options": {}, "Labels": {INSTANCE: "kar"}});
        self.volumes.iter().map(volume).collect()
    }

    fn inspected(&self, path: &str) -> Option<Value> {
        let name = path.strip_suffix("/json")?.rsplit('/').next()?;
        let (name, instance) = self.containers.iter().find(|(known, _)| *known == name)?;
        let state = json!({"Status": "exited", "Running": false, "ExitCode": 143});
        let config = json!({"Image": "apache/kafka:3.9.1", "Labels": Self::labels(*instance)});
        Some(json!({"Id": name, "Name": format!("/{name}"), "State": state, "Config": config, "Mounts": []}))
    }
}

/// Serves until the test's process ends.
pub fn serve(socket: &Path, engine: Engine) {
    let listener = UnixListener::bind(socket).expect("a socket");
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let engine = engine.clone();
            std::thread::spawn(move || drop(answer(stream, &engine)));
        }
    });
}

/// A socket that takes connections and never says a word.
pub fn silent(socket: &Path) -> UnixListener {
    UnixListener::bind(socket).expect("a socket")
}

fn answer(stream: UnixStream, engine: &Engine) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    let mut stream = stream;
    while let Some(request) = lines.next().transpose()? {
        // No request that karctl makes of a check has a body.
        while lines.next().transpose()?.is_some_and(|line| !line.is_empty()) {}
        let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
        let (status, body) = told(&path, engine);
        let body = body.to_string();
        write!(
            stream,
            "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nApi-Version: 1.44\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )?;
    }
    Ok(())
}

fn told(path: &str, engine: &Engine) -> (&'static str, Value) {
    let is = |end: &str| path.split('?').next().unwrap_or_default().ends_with(end);
    match path {
        _ if is("/version") => ("200 OK", json!({"Version": "27.1.0", "ApiVersion": "1.44", "Components": []})),
        _ if is("/info") => ("200 OK", json!({"SystemTime": engine.time, "MemTotal": engine.memory})),
        _ if is("/_ping") => ("200 OK", json!("OK")),
        // A label with a value is that of one instance's parts under other names, of which there are none.
        _ if is("/containers/json") && path.contains("%3D") => ("200 OK", json!([])),
        _ if is("/containers/json") => ("200 OK", engine.labelled()),
        _ if is("/volumes") => ("200 OK", json!({"Volumes": engine.listed_volumes(), "Warnings": null})),
        _ if is("/networks") || is("/images/json") => ("200 OK", json!([])),
        _ => match engine.inspected(path) {
            Some(found) => ("200 OK", found),
            None => ("404 Not Found", json!({"message": "no such thing"})),
        },
    }
}
