//! A file of service keys, taken apart into keys.

use serde_json::{Deserializer, Value};

use crate::code::Code;
use crate::error::{Failure, OrFail, Result};

/// The keys of the file `name`: a list as the `ibmcloud` command prints it, a page of the Resource Controller's answer, one
/// key, or credentials alone; several such documents may follow one another.
///
/// # Errors
/// A usage failure where it is no JSON (with line and column), or something in it is no object (with its path).
pub fn documents(name: &str, text: &str) -> Result<Vec<Value>> {
    let unreadable = || Failure::usage(format!("{name} holds no service keys")).code(Code::ServiceKeyIncomplete);
    let mut keys = Vec::new();
    for document in Deserializer::from_str(text).into_iter::<Value>() {
        let document = document.map_err(|error| without_values(&error)).or_fail(unreadable)?;
        match document {
            Value::Array(list) => take(list, "", &mut keys).or_fail(unreadable)?,
            Value::Object(mut page) if page.contains_key("resources") => match page.remove("resources") {
                Some(Value::Array(list)) => take(list, "resources", &mut keys).or_fail(unreadable)?,
                _ => return Err(unreadable().because(anyhow::anyhow!("`resources` is no list")).into()),
            },
            Value::Object(key) => keys.push(Value::Object(key)),
            _ => return Err(unreadable().because(anyhow::anyhow!("it holds neither an object nor a list")).into()),
        }
    }
    if keys.is_empty() {
        let hint = "`ibmcloud resource service-key NAME --output json` prints them";
        return Err(unreadable().hint(hint).into());
    }
    Ok(keys)
}

fn take(list: Vec<Value>, path: &str, keys: &mut Vec<Value>) -> Result<()> {
    for (index, key) in list.into_iter().enumerate() {
        anyhow::ensure!(key.is_object(), "`{path}[{index}]` is no object");
        keys.push(key);
    }
    Ok(())
}

/// Where the text is wrong. What stands there may be a password, and the parser's own message can quote it.
fn without_values(error: &serde_json::Error) -> anyhow::Error {
    let what = if error.is_eof() { "the JSON ends early" } else { "it is no JSON" };
    anyhow::anyhow!("{what}, line {} column {}", error.line(), error.column())
}
