//! The deployment of several Actions that divide the customers: a new set beside the old one, and then all at once.

use std::io::Write;
use std::path::Path;

use anyhow::{anyhow, ensure};
use claimsmith::compiler::{ChangedMapping, CompiledPlatform, Tenant};
use claimsmith_connectors::auth0::{Auth0, Binding, State};
use claimsmith_lifecycle::block::ActionReader;
use claimsmith_lifecycle::deployment::{
    ActionsPlan as _, Content, ObservedAction, Origin, Progress, Refusal, SlicesPlan, Step, Wanted,
};
use claimsmith_lifecycle::digest::sha256_hex;
use serde::Serialize;

use super::arguments::{ApplyArguments, PlanArguments};
use super::closed::{closed_without_mapping, name_and_id, only_in_blocks};
use super::origin;
use super::prepared::{needed_features, options_for, ours, refused};
use super::second_action::SecondActions;
use super::shown::{LOGINS_CLOSED, TenantSummary, changed, quoted, short, write_next};
use super::slice_names::{name_of, own_in_flow, set_of, slices_in_flow};
use crate::action::{self, LIMIT};
use crate::action_reader;
use crate::arguments::OutputFormat;
use crate::assumption_record;
use crate::deployment_files::{ACTION_NAME, RUNTIME, TRIGGER, TRIGGER_VERSION};
use crate::escape::escaped;
use crate::exit_status::ExitStatus;
use crate::journal_file::JournalFile;
use crate::numbers::spaced;
use crate::platform;
use crate::progress::{show_refusal, show_step};
use crate::render::json;
use crate::slices::{self, MAX_SLICES};
use crate::tenant::{TenantArgument, declared};
use crate::terminal::Terminal;
use crate::write;

/// Actions as they are to be, each with its code.
type Built = Vec<(Wanted, String)>;

/// Builds the Actions with some names, or one with all mappings if there is only one; `None` if they do not fit, which was
/// printed.
fn build(
    platform: &CompiledPlatform,
    count: Option<usize>,
    is_embedded: bool,
    name: &dyn Fn(usize) -> String,
    terminal: &mut Terminal,
) -> anyhow::Result<Option<Built>> {
    let engine = action::embedded_engine()?;
    let parts: Vec<(String, String, usize)> = if is_embedded {
        let action = action::compose(engine, platform, LIMIT)?;
        let digest = claimsmith::Bundle::decode(&platform.bundle).map(|bundle| bundle.digest_hex());
        vec![(action.text, digest.unwrap_or_default(), action.sizes.total)]
    } else {
        let slices = match count {
            Some(count) => slices::divide(engine, platform, count, LIMIT)?,
            None => match slices::fewest(engine, platform, LIMIT)? {
                Some(slices) => slices,
                None => slices::divide(engine, platform, MAX_SLICES, LIMIT)?,
            },
        };
        slices.into_iter().map(|it| (it.text, it.summary.digest, it.summary.sizes.total)).collect()
    };
    if let Some((number, total)) = (1..).zip(parts.iter().map(|part| part.2)).find(|(_, it)| *it > LIMIT) {
        let (total, limit) = (spaced(total), spaced(LIMIT));
        writeln!(
            terminal.err,
            "error: the Action {number} takes {total} bytes of {limit}; give `--slices` a higher number, or see with `claimsmith bundle` what takes most"
        )?;
        return Ok(None);
    }
    let wanted = |(number, (text, mappings, _)): (usize, (String, String, usize))| {
        let wanted = Wanted {
            name: if is_embedded { ACTION_NAME.to_owned() } else { name(number) },
            trigger: TRIGGER.to_owned(),
            trigger_version: TRIGGER_VERSION.to_owned(),
            content: Content { code: sha256_hex(&text), runtime: RUNTIME.to_owned() },
            bytes: text.len(),
            mappings,
        };
        (wanted, text)
    };
    Ok(Some((1..).zip(parts).map(wanted).collect()))
}

/// What a plan changes.
#[derive(Debug, Serialize)]
struct Summary<'a> {
    file: &'a str,
    #[serde(skip)]
    mappings: &'a Path,
    tenant: TenantSummary<'a>,
    actions: &'a [Wanted],
    /// Whether logins run them already.
    current: bool,
    /// The organizations whose mappings differ from those that logins run; null if there is no earlier Action, this
    /// version cannot read one, or the platform differs as well.
    changed_mappings: Option<&'a [ChangedMapping]>,
    /// The names of the Actions that leave the flow.
    replaces: Vec<&'a str>,
    trigger: &'a str,
    /// The names in the flow before.
    bindings: Vec<&'a str>,
}

impl Summary<'_> {
    fn write(&self, out: &mut impl Write) -> anyhow::Result<()> {
        for wanted in self.actions {
            let (name, code) = (escaped(&wanted.name), short(&wanted.content.code));
            writeln!(out, "Action     `{name}`: code {code} ({} bytes)", spaced(wanted.bytes))?;
        }
        if !self.current && !self.replaces.is_empty() {
            writeln!(out, "changed    {}", escaped(&changed(self.changed_mappings, LOGINS_CLOSED)))?;
        }
        let list = |names: &[&str]| match names {
            [] => "nothing".to_owned(),
            names => escaped(&quoted(names).join(", ")).into_owned(),
        };
        writeln!(out, "{} {}", self.trigger, list(&self.bindings))?;
        writeln!(out, "replaces   {}", list(&self.replaces))?;
        let steps = match self.current {
            true => "none",
            false => "deploy these Actions outside the flow, then bind all of them in one request",
        };
        writeln!(out, "steps      {steps}")?;
        let file = escaped(self.file);
        writeln!(out, "\n{file}: written")?;
        Ok(write_next(out, self.file, self.mappings)?)
    }
}

/// Plans slices, or one Action in place of them.
pub(super) fn plan(
    arguments: &PlanArguments,
    (platform, tenant): (&CompiledPlatform, &Tenant),
    auth0: &Auth0,
    bindings: &[Binding],
    is_embedded: bool,
    stand_in: Option<&str>,
    terminal: &mut Terminal,
) -> anyhow::Result<ExitStatus> {
    ensure!(
        arguments.before.is_none(),
        "slices take the place of the Action that they replace, or the end of the flow; leave out `--before`"
    );
    let in_flow = slices_in_flow(bindings);
    let origin = |code: &str| origin::origin(code, tenant.domain());
    // A flow with other Actions of claimsmith was refused before.
    let running = own_in_flow(bindings);
    let state = auth0.state(&running, TRIGGER)?;
    let observed = state.observed(ours(&origin));
    for (name, action) in running.iter().zip(&observed.actions) {
        if action.as_ref().is_none_or(|action| action.origin != Origin::Ours) {
            return refused(Refusal::Foreign { name: (*name).to_owned() }.into(), terminal);
        }
    }
    // A customer stays in its slice as long as their number stays.
    let count = arguments.slices.map(usize::from).or(Some(in_flow.len()).filter(|count| *count > 1));
    let other = match in_flow.first().and_then(|name| set_of(name)) {
        Some('a') => 'b',
        _ => 'a',
    };
    let name = |number: usize| name_of(other, number);
    let Some(built) = build(platform, count, is_embedded, &name, terminal)? else {
        return Ok(ExitStatus::Failure);
    };
    let mut slices: Vec<Wanted> = built.into_iter().map(|(wanted, _)| wanted).collect();
    let deployed: Vec<Option<&Content>> =
        observed.actions.iter().map(|action| action.as_ref()?.deployed.as_ref()).collect();
    let is_current = deployed.iter().copied().eq(slices.iter().map(|wanted| Some(&wanted.content)));
    let (mut replaced, mut now): (Vec<(String, String)>, Option<State>) = (Vec::new(), None);
    if is_current {
        for (wanted, name) in slices.iter_mut().zip(&running) {
            wanted.name = (*name).to_owned();
        }
    } else {
        let code = |action: &ObservedAction| action.deployed.as_ref().map(|it| it.code.clone());
        let each = observed.actions.iter().flatten();
        replaced = each.map(|it| (it.id.clone(), code(it).unwrap_or_default())).collect();
        let names: Vec<&str> = slices.iter().map(|wanted| wanted.name.as_str()).collect();
        now = Some(auth0.state(&names, TRIGGER)?);
    }
    let observed = now.as_ref().unwrap_or(&state).observed(ours(&origin));
    let made_by = concat!("claimsmith ", env!("CARGO_PKG_VERSION"));
    let plan = SlicesPlan::new((tenant.name(), tenant.domain()), made_by, slices, &replaced, &observed);
    let plan = match plan {
        Ok(plan) => plan,
        Err(refusal) => return refused(refusal.into(), terminal),
    };
    write::write(&arguments.out, plan.to_json().into_bytes())?;
    let readers: Vec<ActionReader> =
        state.deployed_codes().flatten().filter_map(action_reader::of_code).collect();
    let wanted = action_reader::of_bundle(&platform.bundle);
    let is_gone = |id: &&String| wanted.as_ref().is_some_and(|wanted| !wanted.embedded.contains(*id));
    let gone = readers
        .iter()
        .flat_map(|reader| reader.embedded.iter().filter(is_gone).map(|id| name_and_id(reader, id)));
    let mut gone: Vec<String> = gone.collect();
    for reader in &readers {
        if let Some(wanted) = &wanted {
            gone.extend(only_in_blocks(auth0, reader, wanted)?);
        }
    }
    let warning = closed_without_mapping(&gone);
    let is_replaced =
        |bound: &&claimsmith_lifecycle::deployment::Bound| plan.replaced.contains(&bound.action_id);
    let file = arguments.out.to_string_lossy();
    let changed = action_reader::changed_mappings(&state, &platform.bundle);
    let summary = Summary {
        file: &file,
        mappings: &arguments.access.mappings.path,
        tenant: TenantSummary::new(tenant.name(), tenant.domain(), stand_in),
        actions: &plan.slices,
        current: plan.next(&observed, Progress::default()) == Ok(Step::Nothing),
        changed_mappings: changed.as_deref(),
        replaces: plan.found.iter().filter(is_replaced).map(|bound| bound.name.as_str()).collect(),
        trigger: TRIGGER,
        bindings: plan.found.iter().map(|bound| bound.name.as_str()).collect(),
    };
    match arguments.format {
        OutputFormat::Human => {
            summary.tenant.write(&mut terminal.out)?;
            summary.write(&mut terminal.out)?;
        }
        OutputFormat::Json => json::versioned(&mut terminal.out, &summary)?,
    }
    terminal.out.flush()?;
    if let Some(warning) = warning {
        writeln!(terminal.err, "warning: {}", escaped(&warning))?;
    }
    Ok(ExitStatus::Success)
}

/// Carries out a plan of slices.
pub(super) fn apply(
    arguments: &ApplyArguments,
    plan: &SlicesPlan,
    text: &str,
    scopes: &[&str],
    terminal: &mut Terminal,
) -> anyhow::Result<ExitStatus> {
    let named = |error: &dyn std::fmt::Display| {
        anyhow!("`{}` cannot be carried out: {error}", arguments.plan.display())
    };
    let names: Vec<&str> = plan.slices.iter().map(|wanted| wanted.name.as_str()).collect();
    let is_embedded = names == [ACTION_NAME];
    let is_own = |name: &str| name == ACTION_NAME || set_of(name).is_some();
    let is_own_id = |id: &String| plan.found.iter().any(|it| it.action_id == *id && is_own(&it.name));
    ensure!(
        (is_embedded || names.iter().all(|name| set_of(name).is_some()))
            && (1..=MAX_SLICES).contains(&names.len())
            && plan.replaced.iter().all(is_own_id),
        "{}",
        named(&"it changes Actions that are not those of claimsmith; plan again")
    );
    let settings = arguments.credentials.auth0()?;
    let chosen = TenantArgument { name: Some(plan.tenant.clone()) };
    let Some(platform) = platform::load_counting_warnings(&arguments.mappings.path, &chosen, terminal)?
    else {
        return Ok(ExitStatus::Failure);
    };
    let needed = needed_features(&platform, false, None);
    assumption_record::require(&arguments.mappings.path, &platform, &needed)?;
    let tenant = declared(&platform)?;
    let name = |number: usize| names.get(number - 1).map(|name| (*name).to_owned()).unwrap_or_default();
    let Some(built) = build(&platform, Some(names.len()), is_embedded, &name, terminal)? else {
        return Ok(ExitStatus::Failure);
    };
    let (wanted, codes): (Vec<Wanted>, Vec<String>) = built.into_iter().unzip();
    plan.check(tenant.domain(), &wanted).map_err(|error| named(&error))?;
    let mut journal =
        JournalFile::beside(&arguments.plan, arguments.journal.path.as_deref(), tenant.domain(), text)?;
    // Each Action may take as long as the blocks of some organizations.
    let auth0 = Auth0::connect(tenant, &settings, scopes, options_for(20 * names.len()))?;
    let origin = |code: &str| origin::origin(code, tenant.domain());
    if let Some(refusal) = replaces_others(&auth0, plan, &origin, arguments.force)? {
        return refused(refusal.into(), terminal);
    }
    if arguments.force
        && let Some(refusal) = SecondActions::refusal_now(&auth0, tenant.domain())?
    {
        return show_refusal(&refusal, terminal);
    }
    let mut record = |step: &str, phase, error: Option<&str>| {
        journal.append(step, phase, error)?;
        show_step(terminal, step, phase)
    };
    let codes: Vec<&str> = codes.iter().map(String::as_str).collect();
    match auth0.carry_out(plan, &codes, ours(&origin), arguments.force, &mut record) {
        Ok(steps) => {
            let what = if steps.is_empty() { "already run" } else { "run" };
            let (tenant, domain) = (tenant.name(), tenant.domain());
            writeln!(
                terminal.out,
                "logins {what} {}, in the tenant {tenant} ({domain})",
                quoted(&names).join(", ")
            )?;
            Ok(ExitStatus::Success)
        }
        Err(error) => refused(error, terminal),
    }
}

/// Why a plan must not replace what is in the flow: something is not ours, since a plan may have been edited, or somebody
/// has deployed other code into it since.
fn replaces_others(
    auth0: &Auth0,
    plan: &SlicesPlan,
    origin: &dyn Fn(&str) -> Origin,
    is_forced: bool,
) -> anyhow::Result<Option<Refusal>> {
    let bindings = auth0.bindings(TRIGGER)?;
    for binding in bindings.iter().filter(|binding| plan.replaced.contains(&binding.action_id)) {
        let (id, name) = (binding.action_id.as_str(), binding.action_name.as_str());
        let code = auth0.deployed_code(id)?.unwrap_or_default();
        if (name != ACTION_NAME && set_of(name).is_none()) || origin(&code) != Origin::Ours {
            return Ok(Some(Refusal::Foreign { name: name.to_owned() }));
        }
        if !is_forced && let Err(refusal) = plan.check_replaced(id, name, &sha256_hex(&code)) {
            return Ok(Some(refusal));
        }
    }
    Ok(None)
}

/// Refuses to take back an Action that is not in the flow, because slices are.
pub(super) fn refuse_rollback(
    bindings: &[Binding],
    terminal: &mut Terminal,
) -> anyhow::Result<Option<ExitStatus>> {
    refuse_beside_slices(bindings, "and only one Action can be taken back", terminal)
}

/// Refuses to take back blocks, because slices are in the flow and do not look at them.
pub(super) fn refuse_rollback_of_blocks(
    bindings: &[Binding],
    terminal: &mut Terminal,
) -> anyhow::Result<Option<ExitStatus>> {
    refuse_beside_slices(bindings, "which take no blocks", terminal)
}

fn refuse_beside_slices(
    bindings: &[Binding],
    why: &str,
    terminal: &mut Terminal,
) -> anyhow::Result<Option<ExitStatus>> {
    let in_flow = slices_in_flow(bindings);
    if in_flow.is_empty() {
        return Ok(None);
    }
    let refusal = format!(
        "logins run {}, {why}; deploy the earlier mapping files with `--packaging slices`",
        quoted(&in_flow).join(", ")
    );
    show_refusal(&refusal, terminal).map(Some)
}

/// The names of the slices in the flow that are not what a platform gives, or were not built for its tenant; `None` if no
/// slices can be made of it, which was printed.
pub(crate) fn differing_slices(
    (platform, tenant): (&CompiledPlatform, &Tenant),
    auth0: &Auth0,
    in_flow: &[&str],
    terminal: &mut Terminal,
) -> anyhow::Result<Option<Vec<String>>> {
    let name = |number: usize| in_flow.get(number - 1).map(|name| (*name).to_owned()).unwrap_or_default();
    let Some(built) = build(platform, Some(in_flow.len()), false, &name, terminal)? else { return Ok(None) };
    let origin = |code: &str| origin::origin(code, tenant.domain());
    let observed = auth0.state(in_flow, TRIGGER)?.observed(ours(&origin));
    let pairs = built.into_iter().zip(observed.actions);
    let differs = pairs.filter(|((wanted, _), action)| {
        let action = action.as_ref().filter(|action| action.origin == Origin::Ours);
        action.and_then(|action| action.deployed.as_ref()) != Some(&wanted.content)
    });
    Ok(Some(differs.map(|((wanted, _), _)| wanted.name).collect()))
}
