//! The data of an instance out of its folders and into them, for snapshots.
//!
//! What is replaced stays in its place until all of the new lies complete beside it, and then under another name until all of
//! the new is in its place.

use std::fs::{File, OpenOptions};
use std::io::{BufWriter, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use super::super::instance::Component;
use super::data::META;
use super::folders::{InstanceFolder, ServerFolder, is_empty, remove_file, remove_folder};
use crate::client::disk;
use crate::client::file::{PRIVATE, create_private_folder, write_atomic};
use crate::code::Code;
use crate::error::{Failure, OrFail, Result};

/// Beside a server's data: what is to be its data, what was, and what is on its way out.
const NEW: &str = "data.new";
pub const OLD: &str = "data.old";
const GONE: &str = "data.gone";

/// File in the instance's folder: all that is to be its data is complete beside what was. It names those that have some.
pub const SWAPPING: &str = "swapping.json";

/// File in Kafka's data that says that it ended in good order; Kafka removes it when it starts.
const CLEAN_SHUTDOWN: &str = "log/.kafka_cleanshutdown";

/// Beside Kafka's data, where that was restored from one that ran: its last life did not end in order.
pub const RESTORED: &str = "restored";

/// Names of files that Redis writes while it rewrites its file; they mean nothing to the next one, and may vanish.
const TEMPORARY: &str = "temp-";

/// Bytes that are written at once.
const BUFFER: usize = 1 << 20;

/// Size of the blocks in which the system counts; see stat(2).
const BLOCK: u64 = 512;

/// Bytes that the data take on the disk.
///
/// # Errors
/// When a folder cannot be read.
pub fn size(folder: &InstanceFolder) -> Result<u64> {
    folder.data().iter().map(|data| taken(data).or_fail(|| unreadable(data))).sum()
}

fn taken(path: &Path) -> std::io::Result<u64> {
    let metadata = path.symlink_metadata()?;
    if !metadata.is_dir() {
        return Ok(metadata.blocks() * BLOCK);
    }
    std::fs::read_dir(path)?.map(|entry| taken(&entry?.path())).sum()
}

/// Copies the data of each component that has any into an archive of its name.
///
/// # Errors
/// When something cannot be read or written.
pub fn read(folder: &InstanceFolder, into: &Path) -> Result<Vec<Component>> {
    let mut copied = Vec::new();
    for component in Component::ALL {
        let data = folder.server(component).data();
        if is_empty(&data) {
            continue;
        }
        let path = into.join(format!("{}.tar", component.name()));
        archive(&data, &path).map_err(|error| {
            let is_full = error.kind() == std::io::ErrorKind::StorageFull;
            let failure = Failure::new(format!("{} cannot be copied to {}", data.display(), path.display()));
            if is_full { failure.code(Code::DiskFull) } else { failure }.because(error)
        })?;
        copied.push(component);
    }
    Ok(copied)
}

fn archive(data: &Path, path: &Path) -> std::io::Result<()> {
    let file = OpenOptions::new().write(true).create_new(true).mode(PRIVATE).open(path)?;
    let mut archive = tar::Builder::new(BufWriter::with_capacity(BUFFER, file));
    archive.follow_symlinks(false);
    archive.append_dir(".", data)?;
    append(&mut archive, data, Path::new("."))?;
    archive.into_inner()?.flush()
}

fn append(archive: &mut tar::Builder<impl Write>, folder: &Path, name: &Path) -> std::io::Result<()> {
    let mut entries: Vec<_> = std::fs::read_dir(folder)?.collect::<std::io::Result<_>>()?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let (path, name) = (entry.path(), name.join(entry.file_name()));
        if entry.file_name().to_string_lossy().starts_with(TEMPORARY) {
            continue;
        }
        archive.append_path_with_name(&path, &name)?;
        if entry.file_type()?.is_dir() {
            append(archive, &path, &name)?;
        }
    }
    Ok(())
}

/// Makes the data those of a folder of archives. Nothing runs.
///
/// All of the new is complete beside the old before any of it takes its place. From then on a file says so, and there is
/// only the way forward: what finds that file first finishes what it says.
///
/// # Errors
/// When something cannot be read or written, or there is no room; the data is as it was then, or the code of the failure
/// is [`Code::RestoreUnfinished`].
pub fn replace(folder: &InstanceFolder, from: &Path, components: &[Component]) -> Result<()> {
    let servers: Vec<_> = Component::ALL.iter().map(|&component| (component, folder.server(component))).collect();
    finish(folder, &servers)?;
    put_back(&servers)?;
    unpack_all(folder, &servers, from, components).inspect_err(|_| drop(remove_all_beside(&servers)))?;
    let names: Vec<_> = components.iter().map(|component| component.name()).collect();
    write_atomic(&folder.root().join(SWAPPING), &serde_json::to_vec(&names)?, PRIVATE)?;
    finish(folder, &servers)
}

/// Puts what was unpacked in its place, where a replacement had come so far; every step of it may have been done already.
fn finish(folder: &InstanceFolder, servers: &[(Component, ServerFolder)]) -> Result<()> {
    let marker = folder.root().join(SWAPPING);
    let unfinished = || {
        Failure::new(format!("the data in {} cannot be put in its place", folder.root().display()))
            .code(Code::RestoreUnfinished)
    };
    let text = match std::fs::read(&marker) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        read => read.or_fail(unfinished)?,
    };
    let names: Vec<String> = serde_json::from_slice(&text).or_fail(unfinished)?;
    let swap_all = || -> Result<()> {
        for (component, server) in servers {
            swap(server, names.iter().any(|name| name == component.name()))?;
        }
        flush(folder.root())?;
        servers.iter().try_for_each(|(_, server)| rename(&server.root().join(OLD), &server.root().join(GONE)))?;
        remove_file(&marker)
    };
    swap_all().or_fail(unfinished)?;
    for (_, server) in servers {
        remove_beside(server)?;
        std::fs::remove_dir(server.root()).ok();
    }
    Ok(())
}

/// Removes what lies beside a server's data.
///
/// # Errors
/// When something cannot be removed.
pub fn remove_beside(server: &ServerFolder) -> Result<()> {
    [NEW, OLD, GONE].into_iter().try_for_each(|name| remove_folder(&server.root().join(name)))
}

fn remove_all_beside(servers: &[(Component, ServerFolder)]) -> Result<()> {
    servers.iter().try_for_each(|(_, server)| remove_beside(server))
}

/// What a replacement left that was cut before it began to swap, or by an older karctl: the old data is in its place.
///
/// # Errors
/// When something cannot be moved or removed; as long as old data is not in its place the code is
/// [`Code::RestoreUnfinished`].
fn put_back(servers: &[(Component, ServerFolder)]) -> Result<()> {
    for (_, server) in servers {
        let old = server.root().join(OLD);
        if old.exists() {
            let unfinished = || {
                Failure::new(format!("the data in {} cannot be put back in its place", old.display()))
                    .code(Code::RestoreUnfinished)
            };
            server.remove_only_data().or_fail(unfinished)?;
            rename(&old, &server.data()).or_fail(unfinished)?;
        }
        remove_beside(server)?;
    }
    Ok(())
}

fn unpack_all(
    folder: &InstanceFolder,
    servers: &[(Component, ServerFolder)],
    from: &Path,
    components: &[Component],
) -> Result<()> {
    let archives: Vec<_> = servers.iter().filter(|(component, _)| components.contains(component)).collect();
    let archive = |component: &Component| from.join(format!("{}.tar", component.name()));
    let sizes = archives.iter().map(|(component, _)| taken(&archive(component)).unwrap_or(0));
    disk::require_for(folder.root(), sizes.sum())?;
    archives.iter().try_for_each(|(component, server)| unpack(&archive(component), server))?;
    flush(folder.root())
}

fn unpack(archive: &Path, server: &ServerFolder) -> Result<()> {
    let new = server.root().join(NEW);
    create_private_folder(&new)?;
    let failed = || Failure::new(format!("{} cannot be unpacked into {}", archive.display(), new.display()));
    let mut unpacked = tar::Archive::new(File::open(archive).or_fail(failed)?);
    unpacked.set_preserve_permissions(true);
    unpacked.unpack(&new).map_err(|error| match error.kind() {
        std::io::ErrorKind::StorageFull => failed().code(Code::DiskFull).because(error),
        _ => failed().because(error),
    })?;
    Ok(())
}

/// All that was written reaches the disk.
fn flush(folder: &Path) -> Result<()> {
    let failed = || Failure::new(format!("the disk does not take what was written to {}", folder.display()));
    rustix::fs::syncfs(File::open(folder).or_fail(failed)?).or_fail(failed)
}

/// The old data makes room for the new, if there is any; again, it changes nothing.
fn swap(server: &ServerFolder, has_new: bool) -> Result<()> {
    let new = server.root().join(NEW);
    if !has_new {
        return rename(&server.data(), &server.root().join(OLD));
    }
    if !new.exists() {
        return Ok(());
    }
    if new.join(META).exists() && !new.join(CLEAN_SHUTDOWN).exists() {
        std::fs::write(server.root().join(RESTORED), "").or_fail(|| unreadable(server.root()))?;
    }
    rename(&server.data(), &server.root().join(OLD))?;
    rename(&new, &server.data())
}

/// What is not there needs no other name.
fn rename(from: &Path, to: &PathBuf) -> Result<()> {
    match std::fs::rename(from, to) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Failure::new(format!("{} cannot be renamed to {}", from.display(), to.display())).because(error).into())
        }
        _ => Ok(()),
    }
}

fn unreadable(path: &Path) -> Failure {
    Failure::new(format!("{} cannot be read", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::{Context, DEFAULT_TIMEOUT, Deadline};
    use crate::error::report;
    use crate::target::local::instance::InstanceName;
    use crate::ui::{Output, Progress, Questions, Ui};

    #[test]
    fn as_long_as_old_data_is_not_in_its_place_the_restore_is_unfinished() {
        let home = tempfile::tempdir().expect("a folder");
        let environment = [("HOME".to_owned(), home.path().display().to_string())].into_iter().collect();
        let ui = Ui::new(Output::Text, Progress::None, Questions::Refuse, 0);
        let context = Context { environment, ui, deadline: Deadline::after(DEFAULT_TIMEOUT) };
        let folder = InstanceFolder::of(&context, &InstanceName::parse("kar").expect("a name")).expect("a folder");
        let server = folder.server(Component::Redis);
        std::fs::create_dir_all(server.root().join(OLD)).expect("made");
        std::fs::write(server.root().join(OLD).join("records"), "kept").expect("written");
        // No folder, which cannot be removed as one.
        std::fs::write(server.data(), "").expect("written");
        let failure = replace(&folder, home.path(), &[Component::Redis]).expect_err("in the way");
        assert_eq!(report(&failure).code, Some(Code::RestoreUnfinished), "{failure:#}");

        std::fs::remove_file(server.data()).expect("removed");
        let failure = replace(&folder, home.path(), &[Component::Redis]).expect_err("there is no archive");
        assert_eq!(report(&failure).code, None, "{failure:#}");
        assert_eq!(std::fs::read_to_string(server.data().join("records")).expect("put back"), "kept");
    }
}
