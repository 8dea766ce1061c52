//! Applies `lints` and `allow` to findings: the platform decides how severe each kind of warning is, and authors allow
//! single ones.

use std::collections::BTreeMap;

use crate::diagnostic::{Code, Diagnostic, Severity, Suppressed};
use crate::language::model::{Allow, LintLevel, Organization, Platform};
use crate::language::template::Templates;

/// Which findings were looked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ran {
    /// The lints of files without errors.
    pub(crate) all: bool,
    /// Expired rules, and floors in the future.
    pub(crate) has_time: bool,
    /// What no case shows.
    pub(crate) has_cases: bool,
}

impl Ran {
    fn looked_for(self, code: Code) -> bool {
        match code {
            Code::ExpiredRule | Code::FutureFloor => self.has_time,
            Code::UntestedOrganization | Code::UntestedRule => self.has_cases,
            _ => true,
        }
    }
}

/// Sets the severity of warnings as the platform says, removes those that are off, and returns those that are allowed.
///
/// If all lints ran, entries of `allow` without a finding are reported too, apart from those that were not looked for.
pub(crate) fn settle(
    platform: &Platform,
    organizations: &[Organization],
    templates: &Templates,
    ran: Ran,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Suppressed> {
    let levels: BTreeMap<Code, LintLevel> = platform.lints.iter().copied().collect();
    // The lints run only on files without errors, so every error next to their findings is one of these.
    let is_lint = |it: &Diagnostic| it.severity == Severity::Warning || ran.all && it.code.is_lint();
    let all = Entries::new(platform, organizations, templates);
    let mut used = vec![false; all.entries.len()];
    let mut suppressed = Vec::new();
    let mut kept = Vec::new();
    for mut diagnostic in core::mem::take(diagnostics) {
        if !is_lint(&diagnostic) {
            kept.push(diagnostic);
            continue;
        }
        let level = levels.get(&diagnostic.code);
        match level {
            Some(LintLevel::Off) => continue,
            Some(LintLevel::Error) => diagnostic.severity = Severity::Error,
            Some(LintLevel::Warning) => diagnostic.severity = Severity::Warning,
            None => {}
        }
        match all.of(&diagnostic) {
            Some((at, entry)) if level != Some(&LintLevel::Error) => {
                used.get_mut(at).into_iter().for_each(|used| *used = true);
                suppressed.push(Suppressed { diagnostic, reason: entry.reason.clone() });
            }
            _ => kept.push(diagnostic),
        }
    }
    if ran.all {
        let unused = all.entries.iter().zip(&used).filter(|(_, used)| !**used).map(|(entry, _)| *entry);
        let unused = unused.filter(|entry| ran.looked_for(entry.code));
        kept.extend(unused.filter_map(|entry| report_unused(entry, &levels)));
    }
    *diagnostics = kept;
    suppressed
}

/// Whether an error is left when the platform's severities and what is allowed have been applied. Warnings that the
/// platform makes errors do not count: the mapping can be run nevertheless.
pub(crate) fn leaves_errors(
    platform: &Platform,
    organizations: &[Organization],
    templates: &Templates,
    all_ran: bool,
    diagnostics: &[Diagnostic],
) -> bool {
    let mut errors = diagnostics.iter().filter(|it| it.severity == Severity::Error).peekable();
    if errors.peek().is_none() {
        return false;
    }
    let levels: BTreeMap<Code, LintLevel> = platform.lints.iter().copied().collect();
    let all = Entries::new(platform, organizations, templates);
    errors.any(|error| match levels.get(&error.code) {
        _ if !all_ran || !error.code.is_lint() => true,
        Some(LintLevel::Off | LintLevel::Warning) => false,
        Some(LintLevel::Error) => true,
        None => all.of(error).is_none(),
    })
}

/// Everything that is allowed, in the order of codes.
struct Entries<'a> {
    entries: Vec<&'a Allow>,
}

impl<'a> Entries<'a> {
    fn new(platform: &'a Platform, organizations: &'a [Organization], templates: &'a Templates) -> Self {
        let of_rules = organizations.iter().flat_map(|it| it.rules.iter().flat_map(|rule| &rule.allow));
        let of_templates = templates.values().flatten().flat_map(|template| &template.allow);
        let of_organizations = organizations.iter().flat_map(|organization| &organization.allow);
        let mut entries: Vec<&Allow> =
            platform.allow.iter().chain(of_organizations).chain(of_rules).chain(of_templates).collect();
        // The narrowest comes first, so that a wider one is reported if it is not needed.
        let key = |it: &&'a Allow| (it.code, it.file.as_str(), it.within.len(), it.span.start);
        entries.sort_by(|left, right| key(left).cmp(&key(right)));
        // The rules of a template are there once for each use.
        entries.dedup_by(|left, right| {
            left.code == right.code && left.file == right.file && left.span == right.span
        });
        Self { entries }
    }

    /// What allows a finding.
    fn of(&self, diagnostic: &Diagnostic) -> Option<(usize, &'a Allow)> {
        let related = diagnostic.related.as_ref();
        let covers = |entry: &Allow| {
            let is_at = |file: &str, start: usize| {
                entry.file == file && entry.within.start <= start && start <= entry.within.end
            };
            is_at(&diagnostic.file, diagnostic.span.start)
                || entry.with_related && related.is_some_and(|it| is_at(&it.file, it.span.start))
        };
        let first = self.entries.partition_point(|entry| entry.code < diagnostic.code);
        let of_code = self.entries.iter().enumerate().skip(first);
        let mut of_code = of_code.take_while(|(_, entry)| entry.code == diagnostic.code);
        of_code.find(|(_, entry)| covers(entry)).map(|(at, entry)| (at, *entry))
    }
}

/// The finding about an entry of `allow` that has no effect; `None` if such findings are off.
fn report_unused(entry: &Allow, levels: &BTreeMap<Code, LintLevel>) -> Option<Diagnostic> {
    let code = entry.code.name();
    let (message, help) = match levels.get(&entry.code) {
        Some(LintLevel::Error) => (
            format!("`{code}` cannot be allowed: `lints` of the platform makes it an error"),
            "remove the entry, and correct the mistake; to allow it, set `warning` under `lints`",
        ),
        Some(LintLevel::Off) => (
            format!("`lints` of the platform has switched `{code}` off, so this entry has no effect"),
            "remove it",
        ),
        _ => (
            format!("there is no finding `{code}` here, so this entry has no effect"),
            "remove it, or move it to the rule, target group or mapping that has the finding",
        ),
    };
    let mut diagnostic =
        Diagnostic::new(Code::UnusedAllow, &entry.file, entry.span.clone(), message).help(help);
    match levels.get(&Code::UnusedAllow) {
        Some(LintLevel::Off) => return None,
        Some(LintLevel::Error) => diagnostic.severity = Severity::Error,
        _ => {}
    }
    Some(diagnostic)
}
