//! The Markdown of kits as HTML: headings, paragraphs, lists, tables, code, emphasis, and links between the parts.
//!
//! The texts may have been changed by people, so everything is escaped, HTML in them is text, and a link leads to a
//! place of the page or is text. What is not understood stays readable.

use super::samples::escape_xml;

/// The HTML of a part. Its headings have ids that begin with the part's name, and are one level deeper than written.
pub(crate) fn html(part: &str, text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    blocks(part, &lines)
}

fn blocks(part: &str, lines: &[&str]) -> String {
    let mut html = String::new();
    let mut rest = lines;
    while let Some((line, after)) = rest.split_first() {
        if line.trim().is_empty() {
            rest = after;
        } else if let Some(language) = line.trim_start().strip_prefix("```") {
            rest = code(language, after, &mut html);
        } else if let Some((level, title)) = heading(line) {
            let id = format!("{part}-{}", anchor(title));
            let level = level + 1;
            html += &format!("<h{level} id=\"{}\">{}</h{level}>\n", escape_xml(&id), inline(part, title));
            rest = after;
        } else if line.starts_with('|') {
            rest = table(part, rest, &mut html);
        } else if marker(line).is_some() {
            rest = list(part, rest, &mut html);
        } else {
            let end = rest.iter().position(|line| ends_paragraph(line)).unwrap_or(rest.len());
            let (paragraph, after) = rest.split_at(end.max(1));
            html += &format!("<p>{}</p>\n", inline(part, &joined(paragraph)));
            rest = after;
        }
    }
    html
}

fn joined(lines: &[&str]) -> String {
    lines.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ")
}

fn ends_paragraph(line: &str) -> bool {
    let is_block = line.starts_with('|') || line.trim_start().starts_with("```");
    line.trim().is_empty() || is_block || heading(line).is_some() || marker(line).is_some()
}

fn heading(line: &str) -> Option<(usize, &str)> {
    let level = line.bytes().take_while(|byte| *byte == b'#').count();
    let title = line.get(level..)?.strip_prefix(' ')?;
    if (1..=4).contains(&level) { Some((level, title.trim())) } else { None }
}

/// A heading as the end of an id.
fn anchor(title: &str) -> String {
    let kept = title.chars().filter(|char| char.is_alphanumeric() || matches!(char, ' ' | '-' | '_'));
    kept.collect::<String>().trim().to_lowercase().replace(' ', "-")
}

/// The width of the marker with which an entry of a list begins, and whether the list is numbered.
fn marker(line: &str) -> Option<(usize, bool)> {
    if line.starts_with("- ") {
        return Some((2, false));
    }
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let has_dot = digits > 0 && line.get(digits..)?.starts_with(". ");
    if has_dot { Some((digits + 2, true)) } else { None }
}

fn code<'l, 't>(language: &str, lines: &'l [&'t str], html: &mut String) -> &'l [&'t str] {
    let end = lines.iter().position(|line| line.trim_start().starts_with("```")).unwrap_or(lines.len());
    let (inside, after) = lines.split_at(end);
    let text: String = inside.iter().map(|line| escape_xml(line) + "\n").collect();
    *html += &format!("<pre><code class=\"{}\">{text}</code></pre>\n", escape_xml(language));
    after.get(1..).unwrap_or_default()
}

fn list<'l, 't>(part: &str, lines: &'l [&'t str], html: &mut String) -> &'l [&'t str] {
    let is_numbered = lines.first().and_then(|line| marker(line)).is_some_and(|(_, is_numbered)| is_numbered);
    let tag = if is_numbered { "ol" } else { "ul" };
    *html += &format!("<{tag}>\n");
    let mut rest = lines;
    while let Some((first, after)) = rest.split_first()
        && let Some((width, numbered)) = marker(first)
        && numbered == is_numbered
    {
        let belongs = |line: &&&str| line.trim().is_empty() || line.starts_with("  ");
        let count = after.iter().take_while(belongs).count();
        let (more, after) = after.split_at(count);
        let mut inner = vec![first.get(width..).unwrap_or_default()];
        inner.extend(more.iter().map(|line| dedented(line, width)));
        let content = blocks(part, &inner);
        // An entry of one paragraph needs no space around it.
        let content = match content.strip_prefix("<p>").and_then(|it| it.strip_suffix("</p>\n")) {
            Some(only) if !only.contains("<p>") => only.to_owned(),
            _ => content,
        };
        *html += &format!("<li>{content}</li>\n");
        rest = after;
    }
    *html += &format!("</{tag}>\n");
    rest
}

/// A line without as many spaces as the marker of its entry is wide.
fn dedented(line: &str, width: usize) -> &str {
    let spaces = line.bytes().take_while(|byte| *byte == b' ').count();
    line.get(spaces.min(width)..).unwrap_or_default()
}

fn table<'l, 't>(part: &str, lines: &'l [&'t str], html: &mut String) -> &'l [&'t str] {
    let count = lines.iter().take_while(|line| line.starts_with('|')).count();
    let (rows, after) = lines.split_at(count);
    *html += "<table>\n";
    for (at, row) in rows.iter().enumerate() {
        let cells = cells(row);
        let is_rule = |cell: &String| !cell.is_empty() && cell.chars().all(|char| matches!(char, '-' | ':'));
        if at == 1 && cells.iter().all(is_rule) {
            continue;
        }
        let tag = if at == 0 { "th scope=\"col\"" } else { "td" };
        let end = if at == 0 { "th" } else { "td" };
        let cells = cells.iter().map(|cell| format!("<{tag}>{}</{end}>", inline(part, cell)));
        *html += &format!("<tr>{}</tr>\n", cells.collect::<String>());
    }
    *html += "</table>\n";
    after
}

/// The cells of a row, in which `\|` is a part of the text.
fn cells(row: &str) -> Vec<String> {
    let inside = row.trim().strip_prefix('|').unwrap_or(row);
    let mut cells = vec![String::new()];
    let mut is_escaped = false;
    for char in inside.chars() {
        if char == '|' && !is_escaped {
            cells.push(String::new());
        } else if let Some(cell) = cells.last_mut() {
            // The backslash before a bar has done its work; others belong to the text.
            if char == '|' {
                cell.pop();
            }
            cell.push(char);
        }
        is_escaped = char == '\\' && !is_escaped;
    }
    if cells.last().is_some_and(|cell| cell.trim().is_empty()) {
        cells.pop();
    }
    cells.iter().map(|cell| cell.trim().to_owned()).collect()
}

/// A line of text with code, emphasis, links, and `TODO` in sight.
fn inline(part: &str, text: &str) -> String {
    let mut html = String::new();
    let mut rest = text;
    while let Some(char) = rest.chars().next() {
        let after = rest.get(char.len_utf8()..).unwrap_or_default();
        let found = match char {
            '\\' => after
                .chars()
                .next()
                .filter(char::is_ascii_punctuation)
                .map(|next| (escape_xml(&next.to_string()), after.get(1..).unwrap_or_default())),
            '`' => code_span(rest),
            '*' => emphasis(part, rest),
            '[' => link(part, rest),
            'T' => rest.strip_prefix("TODO").map(|after| ("<mark>TODO</mark>".to_owned(), after)),
            _ => None,
        };
        let (piece, remaining) = found.unwrap_or_else(|| (escape_xml(&char.to_string()), after));
        html += &piece;
        rest = remaining;
    }
    html
}

fn code_span(text: &str) -> Option<(String, &str)> {
    let width = text.bytes().take_while(|byte| *byte == b'`').count();
    let fence = text.get(..width)?;
    let inside = text.get(width..)?;
    let (code, after) = inside.split_once(fence)?;
    let is_padded = code.len() > 2 && code.starts_with(' ') && code.ends_with(' ');
    let code = if is_padded { code.get(1..code.len() - 1)? } else { code };
    Some((format!("<code>{}</code>", escape_xml(code)), after))
}

fn emphasis<'t>(part: &str, text: &'t str) -> Option<(String, &'t str)> {
    let (mark, tag) = if text.starts_with("**") { ("**", "strong") } else { ("*", "em") };
    let (inside, after) = text.strip_prefix(mark)?.split_once(mark)?;
    let is_plain = !inside.is_empty() && !inside.starts_with(' ') && !inside.contains('`');
    is_plain.then(|| (format!("<{tag}>{}</{tag}>", inline(part, inside)), after))
}

/// A link to a place of the page; the text alone if it leads elsewhere.
fn link<'t>(part: &str, text: &'t str) -> Option<(String, &'t str)> {
    let (shown, rest) = text.strip_prefix('[')?.split_once("](")?;
    let (target, after) = rest.split_once(')')?;
    if shown.contains('[') || target.contains(' ') {
        return None;
    }
    let shown = inline(part, shown);
    let (file, heading) = target.split_once('#').unwrap_or((target, ""));
    let to = match file {
        "" => Some(part),
        file => file.strip_suffix(".md").filter(|name| !name.contains('/')),
    };
    let Some(to) = to else { return Some((shown, after)) };
    let id = if heading.is_empty() { to.to_owned() } else { format!("{to}-{heading}") };
    Some((format!("<a href=\"#{}\">{shown}</a>", escape_xml(&id)), after))
}

#[cfg(test)]
mod tests {
    use super::html;

    #[track_caller]
    fn check(markdown: &str, expected: &str) {
        assert_eq!(html("part", markdown), expected);
    }

    #[test]
    fn blocks_are_those_of_markdown() {
        check("# A b\n\nOne.\nTwo.\n", "<h2 id=\"part-a-b\">A b</h2>\n<p>One. Two.</p>\n");
        check(
            "1. a\n2. b\n\n   ```sh\n   x\n   ```\n",
            "<ol>\n<li>a</li>\n<li><p>b</p>\n<pre><code class=\"sh\">x\n</code></pre>\n</li>\n</ol>\n",
        );
        check("- a\n- b\n", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n");
        check(
            "| a | b |\n| --- | --- |\n| `x\\|y` | z |\n",
            "<table>\n<tr><th scope=\"col\">a</th><th scope=\"col\">b</th></tr>\n<tr><td><code>x|y</code></td><td>z</td></tr>\n</table>\n",
        );
    }

    #[test]
    fn lines_have_code_emphasis_and_links() {
        check("``a`b`` **c** *d* e*f", "<p><code>a`b</code> <strong>c</strong> <em>d</em> e*f</p>\n");
        check(
            "[a](b.md) [c](#d) [e](b.md#f)",
            "<p><a href=\"#b\">a</a> <a href=\"#part-d\">c</a> <a href=\"#b-f\">e</a></p>\n",
        );
        check("TODO: x", "<p><mark>TODO</mark>: x</p>\n");
    }

    #[test]
    fn texts_of_strangers_are_text() {
        check(
            "<script>alert(1)</script> & \"",
            "<p>&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;</p>\n",
        );
        check("[a](javascript:alert(1))", "<p>a)</p>\n");
        check("[a](https://elsewhere.example)", "<p>a</p>\n");
        check(
            "`<b>` [<b>](\"><i>.md)",
            "<p><code>&lt;b&gt;</code> <a href=\"#&quot;&gt;&lt;i&gt;\">&lt;b&gt;</a></p>\n",
        );
        check("\\<b\\> \\\\n `", "<p>&lt;b&gt; \\n `</p>\n");
        check("```\"><b>\n<i>\n", "<pre><code class=\"&quot;&gt;&lt;b&gt;\">&lt;i&gt;\n</code></pre>\n");
    }
}
