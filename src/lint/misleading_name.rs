//! Names that are not what they seem to be: they contain invisible characters or the delimiter.

use unicode_normalization::{UnicodeNormalization, is_nfc};

use super::confusable::is_odd_space;
use super::contradictions::connections_of;
use super::rule_diagnostic::in_rule;
use super::unreachable_pattern::is_reported;
use crate::diagnostic::{Code, Diagnostic};
use crate::language::model::{Organization, OwnedForm, Patterns, Platform, Rule};
use crate::language::yaml::Spanned;
use crate::text::invisible::is_invisible;
use crate::text::visible::visible;

/// Reports names of target groups that contain invisible characters.
pub(super) fn lint_platform(platform: &Platform, diagnostics: &mut Vec<Diagnostic>) {
    for group in &platform.groups {
        if let Some((message, _)) = hidden(&group.name.value) {
            let span = group.name.span.clone();
            let diagnostic = Diagnostic::new(Code::InvisibleCharacter, &platform.file, span, message);
            diagnostics.push(diagnostic.help(RETYPE));
        }
    }
}

/// Reports names of an organization that contain invisible characters or a delimiter.
pub(super) fn lint(organization: &Organization, diagnostics: &mut Vec<Diagnostic>) {
    let connections = organization.connections.iter().map(|connection| &connection.name);
    let aliases = organization.aliases.iter().flat_map(|alias| [&alias.id, &alias.name]);
    for name in connections.chain(aliases) {
        if let Some((message, _)) = hidden(&name.value) {
            let span = name.span.clone();
            let diagnostic = Diagnostic::new(Code::InvisibleCharacter, &organization.file, span, message);
            diagnostics.push(diagnostic.help(RETYPE));
        }
    }
    let splits = delimiters(organization);
    for alias in &organization.aliases {
        if let Some((delimiter, connection)) = splits.iter().find(|(text, _)| alias.id.value.contains(text)) {
            let message = split_message(&alias.id, delimiter, connection);
            let span = alias.id.span.clone();
            diagnostics.push(Diagnostic::new(Code::DelimiterInName, &organization.file, span, message));
        }
    }
    for rule in &organization.rules {
        for patterns in rule.patterns() {
            for name in patterns.written() {
                if let Some((message, help)) = hidden(&name.value)
                    && !is_reported(diagnostics, rule, name)
                {
                    let place = (organization, rule);
                    let diagnostic = in_rule(place, Code::InvisibleCharacter, &name.span, message, None);
                    diagnostics.push(diagnostic.help(help));
                }
            }
            if !splits.is_empty() {
                find_delimiters(organization, rule, patterns, &splits, diagnostics);
            }
        }
    }
}

const RETYPE: &str = "retype the name";
const HIDDEN: &str = "retype the name; if the identity provider really sends it like this, clean it with `normalize: trim` at the source";
const NOT_NORMAL: &str =
    "retype the name; if the identity provider really sends it like this, clean it with `normalize: nfc`";

/// The message about a name with invisible characters, and the help if the name is an upstream group's.
fn hidden(text: &str) -> Option<(String, &'static str)> {
    if text.is_ascii() {
        return None;
    }
    let mut before = None;
    let mut rest = text.chars();
    while let Some(char) = rest.next() {
        let point = u32::from(char);
        if is_odd_space(char) {
            let message = format!("`{}` contains U+{point:04X}, which looks like a space", visible(text));
            return Some((message, HIDDEN));
        }
        if is_invisible(char) && !is_joined(before, char, rest.clone().next()) {
            let message = format!("`{}` contains U+{point:04X}, which cannot be seen", visible(text));
            return Some((message, HIDDEN));
        }
        before = Some(char);
    }
    if is_nfc(text) {
        return None;
    }
    let (written, normal) = text.chars().zip(text.nfc()).find(|(written, normal)| written != normal)?;
    let message = format!(
        "`{}` is not in normalization form C, which has U+{:04X} where this has U+{:04X}",
        visible(text),
        u32::from(normal),
        u32::from(written)
    );
    Some((message, NOT_NORMAL))
}

/// Whether an invisible character has its intended use: it joins or separates letters of a script that needs it, or
/// turns the character before it into an emoji.
fn is_joined(before: Option<char>, char: char, after: Option<char>) -> bool {
    let is_foreign = |char: Option<char>| {
        char.is_some_and(|char| {
            !char.is_ascii() && !is_odd_space(char) && !matches!(char, '\u{200b}' | '\u{feff}')
        })
    };
    match char {
        '\u{200c}' | '\u{200d}' => is_foreign(before) && is_foreign(after),
        '\u{fe0f}' => is_foreign(before) || after == Some('\u{20e3}'),
        _ => false,
    }
}

/// The delimiters at which groups are split, each with the name of a connection.
fn delimiters(organization: &Organization) -> Vec<(&str, &str)> {
    let mut splits = Vec::new();
    for connection in &organization.connections {
        for source in &connection.sources {
            // A distinguished name can contain any character in its escaped form.
            if let Some(delimiter) = source.shape.delimiter()
                && !matches!(source.form, OwnedForm::DistinguishedName { .. })
            {
                splits.push((delimiter, connection.name.value.as_str()));
            }
        }
    }
    splits
}

fn find_delimiters(
    organization: &Organization,
    rule: &Rule,
    patterns: &Patterns,
    splits: &[(&str, &str)],
    diagnostics: &mut Vec<Diagnostic>,
) {
    for exact in &patterns.exact {
        let Some((delimiter, connection)) = splits.iter().find(|(delimiter, connection)| {
            exact.value.contains(delimiter)
                && connections_of(organization, rule).any(|able| able.name.value == *connection)
        }) else {
            continue;
        };
        // The id of an alias is compared instead.
        if !organization.aliases.iter().any(|alias| alias.name.value == exact.value) {
            let message = split_message(exact, delimiter, connection);
            diagnostics.push(in_rule(
                (organization, rule),
                Code::DelimiterInName,
                &exact.span,
                message,
                None,
            ));
        }
    }
}

fn split_message(name: &Spanned<String>, delimiter: &str, connection: &str) -> String {
    format!(
        "`{}` contains the delimiter `{}`, at which the groups of `{}` are split",
        visible(&name.value),
        visible(delimiter),
        visible(connection)
    )
}

#[cfg(test)]
mod tests {
    use super::super::samples::{
        alias, check, check_one, check_silent, exact, glob, grant, lint_all, lint_organization, names,
        organization, platform, regex, when,
    };
    use super::hidden;
    use crate::diagnostic::Code;
    use crate::language::model::{Condition, OwnedForm};
    use crate::login::dn::AttributeOf;

    fn check_hidden(text: &str, message: &str) {
        assert_eq!(hidden(text).map(|(message, _)| message).as_deref(), Some(message));
    }

    #[test]
    fn hidden_names_the_invisible_character() {
        check_hidden("bi\u{200b}-admins", "`bi\\u{200b}-admins` contains U+200B, which cannot be seen");
        check_hidden("bi\u{a0}admins", "`bi\\u{a0}admins` contains U+00A0, which looks like a space");
        check_hidden("\u{feff}bi", "`\\u{feff}bi` contains U+FEFF, which cannot be seen");
        check_hidden("bi\u{200d}x", "`bi\\u{200d}x` contains U+200D, which cannot be seen");
        check_hidden(
            "Ko\u{308}ln",
            "`Ko\\u{308}ln` is not in normalization form C, which has U+00F6 where this has U+006F",
        );
    }

    #[test]
    fn hidden_ignores_visible_and_needed_characters() {
        for text in [
            "bi-admins",
            "Vertrieb Köln",
            "營業 部",
            "營業\u{3000}部",
            "می\u{200c}خواهم",
            "❤\u{fe0f} team",
            "👩\u{200d}💻",
        ] {
            assert_eq!(hidden(text), None, "{text}");
        }
    }

    #[test]
    fn invisible_character_is_reported_in_every_kind_of_name() {
        let bad = "bi\u{200b}";
        let code = Code::InvisibleCharacter;
        check(grant("viewers", exact(&[bad]), &["x"]), code, "U+200B");
        check(grant("viewers", glob(&["bi\u{200b}*"]), &["x"]), code, "U+200B");
        check(grant("viewers", regex(&["bi\u{200b}.*"]), &["x"]), code, "U+200B");
        let mut acme = organization(Vec::new());
        acme.aliases = vec![alias(bad, "a"), alias("b", bad)];
        acme.connections[0].name.value = bad.to_owned();
        assert_eq!(lint_organization(&acme, code).len(), 3);
        check_one(&lint_all(&platform(&[bad, "x"]), &[], code), "U+200B");
    }

    #[test]
    fn delimiter_in_name_is_reported() {
        let code = Code::DelimiterInName;
        let message = "`a,b` contains the delimiter `,`, at which the groups of `acme-okta` are split";
        check(grant("viewers", exact(&["a", "a,b"]), &["x"]), code, message);
        let okta = Condition::Connection(names(&["acme-okta"]));
        check(when(grant("viewers", exact(&["a,b"]), &["x"]), okta), code, message);
        let mut acme = organization(Vec::new());
        acme.aliases = vec![alias("CN=a,DC=b", "a"), alias("c", "a,b")];
        check_one(&lint_organization(&acme, code), "`CN=a,DC=b` contains the delimiter");
    }

    #[test]
    fn delimiter_in_name_ignores_names_that_are_not_split() {
        let code = Code::DelimiterInName;
        check_silent(grant("viewers", exact(&["a;b"]), &["x"]), code);
        check_silent(grant("viewers", glob(&["a,*"]), &["x"]), code);
        let saml = Condition::Connection(names(&["acme-saml"]));
        check_silent(when(grant("viewers", exact(&["a,b"]), &["x"]), saml), code);
        let mut acme = organization(vec![grant("viewers", exact(&["a,b"]), &["x"])]);
        acme.aliases = vec![alias("4711", "a,b")];
        assert_eq!(lint_organization(&acme, code), []);
        acme.aliases.clear();
        acme.connections[0].sources[0].form =
            OwnedForm::DistinguishedName { attribute: "CN".to_owned(), of: AttributeOf::Entry, below: None };
        assert_eq!(lint_organization(&acme, code), []);
    }
}
