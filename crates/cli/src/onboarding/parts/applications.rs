//! The parts for the owners of the applications.

use claimsmith::compiler::inspect::{ApplicationDetails, GrantedGroup};

use crate::onboarding::facts::Facts;
use crate::onboarding::words::{code, codes, given, row};
use crate::placeholders::Contents;

pub(super) fn qlik(facts: &Facts<'_>) -> Contents {
    let rows = facts.qlik().map(|it| {
        let pointer = format!("/{}", it.claim.replace('~', "~0").replace('/', "~1"));
        format!("   {}", row(&[&code(&it.name), &code(&it.claim), &code(&pointer)]))
    });
    vec![("claims", rows.collect()), ("groups", indented(&groups(facts, |it| it.is_qlik_cloud)))]
}

pub(super) fn catalog(facts: &Facts<'_>) -> Contents {
    let rows = facts.others().map(|it| {
        let clients = codes(it.clients.iter().map(String::as_str));
        let value = match &it.joined_by {
            Some(delimiter) => format!("one string, with {} between the groups", code(delimiter)),
            None => "a list of names".to_owned(),
        };
        row(&[&code(&it.name), &clients, &code(&it.claim), &value])
    });
    vec![
        ("applications", codes(facts.others().map(|it| it.name.as_str()))),
        ("groups", groups(facts, |it| !it.is_qlik_cloud)),
        ("claims", rows.collect()),
    ]
}

/// The table of target groups of some applications.
fn groups(facts: &Facts<'_>, is_of: impl Fn(&ApplicationDetails) -> bool) -> String {
    let names: Vec<&str> =
        facts.details.applications.iter().filter(|it| is_of(it)).map(|it| it.name.as_str()).collect();
    let mut text = row(&["group", "applications", "owner"]) + "| --- | --- | --- |\n";
    for group in &facts.details.groups {
        let own: Vec<&str> =
            group.applications.iter().map(String::as_str).filter(|it| names.contains(it)).collect();
        if !own.is_empty() {
            text += &row(&[&code(&group.name), &codes(own), &owner(group)]);
        }
    }
    text + "\n"
}

pub(super) fn owner(group: &GrantedGroup) -> String {
    given(group.owner.as_deref(), "`owner` of the group in platform.yaml")
}

fn indented(text: &str) -> String {
    text.lines().map(|line| if line.is_empty() { "\n".to_owned() } else { format!("   {line}\n") }).collect()
}
