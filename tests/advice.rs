//! Advice is followed: after it there is no error, and no login gets more than the author meant to grant.
//!
//! The advice of a finding is its fix, and the blocks of its page that show a file after the help.
#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at what is wrong"
)]

#[path = "support/diagnostic_pages.rs"]
mod diagnostic_pages;
#[path = "support/files.rs"]
mod files;

use std::collections::BTreeSet;

use claimsmith::Bundle;
use claimsmith::compiler::{Compilation, CompiledPlatform, compile_at, compile_whole_at};
use claimsmith::diagnostic::{Diagnostic, Severity, SourceFile};
use claimsmith::event::{self, Event};
use diagnostic_pages::{SINGLE_FILE, Variant, pages};
use files::root;
use serde_json::{Value as Json, json};

/// 2026-11-01, as for the texts of the pages.
const NOW: Option<f64> = Some(1_793_491_200.0);

fn compile(files: &[SourceFile]) -> Compilation {
    match files {
        [file] if file.path == SINGLE_FILE => compile_whole_at(file, NOW),
        files => compile_at(files, NOW),
    }
}

/// The platform of files without errors.
#[track_caller]
fn compiled(files: &[SourceFile], what: &str) -> CompiledPlatform {
    let compilation = compile(files);
    let error = compilation.diagnostics.iter().find(|it| it.severity == Severity::Error);
    if let Some(error) = error {
        let file = files.iter().find(|file| file.path == error.file).map(|file| file.text.as_str());
        panic!("{what}: {error:#?}\n{}", file.unwrap_or_default());
    }
    compilation.platform.expect("there is no error")
}

fn fixed(files: &[SourceFile], diagnostic: &Diagnostic) -> Option<Vec<SourceFile>> {
    let fix = diagnostic.fix.as_ref()?;
    let mut files = files.to_vec();
    let file = files.iter_mut().find(|file| file.path == diagnostic.file).expect("the file of the finding");
    file.text = fix.applied(&file.text);
    Some(files)
}

/// Names that a login may carry: what the files say, in pieces, and names that they do not say.
fn names(versions: &[&[SourceFile]]) -> Vec<String> {
    let mut names: BTreeSet<String> =
        ["x", "role-x", "team-a", "it", "IT-Admins", "vault-", "vault-x", "Team X"]
            .into_iter()
            .map(str::to_owned)
            .collect();
    for file in versions
        .iter()
        .copied()
        .flatten()
        .filter(|file| file.path.contains("organizations") || file.path == SINGLE_FILE)
    {
        for line in file.text.lines() {
            let value = line.split_once(": ").map_or(line, |(_, value)| value);
            let pieces = value.split(|char: char| "[]{}\"',“”".contains(char));
            for piece in pieces.chain([value]) {
                let piece = piece.trim();
                let stripped = piece.trim_matches(|char: char| "&*!#@%^$`".contains(char));
                let words = piece.split(' ').chain(stripped.split(' '));
                names.extend(words.chain([piece, stripped]).map(|name| name.replace('*', "z")));
                names.extend([piece, stripped].map(str::to_owned));
            }
        }
    }
    names.retain(|name| !name.is_empty() && !name.chars().any(char::is_control));
    names.into_iter().collect()
}

/// All that a login receives, in any application.
fn received(platform: &CompiledPlatform, groups: &Json, place: &Place) -> BTreeSet<String> {
    let bundle = Bundle::decode(&platform.bundle).expect("a bundle");
    let names: Vec<&str> = groups.as_array().expect("a list").iter().filter_map(Json::as_str).collect();
    let objects: Vec<Json> = names.iter().map(|name| json!({ "name": name })).collect();
    let joined = names.join(",");
    let login = json!({
        "organization": { "id": place.organization },
        "connection": { "name": place.connection },
        "client": { "client_id": place.client },
        "user": {
            "groups": groups,
            "group_ids": groups,
            "info": { "roles": groups },
            "objects": objects,
            "joined": joined,
            "title": "Head of sales",
            "level": 7,
            "email": "ada@acme.example",
            "email_verified": true,
            "app_metadata": { "groups": groups },
        },
    });
    let event = Event::from_json(login).expect("an event");
    event::answer(&bundle, &event).groups.into_iter().collect()
}

struct Place {
    organization: String,
    connection: String,
    client: String,
}

/// Everywhere that a login can come from and go to, by the words of the files.
fn places(files: &[SourceFile]) -> Vec<Place> {
    let words: BTreeSet<&str> = files
        .iter()
        .flat_map(|file| file.text.split(|char: char| char.is_whitespace() || ",[]{}\":".contains(char)))
        .collect();
    let of = |wanted: &dyn Fn(&str) -> bool| -> Vec<String> {
        words.iter().filter(|word| wanted(word)).map(|word| (*word).to_owned()).collect()
    };
    let organizations = of(&|word| word.starts_with("org_"));
    let connections = of(&|word| word.starts_with("acme-"));
    let clients = of(&|word| word.contains("Client0"));
    let mut places = Vec::new();
    for organization in &organizations {
        for connection in &connections {
            for client in &clients {
                let [organization, connection, client] = [organization, connection, client].map(Clone::clone);
                places.push(Place { organization, connection, client });
            }
        }
    }
    places
}

/// The logins that get more than they were meant to get.
fn check(what: &str, variant: &Variant, advised: &[SourceFile]) -> Option<String> {
    let after = compiled(advised, &format!("{what}: {}", "after the help"));
    let meant = compiled(&variant.meant, &format!("{what}: {}", "as it was meant"));
    let names = names(&[&variant.files, advised, &variant.meant]);
    let mut logins = vec![json!([])];
    logins.extend(names.iter().map(|name| json!([name])));
    logins.extend(names.windows(2).map(|pair| json!(pair)));
    logins.extend(names.iter().map(|name| json!(["it-admins", name])));
    let mut granted = 0;
    for place in places(&variant.meant) {
        for groups in &logins {
            let [got, may] = [&after, &meant].map(|platform| received(platform, groups, &place));
            if !got.is_subset(&may) {
                return Some(format!("{what}: {groups} gets {got:?}, and was meant to get {may:?}"));
            }
            granted += may.len();
        }
    }
    assert!(granted > 0, "{what}: some login was meant to get something");
    None
}

#[test]
fn advice_leaves_no_error_and_grants_no_more_than_was_meant() {
    let (mut fixes, mut blocks, mut wider) = (0, 0, Vec::new());
    for variant in pages(root()).iter().flat_map(|page| &page.variants) {
        for diagnostic in compile(&variant.files).diagnostics {
            if let Some(files) = fixed(&variant.files, &diagnostic) {
                wider.extend(check(&format!("{}: fix", variant.name), variant, &files));
                fixes += 1;
            }
        }
        if !variant.advised.is_empty() {
            wider.extend(check(&format!("{}: help", variant.name), variant, &variant.advised));
            blocks += 1;
        }
    }
    assert!(wider.is_empty(), "{}", wider.join("\n"));
    assert!(fixes > 0 && blocks > 0, "{fixes} fixes, {blocks} blocks");
}
