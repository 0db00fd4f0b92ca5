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
