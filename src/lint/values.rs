//! Whether an attribute of the user can pass all tests that it is put to.

use std::collections::BTreeMap;

use super::contradictions::{Contradiction, Literal, span_of};
use crate::language::model::{Condition, Scalar, Test};
use crate::text::visible::visible;

/// What the tests of one attribute leave of its values.
#[derive(Debug)]
struct Left<'c> {
    /// It must not exist, and it has to.
    absent: bool,
    exists: bool,
    /// It is a single value, of which a list is none; one value is as good as a list of it.
    single: bool,
    number: bool,
    tested: bool,
    /// The values that it can have; `None` while none has been named.
    values: Option<Vec<&'c Scalar>>,
    /// What it, or an entry of it, has to be, for each such test.
    entries: Vec<&'c [Scalar]>,
    /// What neither it nor an entry of it may be.
    others: Vec<&'c Scalar>,
    /// The lowest number, and whether it has to be above that.
    low: (f64, bool),
    /// The highest number, and whether it has to be below that.
    high: (f64, bool),
}

/// Why tests of attributes cannot all hold.
pub(super) fn find(literals: &[Literal<'_>]) -> Option<Contradiction> {
    let mut by_attribute: BTreeMap<&str, Vec<(&Test, Literal<'_>)>> = BTreeMap::new();
    for literal in literals {
        if let Condition::User { attribute, test, .. } = literal.condition {
            by_attribute.entry(attribute.value.as_str()).or_default().push((test, *literal));
        }
    }
    for (attribute, tests) in by_attribute {
        let mut left = Left::default();
        let mut before: Option<Literal<'_>> = None;
        for (test, literal) in tests {
            left.narrow(test, literal.negated);
            if let Some(problem) = left.problem() {
                return Some(Contradiction {
                    message: format!("`{}` {problem}", visible(attribute)),
                    span: span_of(literal.condition),
                    other: before.map(|before| span_of(before.condition)),
                });
            }
            before = before.or(Some(literal));
        }
    }
    None
}

impl Default for Left<'_> {
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

impl<'c> Left<'c> {
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

    /// Why nothing is left.
    fn problem(&self) -> Option<&'static str> {
        if self.absent && (self.tested || self.exists) {
            return Some("must not exist, and is tested nevertheless");
        }
        let is_between = |number: f64| {
            let (low, above) = self.low;
            let (high, below) = self.high;
            (number > low || !above && number == low) && (number < high || !below && number == high)
        };
        if self.number && (self.low.0 > self.high.0 || self.low.0 == self.high.0 && !is_between(self.low.0)) {
            return Some("is held against bounds that no number lies between");
        }
        let fits = |value: &Scalar| {
            !self.others.contains(&value)
                && (!self.number || matches!(value, Scalar::Number(number) if is_between(*number)))
        };
        // A single value has to pass all tests; of a list, each test may look at another entry.
        let passes_all = |value: &Scalar| fits(value) && self.entries.iter().all(|any| any.contains(value));
        let none_left = match (&self.values, self.entries.first()) {
            (Some(values), _) => !values.iter().any(|value| passes_all(value)),
            (None, Some(values)) if self.single => !values.iter().any(passes_all),
            _ => !self.entries.iter().all(|any| any.iter().any(fits)),
        };
        if none_left {
            return Some("has no value that passes all of its tests");
        }
        None
    }
}
