//! Types of values as schemas.

use serde_json::{Map, Value as Json, json};

use super::{SchemaWriter, Texts, members};
use crate::language::grammar::{Key, TextType, ValueType, Word, guard_codes, guard_levels, is_lint_code};
use crate::limits::MAX_ENTRIES;

/// The name of the definition of a text with a parameter of a template in it.
const PLACEHOLDER: &str = "placeholder";

impl SchemaWriter {
    pub(super) fn describe_key(&mut self, key: &Key, texts: Texts) -> Json {
        let mut described = self.describe(&key.value, texts);
        // Keywords next to a `$ref` are ignored in draft-07.
        if described.contains_key("$ref") {
            described = members([("allOf", json!([described]))]);
        }
        add_description(&mut described, key.doc, key.default);
        Json::Object(described)
    }

    fn describe(&mut self, value: &ValueType, texts: Texts) -> Map<String, Json> {
        match *value {
            ValueType::Version => members([("const", json!(1))]),
            ValueType::Boolean => members([("type", json!("boolean"))]),
            ValueType::True => members([("const", json!(true))]),
            ValueType::False => members([("const", json!(false))]),
            ValueType::Number { least, most } => {
                members([("type", json!("integer")), ("minimum", json!(least)), ("maximum", json!(most))])
            }
            ValueType::AnyNumber => members([("type", json!("number"))]),
            ValueType::Text(text) => self.text(text, texts),
            ValueType::Texts { of, least } => {
                let one = self.text(of, texts);
                one_or_list(one, least)
            }
            ValueType::Word(words) => self.words(words, texts),
            ValueType::Words { of, least } => {
                let one = self.words(of, texts);
                one_or_list(one, least)
            }
            ValueType::Scalars => one_or_list(members([("type", json!(["string", "number", "boolean"]))]), 1),
            ValueType::Map { key, of, least } => {
                let mut names = plain_text(key);
                names.remove("type");
                names.remove("examples");
                let mut map = members([("type", json!("object"))]);
                map.insert("additionalProperties".to_owned(), Json::Object(self.describe(of, texts)));
                if matches!(of, ValueType::Word(_)) && is_lint_code(key) {
                    let level = Json::Object(self.words(guard_levels(), texts));
                    let codes = guard_codes().map(|code| (code.to_owned(), level.clone()));
                    map.insert("properties".to_owned(), Json::Object(codes.collect()));
                }
                if !names.is_empty() {
                    map.insert("propertyNames".to_owned(), Json::Object(names));
                }
                if least > 0 {
                    map.insert("minProperties".to_owned(), json!(least));
                }
                map
            }
            ValueType::List { of, least } => list(self.describe(of, texts), least),
            ValueType::OneOrList(of) => one_or_list(self.describe(of, texts), 1),
            ValueType::Object(object) => self.refer(object, texts),
            ValueType::Either(all) => {
                let (mut any, mut of_lists) = (Vec::new(), Map::new());
                for value in all {
                    let mut described = self.describe(value, texts);
                    // Editors mark the wrong key of one of several alternatives, but not within nested ones.
                    match (value, described.remove("anyOf")) {
                        (ValueType::OneOrList(_), Some(Json::Array(one_or_list))) => {
                            any.extend(one_or_list);
                            of_lists = described;
                        }
                        (_, alternatives) => {
                            described.extend(alternatives.map(|it| ("anyOf".to_owned(), it)));
                            any.push(Json::Object(described));
                        }
                    }
                }
                let mut either = members([("anyOf", json!(any))]);
                either.extend(of_lists);
                either
            }
            ValueType::Raw => members([("type", json!("object"))]),
            ValueType::Unique(of) => {
                let mut described = self.describe(of, texts);
                described.insert("uniqueItems".to_owned(), json!(true));
                described
            }
            ValueType::Templated(of) => self.describe(of, Texts::Templated),
        }
    }

    fn text(&mut self, text: &TextType, texts: Texts) -> Map<String, Json> {
        let mut described = plain_text(text);
        if texts == Texts::Templated {
            // Replacing the parameters changes the length of the text.
            described.remove("maxLength");
            if described.contains_key("pattern") || described.contains_key("enum") {
                return members([("anyOf", json!([described, self.placeholder()]))]);
            }
        }
        described
    }

    fn words(&mut self, words: &[Word], texts: Texts) -> Map<String, Json> {
        let mut any: Vec<Map<String, Json>> = Vec::new();
        for word in words {
            let mut described = members([("const", json!(word.word))]);
            add_description(&mut described, word.doc, None);
            any.push(described);
        }
        if texts == Texts::Templated {
            any.push(self.placeholder());
        }
        members([("type", json!("string")), ("oneOf", json!(any))])
    }

    fn placeholder(&mut self) -> Map<String, Json> {
        let mut described = members([
            ("type", json!("string")),
            ("pattern", json!("\\{\\{[a-z][a-z0-9_-]*\\}\\}")),
            (
                "patternErrorMessage",
                json!("write a value of the key, or a parameter of the template as `{{name}}`"),
            ),
        ]);
        add_description(&mut described, "A text with a parameter of the template, as `{{name}}`.", None);
        self.definitions.insert(PLACEHOLDER.to_owned(), Json::Object(described));
        members([("$ref", json!(format!("#/definitions/{PLACEHOLDER}")))])
    }
}

fn plain_text(text: &TextType) -> Map<String, Json> {
    if let Some(codes) = text.codes {
        return members([("enum", json!(codes()))]);
    }
    let mut described = members([("type", json!("string"))]);
    if text.least > 0 {
        described.insert("minLength".to_owned(), json!(text.least));
    }
    if text.most < usize::MAX {
        described.insert("maxLength".to_owned(), json!(text.most));
    }
    if let Some((pattern, form)) = text.pattern {
        described.insert("pattern".to_owned(), json!(pattern));
        // Without this, editors show the regular expression.
        described.insert("patternErrorMessage".to_owned(), json!(form));
    }
    if let Some(example) = text.example {
        described.insert("examples".to_owned(), json!([example]));
    }
    described
}

fn list(of: Map<String, Json>, least: usize) -> Map<String, Json> {
    let mut list = entries(of, least);
    list.insert("type".to_owned(), json!("array"));
    list
}

/// The keywords that only apply to lists.
fn entries(of: Map<String, Json>, least: usize) -> Map<String, Json> {
    let mut entries = members([("items", Json::Object(of)), ("maxItems", json!(MAX_ENTRIES))]);
    if least > 0 {
        entries.insert("minItems".to_owned(), json!(least));
    }
    entries
}

/// One value, or a list of at least `least`.
///
/// The alternative for lists accepts any list, and its entries are checked outside of the alternatives: editors then
/// mark the wrong entry, and do not report that the whole value fits none of the alternatives.
fn one_or_list(of: Map<String, Json>, least: usize) -> Map<String, Json> {
    let a_list = || json!({ "type": "array" });
    let mut any = if of.contains_key("$ref") || of.contains_key("enum") {
        members([("anyOf", json!([of]))])
    } else {
        of.clone()
    };
    for (key, value) in &mut any {
        match (key.as_str(), value) {
            ("type", Json::Array(types)) => types.push(json!("array")),
            ("type", one) => *one = json!([*one, "array"]),
            ("anyOf" | "oneOf", Json::Array(alternatives)) => alternatives.push(a_list()),
            _ => {}
        }
    }
    any.extend(entries(of, least));
    any
}

/// Adds a description and a default.
pub(super) fn add_description(described: &mut Map<String, Json>, doc: &str, default: Option<&str>) {
    described.insert("description".to_owned(), json!(doc));
    let mut markdown = doc.to_owned();
    if let Some(default) = default {
        let value = serde_saphyr::from_str(default).unwrap_or_else(|_| json!(default));
        described.insert("default".to_owned(), value);
        markdown.push_str(&format!("\n\nDefault: `{default}`"));
    }
    // Editors show `description` as plain text, with its backticks, and do not show the default.
    if markdown != doc || doc.contains('`') {
        described.insert("markdownDescription".to_owned(), json!(markdown));
    }
}
