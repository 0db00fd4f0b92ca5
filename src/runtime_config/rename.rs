//! `--rename K=V`: the same variables under the names that another program reads. Pure.

use crate::error::{Failure, Result};
use crate::nearest::nearest;

use super::Variable;

/// Gives variables other names; pairs are the old and the new name.
///
/// # Errors
/// Returns a usage error when an old name is unknown or given twice, a new one is no name for a variable, or two
/// variables would have one name (upper and lower case are one name on Windows).
pub fn rename(mut variables: Vec<Variable>, names: &[(String, String)]) -> Result<Vec<Variable>> {
    let known: Vec<_> = variables.iter().map(|variable| variable.name.clone()).collect();
    for (position, (old, new)) in names.iter().enumerate() {
        let Some(index) = known.iter().position(|name| name == old) else {
            return Err(unknown(old, &known));
        };
        if names[..position].iter().any(|(earlier, _)| earlier == old) {
            return Err(Failure::usage(format!("`--rename {old}=...` is given twice")).into());
        }
        if !is_identifier(new) {
            let message = format!("`{new}`, the new name for {old}, is no name for a variable");
            return Err(Failure::usage(message).hint("use letters, digits and `_`, and no digit in front").into());
        }
        variables[index].name.clone_from(new);
    }
    for (index, variable) in variables.iter().enumerate() {
        if let Some(earlier) = (0..index).find(|&earlier| variables[earlier].name.eq_ignore_ascii_case(&variable.name))
        {
            let (one, other, name) = (&known[earlier], &known[index], &variable.name);
            return Err(Failure::usage(format!("{one} and {other} would both be named {name}")).into());
        }
    }
    Ok(variables)
}

fn unknown(old: &str, known: &[String]) -> anyhow::Error {
    let failure = Failure::usage(format!("there is no variable `{old}` to rename"));
    match nearest(old, known.iter().map(String::as_str)) {
        Some(name) => failure.hint(format!("did you mean {name}?")).into(),
        None => failure.into(),
    }
}

/// Whether every shell and every file format takes it as the name of a variable.
fn is_identifier(name: &str) -> bool {
    !name.starts_with(|first: char| first.is_ascii_digit())
        && !name.is_empty()
        && name.chars().all(|character| character.is_ascii_alphanumeric() || character == '_')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{Status, report};
    use crate::runtime_config::RuntimeConfig;

    fn renamed(names: &[(&str, &str)]) -> Result<Vec<Variable>> {
        let names: Vec<_> = names.iter().map(|(old, new)| ((*old).to_owned(), (*new).to_owned())).collect();
        rename(RuntimeConfig::default().variables(), &names)
    }

    #[test]
    fn a_variable_gets_its_new_name_in_its_old_place() {
        let variables = renamed(&[("KAFKA_BROKERS", "BOOTSTRAP_SERVERS")]).expect("a name");
        assert_eq!(variables[0].name, "BOOTSTRAP_SERVERS");
        let swapped = renamed(&[("REDIS_HOST", "REDIS_USER"), ("REDIS_USER", "REDIS_HOST")]).expect("two names");
        assert_eq!(swapped[12].name, "REDIS_HOST");
    }

    #[test]
    fn a_wrong_rename_is_a_usage_error_that_names_the_place() {
        let cases: [(&[(&str, &str)], &str); 5] = [
            (&[("REDIS_HOTS", "X")], "there is no variable `REDIS_HOTS` to rename"),
            (&[("REDIS_HOST", "X"), ("REDIS_HOST", "Y")], "`--rename REDIS_HOST=...` is given twice"),
            (&[("REDIS_HOST", "1X")], "`1X`, the new name for REDIS_HOST, is no name for a variable"),
            (&[("REDIS_HOST", "a;b")], "`a;b`, the new name for REDIS_HOST, is no name for a variable"),
            (&[("REDIS_HOST", "redis_port")], "REDIS_HOST and REDIS_PORT would both be named REDIS_PORT"),
        ];
        for (names, message) in cases {
            let report = report(&renamed(names).expect_err("a usage error"));
            assert_eq!((report.message.as_str(), report.status), (message, Status::Usage));
        }
        assert_eq!(report(&renamed(&[("REDIS_HOTS", "X")]).expect_err("one")).hints, ["did you mean REDIS_HOST?"]);
    }
}
