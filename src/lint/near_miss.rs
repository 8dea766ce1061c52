//! Names that look like other names of the mapping.

use super::confusable::{difference, skeleton};
use super::rule_diagnostic::in_rule;
use crate::diagnostic::{Code, Diagnostic};
use crate::language::model::Organization;
use crate::language::yaml::Spanned;
use crate::text::case_mapping;
use crate::text::visible::visible;

/// A name in a mapping.
#[derive(Clone, Copy)]
struct Spelling<'m> {
    name: &'m Spanned<String>,
    whose: Whose,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Whose {
    AliasName,
    AliasId,
    /// An exact pattern: the position of its rule, and whether its letter case is ignored.
    Pattern {
        rule: usize,
        ignore_case: bool,
    },
}

/// Reports exact patterns that look like an alias, or like another exact pattern of the mapping.
pub(super) fn lint(organization: &Organization, diagnostics: &mut Vec<Diagnostic>) {
    let mut spellings: Vec<(String, Spelling<'_>)> = Vec::new();
    for alias in &organization.aliases {
        for (name, whose) in [(&alias.name, Whose::AliasName), (&alias.id, Whose::AliasId)] {
            spellings.push((skeleton(&name.value), Spelling { name, whose }));
        }
    }
    for (position, rule) in organization.rules.iter().enumerate() {
        for patterns in rule.patterns() {
            let whose = Whose::Pattern { rule: position, ignore_case: patterns.ignore_case };
            spellings
                .extend(patterns.exact.iter().map(|name| (skeleton(&name.value), Spelling { name, whose })));
        }
    }
    // The sort is stable: names that look the same stay in the order of the file.
    spellings.sort_by(|(left, _), (right, _)| left.cmp(right));
    for alike in spellings.chunk_by(|(left, _), (right, _)| left == right) {
        let first = alike.first().map(|(_, spelling)| spelling.name.value.as_str());
        if alike.iter().any(|(_, spelling)| first != Some(&spelling.name.value)) {
            let alike: Vec<Spelling<'_>> = alike.iter().map(|(_, spelling)| *spelling).collect();
            compare(organization, &alike, diagnostics);
        }
    }
}

fn compare(organization: &Organization, alike: &[Spelling<'_>], diagnostics: &mut Vec<Diagnostic>) {
    let Some(known) = best_known(alike) else { return };
    for spelling in alike {
        let Whose::Pattern { rule, ignore_case } = spelling.whose else { continue };
        let text = spelling.name.value.as_str();
        let is_excused = alike.iter().any(|other| match other.whose {
            // It is an alias itself, or matches one.
            Whose::AliasName | Whose::AliasId => {
                other.name.value == text || ignore_case && same_letters(text, other)
            }
            // The rule has both, or one of the two matches the other.
            Whose::Pattern { rule: its, ignore_case: ignores } => {
                other.name.value == known.name.value
                    && (rule == its || (ignore_case || ignores) && same_letters(text, other))
            }
        });
        if text == known.name.value || is_excused {
            continue;
        }
        let Some(rule) = organization.rules.get(rule) else { continue };
        let (file, label) = match known.whose {
            Whose::Pattern { rule, .. } => {
                (organization.rules.get(rule).map(|rule| rule.file.as_str()), "spelled like this here")
            }
            Whose::AliasName | Whose::AliasId => (Some(organization.file.as_str()), "the alias"),
        };
        let message = format!(
            "`{}` differs from `{}` only in {}",
            visible(text),
            visible(&known.name.value),
            difference(text, &known.name.value)
        );
        let other = file.map(|file| (file, &known.name.span, label));
        diagnostics.push(in_rule((organization, rule), Code::NearMiss, &spelling.name.span, message, other));
    }
}

/// The spelling that is probably right: an alias, or the one that is written most often.
fn best_known<'s, 'm>(alike: &'s [Spelling<'m>]) -> Option<&'s Spelling<'m>> {
    let of = |whose| alike.iter().find(move |spelling| spelling.whose == whose);
    of(Whose::AliasName).or_else(|| of(Whose::AliasId)).or_else(|| {
        let times = |text: &str| alike.iter().filter(|spelling| spelling.name.value == text).count();
        // Reversed, because `max_by_key` returns the last of those written most often, and the first is meant.
        alike.iter().rev().max_by_key(|spelling| times(&spelling.name.value))
    })
}

fn same_letters(text: &str, other: &Spelling<'_>) -> bool {
    case_mapping::same_folded(text.as_bytes(), other.name.value.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::super::samples::{
        alias, check_one, exact, glob, grant, ignoring_case, lint_organization, of_template, organization,
    };
    use crate::diagnostic::{Code, Diagnostic};
    use crate::language::model::Patterns;

    fn find(aliases: &[(&str, &str)], patterns: Vec<Patterns>) -> Vec<Diagnostic> {
        let rules = patterns.into_iter().enumerate();
        let mut acme =
            organization(rules.map(|(at, patterns)| grant(&format!("r{at}"), patterns, &["x"])).collect());
        acme.aliases = aliases.iter().map(|(id, name)| alias(id, name)).collect();
        lint_organization(&acme, Code::NearMiss)
    }

    const ADMINS: &[(&str, &str)] = &[("6F1C-id", "SG Admins")];

    #[test]
    fn near_miss_of_an_alias_is_reported() {
        check_one(
            &find(ADMINS, vec![exact(&["SG admins"])]),
            "`SG admins` differs from `SG Admins` only in letter case",
        );
        check_one(&find(ADMINS, vec![exact(&["SG  Admins"])]), "only in spaces");
        check_one(&find(ADMINS, vec![exact(&["SG Admins\u{200b}"])]), "only in invisible characters");
        check_one(
            &find(ADMINS, vec![exact(&["6f1c-ID"])]),
            "`6f1c-ID` differs from `6F1C-id` only in letter case",
        );
        check_one(
            &find(ADMINS, vec![ignoring_case(exact(&["SG  admins"]))]),
            "only in letter case and spaces",
        );
    }

    #[test]
    fn near_miss_of_another_pattern_is_reported() {
        let found = find(&[], vec![exact(&["bi-admins"]), exact(&["x", "BI-admins"])]);
        check_one(&found, "`BI-admins` differs from `bi-admins` only in letter case");
        let related = found[0].related.as_ref().expect("the other");
        assert!(related.span.start < found[0].span.start);
        let found = find(&[], vec![exact(&["BI-admins"]), exact(&["bi-admins"]), exact(&["bi-admins"])]);
        check_one(&found, "`BI-admins` differs from `bi-admins`");
    }

    #[test]
    fn near_miss_ignores_names_that_are_meant() {
        assert_eq!(find(ADMINS, vec![exact(&["SG Admins", "6F1C-id"])]), []);
        assert_eq!(find(ADMINS, vec![ignoring_case(exact(&["sg admins", "6f1c-ID"]))]), []);
        assert_eq!(find(ADMINS, vec![exact(&["SG Admins", "SG admins"])]), [], "a rule has both");
        assert_eq!(find(ADMINS, vec![glob(&["sg admins"])]), []);
        assert_eq!(find(&[], vec![exact(&["bi-admins", "BI-admins"])]), [], "a rule has both");
        assert_eq!(find(&[], vec![ignoring_case(exact(&["bi-admins"])), exact(&["BI-admins"])]), []);
        assert_eq!(find(&[], vec![exact(&["bi-admins"]), exact(&["bi_admins", "bi-admin"])]), []);
        assert_eq!(find(&[("a", "SG"), ("b", "sg")], vec![exact(&["SG"]), exact(&["sg"])]), []);
    }

    #[test]
    fn near_miss_in_a_template_names_the_use() {
        let mut acme = organization(vec![of_template(grant("r", exact(&["sg admins"]), &["x"]))]);
        acme.aliases = vec![alias("1", "SG Admins")];
        let found = lint_organization(&acme, Code::NearMiss);
        check_one(&found, "`sg admins`");
        assert_eq!(found[0].file, "templates/bi@1.yaml");
        assert_eq!(found[0].related.as_ref().expect("the use").span, 7..9);
    }
}
