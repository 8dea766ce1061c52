//! `{{name}}` in the texts of a template: finding it, and putting a parameter in its place.
//!
//! A parameter is a literal wherever it stands: in a pattern its signs are escaped, and where escaping cannot keep it
//! one, such as inside `[…]`, it is refused.

use core::ops::Range;
use std::collections::{BTreeMap, BTreeSet};

use super::fields::{DiagnosticSink, nearest};
use super::template::{Parameter, ParameterType, slot_of};
use super::yaml::{Kind, Node};
use crate::diagnostic::Code;

/// What a parameter stands for in one use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Argument {
    One(String),
    List(Vec<String>),
}

/// What a text of a rule is, as far as it matters for what is put into it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Slot {
    Plain,
    Glob,
    Regex,
    /// What is granted, where `${` begins an expansion.
    Grant,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Piece<'t> {
    Literal(&'t str),
    Parameter(&'t str),
}

/// The pieces of a text; `None` if a `{{` is never closed.
fn split(text: &str) -> Option<Vec<Piece<'_>>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once("}}") {
        // Of several `{` the last two count: `{a,{{p}}}` has alternatives around a parameter.
        match before.rsplit_once("{{") {
            Some((literal, name)) => {
                pieces.push(Piece::Literal(literal));
                pieces.push(Piece::Parameter(name));
            }
            None => {
                pieces.push(Piece::Literal(before));
                pieces.push(Piece::Literal("}}"));
            }
        }
        rest = behind;
    }
    pieces.push(Piece::Literal(rest));
    pieces.retain(|piece| *piece != Piece::Literal(""));
    let open = pieces.iter().any(|piece| matches!(piece, Piece::Literal(text) if text.contains("{{")));
    (!open).then_some(pieces)
}

/// Calls `visit` with every text below a list of rules, its place, and what it is.
pub(crate) fn for_each_text(rules: &Node, visit: &mut impl FnMut(&str, &Range<usize>, Slot)) {
    if let Kind::List(rules) = &rules.kind {
        rules.iter().for_each(|rule| visit_node(rule, Place::Rule, visit));
    }
}

/// What a node is, on the way down from a rule.
#[derive(Clone, Copy)]
enum Place {
    Rule,
    Match,
    Text(Slot),
}

impl Place {
    fn below(self, key: &str) -> Self {
        match (self, key) {
            (Self::Rule, "match") => Self::Match,
            (Self::Rule, "grant") => Self::Text(Slot::Grant),
            (Self::Match, "any" | "all" | "none") => Self::Match,
            (Self::Match, key) => Self::Text(slot_of(key)),
            _ => Self::Text(Slot::Plain),
        }
    }

    fn slot(self) -> Slot {
        match self {
            Self::Text(slot) => slot,
            Self::Rule | Self::Match => Slot::Plain,
        }
    }
}

fn visit_node(node: &Node, place: Place, visit: &mut impl FnMut(&str, &Range<usize>, Slot)) {
    match &node.kind {
        Kind::Text(text) => visit(text, &node.span, place.slot()),
        Kind::List(entries) => entries.iter().for_each(|entry| visit_node(entry, place, visit)),
        Kind::Map(members) => {
            for (key, value) in members {
                visit_node(value, place.below(&key.value), visit);
            }
        }
        _ => {}
    }
}

/// Reports placeholders that make no sense; returns the names of all that are used.
pub(crate) fn check_placeholders(
    rules: &Node,
    parameters: &[Parameter],
    sink: &mut DiagnosticSink<'_>,
) -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    check_keys(rules, sink);
    for_each_text(rules, &mut |text, span, slot| {
        let Some(pieces) = split(text) else {
            let message = format!("a `{{{{` of `{}` is never closed", text.escape_debug());
            let help = "write a parameter as `{{name}}`".to_owned();
            sink.report(Code::InvalidValue, span, message, help);
            return;
        };
        let mut before = String::new();
        for piece in &pieces {
            let name = match piece {
                Piece::Literal(text) => {
                    before.push_str(text);
                    continue;
                }
                Piece::Parameter(name) => *name,
            };
            used.insert(name.to_owned());
            let Some(parameter) = parameters.iter().find(|it| it.name.value == name) else {
                report_unknown(name, parameters, span, sink);
                continue;
            };
            if parameter.kind.is_some_and(ParameterType::is_list) && pieces.len() > 1 {
                let message = format!("the parameter `{name}` is a list, and stands inside a text");
                let help = "let it stand alone, or give it the type `text`".to_owned();
                sink.report(Code::InvalidValue, span, message, help);
            }
            if let Some(place) = not_literal(&before, slot) {
                let message = format!("the parameter `{name}` cannot stand {place}");
                let help = "a parameter is taken as it is, so it stands only where a literal text can";
                sink.report(Code::InvalidValue, span, message, help.to_owned());
            }
            // A stand-in that opens and closes nothing.
            before.push('x');
        }
    });
    used
}

/// Reports placeholders in keys, where nothing is put in.
fn check_keys(node: &Node, sink: &mut DiagnosticSink<'_>) {
    match &node.kind {
        Kind::List(entries) => entries.iter().for_each(|entry| check_keys(entry, sink)),
        Kind::Map(members) => {
            for (key, value) in members {
                if key.value.contains("{{") {
                    let message = format!("the key `{}` holds a parameter", key.value.escape_debug());
                    let help = "parameters stand in values only; write the key out".to_owned();
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

/// Where a text ends in which no literal can follow, behind `before`.
fn not_literal(before: &str, slot: Slot) -> Option<&'static str> {
    match slot {
        Slot::Plain => None,
        Slot::Grant => is_in_expansion(before).then_some("inside `${…}`"),
        Slot::Glob if is_in_expansion(before) => Some("inside `${…}`"),
        Slot::Glob => is_in_glob_class(before).then_some("inside `[…]`"),
        Slot::Regex => not_literal_in_regex(before),
    }
}

fn is_in_expansion(before: &str) -> bool {
    before.rsplit_once("${").is_some_and(|(_, behind)| !behind.contains('}'))
}

fn is_in_glob_class(before: &str) -> bool {
    let mut rest = before.chars().peekable();
    while let Some(char) = rest.next() {
        if char != '[' {
            continue;
        }
        rest.next_if(|char| matches!(char, '!' | '^'));
        // The first sign of a class is itself, `]` included.
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
            // What follows `(?` is a name or a flag up to its end.
            '?' if last == '(' => head = Some(()),
            '>' | ':' | ')' => head = None,
            _ => {}
        }
        last = char;
    }
    match (escaped, classes > 0, brace, head) {
        (true, ..) => Some("behind `\\`"),
        (_, true, ..) => Some("inside `[…]`"),
        (_, _, true, _) => Some("inside `{…}`"),
        (_, _, _, Some(())) => Some("inside the head of a group"),
        _ => None,
    }
}

/// How much the templates of one mapping may still expand to.
#[derive(Debug)]
pub(crate) struct Budget {
    pub(crate) nodes: usize,
    pub(crate) bytes: usize,
}

impl Budget {
    fn take(&mut self, text: &str) -> Option<()> {
        self.nodes = self.nodes.checked_sub(1)?;
        self.bytes = self.bytes.checked_sub(text.len())?;
        Some(())
    }
}

/// Puts parameters into a list of rules.
#[derive(Debug)]
pub(crate) struct Expansion<'e> {
    pub(crate) arguments: &'e BTreeMap<&'e str, &'e Argument>,
    pub(crate) budget: &'e mut Budget,
    /// Texts in which parameters and what is around them make an expansion of a capture that nobody wrote.
    pub(crate) forged: Vec<String>,
}

impl<'e> Expansion<'e> {
    /// The rules with the parameters put in; `None` if they would be too many.
    pub(crate) fn rules(&mut self, rules: &Node) -> Option<Node> {
        let kind = match &rules.kind {
            Kind::List(entries) => Kind::List(self.entries(entries, Place::Rule)?),
            other => other.clone(),
        };
        Some(Node { span: rules.span.clone(), kind })
    }

    fn node(&mut self, node: &Node, place: Place) -> Option<Node> {
        let kind = match &node.kind {
            Kind::Text(text) => match self.list(text) {
                Some(list) => Kind::List(self.splice(list, place, &node.span)?),
                None => Kind::Text(self.text(text, place.slot())?),
            },
            Kind::List(entries) => Kind::List(self.entries(entries, place)?),
            Kind::Map(members) => {
                let mut expanded = Vec::new();
                for (key, value) in members {
                    self.budget.take(&key.value)?;
                    expanded.push((key.clone(), self.node(value, place.below(&key.value))?));
                }
                Kind::Map(expanded)
            }
            other => {
                self.budget.take("")?;
                other.clone()
            }
        };
        Some(Node { span: node.span.clone(), kind })
    }

    fn entries(&mut self, entries: &[Node], place: Place) -> Option<Vec<Node>> {
        let mut expanded = Vec::new();
        for entry in entries {
            let list = match &entry.kind {
                Kind::Text(text) => self.list(text),
                _ => None,
            };
            match list {
                Some(list) => expanded.extend(self.splice(list, place, &entry.span)?),
                None => expanded.push(self.node(entry, place)?),
            }
        }
        Some(expanded)
    }

    /// The list that a text stands for, if it is nothing but a parameter that is one.
    fn list(&self, text: &str) -> Option<&'e [String]> {
        let name = text.strip_prefix("{{")?.strip_suffix("}}")?;
        match *self.arguments.get(name)? {
            Argument::List(list) => Some(list),
            Argument::One(_) => None,
        }
    }

    fn splice(&mut self, list: &[String], place: Place, span: &Range<usize>) -> Option<Vec<Node>> {
        let mut entries = Vec::new();
        for text in list {
            let text = literal(text, place.slot(), false);
            self.budget.take(&text)?;
            entries.push(Node { span: span.clone(), kind: Kind::Text(text) });
        }
        Some(entries)
    }

    fn text(&mut self, text: &str, slot: Slot) -> Option<String> {
        // What cannot be put in has been reported, and stays as it is.
        let pieces = split(text).unwrap_or_else(|| vec![Piece::Literal(text)]);
        let mut expanded = String::new();
        let mut expansions = 0;
        for (at, piece) in pieces.iter().enumerate() {
            match piece {
                Piece::Literal(text) => {
                    expansions += text.matches("${").count();
                    expanded.push_str(text);
                }
                Piece::Parameter(name) => match self.arguments.get(name) {
                    Some(Argument::One(value)) => {
                        let repeated = matches!(
                            pieces.get(at + 1),
                            Some(Piece::Literal(next)) if next.starts_with(['*', '+', '?', '{'])
                        );
                        expanded.push_str(&literal(value, slot, repeated));
                    }
                    _ => expanded.push_str(name),
                },
            }
        }
        if slot == Slot::Grant && expanded.matches("${").count() > expansions {
            self.forged.push(expanded.clone());
        }
        self.budget.take(&expanded)?;
        Some(expanded)
    }
}

/// A text in a form in which it stands for itself; `repeated` says whether an operator of regexes follows it.
fn literal(text: &str, slot: Slot, repeated: bool) -> String {
    match slot {
        Slot::Plain | Slot::Grant => text.to_owned(),
        Slot::Glob => {
            let mut escaped = String::new();
            for char in text.chars() {
                match char {
                    // The comma is one between braces.
                    '*' | '?' | '[' | ']' | '{' | '}' | '$' | ',' => escaped.extend(['[', char, ']']),
                    _ => escaped.push(char),
                }
            }
            escaped
        }
        Slot::Regex => {
            let mut escaped = String::new();
            for char in text.chars() {
                if "\\.+*?()|[]{}^$#&-~".contains(char) {
                    escaped.push('\\');
                }
                escaped.push(char);
            }
            // What is repeated is all of it, not its last character.
            if repeated { format!("(?:{escaped})") } else { escaped }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Piece, Slot, literal, not_literal, split};
    use crate::patterns::Glob;

    fn check_split(text: &str, expected: Option<&[Piece<'_>]>) {
        assert_eq!(split(text).as_deref(), expected, "{text}");
    }

    #[test]
    fn the_innermost_braces_are_a_parameter() {
        use Piece::{Literal, Parameter};
        check_split("{{p}}", Some(&[Parameter("p")]));
        check_split("a-{{p}}-b{{q}}", Some(&[Literal("a-"), Parameter("p"), Literal("-b"), Parameter("q")]));
        check_split("{a,{{p}}}", Some(&[Literal("{a,"), Parameter("p"), Literal("}")]));
        check_split("{{{p}},b}", Some(&[Literal("{"), Parameter("p"), Literal(",b}")]));
        check_split("{a,{b,c}}", Some(&[Literal("{a,{b,c"), Literal("}}")]));
        check_split("plain", Some(&[Literal("plain")]));
        check_split("{{p", None);
    }

    fn check_glob(value: &str) {
        let escaped = literal(value, Slot::Glob, false);
        let glob = Glob::parse(&format!("{{{escaped},other}}")).expect(&escaped);
        assert!(glob.patterns.is_empty(), "{escaped}");
        assert_eq!(glob.names, [value, "other"]);
    }

    #[test]
    fn a_value_in_a_glob_is_a_literal() {
        check_glob("GG-BI");
        check_glob("a*b?c");
        check_glob("[x]-{y}");
        check_glob("CN=a,OU=b");
        check_glob("**");
        check_glob("]");
        check_glob("$[!a]");
    }

    fn check_place(before: &str, slot: Slot, expected: bool) {
        assert_eq!(not_literal(before, slot).is_none(), expected, "{before}");
    }

    #[test]
    fn a_parameter_stands_where_a_literal_can() {
        check_place("GG-*-", Slot::Glob, true);
        check_place("[a-", Slot::Glob, false);
        check_place("[]", Slot::Glob, false);
        check_place("[]]", Slot::Glob, true);
        check_place("[!a]", Slot::Glob, true);
        check_place("${na", Slot::Glob, false);
        check_place("${name}-", Slot::Grant, true);
        check_place("${", Slot::Grant, false);
        check_place("(?<team>", Slot::Regex, true);
        check_place("(?<", Slot::Regex, false);
        check_place("(?:a|", Slot::Regex, true);
        check_place("a\\", Slot::Regex, false);
        check_place("a\\\\", Slot::Regex, true);
        check_place("[a", Slot::Regex, false);
        check_place("a{2,", Slot::Regex, false);
        check_place("a{2}", Slot::Regex, true);
    }
}
