//! What rules grant: target groups of the registry that the platform allows the organization to grant.

use std::collections::BTreeMap;

use super::ceiling::{Bounds, Held};
use super::expansions::{expand, report_leak, resolve_pieces};
use super::foreign_grant;
use super::lowered::LoweredExpansion;
use super::rule_patterns::PatternLowering;
use crate::diagnostic::Code;
use crate::ids::{Id as _, TargetId};
use crate::language::diagnostic_sink::DiagnosticSink;
use crate::language::includes;
use crate::language::model::{Effect, Organization, Platform, Rule, TargetGroup};
use crate::language::parsed_patterns::{GlobPattern, Grant};
use crate::language::target_names::TargetNames;
use crate::language::yaml::Spanned;
use crate::patterns::folding::fold;
use crate::patterns::foreign::in_prefix;
use crate::patterns::grant_text::GrantText;

/// What one organization may grant.
#[derive(Debug)]
pub(crate) struct GrantChecker<'p> {
    pub(super) groups: &'p [TargetGroup],
    platform_file: &'p str,
    pub(super) organization: &'p str,
    /// The globs of the ceiling; `None` if every group may be granted.
    allowed: Option<&'p [GlobPattern]>,
    pub(super) bounds: Bounds<'p>,
}

/// Whether globs of target groups can be written where a name is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Globs {
    Allowed,
    /// The same, in a rule that excludes.
    OfExclusions,
    Refused,
}

impl Globs {
    fn of(rule: &Rule) -> Self {
        if rule.effect == Effect::Exclude { Self::OfExclusions } else { Self::Allowed }
    }
}

/// Why a target group may not be granted, and what to do if that does not follow from the code alone.
pub(super) type GrantRefusal = (Code, String, Option<String>);

/// What a rule grants for each name of a group, with whether the name's letter case is ignored.
pub(crate) type GrantsOfNames = BTreeMap<(String, bool), Vec<TargetId>>;

/// What a rule grants or excludes.
#[derive(Debug, Default)]
pub(crate) struct LoweredGrants {
    /// Positions in the registry.
    pub(crate) groups: Vec<TargetId>,
    pub(crate) expansions: Vec<LoweredExpansion>,
    /// What the expansions give for upstream groups that have an alias, which are known already.
    pub(crate) of_aliases: BTreeMap<String, Vec<TargetId>>,
}

impl<'p> GrantChecker<'p> {
    pub(crate) fn new(platform: &'p Platform, organization: &'p Organization) -> Self {
        let bounds = Bounds::new(platform, organization);
        let allowed = bounds.ceiling.and_then(|ceiling| ceiling.groups.as_deref());
        Self {
            groups: &platform.groups,
            platform_file: &platform.file,
            organization: &organization.name,
            allowed,
            bounds,
        }
    }

    /// Resolves what a rule grants or excludes.
    pub(crate) fn lower_grants(
        &self,
        rule: &Rule,
        patterns: &PatternLowering<'_>,
        sink: &mut DiagnosticSink<'_>,
    ) -> LoweredGrants {
        let mut grants = LoweredGrants::default();
        for Grant { written, expansion } in &rule.groups {
            if let Some(text) = expansion
                && rule.effect == Effect::Grant
            {
                self.lower_expansion(rule, (written, text), patterns, &mut grants, sink);
            } else if let Some(at) = self.resolve(written, Globs::of(rule), sink)
                && (rule.effect == Effect::Exclude || self.check(at, rule, written, sink))
            {
                grants.groups.push(at);
                if rule.effect == Effect::Exclude {
                    // A group that includes it would bring it back.
                    grants.groups.extend(self.including(at));
                }
            }
        }
        grants
    }

    /// The position of a target group in the registry.
    fn resolve(
        &self,
        grant: &Spanned<String>,
        globs: Globs,
        sink: &mut DiagnosticSink<'_>,
    ) -> Option<TargetId> {
        if grant.value.is_empty() {
            let help = "name a target group of the registry".to_owned();
            sink.report(Code::EmptyGrant, &grant.span, "the name of a target group is empty", help);
            return None;
        }
        if let Some(at) = self.find(&grant.value) {
            return Some(at);
        }
        let names = self.groups.iter().map(|group| group.name.value.as_str());
        let help = match sink.nearest(&grant.value, names) {
            _ if grant.value.contains("${") => {
                "name the target groups: captures are expanded in `grant` of a rule only".to_owned()
            }
            _ if globs == Globs::OfExclusions && foreign_grant::means_all(&grant.value) => {
                foreign_grant::ALL.to_owned()
            }
            _ if let Some(help) =
                foreign_grant::of_group(&grant.value, globs != Globs::Refused, |name| {
                    self.find(name).is_some()
                }) =>
            {
                help
            }
            Some(near) => format!("did you mean `{near}`?"),
            None if globs == Globs::OfExclusions => foreign_grant::EXCLUSION.to_owned(),
            None => "add it to `groups` of the platform, or grant another group".to_owned(),
        };
        let message = format!("the registry has no target group `{}`", grant.value.escape_debug());
        sink.report(Code::UnknownGroup, &grant.span, message, help);
        None
    }

    /// The target groups that include one.
    fn including(&self, target: TargetId) -> impl Iterator<Item = TargetId> {
        let includes = move |(_, group): &(u32, &TargetGroup)| group.included.contains(&target.index());
        (0..).zip(self.groups).filter(includes).map(|(at, _)| TargetId(at))
    }

    fn find(&self, name: &str) -> Option<TargetId> {
        self.bounds.find(name)
    }

    /// Reports a target group that the organization's rules may not grant, or only with `protected: true`.
    fn check(
        &self,
        target: TargetId,
        rule: &Rule,
        grant: &Spanned<String>,
        sink: &mut DiagnosticSink<'_>,
    ) -> bool {
        let Some(group) = self.groups.get(target.index()) else { return false };
        let refusal = self.refusal(group, rule.protected);
        let is_free = refusal.is_none();
        self.report(refusal, grant, rule.used.is_some(), sink);
        is_free
    }

    /// Reports why a group may not be granted. The related place is the platform's ceiling, or for a rule of a template
    /// the place where the template is used, which is added later.
    pub(super) fn report(
        &self,
        refusal: Option<GrantRefusal>,
        grant: &Spanned<String>,
        in_template: bool,
        sink: &mut DiagnosticSink<'_>,
    ) {
        let Some((code, problem, help)) = refusal else { return };
        sink.report(code, &grant.span, problem, help);
        if code == Code::OutsideCeiling
            && !in_template
            && let Some(ceiling) = self.bounds.ceiling
            && let Some(last) = sink.list.pop()
        {
            let place = ceiling.organization.span.clone();
            sink.list.push(last.related(self.platform_file, place, "the platform's ceiling"));
        }
    }

    /// The position of a target group that is granted by default, if that is allowed; a protected group never is.
    pub(crate) fn resolve_default(
        &self,
        default: &Spanned<String>,
        sink: &mut DiagnosticSink<'_>,
    ) -> Option<TargetId> {
        let at = self.resolve(default, Globs::Refused, sink)?;
        let group = self.groups.get(at.index())?;
        let refusal = self.refused(group, false).map(|(refused, mut refusal)| {
            if let (Code::ProtectedGroup, problem, help) = &mut refusal {
                *problem =
                    format!("the protected group `{}` cannot be granted by default", refused.name.value);
                *help = Some("grant it by a rule with `protected: true`".to_owned());
            }
            self.with_chain(group, refused, refusal)
        });
        let is_free = refusal.is_none();
        self.report(refusal, default, false, sink);
        if is_free { Some(at) } else { None }
    }

    /// Why a rule may not grant the target group with a name, in words; `None` if it may, or if there is no such group.
    pub(crate) fn why_not(&self, name: &str, marked: bool) -> Option<String> {
        let group = self.groups.iter().find(|group| group.name.value == name)?;
        self.refusal(group, marked).map(|(_, problem, _)| problem)
    }

    /// Why a rule may not grant a target group with the groups that it includes; `None` if it may.
    pub(super) fn refusal(&self, group: &'p TargetGroup, marked: bool) -> Option<GrantRefusal> {
        let (refused, refusal) = self.refused(group, marked)?;
        Some(self.with_chain(group, refused, refusal))
    }

    /// The first group that may not be granted, among a group and those that it includes, and why.
    fn refused(&self, group: &'p TargetGroup, marked: bool) -> Option<(&'p TargetGroup, GrantRefusal)> {
        let included = group.included.iter().filter_map(|at| self.groups.get(*at));
        core::iter::once(group).chain(included).find_map(|it| Some((it, self.own_refusal(it, marked)?)))
    }

    /// Says how a group includes the one that may not be granted.
    fn with_chain(&self, group: &TargetGroup, refused: &TargetGroup, refusal: GrantRefusal) -> GrantRefusal {
        let position = |wanted: &TargetGroup| self.find(&wanted.name.value).map(|target| target.index());
        let (code, problem, help) = refusal;
        match (position(group), position(refused)) {
            (Some(from), Some(to)) if from != to => {
                let problem = format!("{}, but {problem}", includes::chain(self.groups, from, to));
                (code, problem, help)
            }
            _ => (code, problem, help),
        }
    }

    /// Whether a rule that says `protected: true` may grant a target group, whatever it includes.
    pub(super) fn allows(&self, group: &TargetGroup) -> bool {
        self.own_refusal(group, true).is_none()
    }

    /// Why a rule may not grant a target group, whatever it includes; `None` if it may.
    fn own_refusal(&self, group: &TargetGroup, marked: bool) -> Option<GrantRefusal> {
        let name = group.name.value.as_str();
        let organization = self.organization;
        let prefix = self.bounds.ceiling.and_then(|ceiling| ceiling.prefix.as_ref());
        let raised =
            || self.bounds.ceiling.is_some_and(|it| it.protected.iter().any(|known| known.value == name));
        if group.protected && !raised() {
            let problem =
                format!("the platform does not let `{organization}` grant the protected group `{name}`");
            let help = format!(
                "grant another group, or have the platform's owners list it under `protected` of the ceiling of `{organization}`"
            );
            return Some((Code::OutsideCeiling, problem, Some(help)));
        }
        if group.protected && !marked {
            let problem = format!("the rule grants the protected group `{name}` without `protected: true`");
            return Some((Code::ProtectedGroup, problem, None));
        }
        if let Some(prefix) = prefix
            && !name.starts_with(&prefix.value)
        {
            let problem = format!(
                "`{organization}` may only grant groups that begin with `{}`, and `{name}` does not",
                prefix.value
            );
            let help = in_prefix(&prefix.value)
                .map(|found| format!("in the ceiling of `{organization}`, {}", found.help));
            return Some((Code::OutsideCeiling, problem, help));
        }
        let holds = |entry: &GlobPattern| self.bounds.held_by(entry, name) != Held::No;
        if !group.protected && self.allowed.is_some_and(|entries| !entries.iter().any(holds)) {
            let problem = format!("the platform does not let `{organization}` grant `{name}`");
            return Some((Code::OutsideCeiling, problem, None));
        }
        None
    }

    /// What a rule grants that matches the names of target groups: in any case, and for each name, with whether its
    /// letter case is ignored.
    pub(crate) fn lower_target_names(
        &self,
        rule: &Rule,
        names: &TargetNames<'_>,
        sink: &mut DiagnosticSink<'_>,
    ) -> (Vec<TargetId>, GrantsOfNames) {
        let mut groups = Vec::new();
        for grant in rule.groups.iter().filter(|grant| grant.expansion.is_none()) {
            if let Some(at) = self.resolve(&grant.written, Globs::Allowed, sink)
                && self.check(at, rule, &grant.written, sink)
            {
                groups.push(at);
            }
        }
        let mut of_names = GrantsOfNames::new();
        for (grant, text, affixes) in &names.grants {
            self.bounds.check_bound(rule, (&grant.written, text), sink);
            for at in self.candidates(rule, (&grant.written, text), sink).unwrap_or_default() {
                let Some(group) = self.groups.get(at.index()) else { continue };
                for (name, ignore_case) in names.names_of(affixes, &group.name.value) {
                    let name = if ignore_case { fold(&name) } else { name };
                    of_names.entry((name, ignore_case)).or_default().push(at);
                }
            }
        }
        (groups, of_names)
    }

    /// The target groups that a grant with captures can lead to; `None` if there are none, which is reported.
    fn candidates(
        &self,
        rule: &Rule,
        (written, text): (&Spanned<String>, &GrantText),
        sink: &mut DiagnosticSink<'_>,
    ) -> Option<Vec<TargetId>> {
        let fits = |group: &&TargetGroup| text.can_name(&group.name.value);
        let fitting: Vec<&TargetGroup> = self.groups.iter().filter(fits).collect();
        let allowed: Vec<&TargetGroup> =
            fitting.iter().copied().filter(|group| self.refusal(group, rule.protected).is_none()).collect();
        let refusal = || fitting.iter().find_map(|group| self.refusal(group, rule.protected));
        match (fitting.as_slice(), allowed.as_slice()) {
            ([], _) => {
                let message =
                    format!("no target group of the registry is an expansion of `{}`", written.value);
                sink.report(Code::TemplateOutsideRegistry, &written.span, message, None);
                None
            }
            (_, []) => {
                self.report(refusal(), written, rule.used.is_some(), sink);
                None
            }
            _ => Some(allowed.iter().filter_map(|group| self.find(&group.name.value)).collect()),
        }
    }

    fn lower_expansion(
        &self,
        rule: &Rule,
        (written, text): (&Spanned<String>, &GrantText),
        patterns: &PatternLowering<'_>,
        grants: &mut LoweredGrants,
        sink: &mut DiagnosticSink<'_>,
    ) {
        let Some(pieces) = resolve_pieces((written, text), patterns, sink) else { return };
        if !patterns.captures_are_known() {
            self.bounds.check_bound(rule, (written, text), sink);
        }
        let Some(candidates) = self.candidates(rule, (written, text), sink) else { return };

        for (id, captures) in patterns.alias_captures() {
            let text = expand(&pieces, captures);
            match self.find(&text).filter(|at| candidates.contains(at)) {
                Some(at) => grants.of_aliases.entry(id.clone()).or_default().push(at),
                None => report_leak(written, &text, &format!("the alias of `{id}`"), sink),
            }
        }
        for captures in patterns.finite_captures() {
            let text = expand(&pieces, captures);
            if self.find(&text).is_none_or(|at| !candidates.contains(&at)) {
                report_leak(written, &text, "a text that its pattern can capture", sink);
            }
        }
        grants.expansions.push(LoweredExpansion { pieces, candidates });
    }
}
