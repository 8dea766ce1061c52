//! Fills in templates: texts with placeholders such as `{{name}}`.

/// Contents of placeholders, by their names.
pub(crate) type Contents = Vec<(&'static str, String)>;

/// Replaces the placeholders of a template in one pass, so that a content that looks like a placeholder is not
/// replaced. One that is not known fails the tests, and is replaced by nothing in what is shipped.
pub(crate) fn fill(template: &str, contents: &[(&str, String)]) -> String {
    let mut text = String::new();
    let mut rest = template;
    while let Some((before, (name, after))) =
        rest.split_once("{{").and_then(|(before, rest)| Some((before, rest.split_once("}}")?)))
    {
        text += before;
        let content = contents.iter().find(|(known, _)| *known == name);
        debug_assert!(
            content.is_some(),
            "a template has `{name}` between double braces, which has no content"
        );
        text += content.map_or("", |(_, content)| content);
        rest = after;
    }
    text + rest
}

#[cfg(test)]
mod tests {
    use super::fill;

    #[test]
    fn fill_replaces_placeholders_and_not_contents() {
        let contents = [("a", "{{b}}".to_owned()), ("b", "two".to_owned())];
        assert_eq!(fill("{{a}} {{b}} {{", &contents), "{{b}} two {{");
    }

    #[test]
    #[should_panic(expected = "`c`")]
    fn fill_fails_tests_if_a_placeholder_is_not_known() {
        fill("{{c}}", &[("a", String::new())]);
    }
}
