//! Suggestions for mistyped words.

/// The known word that a mistyped one was probably meant to be.
pub(crate) fn nearest<'k>(word: &str, known: impl Iterator<Item = &'k str>) -> Option<&'k str> {
    let word = word.to_lowercase();
    let most = |known: &str| known.len().min(word.len()).div_ceil(4);
    known
        // The difference in length is a lower bound of the distance, and cheap to compute.
        .filter(|known| known.chars().count().abs_diff(word.chars().count()) <= most(known))
        .map(|known| (strsim::osa_distance(&word, &known.to_lowercase()), known))
        .filter(|(distance, known)| *distance <= most(known))
        // The first letter is rarely mistyped.
        .min_by_key(|(distance, known)| (*distance, known.chars().next() != word.chars().next(), *known))
        .map(|(_, known)| known)
}

/// Words in backticks with commas between them.
pub(crate) fn quoted<'k>(words: impl Iterator<Item = &'k str>) -> String {
    words.map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}
