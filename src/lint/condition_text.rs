//! Conditions as canonical text, to compare what they say.

use crate::language::model::{Condition, Scalar, Test, TextPatterns};
use crate::language::yaml::Spanned;
use crate::patterns::domains;
use crate::patterns::folding::fold;

/// A condition as text; conditions that differ only in their order have the same text.
pub(super) fn canonical_text(condition: &Condition) -> String {
    let names = |kind: &str, names: &[Spanned<String>]| {
        let texts = names.iter().map(|name| format!("{:?}", name.value)).collect();
        in_order(kind, texts)
    };
    match condition {
        Condition::All(all) => in_order("all", all.iter().map(canonical_text).collect()),
        Condition::Any(any) => in_order("any", any.iter().map(canonical_text).collect()),
        Condition::Not(inner) => format!("not({})", canonical_text(inner)),
        Condition::FalseIfUnknown(inner) => format!("false-if-unknown({})", canonical_text(inner)),
        Condition::Connection(all) => names("connection", all),
        Condition::Application(all) => names("application", all),
        Condition::Client(all) => names("client", all),
        Condition::Organization(all) => names("organization", all),
        Condition::EmailDomain(all) => {
            let spellings = all.iter().flat_map(|domain| domains::spellings(&domain.value));
            in_order("email-domain", spellings.map(|domain| format!("{:?}", fold(&domain))).collect())
        }
        Condition::Strategy(all) => {
            in_order("strategy", all.iter().map(|(strategy, _)| strategy.name().to_owned()).collect())
        }
        Condition::Metadata { of, key, values } => names(&format!("{of:?} {:?}", key.value), values),
        Condition::User { attribute, test, as_number, .. } => {
            let test = match test {
                Test::Equals(values) => scalars("equals", values),
                Test::Contains(values) => scalars("contains", values),
                Test::Matches(patterns) => texts("matches", patterns),
                Test::ContainsMatch(patterns) => texts("contains-match", patterns),
                other => format!("{other:?}"),
            };
            let kind = if *as_number { "user-as-number" } else { "user" };
            format!("{kind}({:?} {test})", attribute.value)
        }
    }
}

fn scalars(kind: &str, values: &[Scalar]) -> String {
    in_order(kind, values.iter().map(|value| format!("{value:?}")).collect())
}

fn texts(kind: &str, patterns: &TextPatterns) -> String {
    // What is lowered the same way means the same.
    let kind = if patterns.ignore_case { format!("{kind}-ignoring-case") } else { kind.to_owned() };
    in_order(&kind, patterns.lowered.iter().map(|pattern| format!("{pattern:?}")).collect())
}

fn in_order(kind: &str, mut texts: Vec<String>) -> String {
    texts.sort_unstable();
    texts.dedup();
    match texts.as_slice() {
        [only] if matches!(kind, "all" | "any") => only.clone(),
        texts => format!("{kind}({})", texts.join(" ")),
    }
}
