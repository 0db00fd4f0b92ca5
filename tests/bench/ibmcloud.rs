//! The tests' fake of IBM Cloud as a process, for benchmarks: prints where it answers, as assignments for a shell, then a
//! number of requests for every line on stdin, those since the line before; ends with stdin.

#[path = "../ibmcloud/mod.rs"]
#[expect(dead_code, unused_imports, reason = "the tests use the rest")]
mod ibmcloud;

use std::io::{BufRead, Write, stdin, stdout};

use ibmcloud::{API_KEY, IbmCloud, REGION, certificate_authority, kafka_key, redis_key};

fn main() -> std::io::Result<()> {
    let cloud = IbmCloud::start();
    let authority = certificate_authority();
    let project = cloud.change(|account| {
        account.keys.push(redis_key("kar", "redis.example.org", 31940, "ibm_cloud_1", "password", &authority));
        account.keys.push(kafka_key("kar", &["broker-0.example.org:9093", "broker-1.example.org:9093"], "password"));
        account.add_project("kar")
    });
    let mut out = stdout();
    for (name, value) in cloud.variables() {
        writeln!(out, "export {name}={value}")?;
    }
    writeln!(out, "export IBMCLOUD_API_KEY={API_KEY} IBMCLOUD_REGION={REGION} CE_PROJECT_ID={project}")?;
    out.flush()?;
    for line in stdin().lock().lines() {
        line?;
        writeln!(out, "{}", cloud.requests().len())?;
        out.flush()?;
        cloud.forget();
    }
    Ok(())
}
