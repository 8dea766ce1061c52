//! How the values of a repeated key are joined.
//!
//! What is advised never gives more than the two values together say: where both can be meant as alternatives or as
//! requirements, the requirement comes first.

use super::yaml::{Kind, Node};

/// How to join the values of a key that is repeated in a mapping, which messages call `what`.
pub(super) fn help(what: &str, key: &str, node: &Node) -> Option<&'static str> {
    let is_excluding = has_key(node, "exclude");
    Some(match (what, key) {
        ("a rule", "when") if is_excluding => {
            "write two rules with the same `match`, one for each condition: the groups are then excluded where either holds"
        }
        ("a rule", "when") => {
            "write one `when` with the keys of both, all of which must hold; if both have the same key, put the second \
             condition under the first, as `any: [{ … }]`; docs/language/conditions.md shows how to add another"
        }
        ("a rule", "match") if is_excluding => {
            "write two rules, one for each `match`: the groups are then excluded for members of either"
        }
        ("a rule", "match") => {
            "write one `match`, with the patterns of each as an entry of `all` if a user must have a group of both; \
             write two rules only if a group of one is enough"
        }
        ("a rule", "expires") if is_excluding => {
            "keep the later one, so that nothing is granted before both say so"
        }
        ("a rule", "expires") => {
            "keep the earlier one, unless the owner of the access agreed to the later one"
        }
        ("a rule", "grant") => {
            "write one list with the groups of both, and leave out any that should no longer be granted"
        }
        ("a rule", "exclude") => "write one list with the groups of both",
        ("`match`", "none") => "write one list with both as entries: then no group may match any of them",
        ("`match`", "all") => {
            "write one list with the entries of both: then each needs a group that matches it"
        }
        ("`match`", "any") => {
            "write both as entries of `all` if a user must have a group of each; as one list under `any` only if a group \
             of one is enough"
        }
        ("`match`", "exact" | "glob" | "regex") => {
            "write `all` with an entry for each, as in `all: [{ exact: A }, { exact: B }]`, if a user must have both groups; \
             write one list, as in `exact: [A, B]`, only if one of the groups is enough"
        }
        ("a set of patterns", "exact" | "glob" | "regex") => {
            "write an entry of the list around it for each if they are under `all` and a user must have both groups; \
             write one list, as in `exact: [A, B]`, otherwise"
        }
        _ => return None,
    })
}

fn has_key(node: &Node, key: &str) -> bool {
    matches!(&node.kind, Kind::Map(members) if members.iter().any(|(name, _)| name.value == key))
}
