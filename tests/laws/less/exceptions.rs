//! The exceptions of the law.

use crate::world::{Condition, World};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exception {
    Exists,
    FalseIfUnknown,
    CombineFirst,
    AbsentEmpty,
    NullEmpty,
    Having,
    Skip,
    OverageNone,
    CapNone,
    SignGone,
    IdentitiesGone,
    MetadataGone,
    OrganizationGone,
    TooMuchText,
    ExchangeGone,
    AgeOfTheToken,
}

/// Every exception, with its row in the table of docs/language/evaluation.md.
pub(crate) const EXCEPTIONS: [(Exception, &str); 16] = [
    (Exception::Exists, "`exists`"),
    (Exception::FalseIfUnknown, "`if-unknown: false`"),
    (Exception::CombineFirst, "`combine: first`"),
    (Exception::AbsentEmpty, "`absent: empty`, `if-null: empty`"),
    (Exception::NullEmpty, "`absent: empty`, `if-null: empty`"),
    (Exception::Having, "`having`"),
    (Exception::Skip, "`skip`"),
    (Exception::OverageNone, "`overage: none`, `cap: none`"),
    (Exception::CapNone, "`overage: none`, `cap: none`"),
    // Unavoidable: the only sign of something is missing.
    (Exception::SignGone, "a sign that is removed altogether"),
    (Exception::IdentitiesGone, "`identities` that are missing altogether"),
    (Exception::MetadataGone, "metadata that is missing altogether"),
    (Exception::OrganizationGone, "an organization that is missing"),
    (Exception::TooMuchText, "text above 16 MiB in one attribute"),
    (Exception::ExchangeGone, "an exchange without any sign of it"),
    (Exception::AgeOfTheToken, "an exchange without any sign of it"),
];

impl Exception {
    /// Whether it is unavoidable, so that no pair of logins here has to show it.
    pub(crate) fn is_by_nature(self) -> bool {
        matches!(
            self,
            Self::Having
                | Self::SignGone
                | Self::IdentitiesGone
                | Self::MetadataGone
                | Self::OrganizationGone
                | Self::TooMuchText
        )
    }

    /// Its row in the documentation.
    pub(crate) fn row(self) -> &'static str {
        EXCEPTIONS.iter().find(|(it, _)| *it == self).expect("every exception has a row").1
    }
}

/// Inputs of conditions that a login loses.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Loss<'l> {
    /// Names of attributes, or the object that has the metadata.
    pub(crate) inputs: &'l [&'l str],
    /// Whether they become missing or null, which `exists` can distinguish from other values.
    pub(crate) is_missing: bool,
}

impl Loss<'_> {
    /// The exception that applies to the loss, if a condition of the world makes one.
    pub(crate) fn exception(self, world: &World, application: usize) -> Option<Exception> {
        let (default, _) = world.default_of(application);
        let application = &world.applications[application];
        let has_limit = application.limit.is_some() || application.bytes.is_some();
        world.rules.iter().find_map(|rule| {
            let mut found = None;
            self.decided(rule.when.as_ref()?, true, &mut |exception, becomes_true| {
                // A rule that no longer grants for certain can let the default apply or keep a login below a limit; one
                // that excludes for certain can keep it below a limit as well.
                let opens = becomes_true != rule.excludes;
                let makes_room = has_limit || !rule.excludes && !default.is_empty();
                found = found.or((opens || makes_room).then_some(exception));
            });
            found
        })
    }

    /// Calls `found` for each part of a condition that stays known despite the loss, with the value of the whole condition.
    fn decided(self, condition: &Condition, upright: bool, found: &mut dyn FnMut(Exception, bool)) {
        match condition {
            Condition::Exists(attribute, wanted) if self.is_missing && self.inputs.contains(attribute) => {
                found(Exception::Exists, *wanted != upright);
            }
            Condition::FalseIfUnknown(inner) => {
                if self.concerns(inner) {
                    found(Exception::FalseIfUnknown, !upright);
                }
                self.decided(inner, upright, found);
            }
            Condition::Not(inner) => self.decided(inner, !upright, found),
            Condition::All(one, two) => [one, two].iter().for_each(|it| self.decided(it, upright, found)),
            Condition::Any(any) => any.iter().for_each(|it| self.decided(it, upright, found)),
            _ => {}
        }
    }

    fn concerns(self, condition: &Condition) -> bool {
        let any = |inputs: &[&str]| inputs.iter().any(|input| self.inputs.contains(input));
        match condition {
            Condition::EmailDomain(_) => any(&["email", "email_verified"]),
            Condition::Metadata(of, _) => any(&[of]),
            Condition::Department(_) | Condition::DepartmentText(_) => any(&["department"]),
            Condition::Roles(_) | Condition::RolesText(_) => any(&["roles"]),
            Condition::Level(..) | Condition::LevelText(..) => any(&["level"]),
            Condition::Exists(attribute, _) => any(&[attribute]),
            Condition::Any(conditions) => conditions.iter().any(|it| self.concerns(it)),
            Condition::All(one, two) => self.concerns(one) || self.concerns(two),
            Condition::Not(inner) | Condition::FalseIfUnknown(inner) => self.concerns(inner),
            Condition::Connection(_)
            | Condition::Strategy(_)
            | Condition::Application(_)
            | Condition::Client(_)
            | Condition::Organization(_) => false,
        }
    }
}
