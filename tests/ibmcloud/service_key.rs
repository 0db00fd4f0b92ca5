//! Service keys of Databases for Redis and of Event Streams, as the resource controller answers them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, KeyPair};
use serde_json::{Value, json};

use super::account::REGION;
use super::request::uuid;

/// The certificate of a new authority, as PEM.
pub fn certificate_authority() -> String {
    let mut parameters = CertificateParams::default();
    parameters.distinguished_name.push(DnType::CommonName, "Databases for Redis");
    parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().expect("a key");
    parameters.self_signed(&key).expect("a certificate").pem()
}

/// A key of Databases for Redis. `ca` is PEM.
pub fn redis_key(name: &str, host: &str, port: u16, user: &str, password: &str, ca: &str) -> Value {
    let certificate = json!({
        "name": "5f9dba3a-d8e9-4a1b-a4b5-ee3bb8a2ba2c",
        "certificate_base64": STANDARD.encode(ca),
        "certificate_authority": "self_signed",
    });
    let composed = format!("rediss://{user}:{password}@{host}:{port}/0");
    let rediss = json!({
        "type": "uri",
        "composed": [composed],
        "scheme": "rediss",
        "hosts": [{ "hostname": host, "port": port }],
        "path": "/0",
        "database": 0,
        "authentication": { "method": "direct", "username": user, "password": password },
        "certificate": certificate,
    });
    key(name, "databases-for-redis", json!({ "connection": { "rediss": rediss }, "instance_administration_api": {} }))
}

/// A key of Event Streams.
pub fn kafka_key(name: &str, brokers: &[&str], api_key: &str) -> Value {
    let credentials = json!({
        "api_key": api_key,
        "apikey": api_key,
        "bootstrap_endpoints": brokers.join(","),
        "kafka_admin_url": format!("https://{}", brokers[0]),
        "kafka_brokers_sasl": brokers,
        "kafka_http_url": format!("https://{}", brokers[0]),
        "password": api_key,
        "user": "token",
    });
    key(name, "messagehub", credentials)
}

fn key(name: &str, service: &str, credentials: Value) -> Value {
    let (guid, instance, account) = (uuid(), uuid(), "5f9dba3ad8e94a1ba4b5ee3bb8a2ba2c");
    let source = format!("crn:v1:bluemix:public:{service}:{REGION}:a/{account}:{instance}::");
    let crn = format!("crn:v1:bluemix:public:{service}:{REGION}:a/{account}:{instance}:resource-key:{guid}");
    json!({
        "id": crn,
        "guid": guid,
        "url": format!("/v2/resource_keys/{guid}"),
        "created_at": "2026-11-01T08:00:00.000Z",
        "updated_at": "2026-11-01T08:00:00.000Z",
        "deleted_at": null,
        "created_by": "IBMid-270004WA4U",
        "source_crn": source,
        "name": name,
        "crn": crn,
        "state": "active",
        "account_id": account,
        "resource_group_id": "b91e849cedb04e7e92bd68c040c672dc",
        "resource_id": if service == "messagehub" { "6a7f4e38-f218-48ef-9dd2-df408747568e" } else { "e9164130-2d53-11eb-94b7-3d0c5b7aa53f" },
        "onetime_credentials": false,
        "credentials": credentials,
        "iam_compatible": true,
        "resource_instance_url": format!("/v2/resource_instances/{instance}"),
    })
}
