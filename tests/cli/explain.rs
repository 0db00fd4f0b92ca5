use std::fs;
use std::path::Path;

use karctl::code::Code;

use crate::sandbox::Sandbox;

const PORT_TAKEN: &str = "\
KAR101: a port that karctl needs is taken

Another process of this machine, another karctl instance or a container listens on the port, so Kafka or Redis cannot. \
karctl names the holder where the system tells it.

What to do: End the holder, or give `--kafka-port` and `--redis-port`, or let karctl choose free ones with `--any-port`.
";

#[test]
fn a_code_is_explained_however_it_is_typed() {
    let sandbox = Sandbox::new();
    for typed in ["KAR101", "kar101", "101"] {
        sandbox.karctl(["explain", typed]).stdout(PORT_TAKEN).status(0);
    }
    let document = sandbox.karctl(["explain", "101", "-o", "json"]).output().document("explain");
    assert_eq!(document["codes"][0]["title"], "a port that karctl needs is taken");
    assert_eq!(document["codes"].as_array().map(Vec::len), Some(1));
}

#[test]
fn without_a_code_every_code_is_listed() {
    let sandbox = Sandbox::new();
    let shown = sandbox.karctl(["explain"]).output();
    let first = "KAR101  a port that karctl needs is taken";
    assert_eq!((shown.status, shown.stdout.lines().next()), (Some(0), Some(first)));
    let codes = sandbox.karctl(["explain", "-o", "json"]).output().document("explain");
    assert_eq!(codes["codes"].as_array().map(Vec::len), Some(shown.stdout.lines().count()));
}

#[test]
fn an_unknown_code_is_a_usage_error_that_names_the_nearest() {
    let stderr = "error: there is no code `KARR101`\nhint: the nearest is KAR101\n";
    Sandbox::new().karctl(["explain", "KARR101"]).stderr(stderr).status(2);
    let stderr = "error: there is no code `zzz`\nhint: `karctl explain` lists every code\n";
    Sandbox::new().karctl(["explain", "zzz"]).stderr(stderr).status(2);
}

#[test]
fn the_committed_page_is_that_of_every_code() {
    let page = Sandbox::new().karctl(["explain", "--all"]).output();
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("CODES.md");
    if std::env::var_os("KARCTL_RENEW").is_some() {
        fs::write(&file, &page.stdout).expect("the page");
    }
    let committed = fs::read_to_string(file).unwrap_or_default();
    assert!(
        committed == page.stdout,
        "CODES.md is stale; renew it with\n\n    KARCTL_RENEW=1 cargo test --test cli explain\n"
    );
    for code in Code::ALL {
        assert!(page.stdout.contains(&format!("\n### {code}: {}\n", code.title())), "{code}");
        let is_sentence = |text: &str| text.len() > 20 && text.ends_with('.') && !text.contains("  ");
        assert!(is_sentence(code.why()) && is_sentence(code.remedy()), "{code} is not explained");
    }
}

/// The text of every source but the table of codes.
fn sources(folder: &Path, text: &mut String) {
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            sources(&path, text);
        } else if path.extension().is_some_and(|end| end == "rs") && !path.ends_with("src/code.rs") {
            text.push_str(&fs::read_to_string(&path).expect("a source"));
        }
    }
}

#[test]
fn every_code_is_used() {
    let mut text = String::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut text);
    let is_unused = |code: &&Code| !text.contains(&format!("Code::{code:?}"));
    let unused: Vec<_> = Code::ALL.iter().filter(is_unused).collect();
    assert_eq!(unused, Vec::<&Code>::new());
}
