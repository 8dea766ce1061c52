//! All packages of a lock file come from one registry, none from git or a folder, each with a checksum, and the core has
//! one version of each dependency. deny.toml says more, for those who have cargo-deny.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::expect_used, clippy::panic, reason = "a test stops at what is wrong")]

use std::collections::{BTreeMap, BTreeSet};

fn read(path: &str) -> String {
    let path = format!("{}/{path}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// A package of a `Cargo.lock`.
#[derive(Debug, Default)]
struct Package {
    name: String,
    version: String,
    source: Option<String>,
    checksum: Option<String>,
    /// Each a name, or a name and a version where the file has several.
    dependencies: Vec<String>,
}

fn packages(lock_file: &str) -> Vec<Package> {
    let text = read(lock_file);
    let unquoted = |value: &str| value.trim().trim_matches(['"', ',']).to_owned();
    let mut packages = Vec::new();
    for block in text.split("[[package]]").skip(1) {
        let mut package = Package::default();
        for line in block.lines() {
            match line.split_once(" = ") {
                Some(("name", value)) => package.name = unquoted(value),
                Some(("version", value)) => package.version = unquoted(value),
                Some(("source", value)) => package.source = Some(unquoted(value)),
                Some(("checksum", value)) => package.checksum = Some(unquoted(value)),
                Some(("dependencies", "[")) => {}
                None if line.starts_with(" \"") => package.dependencies.push(unquoted(line)),
                None if line.is_empty() || line == "]" => {}
                _ => panic!("{lock_file}: unexpected line {line:?}"),
            }
        }
        packages.push(package);
    }
    assert!(packages.len() > 50, "{lock_file} was read: {} packages", packages.len());
    packages
}

/// The dependencies of the core that users get: not those of its tests.
fn core_dependencies() -> BTreeSet<String> {
    let manifest = read("Cargo.toml");
    let mut names = BTreeSet::new();
    let mut in_section = false;
    for line in manifest.lines() {
        if let Some(section) = line.strip_prefix('[') {
            in_section = section == "dependencies]"
                || (section.starts_with("target.") && section.ends_with(".dependencies]"));
        } else if in_section && let Some((name, _)) = line.split_once(" = ") {
            names.insert(name.to_owned());
        }
    }
    assert!(names.contains("globset") && names.contains("wasm-bindgen"), "{names:?}");
    assert!(!names.contains("proptest"), "{names:?}");
    names
}

#[test]
fn cargo_packages_come_from_one_registry_with_a_checksum() {
    let mut registries = BTreeSet::new();
    for (lock_file, own) in [
        (
            "Cargo.lock",
            [
                "claimsmith",
                "claimsmith-cli",
                "claimsmith-connectors",
                "claimsmith-lifecycle",
                "claimsmith-standins",
            ]
            .as_slice(),
        ),
        ("fuzz/Cargo.lock", &["claimsmith", "claimsmith-fuzz", "claimsmith-lifecycle"]),
    ] {
        for package in packages(lock_file) {
            let Some(source) = &package.source else {
                assert!(own.contains(&package.name.as_str()), "{lock_file}: {package:?} has no source");
                continue;
            };
            assert!(source.starts_with("registry+https://"), "{lock_file}: {package:?}");
            registries.insert(source.clone());
            let checksum = package.checksum.as_deref().unwrap_or_default();
            let is_sha256 = checksum.len() == 64 && checksum.bytes().all(|byte| byte.is_ascii_hexdigit());
            assert!(is_sha256, "{lock_file}: {package:?}");
        }
    }
    assert_eq!(registries.len(), 1, "{registries:?}");
}

#[test]
fn core_has_one_version_of_each_dependency() {
    let packages = packages("Cargo.lock");
    let mut versions: BTreeMap<&str, BTreeMap<&str, &Package>> = BTreeMap::new();
    for package in &packages {
        versions.entry(&package.name).or_default().insert(&package.version, package);
    }
    let direct = core_dependencies();
    for name in &direct {
        let found = versions.get(name.as_str()).unwrap_or_else(|| panic!("Cargo.lock lacks {name}"));
        assert_eq!(found.len(), 1, "{name}: {:?}", found.keys());
    }
    // And of what these need, to build them or to run them.
    let mut needed: BTreeMap<&str, &Package> = BTreeMap::new();
    let mut pending: Vec<String> = direct.into_iter().collect();
    while let Some(dependency) = pending.pop() {
        let (name, version) = dependency.split_once(' ').unwrap_or((&dependency, ""));
        let found = versions.get(name).unwrap_or_else(|| panic!("Cargo.lock lacks {dependency}"));
        let package = match found.get(version) {
            Some(package) => *package,
            None => found.values().next().expect("a version"),
        };
        match needed.insert(&package.name, package) {
            None => pending.extend(package.dependencies.iter().cloned()),
            Some(other) => assert_eq!(other.version, package.version, "the core needs {name} twice"),
        }
    }
    assert!(needed.contains_key("regex-automata") && !needed.contains_key("proptest"), "{:?}", needed.keys());
}

#[test]
fn npm_packages_come_from_one_registry_with_a_checksum() {
    let mut registries = BTreeSet::new();
    let lock_files = ["js-shim", "crates/standins/peers"].map(|folder| {
        let lock: serde_json::Value =
            serde_json::from_str(&read(&format!("{folder}/package-lock.json"))).expect("JSON");
        assert_eq!(lock["lockfileVersion"], 3);
        lock["packages"].as_object().expect("packages").clone()
    });
    assert!(lock_files.iter().all(|packages| packages.len() > 10));
    for (path, package) in lock_files.into_iter().flatten() {
        if path.is_empty() {
            continue;
        }
        assert!(path.starts_with("node_modules/") && package.get("link").is_none(), "{path}: {package}");
        let integrity = package["integrity"].as_str().unwrap_or_default();
        assert!(integrity.starts_with("sha512-"), "{path}: {package}");
        // Without an address it is that of the registry.
        if let Some(resolved) = package.get("resolved") {
            let address = resolved.as_str().and_then(|it| it.strip_prefix("https://"));
            let host = address.and_then(|address| address.split('/').next());
            registries.insert(host.unwrap_or_else(|| panic!("{path}: {package}")).to_owned());
        }
    }
    assert!(registries.len() <= 1, "{registries:?}");
}

#[test]
fn npm_dependencies_are_stated_exactly() {
    let [shim, peers] = ["js-shim", "crates/standins/peers"].map(|folder| -> serde_json::Value {
        serde_json::from_str(&read(&format!("{folder}/package.json"))).expect("JSON")
    });
    assert!(shim.get("dependencies").is_none(), "the shim has none: Auth0 would have to install them");
    for kind in [&shim["devDependencies"], &shim["optionalDependencies"], &peers["devDependencies"]] {
        for (name, version) in kind.as_object().expect("dependencies") {
            let version = version.as_str().unwrap_or_default();
            let exact =
                version.split('.').count() == 3 && version.starts_with(|char: char| char.is_ascii_digit());
            assert!(exact && !version.contains(' '), "{name}: {version}");
        }
    }
}
