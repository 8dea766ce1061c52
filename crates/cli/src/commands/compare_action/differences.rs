//! What an old Action and the mappings do differently, by group and cause.

use std::collections::{BTreeMap, BTreeSet};

use claimsmith::event::{Answer, Event};
use claimsmith::explanation::{Explanation, explain};
use claimsmith::{Bundle, Outcome, TargetId};
use serde::Serialize;
use serde_json::Value as Json;

use crate::numbers::counted;
use crate::old_action::OldLogin;

/// How many lines are named for each difference.
const EXAMPLES: usize = 5;

/// How logins change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Change {
    /// The mappings grant a group that the Action does not.
    Gains,
    /// The Action grants a group that the mappings do not.
    Loses,
    /// The Action refuses a login that the mappings do not.
    NoLongerRefused,
    /// The mappings refuse a login that the Action does not.
    NowRefused,
}

impl Change {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Gains => "gains",
            Self::Loses => "loses",
            Self::NoLongerRefused => "no-longer-refused",
            Self::NowRefused => "now-refused",
        }
    }
}

/// What is different, apart from the logins that it is different for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(super) struct Difference {
    pub(super) change: Change,
    /// The group; empty where the login as a whole is different.
    pub(super) group: String,
    /// Why, in the mappings; for what the Action throws, its kind.
    pub(super) cause: String,
}

/// The logins of a difference.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Logins {
    pub(super) count: usize,
    /// The first of their lines.
    pub(super) lines: Vec<usize>,
}

/// What was found in all logins.
#[derive(Debug, Default)]
pub(super) struct Comparison {
    pub(super) found: BTreeMap<Difference, Logins>,
    pub(super) logins: usize,
    pub(super) equal: usize,
    /// What the Action needed that is not there, and the logins that therefore cannot be compared.
    pub(super) not_comparable: BTreeMap<String, Logins>,
    /// How many logins that are.
    pub(super) without_answer: usize,
    /// All claims and SAML attributes that the Action set.
    pub(super) set: BTreeSet<String>,
    /// The claims that were taken for groups.
    pub(super) claims: BTreeSet<String>,
    /// Calls of the Action that were not carried out.
    pub(super) ignored: BTreeSet<String>,
}

/// The claims of an old Action that hold groups.
pub(super) struct OldClaims<'c> {
    pub(super) names: &'c [String],
}

impl OldClaims<'_> {
    /// The groups of a login, and the claims that have them.
    fn groups(&self, login: &OldLogin) -> (BTreeSet<String>, BTreeSet<String>) {
        let (mut groups, mut names) = (BTreeSet::new(), BTreeSet::new());
        for (name, value) in login.claims.values().flatten().chain(&login.attributes) {
            let is_named = self.names.contains(name);
            if !is_named && !self.names.is_empty() {
                continue;
            }
            match value {
                Json::Array(items) if items.iter().all(Json::is_string) => {
                    groups.extend(items.iter().filter_map(Json::as_str).map(str::to_owned));
                }
                Json::String(text) if is_named => {
                    groups.extend(
                        text.split(',').map(str::trim).filter(|it| !it.is_empty()).map(str::to_owned),
                    );
                }
                _ => continue,
            }
            names.insert(name.clone());
        }
        (groups, names)
    }
}

impl Comparison {
    /// Compares one login.
    pub(super) fn add(
        &mut self,
        line: usize,
        event: &Event,
        bundle: &Bundle<'_>,
        old: &OldLogin,
        claims: &OldClaims<'_>,
    ) {
        self.logins += 1;
        self.ignored.extend(old.ignored.iter().cloned());
        self.set.extend(old.claims.values().flatten().chain(&old.attributes).map(|(name, _)| name.clone()));
        if !old.needs.is_empty() {
            self.without_answer += 1;
            for need in &old.needs {
                self.not_comparable.entry(need.clone()).or_default().add(line);
            }
            return;
        }
        let (groups, names) = claims.groups(old);
        self.claims.extend(names);
        let explanation = explain(bundle, event);
        let answer = &explanation.answer;
        let before = self.found.values().map(|logins| logins.count).sum::<usize>();
        let is_refused = answer.outcome == Outcome::Deny;
        // A login whose Action throws is refused by Auth0.
        let was_refused = old.denied || old.error.is_some();
        if was_refused && !is_refused {
            let cause = match &old.error {
                Some(error) => format!("the Action throws: {error}"),
                None => "the Action refuses it".to_owned(),
            };
            self.note(Change::NoLongerRefused, "", cause, line);
        }
        if is_refused && !was_refused {
            self.note(Change::NowRefused, "", answer.reason.code().to_owned(), line);
        }
        let had = if was_refused { BTreeSet::new() } else { groups };
        let has: BTreeSet<String> = match answer.outcome {
            Outcome::Groups => answer.groups.iter().cloned().collect(),
            _ => BTreeSet::new(),
        };
        for gained in has.difference(&had) {
            self.note(Change::Gains, gained, granted_by(&explanation, gained), line);
        }
        for lost in had.difference(&has) {
            self.note(Change::Loses, lost, missing_because(bundle, answer, lost), line);
        }
        let after = self.found.values().map(|logins| logins.count).sum::<usize>();
        self.equal += usize::from(before == after);
    }

    fn note(&mut self, change: Change, group: &str, cause: String, line: usize) {
        let difference = Difference { change, group: group.to_owned(), cause };
        self.found.entry(difference).or_default().add(line);
    }
}

impl Logins {
    fn add(&mut self, line: usize) {
        self.count += 1;
        if self.lines.len() < EXAMPLES {
            self.lines.push(line);
        }
    }

    /// The lines for people.
    pub(super) fn text(&self) -> String {
        let lines: Vec<String> = self.lines.iter().map(usize::to_string).collect();
        let more = if self.count > self.lines.len() { ", …" } else { "" };
        format!("{}: line {}{more}", counted(self.count, "login"), lines.join(", "))
    }
}

/// What grants a group.
fn granted_by(explanation: &Explanation, group: &String) -> String {
    let of_groups = explanation.groups.iter().flat_map(|step| &step.rules);
    let rules =
        of_groups.chain(&explanation.everyone).filter(|rule| rule.grants.contains(group) && !rule.excludes);
    let rules: BTreeSet<&str> = rules.map(|rule| rule.rule.as_str()).collect();
    let organization = explanation.answer.organization.as_deref().unwrap_or_default();
    if !rules.is_empty() {
        let rules: Vec<&str> = rules.into_iter().collect();
        return format!("{organization}: rule {}", rules.join(", "));
    }
    if explanation.default.contains(group) {
        return format!("{organization}: default");
    }
    format!("{organization}: included by another group")
}

/// Why a group is not granted.
fn missing_because(bundle: &Bundle<'_>, answer: &Answer, group: &str) -> String {
    let mut names = (0..).map_while(|at| bundle.group_name(TargetId(at)));
    if !names.any(|name| name == group) {
        return "not a target group of the platform".to_owned();
    }
    let organization = answer.organization.as_deref().unwrap_or("no organization");
    match answer.reason.code() {
        "ok" => format!("{organization}: no rule grants it"),
        reason => format!("{organization}: {reason}"),
    }
}
