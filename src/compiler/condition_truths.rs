//! Which values a condition can have, by what the compiler knows about the logins of a connection.

use crate::language::model::{Application, Condition, Connection, Organization};

/// The values that a condition can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Truths {
    pub(super) can_be_true: bool,
    pub(super) can_be_false: bool,
    pub(super) can_be_unknown: bool,
}

impl Truths {
    pub(super) const ALWAYS: Self = Self { can_be_true: true, can_be_false: false, can_be_unknown: false };
    pub(super) const NEVER: Self = Self { can_be_true: false, can_be_false: true, can_be_unknown: false };
    const ANY: Self = Self { can_be_true: true, can_be_false: true, can_be_unknown: true };

    fn known(value: bool) -> Self {
        Self { can_be_true: value, can_be_false: !value, can_be_unknown: false }
    }

    fn not(self) -> Self {
        Self { can_be_true: self.can_be_false, can_be_false: self.can_be_true, ..self }
    }

    fn and(self, other: Self) -> Self {
        let is_open = |it: Self| it.can_be_true || it.can_be_unknown;
        Self {
            can_be_true: self.can_be_true && other.can_be_true,
            can_be_false: self.can_be_false || other.can_be_false,
            can_be_unknown: is_open(self) && is_open(other) && (self.can_be_unknown || other.can_be_unknown),
        }
    }
}

/// The logins of a connection, to which conditions are applied.
#[derive(Clone, Copy)]
pub(super) struct Scope<'a> {
    pub(super) connection: &'a Connection,
    pub(super) organization: &'a Organization,
    /// The applications that may be logged in to.
    pub(super) applications: &'a [Application],
}

impl Scope<'_> {
    /// The values that a condition can have at the connection; possibly too many, never too few.
    pub(super) fn truths(self, condition: &Condition) -> Truths {
        match condition {
            Condition::All(all) => all.iter().map(|it| self.truths(it)).fold(Truths::ALWAYS, Truths::and),
            // One of them is true unless all of their opposites are.
            Condition::Any(any) => {
                any.iter().map(|it| self.truths(it).not()).fold(Truths::ALWAYS, Truths::and).not()
            }
            Condition::Not(inner) => self.truths(inner).not(),
            Condition::FalseIfUnknown(inner) => {
                let truths = self.truths(inner);
                let can_be_false = truths.can_be_false || truths.can_be_unknown;
                Truths { can_be_false, can_be_unknown: false, ..truths }
            }
            Condition::Connection(_) | Condition::Strategy(_) => {
                condition.fits_connection(self.connection).map_or(Truths::ANY, Truths::known)
            }
            Condition::Organization(_) => {
                condition.fits_organization(&self.organization.name).map_or(Truths::ANY, Truths::known)
            }
            Condition::Application(_) | Condition::Client(_) => self.of_clients(condition),
            Condition::User { .. } | Condition::EmailDomain(_) | Condition::Metadata { .. } => Truths::ANY,
        }
    }

    /// The values of a test of the client, which is one of those of the applications.
    fn of_clients(self, test: &Condition) -> Truths {
        let (mut can_be_true, mut can_be_false) = (false, false);
        for application in self.applications {
            for client in application.clients.values().flat_map(|(_, ids)| ids) {
                let fits = test.fits_client(&application.name.value, Some(&client.value));
                can_be_true |= fits != Some(false);
                can_be_false |= fits != Some(true);
            }
        }
        Truths { can_be_true, can_be_false, can_be_unknown: false }
    }
}

#[cfg(test)]
mod tests {
    use super::Truths;

    const UNKNOWN: Truths = Truths { can_be_true: false, can_be_false: false, can_be_unknown: true };

    /// Every non-empty set of values, with its members.
    fn sets() -> Vec<(Truths, Vec<Option<bool>>)> {
        let values = [Some(true), Some(false), None];
        let of = |bits: usize| {
            let has = |at: usize| bits & (1 << at) != 0;
            let truths = Truths { can_be_true: has(0), can_be_false: has(1), can_be_unknown: has(2) };
            (truths, (0..3).filter(|at| has(*at)).map(|at| values[at]).collect())
        };
        (1..8).map(of).collect()
    }

    fn truths_of(values: impl Iterator<Item = Option<bool>>) -> Truths {
        let none = Truths { can_be_true: false, can_be_false: false, can_be_unknown: false };
        values.fold(none, |truths, value| match value {
            Some(true) => Truths { can_be_true: true, ..truths },
            Some(false) => Truths { can_be_false: true, ..truths },
            None => Truths { can_be_unknown: true, ..truths },
        })
    }

    #[test]
    fn truths_are_those_of_all_combinations() {
        let and = |left: Option<bool>, right: Option<bool>| match (left, right) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (Some(true), Some(true)) => Some(true),
            _ => None,
        };
        for (left, of_left) in sets() {
            assert_eq!(left.not(), truths_of(of_left.iter().map(|value| value.map(|it| !it))));
            for (right, of_right) in sets() {
                let all = of_left.iter().flat_map(|left| of_right.iter().map(|right| and(*left, *right)));
                assert_eq!(left.and(right), truths_of(all), "{left:?} {right:?}");
            }
        }
        assert_eq!(UNKNOWN.not(), UNKNOWN);
    }
}
