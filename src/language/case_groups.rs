//! What an identity provider would send for the groups of a case.

use serde_json::{Map, Value as Json, json};

use super::diagnostic_sink::DiagnosticSink;
use super::model::{OwnedForm, OwnedShape, OwnedSource};
use super::yaml::{Node, Spanned};
use crate::diagnostic::Code;
use crate::login::dn::AttributeOf;

/// The value that an identity provider would send for the groups of a case, in the shape and form of the source.
///
/// Where a shape has several ways to write them, it is the one that can go wrong: one string rather than a list.
pub(crate) fn wrap(
    source: &OwnedSource,
    groups: &[Spanned<String>],
    node: &Node,
    sink: &mut DiagnosticSink<'_>,
) -> Option<Json> {
    let names: Vec<String> = groups.iter().map(|group| in_form(&group.value, &source.form)).collect();
    let list = match source.shape.field() {
        Some(field) => in_objects(field, &names, source.nested),
        None if source.nested && !names.is_empty() => vec![json!(names)],
        None => names.iter().map(|name| json!(name)).collect(),
    };
    Some(match (&source.shape, list.as_slice()) {
        (
            OwnedShape::ListOrString
            | OwnedShape::ListOfDelimited(_)
            | OwnedShape::Text
            | OwnedShape::ObjectsOrObject(_),
            [only],
        ) if !only.is_array() => only.clone(),
        (OwnedShape::Text, []) => json!(""),
        (OwnedShape::Text, _) => {
            let message = "with `shape: string`, a login has one group";
            let help = "write one group, or the raw attributes with `user`".to_owned();
            sink.report(Code::InvalidValue, &node.span, message, help);
            return None;
        }
        (OwnedShape::Delimited(delimiter) | OwnedShape::DelimitedOrList(delimiter), _) if !source.nested => {
            json!(names.join(delimiter))
        }
        (OwnedShape::Keys(having), _) => {
            let value = having.iter().map(|having| (having.clone(), json!(true))).collect::<Map<_, _>>();
            let member = |name: &String| (name.clone(), Json::Object(value.clone()));
            Json::Object(names.iter().map(member).collect())
        }
        (OwnedShape::Values(_), list) => {
            let member = |(at, value): (usize, &Json)| (format!("member{at}"), value.clone());
            Json::Object(list.iter().enumerate().map(member).collect())
        }
        (OwnedShape::Json(_), list) => json!(json!(list).to_string()),
        (_, list) => json!(list),
    })
}

/// Objects that have the names at a path, or in a member; one with a list of all names if lists inside are read.
fn in_objects(field: &str, names: &[String], nested: bool) -> Vec<Json> {
    let object = |value: Json| match field.starts_with('/') {
        true => at(field, value),
        false => Json::Object(Map::from_iter([(field.to_owned(), value)])),
    };
    match nested && !names.is_empty() {
        true => vec![object(json!(names))],
        false => names.iter().map(|name| object(json!(name))).collect(),
    }
}

fn in_form(name: &str, form: &OwnedForm) -> String {
    match form {
        OwnedForm::Plain => name.to_owned(),
        OwnedForm::DistinguishedName { attribute, of, below } => {
            let mut entry = match of {
                AttributeOf::Entry => String::new(),
                AttributeOf::Parent => "CN=member,".to_owned(),
            };
            entry.push_str(&format!("{attribute}={}", escape_value(name)));
            if let Some(below) = below {
                entry.push(',');
                entry.push_str(below);
            }
            entry
        }
        OwnedForm::Domain { domain } => format!("{}\\{name}", domain.as_deref().unwrap_or("CORP")),
        OwnedForm::Email { domain: Some(domain) } => format!("{name}@{domain}"),
        OwnedForm::Email { domain: None } => name.to_owned(),
        OwnedForm::Path => format!("/{name}"),
    }
}

/// The value of an attribute, escaped for a distinguished name as in RFC 4514.
fn escape_value(value: &str) -> String {
    let last = value.chars().count().saturating_sub(1);
    let mut escaped = String::new();
    for (at, char) in value.chars().enumerate() {
        match char {
            '\0' => escaped.push_str("\\00"),
            ' ' if at == 0 || at == last => escaped.push_str("\\ "),
            '#' if at == 0 => escaped.push_str("\\#"),
            '"' | '+' | ',' | ';' | '<' | '>' | '\\' | '=' => escaped.extend(['\\', char]),
            _ => escaped.push(char),
        }
    }
    escaped
}

/// An object with a value at a JSON Pointer.
pub(crate) fn at(pointer: &str, value: Json) -> Json {
    let tokens: Vec<&str> = pointer.split('/').skip(1).collect();
    tokens.iter().rev().fold(value, |inner, token| {
        let key = token.replace("~1", "/").replace("~0", "~");
        Json::Object(Map::from_iter([(key, inner)]))
    })
}

#[cfg(test)]
mod tests {
    use super::{AttributeOf, OwnedForm, in_form};

    fn check(name: &str, form: &OwnedForm, expected: &str) {
        assert_eq!(in_form(name, form), expected);
    }

    #[test]
    fn in_form_writes_a_name_in_each_form() {
        let below = Some("OU=Groups,DC=acme".to_owned());
        let dn = |of| OwnedForm::DistinguishedName { attribute: "CN".to_owned(), of, below: below.clone() };
        check("BI", &dn(AttributeOf::Parent), "CN=member,CN=BI,OU=Groups,DC=acme");
        let dn = dn(AttributeOf::Entry);
        check("BI Viewers", &dn, "CN=BI Viewers,OU=Groups,DC=acme");
        check(" a,b=c\\", &dn, "CN=\\ a\\,b\\=c\\\\,OU=Groups,DC=acme");
        check("#1 ", &dn, "CN=\\#1\\ ,OU=Groups,DC=acme");
        check("users", &OwnedForm::Domain { domain: None }, "CORP\\users");
        check("users", &OwnedForm::Domain { domain: Some("ACME".to_owned()) }, "ACME\\users");
        check("users", &OwnedForm::Email { domain: Some("acme.example".to_owned()) }, "users@acme.example");
        check("users@acme.example", &OwnedForm::Email { domain: None }, "users@acme.example");
        check("a/b", &OwnedForm::Path, "/a/b");
    }
}
