//! The original's scripts and their options. Pure.
//!
//! Taken from the scripts of KAR 1.3.10, `scripts/` of <https://github.com/IBM/kar>.

use super::becomes::{self, Migration};
use super::typed::Typed;
use crate::error::Result;

/// One script.
pub struct Script {
    /// Its file name.
    pub name: &'static str,
    /// What it is for.
    pub what: &'static str,
    /// The karctl command that takes its place, in short.
    pub command: &'static str,
    /// Its options.
    pub options: &'static [Flag],
    /// What a call of it becomes.
    pub(super) migrate: fn(&Typed) -> Result<Migration>,
}

/// One option of a script.
pub struct Flag {
    /// Every spelling of it.
    pub names: &'static [&'static str],
    /// Whether a value follows.
    pub has_value: bool,
    /// The option of karctl, where it is one.
    pub(super) becomes: Option<&'static str>,
}

const fn flag(names: &'static [&'static str], becomes: Option<&'static str>) -> Flag {
    Flag { names, has_value: true, becomes }
}

const fn switch(names: &'static [&'static str], becomes: Option<&'static str>) -> Flag {
    Flag { names, has_value: false, becomes }
}

const HELP: Flag = switch(&["-h", "-help", "--help"], Some("--help"));

/// Every script, in the order in which KAR's documents come to them.
pub const SCRIPTS: &[Script] = &[
    Script {
        name: "docker-compose-start.sh",
        what: "Kafka and Redis on this machine",
        command: "karctl local up",
        options: &[],
        migrate: becomes::compose_start,
    },
    Script {
        name: "docker-compose-stop.sh",
        what: "ends them, and deletes what they hold",
        command: "karctl local down",
        options: &[],
        migrate: becomes::compose_stop,
    },
    Script {
        name: "kar-env-local.sh",
        what: "points a shell at them",
        command: "eval \"$(karctl env local)\"",
        options: &[],
        migrate: becomes::env_local,
    },
    Script {
        name: "kar-env-ibmcloud.sh",
        what: "points a shell at managed services",
        command: "eval \"$(karctl env ibmcloud KEY)\"",
        options: &[],
        migrate: becomes::env_ibmcloud,
    },
    Script {
        name: "kar-docker-run.sh",
        what: "runs a component in a container",
        command: "karctl local run",
        options: &[
            flag(&["-app"], Some("--app")),
            flag(&["-image"], Some("--image")),
            flag(&["-actors"], Some("--actors")),
            flag(&["-service"], Some("--service")),
            flag(&["-port"], Some("--port")),
            flag(&["-env"], Some("--env")),
            flag(&["-name"], Some("--name")),
            flag(&["-scale"], Some("--replicas")),
            flag(&["-v"], Some("--verbose-level")),
            HELP,
        ],
        migrate: becomes::docker_run,
    },
    Script {
        name: "kar-k8s-deploy.sh",
        what: "the runtime on a cluster",
        command: "karctl k8s deploy",
        options: &[
            switch(&["-a", "-agent", "--agent"], Some("--agent")),
            flag(&["-f", "-file", "--file"], None),
            flag(&["-m", "-managed", "--managed"], Some("--managed")),
            flag(&["-s", "-set", "--set"], None),
            flag(&["-ss", "-set-string", "--set-string"], None),
            flag(&["-r", "-release", "--release"], Some("--release")),
            switch(&["-os", "-openshift"], Some("--os")),
            HELP,
        ],
        migrate: becomes::k8s_deploy,
    },
    Script {
        name: "kar-k8s-undeploy.sh",
        what: "takes it away, and deletes what it holds",
        command: "karctl k8s undeploy",
        options: &[],
        migrate: becomes::k8s_undeploy,
    },
    Script {
        name: "kar-k8s-namespace-enable.sh",
        what: "pods of a namespace become part of applications",
        command: "karctl ns enable",
        options: &[],
        migrate: becomes::namespace_enable,
    },
    Script {
        name: "kar-k8s-namespace-disable.sh",
        what: "and no longer",
        command: "karctl ns disable",
        options: &[],
        migrate: becomes::namespace_disable,
    },
    Script {
        name: "kind-start.sh",
        what: "a cluster on this machine, by kind",
        command: "karctl cluster create --provider kind",
        options: &[],
        migrate: becomes::kind_start,
    },
    Script {
        name: "k3d-start.sh",
        what: "a cluster on this machine, by k3d",
        command: "karctl cluster create --provider k3d",
        options: &[],
        migrate: becomes::k3d_start,
    },
    Script {
        name: "start-local-registry.sh",
        what: "an image registry on this machine",
        command: "karctl registry up",
        options: &[],
        migrate: becomes::registry,
    },
    Script {
        name: "kar-ce-project-enable.sh",
        what: "a Code Engine project with managed services",
        command: "karctl ce enable",
        options: &[],
        migrate: becomes::ce_enable,
    },
    Script {
        name: "kar-ce-project-disable.sh",
        what: "and no longer",
        command: "karctl ce disable",
        options: &[],
        migrate: becomes::ce_disable,
    },
    Script {
        name: "kar-ce-run.sh",
        what: "runs a component on Code Engine",
        command: "karctl ce run",
        options: &[
            flag(&["-app"], Some("--app")),
            flag(&["-image"], Some("--image")),
            flag(&["-name"], Some("--name")),
            flag(&["-actors"], Some("--actors")),
            flag(&["-service"], Some("--service")),
            flag(&["-port"], Some("--port")),
            flag(&["-env"], Some("--env")),
            flag(&["-registry-secret"], Some("--registry-secret")),
            flag(&["-scale"], Some("--scale")),
            switch(&["-externalize"], Some("--externalize")),
            switch(&["-nowait"], Some("--no-wait")),
            flag(&["-v"], Some("--verbose-level")),
            HELP,
        ],
        migrate: becomes::ce_run,
    },
    Script {
        name: "setup-kind-kar-macos.sh",
        what: "a kind cluster with the runtime",
        command: "karctl cluster create --provider kind --deploy",
        options: &[],
        migrate: becomes::setup_kind,
    },
    Script {
        name: "setup-yalc.sh",
        what: "links KAR's examples to an SDK of a checkout",
        command: "-",
        options: &[],
        migrate: becomes::yalc,
    },
    Script {
        name: "start-kar-metrics.sh",
        what: "figures for Prometheus",
        command: "karctl addon install metrics",
        options: &[],
        migrate: becomes::metrics_start,
    },
    Script {
        name: "stop-kar-metrics.sh",
        what: "and no longer",
        command: "karctl addon remove metrics",
        options: &[],
        migrate: becomes::metrics_stop,
    },
    Script {
        name: "start-k3d-logstack.sh",
        what: "logs of a cluster in one place",
        command: "karctl addon install logging",
        options: &[],
        migrate: becomes::logs_start,
    },
    Script {
        name: "stop-k3d-logstack.sh",
        what: "and no longer",
        command: "karctl addon remove logging",
        options: &[],
        migrate: becomes::logs_stop,
    },
];

/// How KAR's documents spell two of the scripts, which do not exist under these names.
const MISSPELT: [(&str, &str); 2] =
    [("docker-composer-start.sh", "docker-compose-start.sh"), ("docker-composer-stop.sh", "docker-compose-stop.sh")];

/// The script that a word names, by whatever path.
pub fn script(word: &str) -> Option<&'static Script> {
    let name = word.rsplit('/').next().unwrap_or(word);
    let name = MISSPELT.iter().find(|(misspelt, _)| *misspelt == name).map_or(name, |(_, name)| name);
    SCRIPTS.iter().find(|script| script.name == name)
}
