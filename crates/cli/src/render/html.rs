//! A page with a table, which needs nothing else and runs nothing.

use std::io::{self, Write};

use claimsmith::compiler::inspect::Matrix;

use super::matrix::cell;

const STYLE: &str = "\
body { font: 14px/1.4 system-ui, sans-serif; margin: 1.5rem; color: #1a1a1a; background: #fff }
table { border-collapse: collapse }
caption { text-align: left; padding-bottom: .5rem }
th, td { border: 1px solid #bbb; padding: .25rem .5rem; text-align: left; vertical-align: top }
thead th { position: sticky; top: 0; background: #eee }
tbody th { position: sticky; left: 0; background: #eee }
td.exclude { color: #8a1c1c }
";

/// Writes the matrix of customers and target groups.
pub(crate) fn matrix(out: &mut impl Write, matrix: &Matrix) -> io::Result<()> {
    writeln!(out, "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">")?;
    writeln!(
        out,
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
    )?;
    writeln!(out, "<title>Customers and target groups</title>\n<style>\n{STYLE}</style>\n</head>\n<body>")?;
    writeln!(out, "<table>\n<caption>Which rules of each customer can grant which target groups</caption>")?;
    writeln!(out, "<thead>\n<tr>\n<th scope=\"col\">customer</th>")?;
    for group in &matrix.groups {
        writeln!(out, "<th scope=\"col\">{}</th>", escaped(group))?;
    }
    writeln!(out, "</tr>\n</thead>\n<tbody>")?;
    for row in &matrix.organizations {
        writeln!(out, "<tr>\n<th scope=\"row\">{}</th>", escaped(&row.name))?;
        for group in &matrix.groups {
            let entries = row.groups.get(group).map(Vec::as_slice).unwrap_or_default();
            let class = match entries.iter().all(|entry| entry.effect == "exclude") && !entries.is_empty() {
                true => " class=\"exclude\"",
                false => "",
            };
            writeln!(out, "<td{class}>{}</td>", escaped(&cell(entries)))?;
        }
        writeln!(out, "</tr>")?;
    }
    writeln!(out, "</tbody>\n</table>\n</body>\n</html>")
}

/// Text that means nothing to a browser. Control characters, which HTML does not have, become U+FFFD.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            control if control.is_control() => escaped.push('\u{fffd}'),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn escaped_text_is_no_markup() {
        let check = |text: &str, expected: &str| assert_eq!(escaped(text), expected);
        check("<script>alert('1')</script>", "&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;");
        check("a&b\"\u{1b}", "a&amp;b&quot;\u{fffd}");
    }
}
