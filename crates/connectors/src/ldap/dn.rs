//! Distinguished names as keys: all spellings of one name give the same text.
//!
//! The text need not be the same for every two names that a server takes for the same one, because a name that is not
//! known is looked up on the server. It must never be the same for the names of two entries.

/// Ends each relative name.
const END: char = '\0';
/// Separates the attributes of a relative name.
const AND: char = '\u{1}';

/// The attribute types that RFC 4514 names: the short one, and its other names.
const KNOWN_TYPES: [(&str, &[&str]); 9] = [
    ("cn", &["commonname", "2.5.4.3"]),
    ("l", &["localityname", "2.5.4.7"]),
    ("st", &["stateorprovincename", "2.5.4.8"]),
    ("o", &["organizationname", "2.5.4.10"]),
    ("ou", &["organizationalunitname", "2.5.4.11"]),
    ("c", &["countryname", "2.5.4.6"]),
    ("street", &["streetaddress", "2.5.4.9"]),
    ("dc", &["domaincomponent", "0.9.2342.19200300.100.1.25"]),
    ("uid", &["userid", "0.9.2342.19200300.100.1.1"]),
];

/// The key of a distinguished name; `None` if the text is anything else.
///
/// Letter case, spaces around and between words, escapes, the names of attribute types and the order of the attributes
/// of a relative name do not count.
pub(super) fn key(dn: &str) -> Option<String> {
    let mut out = String::with_capacity(dn.len() + 1);
    if dn.trim().is_empty() {
        return Some(out);
    }
    let mut parts: Vec<String> = Vec::new();
    let mut rest = dn;
    loop {
        let (attribute, after) = rest.split_once('=')?;
        let mut part = attribute_type(attribute)?;
        part.push('=');
        let (value, after) = read_value(after.trim_start())?;
        push_value(&value, &mut part);
        parts.push(part);
        let mut after = after.trim_start().chars();
        let separator = after.next();
        if separator == Some('+') {
            rest = after.as_str();
            continue;
        }
        parts.sort_unstable();
        for (at, part) in parts.drain(..).enumerate() {
            if at > 0 {
                out.push(AND);
            }
            out.push_str(&part);
        }
        out.push(END);
        match separator {
            None => return Some(out),
            Some(',' | ';') => rest = after.as_str(),
            Some(_) => return None,
        }
    }
}

/// Whether an entry is the other one, or below it, by their keys.
pub(super) fn is_below(entry: &str, base: &str) -> bool {
    entry.strip_suffix(base).is_some_and(|rest| rest.is_empty() || rest.ends_with(END))
}

fn attribute_type(text: &str) -> Option<String> {
    let name = text.trim().to_ascii_lowercase();
    let name = name.strip_prefix("oid.").unwrap_or(&name);
    let is_name = !name.is_empty()
        && name.bytes().all(|it| it.is_ascii_alphanumeric() || matches!(it, b'-' | b'.' | b';' | b'_'));
    let known = KNOWN_TYPES.iter().find(|(_, others)| others.contains(&name));
    is_name.then(|| known.map_or(name, |(short, _)| short).to_owned())
}

/// Reads a value, which is text or anything else; returns what comes after it.
fn read_value(text: &str) -> Option<(Vec<u8>, &str)> {
    let mut bytes = Vec::new();
    let is_quoted = text.starts_with('"');
    let text = text.strip_prefix('"').unwrap_or(text);
    let mut chars = text.char_indices();
    let mut end = text.len();
    while let Some((at, char)) = chars.next() {
        match char {
            '"' if is_quoted => {
                return Some((bytes, chars.as_str()));
            }
            ',' | ';' | '+' if !is_quoted => {
                end = at;
                break;
            }
            '\\' => {
                let (_, next) = chars.next()?;
                let low = next.to_digit(16).and_then(|high| {
                    let low = chars.as_str().chars().next()?.to_digit(16)?;
                    u8::try_from(high * 16 + low).ok()
                });
                match low {
                    Some(byte) => {
                        chars.next();
                        bytes.push(byte);
                    }
                    None => push_char(next, &mut bytes),
                }
            }
            _ => push_char(char, &mut bytes),
        }
    }
    if is_quoted { None } else { Some((bytes, text.get(end..)?)) }
}

fn push_char(char: char, bytes: &mut Vec<u8>) {
    bytes.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes());
}

/// Appends a value: its words in small letters, with one space between them.
fn push_value(value: &[u8], out: &mut String) {
    let Ok(text) = str::from_utf8(value) else {
        // Not text, so the bytes are what counts.
        value.iter().for_each(|byte| out.push_str(&format!("\\{byte:02x}")));
        return;
    };
    for (at, word) in text.split_ascii_whitespace().enumerate() {
        if at > 0 {
            out.push(' ');
        }
        for char in word.chars().flat_map(char::to_lowercase) {
            match char {
                END | AND | '\\' => out.push_str(&format!("\\{:02x}", u32::from(char))),
                _ => out.push(char),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_a_name_have_one_key() {
        for (dn, others) in [
            (
                "uid=ada,ou=people,dc=example,dc=com",
                vec![
                    "UID=Ada,OU=People,DC=Example,DC=Com",
                    " uid = ada , ou=people;dc=example,DC=com ",
                    "userid=ada,2.5.4.11=people,0.9.2342.19200300.100.1.25=example,OID.0.9.2342.19200300.100.1.25=com",
                    "uid=\\61da,ou=people,dc=example,dc=com",
                    "uid=\"ada\",ou=people,dc=example,dc=com",
                ],
            ),
            ("cn=Lovelace\\, Ada,dc=a", vec!["CN=lovelace\\2C  ada,dc=a", "cn=\"Lovelace, Ada\",dc=a"]),
            ("cn=Grüße\\+x,dc=a", vec!["cn=GRÜ\\c3\\9fE\\2bx,dc=a"]),
            ("cn=a+uid=b,dc=a", vec!["UID=b + CN=a,dc=a"]),
            ("cn=a\\ ,dc=a", vec!["cn=a,dc=a"]),
            ("", vec![" "]),
        ] {
            let expected = key(dn);
            assert!(expected.is_some(), "{dn}");
            for other in others {
                assert_eq!(key(other), expected, "{other}");
            }
        }
    }

    #[test]
    fn different_names_have_different_keys() {
        let names = [
            "cn=a,dc=b",
            "cn=a\\,dc=b",
            "cn=a+dc=b",
            "cn=a\\+dc=b",
            "cn=a\\00dc=b",
            "cn=a\\01dc=b",
            "cn=a\\5c00dc=b",
            "cn=a\\ff,dc=b",
            "cn=a\\fe,dc=b",
            "cn=\\5cff,dc=b",
            "cn=a b,dc=b",
            "cn=ab,dc=b",
            "ou=a,dc=b",
            "dc=b",
            "cn=,dc=b",
        ];
        for (at, one) in names.iter().enumerate() {
            assert!(key(one).is_some(), "{one}");
            for other in &names[at + 1..] {
                assert_ne!(key(one), key(other), "{one} {other}");
            }
        }
        for text in ["ada", "=a", "cn=\"a", "cn=a\\", "cn=\"a\"b,dc=a", "c n=a", ",", "cn=a,"] {
            assert_eq!(key(text), None, "{text}");
        }
    }

    #[test]
    fn entries_below_another_end_in_its_whole_name() {
        let is_below =
            |entry: &str, base: &str| is_below(&key(entry).expect("a name"), &key(base).expect("a name"));
        assert!(is_below("uid=a,OU=People, dc=b", "ou=people,dc=b"));
        assert!(is_below("ou=people,dc=b", "ou=people,dc=b"));
        assert!(is_below("ou=people,dc=b", ""));
        assert!(!is_below("uid=a,ou=more people,dc=b", "ou=people,dc=b"));
        assert!(!is_below("uid=a\\,ou=people,dc=b", "ou=people,dc=b"));
        assert!(!is_below("dc=b", "ou=people,dc=b"));
        assert!(!is_below("uid=x+ou=people,dc=b", "ou=people,dc=b"));
    }
}
