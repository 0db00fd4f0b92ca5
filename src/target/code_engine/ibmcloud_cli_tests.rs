use super::*;
use crate::error::report;

fn of(main: &str, plugin: &str) -> Result<CliConfiguration> {
    parse((Path::new("/c/config.json"), main), (Path::new("/c/plugin.json"), plugin))
}

#[test]
fn what_is_missing_null_or_empty_is_nothing() {
    for text in ["{}", r#"{"IAMToken": null, "Region": "", "ResourceGroup": {}, "More": [1]}"#] {
        let read = of(text, "{}").expect("an empty target");
        assert!(read.login().expect("nobody").is_none());
        assert!(read.region().is_none() && read.resource_group().is_none() && read.project().is_none());
    }
}

#[test]
fn a_resource_group_is_a_name_an_object_or_an_id() {
    let group = |text: &str| of(text, "{}").expect("a target").resource_group().map(|(group, _)| group.to_owned());
    assert_eq!(group(r#"{"ResourceGroup": {"GUID": "g", "Name": "n"}}"#).as_deref(), Some("n"));
    assert_eq!(group(r#"{"ResourceGroup": {"GUID": "g"}}"#).as_deref(), Some("g"));
    assert_eq!(group(r#"{"ResourceGroup": "n"}"#).as_deref(), Some("n"));
}

#[test]
fn what_cannot_be_understood_is_named_by_file_and_key_and_not_shown() {
    for (main, plugin, reason) in [
        ("[]", "{}", "/c/config.json cannot be understood: it holds no JSON object"),
        ("{\"canary", "{}", "/c/config.json cannot be understood: it is no JSON (line 1, column 8)"),
        (r#"{"IAMToken": ["canary"]}"#, "{}", "/c/config.json cannot be understood: its `IAMToken` is no text"),
        (r#"{"ResourceGroup": {"Name": 1}}"#, "{}", "/c/config.json cannot be understood: its `Name` is no text"),
        ("{}", r#"{"projectID": {}}"#, "/c/plugin.json cannot be understood: its `projectID` is no text"),
    ] {
        let report = report(&of(main, plugin).expect_err("a failure"));
        assert_eq!(report.message, format!("the `ibmcloud` command's file {reason}"));
        assert_eq!(report.code, Some(Code::CloudConfigurationUnusable));
    }
}

#[test]
fn the_plugin_for_code_engine_has_a_region_of_its_own() {
    let read = of(r#"{"Region": "us-south"}"#, r#"{"projectID": "p", "region": "eu-de"}"#).expect("a target");
    assert_eq!(read.region(), Some(("eu-de", Path::new("/c/plugin.json"))));
    assert_eq!(read.project().map(|project| (project.id, project.region)), Some(("p", "eu-de")));
    let read = of(r#"{"Region": "us-south"}"#, "{}").expect("a target");
    assert_eq!(read.region(), Some(("us-south", Path::new("/c/config.json"))));
}
