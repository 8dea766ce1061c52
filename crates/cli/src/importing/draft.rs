//! The files of a draft.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use claimsmith::diagnostic::SourceFile;
use claimsmith::format::format;

use super::privileged::{is_everyone, is_privileged};
use crate::escape::{escaped, escaped_json};
use crate::numbers::counted;
use crate::scaffold::{NewFile, is_name};

/// A client id that no tenant has: validation refuses it until it is replaced.
const CLIENT: &str = "CLIENT_ID";

/// The domain of the claims, which has to be one of the owner's.
const CLAIMS: &str = "https://claims.example.com";

/// What the files of a draft say.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    /// What the draft is made of, for the first line of each file.
    pub(crate) origin: String,
    /// The client ids of the applications.
    pub(crate) clients: Vec<String>,
    pub(crate) groups: BTreeMap<String, DraftGroup>,
    /// By the name of the connection.
    pub(crate) connections: BTreeMap<String, DraftConnection>,
    /// What else is to be confirmed, about the whole.
    pub(crate) questions: Vec<String>,
    /// The heads of columns that were not used.
    pub(crate) unused: Vec<String>,
}

/// A target group.
#[derive(Debug, Default)]
pub(crate) struct DraftGroup {
    pub(crate) description: String,
    /// The applications that read it, by client id; all if there are none.
    pub(crate) clients: BTreeSet<String>,
    /// Whether what it is for looks like more rights, such as the name of one of its roles.
    pub(crate) privileged: bool,
    pub(crate) questions: Vec<String>,
}

/// A connection, which becomes an organization.
#[derive(Debug, Default)]
pub(crate) struct DraftConnection {
    pub(crate) strategy: Option<String>,
    /// By upstream group.
    pub(crate) rules: BTreeMap<String, BTreeMap<String, Evidence>>,
    pub(crate) questions: Vec<String>,
}

/// Why an upstream group would grant a target group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Evidence {
    /// What the source says, in words.
    pub(crate) shown: String,
    /// How many people have both; `None` if the source has a rule of its own.
    pub(crate) support: Option<usize>,
    /// How many people have the upstream group without the target group.
    pub(crate) contradict: usize,
    /// What has to be confirmed although the rule is written.
    pub(crate) question: Option<String>,
}

/// How many of each there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) rules: usize,
    /// Rules that are comments until someone confirms them.
    pub(crate) left_out: usize,
    pub(crate) questions: usize,
}

impl Draft {
    /// The files, in canonical form.
    pub(crate) fn files(&self) -> (Vec<NewFile>, Counts) {
        let mut counts = Counts::default();
        let mut files = vec![file("platform.yaml", self.platform())];
        let names = unique(self.connections.keys().map(String::as_str), "customer");
        for ((connection, draft), name) in self.connections.iter().zip(names) {
            let text = self.organization(connection, draft, &mut counts);
            files.push(file(&format!("organizations/{name}.yaml"), text));
        }
        counts.questions = files.iter().map(|file| file.text.matches("# confirm: ").count()).sum();
        (files, counts)
    }

    fn platform(&self) -> String {
        let mut text = format!(
            "# Drafted from {}.\n# Read every line with `confirm:`, and remove it when it is settled.\n",
            comment(&self.origin)
        );
        for question in &self.questions {
            confirm(&mut text, "", question);
        }
        text.push_str("version: 1\n\napplications:\n");
        let applications = self.applications();
        for (client, name) in &applications {
            let question = match client.as_str() {
                CLIENT => "the client id of the application, which the source does not have",
                _ => "what this application is called",
            };
            confirm(&mut text, "  ", question);
            let _ = writeln!(text, "  {name}:\n    clients: {}", quoted(client));
            confirm(&mut text, "    ", "the claim that the application reads, in a domain of your own");
            let _ = writeln!(text, "    claim: {CLAIMS}/{name}/groups");
        }
        text.push_str("\ngroups:\n");
        for (name, group) in &self.groups {
            for question in &group.questions {
                confirm(&mut text, "  ", question);
            }
            let is_protected = self.is_privileged(name);
            if is_protected {
                confirm(
                    &mut text,
                    "  ",
                    "the name, or that of a role, looks like more rights, so the group is protected",
                );
            }
            let read_by = applications
                .iter()
                .filter(|(client, _)| group.clients.is_empty() || group.clients.contains(*client));
            let read_by: Vec<&str> = read_by.map(|(_, name)| name.as_str()).collect();
            let _ = writeln!(text, "  {}:\n    applications: [{}]", quoted(name), read_by.join(", "));
            let description = if group.description.trim().is_empty() { name } else { &group.description };
            let _ = writeln!(text, "    description: {}", quoted(description));
            if is_protected {
                text.push_str("    protected: true\n");
            }
        }
        text
    }

    /// The names of the applications, by client id.
    fn applications(&self) -> BTreeMap<String, String> {
        let clients: Vec<String> =
            if self.clients.is_empty() { vec![CLIENT.to_owned()] } else { self.clients.clone() };
        (1..).zip(clients).map(|(number, client)| (client, format!("application-{number}"))).collect()
    }

    fn is_privileged(&self, group: &str) -> bool {
        is_privileged(group) || self.groups.get(group).is_some_and(|group| group.privileged)
    }

    fn organization(&self, connection: &str, draft: &DraftConnection, counts: &mut Counts) -> String {
        let mut text = format!("# Drafted from {}.\n", comment(&self.origin));
        for question in &draft.questions {
            confirm(&mut text, "", question);
        }
        confirm(
            &mut text,
            "",
            "the id of the Auth0 organization (`organization: org_…`), if the customer has one",
        );
        let _ = writeln!(text, "version: 1\n\nconnections:\n  {}:", quoted(connection));
        match &draft.strategy {
            Some(strategy) => {
                let _ = writeln!(text, "    strategy: {strategy}");
            }
            None => {
                confirm(
                    &mut text,
                    "    ",
                    "the strategy of the connection in Auth0, and where its groups are; `claimsmith help which-strategy` says how to find out",
                );
                text.push_str("    strategy: other\n    groups: { from: /groups, shape: list }\n");
            }
        }
        let (mut written, mut left_out) = (String::new(), String::new());
        let ids = unique(draft.rules.keys().map(String::as_str), "rule");
        for ((upstream, grants), id) in draft.rules.iter().zip(ids) {
            let (settled, open): (Vec<_>, Vec<_>) =
                grants.iter().partition(|(target, evidence)| self.doubt(target, evidence).is_none());
            if !settled.is_empty() {
                counts.rules += 1;
                rule(&mut written, "", upstream, &id, &settled);
            }
            for (target, evidence) in open {
                counts.left_out += 1;
                let doubt = self.doubt(target, evidence).unwrap_or_default();
                confirm(&mut left_out, "  ", &format!("left out, because {doubt}"));
                rule(&mut left_out, "# ", upstream, &format!("{id}-{}", slug(target)), &[(target, evidence)]);
            }
        }
        text.push_str(if written.is_empty() { "\nrules: []\n" } else { "\nrules:\n" });
        text.push_str(&written);
        text.push_str(&left_out);
        text
    }

    /// Why a grant is left out until someone confirms it.
    fn doubt(&self, target: &str, evidence: &Evidence) -> Option<String> {
        if evidence.contradict > 0 {
            return Some(format!(
                "{} not have it today",
                match evidence.contradict {
                    1 => "1 person of the upstream group does".to_owned(),
                    count => format!("{count} people of the upstream group do"),
                }
            ));
        }
        if evidence.support == Some(0) {
            return Some("no person shows it".to_owned());
        }
        self.is_privileged(target).then(|| format!("{} looks like more rights", name(target)))
    }
}

/// A rule, each line after a prefix, with the evidence before it.
fn rule(text: &mut String, prefix: &str, upstream: &str, id: &str, grants: &[(&String, &Evidence)]) {
    for (target, evidence) in grants {
        let _ = writeln!(text, "  # {}: {}", name(target), comment(&evidence.shown));
        if let Some(question) = &evidence.question {
            confirm(text, "  ", question);
        }
    }
    if is_everyone(upstream) {
        confirm(text, "  ", "nearly everyone of the customer may be in this upstream group");
    }
    let targets: Vec<String> = grants.iter().map(|(target, _)| quoted(target)).collect();
    let grant = targets.join(", ");
    let _ = writeln!(
        text,
        "  {prefix}- id: {id}\n  {prefix}  match: {{ exact: {} }}\n  {prefix}  grant: [{grant}]",
        quoted(upstream)
    );
}

fn confirm(text: &mut String, indent: &str, question: &str) {
    let _ = writeln!(text, "{indent}# confirm: {}", comment(question));
}

/// A text of strangers in a comment, on one line.
fn comment(text: &str) -> String {
    escaped(text).into_owned()
}

/// A name in a message or a comment.
pub(super) fn name(text: &str) -> String {
    format!("`{}`", comment(text))
}

/// A text as a YAML value in double quotes; the canonical form leaves them out where they are not needed.
fn quoted(text: &str) -> String {
    escaped_json(&serde_json::to_string(text).unwrap_or_default()).replace('\u{85}', "\\u0085")
}

/// A name for a file or a rule, from a text of strangers.
fn slug(text: &str) -> String {
    let mut slug = String::new();
    for char in text.to_lowercase().chars() {
        if char.is_ascii_alphanumeric() {
            slug.push(char);
        } else if !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.trim_matches('-').chars().take(48).collect::<String>().trim_matches('-').to_owned()
}

/// A slug for each text, all different; `kind` where nothing of a text is left.
fn unique<'t>(texts: impl Iterator<Item = &'t str>, kind: &str) -> Vec<String> {
    let mut known = BTreeSet::new();
    let mut slugs = Vec::new();
    for text in texts {
        let base = slug(text);
        let base = if is_name(&base) { base } else { format!("{kind}-{base}").trim_matches('-').to_owned() };
        let mut candidate = base.clone();
        let mut number = 2;
        while !known.insert(candidate.clone()) {
            candidate = format!("{base}-{number}");
            number += 1;
        }
        slugs.push(candidate);
    }
    slugs
}

fn file(path: &str, text: String) -> NewFile {
    let source = SourceFile { path: path.to_owned(), text };
    let text = format(&source).unwrap_or(source.text);
    NewFile { path: path.to_owned(), text, executable: false }
}

/// `12 people have both, and none has the upstream group alone`.
pub(super) fn shown(support: usize, contradict: usize) -> String {
    let people =
        |count: usize| if count == 1 { "1 person has".to_owned() } else { format!("{count} people have") };
    let alone = if contradict == 0 { "none has".to_owned() } else { people(contradict) };
    format!("{} both, and {alone} the upstream group without it", people(support))
}

/// `3 members`.
pub(super) fn members(count: usize) -> String {
    counted(count, "member")
}
