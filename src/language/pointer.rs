//! JSON Pointers that are probably meant by texts that are none.

/// The text without `event.user` or `user` at its beginning.
pub(crate) fn below_user(text: &str) -> &str {
    let below_root = text.strip_prefix("$.").unwrap_or(text);
    ["event.user.", "event/user/", "user.", "user/"]
        .iter()
        .find_map(|prefix| below_root.strip_prefix(prefix))
        .unwrap_or(text)
}

/// Whether a text is a path with dots between its steps, as in other languages, and not the name of one attribute.
fn has_dots(text: &str) -> bool {
    let is_step = |step: &str| {
        !step.is_empty() && step.chars().all(|char| char.is_ascii_alphanumeric() || matches!(char, '_' | '-'))
    };
    text.contains('.') && text.split('.').all(is_step)
}

/// A path of another language with dots between its steps, and without quotes, placeholders and brackets.
fn plain_path(text: &str) -> String {
    let text = text.trim_matches(['“', '”', '„', '‘', '’']);
    let inside = [("{{", "}}"), ("${", "}"), ("%", "%")];
    let inside = inside.iter().find_map(|(open, close)| text.strip_prefix(open)?.strip_suffix(close));
    let text = inside.unwrap_or(text).trim();
    let text = text.strip_prefix("#/").unwrap_or(text);
    if !text.contains('[') && !text.contains("->") && !text.starts_with('.') {
        return text.to_owned();
    }
    let text = text.strip_prefix('$').unwrap_or(text).replace("->", ".");
    let steps = text.split(['.', '[', ']', '"', '\'']).filter(|step| !step.is_empty());
    steps.collect::<Vec<_>>().join(".")
}

/// The JSON Pointer that is probably meant by a text that is none.
pub(crate) fn to_pointer(text: &str) -> String {
    if text.starts_with('/') {
        return text.to_owned();
    }
    if text.contains("://") {
        // The name of a SAML attribute, in which a slash is not a separator.
        return format!("/{}", text.replace('~', "~0").replace('/', "~1"));
    }
    let plain = plain_path(text);
    let path = below_user(&plain);
    let path = path.strip_prefix("$.").unwrap_or(path);
    if has_dots(path) { format!("/{}", path.replace('.', "/")) } else { format!("/{path}") }
}

/// Whether a text probably means the roles of Auth0, which are in the event but not below `event.user`.
pub(crate) fn means_auth0_roles(text: &str) -> bool {
    let text = text.trim_start_matches('/').replace('.', "/");
    ["event/authorization/roles", "authorization/roles"].contains(&text.as_str())
}

/// The word for groups outside `event.user` that is probably meant by another one, such as `scim`.
pub(crate) fn near_word(text: &str) -> Option<&'static str> {
    let letters: String =
        text.chars().filter(|char| !matches!(char, '-' | '_' | ' ')).flat_map(char::to_lowercase).collect();
    match letters.as_str() {
        "provisioned" | "provisionedgroups" | "provisioning" | "scim" | "scimgroups" => Some("provisioned"),
        "auth0roles" | "auth0role" => Some("auth0-roles"),
        _ => None,
    }
}

/// The `from` that is probably meant by a text in place of a source.
pub(crate) fn to_from(text: &str) -> String {
    match text {
        "provisioned" | "auth0-roles" => text.to_owned(),
        _ if means_auth0_roles(text) => "auth0-roles".to_owned(),
        _ if let Some(word) = near_word(text) => word.to_owned(),
        _ => to_pointer(text),
    }
}

#[cfg(test)]
mod tests {
    use super::to_pointer;

    #[test]
    fn paths_of_other_languages_become_pointers() {
        for (path, pointer) in [
            ("$['groups']", "/groups"),
            ("$[\"a\"][\"b\"]", "/a/b"),
            ("$.a.b", "/a/b"),
            ("a.b[0].c", "/a/b/0/c"),
            ("event.user.identities[0].x", "/identities/0/x"),
            ("groups[]", "/groups"),
            (".groups", "/groups"),
            ("a->b", "/a/b"),
            ("#/groups", "/groups"),
            ("“groups”", "/groups"),
            ("{{user.groups}}", "/groups"),
            ("${groups}", "/groups"),
            ("%groups%", "/groups"),
            ("info.roles", "/info/roles"),
            ("groups", "/groups"),
            ("urn:oid:1.3", "/urn:oid:1.3"),
            ("https://x.example/y", "/https:~1~1x.example~1y"),
        ] {
            assert_eq!(to_pointer(path), pointer, "{path}");
        }
    }
}
