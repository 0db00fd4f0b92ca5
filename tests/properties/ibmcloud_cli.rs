//! The `ibmcloud` command's files with anything in them and anything missing: they are read, or refused by an error that
//! names the file. Nothing panics, and no error holds a token.

use std::path::Path;

use anyhow::Error;
use karctl::code::Code;
use karctl::error::report;
use karctl::target::code_engine::ibmcloud_cli::{CliConfiguration, parse};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};

use super::hostile::{seed, values};
use super::service_keys::damage;

const ROUNDS: usize = 20_000;

/// Stands in the token.
const CANARY: &str = "canary-21c9";

const MAIN: &str = "/home/me/.bluemix/config.json";
const PLUGIN: &str = "/home/me/.bluemix/plugins/code-engine/config.json";

fn main_file() -> Value {
    json!({
        "APIEndpoint": "https://cloud.ibm.com",
        "IAMToken": format!("Bearer {CANARY}.{CANARY}.{CANARY}"),
        "IAMRefreshToken": CANARY,
        "Account": {"GUID": "a", "Name": "me"},
        "ResourceGroup": {"GUID": "g", "Name": "Default", "State": "ACTIVE", "Default": true},
        "Region": "us-south",
        "PluginRepos": [{"Name": "IBM Cloud", "URL": "https://plugins.cloud.ibm.com"}],
    })
}

fn plugin_file() -> Value {
    json!({"projectID": "p", "region": "eu-de", "namespace": "n", "kubeConfig": "/home/me/kubeconfig"})
}

fn read(main: &str, plugin: &str) -> Result<CliConfiguration, Error> {
    parse((Path::new(MAIN), main), (Path::new(PLUGIN), plugin))
}

fn assert_names_a_file(error: &Error) {
    let report = report(error);
    assert!(report.message.contains(MAIN) || report.message.contains(PLUGIN), "{}", report.message);
    assert!(!format!("{report:?}").contains(CANARY), "{report:?}");
    assert!(!report.hints.is_empty() && report.code.is_some(), "{report:?}");
}

/// What is read of it is text that holds something.
fn assert_is_usable(read: &CliConfiguration) {
    let texts = [read.region().map(|found| found.0), read.resource_group().map(|found| found.0)];
    let project = read.project();
    for text in texts.into_iter().chain([project.as_ref().map(|project| project.id)]).flatten() {
        assert!(!text.is_empty() && text == text.trim(), "{text:?}");
    }
    // The token is none, or was replaced by what is none either.
    match read.login() {
        Ok(login) => assert!(login.is_none()),
        Err(error) => assert_names_a_file(&error),
    }
}

#[test]
fn damaged_files_are_understood_or_refused_by_path() {
    let (mut random, hostile) = (StdRng::seed_from_u64(seed()), values(1000));
    let (mut understood, mut refused) = (0, 0);
    for _ in 0..ROUNDS {
        let (mut main, mut plugin) = (main_file(), plugin_file());
        damage(if random.random_ratio(1, 2) { &mut main } else { &mut plugin }, &mut random, &hostile);
        match read(&main.to_string(), &plugin.to_string()) {
            Ok(read) => {
                assert_is_usable(&read);
                understood += 1;
            }
            Err(error) => {
                assert_names_a_file(&error);
                assert_eq!(report(&error).code, Some(Code::CloudConfigurationUnusable));
                refused += 1;
            }
        }
    }
    println!("{understood} of {ROUNDS} understood, {refused} refused");
    assert!(understood > ROUNDS / 20 && refused > ROUNDS / 20);
}

#[test]
fn torn_files_are_understood_or_refused_by_path() {
    let (mut random, hostile) = (StdRng::seed_from_u64(seed()), values(1000));
    let (main, plugin) = (main_file().to_string(), plugin_file().to_string());
    for _ in 0..ROUNDS / 4 {
        let mut torn = main.clone();
        let start = random.random_range(0..torn.len());
        let end = (start + random.random_range(0..100)).min(torn.len());
        torn.replace_range(start..end, hostile.choose(&mut random).expect("values"));
        match read(&torn, &plugin) {
            Ok(read) => assert_is_usable(&read),
            Err(error) => assert_names_a_file(&error),
        }
        let cut = &main[..start];
        assert_names_a_file(&read(cut, &plugin).expect_err("half a file"));
        assert_names_a_file(&read(&main, &plugin[..start.min(plugin.len() - 1)]).expect_err("half a file"));
    }
}
