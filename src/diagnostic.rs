//! What is wrong with a mapping file: where, what, and what to do.

use crate::limits::MAX_MESSAGE;
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
    /// What to do about it.
    pub help: String,
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

/// A text without its middle, if it is too long.
fn shortened(text: String) -> String {
    let count = text.chars().count();
    if count <= MAX_MESSAGE {
        return text;
    }
    let half = MAX_MESSAGE / 2;
    text.chars().take(half).chain(['…']).chain(text.chars().skip(count - half)).collect()
}

impl Diagnostic {
    pub(crate) fn new(code: Code, file: &str, span: Range<usize>, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: code.severity(),
            message: shortened(message.into()),
            file: file.to_owned(),
            span,
            help: code.help().to_owned(),
            related: None,
        }
    }

    /// A finding of a host about a file that it could not read, which the compiler therefore does not know.
    pub fn unreadable_file(file: &str, message: &str, help: &str) -> Self {
        Self::new(Code::UnreadableFile, file, 0..0, message).help(help)
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = shortened(help.into());
        self
    }

    pub(crate) fn related(mut self, file: &str, span: Range<usize>, label: &str) -> Self {
        self.related = Some(Related { file: file.to_owned(), span, label: label.to_owned() });
        self
    }
}

macro_rules! codes {
    ($($variant:ident $severity:ident $code:literal $doc:literal $help:literal,)*) => {
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

            /// What to do about it, where the finding itself does not say it more closely.
            pub fn help(self) -> &'static str {
                match self { $(Self::$variant => $help,)* }
            }

            /// How bad such a problem is.
            pub fn severity(self) -> Severity {
                match self { $(Self::$variant => Severity::$severity,)* }
            }
        }
    };
}

codes! {
    YamlSyntax Error "yaml-syntax" "The file is not valid YAML."
        "check quotes, indentation and brackets around this place",
    DuplicateKey Error "duplicate-key" "A key stands twice in one mapping."
        "keep one of the two, or put both values into one",
    UnknownKey Error "unknown-key" "A key that the language does not have."
        "see docs/mapping.md for the keys",
    MissingKey Error "missing-key" "A required key is not there."
        "add it; docs/mapping.md says what it holds",
    MissingVersion Error "missing-version" "The file does not say which version of the language it is written in."
        "write `version: 1` at the top of the file",
    UnsupportedVersion Error "unsupported-version" "The file is written in a version that this program does not read."
        "this program reads version 1",
    WrongType Error "wrong-type" "A value has another type than the key wants."
        "see docs/mapping.md for what the key holds",
    InvalidValue Error "invalid-value" "A value is not one of those that the key knows."
        "see docs/mapping.md for the values",
    EmptyList Error "empty-list" "A list that needs an entry is empty."
        "add an entry",
    InvalidName Error "invalid-name" "A name is empty, too long, or holds control characters."
        "choose a name that can be read and typed: no control characters, no spaces at its ends",
    MissingPlatform Error "missing-platform" "The folder has no `platform.yaml`."
        "write `platform.yaml`; it names the applications and the target groups, see docs/mapping.md",
    MisplacedFile Error "misplaced-file" "A YAML file lies where no mapping file is expected."
        "a folder of mappings has `platform.yaml`, `organizations/<name>.yaml`, `organizations/<name>.test.yaml` and \
         `templates/<name>@<version>.yaml`",
    UnreadableFile Error "unreadable-file" "Something in the place of a mapping file cannot be read as one."
        "write the file itself in its place, or remove it",
    NoOrganizations Error "no-organizations" "The folder has no organization's mapping."
        "write one as `organizations/<name>.yaml`",
    DuplicateOrganization Error "duplicate-organization" "Two mappings name the same Auth0 organization."
        "put the rules of both into one mapping, or correct the id",
    DuplicateClient Error "duplicate-client" "A client id belongs to two applications."
        "a client belongs to one application: remove it from the other",
    DuplicateId Error "duplicate-id" "Two rules of one mapping have the same id."
        "give one of the rules another id",
    DuplicateCase Error "duplicate-case" "Two test cases of one file have the same name."
        "give one of the cases another name",
    UnknownApplication Error "unknown-application" "An application that the platform does not have."
        "add it to `applications` of the platform, or name another",
    UnknownGroup Error "unknown-group" "A target group that the registry does not list."
        "add it to `groups` of the platform, or name another",
    UnknownConnection Error "unknown-connection" "A connection that the mapping does not list."
        "add it to `connections` of the mapping, or name another",
    UnknownOrganization Error "unknown-organization" "An organization that no mapping describes."
        "write its mapping, or name another",
    UnknownRule Error "unknown-rule" "A rule id that the mapping does not have."
        "name a rule of the mapping by its `id`",
    UnnamespacedClaim Error "unnamespaced-claim" "A claim name that is not a URL of the platform's own."
        "use a URL of the platform's own, such as `https://claims.example.com/groups`",
    ReservedClaim Error "reserved-claim" "A claim name that Auth0 drops without a word."
        "use a URL of the platform's own, such as `https://claims.example.com/groups`",
    InvalidPointer Error "invalid-pointer" "A path that is no JSON Pointer to a user attribute."
        "write a path such as `/groups`",
    SelfServiceSource Error "self-service-source" "Groups read from where users can write themselves."
        "read the attribute that the identity provider fills, or `/app_metadata`",
    MissingSource Error "missing-source" "The strategy has no default for where the groups are."
        "say `groups: { from: /path, shape: list }`",
    ShapeOption Error "shape-option" "An option that does not belong to the shape, or one that the shape lacks."
        "`delimiter` goes with `shape: delimited`, `field` with `shape: objects`",
    InvalidGlob Error "invalid-glob" "A glob that does not parse."
        "see the glob syntax in docs/mapping.md",
    GlobTooLarge Error "glob-too-large" "A glob whose alternatives expand to too many patterns."
        "split it into several globs, or match more loosely",
    EmptyPattern Error "empty-pattern" "A pattern that no group name can match."
        "name a group, or remove the entry",
    MatchesEverything Error "matches-everything" "A pattern that matches every group without saying so."
        "write `everyone: true` instead of `match` if every user of this customer shall have what the rule grants",
    MissingMatch Error "missing-match" "A rule that says neither what it matches nor that it is for everyone."
        "say what it matches with `match`, or `everyone: true`",
    EmptyGrant Error "empty-grant" "A rule that grants nothing."
        "name at least one target group, or remove the rule",
    UnreachablePattern Error "unreachable-pattern" "A pattern that no name from its sources can match."
        "correct the name, or remove the entry",
    NameTooLongForProfile Error "name-too-long-for-profile" "A target group's name is longer than its application accepts."
        "choose a shorter name, or keep the group out of that application",
    MissingMapping Error "missing-mapping" "A test file without its mapping."
        "name the test file after the mapping that it tests",
    InvalidRegex Error "invalid-regex" "A regular expression that does not parse, or that cannot run in linear time."
        "see the regex syntax in docs/mapping.md",
    RegexTooLarge Error "regex-too-large" "A regular expression that is larger than a bundle may carry."
        "split it into several, or match more loosely",
    UnknownCapture Error "unknown-capture" "A grant expands a capture that the rule's patterns do not have."
        "name the part in the pattern: `${name}` in a glob, `(?<name>…)` in a regex",
    UnusedCapture Warning "unused-capture" "A pattern names a part that no grant uses."
        "use it in `grant`, or remove its name: `(…)` in a regex, `?*` in a glob that has no other capture",
    TemplateOutsideRegistry Error "template-outside-registry" "An expanded grant that can name no target group, or can leave the registry."
        "list the target groups that it may name in `groups` of the platform, or narrow the pattern",
    ProtectedGroup Error "protected-group" "A rule grants a protected target group without being marked to."
        "write `protected: true` into the rule if it is meant to grant the group",
    OutsideCeiling Error "outside-ceiling" "A rule grants what the platform does not let this organization grant."
        "grant another group, or have the platform's owners raise the organization's ceiling",
    UnknownTemplate Error "unknown-template" "A template, or a version of it, that does not exist."
        "write it as `templates/<name>@<version>.yaml`, or use another",
    UnknownParameter Error "unknown-parameter" "A parameter that the template does not declare."
        "declare it under `parameters` of the template, or name another",
    MissingParameter Error "missing-parameter" "A use of a template that leaves out a parameter without a default."
        "add the parameter under `with`",
    UnusedParameter Warning "unused-parameter" "A template declares a parameter that none of its rules uses."
        "remove it, or use it as `{{name}}`",
    UnusedTemplate Warning "unused-template" "A template that no organization uses."
        "use it in an organization's file, or remove it",
    UnusedAlias Warning "unused-alias" "An alias that no rule's pattern matches."
        "remove it, or correct the rule that was meant to match it",
    DuplicateAlias Warning "duplicate-alias" "Two ids have the same readable name."
        "give each its own name, unless both groups are meant wherever the name stands",
    UnusedTargetGroup Warning "unused-target-group" "A target group that no rule of any organization can grant."
        "remove it from the registry, or grant it",
    SimilarTargetGroups Warning "similar-target-groups" "Two target groups differ only in letter case, spaces or invisible characters."
        "rename one of them: applications and people will mix them up",
    EmptyCondition Error "empty-condition" "A condition without anything in it, which would always hold."
        "say what has to hold, or remove the key",
    ImpossibleCondition Error "impossible-condition" "A condition, or what a rule matches, that can never hold."
        "correct it, or remove the rule",
    UnsafePartial Error "unsafe-partial" "Partial input could hide the very group that takes something away, or refuses the login."
        "choose `incomplete: deny` or `no-groups`, or do without rules that exclude, or want a group not to be there",
    ExpiredRule Warning "expired-rule" "A rule that has expired and fires no more."
        "remove it, or give it a later date",
    NearMiss Warning "near-miss" "A name that differs from a known one only in letter case, spaces or invisible characters."
        "write it as the other, if the same is meant",
    InvisibleCharacter Warning "invisible-character" "A name holds a character that cannot be seen, or is not in Unicode's normalization form C."
        "type the name anew; if the identity provider really sends it so, clean it with `normalize`",
    UntidyName Warning "untidy-name" "A name or pattern is written as some connections never send it, because they normalize names."
        "write it as names are after `normalize`",
    DuplicateRule Warning "duplicate-rule" "Two rules of one mapping match and grant the same."
        "remove one of them",
    ShadowedRule Warning "shadowed-rule" "A rule gives nothing that another one does not give as well."
        "remove it, unless it is there for the record",
    ForgeableName Warning "forgeable-name" "A protected group is granted by what others upstream can choose, such as the display name of a group of their own."
        "match the group's id where the identity provider sends a list of ids, and give it a readable name under `aliases`",
    DelimiterInName Warning "delimiter-in-name" "A name holds the delimiter at which the string of groups is split."
        "have the identity provider send an array, or a delimiter that no group name holds",
    UnreachableDefault Warning "unreachable-default" "A default that never applies, because a rule always grants something."
        "remove `default`, or the rule for everyone",
}

#[cfg(test)]
mod tests {
    use super::{Code, shortened};
    use crate::limits::MAX_MESSAGE;

    #[test]
    fn a_long_message_loses_its_middle() {
        let fitting = "ä".repeat(MAX_MESSAGE);
        assert_eq!(shortened(fitting.clone()), fitting);
        let long = format!("the name `{}` is too long", "ä".repeat(MAX_MESSAGE));
        let short = shortened(long);
        assert_eq!(short.chars().count(), MAX_MESSAGE + 1);
        assert!(short.starts_with("the name `ää") && short.ends_with("ä` is too long"), "{short}");
    }

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
