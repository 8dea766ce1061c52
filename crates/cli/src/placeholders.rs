//! Fills in templates: texts with placeholders such as `{{name}}`.

/// Contents of placeholders, by their names.
pub(crate) type Contents = Vec<(&'static str, String)>;

/// Replaces the placeholders of a template in one pass, so that a content that looks like a placeholder is not
/// replaced. One that is not known is replaced by nothing.
pub(crate) fn fill(template: &str, contents: &[(&str, String)]) -> String {
    let mut text = String::new();
    let mut rest = template;
    while let Some((before, (name, after))) =
        rest.split_once("{{").and_then(|(before, rest)| Some((before, rest.split_once("}}")?)))
    {
        text += before;
        text += contents.iter().find(|(known, _)| *known == name).map_or("", |(_, content)| content);
        rest = after;
    }
    text + rest
}

/// The placeholders of a template, as often as they occur.
#[cfg(test)]
pub(crate) fn names(template: &str) -> Vec<&str> {
    template.split("{{").skip(1).filter_map(|rest| Some(rest.split_once("}}")?.0)).collect()
}

#[cfg(test)]
mod tests {
    use super::{fill, names};

    #[test]
    fn fill_replaces_placeholders_and_not_contents() {
        let contents = [("a", "{{b}}".to_owned()), ("b", "two".to_owned())];
        assert_eq!(fill("{{a}} {{b}} {{c}}{{", &contents), "{{b}} two {{");
        assert_eq!(names("{{a}} {{b}}"), ["a", "b"]);
    }
}
