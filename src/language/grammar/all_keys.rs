//! The keys of all objects together, for messages about a place whose object is not known.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use super::{FILES, Object, TextRole, VERSION, ValueType};

static KEYS: LazyLock<AllKeys> = LazyLock::new(|| {
    let mut keys = AllKeys::default();
    keys.names.insert(VERSION.name);
    FILES.iter().for_each(|file| keys.add_object(file.object));
    keys
});

/// Whether any object of the language has the key.
pub(crate) fn is_key(word: &str) -> bool {
    KEYS.names.contains(word)
}

/// Whether the value of a key can be a mapping that has keys of the language itself, not below names or in a list.
pub(crate) fn has_keys_below(key: &str) -> bool {
    KEYS.with_keys.contains(key)
}

/// Whether the value of a key is an explanation for people; the key can be the code of a warning that is allowed.
pub(crate) fn is_remark(key: &str) -> bool {
    KEYS.of_remarks.contains(key)
}

#[derive(Debug, Default)]
struct AllKeys {
    names: BTreeSet<&'static str>,
    with_keys: BTreeSet<&'static str>,
    of_remarks: BTreeSet<&'static str>,
    /// The names of the objects that were visited: conditions contain conditions.
    seen: BTreeSet<&'static str>,
}

impl AllKeys {
    fn add_object(&mut self, object: &'static Object) {
        if !self.seen.insert(object.name) {
            return;
        }
        for key in object.keys() {
            self.names.insert(key.name);
            if can_be_object(&key.value) {
                self.with_keys.insert(key.name);
            }
            if key.value.text_role() == TextRole::Remark {
                self.of_remarks.insert(key.name);
            }
            self.add_value(&key.value);
        }
    }

    fn add_value(&mut self, value: &'static ValueType) {
        match value {
            ValueType::Object(object) => self.add_object(object),
            ValueType::Map { key, of, .. } => {
                if of.text_role() == TextRole::Remark
                    && let Some(codes) = key.codes
                {
                    self.of_remarks.extend(codes());
                }
                self.add_value(of);
            }
            ValueType::List { of, .. }
            | ValueType::OneOrList(of)
            | ValueType::Unique(of)
            | ValueType::Templated(of) => self.add_value(of),
            ValueType::Either(all) => all.iter().for_each(|of| self.add_value(of)),
            _ => {}
        }
    }
}

fn can_be_object(value: &ValueType) -> bool {
    match value {
        ValueType::Object(_) => true,
        ValueType::OneOrList(of) | ValueType::Unique(of) | ValueType::Templated(of) => can_be_object(of),
        ValueType::Either(all) => all.iter().any(can_be_object),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{has_keys_below, is_key, is_remark};

    #[test]
    fn keys_of_every_depth_are_known() {
        for key in
            ["version", "match", "exact", "email-domain", "contains-text", "deny-if-older-than", "expect"]
        {
            assert!(is_key(key), "{key}");
        }
        assert!(!is_key("Technical") && !is_key(""));
    }

    #[test]
    fn keys_are_known_by_their_values() {
        for key in ["match", "any", "all", "none", "not", "when", "user", "groups", "expect"] {
            assert!(has_keys_below(key), "{key}");
        }
        for key in ["exact", "rules", "cases", "connections", "allow"] {
            assert!(!has_keys_below(key), "{key}");
        }
        for key in ["why", "owner", "description", "no-effect"] {
            assert!(is_remark(key), "{key}");
        }
        for key in ["name", "reason", "expires", "grant", "allow"] {
            assert!(!is_remark(key), "{key}");
        }
    }
}
