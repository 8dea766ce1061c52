//! How a group's name is written in what an identity provider sends, and which part of it rules see.

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
    /// A name behind its domain, such as `ACME\eng`; rules see `eng`.
    Domain {
        /// The domain; names of others are left out. If there is none, all are taken.
        domain: Option<&'b str>,
    },
    /// An e-mail address, such as `eng@acme.example`.
    Email {
        /// The spellings of the domain; addresses of others are left out, and rules see `eng`.
        /// If there is none, rules see the whole address, its domain without letter case.
        domains: Vec<&'b str>,
    },
    /// A path from the root, such as `/eng/core`; rules see `eng/core`.
    Path,
}

/// What a form makes of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Formed {
    /// It has the form, and what rules see is appended.
    Taken,
    /// It has the form, and is of another branch or domain; nothing is appended.
    OutsideScope,
    /// It does not have the form; nothing is appended.
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

    /// Reads a name as the engine does: what rules see of it, or nothing if it is outside of the scope or does not
    /// have the form.
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
        let taken = self.ready().append(name.as_bytes(), &mut out) == Formed::Taken;
        String::from_utf8(out).ok().filter(|_| taken)
    }
}

/// A form whose base DN is parsed, to read one name after another.
#[derive(Debug)]
pub(crate) struct ReadyForm<'f> {
    form: &'f NameForm<'f>,
    /// `None` if the form has no base DN, or if that is not a distinguished name.
    base_dn: Option<DistinguishedName<'f>>,
}

impl ReadyForm<'_> {
    /// Appends what rules see of a name.
    pub(crate) fn append(&self, name: &[u8], out: &mut Vec<u8>) -> Formed {
        work::count(name.len());
        self.read_into(name, out).unwrap_or(Formed::Malformed)
    }

    /// Does what [`ReadyForm::append`] says, and gives nothing for a name without the form.
    fn read_into(&self, name: &[u8], out: &mut Vec<u8>) -> Option<Formed> {
        match self.form {
            NameForm::Plain => out.extend_from_slice(name),
            NameForm::DistinguishedName { attribute, of, base_dn } => {
                let name = DistinguishedName::parse(name)?;
                if base_dn.is_some() && !name.is_below(self.base_dn.as_ref()?) {
                    return Some(Formed::OutsideScope);
                }
                let start = out.len();
                // A value without a character names no group.
                if !name.value(attribute.as_bytes(), *of, out) || out.len() == start {
                    return None;
                }
            }
            NameForm::Domain { domain } => {
                let (before, behind) = split_in_two(name, b'\\')?;
                if domain.is_some_and(|domain| !same_folded(before, domain.as_bytes())) {
                    return Some(Formed::OutsideScope);
                }
                out.extend_from_slice(behind);
            }
            NameForm::Email { domains } => {
                let (local, behind) = split_in_two(name, b'@')?;
                if domains.is_empty() {
                    out.extend_from_slice(local);
                    out.push(b'@');
                    fold_into(behind, out);
                } else if domains.iter().any(|domain| same_folded(behind, domain.as_bytes())) {
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

/// What stands before and behind the one place of a byte; neither is empty.
fn split_in_two(name: &[u8], byte: u8) -> Option<(&[u8], &[u8])> {
    let mut parts = name.split(|it| *it == byte);
    let (before, behind) = (parts.next()?, parts.next()?);
    (!before.is_empty() && !behind.is_empty() && parts.next().is_none()).then_some((before, behind))
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
    fn plain_names_are_taken_as_they_are() {
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
    fn of_distinguished_names_the_entry_itself_has_the_attribute() {
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
    fn of_distinguished_names_the_nearest_parent_with_the_attribute_is_read() {
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
    fn distinguished_names_of_other_branches_are_outside() {
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
    fn of_names_behind_a_domain_the_domain_is_left_out() {
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
    fn of_addresses_the_given_domain_is_left_out() {
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
    fn of_paths_the_first_slash_is_left_out() {
        check(&NameForm::Path, "/eng", Ok("eng"));
        check(&NameForm::Path, "/eng/core", Ok("eng/core"));
        check(&NameForm::Path, "//eng", Ok("/eng"));
        for name in ["", "/", "//", "eng", "eng/core", "/eng/", " /eng"] {
            check(&NameForm::Path, name, MALFORMED);
        }
    }
}
