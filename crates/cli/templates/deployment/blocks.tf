# The metadata of signed blocks, from the files next to this one, which `claimsmith sign` writes.
# Add them to those that your configuration has:
#
#   resource "auth0_organization" "acme" {
#     metadata = merge({ crm = "4711" }, module.blocks.metadata["acme"])
#   }

locals {
  files = [
    for file in fileset(path.module, "*.json") : jsondecode(file("${path.module}/${file}"))
  ]
}

output "metadata" {
  description = "By the names of the mappings, the metadata of their Auth0 organizations."
  value       = { for block in local.files : block.organization => block.values if block.deadline == null }
}
