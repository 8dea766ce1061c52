//! Floors that no block can have passed yet.

use crate::diagnostic::{Code, Diagnostic};
use crate::language::model::Platform;
use crate::language::yaml::Spanned;
use crate::text::rfc3339::format_rfc3339;
use crate::text::visible::visible;

/// Reports floors that are in the future: no block that is signed before them counts.
pub(super) fn lint(platform: &Platform, now: Option<f64>, diagnostics: &mut Vec<Diagnostic>) {
    let (Some(blocks), Some(now)) = (&platform.blocks, now) else { return };
    let mut report = |floor: &Spanned<u32>, what: &str, effect: &str| {
        if f64::from(floor.value) <= now {
            return;
        }
        let until = format_rfc3339(floor.value.into());
        let message = format!("{what} is in the future: until {until}, {effect}");
        diagnostics.push(Diagnostic::new(Code::FutureFloor, &platform.file, floor.span.clone(), message));
    };
    if let Some(floor) = &blocks.floor {
        report(floor, "the floor of all organizations", "every block is refused");
    }
    for (name, floor) in &blocks.organization_floors {
        report(floor, &format!("the floor of `{}`", visible(&name.value)), "its blocks are refused");
    }
    for (name, floor) in &blocks.group_floors {
        report(floor, &format!("the floor of `{}`", visible(&name.value)), "no block grants the group");
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{check_one, name, place, platform};
    use super::lint;
    use crate::diagnostic::{Code, Diagnostic};
    use crate::language::model::Platform;
    use crate::language::signing_key::{Blocks, MetadataWriter};
    use crate::language::yaml::Spanned;

    /// A platform whose floors are the days from 1970-01-02 on.
    fn floors() -> Platform {
        let floor = |days: u32| Spanned { span: place(), value: days * 86_400 };
        let blocks = Blocks {
            writer: MetadataWriter::Api,
            keys: Vec::new(),
            embedded: Vec::new(),
            floor: Some(floor(1)),
            organization_floors: vec![(name("acme"), floor(2))],
            group_floors: vec![(name("bi-admins"), floor(3))],
        };
        Platform { blocks: Some(blocks), ..platform(&["bi-admins"]) }
    }

    fn found(platform: &Platform, now: Option<f64>) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        lint(platform, now, &mut found);
        found
    }

    #[test]
    fn floor_is_reported_until_its_moment() {
        let floors = floors();
        let check = |now: f64, expected: &[&str]| {
            let messages: Vec<String> = found(&floors, Some(now)).into_iter().map(|it| it.message).collect();
            assert_eq!(messages, expected, "{now}");
        };
        let acme = "the floor of `acme` is in the future: until 1970-01-03T00:00:00Z, its blocks are refused";
        let group = "the floor of `bi-admins` is in the future: until 1970-01-04T00:00:00Z, no block grants the group";
        let all = "the floor of all organizations is in the future: until 1970-01-02T00:00:00Z, every block is refused";
        check(86_399.9, &[all, acme, group]);
        check(86_400.0, &[acme, group]);
        check(2.0 * 86_400.0, &[group]);
        check(3.0 * 86_400.0, &[]);
    }

    #[test]
    fn floor_is_reported_where_it_is_and_only_with_a_time() {
        let mut floors = floors();
        assert_eq!(found(&floors, None), []);
        assert_eq!(found(&platform(&[]), Some(0.0)), []);
        let found = found(&floors, Some(2.5 * 86_400.0));
        check_one(&found, "the floor of `bi-admins`");
        let (_, floor) = floors.blocks.take().expect("blocks").group_floors.remove(0);
        assert_eq!((found[0].code, found[0].span.clone()), (Code::FutureFloor, floor.span));
    }
}
