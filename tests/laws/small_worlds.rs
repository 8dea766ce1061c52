//! Every small world: all platforms of one or two rules over a few constructs, with all logins over a few values. Each
//! answer is compared with the reference, and each pair of logins of which one sends less has to keep the law.

mod enumerate;
mod logins;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::AddAssign;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use claimsmith::compiler::compile;
use claimsmith::diagnostic::{Severity, SourceFile};
use claimsmith::{
    Bundle, Destination, Evaluation, Input, Mapping, OrganizationId, TargetId, evaluate_routed, route,
};
use serde_json::json;

use self::enumerate::{FREE, LIMITED, TARGETS, worlds};
use self::logins::{Dimension, Prepared, dimensions, is_less};
use crate::reference::{self, Expected};
use crate::world::{Condition, Matches, Rule, TIERS, World};

/// How many organizations are compiled together.
const BATCH: usize = 256;

/// How much was checked.
#[derive(Clone, Copy, Debug, Default)]
struct Count {
    worlds: usize,
    refused: usize,
    logins: usize,
    with_groups: usize,
    pairs: usize,
    /// Pairs in which the login that sends less has fewer groups.
    fewer: usize,
    /// Pairs in which it has a lower group of a tier.
    lower: usize,
    /// Steps from one login to a lesser one that are exceptions.
    excepted: usize,
}

impl AddAssign for Count {
    fn add_assign(&mut self, other: Self) {
        self.worlds += other.worlds;
        self.refused += other.refused;
        self.logins += other.logins;
        self.with_groups += other.with_groups;
        self.pairs += other.pairs;
        self.fewer += other.fewer;
        self.lower += other.lower;
        self.excepted += other.excepted;
    }
}

#[test]
fn small_worlds_agree_with_the_reference_and_keep_the_law() {
    let start = Instant::now();
    let worlds = worlds();
    // Limits and target groups belong to the platform, and so do errors because of them.
    let platform =
        |world: &World| (world.applications.len() > 1, world.includes.clone(), must_be_refused(world));
    let mut alike: BTreeMap<_, Vec<&World>> = BTreeMap::new();
    for world in &worlds {
        alike.entry(platform(world)).or_default().push(world);
    }
    let batches: Vec<&[&World]> = alike.values().flat_map(|worlds| worlds.chunks(BATCH)).collect();
    let (next, total, wrong) = (AtomicUsize::new(0), Mutex::new(Count::default()), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(|| {
                while let Some(batch) = batches.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let (count, found) = check_batch(batch);
                    *total.lock().expect("no thread panics with it") += count;
                    wrong.lock().expect("no thread panics with it").extend(found);
                }
            });
        }
    });
    let (count, mut wrong) =
        (total.into_inner().expect("threads end"), wrong.into_inner().expect("threads end"));
    println!("small worlds: {count:?}, {} batches, {:.1?}", batches.len(), start.elapsed());
    wrong.sort_by_key(String::len);
    assert!(
        wrong.is_empty(),
        "{} are wrong, such as {}",
        wrong.len(),
        wrong[..wrong.len().min(3)].join("\n\n")
    );
    assert!(count.worlds > 7_000 && count.refused > 100 && count.refused * 3 < count.worlds, "{count:?}");
    assert!(count.logins > 200_000 && count.with_groups > 50_000, "{count:?}");
    assert!(
        count.pairs > 400_000 && count.fewer > 50_000 && count.lower > 500 && count.excepted > 500,
        "{count:?}"
    );
}

/// Whether partial input could hide a group that excludes, that refuses the login, or that is above a limit.
fn must_be_refused(world: &World) -> bool {
    let hides = world.rules.iter().any(|rule| match &rule.matches {
        Matches::Everyone => false,
        Matches::Groups { none, .. } | Matches::Names { none, .. } => rule.excludes || !none.is_empty(),
    });
    let granted = world.rules.iter().filter(|rule| !rule.excludes);
    // The captures of small worlds can lead to any name with two parts.
    let captured = ["eng-admins", "eng-viewers"];
    let mut reached: BTreeSet<&str> = granted
        .flat_map(|rule| {
            let captured = if rule.templates.is_empty() { &[][..] } else { &captured };
            rule.groups.iter().chain(captured)
        })
        .copied()
        .collect();
    // One group of a tier counts, the one with the longest name, unless a rule with a group of the tier can be undecided.
    let of_tier = |rule: &&Rule| {
        !rule.templates.is_empty() || rule.groups.iter().any(|group| TIERS[0].1.contains(group))
    };
    let can_be_undecided =
        |rule: &Rule| rule.expires.is_some() || rule.when.as_ref().is_some_and(can_be_unknown);
    if !world.rules.iter().filter(of_tier).any(can_be_undecided) && reached.contains("eng-viewers") {
        reached.remove("eng-admins");
    }
    let exceeds = world.applications.iter().any(|application| {
        reached.len() > application.limit.unwrap_or(1_000)
            || json!(reached).to_string().len() > application.bytes.unwrap_or(8_192)
    });
    world.incomplete == "use-partial" && (hides || world.unmatched == "deny" || exceeds)
}

fn can_be_unknown(condition: &Condition) -> bool {
    match condition {
        Condition::Connection(_) | Condition::Strategy(_) | Condition::Application(_) => false,
        Condition::Organization(_) | Condition::FalseIfUnknown(_) => false,
        Condition::Any(conditions) => conditions.iter().any(can_be_unknown),
        Condition::All(one, two) => can_be_unknown(one) || can_be_unknown(two),
        Condition::Not(condition) => can_be_unknown(condition),
        _ => true,
    }
}

fn name(at: usize) -> String {
    format!("w{at:03}")
}

fn files(batch: &[&World]) -> Vec<SourceFile> {
    let is_limited = batch[0].applications.len() > 1;
    let applications: BTreeMap<String, _> = (if is_limited { &LIMITED[..] } else { &FREE[..] })
        .iter()
        .enumerate()
        .map(|(at, limits)| {
            let claim = format!("https://claims.example.com/{at}");
            let limits = serde_json::from_str::<serde_json::Value>(limits).expect("JSON");
            (
                format!("a{at}"),
                json!({ "clients": [format!("client-{at}")], "claim": claim, "limits": limits }),
            )
        })
        .collect();
    let all: Vec<&String> = applications.keys().collect();
    let groups: BTreeMap<&str, _> = TARGETS
        .iter()
        .map(|group| {
            let included = batch[0].includes.iter().filter(|(of, _)| of == group);
            let included: Vec<_> = included.map(|(_, included)| included).collect();
            let mut json = json!({ "applications": all, "description": "x" });
            if !included.is_empty() {
                json["includes"] = json!(included);
            }
            (*group, json)
        })
        .collect();
    let tiers = json!({ "eng": TIERS[0].1 });
    // A grant that begins with a capture needs a ceiling.
    let ceilings: BTreeMap<String, _> =
        (0..batch.len()).map(|at| (name(at), json!({ "groups": TARGETS }))).collect();
    let platform = json!({
        "version": 1, "applications": applications, "groups": groups, "tiers": tiers, "ceilings": ceilings
    });
    let file = |path: String, text: String| SourceFile { path, text };
    let organizations = batch.iter().enumerate().map(|(at, world)| {
        let name = name(at);
        let mut json = json!({
            "version": 1,
            "organization": format!("org_{name}"),
            "connections": { format!("c-{name}"): { "strategy": "ad", "groups": [world.sources[2].0[0].json(0)] } },
            "policies": { "incomplete": world.incomplete, "unmatched": world.unmatched },
            "rules": world.rules.iter().map(crate::world::Rule::json).collect::<Vec<_>>(),
        });
        if !world.default.is_empty() {
            json["default"] = json!(world.default);
        }
        file(format!("m/organizations/{name}.yaml"), json.to_string())
    });
    [file("m/platform.yaml".to_owned(), platform.to_string())].into_iter().chain(organizations).collect()
}

/// Checks worlds of which the compiler has to refuse all, or accept all.
fn check_batch(batch: &[&World]) -> (Count, Vec<String>) {
    let compiled = compile(&files(batch));
    let mut count = Count { worlds: batch.len(), ..Count::default() };
    let mut wrong = Vec::new();
    let errors = || compiled.diagnostics.iter().filter(|it| it.severity == Severity::Error);
    if must_be_refused(batch[0]) {
        count.refused = batch.len();
        for (at, world) in batch.iter().enumerate() {
            let path = format!("m/organizations/{}.yaml", name(at));
            let codes: BTreeSet<_> = errors().filter(|it| it.file == path).map(|it| it.code.name()).collect();
            if codes != BTreeSet::from(["unsafe-partial"]) {
                wrong.push(format!("refused for {codes:?}: {}", shown(world)));
            }
        }
        return (count, wrong);
    }
    let Some(platform) = compiled.platform else {
        let first = errors().next().expect("an error");
        let at = batch.iter().enumerate().find(|(at, _)| first.file.contains(&name(*at)));
        wrong.push(format!("{first:#?}: {}", at.map(|(_, world)| shown(world)).unwrap_or_default()));
        return (count, wrong);
    };
    let bundle = Bundle::decode(&platform.bundle).expect("the compiler's bundles decode");
    for (at, world) in batch.iter().enumerate() {
        if let Err(found) = check_world(&bundle, &name(at), world, &mut count) {
            wrong.push(found);
        }
    }
    (count, wrong)
}

fn shown(world: &World) -> String {
    let rules: Vec<_> = world.rules.iter().map(|rule| rule.json().to_string()).collect();
    let World { default, incomplete, unmatched, applications, sources, includes, .. } = world;
    let limits = if applications.len() > 1 { "with limits" } else { "without limits" };
    format!(
        "rules {rules:#?} default {default:?} incomplete {incomplete} unmatched {unmatched} {limits} includes {includes:?} {}",
        sources[2].0[0].json(0)
    )
}

fn check_world(bundle: &Bundle<'_>, name: &str, world: &World, count: &mut Count) -> Result<(), String> {
    let dimensions = dimensions(world);
    let mut logins: Vec<Prepared> = logins::all(world, &dimensions);
    let of = bundle.organizations().iter().position(|it| it.name == name).expect("an organization");
    let mapping = bundle.mapping(OrganizationId(of as u32)).expect("a mapping");
    for application in 0..world.applications.len() {
        let client = format!("client-{application}");
        let connection = format!("c-{name}");
        let organization = format!("org_{name}");
        let to = |organization: Option<&str>| route(bundle, organization, Some(&connection), Some(&client));
        let route = to(Some(&organization));
        if route != to(None) {
            return Err(format!("{route:?} depends on the organization"));
        }
        if !matches!(route.destination, Destination::Connection(_)) {
            return Err(format!("{route:?}"));
        }
        let lookups: Vec<_> = route.lookups(bundle).filter_map(|id| bundle.lookup(id)).collect();
        let mut given = Vec::with_capacity(logins.len());
        for prepared in &mut logins {
            prepared.login.application = application;
            let values = lookups.iter().map(|lookup| prepared.value(lookup)).collect();
            let input = Input::new(prepared.now(), values);
            let evaluation = evaluate_routed(bundle, route, &input, |_| ());
            let actual = predicted_part(bundle, mapping, &evaluation);
            let expected = reference::evaluate(world, &prepared.login);
            if actual != expected {
                let login = &prepared.login;
                return Err(format!("{actual:?} is not {expected:?}: {} {login:?}", shown(world)));
            }
            count.logins += 1;
            count.with_groups += usize::from(!actual.groups.is_empty());
            given.push(set_of(&actual.groups));
        }
        check_pairs(world, application, &dimensions, &logins, &given, count)?;
    }
    Ok(())
}

fn predicted_part(bundle: &Bundle<'_>, mapping: &Mapping<'_>, evaluation: &Evaluation<'_>) -> Expected {
    let mut unmatched: Vec<String> =
        evaluation.unmatched.iter().map(|name| String::from_utf8_lossy(name).into_owned()).collect();
    unmatched.sort_unstable();
    unmatched.dedup();
    let group = |group: &TargetId| bundle.group_name(*group).map(str::to_owned);
    Expected {
        outcome: evaluation.outcome.word(),
        reason: evaluation.reason.code(),
        groups: evaluation.groups.iter().filter_map(group).collect(),
        rules: evaluation.rules.iter().filter_map(|rule| Some(mapping.rule(*rule)?.id.to_owned())).collect(),
        unmatched,
        received: evaluation.received,
        notes: evaluation.notes.iter().map(|(note, count)| (note.code(), *count)).collect(),
    }
}

/// A bit for each group.
fn set_of(groups: &[String]) -> u8 {
    let bit = |group: &String| TARGETS.iter().position(|it| it == group).expect("a target group");
    groups.iter().fold(0, |set, group| set | 1 << bit(group))
}

/// The groups that a login which sends less may have.
fn allowed(groups: u8) -> u8 {
    let lower = |set: u8, tier: &[&str]| {
        let bits = tier.iter().filter_map(|group| TARGETS.iter().position(|it| it == group));
        let mut is_below = false;
        bits.fold(set, |set, bit| {
            is_below |= groups & 1 << bit != 0;
            set | u8::from(is_below) << bit
        })
    };
    TIERS.iter().fold(groups, |set, (_, tier)| lower(set, tier))
}

/// Checks the law for all pairs of logins of which one sends less than the other in some respects and the same in
/// all others.
fn check_pairs(
    world: &World,
    application: usize,
    dimensions: &[Dimension],
    logins: &[Prepared],
    given: &[u8],
    count: &mut Count,
) -> Result<(), String> {
    // Pairs of positions, of the lesser login and of the other one, extended by one dimension after the other.
    let mut pairs = vec![(0, 0)];
    for dimension in dimensions {
        let size = dimension.parts.len();
        let mut steps: Vec<(usize, usize)> = (0..size).map(|at| (at, at)).collect();
        for step in &dimension.steps {
            match is_less(world, application, step) {
                true => steps.push((step.less, step.more)),
                false => count.excepted += 1,
            }
        }
        let longer = |(less, more): (usize, usize)| {
            steps.iter().map(move |(own_less, own_more)| (less * size + own_less, more * size + own_more))
        };
        pairs = pairs.into_iter().flat_map(longer).collect();
    }
    for (less, more) in pairs.into_iter().filter(|(less, more)| less != more) {
        let (groups, most) = (given[less], given[more]);
        count.pairs += 1;
        count.fewer += usize::from(groups != most && groups & !most == 0);
        count.lower += usize::from(groups & !most != 0);
        if groups & !allowed(most) != 0 {
            let [less, more] = [less, more].map(|at| &logins[at].login);
            return Err(format!("less gets more, to a{application}: {} {less:?} of {more:?}", shown(world)));
        }
    }
    Ok(())
}
