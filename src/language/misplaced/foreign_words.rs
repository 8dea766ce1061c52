//! Words of other products, and words that mean something else here.

use super::super::grammar::Object;
use super::super::yaml::{Kind, Node};
use crate::text::letters::letters_and_digits;

/// What a word probably means.
pub(super) enum Meaning {
    /// The same as a key of the language.
    Key(&'static str),
    /// What the help says.
    Help(&'static str),
    /// What the help says, and the keys of the same mapping that the word could mean.
    OneOf(&'static str, &'static [&'static str]),
}

/// What an unknown key of an object probably means.
pub(super) fn meaning(object: &'static Object, word: &str, value: &Node) -> Option<Meaning> {
    let word = letters_and_digits(word);
    let word = word.as_str();
    if word == "version" {
        return Some(Meaning::Help("only the file has a `version`, at its top: remove this one"));
    }
    let key = match object.name {
        "rule" => match word {
            "if" | "condition" | "conditions" | "where" | "only" | "given" => "when",
            "unless" | "except" => {
                return Some(Meaning::Help("write a condition that must not hold as `when: { not: … }`"));
            }
            "role" | "roles" | "target" | "targets" | "to" | "assign" | "add" | "give" | "grants"
            | "then" | "result" | "mapto" | "internal" => "grant",
            "deny" | "remove" | "revoke" | "forbid" => "exclude",
            "pattern" | "patterns" | "source" | "sources" | "from" | "external" | "upstream"
            | "claimvalue" => {
                return Some(match value.kind {
                    Kind::Map(_) => Meaning::Key("match"),
                    _ => Meaning::OneOf(
                        "upstream groups are named under `match`, with `exact`, `glob` or `regex`",
                        &["match"],
                    ),
                });
            }
            "group" | "groups" | "members" | "names" => {
                return Some(Meaning::OneOf(
                    "upstream groups are named under `match`, as in `match: { exact: … }`, and target groups by `grant`",
                    &["match", "grant"],
                ));
            }
            "name" | "key" => "id",
            "description" | "comment" | "note" | "reason" | "justification" => "why",
            "until" | "expiry" | "validuntil" | "expiresat" | "expireson" | "expiration"
            | "expirationdate" | "expirydate" | "enddate" | "end" | "ends" | "validto" | "notafter" => {
                "expires"
            }
            "apps" | "app" | "applications" => {
                return Some(Meaning::Help(
                    "the registry says which applications receive a group; a rule for one application has `when: { application: … }`",
                ));
            }
            "users" | "email" | "emails" => {
                return Some(Meaning::Help(
                    "a rule is about attributes and not about single users: test one with `when: { user: { attribute: …, equals: … } }`",
                ));
            }
            "priority" | "order" | "weight" | "tier" => {
                return Some(Meaning::Help(
                    "rules have no order: of several target groups that a user would receive, `tiers` in `platform.yaml` keeps the highest",
                ));
            }
            "enabled" | "disabled" | "active" => {
                return Some(Meaning::Help("remove the rule to switch it off, or let it end with `expires`"));
            }
            "default" => {
                return Some(Meaning::Help(
                    "what is granted if no rule grants anything is `default` beside `rules`; a rule for every user has `everyone: true`",
                ));
            }
            _ => return None,
        },
        "match" | "patterns" => match word {
            "not" | "unless" | "except" if object.name == "match" => {
                return Some(Meaning::Help(
                    "write the patterns that no group may match under `none`, beside `any` or `all`",
                ));
            }
            "or" | "anyof" | "oneof" if object.name == "match" => "any",
            "and" | "allof" if object.name == "match" => "all",
            "equals" | "name" | "names" | "group" | "groups" | "literal" | "is" | "value" | "values" => {
                "exact"
            }
            "wildcard" | "like" | "startswith" | "endswith" | "prefix" | "suffix" => {
                return Some(Meaning::Help("write it as a glob, such as `glob: \"BI-*\"`"));
            }
            "containstext" | "contains" => {
                return Some(Meaning::Help("write it as a glob, such as `glob: \"*BI*\"`"));
            }
            "pattern" | "patterns" | "regexp" | "matches" | "expression" => {
                return Some(Meaning::Help(
                    "a pattern with `*` is a `glob`, and a regular expression is a `regex`",
                ));
            }
            "caseinsensitive" | "insensitive" | "anycase" | "ignorecase" => "ignore-case",
            "role" | "roles" => "grant",
            _ => return None,
        },
        "condition" => match word {
            "and" | "all" | "allof" => {
                return Some(Meaning::Help(
                    "all keys of a condition must hold, and all entries of `user`: write them beside each other",
                ));
            }
            "or" | "anyof" | "oneof" => "any",
            "none" | "unless" | "except" => "not",
            "app" | "apps" | "applications" => "application",
            "clients" | "clientid" | "clientids" => "client",
            "connections" | "idp" => "connection",
            "organizations" | "org" | "tenant" => "organization",
            "users" | "attributes" | "claims" | "claim" => "user",
            "domain" | "emaildomains" | "domains" => "email-domain",
            "groups" | "group" | "roles" | "role" => {
                return Some(Meaning::Help(
                    "a condition is about the login and the user's attributes; groups are named under `match`, and `all` there combines them",
                ));
            }
            _ => return None,
        },
        "attribute-test" => match word {
            "name" | "key" | "path" | "claim" | "field" | "pointer" | "from" => "attribute",
            "value" | "values" | "is" | "eq" | "equal" | "in" | "exact" | "oneof" => "equals",
            "includes" | "has" => "contains",
            "min" | "gte" | "ge" => "at-least",
            "max" | "lte" | "le" => "at-most",
            "gt" | "greaterthan" => "above",
            "lt" | "lessthan" => "below",
            "present" => "exists",
            "matches" | "regexp" => "regex",
            "like" | "wildcard" => "glob",
            "prefix" => "starts-with",
            "suffix" => "ends-with",
            "not" | "notequals" | "ne" => {
                return Some(Meaning::Help(
                    "put the test without a negation under `not`, as in `when: { not: { user: … } }`",
                ));
            }
            _ => return None,
        },
        "organization" => match word {
            "mapping" | "mappings" | "rolemappings" | "groupmappings" | "groupmapping" | "claimstoroles"
            | "roles" => "rules",
            "id" | "orgid" | "org" | "organizationid" => "organization",
            "templates" | "include" | "includes" | "import" | "imports" | "extends" => "use",
            "idp" | "idps" | "providers" => "connections",
            "names" | "ids" => "aliases",
            "name" | "displayname" | "description" => {
                return Some(Meaning::Help(
                    "the name of an organization is that of its file: remove it, or write it as a comment after `#`",
                ));
            }
            "tests" => {
                return Some(Meaning::Help(
                    "write test cases into the file `NAME.test.yaml` next to this one, under `cases`",
                ));
            }
            _ => return None,
        },
        "connection" => match word {
            "type" | "provider" | "kind" | "protocol" => "strategy",
            "source" | "sources" | "groupsclaim" | "groupclaim" | "claim" | "attribute" | "path"
            | "roles" => {
                return Some(Meaning::Help("write where the groups are as `groups: { from: /path }`"));
            }
            "name" | "id" => {
                return Some(Meaning::Help("the name of a connection is the key above it: remove this one"));
            }
            _ => return None,
        },
        "source" => match word {
            "claim" | "path" | "source" | "pointer" | "location" => "from",
            "name" if value_is_pointer(value) => "from",
            "separator" | "split" | "splitby" | "sep" => "delimiter",
            "type" | "format" => "shape",
            "member" | "key" | "property" => "field",
            "basedn" | "base" => "below",
            "limit" | "max" => "cap",
            "trim" => return Some(Meaning::Help("write `normalize: trim`")),
            "exact" | "glob" | "regex" | "match" | "include" | "only" => {
                return Some(Meaning::Help(
                    "the rules say under `match` which groups count, and every other group is dropped; `skip` is for entries that are not groups",
                ));
            }
            "filter" | "ignore" => "skip",
            _ => return None,
        },
        "application" => match word {
            "id" | "ids" | "clientid" | "clientids" => "clients",
            "separator" | "delimiter" | "join" => "joined-by",
            "claimname" | "groupsclaim" => "claim",
            "name" | "description" | "displayname" => {
                return Some(Meaning::Help(
                    "the name of an application is the key above it: remove this one, or write it as a comment after `#`",
                ));
            }
            "roles" => "groups",
            _ => return None,
        },
        "platform" => match word {
            "apps" | "clients" => "applications",
            "registry" | "targets" | "targetgroups" | "roles" => "groups",
            "tenant" => "tenants",
            "limits" => {
                return Some(Meaning::Help(
                    "limits are those of an application, under `applications.NAME`; the most that an organization may grant is a ceiling, under `ceilings`",
                ));
            }
            _ => return None,
        },
        "target-group" => match word {
            "apps" | "app" => "applications",
            "members" | "users" | "match" | "roles" | "groups" => {
                return Some(Meaning::Help(
                    "the registry only lists groups: who receives one is said by the rules of each organization, and `includes` names groups that its members receive as well",
                ));
            }
            "inherits" | "extends" | "implies" | "children" => "includes",
            "name" | "id" => {
                return Some(Meaning::Help(
                    "the name of a target group is the key above it: remove this one",
                ));
            }
            _ => return None,
        },
        "target-globs" => match word {
            "regex" | "exact" | "prefix" | "name" | "group" | "groups" | "regexp" => {
                return Some(Meaning::Help(
                    "target groups are named in full, without a key, or by a `glob`, which may have alternatives in braces",
                ));
            }
            _ => return None,
        },
        "ceiling" => match word {
            "allow" | "allowed" | "grant" | "grants" | "targets" | "roles" => "groups",
            "organization" => {
                return Some(Meaning::Help(
                    "the name of the organization is the key above it: remove this one",
                ));
            }
            _ => return None,
        },
        "case" | "whole-case" => match word {
            "app" | "applications" => "application",
            "idp" | "connections" => "connection",
            "roles" | "upstream" | "memberof" | "input" => "groups",
            "attributes" | "profile" | "users" => "user",
            "time" | "date" | "at" => "now",
            "expected" | "result" | "output" | "then" | "want" => "expect",
            "grant" | "grants" => "claims",
            "title" | "description" | "id" => "name",
            "organization" | "org" if object.name == "case" => {
                return Some(Meaning::Help(
                    "a test file is about the organization whose name it has: remove `organization`",
                ));
            }
            "strategy" => {
                return Some(Meaning::Help(
                    "the strategy is that of the connection, which `connection` names",
                ));
            }
            _ => return None,
        },
        "expect" => match word {
            "groups" | "group" | "roles" | "grant" | "grants" | "granted" | "result" | "claim" => "claims",
            "exclude" | "excluded" | "not" => {
                return Some(Meaning::Help(
                    "`claims` lists all groups that the login receives, so a group that is not in it must not be there",
                ));
            }
            "deny" | "denied" => return Some(Meaning::Help("write `outcome: deny`")),
            "error" | "code" => "reason",
            "dropped" | "ignored" => "unmatched",
            _ => return None,
        },
        "use" => match word {
            "name" | "from" => "template",
            "parameters" | "params" | "arguments" | "values" | "args" => "with",
            _ => return None,
        },
        "tests" => match word {
            "organization" | "org" => {
                return Some(Meaning::Help(
                    "a test file is about the organization whose name it has: remove `organization`",
                ));
            }
            _ => return None,
        },
        _ => return None,
    };
    Some(Meaning::Key(key))
}

fn value_is_pointer(value: &Node) -> bool {
    matches!(&value.kind, Kind::Text(text) if text.starts_with('/'))
}
