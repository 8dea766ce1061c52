//! Policies: what happens with logins that cannot be evaluated completely.

use super::diagnostic_sink::DiagnosticSink;
use super::fields::Fields;
use super::grammar::{ORGANIZATION_POLICIES, PLATFORM_POLICIES, REFRESH};
use super::model::Policies;
use super::subject::Subject;
use super::wrong_type::Expected;
use super::yaml::{Kind, Node, Spanned};
use crate::bundle::policy::{IncompletePolicy, Policy, UnmatchedPolicy};
use crate::diagnostic::Code;
use crate::limits::MAX_REFRESH_AGE;

pub(crate) const POLICY: &[(&str, Policy)] = &[("no-groups", Policy::NoGroups), ("deny", Policy::Deny)];
const INCOMPLETE: &[(&str, IncompletePolicy)] = &[
    ("deny", IncompletePolicy::Deny),
    ("no-groups", IncompletePolicy::NoGroups),
    ("use-partial", IncompletePolicy::UsePartial),
];
const UNMATCHED: &[(&str, UnmatchedPolicy)] =
    &[("drop", UnmatchedPolicy::Drop), ("deny", UnmatchedPolicy::Deny)];

const DURATION_HELP: &str = "write a number and a unit, such as `90s`, `30m`, `12h` or `7d`";

impl Default for Policies {
    fn default() -> Self {
        Self {
            closed: Policy::NoGroups,
            failure: Policy::NoGroups,
            incomplete: IncompletePolicy::Deny,
            incomplete_span: None,
            unmatched: UnmatchedPolicy::Drop,
            ungranted: Policy::NoGroups,
            refresh: None,
        }
    }
}

impl Policies {
    pub(crate) fn read(node: &Node, sink: &mut DiagnosticSink<'_>) -> Option<Self> {
        let fields = Fields::read(node, &PLATFORM_POLICIES, sink)?;
        let default = Self::default();
        let policies = Self {
            closed: fields.choice("closed", POLICY, sink).unwrap_or(default.closed),
            failure: fields.choice("failure", POLICY, sink).unwrap_or(default.failure),
            incomplete: fields.choice("incomplete", INCOMPLETE, sink).unwrap_or(default.incomplete),
            incomplete_span: fields.get("incomplete").map(|node| node.span.clone()),
            unmatched: fields.choice("unmatched", UNMATCHED, sink).unwrap_or(default.unmatched),
            ungranted: fields.choice("ungranted", POLICY, sink).unwrap_or(default.ungranted),
            refresh: read_refresh(&fields, sink).unwrap_or(default.refresh),
        };
        if let (Some(unmatched), Some(partial)) = (fields.get("unmatched"), &policies.incomplete_span)
            && is_unsafe(policies.incomplete, policies.unmatched)
        {
            let place = (partial, PARTIAL_HERE);
            sink.report_related(Code::UnsafePartial, &unmatched.span, UNMATCHED_MISSING, place);
            sink.help_last(UNMATCHED_HELP);
        }
        Some(policies)
    }
}

/// The label of the related location of diagnostics about partial input.
pub(crate) const PARTIAL_HERE: &str = "partial input is used here";

/// The message where [`is_unsafe`] is true.
pub(crate) const UNMATCHED_MISSING: &str =
    "an unmatched group refuses the login, and partial input may lack that group";

pub(crate) const UNMATCHED_HELP: &str = "choose `incomplete: deny` or `no-groups`, or `unmatched: drop`";

/// Whether a login could continue because the group that would refuse it was cut off.
pub(crate) fn is_unsafe(incomplete: IncompletePolicy, unmatched: UnmatchedPolicy) -> bool {
    incomplete == IncompletePolicy::UsePartial && unmatched == UnmatchedPolicy::Deny
}

/// The policies of an organization that replace those of the platform.
#[derive(Debug, Default)]
pub(crate) struct OwnPolicies {
    pub(crate) incomplete: Option<IncompletePolicy>,
    pub(crate) incomplete_span: Option<core::ops::Range<usize>>,
    pub(crate) unmatched: Option<UnmatchedPolicy>,
    pub(crate) unmatched_span: Option<core::ops::Range<usize>>,
    pub(crate) ungranted: Option<Policy>,
    pub(crate) refresh: Option<Option<u32>>,
}

impl OwnPolicies {
    pub(crate) fn read(node: &Node, sink: &mut DiagnosticSink<'_>) -> Option<Self> {
        let fields = Fields::read(node, &ORGANIZATION_POLICIES, sink)?;
        Some(Self {
            incomplete: fields.choice("incomplete", INCOMPLETE, sink),
            incomplete_span: fields.get("incomplete").map(|node| node.span.clone()),
            unmatched: fields.choice("unmatched", UNMATCHED, sink),
            unmatched_span: fields.get("unmatched").map(|node| node.span.clone()),
            ungranted: fields.choice("ungranted", POLICY, sink),
            refresh: read_refresh(&fields, sink),
        })
    }
}

/// The policy `refresh`, if it is present; the inner `None` is `recompute`.
fn read_refresh(policies: &Fields<'_>, sink: &mut DiagnosticSink<'_>) -> Option<Option<u32>> {
    let node = policies.get("refresh")?;
    match node.kind {
        Kind::Text(_) => {
            let choice = policies.choice("refresh", &[("recompute", None)], sink);
            if choice.is_none() {
                sink.help_last("write `recompute`, or `{ deny-if-older-than: 12h }`");
            }
            choice
        }
        Kind::Map(_) => {
            let fields = Fields::read(node, &REFRESH, sink)?;
            let duration = fields.require_text("deny-if-older-than", sink);
            if duration.is_none() && !fields.is_misspelled("deny-if-older-than") {
                sink.help_last(DURATION_HELP);
            }
            let duration = duration?;
            Some(Some(read_duration(&duration, sink)?))
        }
        _ => {
            sink.wrong_type(node, Subject::Key("refresh"), Expected::Refresh);
            None
        }
    }
}

/// The seconds of a duration such as `12h`.
fn read_duration(written: &Spanned<String>, sink: &mut DiagnosticSink<'_>) -> Option<u32> {
    let units = [('s', 1), ('m', 60), ('h', 3_600), ('d', 86_400)];
    let split = units.iter().find_map(|(unit, seconds)| Some((written.value.strip_suffix(*unit)?, *seconds)));
    let seconds = split.and_then(|(number, unit): (&str, u32)| {
        if !number.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        number.parse::<u32>().ok()?.checked_mul(unit)
    });
    let fitting = seconds.filter(|seconds| (1..=MAX_REFRESH_AGE).contains(seconds));
    if fitting.is_none() {
        let message = format!("`{}` is not a duration from 1s to 366d", written.value.escape_debug());
        sink.report(Code::InvalidValue, &written.span, message, DURATION_HELP.to_owned());
    }
    fitting
}

#[cfg(test)]
mod tests {
    use super::super::diagnostic_sink::DiagnosticSink;
    use super::super::yaml::Spanned;
    use super::read_duration;

    fn check(text: &str, expected: Option<u32>) {
        let mut list = Vec::new();
        let written = Spanned { span: 0..text.len(), value: text.to_owned() };
        let read = read_duration(&written, &mut DiagnosticSink { file: "x.yaml", list: &mut list });
        assert_eq!((read, list.is_empty()), (expected, expected.is_some()), "{text}: {list:?}");
    }

    #[test]
    fn read_duration_accepts_one_unit_up_to_366_days() {
        check("90s", Some(90));
        check("30m", Some(1_800));
        check("12h", Some(43_200));
        check("366d", Some(31_622_400));
        check("367d", None);
        check("0s", None);
        check("12", None);
        check("h", None);
        check("+1h", None);
        check("1h30m", None);
        check("99999999999d", None);
    }
}
