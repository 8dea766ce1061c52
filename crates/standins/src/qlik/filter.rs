//! Filters of RFC 7644, as far as Qlik Cloud documents them: `eq` and `co` with `and`, `or` and parentheses.

use serde_json::Value;

use super::answer::error;
use super::tenant::Record;
use crate::http::Response;

/// Which attributes of something can be compared, and how.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Attributes {
    /// The part of the API, for its errors.
    pub(crate) part: &'static str,
    pub(crate) eq: &'static [&'static str],
    pub(crate) co: &'static [&'static str],
}

/// A filter that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Filter {
    And(Vec<Filter>),
    Or(Vec<Filter>),
    /// Values are compared without letter case.
    Is {
        path: String,
        value: String,
        is_part: bool,
    },
}

impl Filter {
    /// Reads a filter.
    ///
    /// # Errors
    ///
    /// The refusal of the service.
    pub(crate) fn read(text: &str, attributes: Attributes) -> Result<Self, Box<Response>> {
        let refusal = |why: &str| error(400, attributes.part, &format!("invalid filter: {why}"));
        let tokens = tokens(text).ok_or_else(|| refusal("a text without an end"))?;
        let mut reader = Reader { tokens: &tokens, attributes, depth: 0 };
        let filter = reader.alternatives().map_err(|why| refusal(&why))?;
        if let Some(token) = reader.tokens.first() {
            return Err(refusal(&format!("unexpected {}", token.text)));
        }
        if !filter.has_status_apart() {
            return Err(refusal("status has to be grouped, and applied to the whole query"));
        }
        Ok(filter)
    }

    pub(crate) fn fits(&self, shown: &Record) -> bool {
        match self {
            Self::And(all) => all.iter().all(|it| it.fits(shown)),
            Self::Or(any) => any.iter().any(|it| it.fits(shown)),
            Self::Is { path, value, is_part } => {
                let mut found: Vec<&Value> = Vec::new();
                for (at, key) in path.split('.').enumerate() {
                    found = match at {
                        0 => shown.get(key).into_iter().collect(),
                        _ => found.into_iter().flat_map(each).filter_map(|it| it.get(key)).collect(),
                    };
                }
                let fits = |text: &str| match is_part {
                    true => text.to_lowercase().contains(&value.to_lowercase()),
                    false => text.to_lowercase() == value.to_lowercase(),
                };
                found.into_iter().flat_map(each).filter_map(Value::as_str).any(fits)
            }
        }
    }

    /// Whether it names an attribute.
    pub(crate) fn names(&self, attribute: &str) -> bool {
        match self {
            Self::And(parts) | Self::Or(parts) => parts.iter().any(|it| it.names(attribute)),
            Self::Is { path, .. } => path == attribute,
        }
    }

    fn names_only(&self, attribute: &str) -> bool {
        match self {
            Self::And(parts) | Self::Or(parts) => parts.iter().all(|it| it.names_only(attribute)),
            Self::Is { path, .. } => path == attribute,
        }
    }

    /// "Any filters for status must be grouped together and applied to the whole query."
    fn has_status_apart(&self) -> bool {
        let apart = |filter: &Self| !filter.names("status") || filter.names_only("status");
        match self {
            Self::And(parts) => {
                parts.iter().all(apart) && parts.iter().filter(|it| it.names("status")).count() <= 1
            }
            other => apart(other),
        }
    }
}

fn each(value: &Value) -> &[Value] {
    value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice)
}

#[derive(Debug)]
struct Token {
    text: String,
    is_quoted: bool,
}

fn tokens(text: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let mut chars = rest.char_indices();
        let mut token = String::new();
        let end = match first {
            '(' | ')' => {
                token.push(first);
                1
            }
            '"' => {
                chars.next();
                let mut escaped = false;
                loop {
                    let (at, char) = chars.next()?;
                    match char {
                        '\\' if !escaped => escaped = true,
                        '"' if !escaped => break at + 1,
                        other => {
                            token.push(other);
                            escaped = false;
                        }
                    }
                }
            }
            _ => {
                let is_end = |char: char| char.is_whitespace() || "()\"".contains(char);
                let end = rest.find(is_end).unwrap_or(rest.len());
                token.push_str(rest.get(..end)?);
                end
            }
        };
        tokens.push(Token { text: token, is_quoted: first == '"' });
        rest = rest.get(end..)?.trim_start();
    }
    Some(tokens)
}

struct Reader<'t> {
    tokens: &'t [Token],
    attributes: Attributes,
    depth: usize,
}

impl Reader<'_> {
    fn next(&mut self) -> Option<&Token> {
        let (first, rest) = self.tokens.split_first()?;
        self.tokens = rest;
        Some(first)
    }

    fn takes(&mut self, word: &str) -> bool {
        let is_next =
            self.tokens.first().is_some_and(|it| !it.is_quoted && it.text.eq_ignore_ascii_case(word));
        if is_next {
            self.next();
        }
        is_next
    }

    fn alternatives(&mut self) -> Result<Filter, String> {
        let mut parts = vec![self.conjunction()?];
        while self.takes("or") {
            parts.push(self.conjunction()?);
        }
        Ok(one_or(parts, Filter::Or))
    }

    fn conjunction(&mut self) -> Result<Filter, String> {
        let mut parts = vec![self.term()?];
        while self.takes("and") {
            parts.push(self.term()?);
        }
        Ok(one_or(parts, Filter::And))
    }

    fn term(&mut self) -> Result<Filter, String> {
        if self.takes("(") {
            self.depth += 1;
            if self.depth > 50 {
                return Err("too many parentheses".to_owned());
            }
            let inner = self.alternatives()?;
            self.depth -= 1;
            return if self.takes(")") { Ok(inner) } else { Err("a parenthesis without an end".to_owned()) };
        }
        let Attributes { eq, co, .. } = self.attributes;
        let path = self.next().map(|it| it.text.clone()).unwrap_or_default();
        let operator = self.next().map(|it| it.text.to_lowercase()).unwrap_or_default();
        let value = self.next().filter(|it| it.is_quoted).map(|it| it.text.clone());
        let value = value.ok_or_else(|| format!("{path} {operator} needs a value in quotes"))?;
        let known = |names: &[&str]| names.iter().any(|it| *it == path);
        match operator.as_str() {
            "eq" if known(eq) => Ok(Filter::Is { path, value, is_part: false }),
            "co" if known(co) => Ok(Filter::Is { path, value, is_part: true }),
            _ => Err(format!("{path} {operator} is not supported")),
        }
    }
}

fn one_or(mut parts: Vec<Filter>, several: fn(Vec<Filter>) -> Filter) -> Filter {
    match parts.pop() {
        Some(only) if parts.is_empty() => only,
        last => {
            parts.extend(last);
            several(parts)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const USERS: Attributes =
        Attributes { part: "USERS", eq: &["id", "name", "status", "assignedGroups.id"], co: &["name"] };

    fn check(text: &str, expected: Option<bool>) {
        let shown = json!({
            "id": "1", "name": "Ada \"L\"", "status": "active", "assignedGroups": [{ "id": "g1" }, { "id": "g2" }],
        });
        let fits = Filter::read(text, USERS).ok().map(|it| it.fits(shown.as_object().expect("an object")));
        assert_eq!(fits, expected, "{text}");
    }

    #[test]
    fn filter_compares_as_documented() {
        check("id eq \"1\"", Some(true));
        check("name eq \"ADA \\\"l\\\"\"", Some(true));
        check("name co \"da\" and id eq \"2\"", Some(false));
        check("assignedGroups.id eq \"g2\"", Some(true));
        check(
            "(id eq \"2\" or id eq \"1\") and (status eq \"active\" or status eq \"disabled\")",
            Some(true),
        );
        check("id eq \"2\" or id eq \"1\" and name eq \"x\"", Some(false));
    }

    #[test]
    fn filter_that_is_not_documented_is_refused() {
        check("name eq \"Bob\" or name eq \"Alice\" and (status eq \"active\")", None);
        check("status eq \"active\" and id eq \"1\" and status eq \"disabled\"", None);
        check("id co \"1\"", None);
        check("email eq \"a\"", None);
        check("id eq 1", None);
        check("id eq \"1", None);
        check("(id eq \"1\"", None);
        check("id eq \"1\" id", None);
        check("", None);
    }
}
