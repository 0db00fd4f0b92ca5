//! To and from a registry, with docker as the counterpart.

use std::process::Command;

use super::{Saved, assert_nothing_is_left, digest, done, fails};
use crate::parts;
use crate::registry_server::{PASSWORD, Server, USER};
use crate::sandbox::Sandbox;
use crate::token_server::TokenServer;

/// The docker command on the tests' engine; the images of this test are taken from it at the end.
struct Docker {
    registry: String,
}

impl Docker {
    fn run(&self, arguments: &[&str]) -> String {
        let output = Command::new("docker")
            .args(arguments)
            .env("DOCKER_HOST", parts::docker_host())
            .env("DOCKER_CONFIG", parts::compose_config())
            .output()
            .expect("docker starts");
        assert!(output.status.success(), "docker {arguments:?}: {output:?}");
        String::from_utf8(output.stdout).expect("text").trim().to_owned()
    }

    fn id(&self, image: &str) -> String {
        self.run(&["image", "inspect", "-f", "{{.Id}}", image])
    }

    /// Takes every image of the registry from the engine.
    fn forget(&self) {
        let format = "{{.Repository}}:{{.Tag}} {{.Repository}}@{{.Digest}}";
        let images = self.run(&["images", "--digests", "--format", format]);
        let own = images.split_whitespace().filter(|image| image.starts_with(&self.registry) && !image.contains('<'));
        for image in own {
            // The last name of an image takes its digests with it.
            Command::new("docker")
                .args(["rmi", "--force", image])
                .env("DOCKER_HOST", parts::docker_host())
                .output()
                .expect("docker starts");
        }
    }
}

impl Drop for Docker {
    fn drop(&mut self) {
        self.forget();
    }
}

fn sandbox() -> Sandbox {
    Sandbox::new().variable("DOCKER_HOST", parts::docker_host())
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn what_was_pushed_is_what_docker_pulls_and_the_second_push_sends_nothing() {
    let (server, sandbox) = (Server::plain(), sandbox());
    let docker = Docker { registry: server.host() };
    let push = ["images", "push", "karctl-test/tiny:1", "--to", &server.host()];
    let dry = done(&sandbox, &[&push[..], &["--dry-run"]].concat());
    assert_eq!((&dry["images"][0]["change"], &dry["dry_run"]), (&"created".into(), &true.into()));
    assert_eq!(server.manifest("karctl-test/tiny", "1"), None);

    let pushed = done(&sandbox, &push);
    assert_eq!((&pushed["images"][0]["change"], &pushed["images"][0]["sent"]["sent"]), (&"created".into(), &2.into()));
    let image = server.image("karctl-test/tiny:1");
    docker.run(&["pull", "--quiet", &image]);
    assert_eq!(docker.id(&image), docker.id("karctl-test/tiny:1"));
    assert_eq!(pushed["images"][0]["id"], docker.id(&image));
    let digests = docker.run(&["image", "inspect", "-f", "{{.RepoDigests}}", &image]);
    assert!(digests.contains(pushed["images"][0]["digest"].as_str().expect("a digest")), "{digests}");

    assert_eq!(done(&sandbox, &push)["images"][0]["change"], "unchanged");
    assert_eq!(done(&sandbox, &["images", "push", &image])["images"][0]["change"], "unchanged");
    assert_nothing_is_left(&sandbox);
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn what_docker_pushed_is_known_and_what_changed_replaces_it() {
    let (server, sandbox) = (Server::plain(), sandbox());
    let docker = Docker { registry: server.host() };
    let image = server.image("mine/app:1");
    docker.run(&["tag", "karctl-test/tiny:1", &image]);
    docker.run(&["push", "--quiet", &image]);
    assert_eq!(done(&sandbox, &["images", "push", &image])["images"][0]["change"], "unchanged");

    // The engine sends what changed, ...
    let container = docker.run(&["create", &image, "true"]);
    docker.run(&["commit", "--change", "LABEL changed=yes", &container, &image]);
    docker.run(&["rm", &container]);
    assert_eq!(done(&sandbox, &["images", "push", &image])["images"][0]["change"], "updated");
    assert_eq!(server.id("mine/app", "1"), Some(docker.id(&image)));
    // ... and karctl where the image goes by another name.
    let other = server.image("mine/other:1");
    docker.run(&["tag", "karctl-test/tiny:1", &other]);
    done(&sandbox, &["images", "push", &other]);
    docker.run(&["tag", &image, "karctl-test/images-changed:1"]);
    let saved = sandbox.path("work/changed.tar").display().to_string();
    docker.run(&["save", "-o", &saved, "karctl-test/images-changed:1"]);
    docker.run(&["rmi", "karctl-test/images-changed:1"]);
    let place = server.image("mine");
    let archive = ["images", "push", "--file", "changed.tar", "--to", &place];
    assert_eq!(done(&sandbox, &archive)["images"][0]["change"], "created");
    assert_eq!(server.id("mine/karctl-test/images-changed", "1"), Some(docker.id(&image)));
    assert_nothing_is_left(&sandbox);
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn images_that_share_a_layer_send_it_once() {
    let (server, sandbox) = (Server::plain(), sandbox());
    let docker = Docker { registry: server.host() };
    docker.run(&["tag", "karctl-test/tiny:1", &server.image("one:1")]);
    docker.run(&["tag", "karctl-test/tiny:1", &server.image("two:1")]);
    let pushed = done(&sandbox, &["images", "push", &server.image("one:1"), &server.image("two:1")]);
    let sent = |index: usize| pushed["images"][index]["sent"].clone();
    assert_eq!((&sent(0)["sent"], &sent(1)["sent"], &sent(1)["skipped"]), (&2.into(), &0.into(), &2.into()));
    assert_eq!(server.id("two", "1"), server.id("one", "1"));
    assert_eq!(server.unfinished("two"), 0);
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn an_image_that_the_engine_lacks_is_told() {
    let (server, sandbox) = (Server::plain(), sandbox());
    let finished = sandbox.karctl(["images", "push", &server.image("absent:1")]).output();
    fails(&finished, "KAR325", &format!("has no image {}", server.image("absent:1")));
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn a_login_is_taken_from_stdin_and_from_where_docker_keeps_it() {
    let server = Server::with_password();
    let sandbox = Sandbox::new();
    let saved = Saved::new("kar/x:1", 1 << 10);
    sandbox.write("work/x.tar", &saved.archive);
    let host = server.host();
    let push = |more: &[&str], stdin: &str| {
        let line = ["images", "push", "--file", "x.tar", "--to", &host, "-vv"];
        sandbox.karctl(line.iter().chain(more).copied()).stdin(stdin).output()
    };
    fails(&push(&[], ""), "KAR321", &format!("log in with `docker login {host}`"));
    let as_user = ["--user", USER, "--password-stdin"];
    fails(&push(&as_user, "wrong"), "KAR321", "is not accepted");
    let pushed = push(&as_user, &format!("{PASSWORD}\n"));
    assert_eq!(pushed.status, Some(0), "{}", pushed.stderr);
    assert!(!(pushed.stdout + &pushed.stderr).contains(PASSWORD));

    // `docker login` keeps both in base64.
    let auth = "a2FyOmNhbmFyeQ==";
    sandbox.write("home/.docker/config.json", format!(r#"{{"auths": {{"{host}": {{"auth": "{auth}"}}}}}}"#));
    let again = push(&[], "");
    assert!(again.stdout.contains("unchanged"), "{}{}", again.stdout, again.stderr);
    let script = format!(r#"read key; echo '{{"ServerURL": "'$key'", "Username": "{USER}", "Secret": "{PASSWORD}"}}'"#);
    sandbox.program("docker-credential-test", &script);
    sandbox.write("home/.docker/config.json", format!(r#"{{"credHelpers": {{"{host}": "test"}}}}"#));
    let again = push(&[], "");
    assert!(again.stdout.contains("unchanged"), "{}{}", again.stdout, again.stderr);
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn a_registry_that_wants_tokens_is_shown_them_and_never_the_login() {
    let tokens = TokenServer::new();
    let server = Server::with_tokens(&tokens);
    let sandbox = Sandbox::new();
    sandbox.write("work/x.tar", Saved::new("kar/x:1", 1 << 20).archive);
    let host = server.host();
    let run = |line: &[&str], stdin: &str| sandbox.karctl(line.iter().copied()).stdin(stdin).output();
    let push = ["images", "push", "--file", "x.tar", "--to", &host, "-vv"];
    fails(&run(&push, ""), "KAR321", &format!("log in with `docker login {host}`"));
    let as_user = [&push[..], &["--user", USER, "--password-stdin"]].concat();
    fails(&run(&as_user, "wrong"), "KAR321", "");
    let before = tokens.asked().len();
    let pushed = run(&as_user, PASSWORD);
    assert_eq!(pushed.status, Some(0), "{}", pushed.stderr);
    assert!(!(pushed.stdout + &pushed.stderr).contains(PASSWORD));
    let asked = tokens.asked().split_off(before);
    assert!(asked.contains(&"kar repository:kar/x:pull,push".to_owned()), "{asked:?}");
    assert!(run(&as_user, PASSWORD).stdout.contains("unchanged"));

    // Everybody may read, and the layer that is there already is taken from where it is.
    let copy = ["images", "mirror", &server.image("kar/x:1"), &server.image("other/x:1")];
    fails(&run(&copy, ""), "KAR321", "");
    let copied = run(&[&copy[..], &["--user", USER, "--password-stdin"]].concat(), PASSWORD);
    assert_eq!(copied.status, Some(0), "{}", copied.stderr);
    assert!(copied.stdout.contains("created"), "{}", copied.stdout);
    assert_nothing_is_left(&sandbox);
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn a_private_authority_is_trusted_where_docker_keeps_it_and_by_ssl_cert_file() {
    let server = Server::with_tls();
    let sandbox = Sandbox::new();
    sandbox.write("work/x.tar", Saved::new("kar/x:1", 1 << 10).archive);
    let line = ["images", "push", "--file", "x.tar", "--to", &server.host()];
    fails(&sandbox.karctl(line).output(), "KAR323", "is not trusted");
    let pushed = sandbox.karctl(line).variable("SSL_CERT_FILE", server.authority()).output();
    assert!(pushed.stdout.contains("created"), "{}{}", pushed.stdout, pushed.stderr);
    let authority = std::fs::read(server.authority()).expect("a certificate");
    sandbox.write(format!("home/.docker/certs.d/{}/ca.crt", server.host()), authority);
    let again = sandbox.karctl(line).output();
    assert!(again.stdout.contains("unchanged"), "{}{}", again.stdout, again.stderr);
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn plain_http_beyond_this_machine_has_to_be_asked_for_and_then_layers_go_compressed() {
    let server = Server::plain();
    let sandbox = Sandbox::new();
    let saved = Saved::new("kar/x:1", 1 << 20);
    sandbox.write("work/x.tar", &saved.archive);
    // It leads to this machine, but does not say so.
    let elsewhere = format!("0.0.0.0:{}", server.address().port());
    let line = ["images", "push", "--file", "x.tar", "--to", &elsewhere];
    fails(&sandbox.karctl(line).output(), "KAR322", "give --insecure-registry");
    let line = [&line[..], &["--insecure-registry"]].concat();
    assert_eq!(done(&sandbox, &line)["images"][0]["change"], "created");
    assert_eq!(server.id("kar/x", "1"), Some(saved.id.clone()));
    let layer = server.manifest("kar/x", "1").expect("pushed")["layers"][0].clone();
    assert_eq!(layer["mediaType"], "application/vnd.docker.image.rootfs.diff.tar.gzip");
    // Under another name the layer is known without being compressed again.
    let place = format!("{elsewhere}/other");
    let other = ["images", "push", "--file", "x.tar", "--to", &place, "--insecure-registry"];
    done(&sandbox, &other);
    assert_eq!(server.manifest("other/kar/x", "1").expect("pushed")["layers"][0]["digest"], layer["digest"]);
    assert_ne!(layer["digest"], digest(&[]));
    assert_nothing_is_left(&sandbox);
}
