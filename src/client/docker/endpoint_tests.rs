use super::*;

/// A home folder, and an environment that has it.
struct Home {
    folder: tempfile::TempDir,
    variables: Vec<(String, String)>,
}

impl Home {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("temporary folder");
        let variables = vec![("HOME".to_owned(), folder.path().display().to_string())];
        Self { folder, variables }
    }

    fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    fn file(self, path: &str, text: &str) -> Self {
        let path = self.folder.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("folder");
        std::fs::write(path, text).expect("file");
        self
    }

    fn context(self, name: &str, meta: &str) -> Self {
        use sha2::Digest;
        let id = format!("{:x}", sha2::Sha256::digest(name));
        self.file(&format!(".docker/contexts/meta/{id}/meta.json"), meta)
    }

    fn environment(&self) -> Environment {
        self.variables.iter().cloned().collect()
    }

    fn resolve(&self) -> Result<Resolution> {
        Resolution::read(&self.environment())
    }

    fn asked(&self) -> String {
        match self.resolve().expect("resolves") {
            Resolution::Asked(endpoint) => endpoint.to_string(),
            Resolution::Candidates(all) => panic!("nobody was asked for: {all:?}"),
        }
    }
}

const DESKTOP: &str =
    r#"{"Name":"desktop","Metadata":{},"Endpoints":{"docker":{"Host":"unix:///d.sock","SkipTLSVerify":false}}}"#;

#[test]
fn docker_host_beats_every_context() {
    let home =
        Home::new().with("DOCKER_HOST", "unix:///h.sock").with("DOCKER_CONTEXT", "desktop").context("desktop", DESKTOP);
    assert_eq!(home.asked(), "unix:///h.sock (DOCKER_HOST)");
}

#[test]
fn the_variable_beats_the_context_in_use() {
    let home = Home::new()
        .with("DOCKER_CONTEXT", "desktop")
        .file(".docker/config.json", r#"{"currentContext":"other"}"#)
        .context("desktop", DESKTOP);
    assert_eq!(home.asked(), "unix:///d.sock (context desktop)");
}

#[test]
fn the_context_in_use_is_read_from_the_folder_that_docker_config_names() {
    let home = Home::new().file("c/config.json", r#"{"currentContext":"desktop"}"#);
    let folder = home.folder.path().join("c").display().to_string();
    let home = home.with("DOCKER_CONFIG", &folder);
    let error = home.resolve().expect_err("no such context").to_string();
    assert_eq!(error, "the docker context `desktop` does not exist");
}

#[test]
fn a_missing_context_is_an_error_and_never_another_engine() {
    let home = Home::new().with("DOCKER_CONTEXT", "gone");
    assert_eq!(home.resolve().expect_err("missing").to_string(), "the docker context `gone` does not exist");
}

#[test]
fn a_broken_configuration_is_an_error() {
    let home = Home::new().file(".docker/config.json", "{");
    assert!(home.resolve().expect_err("broken").to_string().ends_with("is not what the docker CLI writes"));
}

#[test]
fn nothing_set_means_the_default_socket_then_those_that_exist() {
    let home = Home::new()
        .file(".docker/config.json", r#"{"currentContext":"default"}"#)
        .file(".rd/docker.sock", "")
        .file(".colima/zeta/docker.sock", "")
        .file(".colima/default/docker.sock", "")
        .file("run/podman/podman.sock", "");
    let runtime = home.folder.path().join("run").display().to_string();
    let home = home.with("XDG_RUNTIME_DIR", &runtime);
    let Resolution::Candidates(all) = home.resolve().expect("resolves") else { panic!("asked") };
    let prefix = format!("unix://{}/", home.folder.path().display());
    let found: Vec<_> = all
        .iter()
        .filter_map(|endpoint| endpoint.address.to_string().strip_prefix(&prefix).map(str::to_owned))
        .collect();
    assert_eq!(all[0].to_string(), "unix:///var/run/docker.sock (the default)");
    assert_eq!(
        found,
        [".colima/default/docker.sock", ".colima/zeta/docker.sock", ".rd/docker.sock", "run/podman/podman.sock"]
    );
}

#[test]
fn tcp_takes_its_port_and_certificates_from_the_usual_places() {
    let plain = Home::new().with("DOCKER_HOST", "tcp://engine");
    assert_eq!(plain.asked(), "tcp://engine:2375 (DOCKER_HOST)");
    let home = Home::new().file("t/ca.pem", "").file("t/cert.pem", "").file("t/key.pem", "");
    let folder = home.folder.path().join("t");
    let home = home
        .with("DOCKER_HOST", "tcp://engine")
        .with("DOCKER_TLS_VERIFY", "1")
        .with("DOCKER_CERT_PATH", &folder.display().to_string());
    let Resolution::Asked(endpoint) = home.resolve().expect("resolves") else { panic!("nobody") };
    let tls = Tls { ca: folder.join("ca.pem"), certificate: folder.join("cert.pem"), key: folder.join("key.pem") };
    assert_eq!(endpoint.address, Address::Tcp { authority: "engine:2376".to_owned(), tls: Some(tls) });
}

#[test]
fn a_missing_certificate_is_named() {
    let home = Home::new().with("DOCKER_HOST", "tcp://engine").with("DOCKER_TLS_VERIFY", "1");
    let error = home.resolve().expect_err("no certificates").to_string();
    assert!(error.ends_with(".docker/ca.pem does not exist"), "{error}");
}

#[test]
fn what_cannot_be_reached_says_what_to_do_instead() {
    for (host, hint) in
        [("ssh://me@far", "ssh -nNT -L"), ("npipe:////./pipe/docker_engine", "use unix://"), ("far", "unix:///")]
    {
        let error = Address::parse(host, None).expect_err(host);
        let report = crate::error::report(&error);
        assert!(report.hints[0].contains(hint), "{host}: {:?}", report.hints);
        assert_eq!(report.status, crate::error::Status::Usage);
    }
}

#[test]
fn a_recorded_address_keeps_its_origin_and_the_certificates_of_today() {
    let home = Home::new().context("desktop", DESKTOP).with("DOCKER_CONTEXT", "desktop");
    let of = |host| match Resolution::recorded(&home.environment(), host).expect("parses") {
        Resolution::Asked(endpoint) => endpoint.origin,
        Resolution::Candidates(_) => panic!("candidates"),
    };
    assert_eq!(of("unix:///d.sock"), Origin::Context("desktop".to_owned()));
    assert_eq!(of("unix:///x.sock"), Origin::Recorded);
}
