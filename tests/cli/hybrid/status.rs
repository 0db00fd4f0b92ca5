use super::{SECRET, customer, run};

#[test]
fn each_member_is_healthy_or_the_one_sentence_why_not() {
    let (customer, id) = customer();
    let before = run(&customer, "status -o json", 1).document("hybrid status");
    assert_eq!(before["healthy"], false);
    assert_eq!(before["members"][0]["reason"], format!("the project has no secret {SECRET}"));
    assert_eq!(before["members"][1]["reason"], "there is no file hybrid/edge.env");
    assert_eq!(before["members"][1]["hints"][0], "`karctl hybrid up --only edge` brings it to what the file says");

    run(&customer, "up", 0);
    let shown = run(&customer, "status", 0).stdout;
    let unverified = "unverified here; `karctl check hybrid --as edge` on that host tells whether it works";
    assert!(shown.contains("cloud   Code Engine  healthy\n"), "{shown}");
    assert!(shown.contains(&format!("edge    host         {unverified}\n")), "{shown}");

    customer
        .cloud
        .change(|account| account.project(&id).secrets.get_mut(SECRET).expect("it").data["REDIS_PORT"] = "1".into());
    customer.sandbox.write("work/services.yaml", super::SERVICES.replace("redis.example", "redis2.example"));
    let moved = run(&customer, "status -o json", 1).document("hybrid status");
    assert_eq!(moved["members"][0]["reason"], format!("the secret {SECRET} of the project is out of date"));
    let reason =
        "the file hybrid/edge.env is out of date: REDIS_HOST is `redis.example` and should be `redis2.example`";
    assert_eq!(moved["members"][1]["reason"], reason);
}

#[test]
fn a_member_that_cannot_be_reached_holds_up_no_other() {
    let (customer, id) = customer();
    run(&customer, "up", 0);
    customer.cloud.change(|account| account.projects.retain(|project| project.id != id));
    let status = run(&customer, "status -o json", 1).document("hybrid status");
    assert_eq!(
        (&status["members"][0]["health"], &status["members"][1]["health"]),
        (&"unhealthy".into(), &"unverified".into())
    );
    let only = run(&customer, "status --only west -o json", 0).document("hybrid status");
    assert_eq!(only["members"].as_array().map(Vec::len), Some(1));
}

#[test]
fn what_a_user_has_in_the_file_of_a_host_is_no_matter_of_karctl() {
    let (customer, _) = customer();
    customer.sandbox.write("work/hybrid/edge.env", "MINE=1\nREDIS_HOST=mine.example\n");
    let before = run(&customer, "status --only edge -o json", 1).document("hybrid status");
    assert_eq!(before["members"][0]["reason"], "there is no line of karctl's in the file hybrid/edge.env");
    run(&customer, "up --only edge", 0);
    let written = customer.sandbox.read("work/hybrid/edge.env");
    assert!(written.starts_with("MINE=1\nREDIS_HOST=mine.example\n# begin karctl env\n"), "{written}");
    customer.sandbox.write("work/hybrid/edge.env", format!("{written}KAFKA_BROKERS=later.example:1\n"));
    let status = run(&customer, "status --only edge -o json", 0).document("hybrid status");
    assert_eq!(status["members"][0]["health"], "unverified");
    let inside = customer.sandbox.read("work/hybrid/edge.env").replace("REDIS_HOST=redis.example", "REDIS_HOST=other");
    customer.sandbox.write("work/hybrid/edge.env", inside);
    let stale = run(&customer, "status --only edge -o json", 1).document("hybrid status");
    let reason = "the file hybrid/edge.env is out of date: REDIS_HOST is `other` and should be `redis.example`";
    assert_eq!(stale["members"][0]["reason"], reason);
}
