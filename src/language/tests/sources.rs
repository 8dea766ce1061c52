//! Connections and their sources.

use super::*;
use crate::language::model::{From, OwnedForm, OwnedShape};
use crate::login::dn::AttributeOf;
use crate::login::source::{Combine, Identity};

fn sources(connection: &str) -> (Vec<crate::language::model::OwnedSource>, Combine) {
    let text = format!("organizations:\n  acme: {{ connections: {{ a: {connection} }}, rules: [] }}\n");
    let (mut files, _) = read(&whole(&text));
    assert_eq!(files.diagnostics, [], "{connection}");
    let connection = files.organizations.remove(0).connections.remove(0);
    (connection.sources, connection.combine)
}

#[test]
fn strategy_has_default_sources() {
    fn check(connection: &str, pointer: &str, shape: OwnedShape, overage: bool, cap: Option<u32>) {
        let (sources, _) = sources(connection);
        let source = sources.first().expect(connection);
        let from = From::Attribute { pointer: pointer.to_owned(), identity: Identity::Login };
        assert_eq!((&source.from, &source.shape), (&from, &shape), "{connection}");
        assert_eq!((source.overage, source.cap), (overage, cap), "{connection}");
    }
    check("{ strategy: waad }", "/groups", OwnedShape::List, true, None);
    let delimited = OwnedShape::Delimited(",".to_owned());
    check("{ strategy: okta }", "/federated_groups", delimited.clone(), false, Some(100));
    check("{ strategy: google-apps }", "/groups", OwnedShape::List, false, Some(200));
    check("{ strategy: okta, groups: { cap: none } }", "/federated_groups", delimited, false, None);
    check(
        "{ strategy: samlp, groups: { overage: none, cap: 5 } }",
        "/groups",
        OwnedShape::ListOrString,
        false,
        Some(5),
    );
    check("{ strategy: ad, groups: { shape: json } }", "/groups", OwnedShape::Json(None), false, None);
    check("{ strategy: ad, groups: { shape: string } }", "/groups", OwnedShape::Text, false, None);
}

#[test]
fn source_has_all_its_options() {
    let (sources, combine) = sources(
        "{ strategy: okta, combine: first, groups: [
          { from: provisioned, field: external_id },
          { from: /app_metadata/groups, shape: objects, field: dn, form: dn, attribute: OU, attribute-of: parent, below: 'DC=a' },
          { identity: primary, shape: list, form: email, domain: acme.example,
            accept: [numbers], normalize: [nfc, trim], absent: empty }] }",
    );
    assert_eq!(combine, Combine::First);
    let [first, second, third] = sources.as_slice() else { panic!("{sources:?}") };
    assert_eq!(
        (&first.from, &first.shape),
        (&From::Provisioned, &OwnedShape::Objects("external_id".to_owned()))
    );
    assert_eq!((first.cap, second.cap, third.cap), (None, None, Some(100)), "Okta cuts what Okta sends");
    let own = From::Attribute { pointer: "/app_metadata/groups".to_owned(), identity: Identity::Primary };
    assert_eq!(second.from, own, "what is stored about the user is read for the user");
    let (attribute, of, below) = ("OU".to_owned(), AttributeOf::Parent, Some("DC=a".to_owned()));
    assert_eq!(second.form, OwnedForm::DistinguishedName { attribute, of, below });
    assert_eq!(third.form, OwnedForm::Email { domain: Some("acme.example".to_owned()) });
    assert!(third.numbers && !third.booleans && third.nfc && third.trim);
}

#[test]
fn source_reports_options_that_do_not_fit_together() {
    check_connection("{ strategy: waad, groups: { delimiter: ',' } }", &[("shape-option", "delimiter")]);
    check_connection("{ strategy: ad, groups: { below: 'DC=a' } }", &[("shape-option", "below")]);
    check_connection(
        "{ strategy: ad, groups: { attribute-of: entry } }",
        &[("shape-option", "attribute-of")],
    );
    check_connection(
        "{ strategy: ad, groups: { form: domain, attribute: CN } }",
        &[("shape-option", "attribute")],
    );
    check_connection("{ strategy: ad, groups: { form: path, domain: A } }", &[("shape-option", "domain")]);
    check_connection(
        "{ strategy: ad, groups: { form: domain, domain: 'A\\B' } }",
        &[("invalid-value", "'A\\B'")],
    );
    check_connection("{ strategy: ad, groups: { form: email, domain: '@a' } }", &[("invalid-value", "'@a'")]);
    check_connection(
        "{ strategy: ad, groups: { form: dn, attribute: 'C N' } }",
        &[("invalid-value", "'C N'")],
    );
    check_connection("{ strategy: ad, groups: { form: dn, below: '' } }", &[("invalid-value", "''")]);
    check_connection(
        "{ strategy: ad, groups: { from: provisioned, shape: list, identity: login, overage: entra } }",
        &[("shape-option", "shape"), ("shape-option", "identity"), ("shape-option", "overage")],
    );
    check_connection(
        "{ strategy: ad, groups: { from: auth0-roles, shape: list, field: name, overage: entra } }",
        &[("shape-option", "shape"), ("shape-option", "field"), ("shape-option", "overage")],
    );
    check_connection(
        "{ strategy: ad, groups: { from: event.authorization.roles } }",
        &[("invalid-pointer", "event.authorization.roles")],
    );
    check_connection("{ strategy: ad, groups: { from: auth0-roles, overage: none, cap: 5 } }", &[]);
    check_connection(
        "{ strategy: ad, groups: { from: provisioned, field: mail } }",
        &[("invalid-value", "mail")],
    );
    check_connection("{ strategy: ad, groups: { from: provision } }", &[("invalid-pointer", "provision")]);
    check_connection("{ strategy: ad, groups: { cap: 0 } }", &[("invalid-value", "0")]);
    check_connection("{ strategy: ad, groups: { cap: some } }", &[("invalid-value", "some")]);
    check_connection("{ strategy: ad, groups: { cap: [] } }", &[("wrong-type", "[]")]);
    check_connection("{ strategy: ad, groups: { accept: [nulls] } }", &[("invalid-value", "nulls")]);
    check_connection("{ strategy: ad, groups: [] }", &[("empty-list", "[]")]);
    check_connection("{ strategy: ad, groups: [{}, {}] }", &[("missing-key", "[{}, {}]")]);
    check_connection("{ strategy: ad, groups: [{}], combine: all }", &[("invalid-value", "combine")]);
    check_connection("{ strategy: ad, combine: all }", &[("invalid-value", "combine")]);
    check_connection("{ strategy: ad, groups: [{}, {}], combine: both }", &[("invalid-value", "both")]);
}
