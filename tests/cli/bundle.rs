//! What needs no engine: files that are none, and options that do not fit together.

use crate::sandbox::Sandbox;

#[test]
fn a_file_that_is_no_bundle_says_so() {
    let sandbox = Sandbox::new();
    sandbox.write("work/empty.tar", [0; 1024]);
    for command in ["verify", "load"] {
        let said = "error: empty.tar is no bundle, or is damaged: it lacks karctl/bundle.json\n\
                    hint: copy it again, or save it anew with `karctl bundle save`\n\
                    hint: `karctl explain KAR328` tells more\n";
        sandbox.karctl(["bundle", command, "empty.tar"]).stderr(said).status(1);
        let absent = "error: absent.tar cannot be read: No such file or directory (os error 2)\n";
        sandbox.karctl(["bundle", command, "absent.tar"]).stderr(absent).status(2);
    }
}

#[test]
fn what_would_be_saved_is_said_without_an_engine() {
    let sandbox = Sandbox::new();
    let line = ["bundle", "save", "b.tar", "--only-these", "--image", "kar/x:1", "--image", "kar/x:1", "--dry-run"];
    sandbox.karctl(line).stdout("b.tar would be created, with\n  kar/x:1\n").status(0);
    let all = sandbox.karctl(["bundle", "save", "b.tar", "--dry-run", "-o", "json"]).output().document("bundle save");
    assert_eq!(all["images"].as_array().map(Vec::len), Some(5));
    let alone = sandbox.karctl(["bundle", "save", "b.tar", "--only-these"]).output();
    assert!(alone.status == Some(2) && alone.stderr.contains("--image"), "{}", alone.stderr);
    let both = sandbox.karctl(["bundle", "load", "b.tar", "--to", "r:5000", "--cluster", "c"]).output();
    assert_eq!(both.status, Some(2), "{}", both.stderr);
    assert!(!sandbox.path("work/b.tar").exists());
}
