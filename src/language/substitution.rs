//! Parameters put into the rules of a template.
//!
//! A parameter is a literal: in a pattern, its signs are escaped.

use core::ops::Range;
use std::collections::BTreeMap;

use super::grammar::TextRole;
use super::parameter::Argument;
use super::placeholder::{GrammarPosition, TextPiece, split};
use super::yaml::{Kind, Node};

/// How much the templates of one mapping may still expand to.
#[derive(Debug)]
pub(crate) struct SubstitutionBudget {
    pub(crate) nodes: usize,
    pub(crate) bytes: usize,
}

impl SubstitutionBudget {
    fn take(&mut self, text: &str) -> Option<()> {
        self.nodes = self.nodes.checked_sub(1)?;
        self.bytes = self.bytes.checked_sub(text.len())?;
        Some(())
    }
}

/// Puts parameters into a list of rules.
#[derive(Debug)]
pub(crate) struct Substitution<'e> {
    pub(crate) arguments: &'e BTreeMap<&'e str, &'e Argument>,
    pub(crate) budget: &'e mut SubstitutionBudget,
    /// Texts in which parameters and what is around them make an expansion of a capture that nobody wrote.
    pub(crate) forged: Vec<String>,
}

impl<'e> Substitution<'e> {
    /// The rules with the parameters put in; `None` if they would be too many.
    pub(crate) fn rules(&mut self, rules: &Node) -> Option<Node> {
        let kind = match &rules.kind {
            Kind::List(entries) => Kind::List(self.entries(entries, GrammarPosition::rules())?),
            other => other.clone(),
        };
        Some(Node { span: rules.span.clone(), kind })
    }

    fn node(&mut self, node: &Node, position: GrammarPosition) -> Option<Node> {
        let kind = match &node.kind {
            Kind::Text(text) => match self.list(text) {
                Some(list) => Kind::List(self.splice(list, position, &node.span)?),
                None => Kind::Text(self.text(text, position.text_role())?),
            },
            Kind::List(entries) => Kind::List(self.entries(entries, position)?),
            Kind::Map(members) => {
                let mut expanded = Vec::new();
                for (key, value) in members {
                    self.budget.take(&key.value)?;
                    expanded.push((key.clone(), self.node(value, position.member(&key.value))?));
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

    fn entries(&mut self, entries: &[Node], position: GrammarPosition) -> Option<Vec<Node>> {
        let mut expanded = Vec::new();
        for entry in entries {
            let list = match &entry.kind {
                Kind::Text(text) => self.list(text),
                _ => None,
            };
            match list {
                Some(list) => expanded.extend(self.splice(list, position, &entry.span)?),
                None => expanded.push(self.node(entry, position)?),
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

    fn splice(
        &mut self,
        list: &[String],
        position: GrammarPosition,
        span: &Range<usize>,
    ) -> Option<Vec<Node>> {
        let mut entries = Vec::new();
        for text in list {
            let text = literal(text, position.text_role(), false);
            self.budget.take(&text)?;
            entries.push(Node { span: span.clone(), kind: Kind::Text(text) });
        }
        Some(entries)
    }

    fn text(&mut self, text: &str, role: TextRole) -> Option<String> {
        // What cannot be put in has been reported, and stays as it is.
        let pieces = split(text).unwrap_or_else(|| vec![TextPiece::Literal(text)]);
        let mut expanded = String::new();
        let mut expansions = 0;
        for (at, piece) in pieces.iter().enumerate() {
            match piece {
                TextPiece::Literal(text) => {
                    expansions += text.matches("${").count();
                    expanded.push_str(text);
                }
                TextPiece::Parameter(name) => match self.arguments.get(name) {
                    Some(Argument::One(value)) => {
                        let repeated = matches!(
                            pieces.get(at + 1),
                            Some(TextPiece::Literal(next)) if next.starts_with(['*', '+', '?', '{'])
                        );
                        expanded.push_str(&literal(value, role, repeated));
                    }
                    _ => expanded.push_str(name),
                },
            }
        }
        if role == TextRole::Grant && expanded.matches("${").count() > expansions {
            self.forged.push(expanded.clone());
        }
        self.budget.take(&expanded)?;
        Some(expanded)
    }
}

/// A text in a form in which it stands for itself; `repeated` says whether an operator of regexes follows it.
fn literal(text: &str, role: TextRole, repeated: bool) -> String {
    match role {
        TextRole::Plain | TextRole::ExactName | TextRole::Grant => text.to_owned(),
        TextRole::Glob => {
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
        TextRole::Regex => {
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
    use super::{TextRole, literal};
    use crate::patterns::Glob;

    fn check_glob(value: &str) {
        let escaped = literal(value, TextRole::Glob, false);
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
}
