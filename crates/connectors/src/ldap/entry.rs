//! Entries that a search returns.

use ldap3::asn1::StructureTag;

/// An entry, with the attributes that it was asked for.
#[derive(Debug, Default)]
pub(super) struct Entry {
    pub(super) dn: String,
    attributes: Vec<(String, Vec<Vec<u8>>)>,
}

/// A part of the values of an attribute that has too many for one answer (MS-ADTS 3.1.1.3.1.3.3).
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) from: usize,
    /// `None` if it is the last one.
    pub(super) to: Option<usize>,
}

impl Entry {
    /// An entry of an answer (RFC 4511 §4.5.2); `None` if it is anything else.
    pub(super) fn of(tag: StructureTag) -> Option<Self> {
        let mut parts = tag.match_id(4)?.expect_constructed()?.into_iter();
        let dn = String::from_utf8(parts.next()?.expect_primitive()?).ok()?;
        let mut attributes = Vec::new();
        for attribute in parts.next()?.expect_constructed()? {
            let mut parts = attribute.expect_constructed()?.into_iter();
            let name = String::from_utf8(parts.next()?.expect_primitive()?).ok()?;
            let values = parts.next()?.expect_constructed()?.into_iter();
            attributes.push((name, values.map(StructureTag::expect_primitive).collect::<Option<_>>()?));
        }
        Some(Self { dn, attributes })
    }

    /// The values of an attribute, whose name has no letter case.
    pub(super) fn values(&self, name: &str) -> &[Vec<u8>] {
        let found = self.attributes.iter().find(|(it, _)| it.eq_ignore_ascii_case(name));
        found.map(|(_, values)| values.as_slice()).unwrap_or_default()
    }

    /// The only value of an attribute.
    pub(super) fn value(&self, name: &str) -> Option<&[u8]> {
        match self.values(name) {
            [only] => Some(only),
            _ => None,
        }
    }

    /// The part of the values of an attribute that came, if not all came.
    pub(super) fn part(&self, name: &str) -> Option<(Part, &[Vec<u8>])> {
        self.attributes.iter().find_map(|(it, values)| {
            let (attribute, option) = it.split_once(';')?;
            attribute.eq_ignore_ascii_case(name).then_some(())?;
            Some((Part::of(option)?, values.as_slice()))
        })
    }
}

impl Part {
    fn of(option: &str) -> Option<Self> {
        let (name, range) = option.split_once('=')?;
        let (from, to) = range.split_once('-')?;
        let to = if to == "*" { None } else { Some(to.parse().ok()?) };
        name.eq_ignore_ascii_case("range").then_some(Self { from: from.parse().ok()?, to })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_say_where_they_begin_and_end() {
        assert_eq!(Part::of("range=0-1499"), Some(Part { from: 0, to: Some(1499) }));
        assert_eq!(Part::of("Range=1500-*"), Some(Part { from: 1500, to: None }));
        for other in ["range=0", "binary", "range=a-*", "lang-de", "range=0-x"] {
            assert_eq!(Part::of(other), None, "{other}");
        }
        let values = vec![b"a".to_vec(), b"b".to_vec()];
        let attributes = vec![("member".to_owned(), vec![]), ("Member;range=0-1".to_owned(), values.clone())];
        let entry = Entry { dn: String::new(), attributes };
        assert_eq!(entry.values("MEMBER").len(), 0);
        assert_eq!(entry.part("member"), Some((Part { from: 0, to: Some(1) }, values.as_slice())));
        assert_eq!(entry.part("uniqueMember"), None);
    }
}
