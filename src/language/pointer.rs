//! JSON Pointers that are probably meant by texts that are none.

/// The text without `event.user` or `user` at its beginning.
pub(crate) fn below_user(text: &str) -> &str {
    ["event.user.", "event/user/", "user.", "user/"]
        .iter()
        .find_map(|prefix| text.strip_prefix(prefix))
        .unwrap_or(text)
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
    let below_user = below_user(text);
    // Only a path that is written with dots from `event.user` on is known to have dots as separators.
    if below_user == text { format!("/{text}") } else { format!("/{}", below_user.replace('.', "/")) }
}

/// Whether a text probably means the roles of Auth0, which are in the event but not below `event.user`.
pub(crate) fn means_auth0_roles(text: &str) -> bool {
    let text = text.trim_start_matches('/').replace('.', "/");
    ["event/authorization/roles", "authorization/roles"].contains(&text.as_str())
}

/// The `from` that is probably meant by a text in place of a source.
pub(crate) fn to_from(text: &str) -> String {
    match text {
        "provisioned" | "auth0-roles" => text.to_owned(),
        _ if means_auth0_roles(text) => "auth0-roles".to_owned(),
        _ => to_pointer(text),
    }
}
