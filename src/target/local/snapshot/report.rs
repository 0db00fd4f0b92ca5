//! What the results of `karctl local snapshot` look like to people.

use indicatif::HumanBytes;

use super::list::{Deleted, Listed, Snapshots};
use super::manifest::KafkaData;
use super::restore::Restored;
use super::save::Saved;
use crate::ui::table;

/// `karctl local snapshot save`.
pub fn saved(saved: &Saved) -> String {
    let Some(manifest) = &saved.manifest else {
        return format!("Would copy {} to {}\n", saved.data.join(", "), saved.folder);
    };
    let still = match manifest.paused_ms {
        Some(paused_ms) => format!("; its servers stood still for {:.1} s", paused_ms as f64 / 1000.0),
        None => String::new(),
    };
    format!(
        "Saved `{}` of `{}` in {}{still}\n`karctl local snapshot restore {}` brings it back\n",
        saved.name, saved.instance, saved.folder, saved.name
    )
}

/// `karctl local snapshot restore`.
pub fn restored(restored: &Restored) -> String {
    let from = format!("of `{}` at {}", restored.manifest.instance, restored.manifest.taken);
    let (name, instance) = (&restored.name, &restored.instance);
    if restored.dry_run {
        let stop = if restored.stopped { format!("Would stop `{instance}`\n") } else { String::new() };
        let replaced = match restored.replaced.as_slice() {
            [] => String::new(),
            replaced => format!(" in the place of {}", replaced.join(", ")),
        };
        return format!("{stop}Would restore `{name}` ({from}){replaced}\n");
    }
    format!(
        "`{instance}` has the data of `{name}` ({from})\nStart it with `{}`, and its other options if it had any\n",
        restored.start
    )
}

/// `karctl local snapshot list`.
pub fn list(snapshots: &Snapshots) -> String {
    if snapshots.snapshots.is_empty() {
        return "No snapshots; `karctl local snapshot save NAME` makes one\n".to_owned();
    }
    let mut rows = vec![["NAME", "SIZE", "TAKEN", "INSTANCE", "KAFKA"].map(str::to_owned).to_vec()];
    rows.extend(snapshots.snapshots.iter().map(row));
    table(&rows)
}

fn row(listed: &Listed) -> Vec<String> {
    let name = listed.name.to_string();
    let size = listed.bytes.map_or_else(|| "-".to_owned(), |bytes| HumanBytes(bytes).to_string());
    match &listed.manifest {
        Some(manifest) => {
            vec![name, size, manifest.taken.clone(), manifest.instance.clone(), kafka(&manifest.kafka)]
        }
        None => {
            let problem = listed.problem.clone().unwrap_or_default();
            vec![name, size, "-".to_owned(), "-".to_owned(), problem]
        }
    }
}

fn kafka(data: &KafkaData) -> String {
    let known = [data.kafka_version.as_deref(), data.mode.map(crate::settings::KafkaMode::name)];
    let known: Vec<_> = known.into_iter().flatten().collect();
    if known.is_empty() { "-".to_owned() } else { known.join(" ") }
}

/// `karctl local snapshot delete`.
pub fn deleted(deleted: &Deleted) -> String {
    let verb = if deleted.dry_run { "Would delete" } else { "Deleted" };
    format!("{verb} the snapshot `{}` ({})\n", deleted.name, deleted.folder)
}
