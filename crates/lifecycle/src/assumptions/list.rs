//! All assumptions.

/// A statement that is assumed to be true of a tenant or an application.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Assumption {
    /// Its id, which is part of the interface.
    pub id: &'static str,
    /// The system that it is about.
    pub about: &'static str,
    /// What is assumed.
    pub statement: &'static str,
    /// What refuses if it is not true.
    pub features: &'static [Feature],
    /// How it is found out.
    pub test: Test,
}

/// How an assumption is tested.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a test is one or the other")]
pub enum Test {
    /// An API can tell.
    Automatic(Probe),
    /// A person has to look. The text says what to do, and what means that it held.
    Guided(&'static str),
}

/// A test that needs no person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "every probe has to be carried out")]
pub enum Probe {
    /// Writes metadata of a test organization twice, and restores them: does the second write remove what the first added?
    MetadataReplaced,
    /// Writes as many metadata of a test organization as a block can have, and restores them.
    MetadataHoldBlock,
    /// Reads the profile of a test user whose connection has this strategy: is there what the mapping reads?
    Attribute(&'static str),
}

/// Something that depends on assumptions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Feature {
    /// The deployment of any Action.
    Deploy,
    /// Writing blocks to the metadata of organizations, and signing them for that.
    Blocks,
    /// Blocks with a candidate that has to be confirmed.
    ConfirmWithin,
    /// Mappings whose connections have this strategy and read attributes.
    Attributes(&'static str),
    /// Mappings that read provisioned groups.
    ProvisionedGroups,
    /// Policies on refresh tokens.
    Refresh,
    /// Applications with a SAML attribute.
    SamlAttribute,
    /// Applying the claims mapping of Qlik Cloud.
    QlikClaims,
    /// Applying groups of Qlik Cloud.
    QlikGroups,
    /// Removing access of people who left.
    Leavers,
    /// Steps that people take by the documentation or a kit.
    Onboarding,
}

impl Feature {
    /// As people call it.
    pub fn name(self) -> String {
        match self {
            Self::Deploy => "`claimsmith deploy`".to_owned(),
            Self::Blocks => "`claimsmith sign`, and writing blocks".to_owned(),
            Self::ConfirmWithin => "`--confirm-within`".to_owned(),
            Self::Attributes(strategy) => format!("deploying mappings that read attributes of `{strategy}`"),
            Self::ProvisionedGroups => "deploying mappings that read provisioned groups".to_owned(),
            Self::Refresh => "deploying mappings with a policy on refresh tokens".to_owned(),
            Self::SamlAttribute => "deploying applications with a SAML attribute".to_owned(),
            Self::QlikClaims => "applying Qlik Cloud's claims mapping".to_owned(),
            Self::QlikGroups => "applying Qlik Cloud's groups".to_owned(),
            Self::Leavers => "removing access of people who left".to_owned(),
            Self::Onboarding => "nothing (the documentation says it)".to_owned(),
        }
    }
}

/// The assumption that has an id.
pub fn assumption(id: &str) -> Option<&'static Assumption> {
    ASSUMPTIONS.iter().find(|it| it.id == id)
}

macro_rules! assumptions {
    ($($id:literal $about:literal $statement:literal [$($feature:expr),+] $test:expr;)*) => {
        /// Everything that is assumed, in the order of the documentation.
        pub const ASSUMPTIONS: &[Assumption] = &[$(Assumption {
            id: $id, about: $about, statement: $statement, features: &[$($feature),+], test: $test,
        }),*];
    };
}

use Feature::{
    Attributes, Blocks, ConfirmWithin, Deploy, Leavers, Onboarding, ProvisionedGroups, QlikClaims,
    QlikGroups, Refresh, SamlAttribute,
};
use Probe::{Attribute, MetadataHoldBlock, MetadataReplaced};
use Test::{Automatic, Guided};

assumptions! {
    "webassembly-runs" "Auth0"
        "an Action runs WebAssembly and inflates Brotli"
        [Deploy]
        Guided("Deploy the Action to a test tenant and log in with a test user. It held if the real-time logs have a line of the Action with `groups`; it failed if that line has `engine-failure` at each login.");
    "metadata-replaced" "Auth0"
        "`PATCH` of an organization replaces all of its metadata"
        [Blocks]
        Automatic(MetadataReplaced);
    "metadata-hold-block" "Auth0"
        "an organization holds 25 metadata keys with 255 characters each"
        [Blocks]
        Automatic(MetadataHoldBlock);
    "metadata-seen-soon" "Auth0"
        "a login that begins a minute after metadata were written sees them"
        [ConfirmWithin]
        Guided("Write the block of a test organization, wait a minute, and log in as one of its members. It held if the log line names the digest of the new block; it failed if it names the old one.");
    "attribute-waad" "Auth0"
        "profiles of `waad` connections have the groups where the mapping reads them"
        [Attributes("waad")]
        Automatic(Attribute("waad"));
    "attribute-okta" "Auth0"
        "profiles of `okta` connections have the groups where the mapping reads them"
        [Attributes("okta")]
        Automatic(Attribute("okta"));
    "attribute-oidc" "Auth0"
        "profiles of `oidc` connections have the groups where the mapping reads them"
        [Attributes("oidc")]
        Automatic(Attribute("oidc"));
    "attribute-samlp" "Auth0"
        "profiles of `samlp` connections have the groups where the mapping reads them"
        [Attributes("samlp")]
        Automatic(Attribute("samlp"));
    "attribute-pingfederate" "Auth0"
        "profiles of `pingfederate` connections have the groups where the mapping reads them"
        [Attributes("pingfederate")]
        Automatic(Attribute("pingfederate"));
    "attribute-adfs" "Auth0"
        "profiles of `adfs` connections have the groups where the mapping reads them"
        [Attributes("adfs")]
        Automatic(Attribute("adfs"));
    "attribute-google-apps" "Auth0"
        "profiles of `google-apps` connections have the groups where the mapping reads them"
        [Attributes("google-apps")]
        Automatic(Attribute("google-apps"));
    "attribute-ad" "Auth0"
        "profiles of `ad` connections have the groups where the mapping reads them"
        [Attributes("ad")]
        Automatic(Attribute("ad"));
    "bind-all-keeps-groups" "Auth0"
        "an attribute map with `bind_all` keeps a claim that is called `groups` or `roles`"
        [Onboarding]
        Guided("Let a test identity provider send a claim `groups` through an `oidc` connection with `bind_all`, and log in. It held if the raw profile of the user has `groups`; it failed if it has not.");
    "max-groups-default" "Auth0"
        "a `waad` connection without `max_groups_to_retrieve` stores all groups of a user"
        [Onboarding]
        Guided("Log in with a test user who is in more than 250 groups of the directory. It held if the raw profile has all of them; it failed if it has fewer.");
    "scim-keeps-login-sync" "Auth0"
        "attributes are updated at each login although SCIM is on, if `set_user_root_attributes` is `on_each_login`"
        [Onboarding]
        Guided("Switch SCIM on for a test connection, leave `set_user_root_attributes` at `on_each_login`, change the groups of a test user in the directory, and log in. It held if the raw profile has the new groups; it failed if it has the old ones.");
    "scim-default-mapping" "Auth0"
        "Auth0's default mapping of SCIM blocks a user whose `active` is false"
        [Leavers]
        Guided("Deactivate a test user in a directory that provisions a test connection. It held if the user is blocked in Auth0; it failed if the user can log in.");
    "block-ends-sessions" "Auth0"
        "blocking a user ends open sessions"
        [Leavers]
        Guided("Log in with a test user, block it with `PATCH /api/v2/users/{id}`, and go on in another application of the tenant. It held if a new login is asked for and refused; it failed if the session goes on.");
    "provisioned-groups-available" "Auth0"
        "the tenant's plan has `api.groups`, and the Action may call it"
        [ProvisionedGroups]
        Guided("Log in with a test user of a connection that provisions groups. It held if the log line has `groups`; it failed if it has `provisioned-unavailable`.");
    "provisioned-groups-in-time" "Auth0"
        "`api.groups` gives the groups of a user within three seconds"
        [ProvisionedGroups]
        Guided("Log in ten times with a test user who has as many groups as your users have. It held if each log line has `groups`; it failed if one has `provisioned-unavailable`.");
    "refresh-shows-age" "Auth0"
        "the exchange of a refresh token says when the user last logged in interactively"
        [Refresh]
        Guided("Log in with a test user, exchange the refresh token at once, and look at the log line of the exchange. It held if it has `groups`; it failed if it has `stale-attributes`.");
    "refresh-refusal-ends-session" "applications"
        "an application takes the refused exchange of a refresh token for the end of the session"
        [Onboarding]
        Guided("Log in to each application with a test user, wait longer than the policy allows, and go on. It held if the application asks for a login; it failed if it shows an error.");
    "saml-attribute-list" "applications"
        "an application that speaks SAML reads an attribute with no, one and several values"
        [SamlAttribute]
        Guided("Log in to each such application with three test users who get no, one and several groups. It held if the application shows exactly these groups; it failed if it shows others.");
    "saml-own-attribute" "Auth0"
        "the attribute of the Action replaces one of the same name in the application's SAML settings"
        [SamlAttribute]
        Guided("Give an application's SAML settings an attribute of the same name, and log in. It held if the response has the attribute once, with the groups of the Action; it failed if it has another value.");
    "qlik-claim-path" "Qlik Cloud"
        "the groups path of the identity provider is a JSON Pointer with `/` written as `~1`"
        [QlikClaims]
        Guided("Enter the path that the kit has, and verify the identity provider with a test user. It held if `resultantClaims` has the groups; it failed if it has none and the name of the claim, entered as it is, gives them.");
    "qlik-empty-clears-groups" "Qlik Cloud"
        "a login whose claim is an empty list removes the groups that the user had from the identity provider"
        [Leavers]
        Guided("Log in with a test user who gets a group, remove the group in the directory, and log in again. It held if the user has no group from the identity provider in Qlik Cloud; it failed if the group is still there.");
    "qlik-missing-claim" "Qlik Cloud"
        "a login without the claim does not give a user more groups"
        [QlikClaims]
        Guided("Log in with a test user who gets a group, unbind the Action on the test tenant, and log in again. It held if the user has the same groups in Qlik Cloud or none; it failed if there are others.");
    "qlik-existing-groups-bound" "Qlik Cloud"
        "without automatic creation of groups, groups that exist still receive users"
        [QlikGroups]
        Guided("Switch the creation of groups off in a test tenant, create a group with the API, and log in with a test user who gets it. It held if the user is in the group; it failed if not.");
    "qlik-scopes" "Qlik Cloud"
        "groups, identity providers and sessions need the scope that the documentation names, and no smaller one works"
        [Onboarding]
        Guided("Give the OAuth client only smaller scopes, and run `claimsmith qlik plan`. It held if Qlik Cloud refuses; it failed if there is a plan.");
    "qlik-secret-returned" "Qlik Cloud"
        "Qlik Cloud gives back the client secret of its identity provider, or takes the one that is set"
        [Onboarding]
        Guided("Apply a claims mapping in a test tenant and verify it. It held if the verification ends with a login; it failed if it has `tokenError`.");
    "qlik-verification-offered" "Qlik Cloud"
        "the administration of Qlik Cloud offers the verification of pending options"
        [Onboarding]
        Guided("Apply a claims mapping in a test tenant, and look for the verification in the administration. It held if it can be started there; it failed if not.");
    "catalog-removal" "applications"
        "removing a user from the catalog disables or deletes the account there"
        [Leavers]
        Guided("Remove a test user as the kit says, and look at the account in the catalog. It held if it cannot log in any more; it failed if it can.");
    "ticket-scope" "Auth0"
        "a self-service ticket needs the scope `create:sso_access_tickets`"
        [Onboarding]
        Guided("Make a ticket for a test connection with a token that has this scope. It held if Auth0 answers with 201; it failed if it names another scope.");
    "connection-addresses" "Auth0"
        "the addresses of an `adfs` connection are those of the kit"
        [Onboarding]
        Guided("Create a test connection with the strategy `adfs`, and compare the addresses that Auth0 shows with those of the kit. It held if they are equal; it failed if not.");
    "connection-count" "Auth0"
        "the contract allows a connection for each customer"
        [Onboarding]
        Guided("Look up the number of enterprise connections in your contract. It held if it is at least the number of customers that you expect; it failed if it is lower.");
}
