//! The page of a kit: all parts, and a check of profiles and tokens by the engine, in one file that loads nothing.
//!
//! Its policy allows its own style and its own script, by their digests, and WebAssembly; it allows no connection, no
//! form target and no other address. It contains the bundle of one customer.

use anyhow::ensure;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use claimsmith::Reason;
use serde_json::{Map, Value as Json, json};
use sha2::{Digest as _, Sha256};

use super::facts::Facts;
use super::kit::KitFile;
use super::markdown;
use super::samples::{claim, escape_xml};
use crate::action::digest;
use crate::manual;
use crate::placeholders::fill;

const PAGE: &str = include_str!("../../templates/onboarding/page.html");
const STYLE: &str = include_str!("../../templates/onboarding/page.css");

/// The name of the page's file.
pub(crate) const NAME: &str = "kit.html";

/// What runs in the page.
#[derive(Debug)]
pub(crate) struct PageEngine<'e> {
    /// The WebAssembly.
    pub(crate) engine: &'e [u8],
    pub(crate) script: &'e str,
}

/// The page, with the parts as their files have them.
///
/// # Errors
///
/// If the script or the style could end its element.
pub(crate) fn page(
    facts: &Facts<'_>,
    bundle: &[u8],
    parts: &[KitFile],
    running: &PageEngine<'_>,
) -> anyhow::Result<String> {
    let script = running.script;
    for text in [script, STYLE] {
        ensure!(
            !text.contains("</") && !text.contains("<!--"),
            "the script or the style of the page could end early"
        );
    }
    let source = |text: &str| format!("'sha256-{}'", BASE64_STANDARD.encode(Sha256::digest(text)));
    let policy = format!(
        "default-src 'none'; script-src {} 'wasm-unsafe-eval'; style-src {}; base-uri 'none'; form-action 'none'",
        source(script),
        source(STYLE)
    );
    let (mut contents, mut sections) = (String::new(), String::new());
    for KitFile { path, text } in parts {
        let Some(name) = path.strip_suffix(".md") else { continue };
        let title = text.lines().find_map(|line| line.strip_prefix("# ")).unwrap_or(name);
        let id = escape_xml(name);
        contents += &format!("<li><a href=\"#{id}\">{}</a></li>\n", escape_xml(&unescaped(title)));
        sections += &format!("<section id=\"{id}\">\n{}</section>\n", markdown::html(name, text));
    }
    let contents = [
        ("policy", policy),
        ("title", escape_xml(facts.display())),
        ("style", STYLE.to_owned()),
        ("contents", contents),
        ("parts", sections),
        // JSON in which no tag can begin.
        ("data", data(facts, bundle, running.engine).to_string().replace('<', "\\u003c")),
        ("script", script.to_owned()),
    ];
    Ok(fill(PAGE, &contents))
}

/// A title without the backslashes of Markdown.
fn unescaped(title: &str) -> String {
    let mut text = String::new();
    let mut is_escaped = false;
    for char in title.chars() {
        is_escaped = char == '\\' && !is_escaped;
        if !is_escaped {
            text.push(char);
        }
    }
    text
}

fn data(facts: &Facts<'_>, bundle: &[u8], engine: &[u8]) -> Json {
    let (engine, bundle) = (BASE64_STANDARD.encode(engine), BASE64_STANDARD.encode(bundle));
    let reasons: Map<String, Json> =
        Reason::ALL.iter().map(|reason| (reason.code().to_owned(), meaning(reason.code()).into())).collect();
    let sources = facts.connection.sources.iter().map(|source| {
        json!({
            "from": source.from, "shape": source.shape, "delimiter": source.delimiter, "field": source.field,
        })
    });
    let claim =
        claim(facts).map(|it| json!({ "claim": it.name, "pointer": it.pointer, "joined": it.joined }));
    // An application without a client in this tenant has no logins.
    let applications = facts.details.applications.iter().filter_map(|application| {
        Some(json!({ "name": application.name, "client": application.clients.first()? }))
    });
    json!({
        "digest": digest(&format!("{engine} {bundle}")),
        "organization": facts.details.id,
        "connections": [{ "name": facts.connection.name, "sources": sources.collect::<Vec<_>>(), "claim": claim }],
        "applications": applications.collect::<Vec<_>>(),
        "reasons": reasons,
        "engine": engine,
        "bundle": bundle,
    })
}

/// What a reason means, as plain text.
fn meaning(code: &str) -> String {
    let text = manual::code(code).unwrap_or_default();
    let line = text.lines().rfind(|line| line.starts_with("In answers and log lines")).unwrap_or_default();
    let meaning = line.split_once(": ").map_or("", |(_, meaning)| meaning);
    let meaning = meaning.split(" (`claimsmith help").next().unwrap_or_default();
    meaning.replace('`', "")
}
