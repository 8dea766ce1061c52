//! Captures that no grant uses: `${name}` in a glob, and `(?<name>…)` in a regular expression.

use super::rule_diagnostic::in_rule;
use crate::diagnostic::{Code, Diagnostic};
use crate::language::model::{Matches, Organization, Rule};
use crate::language::yaml::Spanned;
use crate::text::visible::visible;

/// Reports captures that no grant uses.
pub(super) fn lint(organization: &Organization, diagnostics: &mut Vec<Diagnostic>) {
    for rule in &organization.rules {
        let Matches::Groups { any, .. } = &rule.matches else { continue };
        let globs = any.iter().flat_map(|patterns| &patterns.glob);
        for glob in globs {
            if let Ok(parsed) = &glob.parsed {
                let captures = parsed.captures.iter().map(String::as_str);
                check(organization, rule, &glob.written, captures, diagnostics);
            }
        }
        for regex in any.iter().flat_map(|patterns| &patterns.regex) {
            if let Ok(parsed) = &regex.parsed {
                let captures = parsed.captures().iter().map(|capture| capture.name.as_str());
                check(organization, rule, &regex.written, captures, diagnostics);
            }
        }
    }
}

fn check<'r>(
    organization: &Organization,
    rule: &Rule,
    pattern: &Spanned<String>,
    captures: impl Iterator<Item = &'r str>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    for capture in captures {
        let mut expansions = rule.groups.iter().filter_map(|grant| grant.expansion.as_ref());
        if !expansions.any(|expansion| expansion.uses(capture)) {
            let message = format!(
                "`{}` captures `{capture}`, and nothing that `{}` grants uses it",
                visible(&pattern.value),
                rule.id.value
            );
            diagnostics.push(in_rule(
                (organization, rule),
                Code::UnusedCapture,
                &pattern.span,
                message,
                None,
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{self, check, check_silent, exact, glob, grant, regex};
    use crate::diagnostic::Code;

    #[test]
    fn unused_capture_is_reported() {
        let rule = grant("teams", glob(&["bi-${team}"]), &["bi-viewers"]);
        check(
            rule,
            Code::UnusedCapture,
            "`bi-${team}` captures `team`, and nothing that `teams` grants uses it",
        );
        let rule = grant("teams", glob(&["bi-${team}-${level}"]), &["bi-${team}"]);
        check(rule, Code::UnusedCapture, "captures `level`");
        let rule = grant("teams", regex(&["bi-(?<team>[a-z]+)"]), &["bi-viewers"]);
        check(rule, Code::UnusedCapture, "captures `team`");
    }

    #[test]
    fn unused_capture_ignores_captures_that_are_used() {
        check_silent(grant("teams", glob(&["bi-${team}"]), &["bi-${team}"]), Code::UnusedCapture);
        check_silent(grant("teams", glob(&["bi-${team}"]), &["x", "bi-${team:lower}"]), Code::UnusedCapture);
        check_silent(grant("teams", regex(&["bi-(?P<team>.+)"]), &["bi-${team:upper}"]), Code::UnusedCapture);
        check_silent(grant("teams", exact(&["bi-${team}"]), &["bi-viewers"]), Code::UnusedCapture);
    }

    #[test]
    fn unused_capture_in_a_template_names_the_use() {
        let mut rule = grant("teams", glob(&["bi-${team}"]), &["bi-viewers"]);
        rule.file = "templates/bi@1.yaml".to_owned();
        rule.used = Some(7..9);
        let found = samples::lint(rule, Code::UnusedCapture);
        let related = found[0].related.clone().expect("where it is used");
        assert_eq!(found[0].file, "templates/bi@1.yaml");
        assert_eq!((related.file.as_str(), related.span), ("organizations/acme.yaml", 7..9));
    }
}
