//! The Terraform module of a kit, for the provider `auth0/auth0` 1.x.
//!
//! Sources: the provider's `docs/resources/{organization,connection,organization_connection,connection_clients,
//! connection_scim_configuration}.md`, and the npm package `@pulumi/auth0` 3.49, which is made from its schema.

use std::fmt::Write as _;

use claimsmith::compiler::MetadataWriter;
use serde_json::Value as Json;

use super::facts::Facts;
use super::settings::{self, Setting};
use crate::packaging::MappingPlace;

const HEAD: &str = "\
# Written by `claimsmith onboard`. Use this folder as a module.

terraform {
  required_providers {
    auth0 = {
      source  = \"auth0/auth0\"
      version = \">= 1.0\"
    }
  }
}
";

/// Options that are entries of `scopes` in Terraform.
const SCOPES: [&str; 4] = ["basic_profile", "ext_profile", "ext_groups", "ext_groups_extended"];

/// The text of the module.
pub(crate) fn module(facts: &Facts<'_>) -> String {
    let mut text = HEAD.to_owned();
    let settings = settings::settings(facts);
    for value in settings.iter().flat_map(|it| settings::customer_values(it)) {
        let sensitive = if value.is_secret { "\n  sensitive   = true" } else { "" };
        let _ = write!(
            text,
            "\nvariable {} {{\n  description = {}\n  type        = string{sensitive}\n}}\n",
            quoted(value.variable),
            quoted(value.what)
        );
    }
    let (variable, assigned, kept) = metadata(&facts.place);
    let _ = write!(
        text,
        "{variable}\nresource \"auth0_organization\" \"customer\" {{\n  name         = {}\n  display_name = {}\n{assigned}{kept}}}\n",
        quoted(&facts.details.name),
        quoted(facts.display())
    );
    if let Some(settings) = settings {
        text += &connection(facts, &settings);
    }
    text += "\noutput \"organization_id\" {\n  description = \"The id of the organization, for the mapping file.\"\n  value       = auth0_organization.customer.id\n}\n";
    text
}

/// What keeps a signed block in the metadata of the organization: a variable, an argument and a block of the resource.
fn metadata(place: &MappingPlace) -> (&'static str, &'static str, &'static str) {
    match place {
        MappingPlace::Action | MappingPlace::Stays(_) => ("", "", ""),
        MappingPlace::Block(MetadataWriter::Terraform) => (
            "\nvariable \"metadata\" {\n  description = \"all metadata of the organization, with the signed block\"\n  type        = map(string)\n}\n",
            "  metadata     = var.metadata\n",
            "",
        ),
        // Without it, Terraform would remove the block.
        MappingPlace::Block(MetadataWriter::Api | MetadataWriter::DeployCli) => (
            "",
            "",
            "\n  # Another program writes the signed block into the metadata.\n  lifecycle {\n    ignore_changes = [metadata]\n  }\n",
        ),
    }
}

fn connection(facts: &Facts<'_>, settings: &[(&'static str, Setting)]) -> String {
    let mut head = vec![
        ("name".to_owned(), quoted(&facts.connection.name)),
        ("display_name".to_owned(), quoted(facts.display())),
        ("strategy".to_owned(), quoted(facts.connection.strategy)),
    ];
    if facts.connection.strategy != "ad" {
        head.push(("show_as_button".to_owned(), "false".to_owned()));
    }
    let mut text = "\nresource \"auth0_connection\" \"customer\" {\n".to_owned();
    assign(&mut text, "  ", &head);
    text += "\n  options {\n";
    let (assignments, blocks) = options(settings);
    assign(&mut text, "    ", &assignments);
    text += &blocks;
    text += "  }\n}\n";
    text += "
resource \"auth0_organization_connection\" \"customer\" {
  organization_id            = auth0_organization.customer.id
  connection_id              = auth0_connection.customer.id
  assign_membership_on_login = true
  show_as_button             = true
}
";
    let clients: Vec<String> = facts.clients().into_iter().map(quoted).collect();
    let _ = write!(
        text,
        "
# All clients of the connection: add those that other configurations enable.
resource \"auth0_connection_clients\" \"customer\" {{
  connection_id   = auth0_connection.customer.id
  enabled_clients = [{}]
}}
",
        clients.join(", ")
    );
    if facts.has_scim() {
        text += "
resource \"auth0_connection_scim_configuration\" \"customer\" {
  connection_id = auth0_connection.customer.id
}
";
    }
    text
}

/// Writes assignments as `terraform fmt` does, with their signs in one column.
fn assign(text: &mut String, indent: &str, assignments: &[(String, String)]) {
    let width = assignments.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
    for (name, value) in assignments {
        let _ = writeln!(text, "{indent}{name:width$} = {value}");
    }
}

/// The options as assignments and blocks.
fn options(settings: &[(&'static str, Setting)]) -> (Vec<(String, String)>, String) {
    let (mut assignments, mut scopes, mut blocks) = (Vec::new(), Vec::new(), String::new());
    for (name, setting) in settings {
        let value = match setting {
            Setting::Customer(value) => {
                assignments.push((snake_case(name), format!("var.{}", value.variable)));
                continue;
            }
            Setting::Fixed(value) => value,
        };
        match *name {
            name if SCOPES.contains(&name) => {
                if value == &Json::Bool(true) {
                    scopes.push(quoted(name));
                }
            }
            "scope" => scopes.extend(value.as_str().unwrap_or_default().split(' ').map(quoted)),
            "fieldsMap" => {
                assignments.push(("fields_map".to_owned(), format!("jsonencode({})", hcl(value))));
            }
            "attribute_map" => blocks = block(value),
            name => assignments.push((snake_case(name), hcl(value))),
        }
    }
    if !scopes.is_empty() {
        assignments.push(("scopes".to_owned(), format!("[{}]", scopes.join(", "))));
    }
    (assignments, blocks)
}

fn block(value: &Json) -> String {
    let mut text = "\n    attribute_map {\n".to_owned();
    let members = value.as_object().into_iter().flatten();
    let members: Vec<(String, String)> = members.map(|(name, value)| (name.clone(), hcl(value))).collect();
    assign(&mut text, "      ", &members);
    text + "    }\n"
}

/// The name of an option in Terraform.
fn snake_case(name: &str) -> String {
    if name == "signSAMLRequest" {
        return "sign_saml_request".to_owned();
    }
    let mut snake = String::new();
    for char in name.chars() {
        if char.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(char.to_ascii_lowercase());
    }
    snake
}

/// A value as an expression.
fn hcl(value: &Json) -> String {
    match value {
        Json::String(text) => quoted(text),
        Json::Object(members) => {
            let members: Vec<String> =
                members.iter().map(|(name, value)| format!("{} = {}", quoted(name), hcl(value))).collect();
            format!("{{ {} }}", members.join(", "))
        }
        other => other.to_string(),
    }
}

/// A text as a string in which Terraform replaces nothing.
fn quoted(text: &str) -> String {
    let json = serde_json::to_string(text).unwrap_or_default();
    json.replace("${", "$${").replace("%{", "%%{")
}

#[cfg(test)]
mod tests {
    use super::{quoted, snake_case};

    #[test]
    fn strings_are_literal() {
        assert_eq!(quoted("a \"b\" ${c} %{d}"), r#""a \"b\" $${c} %%{d}""#);
    }

    #[test]
    fn names_are_those_of_the_provider() {
        for (name, expected) in [
            ("pingFederateBaseUrl", "ping_federate_base_url"),
            ("signSAMLRequest", "sign_saml_request"),
            ("identity_api", "identity_api"),
        ] {
            assert_eq!(snake_case(name), expected);
        }
    }
}
