//! The documentation that the command carries, for authors without a checkout of its source.

use claimsmith::diagnostic::Code;

pub(crate) mod words;

/// A page, by the name that `claimsmith help` takes.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) name: &'static str,
    /// Its path in the documentation, to which other pages link.
    path: &'static str,
    text: &'static str,
}

macro_rules! pages {
    ($($name:literal $path:literal,)*) => {
        /// Every page, in the order in which they are listed.
        pub(crate) const PAGES: &[Page] = &[$(Page {
            name: $name,
            path: $path,
            text: include_str!(concat!("../../../docs/", $path)),
        },)*];
    };
}

pages! {
    "language" "language/index.md",
    "platform" "language/platform.md",
    "target-groups" "language/target-groups.md",
    "tenants" "language/tenants.md",
    "blocks" "language/blocks.md",
    "connections" "language/connections.md",
    "stored-groups" "language/stored-groups.md",
    "directory" "language/directory.md",
    "scim" "language/scim.md",
    "shapes" "language/shapes.md",
    "names" "language/names.md",
    "rules" "language/rules.md",
    "patterns" "language/patterns.md",
    "conditions" "language/conditions.md",
    "templates" "language/templates.md",
    "evaluation" "language/evaluation.md",
    "reasons" "language/reasons.md",
    "tests" "language/tests.md",
    "lints" "language/lints.md",
    "formatting" "language/formatting.md",
    "diagnostics" "diagnostics.md",
    "command" "command.md",
    "first-customer" "guides/first-customer.md",
    "which-strategy" "guides/which-strategy.md",
    "reviewing-a-change" "guides/reviewing-a-change.md",
    "sixty-customers" "guides/sixty-customers.md",
    "install-action" "install-action.md",
    "deploying" "deploy.md",
    "drift" "status.md",
    "assumed" "assumptions.md",
    "qlik-cloud" "qlik.md",
    "ground-truth" "verify-live.md",
    "provisioning" "sync.md",
    "onboarding" "onboarding.md",
    "adopting" "adopting.md",
    "signing" "blocks.md",
    "action-full" "guides/action-full.md",
}

/// Words that are answered with something else, each with a page that is about the same word.
const RELATED: [(&str, &str); 2] = [("blocks", "signing"), ("confirm", "assumed")];

/// A page that is about a word as well.
pub(crate) fn related(word: &str) -> Option<&'static Page> {
    RELATED.iter().find(|(related, _)| *related == word).and_then(|(_, name)| page(name))
}

/// The pages that have a word, those with most occurrences first.
pub(crate) fn pages_with(word: &str) -> Vec<&'static Page> {
    let word = word.to_lowercase();
    let count = |page: &&Page| {
        let text = page.text.to_lowercase();
        let words = text.split(|char: char| !(char.is_alphanumeric() || char == '-' || char == '_'));
        words.filter(|it| *it == word).count()
    };
    let mut pages: Vec<(usize, &Page)> = PAGES.iter().map(|page| (count(&page), page)).collect();
    pages.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
    pages.into_iter().filter(|(count, _)| *count > 0).map(|(_, page)| page).collect()
}

/// Where codes are looked up.
const DIAGNOSTICS: &str = "diagnostics";
const REASONS_AND_NOTES: &str = "reasons";
const DRIFT: &str = "drift";

/// The page with a name.
pub(crate) fn page(name: &str) -> Option<&'static Page> {
    PAGES.iter().find(|page| page.name == name)
}

/// What a code means: the section of a diagnostic, the rows of reasons and notes, and the row of a finding about a tenant.
/// As plain text.
pub(crate) fn code(name: &str) -> Option<String> {
    let diagnostic = page(DIAGNOSTICS).and_then(|page| page.section(name).map(|text| page.plain(text)));
    let row = format!("| `{name}` |");
    let rows_of = |name: &str, is_listed: fn(&str) -> bool| {
        let page = page(name);
        let lines =
            page.map(Page::lines).into_iter().flatten().filter(move |(heading, _)| is_listed(heading));
        lines.filter_map(move |(_, line)| Some(page?.without_links(line)))
    };
    let rows = rows_of(REASONS_AND_NOTES, is_code_list).filter_map(|line| {
        let rest = line.strip_prefix(&row)?;
        let mut cells = rest.split(" | ").map(|cell| cell.trim().trim_end_matches('|').trim());
        let meaning = cells.next().unwrap_or_default();
        let decided_by = cells.next().map(|policy| format!("; decided by {policy}"));
        Some(format!("In answers and log lines, `{name}`: {meaning}{}", decided_by.unwrap_or_default()))
    });
    let findings = rows_of(DRIFT, |heading| heading == "Findings").filter_map(|line| {
        let (severity, found) = line.strip_prefix(&row)?.split_once(" | ")?;
        let found = found.trim_end_matches('|').trim();
        Some(format!(
            "In `claimsmith status` (`claimsmith help {DRIFT}`), `{name}` is a {}: {found}",
            severity.trim()
        ))
    });
    let diagnostic = diagnostic.map(|text| text.trim_end().to_owned());
    let parts: Vec<String> = diagnostic.into_iter().chain(rows).chain(findings).collect();
    if parts.is_empty() { None } else { Some(parts.join("\n\n") + "\n") }
}

/// The page of a diagnostic in Markdown and as plain text, for programs that show it.
pub(crate) fn diagnostic(code: Code) -> (&'static str, String) {
    let found = page(DIAGNOSTICS).and_then(|page| Some((page, page.section(code.name())?)));
    found.map(|(page, section)| (section, page.plain(section))).unwrap_or_default()
}

impl Page {
    /// The title.
    pub(crate) fn title(&self) -> &'static str {
        self.text.lines().next().unwrap_or_default().trim_start_matches("# ")
    }

    /// The whole text, in Markdown.
    pub(crate) fn text(&self) -> &'static str {
        self.text
    }

    /// The section whose heading is a text, without regard to letter case and quotes, up to the next heading of its
    /// level.
    pub(crate) fn section(&self, heading: &str) -> Option<&'static str> {
        let wanted = anchor(heading);
        let mut start = None;
        let (mut offset, mut level, mut in_code) = (0, 0, false);
        for line in self.text.split_inclusive('\n') {
            in_code ^= line.starts_with("```");
            let hashes = line.bytes().take_while(|byte| *byte == b'#').count();
            if !in_code && hashes > 0 {
                match start {
                    Some(start) if hashes <= level => return self.text.get(start..offset).map(str::trim_end),
                    None if anchor(line) == wanted => (start, level) = (Some(offset), hashes),
                    _ => {}
                }
            }
            offset += line.len();
        }
        self.text.get(start?..).map(str::trim_end)
    }

    /// The lines outside code, each with the heading that it is under.
    fn lines(&self) -> Vec<(&'static str, &'static str)> {
        let (mut in_code, mut heading, mut lines) = (false, "", Vec::new());
        for line in self.text.lines() {
            in_code ^= line.starts_with("```");
            if in_code {
                continue;
            }
            if line.starts_with('#') {
                heading = line.trim_start_matches('#').trim();
            } else {
                lines.push((heading, line));
            }
        }
        lines
    }

    /// The headings of the sections.
    pub(crate) fn headings(&self) -> Vec<&'static str> {
        let mut in_code = false;
        let lines = self.text.lines().filter(|line| {
            in_code ^= line.starts_with("```");
            !in_code && line.starts_with("## ")
        });
        lines.map(|line| line.trim_start_matches("## ").trim_matches('`')).collect()
    }
}

/// Whether a section lists codes of reasons and notes.
fn is_code_list(heading: &str) -> bool {
    matches!(heading, "Reason codes" | "Notes")
}

/// A heading as the end of a link.
fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter(|char| char.is_alphanumeric() || matches!(char, ' ' | '-' | '_'));
    kept.collect::<String>().trim().to_lowercase().replace(' ', "-")
}

impl Page {
    /// Markdown of this page as plain text: comments are left out, code is indented, and links name what to ask for.
    pub(crate) fn plain(&self, markdown: &str) -> String {
        let mut text = String::new();
        let mut in_code = false;
        for line in markdown.lines() {
            if line.starts_with("```") {
                in_code = !in_code;
            } else if in_code {
                text += &format!("    {line}");
                text.truncate(text.trim_end().len());
                text.push('\n');
            } else if !line.starts_with("<!--") {
                text += &self.without_links(line);
                text.push('\n');
            }
        }
        // Where a comment was, two empty lines can meet.
        while let Some(at) = text.find("\n\n\n") {
            text.remove(at);
        }
        text
    }

    fn without_links(&self, line: &str) -> String {
        let mut text = String::new();
        let mut rest = line;
        while let Some((before, shown, target, after)) = next_link(rest) {
            text += before;
            text += shown;
            if let Some(command) = self.command_for(target) {
                text += &format!(" ({command})");
            }
            rest = after;
        }
        text + rest
    }

    /// What shows the section or page that a link of this page leads to; `None` if it is on this page or on none of those
    /// here.
    fn command_for(&self, target: &str) -> Option<String> {
        let (path, section) = target.split_once('#').unwrap_or((target, ""));
        if path.is_empty() {
            return None;
        }
        let path = from(self.path, path);
        let page = PAGES.iter().find(|page| page.path == path)?;
        // A diagnostic has its own name as a word.
        let words = match section {
            "" => page.name.to_owned(),
            section if page.name == DIAGNOSTICS && is_diagnostic(section) => section.to_owned(),
            section => format!("{} {section}", page.name),
        };
        Some(format!("`claimsmith help {words}`"))
    }
}

fn is_diagnostic(name: &str) -> bool {
    Code::ALL.iter().any(|code| code.name() == name)
}

/// The path to which a link of the page at a path leads.
fn from(page: &str, link: &str) -> String {
    let mut folders: Vec<&str> = page.split('/').collect();
    folders.pop();
    for part in link.split('/') {
        match part {
            "." => {}
            ".." => drop(folders.pop()),
            part => folders.push(part),
        }
    }
    folders.join("/")
}

/// The first link of a text: what is before it, what it shows, where it leads, and what is after it.
fn next_link(text: &str) -> Option<(&str, &str, &str, &str)> {
    let middle = text.find("](")?;
    let (start, end) = (text.get(..middle)?.rfind('[')?, middle + text.get(middle..)?.find(')')?);
    Some((text.get(..start)?, text.get(start + 1..middle)?, text.get(middle + 2..end)?, text.get(end + 1..)?))
}

#[cfg(test)]
mod tests {
    use claimsmith::diagnostic::Code;

    use super::{PAGES, RELATED, code, diagnostic, page, related};

    #[test]
    fn every_diagnostic_has_its_page() {
        for known in Code::ALL {
            let (text, _) = diagnostic(*known);
            assert!(text.starts_with(&format!("## `{}`\n", known.name())), "{}", known.name());
            assert!(text.matches("\n## ").count() == 0 && text.len() > 100, "{text}");
        }
    }

    #[test]
    fn every_reason_and_note_has_its_row() {
        let reasons = claimsmith::Reason::ALL.iter().map(|it| it.code());
        for known in reasons.chain(claimsmith::Note::ALL.iter().map(|it| it.code())) {
            assert!(code(known).is_some_and(|text| text.contains(known)), "{known}");
        }
        assert_eq!(code("unheard-of"), None);
    }

    #[test]
    #[cfg(not(target_family = "wasm"))]
    fn every_finding_about_a_tenant_has_its_row() {
        for known in claimsmith_lifecycle::drift::FindingCode::ALL {
            let text = code(known.name()).unwrap_or_default();
            assert!(
                text.contains(&format!("`{}` is a {}: ", known.name(), known.meaning().0.name())),
                "{text}"
            );
        }
    }

    #[test]
    fn related_pages_exist() {
        assert!(RELATED.iter().all(|(word, _)| related(word).is_some()));
    }

    #[test]
    fn sections_end_at_the_next_heading() {
        let page = page("patterns").expect("a page");
        let section = page.section("glob").expect("a section");
        assert!(section.starts_with("## Glob\n") && !section.contains("## Regex"), "{section}");
        assert!(page.headings().contains(&"Ignore-case"));
        assert_eq!(page.section("nothing"), None);
    }

    #[test]
    fn link_leads_from_its_page() {
        let check = |name: &str, link: &str, command: &str| {
            let shown = page(name).expect("a page").plain(&format!("[it]({link})"));
            let command = if command.is_empty() {
                "it\n".to_owned()
            } else {
                format!("it (`claimsmith help {command}`)\n")
            };
            assert_eq!(shown, command, "{link} of {name}");
        };
        check("blocks", "../blocks.md#another-program", "signing another-program");
        check("signing", "language/blocks.md#keys", "blocks keys");
        check("platform", "blocks.md", "blocks");
        check("drift", "blocks.md", "signing");
        check("action-full", "../blocks.md", "signing");
        check("rules", "../diagnostics.md#near-miss", "near-miss");
        check("rules", "../diagnostics.md#not-a-code", "diagnostics not-a-code");
        check("signing", "spec/block.md", "");
    }

    #[test]
    fn plain_text_has_no_markup_of_links_and_comments() {
        let markdown = "See [the rules](rules.md#keys), [below](#x) and [a host](https://example.com).\n\n\
                        <!-- from a.yaml -->\n```yaml\na: 1\n```\n";
        let expected = "See the rules (`claimsmith help rules keys`), below and a host.\n\n    a: 1\n";
        assert_eq!(page("rules").expect("a page").plain(markdown), expected);
        for page in PAGES {
            let text = page.plain(page.text());
            assert!(!text.contains("](") && !text.contains("<!--"), "{}", page.name);
        }
    }
}
