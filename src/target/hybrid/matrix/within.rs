//! What runs in a pod: it goes the ways that an application there would go, and writes what it saw.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::hops::{Ways, walk};
use crate::client::file;
use crate::context::Context;
use crate::error::{Failure, Result};
use crate::runtime_config::parse;

/// Variables with the authorities that are trusted where the image has none, in pieces that are numbered from zero: the
/// system limits the length of one.
pub const AUTHORITIES: &str = "KARCTL_AUTHORITIES_";

/// The variable with the file that they are put into.
pub const AUTHORITIES_FILE: &str = "SSL_CERT_FILE";

/// The longest piece, in bytes; Linux takes 128 KiB.
pub const PIECE: usize = 96 << 10;

/// What a pod saw.
#[derive(Debug, Serialize, Deserialize)]
pub struct Seen {
    /// The version of the karctl that looked.
    pub karctl: String,
    /// Where the ways led.
    #[serde(flatten)]
    pub ways: Ways,
}

/// Goes the ways with the configuration of a folder, a file for each variable, as `kar -config_dir` reads it.
///
/// # Errors
/// When the authorities cannot be put into their file.
pub async fn look(context: &Context, folder: &Path) -> Result<Seen> {
    keep_authorities(context)?;
    let folder = context.environment.working_directory().join(folder);
    // What `kar` would not take was told before the pod was made.
    let (config, _) = parse::read(|name| std::fs::read_to_string(folder.join(name.to_lowercase())).ok());
    Ok(Seen { karctl: env!("CARGO_PKG_VERSION").to_owned(), ways: walk(&config).await })
}

/// What was seen as one line: the pod's log may hold others.
///
/// # Errors
/// Never: it is plain data.
pub fn line(seen: &Seen) -> Result<String> {
    Ok(serde_json::to_string(seen)? + "\n")
}

/// What a log says that was seen; other lines are passed over.
pub fn read(log: &str) -> Option<Seen> {
    log.lines().find_map(|line| serde_json::from_str(line).ok())
}

fn keep_authorities(context: &Context) -> Result<()> {
    let pieces = (0..).map_while(|number| context.environment.variable(&format!("{AUTHORITIES}{number}")));
    let pem: String = pieces.collect();
    if pem.is_empty() {
        return Ok(());
    }
    let file = context.environment.variable(AUTHORITIES_FILE);
    let file = file.ok_or_else(|| Failure::usage(format!("{AUTHORITIES_FILE} does not say where to put them")))?;
    file::write_atomic(Path::new(file), pem.as_bytes(), file::PRIVATE).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code::Code;
    use crate::target::hybrid::matrix::hops::{Broken, Hop, Way};

    #[test]
    fn what_a_pod_saw_is_read_from_its_log() {
        let broken = Broken::new(Hop::Name, Code::ServiceUnnamed, "no such name", "give another");
        let ways = Ways { kafka: Way::Open("Kafka answers".to_owned()), redis: Way::Broken(broken) };
        let seen = Seen { karctl: "1.2.3".to_owned(), ways };
        let log = format!("a warning of somebody\n{}", line(&seen).expect("plain data"));
        let read = read(&log).expect("seen");
        assert_eq!((read.karctl, read.ways), (seen.karctl, seen.ways));
        assert!(super::read("error: unrecognized subcommand\n").is_none());
    }
}
