//! Domains of addresses: a domain with letters outside ASCII has two spellings, and systems send either.

use super::folding::fold;
use crate::text::case_mapping::same_folded;

/// The spellings of a domain that differ in more than letter case; the given one comes first.
///
/// A domain that IDNA refuses has only the given one.
pub(crate) fn spellings(domain: &str) -> Vec<String> {
    let mut all = vec![domain.to_owned()];
    if let (false, Ok(ascii)) = (is_plain(domain), idna::domain_to_ascii(domain)) {
        for other in [ascii.clone(), idna::domain_to_unicode(&ascii).0] {
            if !all.iter().any(|known| same_folded(known.as_bytes(), other.as_bytes())) {
                all.push(other);
            }
        }
    }
    all
}

/// Whether IDNA refuses the domain, so that no address has it.
pub(crate) fn is_refused(domain: &str) -> bool {
    !is_plain(domain) && idna::domain_to_ascii(domain).is_err()
}

/// Whether the text has the form of a domain: labels of ASCII letters, digits, `_` and `-`, none of them empty, and none
/// beginning or ending with `-`. A domain with letters outside ASCII is checked in its ASCII spelling.
pub(crate) fn is_well_formed(domain: &str) -> bool {
    let ascii = match is_plain(domain) {
        true => domain.to_owned(),
        false => idna::domain_to_ascii(domain).unwrap_or_default(),
    };
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    let is_label = |label: &str| {
        !label.is_empty() && !label.starts_with('-') && !label.ends_with('-') && label.bytes().all(fits)
    };
    ascii.split('.').all(is_label)
}

/// The addresses that a name matches if addresses arrive with folded domains; none if it is not an address.
///
/// The name can be a lowered glob whose domain is literal.
pub(crate) fn addresses(name: &str) -> Vec<String> {
    let is_special = |char: char| char < ' ';
    match name.rsplit_once('@') {
        Some((local, domain)) if !local.is_empty() && !domain.is_empty() && !domain.contains(is_special) => {
            spellings(domain).into_iter().map(|domain| format!("{local}@{}", fold(&domain))).collect()
        }
        _ => Vec::new(),
    }
}

/// Whether the domain has only one spelling.
fn is_plain(domain: &str) -> bool {
    let is_encoded = |label: &str| label.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("xn--"));
    domain.is_ascii() && !domain.split('.').any(is_encoded)
}

#[cfg(test)]
mod tests {
    use super::{addresses, is_refused, is_well_formed, spellings};

    #[test]
    fn spellings_of_a_domain_outside_ascii_are_two() {
        fn check(domain: &str, others: &[&str]) {
            assert_eq!(spellings(domain), [&[domain], others].concat());
            assert!(!is_refused(domain), "{domain}");
            assert!(is_well_formed(domain), "{domain}");
        }
        check("acme.example", &[]);
        check("ACME.Example", &[]);
        check("bücher.example", &["xn--bcher-kva.example"]);
        check("BÜCHER.example", &["xn--bcher-kva.example"]);
        check("xn--bcher-kva.example", &["bücher.example"]);
        check("mail.XN--bcher-KVA.example", &["mail.bücher.example"]);
        check("straße.example", &["xn--strae-oqa.example"]);
        check("strasse.example", &[]);
        check("βόλος.example", &["xn--nxasmm1c.example"]);
        check("büro_köln.internal", &["xn--bro_kln-e1a3c.internal"]);
        check("例え。テスト", &["xn--r8jz45g.xn--zckzah", "例え.テスト"]);
        check("bu\u{308}cher.example", &["xn--bcher-kva.example", "bücher.example"]);
    }

    #[test]
    fn spellings_of_a_domain_that_idna_refuses_are_one() {
        for domain in ["xn--bücher.example", "xn--zzzz999999.example", "a\u{200d}b.example", "xn--a"] {
            assert_eq!(spellings(domain), [domain]);
            assert!(is_refused(domain), "{domain}");
        }
    }

    #[test]
    fn is_well_formed_accepts_labels_between_dots() {
        for domain in ["a", "a-b.example", "_dmarc.a_b.example", "7.example", "XN--bcher-KVA.example"] {
            assert!(is_well_formed(domain), "{domain}");
        }
        for domain in [
            "",
            ".",
            ".partner.example",
            "partner.example.",
            "partner..example",
            "*.partner.example",
            "*.b\u{fc}cher.example",
            "b\u{fc}cher..example",
            "?x",
            "@x",
            "-x",
            "a.x-.example",
            "partner.example/",
            "https://partner.example",
            "partner.example:443",
            "partner example",
            "[192.0.2.1]",
        ] {
            assert!(!is_well_formed(domain), "{domain}");
        }
    }

    #[test]
    fn addresses_of_a_name_with_a_domain() {
        fn check(name: &str, expected: &[&str]) {
            assert_eq!(addresses(name), expected);
        }
        check("readers", &[]);
        check("@bücher.example", &[]);
        check("readers@", &[]);
        check("Readers@ACME.example", &["Readers@acme.example"]);
        check("Readers@BÜCHER.example", &["Readers@bücher.example", "Readers@xn--bcher-kva.example"]);
        check("\u{1}@bücher.example", &["\u{1}@bücher.example", "\u{1}@xn--bcher-kva.example"]);
        check("readers@bü\u{1}", &[]);
    }
}
