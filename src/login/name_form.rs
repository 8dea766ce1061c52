//! How identity providers write the names of groups, and which part of a name rules see.

use super::dn::{AttributeOf, DistinguishedName};
use crate::text::case_mapping::{fold_into, same_folded};
use crate::work;

/// How names are written, and which part of them rules see.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum NameForm<'b> {
    /// Any text; rules see all of it.
    Plain,
    /// A distinguished name, such as `CN=eng,OU=Groups,DC=acme,DC=example`; rules see `eng`.
    DistinguishedName {
        /// The attribute type; rules see its value.
        attribute: &'b str,
        /// Where the attribute is read.
        of: AttributeOf,
        /// The distinguished name above the entries. Entries elsewhere are outside the scope.
        base_dn: Option<&'b str>,
    },
    /// A name after its domain, such as `ACME\eng`; rules see `eng`.
    Domain {
        /// The domain. Names of other domains are left out. `None` accepts every domain.
        domain: Option<&'b str>,
    },
    /// An e-mail address, such as `eng@acme.example`.
    Email {
        /// The spellings of the domain. Addresses of other domains are left out, and rules see `eng`.
        /// If it is empty, rules see the whole address, with its domain case-folded.
        domains: Vec<&'b str>,
    },
    /// A path from the root, such as `/eng/core`; rules see `eng/core`.
    Path,
}

/// The result of reading a name in a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Formed {
    /// It has the form, and the part that rules see was appended.
    Taken,
    /// It has the form, but is from another branch or domain; nothing was appended.
    OutsideScope,
    /// It does not have the form; nothing was appended.
    Malformed,
}

impl NameForm<'_> {
    /// The form, ready to read names.
    pub(crate) fn ready(&self) -> ReadyForm<'_> {
        let base_dn = match self {
            Self::DistinguishedName { base_dn, .. } => {
                base_dn.and_then(|base_dn| DistinguishedName::parse(base_dn.as_bytes()))
            }
            _ => None,
        };
        ReadyForm { form: self, base_dn }
    }

    /// Reads a name as the engine does, and returns the part that rules see; `None` if the name is outside the scope or
    /// does not have the form.
    ///
    /// ```
    /// # use claimsmith::{AttributeOf, NameForm};
    /// let base_dn = Some("DC=acme,DC=example");
    /// let form = NameForm::DistinguishedName { attribute: "CN", of: AttributeOf::Entry, base_dn };
    /// assert_eq!(form.read("CN=Doe\\, Jane,OU=Groups,DC=acme,DC=example").as_deref(), Some("Doe, Jane"));
    /// assert_eq!(form.read("CN=eng,DC=other,DC=example"), None);
    /// ```
    #[cfg(feature = "compiler")]
    #[must_use]
    pub fn read(&self, name: &str) -> Option<String> {
        let mut out = Vec::new();
        match self.ready().append(name.as_bytes(), &mut out) {
            Formed::Taken => String::from_utf8(out).ok(),
            Formed::OutsideScope | Formed::Malformed => None,
        }
    }
}

/// A form with its base DN parsed, so that it is parsed once for many names.
#[derive(Debug)]
pub(crate) struct ReadyForm<'f> {
    form: &'f NameForm<'f>,
    /// `None` if the form has no base DN, or if that is not a distinguished name.
    base_dn: Option<DistinguishedName<'f>>,
}

impl ReadyForm<'_> {
    /// Appends the part of a name that rules see.
    pub(crate) fn append(&self, name: &[u8], out: &mut Vec<u8>) -> Formed {
        work::count(name.len());
        self.read_into(name, out).unwrap_or(Formed::Malformed)
    }

    /// Works like [`ReadyForm::append`]; `None` for a name that does not have the form.
    fn read_into(&self, name: &[u8], out: &mut Vec<u8>) -> Option<Formed> {
        match self.form {
            NameForm::Plain => out.extend_from_slice(name),
            NameForm::DistinguishedName { attribute, of, base_dn } => {
                let name = DistinguishedName::parse(name)?;
                if base_dn.is_some() && !name.is_below(self.base_dn.as_ref()?) {
                    return Some(Formed::OutsideScope);
                }
                let start = out.len();
                // An empty value is not the name of a group.
                if !name.value(attribute.as_bytes(), *of, out) || out.len() == start {
                    return None;
                }
            }
            NameForm::Domain { domain } => {
                let (before, after) = split_in_two(name, b'\\')?;
                if domain.is_some_and(|domain| !same_folded(before, domain.as_bytes())) {
                    return Some(Formed::OutsideScope);
                }
                out.extend_from_slice(after);
            }
            NameForm::Email { domains } => {
                let (local, after) = split_in_two(name, b'@')?;
                if domains.is_empty() {
                    out.extend_from_slice(local);
                    out.push(b'@');
                    fold_into(after, out);
                } else if domains.iter().any(|domain| same_folded(after, domain.as_bytes())) {
                    out.extend_from_slice(local);
                } else {
                    return Some(Formed::OutsideScope);
                }
            }
            NameForm::Path => match name {
                [b'/', .., b'/'] => return None,
                [b'/', path @ ..] if !path.is_empty() => out.extend_from_slice(path),
                _ => return None,
            },
        }
        Some(Formed::Taken)
    }
}

/// The texts before and after the only occurrence of a byte; `None` if one is empty or there are more occurrences.
fn split_in_two(name: &[u8], byte: u8) -> Option<(&[u8], &[u8])> {
    let mut parts = name.split(|it| *it == byte);
    let (before, after) = (parts.next()?, parts.next()?);
    (!before.is_empty() && !after.is_empty() && parts.next().is_none()).then_some((before, after))
}

#[cfg(test)]
mod tests {
    use super::{AttributeOf, Formed, NameForm};

    fn check(form: &NameForm<'_>, name: &str, expected: Result<&str, Formed>) {
        let mut out = b"before ".to_vec();
        let formed = form.ready().append(name.as_bytes(), &mut out);
        let appended = String::from_utf8(out).unwrap();
        let appended = appended.strip_prefix("before ").unwrap();
        let actual = if formed == Formed::Taken { Ok(appended) } else { Err(formed) };
        assert_eq!(actual, expected, "{form:?} of {name:?}");
        assert!(formed == Formed::Taken || appended.is_empty());
        #[cfg(feature = "compiler")]
        assert_eq!(form.read(name).as_deref(), expected.ok());
    }

    const OUTSIDE: Result<&str, Formed> = Err(Formed::OutsideScope);
    const MALFORMED: Result<&str, Formed> = Err(Formed::Malformed);

    #[test]
    fn plain_form_takes_names_unchanged() {
        for name in ["", "eng", "CN=eng,DC=acme", r"ACME\eng", " a@b ", "/a/"] {
            check(&NameForm::Plain, name, Ok(name));
        }
        let mut out = Vec::new();
        assert_eq!(NameForm::Plain.ready().append(b"\xff", &mut out), Formed::Taken);
        assert_eq!(out, b"\xff");
    }

    fn dn<'a>(attribute: &'a str, of: AttributeOf, base_dn: Option<&'a str>) -> NameForm<'a> {
        NameForm::DistinguishedName { attribute, of, base_dn }
    }

    #[test]
    fn dn_form_reads_the_attribute_of_the_entry() {
        let form = dn("CN", AttributeOf::Entry, None);
        check(&form, "CN=eng,OU=Groups,DC=acme", Ok("eng"));
        check(&form, r"cn=Doe\, Jane,dc=acme", Ok("Doe, Jane"));
        check(&form, "OU=x+CN=eng,DC=acme", Ok("eng"));
        check(&form, "CN=a+CN=b,DC=acme", MALFORMED);
        check(&form, "OU=Groups,DC=acme", MALFORMED);
        check(&form, "ipaUniqueID=0a9c,cn=sudorules,cn=sudo,dc=acme", MALFORMED);
        check(&form, "OU=Night,CN=admins,DC=acme", MALFORMED);
        check(&form, "CN=,CN=Users,DC=acme", MALFORMED);
        check(&form, "CN=#04024869,DC=acme", MALFORMED);
        check(&form, "eng", MALFORMED);
        check(&form, "", MALFORMED);
        check(&dn("ou", AttributeOf::Entry, None), "CN=eng,OU=Groups", MALFORMED);
        check(&dn("ou", AttributeOf::Entry, None), "OU=Night,OU=Groups", Ok("Night"));
    }

    #[test]
    fn dn_form_reads_the_attribute_of_the_nearest_parent() {
        let form = dn("ou", AttributeOf::Parent, None);
        check(&form, "CN=eng,OU=Groups", Ok("Groups"));
        check(&form, "OU=Night,OU=Groups,OU=All", Ok("Groups"));
        check(&form, "CN=eng,CN=x,L=y+OU=Groups,OU=All", Ok("Groups"));
        check(&form, "CN=eng,OU=a+OU=b,OU=All", MALFORMED);
        check(&form, "CN=eng,OU=a+L=x+OU=b,OU=All", MALFORMED);
        check(&form, "OU=Night,DC=acme", MALFORMED);
        check(&form, "OU=Night+OU=Day", MALFORMED);
        check(&form, "CN=eng+OU=Night,DC=acme", MALFORMED);
        check(&form, "CN=eng,OU=,OU=All", MALFORMED);
    }

    #[test]
    fn dn_form_leaves_out_other_branches() {
        let form = dn("CN", AttributeOf::Entry, Some("OU=Groups, DC=acme"));
        check(&form, "CN=eng,OU=Groups,DC=acme", Ok("eng"));
        check(&form, "CN=eng,OU=Sub,OU=groups,DC=Acme", Ok("eng"));
        check(&form, "CN=eng,OU=Other,DC=acme", OUTSIDE);
        check(&form, "OU=Groups,DC=acme", OUTSIDE);
        check(&form, "OU=x,OU=Groups,DC=acme", MALFORMED);
        check(&form, "CN=eng,OU=Other,DC=acme,", MALFORMED);
        check(&dn("CN", AttributeOf::Entry, Some("acme")), "CN=eng,DC=acme", MALFORMED);
    }

    #[test]
    fn domain_form_leaves_out_the_domain() {
        let any = NameForm::Domain { domain: None };
        check(&any, r"ACME\eng", Ok("eng"));
        check(&any, r"ACME\Domain Users", Ok("Domain Users"));
        let acme = NameForm::Domain { domain: Some("Köln") };
        check(&acme, r"KÖLN\eng", Ok("eng"));
        check(&acme, r"köln\eng", Ok("eng"));
        let greek = NameForm::Domain { domain: Some("ΒΌΛΟΣ") };
        check(&greek, r"Βόλος\eng", Ok("eng"));
        check(&greek, r"βόλοσ\eng", Ok("eng"));
        check(&acme, r"Koln\eng", OUTSIDE);
        check(&acme, r"Köln \eng", OUTSIDE);
        for form in [any, acme] {
            for name in ["", "eng", r"\", r"\eng", r"Köln\", r"Köln\\eng", r"Köln\a\b", r"a\b\"] {
                check(&form, name, MALFORMED);
            }
        }
    }

    #[test]
    fn email_form_leaves_out_the_given_domain() {
        let any = NameForm::Email { domains: Vec::new() };
        check(&any, "eng@acme.example", Ok("eng@acme.example"));
        check(&any, "Eng@ACME.Example", Ok("Eng@acme.example"));
        check(&any, "É@É.example", Ok("É@é.example"));
        let acme = NameForm::Email { domains: vec!["Acme.example"] };
        check(&acme, "Eng@aCME.example", Ok("Eng"));
        check(&acme, "eng@mail.acme.example", OUTSIDE);
        check(&acme, "eng@acme.example.", OUTSIDE);
        check(&acme, "eng@acme.example ", OUTSIDE);
        let books = NameForm::Email { domains: vec!["bücher.example", "xn--bcher-kva.example"] };
        check(&books, "Eng@BÜCHER.Example", Ok("Eng"));
        check(&books, "Eng@XN--bcher-KVA.example", Ok("Eng"));
        check(&books, "Eng@bucher.example", OUTSIDE);
        for form in [any, acme] {
            for name in ["", "eng", "@", "@acme.example", "eng@", "a@b@acme.example", "a@acme.example@"] {
                check(&form, name, MALFORMED);
            }
        }
    }

    #[test]
    fn path_form_leaves_out_the_first_slash() {
        check(&NameForm::Path, "/eng", Ok("eng"));
        check(&NameForm::Path, "/eng/core", Ok("eng/core"));
        check(&NameForm::Path, "//eng", Ok("/eng"));
        for name in ["", "/", "//", "eng", "eng/core", "/eng/", " /eng"] {
            check(&NameForm::Path, name, MALFORMED);
        }
    }
}
