//! Examples from RFC 4514 and RFC 2253, names that directories write, and texts that are not names.

use super::{AttributeOf, DistinguishedName, is_attribute, is_dn};

/// Each attribute with its value, or `?` if that is not text; `+` where the relative name continues.
fn parts(dn: &str) -> Option<Vec<String>> {
    let name = DistinguishedName::parse(dn.as_bytes())?;
    let show = |part: &super::Part<'_>| {
        let mut text = b"before ".to_vec();
        let is_text = part.append_text(&mut text);
        let text = String::from_utf8(text).unwrap();
        let text = text.strip_prefix("before ").unwrap();
        let attribute = str::from_utf8(part.attribute).unwrap();
        assert!(is_text || text.is_empty());
        let (text, sign) = (if is_text { text } else { "?" }, if part.last { "" } else { "+" });
        format!("{attribute}={text}{sign}")
    };
    Some(name.parts.iter().map(show).collect())
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
fn parse_reads_the_examples_of_rfc_4514() {
    check("UID=jsmith,DC=example,DC=net", &["UID=jsmith", "DC=example", "DC=net"]);
    check("OU=Sales+CN=J.  Smith,DC=example,DC=net", &["OU=Sales+", "CN=J.  Smith", "DC=example", "DC=net"]);
    check(
        r#"CN=James \"Jim\" Smith\, III,DC=example,DC=net"#,
        &[r#"CN=James "Jim" Smith, III"#, "DC=example", "DC=net"],
    );
    check(r"CN=Before\0dAfter,DC=example,DC=net", &["CN=Before\rAfter", "DC=example", "DC=net"]);
    check("1.3.6.1.4.1.1466.0=#04024869", &["1.3.6.1.4.1.1466.0=?"]);
    check(r"CN=Lu\C4\8Di\C4\87", &["CN=Lučić"]);
}

#[test]
fn parse_reads_the_examples_of_rfc_2253() {
    check("CN=Steve Kille,O=Isode Limited,C=GB", &["CN=Steve Kille", "O=Isode Limited", "C=GB"]);
    check("OU=Sales+CN=J. Smith,O=Widget Inc.,C=US", &["OU=Sales+", "CN=J. Smith", "O=Widget Inc.", "C=US"]);
    check(r"CN=L. Eagle,O=Sue\, Grabbit and Runn,C=GB", &["CN=L. Eagle", "O=Sue, Grabbit and Runn", "C=GB"]);
    check(r"CN=Before\0DAfter,O=Test,C=GB", &["CN=Before\rAfter", "O=Test", "C=GB"]);
    check("1.3.6.1.4.1.1466.0=#04024869,O=Test,C=GB", &["1.3.6.1.4.1.1466.0=?", "O=Test", "C=GB"]);
    check(r"SN=Lu\C4\8Di\C4\87", &["SN=Lučić"]);
}

#[test]
fn parse_reads_names_of_active_directory() {
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
fn parse_reads_forms_of_older_writers() {
    check("CN=a, OU=b , DC = c", &["CN=a", "OU=b", "DC=c"]);
    check("  CN =  a b  +  OU= c  ", &["CN=a b+", "OU=c"]);
    check("CN=a;OU=b ; DC=c", &["CN=a", "OU=b", "DC=c"]);
    check(r#"CN="Doe, Jane" , O="a \"b\" \\ <+;=#> ",C="""#, &["CN=Doe, Jane", "O=a \"b\" \\ <+;=#> ", "C="]);
    check(r##"CN="#04024869""##, &["CN=#04024869"]);
    check("OID.2.5.4.3=a,oid.1.2=b", &["2.5.4.3=a", "1.2=b"]);
    check("OID=a", &["OID=a"]);
}

#[test]
fn values_can_be_empty_or_contain_any_char() {
    check("CN=", &["CN="]);
    check("CN=,OU= ,DC=x", &["CN=", "OU=", "DC=x"]);
    check("CN=a\0\u{1}\u{7f}\n,DC=x", &["CN=a\0\u{1}\u{7f}\n", "DC=x"]);
    check(r"CN=\00\C3\A9", &["CN=\0é"]);
    check("CN=\u{a0}a\u{a0}", &["CN=\u{a0}a\u{a0}"]);
}

#[test]
fn append_text_decodes_strings() {
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
fn append_text_refuses_other_encodings() {
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
fn parse_refuses_anything_else() {
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
fn is_attribute_accepts_keywords_and_dotted_numbers() {
    for attribute in ["CN", "cn", "x-y1", "2.5.4.3", "0.9.2342.19200300.100.1.25", "OID"] {
        assert!(is_attribute(attribute.as_bytes()), "{attribute}");
    }
    for other in ["", "1", "C N", " CN", "CN ", "OID.2.5.4.3", "CN=", "CN;x", "ö", "1.2.", "01.2"] {
        assert!(!is_attribute(other.as_bytes()), "{other}");
    }
}

fn check_value(dn: &str, attribute: &str, of: AttributeOf, expected: Option<&str>) {
    let mut out = b"before ".to_vec();
    let found = DistinguishedName::parse(dn.as_bytes()).unwrap().value(attribute.as_bytes(), of, &mut out);
    let value = out.strip_prefix(b"before ").unwrap();
    assert_eq!(found.then_some(value), expected.map(str::as_bytes), "{attribute} of {of:?} in {dn}");
    assert!(found || value.is_empty());
}

#[test]
fn value_reads_the_entry() {
    let check =
        |dn: &str, attribute: &str, expected| check_value(dn, attribute, AttributeOf::Entry, expected);
    let dn = "CN=eng,OU=Groups+L=Köln,OU=Acme,DC=acme,DC=example";
    check(dn, "CN", Some("eng"));
    check(dn, "cn", Some("eng"));
    check(dn, "2.5.4.3", Some("eng"));
    check(dn, "commonName", Some("eng"));
    check(dn, "OU", None);
    check(dn, "dc", None);
    check(dn, "UID", None);
    check(dn, "CN commonName", None);
    check("L=Köln+CN=eng,OU=Groups", "cn", Some("eng"));
    check("L=Köln+CN=eng,OU=Groups", "l", Some("Köln"));
    check("CN=eng+commonName=ops,OU=Groups", "cn", None);
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
fn value_reads_the_nearest_parent() {
    let check =
        |dn: &str, attribute: &str, expected| check_value(dn, attribute, AttributeOf::Parent, expected);
    let dn = "CN=eng,OU=Groups+L=Köln,OU=Acme,DC=acme,DC=example";
    check(dn, "CN", None);
    check(dn, "OU", Some("Groups"));
    check(dn, "l", Some("Köln"));
    check(dn, "dc", Some("acme"));
    check(dn, "0.9.2342.19200300.100.1.25", Some("acme"));
    check(dn, "C", None);
    check(dn, "2.5.4", None);
    check("OU=Night,OU=Groups", "OU", Some("Groups"));
    check("CN=eng,OU=a+OU=b,OU=Groups", "OU", None);
    check("CN=eng", "CN", None);
}

#[test]
fn is_below_compares_the_end_of_a_name() {
    fn check(dn: &str, base: &str, expected: bool) {
        let [name, base_name] = [dn, base].map(|it| DistinguishedName::parse(it.as_bytes()).unwrap());
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

    use super::{AttributeOf, DistinguishedName, is_dn};

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
        let part = (select(&TYPES[..]), value()).prop_map(|(it, value)| format!("{it}={}", escape(&value)));
        vec(vec(part, 1..3).prop_map(|parts| parts.join("+")), 1..5)
    }

    fn is_below(dn: &str, base: &str) -> bool {
        DistinguishedName::parse(dn.as_bytes())
            .unwrap()
            .is_below(&DistinguishedName::parse(base.as_bytes()).unwrap())
    }

    proptest! {
        #[test]
        fn value_returns_an_escaped_value(value in value(), above in relative_names()) {
            let dn = format!("CN={},{}", escape(&value), above.join(","));
            let mut out = Vec::new();
            prop_assert!(DistinguishedName::parse(dn.as_bytes()).unwrap().value(b"cn", AttributeOf::Entry, &mut out), "{}", dn);
            prop_assert_eq!(String::from_utf8(out).unwrap(), text(&value), "{}", dn);
        }

        #[test]
        fn value_returns_a_quoted_value(value in "[^\"\\\\]{0,8}") {
            let dn = format!("CN = \"{value}\" , DC=x");
            let mut out = Vec::new();
            prop_assert!(DistinguishedName::parse(dn.as_bytes()).unwrap().value(b"cn", AttributeOf::Entry, &mut out), "{}", dn);
            prop_assert_eq!(String::from_utf8(out).unwrap(), value, "{}", dn);
        }

        #[test]
        fn is_below_holds_for_each_suffix(names in relative_names(), other in "[a-z]{1,3}") {
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
        fn parse_handles_any_bytes(bytes in vec(select(&b"CN=,+;\\\"#0c1 <\xc3"[..]), 0..16)) {
            let name = DistinguishedName::parse(&bytes);
            prop_assert_eq!(name.is_some(), is_dn(&bytes));
            let Some(name) = name else { return Ok(()) };
            let mut out = Vec::new();
            let found = name.value(b"C", AttributeOf::Entry, &mut out);
            prop_assert!(found || out.is_empty());
            prop_assert!(String::from_utf8(out).is_ok());
            prop_assert!(!name.is_below(&name));
        }
    }
}
