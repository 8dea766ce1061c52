//! Answers and sizes as tables.

use std::io::{self, Write};

use claimsmith::event::Answer;

use super::capacity;
use crate::action::{ActionSizes, PartSizes};
use crate::escape::escaped;
use crate::numbers::spaced;
use crate::results::BuildSummary;
use crate::slices::SliceSummary;

/// Writes the answer to a login.
pub(crate) fn answer(out: &mut impl Write, answer: &Answer) -> io::Result<()> {
    let name = |name: &Option<String>| name.clone().unwrap_or_else(|| "none".to_owned());
    let notes: Vec<String> = answer.notes.iter().map(|(code, count)| format!("{code} ({count})")).collect();
    let rows = [
        ("organization", name(&answer.organization)),
        ("connection", name(&answer.connection)),
        ("application", name(&answer.application)),
        ("claim", name(&answer.claim)),
        ("outcome", format!("{} ({})", answer.outcome.word(), answer.reason.code())),
        ("groups", list(&answer.groups)),
        ("rules", list(&answer.rules)),
        ("received", answer.received.to_string()),
        ("unmatched", list(&answer.unmatched)),
        ("notes", list(&notes)),
    ];
    for (title, value) in rows {
        writeln!(out, "{title:<13} {}", escaped(&value))?;
    }
    Ok(())
}

fn list(names: &[String]) -> String {
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

/// Writes what was built: an Action with its sizes, or only a bundle.
pub(crate) fn built(out: &mut impl Write, built: &BuildSummary<'_>, all_sizes: bool) -> io::Result<()> {
    if let Some(sizes) = &built.sizes {
        write_sizes(out, sizes)?;
        writeln!(out)?;
    }
    if let Some(measured) = &built.capacity {
        capacity::write(out, measured, all_sizes)?;
    }
    if let (Some(sizes), Some(packaging)) = (&built.sizes, &built.packaging) {
        writeln!(out, "packaging: {}\n", packaging.words(sizes))?;
    }
    if !built.slices.is_empty() {
        return slices(out, built);
    }
    let digest = built.digest.get(..12).unwrap_or(built.digest);
    if let [file, others @ ..] = built.files {
        write!(out, "{}: bundle {digest}", escaped(file))?;
        // For an Action, the table has the size.
        if built.sizes.is_none() {
            write!(out, ", {} bytes", spaced(built.bundle))?;
        }
        if let Some(tenant) = &built.tenant {
            write!(out, ", for the tenant {} ({})", tenant.name, tenant.domain)?;
        }
        writeln!(out)?;
        for file in others {
            writeln!(out, "{}", escaped(file))?;
        }
        if let Some(next) = built.next {
            writeln!(out, "next: {}", escaped(next))?;
        }
    }
    Ok(())
}

/// Writes what several Actions have.
fn slices(out: &mut impl Write, built: &BuildSummary<'_>) -> io::Result<()> {
    writeln!(
        out,
        "{:<10} {:>13} {:>10} {:>10} {:>10}",
        "slice", "organizations", "rules", "bytes", "percent"
    )?;
    for slice in built.slices {
        let SliceSummary { slice, organizations, sizes, .. } = slice;
        writeln!(
            out,
            "{slice:<10} {:>13} {:>10} {:>10} {:>10}",
            spaced(organizations.len()),
            spaced(sizes.rules),
            spaced(sizes.total),
            sizes.percent()
        )?;
    }
    if built.files.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "slice 1 also answers for what no slice knows; deploy all of them, in any order in the flow\n"
    )?;
    let tenant = built.tenant.as_ref().map(|it| format!(", for the tenant {} ({})", it.name, it.domain));
    for (file, slice) in built.files.iter().zip(built.slices) {
        let digest = slice.digest.get(..12).unwrap_or(&slice.digest);
        writeln!(out, "{}: bundle {digest}{}", escaped(file), tenant.as_deref().unwrap_or_default())?;
    }
    Ok(())
}

fn write_sizes(out: &mut impl Write, sizes: &ActionSizes) -> io::Result<()> {
    let row = |out: &mut dyn Write, name: &str, cells: [String; 3]| {
        let [raw, compressed, embedded] = cells;
        writeln!(out, "{name:<14} {raw:>10} {compressed:>10} {embedded:>12}")
    };
    let part = |part: &PartSizes| {
        let compressed = part.compressed.map_or_else(|| "-".to_owned(), spaced);
        [spaced(part.raw), compressed, spaced(part.embedded)]
    };
    let number = |number: String| [String::new(), String::new(), number];
    row(out, "bytes", ["raw", "compressed", "in action.js"].map(str::to_owned))?;
    row(out, "engine", part(&sizes.engine))?;
    row(out, "mapping", part(&sizes.mapping))?;
    row(out, "shim", part(&sizes.shim))?;
    row(out, "total", number(spaced(sizes.total)))?;
    row(out, "limit", number(spaced(sizes.limit)))?;
    if sizes.total <= sizes.limit {
        row(out, "free", number(spaced(sizes.limit - sizes.total)))?;
    } else {
        row(out, "too many", number(spaced(sizes.total - sizes.limit)))?;
    }
    if let Some(per_rule) = sizes.per_rule() {
        row(out, "bytes per rule", number(format!("{per_rule:.1}")))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::write_sizes;
    use crate::action::{ActionSizes, PartSizes};

    fn check(limit: usize, rules: usize, expected: &str) {
        let part = |raw, compressed, embedded| PartSizes { raw, compressed, embedded };
        let written = ActionSizes {
            engine: part(61_000, Some(21_000), 28_000),
            mapping: part(12_000, Some(6_000), 8_200),
            shim: part(3_456, None, 3_390),
            total: 39_590,
            limit,
            rules,
        };
        let mut out = Vec::new();
        write_sizes(&mut out, &written).expect("memory does not fail");
        assert_eq!(String::from_utf8(out).expect("text"), expected);
    }

    #[test]
    fn sizes_table_adds_up() {
        check(
            100_000,
            40,
            "bytes                 raw compressed in action.js\n\
             engine             61 000     21 000       28 000\n\
             mapping            12 000      6 000        8 200\n\
             shim                3 456          -        3 390\n\
             total                                      39 590\n\
             limit                                     100 000\n\
             free                                       60 410\n\
             bytes per rule                              205.0\n",
        );
        check(
            30_000,
            0,
            "bytes                 raw compressed in action.js\n\
             engine             61 000     21 000       28 000\n\
             mapping            12 000      6 000        8 200\n\
             shim                3 456          -        3 390\n\
             total                                      39 590\n\
             limit                                      30 000\n\
             too many                                    9 590\n",
        );
    }
}
