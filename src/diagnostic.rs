//! What is wrong with a mapping file: where, what, and what to do.

use core::ops::Range;

/// A mapping file as it was read.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct SourceFile {
    /// The path as the user would write it, with `/` between its parts, relative to the mappings folder's parent.
    pub path: String,
    /// The text.
    pub text: String,
}

/// One finding about a mapping file.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Diagnostic {
    /// What kind of problem it is.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong: lowercase, no full stop, the user's text in backticks.
    pub message: String,
    /// The path of the file.
    pub file: String,
    /// The offending bytes of the file; empty at a place where something is missing.
    pub span: Range<usize>,
    /// What to do about it, where that is known.
    pub help: Option<String>,
    /// Another place that belongs to the problem, with what it is.
    pub related: Option<Related>,
}

/// Another place that belongs to a problem.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct Related {
    /// The path of the file.
    pub file: String,
    /// The bytes of the file.
    pub span: Range<usize>,
    /// What is there, such as `first declared here`.
    pub label: String,
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Severity {
    /// The mapping cannot be used.
    Error,
    /// The mapping can be used, and is probably not what its author meant.
    Warning,
}

impl Severity {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

impl Diagnostic {
    pub(crate) fn new(code: Code, file: &str, span: Range<usize>, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: code.severity(),
            message: message.into(),
            file: file.to_owned(),
            span,
            help: None,
            related: None,
        }
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    pub(crate) fn related(mut self, file: &str, span: Range<usize>, label: &str) -> Self {
        self.related = Some(Related { file: file.to_owned(), span, label: label.to_owned() });
        self
    }
}

macro_rules! codes {
    ($($variant:ident $severity:ident $code:literal $doc:literal,)*) => {
        /// The kind of a problem. Codes are stable; each has a heading in `docs/diagnostics.md`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Code {
            $(#[doc = $doc] $variant,)*
        }

        impl Code {
            /// Every code.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The code as it is printed.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }

            /// What the code stands for, in a sentence.
            pub fn summary(self) -> &'static str {
                match self { $(Self::$variant => $doc,)* }
            }

            fn severity(self) -> Severity {
                match self { $(Self::$variant => Severity::$severity,)* }
            }
        }
    };
}

codes! {
    YamlSyntax Error "yaml-syntax" "The file is not valid YAML.",
    DuplicateKey Error "duplicate-key" "A key stands twice in one mapping.",
    UnknownKey Error "unknown-key" "A key that the language does not have.",
    MissingKey Error "missing-key" "A required key is not there.",
    MissingVersion Error "missing-version" "The file does not say which version of the language it is written in.",
    UnsupportedVersion Error "unsupported-version" "The file is written in a version that this program does not read.",
    WrongType Error "wrong-type" "A value has another type than the key wants.",
    InvalidValue Error "invalid-value" "A value is not one of those that the key knows.",
    EmptyList Error "empty-list" "A list that needs an entry is empty.",
    InvalidName Error "invalid-name" "A name is empty, too long, or holds control characters.",
    MissingPlatform Error "missing-platform" "The folder has no `platform.yaml`.",
    MisplacedFile Error "misplaced-file" "A YAML file lies where no mapping file is expected.",
    NoOrganizations Error "no-organizations" "The folder has no organization's mapping.",
    DuplicateOrganization Error "duplicate-organization" "Two mappings name the same Auth0 organization.",
    DuplicateClient Error "duplicate-client" "A client id belongs to two applications.",
    DuplicateId Error "duplicate-id" "Two rules of one mapping have the same id.",
    DuplicateCase Error "duplicate-case" "Two test cases of one file have the same name.",
    UnknownApplication Error "unknown-application" "An application that the platform does not have.",
    UnknownGroup Error "unknown-group" "A target group that the registry does not list.",
    UnknownConnection Error "unknown-connection" "A connection that the mapping does not list.",
    UnknownOrganization Error "unknown-organization" "An organization that no mapping describes.",
    UnknownRule Error "unknown-rule" "A rule id that the mapping does not have.",
    UnnamespacedClaim Error "unnamespaced-claim" "A claim name that is not a URL of the platform's own.",
    ReservedClaim Error "reserved-claim" "A claim name that Auth0 drops without a word.",
    InvalidPointer Error "invalid-pointer" "A path that is no JSON Pointer to a user attribute.",
    SelfServiceSource Error "self-service-source" "Groups read from where users can write themselves.",
    MissingSource Error "missing-source" "The strategy has no default for where the groups are.",
    ShapeOption Error "shape-option" "An option that does not belong to the shape, or one that the shape lacks.",
    InvalidGlob Error "invalid-glob" "A glob that does not parse.",
    GlobTooLarge Error "glob-too-large" "A glob whose alternatives expand to too many patterns.",
    EmptyPattern Error "empty-pattern" "A pattern that no group name can match.",
    MatchesEverything Error "matches-everything" "A pattern that matches every group without saying so.",
    MissingMatch Error "missing-match" "A rule that says neither what it matches nor that it is for everyone.",
    EmptyGrant Error "empty-grant" "A rule that grants nothing.",
    UnreachablePattern Error "unreachable-pattern" "A pattern that no name from its sources can match.",
    NameTooLongForProfile Error "name-too-long-for-profile" "A target group's name is longer than its application accepts.",
    MissingMapping Error "missing-mapping" "A test file without its mapping.",
}

#[cfg(test)]
mod tests {
    use super::Code;

    #[test]
    fn codes_are_unique_and_kebab_case() {
        let mut names: Vec<_> = Code::ALL.iter().map(|code| code.name()).collect();
        assert!(
            names.iter().all(|name| { name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-') })
        );
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Code::ALL.len());
    }
}
