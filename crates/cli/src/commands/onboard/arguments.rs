//! The arguments of `claimsmith onboard`.

use std::path::PathBuf;

use claimsmith::event;
use clap::Args;

use crate::arguments::OutputFormat;
use crate::commands::init::strategies;
use crate::mapping_files::DEFAULT_FOLDER;
use crate::onboarding::{KitOptions, Rotations};
use crate::tenant::TenantArgument;

/// Write what a new customer and the platform need for the onboarding
///
/// Writes the mapping and its cases from a template, unless the organization has a mapping, and a kit: for the
/// customer's IT department the steps at its identity provider, the claim to send and a sample; for the platform
/// the bodies, auth0-deploy-cli files and Terraform module of Auth0's objects, and what Qlik Cloud and the catalog
/// need; for both test users, pilot, cutover, rollback and handover.
///
/// `kit.html` has all of it on one page, where the customer can paste a profile or a token and see the groups that it
/// would give; nothing is sent anywhere.
///
/// The kit is made from this customer's mapping alone. People and dates come from options and mapping files; what is
/// not known is a `TODO` in the texts. A file that exists and has other content is kept; only the page is replaced.
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct OnboardArguments {
    /// The name of the organization, as for `claimsmith new organization`
    #[arg(value_name = "NAME", required_unless_present = "platform")]
    pub(super) organization: Option<String>,
    /// Write the platform's own plan instead: tenants, naming conventions, claims, owners
    #[arg(long, conflicts_with_all = ["organization", "check", "strategy", "connection", "scim"])]
    pub(super) platform: bool,
    /// Say what is missing in the mapping, in the kit and, with credentials, in the tenants of Auth0 and Qlik Cloud; the
    /// exit code is 1 if anything is
    #[arg(long)]
    pub(super) check: bool,
    /// A JSON file with credentials for `--check`, such as the config.json of auth0-deploy-cli, in place of the
    /// environment
    #[arg(long, value_name = "FILE", requires = "check")]
    pub(super) credentials: Option<PathBuf>,
    /// How to print what is missing
    #[arg(long, value_enum, default_value_t, requires = "check")]
    pub(super) format: OutputFormat,
    /// The strategy of its connection in Auth0; needed if it has no mapping yet
    #[arg(long, value_name = "STRATEGY", value_parser = strategies())]
    pub(super) strategy: Option<String>,
    /// The connection that the kit is for, if the mapping has several
    #[arg(long, value_name = "NAME")]
    pub(super) connection: Option<String>,
    /// The folder of mapping files
    #[arg(long, value_name = "DIR", default_value = DEFAULT_FOLDER)]
    pub(super) mappings: PathBuf,
    #[command(flatten)]
    pub(super) tenant: TenantArgument,
    /// The folder of the kit; `onboarding/NAME` by default, and `onboarding/platform` for the plan
    #[arg(long, value_name = "DIR")]
    pub(super) out: Option<PathBuf>,
    #[command(flatten)]
    pub(super) people: PeopleArguments,
}

/// People and dates, which no file says.
#[derive(Debug, Args)]
#[command(next_help_heading = "People and dates")]
pub(super) struct PeopleArguments {
    /// How people call the customer
    #[arg(long, value_name = "TEXT")]
    display_name: Option<String>,
    /// Who is responsible for the onboarding
    #[arg(long, value_name = "TEXT")]
    owner: Option<String>,
    /// A contact of the customer
    #[arg(long, value_name = "TEXT")]
    customer_contact: Option<String>,
    /// Who is called at any hour
    #[arg(long, value_name = "TEXT")]
    emergency_contact: Option<String>,
    /// The users of the pilot
    #[arg(long, value_name = "TEXT")]
    pilot: Option<String>,
    /// The day of the cutover, such as 2027-03-01
    #[arg(long, value_name = "DATE", value_parser = date)]
    cutover: Option<String>,
    /// When something is due: `idp-secret`, `scim-token`, `api-key` or `review`, such as `api-key=2027-03-01`;
    /// repeat it for several
    #[arg(long = "rotate", value_name = "WHAT=DATE", value_parser = rotation)]
    rotations: Vec<(Rotation, String)>,
    /// Add SCIM, for a customer whose directory sends users to Auth0
    #[arg(long)]
    scim: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rotation {
    IdpSecret,
    ScimToken,
    ApiKey,
    Review,
}

const ROTATIONS: [(&str, Rotation); 4] = [
    ("idp-secret", Rotation::IdpSecret),
    ("scim-token", Rotation::ScimToken),
    ("api-key", Rotation::ApiKey),
    ("review", Rotation::Review),
];

const AFTER_HELP: &str = "\
Examples:
  claimsmith onboard acme --strategy waad
  claimsmith onboard initech --connection initech-okta --out kits/initech
  claimsmith onboard --check acme
  claimsmith onboard --platform --owner 'Identity team'
  claimsmith onboard acme --owner 'Identity team' --emergency-contact '+1 555 0100' --rotate api-key=2027-03-01

`--check` needs the scopes read:organizations, read:organization_connections and read:connections to ask a tenant,
and read:scim_config if the kit has SCIM. `claimsmith help deploy` lists the credentials.
With QLIK_HOST and the other credentials of `claimsmith qlik`, it asks Qlik Cloud as well.
`claimsmith help onboarding` goes through a whole onboarding.";

/// Checks a day, and keeps it as it is.
fn date(text: &str) -> Result<String, String> {
    let is_day = text.len() == "2027-03-01".len() && event::parse_time(text).is_some();
    if is_day { Ok(text.to_owned()) } else { Err("write a day as in 2027-03-01".to_owned()) }
}

fn rotation(text: &str) -> Result<(Rotation, String), String> {
    let names = ROTATIONS.map(|(name, _)| name).join(", ");
    let (name, day) =
        text.split_once('=').ok_or_else(|| format!("write WHAT=DATE, where WHAT is one of {names}"))?;
    let found = ROTATIONS.iter().find(|(known, _)| *known == name);
    let (_, rotation) = found.ok_or_else(|| format!("`{name}` is not one of {names}"))?;
    Ok((*rotation, date(day)?))
}

impl PeopleArguments {
    pub(super) fn options(&self) -> KitOptions {
        let due = |wanted: Rotation| {
            let dates = self.rotations.iter().filter(|(rotation, _)| *rotation == wanted);
            dates.map(|(_, date)| date.clone()).next_back()
        };
        KitOptions {
            display: self.display_name.clone(),
            owner: self.owner.clone(),
            customer_contact: self.customer_contact.clone(),
            emergency_contact: self.emergency_contact.clone(),
            pilot: self.pilot.clone(),
            cutover: self.cutover.clone(),
            rotations: Rotations {
                idp_secret: due(Rotation::IdpSecret),
                scim_token: due(Rotation::ScimToken),
                api_key: due(Rotation::ApiKey),
                review: due(Rotation::Review),
            },
            scim: self.scim,
        }
    }
}
