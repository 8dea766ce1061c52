//! Every key of the language, moved to every other object of the language.

use std::collections::BTreeSet;

use super::super::cases::read_cases;
use super::super::diagnostic_sink::DiagnosticSink;
use super::super::grammar::{Object, SINGLE_FILE, ValueType};
use super::super::mapping_files::MappingFiles;
use super::super::yaml::{self, Kind, Node, Spanned};
use super::places::{Shape, objects_in};
use crate::diagnostic::{Code, Diagnostic, Severity};

/// A platform with every key.
const LANGUAGE: &str = include_str!("../../../tests/fixtures/schema/language.yaml");

/// Where the moved key is in the file: after everything else.
const MOVED: usize = LANGUAGE.len() + 1;

/// A mapping of the platform.
#[derive(Clone)]
struct Site {
    /// The positions of members and entries on the way to it.
    path: Vec<usize>,
    object: &'static Object,
    /// The last key of the language on the way to it.
    via: &'static str,
    /// The position among all sites of the mapping around it.
    parent: Option<usize>,
}

#[derive(Default)]
struct Sites(Vec<Site>);

impl Sites {
    fn of(root: &Node) -> Self {
        let mut sites = Self::default();
        sites.add_object(root, &SINGLE_FILE, (&[], "", None));
        sites
    }

    fn add_object(
        &mut self,
        node: &Node,
        object: &'static Object,
        (path, via, parent): (&[usize], &'static str, Option<usize>),
    ) {
        let Kind::Map(members) = &node.kind else { return };
        let own = self.0.len();
        self.0.push(Site { path: path.to_owned(), object, via, parent });
        for (at, (name, node)) in members.iter().enumerate() {
            if let Some(key) = object.key(&name.value) {
                self.add(node, &key.value, (&[path, &[at]].concat(), key.name, Some(own)));
            }
        }
    }

    fn add(
        &mut self,
        node: &Node,
        value: &'static ValueType,
        (path, via, parent): (&[usize], &'static str, Option<usize>),
    ) {
        match (value, &node.kind) {
            (ValueType::Object(object), _) => self.add_object(node, object, (path, via, parent)),
            (ValueType::Map { of, .. }, Kind::Map(members)) => {
                for (at, (_, node)) in members.iter().enumerate() {
                    self.add(node, of, (&[path, &[at]].concat(), via, parent));
                }
            }
            (ValueType::List { of, .. } | ValueType::OneOrList(of), Kind::List(entries)) => {
                for (at, node) in entries.iter().enumerate() {
                    self.add(node, of, (&[path, &[at]].concat(), via, parent));
                }
            }
            (ValueType::OneOrList(of) | ValueType::Unique(of) | ValueType::Templated(of), _) => {
                self.add(node, of, (path, via, parent));
            }
            (ValueType::Either(all), _) => all.iter().for_each(|of| self.add(node, of, (path, via, parent))),
            _ => {}
        }
    }

    /// A mapping and those around it.
    fn around(&self, at: usize) -> Vec<usize> {
        core::iter::successors(Some(at), |at| self.0[*at].parent).collect()
    }

    /// The objects that help for a key of the mapping `at` names, such as "under `connections.NAME.groups`".
    fn named(&self, place: &str, at: usize) -> Vec<&'static Object> {
        let quoted = |before: &str| {
            let (_, rest) = place.split_once(&format!("{before} `"))?;
            rest.split_once('`').map(|(text, _)| text)
        };
        let around = self.around(at);
        let below = |base: usize| around.iter().find(|it| self.0[**it].parent == Some(base));
        let is_beside = |base: usize, key: &str| below(base).is_some_and(|it| self.0[*it].via == key);
        let steps: Vec<&str> = quoted("under").into_iter().flat_map(|way| way.split('.')).collect();
        let base = match (quoted("beside"), steps.first()) {
            (Some(key), _) => around.iter().find(|it| is_beside(**it, key)),
            (None, Some(first)) => around.iter().find(|it| self.0[**it].object.key(first).is_some()),
            (None, None) => None,
        };
        let mut objects: Vec<&'static Object> = base.into_iter().map(|it| self.0[*it].object).collect();
        for step in steps.into_iter().filter(|step| *step != "NAME") {
            let keys = objects.iter().filter_map(|object| object.key(step));
            objects = keys.flat_map(|key| objects_in(&key.value, Shape::Direct)).map(|(_, of)| of).collect();
        }
        objects
    }
}

fn node_at<'n>(node: &'n mut Node, path: &[usize]) -> &'n mut Vec<(Spanned<String>, Node)> {
    let mut node = node;
    for at in path {
        node = match &mut node.kind {
            Kind::Map(members) => &mut members[*at].1,
            Kind::List(entries) => &mut entries[*at],
            _ => panic!("{path:?}"),
        };
    }
    match &mut node.kind {
        Kind::Map(members) => members,
        _ => panic!("{path:?}"),
    }
}

/// The position of the organization in whose mapping a path is.
fn organization_of(root: &Node, path: &[usize]) -> Option<usize> {
    let Kind::Map(members) = &root.kind else { return None };
    let part = members.get(*path.first()?)?;
    if part.0.value == "organizations" { path.get(1).copied() } else { None }
}

/// A tree in which a member of one mapping is in another.
fn moved(root: &Node, from: &[usize], member: usize, to: &[usize]) -> Node {
    let mut root = root.clone();
    let (mut name, value) = node_at(&mut root, from)[member].clone();
    name.span = MOVED..MOVED + 1;
    node_at(&mut root, to).push((name, value));
    node_at(&mut root, from).remove(member);
    root
}

/// The errors that the readers report.
fn errors(root: Node) -> Vec<Diagnostic> {
    let mut files = MappingFiles::of_single_root("language.yaml", root);
    if let Some(platform) = &files.platform {
        let organizations: Vec<_> = files.organizations.iter().collect();
        for test in &files.tests {
            let mut sink = DiagnosticSink { file: "language.yaml", list: &mut files.diagnostics };
            read_cases(&test.cases, platform, &organizations, None, 0, &mut sink);
        }
    }
    MappingFiles::add_deferred(files.deferred, &mut files.diagnostics);
    files.diagnostics.retain(|it| it.severity == Severity::Error);
    files.diagnostics
}

/// Whether the help for an unknown key says something true.
fn is_true(help: &str, name: &str, sites: &Sites, to: usize) -> bool {
    let object = sites.0[to].object;
    let (help, name) = match help.split_once(" is called `") {
        Some((_, rest)) => (rest, rest.split_once('`').map_or(name, |(key, _)| key)),
        None => (help, name),
    };
    match help.split_once(" belongs ") {
        Some((_, places)) => places.split(", or ").all(|place| {
            let named = sites.named(place, to);
            !named.is_empty() && named.iter().all(|object| object.key(name).is_some())
        }),
        // A similar key, a word that means another key here, and what is said about a word.
        None => object.key(name).is_some() || !help.contains(" has the keys "),
    }
}

/// What is wrong with what is reported about a key that was moved from one mapping to another.
fn problem(root: &Node, sites: &Sites, (from, member, to): (usize, usize, usize)) -> Option<String> {
    let (origin, target) = (&sites.0[from], &sites.0[to]);
    let changed = moved(root, &origin.path, member, &target.path);
    let name = &node_at(&mut root.clone(), &origin.path)[member].0.value.clone();
    let mut found = errors(changed);
    found.retain(|it| !CONSEQUENCES.contains(&(origin.object.name, name.as_str(), it.code.name())));
    let is_good = match found.as_slice() {
        [only] => {
            only.span.start == MOVED && only.code == Code::UnknownKey && is_true(&only.help, name, sites, to)
        }
        _ => false,
    };
    let said = |it: &Diagnostic| format!("{}: {} ({})", it.code.name(), it.message, it.help);
    let said: Vec<_> = found.iter().map(said).collect();
    let what = format!("`{}.{name}` in `{}` ({})", origin.object.name, target.object.name, target.via);
    if is_good { None } else { Some(format!("{what}: {said:#?}")) }
}

/// What else is found without a key that could be left out: it means something else then.
const CONSEQUENCES: &[(&str, &str, &str)] = &[
    ("platform", "tenants", "missing-key"),
    ("target-group", "protected", "invalid-value"),
    ("organization", "organization", "invalid-value"),
    ("organization", "rules", "unknown-rule"),
    ("connection", "groups", "invalid-value"),
    ("source", "delimiter", "shape-option"),
    ("whole-case", "organization", "missing-key"),
    ("whole-case", "connection", "missing-key"),
];

#[test]
fn moved_key_is_one_finding_with_a_true_place() {
    let root = yaml::parse("language.yaml", LANGUAGE).expect("YAML");
    let found = errors(root.clone());
    assert!(found.is_empty(), "{found:#?}");
    let sites = Sites::of(&root);
    let mut seen = BTreeSet::new();
    let mut targets: Vec<usize> = (0..sites.0.len()).collect();
    targets.retain(|at| seen.insert((sites.0[*at].object.name, sites.0[*at].via)));
    let mut seen = BTreeSet::new();
    let mut moves = Vec::new();
    for (from, site) in sites.0.iter().enumerate() {
        for (member, (name, value)) in node_at(&mut root.clone(), &site.path).iter().enumerate() {
            let is_new = seen.insert((site.object.name, name.value.clone(), value.kind.noun()));
            if is_new && site.object.key(&name.value).is_some() {
                let inside = [site.path.as_slice(), &[member]].concat();
                let fits = |to: &Site| {
                    // A key of one customer's mapping does not get into another customer's by mistake.
                    let of = |path: &[usize]| organization_of(&root, path);
                    let is_near = of(&to.path).is_none_or(|it| of(&site.path).is_none_or(|from| from == it));
                    is_near && to.object.key(&name.value).is_none() && !to.path.starts_with(&inside)
                };
                let targets = targets.iter().filter(|to| fits(&sites.0[**to]));
                moves.extend(targets.map(|to| (from, member, *to)));
            }
        }
    }
    assert!(moves.len() > 5_000, "{}", moves.len());
    let problems: Vec<String> = moves.into_iter().filter_map(|it| problem(&root, &sites, it)).collect();
    assert!(problems.is_empty(), "{}\n{}", problems.len(), problems.join("\n"));
}
