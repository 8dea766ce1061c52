//! A directory that another program wrote into a file, as JSON Lines.
//!
//! Each line is a person, a group, or the end, in any order except that the end comes last:
//!
//! ```text
//! {"person":{"id":"7f3a","active":true,"attributes":{"mail":"ada@example.com"}}}
//! {"group":{"id":"91c2","name":"Sales","members":["7f3a"]}}
//! {"outside":["c0ff"]}
//! {"end":{"people":1,"groups":1}}
//! ```
//!
//! `outside` lists ids of members that are neither people nor groups, such as computers.
//!
//! A file is whole only if its end says how many people and groups came before it, and they did: a program that stopped
//! in between wrote no end. No text of a line is repeated in what is said about it, because lines are about people.

use std::io::{self, BufRead, Read};

use claimsmith_lifecycle::directory::{Directory, DirectoryReader, Group, Person};
use serde::Deserialize;
use serde_json::{Map, Value};

/// The longest line that is read, in bytes: a group with 200 000 members takes 8 MB.
const LONGEST_LINE: u64 = 64 << 20;

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Line {
    Person(PersonLine),
    Group(GroupLine),
    Outside(Vec<String>),
    End(EndLine),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PersonLine {
    id: String,
    active: bool,
    #[serde(default)]
    attributes: Map<String, Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GroupLine {
    id: String,
    name: String,
    members: Vec<String>,
}

#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct EndLine {
    people: usize,
    groups: usize,
}

/// Reads a directory. What is wrong with it makes it incomplete, and names the line.
///
/// # Errors
///
/// If the text cannot be read.
pub fn read_json_lines(mut text: impl BufRead) -> io::Result<Directory> {
    let mut reader = DirectoryReader::default();
    let mut seen = EndLine { people: 0, groups: 0 };
    let mut end = None;
    let mut line = Vec::new();
    for number in 1_u64.. {
        line.clear();
        if (&mut text).take(LONGEST_LINE).read_until(b'\n', &mut line)? == 0 {
            break;
        }
        if line.len() as u64 == LONGEST_LINE {
            reader.unread(format!("line {number} is longer than {LONGEST_LINE} bytes"));
            break;
        }
        let content = line.trim_ascii();
        // A byte order mark, as editors of Windows write it.
        let content = content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(content);
        if content.is_empty() {
            continue;
        }
        if end.is_some() {
            reader.unread(format!("line {number} comes after the end"));
            break;
        }
        match serde_json::from_slice(content) {
            Ok(Line::Person(person)) => {
                seen.people += 1;
                let PersonLine { id, active: is_active, attributes } = person;
                reader.person(Person { id, is_active, attributes });
            }
            Ok(Line::Group(GroupLine { id, name, members })) => {
                seen.groups += 1;
                reader.group(Group { id, name }, members);
            }
            Ok(Line::Outside(ids)) => ids.into_iter().for_each(|id| reader.outside(id)),
            Ok(Line::End(found)) => end = Some(found),
            Err(_) => reader.unread(format!(
                "line {number} is not a person, a group, ids outside or the end, or lacks a member that is needed"
            )),
        }
    }
    match end {
        None => reader.unread("the last line is not `{\"end\":{\"people\":…,\"groups\":…}}`".to_owned()),
        Some(end) if end != seen => reader.unread(format!(
            "the end says {} people and {} groups, and {} and {} came",
            end.people, end.groups, seen.people, seen.groups
        )),
        Some(_) => {}
    }
    Ok(reader.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADA: &str = r#"{"person":{"id":"7f3a","active":true,"attributes":{"mail":"ada@example.com"}}}"#;
    const SALES: &str = r#"{"group":{"id":"91c2","name":"Sales","members":["7f3a"]}}"#;
    const END: &str = r#"{"end":{"people":1,"groups":1}}"#;

    fn read(lines: &[&str]) -> Directory {
        read_json_lines(lines.join("\n").as_bytes()).expect("text")
    }

    #[test]
    fn whole_file_is_complete() {
        for lines in [[SALES, ADA, END, ""], ["", ADA, SALES, END]] {
            let directory = read(&lines);
            assert_eq!(directory.unread, [] as [String; 0]);
            assert_eq!(directory.groups_of_people(), [[0]]);
            assert_eq!(directory.people[0].attributes["mail"], "ada@example.com");
        }
        assert!(
            read_json_lines(format!("\u{feff}{ADA}\r\n{SALES}\r\n{END}\r\n").as_bytes())
                .expect("text")
                .is_complete()
        );
    }

    #[test]
    fn file_that_ends_early_is_incomplete_wherever_it_ends() {
        let whole = [ADA, SALES, END].join("\n");
        for length in 0..whole.len() {
            let directory = read_json_lines(&whole.as_bytes()[..length]).expect("text");
            assert!(!directory.is_complete(), "{length} bytes");
        }
        assert!(read_json_lines(whole.as_bytes()).expect("text").is_complete());
    }

    #[test]
    fn what_is_wrong_names_the_line_and_no_person() {
        let not_a_line =
            "line 2 is not a person, a group, ids outside or the end, or lacks a member that is needed";
        let other = "the end says 1 people and 1 groups, and 1 and 0 came";
        for (lines, expected) in [
            (vec![ADA, r#"{"person":{"id":"ada"}}"#, SALES, END], vec![not_a_line]),
            (vec![ADA, r#"{"group":{"id":"x","name":"ada","members":"ada"}}"#, SALES, END], vec![not_a_line]),
            (vec![ADA, "ada@example.com", SALES, END], vec![not_a_line]),
            (vec![ADA, END], vec![other]),
            (vec![ADA, SALES, END, ADA], vec!["line 4 comes after the end"]),
            (vec![ADA, SALES], vec!["the last line is not `{\"end\":{\"people\":…,\"groups\":…}}`"]),
        ] {
            assert_eq!(read(&lines).unread, expected);
        }
    }
}
