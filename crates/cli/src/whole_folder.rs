//! The folder of mappings that a folder is a part of: users run the command in a part such as `organizations/`, or name
//! one.

use std::path::{Component, Path, PathBuf};

/// The number of parent folders that are searched for `platform.yaml`.
const MAX_PARENTS: usize = 3;

/// The nearest parent folder with a `platform.yaml`, as the user would name it.
pub(crate) fn folder_around(path: &Path) -> Option<PathBuf> {
    let mut path = path.to_owned();
    for _ in 0..MAX_PARENTS {
        path = match path.components().next_back() {
            Some(Component::Normal(_)) => match path.parent() {
                Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
                _ => PathBuf::from("."),
            },
            Some(Component::CurDir) | None => PathBuf::from(".."),
            Some(Component::ParentDir) => path.join(".."),
            Some(_) => return None,
        };
        if path.join("platform.yaml").is_file() {
            return Some(path);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folder_around_is_named_from_where_the_user_is() {
        let root = tempfile::tempdir().expect("a folder");
        let root = root.path();
        std::fs::create_dir_all(root.join("m/organizations/emea")).expect("folders");
        std::fs::write(root.join("m/platform.yaml"), "").expect("a file");
        for below in ["m/organizations", "m/organizations/emea", "m/organizations/."] {
            assert_eq!(folder_around(&root.join(below)), Some(root.join("m")), "{below}");
        }
        assert_eq!(folder_around(&root.join("m/organizations/..")), None, "above the whole folder");
        assert_eq!(folder_around(root), None);
    }
}
