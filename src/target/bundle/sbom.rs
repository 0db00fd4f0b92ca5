//! The bill of materials of a bundle: CycloneDX 1.5, <https://cyclonedx.org/docs/1.5/json/>. Pure.

use serde_json::{Value, json};

use super::{Entry, Image, NATIVE};

/// Describes images and the native engine's files. Without a time and a serial number, so that the same bundle has the same.
pub fn document(images: &[Image], files: &[Entry]) -> Value {
    let of_image = |image: &Image| {
        let (name, version) = image.name.rsplit_once(':').unwrap_or((&image.name, "latest"));
        let last = name.rsplit('/').next().unwrap_or(name);
        json!({
            "type": "container", "name": name, "version": version,
            "purl": format!("pkg:oci/{last}@{}?repository_url={name}&tag={version}", image.id.replace(':', "%3A")),
            "hashes": [hash(&image.id)],
        })
    };
    let of_file = |file: &Entry| {
        let name = file.path.rsplit('/').next().unwrap_or(&file.path);
        json!({"type": "file", "name": name, "hashes": [hash(&file.digest)]})
    };
    let native = files.iter().filter(|file| file.path.starts_with(NATIVE));
    let components: Vec<Value> = images.iter().map(of_image).chain(native.map(of_file)).collect();
    json!({
        "bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1,
        "metadata": {
            "component": {"type": "file", "name": "karctl bundle", "version": env!("CARGO_PKG_VERSION")},
            "tools": {"components": [{"type": "application", "name": "karctl", "version": env!("CARGO_PKG_VERSION")}]},
        },
        "components": components,
    })
}

fn hash(digest: &str) -> Value {
    json!({"alg": "SHA-256", "content": digest.trim_start_matches("sha256:")})
}
