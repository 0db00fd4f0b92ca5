//! Which fields of an application are not as wanted.

use super::goal::is_configuration;
use super::size::is_same;
use crate::client::ibmcloud::code_engine::{AppSpec, Variable};

/// The fields of `there` that differ from those of `wanted`, in the API's words. The order of variables is of no effect,
/// karctl's own is none that anybody asked for, and amounts are compared as numbers: the API spells `0.5G` as `500M`.
pub fn difference(there: &AppSpec, wanted: &AppSpec) -> Vec<&'static str> {
    let fields = [
        ("image_reference", there.image_reference == wanted.image_reference),
        ("image_port", there.image_port == wanted.image_port),
        ("image_secret", there.image_secret == wanted.image_secret),
        ("managed_domain_mappings", there.managed_domain_mappings == wanted.managed_domain_mappings),
        ("run_arguments", there.run_arguments == wanted.run_arguments),
        ("run_env_variables", has_same(&there.run_env_variables, &wanted.run_env_variables)),
        ("scale_cpu_limit", is_same(&there.scale_cpu_limit, &wanted.scale_cpu_limit)),
        ("scale_memory_limit", is_same(&there.scale_memory_limit, &wanted.scale_memory_limit)),
        ("scale_min_instances", there.scale_min_instances == wanted.scale_min_instances),
        ("scale_max_instances", there.scale_max_instances == wanted.scale_max_instances),
    ];
    fields.into_iter().filter(|(_, is_same)| !is_same).map(|(field, _)| field).collect()
}

fn has_same(there: &[Variable], wanted: &[Variable]) -> bool {
    let number = |variables: &[Variable]| variables.iter().filter(|variable| !is_configuration(variable)).count();
    let mut asked_for = wanted.iter().filter(|variable| !is_configuration(variable));
    number(there) == number(wanted) && asked_for.all(|variable| there.contains(variable))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(text: &str) -> AppSpec {
        serde_json::from_str(text).expect("an application's fields")
    }

    const THERE: &str = r#"{
        "image_reference": "a", "image_port": 8080, "managed_domain_mappings": "local", "run_arguments": [],
        "run_env_variables": [
            { "type": "literal", "name": "A", "value": "1" },
            { "type": "secret_full_reference", "reference": "s" },
            { "type": "config_map_full_reference", "reference": "c" }
        ],
        "scale_cpu_limit": "0.25", "scale_memory_limit": "500M", "scale_min_instances": 1, "scale_max_instances": 1
    }"#;

    #[test]
    fn spelling_and_order_are_no_difference() {
        let there = spec(THERE);
        let mut wanted = there.clone();
        wanted.run_env_variables.reverse();
        (wanted.scale_memory_limit, wanted.scale_cpu_limit) = ("0.5G".to_owned(), "250m".to_owned());
        assert_eq!(difference(&there, &wanted), Vec::<&str>::new());
    }

    #[test]
    fn every_other_difference_is_named() {
        let there = spec(THERE);
        let mut wanted = there.clone();
        wanted.image_reference.push('b');
        wanted.image_port = None;
        wanted.image_secret = Some("s".to_owned());
        wanted.run_env_variables.pop();
        wanted.scale_max_instances = 2;
        assert_eq!(
            difference(&there, &wanted),
            ["image_reference", "image_port", "image_secret", "run_env_variables", "scale_max_instances"]
        );
        assert_eq!(wanted.patch(&["image_secret"], |_| true)["image_secret"], "s");
        assert!(there.patch(&["image_secret"], |_| true)["image_secret"].is_null(), "null takes it away");
    }
}
