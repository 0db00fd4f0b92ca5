//! Who may use whom, as `src/lib.rs` describes it, read from the sources themselves.
//!
//! Tests within the sources are left out: they may do what they like.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Every top-level module and those it may use. Each uses only modules that stand below it, so there is no circle.
const MAY_USE: &[(&str, &[&str])] = &[
    ("cli", &["target", "check", "settings", "context", "ui", "services", "runtime_config", "yaml", "inject"]),
    (
        "target",
        &[
            "check",
            "client",
            "server",
            "settings",
            "context",
            "ui",
            "services",
            "runtime_config",
            "render",
            "change",
            "yaml",
            "inject",
            "manifest",
            "certificate",
            "quantity",
        ],
    ),
    ("check", &["settings", "ui", "quantity"]),
    ("client", &["services", "change", "certificate"]),
    ("server", &[]),
    ("settings", &[]),
    ("context", &["ui"]),
    ("ui", &["yaml"]),
    ("services", &["runtime_config"]),
    ("runtime_config", &["certificate"]),
    ("render", &[]),
    ("yaml", &[]),
    ("inject", &[]),
    ("manifest", &[]),
    ("certificate", &[]),
    ("quantity", &[]),
    // What follows is the ground: everybody above may use it.
    ("environment", &[]),
    ("error", &[]),
    ("code", &[]),
    ("nearest", &[]),
    ("redacted", &[]),
    ("change", &[]),
];

/// The modules that everybody above them may use.
const GROUND: [&str; 5] = ["environment", "error", "code", "nearest", "redacted"];

/// Files that use a module all the same, and why.
const EXCEPTIONS: &[(&str, &str, &str)] = &[
    ("src/cli/exec.rs", "client", "a user's command is run as it was typed; there is no target for it"),
    ("src/cli/local/run.rs", "client", "reads the file that was typed as --env-file"),
];

/// The recipes, each above those that it uses: `hybrid` composes what the modes do, and no mode knows of it.
const TARGETS: &[&str] = &[
    "support_bundle",
    "check",
    "overview",
    "hybrid",
    "app",
    "cluster",
    "registry",
    "bundle",
    "cache",
    "local",
    "environment",
    "namespace",
    "images",
    "kubernetes",
    "code_engine",
    "probe",
    "completions",
    "migrate",
    "injector",
    "inject",
    "server_files",
    "engine_port",
    "version",
    "lock",
];

/// What only one place may mention: the words, the places, and why there.
const HOMES: &[(&[&str], &[&str], &str)] = &[
    (
        &["clap::", "clap_complete::", "clap_mangen::"],
        &["src/cli/"],
        "what was typed is known to the command line only",
    ),
    (&["bollard::"], &["src/client/docker/"], "the Engine API has one home"),
    (&["kafka_protocol::"], &["src/client/kafka/"], "so has Kafka's protocol"),
    (&["kube::", "k8s_openapi::"], &["src/client/kubernetes/"], "so has Kubernetes' API"),
    (
        &["reqwest::"],
        &["src/client/download.rs", "src/client/registry/", "src/client/ibmcloud/"],
        "so has HTTP, for files, for registries and for IBM Cloud",
    ),
    (
        &["hyper::", "hyper_util::"],
        &["src/server/", "src/client/kubernetes/transport.rs"],
        "and what is served, and how an API server is reached",
    ),
    (
        &["tokio_rustls::"],
        &["src/server/", "src/client/kubernetes/handshake.rs", "src/client/tls.rs"],
        "TLS is served, a pod's certificate looked at as an API server does, Kafka and Redis spoken to",
    ),
    (&["minijinja::"], &["src/render.rs"], "so have templates"),
    (
        &["saphyr_parser::"],
        &["src/settings/document.rs", "src/manifest.rs"],
        "settings are read strictly, manifests as kubectl reads them",
    ),
    (&["dialoguer::"], &["src/ui/"], "only the ui asks"),
    (&["println!", "eprintln!", "print!", "eprint!", "dbg!"], &[], "the ui prints"),
    (
        &["io::stdout", "io::stderr", "anstream::stdout", "anstream::stderr"],
        // `karctl env` has to make `eval` fail also when its own options were wrong, before there is a ui.
        // `cli` asks whether there is a terminal to put questions to.
        // `__exec` becomes a server whose log is stderr.
        &["src/ui/", "src/cli/env.rs", "src/cli/mod.rs", "src/client/process/exec.rs"],
        "the ui owns the terminal",
    ),
    (
        &[
            "std::env::var",
            "std::env::args",
            "std::env::current",
            "std::env::set",
            "std::env::temp_dir",
            "env::home_dir",
        ],
        &["src/environment.rs", "src/main.rs"],
        "everybody else is given the environment",
    ),
    (&["process::exit", "process::abort"], &[], "the process ends by returning from main"),
    (
        &["Command::new"],
        // A command of the user's is made of what was typed, and run by client/child.
        // Asking Redis for its version is part of finding it.
        &["src/client/", "src/cli/exec.rs", "src/target/local/native/parts/mod.rs"],
        "programs are run by clients",
    ),
];

/// Modules that touch neither file, socket, process nor clock, with the files that do so all the same, and why.
const PURE: &[&str] = &[
    "src/runtime_config/",
    "src/services.rs",
    "src/render.rs",
    "src/settings/",
    "src/check/",
    "src/error.rs",
    "src/redacted.rs",
    "src/nearest.rs",
    "src/yaml.rs",
    "src/code.rs",
    "src/change.rs",
    "src/certificate.rs",
    "src/quantity.rs",
    "src/manifest.rs",
    "src/inject/",
    "src/target/app/manifests.rs",
    "src/target/app/scaffold.rs",
    "src/target/images/build/ignore.rs",
    "src/target/images/build/recipes.rs",
    "src/target/local/instance.rs",
    "src/target/local/files.rs",
    "src/target/server_files.rs",
    "src/target/migrate/becomes.rs",
    "src/target/migrate/table.rs",
    "src/target/migrate/typed.rs",
    "src/target/code_engine/component/difference.rs",
    "src/target/code_engine/component/goal.rs",
    "src/target/code_engine/component/report.rs",
    "src/target/code_engine/component/size.rs",
    "src/target/code_engine/component/trouble.rs",
    "src/target/code_engine/component/wanted.rs",
    "src/target/hybrid/matrix/cell.rs",
    "src/target/hybrid/matrix/graph.rs",
    "src/target/hybrid/matrix/secret.rs",
    "src/target/kubernetes/compare.rs",
    "src/target/kubernetes/desired.rs",
    "src/target/kubernetes/manifests/",
    "src/target/kubernetes/names.rs",
    "src/target/kubernetes/ready.rs",
    "src/target/kubernetes/rights.rs",
    "src/target/kubernetes/team.rs",
    "src/target/support_bundle/scrub.rs",
    "src/target/support_bundle/secrets.rs",
    "src/target/support_bundle/sensitive.rs",
    "src/client/kubernetes/object.rs",
    "src/client/registry/manifest.rs",
    "src/client/registry/reference.rs",
];
const IMPURE_WITHIN: &[(&str, &str)] =
    &[("src/settings/load.rs", "reads the layers"), ("src/settings/profile.rs", "lists the user's own profiles")];
const TOUCHES: &[&str] = &[
    "std::fs",
    "fs::read",
    "fs::write",
    "File::open",
    "TcpStream",
    "TcpListener",
    "UdpSocket",
    "ToSocketAddrs",
    "std::process",
    "tokio::",
    "rustix::",
    "nix::",
    "Instant::now",
    "SystemTime",
    "Timestamp::now",
    "thread::sleep",
];

/// Clients that use another one, and why.
const CLIENTS_THAT_USE_CLIENTS: &[(&str, &str, &str)] = &[
    ("kafka", "tls", "what is wrong with a certificate is told in the same words"),
    ("redis", "tls", "and `kar` is as strict with both"),
];

struct Source {
    path: String,
    code: String,
}

impl Source {
    /// `cli` for `src/cli/env.rs`, `yaml` for `src/yaml.rs`.
    fn module(&self) -> &str {
        let below = self.path.trim_start_matches("src/");
        below.split('/').next().unwrap_or_default().trim_end_matches(".rs")
    }

    /// The modules above the file, itself included: `client`, `docker`, `image` for `src/client/docker/image.rs`.
    fn module_path(&self) -> Vec<&str> {
        let below = self.path.trim_start_matches("src/").trim_end_matches(".rs");
        below.split('/').filter(|part| *part != "mod").collect()
    }

    fn mentions(&self, word: &str) -> bool {
        let starts_a_word = |at: usize| !self.code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
        self.code.match_indices(word).any(|(at, _)| starts_a_word(at))
    }

    /// Every path that begins with `crate::` or `super::`, resolved to the module it begins in.
    fn uses(&self) -> BTreeSet<Vec<String>> {
        let mut uses = BTreeSet::new();
        for start in ["crate::", "super::"] {
            for (at, _) in self.code.match_indices(start) {
                // The second `super::` of a chain is part of the first.
                if self.code[..at].ends_with("::") {
                    continue;
                }
                uses.extend(self.resolve(&self.code[at..]));
            }
        }
        uses
    }

    fn resolve(&self, text: &str) -> Vec<Vec<String>> {
        let path: String = text.chars().take_while(|c| c.is_alphanumeric() || matches!(c, '_' | ':')).collect();
        let mut parts: Vec<&str> = path.split("::").collect();
        let mut resolved = if parts[0] == "crate" { Vec::new() } else { self.module_path() };
        while parts.first().is_some_and(|part| matches!(*part, "crate" | "super")) {
            resolved.pop();
            parts.remove(0);
        }
        resolved.extend(parts.iter().filter(|part| !part.is_empty()));
        let resolved: Vec<String> = resolved.into_iter().map(str::to_owned).collect();
        // `use crate::{a, b}` and `use crate::client::{a, b}` name several.
        let list = text[path.len()..].strip_prefix('{').and_then(|rest| rest.split('}').next());
        match list {
            Some(list) => {
                let names = list.split(',').filter_map(|name| name.trim().split("::").next());
                names.map(|name| resolved.iter().cloned().chain([name.to_owned()]).collect()).collect()
            }
            None => vec![resolved],
        }
    }
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut sources = Vec::new();
    for path in files(&root.join("src")) {
        let name = path.strip_prefix(root).expect("below the root").to_string_lossy().into_owned();
        if name.ends_with("_tests.rs") || !name.ends_with(".rs") {
            continue;
        }
        let text = fs::read_to_string(&path).expect("a source");
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        let code = code.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
        sources.push(Source { path: name, code });
    }
    assert!(sources.len() > 50, "the sources were not found");
    sources
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

fn is_within(path: &str, places: &[&str]) -> bool {
    places.iter().any(|place| path == *place || (place.ends_with('/') && path.starts_with(place)))
}

#[test]
fn the_table_has_no_circle() {
    for (index, (module, may_use)) in MAY_USE.iter().enumerate() {
        let below: Vec<_> = MAY_USE[index + 1..].iter().map(|(name, _)| name).collect();
        for used in *may_use {
            assert!(below.contains(&used), "{module} may use {used}, which stands above it");
        }
    }
}

#[test]
fn modules_use_only_those_below_them() {
    for source in sources() {
        if ["main", "lib"].contains(&source.module()) {
            continue;
        }
        let place = MAY_USE.iter().position(|(name, _)| *name == source.module());
        let place = place.unwrap_or_else(|| panic!("{}: give the new module a place in MAY_USE", source.path));
        let below: Vec<_> = MAY_USE[place + 1..].iter().map(|(name, _)| *name).collect();
        for used in source.uses() {
            let Some(module) = used.first().map(String::as_str).filter(|name| below_crate(name)) else { continue };
            let is_ground = GROUND.contains(&module) && below.contains(&module);
            let is_excepted = EXCEPTIONS.iter().any(|(path, name, _)| *path == source.path && *name == module);
            let is_allowed = module == source.module() || is_ground || MAY_USE[place].1.contains(&module);
            assert!(is_allowed || is_excepted, "{} must not use {}", source.path, used.join("::"));
        }
    }
}

#[test]
fn recipes_use_only_those_below_them() {
    let place = |name: &str| {
        let place = TARGETS.iter().position(|target| *target == name);
        place.unwrap_or_else(|| panic!("{name}: give the new recipe a place in TARGETS"))
    };
    for source in sources() {
        let [of, name, ..] = source.module_path()[..] else { continue };
        if of != "target" {
            continue;
        }
        for used in source.uses() {
            let [of, other, ..] = &used[..] else { continue };
            // `super::…` of a recipe that is one file leads to itself or to `crate`.
            if of == "target" && other != name && TARGETS.contains(&other.as_str()) {
                assert!(place(name) < place(other), "{} must not use {}", source.path, used.join("::"));
            }
        }
        place(name);
    }
}

fn below_crate(name: &str) -> bool {
    MAY_USE.iter().any(|(module, _)| *module == name)
}

#[test]
fn clients_do_not_use_each_other() {
    let sources = sources();
    let clients: BTreeSet<_> = sources
        .iter()
        .filter(|source| source.module() == "client")
        .filter_map(|source| source.module_path().get(1).map(|name| (*name).to_owned()))
        .collect();
    for source in sources.iter().filter(|source| source.module() == "client") {
        let path = source.module_path();
        let Some(own) = path.get(1) else { continue };
        for used in source.uses().iter().filter(|used| used[0] == "client") {
            let Some(other) = used.get(1).filter(|other| clients.contains(*other) && other != own) else { continue };
            let is_excepted = CLIENTS_THAT_USE_CLIENTS.iter().any(|(user, used, _)| user == own && used == other);
            assert!(is_excepted, "{} must not use client::{other}", source.path);
        }
    }
}

#[test]
fn what_has_a_home_is_mentioned_nowhere_else() {
    for source in sources() {
        for (words, homes, why) in HOMES {
            if is_within(&source.path, homes) {
                continue;
            }
            for word in *words {
                assert!(!source.mentions(word), "{}: `{word}` belongs into {homes:?}: {why}", source.path);
            }
        }
    }
}

#[test]
fn pure_modules_touch_nothing() {
    for source in sources() {
        let is_excepted = IMPURE_WITHIN.iter().any(|(path, _)| *path == source.path);
        if !is_within(&source.path, PURE) || is_excepted {
            continue;
        }
        for word in TOUCHES {
            assert!(!source.mentions(word), "{} is to be pure, but mentions `{word}`", source.path);
        }
    }
}

#[test]
fn every_exception_is_still_needed() {
    let sources = sources();
    let find = |path: &str| sources.iter().find(|source| source.path == path);
    for (path, module, why) in EXCEPTIONS {
        let is_used = find(path).is_some_and(|source| source.uses().iter().any(|used| used[0] == *module));
        assert!(is_used, "{path} ({why}) does not use {module} by now");
    }
    for (path, why) in IMPURE_WITHIN {
        let is_impure = find(path).is_some_and(|source| TOUCHES.iter().any(|word| source.mentions(word)));
        assert!(is_impure, "{path} ({why}) is pure by now");
    }
    for (words, homes, _) in HOMES {
        for home in homes.iter().filter(|home| home.ends_with(".rs")) {
            let is_needed = find(home).is_some_and(|source| words.iter().any(|word| source.mentions(word)));
            assert!(is_needed, "{home} mentions none of {words:?} by now");
        }
    }
}
