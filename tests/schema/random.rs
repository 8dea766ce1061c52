//! Random files, compared between compiler and schema: valid ones with a few random changes.

use std::ops::Range;

use serde_json::{Map, Value as Json, json};

use crate::mutations;

/// Marks a text that is replaced by an entry of [`PLAIN`].
const MARK: char = '\u{e000}';

/// Values without quotes, and what an editor reads in their place: YAML 1.2 by its core schema.
const PLAIN: &[(&str, &str)] = &[
    ("007", "7"),
    ("08", "8"),
    ("0777", "777"),
    ("0o17", "15"),
    ("0x1F", "31"),
    ("0b11", "\"0b11\""),
    ("1_000", "\"1_000\""),
    ("1e3", "1000"),
    ("+5", "5"),
    ("5.", "5.0"),
    (".5", "0.5"),
    // Infinity is a number to an editor, and JSON has none.
    (".inf", "1e300"),
    ("-.INF", "-1e300"),
    ("12:30", "\"12:30\""),
    ("yes", "\"yes\""),
    ("no", "\"no\""),
    ("on", "\"on\""),
    ("off", "\"off\""),
    ("y", "\"y\""),
    ("True", "true"),
    ("FALSE", "false"),
    ("~", "null"),
    ("Null", "null"),
    ("2026-01-01", "\"2026-01-01\""),
    ("2026-01-01T00:00:00Z", "\"2026-01-01T00:00:00Z\""),
    ("&anchor bi-viewers", "\"bi-viewers\""),
    ("!!str bi-viewers", "\"bi-viewers\""),
    ("!!str 5", "\"5\""),
    ("!tag bi-viewers", "\"bi-viewers\""),
    ("<<", "\"<<\""),
    ("=", "\"=\""),
];

/// A small generator of numbers, so that a seed gives the same file everywhere.
#[derive(Debug)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// SplitMix64.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % u64::try_from(bound.max(1)).expect("small")).expect("small")
    }

    pub(crate) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        from.get(self.below(from.len())).expect("not empty")
    }
}

/// A file with one to three random changes, and a description of them.
pub(crate) fn changed(file: &Json, random: &mut Random) -> (String, Json) {
    let mut changed = file.clone();
    let mut what = Vec::new();
    // Most have one change: what a second one breaks hides what the first one does.
    for _ in 0..*random.pick(&[1, 1, 1, 1, 2, 3]) {
        let paths = mutations::paths(&changed);
        let path = random.pick(&paths).clone();
        let other = changed.pointer(random.pick(&paths).as_str()).expect("a path").clone();
        let words: Vec<String> = mutations::keys(file).into_iter().collect();
        let word = random.pick(&words).clone();
        let node = changed.pointer_mut(&path).expect("a path");
        what.push(format!("{path}: {}", change(node, other, &word, random)));
    }
    (what.join(", "), changed)
}

/// Changes a node, with a value and a key from elsewhere in the file.
fn change(node: &mut Json, other: Json, word: &str, random: &mut Random) -> String {
    let shown = |json: &Json| json.to_string().chars().take(60).collect::<String>();
    match (node, random.below(6)) {
        (Json::Object(members), 0 | 1) if !members.is_empty() => {
            let keys: Vec<String> = members.keys().cloned().collect();
            let key = random.pick(&keys).clone();
            members.remove(&key);
            format!("loses {key}")
        }
        (Json::Object(members), 2) => {
            members.insert(word.to_owned(), other.clone());
            format!("gets {word}: {}", shown(&other))
        }
        (Json::Object(members), 3) => {
            let keys: Vec<String> = members.keys().cloned().collect();
            let at = random.below(keys.len());
            let to = match random.below(2) {
                0 => word.to_owned(),
                _ => format!("{MARK}{}", random.below(PLAIN.len())),
            };
            let renamed = |(key, value): (&String, &Json)| {
                let key = if keys.get(at) == Some(key) { &to } else { key };
                (key.clone(), value.clone())
            };
            *members = members.iter().map(renamed).collect();
            format!("has the key {to} in place of another")
        }
        (Json::Array(entries), 0) if !entries.is_empty() => {
            entries.remove(random.below(entries.len()));
            "loses an entry".to_owned()
        }
        (Json::Array(entries), 1) => {
            entries.push(other.clone());
            format!("gets the entry {}", shown(&other))
        }
        (Json::Array(entries), 2) if !entries.is_empty() => {
            entries.push(random.pick(entries).clone());
            "has an entry twice".to_owned()
        }
        (node, 3) => {
            format!("becomes {}", shown(&std::mem::replace(node, other)))
        }
        (node, _) => {
            *node = value(random);
            format!("becomes {}", shown(node))
        }
    }
}

/// A value that has nothing to do with the file.
fn value(random: &mut Random) -> Json {
    let pool = [
        json!(null),
        json!(true),
        json!(false),
        json!(0),
        json!(1),
        json!(-1),
        json!(2.5),
        json!(100_000),
        json!(""),
        json!(" "),
        json!("none"),
        json!("x"),
        json!("true"),
        json!("7"),
        json!("off"),
        json!("*"),
        json!("${g}"),
        json!("{{prefix}}"),
        json!([]),
        json!({}),
        json!([[]]),
        json!(["x", "x"]),
        json!({ "x": "y" }),
        json!("x".repeat(3_000)),
        json!("a\u{7}b"),
        json!("/a/b"),
        json!("https://x.example/groups"),
    ];
    match random.below(2) {
        0 => json!(format!("{MARK}{}", random.below(PLAIN.len()))),
        _ => random.pick(&pool).clone(),
    }
}

fn plain(text: &str) -> Option<(&'static str, &'static str)> {
    PLAIN.get(text.strip_prefix(MARK)?.parse::<usize>().ok()?).copied()
}

/// Each value without quotes, after the JSON text that is replaced by it.
pub(crate) fn plain_values() -> impl Iterator<Item = (String, &'static str)> {
    PLAIN.iter().enumerate().map(|(at, (written, _))| (format!("\"{MARK}{at}\""), *written))
}

/// The file as its author writes it, and the places of the values without quotes.
pub(crate) fn as_text(json: &Json) -> (String, Vec<Range<usize>>) {
    let (json, mark) = (json.to_string(), format!("\"{MARK}"));
    let mut parts = json.split(&mark);
    let mut text = parts.next().unwrap_or_default().to_owned();
    let mut places = Vec::new();
    for part in parts {
        let (at, rest) = part.split_once('"').expect("the end of a text");
        let (written, _) = plain(&format!("{MARK}{at}")).expect("a mark");
        let start = text.len();
        text.push_str(written);
        places.push(start..text.len());
        // After a key without quotes, YAML needs a space.
        text.push_str(if rest.starts_with(':') { ": " } else { "" });
        text.push_str(rest.strip_prefix(':').unwrap_or(rest));
    }
    (text, places)
}

/// The file as an editor reads it.
pub(crate) fn as_read(json: &Json) -> Json {
    let read = |text: &str| plain(text).map(|(_, read)| serde_json::from_str::<Json>(read).expect("JSON"));
    match json {
        Json::String(text) => read(text).unwrap_or_else(|| json.clone()),
        Json::Array(entries) => Json::Array(entries.iter().map(as_read).collect()),
        Json::Object(members) => {
            let key = |key: &String| match read(key) {
                Some(Json::String(text)) => text,
                Some(Json::Null) => String::new(),
                Some(other) => other.to_string(),
                None => key.clone(),
            };
            Json::Object(
                members.iter().map(|(name, value)| (key(name), as_read(value))).collect::<Map<_, _>>(),
            )
        }
        other => other.clone(),
    }
}
