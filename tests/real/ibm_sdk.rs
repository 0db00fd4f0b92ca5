//! The fake of IBM Cloud, held against IBM's own SDKs: what they do with the real services they do with the fake,
//! unchanged, and what the services are documented to refuse is refused.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::ibmcloud::{API_KEY, Fault, IbmCloud, Image, Point, Service, certificate_authority, kafka_key, redis_key};
use crate::parts;

/// Runs a part of the script; returns what it tried.
#[track_caller]
fn run(cloud: &IbmCloud, part: &str) -> Vec<String> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ibmcloud/sdk.py");
    let output = Command::new(parts::ibm_sdk().join("bin/python3"))
        .arg(script)
        .arg(part)
        .env_clear()
        .env("IAM", cloud.url(Service::Iam))
        .env("RESOURCE_CONTROLLER", cloud.url(Service::ResourceController))
        .env("CODE_ENGINE", cloud.url(Service::CodeEngine))
        .env("API_KEY", API_KEY)
        .env("EXPIRED_TOKEN", cloud.user_token(Duration::ZERO))
        .output()
        .expect("Python starts");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let tried: Vec<_> = text(&output.stdout).lines().map(str::to_owned).collect();
    assert!(output.status.success(), "after {tried:#?}\n{}", text(&output.stderr));
    tried
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn ibms_sdks_work_against_the_fake() {
    let cloud = IbmCloud::start();
    let ca = certificate_authority();
    cloud.change(|account| {
        account.creation_reads = 2;
        account.deletion_reads = 2;
        account.keeps_projects = false;
        account.deployment_reads = 2;
        account.images.push(("us.icr.io/kar/missing".to_owned(), Image::Missing));
        for name in ["one", "two", "three", "four"] {
            account.add_project(name);
        }
        for name in ["kar", "KAR-2", "other"] {
            account.keys.push(redis_key(name, "redis.example.com", 31940, "ibm_cloud_user", "p", &ca));
            account.keys.push(kafka_key(name, &["broker-0.example.com:9093"], "k"));
        }
        account.keys.push(kafka_key("karma", &["broker-0.example.com:9093"], "k"));
    });
    cloud.fail(Fault::TooMany { retry_after: 1 }, &Point::first("resource-controller GET /v2/resource_keys"));
    cloud.fail(Fault::Gateway { status: 503 }, &Point::first("code-engine GET /v2/projects/{project}/secrets?start"));
    let tried = run(&cloud, "works");
    assert_eq!(tried.len(), 38, "{tried:#?}");
    assert_eq!(cloud.misuse(), Vec::<String>::new());
    assert_eq!(cloud.struck(), 2);
    let waited = cloud.requests().into_iter().filter(|request| [429, 503].contains(&request.status)).count();
    assert_eq!(waited, 2);
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn the_fake_refuses_what_ibm_documents_to_refuse() {
    let cloud = IbmCloud::start();
    cloud.change(|account| account.add_project("kar"));
    let tried = run(&cloud, "refusals");
    assert_eq!(tried.len(), 47, "{tried:#?}");
}
