//! What a call of each script is in karctl. Pure.
//!
//! Taken from the scripts of KAR 1.3.10, `scripts/` of <https://github.com/IBM/kar>.

use super::table::SCRIPTS;
use super::typed::Typed;
use crate::error::{Failure, Result};

/// What a call becomes.
#[derive(Debug, Default)]
pub struct Migration {
    /// What to type instead.
    pub commands: Vec<Command>,
    /// What the script ignored or got wrong, and what differs.
    pub notes: Vec<String>,
}

/// One command line of karctl.
#[derive(Debug)]
pub struct Command {
    /// Its words, after `karctl`.
    pub words: Vec<String>,
    /// Whether what it prints is for the shell that runs it.
    pub is_evaluated: bool,
}

/// Words as a shell takes them.
pub fn quoted(words: &[String]) -> String {
    shlex::try_join(words.iter().map(String::as_str)).unwrap_or_else(|_| words.join(" "))
}

/// What a call is in karctl.
///
/// # Errors
/// A usage failure when it calls no script that is known, or the script would have ended with its usage, or without a word.
pub fn migrate(words: &[String]) -> Result<Migration> {
    let typed = Typed::of(words)?;
    let script = SCRIPTS.iter().find(|script| script.name == typed.script).expect("it was found in the table");
    if typed.has("-h") {
        let words = script.command.split(' ').skip(1).map(str::to_owned).chain(["--help".to_owned()]).collect();
        return Ok(Migration { commands: vec![Command { words, is_evaluated: false }], notes: Vec::new() });
    }
    let mut migration = (script.migrate)(&typed)?;
    migration.notes.splice(0..0, typed.notes);
    Ok(migration)
}

impl Command {
    /// As it is typed.
    pub fn text(&self) -> String {
        let line = format!("karctl {}", quoted(&self.words));
        if self.is_evaluated { format!("eval \"$({line})\"") } else { line }
    }
}

impl Migration {
    fn new(line: &str) -> Self {
        let mut migration = Self::default();
        migration.command(line, Vec::new());
        migration
    }

    /// A line of words without blanks, and further words that may have some.
    fn command(&mut self, line: &str, more: Vec<String>) {
        let words = line.split(' ').map(str::to_owned).chain(more).collect();
        self.commands.push(Command { words, is_evaluated: false });
    }

    fn evaluated(words: &[&str]) -> Self {
        let words = words.iter().map(|&word| word.to_owned()).collect();
        Self { commands: vec![Command { words, is_evaluated: true }], notes: Vec::new() }
    }

    pub(super) fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }

    fn noted(mut self, note: &str) -> Self {
        self.note(note);
        self
    }
}

pub(super) fn compose_start(typed: &Typed) -> Result<Migration> {
    let mut migration = Migration::default();
    let mut more = Vec::new();
    match typed.variable("RESTART_POLICY") {
        None => {}
        Some(policy @ ("no" | "always" | "on-failure" | "unless-stopped")) => {
            more.extend(["--restart".to_owned(), policy.to_owned()]);
        }
        Some(other) => migration.note(format!("RESTART_POLICY={other} is no policy of Docker's")),
    }
    migration.command("local up --engine docker", more);
    migration.note("the script bound Kafka and Redis to every address of this machine, without passwords; karctl binds to loopback, and beyond it (`--bind`) asks for passwords");
    migration.note("the script did not wait until they answer; karctl does, so a `sleep` after it can go");
    Ok(migration)
}

pub(super) fn compose_stop(_: &Typed) -> Result<Migration> {
    Ok(Migration::new("local down").noted(
        "the script deleted everything that Kafka and Redis held; karctl keeps it, and `karctl local reset` deletes it",
    ))
}

pub(super) fn env_local(typed: &Typed) -> Result<Migration> {
    let mut migration = Migration::evaluated(&["env", "local"]);
    if typed.variable("KAFKA_DEPLOY_HOST").is_some() {
        migration.note("KAFKA_DEPLOY_HOST changed Kafka's address only, and Redis' stayed that of this machine; `karctl local up --bind ADDRESS --advertise HOST` is the address of both");
    }
    Ok(migration
        .noted("the script set KAFKA_VERSION=3.3, which `kar` cannot read and takes for 1.0.0")
        .noted("the script left REDIS_CA, KAFKA_USERNAME and two more of an earlier shell set; karctl unsets what is not needed"))
}

pub(super) fn env_ibmcloud(typed: &Typed) -> Result<Migration> {
    Ok(Migration::evaluated(&["env", "ibmcloud", typed.argument("the name of a service key")?])
        .noted("the script took the first broker of the key only, and a field that is missing as the text `null`"))
}

pub(super) fn docker_run(typed: &Typed) -> Result<Migration> {
    typed.require(&["-app", "-image"])?;
    let mut migration = Migration::default();
    let mut words = typed.same_options(&mut migration);
    match &typed.rest {
        Some(rest) => {
            words.push("--".to_owned());
            words.extend(rest.iter().cloned());
            let is_one = typed.value("-scale").is_none_or(|scale| scale == "1");
            if !is_one {
                migration
                    .note("with `--` the script ran the copies one after the other; karctl runs them side by side");
            }
        }
        None => words.push("--detach".to_owned()),
    }
    migration.command("local run", words);
    migration.note(
        "the script gave every value to a shell once more, which took blanks and quotes in it apart; karctl does not",
    );
    Ok(migration)
}

pub(super) fn k8s_deploy(typed: &Typed) -> Result<Migration> {
    let mut migration = Migration::default();
    let mut words = typed.same_options(&mut migration);
    let agent = typed.options.iter().position(|(option, _)| option.names.contains(&"-a"));
    if let Some(agent) = agent
        && agent + 1 < typed.options.len()
    {
        let dropped: Vec<_> = typed.options[agent + 1..].iter().map(|(option, _)| option.names[0]).collect();
        migration.note(format!(
            "the script ignored every option after `-a`: {}; karctl does what they say",
            dropped.join(", ")
        ));
    }
    for (option, value) in typed.options.iter().filter(|(option, _)| option.becomes.is_none()) {
        let of_chart = match option.names[0] {
            "-f" => format!("{value} holds values of the original's Helm chart"),
            _ => format!("`{value}` is a value of the original's Helm chart"),
        };
        migration.note(format!(
            "{of_chart}; `karctl profile schema` has the settings that take their place, for `--set` and `-f`"
        ));
    }
    if !typed.has("-r") {
        migration.note("the script took the version of the `kar` on PATH; karctl has one of its own, `--release VERSION` is another, and `--dev` what was built here");
    }
    words.extend(["--enable".to_owned(), "default".to_owned()]);
    migration.command("k8s deploy", words);
    Ok(migration
        .noted("the script enabled the namespace `default`; leave `--enable default` out where that is not wanted")
        .noted("what the original's chart installed is taken over with `--adopt`"))
}

pub(super) fn k8s_undeploy(_: &Typed) -> Result<Migration> {
    Ok(Migration::new("k8s undeploy --delete-data")
        .noted("the script asked nobody and deleted all that Kafka and Redis held; without `--delete-data` karctl keeps it")
        .noted("the script left every namespace but `default` enabled; karctl disables all"))
}

pub(super) fn namespace_enable(typed: &Typed) -> Result<Migration> {
    let mut migration = Migration::default();
    migration.command("ns enable --create", vec![typed.argument("a namespace")?.to_owned()]);
    Ok(migration
        .noted("the script left a secret that was there as it was, also an old one; karctl brings it up to date"))
}

pub(super) fn namespace_disable(typed: &Typed) -> Result<Migration> {
    let mut migration = Migration::default();
    migration.command("ns disable", vec![typed.argument("a namespace")?.to_owned()]);
    Ok(migration
        .noted("the script deleted secrets that pods still use; karctl names these pods, and does so with `--force`"))
}

pub(super) fn kind_start(typed: &Typed) -> Result<Migration> {
    let mut migration = Migration::default();
    let image = typed.variable("KIND_NODE_TAG").map(|tag| format!("kindest/node:{tag}"));
    let more = image.into_iter().flat_map(|image| ["--image".to_owned(), image]).collect();
    migration.command("cluster create --provider kind --workers 1 --registry", more);
    Ok(migration
        .noted("the script's ingress controller asks for an API that its own nodes no longer have; `--ingress traefik` brings one")
        .noted("the script opened Kafka and Redis to every address of this machine, and switched the kubelet's authorization off; karctl does neither")
        .noted("the cluster is called `kar` and not `kind`; `--name kind` keeps the name"))
}

pub(super) fn k3d_start(typed: &Typed) -> Result<Migration> {
    let workers = typed.positional.first().map_or("2", String::as_str);
    if workers.len() != 1 || !workers.starts_with(|c: char| c.is_ascii_digit()) {
        let message = format!("k3d-start.sh wants a number of workers from 0 to 9, not `{workers}`");
        return Err(Failure::usage(message).into());
    }
    let mut migration = Migration::default();
    let more = ["--workers", workers, "--registry", "--ingress", "traefik"].map(str::to_owned).to_vec();
    migration.command("cluster create --provider k3d", more);
    Ok(migration
        .noted(
            "the script did not map the ports of Kafka and Redis; karctl does, so processes of this machine can join",
        )
        .noted(
            "the script gave KAR's servers a node of their own, where `global.affinity` was set; `--affinity` does so",
        ))
}

pub(super) fn registry(_: &Typed) -> Result<Migration> {
    Ok(Migration::new("registry up")
        .noted("the script let the whole network push images; karctl's registry listens on loopback"))
}

pub(super) fn ce_enable(typed: &Typed) -> Result<Migration> {
    let mut migration = Migration::default();
    migration.command("ce enable", vec![typed.argument("the name of a service key")?.to_owned()]);
    Ok(migration
        .noted("the script changed whatever project `ibmcloud` was at; karctl says which it takes, and `--project NAME` is another")
        .noted("the script had passwords in its arguments, which others can list"))
}

pub(super) fn ce_disable(typed: &Typed) -> Result<Migration> {
    let mut migration = Migration::default();
    migration.command("ce disable", typed.positional.first().cloned().into_iter().collect());
    if let Some(project) = typed.positional.first() {
        migration.note(format!("the script ignored `{project}` and changed whatever project `ibmcloud` was at; karctl takes the one that is named"));
    }
    Ok(migration)
}

pub(super) fn ce_run(typed: &Typed) -> Result<Migration> {
    typed.require(&["-app", "-image", "-name"])?;
    let mut migration = Migration::default();
    let mut words = typed.same_options(&mut migration);
    if let Some(rest) = typed.rest.as_ref().filter(|rest| !rest.is_empty()) {
        words.push("--".to_owned());
        words.extend(rest.iter().cloned());
        migration.note("the script dropped the arguments after `--`; karctl gives them to the component");
    }
    migration.command("ce run", words);
    Ok(migration.noted("the script could make a component once; karctl also changes one that is there"))
}

pub(super) fn setup_kind(_: &Typed) -> Result<Migration> {
    let mut migration = Migration::new("cluster create --provider kind --registry --deploy");
    migration.commands.extend(Migration::evaluated(&["env", "cluster"]).commands);
    Ok(migration.noted("the script called a target of make that is gone, and its variables ended with it"))
}

pub(super) fn yalc(_: &Typed) -> Result<Migration> {
    Ok(Migration::default()
        .noted("it is about developing KAR's own SDK, with which karctl has nothing to do; the script works as it is"))
}

pub(super) fn metrics_start(_: &Typed) -> Result<Migration> {
    Ok(Migration::new("addon install metrics")
        .noted("karctl ties KAR to a Prometheus that the cluster has, and installs none")
        .noted("the script never applied the service by which Prometheus finds Kafka; deploy with `karctl k8s deploy --agent`"))
}

pub(super) fn metrics_stop(_: &Typed) -> Result<Migration> {
    Ok(Migration::new("addon remove metrics"))
}

pub(super) fn logs_start(typed: &Typed) -> Result<Migration> {
    let mut migration = Migration::new("addon install logging");
    for name in ["ES_DATA_DIR", "ES_STORAGE_SIZE"].into_iter().filter(|name| typed.variable(name).is_some()) {
        migration.note(format!("{name} was for the script's own Elasticsearch"));
    }
    Ok(migration.noted(
        "karctl has the Fluent Bit of the cluster find level and message in KAR's lines, and installs no Elasticsearch",
    ))
}

pub(super) fn logs_stop(_: &Typed) -> Result<Migration> {
    Ok(Migration::new("addon remove logging"))
}
