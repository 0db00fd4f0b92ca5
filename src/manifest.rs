//! Kubernetes manifests: one or many documents of YAML or JSON, read as kubectl reads them. Pure.
//!
//! kubectl's YAML is that of go-yaml 2, which is version 1.1 in the words: `yes` and `on` are booleans, `0644` is 420, and
//! `1:30` is text. Who reads `hostNetwork: yes` as text and writes it back in quotes has broken the manifest. The rules are
//! those of `resolve.go` of sigs.k8s.io/yaml 1.4 (goyaml.v2).

use std::collections::HashMap;
use std::iter::Peekable;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, ScanError, Span, StrInput, Tag};
use serde_json::{Map, Number, Value};

/// Deeper than any object of Kubernetes; more would exhaust the stack. It is serde_json's own limit.
const DEEPEST: usize = 128;

/// So many values may come of anchors in one document, which else could make gigabytes of a few lines.
const MOST_COPIES: usize = 100_000;

/// Below this, a float holds every whole number.
const LARGEST_WHOLE: f64 = 9_007_199_254_740_992.0;

/// The tags of version 1.1's own types.
const CORE: &str = "tag:yaml.org,2002:";

/// One document.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// Its first line, from 1.
    pub line: usize,
    /// How it was written.
    pub form: Form,
    /// What it says; its keys keep their order.
    pub value: Value,
}

/// How a document is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// YAML.
    Yaml,
    /// JSON.
    Json,
}

/// What is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1, in characters (JSON: in bytes).
    pub column: usize,
    /// What is wrong; never a value.
    pub message: String,
}

type Events<'a> = Peekable<Parser<'a, StrInput<'a>>>;

/// Reads all documents; empty ones are left out.
///
/// # Errors
/// The first mistake: no YAML or JSON, a key twice, nested too deep.
pub fn read(text: &str) -> Result<Vec<Document>, Mistake> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    // As kubectl tells them apart.
    if text.trim_start().starts_with('{') { read_json(text) } else { read_yaml(text) }
}

fn read_json(text: &str) -> Result<Vec<Document>, Mistake> {
    let mut stream = serde_json::Deserializer::from_str(text).into_iter::<Value>();
    let mut documents = Vec::new();
    loop {
        let rest = &text[stream.byte_offset()..];
        let begins = text.len() - rest.trim_start().len();
        match stream.next() {
            None => return Ok(documents),
            Some(Ok(value)) => {
                let line = text[..begins].matches('\n').count() + 1;
                documents.push(Document { line, form: Form::Json, value });
            }
            Some(Err(error)) => {
                let whole = error.to_string();
                let message = whole.split(" at line ").next().unwrap_or_default();
                return Err(Mistake {
                    line: error.line(),
                    column: error.column(),
                    message: format!("this is not JSON: {message}"),
                });
            }
        }
    }
}

fn read_yaml(text: &str) -> Result<Vec<Document>, Mistake> {
    let mut events = Parser::new_from_str(text).peekable();
    let mut documents = Vec::new();
    loop {
        match events.peek() {
            None | Some(Ok((Event::StreamEnd, _))) => return Ok(documents),
            Some(Ok((Event::StreamStart | Event::DocumentStart(_) | Event::DocumentEnd, _))) => drop(events.next()),
            Some(Ok((_, span))) => {
                let line = span.start.line();
                let value = Reader { events: &mut events, anchors: HashMap::new(), copies: 0 }.node(0)?;
                if !value.is_null() {
                    documents.push(Document { line, form: Form::Yaml, value });
                }
            }
            Some(Err(error)) => return Err(scan(error)),
        }
    }
}

/// Reads one document.
struct Reader<'r, 'a> {
    events: &'r mut Events<'a>,
    anchors: HashMap<usize, Value>,
    copies: usize,
}

impl<'a> Reader<'_, 'a> {
    fn node(&mut self, depth: usize) -> Result<Value, Mistake> {
        let (event, span) = self.next()?;
        self.value(event, span, depth)
    }

    fn value(&mut self, event: Event<'a>, span: Span, depth: usize) -> Result<Value, Mistake> {
        if depth > DEEPEST {
            return Err(mistake(span.start, "manifests are not nested that deep"));
        }
        let (anchor, value) = match event {
            Event::Scalar(text, style, anchor, tag) => {
                (anchor, scalar(&text, style, tag.as_deref()).map_err(|message| mistake(span.start, &message))?)
            }
            Event::MappingStart(anchor, _) => (anchor, Value::Object(self.mapping(depth + 1)?)),
            Event::SequenceStart(anchor, _) => (anchor, Value::Array(self.sequence(depth + 1)?)),
            Event::Alias(anchor) => return self.alias(anchor, span.start),
            _ => return Err(mistake(span.start, "a value is missing")),
        };
        if anchor > 0 {
            self.anchors.insert(anchor, value.clone());
        }
        Ok(value)
    }

    fn alias(&mut self, anchor: usize, at: Marker) -> Result<Value, Mistake> {
        let value = self.anchors.get(&anchor).cloned();
        let value = value.ok_or_else(|| mistake(at, "an alias stands for what it is itself a part of"))?;
        self.copies += size(&value);
        if self.copies > MOST_COPIES {
            return Err(mistake(at, "the aliases of this document make too much of it"));
        }
        Ok(value)
    }

    fn sequence(&mut self, depth: usize) -> Result<Vec<Value>, Mistake> {
        let mut items = Vec::new();
        while !matches!(self.events.peek(), Some(Ok((Event::SequenceEnd, _)))) {
            items.push(self.node(depth)?);
        }
        self.next()?;
        Ok(items)
    }

    fn mapping(&mut self, depth: usize) -> Result<Map<String, Value>, Mistake> {
        let mut members = Map::new();
        let mut merged = Vec::new();
        while !matches!(self.events.peek(), Some(Ok((Event::MappingEnd, _)))) {
            let (event, span) = self.next()?;
            let is_merge = matches!(&event, Event::Scalar(text, ScalarStyle::Plain, _, None) if text == "<<");
            let name = match self.value(event, span, depth)? {
                Value::String(name) => name,
                name @ (Value::Number(_) | Value::Bool(_)) => name.to_string(),
                _ => return Err(mistake(span.start, "a key is one word")),
            };
            let value = self.node(depth)?;
            if is_merge {
                merged.extend(to_merge(value).ok_or_else(|| mistake(span.start, "`<<` takes mappings"))?);
            } else if members.insert(name.clone(), value).is_some() {
                return Err(mistake(span.start, &format!("key `{name}` is there twice")));
            }
        }
        self.next()?;
        for (name, value) in merged {
            members.entry(name).or_insert(value);
        }
        Ok(members)
    }

    fn next(&mut self) -> Result<(Event<'a>, Span), Mistake> {
        match self.events.next() {
            Some(Ok(event)) => Ok(event),
            Some(Err(error)) => Err(scan(&error)),
            None => Err(Mistake { line: 1, column: 1, message: "the document is cut".to_owned() }),
        }
    }
}

/// The members that `<<` brings; of several mappings the first that has a key wins.
fn to_merge(value: Value) -> Option<Vec<(String, Value)>> {
    match value {
        Value::Object(members) => Some(members.into_iter().collect()),
        Value::Array(items) => items
            .into_iter()
            .map(|item| match item {
                Value::Object(members) => Some(members),
                _ => None,
            })
            .collect::<Option<Vec<_>>>()
            .map(|maps| maps.into_iter().flatten().collect()),
        _ => None,
    }
}

fn size(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(size).sum(),
        Value::Object(members) => members.values().map(size).sum(),
        _ => 0,
    }
}

fn scalar(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Result<Value, String> {
    let Some(tag) = tag else {
        return if style == ScalarStyle::Plain { plain(text) } else { Ok(Value::from(text)) };
    };
    let name = format!("{}{}", tag.handle, tag.suffix);
    let kind = name.strip_prefix(CORE).or_else(|| name.strip_prefix("!!"));
    match (kind, plain(text)?) {
        (Some("str"), _) => Ok(Value::from(text)),
        (None, _) if name == "!" => Ok(Value::from(text)),
        (Some("int"), value @ Value::Number(_)) if !value.is_f64() => Ok(value),
        (Some("float"), value @ Value::Number(_)) | (Some("bool"), value @ Value::Bool(_)) => Ok(value),
        (Some("null"), Value::Null) => Ok(Value::Null),
        _ => Err(format!("the tag {name} does not fit here")),
    }
}

/// What a word without quotes stands for.
fn plain(text: &str) -> Result<Value, String> {
    Ok(match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => Value::Bool(true),
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => Value::Bool(false),
        _ if is_beyond_json(text) => return Err(format!("`{text}` is no value of a manifest")),
        _ if text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.')) => {
            number(&text.replace('_', "")).map_or_else(|| Value::from(text), Value::Number)
        }
        _ => Value::from(text),
    })
}

fn is_beyond_json(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    matches!(unsigned, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN")
}

/// Go's `strconv.ParseInt` with base 0, then its floats without hexadecimal ones, `inf` and `nan`.
fn number(text: &str) -> Option<Number> {
    integer(text).or_else(|| {
        let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
        let is_float = unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.')
            && unsigned.contains(|c: char| c.is_ascii_digit())
            && unsigned.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E' | '+' | '-'));
        let value = if is_float { text.parse().ok() } else { None };
        value.and_then(from_float)
    })
}

/// A whole number is one however it was written, as in Go's JSON.
fn from_float(value: f64) -> Option<Number> {
    let is_whole = value.fract() == 0.0 && value.abs() < LARGEST_WHOLE;
    if is_whole { Some(Number::from(value as i64)) } else { Number::from_f64(value) }
}

fn integer(text: &str) -> Option<Number> {
    let (is_negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (radix, digits) = match digits.as_bytes() {
        [b'0', b'x' | b'X', ..] => (16, &digits[2..]),
        [b'0', b'b' | b'B', ..] => (2, &digits[2..]),
        [b'0', b'o' | b'O', ..] => (8, &digits[2..]),
        [b'0', _, ..] => (8, &digits[1..]),
        _ => (10, digits),
    };
    // `from_str_radix` would take a sign.
    if !digits.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        return None;
    }
    let value = u64::from_str_radix(digits, radix).ok()?;
    if is_negative { 0_i64.checked_sub_unsigned(value).map(Number::from) } else { Some(Number::from(value)) }
}

fn scan(error: &ScanError) -> Mistake {
    mistake(*error.marker(), &format!("this is not YAML: {}", error.info()))
}

fn mistake(marker: Marker, message: &str) -> Mistake {
    Mistake { line: marker.line(), column: marker.col() + 1, message: message.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn one(text: &str) -> Value {
        let mut documents = read(text).unwrap_or_else(|mistake| panic!("{text}: {mistake:?}"));
        assert_eq!(documents.len(), 1, "{text}");
        documents.remove(0).value
    }

    fn mistake_in(text: &str) -> (usize, usize, String) {
        let Mistake { line, column, message } = read(text).expect_err(text);
        (line, column, message)
    }

    /// Each line was put to sigs.k8s.io/yaml 1.4.0, `YAMLToJSON`, and is what it answered.
    #[test]
    fn words_are_what_kubectl_takes_them_for() {
        for (text, value) in [
            ("yes", json!(true)),
            ("On", json!(true)),
            ("y", json!(true)),
            ("off", json!(false)),
            ("N", json!(false)),
            ("yEs", json!("yEs")),
            ("~", json!(null)),
            ("0644", json!(420)),
            ("0o644", json!(420)),
            ("089", json!(89)),
            ("0x1F", json!(31)),
            ("0b101", json!(5)),
            ("-0x10", json!(-16)),
            ("+12", json!(12)),
            ("1_000", json!(1000)),
            ("18446744073709551615", json!(18_446_744_073_709_551_615_u64)),
            ("-9223372036854775808", json!(i64::MIN)),
            ("1.10", json!(1.1)),
            ("1e3", json!(1000)),
            (".5", json!(0.5)),
            ("5.", json!(5)),
            ("1:30", json!("1:30")),
            ("2001-01-01", json!("2001-01-01")),
            ("1.2.3", json!("1.2.3")),
            ("12abc", json!("12abc")),
            ("0xg", json!("0xg")),
            ("--1", json!("--1")),
            ("1e999", json!("1e999")),
            ("'yes'", json!("yes")),
            ("\"0644\"", json!("0644")),
            ("!!str 12", json!("12")),
            ("! 12", json!("12")),
            ("!!int '12'", json!(12)),
            ("|-\n  yes", json!("yes")),
        ] {
            assert_eq!(one(&format!("a: {text}\n"))["a"], value, "{text}");
        }
        assert_eq!(one("8080: a\ntrue: b\n"), json!({ "8080": "a", "true": "b" }));
    }

    #[test]
    fn anchors_and_merges_are_resolved_and_bombs_are_not() {
        let text = "base: &b {x: 1, y: [2]}\nother:\n  z: 3\n  <<: *b\n  x: 9\nlist: [*b]\n";
        let expected = json!({
            "base": { "x": 1, "true": [2] }, "other": { "z": 3, "x": 9, "true": [2] }, "list": [{ "x": 1, "true": [2] }],
        });
        assert_eq!(one(text), expected);
        let bomb = (1..12).fold("a0: &a0 [x]\n".to_owned(), |text, level| {
            let below = vec![format!("*a{}", level - 1); 10].join(", ");
            format!("{text}a{level}: &a{level} [{below}]\n")
        });
        assert_eq!(mistake_in(&bomb).2, "the aliases of this document make too much of it");
    }

    #[test]
    fn many_documents_are_read_and_empty_ones_left_out() {
        let documents = read("# nothing\n---\na: 1\n---\n# nothing\n---\n\nb: 2\n...\n").expect("YAML");
        let seen: Vec<_> = documents.iter().map(|document| (document.line, document.value.clone())).collect();
        assert_eq!(seen, [(3, json!({ "a": 1 })), (8, json!({ "b": 2 }))]);
        let documents = read("{\"b\": 1,\n \"a\": \"yes\"}\n\n{}").expect("JSON");
        assert_eq!(
            documents.iter().map(|document| (document.line, document.form)).collect::<Vec<_>>(),
            [(1, Form::Json), (4, Form::Json)]
        );
        assert_eq!(documents[0].value.to_string(), r#"{"b":1,"a":"yes"}"#);
        assert_eq!(read("").expect("nothing"), []);
    }

    #[test]
    fn mistakes_name_their_place() {
        assert_eq!(mistake_in("a: 1\nb:\n  c: 1\n  c: 2\n"), (4, 3, "key `c` is there twice".to_owned()));
        assert_eq!(mistake_in("[a]: 1\n").2, "a key is one word");
        assert_eq!(mistake_in("a: .inf\n"), (1, 4, "`.inf` is no value of a manifest".to_owned()));
        assert_eq!(mistake_in("{\"a\": 1,}").2, "this is not JSON: trailing comma");
        let (line, _, message) = mistake_in("a: 1\n b: 2\n");
        assert!(line == 2 && message.starts_with("this is not YAML: "), "{line} {message}");
        for deep in ["[", "- ", "{\"a\":", "a: {"] {
            let message = mistake_in(&deep.repeat(100_000)).2;
            assert!(message.contains("deep") || message.contains("recursion"), "{message}");
        }
    }

    #[test]
    fn what_is_written_is_read_back_as_it_was() {
        let texts =
            ["yes", "No", "on", "y", "1:30", "0644", "1e3", "~", "", ".5", "2001-01-01", "<<", "a: b", "1_0", "é\n"];
        for text in texts {
            let value = json!({ "key": [text, { text: text }], "number": 420, "float": 1.5, "is": true });
            assert_eq!(one(&crate::yaml::to_string(&value).expect("YAML")), value, "{text:?}");
        }
    }
}
