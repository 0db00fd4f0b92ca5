//! How large an instance may be: Code Engine has processors and memory in certain combinations only.

use crate::quantity::Quantity;

/// Processors, and the memory that goes with them, in the API's words.
/// <https://cloud.ibm.com/docs/codeengine?topic=codeengine-mem-cpu-combo>
const SIZES: [(&str, &[&str]); 10] = [
    ("0.125", &["250M", "500M", "1G"]),
    ("0.25", &["500M", "1G", "2G"]),
    ("0.5", &["1G", "2G", "4G"]),
    ("1", &["2G", "4G", "8G"]),
    ("2", &["4G", "8G", "16G"]),
    ("4", &["8G", "16G", "32G"]),
    ("6", &["12G", "24G", "48G"]),
    ("8", &["16G", "32G"]),
    ("10", &["20G", "40G"]),
    ("12", &["24G", "48G"]),
];

/// Four gigabytes for each processor, which every number of them can have.
const MEMORY_PER_PROCESSOR: usize = 4;

/// Processors and memory of an instance, in the API's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Size {
    /// Such as `0.5`.
    pub cpu: &'static str,
    /// Such as `4G`.
    pub memory: &'static str,
}

impl Size {
    /// The size that was asked for; without memory, four gigabytes for each processor.
    ///
    /// # Errors
    /// What is wrong, and what there is instead.
    pub fn parse(cpu: &str, memory: Option<&str>) -> Result<Self, String> {
        let wanted = Quantity::parse(cpu);
        let found = SIZES.iter().find(|(name, _)| wanted.is_some() && Quantity::parse(name) == wanted);
        let Some((name, memories)) = found else {
            let there: Vec<_> = SIZES.iter().map(|(name, _)| *name).collect();
            return Err(format!("Code Engine has no instances with {cpu} CPU; there are {}", there.join(", ")));
        };
        // The API writes GB as G, and so do people.
        let wanted = match memory {
            Some(memory) => Quantity::parse(memory.strip_suffix('B').unwrap_or(memory)),
            None => Quantity::parse(&format!("{name}G")).map(|gigabytes| gigabytes.times(MEMORY_PER_PROCESSOR)),
        };
        let found = memories.iter().find(|name| wanted.is_some() && Quantity::parse(name) == wanted);
        match found {
            Some(memory) => Ok(Self { cpu: name, memory }),
            None => Err(format!(
                "Code Engine has no instances with {cpu} CPU and {} of memory; with {name} CPU there are {}",
                memory.unwrap_or_default(),
                memories.join(", ")
            )),
        }
    }
}

/// Whether two amounts are the same, however they are written: `0.5G` and `500M`.
pub fn is_same(one: &str, other: &str) -> bool {
    one == other || Quantity::parse(one).is_some_and(|quantity| Quantity::parse(other) == Some(quantity))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_compared_as_numbers() {
        let size = |cpu, memory| Size::parse(cpu, memory).expect("a size");
        assert_eq!(size("1", Some("4G")), Size { cpu: "1", memory: "4G" });
        assert_eq!(size("1.0", Some("4000M")), Size { cpu: "1", memory: "4G" });
        assert_eq!(size("250m", Some("0.5GB")), Size { cpu: "0.25", memory: "500M" });
        assert!(is_same("0.5G", "500M") && is_same("1", "1.0") && !is_same("1G", "1Gi") && !is_same("x", "y"));
    }

    #[test]
    fn every_number_of_processors_has_a_memory_of_its_own() {
        for (cpu, memories) in SIZES {
            let size = Size::parse(cpu, None).expect(cpu);
            assert!(memories.contains(&size.memory), "{size:?}");
        }
    }

    #[test]
    fn what_there_is_not_is_said_with_what_there_is() {
        let mistake = |cpu, memory| Size::parse(cpu, memory).expect_err("no size");
        assert_eq!(
            mistake("3", None),
            "Code Engine has no instances with 3 CPU; there are 0.125, 0.25, 0.5, 1, 2, 4, 6, 8, 10, 12"
        );
        assert_eq!(
            mistake("1", Some("1G")),
            "Code Engine has no instances with 1 CPU and 1G of memory; with 1 CPU there are 2G, 4G, 8G"
        );
        for (cpu, memory) in [("", None), ("one", None), ("1", Some("")), ("1", Some("4Gi")), ("-1", Some("4G"))] {
            assert!(Size::parse(cpu, memory).is_err(), "{cpu} {memory:?}");
        }
    }
}
