//! Pods that the injector made part of applications, running: `kar` beside the application, within its container, and in a
//! Job. The tests' client plays `kar`, see `tests/setup/sidecar.sh`.

use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::cluster::{Cluster, Namespace};
use super::live::{Live, alone};

/// How long a container may take to end.
const LIMIT: Duration = Duration::from_secs(120);

/// An application that asks `kar` beside it what it wrote, as applications ask it over HTTP, and ends.
const ASKS: &str = "until wget -q -O /tmp/written http://127.0.0.1:$KAR_RUNTIME_PORT/written; do sleep 0.2; done; \
                    cat /tmp/written; [ \"$KAR_APP_PORT\" = 9090 ]";

/// An application whose image starts `kar`, which starts it.
const STARTS: &str = "[ \"$KAR_SIDECAR_IN_CONTAINER\" = true ] && exec /kar/bin/kar run -app $KAR_APP $KAR_EXTRA_ARGS \
                      wget -q -O - http://127.0.0.1:$KAR_RUNTIME_PORT/kar/v1/system/health";

/// The pod of an application whose only container runs a shell's script.
fn template(app: &str, is_sidecar: bool, script: &str) -> Value {
    json!({
        "metadata": {"annotations": {
            "kar.ibm.com/app": app,
            "kar.ibm.com/service": "greeter",
            "kar.ibm.com/actors": "Cafe,Table",
            "kar.ibm.com/appPort": "9090",
            "kar.ibm.com/runtimePort": "3600",
            "kar.ibm.com/verbose": "info",
            "kar.ibm.com/sidecarContainer": is_sidecar.to_string(),
        }},
        "spec": {"restartPolicy": "Never", "containers": [{
            "name": "main", "image": "karctl-test/client:1", "command": ["sh", "-c", script],
        }]},
    })
}

fn pod(name: &str, mut template: Value) -> String {
    template["apiVersion"] = json!("v1");
    template["kind"] = json!("Pod");
    template["metadata"]["name"] = json!(name);
    template.to_string()
}

/// Waits until the application's container has ended, well, and gives what it said.
#[track_caller]
fn ended(team: &Namespace<'_>, name: &str) -> String {
    let deadline = Instant::now() + LIMIT;
    let path = "--output=jsonpath={.status.containerStatuses[?(@.name=='main')].state.terminated.exitCode}";
    loop {
        match team.shown(["get", "pod", name, path]).as_str() {
            "0" => return team.shown(["logs", name, "--container=main"]),
            "" => assert!(Instant::now() < deadline, "{}", team.shown(["describe", "pod", name])),
            code => panic!("{name} ended with {code}: {}", team.shown(["logs", name, "--all-containers", "--prefix"])),
        }
        thread::sleep(Duration::from_millis(200));
    }
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn kar_runs_beside_an_application_within_it_and_in_a_job_that_ends() {
    let _alone = alone();
    let cluster = Cluster::node();
    let team = Namespace::new(&cluster, "{}");
    let runtime = Live::new(&cluster);
    runtime.deploy(&["--enable", team.name()]);

    team.apply(&pod("beside", template("beside", true, ASKS)));
    team.apply(&pod("within", template("within", false, STARTS)));
    assert!(ended(&team, "beside").contains("\"acked\":100"));
    assert_eq!(ended(&team, "within"), "ok\n");
    for app in ["beside", "within"] {
        runtime.outside(&["verify", "--app", app, "--count", "100"]);
    }
    // The pod goes on for as long as `kar` does, which a Job would too.
    assert_eq!(team.shown(["get", "pod", "beside", "--output=jsonpath={.status.phase}"]), "Running");
    assert_eq!(team.shown(["get", "pod", "within", "--output=jsonpath={.status.phase}"]), "Succeeded");

    // A native sidecar ends after the application: so does the Job.
    runtime.deploy(&["--enable", team.name(), "--set", "injector.native_sidecar=true"]);
    let job = json!({
        "apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "job"},
        "spec": {"backoffLimit": 0, "template": template("job", true, ASKS)},
    });
    team.apply(&job.to_string());
    let waited = team.kubectl(&["wait", "--for=condition=complete", "job/job", "--timeout=120s"]).output();
    let pods = || team.shown(["describe", "pods", "--selector=job-name=job"]);
    assert_eq!(waited.status, Some(0), "{}{}", waited.stderr, pods());
    runtime.outside(&["verify", "--app", "job", "--count", "100"]);
}
