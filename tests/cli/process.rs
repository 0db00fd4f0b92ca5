//! Detached processes, with `sleep` and `sh` in the servers' place.

use std::fs;
use std::os::fd::AsRawFd;
use std::path::Path;
use std::time::Duration;

use karctl::client::process::{self, Ended, Launched, Life, Program, Record};
use rustix::process::{Pid, Signal};

const GRACE: Duration = Duration::from_secs(5);

fn karctl() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_karctl"))
}

fn program(program: &str, arguments: &[&str]) -> Program {
    let arguments = arguments.iter().map(Into::into).collect();
    Program { program: program.into(), arguments, variables: vec![("PATH".into(), "/usr/bin:/bin".into())] }
}

fn launch(folder: &Path, wanted: &Program) -> Launched {
    process::launch(karctl(), folder, wanted).expect("it starts")
}

fn end(folder: &Path, grace: Duration) -> Ended {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(process::end(folder, grace)).expect("it ends")
}

fn alive(folder: &Path) -> Record {
    match process::look(folder).expect("it can be looked at") {
        Life::Alive(record) => record,
        other => panic!("{other:?}"),
    }
}

fn kill(pid: u32) {
    let pid = Pid::from_raw(i32::try_from(pid).expect("a pid")).expect("a pid");
    rustix::process::kill_process(pid, Signal::KILL).expect("killed");
}

fn until_dead(folder: &Path) -> Record {
    loop {
        match process::look(folder).expect("it can be looked at") {
            Life::Dead(record) => return record,
            _ => std::thread::sleep(Duration::from_millis(5)),
        }
    }
}

#[test]
fn a_process_is_alive_until_it_is_ended() {
    let folder = tempfile::tempdir().expect("a folder");
    assert_eq!(process::look(folder.path()).expect("nothing is there"), Life::None);
    let _launched = launch(folder.path(), &program("sleep", &["60"]));
    let record = alive(folder.path());
    assert_eq!(record.program, "sleep");
    assert_eq!(end(folder.path(), GRACE), Ended::Asked);
    assert_eq!(process::look(folder.path()).expect("it ended"), Life::None);
    assert_eq!(end(folder.path(), GRACE), Ended::NotRunning);
}

#[test]
fn a_killed_process_is_dead_and_can_be_started_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut launched = launch(folder.path(), &program("sleep", &["60"]));
    let record = alive(folder.path());
    kill(record.pid);
    assert_eq!(until_dead(folder.path()), record);
    while launched.ended().is_none() {}
    let _again = launch(folder.path(), &program("sleep", &["60"]));
    assert_ne!(alive(folder.path()).pid, record.pid);
    end(folder.path(), GRACE);
}

#[test]
fn a_second_process_of_the_same_folder_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let _launched = launch(folder.path(), &program("sleep", &["60"]));
    let record = alive(folder.path());
    let refused = process::launch(karctl(), folder.path(), &program("sleep", &["60"])).expect_err("it is refused");
    assert!(format!("{refused:#}").contains("it runs already"), "{refused:#}");
    assert_eq!(alive(folder.path()), record);
    end(folder.path(), GRACE);
}

#[test]
fn a_program_that_is_not_there_is_named_and_leaves_nothing_running() {
    let folder = tempfile::tempdir().expect("a folder");
    let refused = process::launch(karctl(), folder.path(), &program("/no/such", &[])).expect_err("it is refused");
    let text = format!("{refused:#}");
    assert!(text.contains("`/no/such` was not started") && text.contains("No such file"), "{text}");
    assert!(!matches!(process::look(folder.path()).expect("a look"), Life::Alive(_)));
}

#[test]
fn a_process_that_ignores_the_request_is_killed() {
    let folder = tempfile::tempdir().expect("a folder");
    let script = "trap '' TERM; echo deaf; while :; do sleep 0.1; done";
    let _launched = launch(folder.path(), &program("sh", &["-c", script]));
    let output = folder.path().join(process::OUTPUT);
    while fs::read_to_string(&output).expect("its output") != "deaf\n" {
        std::thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(end(folder.path(), Duration::from_millis(200)), Ended::Killed);
}

#[test]
fn a_record_that_names_another_process_ends_nobody() {
    let folder = tempfile::tempdir().expect("a folder");
    let other_folder = tempfile::tempdir().expect("a folder");
    let mut launched = launch(folder.path(), &program("sleep", &["60"]));
    let record = alive(folder.path());
    kill(record.pid);
    while launched.ended().is_none() {}
    let _other = launch(other_folder.path(), &program("sleep", &["60"]));
    let other = alive(other_folder.path());
    let stale = serde_json::to_vec(&Record { pid: other.pid, ..record }).expect("json");
    fs::write(folder.path().join(process::RECORD), stale).expect("written");
    assert_eq!(end(folder.path(), GRACE), Ended::NotRunning);
    assert_eq!(alive(other_folder.path()), other);
    end(other_folder.path(), GRACE);
}

#[test]
fn a_process_has_its_own_session_and_no_descriptor_but_its_own() {
    let folder = tempfile::tempdir().expect("a folder");
    let leak = fs::File::create(folder.path().join("leak")).expect("a file");
    rustix::io::fcntl_setfd(&leak, rustix::io::FdFlags::empty()).expect("inheritable");
    assert!(leak.as_raw_fd() > 2);
    let _launched = launch(folder.path(), &program("sleep", &["60"]));
    let pid = alive(folder.path()).pid;
    let mut open: Vec<_> = fs::read_dir(format!("/proc/{pid}/fd"))
        .expect("its descriptors")
        .map(|entry| fs::read_link(entry.expect("a descriptor").path()).expect("a link"))
        .collect();
    open.sort();
    let own = |name: &str| folder.path().join(name);
    assert_eq!(open, [Path::new("/dev/null").to_owned(), own("lock"), own("output.log"), own("output.log")]);
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).expect("stat");
    let session = stat.rsplit_once(')').expect("a command").1.split_whitespace().nth(3).expect("a session");
    assert_eq!(session, pid.to_string());
    end(folder.path(), GRACE);
}
