//! The values that sources read, as an identity provider sends them.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::{Arrival, Entry, UNREADABLE};
use crate::world::{CONNECTIONS, NameForm, Shape, Source};

pub(crate) fn value(source: Source, arrival: &Arrival, connection: usize) -> Option<Json> {
    let entries = match arrival {
        Arrival::Absent => return None,
        Arrival::Null => return Some(Json::Null),
        // An object is wrong only where the shape has none.
        Arrival::Wrong if source.shape == Shape::Values || source.shape.is_keys() => {
            return Some(json!(["a"]));
        }
        Arrival::Wrong if source.shape == Shape::ObjectsOrObject => return Some(json!("a")),
        Arrival::Wrong => return Some(json!({ "x": 1 })),
        Arrival::Unreadable => return Some(json!(UNREADABLE)),
        Arrival::Entries(entries) => entries,
    };
    let texts: Vec<Json> = entries.iter().map(|entry| written(source, entry)).collect();
    Some(match source.shape {
        Shape::List | Shape::Roles => json!(texts),
        Shape::ListOrString => match texts.as_slice() {
            [Json::String(single)] => json!(single),
            _ => json!(texts),
        },
        Shape::Delimited => {
            let texts: Vec<&str> = texts.iter().filter_map(Json::as_str).collect();
            json!(texts.join("|"))
        }
        // An odd number of groups arrives in one string, if it can.
        Shape::DelimitedOrList => match texts.iter().map(Json::as_str).collect::<Option<Vec<_>>>() {
            Some(strings) if strings.len() % 2 == 1 && strings != [""] => json!(strings.join("|")),
            _ => json!(texts),
        },
        Shape::ListOfDelimited => match in_pairs(&texts).as_slice() {
            [Json::String(single)] if texts.len() > 1 => json!(single),
            strings => json!(strings),
        },
        Shape::ObjectsOrObject => match texts.as_slice() {
            [single] => json!({ "name": single }),
            _ => texts.iter().map(|text| json!({ "name": text })).collect(),
        },
        Shape::Paths => texts.iter().map(|text| json!({ "group": { "name": text }, "name": "a" })).collect(),
        Shape::Values => {
            let member = |(at, text): (usize, &Json)| (format!("{at}"), text.clone());
            Json::Object(texts.iter().enumerate().map(member).collect())
        }
        Shape::Keys | Shape::KeysHaving => {
            let member = |(key, entry)| (key, value_of_key(source, entry));
            Json::Object(members(source, entries).into_iter().map(member).collect())
        }
        Shape::NestedLists => {
            // A list that is not a group would be one of groups outside of another list.
            let inside = if texts.iter().any(Json::is_array) { texts.len() } else { texts.len() / 2 };
            let (inside, others) = texts.split_at(inside);
            [&[json!(inside)], others].concat().into()
        }
        Shape::ObjectsOfLists => {
            texts.chunks(2).map(|texts| json!({ "name": texts, "other": ["a"] })).collect()
        }
        Shape::Json => json!(json!(texts).to_string()),
        Shape::Objects => texts.iter().map(|text| json!({ "name": text, "other": 1 })).collect(),
        Shape::Provisioned => {
            let own = format!("con_{}", CONNECTIONS[connection].0);
            texts.iter().map(|text| json!({ "name": text, "connection_id": own })).collect()
        }
    })
}

/// The members of an object whose names are groups, in the order in which they are read.
pub(crate) fn members(source: Source, entries: &[Entry]) -> BTreeMap<String, &Entry> {
    let key = |entry: &Entry| match (entry, written(source, entry)) {
        (Entry::Outside, _) if source.shape == Shape::KeysHaving => "outside".to_owned(),
        (_, Json::String(text)) => text,
        (Entry::Null, _) => "null".to_owned(),
        _ => "flaw".to_owned(),
    };
    entries.iter().map(|entry| (key(entry), entry)).collect()
}

fn value_of_key(source: Source, entry: &Entry) -> Json {
    match entry {
        Entry::Null => json!(null),
        Entry::Number | Entry::Object | Entry::List | Entry::Unreadable => json!(false),
        Entry::Outside if source.shape == Shape::KeysHaving => json!({ "1002": "other.example" }),
        _ if source.shape == Shape::KeysHaving => json!({ "1001": "acme.example", "1002": null }),
        _ => json!({}),
    }
}

/// Strings next to each other are joined two by two; other entries stay.
fn in_pairs(texts: &[Json]) -> Vec<Json> {
    let joined = |pair: &[Json]| match pair {
        [Json::String(one), Json::String(two)] => vec![json!(format!("{one}|{two}"))],
        others => others.to_vec(),
    };
    texts.chunks(2).flat_map(joined).collect()
}

/// How an entry arrives.
pub(super) fn written(source: Source, entry: &Entry) -> Json {
    if source.shape != Shape::Delimited {
        match entry {
            Entry::Number => return json!(7),
            Entry::Null => return json!(null),
            Entry::Object => return json!({ "name": "a" }),
            Entry::List => return json!(["a"]),
            Entry::Unreadable => return json!(UNREADABLE),
            _ => {}
        }
    }
    let text = match (entry, source.form) {
        (Entry::Empty, _) => String::new(),
        (Entry::Name(name), NameForm::Plain) => name.clone(),
        (Entry::Name(name), NameForm::Tidied) => {
            // As copying and other systems change it.
            let apart = name.replace('ö', "o\u{308}").replace('Ö', "O\u{308}");
            format!("\u{a0} {apart}\u{200b} ")
        }
        (Entry::Name(name), NameForm::Dn) => {
            let special = |char| matches!(char, '"' | '+' | ',' | ';' | '<' | '>' | '\\' | '#' | '=');
            let escaped: String = name
                .chars()
                .flat_map(|char| special(char).then_some('\\').into_iter().chain([char]))
                .collect();
            format!("cn={escaped},OU=Sub,ou=groups,DC=Acme")
        }
        (Entry::Name(name), NameForm::Domain) => format!("acme\\{name}"),
        (Entry::Name(name), NameForm::Email) => format!("{name}@ACME.example"),
        (Entry::Name(name), NameForm::Path) => format!("/{name}"),
        (Entry::Outside, NameForm::Dn) => "CN=a,OU=Other,DC=acme".to_owned(),
        (Entry::Outside, NameForm::Domain) => "OTHER\\a".to_owned(),
        (Entry::Outside, NameForm::Email) => "a@other.example".to_owned(),
        (Entry::Outside, _) => "/outside".to_owned(),
        (Entry::Formless, NameForm::Dn | NameForm::Domain | NameForm::Email | NameForm::Path) => {
            "formless".to_owned()
        }
        _ => "a\u{1}".to_owned(),
    };
    json!(text)
}
