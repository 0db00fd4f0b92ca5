//! What a member would lose that the file does not name: nobody loses it without a yes.

use super::clusters::{SERVICES, Team, enabled};
use crate::kubernetes::Cluster;

const PROJECT: &str = "\
services: { file: services.yaml }
members:
  east: { cluster: { context: east }, namespaces: [team-a] }
  edge: { host: {} }
";

fn servers(cluster: &Cluster) -> String {
    cluster.shown(["get", "statefulsets", "--namespace", "kar-system", "--output=name"])
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn servers_of_a_member_and_namespaces_that_the_file_does_not_name_go_after_asking_only() {
    let team = Team::on([Cluster::api(), Cluster::api()]);
    let east = &team.east;
    team.sandbox.write("work/services.yaml", SERVICES);
    team.project(PROJECT);
    let deployed = team.sandbox.karctl(["k8s", "deploy", "--context", "east", "--no-wait"]).output();
    assert_eq!(deployed.status, Some(0), "{deployed:?}");
    let own = servers(east);
    assert!(own.contains("kar-kafka") && own.contains("kar-redis"), "{own}");

    let shown = team.run("plan --out plan.json", 0).stdout;
    assert!(shown.contains("  StatefulSet kar-system/kar-redis: would be removed\n"), "{shown}");
    assert!(shown.contains("  its own Kafka and Redis would go, and their data stay; "), "{shown}");
    let mark = east.mark();
    let question = "error: `east` runs Kafka and Redis of its own (StatefulSet kar-system/kar-kafka, ";
    for line in ["up --no-wait", "up plan.json --no-wait", "sync", "down"] {
        let refused = team.run(line, 2).stderr;
        assert!(refused.contains(question), "{line}: {refused}");
        assert!(refused.contains("give -y to say yes\n") && refused.contains("KAR503"), "{line}: {refused}");
        assert!(!team.sandbox.path("work/hybrid").exists(), "{line}: nothing is done for others either");
    }
    assert_eq!((east.writes_since(mark), servers(east)), (Vec::new(), own));
    team.run("up --only edge", 0);

    team.run("up plan.json --no-wait -y", 0);
    assert_eq!(servers(east), "");
    let claims = east.shown(["get", "persistentvolumeclaims", "--namespace", "kar-system", "--output=name"]);
    assert!(claims.contains("kar-redis-pvc"), "the data stays: {claims}");
    assert_eq!(team.outcomes("up --no-wait", 0), ["east unchanged", "edge unchanged"]);

    east.shown(["create", "namespace", "team-x"]);
    let mine = team.sandbox.karctl(["ns", "enable", "team-x", "--context", "east"]).output();
    assert_eq!(mine.status, Some(0), "{mine:?}");
    let before = enabled(east);
    let refused = team.run("down", 2).stderr;
    let question = "error: Namespaces of `east` that karctl.yaml does not name are enabled (team-x). Disable them too?";
    assert!(refused.starts_with(question) && refused.contains("KAR503"), "{refused}");
    assert_eq!(enabled(east), before);
    assert!(team.sandbox.path("work/hybrid/edge.env").exists());
    assert_eq!(team.outcomes("down -y", 0), ["east changed", "edge changed"]);
    assert_eq!(enabled(east), Vec::<String>::new());
    team.run("up --no-wait", 0);
    assert_eq!(team.outcomes("down", 0), ["east changed", "edge changed"], "what the file names goes unasked");
}
