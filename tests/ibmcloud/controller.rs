//! Service keys and resource groups, as the resource controller and the resource manager answer behind one host.

use serde_json::{Value, json};

use super::account::Account;
use super::request::{Answer, Outcome, Request};

const KEY_QUERY: [&str; 8] =
    ["guid", "name", "resource_group_id", "resource_id", "limit", "start", "updated_from", "updated_to"];

/// `GET /v2/resource_keys`: a name is matched by how it begins, whatever its case, as users of the CLI see it.
pub fn keys(account: &Account, request: &Request) -> Outcome {
    request.only_query(&KEY_QUERY)?;
    request.no_body()?;
    let begins = |value: &Value, start: &str| {
        value.as_str().unwrap_or_default().to_lowercase().starts_with(&start.to_lowercase())
    };
    let fits = |key: &&Value| {
        KEY_QUERY[..4].iter().all(|name| match request.query.get(*name) {
            None => true,
            Some(wanted) if *name == "name" => begins(&key["name"], wanted),
            Some(wanted) => key[*name] == **wanted,
        })
    };
    // Further parameters are of no effect beside a token of an earlier page, which has them.
    let found: Vec<Value> = account.keys.iter().filter(fits).cloned().collect();
    let page = request.page(&found, account.page_size)?;
    let name = request.query.get("name").map(|name| format!("name={}&", encode(name))).unwrap_or_default();
    let next = page.next.map(|start| format!("/v2/resource_keys?{name}limit={}&start={}", page.limit, encode(&start)));
    Ok(Answer::new(200, json!({ "rows_count": page.items.len(), "next_url": next, "resources": page.items })))
}

/// `GET /v2/resource_keys/{id}`, by its guid or its CRN.
pub fn key(account: &Account, request: &Request, id: &str) -> Outcome {
    request.only_query(&[])?;
    request.no_body()?;
    match account.keys.iter().find(|key| key["guid"] == id || key["crn"] == id) {
        Some(key) => Ok(Answer::new(200, key.clone())),
        // A key that was made a moment ago is not found either, and may be asked for again at once.
        None => {
            let message = format!("Key not found: {id}");
            Err(request.refusal(404, "RC-ServiceKeyNotFound", &message).header("retry-after", "0"))
        }
    }
}

/// `GET /v2/resource_groups`.
pub fn groups(account: &Account, request: &Request) -> Outcome {
    request.only_query(&["account_id", "date", "name", "default", "include_deleted"])?;
    request.no_body()?;
    let wanted = |name: &str| request.query.get(name).map(String::as_str);
    let groups: Vec<Value> = account
        .resource_groups
        .iter()
        .enumerate()
        .filter(|(_, (_, name))| wanted("name").is_none_or(|wanted| wanted == name))
        .filter(|_| wanted("account_id").is_none_or(|id| id == account.id))
        .filter(|(index, _)| wanted("default").is_none_or(|value| (value == "true") == (*index == 0)))
        .map(|(index, (id, name))| {
            json!({
                "id": id,
                "crn": format!("crn:v1:bluemix:public:resource-controller::a/{}::resource-group:{id}", account.id),
                "account_id": account.id,
                "name": name,
                "state": "ACTIVE",
                "default": index == 0,
            })
        })
        .collect();
    Ok(Answer::new(200, json!({ "resources": groups })))
}

/// A value of a query.
pub fn encode(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => char::from(byte).to_string(),
            byte => format!("%{byte:02X}"),
        })
        .collect()
}
