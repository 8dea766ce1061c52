//! Plans of deployments, as text and for JSON.

use std::io::{self, Write};
use std::path::Path;

use claimsmith::compiler::{ChangedMapping, MappingChange, time_text};
use claimsmith_lifecycle::deployment::{BlockChange, BlocksPlan, Bound, Content, Order, Plan};
use serde::Serialize;

use crate::escape::escaped;
use crate::mapping_files::as_argument;
use crate::numbers::{counted, spaced};

/// The first digits of a digest.
pub(crate) fn short(digest: &str) -> &str {
    digest.get(..12).unwrap_or(digest)
}

/// Which tenant is meant.
#[derive(Debug, Serialize)]
pub(crate) struct TenantSummary<'a> {
    name: &'a str,
    domain: &'a str,
    /// The stand-in that answered in its place.
    #[serde(skip_serializing_if = "Option::is_none")]
    stand_in: Option<&'a str>,
}

impl<'a> TenantSummary<'a> {
    pub(crate) fn new(name: &'a str, domain: &'a str, stand_in: Option<&'a str>) -> Self {
        Self { name, domain, stand_in }
    }

    pub(crate) fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let asked = self.stand_in.map(|host| format!(", by its stand-in {host}")).unwrap_or_default();
        writeln!(out, "tenant     {} ({}){}", escaped(self.name), escaped(self.domain), escaped(&asked))
    }
}

/// A plan that was written.
#[derive(Debug)]
pub(super) struct Planned<'a> {
    pub(super) file: &'a str,
    /// Where the mapping files are.
    pub(super) mappings: &'a Path,
    pub(super) plan: &'a Plan,
    pub(super) steps: &'a [&'a str],
    /// The organizations whose mappings in the Action differ; `None` if that is not known.
    pub(super) changed: Option<&'a [ChangedMapping]>,
    /// The organizations that the plan closes, for people.
    pub(super) closes: &'a [String],
    pub(super) stand_in: Option<&'a str>,
}

/// What happens with the Action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Change {
    Created,
    Updated,
    Unchanged,
}

/// What a plan changes.
#[derive(Debug, Serialize)]
pub(super) struct PlanSummary<'a> {
    file: &'a str,
    tenant: TenantSummary<'a>,
    action: &'a str,
    change: Change,
    /// What `claimsmith deploy apply` does, in this order; nothing if the list is empty.
    steps: &'a [&'a str],
    /// What logins run before, if it is an Action of claimsmith.
    before: Option<&'a Content>,
    after: &'a Content,
    bytes: usize,
    mappings: &'a str,
    /// The organizations whose mappings in the Action differ from those that logins run; null if there is no earlier Action, this
    /// version cannot read it, or the platform differs as well.
    changed_mappings: Option<&'a [ChangedMapping]>,
    trigger: &'a str,
    /// The names in the flow before.
    bindings: Vec<&'a str>,
    /// Where the Action is added to them, counted from 0; null if it stays where it is.
    bind_at: Option<usize>,
    /// What changes in the metadata of organizations; left out if all mappings are in the Action.
    #[serde(skip_serializing_if = "Option::is_none")]
    blocks: Option<BlocksSummary<'a>>,
}

/// What changes in the metadata of organizations.
#[derive(Debug, Serialize)]
struct BlocksSummary<'a> {
    order: Order,
    changes: Vec<BlockSummary<'a>>,
    unchanged: usize,
    #[serde(skip)]
    is_action_only: bool,
    /// The Auth0 organizations whose logins are closed afterwards, and were not before.
    closes: &'a [String],
    /// When the old mappings return without a confirmation, in seconds since 1970.
    deadline: Option<u32>,
}

#[derive(Debug, Serialize)]
struct BlockSummary<'a> {
    organization: &'a str,
    id: &'a str,
    before: Option<&'a str>,
    after: &'a str,
    /// Whether the change may remove access, which the block that is replaced would give back.
    may_remove: bool,
}

impl<'a> BlocksSummary<'a> {
    fn new(blocks: &'a BlocksPlan) -> Self {
        let summary = |change: &'a BlockChange| BlockSummary {
            organization: &change.organization,
            id: &change.id,
            before: change.before.as_deref(),
            after: &change.mapping,
            may_remove: change.may_remove,
        };
        Self {
            order: blocks.order,
            changes: blocks.changes.iter().map(summary).collect(),
            unchanged: blocks.unchanged,
            is_action_only: blocks.is_action_only,
            closes: &blocks.closes,
            deadline: blocks.confirmation.map(|confirmation| confirmation.deadline),
        }
    }

    /// Writes what changes, and what follows from it: `closes` names the organizations that are closed.
    fn write(&self, closes: &[String], out: &mut impl Write) -> io::Result<()> {
        writeln!(out, "order      {}", self.order)?;
        for change in &self.changes {
            let text = match change.before {
                None => short(change.after).to_owned(),
                Some(before) if before == change.after => format!("{}, signed again", short(change.after)),
                Some(before) => format!("{} -> {}", short(before), short(change.after)),
            };
            writeln!(out, "block      {} {text}", escaped(change.organization))?;
        }
        let why = if self.is_action_only { ", because of `--action-only`" } else { "" };
        writeln!(out, "unchanged  {}{why}", counted(self.unchanged, "block"))?;
        if let Some(deadline) = self.deadline {
            writeln!(out, "returns    at {}, unless it is confirmed", time_text(deadline))?;
        }
        let removing = self.changes.iter().filter(|change| change.may_remove);
        let removing: Vec<&str> = removing.map(|change| change.organization).collect();
        if !removing.is_empty() {
            writeln!(
                out,
                "\nmay remove access, revocable by replay until a floor has passed the blocks that are replaced: {}",
                escaped(&removing.join(", "))
            )?;
        }
        if !closes.is_empty() {
            writeln!(
                out,
                "\ncloses the logins of organizations that are served now: {}",
                escaped(&closes.join(", "))
            )?;
        }
        Ok(())
    }
}

impl<'a> Planned<'a> {
    fn before(&self) -> Option<&'a Content> {
        self.plan.found.action.as_ref().and_then(|found| found.deployed.as_ref())
    }

    fn change(&self) -> Change {
        match (&self.plan.found.action, self.steps.iter().any(|step| ["update", "deploy"].contains(step))) {
            (None, _) => Change::Created,
            (Some(_), true) => Change::Updated,
            (Some(_), false) => Change::Unchanged,
        }
    }

    fn tenant(&self) -> TenantSummary<'a> {
        TenantSummary::new(&self.plan.tenant, &self.plan.domain, self.stand_in)
    }

    pub(super) fn summary(&self) -> PlanSummary<'a> {
        let wanted = &self.plan.wanted;
        PlanSummary {
            file: self.file,
            tenant: self.tenant(),
            action: &wanted.name,
            change: self.change(),
            steps: self.steps,
            before: self.before(),
            after: &wanted.content,
            bytes: wanted.bytes,
            mappings: &wanted.mappings,
            changed_mappings: self.changed,
            trigger: &wanted.trigger,
            bindings: names(&self.plan.found.bindings),
            bind_at: self.plan.bind_at,
            blocks: self.plan.blocks.as_ref().map(BlocksSummary::new),
        }
    }

    /// Writes what the plan changes.
    pub(super) fn write(&self, out: &mut impl Write) -> io::Result<()> {
        self.tenant().write(out)?;
        let wanted = &self.plan.wanted;
        let before = self.before();
        let row =
            |out: &mut dyn Write, title: &str, text: &str| writeln!(out, "{title:<10} {}", escaped(text));
        let what = match self.change() {
            Change::Created => "is created",
            Change::Updated => "is updated",
            Change::Unchanged => "stays as it is",
        };
        row(out, "Action", &format!("`{}` {what}", wanted.name))?;
        let code = code_change(before, &wanted.content);
        row(out, "code", &format!("{code} ({} bytes)", spaced(wanted.bytes)))?;
        let place = match &self.plan.blocks {
            None => "all in the Action",
            Some(_) => "apart from those that travel as blocks",
        };
        row(out, "mappings", &format!("{}, {place}", short(&wanted.mappings)))?;
        if self.change() == Change::Updated && before.is_some() {
            let gone = if self.plan.blocks.is_some() { "not in the Action any more" } else { LOGINS_CLOSED };
            row(out, "changed", &changed(self.changed, gone))?;
        }
        let runtime = match before.map(|before| before.runtime.as_str()) {
            Some(runtime) if runtime != wanted.content.runtime => {
                format!("{runtime} -> {}", wanted.content.runtime)
            }
            _ => wanted.content.runtime.clone(),
        };
        row(out, "runtime", &runtime)?;
        let mut order = quoted(&names(&self.plan.found.bindings));
        if let Some(at) = self.plan.bind_at {
            order.insert(at.min(order.len()), format!("`{}` (new)", wanted.name));
        }
        row(out, &wanted.trigger, &order.join(", "))?;
        let steps = if self.steps.is_empty() { "none".to_owned() } else { self.steps.join(", ") };
        row(out, "steps", &steps)?;
        if let Some(blocks) = &self.plan.blocks {
            BlocksSummary::new(blocks).write(self.closes, out)?;
        }
        let file = escaped(self.file);
        let sign = as_argument(&self.mappings.to_string_lossy());
        writeln!(out, "\n{file}: written")?;
        match self.plan.blocks.as_ref().filter(|blocks| !blocks.changes.is_empty()) {
            Some(BlocksPlan { confirmation: Some(_), .. }) => {
                writeln!(out, "`claimsmith sign{sign} --plan {file}` signs the blocks")?;
            }
            Some(_) => writeln!(out, "`claimsmith sign{sign}` signs the blocks, if they are not signed yet")?,
            None => {}
        }
        write_next(out, self.file, self.mappings)
    }
}

/// Says how a plan is carried out.
pub(super) fn write_next(out: &mut impl Write, file: &str, mappings: &Path) -> io::Result<()> {
    let file = escaped(file);
    let option = match as_argument(&mappings.to_string_lossy()) {
        argument if argument.is_empty() => argument,
        argument => format!(" --mappings{argument}"),
    };
    writeln!(out, "`claimsmith deploy apply {file}{option}` carries it out")
}

/// What it means that the mapping files do not have a mapping any more, if none travels.
pub(super) const LOGINS_CLOSED: &str = "gone: its logins are closed";

/// Whose mappings in the Action change. `gone` says what it means that one is not there any more.
pub(super) fn changed(mappings: Option<&[ChangedMapping]>, gone: &str) -> String {
    match mappings {
        None => "not known: the platform differs, or this version cannot read the deployed Action; every mapping may give something else".to_owned(),
        Some([]) => "no mapping".to_owned(),
        Some(mappings) => {
            let named = mappings.iter().map(|it| match it.change {
                MappingChange::Other => it.organization.clone(),
                MappingChange::New => format!("{} (new)", it.organization),
                MappingChange::Gone => format!("{} ({gone})", it.organization),
            });
            named.collect::<Vec<_>>().join(", ")
        }
    }
}

fn code_change(before: Option<&Content>, after: &Content) -> String {
    match before {
        None => short(&after.code).to_owned(),
        Some(before) if before.code == after.code => format!("{}, as it is", short(&after.code)),
        Some(before) => format!("{} -> {}", short(&before.code), short(&after.code)),
    }
}

/// The names of bindings, in their order.
pub(crate) fn names(bindings: &[Bound]) -> Vec<&str> {
    bindings.iter().map(|bound| bound.name.as_str()).collect()
}

/// Names in backticks.
pub(crate) fn quoted(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| format!("`{name}`")).collect()
}
