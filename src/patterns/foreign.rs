//! Texts that look like another language than the one that they are read as.
//!
//! What is found is a guess: any of these texts may be the name of a group. So it leads to a warning, which can be
//! allowed, or to the help of an error that there is anyway.

mod escaped;
mod marks;
mod other_pattern;
mod places;
mod plain;
mod several_names;

pub(crate) use self::marks::{QuotedHalf, unquoted};
pub(crate) use self::other_pattern::with_point;
pub(crate) use self::places::{in_delimiter, in_member, in_path};
pub(crate) use self::plain::{in_list, in_metadata, in_prefix};
pub(crate) use self::several_names::{MatchEffect, Place, find_padded, find_several};

use crate::text::visible::visible;

/// What a text is read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ReadAs<'k> {
    /// The value of a key, such as `exact`, that is compared as it is written.
    Text(&'k str),
    Glob,
    Regex,
    /// A name that is declared, such as that of a target group.
    Name,
}

/// What a text looks like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Foreign {
    pub(crate) message: String,
    pub(crate) help: String,
    /// Whether the help says already when nothing is wrong.
    pub(crate) says_if_right: bool,
}

impl Foreign {
    fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { message: message.into(), help: help.into(), says_if_right: false }
    }

    /// The help, and what to do if nothing is wrong.
    pub(crate) fn help_or_allow(&self) -> String {
        if self.says_if_right {
            return self.help.clone();
        }
        format!(
            "{}; if the name really is written like this, allow `foreign-syntax` with a reason",
            self.help
        )
    }
}

/// What a text looks like, if that is not what it is read as.
pub(crate) fn find(text: &str, read_as: ReadAs<'_>) -> Option<Foreign> {
    // Most names have nothing but these.
    if text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b' ')) {
        return None;
    }
    marks::quotes(text)
        .or_else(|| escaped::find(text, read_as))
        .or_else(|| marks::replaced(text, read_as))
        .or_else(|| plain::find(text, read_as))
        .or_else(|| other_pattern::find(text, read_as))
}

/// Whether a text has signs of a glob or of a regular expression.
pub(crate) fn is_pattern(text: &str) -> bool {
    other_pattern::find(text, ReadAs::Text("exact")).is_some()
}

/// Help for a text that is not a regular expression, if it looks like another language.
pub(crate) fn instead_of_regex(text: &str) -> Option<String> {
    if text.contains("${") {
        let help = "in a regular expression, a part that a grant uses is `(?<name>…)`; `${name}` is for globs and for `grant`";
        return Some(help.to_owned());
    }
    if text.contains("{{") {
        return Some("write the text itself: only templates have parameters".to_owned());
    }
    let glob = other_pattern::glob_for_regex(text)?;
    Some(format!("write `{glob}` if this is a glob, or `.*` for any text in a regular expression"))
}

/// Whether a text that help suggests is a glob.
pub(crate) fn is_valid_glob(text: &str) -> bool {
    super::glob::Glob::parse(text).is_ok()
}

/// A text on one line, with its backslashes and quotes as they have to be typed.
pub(crate) fn shown(text: &str) -> String {
    let show = |char: char| match char {
        '\\' | '\'' | '"' => char.to_string(),
        other => visible(other.encode_utf8(&mut [0; 4])),
    };
    text.chars().map(show).collect()
}

/// Whether a text looks like a distinguished name, in which backslashes, commas and `=` have their own meaning.
///
/// Unlike a source with `form: dn`, this accepts what is only meant as one, such as a wrong escape, and needs two parts:
/// `a=b` is probably the name of a group.
pub(crate) fn looks_like_dn(text: &str) -> bool {
    let is_part = |part: &&str| {
        part.trim_start().split_once('=').is_some_and(|(attribute, value)| {
            !attribute.is_empty()
                && !value.is_empty()
                && attribute.bytes().all(|it| it.is_ascii_alphanumeric())
        })
    };
    let mut parts = text.split(',');
    parts.next().as_ref().is_some_and(is_part) && parts.any(|part| is_part(&part))
}

#[cfg(test)]
mod tests {
    use super::{ReadAs, find, looks_like_dn};

    const EXACT: ReadAs<'static> = ReadAs::Text("exact");

    #[track_caller]
    fn check(text: &str, read_as: ReadAs<'_>, message: &str, help: &str) {
        let found = find(text, read_as).unwrap_or_else(|| panic!("{text}: nothing"));
        assert!(found.message.contains(message), "{text}: {found:?}");
        assert!(found.help.contains(help), "{text}: {found:?}");
    }

    #[track_caller]
    fn check_silent(read_as: ReadAs<'_>, texts: &[&str]) {
        for text in texts {
            assert_eq!(find(text, read_as), None, "{text}");
        }
    }

    #[test]
    fn quotes_around_any_text_are_found() {
        for read_as in [EXACT, ReadAs::Glob, ReadAs::Regex, ReadAs::Name] {
            for text in ["“BI”", "„BI“", "‘BI’", "«BI»", "\"BI\"", "'BI'", "`BI`"] {
                check(text, read_as, "quotes", "write `BI`");
            }
            check("Team “BI", read_as, "typographic quotes", "straight");
        }
        check_silent(EXACT, &["Worker’s Council", "Team \"BI\"", "L'équipe", "'90s"]);
    }

    #[test]
    fn texts_that_are_never_replaced_are_found() {
        check("{{ team }}-admins", EXACT, "`{{ team }}` is not replaced", "write the text itself");
        check("<%= team %>", EXACT, "`<%= team %>` is not replaced", "");
        check("#{team}", ReadAs::Name, "`#{team}` is not replaced", "");
        check("$TEAM-admins", ReadAs::Glob, "`$TEAM` is not replaced", "no variables");
        check("%TEAM%-x", EXACT, "`%TEAM%` is not replaced", "");
        check("%TEAM%", EXACT, "a pattern of SQL or a variable", "or the value of the variable");
        check("<group>", ReadAs::Name, "`<group>` is not replaced", "");
        check("bi-${team}", EXACT, "`${team}` is a capture of globs", "`glob: \"bi-${team}\"`");
        check_silent(ReadAs::Glob, &["{{a,b},c}-x", "bi-${team}", "#{a,b}"]);
        check_silent(EXACT, &["Cost < 5 $", "US$MARKETS", "C$", "5 % off", "a{{b"]);
    }

    #[test]
    fn encoded_characters_are_found() {
        check("R&amp;D", EXACT, "HTML", "write `R&D`");
        check("R&#38;D", EXACT, "HTML", "write `R&D`");
        check("K&#xf6;ln", EXACT, "HTML", "write `Köln`");
        check("BI%20Dev", ReadAs::Glob, "percent-encoded", "write `BI Dev`");
        check("K%C3%B6ln", EXACT, "percent-encoded", "write `Köln`");
        check("K\\u00f6ln", EXACT, "escape", "write `Köln`");
        check("CORP\\\\Sales", EXACT, "two backslashes", "write `CORP\\Sales`");
        check("a\\.b", EXACT, "`\\.`", "write `a.b`");
        check("a%2Ab", ReadAs::Glob, "percent-encoded", "write the character itself");
        check_silent(
            EXACT,
            &["R&D;x", "50%ab", "CORP\\new", "\\\\server\\x", "CN=a\\,b,DC=c", "50%25", "&T; x"],
        );
        check_silent(ReadAs::Regex, &["\\u00f6", "a\\.b", "CORP\\\\Sales"]);
    }

    #[test]
    fn patterns_are_found_in_texts() {
        check("BI *", EXACT, "`exact`", "`glob: \"BI *\"`");
        check("BI-?", EXACT, "`exact`", "`glob: \"BI-?\"`");
        check("{a,b}-x", EXACT, "a glob", "`glob: \"{a,b}-x\"`");
        check("^bi-", EXACT, "a regular expression", "`regex: 'bi-.*'`");
        check("^a.*$", EXACT, "a regular expression", "`regex: 'a.*'`");
        check("BI-\\d+", EXACT, "a regular expression", "`regex: 'BI-\\d+'`");
        check("/^BI.*$/i", EXACT, "a regular expression", "`regex: 'BI.*'`, with `ignore-case: true`");
        check("(?i)bi", EXACT, "a regular expression", "`regex: 'bi'`, with `ignore-case: true`");
        check("BI%", EXACT, "SQL", "`glob: \"BI*\"`");
        check("A|B", EXACT, "a regular expression", "`regex: 'A|B'`");
        check("*", EXACT, "`exact`", "name the groups");
        check(".*", EXACT, "`exact`", "name the groups");
        check("Dir*", ReadAs::Text("contains"), "`contains`", "`contains: { glob: \"Dir*\" }`");
        check("role-*", ReadAs::Name, "`*`, and is compared as it is written", "in full");
        check_silent(
            EXACT,
            &[
                "[EU] Sales",
                "Sales | EMEA",
                "Who?",
                "Top 10%",
                "BI$",
                "Plan 1.5",
                "(EU) a",
                "a.b",
                "100 %",
                "/a/b/c",
            ],
        );
        check_silent(ReadAs::Text("contains-text"), &["*", "100 %"]);
    }

    #[test]
    fn regexes_are_found_in_globs() {
        for (text, regex) in [
            ("BI .*", "BI .*"),
            ("^BI .*$", "BI .*"),
            ("BI (A|B)", "BI (A|B)"),
            ("BI-\\d+", "BI-\\d+"),
            ("BI-[a-z]+", "BI-[a-z]+"),
            ("BI-.+", "BI-.+"),
            ("BI.*Admins", "BI.*Admins"),
            ("BI\\d", "BI\\d"),
        ] {
            check(text, ReadAs::Glob, "a regular expression", &format!("`regex: '{regex}'`"));
        }
        check("BI%", ReadAs::Glob, "SQL", "`glob: \"BI*\"`");
        check_silent(
            ReadAs::Glob,
            &[
                "acme.*",
                "acme.*.admins",
                "CORP\\*",
                "CORP\\d*",
                "CORP\\[a-c]*",
                "[0-9]*",
                "x{2,3}",
                "(EU) *",
                "[^a]x",
            ],
        );
    }

    #[test]
    fn globs_are_found_in_regexes() {
        check("acme-*", ReadAs::Regex, "a glob", "`glob: \"acme-*\"`");
        check("BI *", ReadAs::Regex, "a glob", "`glob: \"BI *\"`");
        check("Dir*", ReadAs::Regex, "a glob", "`glob: \"Dir*\"`");
        check("acme-*-x", ReadAs::Regex, "a glob", "`glob: \"acme-*-x\"`");
        check("BI%", ReadAs::Regex, "SQL", "`glob: \"BI*\"`");
        check("CORP\\Sales", ReadAs::Regex, "`\\S`", "`regex: 'CORP\\\\Sales'`");
        check("/BI/", ReadAs::Regex, "slashes", "`regex: 'BI'`");
        check_silent(
            ReadAs::Regex,
            &[
                "acme-.*", "a *b", "[a-z]*", "(a|b)*", "colou?r", "\\d*", "\\-*", "bi-\\w+", "a\\sb", "x\\*",
                "\\*",
            ],
        );
    }

    #[test]
    fn texts_that_are_not_regexes_have_help() {
        let help = |text| super::instead_of_regex(text).unwrap_or_default();
        assert!(help("*-admins").starts_with("write `glob: \"*-admins\"`"));
        assert!(help("{a,b}-x").starts_with("write `glob: \"{a,b}-x\"`"));
        assert!(help("${team}-x").contains("`(?<name>…)`"));
        assert!(help("{{ team }}-x").contains("only templates"));
        assert_eq!(help("+x"), "");
    }

    #[test]
    fn distinguished_names_are_known() {
        assert!(looks_like_dn("CN=BI,OU=Groups,DC=acme") && looks_like_dn("cn=a\\,b, dc=c"));
        assert!(
            !looks_like_dn("CN=BI")
                && !looks_like_dn("a=b")
                && !looks_like_dn("x, y")
                && !looks_like_dn("a,b=c")
        );
    }
}
