//! How the bytes of an Action are divided, as tables, and what to do if it is full.

use std::fmt::Write as _;
use std::io::{self, Write};

use crate::action::ActionSizes;
use crate::capacity::{Capacity, OrganizationCapacity};
use crate::escape::escaped;
use crate::numbers::{counted, spaced};
use crate::slices::SliceSummary;

/// How many rules are printed, unless all are asked for.
const LARGEST_RULES: usize = 5;

/// Names longer than this move the figures of their row to the right.
const MAX_WIDTH: usize = 48;

/// Writes the sizes of organizations and rules, largest first; unless `all` is set, only the largest ones.
pub(super) fn write(out: &mut impl Write, capacity: &Capacity, all: bool) -> io::Result<()> {
    let mut table = Table::new(["organization", "rules", "bytes", "frees"]);
    for OrganizationCapacity { size, frees } in &capacity.organizations {
        if let Some(frees) = frees {
            table.row(&size.name, [size.rules.len(), size.bytes, *frees]);
        }
    }
    if let Some(rest) = &capacity.rest {
        let name = counted(rest.organizations, "other");
        table.row(&name, [rest.rules, rest.bytes, rest.frees]);
    }
    table.write(out)?;

    let mut rules: Vec<_> = capacity
        .organizations
        .iter()
        .flat_map(|it| it.size.rules.iter().map(|rule| (it.size.name.as_str(), rule)))
        .collect();
    // Stable: rules of one size stay in the order of their organizations.
    rules.sort_by_key(|(_, rule)| std::cmp::Reverse(rule.bytes));
    let shown = if all || rules.len() <= LARGEST_RULES + 1 { rules.len() } else { LARGEST_RULES };
    let (largest, others) = rules.split_at(shown);
    let mut table = Table::new(["rule", "patterns", "bytes", ""]);
    for (organization, rule) in largest {
        table.row(&format!("{organization}: {}", rule.id), [rule.patterns, rule.bytes]);
    }
    if !others.is_empty() {
        let sum = |of: fn(&claimsmith::compiler::capacity::RuleSize) -> usize| {
            others.iter().map(|(_, rule)| of(rule)).sum::<usize>()
        };
        let name = counted(others.len(), "other");
        table.row(&name, [sum(|rule| rule.patterns), sum(|rule| rule.bytes)]);
    }
    table.write(out)?;
    writeln!(
        out,
        "`bytes` are counted before compression; `frees` is how much smaller action.js would be without the\n\
         organization, which does not add up, because what is alike is compressed together\n"
    )
}

/// Rows of a name and figures.
struct Table {
    rows: Vec<(String, Vec<String>)>,
}

impl Table {
    fn new([name, titles @ ..]: [&str; 4]) -> Self {
        let titles = titles.into_iter().filter(|title| !title.is_empty()).map(str::to_owned).collect();
        Self { rows: vec![(name.to_owned(), titles)] }
    }

    fn row<const N: usize>(&mut self, name: &str, figures: [usize; N]) {
        self.rows.push((escaped(name).into_owned(), figures.map(spaced).to_vec()));
    }

    /// Writes the table and an empty line; nothing if it has no rows but its titles.
    fn write(&self, out: &mut impl Write) -> io::Result<()> {
        if self.rows.len() < 2 {
            return Ok(());
        }
        let width = self.rows.iter().map(|(name, _)| name.chars().count()).max().unwrap_or_default();
        let width = width.min(MAX_WIDTH);
        for (name, figures) in &self.rows {
            write!(out, "{name:<width$}")?;
            for figure in figures {
                write!(out, " {figure:>10}")?;
            }
            writeln!(out)?;
        }
        writeln!(out)
    }
}

/// Says that an Action is too large, what takes most of it, and what to do.
pub(crate) fn full(sizes: &ActionSizes, capacity: &Capacity) -> String {
    let (total, limit) = (spaced(sizes.total), spaced(sizes.limit));
    let mut text =
        format!("error: the Action has {total} bytes, and Auth0 accepts {limit}; nothing was written\n");
    if let Some(OrganizationCapacity { size, frees: Some(frees) }) = capacity.organizations.first() {
        let percent = |part: usize| part * 100 / size.bytes.max(1);
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "  `{}` takes most: action.js would be {} bytes smaller without it; of its {} bytes before compression, \
             exact names are {} %, globs {} %, regular expressions {} %, the ids of rules {} %",
            escaped(&size.name),
            spaced(*frees),
            spaced(size.bytes),
            percent(size.exact_names),
            percent(size.globs),
            percent(size.expressions),
            percent(size.rule_ids),
        );
    }
    text + FULL_HELP
}

/// Says that one of several Actions is too large.
pub(crate) fn full_slice(slice: &SliceSummary) -> String {
    let (total, limit) = (spaced(slice.sizes.total), spaced(slice.sizes.limit));
    format!(
        "error: slice {} has {total} bytes, and Auth0 accepts {limit}; nothing was written\n\
         help: choose more slices with `--slices NUMBER`, or reduce its customers as `claimsmith help action-full` says\n",
        slice.slice
    )
}

const FULL_HELP: &str = "\
help: in this order; no step gives anyone more access:
  1. remove the files of customers that have left, and what `claimsmith validate` warns about, such as expired rules
     and rules that another one covers
  2. put rules with the same grant and the same conditions into one rule, and shorten the ids of rules and of uses of
     templates
  3. give an application an Action of its own
  4. divide the customers among several Actions with `--packaging slices`
  `claimsmith help action-full` explains each step
";

/// Says that an Action has little room left.
pub(crate) fn nearly_full(sizes: &ActionSizes) -> String {
    format!(
        "warning: the Action takes {} % of the {} bytes that Auth0 accepts; `claimsmith help action-full` says what \
         helps\n",
        sizes.percent(),
        spaced(sizes.limit)
    )
}

#[cfg(test)]
mod tests {
    use super::Table;

    fn check(names: &[&str], expected: &str) {
        let mut table = Table::new(["organization", "rules", "bytes", ""]);
        for name in names {
            table.row(name, [2, 1234]);
        }
        let mut out = Vec::new();
        table.write(&mut out).expect("memory does not fail");
        assert_eq!(String::from_utf8(out).expect("text"), expected);
    }

    #[test]
    fn table_is_as_wide_as_its_names() {
        check(&[], "");
        check(
            &["acme"],
            "organization      rules      bytes\n\
             acme                  2      1 234\n\n",
        );
        check(
            &["initech-holding-europe"],
            "organization                rules      bytes\n\
             initech-holding-europe          2      1 234\n\n",
        );
    }
}
