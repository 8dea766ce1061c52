//! What went wrong with other programs that synchronize users, and what happens here.
//!
//! The accidents are public reports, which each test names. Those of reading a directory over a network have their tests at
//! the connectors.

use super::*;

const RUN: [&str; 4] = ["run", "acme", "--directory", "acme.jsonl"];

impl World {
    /// A service that follows the directory.
    fn in_step(quirks: Value) -> Self {
        let world = Self::new(quirks);
        world.directory(&["bob", "carl", "dora", "erik"], &["carl", "dora", "erik"]);
        let code = world.sync(&RUN).code;
        assert_eq!(code, Some(0));
        world
    }

    fn with_method(&self, method: &str) -> usize {
        self.catalog.requests().iter().filter(|it| it.method == method).count()
    }

    fn is_active(&self, id: &str) -> bool {
        let tenant = self.catalog.tenant();
        let user = tenant.users.iter().find(|it| it["externalId"] == format!("claimsmith:acme:{id}"));
        user.expect("a user").get("active") != Some(&json!(false))
    }
}

/// awslabs/ssosync#278: a 503 of the directory deleted users. glpi-project/glpi#984, gitlab-org/gitlab#1308: so did an
/// LDAP server that was down.
#[test]
fn directory_that_fails_in_the_middle_removes_no_one() {
    let world = World::in_step(json!({}));
    let before = world.members("finance-readers");
    let writes = world.writes();
    write_in(&world.folder, "acme.jsonl", person("bob", true));
    let out = world.sync(&RUN).stdout(1);
    assert!(out.contains("not read to its end"), "{out}");
    assert_eq!((world.members("finance-readers"), world.writes()), (before, writes));
}

/// awslabs/ssosync#236: members that could not be read were removed, and came back with the next run.
#[test]
fn member_that_was_not_read_makes_the_directory_incomplete() {
    let world = World::in_step(json!({}));
    let writes = world.writes();
    let lines = [person("bob", true), group("fin-emea", &["carl"]), end(1, 1)];
    write_in(&world.folder, "acme.jsonl", lines.join("\n"));
    let out = world.sync(&RUN).stdout(1);
    assert!(out.contains("1 of the members of groups are neither people nor groups"), "{out}");
    assert_eq!(world.writes(), writes);
}

/// awslabs/ssosync#194, #159: users were deleted and created again, and lost what they owned. slashdevops/idp-scim-sync#70
/// asks for a run that never deletes.
#[test]
fn someone_who_comes_back_is_the_same_user() {
    let world = World::in_step(json!({}));
    let users = world.catalog.tenant().users.len();
    world.directory(&["bob", "carl", "erik"], &["carl", "erik"]);
    world.sync(&RUN).stdout(0);
    assert!(!world.is_active("dora"));
    world.directory(&["bob", "carl", "dora", "erik"], &["carl", "dora", "erik"]);
    world.sync(&RUN).stdout(0);
    assert!(world.is_active("dora"));
    assert_eq!((world.catalog.tenant().users.len(), world.with_method("DELETE")), (users, 0));
}

/// awslabs/ssosync#88: groups of the service were deleted because the directory did not have them. #286: users that the
/// program did not make were changed.
#[test]
fn groups_and_users_of_others_stay() {
    let world = World::in_step(json!({}));
    world.directory(&["bob", "erik"], &["erik"]);
    world.sync(&RUN).stdout(0);
    assert_eq!(world.members("by-hand"), ["carl@example.com"]);
    assert_eq!(world.members("catalog-admins"), ["own@example.com"]);
    let own = world.catalog.tenant().users.into_iter().find(|it| it["id"] == "own").expect("a user");
    assert_eq!(own["active"], true);
}

/// awslabs/ssosync pull request 219: a run ended half-way because a member was gone already.
#[test]
fn member_that_somebody_else_removes_meanwhile_does_not_stop_a_run() {
    let world = World::in_step(json!({}));
    world.directory(&["bob", "erik"], &["bob", "erik"]);
    let at = At { nth: 1, method: Some("PATCH".to_owned()), path: None };
    let remove = |tenant: &mut claimsmith_standins::scim::Tenant| {
        for group in &mut tenant.groups {
            if let Some(members) = group.get_mut("members").and_then(Value::as_array_mut) {
                members.retain(|it| it["value"] != "carl");
            }
        }
    };
    world.catalog.add_fault(Fault::change(at, remove));
    world.sync(&RUN).stdout(0);
    assert_eq!(world.members("finance-readers"), ["bob@example.com", "erik@example.com"]);
}

/// awslabs/ssosync#1: only 10 or 50 users were seen. better-auth/better-auth#10398: `totalResults` counted the page.
/// bbvch-ai/aihub-core pull request 1525: the first page was taken for everyone, and the others lost access.
#[test]
fn pages_are_read_to_the_end() {
    for quirks in [json!({ "most_per_page": 2 }), json!({ "most_per_page": 2, "counts_page": true })] {
        let world = World::in_step(quirks);
        let writes = world.writes();
        world.sync(&RUN).stdout(0);
        assert_eq!(world.writes(), writes, "everyone was seen");
        assert_eq!(world.members("finance-readers").len(), 3);
    }
}

/// slashdevops/idp-scim-sync#75, goauthentik/authentik#20410: groups with more than 100 members were refused.
#[test]
fn members_are_added_in_batches_that_the_service_takes() {
    for most in [100, 30] {
        let world = World::new(json!({ "most_members_per_patch": most }));
        let ids: Vec<String> = (0..250).map(|at| format!("u{at}")).collect();
        let ids: Vec<&str> = ids.iter().map(String::as_str).chain(["bob", "carl", "dora", "erik"]).collect();
        world.directory(&ids, &ids);
        world.sync(&RUN).stdout(0);
        assert_eq!(world.members("finance-readers").len(), 254);
    }
}

/// slashdevops/idp-scim-sync#42: the state of another tenant was used.
#[test]
fn journal_and_plan_of_another_service_are_refused() {
    let (one, other) = (World::in_step(json!({})), World::in_step(json!({})));
    one.directory(&["bob", "erik"], &["erik"]);
    one.sync(&["plan", "acme", "--directory", "acme.jsonl"]).stdout(0);
    for file in [PLAN, JOURNAL] {
        write_in(&other.folder, file, one.read(file));
    }
    let writes = other.writes();
    let error = other.sync(&["apply", PLAN]).failed();
    assert!(error.contains("it is for the service https://"), "{error}");
    let error = other.sync(&RUN).failed();
    assert!(
        error.contains("the journal `acme.sync-journal.jsonl` is of the mapping `acme` and the service"),
        "{error}"
    );
    assert_eq!(other.writes(), writes);
}

/// MicrosoftDocs/azure-docs#30826: a request to remove one member emptied the group.
#[test]
fn request_never_names_all_members() {
    let world = World::in_step(json!({}));
    world.directory(&["bob", "carl", "erik"], &["carl", "erik"]);
    world.sync(&RUN).stdout(0);
    let patches = world.catalog.requests();
    let patches = patches.iter().filter(|it| it.method == "PATCH" && it.path.contains("/Groups/"));
    let mut removals = 0;
    for operation in patches.flat_map(|it| it.body["Operations"].as_array().expect("operations").clone()) {
        assert_ne!(operation["op"], "replace");
        if operation["op"] == "remove" {
            assert!(
                operation["path"].as_str().expect("a path").starts_with("members[value eq "),
                "{operation}"
            );
            removals += 1;
        }
    }
    assert!(removals > 0);
    assert_eq!(world.with_method("PUT"), 0);
}

/// fleetdm/fleet#50724, FusionAuth/fusionauth-issues#2784: members that somebody added meanwhile were lost.
#[test]
fn member_that_somebody_else_adds_meanwhile_stays() {
    let world = World::in_step(json!({}));
    world.directory(&["bob", "carl", "erik"], &["bob", "carl", "erik"]);
    let at = At { nth: 1, method: Some("PATCH".to_owned()), path: None };
    let add = |tenant: &mut claimsmith_standins::scim::Tenant| {
        let is_it = |it: &&mut serde_json::Map<String, Value>| it["displayName"] == "finance-readers";
        let group = tenant.groups.iter_mut().find(is_it).expect("a group");
        group["members"].as_array_mut().expect("members").push(json!({ "value": "own" }));
    };
    world.catalog.add_fault(Fault::change(at, add));
    world.sync(&RUN).stdout(0);
    assert!(world.members("finance-readers").contains(&"own@example.com".to_owned()));
}

/// simpleidserver#245, wso2/product-is#8589: a member that was added again was refused.
#[test]
fn member_who_is_there_is_not_added_again() {
    let world = World::in_step(json!({ "stores_members_twice": true }));
    world.directory(&["bob", "carl", "dora", "erik"], &["bob", "carl", "dora", "erik"]);
    world.sync(&RUN).stdout(0);
    let members = world.members("finance-readers");
    assert_eq!(members.len(), 4, "{members:?}");
}
