//! What follows `karctl app up` where it does not return at once: the logs and, with `--watch`, builds when files change.

use std::collections::BTreeMap;
use std::path::Path;

use tokio::task::{AbortHandle, JoinSet};

use super::cluster::{self, Options};
use super::folder::Folder;
use super::local::{Network, Up};
use super::watch::Watch;
use crate::client::docker::{Docker, LogRequest};
use crate::context::Context;
use crate::error::{Result, report};
use crate::target::kubernetes::connection::Cluster;
use crate::target::local::engine::Action;
use crate::ui::Ui;

/// How many changed files are told by name.
const NAMED_CHANGES: usize = 5;

/// Shows the logs of what runs until all of it has ended, or until Ctrl-C, which leaves it running; returns the highest
/// exit code. With `watched`, a change of the project's files is built and put in the place of what runs, and an end of
/// everything is waited out.
///
/// # Errors
/// When the engine does not answer. What cannot be read, built or started while it is watched is told, and waits for the
/// next change.
pub async fn attend(
    context: &Context,
    network: &Network<'_>,
    mut folder: Folder,
    up: &Up,
    mut watched: Option<Watch>,
) -> Result<u8> {
    let mut interrupt = std::pin::pin!(tokio::signal::ctrl_c());
    let mut logs = Logs { keep_waiting: watched.is_some(), ..Logs::default() };
    logs.follow(context, network.docker(), up);
    if watched.is_some() {
        context.ui.note(format!("Watching {}; Ctrl-C ends that and leaves the application", folder.path.display()));
    }
    loop {
        let changed = async {
            match &mut watched {
                Some(watch) => watch.changed(&folder.path, &folder.project).await,
                None => std::future::pending().await,
            }
        };
        let changed = tokio::select! {
            _ = &mut interrupt => break,
            changed = changed => changed,
            () = logs.ended(network.docker()) => return Ok(logs.highest),
        };
        context.ui.note(format!("Changed: {}", named(&changed)));
        let renewed = tokio::select! {
            _ = &mut interrupt => break,
            renewed = renew(context, network, &mut folder) => renewed,
        };
        match renewed {
            Ok(up) if up.is_change() => logs.follow(context, network.docker(), &up),
            Ok(_) => context.ui.note("Nothing that runs is changed by that"),
            Err(error) => tell(&context.ui, &error),
        }
    }
    let apps: Vec<_> = folder.project.apps.iter().map(|app| format!("`{}`", app.name)).collect();
    context.ui.note(format!("{} goes on; `karctl app down` ends it", apps.join(" and ")));
    Ok(0)
}

/// Applies an application to a cluster again whenever files of its project change, until Ctrl-C, which leaves it there.
/// What cannot be read, built, pushed or applied is told, and waits for the next change.
pub async fn attend_cluster(
    context: &Context,
    cluster: &Cluster,
    mut folder: Folder,
    options: &Options,
    mut watch: Watch,
) {
    let mut interrupt = std::pin::pin!(tokio::signal::ctrl_c());
    context.ui.note(format!("Watching {}; Ctrl-C ends that and leaves the application", folder.path.display()));
    loop {
        let changed = tokio::select! {
            _ = &mut interrupt => break,
            changed = watch.changed(&folder.path, &folder.project) => changed,
        };
        context.ui.note(format!("Changed: {}", named(&changed)));
        let again = Context { deadline: context.deadline.restarted(), ..context.clone() };
        let renewed = async {
            folder = Folder::read(&again, &folder.path)?;
            cluster::up(&again, cluster, &folder, options).await
        };
        let renewed = tokio::select! {
            _ = &mut interrupt => break,
            renewed = renewed => renewed,
        };
        match renewed {
            Ok(up) => {
                up.text().lines().filter(|line| !line.ends_with("unchanged")).for_each(|line| context.ui.note(line))
            }
            Err(error) => tell(&context.ui, &error),
        }
    }
    context.ui.note("The application goes on; `karctl app down --to cluster` removes it");
}

async fn renew(context: &Context, network: &Network<'_>, folder: &mut Folder) -> Result<Up> {
    *folder = Folder::read(context, &folder.path)?;
    network.up(folder).await
}

/// A failure while watching: told as it would be at the end, with what to do.
fn tell(ui: &Ui, error: &anyhow::Error) {
    let report = report(error);
    ui.warn(report.message);
    for hint in report.hints {
        ui.note(format!("hint: {hint}"));
    }
}

fn named(changed: &[std::path::PathBuf]) -> String {
    let shown = |path: &Path| path.display().to_string();
    let mut names: Vec<_> = changed.iter().take(NAMED_CHANGES).map(|path| shown(path)).collect();
    if changed.len() > NAMED_CHANGES {
        names.push(format!("and {} more", changed.len() - NAMED_CHANGES));
    }
    names.join(", ")
}

/// The logs that are followed, each by a task of its own.
#[derive(Default)]
struct Logs {
    tasks: JoinSet<String>,
    by_name: BTreeMap<String, AbortHandle>,
    highest: u8,
    keep_waiting: bool,
}

impl Logs {
    /// Follows what was made from its beginning, and what ran already from now on.
    fn follow(&mut self, context: &Context, docker: &Docker, up: &Up) {
        for container in up.containers() {
            let is_followed = self.by_name.contains_key(&container.name);
            if container.action == Action::Unchanged && is_followed {
                continue;
            }
            if let Some(old) = self.by_name.remove(&container.name) {
                old.abort();
            }
            let tail = (container.action == Action::Unchanged).then_some(0);
            let (ui, docker, name) = (context.ui.clone(), docker.clone(), container.name.clone());
            let handle = self.tasks.spawn(async move {
                let request = LogRequest { follow: true, tail, ..LogRequest::default() };
                let mut line = |text: &str| ui.note(format!("{name} | {text}"));
                if let Err(error) = docker.log(&name, &request, &mut line).await {
                    ui.trace(1, || error.to_string());
                }
                name
            });
            self.by_name.insert(container.name.clone(), handle);
        }
    }

    /// Waits until all have ended.
    async fn ended(&mut self, docker: &Docker) {
        while let Some(ended) = self.tasks.join_next().await {
            // One that was aborted has been replaced.
            let Ok(name) = ended else { continue };
            self.by_name.remove(&name);
            let state = docker.container(&name).await.ok().flatten().and_then(|found| found.state);
            let code = state.and_then(|state| state.exit_code).unwrap_or_default();
            self.highest = self.highest.max(u8::try_from(code).unwrap_or(u8::MAX));
        }
        if self.keep_waiting {
            std::future::pending::<()>().await;
        }
    }
}
