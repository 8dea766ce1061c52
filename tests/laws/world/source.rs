//! The sources of groups of a connection: shape, form of names, and what of a list is skipped.

use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value as Json, json};

use super::CONNECTIONS;
use crate::reference::glob_matches;

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
    /// The names of an object's members.
    Keys,
    /// Only those whose value has the member `1001`.
    KeysHaving,
    NestedLists,
    /// Objects with lists of groups.
    ObjectsOfLists,
    Json,
    Provisioned,
    /// The roles of Auth0.
    Roles,
}

impl Shape {
    /// Whether the names of members are groups.
    pub(crate) fn is_keys(self) -> bool {
        matches!(self, Self::Keys | Self::KeysHaving)
    }

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

pub(super) fn source() -> impl Strategy<Value = Source> {
    use Shape::{
        Delimited, DelimitedOrList, Json, Keys, KeysHaving, List, ListOfDelimited, ListOrString, NestedLists,
        Objects, ObjectsOfLists, ObjectsOrObject, Paths, Provisioned, Roles, Values,
    };
    let common = select(&[List, List, ListOrString, Delimited, Objects, Json, Provisioned, Roles][..]);
    let others = [
        DelimitedOrList,
        ListOfDelimited,
        ObjectsOrObject,
        Paths,
        Values,
        Keys,
        KeysHaving,
        NestedLists,
        ObjectsOfLists,
    ];
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
        self.skipped.iter().any(|glob| glob_matches(glob, text))
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
            Shape::Keys => set("shape", "keys"),
            Shape::KeysHaving => {
                set("shape", "keys");
                set("having", "1001");
            }
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
