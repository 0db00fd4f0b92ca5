//! `karctl bundle`: everything that a mode needs, in one file, for machines without a network.
//!
//! The file is a layout of the OCI, packed, that is an archive of Docker too: `docker load` and `ctr images import` take it
//! as it is. Beside the images, below `karctl/`, are the settings, what a deploy would apply, the native engine's parts, a
//! bill of materials and, first of all, what is in the file with its checksums.

mod load;
mod save;
mod sbom;
mod verify;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use load::{Loaded, Target, load};
pub use save::{Order, Saved, save};
pub use verify::{Verified, verify};

use crate::code::Code;
use crate::error::Failure;

/// What is in the file, and its first entry.
const CONTENTS: &str = "karctl/bundle.json";

/// The settings, as a profile.
const SETTINGS: &str = "karctl/settings.yaml";

/// What a deploy applies, without what is secret.
const MANIFESTS: &str = "karctl/manifests";

/// The bill of materials.
const SBOM: &str = "karctl/sbom.json";

/// Files of karctl's cache.
const NATIVE: &str = "karctl/native";

/// Stands after the images: engines are given the file up to here.
const END_OF_IMAGES: &str = "karctl/end-of-images";

/// The form that this karctl writes and reads.
const FORMAT: u32 = 1;

/// What is in a bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Contents {
    format: u32,
    /// Version of the karctl that wrote it.
    karctl: String,
    /// The processor that images and programs are for.
    architecture: String,
    images: Vec<Image>,
    /// Every file but this one, in their order.
    files: Vec<Entry>,
}

/// An image of a bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Image {
    /// Its name.
    pub name: String,
    /// Its id: the digest of its configuration.
    pub id: String,
}

/// A file of a bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Entry {
    path: String,
    size: u64,
    /// `sha256:...`
    digest: String,
    /// Whether it is a program.
    #[serde(default)]
    is_executable: bool,
}

/// The failure of a bundle that cannot be used, and why.
fn unusable(shown: &str, why: &str) -> Failure {
    Failure::new(format!("{shown} is no bundle, or is damaged: {why}"))
        .hint("copy it again, or save it anew with `karctl bundle save`")
        .code(Code::BundleUnusable)
}

/// The failure of a bundle for other machines.
fn other_processor(shown: &str, is: &str, wanted: &str) -> Failure {
    Failure::new(format!("{shown} is for {is}, and is to be used on {wanted}"))
        .hint(format!("save one on a machine with {wanted}, or with images that were pulled for it"))
        .code(Code::BundleArchitecture)
}
