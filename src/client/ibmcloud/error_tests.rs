use super::*;

fn refused(service: Service, status: u16, body: &str) -> Error {
    Error::new(service, "read the secret `s`", Kind::Refused(Box::new(Refusal::read(status, body.as_bytes(), &[]))))
}

#[test]
fn each_service_is_understood_in_its_own_form() {
    let code_engine = r#"{"errors":[{"code":"not_found","message":"No."}],"trace":"ce-1","status_code":404}"#;
    let iam = r#"{"errorCode":"BXNIM0415E","errorMessage":"Provided API key could not be found.",
        "context":{"requestId":"r"}}"#;
    let controller =
        r#"{"error_code":"RC-IAMErr","message":"no","status_code":403,"transaction_id":"t","details":"d"}"#;
    for (service, status, body, sentence) in [
        (
            Service::CodeEngine,
            404,
            code_engine,
            "cannot read the secret `s`: there is no such thing, or you may not see it: No (404 not_found, trace ce-1)",
        ),
        (
            Service::Iam,
            400,
            iam,
            "IBM Cloud does not know this API key: Provided API key could not be found (400 BXNIM0415E, trace r)",
        ),
        (Service::ResourceController, 403, controller, "you may not read the secret `s`: no (403 RC-IAMErr, trace t)"),
        (
            Service::CodeEngine,
            502,
            "<html>",
            "Code Engine has trouble of its own, and did not read the secret `s` (502)",
        ),
    ] {
        assert_eq!(refused(service, status, body).to_string(), sentence);
    }
}

#[test]
fn a_missing_project_may_be_one_that_nobody_may_see() {
    let error = refused(Service::CodeEngine, 404, "{}").of_project(Some("p-1".to_owned()));
    let text = error.to_string();
    assert!(text.contains("its project p-1 is missing, or you lack the roles (Viewer and Reader)"), "{text}");
    let report = crate::error::report(&error.into());
    assert_eq!(report.code, Some(Code::CodeEngineProjectMissing));
    assert_eq!(report.hints, ["`karctl ce project list` shows the projects of the region that you may see"]);
}

#[test]
fn every_status_has_one_next_step() {
    for service in [Service::Iam, Service::ResourceController, Service::CodeEngine] {
        for status in [400, 401, 403, 404, 405, 408, 409, 410, 412, 415, 422, 429, 500, 501, 502, 503, 504] {
            let report = crate::error::report(&refused(service, status, "{}").into());
            assert_eq!(report.hints.len(), 1, "{service:?} {status}");
            assert!(report.code.is_some(), "{service:?} {status}");
        }
    }
}

#[test]
fn what_passes_is_told_from_what_stays() {
    let is = |status| refused(Service::CodeEngine, status, "{}");
    for status in [429, 500, 502, 503, 504] {
        assert!(is(status).is_passing(), "{status}");
    }
    for status in [400, 401, 403, 404, 409, 412, 501] {
        assert!(!is(status).is_passing(), "{status}");
    }
    assert!(!is(429).may_be_done());
    assert!(is(500).may_be_done());
}

#[test]
fn a_server_that_repeats_a_secret_is_not_repeated() {
    let body = "{\"message\": \"bad\\u001b[31m value canary-1 of\\n canary-1.\"}";
    let refusal =
        Refusal::read(400, body.as_bytes(), &[Secret::new("canary"), Secret::new("canary-1"), Secret::new("of")]);
    assert_eq!(refusal.message, "bad [31m value ******** of ********");
    let long = format!("{{\"message\": \"{}\"}}", "x".repeat(1000));
    assert_eq!(Refusal::read(400, long.as_bytes(), &[]).message.len(), LONGEST_MESSAGE + 3);
}
