//! `karctl addon install logging`, on an API server that has the Fluent Operator's own definitions, so that it refuses what
//! the operator would not understand.

use std::process::Command;

use serde_json::{Value, json};

use super::addons::addon;
use super::cluster::Cluster;
use super::deploy_rights::rights;
use super::runtime::{Runtime, assert_says, changes};
use crate::parts;

/// What it makes.
const CREATED: [&str; 4] = [
    "ClusterParser kar-system-sidecars: created",
    "ClusterParser kar-system-servers: created",
    "ClusterFilter kar-system-logs: created",
    "ConfigMap kar-log-dashboards: created",
];

/// As the operator's chart makes it, with a label more.
const CONFIGURATION: &str = "
apiVersion: fluentbit.fluent.io/v1alpha2
kind: ClusterFluentBitConfig
metadata: {name: fluent-bit-config}
spec:
  filterSelector: {matchLabels: {fluentbit.fluent.io/enabled: 'true', team: logs}}
  parserSelector: {matchLabels: {fluentbit.fluent.io/enabled: 'true'}}
";

/// A runtime on a cluster with the operator's kinds.
fn with_operator() -> Runtime {
    let runtime = Runtime::on(Cluster::api());
    for plural in ["clusterfluentbitconfigs", "clusterparsers", "clusterfilters"] {
        let file = parts::kubernetes_schema(&format!("fluentbit.fluent.io_{plural}.yaml"));
        runtime.cluster.shown(["create", "--filename", file.to_str().expect("a path of text")]);
        runtime.cluster.await_kind("fluentbit.fluent.io/v1alpha2", plural);
    }
    runtime.deploy(&[]);
    runtime
}

/// Names of the objects that carry the addon's label.
fn present(runtime: &Runtime) -> String {
    let kinds = "clusterparsers,clusterfilters,configmaps";
    let labels = "app.kubernetes.io/component=logging";
    runtime.cluster.shown(["get", kinds, "--all-namespaces", "-l", labels, "-o", "name"])
}

/// Level and message that a parser finds in a line. Fluent Bit reads regular expressions as Ruby does, and what these are
/// made of means the same to Perl.
fn found(parser: &Value, line: &str) -> String {
    let regex = parser["spec"]["regex"]["regex"].as_str().expect("a regular expression");
    let script = r#"my ($regex, $line) = @ARGV; print "$+{level}|$+{message}" if $line =~ /$regex/"#;
    let output = Command::new("perl").args(["-e", script, regex, line]).output().expect("Debian's perl");
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).expect("text")
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn logging_is_installed_once_and_mended_and_removed() {
    let runtime = with_operator();
    let untaken = addon(&runtime, &["install", "logging", "--dry-run"]);
    assert_says(&untaken, 0, &["no ClusterFluentBitConfig was seen on the cluster"]);
    runtime.cluster.apply(CONFIGURATION);
    let mark = runtime.cluster.mark();
    let dry = addon(&runtime, &["install", "logging", "--dry-run"]);
    assert!(dry.stdout.contains("ClusterFilter kar-system-logs: would be created\n"), "{}{}", dry.stdout, dry.stderr);
    assert!(dry.stdout.contains("ConfigMap kar-system/kar-log-dashboards: would be created\n"), "{}", dry.stdout);
    assert_eq!(runtime.cluster.writes_since(mark), []);

    let installed = |more: &[&str]| {
        let done = addon(&runtime, &[&["install", "logging", "-o", "json"], more].concat());
        assert_eq!(done.status, Some(0), "{}", done.stderr);
        done.document("addon install")
    };
    let first = installed(&[]);
    assert_eq!(
        (changes(&first).as_slice(), &first["taken_by"]),
        (&CREATED.map(str::to_owned)[..], &json!(["fluent-bit-config"]))
    );
    let filter = runtime.object("clusterfilter", "kar-system-logs");
    assert_eq!(filter["metadata"]["labels"]["team"], "logs");
    assert_eq!(filter["spec"]["filters"][0]["parser"]["parser"], "kar-system-sidecars,kar-system-servers");
    let mark = runtime.cluster.mark();
    let again = addon(&runtime, &["install", "logging"]);
    let same = "The addon logging is installed; nothing was to be done\n\
                Fluent Bit with the configuration fluent-bit-config reads the lines\n";
    assert_eq!((again.status, again.stdout.as_str()), (Some(0), same), "{}", again.stderr);
    assert_eq!(runtime.cluster.writes_since(mark), []);

    // What was lost comes back, and other containers are read where that is asked for.
    runtime.cluster.shown(["delete", "clusterparser", "kar-system-servers"]);
    let mended = changes(&installed(&["--all-containers"]));
    assert_eq!(mended, ["ClusterParser kar-system-servers: created", "ClusterFilter kar-system-logs: updated"]);
    assert_eq!(runtime.object("clusterfilter", "kar-system-logs")["spec"]["match"], "kube.*");

    assert_eq!(present(&runtime).lines().count(), CREATED.len(), "{}", present(&runtime));
    let dry = addon(&runtime, &["remove", "logging", "--dry-run", "-o", "json"]).document("addon remove");
    let removed = addon(&runtime, &["remove", "logging", "-o", "json"]).document("addon remove");
    assert_eq!(dry["removed"], removed["removed"]);
    assert_eq!(present(&runtime), "");
    let again = addon(&runtime, &["remove", "logging"]);
    assert_eq!((again.status, again.stdout.as_str()), (Some(0), "The addon logging is not installed\n"));
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn level_and_message_are_found_and_a_deployer_may_install_and_undeploy_it() {
    let without = Runtime::on(Cluster::api());
    without.deploy(&[]);
    assert_says(&addon(&without, &["install", "logging"]), 1, &["no Fluent Operator is on this cluster", "KAR346"]);
    drop(without);

    let runtime = with_operator();
    let dev = runtime.cluster.dev_kubeconfig();
    let role = rights(&runtime, "deployer");
    let list = "resources: [clusterfluentbitconfigs]\n    verbs: [list]";
    assert!(role.contains(list), "{role}");
    runtime.cluster.apply(&role);
    let install = ["addon", "install", "logging", "--label", "a=b"];
    let done = runtime.cluster.karctl(&runtime.sandbox, install).variable("KUBECONFIG", &dev).output();
    assert_says(&done, 0, &["no ClusterFluentBitConfig was seen on the cluster"]);

    let parser = |name: &str| runtime.object("clusterparser", name);
    let (sidecars, servers) = (parser("kar-system-sidecars"), parser("kar-system-servers"));
    assert_eq!(sidecars["metadata"]["labels"]["a"], "b");
    for (parser, line, read) in [
        (&sidecars, "2026/11/22 03:33:46.187696 [INFO] redis: localhost:42379", "INFO|redis: localhost:42379"),
        (&sidecars, "2026/11/22 10:45:12.264919 [STDOUT] Table b98 is now empty!", "STDOUT|Table b98 is now empty!"),
        (&sidecars, "Hello [INFO] Ada", ""),
        (
            &servers,
            "[2026-11-22 03:33:46,187] INFO [KafkaServer id=0] started (kafka.server.KafkaServer)",
            "INFO|[KafkaServer id=0] started (kafka.server.KafkaServer)",
        ),
        (&servers, "\tat java.base/java.lang.Thread.run(Thread.java:840)", ""),
    ] {
        assert_eq!(found(parser, line), read, "{line}");
    }

    let undeployed = runtime.k8s_as(&dev, &["undeploy", "-o", "json"]).document("k8s undeploy");
    let removed: Vec<_> = undeployed["removed"].as_array().expect("a list").iter().filter_map(Value::as_str).collect();
    assert!(removed.iter().any(|object| object.contains("kar-system-logs")), "{removed:?}");
    assert_eq!(present(&runtime), "");
}
