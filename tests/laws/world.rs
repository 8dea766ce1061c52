//! Random platforms that use the whole language, and their mapping files.

mod rule;

use std::collections::{BTreeMap, BTreeSet};

use claimsmith::compiler::compile;
use claimsmith::diagnostic::{Severity, SourceFile};
use proptest::collection::{btree_map, btree_set, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Value as Json, json};

use self::rule::rule;
pub(crate) use self::rule::{Condition, Matches, Patterns, Rule, TextTest};
use crate::login::MAX_AGE;

/// The target groups; those with `root` in their names are protected.
pub(crate) const TARGETS: [&str; 12] = [
    "a*-viewers",
    "a-b",
    "b-a",
    "eng-admins",
    "eng-root",
    "eng-viewers",
    "ops-admins",
    "ops-root",
    "ops-viewers",
    "staff",
    "{a,b}-viewers",
    "ö-viewers",
];
/// Pairs of which a world has some: a target group, and one that it includes.
const INCLUDES: [(&str, &str); 6] = [
    ("eng-admins", "a-b"),
    ("a-b", "staff"),
    ("staff", "ö-viewers"),
    ("ops-viewers", "{a,b}-viewers"),
    ("b-a", "eng-root"),
    ("eng-viewers", "ops-admins"),
];
/// The highest first.
pub(crate) const TIERS: [(&str, &[&str]); 2] =
    [("eng", &["eng-admins", "eng-viewers"]), ("ops", &["ops-root", "ops-admins", "ops-viewers"])];
pub(crate) const APPLICATIONS: [&str; 2] = ["one", "two"];
/// By strategy, of the organization `acme`.
pub(crate) const CONNECTIONS: [(&str, &str); 3] = [("entra", "waad"), ("saml", "samlp"), ("ldap", "ad")];
/// The ids that identity providers send for the aliases.
pub(crate) const IDS: [&str; 3] = ["id-1", "id-2", "id-3"];

const PIECES: [&str; 19] = [
    "a", "b", "ab", "-", "/", "A", "B", "eng", "ops", "Ops", "viewers", "admins", "root", "ö", "Ö", "日",
    "*", "{a,b}", "${team}",
];

pub(crate) fn is_protected(target: &str) -> bool {
    target.contains("root")
}

pub(crate) fn name() -> impl Strategy<Value = String> {
    let team = || select(&["eng", "ops", "Ops", "a", "b", "a*", "{a,b}", "ö", "Ö", "nobody", "${team}"][..]);
    let role = || select(&["viewers", "admins", "root", "a", "b", "${role}"][..]);
    prop_oneof![
        3 => vec(select(&PIECES[..]), 1..4).prop_map(|pieces| pieces.concat()),
        3 => (team(), role()).prop_map(|(team, role)| format!("{team}-{role}")),
        1 => team().prop_map(|team| format!("GG/{team}")),
        1 => select(&IDS[..]).prop_map(str::to_owned),
    ]
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Ceiling {
    pub(crate) groups: Option<Vec<&'static str>>,
    pub(crate) protected: Vec<&'static str>,
    pub(crate) prefix: Option<&'static str>,
}

fn ceiling() -> impl Strategy<Value = Ceiling> {
    let groups = subsequence(&["*-viewers", "eng-*", "{ops,a}-*", "staff"][..], 1..4);
    let protected = subsequence(&["eng-root", "ops-root"][..], 0..3);
    (option::of(groups), protected, option::weighted(0.3, select(&["eng-", "ops-"][..])))
        .prop_map(|(groups, protected, prefix)| Ceiling { groups, protected, prefix })
}

/// Globs of entries as they arrive; some match a flaw of an entry.
const SKIPPED: [&[&str]; 4] =
    [&["a*"], &["*viewers*", "form*"], &["[Aac]*", "?ng-*"], &["CN=a,*", "/[!e]*", "{eng,ops}-admins"]];

/// One source of groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    List,
    ListOrString,
    Delimited,
    DelimitedOrList,
    /// A list or one string, and each string is split.
    ListOfDelimited,
    Objects,
    ObjectsOrObject,
    /// Objects with the group inside another object.
    Paths,
    Values,
    NestedLists,
    /// Objects with lists of groups.
    ObjectsOfLists,
    Json,
    Provisioned,
    /// The roles of Auth0.
    Roles,
}

impl Shape {
    /// Whether each group is in an object.
    pub(crate) fn is_objects(self) -> bool {
        use Shape::{Objects, ObjectsOfLists, ObjectsOrObject, Paths, Provisioned};
        matches!(self, Objects | ObjectsOrObject | Paths | ObjectsOfLists | Provisioned)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NameForm {
    Plain,
    Tidied,
    Dn,
    Domain,
    Email,
    Path,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Source {
    pub(crate) shape: Shape,
    pub(crate) form: NameForm,
    pub(crate) empty_if_absent: bool,
    pub(crate) empty_if_null: bool,
    /// Whether entries that are null are skipped, and whether those without the form are.
    pub(crate) skips: (bool, bool),
    /// Globs of entries that are skipped.
    pub(crate) skipped: &'static [&'static str],
    pub(crate) cap: Option<usize>,
    /// Whether signs of withheld groups are read, if it differs from the strategy's default.
    pub(crate) overage: Option<bool>,
}

fn source() -> impl Strategy<Value = Source> {
    use Shape::{
        Delimited, DelimitedOrList, Json, List, ListOfDelimited, ListOrString, NestedLists, Objects,
        ObjectsOfLists, ObjectsOrObject, Paths, Provisioned, Roles, Values,
    };
    let common = select(&[List, List, ListOrString, Delimited, Objects, Json, Provisioned, Roles][..]);
    let others =
        [DelimitedOrList, ListOfDelimited, ObjectsOrObject, Paths, Values, NestedLists, ObjectsOfLists];
    let shape = prop_oneof![3 => common, 2 => select(others.to_vec())];
    let form = prop_oneof![
        3 => Just(NameForm::Plain),
        5 => select(&[NameForm::Tidied, NameForm::Dn, NameForm::Domain, NameForm::Email, NameForm::Path][..]),
    ];
    let overage = option::weighted(0.2, any::<bool>());
    let skips = || prop::bool::weighted(0.2);
    let skipped = prop_oneof![3 => Just(&[][..]), 1 => select(&SKIPPED[..])];
    let lenient = (prop::bool::weighted(0.3), prop::bool::weighted(0.2), skips(), skips(), skipped);
    (shape, form, lenient, option::weighted(0.1, 2usize..6), overage).prop_map(
        |(shape, form, (empty, empty_if_null, nulls, without_form, skipped), cap, overage)| {
            let overage = if matches!(shape, Provisioned | Roles) { None } else { overage };
            let has_form = !matches!(form, NameForm::Plain | NameForm::Tidied);
            let skips = (nulls, without_form && has_form);
            let empty_if_absent = empty && shape != Provisioned;
            Source { shape, form, empty_if_absent, empty_if_null, skips, skipped, cap, overage }
        },
    )
}

impl Source {
    /// Whether it is an attribute of the identity that logged in, and not something that Auth0 keeps.
    pub(crate) fn is_attribute(self) -> bool {
        !matches!(self.shape, Shape::Provisioned | Shape::Roles)
    }

    /// Whether it skips entries that arrive as this text.
    pub(crate) fn skips(self, text: &str) -> bool {
        self.skipped.iter().any(|glob| crate::reference::glob_matches(glob, text))
    }

    /// Whether a sign of withheld groups makes it incomplete.
    pub(crate) fn sees_overage(self, connection: usize) -> bool {
        let by_strategy = CONNECTIONS[connection].1 != "ad";
        self.is_attribute() && self.overage.unwrap_or(by_strategy)
    }

    pub(crate) fn json(self, at: usize) -> Json {
        let mut json = json!({ "from": format!("/groups{at}"), "cap": "none" });
        let mut set = |key: &str, value: &str| json[key] = json!(value);
        match self.form {
            NameForm::Plain => {}
            NameForm::Tidied => {}
            NameForm::Dn => {
                set("form", "dn");
                set("below", "OU=Groups,DC=acme");
            }
            NameForm::Domain => {
                set("form", "domain");
                set("domain", "ACME");
            }
            NameForm::Email => {
                set("form", "email");
                set("domain", "acme.example");
            }
            NameForm::Path => set("form", "path"),
        }
        match self.shape {
            Shape::List => set("shape", "list"),
            Shape::ListOrString => set("shape", "list-or-string"),
            Shape::Delimited => {
                set("shape", "delimited");
                set("delimiter", "|");
            }
            Shape::Objects => {
                set("shape", "objects");
                set("field", "name");
            }
            Shape::DelimitedOrList => {
                set("shape", "delimited-or-list");
                set("delimiter", "|");
            }
            Shape::ListOfDelimited => {
                set("shape", "list-or-string");
                set("delimiter", "|");
            }
            Shape::ObjectsOrObject => {
                set("shape", "objects-or-object");
                set("field", "name");
            }
            Shape::Paths => {
                set("shape", "objects");
                set("field", "/group/name");
            }
            Shape::Values => set("shape", "values"),
            Shape::NestedLists | Shape::ObjectsOfLists => {
                set("shape", if self.shape == Shape::NestedLists { "list" } else { "objects" });
                if self.shape == Shape::ObjectsOfLists {
                    set("field", "name");
                }
            }
            Shape::Json => set("shape", "json"),
            Shape::Provisioned => set("from", "provisioned"),
            Shape::Roles => set("from", "auth0-roles"),
        }
        if self.empty_if_absent {
            set("absent", "empty");
        }
        if matches!(self.shape, Shape::NestedLists | Shape::ObjectsOfLists) {
            json["nested"] = json!(true);
        }
        if self.empty_if_null {
            json["if-null"] = json!("empty");
        }
        match self.skips {
            (false, false) => {}
            (true, false) => json["skip"] = json!({ "nulls": true }),
            (false, true) => json["skip"] = json!({ "without-form": true }),
            (true, true) => json["skip"] = json!({ "nulls": true, "without-form": true }),
        }
        if !self.skipped.is_empty() {
            json["skip"]["glob"] = json!(self.skipped);
        }
        if self.form == NameForm::Tidied {
            json["normalize"] = json!(["nfc", "trim"]);
        }
        if let Some(overage) = self.overage {
            json["overage"] = json!(if overage { "entra" } else { "none" });
        }
        if let Some(cap) = self.cap {
            json["cap"] = json!(cap);
        }
        json
    }
}

/// The target groups that an application knows, and its limits.
#[derive(Clone, Debug)]
pub(crate) struct Application {
    pub(crate) groups: BTreeSet<&'static str>,
    pub(crate) limit: Option<usize>,
    pub(crate) bytes: Option<usize>,
    pub(crate) over: &'static str,
    pub(crate) provenance: bool,
    /// The delimiter of a claim that is one string.
    pub(crate) joined_by: Option<&'static str>,
    /// Whether a login that receives none of its groups is refused.
    pub(crate) deny_ungranted: bool,
}

/// The length of a claim's JSON.
pub(crate) fn claim_bytes(groups: &[&str], joined_by: Option<&str>) -> usize {
    match joined_by {
        Some(delimiter) => json!(groups.join(delimiter)).to_string().len(),
        None => json!(groups).to_string().len(),
    }
}

fn application() -> impl Strategy<Value = Application> {
    let groups = btree_set(select(&TARGETS[..]), 6..12);
    let over = select(&["deny", "no-groups", "truncate"][..]);
    let limits = (option::weighted(0.25, 1usize..4), option::weighted(0.2, 2usize..60));
    let joined_by = option::weighted(0.3, select(&["|", "; ", "\"", "ß"][..]));
    let flags = (any::<bool>(), prop::bool::weighted(0.15), joined_by);
    (groups, limits, over, flags).prop_map(|(groups, (limit, bytes), over, flags)| {
        let (provenance, deny_ungranted, joined_by) = flags;
        Application { groups, limit, bytes, over, provenance, joined_by, deny_ungranted }
    })
}

#[derive(Clone, Debug)]
pub(crate) struct World {
    pub(crate) applications: Vec<Application>,
    pub(crate) ceiling: Option<Ceiling>,
    /// Target groups, each with one that it includes.
    pub(crate) includes: Vec<(&'static str, &'static str)>,
    /// The sources of each connection, none if it sends no groups; if there are several, whether only the first one that is present counts.
    pub(crate) sources: Vec<(Vec<Source>, bool)>,
    pub(crate) aliases: BTreeMap<&'static str, &'static str>,
    pub(crate) rules: Vec<Rule>,
    pub(crate) default: Vec<&'static str>,
    /// The defaults of the applications, in place of `default`; empty if they have none of their own.
    pub(crate) application_defaults: [Vec<&'static str>; 2],
    pub(crate) incomplete: &'static str,
    pub(crate) unmatched: &'static str,
    /// Of the organization, and of the platform, which it replaces.
    pub(crate) ungranted: [&'static str; 2],
    /// Whether exchanges of refresh tokens are refused if the user authenticated too long ago.
    pub(crate) refresh: bool,
}

pub(crate) fn world() -> impl Strategy<Value = World> {
    let sources = prop_oneof![
        3 => source().prop_map(|it| (vec![it], false)),
        2 => (source(), source(), any::<bool>()).prop_map(|(one, mut two, first)| {
            // There is one list of provisioned groups, and one of roles.
            if !two.is_attribute() {
                two.shape = Shape::List;
            }
            (vec![one, two], first)
        }),
    ];
    let readable = select(&["eng-viewers", "Team A", "a", "Ops-admins", "ö"][..]);
    (
        vec(application(), 2),
        option::of(ceiling()),
        vec(sources, CONNECTIONS.len()),
        btree_map(select(&IDS[..]), readable, 0..3),
        vec(rule(), 1..8),
        prop_oneof![Just(Vec::new()), subsequence(&["staff", "eng-viewers", "a-b"][..], 1..3)],
        select(&["deny", "no-groups", "use-partial"][..]),
        (
            prop_oneof![4 => Just("drop"), 1 => Just("deny")],
            prop::bool::weighted(0.2),
            [6, 3].map(|weight| prop_oneof![weight => Just("no-groups"), 1 => Just("deny")]),
            [(); 2].map(|()| prop_oneof![2 => Just(Vec::new()), 1 => subsequence(&TARGETS[..], 1..6)]),
            prop_oneof![1 => Just(Vec::new()), 1 => subsequence(&INCLUDES[..], 1..6)],
            option::weighted(0.2, (0..CONNECTIONS.len(), any::<bool>())),
        ),
    )
        .prop_map(|(applications, ceiling, sources, aliases, rules, default, incomplete, others)| {
            let (unmatched, refresh, ungranted, application_defaults, includes, without_groups) = others;
            // Partial input can lack a group that would refuse the login, so the compiler refuses this pair.
            let unmatched = if incomplete == "use-partial" { "drop" } else { unmatched };
            let mut world = World {
                applications,
                ceiling,
                includes,
                sources,
                aliases,
                rules,
                default,
                application_defaults,
                incomplete,
                unmatched,
                ungranted,
                refresh,
            };
            world.keep_what_may_be_granted();
            if let Some((connection, keeps_away)) = without_groups {
                world.send_no_groups(connection);
                // Without that, the compiler refuses some rules.
                if keeps_away {
                    world.keep_away(connection);
                }
            }
            world
        })
}

impl World {
    /// Makes a connection one that sends no groups.
    pub(crate) fn send_no_groups(&mut self, connection: usize) {
        self.sources[connection] = (Vec::new(), false);
    }

    /// Keeps the rules away from a connection that the compiler would refuse there.
    pub(crate) fn keep_away(&mut self, connection: usize) {
        for rule in &mut self.rules {
            let needs_groups = match &rule.matches {
                Matches::Everyone => false,
                // A rule with a condition could be one that fires nowhere else.
                Matches::Groups { none, .. } | Matches::Names { none, .. } => {
                    rule.excludes || !none.is_empty() || rule.when.is_some()
                }
            };
            if needs_groups {
                let away = Condition::Not(Box::new(Condition::Connection(CONNECTIONS[connection].0)));
                rule.when = Some(match rule.when.take() {
                    Some(when) => Condition::All(Box::new(when), Box::new(away)),
                    None => away,
                });
            }
        }
    }

    /// A target group and those that it includes, found by following the pairs until there is nothing new.
    pub(crate) fn with_included(&self, target: &'static str) -> BTreeSet<&'static str> {
        let mut all = BTreeSet::from([target]);
        for _ in &self.includes {
            let more = self.includes.iter().filter(|(group, _)| all.contains(group)).map(|(_, other)| *other);
            let more: Vec<_> = more.collect();
            all.extend(more);
        }
        all
    }

    /// Whether a rule of the organization may grant a target group with all that it includes.
    pub(crate) fn may_grant(&self, target: &str, marked: bool) -> bool {
        let target = TARGETS.into_iter().find(|it| *it == target).expect("a target group");
        self.with_included(target).into_iter().all(|target| self.may_grant_alone(target, marked))
    }

    fn may_grant_alone(&self, target: &str, marked: bool) -> bool {
        let none = Ceiling::default();
        let ceiling = self.ceiling.as_ref().unwrap_or(&none);
        let begins = ceiling.prefix.is_none_or(|prefix| target.starts_with(prefix));
        let allowed = || {
            let globs = ceiling.groups.as_ref();
            globs.is_none_or(|globs| globs.iter().any(|glob| crate::reference::glob_matches(glob, target)))
        };
        begins && if is_protected(target) { marked && ceiling.protected.contains(&target) } else { allowed() }
    }

    /// The target groups that a rule names, or that one of its globs means.
    pub(crate) fn stated(&self, rule: &Rule) -> BTreeSet<&'static str> {
        let is_meant = |target: &&str| {
            let matches = |glob: &&str| crate::reference::glob_matches(glob, target);
            rule.globs.iter().any(matches) && (rule.excludes || self.may_grant(target, false))
        };
        rule.groups.iter().copied().chain(TARGETS.into_iter().filter(is_meant)).collect()
    }

    /// The default of an application, and whether it is one of its own.
    pub(crate) fn default_of(&self, application: usize) -> (&[&'static str], bool) {
        match self.application_defaults.get(application).filter(|own| !own.is_empty()) {
            Some(own) => (own, true),
            None => (&self.default, false),
        }
    }

    /// Whether a rule can grant a group of an application, whatever its captures are.
    pub(crate) fn reaches(&self, rule: &Rule, application: &Application) -> bool {
        let named = |target: &str| {
            if matches!(rule.matches, Matches::Names { .. }) {
                return rule.can_expand_to(target);
            }
            rule.templates.iter().any(|template| {
                // `a*` has a literal asterisk.
                let captures = regex::Regex::new(r"\\\$\\\{[^}]*\\\}").expect("an expression");
                let pattern = captures.replace_all(&regex::escape(template), "(?:.+)").into_owned();
                crate::reference::whole(&pattern, false).is_match(target)
            })
        };
        let stated = self.stated(rule);
        let can_grant = |target: &&'static str| {
            stated.contains(*target) || named(target) && self.may_grant(target, rule.protected)
        };
        let granted = TARGETS.into_iter().filter(|target| can_grant(target));
        let mut reached = granted.flat_map(|target| self.with_included(target));
        !rule.excludes && reached.any(|target| application.groups.contains(target))
    }

    fn keep_what_may_be_granted(&mut self) {
        let mut rules = std::mem::take(&mut self.rules);
        for (at, rule) in rules.iter_mut().enumerate() {
            rule.id = format!("rule-{at:03}");
            if !rule.excludes {
                rule.groups.retain(|group| self.may_grant(group, rule.protected));
                let leads = |glob: &str, target: &str| {
                    crate::reference::glob_matches(glob, target) && self.may_grant(target, false)
                };
                rule.globs.retain(|glob| TARGETS.iter().any(|target| leads(glob, target)));
            }
        }
        // A grant with a capture has to lead to some group.
        rules.retain(|rule| {
            let leads = |target: &&str| rule.can_expand_to(target) && self.may_grant(target, rule.protected);
            match rule.matches {
                Matches::Names { .. } => TARGETS.iter().any(leads),
                _ => !(rule.groups.is_empty() && rule.templates.is_empty() && rule.globs.is_empty()),
            }
        });
        self.rules = rules;
        let default = std::mem::take(&mut self.default);
        self.default = default.into_iter().filter(|group| self.may_grant(group, false)).collect();
        let mut defaults = std::mem::take(&mut self.application_defaults);
        for (default, application) in defaults.iter_mut().zip(&self.applications) {
            default.retain(|group| self.may_grant(group, false) && application.groups.contains(group));
        }
        if defaults.iter().any(|default| !default.is_empty()) {
            self.default.clear();
        }
        self.application_defaults = defaults;
        if self.incomplete == "use-partial" {
            self.keep_limits_that_cannot_be_reached();
        }
    }

    /// Removes limits that partial input could stay below only because groups are missing.
    fn keep_limits_that_cannot_be_reached(&mut self) {
        let reached: BTreeSet<&'static str> = TARGETS
            .into_iter()
            .filter(|target| {
                self.rules.iter().filter(|rule| !rule.excludes).any(|rule| {
                    self.stated(rule).contains(target)
                        || rule.can_expand_to(target) && self.may_grant(target, rule.protected)
                })
            })
            .collect();
        let reached: BTreeSet<&str> =
            reached.into_iter().flat_map(|target| self.with_included(target)).collect();
        for application in &mut self.applications {
            let own: Vec<&str> = reached.intersection(&application.groups).copied().collect();
            let joined_by = application.joined_by;
            application.limit = application.limit.filter(|limit| own.len() <= *limit);
            application.bytes = application.bytes.filter(|bytes| claim_bytes(&own, joined_by) <= *bytes);
        }
    }

    /// The mapping files; `shuffle` orders lists whose order has no meaning.
    pub(crate) fn files(&self, shuffle: &mut dyn FnMut(&mut Vec<String>)) -> Vec<SourceFile> {
        let mut map = |members: Vec<(String, Json)>| {
            let mut members: Vec<_> =
                members.iter().map(|(key, value)| format!("{}: {value}", json!(key))).collect();
            shuffle(&mut members);
            format!("{{{}}}", members.join(", "))
        };
        let applications = APPLICATIONS.iter().zip(&self.applications).map(|(name, application)| {
            let mut limits = json!({ "over": application.over });
            if let Some(limit) = application.limit {
                limits["groups"] = json!(limit);
            }
            if let Some(bytes) = application.bytes {
                limits["claim-bytes"] = json!(bytes);
            }
            let claim = |what: &str| format!("https://claims.example.com/{name}/{what}");
            let mut json =
                json!({ "clients": [format!("{name}-client")], "claim": claim("groups"), "limits": limits });
            if application.deny_ungranted {
                json["ungranted"] = json!("deny");
            }
            if let Some(delimiter) = application.joined_by {
                json["joined-by"] = json!(delimiter);
            }
            if application.provenance {
                json["provenance"] = json!(claim("provenance"));
            }
            ((*name).to_owned(), json)
        });
        let applications = map(applications.collect());
        let groups = TARGETS.iter().map(|target| {
            let of = APPLICATIONS.iter().zip(&self.applications);
            let of: Vec<_> = of.filter(|(_, it)| it.groups.contains(target)).map(|(name, _)| *name).collect();
            let of = if of.is_empty() { vec!["other"] } else { of };
            let mut json =
                json!({ "applications": of, "description": "x", "protected": is_protected(target) });
            let included = self.includes.iter().filter(|(group, _)| group == target);
            let included: Vec<_> = included.map(|(_, included)| included).collect();
            if !included.is_empty() {
                json["includes"] = json!(included);
            }
            ((*target).to_owned(), json)
        });
        let groups = map(groups.collect());
        let tiers = map(TIERS.iter().map(|(name, tier)| ((*name).to_owned(), json!(tier))).collect());
        // A grant that begins with a capture or a wildcard needs a ceiling.
        let any = Ceiling::default();
        let expands = self.rules.iter().any(Rule::needs_ceiling);
        let ceiling = self.ceiling.as_ref().or(if expands { Some(&any) } else { None });
        let ceilings = ceiling.into_iter().map(|ceiling| {
            let mut json = json!({});
            if let Some(groups) = &ceiling.groups {
                json["groups"] = json!(groups);
            } else if expands && ceiling.prefix.is_none() {
                json["groups"] = json!("*");
            }
            if !ceiling.protected.is_empty() {
                json["protected"] = json!(ceiling.protected);
            }
            if let Some(prefix) = ceiling.prefix {
                json["prefix"] = json!(prefix);
            }
            ("acme".to_owned(), json)
        });
        let ceilings: Vec<_> = ceilings.filter(|(_, json)| json != &json!({})).collect();
        let ceilings =
            if ceilings.is_empty() { String::new() } else { format!("ceilings: {}\n", map(ceilings)) };
        // A third application knows the groups that the other two do not.
        let other = "other: {clients: [other-client], claim: 'https://claims.example.com/other'}";
        let applications = applications.replacen('{', &format!("{{{other}, "), 1);
        let platform = format!(
            "version: 1\napplications: {applications}\ngroups: {groups}\ntiers: {tiers}\n{ceilings}policies: {{ungranted: {}}}\n",
            self.ungranted[1]
        );

        let connections =
            CONNECTIONS.iter().zip(&self.sources).map(|((name, strategy), (sources, first))| {
                let read: Vec<_> = sources.iter().zip(0..).map(|(source, at)| source.json(at)).collect();
                let groups = if read.is_empty() { json!("none") } else { json!(read) };
                let mut json = json!({ "strategy": strategy, "groups": groups });
                if sources.len() > 1 {
                    json["combine"] = json!(if *first { "first" } else { "all" });
                }
                ((*name).to_owned(), json)
            });
        let connections = map(connections.collect());
        let aliases = self.aliases.iter().map(|(id, name)| ((*id).to_owned(), json!(name))).collect();
        let aliases =
            if self.aliases.is_empty() { String::new() } else { format!("aliases: {}\n", map(aliases)) };
        let own = APPLICATIONS.iter().zip(&self.application_defaults);
        let own = own.filter(|(_, default)| !default.is_empty());
        let own: Vec<_> = own.map(|(name, default)| ((*name).to_owned(), json!(default))).collect();
        let has_own = !own.is_empty();
        let own = map(own);
        let mut rules: Vec<String> = self.rules.iter().map(|rule| format!("- {}\n", rule.json())).collect();
        shuffle(&mut rules);
        let default = match (self.default.is_empty(), has_own) {
            (true, false) => String::new(),
            (true, true) => format!("default: {own}\n"),
            _ => format!("default: {}\n", json!(self.default)),
        };
        let mut policies = json!({ "incomplete": self.incomplete, "unmatched": self.unmatched });
        if self.ungranted[0] != self.ungranted[1] {
            policies["ungranted"] = json!(self.ungranted[0]);
        }
        if self.refresh {
            policies["refresh"] = json!({ "deny-if-older-than": format!("{MAX_AGE}h") });
        }
        let acme = format!(
            "version: 1\norganization: org_acme\nconnections: {connections}\n{aliases}{default}policies: {policies}\nrules:\n{}",
            rules.concat()
        );
        let globex = "version: 1\norganization: org_globex\nconnections: {globex: {strategy: ad}}\nrules: [{id: all, everyone: true, grant: staff}]\n";

        let file = |path: &str, text: String| SourceFile { path: format!("m/{path}.yaml"), text };
        let mut files = vec![
            file("platform", platform),
            file("organizations/acme", acme),
            file("organizations/globex", globex.to_owned()),
        ];
        let mut order: Vec<String> = files.iter().map(|file| file.path.clone()).collect();
        shuffle(&mut order);
        files.sort_by_key(|file| order.iter().position(|path| *path == file.path));
        files
    }

    /// Compiles the files. Rules that the compiler refuses are removed from the world, and the rest is compiled again.
    pub(crate) fn compile(&mut self) -> Option<Vec<u8>> {
        for _ in 0..4 {
            if self.rules.is_empty() {
                return None;
            }
            let files = self.files(&mut |_| ());
            let compiled = compile(&files);
            if let Some(platform) = compiled.platform {
                return Some(platform.bundle);
            }
            let refused: BTreeSet<String> = compiled
                .diagnostics
                .iter()
                .filter(|it| it.severity == Severity::Error)
                .map(|it| {
                    let text = &files.iter().find(|file| file.path == it.file).expect("a file").text;
                    let line = text.get(..it.span.start).unwrap_or_default().matches('\n').count();
                    text.lines().nth(line).unwrap_or_default().to_owned()
                })
                .collect();
            let before = self.rules.len();
            self.rules.retain(|rule| !refused.contains(&format!("- {}", rule.json())));
            assert!(self.rules.len() < before, "only rules are refused: {:#?}", compiled.diagnostics);
        }
        None
    }
}
