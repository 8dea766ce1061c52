//! Names that look like more rights than others.

/// Parts of names that people give to groups with more rights.
const MARKS: &[&str] = &[
    "admin",
    "root",
    "owner",
    "super",
    "privileg",
    "sudo",
    "full access",
    "fullaccess",
    "full control",
    "breakglass",
    "break-glass",
];

/// Names of groups that nearly everyone is in.
const EVERYONE: &[&str] = &[
    "everyone",
    "all users",
    "all employees",
    "all staff",
    "domain users",
    "authenticated users",
    "allusers",
];

/// Whether a name looks like that of a group with more rights.
pub(super) fn is_privileged(name: &str) -> bool {
    let name = name.to_lowercase();
    MARKS.iter().any(|mark| name.contains(mark))
}

/// Whether nearly everyone of a customer may be in a group.
pub(super) fn is_everyone(name: &str) -> bool {
    let name = name.to_lowercase().replace(['-', '_', '.'], " ");
    EVERYONE.iter().any(|it| name == *it || name.ends_with(&format!("\\{it}")))
}
