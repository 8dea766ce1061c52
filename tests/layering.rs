//! The order of the rooms in `src/`: a room uses only rooms listed above it, and no files of a room use each other
//! in a ring. ARCHITECTURE.md describes each room.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::expect_used, clippy::panic, reason = "a test stops at what is wrong")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use regex::Regex;

#[path = "support/files.rs"]
mod files;

/// The rooms, from the bottom to the top. A file directly in `src/` is a room of one file.
const ROOMS: [&str; 17] = [
    "ids",
    "limits",
    "outcome",
    "work",
    "codec",
    "text",
    "collections",
    "login",
    "matching",
    "bundle",
    "engine",
    "host",
    "diagnostic",
    "patterns",
    "language",
    "lint",
    "compiler",
];

/// Connects compiler and engine for a browser page, so it uses rooms listed after its own.
const PAGE: &str = "host::page";

/// The modules of `src/`, each with the modules that its code uses. Tests may use everything, so they are not listed.
///
/// A module is a file. The files in a folder below a room's folder belong to the file that is named like the folder.
struct Graph {
    uses: BTreeMap<String, BTreeSet<String>>,
}

impl Graph {
    fn of_sources() -> Self {
        let modules = files::files_below("src").into_iter().filter_map(|path| {
            let module = path.strip_prefix("src/")?.strip_suffix(".rs")?.replace('/', "::");
            let is_test = module.split("::").any(|part| part == "tests" || part == "samples");
            (module != "lib" && !is_test).then(|| (module, files::read(&path)))
        });
        let sources: BTreeMap<String, String> = modules.collect();
        Self::of(&sources)
    }

    fn of(sources: &BTreeMap<String, String>) -> Self {
        let mut uses: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (module, text) in sources {
            let used = paths_in(module, &code_of(text)).into_iter().filter_map(|path| {
                let prefixes = (1..=path.len()).rev().filter_map(|len| Some(path.get(..len)?.join("::")));
                prefixes.into_iter().find(|prefix| sources.contains_key(prefix))
            });
            let own = file_of(module);
            let used: BTreeSet<String> =
                used.map(|used| file_of(&used)).filter(|used| *used != own).collect();
            uses.entry(own).or_default().extend(used);
        }
        Self { uses }
    }

    /// Each use of a room that is listed after the user's own.
    fn upward(&self) -> Vec<String> {
        let place = |module: &str| {
            let room = module.split("::").next().unwrap_or_default();
            let place = ROOMS.iter().position(|name| *name == room);
            place.unwrap_or_else(|| panic!("the room of `{module}` is not in the list of rooms"))
        };
        let pairs = self.uses.iter().flat_map(|(module, used)| used.iter().map(move |used| (module, used)));
        let upward = pairs.filter(|(module, used)| place(used) > place(module) && *module != PAGE);
        upward.map(|(module, used)| format!("{module} uses {used}")).collect()
    }

    /// The modules that reach themselves, each with the first step of the way.
    fn rings(&self) -> Vec<String> {
        let reaches = |from: &str, to: &str| {
            let (mut seen, mut open) = (BTreeSet::new(), vec![from]);
            while let Some(module) = open.pop() {
                if module == to {
                    return true;
                }
                if seen.insert(module) {
                    open.extend(self.uses.get(module).into_iter().flatten().map(String::as_str));
                }
            }
            false
        };
        let pairs = self.uses.iter().flat_map(|(module, used)| used.iter().map(move |used| (module, used)));
        let rings = pairs.filter(|(module, used)| reaches(used, module));
        rings.map(|(module, used)| format!("{module} uses {used}, which uses {module}")).collect()
    }
}

/// The file that a module belongs to: a room, or a file directly in a room's folder.
fn file_of(module: &str) -> String {
    module.split("::").take(2).collect::<Vec<_>>().join("::")
}

fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a regular expression")
}

/// A file's code without comments and without what is compiled for tests alone.
fn code_of(text: &str) -> String {
    static TESTS: LazyLock<Regex> =
        LazyLock::new(|| regex(r"(?m)^#\[cfg\(test\)\]\n(?:use [^;]*;|mod \w+;)\n"));
    static OTHERS: LazyLock<Regex> = LazyLock::new(|| regex(r"//[^\n]*|\bpub\([^)]*\)"));
    let text = TESTS.replace_all(text, "");
    // Inline test modules are at the end of their files.
    let text = text.split("\n#[cfg(test)]\nmod ").next().unwrap_or_default();
    // `pub(super)` says who may use an item, and uses nothing.
    OTHERS.replace_all(text, "").into_owned()
}

/// The paths in the crate that code names with `crate::`, `super::` or `self::`; groups in braces are expanded.
fn paths_in(module: &str, code: &str) -> Vec<Vec<String>> {
    static PATH: LazyLock<Regex> =
        LazyLock::new(|| regex(r"\b(crate|super|self)((?:::\w+)*)(?:::\{([^;]*?)\}\s*;)?"));
    static MEMBERS: LazyLock<Regex> = LazyLock::new(|| regex(r"(?:^|[,{])\s*(\w+(?:::\w+)*)"));
    let mut paths = Vec::new();
    for found in PATH.captures_iter(code) {
        let mut base: Vec<String> = match &found[1] {
            "crate" => Vec::new(),
            _ => module.split("::").map(str::to_owned).collect(),
        };
        if &found[1] == "super" {
            base.pop();
        }
        for part in found[2].split("::").filter(|part| !part.is_empty()) {
            match part {
                "super" => drop(base.pop()),
                part => base.push(part.to_owned()),
            }
        }
        match found.get(3) {
            None => paths.push(base),
            Some(group) => {
                for member in MEMBERS.captures_iter(group.as_str()) {
                    let parts = member[1].split("::").map(str::to_owned);
                    paths.push(base.iter().cloned().chain(parts).collect());
                }
            }
        }
    }
    paths
}

#[test]
fn rooms_use_only_rooms_listed_above_them() {
    assert_eq!(Graph::of_sources().upward(), [""; 0]);
}

#[test]
fn files_do_not_use_each_other_in_a_ring() {
    assert_eq!(Graph::of_sources().rings(), [""; 0]);
}

#[test]
fn every_room_is_in_use() {
    let graph = Graph::of_sources();
    for room in ROOMS {
        assert!(graph.uses.keys().any(|module| module.split("::").next() == Some(room)), "`{room}` is empty");
    }
}

#[test]
fn graph_finds_upward_uses_and_rings() {
    let sources = |files: &[(&str, &str)]| {
        files.iter().map(|(module, text)| ((*module).to_owned(), (*text).to_owned())).collect()
    };
    let graph = Graph::of(&sources(&[
        ("text", "pub(crate) mod scan;"),
        (
            "text::scan",
            "//! Like crate::engine.\nuse crate::{engine::route, login};\nfn f() { super::visible::g() }",
        ),
        ("text::visible", "use super::scan::{self};\n"),
        (
            "login",
            "#[cfg(test)]\nuse crate::engine::route;\nuse crate::text;\n#[cfg(test)]\nmod t { use crate::engine; }",
        ),
        ("engine::route", "use self::inner::A;"),
        ("engine::route::inner", "use super::B;\nuse crate::login;"),
    ]));
    assert_eq!(graph.upward(), ["text::scan uses engine::route", "text::scan uses login"]);
    assert_eq!(
        graph.rings(),
        [
            "text::scan uses text::visible, which uses text::scan",
            "text::visible uses text::scan, which uses text::visible",
        ]
    );
}
