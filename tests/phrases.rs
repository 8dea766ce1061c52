//! The project is written in plain technical English: phrases that are hard to understand are refused in every file.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::expect_used, reason = "a test stops at what is wrong")]

#[path = "support/files.rs"]
mod files;

use std::fs;

use files::{project_files, root};
use regex::{Regex, RegexSet};

/// A phrase, in lower case, and what to write instead.
struct Phrase {
    pattern: &'static str,
    /// Where the phrase is plain English: these matches are ignored.
    except: &'static str,
    advice: &'static str,
}

const NONE: &str = "";

/// A phrase is listed only if it has almost no good use: then a writer rarely has to rephrase a good sentence.
const PHRASES: [Phrase; 19] = [
    Phrase { pattern: r"\bbehind\b", except: r"\blook-?behind", advice: "after" },
    Phrase {
        pattern: r"\bstands?\b",
        except: r"\bstand-ins?\b",
        advice: "is; `a for b` is `a means b` or `a is replaced by b`",
    },
    Phrase { pattern: r"\b(?:so|that) many\b", except: NONE, advice: "the number, or `how many`" },
    Phrase {
        pattern: r"\bis no \w+",
        except: r"\b(?:there|where) is no\b|\bis no (?:longer|more|less|larger|smaller|deeper|later|earlier|higher|lower|better|different)\b",
        advice: "is not a, or `cannot be`",
    },
    Phrase { pattern: r"\bwhoever\b", except: NONE, advice: "name the actor, or use the passive" },
    // As a name in sample data, no word follows.
    Phrase {
        pattern: r"(?:^|[ (])(?:no|any|every)body(?:'s)? \w",
        except: NONE,
        advice: "no one, everyone, or the passive",
    },
    Phrase { pattern: r"\bof use\b", except: NONE, advice: "useful, or say what it does" },
    Phrase { pattern: r"\bout of account\b", except: NONE, advice: "ignored" },
    Phrase { pattern: r"\b(?:take[sn]?|taking|took) away\b", except: NONE, advice: "excludes, removes" },
    Phrase {
        pattern: r"\b(?:it|that|which|nothing|else|actions?|applications?|clauses?|compilers?|conditions?|engines?|expressions?|files?|globs?|groups?|hosts?|limits?|mappings?|patterns?|programs?|readers?|rules?|tests?) wants?\b",
        except: NONE,
        advice: "matches, needs, reads; only people want",
    },
    Phrase { pattern: r"\b(?:is|are) wanted\b", except: NONE, advice: "is matched, is needed, is expected" },
    Phrase {
        pattern: r"\b(?:is|are|be) told\b",
        except: r"\btold apart\b",
        advice: "receives, is reported; only people can be told something",
    },
    Phrase { pattern: r"\bvouch", except: NONE, advice: "guarantees, verifies" },
    Phrase { pattern: r"\bheld against\b", except: NONE, advice: "is compared with, is matched against" },
    Phrase { pattern: r"\bgo(?:es)? by\b", except: NONE, advice: "uses, depends on" },
    Phrase { pattern: r"\bprobably not meant\b", except: NONE, advice: "a likely mistake" },
    Phrase { pattern: r"\bfacts? of\b", except: NONE, advice: "the inputs, the properties: say which" },
    Phrase { pattern: r"\binto question\b", except: NONE, advice: "can match, is possible" },
    Phrase { pattern: r"\bbe (?:it|they)\b", except: NONE, advice: "whether or not it is" },
];

/// What is refused in texts.
struct Refused {
    /// All phrases in one automaton: most texts have none, and one pass shows it.
    any: RegexSet,
    phrases: Vec<(Regex, Option<Regex>, &'static str)>,
}

impl Refused {
    fn new() -> Self {
        let ascii = |pattern: &str| format!("(?im-u){pattern}");
        let regex = |pattern: &str| Regex::new(&ascii(pattern)).expect("a regular expression");
        let phrases = PHRASES.iter().map(|Phrase { pattern, except, advice }| {
            (regex(pattern), (!except.is_empty()).then(|| regex(except)), *advice)
        });
        let any = RegexSet::new(PHRASES.map(|phrase| ascii(phrase.pattern)));
        Self { any: any.expect("regular expressions"), phrases: phrases.collect() }
    }

    /// Each line that has a refused phrase, with its number, the phrase and what to write instead.
    fn in_text<'t>(&self, text: &'t str) -> Vec<(usize, &'t str, &'static str)> {
        if !self.any.is_match(text) {
            return Vec::new();
        }
        let lines = text.lines().zip(1..);
        let found = |(line, number)| self.in_line(line).into_iter().map(move |it| (number, it.0, it.1));
        lines.flat_map(found).collect()
    }

    /// Each refused phrase of a line, with what to write instead.
    fn in_line<'l>(&self, line: &'l str) -> Vec<(&'l str, &'static str)> {
        let mut found = Vec::new();
        if !self.any.is_match(line) {
            return found;
        }
        for (phrase, except, advice) in &self.phrases {
            let allowed: Vec<_> =
                except.iter().flat_map(|it| it.find_iter(line)).map(|it| it.range()).collect();
            let is_allowed = |at: usize| allowed.iter().any(|range| range.contains(&at));
            let refused =
                phrase.find_iter(line).filter(|it| !is_allowed(it.start()) && !is_allowed(it.end() - 1));
            found.extend(refused.map(|it| (it.as_str().trim(), *advice)));
        }
        found
    }
}

/// Files whose words are not the project's prose: this list of phrases, lock files, and the texts of licenses.
fn is_exempt(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    path == "tests/phrases.rs"
        || name.ends_with("lock.json")
        || name.ends_with(".lock")
        || name.starts_with("LICENSE")
}

#[test]
fn texts_have_no_refused_phrase() {
    let refused = Refused::new();
    let mut found = Vec::new();
    let mut count = 0;
    for path in project_files().into_iter().filter(|path| !is_exempt(path)) {
        // Images and other binary files have no prose.
        let Ok(text) = String::from_utf8(fs::read(root().join(&path)).expect("a file")) else { continue };
        count += 1;
        for (line, phrase, advice) in refused.in_text(&text) {
            found.push(format!("{path}:{line}: `{phrase}`; better: {advice}"));
        }
    }
    assert!(count > 300, "{count} files were read");
    assert!(found.is_empty(), "{} refused phrases:\n{}", found.len(), found.join("\n"));
}

#[test]
fn matcher_refuses_phrases_and_names_a_replacement() {
    let refused = Refused::new();
    for (line, phrase) in [
        ("/// The byte behind the dot.", "behind"),
        ("What stands before the sign.", "stands"),
        ("So many rules a mapping has at most.", "So many"),
        ("The event is no JSON.", "is no JSON"),
        ("Whoever runs a domain.", "Whoever"),
        ("a limit that nobody reaches", "nobody r"),
        ("Nobody's groups", "Nobody's g"),
        ("It takes away what the rule grants.", "takes away"),
        ("a group that no rule wants", "rule wants"),
        ("the application is told its groups", "is told"),
        ("Patterns are held against names.", "held against"),
        ("What a login goes by.", "goes by"),
    ] {
        let found = refused.in_line(line);
        assert_eq!(found.iter().map(|(phrase, _)| *phrase).collect::<Vec<_>>(), [phrase], "{line}");
        assert!(found.iter().all(|(_, advice)| !advice.is_empty()));
    }
}

#[test]
fn matcher_accepts_plain_sentences() {
    let refused = Refused::new();
    for line in [
        "there is no such file, and it is no longer read",
        "a window that is no larger than the map",
        "match: { exact: nobody }",
        "groups: [engineers, nobody]",
        "unmatched: [\"nobody \"]",
        "a look-behind is an error; a lookbehind, too",
        "the standard library, a stand-in, an understanding",
        "two cases that cannot be told apart",
        "let is_told = wanted == told;",
        "an administrator who wants a report",
        "no rule matches it, and the application receives an empty claim",
    ] {
        assert_eq!(refused.in_line(line), [], "{line}");
    }
}
