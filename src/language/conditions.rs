//! Conditions on a login that are not about its groups.

use super::diagnostic_sink::DiagnosticSink;
use super::fields::Fields;
use super::grammar::{
    ATTRIBUTE_TEST, ATTRIBUTE_TESTS, CONDITION, ENTRY_TEST, NO_TESTS_OF_NUMBERS, NO_TESTS_OF_TEXT, TEXT_TESTS,
};
use super::model::{Condition, MetadataOf, Scalar, Test, TextPatterns};
use super::name_checks::{NOT_NEGATED, check_known, check_pointer};
use super::strategy::Strategy;
use super::subject::Subject;
use super::suggestions::word_list;
use super::values::{read_list, read_members, read_texts};
use super::wrong_type::Expected;
use super::yaml::{Kind, Node, Spanned};
use crate::diagnostic::Code;
use crate::limits::MAX_OPTION;
use crate::patterns::domains;
use crate::patterns::folding::fold;
use crate::patterns::foreign::{shown, unquoted};

/// The names that a condition may use.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DeclaredNames<'k> {
    /// The mapping's connections; `None` if any name is allowed, as in a template.
    pub(crate) connections: Option<&'k [&'k str]>,
    /// The platform's applications; `None` if they could not be read.
    pub(crate) applications: Option<&'k [&'k str]>,
    /// The mappings of the platform.
    pub(crate) organizations: &'k [&'k str],
}

/// Reads a condition; `None` if nothing in it can be used, which is reported.
pub(crate) fn read_condition(
    node: &Node,
    known: DeclaredNames<'_>,
    sink: &mut DiagnosticSink<'_>,
) -> Option<Condition> {
    let fields = Fields::read(node, &CONDITION, sink)?;
    if fields.is_nothing_known() {
        return None;
    }
    if node.is_empty() {
        sink.report(Code::EmptyCondition, &node.span, "the condition is empty", None);
    } else if let (Kind::Map(members), Some(span)) = (&node.kind, fields.key_span("if-unknown"))
        && members.len() == 1
        && !fields.has_misspelled()
    {
        let message = "`if-unknown` needs a test next to it";
        sink.report(Code::EmptyCondition, span, message, None);
    }
    let mut all = Vec::new();
    let connections = some_texts(&fields, "connection", sink);
    if let Some(listed) = known.connections {
        check_all(&connections, listed, (Code::UnknownConnection, "the mapping lists no connection"), sink);
    }
    all.extend(any_of(connections, Condition::Connection));
    fields.report_empty("strategy", Code::EmptyCondition, sink);
    let strategies = fields.choices("strategy", Strategy::CHOICES, sink).unwrap_or_default();
    if !strategies.is_empty() {
        all.push(Condition::Strategy(strategies));
    }
    let applications = some_texts(&fields, "application", sink);
    if let Some(listed) = known.applications {
        let problem = (Code::UnknownApplication, "the platform has no application");
        check_all(&applications, listed, problem, sink);
    }
    all.extend(any_of(applications, Condition::Application));
    let clients = some_texts(&fields, "client", sink);
    check_filled(&clients, "client", sink);
    all.extend(any_of(clients, Condition::Client));
    let organizations = some_texts(&fields, "organization", sink);
    let problem = (Code::UnknownOrganization, "no mapping describes the organization");
    check_all(&organizations, known.organizations, problem, sink);
    all.extend(any_of(organizations, Condition::Organization));
    let domains = some_texts(&fields, "email-domain", sink);
    domains.iter().for_each(|domain| check_email_domain(domain, sink));
    all.extend(any_of(domains, Condition::EmailDomain));
    for of in [MetadataOf::Organization, MetadataOf::Connection, MetadataOf::Client] {
        read_metadata(&fields, of.key(), of, &mut all, sink);
    }
    if let Some(node) = fields.get("user") {
        fields.report_empty("user", Code::EmptyCondition, sink);
        let tests = match &node.kind {
            Kind::List(_) => read_list(node, Subject::Key("user"), sink).unwrap_or_default(),
            _ if node.is_empty() => &[],
            _ => core::slice::from_ref(node),
        };
        all.extend(tests.iter().filter_map(|node| read_attribute_test(node, sink)));
    }
    if let Some(node) = fields.get("any") {
        fields.report_empty("any", Code::EmptyCondition, sink);
        let conditions = read_list(node, Subject::Key("any"), sink).unwrap_or_default();
        let conditions: Vec<_> =
            conditions.iter().filter_map(|node| read_condition(node, known, sink)).collect();
        if !conditions.is_empty() {
            all.push(Condition::Any(conditions));
        }
    }
    if let Some(node) = fields.get("not") {
        let condition = read_condition(node, known, sink);
        all.extend(condition.map(|condition| Condition::Not(Box::new(condition))));
    }
    let condition = if all.len() > 1 { Condition::All(all) } else { all.pop()? };
    Some(if_unknown(condition, &fields, sink))
}

/// Applies the key `if-unknown` to the condition next to it.
fn if_unknown(condition: Condition, fields: &Fields<'_>, sink: &mut DiagnosticSink<'_>) -> Condition {
    let Some(node) = fields.get("if-unknown") else { return condition };
    // The help does not suggest `false`: in a rule that excludes, and under `not`, it can grant more.
    match node.kind {
        Kind::Bool(false) => return Condition::FalseIfUnknown(Box::new(condition)),
        Kind::Bool(true) => {
            let message = "`if-unknown` can only be `false`: what is unknown never grants";
            sink.report(Code::InvalidValue, &node.span, message, "remove it".to_owned());
        }
        _ => {
            sink.wrong_type(node, Subject::Key("if-unknown"), Expected::False);
        }
    }
    condition
}

fn some_texts(fields: &Fields<'_>, key: &str, sink: &mut DiagnosticSink<'_>) -> Vec<Spanned<String>> {
    fields.report_empty(key, Code::EmptyCondition, sink);
    fields.texts(key, sink)
}

fn any_of(
    names: Vec<Spanned<String>>,
    condition: fn(Vec<Spanned<String>>) -> Condition,
) -> Option<Condition> {
    if names.is_empty() { None } else { Some(condition(names)) }
}

fn check_all(
    names: &[Spanned<String>],
    known: &[&str],
    problem: (Code, &str),
    sink: &mut DiagnosticSink<'_>,
) {
    for name in names {
        check_known(name, || known.iter().copied(), problem, sink);
    }
}

/// Reports names that are empty or too long.
fn check_filled(names: &[Spanned<String>], key: &str, sink: &mut DiagnosticSink<'_>) {
    for name in names {
        if name.value.is_empty() || name.value.chars().count() > 2 * MAX_OPTION {
            let message = format!("an entry of `{key}` is empty or too long");
            let help = format!("write 1 to {} characters, or remove the entry", 2 * MAX_OPTION);
            sink.report(Code::InvalidValue, &name.span, message, help);
        }
    }
}

fn check_email_domain(domain: &Spanned<String>, sink: &mut DiagnosticSink<'_>) {
    let text = domain.value.as_str();
    if let Some(bare) = unquoted(text) {
        let message = format!("`{}` has quotes around it, and is not a domain", shown(text));
        sink.report(Code::InvalidValue, &domain.span, message, format!("write `{}`", shown(bare)));
        return;
    }
    if text.starts_with('!') {
        let message = format!("`{}` is not a domain of an e-mail address", shown(text));
        sink.report(Code::InvalidValue, &domain.span, message, NOT_NEGATED.to_owned());
        return;
    }
    let fits = |char: char| char != '@' && !char.is_whitespace() && !char.is_control();
    if text.is_empty() || text.len() > 255 || !text.chars().all(fits) {
        let message = format!("`{}` is not a domain of an e-mail address", text.escape_debug());
        let help = "write the part after the `@`, such as `acme.example`".to_owned();
        sink.report(Code::InvalidValue, &domain.span, message, help);
    } else {
        check_domain(domain, ", so list each domain", sink);
    }
}

/// Reports a text that is not a domain or that IDNA refuses, as no address can have it. `instead` says what to do
/// instead of a wildcard.
pub(crate) fn check_domain(domain: &Spanned<String>, instead: &str, sink: &mut DiagnosticSink<'_>) {
    if domains::is_refused(&domain.value) {
        let message = format!("`{}` is not a domain: IDNA refuses it", domain.value.escape_debug());
        let help = "write it as Unicode, such as `bücher.example`, or in its ASCII form, such as \
                    `xn--bcher-kva.example`";
        sink.report(Code::InvalidValue, &domain.span, message, help.to_owned());
    } else if !domains::is_well_formed(&domain.value) {
        let message = format!("`{}` is not a domain of an e-mail address", domain.value.escape_debug());
        let help = format!(
            "write the domain alone, such as `acme.example`; wildcards are not supported here{instead}"
        );
        sink.report(Code::InvalidValue, &domain.span, message, help);
    }
}

fn read_metadata(
    fields: &Fields<'_>,
    key: &str,
    of: MetadataOf,
    all: &mut Vec<Condition>,
    sink: &mut DiagnosticSink<'_>,
) {
    let Some(node) = fields.get(key) else { return };
    fields.report_empty(key, Code::EmptyCondition, sink);
    for (name, node) in read_members(node, Subject::Key(key), sink).unwrap_or_default() {
        let subject = Subject::Named(&name.value);
        if node.is_empty() {
            sink.report(Code::EmptyCondition, &node.span, format!("{subject} is empty"), None);
        }
        check_filled(core::slice::from_ref(name), key, sink);
        let values = read_texts(node, subject, sink);
        if !values.is_empty() {
            all.push(Condition::Metadata { of, key: name.clone(), values });
        }
    }
}

/// A key, and the test with its number.
type NumberTest = (&'static str, fn(f64) -> Test);

const NUMBER_TESTS: &[NumberTest] =
    &[("at-least", Test::AtLeast), ("at-most", Test::AtMost), ("above", Test::Above), ("below", Test::Below)];

fn read_attribute_test(node: &Node, sink: &mut DiagnosticSink<'_>) -> Option<Condition> {
    let fields = Fields::read(node, &ATTRIBUTE_TEST, sink)?;
    let attribute = fields.require_text("attribute", sink);
    let attribute = attribute.filter(|it| check_pointer(it, "what they may do", sink));
    let missing = "the entry of `user` has no test of the attribute";
    let second = "an entry of `user` can have only one test of the attribute";
    let help = "add another entry for the other test";
    check_one_test(&fields, ATTRIBUTE_TESTS, (missing, second, help), sink);
    check_next_to(&fields, "ignore-case", (NO_TESTS_OF_TEXT, "it is for tests of texts"), sink);
    let bounds = "it is for `at-least`, `at-most`, `above` and `below`";
    check_next_to(&fields, "as-number", (NO_TESTS_OF_NUMBERS, bounds), sink);
    let ignore_case = fields.boolean("ignore-case", sink).is_some_and(|(ignore, _)| ignore);
    let as_number = fields.boolean("as-number", sink).is_some_and(|(as_number, _)| as_number);
    let mut test = None;
    if fields.get("equals").is_some() {
        test = read_scalars(&fields, "equals", ignore_case, sink).map(Test::Equals);
    }
    if let Some(node) = fields.get("contains") {
        test = match &node.kind {
            Kind::Map(_) => read_entry_test(node, ignore_case, sink).map(Test::ContainsMatch),
            _ => read_scalars(&fields, "contains", ignore_case, sink).map(Test::Contains),
        };
    }
    if let Some(patterns) = read_text_test(&fields, ignore_case, sink) {
        test = Some(Test::Matches(patterns));
    }
    for (key, of) in NUMBER_TESTS {
        if let Some(node) = fields.get(key) {
            test = read_number(node, key, sink).map(of);
        }
    }
    if fields.get("exists").is_some() {
        test = fields.boolean("exists", sink).map(|(exists, _)| Test::Exists(exists));
    }
    let condition =
        Condition::User { attribute: attribute?, test: test?, as_number, span: fields.span.clone() };
    Some(if_unknown(condition, &fields, sink))
}

/// The test under `contains`, which is one of an entry's text.
fn read_entry_test(node: &Node, ignore_case: bool, sink: &mut DiagnosticSink<'_>) -> Option<TextPatterns> {
    let fields = Fields::read(node, &ENTRY_TEST, sink)?;
    let second = "`contains` can have only one test of an entry";
    let help = "write both as one glob or expression";
    check_one_test(&fields, TEXT_TESTS, ("`contains` has no test of an entry", second, help), sink);
    read_text_test(&fields, ignore_case, sink)
}

/// The patterns of the text, if there are any.
fn read_text_test(
    fields: &Fields<'_>,
    ignore_case: bool,
    sink: &mut DiagnosticSink<'_>,
) -> Option<TextPatterns> {
    let key = TEXT_TESTS.iter().find(|key| fields.get(key).is_some())?;
    TextPatterns::parse(key, &some_texts(fields, key, sink), ignore_case, sink)
}

/// Reports an entry that has no test, or more than one.
fn check_one_test(
    fields: &Fields<'_>,
    tests: &[&str],
    (missing, several, help): (&str, &str, &str),
    sink: &mut DiagnosticSink<'_>,
) {
    let stated: Vec<_> = tests.iter().filter(|key| fields.get(key).is_some()).collect();
    let all = word_list(tests.iter().copied());
    match stated.as_slice() {
        [_] => {}
        [] if fields.is_any_misspelled(tests) => {}
        [] => sink.report(Code::MissingKey, &fields.span, missing, format!("add one of {all}")),
        [_, second, ..] => {
            let span = fields.key_span(second).unwrap_or(&fields.span);
            sink.report(Code::InvalidValue, span, several, format!("keep one of {all}, and {help}"));
        }
    }
}

/// Reports an option that is next to a test that it is not for.
fn check_next_to(
    fields: &Fields<'_>,
    option: &str,
    (tests, what_for): (&[&str], &str),
    sink: &mut DiagnosticSink<'_>,
) {
    if let Some(span) = fields.key_span(option)
        && let Some(test) = tests.iter().find(|test| fields.get(test).is_some())
    {
        let message = format!("`{option}` cannot be used next to `{test}`");
        sink.report(Code::InvalidValue, span, message, format!("remove it: {what_for}"));
    }
}

fn read_number(node: &Node, key: &str, sink: &mut DiagnosticSink<'_>) -> Option<f64> {
    match node.kind {
        Kind::Integer(value) => Some(value as f64),
        Kind::Float(value) if value.is_finite() => Some(value),
        _ => {
            sink.wrong_type(node, Subject::Key(key), Expected::FiniteNumber);
            None
        }
    }
}

/// A text, a number or a boolean, or a list of them; `None` if it is empty.
fn read_scalars(
    fields: &Fields<'_>,
    key: &str,
    ignore_case: bool,
    sink: &mut DiagnosticSink<'_>,
) -> Option<Vec<Scalar>> {
    let node = fields.get(key)?;
    fields.report_empty(key, Code::EmptyCondition, sink);
    let entries = match &node.kind {
        Kind::List(_) => read_list(node, Subject::Key(key), sink)?,
        _ => core::slice::from_ref(node),
    };
    let mut scalars = Vec::new();
    for entry in entries {
        match &entry.kind {
            Kind::Text(text) if ignore_case => scalars.push(Scalar::AnyCase(fold(text))),
            Kind::Text(text) => scalars.push(Scalar::Text(text.clone())),
            Kind::Bool(value) => scalars.push(Scalar::Bool(*value)),
            Kind::Integer(value) => scalars.push(Scalar::Number(*value as f64)),
            Kind::Float(value) if value.is_finite() => scalars.push(Scalar::Number(*value)),
            _ => {
                let value = format!("a value of `{key}`");
                sink.wrong_type(entry, Subject::Other(&value), Expected::Scalar);
            }
        }
    }
    if scalars.is_empty() { None } else { Some(scalars) }
}
