//! What every table of the grammar keeps to.

use std::collections::BTreeMap;

use super::{Constraint, FILES, Object, RULE, TextRole, ValueType};

fn visit_value(value: &ValueType, seen: &mut BTreeMap<&'static str, &'static Object>) {
    match value {
        ValueType::Object(object) => visit(object, seen),
        ValueType::Map { of, .. } | ValueType::List { of, .. } => visit_value(of, seen),
        ValueType::OneOrList(of) | ValueType::Unique(of) | ValueType::Templated(of) => visit_value(of, seen),
        ValueType::Either(all) => all.iter().for_each(|of| visit_value(of, seen)),
        ValueType::Word(words) | ValueType::Words { of: words, .. } => {
            for word in *words {
                assert!(word.doc.ends_with('.'), "`{}` needs a sentence", word.word);
            }
        }
        _ => {}
    }
}

fn visit(object: &'static Object, seen: &mut BTreeMap<&'static str, &'static Object>) {
    if let Some(known) = seen.insert(object.name, object) {
        assert!(core::ptr::eq(known, object), "two objects are called `{}`", object.name);
        return;
    }
    assert!(object.doc.ends_with('.'), "`{}` needs a sentence", object.name);
    for key in object.keys() {
        assert_eq!(object.keys().filter(|it| it.name == key.name).count(), 1, "{}", key.name);
        assert!(key.doc.ends_with('.'), "`{}` of `{}` needs a sentence", key.name, object.name);
        assert!(!(key.required && key.default.is_some()), "`{}` of `{}`", key.name, object.name);
        visit_value(&key.value, seen);
    }
    for constraint in object.constraints {
        let (first, second) = match constraint {
            Constraint::ExactlyOne(keys)
            | Constraint::AtLeastOne(keys)
            | Constraint::AtLeastOneEntry(keys) => (*keys, [].as_slice()),
            Constraint::Excludes(first, second) => (*first, *second),
            Constraint::Requires(at, keys) | Constraint::Forbids(at, keys) | Constraint::OnlyIf(at, keys) => {
                let words = object.key(at.key).map(|key| words_of(&key.value)).unwrap_or_default();
                for word in at.words {
                    assert!(words.contains(word), "`{}` of `{}` has no word `{word}`", at.key, object.name);
                }
                (*keys, core::slice::from_ref(&at.key))
            }
            Constraint::WithSeveral(of, key) | Constraint::Needs(of, key) => {
                (core::slice::from_ref(of), core::slice::from_ref(key))
            }
        };
        for key in first.iter().chain(second) {
            assert!(object.key(key).is_some(), "`{}` has no key `{key}`", object.name);
        }
    }
}

fn words_of(value: &ValueType) -> Vec<&'static str> {
    match value {
        ValueType::Word(words) => words.iter().map(|word| word.word).collect(),
        ValueType::Either(all) => all.iter().flat_map(words_of).collect(),
        _ => Vec::new(),
    }
}

#[test]
fn texts_of_a_rule_have_roles() {
    static RULE_VALUE: ValueType = ValueType::Object(&RULE);
    let role = |path: &[&str]| {
        let value = path.iter().try_fold(&RULE_VALUE, |value, key| value.member(key));
        value.map(ValueType::text_role)
    };
    assert_eq!(role(&["id"]), Some(TextRole::Plain));
    assert_eq!(role(&["grant"]), Some(TextRole::Grant));
    assert_eq!(role(&["exclude"]), Some(TextRole::Plain));
    assert_eq!(role(&["match", "glob"]), Some(TextRole::Glob));
    assert_eq!(role(&["match", "all", "exact"]), Some(TextRole::ExactName));
    assert_eq!(role(&["match", "none", "regex"]), Some(TextRole::Regex));
    assert_eq!(role(&["when", "not", "user", "equals"]), Some(TextRole::Plain));
    assert_eq!(role(&["match", "all", "all"]), None);
}

#[test]
fn keys_are_described_and_unique() {
    let mut seen = BTreeMap::new();
    FILES.iter().for_each(|file| visit(file.object, &mut seen));
    assert!(seen.len() > 15, "{:?}", seen.keys());
}
