//! What rules grant: target groups of the registry, as far as the platform lets the organization grant them.

use core::ops::Range;
use std::collections::BTreeMap;

use super::lowered::{LoweredExpansion, Piece};
use super::rule_patterns::PatternLowering;
use crate::bundle::grant_expansion::Case;
use crate::diagnostic::Code;
use crate::language::fields::{DiagnosticSink, nearest};
use crate::language::model::{Ceiling, Effect, Organization, Platform, Rule, TargetGroup};
use crate::language::yaml::Spanned;
use crate::matching::glob::{ANY, ONE, Pattern};
use crate::patterns::glob::Glob;
use crate::text::case_mapping;

/// What one organization may grant.
#[derive(Debug)]
pub(crate) struct Guard<'p> {
    groups: &'p [TargetGroup],
    platform_file: &'p str,
    organization: &'p str,
    ceiling: Option<&'p Ceiling>,
    /// The globs of the ceiling; `None` if it has none.
    allowed: Option<Vec<Glob>>,
}

/// Why a target group may not be granted, and what to do where the code alone does not say that.
type Obstacle = (Code, String, Option<String>);

/// What a rule grants or takes away.
#[derive(Debug, Default)]
pub(crate) struct Grants {
    /// Positions in the registry.
    pub(crate) groups: Vec<u32>,
    pub(crate) templates: Vec<LoweredExpansion>,
    /// What the templates expand to for upstream groups that have an alias: these are known already.
    pub(crate) of_aliases: BTreeMap<String, Vec<u32>>,
}

impl<'p> Guard<'p> {
    pub(crate) fn new(platform: &'p Platform, organization: &'p Organization) -> Self {
        let ceiling = platform.ceilings.iter().find(|it| it.organization.value == organization.name);
        let globs = |names: &Vec<Spanned<String>>| {
            names.iter().filter_map(|name| Glob::parse(&name.value).ok()).collect()
        };
        let allowed = ceiling.and_then(|ceiling| ceiling.groups.as_ref()).map(globs);
        Self {
            groups: &platform.groups,
            platform_file: &platform.file,
            organization: &organization.name,
            ceiling,
            allowed,
        }
    }

    /// Resolves the grants of a rule, or what it takes away.
    pub(crate) fn lower_grants(
        &self,
        rule: &Rule,
        patterns: &PatternLowering<'_>,
        findings: &mut DiagnosticSink<'_>,
    ) -> Grants {
        let mut grants = Grants::default();
        for name in &rule.groups {
            if name.value.contains("${") && rule.effect == Effect::Grant {
                self.lower_template(rule, name, patterns, &mut grants, findings);
            } else if let Some(at) = self.resolve(name, findings)
                && (rule.effect == Effect::Exclude || self.check(at, rule, name, findings))
            {
                grants.groups.push(at);
            }
        }
        grants
    }

    /// The position of a target group in the registry.
    fn resolve(&self, grant: &Spanned<String>, findings: &mut DiagnosticSink<'_>) -> Option<u32> {
        if grant.value.is_empty() {
            let help = "name a target group of the registry".to_owned();
            findings.report(Code::EmptyGrant, &grant.span, "the name of a target group is empty", help);
            return None;
        }
        if let Some(at) = self.find(&grant.value) {
            return Some(at);
        }
        let names = self.groups.iter().map(|group| group.name.value.as_str());
        let help = match findings.nearest(&grant.value, names) {
            _ if grant.value.contains("${") => {
                "name the target groups: captures are expanded in `grant` of a rule only".to_owned()
            }
            Some(near) => format!("did you mean `{near}`?"),
            None => "add it to `groups` of the platform, or grant another".to_owned(),
        };
        let message = format!("the registry has no target group `{}`", grant.value.escape_debug());
        findings.report(Code::UnknownGroup, &grant.span, message, help);
        None
    }

    fn find(&self, name: &str) -> Option<u32> {
        let at = self.groups.binary_search_by(|group| group.name.value.as_str().cmp(name)).ok()?;
        u32::try_from(at).ok()
    }

    /// Reports a target group that the organization's rules may not grant, or not without being marked to.
    fn check(
        &self,
        at: u32,
        rule: &Rule,
        grant: &Spanned<String>,
        findings: &mut DiagnosticSink<'_>,
    ) -> bool {
        let Some(group) = self.groups.get(at as usize) else { return false };
        let obstacle = self.obstacle(group, rule.protected);
        let is_free = obstacle.is_none();
        self.report(obstacle, grant, rule.used.is_some(), findings);
        is_free
    }

    /// Reports why something may not be granted, and where the platform says so; `in_template`, where the template is
    /// used is told instead.
    fn report(
        &self,
        obstacle: Option<Obstacle>,
        grant: &Spanned<String>,
        in_template: bool,
        findings: &mut DiagnosticSink<'_>,
    ) {
        let Some((code, problem, help)) = obstacle else { return };
        findings.report(code, &grant.span, problem, help);
        if let Some(ceiling) = self.ceiling.filter(|_| code == Code::OutsideCeiling && !in_template)
            && let Some(last) = findings.list.pop()
        {
            let place = ceiling.organization.span.clone();
            findings.list.push(last.related(self.platform_file, place, "the platform's ceiling"));
        }
    }

    /// The position of a target group that is granted by default, if it may be: no rule is marked to grant it.
    pub(crate) fn resolve_default(
        &self,
        default: &Spanned<String>,
        findings: &mut DiagnosticSink<'_>,
    ) -> Option<u32> {
        let at = self.resolve(default, findings)?;
        let group = self.groups.get(at as usize)?;
        let mut obstacle = self.obstacle(group, false);
        if let Some((Code::ProtectedGroup, problem, help)) = &mut obstacle {
            *problem = format!("the protected group `{}` cannot be granted by default", group.name.value);
            *help = Some("grant it by a rule with `protected: true`".to_owned());
        }
        let is_free = obstacle.is_none();
        self.report(obstacle, default, false, findings);
        is_free.then_some(at)
    }

    /// Why a rule may not grant a target group, if it may not.
    fn obstacle(&self, group: &TargetGroup, marked: bool) -> Option<Obstacle> {
        let name = group.name.value.as_str();
        let organization = self.organization;
        let prefix = self.ceiling.and_then(|ceiling| ceiling.prefix.as_ref());
        let raised = || self.ceiling.is_some_and(|it| it.protected.iter().any(|known| known.value == name));
        if group.protected && !raised() {
            let problem =
                format!("the platform does not let `{organization}` grant the protected group `{name}`");
            let help = format!(
                "grant another group, or have the platform's owners list it under `protected` of the ceiling of `{organization}`"
            );
            return Some((Code::OutsideCeiling, problem, Some(help)));
        }
        if group.protected && !marked {
            let problem = format!("the rule grants the protected group `{name}` without being marked to");
            return Some((Code::ProtectedGroup, problem, None));
        }
        if let Some(prefix) = prefix.filter(|prefix| !name.starts_with(&prefix.value)) {
            let problem = format!(
                "`{organization}` may only grant groups that begin with `{}`, and `{name}` does not",
                prefix.value
            );
            return Some((Code::OutsideCeiling, problem, None));
        }
        let outside =
            self.allowed.as_ref().is_some_and(|globs| !globs.iter().any(|glob| glob.is_match(name)));
        (outside && !group.protected).then(|| {
            let problem = format!("the platform does not let `{organization}` grant `{name}`");
            (Code::OutsideCeiling, problem, None)
        })
    }

    fn lower_template(
        &self,
        rule: &Rule,
        written: &Spanned<String>,
        patterns: &PatternLowering<'_>,
        grants: &mut Grants,
        findings: &mut DiagnosticSink<'_>,
    ) {
        let Some(pieces) = read_pieces(written, patterns, findings) else { return };
        // What it can expand to looks like this: a capture has at least one character.
        let shape: String = pieces
            .iter()
            .map(|piece| match piece {
                Piece::Literal(literal) => literal.clone(),
                Piece::Capture { .. } => String::from_utf8_lossy(&[ONE, ANY]).into_owned(),
            })
            .collect();
        let fits = |group: &&TargetGroup| {
            Pattern::decode(&shape).is_some_and(|shape| shape.is_match(group.name.value.as_bytes()))
        };
        let fitting: Vec<&TargetGroup> = self.groups.iter().filter(fits).collect();
        let allowed: Vec<&TargetGroup> =
            fitting.iter().copied().filter(|group| self.obstacle(group, rule.protected).is_none()).collect();
        let obstacle = || fitting.iter().find_map(|group| self.obstacle(group, rule.protected));
        match (fitting.as_slice(), allowed.as_slice()) {
            ([], _) => {
                let message =
                    format!("no target group of the registry is what `{}` can expand to", written.value);
                findings.report(Code::TemplateOutsideRegistry, &written.span, message, None);
                return;
            }
            (_, []) => {
                self.report(obstacle(), written, rule.used.is_some(), findings);
                return;
            }
            _ => {}
        }
        let position = |group: &&TargetGroup| self.find(&group.name.value);
        let candidates: Vec<u32> = allowed.iter().filter_map(position).collect();

        for (id, captures) in patterns.alias_captures() {
            let text = expand(&pieces, captures);
            match self.find(&text).filter(|at| candidates.contains(at)) {
                Some(at) => grants.of_aliases.entry(id.clone()).or_default().push(at),
                None => report_leak(written, &text, &format!("the alias of `{id}`"), findings),
            }
        }
        for captures in patterns.finite_captures() {
            let text = expand(&pieces, captures);
            if self.find(&text).is_none_or(|at| !candidates.contains(&at)) {
                report_leak(written, &text, "what its pattern matches", findings);
            }
        }
        grants.templates.push(LoweredExpansion { pieces, candidates });
    }
}

/// Reports an expansion, known before any login, that names no target group that the rule may grant.
fn report_leak(written: &Spanned<String>, text: &str, cause: &str, findings: &mut DiagnosticSink<'_>) {
    let message = format!(
        "by {cause}, `{}` expands to `{}`, which is no target group that the rule may grant",
        written.value,
        text.escape_debug()
    );
    findings.report(Code::TemplateOutsideRegistry, &written.span, message, None);
}

fn expand(pieces: &[Piece], captures: &[String]) -> String {
    let one = |piece: &Piece| match piece {
        Piece::Literal(literal) => literal.clone(),
        Piece::Capture { number, case } => {
            let capture = captures.get(*number).map(String::as_str).unwrap_or_default();
            match case {
                Case::AsIs => capture.to_owned(),
                Case::Lower => super::rule_patterns::lower(capture),
                Case::Upper => {
                    let mut upper = Vec::new();
                    case_mapping::upper_into(capture.as_bytes(), &mut upper);
                    String::from_utf8_lossy(&upper).into_owned()
                }
            }
        }
    };
    pieces.iter().map(one).collect()
}

/// Takes a grant such as `${team:lower}-admins` apart.
fn read_pieces(
    written: &Spanned<String>,
    patterns: &PatternLowering<'_>,
    findings: &mut DiagnosticSink<'_>,
) -> Option<Vec<Piece>> {
    let mut pieces = Vec::new();
    let mut rest = written.value.as_str();
    let span: &Range<usize> = &written.span;
    while let Some((literal, behind)) = rest.split_once("${") {
        let Some((inside, behind)) = behind.split_once('}') else {
            let message = format!("a `${{` of `{}` is never closed", written.value.escape_debug());
            findings.report(Code::UnknownCapture, span, message, "close it with `}`".to_owned());
            return None;
        };
        let (name, case) = inside.split_once(':').unwrap_or((inside, ""));
        let case = match case {
            "" => Case::AsIs,
            "lower" => Case::Lower,
            "upper" => Case::Upper,
            other => {
                let message = format!("`{}` is nothing that can be done to a capture", other.escape_debug());
                let help = "write `lower` or `upper`, or leave it out".to_owned();
                findings.report(Code::InvalidValue, span, message, help);
                return None;
            }
        };
        let Some(number) = patterns.capture(name) else {
            if patterns.is_broken() {
                return None;
            }
            let known = || patterns.capture_names().iter().map(String::as_str);
            let help = nearest(name, known()).map(|near| format!("did you mean `{near}`?"));
            let message = format!("the rule's patterns capture no `{}`", name.escape_debug());
            findings.report(Code::UnknownCapture, span, message, help);
            return None;
        };
        if let Some(without) = patterns.pattern_without(number) {
            let message = format!(
                "`{}` wants the capture `{name}`, which `{}` does not have",
                written.value,
                without.value.escape_debug()
            );
            let place = (&without.span, "this pattern has no such capture");
            findings.report_related(Code::UnknownCapture, span, message, place);
            findings.help_last("have every pattern of the rule capture it, or write a rule for each");
            return None;
        }
        pieces.push(Piece::Literal(literal.to_owned()));
        pieces.push(Piece::Capture { number, case });
        rest = behind;
    }
    pieces.push(Piece::Literal(rest.to_owned()));
    pieces.retain(|piece| !matches!(piece, Piece::Literal(literal) if literal.is_empty()));
    Some(pieces)
}
