//! Evaluates one login: which groups the application receives, and why.

use super::claim_limits::limit;
use super::evaluation::Evaluation;
use super::narrowing::narrow;
use super::route::{Destination, Route, route};
use super::rules::{Evaluator, Grants};
use super::staleness::is_stale;
use super::tiers::below_highest;
use super::trace::Step;
use crate::bundle::block::Block;
use crate::bundle::condition::ConditionInputs;
use crate::bundle::index::{Bundle, Connection};
use crate::bundle::mapping::Mapping;
use crate::bundle::policy::{IncompletePolicy, Policy, UnmatchedPolicy};
use crate::ids::{ApplicationId, ConnectionId, TargetId};
use crate::login::input::{Input, Login};
use crate::login::received::{self, Received};
use crate::outcome::{Note, Outcome, Reason};

/// Evaluates a login: which groups the application receives, and why.
///
/// Cannot fail: whatever is wrong with the login or the bundle is an outcome with a reason.
///
/// ```
/// # #[cfg(feature = "compiler")]
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # use claimsmith::{compiler, diagnostic::SourceFile};
/// use claimsmith::{Bundle, Input, Login, NameList, Value, evaluate};
/// # let text = "
/// # version: 1
/// # platform:
/// #   applications: { portal: { clients: [client], claim: https://claims.example.com/groups } }
/// #   groups: { readers: { applications: [portal], description: Reads reports. } }
/// # organizations:
/// #   acme:
/// #     connections: { acme: { strategy: ad } }
/// #     rules: [{ id: readers, match: { exact: Everyone }, grant: readers }]
/// # cases: []
/// # ";
/// # let file = SourceFile { path: "mappings.yaml".to_owned(), text: text.to_owned() };
/// # let bytes = compiler::compile_whole(&file).platform.ok_or("a platform")?.bundle;
///
/// let bundle = Bundle::decode(&bytes)?;
/// // The values of the route's lookups: here the one attribute that holds the groups.
/// let groups = Value::Names(NameList::of(&["Everyone", "Other"]));
/// let login = Login {
///     organization: None,
///     connection: Some("acme"),
///     client: Some("client"),
///     input: Input::new(1_793_491_200.0, vec![groups]),
/// };
/// let evaluation = evaluate(&bundle, &login);
/// assert_eq!(bundle.group_name(evaluation.groups[0]), Some("readers"));
/// assert_eq!(evaluation.unmatched, [b"Other"]);
/// # Ok(())
/// # }
/// # #[cfg(not(feature = "compiler"))]
/// # fn main() {}
/// ```
pub fn evaluate<'v>(bundle: &'v Bundle<'_>, login: &'v Login<'_>) -> Evaluation<'v> {
    let route = route(bundle, login.organization, login.connection, login.client);
    evaluate_routed(bundle, route, &login.input, |_| ())
}

/// Evaluates the input of a login whose [`route`] is known.
///
/// Calls `trace` for each step.
pub fn evaluate_routed<'v, 'b>(
    bundle: &'v Bundle<'b>,
    route: Route,
    input: &'v Input<'_>,
    trace: impl FnMut(Step<'_, 'b>),
) -> Evaluation<'v> {
    evaluate_in(Bundles { platform: bundle, block: None }, route, input, trace)
}

/// Evaluates the input of a login to a platform whose mapping is in a block, and whose
/// [`route_block`](crate::route_block) is known.
///
/// The groups and the application of the result are the platform's, the rules the block's.
pub fn evaluate_block<'v, 'b>(
    platform: &'v Bundle<'b>,
    block: &'v Block<'b>,
    route: Route,
    input: &'v Input<'_>,
    trace: impl FnMut(Step<'_, 'b>),
) -> Evaluation<'v> {
    evaluate_in(Bundles { platform, block: Some(block) }, route, input, trace)
}

/// What a login is evaluated with.
#[derive(Clone, Copy)]
pub(crate) struct Bundles<'v, 'b> {
    /// Has the applications and the policies, and says what is delivered.
    pub(crate) platform: &'v Bundle<'b>,
    /// Has the mapping, if it is not in the platform's bundle.
    pub(crate) block: Option<&'v Block<'b>>,
}

impl<'v, 'b> Bundles<'v, 'b> {
    /// The bundle with the mapping.
    fn mapped(self) -> &'v Bundle<'b> {
        self.block.map_or(self.platform, |block| &block.bundle)
    }
}

/// Evaluates the input of a login whose route is known.
pub(crate) fn evaluate_in<'v, 'b>(
    bundles: Bundles<'v, 'b>,
    route: Route,
    input: &'v Input<'_>,
    mut trace: impl FnMut(Step<'_, 'b>),
) -> Evaluation<'v> {
    let mut evaluation = evaluate_rules(bundles, route, input, &mut trace);
    if evaluation.outcome == Outcome::Groups
        && evaluation.groups.is_empty()
        && is_ungranted_denied(bundles, route)
    {
        trace(Step::Ungranted);
        evaluation.outcome = Outcome::Deny;
        // Any other reason says why there are no groups.
        if evaluation.reason == Reason::Ok {
            evaluation.reason = Reason::Ungranted;
        }
    }
    evaluation
}

/// Whether a login without groups is refused: by its application, or by the mapping that applies, or if none does, by
/// the platform.
fn is_ungranted_denied(bundles: Bundles<'_, '_>, route: Route) -> bool {
    let (platform, bundle) = (bundles.platform, bundles.mapped());
    let application = route.application.and_then(|id| platform.application(id));
    let mapping = || bundle.mapping(bundle.connection(route.destination.connection()?)?.organization);
    application.is_some_and(|application| application.deny_ungranted)
        || mapping().map_or(platform.ungranted == Policy::Deny, |mapping| mapping.deny_ungranted)
}

/// The evaluation without the policy `ungranted`.
fn evaluate_rules<'v, 'b>(
    bundles: Bundles<'v, 'b>,
    route: Route,
    input: &'v Input<'_>,
    trace: &mut impl FnMut(Step<'_, 'b>),
) -> Evaluation<'v> {
    let (platform, bundle) = (bundles.platform, bundles.mapped());
    let Some((id, application)) = route.application.and_then(|id| Some((id, platform.application(id)?)))
    else {
        return Evaluation::without_rules(Outcome::None, Reason::UnknownClient, None);
    };
    let ended = |outcome: Outcome, reason: Reason| Evaluation::without_rules(outcome, reason, Some(id));
    let by_policy = |policy: Policy, reason: Reason| match policy {
        Policy::NoGroups => ended(Outcome::Groups, reason),
        Policy::Deny => ended(Outcome::Deny, reason),
    };
    let connection = match route.destination {
        Destination::Connection(connection) => connection,
        Destination::Closed(reason) => return by_policy(platform.closed, reason),
    };
    let Some(mapped) = bundles.block.map_or(Some(id), |block| block.application(id)) else {
        return by_policy(platform.closed, Reason::BlockStale);
    };
    let Some((connection, inputs, mapping)) = inputs_of(bundle, mapped, connection, input) else {
        return by_policy(platform.failure, Reason::BadBundle);
    };
    if mapping.refresh.is_some_and(|max_age| is_stale(inputs.values, input.now, max_age)) {
        return ended(Outcome::Deny, Reason::StaleAttributes);
    }
    let received = received::read(bundle.sources(connection), connection.combine, input, mapping);
    match (received.incomplete, mapping.incomplete) {
        (None, _) | (Some(_), IncompletePolicy::UsePartial) => {}
        (Some(reason), IncompletePolicy::NoGroups) => return ended(Outcome::Groups, reason),
        (Some(reason), IncompletePolicy::Deny) => return ended(Outcome::Deny, reason),
    }

    let (default, deciding) = mapping.default_of(mapped);
    let mut evaluator = Evaluator::new(bundle, platform, mapping, deciding);
    let unmatched = evaluator.match_groups(&received, trace);
    evaluator.decide_rules(inputs, input.now, trace);
    let mut rules = evaluator.fired_rules();
    let mut grants = evaluator.collect_grants(&rules);
    let mut possible = evaluator.possible_rules().map(|rules| evaluator.collect_grants(&rules));
    evaluator.merge_parts(&mut rules);
    add_default(default, &received, &mut grants, &mut possible, &mut evaluator);
    evaluator.note_dropped_expansions();

    let mut notes = evaluator.notes;
    notes.add(Note::EmptyEntry, received.empty_entries);
    notes.add(Note::OutsideScope, received.outside_scope);
    notes.add(Note::SkippedEntry, received.skipped);
    notes.add(Note::Partial, u32::from(received.incomplete.is_some()));
    let mut evaluation = Evaluation {
        outcome: Outcome::Groups,
        reason: received.incomplete.unwrap_or(Reason::Ok),
        application: Some(id),
        groups: Vec::new(),
        rules,
        unmatched,
        received: received.groups.len() as u32,
        notes: Vec::new(),
    };
    if mapping.unmatched == UnmatchedPolicy::Deny && !evaluation.unmatched.is_empty() {
        (evaluation.outcome, evaluation.reason) = (Outcome::Deny, Reason::Unmatched);
    } else if let Some(own) = bundle.groups_of(mapped) {
        let (groups, excluded) = grants.of_application(own, &bundle.includes);
        notes.add(Note::Excluded, excluded);
        // Granted groups exclude the lower ones of their tiers from the possible groups too: undecided rules cannot
        // bring those back.
        let below = below_highest(bundle, &groups);
        let without_below = |mut groups: Vec<_>| {
            groups.retain(|group| !below.contains(*group));
            groups
        };
        let mut possible =
            possible.map(|mut possible| without_below(possible.of_application(own, &bundle.includes).0));
        evaluation.groups = without_below(groups);
        if let Some(block) = bundles.block {
            let granted = (evaluation.groups.as_slice(), possible.as_deref());
            (evaluation.groups, possible) = narrow(platform, block, id, granted, &mut notes);
        }
        limit(platform, application, possible.as_deref(), &mut evaluation, &mut notes);
    }
    evaluation.notes = notes.0;
    evaluation
}

/// The connection, the inputs of its conditions, and the mapping; `None` if the bundle is broken there.
pub(crate) fn inputs_of<'v, 'b>(
    bundle: &'v Bundle<'b>,
    application: ApplicationId,
    id: ConnectionId,
    input: &'v Input<'_>,
) -> Option<(&'v Connection<'b>, ConditionInputs<'v>, &'v Mapping<'b>)> {
    let connection = bundle.connection(id)?;
    let organization = bundle.organization(connection.organization)?;
    let position = id.0.checked_sub(organization.connections.start as u32)?;
    // The values of the sources come first.
    let values = input.values.get(bundle.sources(connection).count()..).unwrap_or_default();
    let inputs = ConditionInputs { connection: position, application, values };
    Some((connection, inputs, bundle.mapping(connection.organization)?))
}

/// Adds the default grants if it is certain that no rule grants anything: the input is complete, and no granting rule is
/// undecided.
fn add_default(
    default: &[TargetId],
    received: &Received<'_>,
    grants: &mut Grants,
    possible: &mut Option<Grants>,
    evaluator: &mut Evaluator<'_, '_>,
) {
    let may_grant =
        grants.has_granting_rule || possible.as_ref().is_some_and(|possible| possible.has_granting_rule);
    if default.is_empty() || received.incomplete.is_some() || may_grant {
        return;
    }
    evaluator.notes.add(Note::Default, 1);
    for grants in [Some(grants), possible.as_mut()].into_iter().flatten() {
        grants.add_default(default);
    }
}
