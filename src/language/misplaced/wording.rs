//! Help for misplaced keys.

use super::places::{Conflict, Frame, Place, Shape, Step};

/// The most places that a help names.
const MAX_PLACES: usize = 3;

/// Where a key belongs; `None` if there are no such places, or too many.
pub(super) fn places(name: &str, places: &[Place<'_>], frames: &[Frame<'_>], path: &str) -> Option<String> {
    if places.is_empty() || places.len() > MAX_PLACES {
        return None;
    }
    let mut texts: Vec<String> = places.iter().map(|place| place_text(place, frames, path)).collect();
    texts.dedup();
    let mut help = format!("`{name}` belongs {}", texts.join(", or "));
    if let [Place { conflict: Some(conflict), .. }] = places {
        help.push_str(&conflict_text(conflict));
    }
    Some(help)
}

/// What a word of another product is called here.
pub(super) fn other_word(word: &str, key: &str, place: Option<&str>) -> String {
    let word = word.escape_debug();
    match place {
        None => format!("`{word}` is called `{key}` here"),
        Some(place) => format!("`{word}` is called `{key}` here; {place}"),
    }
}

/// That a key belongs beside the key whose value it is in.
pub(super) fn beside(
    key: &str,
    via: &str,
    is_direct: bool,
    frame: &Frame<'_>,
    frames: &[Frame<'_>],
) -> String {
    format!("`{key}` belongs {}", beside_text(via, is_direct, frame, frames))
}

fn beside_text(via: &str, is_direct: bool, frame: &Frame<'_>, frames: &[Frame<'_>]) -> String {
    if is_direct {
        format!("one level up, beside `{via}`")
    } else if frame.via.is_none() && frames.len() > 1 {
        format!("at the top level of the file, beside `{via}`")
    } else {
        format!("to {}, beside `{via}`", frame.object.what)
    }
}

fn place_text(place: &Place<'_>, frames: &[Frame<'_>], path: &str) -> String {
    let whom = match place.down.last() {
        Some(Step { shape: Shape::InList | Shape::InMap, .. }) if !place.object.is_called_by_key() => {
            format!("to {}, ", place.object.what)
        }
        _ => String::new(),
    };
    let under = if place.down.is_empty() { String::new() } else { format!("under `{}`", way(&place.down)) };
    if let Some(file) = place.file {
        let file = file_text(file.name, path);
        return match under.as_str() {
            "" => format!("in {file}"),
            under => format!("{whom}{under} in {file}"),
        };
    }
    // The key of the mapping to which the way goes up that leads to the present one.
    let below = place.up.checked_sub(1).and_then(|up| frames.iter().rev().nth(up)?.via);
    let target = frames.iter().rev().nth(place.up);
    match (below, target) {
        (Some(below), Some(target)) if place.down.is_empty() => {
            beside_text(below.key, place.up == 1 && below.shape != Shape::InMap, target, frames)
        }
        (Some(below), Some(target))
            if whom.is_empty() && !target.object.is_file() || is_ambiguous(place, frames) =>
        {
            format!("{whom}{under}, beside `{}`", below.key)
        }
        _ => format!("{whom}{under}"),
    }
}

/// Whether a mapping that is nearer has a key with the same name as the one with which the way down begins.
fn is_ambiguous(place: &Place<'_>, frames: &[Frame<'_>]) -> bool {
    let first = place.down.first().map(|step| step.key).unwrap_or_default();
    frames.iter().rev().take(place.up).any(|frame| frame.object.key(first).is_some())
}

/// A way down, such as `connections.NAME.groups`.
fn way(down: &[Step]) -> String {
    let step = |step: &Step| match step.shape {
        Shape::InMap => format!("{}.NAME", step.key),
        Shape::Direct | Shape::InList => step.key.to_owned(),
    };
    down.iter().map(step).collect::<Vec<_>>().join(".")
}

/// A kind of file, as seen from the file at `path`.
fn file_text(kind: &str, path: &str) -> String {
    let file = path.rsplit('/').next().unwrap_or(path);
    let organization = file.strip_suffix(".test.yaml");
    let mapping = file.strip_suffix(".yaml").filter(|_| path.contains("organizations/"));
    match (kind, organization, mapping) {
        ("platform", ..) => "`platform.yaml`".to_owned(),
        ("organization", Some(name), _) => format!("`{name}.yaml`"),
        ("organization", ..) => "the file of an organization, `organizations/NAME.yaml`".to_owned(),
        ("test", None, Some(name)) => format!("`{name}.test.yaml`"),
        ("test", ..) => "a test file, `organizations/NAME.test.yaml`".to_owned(),
        _ => "a template, `templates/NAME@1.yaml`".to_owned(),
    }
}

fn conflict_text(conflict: &Conflict) -> String {
    match conflict {
        // Beside the other patterns, it would be an alternative, which may be more than was meant.
        Conflict::OtherPatterns => {
            ": in an entry of `all` if a group must match it as well, in one of `any` if it is an alternative"
                .to_owned()
        }
        Conflict::Taken => "; it is there already".to_owned(),
        Conflict::Both(what, key, other) => format!("; {what} cannot have both `{key}` and `{other}`"),
        Conflict::Requires(words) => format!("; it requires {words}"),
    }
}
