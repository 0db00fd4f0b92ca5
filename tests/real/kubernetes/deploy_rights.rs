//! Who may deploy: what is missing is named before the first write, and what `karctl k8s rbac` prints is enough.

use super::cluster::Cluster;
use super::runtime::{Runtime, SYSTEM, assert_says};

/// Whoever may look at everything, and do nothing.
const LOOK: &str = r#"
{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: look},
 rules: [{apiGroups: ["*"], resources: ["*"], verbs: [get, list]}]}
---
{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRoleBinding, metadata: {name: look},
 roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: look},
 subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: dev}]}
"#;

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn a_missing_right_is_named_before_the_first_write() {
    let runtime = Runtime::on(Cluster::api());
    let dev = runtime.cluster.dev_kubeconfig();
    let blind = ["User \"dev\" cannot get resource \"secrets\"", "hint: `karctl k8s rbac` prints", "KAR204"];
    runtime.refused_as(&dev, 1, &["deploy"], &blind);
    runtime.cluster.apply(LOOK);
    let said = [
        "nothing was changed: you may not create namespaces, mutatingwebhookconfigurations; patch namespaces/kar-system, \
         mutatingwebhookconfigurations/kar-injector-webhook, namespaces/default; create and patch serviceaccounts, secrets, ",
        "poddisruptionbudgets in kar-system; create secrets in default; patch secrets/kar.ibm.com.runtime-config in default",
        "create services/proxy in kar-system",
        "KAR204",
    ];
    runtime.refused_as(&dev, 1, &["deploy"], &said);
    runtime.refused_as(&dev, 1, &["deploy", "--dry-run"], &said[..2]);

    let role = rights(&runtime, "deployer");
    let all = "resources: [poddisruptionbudgets]\n    verbs: [get, list, create, patch, delete]";
    assert!(role.contains(all), "{role}");
    runtime
        .cluster
        .apply(&role.replace(all, "resources: [poddisruptionbudgets]\n    verbs: [get, list, patch, delete]"));
    let said = ["nothing was changed: you may not create poddisruptionbudgets in kar-system\n", "KAR204"];
    runtime.refused_as(&dev, 1, &["deploy", "--no-wait"], &said);
    runtime.deploy(&[]);
    runtime.cluster.apply(&role.replace(
        "resources: [statefulsets, deployments]\n    verbs: [get, list, create, patch, delete]",
        "resources: [statefulsets, deployments]\n    verbs: [get, list]",
    ));
    let said = ["nothing was changed: you may not delete deployments, statefulsets in kar-system\n", "KAR204"];
    runtime.cluster.shown(["delete", "clusterrolebinding", "look"]);
    runtime.refused_as(&dev, 1, &["undeploy"], &said);

    // What teams were given goes too, and the right to that is asked for as early.
    let given = ["ns", "enable", "team-a", "--create", "--quota", "small", "--limits"];
    assert_says(&runtime.cluster.karctl(&runtime.sandbox, given).output(), 0, &[]);
    let team = "resources: [resourcequotas, limitranges]\n    verbs: [list, delete]";
    assert!(role.contains(team), "{role}");
    runtime.cluster.apply(&role.replace(team, "resources: [resourcequotas, limitranges]\n    verbs: [list]"));
    let missing = "delete resourcequotas/karctl-quota, limitranges/karctl-limits in team-a\n";
    runtime.refused_as(&dev, 1, &["undeploy"], &[&format!("nothing was changed: you may not {missing}"), "KAR204"]);
    runtime.cluster.apply(&role);
    assert_says(&runtime.k8s_as(&dev, &["undeploy", "--keep-namespace"]), 0, &[]);
    let left = runtime.cluster.shown(["get", "resourcequotas,limitranges", "--namespace=team-a", "--output=name"]);
    assert_eq!(left, "");
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn the_printed_rights_are_enough() {
    let runtime = Runtime::on(Cluster::control());
    let dev = runtime.cluster.dev_kubeconfig();
    runtime.cluster.apply(&rights(&runtime, "deployer"));
    assert_eq!(runtime.deploy_as(&dev, &[]).len(), 25);
    assert_eq!(runtime.deploy_as(&dev, &[]), Vec::<String>::new());
    assert_eq!(runtime.deploy_as(&dev, &["--set", "injector.replicas=1"]).len(), 2);
    // Who grants a right has to have it.
    let anyuid = ["--os", "--set", "kubernetes.anyuid=true"];
    let changed = runtime.deploy_as(&dev, &anyuid);
    assert!(changed.contains(&"RoleBinding kar-runtime-anyuid: created".to_owned()), "{changed:?}");
    for (command, status) in [("diff", 3), ("ps", 0)] {
        assert_says(&runtime.k8s_as(&dev, &[command]), status, &[]);
    }
    let shown = runtime.k8s_as(&dev, &["status", "-o", "json"]);
    assert_eq!(shown.document("k8s status")["is_deployed"], true, "{}", shown.stderr);
    assert_says(&runtime.k8s_as(&dev, &["undeploy"]), 0, &[]);
    runtime.deploy_as(&dev, &["--services", external(&runtime)]);
    assert_says(&runtime.k8s_as(&dev, &["undeploy", "--delete-data", "-y"]), 0, &[]);
    assert_eq!(runtime.cluster.kubectl(["get", "namespace", SYSTEM]).output().status, Some(1));
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn a_team_sees_its_own_pods_with_the_printed_rights() {
    let runtime = Runtime::on(Cluster::api());
    let dev = runtime.cluster.dev_kubeconfig();
    runtime.cluster.shown(["create", "namespace", "team-a"]);
    let own = ["ps", "--namespace", "team-a", "-o", "json"];
    runtime.refused_as(&dev, 1, &own, &["cannot list resource \"pods\"", "in the namespace \"team-a\"", "KAR204"]);
    let role =
        runtime.sandbox.karctl(["k8s", "rbac", "application", "--namespace", "team-a", "--user", "dev"]).output();
    runtime.cluster.apply(&role.stdout);
    runtime.cluster.shown(["create", "serviceaccount", "default", "--namespace", "team-a"]);
    runtime.cluster.apply(
        "{apiVersion: v1, kind: Pod, metadata: {name: hello, namespace: team-a, annotations: {kar.ibm.com/app: hello}}, \
         spec: {automountServiceAccountToken: false, containers: [{name: app, image: hello}]}}",
    );
    let shown = runtime.k8s_as(&dev, &own);
    assert_eq!(shown.document("k8s ps")["pods"][0]["app"], "hello", "{}", shown.stderr);
    let others = ["ps", "--namespace", "default"];
    runtime.refused_as(&dev, 1, &others, &["in the namespace \"default\"", "KAR204"]);
}

fn external(runtime: &Runtime) -> &'static str {
    let file = "kafka_brokers: kafka.example:9092\nkafka_version: 3.2.0\nredis_host: redis.example\nredis_port: 6379\n";
    runtime.sandbox.write("work/services.yaml", file);
    "services.yaml"
}

pub fn rights(runtime: &Runtime, role: &str) -> String {
    let printed = runtime.sandbox.karctl(["k8s", "rbac", role, "--user", "dev"]).output();
    assert_says(&printed, 0, &[]);
    printed.stdout
}
