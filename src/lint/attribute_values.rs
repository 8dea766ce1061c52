//! Whether an attribute of the user can pass all of a condition's tests.

use std::collections::BTreeMap;

use super::attribute_texts::{AttributeTest, can_pass};
use super::required_test::{Contradiction, RequiredTest, span_of};
use crate::language::model::{Condition, Scalar, Test};
use crate::text::visible::visible;

/// The values that an attribute can still have after some tests.
#[derive(Debug)]
struct PossibleValues<'c> {
    /// It must not exist; it has to exist.
    absent: bool,
    exists: bool,
    /// It is a single value; a list of one value counts as that value, and longer lists do not.
    single: bool,
    number: bool,
    tested: bool,
    /// The values that it can have; `None` as long as no test names any.
    values: Option<Vec<&'c Scalar>>,
    /// For each test of entries: the values of which it, or an entry of it, has to be one.
    entries: Vec<&'c [Scalar]>,
    /// The values that neither it nor an entry of it may be.
    others: Vec<&'c Scalar>,
    /// The lowest number, and whether it has to be above that.
    low: (f64, bool),
    /// The highest number, and whether it has to be below that.
    high: (f64, bool),
}

/// Why tests of attributes contradict each other, if they do.
pub(super) fn find(required: &[RequiredTest<'_>]) -> Option<Contradiction> {
    let mut by_attribute: BTreeMap<&str, Vec<(&Test, RequiredTest<'_>)>> = BTreeMap::new();
    for one in required {
        if let Condition::User { attribute, test, .. } = one.condition {
            by_attribute.entry(attribute.value.as_str()).or_default().push((test, *one));
        }
    }
    for (attribute, tests) in by_attribute {
        let mut values = PossibleValues::default();
        let mut texts = Vec::new();
        let mut before: Option<RequiredTest<'_>> = None;
        for (test, required) in tests {
            if !is_open(required.condition) {
                values.narrow(test, required.negated);
            }
            texts.push(attribute_test(test, required));
            let problem = values.problem();
            if let Some(problem) = problem.or_else(|| (!can_pass(&texts)).then_some(NO_VALUE)) {
                return Some(Contradiction {
                    message: format!("`{}` {problem}", visible(attribute)),
                    span: span_of(required.condition),
                    other: before.map(|before| span_of(before.condition)),
                });
            }
            before = before.or(Some(required));
        }
    }
    None
}

const NO_VALUE: &str = "has no value that passes all of its tests";

fn attribute_test<'c>(test: &'c Test, required: RequiredTest<'_>) -> AttributeTest<'c> {
    let as_number = matches!(required.condition, Condition::User { as_number: true, .. });
    AttributeTest { test, negated: required.negated, as_number }
}

/// Whether a test is passed by values that are not listed, so that it says nothing about the other tests.
fn is_open(condition: &Condition) -> bool {
    let is_any_case = |values: &Vec<Scalar>| values.iter().any(|value| matches!(value, Scalar::AnyCase(_)));
    match condition {
        Condition::User { as_number: true, .. } => true,
        Condition::User { test: Test::Matches(_) | Test::ContainsMatch(_), .. } => true,
        Condition::User { test: Test::Equals(values) | Test::Contains(values), .. } => is_any_case(values),
        _ => false,
    }
}

impl Default for PossibleValues<'_> {
    fn default() -> Self {
        Self {
            absent: false,
            exists: false,
            single: false,
            number: false,
            tested: false,
            values: None,
            entries: Vec::new(),
            others: Vec::new(),
            low: (f64::NEG_INFINITY, false),
            high: (f64::INFINITY, false),
        }
    }
}

impl<'c> PossibleValues<'c> {
    fn narrow(&mut self, test: &'c Test, negated: bool) {
        self.tested |= !matches!(test, Test::Exists(_));
        match (test, negated) {
            (Test::Exists(exists), _) => {
                self.absent |= *exists == negated;
                self.exists |= *exists != negated;
            }
            (Test::Equals(values), false) => {
                self.single = true;
                self.values = Some(match self.values.take() {
                    None => values.iter().collect(),
                    Some(left) => left.into_iter().filter(|value| values.contains(value)).collect(),
                });
            }
            (Test::Equals(values), true) => {
                self.single = true;
                self.others.extend(values);
            }
            (Test::Contains(values), false) => self.entries.push(values),
            (Test::Contains(values), true) => self.others.extend(values),
            // These are open.
            (Test::Matches(_) | Test::ContainsMatch(_), _) => {}
            (Test::AtLeast(number), false) => self.raise(*number, false),
            (Test::Above(number), false) => self.raise(*number, true),
            (Test::AtMost(number), false) => self.lower(*number, false),
            (Test::Below(number), false) => self.lower(*number, true),
            (Test::AtLeast(number), true) => self.lower(*number, true),
            (Test::Above(number), true) => self.lower(*number, false),
            (Test::AtMost(number), true) => self.raise(*number, true),
            (Test::Below(number), true) => self.raise(*number, false),
        }
    }

    fn raise(&mut self, number: f64, open: bool) {
        (self.single, self.number) = (true, true);
        if number > self.low.0 {
            self.low = (number, open);
        } else if number == self.low.0 {
            self.low.1 |= open;
        }
    }

    fn lower(&mut self, number: f64, open: bool) {
        (self.single, self.number) = (true, true);
        if number < self.high.0 {
            self.high = (number, open);
        } else if number == self.high.0 {
            self.high.1 |= open;
        }
    }

    /// The problem, if there is not a possible value.
    fn problem(&self) -> Option<&'static str> {
        if self.absent && (self.tested || self.exists) {
            return Some("must not exist, but another test requires it");
        }
        let is_between = |number: f64| {
            let (low, above) = self.low;
            let (high, below) = self.high;
            (number > low || !above && number == low) && (number < high || !below && number == high)
        };
        if self.number && (self.low.0 > self.high.0 || self.low.0 == self.high.0 && !is_between(self.low.0)) {
            return Some("is compared with bounds that exclude every number");
        }
        let fits = |value: &Scalar| {
            !self.others.contains(&value)
                && (!self.number || matches!(value, Scalar::Number(number) if is_between(*number)))
        };
        // A single value has to pass all tests. In a list, each test may be passed by another entry.
        let passes_all = |value: &Scalar| fits(value) && self.entries.iter().all(|any| any.contains(value));
        let none_left = match (&self.values, self.entries.first()) {
            (Some(values), _) => !values.iter().any(|value| passes_all(value)),
            (None, Some(values)) if self.single => !values.iter().any(passes_all),
            _ => !self.entries.iter().all(|any| any.iter().any(fits)),
        };
        if none_left {
            return Some(NO_VALUE);
        }
        None
    }
}
