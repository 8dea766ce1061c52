//! The keys of all objects together, for messages about a place whose object is not known.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use super::{FILES, Object, VERSION, ValueType};

static KEYS: LazyLock<BTreeSet<&'static str>> = LazyLock::new(|| {
    let mut keys = BTreeSet::from([VERSION.name]);
    let mut seen = BTreeSet::new();
    FILES.iter().for_each(|file| add_object(file.object, &mut keys, &mut seen));
    keys
});

/// Whether any object of the language has the key.
pub(crate) fn is_key(word: &str) -> bool {
    KEYS.contains(word)
}

fn add_object(object: &'static Object, keys: &mut BTreeSet<&'static str>, seen: &mut BTreeSet<&'static str>) {
    // Conditions contain conditions.
    if seen.insert(object.name) {
        for key in object.keys() {
            keys.insert(key.name);
            add_value(&key.value, keys, seen);
        }
    }
}

fn add_value(
    value: &'static ValueType,
    keys: &mut BTreeSet<&'static str>,
    seen: &mut BTreeSet<&'static str>,
) {
    match value {
        ValueType::Object(object) => add_object(object, keys, seen),
        ValueType::Map { of, .. } | ValueType::List { of, .. } => add_value(of, keys, seen),
        ValueType::OneOrList(of) | ValueType::Unique(of) | ValueType::Templated(of) => {
            add_value(of, keys, seen)
        }
        ValueType::Either(all) => all.iter().for_each(|of| add_value(of, keys, seen)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::is_key;

    #[test]
    fn keys_of_every_depth_are_known() {
        for key in
            ["version", "match", "exact", "email-domain", "contains-text", "deny-if-older-than", "expect"]
        {
            assert!(is_key(key), "{key}");
        }
        assert!(!is_key("Technical") && !is_key(""));
    }
}
