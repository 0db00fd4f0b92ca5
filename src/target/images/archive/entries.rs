//! Where the files of a tar archive or a folder are.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Seek;
use std::path::Path;
use std::sync::Arc;

use super::extent::Extent;

/// Links that are followed before they count as a circle.
const LONGEST_CHAIN: usize = 8;

/// A file of a tar archive.
#[derive(Clone, Debug)]
pub(super) enum Entry {
    File { offset: u64, size: u64 },
    Link(String),
}

/// The files of a tar archive of so many bytes, by their names.
pub(super) fn entries(file: &mut File, length: u64) -> std::result::Result<BTreeMap<String, Entry>, String> {
    file.rewind().map_err(|error| error.to_string())?;
    let mut found = BTreeMap::new();
    let mut archive = tar::Archive::new(file);
    for entry in archive.entries_with_seek().map_err(|error| error.to_string())? {
        let entry = entry.map_err(|error| error.to_string())?;
        let name = normal(&String::from_utf8_lossy(&entry.path_bytes()));
        let kind = entry.header().entry_type();
        if kind.is_file() {
            let (offset, size) = (entry.raw_file_position(), entry.size());
            if offset.saturating_add(size) > length {
                return Err(format!("{name} is cut off"));
            }
            found.insert(name, Entry::File { offset, size });
        } else if kind.is_symlink() || kind.is_hard_link() {
            let target = entry.link_name_bytes().unwrap_or_default();
            let folder = name.rsplit_once('/').map_or("", |(folder, _)| folder);
            let base = if kind.is_symlink() { folder } else { "" };
            let target = normal(&format!("{base}/{}", String::from_utf8_lossy(&target)));
            found.insert(name, Entry::Link(target));
        }
    }
    Ok(found)
}

/// Where a file is, and how large; `None` where there is none of that name.
pub(super) fn look_up(entries: &BTreeMap<String, Entry>, name: &str) -> Option<(u64, u64)> {
    let mut name = normal(name);
    for _ in 0..LONGEST_CHAIN {
        match entries.get(&name)? {
            Entry::File { offset, size } => return Some((*offset, *size)),
            Entry::Link(target) => name.clone_from(target),
        }
    }
    None
}

/// `./a/../b` is `b`.
fn normal(path: &str) -> String {
    let mut parts = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// A file of a folder; `None` where there is none of that name.
pub(super) fn open_below(folder: &Path, name: &str) -> std::io::Result<Option<Extent>> {
    match File::open(folder.join(normal(name))) {
        Ok(file) => {
            let size = file.metadata()?.len();
            Ok(Some(Extent { file: Arc::new(file), offset: 0, size }))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
