//! Names that a source never sends, because of its delimiter, the form of its names, or what it skips.

use crate::language::model::{OwnedForm, OwnedShape, OwnedSource};
use crate::language::normalize_names::Normalization;
use crate::language::parsed_patterns::RegexPattern;
use crate::language::yaml::Spanned;
use crate::patterns::automaton::Automaton;
use crate::patterns::inclusion::is_covered;
use crate::patterns::regex::ParsedRegex;
use crate::text::visible::visible;

/// What comparing one pattern with the names of one source may cost, in steps.
const BUDGET: usize = 20_000;

/// The types of attributes with which distinguished names are usually written.
const ATTRIBUTES: &str = "CN|OU|DC|UID|O";

/// Why a source never sends some names.
#[derive(Debug)]
pub(super) struct Reason {
    /// What the source does with names, to be read after a colon.
    pub(super) why: String,
    pub(super) help: String,
    /// What to do about a pattern that works against access, if that is something else.
    pub(super) help_against_access: Option<&'static str>,
    /// A pattern that matches only such names has one of these characters in its text; if there are none, it can have
    /// any text.
    signs: Vec<char>,
    names: Vec<Automaton>,
    /// Whether a name with the delimiter is put together again if the mapping names it exactly.
    pub(super) except_known: bool,
}

/// The names that a source never sends.
#[derive(Debug)]
pub(super) struct ImpossibleNames(Vec<Reason>);

impl ImpossibleNames {
    pub(super) fn of(source: &OwnedSource) -> Self {
        let mut reasons = Vec::new();
        if let OwnedShape::Delimited(delimiter) = &source.shape
            && !matches!(source.form, OwnedForm::DistinguishedName { .. })
        {
            let shown = visible(delimiter);
            reasons.push(Reason {
                why: format!("the string of groups is split at `{shown}`"),
                help: format!(
                    "write a pattern of one part without `{shown}`, name the groups with `exact`, or have the identity \
                     provider send an array"
                ),
                help_against_access: None,
                signs: delimiter.chars().take(1).collect(),
                names: vec![Automaton::of_glob(&format!("\u{1}{delimiter}\u{1}"))],
                except_known: true,
            });
        }
        reasons.extend(of_form(&source.form));
        reasons.extend(of_skip(source));
        Self(reasons)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Why the source sends none of the names that a pattern matches; `None` if it may send one.
    pub(super) fn covering(&self, written: &str, pattern: &Automaton) -> Option<&Reason> {
        self.0.iter().find(|reason| {
            let has_sign = reason.signs.is_empty() || written.contains(reason.signs.as_slice());
            let names: Vec<&Automaton> = reason.names.iter().collect();
            has_sign && is_covered(pattern, &names, &mut BUDGET.clone())
        })
    }
}

fn of_form(form: &OwnedForm) -> Option<Reason> {
    let (why, help, signs, names) = match form {
        OwnedForm::Plain => return None,
        OwnedForm::DistinguishedName { attribute, .. } => (
            format!("the form `dn` leaves only the value of `{}`", visible(attribute)),
            // Without the place, an entry of that name could be anywhere in the directory.
            format!(
                "write the value alone, `eng` for `{}=eng,…`, and the place of the entries as `below` of the source",
                visible(attribute)
            ),
            vec!['='],
            regex(&format!("(.*, ?)?({ATTRIBUTES})=.*")),
        ),
        OwnedForm::Domain { .. } => (
            "the form `domain` leaves only what follows the `\\`".to_owned(),
            "write the name alone, without the `\\`, and the domain as `domain` of the source".to_owned(),
            vec!['\\'],
            regex(r".*\\.*"),
        ),
        OwnedForm::Email { domain: Some(domain) } => (
            format!("the form `email` with the domain `{}` leaves only what precedes the `@`", visible(domain)),
            "write the name alone, without the `@` and the domain".to_owned(),
            vec!['@'],
            regex(".*@.*"),
        ),
        OwnedForm::Email { domain: None } => (
            "with the form `email`, every name is an address, with its domain in lower case".to_owned(),
            "write whole addresses, such as `eng@acme.example`, or add `domain` to the source and write names alone"
                .to_owned(),
            Vec::new(),
            regex("[^@]*|@.*|.*@|.*@.*@.*").into_iter().chain(upper_case_domain()).collect(),
        ),
        OwnedForm::Path => (
            "the form `path` leaves out the first `/`, and no path ends with one".to_owned(),
            "write it without the `/` at its ends".to_owned(),
            vec!['/'],
            regex("/.*|.*/"),
        ),
    };
    Some(Reason { why, help, help_against_access: None, signs, names, except_known: false })
}

/// What to do about an exclusion of entries that are skipped. Without the exclusion, their members keep access.
pub(super) const SKIP_FEWER: &str =
    "take it out of `skip`, which is for entries that are never groups: rules do not see what is skipped";

/// What the source skips. A name that is normalized or read in a form is another one than the entry that was skipped.
fn of_skip(source: &OwnedSource) -> Option<Reason> {
    let is_plain = source.form == OwnedForm::Plain && Normalization::of(source) == Normalization::NONE;
    if !is_plain || source.skip.names.is_empty() {
        return None;
    }
    Some(Reason {
        why: "`skip` leaves out all entries that it matches".to_owned(),
        help: "remove it, or skip fewer entries".to_owned(),
        help_against_access: Some(SKIP_FEWER),
        signs: Vec::new(),
        names: source.skip.names.iter().map(|name| Automaton::of_glob(name)).collect(),
        except_known: false,
    })
}

fn regex(text: &str) -> Vec<Automaton> {
    expression(text, true)
}

fn upper_case_domain() -> Vec<Automaton> {
    expression(".*@.*[A-Z].*", false)
}

fn expression(text: &str, ignore_case: bool) -> Vec<Automaton> {
    let written = Spanned { value: text.to_owned(), span: 0..0 };
    RegexPattern::parse(written, ignore_case).parsed.iter().map(ParsedRegex::automaton).collect()
}
