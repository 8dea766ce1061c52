//! Sources, values, reasons and verdicts in words for people.

use crate::engine::trace::Verdict;
use crate::login::dn::AttributeOf;
use crate::login::lookup::{Base, ListBesideSplit, Lookup};
use crate::login::name_form::NameForm;
use crate::login::source::{Shape, Source};
use crate::login::value::Value;
use crate::outcome::Reason;

pub(super) fn lookup(lookup: &Lookup<'_>) -> String {
    match lookup.base {
        Base::Provisioned => "provisioned".to_owned(),
        // The only member of the event that a source reads, apart from `event.user`.
        Base::Event if lookup.pointer == "/authorization/roles" => "auth0-roles".to_owned(),
        Base::Login | Base::User | Base::Event => lookup.pointer.to_owned(),
    }
}

pub(super) fn source(source: &Source<'_>, lookup: Option<&Lookup<'_>>) -> String {
    let is = |option: fn(&Lookup<'_>) -> bool| lookup.is_some_and(option);
    let values = is(|lookup| lookup.values);
    let mut shape = match source.shape {
        Shape::List if values => "the values of an object's members".to_owned(),
        Shape::List => "a list of names".to_owned(),
        Shape::ListOrString => "a list of names, or one name".to_owned(),
        Shape::Text => "one name".to_owned(),
        Shape::Delimited(delimiter) => {
            let strings = match lookup.map(|lookup| lookup.list).unwrap_or_default() {
                ListBesideSplit::Refused => "names in one string, split",
                ListBesideSplit::Whole => "a list of names, or names in one string, split",
                ListBesideSplit::Split => "names in a list of strings or in one string, each split",
            };
            format!("{strings} at `{}`", delimiter.escape_debug())
        }
        Shape::Keys("") => "names of an object's members".to_owned(),
        Shape::Keys(having) => {
            format!("names of an object's members whose values have `{}`", having.escape_debug())
        }
        Shape::Objects(field) => {
            let objects = match (values, is(|lookup| lookup.single)) {
                (true, _) => "objects in an object's members",
                (_, true) => "objects, or one object",
                _ => "objects",
            };
            format!("{objects}, named by `{}`", field.escape_debug())
        }
    };
    if is(|lookup| lookup.nested) {
        shape.push_str(", also in lists inside");
    }
    let form = match &source.form {
        NameForm::Plain => return shape,
        NameForm::DistinguishedName { attribute, of, base_dn } => {
            let of = match of {
                AttributeOf::Entry => "distinguished names",
                AttributeOf::Parent => "the nearest parent of distinguished names",
            };
            match base_dn {
                Some(base) => format!("the {attribute} of {of} below `{}`", base.escape_debug()),
                None => format!("the {attribute} of {of}"),
            }
        }
        NameForm::Domain { domain: None } => "names of any domain".to_owned(),
        NameForm::Domain { domain: Some(domain) } => {
            format!("names of the domain `{}`", domain.escape_debug())
        }
        NameForm::Email { domains } if domains.is_empty() => "e-mail addresses".to_owned(),
        NameForm::Email { domains } => {
            let domains: Vec<String> =
                domains.iter().map(|domain| format!("`{}`", domain.escape_debug())).collect();
            format!("addresses at {}", domains.join(" or "))
        }
        NameForm::Path => "paths".to_owned(),
    };
    format!("{shape}: {form}")
}

pub(super) fn value(value: &Value<'_>) -> String {
    let list = |count: usize| format!("a list of {count} {}", if count == 1 { "entry" } else { "entries" });
    let description = match value {
        Value::Absent => "nothing",
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::Text(_) => "a string",
        Value::List(entries) => return list(entries.len()),
        Value::Names(names) => return list(names.count()),
        Value::Object(_) => "an object",
        Value::Unreadable => "a value that cannot be read",
        Value::IdentityUnclear => "linked accounts, and it is unclear which of them logged in",
        Value::Overage => "Entra's statement that it withheld the groups",
        Value::Unavailable => "nothing, because the provisioned groups could not be fetched",
    };
    description.to_owned()
}

pub(super) fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Fired => "fires",
        Verdict::FiredUndecided => {
            "fires: its condition or the time is unknown, and an excluding rule fires unless its condition is false"
        }
        Verdict::GroupMissing => "does not fire: a group that it requires is missing",
        Verdict::GroupForbidden => "does not fire: it matches a group that it must not match",
        Verdict::Expired => "does not fire: it has expired",
        Verdict::ConditionFalse => "does not fire: its condition is false",
        Verdict::ConditionUnknown => {
            "does not fire: its condition or the time is unknown, because a value is missing, not verified or of \
             another type"
        }
    }
}

pub(super) fn reason(reason: Reason, has_organization: bool) -> &'static str {
    match reason {
        Reason::Ok => "every group was read and every rule was tried",
        Reason::UnknownClient => "no application of the platform has this client id",
        Reason::UnknownOrganization => "no mapping names this Auth0 organization",
        Reason::UnknownConnection if has_organization => {
            "the organization's mapping does not list this connection"
        }
        Reason::UnknownConnection => "no mapping lists this connection",
        Reason::AmbiguousConnection => {
            "the login has no organization, and several mappings list its connection"
        }
        Reason::AttributeAbsent => {
            "the attribute with the groups is missing, which is not the same as having no groups"
        }
        Reason::AttributeNull => "the attribute with the groups is null",
        Reason::AttributeType => "the attribute with the groups does not have the declared shape",
        Reason::AttributeUnreadable => "the attribute could not be read",
        Reason::EntryType => "an entry of the list has the wrong type",
        Reason::EntryUnnamed => "an entry of the list lacks the member that names the group",
        Reason::EntryMalformed => "an entry has a control character or damaged text",
        Reason::TooManyGroups => "there are more groups than a login may carry",
        Reason::GroupTooLong => "a group's name is too long",
        Reason::Unmatched => "a group matched no rule, and the mapping's policy `unmatched` refuses that",
        Reason::BadBundle => "the mapping in the bundle cannot be read",
        Reason::EngineFailure => "the engine failed",
        Reason::Overage => "Entra withheld the groups, because the user has more than it sends",
        Reason::AtCap => "the list has as many entries as its source ever sends, so more may be missing",
        Reason::AmbiguousSplit => "the string of groups can be split into known groups in more than one way",
        Reason::EntryForm => "an entry does not have the form that the source declares",
        Reason::IdentityUnclear => "accounts are linked, and it is unclear which of them logged in",
        Reason::ProvisionedUnavailable => "the provisioned groups could not be fetched",
        Reason::StaleAttributes => "the attributes are older than the policy `refresh` allows",
        Reason::OverLimit => "the login leads to more groups than the application accepts",
        Reason::Ungranted => {
            "the login receives no group of the application, and the policy `ungranted` refuses that"
        }
        Reason::NoBlock => "the metadata of the organization holds no block with its mapping",
        Reason::BlockDamaged => "the block with the organization's mapping is damaged",
        Reason::BlockVersion => "the block has a format that this engine does not read",
        Reason::BlockKey => "no key that may sign for the organization has signed the block",
        Reason::BlockSignature => "the signature of the block is not valid",
        Reason::BlockForeign => "the block is for another tenant or organization",
        Reason::OrganizationRequired => {
            "no mapping of the Action lists this connection, and a mapping that travels needs a login with an organization"
        }
        Reason::BlockStale => "the block was signed too early, or before the application existed",
    }
}
