//! What a ceiling limits.
//!
//! A ceiling that allows every group of an application does not limit a grant whose name the customer's directory can
//! choose. What the platform's owners chose counts as a limit, even if it is every group of today: a name, or a glob or
//! prefix that begins with a part of a name. What only has wildcards at its beginning also allows the groups of customers
//! who come later, so it is a limit only if it leaves out a group.

use core::cell::OnceCell;
use core::ops::Range;
use std::collections::BTreeMap;

use crate::diagnostic::Code;
use crate::ids::TargetId;
use crate::language::diagnostic_sink::DiagnosticSink;
use crate::language::model::{Application, Ceiling, Organization, Platform, Rule, TargetGroup};
use crate::language::parsed_patterns::GlobPattern;
use crate::language::yaml::Spanned;
use crate::matching::glob::CAPTURE;
use crate::patterns::grant_text::{GrantPiece, GrantText};

/// Why no ceiling limits a grant.
#[derive(Clone, Copy, Debug)]
pub(super) enum Unbounded<'p> {
    /// There is no ceiling with `groups` or `prefix`.
    WithoutCeiling,
    /// The ceiling allows every group of an application.
    AllowsWholeApplication { application: &'p str, ceiling: &'p Ceiling },
}

/// Whether a ceiling allows a target group, from the least to the most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Held {
    No,
    /// The entry also allows the groups of customers who come later.
    ByWildcard,
    Chosen,
}

/// What bounds the grants of one organization.
#[derive(Debug)]
pub(super) struct Bounds<'p> {
    groups: &'p [TargetGroup],
    applications: &'p [Application],
    platform_file: &'p str,
    organization: &'p str,
    pub(super) ceiling: Option<&'p Ceiling>,
    /// The applications of which the ceiling allows every group, found when a grant needs them.
    fully_allowed: OnceCell<Vec<usize>>,
}

impl<'p> Bounds<'p> {
    pub(super) fn new(platform: &'p Platform, organization: &'p Organization) -> Self {
        Self {
            groups: &platform.groups,
            applications: &platform.applications,
            platform_file: &platform.file,
            organization: &organization.name,
            ceiling: platform.ceilings.iter().find(|it| it.organization.value == organization.name),
            fully_allowed: OnceCell::new(),
        }
    }

    /// The position of a target group in the registry.
    pub(super) fn find(&self, name: &str) -> Option<TargetId> {
        let at = self.groups.binary_search_by(|group| group.name.value.as_str().cmp(name)).ok()?;
        Some(TargetId(at as u32))
    }

    /// How an entry of the ceiling's `groups` holds a target group. What is the name of a target group is not a glob.
    pub(super) fn held_by(&self, entry: &GlobPattern, name: &str) -> Held {
        if entry.written.value == name {
            return Held::Chosen;
        }
        let glob = entry.parsed.as_ref().ok().filter(|glob| glob.is_match(name));
        match glob {
            Some(glob) if self.find(&entry.written.value).is_none() => {
                let is_chosen = glob.patterns.iter().all(|pattern| has_part(literal_start(pattern)));
                if is_chosen { Held::Chosen } else { Held::ByWildcard }
            }
            _ => Held::No,
        }
    }

    /// The applications of which a ceiling allows every group that is not protected, at least one of them only by a
    /// wildcard.
    fn fully_allowed_applications(&self, ceiling: &Ceiling) -> Vec<usize> {
        if ceiling.prefix.as_ref().is_some_and(|prefix| has_part(&prefix.value)) {
            return Vec::new();
        }
        // By application, how its least allowed group is held.
        let mut least: BTreeMap<usize, Held> = BTreeMap::new();
        for group in self.groups.iter().filter(|group| !group.protected) {
            let name = group.name.value.as_str();
            let fits = ceiling.prefix.as_ref().is_none_or(|prefix| name.starts_with(&prefix.value));
            let held = match &ceiling.groups {
                _ if !fits => Held::No,
                None => Held::ByWildcard,
                Some(entries) => {
                    entries.iter().map(|entry| self.held_by(entry, name)).max().unwrap_or(Held::No)
                }
            };
            for application in &group.applications {
                let least = least.entry(*application).or_insert(Held::Chosen);
                *least = held.min(*least);
            }
        }
        let found = least.into_iter().filter(|(_, held)| *held == Held::ByWildcard);
        found.map(|(application, _)| application).collect()
    }

    /// Why no ceiling limits which names a grant can lead to; `None` if one does.
    pub(super) fn unbounded(&self, can_name: impl Fn(&str) -> bool) -> Option<Unbounded<'p>> {
        let ceiling = self.ceiling.filter(|ceiling| ceiling.groups.is_some() || ceiling.prefix.is_some());
        let Some(ceiling) = ceiling else { return Some(Unbounded::WithoutCeiling) };
        let fully_allowed = self.fully_allowed.get_or_init(|| self.fully_allowed_applications(ceiling));
        let leads_to = |application: &usize| {
            let mut groups = self.groups.iter().filter(|group| group.applications.contains(application));
            groups.any(|group| can_name(&group.name.value))
        };
        let application = fully_allowed.iter().find(|application| leads_to(application))?;
        let application = self.applications.get(*application)?.name.value.as_str();
        Some(Unbounded::AllowsWholeApplication { application, ceiling })
    }

    /// Reports a grant that no ceiling limits; the message says first how the grant chooses groups.
    pub(super) fn report_unbounded(
        &self,
        unbounded: Unbounded<'p>,
        (span, chooses): (&Range<usize>, &str),
        what: &str,
        in_template: bool,
        sink: &mut DiagnosticSink<'_>,
    ) {
        let organization = self.organization;
        let instead = format!("begin the {what} with a part of the name, such as `{organization}-`");
        let Unbounded::AllowsWholeApplication { application, ceiling } = unbounded else {
            let message = format!("{chooses}, and no ceiling limits what `{organization}` may grant");
            let help = format!(
                "have the platform's owners add a ceiling with `groups` or `prefix` for `{organization}`, or {instead}"
            );
            sink.report(Code::UnboundedGrant, span, message, help);
            return;
        };
        let application = application.escape_debug();
        let message =
            format!("{chooses}, and the ceiling of `{organization}` allows every group of `{application}`");
        let help = format!(
            "have the platform's owners name the groups that `{organization}` may grant in its ceiling, or {instead}"
        );
        sink.report(Code::UnboundedGrant, span, message, help);
        if !in_template && let Some(last) = sink.list.pop() {
            let place = ceiling.organization.span.clone();
            sink.list.push(last.related(self.platform_file, place, "the platform's ceiling"));
        }
    }

    /// Reports a grant that begins with a capture, if no ceiling limits what the customer's directory can name with it.
    pub(super) fn check_bound(
        &self,
        rule: &Rule,
        (written, text): (&Spanned<String>, &GrantText),
        sink: &mut DiagnosticSink<'_>,
    ) {
        if matches!(text.pieces.first(), Some(GrantPiece::Literal(first)) if has_part(first)) {
            return;
        }
        let Some(unbounded) = self.unbounded(|name| text.can_name(name)) else { return };
        let chooses = format!(
            "the name of a group in the directory of `{}` chooses what `{}` grants",
            self.organization, written.value
        );
        self.report_unbounded(unbounded, (&written.span, &chooses), "grant", rule.used.is_some(), sink);
    }
}

/// Whether text has a whole part of a name, such as `acme-`.
pub(super) fn has_part(text: &str) -> bool {
    let without_end = text.trim_end_matches(char::is_alphanumeric);
    without_end.chars().any(char::is_alphanumeric)
}

/// The literal before the first special construct of a lowered pattern.
pub(super) fn literal_start(pattern: &str) -> &str {
    let end = pattern.find(|char| u32::from(char) <= u32::from(CAPTURE)).unwrap_or(pattern.len());
    pattern.get(..end).unwrap_or_default()
}
