//! `claimsmith assumptions run`.

use std::collections::BTreeMap;
use std::io::Write;

use anyhow::{Context, anyhow, bail};
use claimsmith::compiler::time_text;
use claimsmith_connectors::auth0::{Auth0, Settings};
use claimsmith_connectors::http::Options;
use claimsmith_lifecycle::assumptions::{
    ASSUMPTIONS, Assumption, How, Outcome, Record, Test, Tested, assumption,
};
use serde::Serialize;

use super::arguments::RunArguments;
use super::list::{Listed, summary};
use super::probe::TestObjects;
use crate::arguments::OutputFormat;
use crate::assumption_record::{default_path, read};
use crate::escape::escaped;
use crate::exit_status::ExitStatus;
use crate::input;
use crate::login_time;
use crate::platform;
use crate::render::json;
use crate::tenant::declared;
use crate::terminal::Terminal;
use crate::write::{self, make_folder};

/// What is still to be done for an assumption that was not tested.
#[derive(Debug, Serialize)]
struct Open {
    id: &'static str,
    /// Why it was not tested, or what a person has to do.
    what: String,
    /// When the result was found out that stays; null if nothing is known.
    stays: Option<String>,
}

#[derive(Debug, Serialize)]
struct Document<'r> {
    domain: &'r str,
    record: String,
    results: Vec<Listed<'r>>,
    open: Vec<Open>,
}

impl RunArguments {
    pub(super) fn run(&self, terminal: &mut Terminal) -> anyhow::Result<ExitStatus> {
        let chosen = self.chosen()?;
        let mut answers = self.given_answers()?;
        let Some(platform) =
            platform::load_counting_warnings(&self.access.mappings.path, &self.access.tenant, terminal)?
        else {
            return Ok(ExitStatus::Failure);
        };
        let domain = declared(&platform)?.domain();
        let objects = TestObjects {
            platform: &platform,
            organization: self.test_organization.as_deref(),
            users: &self.test_user,
        };
        objects.check()?;
        let path = self.record.clone().unwrap_or_else(|| default_path(&self.access.mappings.path, domain));
        let mut record = read(&path, domain)?;
        let needs_tenant = self.test_organization.is_some() || !self.test_user.is_empty();
        let auth0 = if needs_tenant { Some(self.connect(&platform)?) } else { None };
        let at = time_text(login_time::current() as u32);
        let mut open = Vec::new();
        for it in &chosen {
            if let Some(outcome) = answers.remove(it.id) {
                let tested = Tested { outcome, at: at.clone(), how: How::Answered, note: None };
                record.set(it, tested);
                continue;
            }
            let what = match it.test {
                Test::Guided(text) => text.to_owned(),
                Test::Automatic(probe) => match objects.probe(probe, auth0.as_ref())? {
                    Ok((outcome, note)) => {
                        let note = Some(note);
                        record.set(it, Tested { outcome, at: at.clone(), how: How::Automatic, note });
                        continue;
                    }
                    Err(why) => format!("It was not tested: {why}."),
                },
            };
            let before = record.tested(it.id).filter(|it| it.outcome != Outcome::Unknown);
            // What a person has answered is not asked again, unless it is asked for.
            if before.is_none() || matches!(it.test, Test::Automatic(_)) || !self.only.is_empty() {
                open.push(Open { id: it.id, what, stays: before.map(|it| it.at.clone()) });
            }
        }
        if let Some(id) = answers.keys().next() {
            bail!("there is an answer for `{id}`, and `--only` does not name it");
        }
        if let Some(folder) = path.parent() {
            make_folder(folder)?;
        }
        write::write(&path, record.to_json().into_bytes())?;
        let results: Vec<Listed<'_>> = chosen.iter().map(|it| Listed::of(it, &record)).collect();
        let failed = results.iter().any(|it| it.outcome == Outcome::Failed);
        let shown = path.display().to_string();
        match self.format {
            OutputFormat::Json => {
                json::versioned(&mut terminal.out, &Document { domain, record: shown, results, open })?;
            }
            OutputFormat::Human => {
                for it in &results {
                    it.write(&mut terminal.out)?;
                    if it.outcome == Outcome::Failed {
                        let refuse = it_refuses(it.id, &record);
                        writeln!(terminal.out, "         {}", escaped(&refuse))?;
                    }
                    if let Some(open) = open.iter().find(|open| open.id == it.id) {
                        let stays = open.stays.as_ref();
                        let stays = stays.map(|at| format!(" The result of {at} stays.")).unwrap_or_default();
                        writeln!(terminal.out, "         {}{}", escaped(&open.what), escaped(&stays))?;
                    }
                }
                writeln!(terminal.out, "{}, recorded in {}", summary(&results), escaped(&shown))?;
                if let Some(first) = open.first() {
                    writeln!(
                        terminal.out,
                        "answer with `claimsmith assumptions run --answer {}=held`, `=failed` or `=unknown`",
                        first.id
                    )?;
                }
            }
        }
        Ok(if failed { ExitStatus::Failure } else { ExitStatus::Success })
    }

    fn chosen(&self) -> anyhow::Result<Vec<&'static Assumption>> {
        if self.only.is_empty() {
            return Ok(ASSUMPTIONS.iter().collect());
        }
        self.only.iter().map(|id| known(id)).collect()
    }

    /// The answers of options and of the file, by id.
    fn given_answers(&self) -> anyhow::Result<BTreeMap<&'static str, Outcome>> {
        let mut answers = BTreeMap::new();
        let mut add = |id: &str, outcome: &str| {
            let known = known(id)?;
            let outcome = Outcome::parse(outcome).ok_or_else(|| {
                anyhow!(
                    "`{}` is not an answer for `{id}`; write `held`, `failed` or `unknown`",
                    outcome.escape_debug()
                )
            })?;
            if answers.insert(known.id, outcome).is_some_and(|before| before != outcome) {
                bail!("there are two answers for `{id}`; keep the one that you have seen");
            }
            Ok(())
        };
        if let Some(file) = &self.answers {
            let (reader, name) = input::open(file)?;
            let text = input::read_text(reader, &name)?;
            let written: BTreeMap<String, String> = serde_json::from_str(&text).with_context(|| {
                format!(
                    "{name} is not a JSON object with answers, such as `{{ \"qlik-claim-path\": \"held\" }}`"
                )
            })?;
            written.iter().try_for_each(|(id, outcome)| add(id, outcome))?;
        }
        for answer in &self.answer {
            let (id, outcome) = answer.split_once('=').ok_or_else(|| {
                anyhow!("`{}` is not an answer; write it as `ID=held`", answer.escape_debug())
            })?;
            add(id, outcome)?;
        }
        Ok(answers)
    }

    fn connect(&self, platform: &claimsmith::compiler::CompiledPlatform) -> anyhow::Result<Auth0> {
        let settings: Settings = self.access.credentials.auth0()?;
        let tenant = declared(platform)?;
        Ok(Auth0::connect(tenant, &settings, &[], Options::default())?)
    }
}

fn known(id: &str) -> anyhow::Result<&'static Assumption> {
    assumption(id).ok_or_else(|| {
        let ids: Vec<&str> = ASSUMPTIONS.iter().map(|it| it.id).collect();
        let near = claimsmith::compiler::inspect::nearest_word(id, &ids);
        let near = near.map(|near| format!(" did you mean `{near}`?")).unwrap_or_default();
        anyhow!("`{}` is not an assumption;{near} `claimsmith assumptions list` has all", id.escape_debug())
    })
}

/// What refuses now.
fn it_refuses(id: &str, record: &Record) -> String {
    let features = assumption(id).map(|it| it.features).unwrap_or_default();
    let features = features.iter().filter(|it| record.require_feature(**it).is_err());
    let names: Vec<String> = features.map(|it| it.name()).collect();
    format!("these refuse from now on: {}", names.join(", "))
}
