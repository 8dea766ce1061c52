//! How the values of a repeated key are joined.
//!
//! What is advised never gives more than the two values together say: where both can be meant as alternatives or as
//! requirements, the requirement comes first.

use super::subject::Subject;

/// How to join the values of a key that is repeated in a mapping.
///
/// Whether the mapping itself excludes is known for rules only; inside `match`, the help is for both kinds of rules.
pub(super) fn help(mapping: Subject<'_>, key: &str, is_excluding: bool) -> Option<&'static str> {
    let Subject::Object(object) = mapping else { return None };
    Some(match (object.name, key) {
        ("rule", "when") if is_excluding => {
            "write two rules with the same `match`, one for each condition: the groups are then excluded where either holds"
        }
        ("rule", "when") => {
            "write one `when` with the keys of both, all of which must hold; if both have the same key, put the second \
             condition under the first, as `any: [{ … }]`; `claimsmith help conditions` shows how to add another"
        }
        ("rule", "match") if is_excluding => {
            "write two rules, one for each `match`: the groups are then excluded for members of either"
        }
        ("rule", "match") => {
            "write one `match`, with the patterns of each as an entry of `all` if a user must have a group of both; \
             write two rules only if a group of one is enough"
        }
        ("rule", "expires") if is_excluding => {
            "keep the later one, so that nothing is granted before both say so"
        }
        ("rule", "expires") => "keep the earlier one, unless the owner of the access agreed to the later one",
        ("rule", "grant") => {
            "write one list with the groups of both, and leave out any that should no longer be granted"
        }
        ("rule", "exclude") => "write one list with the groups of both",
        ("match", "none") => {
            "write one list with both as entries: then no group may match any of them; in a rule that excludes, write two \
             rules, one for each `none`, if only members of both keep the groups"
        }
        ("match", "all") => {
            "in a rule that grants, write one list with the entries of both: then each needs a group that matches it; in a \
             rule that excludes, write two rules, one for each `all`: the groups are then excluded where either matches"
        }
        ("match", "any") => {
            "in a rule that grants, write both as entries of `all` if a user must have a group of each, and as one list \
             under `any` only if a group of one is enough; in a rule that excludes, write one list under `any`"
        }
        ("match", "exact" | "glob" | "regex") => {
            "in a rule that grants, write `all` with an entry for each, as in `all: [{ exact: A }, { exact: B }]`, if a user \
             must have both groups, and one list, as in `exact: [A, B]`, only if one of them is enough; in a rule that \
             excludes, write one list"
        }
        ("patterns", "exact" | "glob" | "regex") => {
            "write one list, as in `exact: [A, B]`; but under `all` in a rule that grants, write an entry for each if a user \
             must have both groups"
        }
        ("blocks", "floor") => "keep the later one, which refuses more blocks",
        ("signing-key", "organizations") => {
            "keep the shorter list, unless the key has to sign for the others too"
        }
        ("signing-key", "protected") => "keep `false`, unless the key has to sign for protected groups",
        _ => return None,
    })
}
