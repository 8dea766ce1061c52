//! Comma-separated values for spreadsheets.

use std::io::{self, Write};

/// Writes one row.
pub(crate) fn row<S: AsRef<str>>(out: &mut impl Write, cells: impl IntoIterator<Item = S>) -> io::Result<()> {
    let cells: Vec<String> = cells.into_iter().map(|cell| quoted(cell.as_ref())).collect();
    writeln!(out, "{}", cells.join(","))
}

/// A cell as RFC 4180 has it.
///
/// Names are chosen by customers, and spreadsheets run cells that begin like a formula: such a cell gets an apostrophe,
/// which they take for the sign of a text.
fn quoted(cell: &str) -> String {
    let is_formula =
        cell.trim_start().starts_with(['=', '+', '-', '@', '|', '%']) || cell.starts_with(['\t', '\r']);
    let guard = if is_formula { "'" } else { "" };
    if guard.is_empty() && !cell.contains(['"', ',', ';', '\n', '\r', '\t']) && cell.trim() == cell {
        return cell.to_owned();
    }
    format!("\"{guard}{}\"", cell.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn cells_are_quoted_and_are_no_formulas() {
        let check = |cell: &str, expected: &str| assert_eq!(quoted(cell), expected);
        check("readers", "readers");
        check("a, \"b\"", "\"a, \"\"b\"\"\"");
        check("=HYPERLINK(\"x\")", "\"'=HYPERLINK(\"\"x\"\")\"");
        check("+1", "\"'+1\"");
        check("-1", "\"'-1\"");
        check("@SUM(A1)", "\"'@SUM(A1)\"");
        check(" =1", "\"' =1\"");
        check("\t=1", "\"'\t=1\"");
        check("a\nb", "\"a\nb\"");
    }
}
