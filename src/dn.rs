//! Distinguished names, such as `CN=eng,OU=Groups,DC=acme,DC=example`, as LDAP writes them (RFC 4514).
//!
//! What section 4 of RFC 2253 asks readers to accept of older writers is accepted as well: spaces around `,`, `+`
//! and `=`, a `;` in place of a `,`, values in double quotes, and `OID.` before a dotted attribute type.
//! So are spaces at both ends of a name, and `\/`, which Active Directory writes.
//! Nothing else is: a character that has to be escaped and is not makes the name no name.

use crate::letters::{push, same_in_lower_case};

/// A distinguished name, taken apart.
#[derive(Debug)]
pub(crate) struct Name<'a> {
    /// At least one.
    parts: Vec<Part<'a>>,
}

/// An attribute and its value.
#[derive(Clone, Copy, Debug)]
struct Part<'a> {
    attribute: &'a [u8],
    /// As it is written, without quotes, without the mark of an encoded value, and without spaces around it.
    value: &'a [u8],
    /// Whether the value is written as the hexadecimal digits of its encoding.
    encoded: bool,
    /// Whether the relative name ends here: no `+` follows.
    last: bool,
}

/// The attribute types that RFC 4514 names: short, long and dotted.
const KNOWN_TYPES: [&[u8]; 9] = [
    b"CN commonName 2.5.4.3",
    b"L localityName 2.5.4.7",
    b"ST stateOrProvinceName 2.5.4.8",
    b"O organizationName 2.5.4.10",
    b"OU organizationalUnitName 2.5.4.11",
    b"C countryName 2.5.4.6",
    b"STREET streetAddress 2.5.4.9",
    b"DC domainComponent 0.9.2342.19200300.100.1.25",
    b"UID userId 0.9.2342.19200300.100.1.1",
];

/// Whether the text is a distinguished name of at least one attribute.
#[cfg(any(test, feature = "compiler"))]
pub(crate) fn is_dn(text: &[u8]) -> bool {
    Name::parse(text).is_some()
}

/// Whether the text is an attribute type: a keyword such as `CN`, or dotted numbers.
pub(crate) fn is_attribute(text: &[u8]) -> bool {
    match text {
        [first, rest @ ..] if first.is_ascii_alphabetic() => {
            rest.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-')
        }
        _ => is_dotted(text),
    }
}

impl<'a> Name<'a> {
    /// Takes a name apart.
    pub(crate) fn parse(text: &'a [u8]) -> Option<Self> {
        let mut parts = Vec::with_capacity(8);
        let mut rest = text;
        loop {
            let (attribute, behind) = rest.split_at_checked(rest.iter().position(|byte| *byte == b'=')?)?;
            let attribute = read_attribute(attribute)?;
            let (value, encoded, behind) = read_value(skip_spaces(behind.get(1..)?))?;
            let separator = skip_spaces(behind).split_first();
            let last = match separator {
                None | Some((b',' | b';', _)) => true,
                Some((b'+', _)) => false,
                _ => return None,
            };
            parts.push(Part { attribute, value, encoded, last });
            match separator {
                Some((_, behind)) => rest = behind,
                None => return Some(Self { parts }),
            }
        }
    }

    /// Appends the first value of an attribute.
    /// Says no, and appends nothing, if there is none or if it is no text.
    pub(crate) fn first_value(&self, attribute: &[u8], out: &mut Vec<u8>) -> bool {
        let first = self.parts.iter().find(|part| same_attribute(part.attribute, attribute));
        first.is_some_and(|part| part.append_text(out))
    }

    /// Whether this name is somewhere below another one, which it then ends in.
    pub(crate) fn is_below(&self, base: &Name<'_>) -> bool {
        let (mut rest, mut base) = (self.parts.as_slice(), base.parts.as_slice());
        while let Some(wanted) = take_last_name(&mut base) {
            if !take_last_name(&mut rest).is_some_and(|name| same_name(name, wanted)) {
                return false;
            }
        }
        !rest.is_empty()
    }
}

impl Part<'_> {
    /// Appends the value, or says that it is no text and appends nothing.
    fn append_text(&self, out: &mut Vec<u8>) -> bool {
        let start = out.len();
        let is_read = match self.encoded {
            true => append_encoded(&unhex(self.value), out).is_some(),
            false => append_unescaped(self.value, out).is_some(),
        };
        // Escaped bytes can be anything.
        let is_text = is_read && out.get(start..).is_some_and(|text| core::str::from_utf8(text).is_ok());
        if !is_text {
            out.truncate(start);
        }
        is_text
    }

    /// Whether attribute and value are the same; letter case does not matter, nor how many spaces are in one place.
    fn is_same(&self, other: &Part<'_>) -> bool {
        same_attribute(self.attribute, other.attribute) && self.has_value_of(other)
    }

    fn has_value_of(&self, other: &Part<'_>) -> bool {
        // As most are written, and the only way for values that are no text.
        if self.encoded == other.encoded && self.value.eq_ignore_ascii_case(other.value) {
            return true;
        }
        let (mut text, mut other_text) = (Vec::new(), Vec::new());
        self.append_text(&mut text)
            && other.append_text(&mut other_text)
            && same_in_lower_case(squeeze(&mut text), squeeze(&mut other_text))
    }
}

/// Takes the parts of the last relative name off the others.
fn take_last_name<'p, 'a>(parts: &mut &'p [Part<'a>]) -> Option<&'p [Part<'a>]> {
    let (_, others) = parts.split_last()?;
    let start = others.iter().rposition(|part| part.last).map_or(0, |end| end + 1);
    let (rest, name) = parts.split_at_checked(start)?;
    *parts = rest;
    Some(name)
}

/// Whether two relative names have the same parts, in any order.
fn same_name(left: &[Part<'_>], right: &[Part<'_>]) -> bool {
    let is_in = |part: &Part<'_>, name: &[Part<'_>]| name.iter().any(|it| it.is_same(part));
    left.len() == right.len()
        && left.iter().all(|part| is_in(part, right))
        && right.iter().all(|part| is_in(part, left))
}

fn same_attribute(left: &[u8], right: &[u8]) -> bool {
    left.eq_ignore_ascii_case(right)
        || KNOWN_TYPES.iter().any(|names| {
            let is_one =
                |it: &[u8]| names.split(|byte| *byte == b' ').any(|name| name.eq_ignore_ascii_case(it));
            is_one(left) && is_one(right)
        })
}

/// Makes each run of spaces one, and leaves out those at the ends.
fn squeeze(text: &mut Vec<u8>) -> &[u8] {
    text.dedup_by(|next, before| *next == b' ' && *before == b' ');
    let text = text.strip_prefix(b" ").unwrap_or(text);
    text.strip_suffix(b" ").unwrap_or(text)
}

fn skip_spaces(text: &[u8]) -> &[u8] {
    let spaces = text.iter().take_while(|byte| **byte == b' ').count();
    text.get(spaces..).unwrap_or_default()
}

/// What stands before a `=`.
fn read_attribute(text: &[u8]) -> Option<&[u8]> {
    let text = skip_spaces(text);
    let end = text.iter().rposition(|byte| *byte != b' ')?;
    let attribute = text.get(..=end)?;
    match attribute.split_at_checked(4) {
        Some((prefix, dotted)) if prefix.eq_ignore_ascii_case(b"OID.") => is_dotted(dotted).then_some(dotted),
        _ => is_attribute(attribute).then_some(attribute),
    }
}

/// Whether the text is at least two numbers with dots between them.
fn is_dotted(text: &[u8]) -> bool {
    // A dot, a zero that is a number by itself, or any other digit.
    let (mut last, mut dots) = (b'.', 0);
    for byte in text {
        last = match (last, byte) {
            (b'.', b'0') => b'0',
            (b'.' | b'1', b'0'..=b'9') => b'1',
            (b'0' | b'1', b'.') => b'.',
            _ => return false,
        };
        dots += u32::from(last == b'.');
    }
    last != b'.' && dots > 0
}

/// The value that the text begins with, whether it is encoded, and what follows it.
fn read_value(text: &[u8]) -> Option<(&[u8], bool, &[u8])> {
    match text.split_first() {
        Some((b'#', digits)) => {
            let len = digits.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
            let (value, rest) = digits.split_at_checked(len)?;
            (len > 0 && len % 2 == 0).then_some((value, true, rest))
        }
        Some((b'"', quoted)) => {
            let (value, rest) = quoted.split_at_checked(read_text(quoted, true)?.0)?;
            Some((value, false, rest.strip_prefix(b"\"")?))
        }
        _ => {
            let (len, end) = read_text(text, false)?;
            Some((text.get(..end)?, false, text.get(len..)?))
        }
    }
}

/// How far a value reaches, and where the spaces at its end begin that are not escaped.
fn read_text(text: &[u8], quoted: bool) -> Option<(usize, usize)> {
    let (mut len, mut end) = (0, 0);
    while let Some(byte) = text.get(len) {
        len += 1;
        match byte {
            b'"' if quoted => return Some((len - 1, end)),
            b',' | b';' | b'+' if !quoted => return Some((len - 1, end)),
            b'"' | b'<' | b'>' if !quoted => return None,
            b'\\' => len += read_escape(text.get(len..)?)?.1,
            b' ' => continue,
            _ => {}
        }
        end = len;
    }
    Some((len, end))
}

/// The byte that is meant by what stands behind a backslash, and how long that is.
fn read_escape(text: &[u8]) -> Option<(u8, usize)> {
    match text {
        [byte @ (b',' | b'+' | b'"' | b'\\' | b'<' | b'>' | b';' | b' ' | b'#' | b'=' | b'/'), ..] => {
            Some((*byte, 1))
        }
        [high, low, ..] => Some((hex(*high, *low)?, 2)),
        _ => None,
    }
}

fn append_unescaped(text: &[u8], out: &mut Vec<u8>) -> Option<()> {
    let mut rest = text;
    // Up to the next escape at once; nearly always there is none.
    while let Some(at) = rest.iter().position(|byte| *byte == b'\\') {
        let (plain, escape) = rest.split_at_checked(at)?;
        let (byte, len) = read_escape(escape.get(1..)?)?;
        out.extend_from_slice(plain);
        out.push(byte);
        rest = escape.get(1 + len..)?;
    }
    out.extend_from_slice(rest);
    Some(())
}

/// Appends the text of an encoded value (BER), if it is one of the kinds of strings that directories use.
fn append_encoded(bytes: &[u8], out: &mut Vec<u8>) -> Option<()> {
    let [tag, len, rest @ ..] = bytes else { return None };
    let (len, content) = match *len {
        0..=0x7f => (usize::from(*len), rest),
        // More digits than four would be a length that no name has.
        0x81..=0x84 => {
            let (digits, content) = rest.split_at_checked(usize::from(*len & 0x7f))?;
            (digits.iter().fold(0, |len, digit| (len << 8) | usize::from(*digit)), content)
        }
        _ => return None,
    };
    if content.len() != len {
        return None;
    }
    match *tag {
        // UTF8String
        0x0c => out.extend_from_slice(content),
        // PrintableString and IA5String
        0x13 | 0x16 if content.is_ascii() => out.extend_from_slice(content),
        // TeletexString, by which everyone means Latin-1
        0x14 => content.iter().for_each(|byte| push((*byte).into(), out)),
        // BMPString
        0x1e => {
            let (units, []) = content.as_chunks::<2>() else { return None };
            for unit in units {
                push(char::from_u32(u16::from_be_bytes(*unit).into())?, out);
            }
        }
        _ => return None,
    }
    Some(())
}

fn unhex(digits: &[u8]) -> Vec<u8> {
    digits.as_chunks::<2>().0.iter().filter_map(|[high, low]| hex(*high, *low)).collect()
}

fn hex(high: u8, low: u8) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    Some((digit(high)? << 4 | digit(low)?) as u8)
}

#[cfg(test)]
mod tests {
    use super::{Name, is_attribute, is_dn};

    /// Each attribute with its text, if it is one; `+` where the relative name goes on.
    fn parts(dn: &str) -> Option<Vec<String>> {
        let name = Name::parse(dn.as_bytes())?;
        let tell = |part: &super::Part<'_>| {
            let mut text = b"before ".to_vec();
            let is_text = part.append_text(&mut text);
            let text = String::from_utf8(text).unwrap();
            let text = text.strip_prefix("before ").unwrap();
            let attribute = str::from_utf8(part.attribute).unwrap();
            assert!(is_text || text.is_empty());
            let (text, sign) = (if is_text { text } else { "?" }, if part.last { "" } else { "+" });
            format!("{attribute}={text}{sign}")
        };
        Some(name.parts.iter().map(tell).collect())
    }

    fn check(dn: &str, expected: &[&str]) {
        assert_eq!(parts(dn).unwrap_or_default(), expected, "{dn}");
        assert!(is_dn(dn.as_bytes()));
    }

    fn check_refused(dn: &str) {
        assert_eq!(parts(dn), None, "{dn}");
        assert!(!is_dn(dn.as_bytes()));
    }

    #[test]
    fn the_examples_of_rfc_4514_are_read() {
        check("UID=jsmith,DC=example,DC=net", &["UID=jsmith", "DC=example", "DC=net"]);
        check(
            "OU=Sales+CN=J.  Smith,DC=example,DC=net",
            &["OU=Sales+", "CN=J.  Smith", "DC=example", "DC=net"],
        );
        check(
            r#"CN=James \"Jim\" Smith\, III,DC=example,DC=net"#,
            &[r#"CN=James "Jim" Smith, III"#, "DC=example", "DC=net"],
        );
        check(r"CN=Before\0dAfter,DC=example,DC=net", &["CN=Before\rAfter", "DC=example", "DC=net"]);
        check("1.3.6.1.4.1.1466.0=#04024869", &["1.3.6.1.4.1.1466.0=?"]);
        check(r"CN=Lu\C4\8Di\C4\87", &["CN=Lučić"]);
    }

    #[test]
    fn the_examples_of_rfc_2253_are_read() {
        check("CN=Steve Kille,O=Isode Limited,C=GB", &["CN=Steve Kille", "O=Isode Limited", "C=GB"]);
        check(
            "OU=Sales+CN=J. Smith,O=Widget Inc.,C=US",
            &["OU=Sales+", "CN=J. Smith", "O=Widget Inc.", "C=US"],
        );
        check(
            r"CN=L. Eagle,O=Sue\, Grabbit and Runn,C=GB",
            &["CN=L. Eagle", "O=Sue, Grabbit and Runn", "C=GB"],
        );
        check(r"CN=Before\0DAfter,O=Test,C=GB", &["CN=Before\rAfter", "O=Test", "C=GB"]);
        check("1.3.6.1.4.1.1466.0=#04024869,O=Test,C=GB", &["1.3.6.1.4.1.1466.0=?", "O=Test", "C=GB"]);
        check(r"SN=Lu\C4\8Di\C4\87", &["SN=Lučić"]);
    }

    #[test]
    fn names_of_active_directory_are_read() {
        check(
            r"CN=Doe\, Jane,OU=Grp\+X,DC=acme,DC=example",
            &["CN=Doe, Jane", "OU=Grp+X", "DC=acme", "DC=example"],
        );
        check(r"CN=eng\/ops,DC=acme", &["CN=eng/ops", "DC=acme"]);
        check("CN=eng/ops,DC=acme", &["CN=eng/ops", "DC=acme"]);
        check(r"CN=\#1 team\ ,DC=acme", &["CN=#1 team ", "DC=acme"]);
        check(r"CN=\ a \ ,DC=acme", &["CN= a  ", "DC=acme"]);
        check(r"CN=a\=b=c#d,DC=acme", &["CN=a=b=c#d", "DC=acme"]);
        check(r"CN=R\\D\<x\>\;\+,DC=acme", &[r"CN=R\D<x>;+", "DC=acme"]);
        check("CN=Old\\0ADEL:6f1c,DC=acme", &["CN=Old\nDEL:6f1c", "DC=acme"]);
        check("CN=Vertrieb Köln,DC=acme", &["CN=Vertrieb Köln", "DC=acme"]);
    }

    #[test]
    fn what_older_writers_do_is_read() {
        check("CN=a, OU=b , DC = c", &["CN=a", "OU=b", "DC=c"]);
        check("  CN =  a b  +  OU= c  ", &["CN=a b+", "OU=c"]);
        check("CN=a;OU=b ; DC=c", &["CN=a", "OU=b", "DC=c"]);
        check(
            r#"CN="Doe, Jane" , O="a \"b\" \\ <+;=#> ",C="""#,
            &["CN=Doe, Jane", "O=a \"b\" \\ <+;=#> ", "C="],
        );
        check(r##"CN="#04024869""##, &["CN=#04024869"]);
        check("OID.2.5.4.3=a,oid.1.2=b", &["2.5.4.3=a", "1.2=b"]);
        check("OID=a", &["OID=a"]);
    }

    #[test]
    fn values_can_be_empty_and_hold_anything() {
        check("CN=", &["CN="]);
        check("CN=,OU= ,DC=x", &["CN=", "OU=", "DC=x"]);
        check("CN=a\0\u{1}\u{7f}\n,DC=x", &["CN=a\0\u{1}\u{7f}\n", "DC=x"]);
        check(r"CN=\00\C3\A9", &["CN=\0é"]);
        check("CN=\u{a0}a\u{a0}", &["CN=\u{a0}a\u{a0}"]);
    }

    #[test]
    fn encoded_strings_are_read() {
        check("CN=#0c03c3a96F,DC=x", &["CN=éo", "DC=x"]);
        check("CN= #13024142 , DC=x", &["CN=AB", "DC=x"]);
        check("CN=#16024142", &["CN=AB"]);
        check("CN=#14024be9", &["CN=Ké"]);
        check("CN=#1e0400e965e5", &["CN=é日"]);
        check("CN=#0c00", &["CN="]);
        check("CN=#0c810161", &["CN=a"]);
        check("CN=#0c840000000161", &["CN=a"]);
        check(&format!("CN=#0c81c8{}", "61".repeat(200)), &[&*format!("CN={}", "a".repeat(200))]);
        check(&format!("CN=#0c820100{}", "61".repeat(256)), &[&*format!("CN={}", "a".repeat(256))]);
    }

    #[test]
    fn other_encodings_are_no_text() {
        for value in [
            "04024869",
            "0c",
            "0c80",
            "0c800000",
            "0c0261",
            "0c006161",
            "0c01ff",
            "1301e9",
            "1601e9",
            "1e03006161",
            "1e02d800",
            "2c030c0161",
            "0c81",
            "0c8261",
            "0c85000000000161",
            "0c8500000001",
            "ff",
        ] {
            check(&format!("CN=#{value},DC=x"), &["CN=?", "DC=x"]);
        }
        check(r"CN=\C4,DC=\ff\fe", &["CN=?", "DC=?"]);
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for dn in [
            "",
            " ",
            "eng",
            ",",
            "=",
            "=a",
            " =a",
            "CN=a,",
            "CN=a, ",
            "CN=a+",
            ",CN=a",
            "CN=a,,OU=b",
            "CN=a,b",
            "CN=a,OU",
            "CN=a,=b",
            "CN=a;;OU=b",
            "C N=a",
            "1CN=a",
            "CN_x=a",
            "-a=b",
            "é=a",
            "1=a",
            "1.=a",
            ".1=a",
            "1..2=a",
            "1.02=a",
            "OID.CN=a",
            "OID.=a",
            "OID.1=a",
            r"CN=a\",
            r"CN=a\G0",
            r"CN=a\0",
            r"CN=a\0G",
            r"CN=a\n",
            r"CN=a\é",
            r"CN\3d=a",
            r#"CN=a"b"#,
            r#"CN=a"b""#,
            r#"CN=""a"#,
            r#"CN="a"b"#,
            r#"CN="a"#,
            r#"CN="a\""#,
            r#"CN="a\"#,
            r#"CN="a\G0""#,
            r#"CN=""#,
            "CN=a<b",
            "CN=a>b",
            "CN=#",
            "CN=#0",
            "CN=#0c016",
            "CN=#0g",
            "CN=#0c0161x",
            "CN=#0c0161 61",
            "CN=#,DC=x",
        ] {
            check_refused(dn);
        }
        assert!(!is_dn(b"\xff"));
        assert!(is_dn(b"CN=\xff"));
    }

    #[test]
    fn attribute_types_are_told_from_other_texts() {
        for attribute in ["CN", "cn", "x-y1", "2.5.4.3", "0.9.2342.19200300.100.1.25", "OID"] {
            assert!(is_attribute(attribute.as_bytes()), "{attribute}");
        }
        for other in ["", "1", "C N", " CN", "CN ", "OID.2.5.4.3", "CN=", "CN;x", "ö", "1.2.", "01.2"] {
            assert!(!is_attribute(other.as_bytes()), "{other}");
        }
    }

    #[test]
    fn the_first_value_of_an_attribute_is_found() {
        fn check(dn: &str, attribute: &str, expected: Option<&str>) {
            let mut out = b"before ".to_vec();
            let found = Name::parse(dn.as_bytes()).unwrap().first_value(attribute.as_bytes(), &mut out);
            let value = out.strip_prefix(b"before ").unwrap();
            assert_eq!(found.then_some(value), expected.map(str::as_bytes), "{attribute} in {dn}");
            assert!(found || value.is_empty());
        }
        let dn = "CN=eng,OU=Groups+L=Köln,OU=Acme,DC=acme,DC=example";
        check(dn, "CN", Some("eng"));
        check(dn, "cn", Some("eng"));
        check(dn, "OU", Some("Groups"));
        check(dn, "l", Some("Köln"));
        check(dn, "dc", Some("acme"));
        check(dn, "2.5.4.3", Some("eng"));
        check(dn, "commonName", Some("eng"));
        check(dn, "0.9.2342.19200300.100.1.25", Some("acme"));
        check(dn, "UID", None);
        check(dn, "C", None);
        check(dn, "2.5.4", None);
        check(dn, "CN commonName", None);
        check("2.5.4.3=eng", "CN", Some("eng"));
        check("OID.2.5.4.3=eng", "commonname", Some("eng"));
        check("userid=jane", "UID", Some("jane"));
        check("Stateorprovincename=x", "2.5.4.8", Some("x"));
        check("1.2.3=a", "1.2.3", Some("a"));
        check("CN=", "CN", Some(""));
        check("CN=#04024869,CN=Users", "CN", None);
        check(r"CN=a\C4,CN=Users", "CN", None);
    }

    #[test]
    fn what_is_below_a_name_ends_in_it() {
        fn check(dn: &str, base: &str, expected: bool) {
            let [name, base_name] = [dn, base].map(|it| Name::parse(it.as_bytes()).unwrap());
            assert_eq!(name.is_below(&base_name), expected, "{dn} below {base}");
        }
        let base = "OU=Groups,DC=acme,DC=example";
        check("CN=eng,OU=Groups,DC=acme,DC=example", base, true);
        check("cn=eng,ou=GROUPS,dc=Acme,dc=EXAMPLE", base, true);
        check("CN=eng,OU=Sub,OU=Groups,DC=acme,DC=example", base, true);
        check("CN=eng, OU=Groups; DC = acme , DC=\"example\"", base, true);
        check(r"CN=eng,OU=G\72oups,2.5.4.11=x,OID.2.5.4.11=#0c0647726f757073,DC=acme,DC=example", base, true);
        check("CN=eng,organizationalUnitName=groups,domainComponent=acme,DC=example", base, true);
        // The branch itself is not below it.
        check("OU=Groups,DC=acme,DC=example", base, false);
        check("DC=acme,DC=example", base, false);
        check("CN=eng,OU=Groups,DC=acme,DC=evil", base, false);
        check("CN=eng,OU=Groups,DC=acme,DC=example,DC=evil", base, false);
        check("CN=eng,OU=xGroups,DC=acme,DC=example", base, false);
        check(r"CN=eng\,OU=Groups,DC=acme,DC=example", base, false);
        check(r"CN=eng\,OU=Groups,OU=x,DC=acme,DC=example", base, false);
        check(r#"CN="eng,OU=Groups,DC=acme,DC=example",DC=evil"#, base, false);
        check("CN=eng,CN=Groups,DC=acme,DC=example", base, false);
        check("CN=eng+OU=Groups,DC=acme,DC=example", base, false);
        check("CN=eng,CN=x+OU=Groups,DC=acme,DC=example", base, false);

        check("CN=a,OU=b  c", "OU=B C", true);
        check(r"CN=a,OU=\ b\ \20c\ ", "OU=B C", true);
        check("CN=a,OU=bc", "OU=b c", false);
        check("CN=a,OU=KÖLN", "OU=köln", true);
        check("CN=a,OU=STRASSE", "OU=straße", false);
        check("CN=a,OU=x+L=y,DC=z", "L=Y+OU=X,DC=z", true);
        check("CN=a,OU=x+L=y", "OU=x", false);
        check("CN=a,OU=x", "OU=x+L=y", false);
        check("CN=a,OU=x+OU=x", "OU=x+OU=y", false);
        check("CN=a,OU=x+OU=y", "OU=x+OU=x", false);
        check("CN=a,1.2=#04024A", "1.2=#04024a", true);
        check("CN=a,1.2=#04024a", "1.2=#04024b", false);
        check("CN=a,1.2=#04024a", "1.2=04024a", false);
        check(r"CN=a,OU=\#04024a", "OU=#04024a", false);
        check("CN=a,OU=", r"OU=\ ", true);
    }

    #[cfg(not(target_arch = "wasm32"))]
    mod laws {
        use proptest::collection::vec;
        use proptest::prelude::*;
        use proptest::sample::select;

        use super::{Name, is_dn};

        const TYPES: [&str; 6] = ["CN", "ou", "Dc", "2.5.4.3", "x-1", "1.2.3"];
        const CHARS: [char; 20] = [
            'a', 'B', '4', ' ', ' ', ',', '+', '"', '\\', '<', '>', ';', '#', '=', '/', '\0', '\u{7f}', 'é',
            '日', '😀',
        ];

        /// A value, and how each of its chars is written.
        fn value() -> impl Strategy<Value = Vec<(char, u8)>> {
            let char = prop_oneof![4 => select(&CHARS[..]), 1 => any::<char>()];
            vec((char, 0..3_u8), 0..8)
        }

        fn text(value: &[(char, u8)]) -> String {
            value.iter().map(|(char, _)| char).collect()
        }

        /// The value as RFC 4514 writes it.
        fn escape(value: &[(char, u8)]) -> String {
            let mut out = String::new();
            for (at, (char, style)) in value.iter().enumerate() {
                let is_end = at == 0 || at + 1 == value.len();
                let must = "\"+,;<>\\\0".contains(*char) || *char == ' ' && is_end || *char == '#' && at == 0;
                let may = "\"+,;<>\\ #=".contains(*char);
                match style {
                    0 if !must => out.push(*char),
                    1 if may => out.extend(['\\', *char]),
                    _ => {
                        for byte in char.encode_utf8(&mut [0; 4]).bytes() {
                            out += &format!("\\{byte:02X}");
                        }
                    }
                }
            }
            out
        }

        /// Relative names, each of one attribute or several.
        fn relative_names() -> impl Strategy<Value = Vec<String>> {
            let part =
                (select(&TYPES[..]), value()).prop_map(|(it, value)| format!("{it}={}", escape(&value)));
            vec(vec(part, 1..3).prop_map(|parts| parts.join("+")), 1..5)
        }

        fn is_below(dn: &str, base: &str) -> bool {
            Name::parse(dn.as_bytes()).unwrap().is_below(&Name::parse(base.as_bytes()).unwrap())
        }

        proptest! {
            #[test]
            fn an_escaped_value_comes_back(value in value(), above in relative_names()) {
                let dn = format!("CN={},{}", escape(&value), above.join(","));
                let mut out = Vec::new();
                prop_assert!(Name::parse(dn.as_bytes()).unwrap().first_value(b"cn", &mut out), "{}", dn);
                prop_assert_eq!(String::from_utf8(out).unwrap(), text(&value), "{}", dn);
            }

            #[test]
            fn a_quoted_value_comes_back(value in "[^\"\\\\]{0,8}") {
                let dn = format!("CN = \"{value}\" , DC=x");
                let mut out = Vec::new();
                prop_assert!(Name::parse(dn.as_bytes()).unwrap().first_value(b"cn", &mut out), "{}", dn);
                prop_assert_eq!(String::from_utf8(out).unwrap(), value, "{}", dn);
            }

            #[test]
            fn a_name_is_below_each_of_its_ends(names in relative_names(), other in "[a-z]{1,3}") {
                let dn = names.join(",");
                for at in 1..names.len() {
                    let base = names[at..].join(" ; ");
                    prop_assert!(is_below(&dn, &base), "{} below {}", dn, base);
                    prop_assert!(is_below(&dn.to_lowercase(), &base), "{} below {}", dn, base);
                    let elsewhere = format!("{base},zz={other}");
                    prop_assert!(!is_below(&dn, &elsewhere), "{} below {}", dn, elsewhere);
                }
                prop_assert!(!is_below(&dn, &dn));
                let longer = format!("cn=x,{dn}");
                prop_assert!(is_below(&longer, &dn));
                prop_assert!(!is_below(&dn, &longer));
            }

            #[test]
            fn no_bytes_are_too_odd(bytes in vec(select(&b"CN=,+;\\\"#0c1 <\xc3"[..]), 0..16)) {
                let name = Name::parse(&bytes);
                prop_assert_eq!(name.is_some(), is_dn(&bytes));
                let Some(name) = name else { return Ok(()) };
                let mut out = Vec::new();
                let found = name.first_value(b"C", &mut out);
                prop_assert!(found || out.is_empty());
                prop_assert!(String::from_utf8(out).is_ok());
                prop_assert!(!name.is_below(&name));
            }
        }
    }
}
