//! Replacing the placeholders in a template's rules by the values of parameters.
//!
//! A value is a literal: in a pattern, its special characters are escaped.

use core::ops::Range;
use std::collections::{BTreeMap, BTreeSet};

use super::grammar::TextRole;
use super::parameter::Argument;
use super::placeholder::{GrammarPosition, TextPiece, split};
use super::yaml::{Kind, Node};
use crate::patterns::foreign::is_pattern;

/// How many nodes and bytes the templates of one mapping may still expand to.
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

/// Replaces the placeholders in a list of rules.
#[derive(Debug)]
pub(crate) struct Substitution<'e> {
    pub(crate) arguments: &'e BTreeMap<&'e str, &'e Argument>,
    pub(crate) budget: &'e mut SubstitutionBudget,
    /// Grants in which a value and the text around it form a `${` that neither of them contains.
    pub(crate) forged: Vec<String>,
    /// Parameters with signs of patterns in their values, which are literals inside a pattern.
    pub(crate) escaped: BTreeSet<&'e str>,
}

impl<'e> Substitution<'e> {
    /// The rules with the values of the parameters; `None` if they exceed the budget.
    pub(crate) fn rules(&mut self, rules: &Node) -> Option<Node> {
        let kind = match &rules.kind {
            Kind::List(entries) => Kind::List(self.entries(entries, GrammarPosition::rules())?),
            other => other.clone(),
        };
        Some(Node { span: rules.span.clone(), kind, notes: rules.notes.clone() })
    }

    fn node(&mut self, node: &Node, position: GrammarPosition) -> Option<Node> {
        let kind = match &node.kind {
            Kind::Text(text) => match self.list(text) {
                Some((name, list)) => Kind::List(self.splice(name, list, position, &node.span)?),
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
        Some(Node { span: node.span.clone(), kind, notes: node.notes.clone() })
    }

    fn entries(&mut self, entries: &[Node], position: GrammarPosition) -> Option<Vec<Node>> {
        let mut expanded = Vec::new();
        for entry in entries {
            let list = match &entry.kind {
                Kind::Text(text) => self.list(text),
                _ => None,
            };
            match list {
                Some((name, list)) => expanded.extend(self.splice(name, list, position, &entry.span)?),
                None => expanded.push(self.node(entry, position)?),
            }
        }
        Some(expanded)
    }

    /// The list that replaces a text that is nothing but a parameter with a list as its value, and the parameter's name.
    fn list(&self, text: &str) -> Option<(&'e str, &'e [String])> {
        let name = text.strip_prefix("{{")?.strip_suffix("}}")?;
        match self.arguments.get_key_value(name)? {
            (name, Argument::List(list)) => Some((name, list)),
            (_, Argument::One(_)) => None,
        }
    }

    /// Notes that a value with signs of patterns is a literal.
    fn note_escaped(&mut self, name: &str, value: &str, role: TextRole) {
        if matches!(role, TextRole::Glob | TextRole::Regex)
            && is_pattern(value)
            && let Some((name, _)) = self.arguments.get_key_value(name)
        {
            self.escaped.insert(name);
        }
    }

    fn splice(
        &mut self,
        name: &str,
        list: &[String],
        position: GrammarPosition,
        span: &Range<usize>,
    ) -> Option<Vec<Node>> {
        let mut entries = Vec::new();
        for text in list {
            self.note_escaped(name, text, position.text_role());
            let text = literal(text, position.text_role());
            self.budget.take(&text)?;
            entries.push(Node { span: span.clone(), kind: Kind::Text(text), notes: None });
        }
        Some(entries)
    }

    fn text(&mut self, text: &str, role: TextRole) -> Option<String> {
        // A placeholder that cannot be replaced has been reported, and is kept as it is.
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
                        self.note_escaped(name, value, role);
                        let value = literal(value, role);
                        // A repetition operator applies to the whole value, not to its last character.
                        if role == TextRole::Regex && is_repeated(pieces.get(at + 1)) {
                            expanded.push_str(&format!("(?:{value})"));
                        } else {
                            expanded.push_str(&value);
                        }
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

/// Whether what follows a parameter in a regular expression repeats it.
fn is_repeated(next: Option<&TextPiece<'_>>) -> bool {
    matches!(next, Some(TextPiece::Literal(next)) if next.starts_with(['*', '+', '?', '{']))
}

/// A value in the form in which it is a literal in a text of this role.
fn literal(text: &str, role: TextRole) -> String {
    match role {
        TextRole::Plain | TextRole::Remark | TextRole::Date | TextRole::ExactName | TextRole::Grant => {
            text.to_owned()
        }
        TextRole::Glob => {
            let mut escaped = String::new();
            for char in text.chars() {
                match char {
                    // A comma separates alternatives between braces.
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
            escaped
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{TextRole, literal};
    use crate::patterns::Glob;

    fn check_glob(value: &str) {
        let escaped = literal(value, TextRole::Glob);
        let glob = Glob::parse(&format!("{{{escaped},other}}")).expect(&escaped);
        assert!(glob.patterns.is_empty(), "{escaped}");
        assert_eq!(glob.names, [value, "other"]);
    }

    #[test]
    fn literal_in_a_glob_matches_itself() {
        check_glob("GG-BI");
        check_glob("a*b?c");
        check_glob("[x]-{y}");
        check_glob("CN=a,OU=b");
        check_glob("**");
        check_glob("]");
        check_glob("$[!a]");
    }
}
