//! Which rules explain the groups that people have.

use std::collections::{BTreeMap, BTreeSet};

use super::draft::{Draft, DraftConnection, Evidence, name, shown};

/// The groups of one person.
#[derive(Debug, Default)]
pub(super) struct Person {
    pub(super) upstream: Vec<String>,
    pub(super) targets: Vec<String>,
}

/// The groups of one person, from all lines.
#[derive(Debug, Default)]
struct Groups {
    upstream: BTreeSet<String>,
    targets: BTreeSet<String>,
}

/// People, by connection and id.
#[derive(Debug, Default)]
pub(super) struct People(BTreeMap<String, BTreeMap<String, Groups>>);

impl People {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds what a line says about a person.
    pub(super) fn add(&mut self, connection: &str, id: String, person: Person) {
        let known = self.0.entry(connection.to_owned()).or_default().entry(id).or_default();
        known.upstream.extend(person.upstream);
        known.targets.extend(person.targets);
    }

    /// Rules that grant no one more than today. Without upstream groups there are only the target groups.
    pub(super) fn draft(&self, has_upstream: bool) -> Draft {
        let mut draft = Draft::default();
        for (connection, people) in &self.0 {
            for target in people.values().flat_map(|person| &person.targets) {
                draft.groups.entry(target.clone()).or_default();
            }
            draft.connections.insert(connection.clone(), rules(people.values(), has_upstream));
        }
        draft
    }
}

fn rules<'p>(people: impl Iterator<Item = &'p Groups> + Clone, has_upstream: bool) -> DraftConnection {
    let mut draft = DraftConnection::default();
    if !has_upstream {
        draft.questions.push(
            "which upstream groups grant these target groups: the table has no column with upstream groups (`--upstream-column`)"
                .to_owned(),
        );
        return draft;
    }
    // How many have an upstream group, and how many of these a target group.
    let mut sizes: BTreeMap<&str, usize> = BTreeMap::new();
    let mut both: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for person in people.clone() {
        for upstream in &person.upstream {
            *sizes.entry(upstream).or_default() += 1;
            for target in &person.targets {
                *both.entry((target, upstream)).or_default() += 1;
            }
        }
    }
    let targets: BTreeSet<&str> =
        people.clone().flat_map(|person| &person.targets).map(String::as_str).collect();
    for target in targets {
        let evidence = |upstream: &str| {
            let support = both.get(&(target, upstream)).copied().unwrap_or_default();
            let contradict = sizes.get(upstream).copied().unwrap_or_default().saturating_sub(support);
            let question = (support < 3).then(|| "few people show it".to_owned());
            Evidence { shown: shown(support, contradict), support: Some(support), contradict, question }
        };
        let mut candidates: Vec<(&str, Evidence)> = both
            .range((target, "")..)
            .take_while(|((of, _), _)| *of == target)
            .map(|((_, upstream), _)| (*upstream, evidence(upstream)))
            .collect();
        // The upstream groups that contradict nothing first, and of these the ones that explain most.
        candidates.sort_by_key(|(upstream, it)| (it.contradict, core::cmp::Reverse(it.support), *upstream));
        let mut open: Vec<&Groups> =
            people.clone().filter(|person| person.targets.contains(target)).collect();
        for (upstream, evidence) in candidates {
            let before = open.len();
            let explains = |person: &&Groups| person.upstream.contains(upstream);
            if !open.iter().any(explains) {
                continue;
            }
            let is_rule = evidence.contradict == 0;
            // More people speak against it than for it: another group explains the access, or none does.
            if !is_rule && evidence.contradict > evidence.support.unwrap_or_default() {
                continue;
            }
            draft.rules.entry(upstream.to_owned()).or_default().insert(target.to_owned(), evidence);
            if is_rule {
                open.retain(|person| !explains(person));
                debug_assert!(open.len() < before, "a rule explains someone");
            }
        }
        if !open.is_empty() {
            let count = open.len();
            draft.questions.push(format!(
                "{} of {} is not explained by an upstream group that grants only them; they lose it, or a rule below has to be confirmed",
                if count == 1 { "the access of 1 person".to_owned() } else { format!("the access of {count} people") },
                name(target)
            ));
        }
    }
    draft
}
