use crate::sandbox::Sandbox;

fn filled() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("home/.cache/karctl/kafka-3.9.1/libs/kafka.jar", vec![0; 3000]);
    sandbox.write("home/.cache/karctl/redis-7.0.15/redis-server", vec![0; 1000]);
    sandbox.write("home/.cache/karctl/class-data/kafka.jsa", vec![0; 500]);
    sandbox.write("home/.cache/karctl/notes", "");
    sandbox.write("home/.cache/karctl/lock", "");
    sandbox
}

const ROWS: &str = "\
class-data    500 B     class data that lets Java start faster
kafka-3.9.1   2.93 KiB  Kafka 3.9.1 for the native engine
notes         0 B       not known to this karctl
redis-7.0.15  1000 B    Redis 7.0.15 for the native engine
";

#[test]
fn the_cache_is_listed_with_sizes() {
    let sandbox = filled();
    let expected = format!("[ROOT]/home/.cache/karctl: 4.39 KiB\n{ROWS}");
    sandbox.karctl(["cache", "list"]).stdout(expected).status(0);
    let document = sandbox.karctl(["cache", "list", "-o", "json"]).output().document("cache list");
    assert_eq!(document["bytes"], 4500);
    assert_eq!(document["entries"][1]["name"], "kafka-3.9.1");
}

#[test]
fn an_empty_cache_is_nothing_to_clean() {
    let sandbox = Sandbox::new();
    sandbox.karctl(["cache", "list"]).stdout("[ROOT]/home/.cache/karctl is empty\n").status(0);
    sandbox.karctl(["cache", "clean"]).stdout("Nothing to delete in [ROOT]/home/.cache/karctl\n").status(0);
}

#[test]
fn clean_asks_deletes_and_is_done_the_second_time() {
    let sandbox = filled();
    let question = "error: Delete 4.39 KiB in [ROOT]/home/.cache/karctl? Nobody can be asked here\n\
                    hint: give -y to say yes\n";
    sandbox.karctl(["cache", "clean"]).stderr(question).status(2);
    let plan = format!("Would delete 4.39 KiB in [ROOT]/home/.cache/karctl\n{ROWS}");
    sandbox.karctl(["cache", "clean", "--dry-run"]).stdout(plan).status(0);
    let done = "Deleted 4.39 KiB in [ROOT]/home/.cache/karctl\n";
    sandbox.karctl(["cache", "clean", "-y"]).stdout(done).status(0);
    let document = sandbox.karctl(["cache", "clean", "-y", "-o", "json"]).output().document("cache clean");
    assert_eq!(document["removed"], serde_json::json!([]));
}

#[test]
fn clean_goes_on_where_it_was_cut() {
    let sandbox = filled();
    std::fs::remove_dir_all(sandbox.path("home/.cache/karctl/kafka-3.9.1/libs")).expect("its own folder");
    sandbox.karctl(["cache", "clean", "-y"]).stdout("Deleted 1.46 KiB in [ROOT]/home/.cache/karctl\n").status(0);
}

#[test]
fn clean_leaves_alone_what_another_karctl_fills() {
    let sandbox = filled();
    let lock = std::fs::File::open(sandbox.path("home/.cache/karctl/lock")).expect("a file");
    lock.lock().expect("nobody holds it");
    let stderr = "error: another karctl fills the cache\n\
                  hint: wait for it, or end it\nhint: `karctl explain KAR111` tells more\n";
    sandbox.karctl(["cache", "clean", "-y"]).stderr(stderr).status(1);
}

#[test]
fn without_a_home_the_cache_cannot_be_told() {
    let stderr = "error: HOME is not set to an absolute path\n\
                  hint: set HOME, or XDG_STATE_HOME, XDG_CACHE_HOME and XDG_CONFIG_HOME\n\
                  hint: `karctl explain KAR122` tells more\n";
    Sandbox::new().karctl(["cache", "list"]).without("HOME").stderr(stderr).status(1);
}
