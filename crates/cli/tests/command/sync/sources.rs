//! Where the directory of a mapping comes from, and what is said about a person of it.

use super::*;

/// The mapping with a directory of this kind.
fn with_server(world: &World, kind: &str) {
    let people = "people: { base: \"ou=people,dc=example,dc=com\" }\n  groups: { base: \"ou=groups,dc=example,dc=com\" }";
    let mapping = with_directory().replace("kind: file", &format!("kind: {kind}\n  {people}"));
    write(&world.folder, "organizations/acme.yaml", mapping);
}

#[cfg(target_os = "linux")]
#[test]
fn directory_may_be_a_server() {
    use crate::ldap_server::{READER, Server};

    let entry = |id: &str| {
        format!(
            "dn: uid={id},ou=people,dc=example,dc=com\nobjectClass: inetOrgPerson\nuid: {id}\ncn: {id}\nsn: {id}\nmail: {id}@example.com\n\n"
        )
    };
    let group = "dn: cn=it-admins,ou=groups,dc=example,dc=com\nobjectClass: groupOfNames\ncn: it-admins\nmember: uid=ada,ou=people,dc=example,dc=com\nmember: uid=eve,ou=people,dc=example,dc=com\n";
    let server = Server::start(&format!("{}{}{group}", entry("ada"), entry("eve")), "");
    let world = World::new(json!({}));
    with_server(&world, "ldap");
    // Both authorities, as on a machine with several.
    write_in(&world.folder, "ca.pem", format!("{}{}", world.catalog.ca_pem(), server.ca_pem));
    let credentials =
        json!({ "LDAP_URL": server.tls_url(), "LDAP_BIND_DN": READER, "LDAP_PASSWORD": "hunter2" });
    write_in(&world.folder, "ldap.json", credentials.to_string());
    let arguments = ["sync", "plan", "acme", "--directory-credentials", "ldap.json", "--show-people"];
    let run = |arguments: &[&str]| {
        let command = claimsmith(arguments)
            .current_dir(world.folder.path())
            .env("SSL_CERT_FILE", world.folder.path().join("ca.pem"))
            .env("SCIM_URL", format!("https://{}/scim/v2", world.catalog.domain()))
            .env("SCIM_TOKEN", "hunter2")
            .output();
        Run::new(command.expect("the command starts"))
    };
    // The users of the service are of another directory: a guard stops the plan.
    let out = run(&arguments).stdout(3);
    assert!(out.contains("directory    2 people, read to its end\n"), "{out}");
    assert!(out.contains("created as ada@example.com\n"), "{out}");
    assert!(out.contains("group        `catalog-admins`: 2 added, by `admins`; 1 removed\n"), "{out}");
    assert!(out.contains("added to `catalog-admins` by admins\n"), "{out}");

    write_in(&world.folder, "ldap.json", credentials.to_string().replace("hunter2", "secret7"));
    let error = run(&arguments).failed();
    assert!(error.contains("code 49 (invalidCredentials") && !error.contains("secret7"), "{error}");
}

#[test]
fn source_of_a_directory_is_that_of_its_kind() {
    let world = World::new(json!({}));
    let run = |arguments: &[&str]| {
        let command = claimsmith(&[&["sync", "plan", "acme"], arguments].concat())
            .current_dir(world.folder.path())
            .env("SCIM_URL", "https://localhost:1/")
            .env("SCIM_TOKEN", "t")
            .env_remove("LDAP_URL")
            .output();
        Run::new(command.expect("the command starts")).failed()
    };
    assert_eq!(
        run(&["--directory", "acme.jsonl", "--directory-credentials", "ldap.json"]),
        "error: the directory of this mapping is a file, which needs no `--directory-credentials`; remove the option, or change `kind` of `directory`\n"
    );
    for kind in ["ldap", "active-directory"] {
        with_server(&world, kind);
        assert_eq!(
            run(&["--directory", "acme.jsonl"]),
            "error: the directory of this mapping is read from a server, and `--directory` names a file; remove the option, or let `kind` of `directory` be `file`\n"
        );
        assert_eq!(
            run(&[]),
            "error: the environment does not say where the directory is: set `LDAP_URL` to its server, such as `ldaps://ldap.example.com`\n"
        );
    }
}

#[test]
fn person_of_a_directory_is_explained_like_a_login() {
    let world = World::new(json!({}));
    let explain =
        |person: &str| world.sync(&["explain", "acme", "--directory", "acme.jsonl", "--person", person]);
    let out = explain("ADA@example.com").stdout(0);
    check_snapshot("sync-explain", &out);
    assert_eq!(explain("ada").stdout(0), out);
    assert!(explain("carl").stdout(0).starts_with("person carl: cannot log in, so has no groups\n"));
    let error = explain("zoe").failed();
    assert_eq!(error, "error: the directory has no person with the id or the `mail` that `--person` names\n");
    assert!(world.catalog.requests().is_empty());
}
