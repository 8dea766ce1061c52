//! Plans of a set-up, as text and for JSON.

use std::io::{self, Write};

use claimsmith_lifecycle::qlik::{Finding, Plan, Step, Waiting};
use serde::Serialize;

use crate::escape::escaped;
use crate::numbers::counted;

/// How many groups are listed for people.
const MOST_NAMES: usize = 10;

/// What a plan changes, and what was noticed.
#[derive(Debug, Serialize)]
pub(super) struct PlanSummary<'a> {
    file: &'a str,
    host: &'a str,
    /// The stand-in that answered in its place.
    #[serde(skip_serializing_if = "Option::is_none")]
    stand_in: Option<&'a str>,
    application: &'a str,
    /// How many groups the application knows.
    groups: usize,
    /// Those that are created.
    create: &'a [String],
    /// Null if the identity provider stays as it is.
    claim: Option<ClaimSummary<'a>>,
    /// What `claimsmith qlik apply` does, in this order; nothing if the list is empty.
    steps: &'a [String],
    /// Variables that `apply` needs and that are not set.
    needs: Vec<&'static str>,
    findings: &'a [Finding],
}

#[derive(Debug, Serialize)]
struct ClaimSummary<'a> {
    name: &'a str,
    /// Where the identity provider reads groups now.
    before: &'a [String],
    after: &'a [String],
}

impl<'a> PlanSummary<'a> {
    pub(super) fn new(
        file: &'a str,
        plan: &'a Plan,
        steps: &'a [String],
        findings: &'a [Finding],
        stand_in: Option<&'a str>,
    ) -> Self {
        let claim = plan.wanted.claim.as_ref().zip(plan.found.provider.as_ref());
        Self {
            file,
            host: &plan.host,
            stand_in,
            application: &plan.wanted.application,
            groups: plan.wanted.groups.len(),
            create: &plan.found.missing_groups,
            claim: claim.map(|(claim, provider)| ClaimSummary {
                name: &claim.name,
                before: &provider.groups_paths,
                after: &claim.paths,
            }),
            steps,
            needs: Vec::new(),
            findings,
        }
    }

    /// The same plan, which needs the client secret of the identity provider.
    pub(super) fn with_secret_needed(self) -> Self {
        Self { needs: vec!["QLIK_IDP_CLIENT_SECRET"], ..self }
    }

    /// Writes what the plan changes.
    pub(super) fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let row =
            |out: &mut dyn Write, title: &str, text: &str| writeln!(out, "{title:<11} {}", escaped(text));
        let asked = self.stand_in.map(|host| format!(", by its stand-in {host}")).unwrap_or_default();
        row(out, "Qlik Cloud", &format!("{}{asked}", self.host))?;
        row(out, "application", self.application)?;
        let groups = match self.create {
            [] => format!("all {} exist", self.groups),
            create => format!("{} of {} are created: {}", create.len(), self.groups, names(create)),
        };
        row(out, "groups", &groups)?;
        match &self.claim {
            None => row(out, "claim", "the identity provider stays as it is")?,
            Some(claim) => {
                row(out, "claim", claim.name)?;
                let before = if claim.before.is_empty() { "nothing".to_owned() } else { names(claim.before) };
                let is_pending = !self.steps.iter().any(|it| it == Step::SET_PENDING);
                let path = match claim.before == claim.after {
                    true => format!("{}, as it is", names(claim.after)),
                    false if is_pending => format!(
                        "{before} -> {}, which the pending options have already; a person has to verify them",
                        names(claim.after)
                    ),
                    false => format!("{before} -> {}", names(claim.after)),
                };
                row(out, "path", &path)?;
            }
        }
        let other_steps =
            self.steps.len() - self.steps.iter().filter(|it| it.starts_with("create group ")).count();
        let mut steps = Vec::new();
        if other_steps < self.steps.len() {
            steps.push(format!("create {}", counted(self.steps.len() - other_steps, "group")));
        }
        steps.extend(self.steps.iter().filter(|it| !it.starts_with("create group ")).cloned());
        row(out, "steps", &if steps.is_empty() { "none".to_owned() } else { steps.join(", ") })?;
        for name in &self.needs {
            row(
                out,
                "needs",
                &format!(
                    "{name}, when it is applied: the client secret that the identity provider uses at Auth0, because Qlik Cloud does not give it back"
                ),
            )?;
        }
        for finding in self.findings {
            row(out, "finding", &finding.text)?;
        }
        if let Some(claim) = self.claim.as_ref().filter(|claim| claim.before != claim.after) {
            row(
                out,
                "confirm",
                &format!(
                    "which spelling this tenant takes is shown by the verification; if {} finds no groups, plan again with `--claim-path name` (`{}`) or `either`",
                    names(claim.after),
                    claim.name
                ),
            )?;
        }
        writeln!(out, "\n{0}: written; `claimsmith qlik apply {0}` carries it out", escaped(self.file))
    }
}

/// Writes what a person has to do.
pub(super) fn write_waiting(out: &mut impl Write, waiting: &Waiting, plan: &str) -> io::Result<()> {
    let plan = escaped(plan);
    match waiting {
        Waiting::Verify => {
            writeln!(out, "logins are as before: the options wait until a person has verified them")?;
            write_verification(out, &plan)
        }
        Waiting::VerifyAgain(status) => {
            writeln!(out, "logins are as before: the verification ended with `{}`", escaped(status))?;
            write_verification(out, &plan)
        }
        Waiting::Promote(groups) => writeln!(
            out,
            "logins are as before: the options are verified, and the login has shown {}\n`claimsmith qlik apply {plan} --promote` makes them live for all logins",
            escaped(&names(groups))
        ),
    }
}

fn write_verification(out: &mut impl Write, plan: &str) -> io::Result<()> {
    writeln!(
        out,
        "1. open Administration > Identity provider in Qlik Cloud, and choose Validate for the active one\n2. log in as a person who has groups in this application\n3. run `claimsmith qlik apply {plan}` again, which shows the groups that arrived"
    )
}

fn names(all: &[String]) -> String {
    let shown = all.iter().take(MOST_NAMES).map(|name| format!("`{name}`"));
    let mut text = shown.collect::<Vec<_>>().join(", ");
    if all.len() > MOST_NAMES {
        text.push_str(&format!(" and {} more", all.len() - MOST_NAMES));
    }
    text
}
