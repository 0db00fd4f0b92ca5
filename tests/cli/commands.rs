use std::collections::BTreeSet;

use clap::{Arg, Command};

use crate::sandbox::Sandbox;

/// Commands whose help has no example, and why.
const WITHOUT_EXAMPLE: [(&str, &str); 5] = [
    ("local ls", "takes nothing"),
    ("local ps", "takes the instance's name only"),
    ("local status", "takes the instance's name only"),
    ("local stop", "takes the instance's name only"),
    ("version", "takes nothing"),
];

fn shown(command: &Command) -> impl Iterator<Item = &Command> {
    command.get_subcommands().filter(|command| !command.is_hide_set())
}

/// Calls `look` with every command that is shown, and its path.
fn walk(command: &Command, path: &str, look: &mut dyn FnMut(&str, &Command)) {
    look(path, command);
    for below in shown(command) {
        walk(below, format!("{path} {}", below.get_name()).trim(), look);
    }
}

#[test]
fn every_command_and_option_says_what_it_is_for() {
    walk(&karctl::cli::command(), "", &mut |path, command| {
        let about = command.get_about().unwrap_or_else(|| panic!("`{path}` says nothing")).to_string();
        assert!(!about.ends_with('.') || path.is_empty(), "`{path}`: no full stop: {about}");
        for argument in command.get_arguments().filter(|argument| !argument.is_hide_set()) {
            assert!(argument.get_help().is_some(), "`{path}`: {} says nothing", argument.get_id());
        }
    });
}

#[test]
fn every_command_has_an_example_or_a_reason_for_none() {
    walk(&karctl::cli::command(), "", &mut |path, command| {
        if shown(command).next().is_some() {
            return;
        }
        let has_example = command.get_after_help().is_some_and(|help| help.to_string().contains("Example"));
        let is_excepted = WITHOUT_EXAMPLE.iter().any(|(excepted, _)| *excepted == path);
        assert!(has_example != is_excepted, "`karctl {path} --help` is to have an example, or a reason for none");
    });
}

#[test]
fn no_variable_of_an_option_is_taken_for_a_setting_that_is_none() {
    let mut names = BTreeSet::new();
    walk(&karctl::cli::command(), "", &mut |_, command| {
        let variables = command.get_arguments().filter_map(Arg::get_env);
        names.extend(variables.map(|name| name.to_string_lossy().into_owned()));
    });
    assert!(names.contains("KARCTL_CLUSTER_IMAGE") && names.contains("KARCTL_LOCAL_NAME"), "{names:?}");
    for name in names.iter().filter(|name| name.starts_with("KARCTL_")) {
        let sandbox = Sandbox::new().variable(name, "some");
        let shown = sandbox.karctl(["config", "show"]).output();
        assert!(!shown.stderr.contains("names no setting"), "{}", shown.stderr);
    }
}

#[test]
fn help_goes_to_stdout_and_a_mistake_to_stderr() {
    let sandbox = Sandbox::new();
    let help = sandbox.karctl(["config", "show", "--help"]).output();
    assert_eq!((help.status, help.stderr.as_str()), (Some(0), ""));
    assert!(help.stdout.contains("karctl config show --origin"), "{}", help.stdout);
    let mistake = sandbox.karctl(["config", "show", "--orgin"]).output();
    assert_eq!((mistake.status, mistake.stdout.as_str()), (Some(2), ""));
    assert!(mistake.stderr.contains("'--origin'"), "{}", mistake.stderr);
}

/// As `-l "$UNSET"` gives it: it would mean every namespace.
#[test]
fn an_empty_selector_is_a_mistake() {
    let sandbox = Sandbox::new();
    for command in ["enable", "disable"] {
        for arguments in [&["-l", ""][..], &["--all", "--selector", " "], &["--selector="]] {
            let refused = sandbox.karctl(["ns", command].iter().chain(arguments)).output();
            assert_eq!((refused.status, refused.stdout.as_str()), (Some(2), ""), "{}", refused.stderr);
            let said = "for '--selector <LABELS>': it chooses nothing; --all means every namespace";
            assert!(refused.stderr.contains(said), "{arguments:?}: {}", refused.stderr);
        }
    }
}

#[test]
fn colour_is_a_matter_of_the_option_the_variable_and_the_terminal() {
    let sandbox = Sandbox::new();
    let has_colour = |color: &str| {
        let finished = sandbox.karctl(["explain", "zzz", "--color", color]).output();
        finished.stderr.contains('\u{1b}')
    };
    assert_eq!((has_colour("always"), has_colour("never"), has_colour("auto")), (true, false, false));
}
