//! A distinguished name is read as it was written, and no text makes its reader panic.
#![no_main]

use arbitrary::Arbitrary;
use claimsmith::{AttributeOf, NameForm};
use libfuzzer_sys::fuzz_target;

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    /// The relative names, from the left; the first part of all is a `CN`.
    names: Vec<Vec<Part<'a>>>,
    /// At which of them the other name begins.
    base: u8,
    /// Names by themselves.
    text: &'a str,
    other: &'a str,
}

#[derive(Arbitrary, Debug)]
struct Part<'a> {
    attribute: u8,
    value: &'a str,
    /// How the value is written, and whether with spaces around it.
    style: u8,
}

const ATTRIBUTES: [&str; 8] = ["CN", "ou", "DC", "2.5.4.3", "OID.2.5.4.11", "commonName", "x-1", "1.2.3"];

fuzz_target!(|input: Input<'_>| {
    let Input { names, base, text, other } = input;
    check_text(text, other);
    check_text(text, text);

    let names: Vec<_> = names.iter().filter(|name| !name.is_empty()).collect();
    let Some((first, above)) = names.split_first() else { return };
    let wanted = NameForm::DistinguishedName { attribute: "CN", of: AttributeOf::Entry, base_dn: None };
    let first_parts = first.iter().enumerate().map(|(at, part)| write(part, (at == 0).then_some("cn")));
    let mut written = vec![first_parts.collect::<Vec<_>>().join("+")];
    written.extend(above.iter().map(|name| {
        let parts = name.iter().map(|part| write(part, None));
        parts.collect::<Vec<_>>().join(" + ")
    }));
    let dn = written.join(",");
    let value = first[0].value;
    // An entry with two names of its own counts as one without a name.
    let is_name = |part: &Part<'_>| ["CN", "2.5.4.3", "commonName"].contains(&attribute(part));
    let expected = Some(value).filter(|value| !value.is_empty() && !first[1..].iter().any(is_name));
    assert_eq!(wanted.read(&dn).as_deref(), expected, "{dn:?}");

    let at = usize::from(base) % written.len();
    let below = written[at..].join(" ; ");
    let form = NameForm::DistinguishedName { attribute: "CN", of: AttributeOf::Entry, base_dn: Some(&below) };
    let expected = if at == 0 { None } else { wanted.read(&dn) };
    assert_eq!(form.read(&dn), expected, "{dn:?} below {below:?}");
    let elsewhere = format!("{below},zz=z");
    let form =
        NameForm::DistinguishedName { attribute: "CN", of: AttributeOf::Entry, base_dn: Some(&elsewhere) };
    assert_eq!(form.read(&dn), None, "{dn:?} below {elsewhere:?}");
});

/// What must be true of any text as a name, and of any other text as the branch that the name has to be in.
fn check_text(text: &str, below: &str) {
    for attribute in ["CN", "1.2.3", "C", ""] {
        let all = NameForm::DistinguishedName { attribute, of: AttributeOf::Entry, base_dn: None };
        let some = NameForm::DistinguishedName { attribute, of: AttributeOf::Entry, base_dn: Some(below) };
        let value = all.read(text);
        if let Some(value) = some.read(text) {
            assert_eq!(Some(&value), all.read(text).as_ref(), "{text:?} below {below:?}");
            assert_ne!(text, below);
        }
        // What was read can be written and read again.
        if let Some(value) = value {
            assert!(value.len() <= text.len());
            let again = format!("CN={},{text}", escape(&value, 1));
            let form =
                NameForm::DistinguishedName { attribute: "cn", of: AttributeOf::Entry, base_dn: Some(text) };
            assert_eq!(form.read(&again), Some(value), "{again:?}");
        }
    }
}

fn attribute(part: &Part<'_>) -> &'static str {
    ATTRIBUTES[usize::from(part.attribute) % ATTRIBUTES.len()]
}

fn write(part: &Part<'_>, attribute: Option<&str>) -> String {
    let Part { value, style, .. } = part;
    let attribute = attribute.unwrap_or(self::attribute(part));
    let space = if style & 0x80 == 0 { "" } else { " " };
    let value = match style & 3 {
        0 => format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\"")),
        1 => format!("#{}", encode(value)),
        style => escape(value, style),
    };
    format!("{space}{attribute}{space}={space}{value}{space}")
}

/// The value in the string form of RFC 4514, with few escapes or with many.
fn escape(value: &str, style: u8) -> String {
    let mut out = String::new();
    for char in value.chars() {
        match char {
            '"' | '+' | ',' | ';' | '<' | '>' | '\\' | ' ' | '#' | '=' => out.extend(['\\', char]),
            _ if style != 3 => out.push(char),
            _ => out.extend(char.to_string().bytes().map(|byte| format!("\\{byte:02x}"))),
        }
    }
    out
}

/// The hexadecimal digits of the value as a UTF8String in BER.
fn encode(value: &str) -> String {
    let mut bytes = vec![0x0c, 0x84];
    bytes.extend((value.len() as u32).to_be_bytes());
    bytes.extend(value.bytes());
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}
