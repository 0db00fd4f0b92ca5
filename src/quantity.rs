//! Amounts of processor time, memory, storage or objects, as Kubernetes writes them. Pure.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, Sub};

/// Letters after a number and what they stand for; <https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/>.
const SUFFIXES: [(&str, f64); 15] = [
    ("Ki", 1024.0),
    ("Mi", 1_048_576.0),
    ("Gi", 1_073_741_824.0),
    ("Ti", 1_099_511_627_776.0),
    ("Pi", 1_125_899_906_842_624.0),
    ("Ei", 1_152_921_504_606_846_976.0),
    ("n", 1e-9),
    ("u", 1e-6),
    ("m", 1e-3),
    ("k", 1e3),
    ("M", 1e6),
    ("G", 1e9),
    ("T", 1e12),
    ("P", 1e15),
    ("E", 1e18),
];

const MEBI: i128 = 1 << 20;

/// An amount, in thousandths; what is less is rounded up, as the API server does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Quantity(i128);

impl Quantity {
    /// So many whole ones.
    pub fn whole(number: usize) -> Self {
        Self(i128::try_from(number).unwrap_or(i128::MAX / 1000) * 1000)
    }

    /// Reads `250m`, `1.5Gi` or `1e3`; `None` for what is no quantity.
    pub fn parse(text: &str) -> Option<Self> {
        let found = SUFFIXES.iter().find_map(|(suffix, factor)| Some((text.strip_suffix(suffix)?, *factor)));
        let (number, factor) = found.unwrap_or((text, 1.0));
        let is_number = number.chars().all(|c| c.is_ascii_digit() || ".+-eE".contains(c));
        let number: f64 = number.parse().ok().filter(|_| is_number)?;
        #[expect(clippy::cast_possible_truncation, reason = "as saturates, and nobody has that much")]
        Some(Self((number * factor * 1000.0).ceil() as i128))
    }

    /// The same so many times.
    #[must_use]
    pub fn times(self, count: usize) -> Self {
        Self(self.0 * i128::try_from(count).unwrap_or(i128::MAX / 1000))
    }

    /// As an amount of the resource is usually written: `250m` of processor time, `512Mi` of memory, `3` pods.
    pub fn of(self, resource: &str) -> String {
        match resource.rsplit('.').next().unwrap_or_default() {
            "memory" | "storage" | "ephemeral-storage" => match self.0 / 1000 {
                bytes if bytes.abs() >= MEBI => format!("{}Mi", bytes / MEBI),
                bytes => bytes.to_string(),
            },
            _ => self.to_string(),
        }
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 % 1000 == 0 { write!(f, "{}", self.0 / 1000) } else { write!(f, "{}m", self.0) }
    }
}

impl Add for Quantity {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl Sub for Quantity {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

impl Sum for Quantity {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::default(), Add::add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_are_read_as_kubernetes_does() {
        for (text, resource, shown) in [
            ("250m", "cpu", "250m"),
            ("0.5", "cpu", "500m"),
            ("2", "limits.cpu", "2"),
            ("1n", "cpu", "1m"),
            ("1Gi", "memory", "1024Mi"),
            ("1.5Gi", "requests.memory", "1536Mi"),
            ("1073741824", "requests.storage", "1024Mi"),
            ("1e3", "pods", "1000"),
            ("2k", "pods", "2000"),
            ("1E", "cpu", "1000000000000000000"),
        ] {
            assert_eq!(Quantity::parse(text).map(|amount| amount.of(resource)).as_deref(), Some(shown), "{text}");
        }
        for text in ["", "Gi", "nan", "inf", "1 Gi", "1Xi"] {
            assert_eq!(Quantity::parse(text), None, "{text}");
        }
    }
}
