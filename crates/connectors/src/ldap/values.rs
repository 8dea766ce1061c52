//! Values of attributes that are not text.

/// A GUID of Active Directory, whose first three parts have their bytes in reverse, as Microsoft writes it (MS-DTYP
/// 2.3.4).
pub(super) fn guid(bytes: &[u8]) -> Option<String> {
    let all: [u8; 16] = bytes.try_into().ok()?;
    let order = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
    let mut text = String::with_capacity(36);
    for (at, from) in order.into_iter().enumerate() {
        if matches!(at, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        text.push_str(&format!("{:02x}", all.get::<usize>(from)?));
    }
    Some(text)
}

/// A security identifier, such as `S-1-5-21-1-2-3-513` (MS-DTYP 2.4.2).
pub(super) fn sid(bytes: &[u8]) -> Option<String> {
    let (revision, rest) = bytes.split_first()?;
    let (count, rest) = rest.split_first()?;
    let (authority, parts) = rest.split_at_checked(6)?;
    if parts.len() != usize::from(*count) * 4 {
        return None;
    }
    let authority = authority.iter().fold(0_u64, |sum, byte| sum * 256 + u64::from(*byte));
    let mut text = format!("S-{revision}-{authority}");
    for part in parts.chunks_exact(4) {
        text.push_str(&format!("-{}", u32::from_le_bytes(part.try_into().ok()?)));
    }
    Some(text)
}

/// The identifier of another entry of the same domain, by its last part.
pub(super) fn sid_in_domain(sid: &[u8], last: u32) -> Option<Vec<u8>> {
    let domain = sid.get(..sid.len().checked_sub(4)?)?;
    (domain.len() >= 8).then(|| [domain, &last.to_le_bytes()].concat())
}

/// The text of a value, by the name of its attribute; `None` if it is not text.
pub(super) fn text(attribute: &str, value: &[u8]) -> Option<String> {
    let is = |names: &[&str]| names.iter().any(|name| name.eq_ignore_ascii_case(attribute));
    if is(&["objectGUID", "mS-DS-ConsistencyGuid"]) {
        return guid(value);
    }
    if is(&["objectSid", "sIDHistory"]) {
        return sid(value);
    }
    String::from_utf8(value.to_vec()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guid_has_its_first_parts_in_reverse() {
        let bytes: Vec<u8> = (0..16).collect();
        assert_eq!(guid(&bytes).as_deref(), Some("03020100-0504-0706-0809-0a0b0c0d0e0f"));
        assert_eq!(guid(&bytes[..15]), None);
    }

    #[test]
    fn sid_of_a_group_has_the_domain_of_a_person() {
        let ada = [1, 5, 0, 0, 0, 0, 0, 5, 21, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 128, 80, 4, 0, 0];
        assert_eq!(sid(&ada).as_deref(), Some("S-1-5-21-1-2-2147483648-1104"));
        let users = sid_in_domain(&ada, 513).expect("a domain");
        assert_eq!(sid(&users).as_deref(), Some("S-1-5-21-1-2-2147483648-513"));
        for damaged in [&ada[..27], &ada[..3], &[]] {
            assert_eq!(sid(damaged), None);
        }
        assert_eq!(sid_in_domain(&[1, 0, 0], 513), None);
        assert_eq!(sid_in_domain(&ada[..8], 513), None);
    }

    #[test]
    fn text_depends_on_the_attribute() {
        assert_eq!(text("objectguid", &[0; 16]).as_deref(), Some("00000000-0000-0000-0000-000000000000"));
        assert_eq!(text("cn", "Grüße".as_bytes()).as_deref(), Some("Grüße"));
        assert_eq!(text("cn", &[0xff]), None);
    }
}
