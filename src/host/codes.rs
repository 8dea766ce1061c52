//! The stable words of outcomes, reasons, notes and verdicts in JSON.

use serde::{Serialize, Serializer};

use super::explanation::NameDifference;
use crate::engine::trace::Verdict;
use crate::outcome::{Note, Outcome, Reason};

/// Serializes each type as the word that the function gives, so that a word is written in one place only.
macro_rules! serialize_as {
    ($($type:ty => $word:path;)+) => {
        $(
            impl Serialize for $type {
                fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                    serializer.serialize_str($word(*self))
                }
            }
        )+
    };
}

serialize_as! {
    Outcome => Outcome::word;
    Reason => Reason::code;
    Note => Note::code;
    Verdict => Verdict::word;
    NameDifference => NameDifference::word;
}

impl Verdict {
    /// The stable word for the verdict, as it appears in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Fired => "fired",
            Self::FiredUndecided => "fired-undecided",
            Self::GroupMissing => "group-missing",
            Self::GroupForbidden => "group-unwanted",
            Self::Expired => "expired",
            Self::ConditionFalse => "condition-false",
            Self::ConditionUnknown => "condition-unknown",
        }
    }
}
