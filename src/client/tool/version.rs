//! Versions of tools, as far as they are compared: `v0.27.0-alpha+5ab3`, `v5.8.3`.

use std::fmt;

/// A version of three numbers; what follows them is kept for people.
#[derive(Clone, Debug)]
pub struct Version {
    numbers: (u32, u32, u32),
    text: String,
}

impl Version {
    /// A version without anything that follows.
    pub fn new(major: u32, minor: u32, patch: u32) -> Self {
        Self { numbers: (major, minor, patch), text: format!("{major}.{minor}.{patch}") }
    }

    /// Reads a version, with or without `v` in front; a missing third number is 0.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().trim_start_matches('v');
        let core = text.split(['-', '+', ' ']).next().unwrap_or_default();
        let mut numbers = core.split('.').map(|number| number.parse::<u32>().ok());
        let (major, minor) = (numbers.next()??, numbers.next()??);
        let patch = numbers.next().unwrap_or(Some(0))?;
        Some(Self { numbers: (major, minor, patch), text: text.to_owned() })
    }

    /// Major and minor number.
    pub fn line(&self) -> (u32, u32) {
        (self.numbers.0, self.numbers.1)
    }
}

impl PartialEq for Version {
    fn eq(&self, other: &Self) -> bool {
        self.numbers == other.numbers
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        self.numbers.partial_cmp(&other.numbers)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_by_their_numbers() {
        let parse = |text| Version::parse(text).expect("a version");
        assert!(parse("0.27.0") > parse("0.9.1"));
        assert!(parse("v0.33.0-alpha.12+5ab3") >= Version::new(0, 27, 0));
        assert_eq!(parse("v5.5").line(), (5, 5));
        assert_eq!(parse("v5.8.3").to_string(), "5.8.3");
        for text in ["", "v5-dev", "five", "1.x.0"] {
            assert!(Version::parse(text).is_none(), "{text}");
        }
    }
}
