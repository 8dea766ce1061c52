# Written by `claimsmith onboard`. Use this folder as a module.

terraform {
  required_providers {
    auth0 = {
      source  = "auth0/auth0"
      version = ">= 1.0"
    }
  }
}

variable "client_id" {
  description = "the client id that the customer gave"
  type        = string
}

variable "client_secret" {
  description = "the client secret that the customer gave"
  type        = string
  sensitive   = true
}

variable "tenant_domain" {
  description = "the primary domain of the customer's directory"
  type        = string
}

resource "auth0_organization" "customer" {
  name         = "acme"
  display_name = "Acme Industries"
}

resource "auth0_connection" "customer" {
  name           = "acme-entra"
  display_name   = "Acme Industries"
  strategy       = "waad"
  show_as_button = false

  options {
    client_id                = var.client_id
    client_secret            = var.client_secret
    tenant_domain            = var.tenant_domain
    identity_api             = "microsoft-identity-platform-v2.0"
    set_user_root_attributes = "on_each_login"
    scopes                   = ["basic_profile", "ext_profile", "ext_groups"]
  }
}

resource "auth0_organization_connection" "customer" {
  organization_id            = auth0_organization.customer.id
  connection_id              = auth0_connection.customer.id
  assign_membership_on_login = true
  show_as_button             = true
}

# All clients of the connection: add those that other configurations enable.
resource "auth0_connection_clients" "customer" {
  connection_id   = auth0_connection.customer.id
  enabled_clients = ["Zx81DataCatalogClient00000000002", "Zx81QlikAnalyticsClient0000000001"]
}

output "organization_id" {
  description = "The id of the organization, for the mapping file."
  value       = auth0_organization.customer.id
}
