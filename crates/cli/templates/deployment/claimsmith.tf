# Written by `claimsmith bundle --target terraform`. Use this folder as a module:
#
#   module "claimsmith" {
#     source = "./modules/claimsmith"
#   }

terraform {
  required_providers {
    auth0 = {
      source  = "auth0/auth0"
      version = ">= 1.0"
    }
  }
}

resource "auth0_action" "claimsmith" {
  name    = "claimsmith"
  runtime = "node22"
  deploy  = true
  code    = file("${path.module}/claimsmith/action.js")

  supported_triggers {
    id      = "post-login"
    version = "v3"
  }
}

# Adds the Action at the end of the trigger, and leaves the other bindings as they are.
resource "auth0_trigger_action" "claimsmith" {
  trigger      = "post-login"
  action_id    = auth0_action.claimsmith.id
  display_name = auth0_action.claimsmith.name
}

output "action_id" {
  description = "The id of the Action."
  value       = auth0_action.claimsmith.id
}
