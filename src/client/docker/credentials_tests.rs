use super::*;

/// An environment whose docker folder holds this `config.json`, and whose PATH holds these helpers.
fn environment(config: &str, helpers: &[(&str, &str)]) -> (tempfile::TempDir, Environment) {
    let home = tempfile::tempdir().expect("temporary folder");
    let path = home.path();
    std::fs::create_dir_all(path.join(".docker")).expect("folder");
    std::fs::write(path.join(".docker/config.json"), config).expect("file");
    for (name, script) in helpers {
        let file = path.join(format!("docker-credential-{name}"));
        // Written by another process: a child that a test beside this one starts may inherit a file that is open for
        // writing here, and a file that is open for writing cannot be run.
        let status = std::process::Command::new("sh")
            .args(["-c", "printf '#!/bin/sh\\n%s\\n' \"$2\" >\"$1\" && chmod 755 \"$1\"", "sh"])
            .args([file.as_os_str(), script.as_ref()])
            .status();
        assert!(status.expect("sh").success());
    }
    let variables = [("HOME", path.display().to_string()), ("PATH", path.display().to_string())];
    let environment = variables.into_iter().collect();
    (home, environment)
}

async fn look_up(config: &str, helpers: &[(&str, &str)], image: &str) -> Lookup {
    let (_home, environment) = environment(config, helpers);
    Lookup::for_image(&environment, image).await.expect("understood")
}

fn found(lookup: &Lookup) -> Option<(Option<String>, Option<String>, Option<String>)> {
    let credentials = lookup.credentials.as_ref()?.expose();
    Some((credentials.username, credentials.password, credentials.identitytoken))
}

#[test]
fn the_registry_is_the_first_part_of_a_name_that_looks_like_a_host() {
    let cases = [
        ("redis", "docker.io"),
        ("apache/kafka:3.9.1", "docker.io"),
        ("index.docker.io/library/redis", "docker.io"),
        ("localhost/x", "localhost"),
        ("localhost:5000/kar/x", "localhost:5000"),
        ("us.icr.io/n/x:1", "us.icr.io"),
    ];
    for (image, registry) in cases {
        assert_eq!(registry_of(image), registry, "{image}");
    }
}

#[tokio::test]
async fn docker_hub_is_kept_under_its_old_name() {
    let config = r#"{"auths":{"https://index.docker.io/v1/":{"auth":"bWU6cGFzczp3b3Jk"}}}"#;
    let lookup = look_up(config, &[], "apache/kafka:3.9.1").await;
    assert_eq!(found(&lookup), Some((Some("me".to_owned()), Some("pass:word".to_owned()), None)));
    assert_eq!(look_up(config, &[], "us.icr.io/x").await, Lookup::default());
}

#[tokio::test]
async fn a_helper_of_the_registry_beats_the_one_for_all_and_a_token_stays_one() {
    let config = r#"{"credHelpers":{"us.icr.io":"one"},"credsStore":"all"}"#;
    let helpers = [
        ("one", r#"echo '{"Username":"<token>","Secret":"t"}'"#),
        ("all", r#"read key; echo "{\"Username\":\"$key\",\"Secret\":\"p\"}""#),
    ];
    assert_eq!(found(&look_up(config, &helpers, "us.icr.io/x").await), Some((None, None, Some("t".to_owned()))));
    let hub = look_up(config, &[helpers[1]], "redis").await;
    assert_eq!(found(&hub), Some((Some(DOCKER_HUB.to_owned()), Some("p".to_owned()), None)));
}

#[tokio::test]
async fn a_helper_that_is_missing_or_fails_is_a_warning() {
    let config = r#"{"credsStore":"desktop"}"#;
    let lookup = look_up(config, &[], "redis").await;
    assert_eq!(
        lookup.warning.as_deref(),
        Some("no credentials for docker.io: `docker-credential-desktop` is not on PATH")
    );
    let silent =
        look_up(config, &[("desktop", "echo credentials not found in native keychain; exit 1")], "redis").await;
    assert_eq!(silent, Lookup::default());
}

#[test]
fn the_header_is_rewritten_in_the_alphabet_that_the_engine_reads() {
    let body = bollard::body_full(bytes::Bytes::new());
    let mut request = BollardRequest::new(body);
    request.headers_mut().insert("x-registry-auth", "a+b/c==".parse().expect("value"));
    let request = in_url_safe_base64(request);
    assert_eq!(request.headers()["x-registry-auth"], "a-b_c==");
}

#[test]
fn credentials_are_never_shown() {
    let auths = serde_json::from_str(r#"{"r.example":{"username":"me","password":"canary"}}"#).expect("auths");
    let credentials = stored(&auths, "r.example", "r.example").expect("found");
    assert!(!format!("{credentials:?} {auths:?}").contains("canary"));
}
