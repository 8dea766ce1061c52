//! `{{name}}` in the texts of a template: finding placeholders, and refusing those that cannot work.
//!
//! A parameter is a literal everywhere: in a pattern, special characters in its value are escaped. Where escaping cannot
//! make it a literal, such as inside `[…]`, the placeholder is refused.

use core::ops::Range;
use std::collections::BTreeSet;

use super::diagnostic_sink::DiagnosticSink;
use super::grammar::{TEMPLATE, TextRole, ValueType};
use super::parameter::{Parameter, ParameterType};
use super::suggestions::nearest;
use super::yaml::{Kind, Node};
use crate::diagnostic::Code;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TextPiece<'t> {
    Literal(&'t str),
    Parameter(&'t str),
}

/// The pieces of a text; `None` if a `{{` is never closed.
pub(crate) fn split(text: &str) -> Option<Vec<TextPiece<'_>>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("}}") {
        // The innermost braces belong to the parameter: `{a,{{p}}}` has alternatives around a parameter.
        match before.rsplit_once("{{") {
            Some((literal, name)) => {
                pieces.push(TextPiece::Literal(literal));
                pieces.push(TextPiece::Parameter(name));
            }
            None => {
                pieces.push(TextPiece::Literal(before));
                pieces.push(TextPiece::Literal("}}"));
            }
        }
        rest = after;
    }
    pieces.push(TextPiece::Literal(rest));
    pieces.retain(|piece| *piece != TextPiece::Literal(""));
    let open = pieces.iter().any(|piece| matches!(piece, TextPiece::Literal(text) if text.contains("{{")));
    if open { None } else { Some(pieces) }
}

/// Calls `visit` with every text in a template's rules, its location and its role.
pub(crate) fn for_each_text(rules: &Node, visit: &mut impl FnMut(&str, &Range<usize>, TextRole)) {
    if matches!(rules.kind, Kind::List(_)) {
        visit_node(rules, GrammarPosition::rules(), visit);
    }
}

fn visit_node(node: &Node, position: GrammarPosition, visit: &mut impl FnMut(&str, &Range<usize>, TextRole)) {
    match &node.kind {
        Kind::Text(text) => visit(text, &node.span, position.text_role()),
        Kind::List(entries) => entries.iter().for_each(|entry| visit_node(entry, position, visit)),
        Kind::Map(members) => {
            for (key, value) in members {
                visit_node(value, position.member(&key.value), visit);
            }
        }
        _ => {}
    }
}

/// The type of value that the grammar expects at a node of a template; `None` if the grammar has no such key.
#[derive(Clone, Copy, Debug)]
pub(crate) struct GrammarPosition(Option<&'static ValueType>);

impl GrammarPosition {
    /// The list of rules.
    pub(crate) fn rules() -> Self {
        Self(TEMPLATE.key("rules").map(|key| &key.value))
    }

    pub(crate) fn member(self, key: &str) -> Self {
        Self(self.0.and_then(|value| value.member(key)))
    }

    pub(crate) fn text_role(self) -> TextRole {
        self.0.map_or(TextRole::Plain, ValueType::text_role)
    }
}

/// Reports placeholders that cannot work; returns the names of all parameters that are used.
pub(crate) fn check_placeholders(
    rules: &Node,
    parameters: &[Parameter],
    sink: &mut DiagnosticSink<'_>,
) -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    check_keys(rules, sink);
    for_each_text(rules, &mut |text, span, role| {
        let Some(pieces) = split(text) else {
            let message = format!("a `{{{{` of `{}` is never closed", text.escape_debug());
            let help = "write a parameter as `{{name}}`".to_owned();
            sink.report(Code::InvalidValue, span, message, help);
            return;
        };
        let mut before = String::new();
        for piece in &pieces {
            let name = match piece {
                TextPiece::Literal(text) => {
                    before.push_str(text);
                    continue;
                }
                TextPiece::Parameter(name) => *name,
            };
            used.insert(name.to_owned());
            let Some(parameter) = parameters.iter().find(|it| it.name.value == name) else {
                report_unknown(name, parameters, span, sink);
                continue;
            };
            if parameter.kind.is_some_and(ParameterType::is_list) && pieces.len() > 1 {
                let message = format!("the parameter `{name}` is a list, and is used inside a text");
                let help = "make it the whole text, or give it the type `text`".to_owned();
                sink.report(Code::InvalidValue, span, message, help);
            }
            if let Some(place) = not_literal(&before, role) {
                let message = format!("the parameter `{name}` cannot be used {place}");
                let help = "the value of a parameter is a literal, so it can only be used where a literal text is allowed";
                sink.report(Code::InvalidValue, span, message, help.to_owned());
            }
            // A letter takes the place of the value, as it neither opens nor closes anything.
            before.push('x');
        }
    });
    used
}

/// Reports placeholders in keys, where they are not replaced.
fn check_keys(node: &Node, sink: &mut DiagnosticSink<'_>) {
    match &node.kind {
        Kind::List(entries) => entries.iter().for_each(|entry| check_keys(entry, sink)),
        Kind::Map(members) => {
            for (key, value) in members {
                if key.value.contains("{{") {
                    let message = format!("the key `{}` contains a parameter", key.value.escape_debug());
                    let help = "parameters can only be used in values; write the key in full".to_owned();
                    sink.report(Code::InvalidValue, &key.span, message, help);
                }
                check_keys(value, sink);
            }
        }
        _ => {}
    }
}

fn report_unknown(name: &str, parameters: &[Parameter], span: &Range<usize>, sink: &mut DiagnosticSink<'_>) {
    let help = nearest(name, parameters.iter().map(|it| it.name.value.as_str()))
        .map(|near| format!("did you mean `{{{{{near}}}}}`?"));
    let message = format!("the template declares no parameter `{}`", name.escape_debug());
    sink.report(Code::UnknownParameter, span, message, help);
}

/// The construct that `before` ends in, if a literal cannot follow there.
fn not_literal(before: &str, role: TextRole) -> Option<&'static str> {
    match role {
        TextRole::Grant | TextRole::Glob if is_in_expansion(before) => Some("inside `${…}`"),
        TextRole::Glob if is_in_glob_class(before) => Some("inside `[…]`"),
        TextRole::Plain
        | TextRole::Remark
        | TextRole::Date
        | TextRole::ExactName
        | TextRole::Grant
        | TextRole::Glob => None,
        TextRole::Regex => not_literal_in_regex(before),
    }
}

fn is_in_expansion(before: &str) -> bool {
    before.rsplit_once("${").is_some_and(|(_, after)| !after.contains('}'))
}

fn is_in_glob_class(before: &str) -> bool {
    let mut rest = before.chars().peekable();
    while let Some(char) = rest.next() {
        if char != '[' {
            continue;
        }
        rest.next_if(|char| matches!(char, '!' | '^'));
        // The first character of a class is literal, even `]`.
        rest.next();
        if !rest.by_ref().any(|char| char == ']') {
            return true;
        }
    }
    false
}

fn not_literal_in_regex(before: &str) -> Option<&'static str> {
    let (mut escaped, mut classes, mut brace, mut head) = (false, 0_usize, false, None);
    let mut last = ' ';
    for char in before.chars() {
        match char {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '[' => classes += 1,
            ']' => classes = classes.saturating_sub(1),
            _ if classes > 0 => {}
            '{' => brace = true,
            '}' => brace = false,
            // After `(?` comes a name or flags.
            '?' if last == '(' => head = Some(()),
            '>' | ':' | ')' => head = None,
            _ => {}
        }
        last = char;
    }
    match (escaped, classes > 0, brace, head) {
        (true, ..) => Some("after `\\`"),
        (_, true, ..) => Some("inside `[…]`"),
        (_, _, true, _) => Some("inside `{…}`"),
        (_, _, _, Some(())) => Some("inside the head of a group"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{TextPiece, TextRole, not_literal, split};

    fn check_split(text: &str, expected: Option<&[TextPiece<'_>]>) {
        assert_eq!(split(text).as_deref(), expected, "{text}");
    }

    #[test]
    fn split_finds_parameters_in_the_innermost_braces() {
        use TextPiece::{Literal, Parameter};
        check_split("{{p}}", Some(&[Parameter("p")]));
        check_split("a-{{p}}-b{{q}}", Some(&[Literal("a-"), Parameter("p"), Literal("-b"), Parameter("q")]));
        check_split("{a,{{p}}}", Some(&[Literal("{a,"), Parameter("p"), Literal("}")]));
        check_split("{{{p}},b}", Some(&[Literal("{"), Parameter("p"), Literal(",b}")]));
        check_split("{a,{b,c}}", Some(&[Literal("{a,{b,c"), Literal("}}")]));
        check_split("plain", Some(&[Literal("plain")]));
        check_split("{{p", None);
    }

    fn check_place(before: &str, role: TextRole, expected: bool) {
        assert_eq!(not_literal(before, role).is_none(), expected, "{before}");
    }

    #[test]
    fn not_literal_finds_constructs_that_a_literal_cannot_be_in() {
        check_place("GG-*-", TextRole::Glob, true);
        check_place("[a-", TextRole::Glob, false);
        check_place("[]", TextRole::Glob, false);
        check_place("[]]", TextRole::Glob, true);
        check_place("[!a]", TextRole::Glob, true);
        check_place("${na", TextRole::Glob, false);
        check_place("${name}-", TextRole::Grant, true);
        check_place("${", TextRole::Grant, false);
        check_place("(?<team>", TextRole::Regex, true);
        check_place("(?<", TextRole::Regex, false);
        check_place("(?:a|", TextRole::Regex, true);
        check_place("a\\", TextRole::Regex, false);
        check_place("a\\\\", TextRole::Regex, true);
        check_place("[a", TextRole::Regex, false);
        check_place("a{2,", TextRole::Regex, false);
        check_place("a{2}", TextRole::Regex, true);
    }
}
