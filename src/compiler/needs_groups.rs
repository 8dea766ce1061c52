//! Rules and policies that need groups, at connections that send none (`groups: none`).
//!
//! For a login through such a connection, a rule that excludes by group never fires, and `none` always holds: users would
//! keep or receive what the rule is there to prevent. Both are errors unless the condition of the rule is false for such
//! connections. A rule that no other connection could make fire is an error as well. Which values a condition can have
//! is computed from what the compiler knows about the connection.

use core::ops::Range;

use super::condition_truths::{Scope, Truths};
use crate::diagnostic::{Code, Diagnostic};
use crate::language::diagnostic_sink::DiagnosticSink;
use crate::language::model::{Condition, Connection, Effect, Matches, Organization, Platform, Rule};
use crate::language::suggestions::word_list;
use crate::text::quotes::written;
use crate::text::visible::visible;

const HERE: &str = "this connection sends no groups";

/// Reports a rule that matches groups and can apply to logins through a connection that sends none.
pub(super) fn check_rule(
    rule: &Rule,
    organization: &Organization,
    platform: &Platform,
    sink: &mut DiagnosticSink<'_>,
) {
    let Matches::Groups { none, .. } = &rule.matches else { return };
    // A connection that could not be read may send groups.
    if !organization.has_all_connections {
        return;
    }
    let comes = |connection: &&Connection| {
        let truths = match &rule.when {
            Some(when) => {
                Scope { connection, organization, applications: &platform.applications }.truths(when)
            }
            None => Truths::ALWAYS,
        };
        match rule.effect {
            // An excluding rule fires unless its condition is false.
            Effect::Exclude => truths.can_be_true || truths.can_be_unknown,
            Effect::Grant => truths.can_be_true,
        }
    };
    let (with, without): (Vec<_>, Vec<_>) = organization
        .connections
        .iter()
        .filter(comes)
        .partition(|connection| connection.sends_no_groups.is_none());
    let Some(first) = without.first() else { return };
    // A template's rule is also for other customers, whose connections send groups.
    let is_dead = with.is_empty() && rule.used.is_none();
    // A granting rule that never fires here does no harm if it fires elsewhere.
    if rule.effect == Effect::Grant && none.is_empty() && !is_dead {
        return;
    }
    let message = message(rule.effect, is_dead, &without);
    let help = match is_dead {
        true => help_for_dead(rule),
        false => help_for_condition(rule, organization, &without),
    };
    let diagnostic = Diagnostic::new(Code::NeedsGroups, sink.file, rule.id.span.clone(), message).help(help);
    sink.list.push(match (&rule.used, &first.sends_no_groups) {
        // For a rule of a template, the related place is where the template is used.
        (None, Some(span)) => diagnostic.related(&organization.file, span.clone(), HERE),
        _ => diagnostic,
    });
}

/// What is wrong with a rule at the connections `without` groups.
fn message(effect: Effect, is_dead: bool, without: &[&Connection]) -> String {
    let names: Vec<String> = without.iter().map(|connection| visible(&connection.name.value)).collect();
    let names = word_list(names.iter().map(String::as_str));
    let sends = if without.len() == 1 { "sends" } else { "send" };
    match (is_dead, effect) {
        (true, Effect::Exclude) => {
            format!("the rule never excludes anything: it needs a group, and {names} {sends} none")
        }
        (true, Effect::Grant) => format!("the rule never fires: it needs a group, and {names} {sends} none"),
        (false, Effect::Exclude) => {
            format!("the rule excludes by group, and {names} {sends} none: there it never excludes anything")
        }
        (false, Effect::Grant) => {
            format!("the rule has `none`, and {names} {sends} no groups: there `none` always holds")
        }
    }
}

/// Help for a rule that can never fire: remove it, or let an attribute decide. The test of the attribute comes first,
/// because `everyone: true` without it would grant to everyone.
fn help_for_dead(rule: &Rule) -> String {
    let whose = match rule.effect {
        Effect::Exclude => "must not have its groups",
        Effect::Grant => "has its groups",
    };
    let test = match rule.when {
        Some(_) => "add a test of it to `when`, such as `user: { attribute: /…, equals: … }`",
        None => "add `when: { user: { attribute: /…, equals: … } }`",
    };
    format!(
        "remove the rule; or, if an attribute says who {whose}, {test}, and only then write `everyone: true` in place of `match`"
    )
}

/// Help that says which condition excludes the connections `without` groups, and where to write it.
fn help_for_condition(rule: &Rule, organization: &Organization, without: &[&Connection]) -> String {
    let list = without.iter().map(|it| written(&it.name.value)).collect::<Vec<_>>().join(", ");
    let list = if without.len() == 1 { list } else { format!("[{list}]") };
    let connection = format!("connection: {list}");
    let inner = match rule.used {
        // Another customer that uses the template may receive groups through a connection of the same name.
        Some(_) => format!("{{ {connection}, organization: {} }}", written(&organization.name)),
        None => format!("{{ {connection} }}"),
    };
    match &rule.when {
        None => format!("exclude that connection: add `when: {{ not: {inner} }}`"),
        Some(when) if has_not(when) => format!(
            "exclude that connection: write `not: {{ any: [{{ … }}, {inner}] }}` in its `when`, with what is now under `not` in place of `…`"
        ),
        Some(_) => format!("exclude that connection: add `not: {inner}` to its `when`"),
    }
}

/// Whether a condition already has the key `not`, which it cannot have twice.
fn has_not(when: &Condition) -> bool {
    match when {
        Condition::Not(_) => true,
        Condition::All(all) => all.iter().any(|it| matches!(it, Condition::Not(_))),
        Condition::FalseIfUnknown(inner) => has_not(inner),
        _ => false,
    }
}

/// Reports policies about groups in a mapping whose connections send none.
pub(super) fn check_policies(organization: &Organization, sink: &mut DiagnosticSink<'_>) {
    let Some(first) = organization.connections.first() else { return };
    let Some(here) = first.sends_no_groups.as_ref().filter(|_| !organization.receives_groups()) else {
        return;
    };
    let mut report = |key: &str, span: &Option<Range<usize>>, about: &str| {
        if let Some(span) = span {
            let message = format!("`{key}` is about {about}, and no connection of this mapping sends groups");
            sink.report_related(Code::NeedsGroups, span, message, (here, HERE));
            sink.help_last("remove it; `ungranted` decides about logins that receive no group");
        }
    };
    report("incomplete", &organization.incomplete_span, "groups that cannot be read");
    report("unmatched", &organization.unmatched_span, "groups that no rule matches");
}
