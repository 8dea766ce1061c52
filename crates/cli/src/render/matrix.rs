//! The matrix of customers and target groups.

use std::io::{self, Write};

use claimsmith::compiler::inspect::{Matrix, MatrixEntry};

use super::csv;
use crate::escape::escaped;

/// What a customer can do with a target group, in a cell: `rule`, `rule (condition)`, `not rule`, `default`.
pub(crate) fn cell(entries: &[MatrixEntry]) -> String {
    let entries = entries.iter().map(|entry| {
        let rule = entry.rule.as_deref().unwrap_or("default");
        let not = if entry.effect == "exclude" { "not " } else { "" };
        let condition = if entry.conditional { " (condition)" } else { "" };
        format!("{not}{rule}{condition}")
    });
    entries.collect::<Vec<_>>().join("; ")
}

/// Writes it for people: each customer with its target groups, one in a line.
pub(crate) fn human(out: &mut impl Write, matrix: &Matrix) -> io::Result<()> {
    let width = matrix.groups.iter().map(|group| group.chars().count()).max().unwrap_or_default().min(40);
    for row in &matrix.organizations {
        writeln!(out, "{}", escaped(&row.name))?;
        for (group, entries) in &row.groups {
            writeln!(out, "  {:<width$}  {}", escaped(group), escaped(&cell(entries)))?;
        }
        if row.groups.is_empty() {
            writeln!(out, "  no target group")?;
        }
    }
    Ok(())
}

/// Writes it as a table for spreadsheets: a row for each customer, a column for each target group.
pub(crate) fn table(out: &mut impl Write, matrix: &Matrix) -> io::Result<()> {
    let header = core::iter::once("customer").chain(matrix.groups.iter().map(String::as_str));
    csv::row(out, header)?;
    for row in &matrix.organizations {
        let cells = matrix
            .groups
            .iter()
            .map(|group| cell(row.groups.get(group).map(Vec::as_slice).unwrap_or_default()));
        csv::row(out, core::iter::once(row.name.clone()).chain(cells))?;
    }
    Ok(())
}
