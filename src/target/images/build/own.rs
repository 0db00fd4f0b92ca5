//! What karctl wrote into a project for whoever works there, and what no image is to have: variables with passwords, plans.
//! They would also make another image of a project in which nothing else changed.

use std::fs::Metadata;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::client::file::PRIVATE;
use crate::runtime_config::block;

/// Permission bits that say who may read.
const ACCESS: u32 = 0o777;

/// A larger file is none of karctl's.
const LARGEST: u64 = 4 << 20;

/// What `karctl hybrid plan --out` begins with, whatever its version.
const PLAN: [&str; 2] = ["{\n  \"version\": ", ",\n  \"karctl\": \""];

/// What keeps a folder of karctl's out of a repository.
const IGNORE: (&str, &[u8]) = (".gitignore", b"*\n");

/// Whether a file or folder is karctl's own. Whatever it writes for itself is private, so that few files are read for this.
pub fn is_own(path: &Path, metadata: &Metadata) -> bool {
    if metadata.is_dir() {
        let (name, content) = IGNORE;
        let ignore = path.join(name);
        return ignore.symlink_metadata().is_ok_and(|metadata| is_private_file(&metadata))
            && std::fs::read(ignore).is_ok_and(|found| found == content);
    }
    is_private_file(metadata)
        && std::fs::read(path).is_ok_and(|content| {
            let text = String::from_utf8_lossy(&content);
            is_plan(&text) || block::is_in(&text)
        })
}

/// Whether a text is a plan of `karctl hybrid`.
pub fn is_plan(text: &str) -> bool {
    let [begin, next] = PLAN;
    let rest = text.strip_prefix(begin).map(|rest| rest.trim_start_matches(|c: char| c.is_ascii_digit()));
    rest.is_some_and(|rest| rest.starts_with(next))
}

fn is_private_file(metadata: &Metadata) -> bool {
    metadata.is_file() && metadata.permissions().mode() & ACCESS == PRIVATE && metadata.len() <= LARGEST
}
