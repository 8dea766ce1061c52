"""Reads a directory page by page with Google's own client, and prints how many users, groups, and members of `g1` it has.

google-calls.py DOMAIN CA.PEM KEY.PEM
"""

import json
import sys

import google_auth_httplib2
import httplib2
from google.oauth2 import service_account
from googleapiclient.discovery import build

domain, authority, key = sys.argv[1:]
with open(key, encoding="utf-8") as file:
    private_key = file.read()
account = {
    "client_email": "reader@acme-project.iam.gserviceaccount.com",
    "private_key": private_key,
    "token_uri": f"https://{domain}/token",
}
scopes = [f"https://www.googleapis.com/auth/admin.directory.{it}.readonly" for it in ("user", "group")]
credentials = service_account.Credentials.from_service_account_info(account, scopes=scopes, subject="admin@acme.example")
http = google_auth_httplib2.AuthorizedHttp(credentials, http=httplib2.Http(ca_certs=authority))
# With the discovery document that the package has in it.
directory = build(
    "admin", "directory_v1", http=http, client_options={"api_endpoint": f"https://{domain}"}, static_discovery=True
)


def count(collection, key, **arguments):
    """All entries, each with an id."""
    seen = 0
    request = collection.list(**arguments)
    while request is not None:
        answer = request.execute(num_retries=3)
        seen += sum(1 for it in answer.get(key, []) if it["id"])
        request = collection.list_next(request, answer)
    return seen


print(
    json.dumps(
        {
            "users": count(directory.users(), "users", customer="my_customer", maxResults=500),
            "groups": count(directory.groups(), "groups", customer="my_customer"),
            "members": count(directory.members(), "members", groupKey="g1"),
        }
    )
)
