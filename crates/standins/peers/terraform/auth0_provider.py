"""A Terraform provider with the names of auth0/auth0, which cannot be installed without Terraform's own registry.

It has the two resources that `claimsmith bundle --target terraform` uses, and works on the Management API of a
stand-in. The arguments are those of docs/resources/action.md and docs/resources/trigger_action.md of the provider.
The resources of a kit of `claimsmith onboard` can only be planned; their arguments are those of the npm package
`@pulumi/auth0` 3.49, which is made from the provider's schema.
"""

import json
import os
import urllib.request

from tf import blocks, types
from tf.iface import Provider, Resource
from tf.runner import run_provider
from tf.schema import Attribute, Block, Schema

TEXT = types.String()


def call(method, path, body=None):
    """Sends a request; urllib trusts the authorities in SSL_CERT_FILE."""
    request = urllib.request.Request(
        f"https://{os.environ['AUTH0_DOMAIN']}/api/v2/{path}",
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={"content-type": "application/json", "authorization": f"Bearer {os.environ['AUTH0_API_TOKEN']}"},
    )
    with urllib.request.urlopen(request) as response:
        text = response.read()
        return json.loads(text) if text else None


class Action(Resource):
    """auth0_action"""

    def __init__(self, provider):
        pass

    @classmethod
    def get_name(cls):
        return "action"

    @classmethod
    def get_schema(cls):
        def named(name, *others):
            return blocks.SetNestedBlock(name, Block([Attribute(other, TEXT, required=True) for other in others]))

        return Schema(
            attributes=[
                Attribute("id", TEXT, computed=True),
                Attribute("version_id", TEXT, computed=True),
                Attribute("name", TEXT, required=True),
                Attribute("code", TEXT, required=True),
                Attribute("runtime", TEXT, optional=True),
                Attribute("deploy", types.Bool(), optional=True),
                Attribute("secrets_wo_version", types.Number(), optional=True),
            ],
            block_types=[
                named("supported_triggers", "id", "version"),
                named("dependencies", "name", "version"),
                named("secrets", "name", "value"),
                named("modules", "module_id", "module_version_id"),
            ],
        )

    def plan(self, ctx, current, planned):
        # Each deployment is a new version, whose id is not known before.
        return {**planned, "version_id": types.Unknown} if current and ctx.changed_fields else planned

    def upgrade(self, ctx, version, old):
        return old

    def create(self, ctx, planned):
        made = call("POST", "actions/actions", body_of(planned))
        return deployed(planned, made["id"])

    def read(self, ctx, current):
        found = call("GET", f"actions/actions/{current['id']}")
        return {**current, "code": found["code"], "name": found["name"], "runtime": found["runtime"]}

    def update(self, ctx, current, planned):
        call("PATCH", f"actions/actions/{current['id']}", body_of(planned))
        return deployed(planned, current["id"])

    def delete(self, ctx, current):
        call("DELETE", f"actions/actions/{current['id']}?force=true")


def body_of(planned):
    members = ("name", "code", "runtime", "supported_triggers")
    return {member: planned[member] for member in members if planned.get(member) is not None}


def deployed(planned, action):
    """The state of an Action after its deployment, if it is to be deployed. As the provider, waits until it is built."""
    version = ""
    if planned.get("deploy"):
        while call("GET", f"actions/actions/{action}")["status"] != "built":
            pass
        version = call("POST", f"actions/actions/{action}/deploy")["id"]
    return {**planned, "id": action, "version_id": version}


class TriggerAction(Resource):
    """auth0_trigger_action: one binding at the end, which leaves the others alone."""

    def __init__(self, provider):
        pass

    @classmethod
    def get_name(cls):
        return "trigger_action"

    @classmethod
    def get_schema(cls):
        return Schema(
            attributes=[
                Attribute("id", TEXT, computed=True),
                Attribute("trigger", TEXT, required=True),
                Attribute("action_id", TEXT, required=True),
                Attribute("display_name", TEXT, optional=True),
            ]
        )

    def upgrade(self, ctx, version, old):
        return old

    def create(self, ctx, planned):
        self._bind(planned["trigger"], planned["action_id"], planned["display_name"])
        return {**planned, "id": f"{planned['trigger']}::{planned['action_id']}"}

    def read(self, ctx, current):
        bound = bindings(current["trigger"])
        return current if any(it["action"]["id"] == current["action_id"] for it in bound) else None

    def update(self, ctx, current, planned):
        self._bind(planned["trigger"], planned["action_id"], planned["display_name"])
        return planned

    def delete(self, ctx, current):
        self._bind(current["trigger"], current["action_id"], None)

    @staticmethod
    def _bind(trigger, action, name):
        kept = [it for it in bindings(trigger) if it["action"]["id"] != action]
        wanted = [(it["action"]["id"], it["display_name"]) for it in kept]
        wanted += [(action, name)] if name is not None else []
        refs = [{"ref": {"type": "action_id", "value": id}, "display_name": name} for id, name in wanted]
        call("PATCH", f"actions/triggers/{trigger}/bindings", {"bindings": refs})


def plan_only(name, attributes, block_types=()):
    """A resource that a plan can create. Its id is not known before."""

    class Planned(Resource):
        def __init__(self, provider):
            pass

        @classmethod
        def get_name(cls):
            return name

        @classmethod
        def get_schema(cls):
            own = [Attribute("id", TEXT, computed=True), *attributes]
            return Schema(attributes=own, block_types=list(block_types))

        def upgrade(self, ctx, version, old):
            return old

        def create(self, ctx, planned):
            raise NotImplementedError(f"auth0_{name} is only planned")

        read = update = delete = create

    return Planned


def optional(kind, *names):
    return [Attribute(name, kind, optional=True) for name in names]


OPTIONS = [
    *optional(TEXT, "adfs_server", "app_id", "authorization_endpoint", "client_id", "client_secret", "digest_algorithm"),
    *optional(TEXT, "discovery_url", "domain", "entity_id", "fed_metadata_xml", "fields_map", "icon_url", "identity_api"),
    *optional(TEXT, "issuer", "jwks_uri", "max_groups_to_retrieve", "metadata_url", "metadata_xml"),
    *optional(TEXT, "ping_federate_base_url", "protocol_binding", "request_template", "set_user_root_attributes"),
    *optional(TEXT, "should_trust_email_verified_connection", "sign_in_endpoint", "sign_out_endpoint"),
    *optional(TEXT, "signature_algorithm", "signing_cert", "tenant_domain", "token_endpoint", "type", "upstream_params"),
    *optional(TEXT, "user_id_attribute", "userinfo_endpoint", "waad_protocol"),
    *optional(types.Bool(), "api_enable_groups", "api_enable_users", "debug", "disable_cache", "disable_sign_out"),
    *optional(types.Bool(), "map_user_id_to_id", "pkce_enabled", "sign_saml_request", "use_cert_auth", "use_kerberos"),
    *optional(types.Bool(), "use_wsfed", "waad_common_endpoint"),
    *optional(types.Set(TEXT), "domain_aliases", "ips", "non_persistent_attrs", "scopes"),
]
ATTRIBUTE_MAP = blocks.SetNestedBlock(
    "attribute_map",
    Block([Attribute("mapping_mode", TEXT, required=True), *optional(TEXT, "userinfo_scope", "attributes")]),
)
KIT = [
    plan_only("organization", [Attribute("name", TEXT, required=True), *optional(TEXT, "display_name")]),
    plan_only(
        "connection",
        [
            Attribute("name", TEXT, required=True),
            Attribute("strategy", TEXT, required=True),
            *optional(TEXT, "display_name"),
            *optional(types.Bool(), "is_domain_connection", "show_as_button"),
            *optional(types.Set(TEXT), "realms"),
        ],
        [blocks.SetNestedBlock("options", Block(OPTIONS, [ATTRIBUTE_MAP]))],
    ),
    plan_only(
        "organization_connection",
        [
            Attribute("organization_id", TEXT, required=True),
            Attribute("connection_id", TEXT, required=True),
            *optional(types.Bool(), "assign_membership_on_login", "is_signup_enabled", "show_as_button"),
        ],
    ),
    plan_only(
        "connection_clients",
        [
            Attribute("connection_id", TEXT, required=True),
            Attribute("enabled_clients", types.Set(TEXT), required=True),
        ],
    ),
    plan_only(
        "connection_scim_configuration",
        [Attribute("connection_id", TEXT, required=True), *optional(TEXT, "user_id_attribute")],
    ),
]


def bindings(trigger):
    return call("GET", f"actions/triggers/{trigger}/bindings?per_page=50")["bindings"]


class Auth0(Provider):
    """The provider. Its settings are those of its environment."""

    def get_model_prefix(self):
        return "auth0_"

    def full_name(self):
        return "registry.terraform.io/auth0/auth0"

    def get_provider_schema(self, diags):
        return Schema(attributes=[Attribute("domain", TEXT, optional=True)])

    def validate_config(self, diags, config):
        pass

    def configure_provider(self, diags, config):
        pass

    def get_data_sources(self):
        return []

    def get_resources(self):
        return [Action, TriggerAction, *KIT]


run_provider(Auth0())
