//! The fields of an application: which there are, what they may hold, and their defaults.

use serde_json::{Map, Value, json};

use super::secret::is_name as is_secret_name;

/// Fields that can be given and changed; the name stays.
pub const FIELDS: [&str; 23] = [
    "image_reference",
    "image_port",
    "image_secret",
    "managed_domain_mappings",
    "probe_liveness",
    "probe_readiness",
    "run_arguments",
    "run_as_user",
    "run_commands",
    "run_compute_resource_token_enabled",
    "run_env_variables",
    "run_service_account",
    "run_volume_mounts",
    "scale_concurrency",
    "scale_concurrency_target",
    "scale_cpu_limit",
    "scale_down_delay",
    "scale_ephemeral_storage_limit",
    "scale_initial_instances",
    "scale_max_instances",
    "scale_memory_limit",
    "scale_min_instances",
    "scale_request_timeout",
];

/// Ports that Code Engine keeps for itself.
const RESERVED_PORTS: [u64; 6] = [8008, 8012, 8022, 9090, 9091, 15090];

/// Thousandths of a processor, and the megabytes that go with them.
const SIZES: [(u64, &[u64]); 10] = [
    (125, &[250, 500, 1000]),
    (250, &[500, 1000, 2000]),
    (500, &[1000, 2000, 4000]),
    (1000, &[2000, 4000, 8000]),
    (2000, &[4000, 8000, 16000]),
    (4000, &[8000, 16000, 32000]),
    (6000, &[12000, 24000, 48000]),
    (8000, &[16000, 32000]),
    (10000, &[20000, 40000]),
    (12000, &[24000, 48000]),
];

/// Whole numbers, and between what they must lie.
const NUMBERS: [(&str, u64, u64); 8] = [
    ("run_as_user", 0, u64::MAX),
    ("scale_concurrency", 1, 1000),
    ("scale_concurrency_target", 1, 1000),
    ("scale_down_delay", 0, 3600),
    ("scale_initial_instances", 0, 250),
    ("scale_max_instances", 0, 250),
    ("scale_min_instances", 0, 250),
    ("scale_request_timeout", 1, 600),
];

/// Values from a list.
const CHOICES: [(&str, &[&str]); 2] = [
    ("managed_domain_mappings", &["local", "local_private", "local_public"]),
    ("run_service_account", &["default", "manager", "reader", "writer", "none"]),
];

/// The fields with defaults and in the API's own spelling, or what is wrong with them.
pub fn checked(mut fields: Map<String, Value>) -> Result<Map<String, Value>, String> {
    let defaults = json!({
        "image_port": 8080,
        "managed_domain_mappings": "local_public",
        "run_arguments": [],
        "run_as_user": 0,
        "run_commands": [],
        "run_compute_resource_token_enabled": false,
        "run_env_variables": [],
        "run_service_account": "default",
        "run_volume_mounts": [],
        "scale_concurrency": 100,
        "scale_concurrency_target": 100,
        "scale_cpu_limit": "1",
        "scale_down_delay": 0,
        "scale_ephemeral_storage_limit": "400M",
        "scale_initial_instances": 1,
        "scale_max_instances": 10,
        "scale_memory_limit": "4G",
        "scale_min_instances": 0,
        "scale_request_timeout": 300,
    });
    let Value::Object(defaults) = defaults else { unreachable!("an object") };
    for (field, value) in defaults {
        fields.entry(field).or_insert(value);
    }
    check_image(&fields)?;
    check_numbers(&fields)?;
    fields["run_env_variables"].as_array().ok_or("run_env_variables: no list")?;
    check_variables(&fields["run_env_variables"])?;
    check_mounts(&fields["run_volume_mounts"])?;
    for field in ["run_arguments", "run_commands"] {
        let is_text = fields[field].as_array().is_some_and(|list| list.iter().all(Value::is_string));
        is_text.then_some(()).ok_or_else(|| format!("{field}: no list of texts"))?;
    }
    for field in ["probe_liveness", "probe_readiness"] {
        let known = ["failure_threshold", "initial_delay", "interval", "path", "port", "timeout", "type"];
        check_keys(field, fields.get(field).unwrap_or(&json!({})), &known)?;
    }
    size(&mut fields)?;
    Ok(fields)
}

fn check_image(fields: &Map<String, Value>) -> Result<(), String> {
    let image = fields.get("image_reference").and_then(Value::as_str).unwrap_or_default();
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./:@".contains(&byte);
    if image.is_empty() || image.len() > 256 || !image.bytes().all(is_allowed) {
        return Err("image_reference: missing, or no reference of an image".to_owned());
    }
    match fields["image_port"].as_u64() {
        Some(port) if (1..=65535).contains(&port) && !RESERVED_PORTS.contains(&port) => {}
        _ => return Err(format!("image_port: {} is no port, or is reserved", fields["image_port"])),
    }
    match fields.get("image_secret") {
        Some(name) if !name.as_str().is_some_and(is_secret_name) => Err("image_secret: no name of a secret".to_owned()),
        _ => Ok(()),
    }
}

fn check_numbers(fields: &Map<String, Value>) -> Result<(), String> {
    for (field, low, high) in NUMBERS {
        if !fields[field].as_u64().is_some_and(|number| (low..=high).contains(&number)) {
            return Err(format!("{field}: {} is not between {low} and {high}", fields[field]));
        }
    }
    for (field, choices) in CHOICES {
        if !fields[field].as_str().is_some_and(|value| choices.contains(&value)) {
            return Err(format!("{field}: {} is none of {choices:?}", fields[field]));
        }
    }
    let (low, high) = (fields["scale_min_instances"].as_u64(), fields["scale_max_instances"].as_u64());
    if high != Some(0) && low > high {
        return Err("scale_min_instances is more than scale_max_instances".to_owned());
    }
    Ok(())
}

/// Each kind of variable has fields of its own; names are given once.
fn check_variables(variables: &Value) -> Result<(), String> {
    let mut names = Vec::new();
    for variable in variables.as_array().into_iter().flatten() {
        let (required, optional): (&[&str], &[&str]) = match variable["type"].as_str().unwrap_or_default() {
            "literal" => (&["type", "name", "value"], &[]),
            "secret_full_reference" | "config_map_full_reference" => (&["type", "reference"], &["prefix"]),
            "secret_key_reference" | "config_map_key_reference" => (&["type", "name", "reference", "key"], &[]),
            kind => return Err(format!("run_env_variables: {kind:?} is no type")),
        };
        check_keys("run_env_variables", variable, &[required, optional].concat())?;
        if let Some(field) = required.iter().find(|field| !variable[**field].is_string()) {
            return Err(format!("run_env_variables: {field} is missing, or no text"));
        }
        if let Some(name) = variable["name"].as_str() {
            let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
            if name.is_empty() || !name.bytes().all(is_allowed) || names.contains(&name) {
                return Err(format!("run_env_variables: {name:?} is no name, or is there twice"));
            }
            names.push(name);
        }
    }
    Ok(())
}

fn check_mounts(mounts: &Value) -> Result<(), String> {
    for mount in mounts.as_array().ok_or("run_volume_mounts: no list")? {
        check_keys("run_volume_mounts", mount, &["mount_path", "read_only", "reference", "sub_path", "type"])?;
    }
    Ok(())
}

fn check_keys(field: &str, object: &Value, known: &[&str]) -> Result<(), String> {
    let object = object.as_object().ok_or_else(|| format!("{field}: no object"))?;
    match object.keys().find(|key| !known.contains(&key.as_str())) {
        Some(key) => Err(format!("{field}: unknown field {key}")),
        None => Ok(()),
    }
}

/// Checks processors and memory together, and spells them as the API does: `0.5G` is `500M`.
fn size(fields: &mut Map<String, Value>) -> Result<(), String> {
    let thousandths = |field: &str, suffixes: &[(&str, f64)]| {
        let text = fields[field].as_str().unwrap_or_default();
        let (suffix, factor) = suffixes.iter().find(|(suffix, _)| text.ends_with(suffix))?;
        let number: f64 = text.strip_suffix(suffix)?.parse().ok()?;
        // Sizes are small, positive and exact to a thousandth.
        Some((number * factor).round() as u64)
    };
    let memory_units = [("GB", 1000.0), ("G", 1000.0), ("MB", 1.0), ("M", 1.0)];
    let cpu = thousandths("scale_cpu_limit", &[("m", 1.0), ("", 1000.0)]).ok_or("scale_cpu_limit: no number")?;
    let memory = thousandths("scale_memory_limit", &memory_units).ok_or("scale_memory_limit: no size")?;
    let disk = thousandths("scale_ephemeral_storage_limit", &memory_units).ok_or("scale_ephemeral_storage_limit")?;
    if !SIZES.iter().any(|(found, sizes)| *found == cpu && sizes.contains(&memory)) {
        return Err(format!("{cpu}m of CPU and {memory}M of memory are no supported combination"));
    }
    if disk > memory {
        return Err("scale_ephemeral_storage_limit is more than scale_memory_limit".to_owned());
    }
    let spelt = |size: u64| if size.is_multiple_of(1000) { format!("{}G", size / 1000) } else { format!("{size}M") };
    let cpu = format!("{:.3}", cpu as f64 / 1000.0);
    fields["scale_cpu_limit"] = cpu.trim_end_matches('0').trim_end_matches('.').into();
    fields["scale_memory_limit"] = spelt(memory).into();
    fields["scale_ephemeral_storage_limit"] = spelt(disk).into();
    Ok(())
}
