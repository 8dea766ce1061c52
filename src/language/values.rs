//! Reading values of a known type: texts, lists, words, and mappings whose keys are chosen by the author.

use core::cell::LazyCell;
use core::ops::Range;
use std::collections::BTreeMap;

use super::diagnostic_sink::DiagnosticSink;
use super::duplicate_key;
use super::fixes;
use super::grammar::Word;
use super::name_checks::NOT_NEGATED;
use super::strategy;
use super::subject::Subject;
use super::suggestions::{nearest, word_list};
use super::wrong_type::Expected;
use super::yaml::{Kind, Node, Spanned};
use crate::diagnostic::Code;
use crate::limits::MAX_ENTRIES;

/// The value of a word. `words` are those of the grammar, `choices` the same words with their values.
pub(crate) fn choose<T: Copy>(
    text: &Spanned<String>,
    subject: Subject<'_>,
    words: &'static [Word],
    choices: &[(&str, T)],
    sink: &mut DiagnosticSink<'_>,
) -> Option<T> {
    debug_assert!(
        words.iter().map(|word| word.word).eq(choices.iter().map(|(word, _)| *word)),
        "{subject} has other words"
    );
    let found = choices.iter().find(|(word, _)| *word == text.value);
    if found.is_none() {
        let words = || words.iter().map(|word| word.word);
        let meant =
            if let Subject::Key("strategy") = subject { strategy::meant_by(&text.value) } else { None };
        let is_negated = text.value.starts_with('!');
        let help = match (meant, nearest(&text.value, words())) {
            // The word alone would mean the opposite.
            _ if is_negated => NOT_NEGATED.to_owned(),
            (Some(meant), _) => meant,
            (None, Some(near)) => format!("did you mean `{near}`?"),
            (None, None) => format!("{subject} is one of {}", word_list(words())),
        };
        let message = format!("`{}` is not a value of {subject}", text.value.escape_debug());
        sink.report(Code::InvalidValue, &text.span, message, help);
        if let Some(word) = fixes::word(&text.value, subject, words()).filter(|_| !is_negated) {
            sink.fix_last(text.span.clone(), word);
        }
    }
    found.map(|(_, value)| *value)
}

/// The members of a YAML mapping whose keys are chosen by the author; reports repeated keys, and keys of a mapping around
/// it, which are not indented as they should be.
pub(crate) fn read_members<'n>(
    node: &'n Node,
    subject: Subject<'_>,
    sink: &mut DiagnosticSink<'_>,
) -> Option<Vec<(&'n Spanned<String>, &'n Node)>> {
    let mut members = read_pairs(node, subject, sink)?;
    if let Some(notes) = &node.notes {
        members.retain(|(name, _)| {
            let Some(advice) = notes.advice(name.span.start) else { return true };
            let message = format!("`{}` does not belong under {subject}", name.value.escape_debug());
            sink.report(Code::UnknownKey, &name.span, message, advice.help.clone());
            false
        });
    }
    Some(members)
}

/// The members of a YAML mapping; reports repeated keys.
pub(super) fn read_pairs<'n>(
    node: &'n Node,
    subject: Subject<'_>,
    sink: &mut DiagnosticSink<'_>,
) -> Option<Vec<(&'n Spanned<String>, &'n Node)>> {
    let Kind::Map(all) = &node.kind else {
        sink.wrong_type(node, subject, Expected::Mapping);
        return None;
    };
    let mut seen = BTreeMap::new();
    let mut members = Vec::new();
    // A key can be repeated as often as a file has room for.
    let is_excluding = LazyCell::new(|| all.iter().any(|(name, _)| name.value == "exclude"));
    for (name, value) in all {
        if let Some(first) = seen.get(name.value.as_str()) {
            let message = format!("the key `{}` appears a second time", name.value.escape_debug());
            sink.report_related(Code::DuplicateKey, &name.span, message, (first, "first here"));
            if let Some(help) = duplicate_key::help(subject, &name.value, *is_excluding) {
                sink.help_last(help);
            }
        } else {
            seen.insert(name.value.as_str(), name.span.clone());
            members.push((name, value));
        }
    }
    Some(members)
}

/// Reports a list of more than `MAX_ENTRIES` entries.
///
/// Returns the entries up to the limit.
fn check_length<'n>(
    entries: &'n [Node],
    subject: Subject<'_>,
    span: &Range<usize>,
    sink: &mut DiagnosticSink<'_>,
) -> &'n [Node] {
    if entries.len() > MAX_ENTRIES {
        let message = format!("{subject} has {} entries, and may have at most {MAX_ENTRIES}", entries.len());
        let help = "split it, or replace entries by patterns".to_owned();
        sink.report(Code::InvalidValue, span, message, help);
    }
    entries.get(..MAX_ENTRIES).unwrap_or(entries)
}

/// The entries of a YAML list.
pub(crate) fn read_list<'n>(
    node: &'n Node,
    subject: Subject<'_>,
    sink: &mut DiagnosticSink<'_>,
) -> Option<&'n [Node]> {
    match &node.kind {
        Kind::List(entries) => Some(check_length(entries, subject, &node.span, sink)),
        _ => {
            sink.wrong_type(node, subject, Expected::List);
            None
        }
    }
}

/// One text.
pub(crate) fn read_text(
    node: &Node,
    subject: Subject<'_>,
    sink: &mut DiagnosticSink<'_>,
) -> Option<Spanned<String>> {
    match &node.kind {
        Kind::Text(text) => Some(Spanned { span: node.span.clone(), value: text.clone() }),
        _ => {
            sink.wrong_type(node, subject, Expected::Text);
            None
        }
    }
}

/// One text, or a list of texts.
pub(crate) fn read_texts(
    node: &Node,
    subject: Subject<'_>,
    sink: &mut DiagnosticSink<'_>,
) -> Vec<Spanned<String>> {
    match &node.kind {
        Kind::List(entries) => {
            let entries = check_length(entries, subject, &node.span, sink);
            let entry_of = Subject::EntryOf(&subject);
            entries.iter().filter_map(|entry| read_text(entry, entry_of, sink)).collect()
        }
        Kind::Text(text) => vec![Spanned { span: node.span.clone(), value: text.clone() }],
        _ => {
            sink.wrong_type(node, subject, Expected::Texts);
            Vec::new()
        }
    }
}
