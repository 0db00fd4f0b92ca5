//! What must not leave: known secrets by their values, unknown ones by how they look. Pure.
//!
//! [`Secrets::redact`] takes them out of a text. [`Secrets::find`] looks again, by other means: it undoes what hides a value
//! from a plain search (line breaks, escapes, base64 at any place, hexadecimal, percent signs). What it finds is not written.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

use super::sensitive::{is_sensitive, is_sensitive_option};
use crate::redacted::REDACTED;

/// Shorter values are no secrets, and would be found everywhere.
const SHORTEST: usize = 4;

/// Shorter ones are not looked for in disguise: they would be found by chance.
const SHORTEST_IN_DISGUISE: usize = 8;

/// Values that stand for none.
const NONE: [&str; 8] = ["true", "false", "null", "none", "nil", "yes", "undefined", "unset"];

const BEGIN_KEY: &str = "-----BEGIN ";
const KEY: &str = "PRIVATE KEY-----";

/// Words after which comes what proves who asks.
const SCHEMES: [&str; 2] = ["bearer ", "basic "];

/// How every JSON Web Token begins: `{"` in base64.
const TOKEN: &str = "eyJ";

/// Known secrets.
#[derive(Default)]
pub struct Secrets {
    /// Longest first, so that one within another leaves nothing of it.
    values: Vec<String>,
}

impl Secrets {
    /// Takes in a secret, and its lines where it has several.
    pub fn learn(&mut self, value: &str) {
        let value = value.trim();
        let lines = value.lines().map(str::trim).filter(|line| line.len() >= 16 && !line.starts_with("-----"));
        for part in std::iter::once(value).chain(lines.filter(|line| *line != value)) {
            let escaped = serde_json::to_string(part).unwrap_or_default();
            let escaped = escaped.trim_matches('"');
            for form in [part, escaped, &STANDARD_NO_PAD.encode(part)] {
                self.add(form);
            }
        }
        self.values.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
    }

    fn add(&mut self, form: &str) {
        let is_none = form.len() < SHORTEST || form == REDACTED || NONE.contains(&form.to_ascii_lowercase().as_str());
        if !is_none && !self.values.iter().any(|known| known == form) {
            self.values.push(form.to_owned());
        }
    }

    /// Takes secrets out of a text, and tells how many were there.
    pub fn redact(&self, text: &str) -> (String, usize) {
        let mut count = 0;
        let mut text = text.to_owned();
        for value in &self.values {
            let found = text.matches(value.as_str()).count();
            if found > 0 {
                text = text.replace(value, REDACTED);
                count += found;
            }
        }
        let (text, keys) = without_keys(&text);
        let mut redacted = String::with_capacity(text.len());
        let mut is_value = false;
        for line in text.split_inclusive('\n') {
            let (line, found) = without_values(line, is_value);
            is_value = is_sensitive_option(word_of(&line).1);
            redacted.push_str(&line);
            count += found;
        }
        (redacted, count + keys)
    }

    /// What kind of secret a text still holds, if any; never which.
    pub fn find(&self, text: &str) -> Option<&'static str> {
        if self.redact(text).1 > 0 {
            return Some("it looks like a secret");
        }
        let plain = |text: &str| -> String {
            text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '"' | '\'' | '\\' | '+' | ',')).collect()
        };
        let joined = plain(text);
        if joined.contains(&plain(KEY)) {
            return Some("it has a piece of a private key");
        }
        let lower = joined.to_ascii_lowercase();
        let hides = |value: &String| {
            if value.len() < SHORTEST_IN_DISGUISE {
                return false;
            }
            let hex: String = value.bytes().map(|byte| format!("{byte:02x}")).collect();
            let percent: String = value.bytes().map(percent_encoded).collect();
            joined.contains(&plain(value))
                || lower.contains(&hex)
                || lower.contains(&percent.to_ascii_lowercase())
                || within_base64(value).iter().any(|part| joined.contains(part))
        };
        self.values.iter().any(hides).then_some("it has a known secret in disguise")
    }
}

fn percent_encoded(byte: u8) -> String {
    match byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
        true => char::from(byte).to_string(),
        false => format!("%{byte:02X}"),
    }
}

/// What of the base64 of any text with a value in it depends on the value alone, for each place that it may begin at.
fn within_base64(value: &str) -> Vec<String> {
    let mut parts = Vec::new();
    for before in 0..3 {
        let mut bytes = vec![0; before];
        bytes.extend(value.bytes());
        for encoded in [STANDARD_NO_PAD.encode(&bytes), URL_SAFE_NO_PAD.encode(&bytes)] {
            let (begin, end) = ((before * 8).div_ceil(6), bytes.len() * 8 / 6);
            if let Some(part) = encoded.get(begin..end).filter(|part| part.len() >= SHORTEST_IN_DISGUISE)
                && !part.contains('+')
            {
                parts.push(part.to_owned());
            }
        }
    }
    parts
}

/// Private keys, each as a whole; one that is cut is one to the end of the text.
fn without_keys(text: &str) -> (String, usize) {
    let (mut rest, mut kept, mut count) = (text, String::new(), 0);
    while let Some(begin) = rest.find(BEGIN_KEY) {
        let (before, block) = rest.split_at(begin);
        kept.push_str(before);
        let first = block.split(['\n', '\\']).next().unwrap_or_default();
        if !first.contains(KEY) {
            kept.push_str(BEGIN_KEY);
            rest = &block[BEGIN_KEY.len()..];
            continue;
        }
        kept.push_str(REDACTED);
        count += 1;
        let end = block.match_indices(KEY).nth(1).map_or(block.len(), |(at, _)| at + KEY.len());
        rest = &block[end..];
    }
    (kept + rest, count)
}

/// A line without what follows the name of a secret, a scheme, or is a token or the password of an address; or without all
/// of it, where the line before is the option of a secret.
fn without_values(line: &str, is_value: bool) -> (String, usize) {
    let mut spans = assigned(line);
    if is_value {
        let (begin, word) = word_of(line);
        spans.push((begin, begin + word.len()));
    }
    spans.extend(after_scheme(line));
    spans.extend(tokens(line));
    spans.extend(of_addresses(line));
    spans.retain(|&(begin, end)| is_secret(&line[begin..end]));
    spans.sort_unstable();
    let (mut kept, mut at, mut count) = (String::new(), 0, 0);
    for (begin, end) in spans {
        if begin >= at {
            kept.push_str(&line[at..begin]);
            kept.push_str(REDACTED);
            count += 1;
        }
        at = at.max(end);
    }
    kept.push_str(&line[at..]);
    (kept, count)
}

fn is_secret(value: &str) -> bool {
    let value = value.trim_matches(|c: char| c == '*' || c == '"' || c == '\'' || c == '\\');
    !value.is_empty() && !NONE.contains(&value.to_ascii_lowercase().as_str())
}

/// The only word of a line in a list of words, as JSON, YAML and shells write it, and where it begins.
fn word_of(line: &str) -> (usize, &str) {
    let word = line.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ',' | '\\'));
    let item = word.trim_start();
    let item = item.strip_prefix("- ").unwrap_or(item).trim_start_matches([' ', '"', '\'']);
    (word.len() - item.len(), item)
}

/// `name=value`, `name: value`, `"name": "value"`, `--name value`, `"--name", "value"`, where the name is one of a secret.
fn assigned(line: &str) -> Vec<(usize, usize)> {
    let mut spans = Vec::new();
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    let mut at = 0;
    while let Some(begin) = line[at..].find(is_name).map(|found| at + found) {
        let end = line[begin..].find(|c| !is_name(c)).map_or(line.len(), |found| begin + found);
        at = end;
        let name = &line[begin..end];
        if !(is_sensitive(name) || name == "-a" && line.contains("redis-cli")) {
            continue;
        }
        let quotes = |text: &str| text.len() - text.trim_start_matches(['"', '\'', '\\']).len();
        let blanks = |text: &str| text.len() - text.trim_start_matches([' ', '\t']).len();
        let mut value = end + quotes(&line[end..]);
        value += blanks(&line[value..]);
        let separator = line[value..].len() - line[value..].trim_start_matches(['=', ':', '>']).len();
        let is_option = name.starts_with('-') || is_sensitive_statement(name);
        if separator == 0 && !(is_option && value > end) {
            continue;
        }
        value += separator;
        value += blanks(&line[value..]);
        if is_option && separator == 0 && line[value..].starts_with(',') {
            value += 1;
            value += blanks(&line[value..]);
        }
        let opening = quotes(&line[value..]);
        value += opening;
        let ends = |c: char| match opening {
            0 => c.is_whitespace() || matches!(c, ',' | ';' | '&' | '}' | ')' | ']'),
            _ => matches!(c, '"' | '\'' | '\\' | '\n'),
        };
        let stop = line[value..].find(ends).map_or(line.len(), |found| value + found);
        if stop > value {
            spans.push((value, stop));
        }
        at = at.max(stop);
    }
    spans
}

/// Statements of Redis' configuration, whose value follows after a blank.
fn is_sensitive_statement(name: &str) -> bool {
    name.eq_ignore_ascii_case("requirepass") || name.eq_ignore_ascii_case("masterauth")
}

fn after_scheme(line: &str) -> Vec<(usize, usize)> {
    let lower = line.to_ascii_lowercase();
    let spans = SCHEMES.iter().flat_map(|scheme| lower.match_indices(scheme).map(|(at, found)| at + found.len()));
    let end = |begin: usize| line[begin..].find(|c: char| c.is_whitespace() || c == '"' || c == '\'');
    let is_long = |&(begin, end): &(usize, usize)| end - begin >= SHORTEST_IN_DISGUISE;
    spans.map(|begin| (begin, end(begin).map_or(line.len(), |found| begin + found))).filter(is_long).collect()
}

/// JSON Web Tokens: three parts of base64 with dots in between.
fn tokens(line: &str) -> Vec<(usize, usize)> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    let span = |(begin, _): (usize, &str)| {
        (begin, line[begin..].find(|c| !is_part(c)).map_or(line.len(), |found| begin + found))
    };
    let is_token = |&(begin, end): &(usize, usize)| line[begin..end].matches('.').count() >= 2;
    line.match_indices(TOKEN).map(span).filter(is_token).collect()
}

/// The password in `scheme://user:password@host`, which may have a slash in it; the whole login where there is no colon, as a
/// token is given.
fn of_addresses(line: &str) -> Vec<(usize, usize)> {
    let span = |(at, found): (usize, &str)| {
        let begin = at + found.len();
        // Of several addresses in a list, each has a scheme of its own; a comma alone may be one of the password.
        let rest = line[begin..].find("://").map_or(&line[begin..], |next| &line[begin..begin + next]);
        let end = rest.find(|c: char| c.is_whitespace() || matches!(c, '"' | '\''));
        let address = &rest[..end.unwrap_or(rest.len())];
        let login = &address[..address.rfind('@')?];
        let password = login.find(':').map_or(0, |colon| colon + 1);
        // A path may hold an `@` too, and so does the digest of an image.
        let is_path = match password {
            0 => login.contains('/'),
            _ => login[password..].trim_start_matches(|c: char| c.is_ascii_digit()).starts_with('/'),
        };
        (!is_path).then_some((begin + password, begin + login.len()))
    };
    line.match_indices("://").filter_map(span).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn knowing(values: &[&str]) -> Secrets {
        let mut secrets = Secrets::default();
        values.iter().for_each(|value| secrets.learn(value));
        secrets
    }

    #[test]
    fn a_known_value_goes_wherever_it_is() {
        let secrets = knowing(&["canary-1", "canary-12345"]);
        let (text, count) = secrets.redact("a canary-12345b (canary-1)");
        assert_eq!((text.as_str(), count), ("a ********b (********)", 2));
        assert_eq!(secrets.redact("Y2FuYXJ5LTEyMzQ1").0, "********");
    }

    #[test]
    fn unknown_values_go_by_how_they_look() {
        let lines = [
            ("login password=hunter2 as me", "login password=******** as me"),
            (r#"{"apiKey": "abc def", "n": 1}"#, r#"{"apiKey": "********", "n": 1}"#),
            (r#""{\"redis_password\":\"x y\",\"a\":1}""#, r#""{\"redis_password\":\"********\",\"a\":1}""#),
            ("Authorization: Bearer abcdefghijk", "Authorization: ******** ********"),
            ("GET redis://u:pw@host:1/x", "GET redis://u:********@host:1/x"),
            ("HTTP_PROXY=http://u:p/a:s?s@proxy:1", "HTTP_PROXY=http://u:********@proxy:1"),
            (
                "https://host/@scope/x and docker-pullable://quay.io/a@sha256:12",
                "https://host/@scope/x and docker-pullable://quay.io/a@sha256:12",
            ),
            ("https://host:5000/@scope/x", "https://host:5000/@scope/x"),
            ("http://u:p,w@a:1,http://v:x,y@b:2", "http://u:********@a:1,http://v:********@b:2"),
            ("http://token@proxy https://host/x", "http://********@proxy https://host/x"),
            ("run --db-password hunter2 -v", "run --db-password ******** -v"),
            (r#"["--db-password","hunter2"]"#, r#"["--db-password","********"]"#),
            (r#"["redis-cli", "-a", "hunter2", "ping"]"#, r#"["redis-cli", "-a", "********", "ping"]"#),
            ("redis-cli -a hunter2 ping; ls -a here", "redis-cli -a ******** ping; ls -a ********"),
            ("  \"--db-password\",\n  \"hunter2\",\n  \"x\"", "  \"--db-password\",\n  \"********\",\n  \"x\""),
            ("- --db-password\n- hunter 2\n- x", "- --db-password\n- ********\n- x"),
            ("ls -a here\n--token-file\npath", "ls -a here\n--token-file\npath"),
            ("requirepass hunter2", "requirepass ********"),
            ("got eyJhbGci.eyJzdWIi.c2ln ok", "got ******** ok"),
            ("secretName: kar.ibm.com.runtime-config", "secretName: kar.ibm.com.runtime-config"),
            ("token: null, the token is wrong", "token: null, the token is wrong"),
        ];
        for (line, redacted) in lines {
            assert_eq!(Secrets::default().redact(line).0, redacted);
        }
    }

    #[test]
    fn a_private_key_goes_as_a_whole_also_where_it_is_cut() {
        let key = "a\n-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\nb";
        assert_eq!(Secrets::default().redact(key).0, "a\n********\nb");
        assert_eq!(Secrets::default().redact(&key[..40]).0, "a\n********");
        assert_eq!(Secrets::default().find(&key[34..]), Some("it has a piece of a private key"));
    }

    #[test]
    fn what_was_redacted_is_found_to_be_clean_and_what_hides_is_found() {
        let secrets = knowing(&["Canary/of-mine 7"]);
        let clean = secrets.redact("x Canary/of-mine 7 password: \"y\" --token z").0;
        assert_eq!(secrets.find(&clean), None, "{clean}");
        let percent = "Canary%2Fof-mine%207";
        let hex = "43616e6172792f6f662d6d696e652037";
        let base64 = STANDARD_NO_PAD.encode("user:Canary/of-mine 7!");
        for hidden in ["x Canary/of-\nmine 7 y", percent, hex, &base64] {
            assert_eq!(secrets.find(hidden), Some("it has a known secret in disguise"), "{hidden}");
        }
        assert_eq!(secrets.find("nothing of Canary here"), None);
    }
}
