//! `.dockerignore`: what is not sent to the builder. Pure.
//!
//! The rules are Docker's, not git's: patterns begin at the root of the context, the last one that fits decides, and what is
//! in a folder that is left out can be taken back in. <https://docs.docker.com/build/concepts/context/#dockerignore-files>

use glob::{MatchOptions, Pattern};

/// Wildcards do not fit `/`, and fit a leading dot.
const OPTIONS: MatchOptions =
    MatchOptions { case_sensitive: true, require_literal_separator: true, require_literal_leading_dot: false };

/// The rules of a `.dockerignore`.
#[derive(Debug, Default)]
pub struct Ignored {
    rules: Vec<Rule>,
}

#[derive(Debug)]
struct Rule {
    pattern: Pattern,
    takes_back: bool,
}

impl Ignored {
    /// Reads the lines of the file.
    ///
    /// # Errors
    /// The line's number and what is wrong with it.
    pub fn read(text: &str) -> Result<Self, (usize, String)> {
        let mut rules = Vec::new();
        for (index, line) in text.lines().enumerate() {
            let line = line.trim_start_matches('\u{feff}');
            if line.starts_with('#') {
                continue;
            }
            let line = line.trim();
            let (takes_back, pattern) = match line.strip_prefix('!') {
                Some(rest) => (true, rest.trim()),
                None => (false, line),
            };
            let pattern = normal(pattern);
            if pattern.is_empty() {
                continue;
            }
            let pattern = Pattern::new(&pattern).map_err(|error| (index + 1, error.msg.to_owned()))?;
            rules.push(Rule { pattern, takes_back });
        }
        Ok(Self { rules })
    }

    /// Whether a path, relative to the context with `/` between its parts, is left out.
    pub fn leaves_out(&self, path: &str) -> bool {
        let fits = |rule: &&Rule| parents_and_self(path).any(|path| rule.pattern.matches_with(path, OPTIONS));
        self.rules.iter().rev().find(fits).is_some_and(|rule| !rule.takes_back)
    }

    /// Whether nothing within a folder that is left out can be taken back, so that it need not be looked into.
    pub fn is_final(&self) -> bool {
        !self.rules.iter().any(|rule| rule.takes_back)
    }
}

/// `a`, `a/b`, `a/b/c`.
fn parents_and_self(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').map(|(at, _)| &path[..at]).chain([path])
}

/// The pattern without what means nothing (`/`, `./`, a trailing `/`), in the spelling of the crate `glob`.
fn normal(pattern: &str) -> String {
    let parts: Vec<_> = pattern.split('/').filter(|part| !part.is_empty() && *part != ".").map(spelled).collect();
    parts.join("/")
}

/// Go writes `[^a]` and `\*` where the crate has `[!a]` and `[*]`; `**` beside other characters is `*`.
fn spelled(part: &str) -> String {
    if part == "**" {
        return part.to_owned();
    }
    let mut text = String::new();
    let mut characters = part.chars();
    while let Some(c) = characters.next() {
        match c {
            '\\' => text.push_str(&characters.next().map(|c| Pattern::escape(&c.to_string())).unwrap_or_default()),
            '^' if text.ends_with('[') => text.push('!'),
            '*' if text.ends_with('*') => {}
            c => text.push(c),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ignored(text: &str) -> Ignored {
        Ignored::read(text).unwrap_or_else(|error| panic!("{error:?}"))
    }

    #[test]
    fn patterns_fit_as_dockers_do() {
        for (pattern, left_out, sent) in [
            ("node_modules", &["node_modules", "node_modules/a/b"][..], &["a/node_modules", "node_modules2"][..]),
            ("/target/", &["target/x"], &["a/target"]),
            ("*.log", &["a.log", ".log"], &["a/b.log"]),
            ("**/*.pyc", &["a.pyc", "a/b/c.pyc"], &["a.py"]),
            ("**/cache", &["cache", "a/cache/b"], &["a/caches"]),
            ("a/**/z", &["a/z", "a/b/c/z"], &["z", "b/a/z"]),
            ("?.js", &["a.js"], &["ab.js", "/.js"]),
            ("[^a].js", &["b.js"], &["a.js"]),
            ("\\*.js", &["*.js"], &["a.js"]),
            ("./x", &["x"], &["y"]),
        ] {
            let ignored = ignored(pattern);
            for path in left_out {
                assert!(ignored.leaves_out(path), "{pattern} {path}");
            }
            for path in sent {
                assert!(!ignored.leaves_out(path), "{pattern} {path}");
            }
        }
    }

    #[test]
    fn the_last_rule_that_fits_decides() {
        let some = ignored("# all but two\n*\n!src\n  !package.json\n\nsrc/*.tmp\n");
        let paths = ["README", "src/a.js", "src/a.tmp", "package.json"];
        assert_eq!(paths.map(|path| some.leaves_out(path)), [true, false, true, false]);
        assert!(!some.is_final() && ignored("a\nb\n").is_final());
    }

    #[test]
    fn a_pattern_that_cannot_be_read_is_told_with_its_line() {
        assert_eq!(Ignored::read("a\n[b\n").expect_err("a mistake").0, 2);
    }
}
