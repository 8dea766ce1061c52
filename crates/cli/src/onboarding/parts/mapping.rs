//! Where the mapping is, and how it changes: in the Action, or in a signed block. docs/blocks.md is about blocks.

use claimsmith::compiler::MetadataWriter;

use crate::onboarding::facts::Facts;
use crate::onboarding::words::{code, plain};
use crate::packaging::MappingPlace;
use crate::placeholders::Contents;

/// The file that `claimsmith deploy plan` writes by default.
const PLAN: &str = "claimsmith.plan.json";

/// What deploys the Action where another program writes the blocks.
const ACTION_ALONE: &str = "`claimsmith deploy plan --packaging organizations --action-only` and `claimsmith deploy apply claimsmith.plan.json`";

/// The title of the part of auth0.md about a block, as the end of a link.
const BLOCK: &str = "auth0.md#the-signed-block";

pub(super) fn mapping_in_auth0(facts: &Facts<'_>) -> Contents {
    let (title, text) = match &facts.place {
        MappingPlace::Action => (
            "The Action",
            "The groups of this customer are in the mapping that the Action contains: after each change of it run `claimsmith deploy plan` and `claimsmith deploy apply`, or `claimsmith bundle` for another tool.".to_owned(),
        ),
        MappingPlace::Stays(why) => (
            "The Action",
            format!(
                "Mappings of this platform travel as signed blocks, and that of this customer stays in the Action: {why}.\n\
                 After each change of it run `claimsmith deploy plan` and `claimsmith deploy apply`, or `claimsmith bundle --packaging organizations` for another tool."
            ),
        ),
        MappingPlace::Block(writer) => ("The signed block", block(facts, *writer)),
    };
    vec![("mapping-title", title.to_owned()), ("mapping", text)]
}

/// How the block is signed and written.
fn block(facts: &Facts<'_>, writer: MetadataWriter) -> String {
    let name = &facts.details.name;
    let program = program(writer);
    let sign = format!("$ claimsmith sign --organization {name} --key FILE\n");
    let commands = match writer {
        MetadataWriter::Api => format!(
            "$ claimsmith deploy plan --packaging organizations --organization {name}\n{sign}$ claimsmith deploy apply {PLAN}\n"
        ),
        MetadataWriter::Terraform | MetadataWriter::DeployCli => sign,
    };
    let writing = match writer {
        MetadataWriter::Api => "The application of `claimsmith deploy` needs the scopes `read:organizations` and `update:organizations` in addition.\n\
            If `plan` says that logins do not run the Action that the mapping files give, such as after a change of `platform.yaml`, plan, sign and apply without `--organization`.\n\
            `apply` keeps other metadata of the organization, and so does the module in `auth0/terraform/`; a program that replaces them removes the block."
            .to_owned(),
        MetadataWriter::Terraform => format!(
            "`claimsmith deploy` writes no metadata here. `sign` makes `blocks/` a module, whose metadata go into the module of this kit, in which `SOURCE` is its folder:\n\n\
             ```hcl\n\
             module \"blocks\" {{\n  source = \"./blocks\"\n}}\n\n\
             module \"customer\" {{\n  source   = \"SOURCE\"\n  metadata = merge({{}}, module.blocks.metadata[\"{name}\"])\n}}\n\
             ```\n\n\
             Metadata of others go between the braces: Terraform replaces all of them.\n\
             Then apply the configuration.\n\
             Sign before the first time: if `blocks/` has no file of this customer's block, Terraform stops with an error and changes nothing.\n\
             If Terraform also creates the organization, apply once with `metadata = {{}}`, write the id of the organization into the mapping, sign, and apply with the block.\n{}",
            action_first()
        ),
        MetadataWriter::DeployCli => format!(
            "`claimsmith deploy` writes no metadata here. Merge `metadata` of `blocks/organizations/{name}.json` into the file of the organization, which is `auth0/deploy-cli/organizations/{name}.json` in this kit, and import it:\n\n\
             ```console\n\
             $ jq -s '.[0].metadata += .[1].metadata | .[0]' auth0/deploy-cli/organizations/{name}.json blocks/organizations/{name}.json\n\
             ```\n\n\
             Metadata of others belong into that file, too: the tool replaces all of them.\n{}",
            action_first()
        ),
    };
    format!(
        "The groups of this customer are in a signed block in the metadata of its Auth0 organization, which {program} writes; the Action verifies it at each login.\n\
         Until the organization has it, logins follow the policy `closed`, with the reason `no-block`.\n\
         The organization's id is signed, too, so the mapping needs it first.\n\n\
         After each change of the mapping:\n\n\
         ```console\n{commands}```\n\n\
         `FILE` is a private key that may sign for this customer, as `claimsmith keys list` shows; without `--key`, it is in the variable `CLAIMSMITH_SIGNING_KEY` or in an SSH agent.\n\
         {writing}\n\
         `claimsmith help signing` says more about blocks."
    )
}

fn action_first() -> String {
    format!(
        "If `platform.yaml` has changed, deploy the Action before, with {ACTION_ALONE}; raise floors and remove keys after the block is written."
    )
}

fn program(writer: MetadataWriter) -> &'static str {
    writer.other_program().unwrap_or("`claimsmith deploy`")
}

pub(super) fn cutover(facts: &Facts<'_>) -> Contents {
    let name = &facts.details.name;
    let deployment = match &facts.place {
        MappingPlace::Action | MappingPlace::Stays(_) => {
            "`claimsmith deploy plan` shows the change, and `claimsmith deploy apply` carries it out."
                .to_owned()
        }
        MappingPlace::Block(MetadataWriter::Api) => format!(
            "The block is planned, signed and written as in [auth0.md]({BLOCK}).\n\
             \x20  A later change of the pilot can end by itself: `claimsmith deploy plan --packaging organizations --organization {name} --confirm-within 30m`, `claimsmith sign --plan {PLAN} --key FILE`, `claimsmith deploy apply {PLAN}`, and, if all is well, `claimsmith deploy confirm {PLAN}` before the deadline.\n\
             \x20  Without that, the mapping from before returns; for the first block and for a change that may remove access it is refused."
        ),
        MappingPlace::Block(writer) => {
            format!("The block is signed, and {} writes it, as in [auth0.md]({BLOCK}).", program(*writer))
        }
    };
    let mut watched =
        "`attribute-absent`, `attribute-type`, `overage`, `at-cap` and `unknown-connection`".to_owned();
    if let MappingPlace::Block(_) = facts.place {
        watched += ", and for `organization-required`, `no-block` and others that begin with `block-`";
    }
    let rollback = match &facts.place {
        MappingPlace::Action => {
            "`claimsmith deploy rollback` lets logins run the Action before it, with the mappings that all customers had then".to_owned()
        }
        MappingPlace::Stays(_) => {
            "`claimsmith deploy rollback` lets logins run the Action before it, for all customers; if it is refused, deploy the earlier mapping again".to_owned()
        }
        MappingPlace::Block(MetadataWriter::Api) => format!(
            "`claimsmith deploy rollback --organization {name} --plan PLAN` writes the block back that this plan found, and changes no other customer: keep the plan of each change. If it is refused, such as after the first block or below a floor, sign and write the earlier mapping again. Without `--organization`, it takes back the Action of all customers, and no block"
        ),
        MappingPlace::Block(writer) => format!(
            "sign the earlier mapping again, and let {} write it; `claimsmith deploy rollback` takes back the Action of all customers, and no block",
            program(*writer)
        ),
    };
    vec![("deployment", deployment), ("watched", watched), ("rollback", rollback)]
}

pub(super) fn mapping_in_handover(facts: &Facts<'_>) -> Contents {
    let name = &facts.details.name;
    let page = format!("`claimsmith onboard {name} --out FOLDER` writes `kit.html` anew.\n");
    let MappingPlace::Block(writer) = facts.place else {
        let change = format!(
            "3. `claimsmith test` passes, and `claimsmith deploy plan` and `apply` carry the change out.\n4. {page}"
        );
        return vec![("change", change), ("leaving", String::new())];
    };
    let (carried, replay) = match writer {
        MetadataWriter::Api => (
            "`claimsmith deploy plan` shows the change, a holder of the key signs the mapping with `claimsmith sign`, and `claimsmith deploy apply` writes the block".to_owned(),
            "plan, sign and apply without `--organization`, because the Action changes with it".to_owned(),
        ),
        MetadataWriter::Terraform | MetadataWriter::DeployCli => (
            format!("a holder of the key signs the mapping with `claimsmith sign`, and {} writes the block", program(writer)),
            format!("sign and write the block, and then deploy the Action with {ACTION_ALONE}"),
        ),
    };
    let change = format!(
        "3. `claimsmith test` passes, {carried}: [auth0.md]({BLOCK}) has the commands.\n\
         4. If the change removes access, it also sets a floor for {} under `blocks.floors.organizations` in `platform.yaml`, to the present time: otherwise, someone who kept the earlier block could write it back.\n   Then {replay}.\n5. {page}",
        code(name)
    );
    let organization = facts.organization_id().map_or_else(|| "of its Auth0 organization".to_owned(), code);
    let deployed = match writer {
        MetadataWriter::Api => {
            "Run `claimsmith deploy plan --packaging organizations` and `claimsmith deploy apply claimsmith.plan.json`; the plan names the organization among those whose logins it closes.".to_owned()
        }
        MetadataWriter::Terraform | MetadataWriter::DeployCli => format!(
            "Run {ACTION_ALONE}; the plan names the organization among those whose logins it closes. Remove the files of its block in `blocks/`, and its values from what {} writes.",
            program(writer)
        ),
    };
    let leaving = format!(
        "The signed block stays valid after that, also if the mapping file or the metadata are removed, because it could be written back.\n\
         When {} leaves:\n\n\
         1. Set a floor for the id {organization} under `blocks.floors.organizations` in `platform.yaml`, to the present time, and remove the mapping file, its cases, and what else names the customer there, in the same commit.\n\
         2. {deployed}\n\
         3. Keep the floor as long as the Auth0 organization exists.\n",
        plain(facts.display())
    );
    vec![("change", change), ("leaving", leaving)]
}
