//! Private keys in texts that are shown: a file with a pasted key is wrong, and its finding must not repeat the key.

use core::ops::Range;
use std::borrow::Cow;

/// What is before the secret part of a key: PEM's first line, OpenSSH's magic in base64, and PuTTY's heading.
const MARKS: [&str; 3] = ["PRIVATE KEY-----", OPENSSH, "Private-Lines:"];

const OPENSSH: &str = "b3BlbnNzaC1rZXktdjE";

/// A shorter part of a key says nothing about it, and may be a word.
const LEAST_PART: usize = 12;

/// More lines than the keys of any file have: messages are compared with each of them.
const MOST_LINES: usize = 1_000;

/// Whether a text has a private key, or the beginning of one.
pub(crate) fn has_private_key(text: &str) -> bool {
    MARKS.iter().any(|mark| text.contains(mark))
}

/// The text with `*` in place of the private keys in it. Everything else keeps its place.
pub fn without_private_keys(text: &str) -> Cow<'_, str> {
    let secrets = secrets(text);
    if secrets.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    let mut secrets = secrets.into_iter().peekable();
    for (at, char) in text.char_indices() {
        while secrets.next_if(|secret| secret.end <= at).is_some() {}
        if secrets.peek().is_some_and(|secret| secret.contains(&at)) && !char.is_whitespace() {
            shown.extend(core::iter::repeat_n('*', char.len_utf8()));
        } else {
            shown.push(char);
        }
    }
    Cow::Owned(shown)
}

/// The private keys of a file, which no message about the file repeats.
#[derive(Debug)]
pub(crate) struct PrivateKeys<'t>(Vec<&'t str>);

impl<'t> PrivateKeys<'t> {
    /// Those of a text; `None` if it has none.
    pub(crate) fn of(text: &'t str) -> Option<Self> {
        let secrets = secrets(text);
        let lines = secrets.into_iter().filter_map(|secret| text.get(secret)).take(MOST_LINES);
        let lines: Vec<_> = lines.collect();
        if lines.is_empty() { None } else { Some(Self(lines)) }
    }

    /// A message without what it repeats of the keys; `None` if it repeats nothing.
    pub(crate) fn conceal(&self, message: &str) -> Option<String> {
        let is_secret =
            |part: &str| part.len() >= LEAST_PART && self.0.iter().any(|line| line.contains(part));
        let mut concealed = String::new();
        let mut is_changed = false;
        for part in message.split_inclusive(|char: char| !is_base64(char)) {
            let word = part.trim_end_matches(|char: char| !is_base64(char));
            if is_secret(word) {
                is_changed = true;
                concealed.push('…');
                concealed.push_str(part.get(word.len()..).unwrap_or_default());
            } else {
                concealed.push_str(part);
            }
        }
        if is_changed { Some(concealed) } else { None }
    }
}

/// Where a text has the secret parts of private keys.
fn secrets(text: &str) -> Vec<Range<usize>> {
    let mut secrets = Vec::new();
    if !has_private_key(text) {
        return secrets;
    }
    let (mut offset, mut is_in_key) = (0, false);
    for line in text.split_inclusive('\n') {
        let mark = MARKS.iter().filter_map(|mark| {
            let at = line.find(mark)?;
            Some(if *mark == OPENSSH { at } else { at + mark.len() })
        });
        let end = offset + line.len();
        match mark.min() {
            Some(at) => {
                secrets.push(offset + at..end);
                is_in_key = !line.trim_start().starts_with("-----END");
            }
            None if is_in_key && is_of_key(line) => secrets.push(offset..end),
            None => is_in_key = false,
        }
        offset = end;
    }
    secrets
}

/// Whether a line after the beginning of a key can be a part of it.
fn is_of_key(line: &str) -> bool {
    let text = line.trim_matches(|char: char| char.is_whitespace() || "#\"'|>,\\".contains(char));
    ["Proc-Type:", "DEK-Info:", "Comment:"].iter().any(|header| text.starts_with(header))
        || text.chars().all(|char| is_base64(char) || char == '\\')
}

fn is_base64(char: char) -> bool {
    char.is_ascii_alphanumeric() || matches!(char, '+' | '/' | '=')
}

#[cfg(test)]
mod tests {
    use super::{PrivateKeys, without_private_keys};

    fn check(text: &str, expected: &str) {
        assert_eq!(without_private_keys(text), expected);
        assert_eq!(text.len(), expected.len());
    }

    #[test]
    fn key_is_hidden_up_to_its_end() {
        check(
            "public: |\n  -----BEGIN OPENSSH PRIVATE KEY-----\n  AAECAwQ=\n  -----END OPENSSH PRIVATE KEY-----\nfloor: x\n",
            "public: |\n  -----BEGIN OPENSSH PRIVATE KEY-----\n  ********\n  -----END OPENSSH PRIVATE KEY-----\nfloor: x\n",
        );
        check("a: 1\nb: b3BlbnNzaC1rZXktdjEAAAA\nc: 2\n", "a: 1\nb: ***********************\nc: 2\n");
        check("-----BEGIN PRIVATE KEY-----\\nMC4CAQé\n", "-----BEGIN PRIVATE KEY-----**********\n");
        check("Private-Lines: 1\nAAAAIE\nPrivate-MAC: 1\n", "Private-Lines: *\n******\nPrivate-MAC: 1\n");
    }

    #[test]
    fn text_without_a_key_is_unchanged() {
        for text in ["", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI\n", "a private key\nAAAA\n"] {
            check(text, text);
        }
    }

    #[test]
    fn message_repeats_nothing_of_a_key() {
        let text = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEINTu\n";
        let keys = PrivateKeys::of(text).expect("a key");
        let concealed = keys.conceal("`MC4CAQAwBQYD…wBCIEINTu` is not a key");
        assert_eq!(concealed.as_deref(), Some("`……wBCIEINTu` is not a key"));
        assert_eq!(keys.conceal("the key `floor` appears a second time"), None);
        assert!(PrivateKeys::of("none").is_none());
    }
}
