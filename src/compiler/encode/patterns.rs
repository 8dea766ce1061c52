//! The exact names and globs of a matcher.

use std::collections::BTreeMap;

use super::super::lowered::{Clause, NamesAndGlobs};
use crate::codec::reader::Reader;
use crate::codec::writer::Writer;
use crate::matching::affix::Affix;
use crate::matching::glob::Pattern;
use crate::matching::matcher::Matcher;
use crate::text::object_id;

/// Writes the matcher of the patterns that `of` selects of each clause.
pub(super) fn encode_patterns<'c>(
    writer: &mut Writer,
    clauses: &[&'c Clause],
    of: impl Fn(&'c Clause) -> &'c NamesAndGlobs,
) {
    let (mut names, mut globs) = (Vec::new(), Vec::new());
    for (position, clause) in clauses.iter().enumerate() {
        let lowered = of(clause);
        names.extend(lowered.names.iter().map(|name| (name.as_str(), position)));
        globs.extend(lowered.patterns.iter().map(|pattern| (pattern.as_str(), position)));
    }
    names.sort_unstable();
    names.dedup();
    globs.sort_unstable();
    globs.dedup();

    let mut encoded = Writer::default();
    encode_globs(&mut encoded, &globs);
    // The matcher of the globs alone says which names no glob matches.
    let matcher = [[0, 0].as_slice(), &encoded.bytes].concat();
    let matcher = Matcher::decode(&mut Reader::new(&matcher), clauses.len());
    let is_exact_only = |(name, _): &(&str, usize)| {
        let mut is_matched = false;
        if let Some(matcher) = &matcher {
            matcher.for_each_matching_glob(name.as_bytes(), &mut |_| is_matched = true);
        }
        !is_matched
    };
    let (exact_only, others): (Vec<_>, Vec<_>) = names.into_iter().partition(is_exact_only);
    write_names(writer, &exact_only);
    write_names(writer, &others);
    writer.bytes.extend(encoded.bytes);
}

/// Writes exact names, of which object ids are packed.
fn write_names(writer: &mut Writer, names: &[(&str, usize)]) {
    writer.list(names, |writer, (name, clause)| {
        writer.number(*clause);
        match object_id::pack(name.as_bytes()) {
            Some(packed) => {
                writer.number(packed.len());
                writer.bytes.extend(packed);
            }
            None => writer.text(name),
        }
    });
}

/// Writes globs by literal prefix, by literal suffix, and without either.
fn encode_globs(writer: &mut Writer, globs: &[(&str, usize)]) {
    // A glob with both goes where fewer others share its first 8 bytes: a name is compared with all that do.
    let decoded = || {
        // The compiler lowered them itself, so they are well-formed.
        globs.iter().filter_map(|(lowered, clause)| Some((Pattern::decode(lowered)?, *lowered, *clause)))
    };
    let first_8_bytes = |pattern: &Pattern<'_>, affix: Affix| affix.sort_key(pattern.literal(affix)) >> 64;
    let mut counts: BTreeMap<(Affix, u128), usize> = BTreeMap::new();
    for (pattern, ..) in decoded() {
        for affix in [Affix::Prefix, Affix::Suffix] {
            *counts.entry((affix, first_8_bytes(&pattern, affix))).or_default() += 1;
        }
    }
    let (mut by_prefix, mut by_suffix, mut anywhere) = (Vec::new(), Vec::new(), Vec::new());
    for (pattern, lowered, clause) in decoded() {
        let count = |affix: Affix| counts.get(&(affix, first_8_bytes(&pattern, affix))).copied();
        let (prefix, suffix) = (pattern.prefix(), pattern.suffix());
        let prefers_prefix = (count(Affix::Prefix), suffix.len()) <= (count(Affix::Suffix), prefix.len());
        match (prefix.is_empty(), suffix.is_empty()) {
            (true, true) => anywhere.push((lowered, clause)),
            (false, true) => by_prefix.push((prefix, lowered, clause)),
            (false, false) if prefers_prefix => by_prefix.push((prefix, lowered, clause)),
            _ => by_suffix.push((suffix, lowered, clause)),
        }
    }
    for (mut indexed, affix) in [(by_prefix, Affix::Prefix), (by_suffix, Affix::Suffix)] {
        indexed.sort_by(|left, right| {
            affix.compare(left.0, right.0).then((left.1, left.2).cmp(&(right.1, right.2)))
        });
        let indexed: Vec<_> = indexed.into_iter().map(|(_, lowered, clause)| (lowered, clause)).collect();
        writer.patterns(&indexed);
    }
    writer.patterns(&anywhere);
}
