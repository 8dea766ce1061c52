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

/// Like [`nearest`], if no other known word is as near.
pub(crate) fn only_nearest<'k>(word: &str, known: impl Iterator<Item = &'k str> + Clone) -> Option<&'k str> {
    let found = nearest(word, known.clone())?;
    let lower = word.to_lowercase();
    let distance = |known: &str| strsim::osa_distance(&lower, &known.to_lowercase());
    let is_nearest = |other: &str| other != found && distance(other) <= distance(found);
    if known.into_iter().any(is_nearest) { None } else { Some(found) }
}

/// Words in backticks with commas between them.
pub(crate) fn word_list<'k>(words: impl Iterator<Item = &'k str>) -> String {
    words.map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}
