//! The matrix as a picture: members on the left, Kafka and Redis on the right, a line for each way. Pure.

use std::fmt::Write;
use std::str::FromStr;

use super::{Cell, Matrix, Outcome};

/// The services, by their names in a picture.
const SERVICES: [(&str, &str); 2] = [("kafka", "Kafka"), ("redis", "Redis")];

/// Letters of a picture in SVG are about so wide and high, in its units.
const LETTER: usize = 8;
const LINE: usize = 18;

/// A box's height, the space between two, and the margin around all.
const BOX: usize = 40;
const GAP: usize = 24;
const MARGIN: usize = 20;

/// The room between both columns, for the words on the lines.
const BETWEEN: usize = 280;

/// How it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For Markdown and <https://mermaid.js.org>.
    Mermaid,
    /// For Graphviz.
    Dot,
    /// A picture that browsers show.
    Svg,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 3] = [Self::Mermaid, Self::Dot, Self::Svg];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Mermaid => "mermaid",
            Self::Dot => "dot",
            Self::Svg => "svg",
        }
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|format| format.name() == text).ok_or_else(|| format!("no such format: {text}"))
    }
}

/// Draws it.
pub fn draw(matrix: &Matrix, format: Format) -> String {
    match format {
        Format::Mermaid => mermaid(matrix),
        Format::Dot => dot(matrix),
        Format::Svg => svg(matrix),
    }
}

/// What stands on a line: nothing more than the hop and its code.
fn words(cell: &Cell) -> String {
    match (cell.outcome, cell.code) {
        (Outcome::Ok, _) | (_, None) => cell.word(),
        (_, Some(code)) => format!("{} {code}", cell.word()),
    }
}

fn color(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Ok => "#1a7f37",
        Outcome::Broken => "#cf222e",
        Outcome::Unseen => "#6e7781",
    }
}

fn mermaid(matrix: &Matrix) -> String {
    let mut text = "flowchart LR\n".to_owned();
    for (index, row) in matrix.members.iter().enumerate() {
        // Nothing fails that is written into a String.
        writeln!(text, "  m{index}[\"{}<br/>{}\"]", in_mermaid(&row.member), in_mermaid(row.kind)).ok();
    }
    for (id, name) in SERVICES {
        writeln!(text, "  {id}[(\"{name}\")]").ok();
    }
    let mut styles = String::new();
    for (number, (index, service, cell)) in ways(matrix).enumerate() {
        let arrow = if cell.outcome == Outcome::Ok { "-->" } else { "-.->" };
        writeln!(text, "  m{index} {arrow}|\"{}\"| {service}", in_mermaid(&words(cell))).ok();
        writeln!(styles, "  linkStyle {number} stroke:{}", color(cell.outcome)).ok();
    }
    text + &styles
}

fn ways(matrix: &Matrix) -> impl Iterator<Item = (usize, &'static str, &Cell)> {
    matrix
        .members
        .iter()
        .enumerate()
        .flat_map(|(index, row)| row.cells().map(move |(service, cell)| (index, service, cell)))
}

/// Letters and digits of any script as they are, everything else as its number, which means nothing to Mermaid.
fn in_mermaid(text: &str) -> String {
    let written = |letter: char| match letter {
        letter if letter.is_alphanumeric() || matches!(letter, ' ' | '.' | '-' | '_') => letter.to_string(),
        other => format!("#{};", u32::from(other)),
    };
    text.chars().map(written).collect()
}

fn dot(matrix: &Matrix) -> String {
    let mut text = "digraph matrix {\n  rankdir=LR;\n  node [shape=box];\n".to_owned();
    for (index, row) in matrix.members.iter().enumerate() {
        writeln!(text, "  m{index} [label=\"{}\\n{}\"];", in_dot(&row.member), in_dot(row.kind)).ok();
    }
    for (id, name) in SERVICES {
        writeln!(text, "  {id} [label=\"{name}\", shape=cylinder];").ok();
    }
    for (index, service, cell) in ways(matrix) {
        let style = if cell.outcome == Outcome::Ok { "solid" } else { "dashed" };
        let (words, color) = (in_dot(&words(cell)), color(cell.outcome));
        writeln!(text, "  m{index} -> {service} [label=\"{words}\", color=\"{color}\", style={style}];").ok();
    }
    text + "}\n"
}

fn in_dot(text: &str) -> String {
    let shown: String = text.chars().filter(|letter| !letter.is_control()).collect();
    shown.replace('\\', "\\\\").replace('"', "\\\"")
}

fn svg(matrix: &Matrix) -> String {
    let names = matrix.members.iter().flat_map(|row| [row.member.chars().count(), row.kind.chars().count()]);
    let width = names.max().unwrap_or(0).max(10) * LETTER + 2 * MARGIN;
    let right = MARGIN + width + BETWEEN;
    let service_width = 6 * LETTER + 2 * MARGIN;
    let rows = matrix.members.len().max(SERVICES.len());
    let height = 2 * MARGIN + rows * BOX + (rows - 1) * GAP;
    let total = right + service_width + MARGIN;
    let top = |index: usize| MARGIN + index * (BOX + GAP);
    // Services stand in the middle of their halves.
    let service_top = |index: usize| (2 * index + 1) * height / (2 * SERVICES.len()) - BOX / 2;
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{total}\" height=\"{height}\" viewBox=\"0 0 {total} {height}\" \
         font-family=\"sans-serif\" font-size=\"13\">\n  <rect width=\"{total}\" height=\"{height}\" fill=\"#ffffff\"/>\n"
    );
    for (index, service, cell) in ways(matrix) {
        let number = usize::from(service == SERVICES[1].0);
        let (from, to) = (top(index) + BOX / 2, service_top(number) + BOX / 2);
        let dash = if cell.outcome == Outcome::Ok { "" } else { " stroke-dasharray=\"6 4\"" };
        let (left, stroke) = (MARGIN + width, color(cell.outcome));
        writeln!(
            text,
            "  <line x1=\"{left}\" y1=\"{from}\" x2=\"{right}\" y2=\"{to}\" stroke=\"{stroke}\" stroke-width=\"2\"{dash}/>"
        )
        .ok();
        // Near the member, where lines of one service are still apart; those of both are above and below.
        let (x, y) = (left + LETTER, if number == 0 { from - LINE / 3 } else { from + LINE });
        writeln!(text, "  <text x=\"{x}\" y=\"{y}\" fill=\"{stroke}\">{service}: {}</text>", in_xml(&words(cell))).ok();
    }
    for (index, row) in matrix.members.iter().enumerate() {
        let lines = [row.member.as_str(), row.kind];
        text.push_str(&boxed((MARGIN, top(index)), width, &lines));
    }
    for (index, (_, name)) in SERVICES.iter().enumerate() {
        text.push_str(&boxed((right, service_top(index)), service_width, &[name]));
    }
    text + "</svg>\n"
}

fn boxed((x, y): (usize, usize), width: usize, lines: &[&str]) -> String {
    let mut text = format!(
        "  <rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{BOX}\" rx=\"6\" fill=\"#f6f8fa\" stroke=\"#57606a\"/>\n"
    );
    let (middle, first) = (x + width / 2, y + BOX / 2 + 5 - (lines.len() - 1) * LINE / 2);
    for (index, line) in lines.iter().enumerate() {
        let (y, line) = (first + index * LINE, in_xml(line));
        writeln!(text, "  <text x=\"{middle}\" y=\"{y}\" text-anchor=\"middle\" fill=\"#24292f\">{line}</text>").ok();
    }
    text
}

fn in_xml(text: &str) -> String {
    let written = |letter: char| match letter {
        '&' => "&amp;".to_owned(),
        '<' => "&lt;".to_owned(),
        '>' => "&gt;".to_owned(),
        '"' => "&quot;".to_owned(),
        '\'' => "&apos;".to_owned(),
        letter if letter.is_control() => String::new(),
        letter => letter.to_string(),
    };
    text.chars().map(written).collect()
}

#[cfg(test)]
mod tests {
    use super::super::hops::{Broken, Hop, Way};
    use super::super::{Asked, Row};
    use super::*;
    use crate::code::Code;

    fn matrix(name: &str) -> Matrix {
        let broken = Broken::new(Hop::Tls, Code::AuthorityUntrusted, "its certificate", "set REDIS_CA");
        let row = Row {
            member: name.to_owned(),
            kind: "a cluster",
            at: "karctl.yaml:1:1".to_owned(),
            asked: Asked::Here,
            note: None,
            karctl: None,
            kafka: Way::Open("Kafka answers".to_owned()).into(),
            redis: Cell::broken(broken),
        };
        Matrix { file: "karctl.yaml".to_owned(), broken: 1, unseen: 0, members: vec![row] }
    }

    #[test]
    fn a_broken_way_is_a_dashed_line_with_its_hop_and_code() {
        let mermaid = draw(&matrix("east"), Format::Mermaid);
        assert!(mermaid.contains("  m0 -->|\"ok\"| kafka\n"), "{mermaid}");
        assert!(mermaid.contains("  m0 -.->|\"tls KAR447\"| redis\n"), "{mermaid}");
        let dot = draw(&matrix("east"), Format::Dot);
        assert!(dot.contains("m0 -> redis [label=\"tls KAR447\", color=\"#cf222e\", style=dashed];"), "{dot}");
        let svg = draw(&matrix("east"), Format::Svg);
        assert!(svg.contains("redis: tls KAR447") && svg.contains("stroke-dasharray"), "{svg}");
    }

    #[test]
    fn a_name_is_never_more_than_a_name() {
        let name = "a\"]--><b>&'\\\nx";
        let mermaid = draw(&matrix(name), Format::Mermaid);
        assert!(mermaid.contains("m0[\"a#34;#93;--#62;#60;b#62;#38;#39;#92;#10;x<br/>"), "{mermaid}");
        let dot = draw(&matrix(name), Format::Dot);
        assert!(dot.contains("label=\"a\\\"]--><b>&'\\\\x\\n"), "{dot}");
        let svg = draw(&matrix(name), Format::Svg);
        assert!(svg.contains(">a&quot;]--&gt;&lt;b&gt;&amp;&apos;\\x<"), "{svg}");
    }

    #[test]
    fn a_picture_of_many_members_has_a_box_and_two_lines_for_each() {
        let mut many = matrix("east");
        many.members = vec![many.members[0].clone(); 100];
        let svg = draw(&many, Format::Svg);
        assert_eq!((svg.matches("<line ").count(), svg.matches("<rect ").count()), (200, 103));
    }
}
