//! The certificate that Redis' own is signed by: base64 of PEM of X.509, each of which is checked, since `kar` crashes or
//! fails without a reason where it is not.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;

use super::selection::Key;
use crate::certificate::{self, Inspected};
use crate::code::Code;
use crate::error::Failure;

/// A certificate that ends within so many days is told of.
const NEAR_ITS_END_DAYS: i64 = 30;

/// What `kar` is given as REDIS_CA.
pub(super) struct Authority {
    /// Base64 of PEM, the authority's block first.
    pub(super) base64: String,
    /// What works, but perhaps not as expected.
    pub(super) warnings: Vec<String>,
}

/// What is wrong with it, as the end of a sentence that starts with its path.
pub(super) struct Wrong(String, &'static str);

impl Wrong {
    pub(super) fn failure(self, key: &Key<'_>, path: &str) -> Failure {
        let Self(what, hint) = self;
        Failure::new(format!("the {} cannot be used: `{path}` {what}", key.title()))
            .hint(hint)
            .code(Code::RedisAuthorityUnusable)
    }
}

/// Reads base64 of a PEM file. `kar` trusts the first block only, so the first that is an authority's is put there.
pub(super) fn read(text: &str, now: Timestamp) -> std::result::Result<Authority, Wrong> {
    let damaged = "make a new service key; this one is damaged";
    let wrong = |what: &str| Wrong(what.to_owned(), damaged);
    let compact: String = text.split_whitespace().collect();
    let bytes = STANDARD.decode(&compact).map_err(|_| wrong("is not base64"))?;
    let pem = String::from_utf8(bytes).map_err(|_| wrong("is base64, but of no PEM file: `kar` crashes on it"))?;
    let blocks: Vec<&str> = certificate::certificates(&pem).collect();
    if blocks.is_empty() {
        return Err(wrong("is base64, but of no PEM file with a certificate: `kar` crashes on it"));
    }
    let inspected: Vec<Inspected> = blocks
        .iter()
        .map(|block| certificate::inspect(block))
        .collect::<std::result::Result<_, _>>()
        .map_err(|_| wrong("is base64 of PEM, but holds a block that is no X.509 certificate"))?;
    let chosen = inspected.iter().position(|block| block.is_authority).unwrap_or(0);
    let mut warnings = Vec::new();
    check_time(&inspected[chosen], now, &mut warnings)?;
    if blocks.len() > 1 {
        let moved = if chosen > 0 { "; the authority's was put there" } else { "" };
        let number = blocks.len();
        warnings.push(format!("its certificate has {number} PEM blocks, and `kar` trusts the first only{moved}"));
    }
    // What begins with anything but the chosen block, such as a key, is written anew.
    let is_first = chosen == 0 && pem.find("-----BEGIN ") == pem.find(blocks[0]);
    let base64 = if is_first {
        compact
    } else {
        let rest = blocks.iter().enumerate().filter(|(index, _)| *index != chosen).map(|(_, block)| *block);
        STANDARD.encode(certificate::bundle(std::iter::once(blocks[chosen]).chain(rest)))
    };
    Ok(Authority { base64, warnings })
}

fn check_time(block: &Inspected, now: Timestamp, warnings: &mut Vec<String>) -> std::result::Result<(), Wrong> {
    let days = block.left(now).as_hours() / 24;
    if now < block.not_before {
        let what = format!("is not valid before {}", block.not_before);
        return Err(Wrong(what, "look at this machine's clock"));
    }
    if block.left(now).is_negative() {
        let what = format!("expired on {}, {} days ago", block.not_after, days.abs());
        return Err(Wrong(what, "make a new service key, which has the new certificate"));
    }
    if days < NEAR_ITS_END_DAYS {
        warnings.push(format!("its certificate ends on {}, in {days} days", block.not_after));
    }
    Ok(())
}
