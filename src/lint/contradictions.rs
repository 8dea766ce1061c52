//! Conditions that contradict themselves.
//!
//! A condition is split into tests that all have to hold, some of them negated. They contradict each other if there is
//! not a connection, an application or a value that passes all of them. A comparison of an attribute that is missing or
//! has another type is unknown, so neither the test nor its negation holds.

use std::collections::{BTreeMap, BTreeSet};

use super::attribute_values;
use super::required_test::{Contradiction, RequiredTest, span_of};
use crate::language::model::{Application, Condition, Connection, MetadataOf, Organization, Platform, Rule};
use crate::language::suggestions::word_list;
use crate::limits::MAX_ALTERNATIVES;
use crate::patterns::domains;
use crate::patterns::folding::fold;
use crate::text::visible::visible;

/// The tests of a condition.
#[derive(Debug, Default)]
struct RequiredTests<'c> {
    tests: Vec<RequiredTest<'c>>,
    /// One of each list has to hold.
    alternatives: Vec<Vec<RequiredTest<'c>>>,
}

struct ContradictionSearch<'a> {
    platform: &'a Platform,
    organization: &'a Organization,
    /// Whether the rule is from a template, which is not written for one organization.
    of_template: bool,
    left: usize,
}

/// Why a rule's condition can never hold.
pub(super) fn find(platform: &Platform, organization: &Organization, rule: &Rule) -> Option<Contradiction> {
    let condition = rule.when.as_ref()?;
    let of_template = rule.used.is_some();
    let mut search = ContradictionSearch { platform, organization, of_template, left: MAX_ALTERNATIVES };
    search.find(&[], RequiredTest { condition, negated: false })
}

/// The connections that a rule can fire for, as far as its plain tests show that.
pub(super) fn connections_of<'o>(
    organization: &'o Organization,
    rule: &Rule,
) -> impl Iterator<Item = &'o Connection> {
    let mut parts = RequiredTests::default();
    if let Some(condition) = &rule.when {
        parts.add(RequiredTest { condition, negated: false });
    }
    organization.connections.iter().filter(move |connection| {
        let fits = |test: &RequiredTest<'_>| test.condition.fits_connection(connection);
        parts.tests.iter().all(|test| fits(test).is_none_or(|fits| fits != test.negated))
    })
}

/// The positions of the applications that a rule can fire for, as far as its plain tests show that.
pub(super) fn applications_of(platform: &Platform, rule: &Rule) -> BTreeSet<usize> {
    let mut parts = RequiredTests::default();
    if let Some(condition) = &rule.when {
        parts.add(RequiredTest { condition, negated: false });
    }
    let clients = platform.applications.iter().enumerate().flat_map(|(at, application)| {
        clients_of(application).map(move |client| (at, (application.name.value.as_str(), client)))
    });
    let fits = |(application, client): (&str, &str)| {
        let fits = |test: &RequiredTest<'_>| test.condition.fits_client(application, Some(client));
        parts.tests.iter().all(|test| fits(test).is_none_or(|fits| fits != test.negated))
    };
    clients.filter(|(_, client)| fits(*client)).map(|(at, _)| at).collect()
}

impl<'c> RequiredTests<'c> {
    fn add(&mut self, RequiredTest { condition, negated }: RequiredTest<'c>) {
        match (condition, negated) {
            (Condition::FalseIfUnknown(inner), false) => self.add(RequiredTest { condition: inner, negated }),
            // The inner condition may be unknown then, which contradicts nothing.
            (Condition::FalseIfUnknown(_), true) => {}
            (Condition::Not(inner), _) => self.add(RequiredTest { condition: inner, negated: !negated }),
            (Condition::All(all), false) | (Condition::Any(all), true) => {
                for condition in all {
                    self.add(RequiredTest { condition, negated });
                }
            }
            (Condition::Any(any), false) | (Condition::All(any), true) => match any.as_slice() {
                [condition] => self.add(RequiredTest { condition, negated }),
                any => self
                    .alternatives
                    .push(any.iter().map(|condition| RequiredTest { condition, negated }).collect()),
            },
            _ => self.tests.push(RequiredTest { condition, negated }),
        }
    }
}

impl ContradictionSearch<'_> {
    /// Why a test cannot hold together with others.
    fn find(&mut self, known: &[RequiredTest<'_>], added: RequiredTest<'_>) -> Option<Contradiction> {
        self.left = self.left.checked_sub(1)?;
        let mut parts = RequiredTests { tests: known.to_vec(), alternatives: Vec::new() };
        parts.add(added);
        if let Some(found) = self.find_among(&parts.tests) {
            return Some(found);
        }
        for alternatives in &parts.alternatives {
            let mut first = None;
            let mut possible = alternatives.is_empty();
            for alternative in alternatives {
                match self.find(&parts.tests, *alternative) {
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

    fn find_among(&self, tests: &[RequiredTest<'_>]) -> Option<Contradiction> {
        if !self.of_template {
            let connections = self.organization.connections.iter().collect();
            let fits = |connection: &&Connection, test: &Condition| test.fits_connection(connection);
            let found = exhaust(connections, tests, fits);
            let found = found.or_else(|| {
                let own = vec![self.organization.name.as_str()];
                exhaust(own, tests, |own, test| test.fits_organization(own))
            });
            if let Some((before, last)) = found {
                return Some(self.describe(before, last));
            }
        }
        let clients = self.platform.applications.iter().flat_map(|application| {
            clients_of(application).map(|client| (application.name.value.as_str(), client))
        });
        let fits = |(application, client): &(&str, &str), test: &Condition| {
            test.fits_client(application, Some(client))
        };
        match exhaust(clients.collect(), tests, fits) {
            Some((before, last)) => Some(self.describe(before, last)),
            None => find_among_texts(tests).or_else(|| attribute_values::find(tests)),
        }
    }

    fn describe(&self, before: Option<RequiredTest<'_>>, last: RequiredTest<'_>) -> Contradiction {
        let own = visible(&self.organization.name);
        let message = match (last.condition, last.negated, before) {
            (Condition::Organization(_), false, _) => {
                format!("the rules of this mapping are for `{own}` alone, which the condition does not name")
            }
            (Condition::Organization(_), true, _) => {
                format!("the rules of this mapping are for `{own}` alone, which the condition excludes")
            }
            (Condition::Strategy(all), false, None) => {
                let words = word_list(all.iter().map(|(strategy, _)| strategy.name()));
                format!("no connection of this mapping has the strategy {words}")
            }
            (Condition::Client(all), false, None) => {
                let ids: Vec<String> = all.iter().map(|client| visible(&client.value)).collect();
                let ids = word_list(ids.iter().map(String::as_str));
                format!("no application has the client {ids}")
            }
            (Condition::Connection(_) | Condition::Strategy(_), _, _) => {
                "no connection of this mapping can pass the condition".to_owned()
            }
            _ => "no client of any application can pass the condition".to_owned(),
        };
        Contradiction {
            message,
            span: span_of(last.condition),
            other: before.map(|before| span_of(before.condition)),
        }
    }
}

fn clients_of(application: &Application) -> impl Iterator<Item = &str> {
    application.clients.values().flat_map(|(_, clients)| clients).map(|client| client.value.as_str())
}

/// The test after which there are no candidates, and the one before it.
fn exhaust<'c, T>(
    mut candidates: Vec<T>,
    tests: &[RequiredTest<'c>],
    fits: impl Fn(&T, &Condition) -> Option<bool>,
) -> Option<(Option<RequiredTest<'c>>, RequiredTest<'c>)> {
    let mut before = None;
    if candidates.is_empty() {
        return None;
    }
    for test in tests {
        let mut asks = false;
        candidates.retain(|candidate| {
            let fits = fits(candidate, test.condition);
            asks |= fits.is_some();
            fits.is_none_or(|fits| fits != test.negated)
        });
        if candidates.is_empty() {
            return Some((before, *test));
        }
        if asks {
            before = Some(*test);
        }
    }
    None
}

/// The values that a test allows.
type TextTest<'c> = (BTreeSet<String>, RequiredTest<'c>);

/// E-mail domains and members of metadata, which have one value each.
fn find_among_texts(tests: &[RequiredTest<'_>]) -> Option<Contradiction> {
    let mut asked: BTreeMap<(&str, &str), Vec<TextTest<'_>>> = BTreeMap::new();
    for test in tests {
        let (what, values) = match test.condition {
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
        asked.entry(what).or_default().push((values, *test));
    }
    for ((of, key), mut tests) in asked {
        // Tests that are not negated come first; the others remove values from theirs.
        tests.sort_by_key(|(_, test)| test.negated);
        let Some(((first, before), others)) = tests.split_first() else { continue };
        if before.negated {
            continue;
        }
        let mut left = first.clone();
        for (values, test) in others {
            left.retain(|value| values.contains(value) != test.negated);
            if left.is_empty() {
                let what = match of {
                    "" => "no e-mail domain".to_owned(),
                    of => format!("no value of `{}` in the {of}'s metadata", visible(key)),
                };
                return Some(Contradiction {
                    message: format!("{what} passes both this and the rest of the condition"),
                    span: span_of(test.condition),
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
