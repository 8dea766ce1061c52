//! What only the compiler can find.

use claimsmith::diagnostic::Code;

/// Codes of errors in files that a schema accepts, each with a part of its message.
///
/// A schema sees one value at a time, in one file, as an editor reads it. It cannot know what depends on other files or on
/// other places of the file, what a pattern means, and how a value was written.
pub(crate) const UNSEEN: &[(Code, &str)] = &[
    // Other places.
    (Code::UnknownGroup, "the registry has no target group"),
    (Code::UnknownApplication, "the platform has no application"),
    (Code::UnknownConnection, "the mapping lists no connection"),
    (Code::UnknownRule, "the mapping has no rule"),
    (Code::UnknownOrganization, "no mapping describes the organization"),
    (Code::UnknownTemplate, "the template"),
    (Code::MissingSource, "has no default location for groups"),
    (Code::DuplicateId, ""),
    (Code::MissingKey, "a case needs the key `connection` if the mapping has several"),
    (Code::OutsideCeiling, ""),
    (Code::ProtectedGroup, "the rule grants the protected group"),
    (Code::ImpossibleCondition, ""),
    (Code::UnknownTenant, ""),
    (Code::UnknownParameter, ""),
    (Code::MissingParameter, ""),
    (Code::UnknownCapture, ""),
    (Code::UnknownGroup, "no target group of the registry matches"),
    (Code::NeedsGroups, ""),
    (Code::DuplicateCase, ""),
    (Code::DuplicateClient, ""),
    (Code::ShapeOption, ""),
    (Code::MissingKey, "a case needs the key `organization` if the file has several"),
    (Code::InvalidValue, "is not protected"),
    (Code::InvalidValue, "provisioned groups cannot be read by their member"),
    (Code::InvalidValue, "does not have an Auth0 organization"),
    (Code::InvalidValue, "of which a user keeps only one group"),
    (Code::InvalidValue, "is already the groups claim"),
    (Code::InvalidValue, "already lists the provisioned groups"),
    (Code::InvalidName, "contains the delimiter"),
    (Code::TemplateOutsideRegistry, ""),
    (Code::NameTooLongForProfile, ""),
    // The id of a template's rule has the template's name before it.
    (Code::InvalidName, "is not a valid rule id"),
    // Parameters of templates, which have the type that the places need in which they are used.
    (Code::WrongType, "is a list, but must be text"),
    (Code::InvalidValue, "is a list, and is used inside a text"),
    (Code::InvalidPointer, "is not a JSON Pointer to a user attribute"),
    (Code::InvalidValue, "contains `{{`"),
    (Code::InvalidValue, "is not a date or date-time"),
    (Code::InvalidValue, "is a placeholder, so no login has this id"),
    (Code::InvalidValue, "contains `${`"),
    (Code::InvalidValue, "is not a value of"),
    // What the text of a value means.
    (Code::MatchesEverything, ""),
    (Code::InvalidRegex, ""),
    (Code::RegexTooLarge, ""),
    (Code::InvalidValue, "has a capture, and skipped entries grant nothing"),
    (Code::InvalidGlob, ""),
    (Code::UnreachablePattern, ""),
    (Code::InvalidValue, "is not a domain of an e-mail address"),
    (Code::InvalidValue, "is not a distinguished name"),
    (Code::InvalidValue, "is not the distinguished name of an entry"),
    (Code::InvalidValue, "this is not a filter of LDAP"),
    (Code::InvalidValue, "says where a server of LDAP has its groups"),
    (Code::InvalidValue, "is not a name of groups of this directory"),
    (Code::InvalidName, "is not the name of a connection, so no login comes from it"),
    // How a value is written: an editor reads YAML 1.2, in which it is a value of the right type.
    (Code::WrongType, "depending on the program that reads it"),
    (Code::WrongType, "is a number, but must be"),
    (Code::YamlSyntax, "as a tag, not as text"),
    (Code::YamlSyntax, "is not part of the mapping language"),
    (Code::YamlSyntax, "as an anchor, not as text"),
    (Code::WrongType, "is text, but must be a"),
    (Code::InvalidValue, "must be a whole number"),
    (Code::YamlSyntax, "YAML reads this as a number that no mapping file needs"),
    (Code::YamlSyntax, "a key is empty or null, and has to be text"),
];
