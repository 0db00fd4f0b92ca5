//! A YAML document in which every value knows its line and column, and a scalar its text as it was written. Pure.
//!
//! Scalars are not resolved here: whether `no` is a word or `3.10` a number is for the key to say.

use std::iter::Peekable;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, ScanError, Span, StrInput};

/// Settings are shallow; what is nested deeper is something else, and would exhaust the stack.
const DEEPEST: usize = 16;

/// Line and column, both from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// Line.
    pub line: usize,
    /// Column, in characters.
    pub column: usize,
}

/// A value and where it begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Where it begins.
    pub position: Position,
    /// What it is.
    pub content: Content,
}

/// What a node is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// One value.
    Scalar(Scalar),
    /// Names and values, in their order.
    Mapping(Vec<Entry>),
    /// A list.
    Sequence(Vec<Node>),
}

/// A name and its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The name.
    pub name: String,
    /// Where the name begins.
    pub position: Position,
    /// The value.
    pub value: Node,
}

/// The text of a value, and how it was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scalar {
    /// The text, without quotes.
    pub text: String,
    /// How it was given.
    pub style: Style,
}

/// How a scalar was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// In a document, without quotes.
    Plain,
    /// In a document, in quotes or as a block.
    Quoted,
    /// As an argument, a variable or a file of its own.
    Given,
}

/// What is wrong with a document, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// Where.
    pub position: Position,
    /// What; never a value.
    pub message: String,
}

type Events<'a> = Peekable<Parser<'a, StrInput<'a>>>;

/// Reads a document; an empty one is an empty mapping.
///
/// # Errors
/// The first mistake: no YAML, a second document, a key twice, an anchor.
pub fn parse(text: &str) -> Result<Node, Mistake> {
    let mut events = Parser::new_from_str(text).peekable();
    let mut root = None;
    while let Some(event) = events.peek() {
        match event {
            Ok((Event::StreamStart | Event::DocumentStart(_) | Event::DocumentEnd | Event::StreamEnd, _)) => {
                events.next();
            }
            Ok((_, span)) if root.is_some() => return Err(mistake(span.start, "a second document begins here")),
            _ => root = Some(node(&mut events, 0)?),
        }
    }
    let nothing = Content::Scalar(Scalar { text: String::new(), style: Style::Plain });
    Ok(match root {
        Some(node) if node.content != nothing => node,
        _ => Node { position: Position { line: 1, column: 1 }, content: Content::Mapping(Vec::new()) },
    })
}

fn node(events: &mut Events<'_>, depth: usize) -> Result<Node, Mistake> {
    let (event, span) = next(events)?;
    if depth > DEEPEST {
        return Err(mistake(span.start, "settings are not nested that deep"));
    }
    let content = match event {
        Event::Scalar(text, style, ..) => {
            let style = if style == ScalarStyle::Plain { Style::Plain } else { Style::Quoted };
            Content::Scalar(Scalar { text: text.into_owned(), style })
        }
        Event::MappingStart(..) => Content::Mapping(mapping(events, depth + 1)?),
        Event::SequenceStart(..) => {
            let mut items = Vec::new();
            while !matches!(events.peek(), Some(Ok((Event::SequenceEnd, _)))) {
                items.push(node(events, depth + 1)?);
            }
            next(events)?;
            Content::Sequence(items)
        }
        Event::Alias(_) => return Err(mistake(span.start, "settings take no anchors and aliases")),
        _ => return Err(mistake(span.start, "a value is missing")),
    };
    Ok(Node { position: position(span.start), content })
}

fn mapping(events: &mut Events<'_>, depth: usize) -> Result<Vec<Entry>, Mistake> {
    let mut entries: Vec<Entry> = Vec::new();
    while !matches!(events.peek(), Some(Ok((Event::MappingEnd, _)))) {
        let Node { position, content } = node(events, depth)?;
        let Content::Scalar(Scalar { text: name, .. }) = content else {
            return Err(Mistake { position, message: "a key is one word".to_owned() });
        };
        if entries.iter().any(|entry| entry.name == name) {
            return Err(Mistake { position, message: format!("key `{name}` is there twice") });
        }
        entries.push(Entry { name, position, value: node(events, depth)? });
    }
    next(events)?;
    Ok(entries)
}

fn next<'a>(events: &mut Events<'a>) -> Result<(Event<'a>, Span), Mistake> {
    match events.next() {
        Some(Ok(event)) => Ok(event),
        Some(Err(error)) => Err(scan(&error)),
        None => Err(Mistake { position: Position { line: 1, column: 1 }, message: "the document is cut".to_owned() }),
    }
}

fn scan(error: &ScanError) -> Mistake {
    mistake(*error.marker(), &format!("this is not YAML: {}", error.info()))
}

fn mistake(marker: Marker, message: &str) -> Mistake {
    Mistake { position: position(marker), message: message.to_owned() }
}

fn position(marker: Marker) -> Position {
    Position { line: marker.line(), column: marker.col() + 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mistake_in(text: &str) -> (usize, usize, String) {
        let Mistake { position, message } = parse(text).expect_err("a mistake");
        (position.line, position.column, message)
    }

    #[test]
    fn values_keep_their_text_and_place() {
        let Content::Mapping(groups) = parse("# a comment\nkafka:\n  version: 3.10\n").expect("YAML").content else {
            panic!("a mapping")
        };
        let Content::Mapping(values) = &groups[0].value.content else { panic!("a mapping") };
        assert_eq!((groups[0].name.as_str(), values[0].name.as_str()), ("kafka", "version"));
        assert_eq!(values[0].position, Position { line: 3, column: 3 });
        assert_eq!(values[0].value.position, Position { line: 3, column: 12 });
        let text = Scalar { text: "3.10".to_owned(), style: Style::Plain };
        assert_eq!(values[0].value.content, Content::Scalar(text));
    }

    #[test]
    fn nothing_is_an_empty_document() {
        for text in ["", "# only a comment\n", "---\n"] {
            let content = parse(text).expect("YAML").content;
            assert!(matches!(&content, Content::Mapping(entries) if entries.is_empty()), "{text:?} {content:?}");
        }
    }

    #[test]
    fn mistakes_name_their_place() {
        assert_eq!(mistake_in("a: 1\nb: 2\na: 3\n"), (3, 1, "key `a` is there twice".to_owned()));
        assert_eq!(mistake_in("a: &x 1\nb: *x\n"), (2, 4, "settings take no anchors and aliases".to_owned()));
        assert_eq!(mistake_in("a: 1\n---\nb: 2\n"), (3, 1, "a second document begins here".to_owned()));
        assert_eq!(mistake_in("[a]: 1\n"), (1, 1, "a key is one word".to_owned()));
        for deep in ["[", "- ", "? ", "a: {"] {
            let message = mistake_in(&deep.repeat(250_000)).2;
            assert!(message.contains("nested") || message.contains("recursion"), "{message}");
        }
        let (line, _, message) = mistake_in("a: 1\n b: 2\n");
        assert!(line == 2 && message.starts_with("this is not YAML: "), "{line} {message}");
    }
}
