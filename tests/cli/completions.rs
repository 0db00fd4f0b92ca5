use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::sandbox::Sandbox;

/// Set to anything, it makes the first test renew what it would complain of.
const RENEW: &str = "KARCTL_RENEW";

#[test]
fn the_committed_scripts_and_man_pages_are_those_of_the_command_tree() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("completions");
    let generated = karctl::cli::generated_files().expect("files");
    if std::env::var_os(RENEW).is_some() {
        fs::remove_dir_all(&folder).ok();
        for (name, content) in &generated {
            let file = folder.join(name);
            fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
            fs::write(file, content).expect("a file");
        }
    }
    let stale =
        |(name, content): &&(String, String)| fs::read_to_string(folder.join(name)).ok().as_ref() != Some(content);
    let stale: Vec<_> = generated.iter().filter(stale).map(|(name, _)| name).collect();
    let expected: BTreeSet<_> = generated.iter().map(|(name, _)| folder.join(name)).collect();
    let left: Vec<_> = files_below(&folder).into_iter().filter(|file| !expected.contains(file)).collect();
    assert!(
        stale.is_empty() && left.is_empty(),
        "stale: {stale:?}, left over: {left:?}; renew them with\n\n    {RENEW}=1 cargo test --test cli completions\n"
    );
}

fn files_below(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    entries.flat_map(|path| if path.is_dir() { files_below(&path) } else { vec![path] }).collect()
}

/// What karctl offers for the last of these words.
fn offered(sandbox: &Sandbox, words: &[&str]) -> Vec<String> {
    let index = words.len().to_string();
    let line = ["--", "karctl"].iter().chain(words).copied();
    let invocation = sandbox.karctl(line).variable("COMPLETE", "bash").variable("_CLAP_COMPLETE_INDEX", index);
    let finished = invocation.output();
    assert_eq!((finished.status, finished.stderr.as_str()), (Some(0), ""));
    finished.stdout.lines().filter(|line| !line.starts_with("--")).map(str::to_owned).collect()
}

#[test]
fn names_of_this_machine_are_offered() {
    let sandbox = Sandbox::new();
    sandbox.write("home/.local/state/karctl/local/demo/instance.json", "{}");
    sandbox.write("home/.local/state/karctl/local/kar/instance.json", "{}");
    sandbox.write("home/.config/karctl/profiles/ours.yaml", "# Ours.\n");
    assert_eq!(offered(&sandbox, &["local", "status", "--name", ""]), ["demo", "kar"]);
    assert_eq!(offered(&sandbox, &["local", "up", "--profile", "ou"]), ["ours"]);
    assert_eq!(offered(&sandbox, &["local", "logs", "k"]), ["kafka"]);
    assert_eq!(offered(&sandbox, &["explain", "KAR10"]).first().map(String::as_str), Some("KAR101"));
    assert_eq!(offered(&sandbox, &["schema", "profile"]), ["profile list", "profile schema", "profile show"]);
}

#[test]
fn settings_are_offered_with_their_values_but_no_secret_for_set() {
    let sandbox = Sandbox::new();
    assert_eq!(
        offered(&sandbox, &["config", "show", "--set", "redis."]),
        ["redis.image=", "redis.port=", "redis.program="]
    );
    assert_eq!(
        offered(&sandbox, &["config", "show", "--set", "kafka.mode="]),
        ["kafka.mode=zookeeper", "kafka.mode=kraft"]
    );
    assert_eq!(offered(&sandbox, &["config", "show", "--set-file", "redis.pa"]), ["redis.password="]);
    sandbox.write("work/secret", "");
    assert_eq!(offered(&sandbox, &["config", "show", "--set-file", "redis.password=s"]), ["redis.password=secret"]);
}

#[test]
fn nothing_is_offered_and_nothing_said_where_there_is_no_home() {
    let sandbox = Sandbox::new();
    fs::remove_dir(sandbox.path("home")).expect("empty");
    assert_eq!(offered(&sandbox, &["local", "status", "--name", ""]), Vec::<String>::new());
}

#[test]
fn another_programs_complete_changes_nothing() {
    let sandbox = Sandbox::new();
    sandbox
        .karctl(["explain", "zzz"])
        .variable("COMPLETE", "1")
        .stderr("error: there is no code `zzz`\nhint: `karctl explain` lists every code\n")
        .status(2);
}

#[test]
fn install_writes_one_file_and_the_second_time_none() {
    let install = |sandbox: &Sandbox| sandbox.karctl(["completions", "--install"]).output();
    for (shell, file, next) in [
        (
            "bash",
            "home/.local/share/bash-completion/completions/karctl",
            "a new shell has them, where the package bash-completion is installed\n",
        ),
        (
            "zsh",
            "home/.local/share/zsh/site-functions/_karctl",
            "unless it is there, add this line to ~/.zshrc in front of compinit: fpath=([ROOT]/home/.local/share/zsh/site-functions $fpath)\n",
        ),
        ("fish", "home/.config/fish/completions/karctl.fish", ""),
    ] {
        let sandbox = Sandbox::new().variable("SHELL", format!("/usr/bin/{shell}"));
        sandbox.write("home/.bashrc", "mine");
        for change in ["created", "unchanged"] {
            assert_eq!(install(&sandbox).stdout, format!("[ROOT]/{file} {change}\n{next}"));
        }
        assert!(sandbox.read(file).contains(&format!("COMPLETE={shell} karctl")));
        assert_eq!(sandbox.read("home/.bashrc"), "mine");
        fs::write(sandbox.path(file), "an older one").expect("its own file");
        assert_eq!(install(&sandbox).stdout, format!("[ROOT]/{file} updated\n{next}"));
        let document = sandbox.karctl(["completions", "--install", "-o", "json"]).output();
        assert_eq!(document.document("completions --install")["change"], "unchanged");
    }
}

#[test]
fn install_into_a_home_that_cannot_be_written_fails() {
    let sandbox = Sandbox::new().variable("SHELL", "/bin/fish");
    sandbox.write("home/.config", "a file");
    let stderr = "error: [ROOT]/home/.config/fish/completions cannot be made: Not a directory (os error 20)\n";
    sandbox.karctl(["completions", "--install"]).stderr(stderr).status(1);
}

#[test]
fn a_shell_without_a_folder_is_told_what_to_do() {
    let sandbox = Sandbox::new();
    let stderr = "error: elvish loads completions from its start-up file only\n\
                  hint: add this line to it: eval (E:COMPLETE=elvish karctl | slurp)\n";
    sandbox.karctl(["completions", "elvish", "--install"]).stderr(stderr).status(2);
    let hint = "hint: name it: karctl completions bash|elvish|fish|powershell|zsh --install\n";
    let line = ["completions", "--install"];
    sandbox.karctl(line).stderr(format!("error: SHELL is not set, so your shell cannot be told\n{hint}")).status(2);
    let stderr = format!("error: karctl has no completions for /bin/dash\n{hint}");
    sandbox.karctl(line).variable("SHELL", "/bin/dash").stderr(stderr).status(2);
}

/// Real shells complete `karctl explain KAR10` and `--set kafka.mode=`, through what `--install` wrote.
#[test]
fn bash_completes_through_the_installed_file() {
    let sandbox = Sandbox::new().variable("SHELL", "/bin/bash");
    sandbox.karctl(["completions", "--install"]).output();
    let script = r#"
        . "$HOME/.local/share/bash-completion/completions/karctl"
        complete -p karctl >/dev/null || exit 9
        COMP_WORDS=(karctl explain KAR10) COMP_CWORD=2 COMP_TYPE=9
        _clap_complete_karctl karctl KAR10 explain
        printf '%s\n' "${COMPREPLY[@]}" | head -n 2
    "#;
    let binary = Path::new(env!("CARGO_BIN_EXE_karctl"));
    let output = Command::new("bash")
        .args(["--norc", "-c", script])
        .env("HOME", sandbox.path("home"))
        .env("PATH", format!("{}:/usr/bin:/bin", binary.parent().expect("a folder").display()))
        .output()
        .expect("bash");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "KAR101\nKAR103\n");
}

#[test]
fn every_shell_has_a_script_of_both_kinds() {
    let sandbox = Sandbox::new();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        for kind in [&["completions", shell][..], &["completions", shell, "--static"]] {
            let shown = sandbox.karctl(kind.iter().copied()).output();
            assert_eq!((shown.status, shown.stderr.as_str()), (Some(0), ""));
            let asks = shown.stdout.contains("COMPLETE");
            assert_eq!(asks, kind.len() == 2, "{kind:?}");
        }
    }
}

#[test]
fn man_pages_are_printed_and_written() {
    let sandbox = Sandbox::new();
    let shown = sandbox.karctl(["man"]).output();
    assert!(shown.stdout.contains(".TH karctl 1"), "{}", shown.stdout);
    let pages =
        karctl::cli::generated_files().expect("files").iter().filter(|(name, _)| name.starts_with("man/")).count();
    for change in ["created", "unchanged"] {
        sandbox.karctl(["man", "pages"]).stderr(format!("{pages} pages in pages: {change}\n")).status(0);
    }
    assert!(sandbox.read("work/pages/karctl-local-up.1").contains("karctl local up"));
}
