//! The mapping files of a world, and the bundle that the compiler makes of them.

use std::collections::BTreeSet;

use claimsmith::compiler::compile;
use claimsmith::diagnostic::{Severity, SourceFile};
use serde_json::{Value as Json, json};

use super::{APPLICATIONS, CONNECTIONS, Ceiling, Rule, TARGETS, TIERS, World, is_protected};
use crate::login::MAX_AGE;

/// Orders a list whose order has no meaning.
type Shuffle<'s> = &'s mut dyn FnMut(&mut Vec<String>);

/// A mapping as text.
fn map(members: Vec<(String, Json)>, shuffle: Shuffle<'_>) -> String {
    let mut members: Vec<_> = members.iter().map(|(key, value)| format!("{}: {value}", json!(key))).collect();
    shuffle(&mut members);
    format!("{{{}}}", members.join(", "))
}

impl World {
    /// The mapping files; `shuffle` orders lists whose order has no meaning.
    pub(crate) fn files(&self, shuffle: Shuffle<'_>) -> Vec<SourceFile> {
        let platform = self.platform_text(shuffle);
        let acme = self.mapping_text(shuffle);
        let globex = "version: 1\norganization: org_globex\nconnections: {globex: {strategy: ad}}\nrules: [{id: all, everyone: true, grant: staff}]\n";

        let file = |path: &str, text: String| SourceFile { path: format!("m/{path}.yaml"), text };
        let mut files = vec![
            file("platform", platform),
            file("organizations/acme", acme),
            file("organizations/globex", globex.to_owned()),
        ];
        let mut order: Vec<String> = files.iter().map(|file| file.path.clone()).collect();
        shuffle(&mut order);
        files.sort_by_key(|file| order.iter().position(|path| *path == file.path));
        files
    }

    fn platform_text(&self, shuffle: Shuffle<'_>) -> String {
        let applications = map(self.applications_json(), shuffle);
        // A third application knows the groups that the other two do not.
        let other = "other: {clients: [other-client], claim: 'https://claims.example.com/other'}";
        let applications = applications.replacen('{', &format!("{{{other}, "), 1);
        let groups = map(self.groups_json(), shuffle);
        let tiers =
            map(TIERS.iter().map(|(name, tier)| ((*name).to_owned(), json!(tier))).collect(), shuffle);
        let ceilings = match self.ceiling_json() {
            Some(json) => format!("ceilings: {}\n", map(vec![("acme".to_owned(), json)], shuffle)),
            None => String::new(),
        };
        format!(
            "version: 1\napplications: {applications}\ngroups: {groups}\ntiers: {tiers}\n{ceilings}policies: {{ungranted: {}}}\n",
            self.ungranted[1]
        )
    }

    fn applications_json(&self) -> Vec<(String, Json)> {
        let applications = APPLICATIONS.iter().zip(&self.applications).map(|(name, application)| {
            let mut limits = json!({ "over": application.over });
            if let Some(limit) = application.limit {
                limits["groups"] = json!(limit);
            }
            if let Some(bytes) = application.bytes {
                limits["claim-bytes"] = json!(bytes);
            }
            let claim = |what: &str| format!("https://claims.example.com/{name}/{what}");
            let mut json =
                json!({ "clients": [format!("{name}-client")], "claim": claim("groups"), "limits": limits });
            if application.deny_ungranted {
                json["ungranted"] = json!("deny");
            }
            if let Some(delimiter) = application.joined_by {
                json["joined-by"] = json!(delimiter);
            }
            if application.provenance {
                json["provenance"] = json!(claim("provenance"));
            }
            ((*name).to_owned(), json)
        });
        applications.collect()
    }

    fn groups_json(&self) -> Vec<(String, Json)> {
        let groups = TARGETS.iter().map(|target| {
            let of = APPLICATIONS.iter().zip(&self.applications);
            let of: Vec<_> = of.filter(|(_, it)| it.groups.contains(target)).map(|(name, _)| *name).collect();
            let of = if of.is_empty() { vec!["other"] } else { of };
            let mut json =
                json!({ "applications": of, "description": "x", "protected": is_protected(target) });
            let included = self.includes.iter().filter(|(group, _)| group == target);
            let included: Vec<_> = included.map(|(_, included)| included).collect();
            if !included.is_empty() {
                json["includes"] = json!(included);
            }
            ((*target).to_owned(), json)
        });
        groups.collect()
    }

    fn ceiling_json(&self) -> Option<Json> {
        // A grant that begins with a capture or a wildcard needs a ceiling.
        let any = Ceiling::default();
        let expands = self.rules.iter().any(Rule::needs_ceiling);
        let ceiling = self.ceiling.as_ref().or(expands.then_some(&any))?;
        let mut json = json!({});
        if let Some(groups) = &ceiling.groups {
            json["groups"] = json!(groups);
        } else if expands && ceiling.prefix.is_none() {
            json["groups"] = json!(TARGETS);
        }
        if !ceiling.protected.is_empty() {
            json["protected"] = json!(ceiling.protected);
        }
        if let Some(prefix) = ceiling.prefix {
            json["prefix"] = json!(prefix);
        }
        (json != json!({})).then_some(json)
    }

    /// The mapping of the organization whose logins are evaluated.
    fn mapping_text(&self, shuffle: Shuffle<'_>) -> String {
        let connections = map(self.connections_json(), shuffle);
        let aliases: Vec<_> = self.aliases.iter().map(|(id, name)| ((*id).to_owned(), json!(name))).collect();
        let aliases =
            if aliases.is_empty() { String::new() } else { format!("aliases: {}\n", map(aliases, shuffle)) };
        let default = self.default_text(shuffle);
        let mut rules: Vec<String> = self.rules.iter().map(|rule| format!("- {}\n", rule.json())).collect();
        shuffle(&mut rules);
        let policies = self.policies_json();
        format!(
            "version: 1\norganization: org_acme\nconnections: {connections}\n{aliases}{default}policies: {policies}\nrules:\n{}",
            rules.concat()
        )
    }

    fn connections_json(&self) -> Vec<(String, Json)> {
        let connections =
            CONNECTIONS.iter().zip(&self.sources).map(|((name, strategy), (sources, first))| {
                let read: Vec<_> = sources.iter().zip(0..).map(|(source, at)| source.json(at)).collect();
                let groups = if read.is_empty() { json!("none") } else { json!(read) };
                let mut json = json!({ "strategy": strategy, "groups": groups });
                if sources.len() > 1 {
                    json["combine"] = json!(if *first { "first" } else { "all" });
                }
                ((*name).to_owned(), json)
            });
        connections.collect()
    }

    fn default_text(&self, shuffle: Shuffle<'_>) -> String {
        let own = APPLICATIONS.iter().zip(&self.application_defaults);
        let own = own.filter(|(_, default)| !default.is_empty());
        let own: Vec<_> = own.map(|(name, default)| ((*name).to_owned(), json!(default))).collect();
        match (self.default.is_empty(), own.is_empty()) {
            (true, true) => String::new(),
            (true, false) => format!("default: {}\n", map(own, shuffle)),
            _ => format!("default: {}\n", json!(self.default)),
        }
    }

    fn policies_json(&self) -> Json {
        let mut policies = json!({ "incomplete": self.incomplete, "unmatched": self.unmatched });
        if self.ungranted[0] != self.ungranted[1] {
            policies["ungranted"] = json!(self.ungranted[0]);
        }
        if self.refresh {
            policies["refresh"] = json!({ "deny-if-older-than": format!("{MAX_AGE}h") });
        }
        policies
    }

    /// Compiles the files. Rules that the compiler refuses are removed from the world, and the rest is compiled again.
    pub(crate) fn compile(&mut self) -> Option<Vec<u8>> {
        for _ in 0..4 {
            if self.rules.is_empty() {
                return None;
            }
            let files = self.files(&mut |_| ());
            let compiled = compile(&files);
            if let Some(platform) = compiled.platform {
                return Some(platform.bundle);
            }
            let refused: BTreeSet<String> = compiled
                .diagnostics
                .iter()
                .filter(|it| it.severity == Severity::Error)
                .map(|it| {
                    let text = &files.iter().find(|file| file.path == it.file).expect("a file").text;
                    let line = text.get(..it.span.start).unwrap_or_default().matches('\n').count();
                    text.lines().nth(line).unwrap_or_default().to_owned()
                })
                .collect();
            let before = self.rules.len();
            self.rules.retain(|rule| !refused.contains(&format!("- {}", rule.json())));
            assert!(self.rules.len() < before, "only rules are refused: {:#?}", compiled.diagnostics);
        }
        None
    }
}
