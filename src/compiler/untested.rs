//! Organizations without cases, and rules that fire in no case.
//!
//! These findings need the results of the cases, so they are not in the room of the other lints. Each has a case that
//! would solve it: a login is made up from the rule, read as an author's case would be, and run. It is shown only if the
//! rule fires.

mod draft;
mod inputs;
mod names;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use self::draft::{Draft, WrittenGroups};
use self::inputs::{DraftContext, LoginInputs, inputs_for};
use self::names::lists_of_groups;
use super::{CompiledPlatform, Model};
use crate::bundle::index::Bundle;
use crate::diagnostic::{Code, Diagnostic, Related};
use crate::host::event::{self, Answer, Event};
use crate::language::cases::read_cases;
use crate::language::diagnostic_sink::DiagnosticSink;
use crate::language::model::{Effect, Organization, Rule};
use crate::language::yaml;
use crate::limits::MAX_MESSAGE;

/// What is left to do with a case that was made up.
const CHECK: &str = "check that the groups are real and the result is what was agreed";

/// How many logins are tried for one rule, and for all rules together.
const MAX_TRIES: usize = 48;
const MAX_ALL_TRIES: usize = 4096;
/// A login in which this many rules fire counts as one more try.
const RULES_PER_TRY: usize = 16;
/// How many applications are tried for one connection.
const MAX_APPLICATIONS: usize = 4;
/// How much of a help is left for the words around a case.
const WORDS: usize = 300;

/// Reports organizations without cases, and rules that fire in no case of any tenant.
pub(super) fn lint(platforms: &[CompiledPlatform], diagnostics: &mut Vec<Diagnostic>) {
    let Some(first) = platforms.first() else { return };
    let (mut tested, mut fired) = (BTreeSet::new(), BTreeSet::new());
    let decoded = platforms.iter().map(|it| Some((it, Bundle::decode(&it.bundle).ok()?)));
    let Some(platforms) = decoded.collect::<Option<Vec<_>>>() else { return };
    for (platform, bundle) in &platforms {
        for case in &platform.cases {
            let Answer { organization: Some(organization), rules, .. } = run(bundle, &case.event) else {
                continue;
            };
            fired.extend(rules.into_iter().map(|rule| (organization.clone(), rule)));
            tested.insert(organization);
        }
    }
    let never = NeverFiring::among(diagnostics);
    let mut drafter = Drafter { model: &first.model, platforms: &platforms, tries: MAX_ALL_TRIES };
    for organization in &first.model.organizations {
        if !tested.contains(&organization.name) {
            diagnostics.push(drafter.report_organization(organization));
            continue;
        }
        let is_tested = |rule: &Rule| fired.contains(&(organization.name.clone(), rule.id.value.clone()));
        let untested = organization.rules.iter().filter(|rule| !is_tested(rule));
        let untested = untested.filter(|rule| drafter.can_fire(organization, rule));
        let untested: Vec<&Rule> = untested.collect();
        let never = never.rules_of(organization);
        for rule in untested {
            let case = drafter.case(organization, rule);
            // That it never fires has been reported, and may be allowed.
            if case.is_some() || !never.has(rule) {
                diagnostics.push(drafter.report_rule(organization, rule, case));
            }
        }
    }
}

/// Findings that say that a rule never fires, by their files.
struct NeverFiring(BTreeMap<String, Vec<(usize, Option<Related>)>>);

impl NeverFiring {
    fn among(diagnostics: &[Diagnostic]) -> Self {
        let mut by_file: BTreeMap<String, Vec<_>> = BTreeMap::new();
        for finding in diagnostics {
            if matches!(finding.code, Code::ImpossibleCondition | Code::UnreachablePattern) {
                let place = (finding.span.start, finding.related.clone());
                by_file.entry(finding.file.clone()).or_default().push(place);
            }
        }
        Self(by_file)
    }

    /// The rules of an organization that the findings are in.
    fn rules_of<'o>(&'o self, organization: &'o Organization) -> NeverFiringRules<'o> {
        let mut starts: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
        for rule in &organization.rules {
            starts.entry(&rule.file).or_default().insert(rule.span.start);
        }
        let mut rules = NeverFiringRules::default();
        for (file, starts) in starts {
            for (at, related) in self.0.get(file).into_iter().flatten() {
                let Some(start) = starts.range(..=at).next_back() else { continue };
                rules.own.insert((file, *start));
                if let Some(related) = related.as_ref().filter(|it| it.file == organization.file) {
                    rules.used.insert((file, *start, related.span.start));
                }
            }
        }
        rules
    }
}

#[derive(Default)]
struct NeverFiringRules<'o> {
    /// Files and starts of rules.
    own: BTreeSet<(&'o str, usize)>,
    /// The same for rules of templates, each with the start of its use.
    used: BTreeSet<(&'o str, usize, usize)>,
}

impl NeverFiringRules<'_> {
    fn has(&self, rule: &Rule) -> bool {
        match &rule.used {
            None => self.own.contains(&(rule.file.as_str(), rule.span.start)),
            Some(used) => self.used.contains(&(rule.file.as_str(), rule.span.start, used.start)),
        }
    }
}

fn run(bundle: &Bundle<'_>, event: &Json) -> Answer {
    event::answer(bundle, &Event::from_json(event.clone()).unwrap_or_default())
}

struct Drafter<'m> {
    model: &'m Model,
    platforms: &'m [(&'m CompiledPlatform, Bundle<'m>)],
    /// How many logins can still be tried.
    tries: usize,
}

impl Drafter<'_> {
    /// Whether the condition of a rule can hold here. A template has rules for some of its users alone.
    fn can_fire(&self, organization: &Organization, rule: &Rule) -> bool {
        let context = |it: &CompiledPlatform| DraftContext {
            platform: &self.model.platform,
            organization,
            tenant: it.tenant,
        };
        rule.used.is_none()
            || self.platforms.iter().any(|(it, _)| !inputs_for(rule.when.as_ref(), context(it)).is_empty())
    }

    fn report_organization(&mut self, organization: &Organization) -> Diagnostic {
        let id = organization.ids.values().next().map(|(_, id)| &id.span);
        let place = id.or(organization.connections.first().map(|it| &it.name.span)).cloned();
        let message = format!("`{}` has no cases, so nothing shows what its mapping does", organization.name);
        let case = organization.rules.iter().find_map(|rule| self.case(organization, rule));
        let help = match (self.test_file(organization), case) {
            (Some(file), Some(case)) => {
                format!("write `{file}`, such as this one, and {CHECK}:\nversion: 1\ncases:\n{case}")
            }
            (Some(file), None) => format!(
                "write `{file}` with logins and what they must give; `claimsmith help tests` describes it"
            ),
            (None, Some(case)) => {
                format!("add a case, such as this one, and {CHECK}:\n{case}")
            }
            (None, None) => "add a case; `claimsmith help tests` describes it".to_owned(),
        };
        let span = place.unwrap_or_default();
        Diagnostic::new(Code::UntestedOrganization, &organization.file, span, message).help(help)
    }

    fn report_rule(&self, organization: &Organization, rule: &Rule, case: Option<String>) -> Diagnostic {
        let message = format!("`{}` fires in no case of `{}`", rule.id.value, organization.name);
        let file = self.test_file(organization);
        let place = file.map_or("`cases`".to_owned(), |file| format!("`cases` of `{file}`"));
        let help = match case {
            Some(case) => {
                format!("add a case to {place}, such as this one, and {CHECK}:\n{case}")
            }
            None => format!("add a case to {place} with a login for which it fires, or remove the rule"),
        };
        let finding =
            Diagnostic::new(Code::UntestedRule, &rule.file, rule.id.span.clone(), message).help(help);
        match &rule.used {
            Some(used) => {
                finding.related(&organization.file, used.clone(), "used here with these parameters")
            }
            None => finding,
        }
    }

    /// The file of an organization's cases; `None` if they are in the one file of the platform.
    fn test_file(&self, organization: &Organization) -> Option<String> {
        if organization.file == self.model.platform.file {
            return None;
        }
        Some(format!("{}.test.yaml", organization.file.strip_suffix(".yaml")?))
    }

    /// A case in which the rule fires, if one is found.
    fn case(&mut self, organization: &Organization, rule: &Rule) -> Option<String> {
        let (platform, bundle) = self.platforms.iter().find(|(it, _)| organization.ids.is_in(it.tenant))?;
        let context = DraftContext { platform: &self.model.platform, organization, tenant: platform.tenant };
        let (inputs, groups) = (inputs_for(rule.when.as_ref(), context), lists_of_groups(rule, context));
        let mut second_best = None;
        for draft in drafts(context, rule, &inputs, &groups).into_iter().take(MAX_TRIES) {
            self.tries = self.tries.checked_sub(1)?;
            match self.try_draft(&draft, context, rule, bundle) {
                Some((case, true)) => return Some(case),
                Some((case, false)) => second_best = second_best.or(Some(case)),
                None => {}
            }
        }
        second_best
    }

    /// The finished case if the rule fires in it, and whether its result shows what the rule does.
    fn try_draft(
        &mut self,
        draft: &Draft<'_>,
        context: DraftContext<'_>,
        rule: &Rule,
        bundle: &Bundle<'_>,
    ) -> Option<(String, bool)> {
        let mut written = WrittenGroups::Short;
        let mut event = read(&draft.text(&written), context);
        if !draft.inputs.attributes.is_empty() || event.is_none() {
            written = WrittenGroups::Under(draft.user(event.as_ref())?);
            event = read(&draft.text(&written), context);
        }
        let answer = run(bundle, &event?);
        self.tries = self.tries.saturating_sub(answer.rules.len() / RULES_PER_TRY);
        let (id, organization) = (&rule.id.value, context.organization);
        if !answer.rules.contains(id) || answer.organization.as_ref() != Some(&organization.name) {
            return None;
        }
        let stated = match self.test_file(organization) {
            None if self.model.organizations.len() > 1 => Some(organization.name.as_str()),
            _ => None,
        };
        let (name, shows_result) = describe(rule, &answer, stated);
        // A help that is too long is cut, and a part of a case does not help.
        let longest = MAX_MESSAGE.saturating_sub(WORDS);
        Some((draft.finished(&written, &name, &answer, stated, longest)?, shows_result))
    }
}

/// The name of a case in which a rule fires, and whether the result of the login shows what the rule does.
///
/// `organization` is the one that the case names, because cases of other organizations are in the same file.
fn describe(rule: &Rule, answer: &Answer, organization: Option<&str>) -> (String, bool) {
    let of = organization.map(|name| format!(" of {name}")).unwrap_or_default();
    let id = format!("{}{of}", rule.id.value);
    if rule.effect == Effect::Exclude {
        let excluded: Vec<&str> = rule.groups.iter().map(|group| group.written.value.as_str()).collect();
        return (format!("{id} excludes {}", excluded.join(", ")), true);
    }
    let is_own = |name: &&String| rule.groups.iter().any(|group| group.can_name(name));
    let granted: Vec<&str> = answer.groups.iter().filter(is_own).map(String::as_str).collect();
    match granted.is_empty() {
        true => (format!("{id} fires"), false),
        false => (format!("{id} grants {}", granted.join(", ")), true),
    }
}

/// The logins to try, the most promising first.
fn drafts<'d>(
    context: DraftContext<'d>,
    rule: &Rule,
    inputs: &'d [LoginInputs],
    lists: &'d [Vec<String>],
) -> Vec<Draft<'d>> {
    let applications = applications(context, rule);
    let connections = &context.organization.connections;
    let names_connection = connections.len() > 1;
    let is_possible = |name: &str, wanted: &Option<String>| wanted.as_ref().is_none_or(|it| it == name);
    let mut drafts = Vec::new();
    for inputs in inputs {
        for connection in connections.iter().filter(|it| is_possible(&it.name.value, &inputs.connection)) {
            let applications = applications.iter().filter(|it| is_possible(it, &inputs.application));
            for application in applications.take(MAX_APPLICATIONS) {
                let draft = |groups| Draft { application, connection, names_connection, groups, inputs };
                drafts.extend(lists.iter().map(|groups| draft(groups)));
            }
            if drafts.len() >= MAX_TRIES {
                return drafts;
            }
        }
    }
    drafts
}

/// The names of the applications that a case can use, those that read a group of the rule first.
fn applications<'p>(context: DraftContext<'p>, rule: &Rule) -> Vec<&'p str> {
    let platform = context.platform;
    let is_named = |name: &str| rule.groups.iter().any(|group| group.can_name(name));
    let named = platform.groups.iter().filter(|group| is_named(&group.name.value));
    let reading: BTreeSet<usize> = named.flat_map(|group| group.applications.iter().copied()).collect();
    let mut all: Vec<_> = platform.applications.iter().enumerate().collect();
    all.retain(|(_, application)| !application.clients_in(context.tenant).is_empty());
    all.sort_by_key(|(at, _)| !reading.contains(at));
    all.into_iter().map(|(_, application)| application.name.value.as_str()).collect()
}

/// The event of the only case in a text, as the compiler reads it; `None` if it refuses the case.
fn read(text: &str, context: DraftContext<'_>) -> Option<Json> {
    let node = yaml::parse("", text).ok()?;
    let mut findings = Vec::new();
    let mut sink = DiagnosticSink { file: "", list: &mut findings };
    let own = context.organization;
    let cases = read_cases(&node, context.platform, &[own], Some(own), context.tenant, &mut sink);
    if findings.is_empty() { cases.into_iter().next().map(|case| case.event) } else { None }
}
