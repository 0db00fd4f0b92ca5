//! Values that break quoting: fragments that some shell or parser gives a meaning, and any other character.
//!
//! The same seed gives the same values; `KARCTL_TEST_SEED` gives others. A failing test prints its seed.

use karctl::redacted::Secret;
use karctl::runtime_config::Variable;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};

#[rustfmt::skip] // Else one fragment a line.
const FRAGMENTS: &[&str] = &[
    " ", "  ", "   ", "\t", "\n", "\n\n", "\r", "\r\n", "*", "**", "?", "[a]", "[0]", "[!x]", "[", "]", "a*", "/*",
    "'", "''", "\"", "\"\"", "\\", "\\\\", "\\'", "\\\"", "\\n", "\\r", "\\0", "\\x41", "\\052", "\\$", "$", "$$",
    "$HOME", "${HOME}", "$(id)", "$((1+1))", "`id`", "`", "!", "!!", "!a", "~", "~root", "=ls", "-", "--", "-n", "-e",
    "#", " #", "# x", ";", ";;", "&", "&&", "|", "||", "<", ">", "<(id)", "<<EOF", "(", ")", "{a,b}", "{1..3}", "=",
    "==", "%", "%%", "%s", "%d", "%PATH%", "^", "^x", "@(x)", "+(x)", "!(x)", "?(x)", "(a|b)", "<1-9>", "_", "x", "0",
    "A=1", "EOF", "KARCTL", "KARCTL\n", ",", ":", "/", ".", "true", "null", "no", "1:30", "export A=1", "é", "ß",
    "日本", "😀", "\u{a0}", "\u{85}", "\u{2018}", "\u{2019}", "\u{2028}", "\u{feff}", "\u{f600}", "\u{f6ff}", "\u{ffff}",
    "\u{10ffff}", "\u{81}", "\u{c1}", "\u{1}", "\u{7}", "\u{8}", "\u{b}", "\u{c}", "\u{1b}", "\u{1b}[31m", "\u{7f}",
];

/// How many values a real reader is tried with.
pub const COUNT: usize = 10_000;

/// The seed of this run; printed, so that a failure can be repeated.
pub fn seed() -> u64 {
    let seed = std::env::var("KARCTL_TEST_SEED").map_or(20_200_807, |seed| seed.parse().expect("a number"));
    println!("KARCTL_TEST_SEED={seed}");
    seed
}

/// `count` values, none empty, none with a NUL byte.
pub fn values(count: usize) -> Vec<String> {
    let mut random = StdRng::seed_from_u64(seed());
    (0..count).map(|_| value(&mut random)).collect()
}

fn value(random: &mut StdRng) -> String {
    let pieces = if random.random_ratio(1, 50) { 60 } else { random.random_range(1..=8) };
    let mut value = String::new();
    for _ in 0..pieces {
        if random.random_ratio(4, 5) {
            value.push_str(FRAGMENTS.choose(random).expect("there are fragments"));
        } else if random.random_ratio(1, 2) {
            value.push(random.random_range('\u{1}'..='\u{7f}'));
        } else {
            value.push(random.random_range('\u{80}'..=char::MAX));
        }
    }
    value
}

/// The values as secret variables named `V0`, `V1`, ...
pub fn variables(values: &[String]) -> Vec<Variable> {
    let named = |(number, value): (usize, &String)| Variable {
        name: format!("V{number}"),
        value: Some(Secret::new(value)),
        is_secret: true,
    };
    values.iter().enumerate().map(named).collect()
}
