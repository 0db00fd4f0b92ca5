//! `ibmcloud [PROJECTS [MILLISECONDS]]`: the tests' fake of IBM Cloud as a process, for benchmarks, with so many projects
//! `p1`, `p2`, ... beside `kar`, and so much that every answer takes longer. Prints where it answers, as assignments for a
//! shell, then a number of requests for every line on stdin, those since the line before; ends with stdin.

#[path = "../ibmcloud/mod.rs"]
#[expect(dead_code, unused_imports, reason = "the tests use the rest")]
mod ibmcloud;

use std::io::{BufRead, Write, stdin, stdout};
use std::time::Duration;

use ibmcloud::{API_KEY, IbmCloud, REGION, certificate_authority, kafka_key, redis_key};

fn main() -> std::io::Result<()> {
    let mut numbers = std::env::args().skip(1).map(|word| word.parse::<u64>().map_err(std::io::Error::other));
    let (projects, latency) = (numbers.next().unwrap_or(Ok(0))?, numbers.next().unwrap_or(Ok(0))?);
    let cloud = IbmCloud::start();
    let authority = certificate_authority();
    let project = cloud.change(|account| {
        account.keys.push(redis_key("kar", "redis.example.org", 31940, "ibm_cloud_1", "password", &authority));
        account.keys.push(kafka_key("kar", &["broker-0.example.org:9093", "broker-1.example.org:9093"], "password"));
        (1..=projects).for_each(|number| drop(account.add_project(&format!("p{number}"))));
        account.latency = Duration::from_millis(latency);
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
