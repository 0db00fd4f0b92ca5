//! What a mistyped word was probably meant to be. Pure.

/// The least likeness, of 0 to 1 by Jaro and Winkler, at which a suggestion helps more than it confuses; clap's own.
const LEAST_LIKENESS: f64 = 0.7;

/// The known word that is most like the typed one, letter case apart, or `None` where nothing is like it.
pub fn nearest<'a>(typed: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let typed = typed.to_lowercase();
    known
        .into_iter()
        .map(|word| (strsim::jaro_winkler(&typed, &word.to_lowercase()), word))
        .filter(|(likeness, _)| *likeness > LEAST_LIKENESS)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, word)| word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_alike_word_is_suggested_and_nothing_for_nonsense() {
        assert_eq!(nearest("redis_hots", ["REDIS_HOST", "REDIS_PORT"]), Some("REDIS_HOST"));
        assert_eq!(nearest("zzz", ["REDIS_HOST", "REDIS_PORT"]), None);
    }
}
