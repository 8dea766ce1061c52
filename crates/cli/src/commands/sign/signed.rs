//! What `claimsmith sign` does.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::{anyhow, bail, ensure};
use claimsmith::compiler::block::NotABlock;
use claimsmith::compiler::inspect::nearest_word;
use claimsmith::compiler::{CompiledPlatform, Tenant, time_text};
use claimsmith::{hex, key_id};
use claimsmith_lifecycle::assumptions::Feature;
use claimsmith_lifecycle::block::{BlockRefusal, MAX_VALUES, Sign, UnsignedBlock, WriteError, key_name};
use claimsmith_lifecycle::deployment::Values;
use serde::Serialize;

use super::arguments::SignArguments;
use super::confirmations::Confirmations;
use super::leftover;
use super::terms::Terms;
use super::writer_files;
use crate::arguments::OutputFormat;
use crate::assumption_record;
use crate::block_file::{self, BlockFile};
use crate::blocks::{self, NotSignable, Signable};
use crate::escape::escaped;
use crate::exit_status::ExitStatus;
use crate::login_time;
use crate::numbers::counted;
use crate::packaging::Division;
use crate::platform;
use crate::render::json;
use crate::signing::{self, Signer};
use crate::terminal::Terminal;
use crate::write::{PendingWrites, make_folder};

/// From this number of values on, a block is nearly too large: 80 % of those that there are.
const MANY_VALUES: usize = MAX_VALUES * 8 / 10;

#[derive(Debug, Serialize)]
struct SignedOrganization {
    organization: String,
    organization_id: String,
    file: String,
    values: usize,
    /// Until when the block needs a confirmation, in seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    deadline: Option<u32>,
    /// The names of the keys that signed.
    keys: Vec<String>,
}

#[derive(Debug, Serialize)]
struct EmbeddedOrganization {
    organization: String,
    code: &'static str,
    reason: String,
}

#[derive(Debug, Serialize)]
struct Summary {
    tenant: String,
    domain: String,
    issued: u32,
    signed: Vec<SignedOrganization>,
    /// Organizations whose mappings have to be in the Action.
    embedded: Vec<EmbeddedOrganization>,
    /// Files of blocks whose mappings do not travel any more, which another program would go on to write.
    leftover: Vec<String>,
}

impl SignArguments {
    /// What `--plan` says about confirmations.
    fn confirmations(
        &self,
        platform: &CompiledPlatform,
        tenant: &Tenant,
    ) -> anyhow::Result<Option<Confirmations>> {
        let Some(path) = &self.plan else { return Ok(None) };
        ensure!(
            self.organizations.is_empty(),
            "`--plan` names the organizations already; leave out `--organization`"
        );
        Confirmations::read(path, platform, tenant).map(Some)
    }

    pub(crate) fn run(&self, terminal: &mut Terminal) -> anyhow::Result<ExitStatus> {
        let Some(platform) = platform::load_counting_warnings(&self.mappings.path, &self.tenant, terminal)?
        else {
            return Ok(ExitStatus::Failure);
        };
        let declared = (platform.block_settings(), platform.tenant(), blocks::verification(&platform));
        let (Some(settings), Some(tenant), Some(verification)) = declared else {
            bail!(
                "`platform.yaml` does not say which keys sign blocks; `claimsmith keys new` makes one and prints what to write there"
            )
        };
        platform::unfilled_ids::refuse(&platform)?;
        assumption_record::require(&self.mappings.path, &platform, &[Feature::Blocks])?;
        let confirmations = self.confirmations(&platform, tenant)?;
        let names = match &confirmations {
            Some(planned) => planned.names(&platform),
            None => self.chosen(&platform)?,
        };
        let signers = signing::signers(&self.keys, settings, tenant.name())?;
        let issued = self.at.unwrap_or_else(login_time::current) as u32;
        let mut summary = Summary {
            tenant: tenant.name().to_owned(),
            domain: tenant.domain().to_owned(),
            issued,
            signed: Vec::new(),
            embedded: Vec::new(),
            leftover: Vec::new(),
        };
        let mut files = BTreeMap::new();
        // An organization that was named is expected to be signed: then what is missing is an error.
        let division = Division::of(&platform);
        let embedded = division.as_ref().map(|division| division.embedded.as_slice()).unwrap_or_default();
        let obstacle = |name: &str| embedded.iter().find(|(it, _)| it == name).map(|(_, why)| why);
        for name in names {
            if let Some(why) = obstacle(name).filter(|_| self.organizations.is_empty()) {
                let (code, reason) = (why.code(), why.to_string());
                summary.embedded.push(EmbeddedOrganization { organization: name.to_owned(), code, reason });
                continue;
            }
            match Signable::of(&platform, name, issued) {
                Ok(signable) => match sign(
                    name,
                    &signable,
                    &signers,
                    &Terms { settings, tenant, verification: &verification, issued },
                    confirmations.as_ref(),
                )? {
                    Ok((block, mut signed)) => {
                        let path = block_file::path_of(&self.out, name, confirmations.is_some());
                        if let Some(planned) = &confirmations {
                            planned.check_unsigned(&self.out, name)?;
                        }
                        signed.file = path.to_string_lossy().into_owned();
                        files.insert(path, serde_json::to_string_pretty(&block)? + "\n");
                        files.extend(writer_files::of(settings.writer(), &self.out, &block));
                        summary.signed.push(signed);
                    }
                    Err(embedded) => summary.embedded.push(not_signed(name, &embedded)),
                },
                Err(NotSignable::NotABlock(NotABlock::UnknownOrganization))
                    if self.organizations.is_empty() => {}
                Err(embedded) => summary.embedded.push(not_signed(name, &embedded)),
            }
        }
        write_files(&self.out, files)?;
        let mut traveling = division.as_ref().map(Division::traveling_names).unwrap_or_default();
        traveling.retain(|name| !summary.embedded.iter().any(|it| it.organization == *name));
        let left = leftover::files(settings.writer(), &self.out, tenant.domain(), &traveling);
        summary.leftover = left.iter().map(|path| path.to_string_lossy().into_owned()).collect();
        match self.format {
            OutputFormat::Human => {
                write_human(&mut terminal.out, &summary)?;
                let note =
                    writer_files::note(settings.writer(), &self.out).filter(|_| confirmations.is_none());
                if let Some(note) = note {
                    writeln!(terminal.out, "{}", escaped(&note))?;
                }
            }
            OutputFormat::Json => json::versioned(&mut terminal.out, &summary)?,
        }
        terminal.out.flush()?;
        for signed in summary.signed.iter().filter(|signed| signed.values >= MANY_VALUES) {
            writeln!(
                terminal.err,
                "warning: the block of `{}` takes {} of {MAX_VALUES} values; a mapping that does not fit has to be in the Action",
                escaped(&signed.organization),
                signed.values
            )?;
        }
        if let Some(program) = settings.writer().other_program().filter(|_| !summary.leftover.is_empty()) {
            writeln!(
                terminal.err,
                "warning: these files have blocks whose mappings do not travel any more, and {program} would go on to write them; remove them: {}",
                escaped(&summary.leftover.join(", "))
            )?;
        }
        // An organization that was named is expected to have a block.
        let is_missing = !self.organizations.is_empty() && !summary.embedded.is_empty();
        Ok(if is_missing { ExitStatus::Failure } else { ExitStatus::Success })
    }

    /// The organizations to sign for.
    fn chosen<'p>(&self, platform: &'p CompiledPlatform) -> anyhow::Result<Vec<&'p str>> {
        let all = blocks::organizations(platform);
        for wanted in &self.organizations {
            if !all.contains(&wanted.as_str()) {
                let near = nearest_word(wanted, &all).map(|near| format!("; did you mean `{near}`?"));
                bail!("there is no mapping `{wanted}`{}", near.unwrap_or_default());
            }
        }
        let is_chosen =
            |name: &&str| self.organizations.is_empty() || self.organizations.iter().any(|it| it == name);
        Ok(all.into_iter().filter(is_chosen).collect())
    }
}

fn not_signed(name: &str, embedded: &NotSignable) -> EmbeddedOrganization {
    let (code, reason) = (embedded.code(), embedded.to_string());
    EmbeddedOrganization { organization: name.to_owned(), code, reason }
}

/// Signs a block with all keys that may sign it, and checks it as the Action does. The inner error is why the mapping has
/// to be in the Action instead.
fn sign(
    name: &str,
    signable: &Signable,
    signers: &[Signer<'_>],
    terms: &Terms<'_>,
    confirmations: Option<&Confirmations>,
) -> anyhow::Result<Result<(BlockFile, SignedOrganization), NotSignable>> {
    let own: Vec<&Signer<'_>> = signers.iter().filter(|it| it.declared.may_sign(name)).collect();
    ensure!(
        !own.is_empty(),
        "none of the given keys may sign for `{name}`; nothing was written: sign with a key whose `organizations` have it, or name others with `--organization`"
    );
    // A key for protected groups and one without would give the block two meanings.
    let may = |it: &&Signer<'_>| it.declared.may_sign_protected() || !signable.grants_protected;
    let own: Vec<&Signer<'_>> = own.into_iter().filter(may).collect();
    ensure!(
        !own.is_empty(),
        "`{name}` grants protected groups, and none of the given keys has `protected: true`; nothing was written: sign with one that has it"
    );
    ensure!(
        own.len() <= 2,
        "{} keys may sign for `{name}`, and a block has at most two signatures; name them with `--key FILE`",
        own.len()
    );
    let keys: Vec<&dyn Sign> = own.iter().map(|it| &*it.key).collect();
    let signer = BlockSigner { name, keys: &keys, terms, id: &signable.organization_id };
    let values = match signer.values(&signable.unsigned)? {
        Ok(values) => values,
        Err(too_large) => return Ok(Err(too_large)),
    };
    let mut file = BlockFile {
        version: block_file::VERSION,
        domain: terms.tenant.domain().to_owned(),
        organization: name.to_owned(),
        organization_id: signable.organization_id.clone(),
        issued: terms.issued,
        deadline: None,
        keys: keys.iter().map(|key| hex(&key_id(&key.public()))).collect(),
        digest: signable.digest.clone(),
        values,
        confirmed: None,
    };
    if let Some(confirmations) = confirmations {
        let may_grant_protected = own.iter().any(|it| it.declared.may_sign_protected());
        let unsigned = confirmations.pending(name, signable, terms, may_grant_protected)?;
        let pending = match signer.values(&unsigned)? {
            Ok(values) => values,
            Err(too_large) => return Ok(Err(too_large)),
        };
        file.deadline = Some(confirmations.deadline);
        file.confirmed = Some(std::mem::replace(&mut file.values, pending));
    }
    let signed = SignedOrganization {
        organization: name.to_owned(),
        organization_id: signable.organization_id.clone(),
        file: String::new(),
        values: file.values.len(),
        deadline: file.deadline,
        keys: own.iter().map(|it| it.declared.name().to_owned()).collect(),
    };
    Ok(Ok((file, signed)))
}

/// Signs blocks of one organization.
struct BlockSigner<'s> {
    name: &'s str,
    keys: &'s [&'s dyn Sign],
    terms: &'s Terms<'s>,
    /// The id of the Auth0 organization.
    id: &'s str,
}

impl BlockSigner<'_> {
    /// Signs a block, checks it as the Action does, and divides it into the values of the metadata.
    fn values(&self, unsigned: &UnsignedBlock) -> anyhow::Result<Result<Values, NotSignable>> {
        let name = self.name;
        let block = unsigned.sign(self.keys).map_err(|error| anyhow!("cannot sign for `{name}`: {error}"))?;
        let Terms { verification, issued, .. } = self.terms;
        match verification.verify(self.id, &block, Some(f64::from(*issued))) {
            Ok(_) => {}
            Err(BlockRefusal::Stale) => bail!(
                "the floor of `{name}` in `platform.yaml` is after the time of signing, so every Action would refuse the block; nothing was written: correct the floor if it is a mistake, or sign again when it has passed"
            ),
            Err(refusal) => bail!("the block of `{name}` would be refused: {refusal}; nothing was written"),
        }
        match block.values() {
            Ok(values) => {
                Ok(Ok(values.into_iter().enumerate().map(|(at, value)| (key_name(at), value)).collect()))
            }
            Err(error @ WriteError::TooManyValues(_)) => Ok(Err(NotSignable::TooLarge(error))),
            Err(error) => Err(error.into()),
        }
    }
}

fn write_files(out: &Path, files: BTreeMap<PathBuf, String>) -> anyhow::Result<()> {
    make_folder(out)?;
    let mut writing = PendingWrites::default();
    for (path, text) in files {
        make_folder(path.parent().unwrap_or(out))?;
        writing.put(&path, text.into_bytes()).map_err(|unwritten| unwritten.at(&path))?;
    }
    writing.commit()
}

fn write_human(out: &mut impl Write, summary: &Summary) -> io::Result<()> {
    let width = summary.signed.iter().map(|it| it.organization.chars().count()).max().unwrap_or_default();
    for it in &summary.signed {
        let name = escaped(&it.organization);
        writeln!(
            out,
            "{name:<width$}  {:>2} of {MAX_VALUES} values  {}  {}",
            it.values,
            escaped(&it.file),
            it.keys.join(", ")
        )?;
    }
    for it in &summary.embedded {
        writeln!(
            out,
            "{} stays in the Action: {} ({})",
            escaped(&it.organization),
            escaped(&it.reason),
            it.code
        )?;
    }
    writeln!(
        out,
        "{} signed for the tenant {} ({}), at {}",
        counted(summary.signed.len(), "block"),
        escaped(&summary.tenant),
        escaped(&summary.domain),
        time_text(summary.issued)
    )
}
