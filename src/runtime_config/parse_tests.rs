use super::*;
use crate::error::report;

/// Base64 of the PEM of a self-signed certificate, made for this test with openssl.
const CERTIFICATE: &str = "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUJjVENDQVJlZ0F3SUJBZ0lVZnQzQ0VzWm5HNDR5OVdFUWNBQzNHQ1NRTWh3\
     d0NnWUlLb1pJemowRUF3SXcKRFRFTE1Ba0dBMVVFQXd3Q1kyRXdJQmNOTWpZeE1USXlNRE0wTlRFMldoZ1BNakV5TmpFd01qa3dN\
     elExTVRaYQpNQTB4Q3pBSkJnTlZCQU1NQW1OaE1Ga3dFd1lIS29aSXpqMENBUVlJS29aSXpqMERBUWNEUWdBRTRpNUlwRjBpClI0\
     Yk5MSjZxS0RDc2RtRWc1SE9MMHRKaDU3WWtIU3oxK0RLM21YdG0rTkNXeGZPbGxJUkVkcTBrVWJFQ2w1MHcKVDIzYjNmMWFjaGl5\
     UHFOVE1GRXdIUVlEVlIwT0JCWUVGUEU2NXFnaEZvZkFMa2VJU29iUzF4RWtzVXNOTUI4RwpBMVVkSXdRWU1CYUFGUEU2NXFnaEZv\
     ZkFMa2VJU29iUzF4RWtzVXNOTUE4R0ExVWRFd0VCL3dRRk1BTUJBZjh3CkNnWUlLb1pJemowRUF3SURTQUF3UlFJaEFPL3dxTC9w\
     US9kWlJ0Y1FBV25pZHZtc1VPN0xkclBzZVFIZncrV3cKaGwzRkFpQXlINXV3SjBYdFRyQ2JjNzYxaDJZdFY5ZFRSUVpUSjhqczZX\
     RW1WWmh3MEE9PQotLS0tLUVORCBDRVJUSUZJQ0FURS0tLS0tCg==";

fn from(pairs: &[(&str, &str)]) -> Result<RuntimeConfig> {
    let required = [("KAFKA_BROKERS", "127.0.0.1:31093"), ("REDIS_HOST", "127.0.0.1")];
    let find = |name: &str| pairs.iter().chain(&required).find(|(key, _)| *key == name);
    from_variables(|name| find(name).map(|(_, value)| (*value).to_owned()))
}

/// What is said of one wrong value.
fn said(name: &str, value: &str) -> String {
    report(&from(&[(name, value)]).expect_err("a problem")).message
}

#[test]
fn what_is_spelled_is_read_back() {
    let config = RuntimeConfig {
        kafka_brokers: vec!["a:1".to_owned(), "[::1]:2".to_owned()],
        kafka_enable_tls: Some(true),
        kafka_password: Some(Secret::new(" p ")),
        kafka_tls_skip_verify: Some(false),
        kafka_username: Some("token".to_owned()),
        kafka_version: Some("0.11.0.2".to_owned()),
        redis_ca: Some(CERTIFICATE.to_owned()),
        redis_enable_tls: Some(true),
        redis_host: Some("::1".to_owned()),
        redis_password: Some(Secret::new("q")),
        redis_port: Some(31379),
        redis_tls_skip_verify: Some(true),
        redis_user: Some("karmesh".to_owned()),
    };
    let variables = config.variables();
    let lookup = |name: &str| {
        let variable = variables.iter().find(|variable| variable.name == name)?;
        variable.value.as_ref().map(|value| value.expose().to_owned())
    };
    assert_eq!(from_variables(lookup).expect("a configuration"), config);
}

#[test]
fn an_empty_variable_is_unset() {
    assert_eq!(from(&[("REDIS_PORT", ""), ("KAFKA_ENABLE_TLS", "")]).expect("defaults").redis_port, None);
}

#[test]
fn booleans_are_those_of_go() {
    for (words, meaning) in [("1 t T TRUE true True", true), ("0 f F FALSE false False", false)] {
        for word in words.split(' ') {
            assert_eq!(from(&[("REDIS_ENABLE_TLS", word)]).expect("a boolean").redis_enable_tls, Some(meaning));
        }
    }
    assert_eq!(
        said("REDIS_ENABLE_TLS", "yes"),
        "REDIS_ENABLE_TLS is `yes`, which `kar` takes for neither true nor false"
    );
    assert!(from(&[("KAFKA_TLS_SKIP_VERIFY", "true\n")]).is_err());
}

#[test]
fn ports_and_addresses_are_not_trimmed() {
    assert_eq!(said("REDIS_PORT", "6379 "), "REDIS_PORT is `6379 `, which is no port from 1 to 65535");
    for wrong in ["0", "65536", "-1", "x"] {
        assert!(from(&[("REDIS_PORT", wrong)]).is_err(), "{wrong}");
    }
    assert_eq!(said("REDIS_HOST", "a\n"), "REDIS_HOST is `a\\n`, and `kar` does not trim blanks");
    for wrong in ["a:1, b:2", "a", "a:1,", ":1", "a:x"] {
        assert!(
            said("KAFKA_BROKERS", wrong).ends_with("which is not host:port; `kar` does not trim blanks"),
            "{wrong}"
        );
    }
}

#[test]
fn a_version_that_kar_would_misread_is_refused() {
    for right in ["3.3.0", "2.8.1", "10.0.0", "0.11.0.0"] {
        assert!(from(&[("KAFKA_VERSION", right)]).is_ok(), "{right}");
    }
    for wrong in ["3.3", "2.8", "bogus", "3.3.0.1", "2.8.1\n", "0.11.0", "3..0"] {
        assert!(said("KAFKA_VERSION", wrong).ends_with("`kar` silently takes 1.0.0 for it"), "{wrong}");
    }
}

#[test]
fn a_certificate_is_looked_at_before_kar_crashes_on_it() {
    assert!(from(&[("REDIS_CA", CERTIFICATE)]).is_ok());
    let cases = [
        ("%%", "REDIS_CA is not base64 of a PEM certificate"),
        ("bm8gcGVt", "REDIS_CA is base64, but of no PEM file: `kar` crashes on it"),
        (
            "LS0tLS1CRUdJTiBQUklWQVRFIEtFWS0tLS0tCk1JSUIKLS0tLS1FTkQgUFJJVkFURSBLRVktLS0tLQo=",
            "REDIS_CA is base64 of PEM, but its first block is no X.509 certificate",
        ),
    ];
    for (value, message) in cases {
        assert_eq!(said("REDIS_CA", value), message);
    }
}

#[test]
fn all_problems_are_reported_at_once_and_no_secret() {
    let pairs = [("KAFKA_VERSION", "3.3"), ("REDIS_PORT", "x"), ("REDIS_PASSWORD", "canary")];
    let error = from_variables(|name| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()))
        .expect_err("problems");
    let report = report(&error);
    assert_eq!(
        report.message,
        "KAFKA_BROKERS is not set, and `kar` requires it; \
         KAFKA_VERSION is `3.3`, which has not the form x.y.z: `kar` silently takes 1.0.0 for it; \
         REDIS_HOST is not set, and `kar` requires it; \
         REDIS_PORT is `x`, which is no port from 1 to 65535"
    );
    assert_eq!(report.hints, ["give a version of three parts, such as 3.2.0"]);
}
