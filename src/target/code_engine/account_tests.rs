use std::fs;
use std::os::unix::fs::PermissionsExt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::*;
use crate::client::ibmcloud::Credential;
use crate::context::{DEFAULT_TIMEOUT, Deadline};
use crate::environment::Environment;
use crate::ui::{Output, Progress, Questions, Ui};

/// A home with the variables of a test.
struct Home {
    folder: tempfile::TempDir,
    variables: Vec<(String, String)>,
}

impl Home {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let home = ("HOME".to_owned(), folder.path().display().to_string());
        Self { folder, variables: vec![home] }
    }

    fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    fn file(self, name: &str, content: &str) -> Self {
        let path = self.folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(&path, content).expect("written");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("its own");
        self
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    fn context(&self) -> Context {
        let environment: Environment = self.variables.iter().cloned().collect();
        let ui = Ui::new(Output::Text, Progress::None, Questions::Refuse, 0);
        Context { environment, ui, deadline: Deadline::after(DEFAULT_TIMEOUT) }
    }

    fn find(&self, options: &AccountOptions) -> Result<Account> {
        find(&self.context(), options)
    }

    fn failure(&self) -> String {
        report(&self.find(&AccountOptions::default()).err().expect("a failure")).message
    }
}

fn login(expires: i64, rest: &str) -> String {
    let token = format!("e30.{}.x", URL_SAFE_NO_PAD.encode(format!("{{\"exp\":{expires}}}")));
    format!("{{\"IAMToken\": \"Bearer {token}\"{rest}}}")
}

const FAR: i64 = 4_102_444_800;

#[test]
fn each_value_is_taken_from_the_first_place_that_says_it() {
    let plugin = r#"{"projectID": "00000000-0000-0000-0000-0000000000c1", "region": "eu-gb"}"#;
    let home = Home::new()
        .file(".bluemix/config.json", &login(FAR, r#", "Region": "us-east", "ResourceGroup": {"Name": "team"}"#))
        .file(".bluemix/plugins/code-engine/config.json", plugin);
    let found = home.find(&AccountOptions::default()).expect("the command's login");
    let of_cli = |name: &str| Origin::Cli(home.path(name).into());
    assert_eq!(found.login, of_cli(".bluemix/config.json"));
    assert!(!found.session.has_key());
    let plugin = of_cli(".bluemix/plugins/code-engine/config.json");
    assert_eq!(found.region, Some(Sourced { value: "eu-gb".to_owned(), origin: plugin.clone() }));
    assert_eq!(found.resource_group.expect("a group").value, "team");
    assert_eq!(found.wanted_project.expect("a project").origin, plugin);

    Chosen::new("id", "kept", "eu-de").write(&home.context()).expect("kept");
    let found = home.find(&AccountOptions::default()).expect("a login");
    assert_eq!(found.region, Some(Sourced { value: "eu-de".to_owned(), origin: Origin::Record }));
    assert_eq!(found.wanted_project, Some(Sourced { value: "id".to_owned(), origin: Origin::Record }));

    let home = home.with("IC_API_KEY", "second").with("IBMCLOUD_REGION", "jp-tok").with("CE_PROJECT", "named");
    let found = home.find(&AccountOptions::default()).expect("a key");
    assert_eq!((found.login.clone(), found.session.has_key()), (Origin::Variable("IC_API_KEY"), true));
    assert_eq!(found.region.expect("a region").origin, Origin::Variable("IBMCLOUD_REGION"));
    assert_eq!(found.wanted_project.expect("a project").value, "named");

    let home = home.file("key.json", r#"{"name": "n", "apikey": "of-a-file"}"#);
    let typed = AccountOptions {
        api_key_file: Some(home.path("key.json").into()),
        region: Some("au-syd".to_owned()),
        project: Some("typed".to_owned()),
        resource_group: None,
    };
    let found = home.find(&typed).expect("typed");
    assert_eq!(found.login, Origin::Option("--api-key-file"));
    assert_eq!(found.region.expect("a region").value, "au-syd");
    assert_eq!(found.wanted_project.expect("a project").origin, Origin::Option("--project"));
    let address = found.session.api().code_engine.clone().expect("a region").to_string();
    assert_eq!(address, "https://api.au-syd.codeengine.cloud.ibm.com");
}

#[test]
fn a_project_that_is_kept_is_not_meant_in_another_region() {
    let home = Home::new().with("IBMCLOUD_API_KEY", "key");
    Chosen::new("id", "kept", "eu-de").write(&home.context()).expect("kept");
    let in_region = |region: &str| {
        let options = AccountOptions { region: Some(region.to_owned()), ..AccountOptions::default() };
        home.find(&options).expect("a key").wanted_project.map(|project| project.value)
    };
    assert_eq!(in_region("eu-de").as_deref(), Some("id"));
    assert_eq!(in_region("us-south"), None);
}

#[test]
fn what_cannot_be_a_key_is_refused_before_it_is_sent() {
    for (text, reason) in [
        ("{key}", "it begins or ends with a brace or a quote"),
        ("\"key", "it begins or ends with a brace or a quote"),
        ("key}", "it begins or ends with a brace or a quote"),
        ("a key", "it has a blank or another character that no key has"),
    ] {
        let home = Home::new().with("IBMCLOUD_API_KEY", text);
        assert_eq!(home.failure(), format!("IBMCLOUD_API_KEY holds no API key: {reason}"), "{text}");
        assert!(!home.failure().contains(text));
    }
    let home = Home::new().file("k", "\n");
    let path = home.path("k");
    let empty = home.with("IBMCLOUD_API_KEY", &format!("@{path}"));
    assert_eq!(empty.failure(), "IBMCLOUD_API_KEY holds no API key: it is empty");
    let missing = Home::new().with("IBMCLOUD_API_KEY", "@/nowhere/key");
    assert_eq!(missing.failure(), "IBMCLOUD_API_KEY: /nowhere/key is not there");
}

#[test]
fn a_key_is_read_from_a_file_with_or_without_what_ibm_writes_around_it() {
    for content in ["the-key\n", r#"{"name": "n", "apikey": "the-key"}"#] {
        let home = Home::new().file("k", content);
        let path = format!("@{}", home.path("k"));
        let home = home.with("IBMCLOUD_API_KEY", &path);
        let (credential, _) =
            credential(&home.context(), &AccountOptions::default(), &Ok(None)).expect("a key that can be used");
        let Credential::ApiKey(key) = credential else { panic!("no key") };
        assert_eq!(key.expose(), "the-key");
    }
}

#[test]
fn a_login_that_has_ended_or_is_none_is_named_with_its_file() {
    let ended = Home::new().file(".bluemix/config.json", &login(1_700_000_000, ""));
    let path = ended.path(".bluemix/config.json");
    let said = format!("the login of the `ibmcloud` command ({path}) ended at 2023-11-14T22:13:20Z");
    assert_eq!(ended.failure(), said);
    let none = Home::new().file(".bluemix/config.json", r#"{"IAMToken": "Bearer nonsense"}"#);
    assert!(none.failure().ends_with("holds no token"), "{}", none.failure());
    let nobody = Home::new().file(".bluemix/config.json", r#"{"IAMToken": ""}"#);
    assert!(nobody.failure().starts_with("there is no login for IBM Cloud"), "{}", nobody.failure());
    assert!(Home::new().failure().starts_with("there is no login for IBM Cloud"));
}

#[test]
fn a_broken_file_of_the_other_command_is_in_nobodys_way_who_has_a_key() {
    let broken = Home::new().file(".bluemix/config.json", "{");
    assert!(broken.failure().contains("cannot be understood: it is no JSON (line 1"), "{}", broken.failure());
    let found = broken.with("IBMCLOUD_API_KEY", "key").find(&AccountOptions::default()).expect("a key");
    assert_eq!(found.region, None);
}

#[test]
fn addresses_are_https_or_of_this_machine() {
    let home = Home::new().with("IBMCLOUD_API_KEY", "key").with("KARCTL_IAM_URL", "http://iam.example");
    assert!(home.failure().starts_with("KARCTL_IAM_URL is plain HTTP"), "{}", home.failure());
    let home = Home::new().with("IBMCLOUD_API_KEY", "key").with("KARCTL_CODE_ENGINE_URL", "http://127.0.0.1:1/v2");
    let found = home.find(&AccountOptions::default()).expect("an address");
    assert_eq!(found.session.api().code_engine.clone().expect("given").to_string(), "http://127.0.0.1:1");
    let home = Home::new().with("IBMCLOUD_API_KEY", "key").with("IBMCLOUD_REGION", "Dallas");
    assert_eq!(home.failure(), "`Dallas` is no region; one is written like eu-de or us-south");
}

#[test]
fn an_id_is_told_from_a_name() {
    assert!(is_project_id("4ff0c4e0-2f13-4ce4-8165-f007f48bafe4"));
    for name in [
        "kar",
        "4ff0c4e0-2f13-4ce4-8165-f007f48bafeg",
        "4ff0c4e0-2f13-4ce4-8165",
        "4FF0C4E0-2F13-4CE4-8165-F007F48BAFE4",
    ] {
        assert!(!is_project_id(name), "{name}");
    }
}
