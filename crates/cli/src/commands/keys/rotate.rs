//! `claimsmith keys rotate`: how to replace a key by a new one.

use std::io::{self, Write};

use super::new::parse_name;
use super::revoke::find;
use crate::arguments::MappingsArgument;
use crate::escape::escaped;
use crate::exit_status::ExitStatus;
use crate::metadata_writer;
use crate::platform;
use crate::terminal::Terminal;

/// Say how to replace a key by a new one without closing a customer
///
/// Changes nothing. Both keys sign for a time, so that every block fits the Action before and after it learns the new
/// key, and forgets the old one.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  claimsmith keys rotate production-2026
  claimsmith keys rotate production-2026 --to production-2027")]
pub(super) struct RotateArguments {
    /// The key to replace, by its name in `platform.yaml`
    #[arg(value_name = "NAME")]
    name: String,
    #[command(flatten)]
    mappings: MappingsArgument,
    /// The name of the new key
    #[arg(long, value_name = "NAME", value_parser = parse_name)]
    to: Option<String>,
}

impl RotateArguments {
    pub(super) fn run(&self, terminal: &mut Terminal) -> anyhow::Result<ExitStatus> {
        let Some((_, platforms)) = platform::load_all(&self.mappings.path, terminal)? else {
            return Ok(ExitStatus::Failure);
        };
        let found = find(&platforms, &self.name)?;
        let new = self.to.clone().unwrap_or_else(|| successor(&self.name));
        let (old, tenant) = (found.key.name(), found.tenant);
        let mut lines = vec![format!("      tenant: {tenant}")];
        if let Some(names) = found.key.organizations() {
            lines.push(format!("      organizations: [{}]", names.collect::<Vec<_>>().join(", ")));
        }
        if found.key.may_sign_protected() {
            lines.push("      protected: true".to_owned());
        }
        let writer = metadata_writer::other_program(found.platform);
        write(&mut terminal.out, (old, &new), tenant, &lines, writer)?;
        Ok(ExitStatus::Success)
    }
}

/// `writer` is the program that writes the metadata of organizations, if it is not claimsmith.
fn write(
    out: &mut impl Write,
    (old, new): (&str, &str),
    tenant: &str,
    scope: &[String],
    writer: Option<&str>,
) -> io::Result<()> {
    let (blocks, action) = match writer {
        Some(program) => (format!("let {program} write them"), "claimsmith deploy plan --action-only"),
        None => {
            ("write them: claimsmith deploy plan --rewrite, and apply".to_owned(), "claimsmith deploy plan")
        }
    };
    writeln!(out, "to replace `{old}` by `{new}` in the tenant {}:\n", escaped(tenant))?;
    writeln!(out, "1. make the key: claimsmith keys new {new} --out {new}.key --tenant {}", escaped(tenant))?;
    writeln!(out, "2. add it to `platform.yaml` beside `{old}`, with the same scope:\n")?;
    writeln!(out, "    {new}:\n      public: the line that was printed")?;
    for line in scope {
        writeln!(out, "{}", escaped(line))?;
    }
    writeln!(
        out,
        "\n3. deploy the Action, which then knows both keys: claimsmith deploy plan --action-only, and apply"
    )?;
    writeln!(
        out,
        "4. sign all blocks with both keys: claimsmith sign --tenant {} --key {old}.key --key {new}.key",
        escaped(tenant)
    )?;
    writeln!(out, "   and {blocks}")?;
    writeln!(
        out,
        "5. remove `{old}` from `platform.yaml`, set `floor` to the time of signing that step 4 printed, and deploy: {action}, and apply"
    )?;
    writeln!(out, "6. sign with `{new}` alone from then on, and destroy the private key of `{old}`")
}

/// A name for the key after one: the next year if it ends with a year, and otherwise the next number.
fn successor(name: &str) -> String {
    let (start, digits) = name.split_at(name.trim_end_matches(|char: char| char.is_ascii_digit()).len());
    match digits.parse::<u32>() {
        Ok(number) if !start.is_empty() && digits.len() < 9 => format!("{start}{}", number + 1),
        _ => format!("{name}-2"),
    }
}

#[cfg(test)]
mod tests {
    use super::successor;

    #[test]
    fn successor_has_the_next_number() {
        for (name, next) in [
            ("production-2026", "production-2027"),
            ("production", "production-2"),
            ("key9", "key10"),
            ("2026", "2026-2"),
        ] {
            assert_eq!(successor(name), next);
        }
    }
}
