//! Conditions that contradict themselves.
//!
//! A condition is taken apart into tests that all have to hold, each as it is or the other way around. They
//! contradict each other if no connection, no application, no value is left that passes all of them. A comparison of
//! an attribute that is not there, or of another type, is unknown and holds neither way.

use core::ops::Range;
use std::collections::{BTreeMap, BTreeSet};

use super::values;
use crate::language::fields::quoted;
use crate::language::model::{Condition, Connection, MetadataOf, Organization, Platform, Rule};
use crate::limits::MAX_ALTERNATIVES;
use crate::patterns::domains;
use crate::patterns::folding::fold;
use crate::text::visible::visible;

/// Two things that a condition wants and that cannot be had together, or one that cannot be had at all.
#[derive(Debug)]
pub(super) struct Contradiction {
    pub(super) message: String,
    pub(super) span: Range<usize>,
    pub(super) other: Option<Range<usize>>,
}

/// A test that has to hold, or has to be false.
#[derive(Clone, Copy, Debug)]
pub(super) struct Literal<'c> {
    pub(super) condition: &'c Condition,
    pub(super) negated: bool,
}

/// What a condition is taken apart into.
#[derive(Debug, Default)]
struct Parts<'c> {
    literals: Vec<Literal<'c>>,
    /// Of each of these, one has to hold.
    alternatives: Vec<Vec<Literal<'c>>>,
}

struct Search<'a> {
    platform: &'a Platform,
    organization: &'a Organization,
    /// Whether the rule is a template's, which is not made for one organization.
    of_template: bool,
    left: usize,
}

/// Why a rule's condition can never hold.
pub(super) fn find(platform: &Platform, organization: &Organization, rule: &Rule) -> Option<Contradiction> {
    let condition = rule.when.as_ref()?;
    let of_template = rule.used.is_some();
    let mut search = Search { platform, organization, of_template, left: MAX_ALTERNATIVES };
    search.find(&[], Literal { condition, negated: false })
}

/// The connections that a rule can fire for, as far as it says so plainly.
pub(super) fn connections_of<'o>(
    organization: &'o Organization,
    rule: &Rule,
) -> impl Iterator<Item = &'o Connection> {
    let mut parts = Parts::default();
    if let Some(condition) = &rule.when {
        parts.add(Literal { condition, negated: false });
    }
    organization.connections.iter().filter(move |connection| {
        parts.literals.iter().all(|literal| {
            fits_connection(connection, literal.condition).is_none_or(|fits| fits != literal.negated)
        })
    })
}

impl<'c> Parts<'c> {
    fn add(&mut self, Literal { condition, negated }: Literal<'c>) {
        match (condition, negated) {
            (Condition::FalseIfUnknown(inner), false) => self.add(Literal { condition: inner, negated }),
            // What is inside may be unknown then, which contradicts nothing.
            (Condition::FalseIfUnknown(_), true) => {}
            (Condition::Not(inner), _) => self.add(Literal { condition: inner, negated: !negated }),
            (Condition::All(all), false) | (Condition::Any(all), true) => {
                for condition in all {
                    self.add(Literal { condition, negated });
                }
            }
            (Condition::Any(any), false) | (Condition::All(any), true) => match any.as_slice() {
                [condition] => self.add(Literal { condition, negated }),
                any => self
                    .alternatives
                    .push(any.iter().map(|condition| Literal { condition, negated }).collect()),
            },
            _ => self.literals.push(Literal { condition, negated }),
        }
    }
}

impl Search<'_> {
    /// Why something cannot hold beside what holds already.
    fn find(&mut self, beside: &[Literal<'_>], added: Literal<'_>) -> Option<Contradiction> {
        self.left = self.left.checked_sub(1)?;
        let mut parts = Parts { literals: beside.to_vec(), alternatives: Vec::new() };
        parts.add(added);
        if let Some(found) = self.find_among(&parts.literals) {
            return Some(found);
        }
        for alternatives in &parts.alternatives {
            let mut first = None;
            let mut possible = alternatives.is_empty();
            for alternative in alternatives {
                match self.find(&parts.literals, *alternative) {
                    Some(found) => first = first.or(Some(found)),
                    None => possible = true,
                }
                if possible {
                    break;
                }
            }
            if !possible {
                return first.map(|found| Contradiction {
                    message: format!("none of the alternatives can hold: in the first, {}", found.message),
                    ..found
                });
            }
        }
        None
    }

    fn find_among(&self, literals: &[Literal<'_>]) -> Option<Contradiction> {
        if !self.of_template {
            let connections = self.organization.connections.iter().collect();
            let fits =
                |connection: &&Connection, condition: &Condition| fits_connection(connection, condition);
            let found = exhaust(connections, literals, fits);
            let found = found.or_else(|| {
                exhaust(vec![self.organization.name.as_str()], literals, |own, condition| match condition {
                    Condition::Organization(names) => Some(names.iter().any(|name| name.value == *own)),
                    _ => None,
                })
            });
            if let Some((before, last)) = found {
                return Some(self.describe(before, last));
            }
        }
        let clients = self.platform.applications.iter().flat_map(|application| {
            application.clients.iter().map(|client| (application.name.value.as_str(), client.value.as_str()))
        });
        let found =
            exhaust(clients.collect(), literals, |(application, client), condition| match condition {
                Condition::Application(names) => Some(names.iter().any(|name| name.value == *application)),
                Condition::Client(names) => Some(names.iter().any(|name| name.value == *client)),
                _ => None,
            });
        match found {
            Some((before, last)) => Some(self.describe(before, last)),
            None => find_among_texts(literals).or_else(|| values::find(literals)),
        }
    }

    fn describe(&self, before: Option<Literal<'_>>, last: Literal<'_>) -> Contradiction {
        let own = visible(&self.organization.name);
        let message = match (last.condition, last.negated, before) {
            (Condition::Organization(_), false, _) => {
                format!("the rules of this mapping are for `{own}` alone, which the condition does not name")
            }
            (Condition::Organization(_), true, _) => {
                format!("the rules of this mapping are for `{own}` alone, which the condition leaves out")
            }
            (Condition::Strategy(all), false, None) => {
                let words = quoted(all.iter().map(|(strategy, _)| strategy.name()));
                format!("no connection of this mapping has the strategy {words}")
            }
            (Condition::Client(all), false, None) => {
                let ids: Vec<String> = all.iter().map(|client| visible(&client.value)).collect();
                let ids = quoted(ids.iter().map(String::as_str));
                format!("no application has the client {ids}")
            }
            (Condition::Connection(_) | Condition::Strategy(_), _, _) => {
                "the condition leaves no connection of this mapping".to_owned()
            }
            _ => "the condition leaves no client of any application".to_owned(),
        };
        Contradiction {
            message,
            span: span_of(last.condition),
            other: before.map(|before| span_of(before.condition)),
        }
    }
}

/// Whether a connection passes a test, if the test asks about it.
fn fits_connection(connection: &Connection, condition: &Condition) -> Option<bool> {
    match condition {
        Condition::Connection(names) => Some(names.iter().any(|name| name.value == connection.name.value)),
        Condition::Strategy(all) => Some(all.iter().any(|(strategy, _)| *strategy == connection.strategy)),
        _ => None,
    }
}

/// The test behind which no candidate is left, and the one before it.
fn exhaust<'c, T>(
    mut candidates: Vec<T>,
    literals: &[Literal<'c>],
    fits: impl Fn(&T, &Condition) -> Option<bool>,
) -> Option<(Option<Literal<'c>>, Literal<'c>)> {
    let mut before = None;
    if candidates.is_empty() {
        return None;
    }
    for literal in literals {
        let mut asks = false;
        candidates.retain(|candidate| {
            let fits = fits(candidate, literal.condition);
            asks |= fits.is_some();
            fits.is_none_or(|fits| fits != literal.negated)
        });
        if candidates.is_empty() {
            return Some((before, *literal));
        }
        if asks {
            before = Some(*literal);
        }
    }
    None
}

/// The values that a test asks for.
type TextTest<'c> = (BTreeSet<String>, Literal<'c>);

/// E-mail domains and members of metadata, which have one value each.
fn find_among_texts(literals: &[Literal<'_>]) -> Option<Contradiction> {
    let mut asked: BTreeMap<(&str, &str), Vec<TextTest<'_>>> = BTreeMap::new();
    for literal in literals {
        let (what, values) = match literal.condition {
            Condition::EmailDomain(domains) => {
                let spellings = domains.iter().flat_map(|domain| domains::spellings(&domain.value));
                (("", ""), spellings.map(|domain| fold(&domain)).collect())
            }
            Condition::Metadata { of, key, values } => {
                let values = values.iter().map(|value| value.value.clone()).collect();
                ((owner(*of), key.value.as_str()), values)
            }
            _ => continue,
        };
        asked.entry(what).or_default().push((values, *literal));
    }
    for ((of, key), mut tests) in asked {
        // What has to hold first; the rest is taken away from it.
        tests.sort_by_key(|(_, literal)| literal.negated);
        let Some(((first, before), others)) = tests.split_first() else { continue };
        if before.negated {
            continue;
        }
        let mut left = first.clone();
        for (values, literal) in others {
            left.retain(|value| values.contains(value) != literal.negated);
            if left.is_empty() {
                let what = match of {
                    "" => "no e-mail domain".to_owned(),
                    of => format!("no value of `{}` in the {of}'s metadata", visible(key)),
                };
                return Some(Contradiction {
                    message: format!("{what} passes both this and the rest of the condition"),
                    span: span_of(literal.condition),
                    other: Some(span_of(before.condition)),
                });
            }
        }
    }
    None
}

fn owner(of: MetadataOf) -> &'static str {
    match of {
        MetadataOf::Organization => "organization",
        MetadataOf::Connection => "connection",
        MetadataOf::Client => "client",
    }
}

/// The place of a condition.
pub(super) fn span_of(condition: &Condition) -> Range<usize> {
    let place = match condition {
        Condition::All(all) | Condition::Any(all) => return all.first().map(span_of).unwrap_or_default(),
        Condition::Not(inner) | Condition::FalseIfUnknown(inner) => return span_of(inner),
        Condition::Connection(names)
        | Condition::Application(names)
        | Condition::Client(names)
        | Condition::Organization(names)
        | Condition::EmailDomain(names)
        | Condition::Metadata { values: names, .. } => names.first().map(|name| &name.span),
        Condition::Strategy(all) => all.first().map(|(_, span)| span),
        Condition::User { span, .. } => Some(span),
    };
    place.cloned().unwrap_or_default()
}
