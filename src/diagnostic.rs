//! Diagnostics: what is wrong with a mapping file, where, and what to do about it.

use crate::limits::MAX_MESSAGE;
use core::ops::Range;

pub use crate::text::private_key::without_private_keys;

/// A mapping file as it was read.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct SourceFile {
    /// The path as the user would write it, with `/` between its parts, relative to the mappings folder's parent.
    pub path: String,
    /// The text.
    pub text: String,
}

/// One problem in a mapping file.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Diagnostic {
    /// The kind of problem.
    pub code: Code,
    /// Whether it is an error or a warning.
    pub severity: Severity,
    /// What is wrong: lowercase, no period at the end, the user's text in backticks.
    pub message: String,
    /// The path of the file.
    pub file: String,
    /// The byte range to mark in the file; empty where something is missing.
    pub span: Range<usize>,
    /// What to do about it.
    pub help: String,
    /// Another location that belongs to the problem.
    pub related: Option<Related>,
    /// The change of the file that the help asks for, where there is only one.
    pub fix: Option<Fix>,
}

/// A problem that a mapping file allows.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct Suppressed {
    /// The problem.
    pub diagnostic: Diagnostic,
    /// Why it is allowed, in the words of its author.
    pub reason: String,
}

/// The order of files by their paths; the test file of a mapping comes after it, because what is wrong in the mapping is
/// often why its cases are.
pub fn by_file(left: &str, right: &str) -> core::cmp::Ordering {
    fn key(path: &str) -> (&str, bool) {
        match path.strip_suffix(".test.yaml") {
            Some(mapping) => (mapping, true),
            None => (path.strip_suffix(".yaml").unwrap_or(path), false),
        }
    }
    (key(left), left).cmp(&(key(right), right))
}

/// A change of a file that solves a problem.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct Fix {
    /// The byte range to replace, in the file of the problem.
    pub span: Range<usize>,
    /// What to write in its place.
    pub replacement: String,
}

impl Fix {
    /// The text of the file with the change.
    pub fn applied(&self, text: &str) -> String {
        let before = text.get(..self.span.start).unwrap_or(text);
        let after = text.get(self.span.end..).unwrap_or_default();
        [before, &self.replacement, after].concat()
    }
}

/// Another location that belongs to a problem.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct Related {
    /// The path of the file.
    pub file: String,
    /// The byte range in the file.
    pub span: Range<usize>,
    /// What is there, such as `first declared here`.
    pub label: String,
}

/// How severe a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Severity {
    /// The mapping cannot be used.
    Error,
    /// The mapping can be used, but is a likely mistake.
    Warning,
}

impl Severity {
    /// The severity as it is printed.
    pub fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

/// Replaces the middle of a text that is too long by `…`.
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
            fix: None,
        }
    }

    /// A diagnostic about a file that the host could not read, and so could not give to the compiler.
    pub fn unreadable_file(file: &str, message: &str, help: &str) -> Self {
        Self::new(Code::UnreadableFile, file, 0..0, message).help(help)
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = shortened(help.into());
        self
    }

    pub(crate) fn fix(mut self, fix: Fix) -> Self {
        self.fix = Some(fix);
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

            /// The meaning of the code, in a sentence.
            pub fn summary(self) -> &'static str {
                match self { $(Self::$variant => $doc,)* }
            }

            /// What to do about it; a diagnostic may have more specific help.
            pub fn help(self) -> &'static str {
                match self { $(Self::$variant => $help,)* }
            }

            /// The severity of such a problem, unless `lints` of the platform says another.
            pub fn severity(self) -> Severity {
                match self { $(Self::$variant => Severity::$severity,)* }
            }
        }
    };
}

impl Code {
    /// Whether `lints` of the platform can set how severe such a problem is, and `allow` can accept one.
    ///
    /// The mapping works in spite of it. Two kinds are errors by default, because what an author wrote can never happen.
    pub fn is_lint(self) -> bool {
        self.severity() == Severity::Warning
            || matches!(self, Self::ImpossibleCondition | Self::UnreachablePattern)
    }

    /// Whether such a problem can give someone access by mistake. A warning of this kind can be allowed in one place, with
    /// a reason, but not switched off for the whole platform.
    pub fn guards_access(self) -> bool {
        matches!(self, Self::ForgeableName | Self::InvisibleCharacter | Self::SimilarTargetGroups)
    }
}

codes! {
    YamlSyntax Error "yaml-syntax" "The file is not valid YAML, or has signs of YAML that mapping files do without."
        "check quotes, indentation and brackets around this place",
    DuplicateKey Error "duplicate-key" "A key appears twice in one mapping."
        "write the key once, with all that both say: one of them alone can lack a condition, an exception or an end",
    UnknownKey Error "unknown-key" "A key that the language does not have."
        "remove it, or correct its spelling",
    MissingKey Error "missing-key" "A required key is missing."
        "add it",
    MissingVersion Error "missing-version" "The file does not state the version of the mapping language."
        "write `version: 1` at the top of the file",
    UnsupportedVersion Error "unsupported-version" "The file is written in a version that this program does not read."
        "this program reads version 1",
    WrongType Error "wrong-type" "A value does not have the type that the key requires."
        "write a value of that type",
    InvalidValue Error "invalid-value" "A value is not one that the key allows."
        "write a value that the key allows",
    EmptyList Error "empty-list" "A list that needs at least one entry is empty."
        "add an entry",
    InvalidName Error "invalid-name" "A name is empty, too long, or contains control characters."
        "choose a name that can be read and typed: no control characters, no spaces at its ends",
    MissingPlatform Error "missing-platform" "The folder has no `platform.yaml`."
        "write `platform.yaml` with the applications and the target groups; `claimsmith help platform` describes it",
    MisplacedFile Error "misplaced-file" "A YAML file is in a place where no mapping file is expected."
        "a folder of mappings has `platform.yaml`, `organizations/<name>.yaml`, `organizations/<name>.test.yaml` and \
         `templates/<name>@<version>.yaml`",
    UnreadableFile Error "unreadable-file" "A mapping file cannot be read."
        "replace it by a regular file that can be read, or remove it",
    NoOrganizations Error "no-organizations" "The folder has no mapping of an organization."
        "write one as `organizations/<name>.yaml`",
    DuplicateOrganization Error "duplicate-organization" "Two mappings have the id of the same Auth0 organization."
        "either may be the copy: correct its id, remove it, or put what both say into one mapping",
    DuplicateClient Error "duplicate-client" "A client id belongs to two applications."
        "a client belongs to one application: remove it from the other",
    DuplicateId Error "duplicate-id" "Two rules of one mapping have the same id."
        "give one of the rules another id",
    DuplicateCase Error "duplicate-case" "Two test cases of one file have the same name."
        "give one of the cases another name",
    UnknownApplication Error "unknown-application" "A name that is not one of the platform's applications."
        "correct the name; or add it to `applications` of the platform",
    UnknownGroup Error "unknown-group" "A target group that is not in the registry."
        "correct the name; or add it to `groups` of the platform",
    UnknownConnection Error "unknown-connection" "A connection that is not in the mapping."
        "correct the name; or, if the customer logs in by it, add it to `connections` of the mapping",
    UnknownOrganization Error "unknown-organization" "An organization that has no mapping."
        "write a mapping for it, or name another",
    UnknownRule Error "unknown-rule" "An id that is not that of a rule in the mapping."
        "name a rule of the mapping by its `id`",
    UnnamespacedClaim Error "unnamespaced-claim" "A claim name that is not a URL of the platform's own."
        "use a URL of the platform's own, such as `https://claims.example.com/groups`",
    ReservedClaim Error "reserved-claim" "A claim name that Auth0 drops silently."
        "use a URL of the platform's own, such as `https://claims.example.com/groups`",
    InvalidPointer Error "invalid-pointer" "A path that is not a JSON Pointer to a user attribute."
        "write a path such as `/groups`",
    SelfServiceSource Error "self-service-source" "An attribute that users can change themselves."
        "read the attribute that the identity provider fills, or `/app_metadata`",
    MissingSource Error "missing-source" "A connection whose strategy has no default location for groups."
        "write `groups: { from: /path, shape: list }`",
    ShapeOption Error "shape-option" "An option that does not belong to the shape, or a required one that is missing."
        "`delimiter` says what separates the groups of one string, `field` which member of an object holds the group",
    InvalidGlob Error "invalid-glob" "A glob that does not parse."
        "see the glob syntax with `claimsmith help patterns glob`",
    GlobTooLarge Error "glob-too-large" "A glob whose alternatives expand to too many patterns."
        "split it into several globs, or match more loosely",
    EmptyPattern Error "empty-pattern" "A pattern that no group name can match."
        "name a group, or remove the entry",
    MatchesEverything Error "matches-everything" "A pattern that matches every group, or every text of an attribute."
        "write `everyone: true` instead of `match` if every user of this customer should receive what the rule grants",
    MissingMatch Error "missing-match" "A rule that has neither `match` nor `everyone`."
        "add `match` with the patterns that it matches, or `everyone: true`",
    EmptyGrant Error "empty-grant" "A rule that grants nothing."
        "name at least one target group, or remove the rule",
    UnreachablePattern Error "unreachable-pattern" "A pattern that no name from its sources can match."
        "correct the name, or remove the entry",
    NameTooLongForProfile Error "name-too-long-for-profile" "A target group's name is longer than its application accepts."
        "choose a shorter name, or keep the group out of that application",
    MissingMapping Error "missing-mapping" "A test file without a mapping."
        "give the test file the name of the mapping that it tests",
    InvalidRegex Error "invalid-regex" "A regular expression that does not parse, or that cannot run in linear time."
        "see the regex syntax with `claimsmith help patterns regex`",
    RegexTooLarge Error "regex-too-large" "A regular expression that is larger than a bundle may carry."
        "split it into several, or match more loosely",
    UnknownCapture Error "unknown-capture" "A grant uses a capture that the rule's patterns do not have."
        "name the part in the pattern: `${name}` in a glob, `(?<name>…)` in a regex",
    UnusedCapture Warning "unused-capture" "A pattern has a named capture that no grant uses."
        "use it in `grant`, or remove its name: `(…)` in a regex, `?*` in a glob that has no other capture",
    TemplateOutsideRegistry Error "template-outside-registry" "An expanded grant that can name no target group, or can leave the registry."
        "list the target groups that it may name in `groups` of the platform, or narrow the pattern",
    ProtectedGroup Error "protected-group" "A rule without `protected: true` grants a protected target group."
        "add `protected: true` to the rule if it is meant to grant the group",
    OutsideCeiling Error "outside-ceiling" "A rule grants a target group that this organization may not grant."
        "grant another group, or ask the platform's owners to raise the organization's ceiling",
    UnknownTemplate Error "unknown-template" "A template, or a version of it, that does not exist."
        "write it as `templates/<name>@<version>.yaml`, or use another",
    UnknownParameter Error "unknown-parameter" "A parameter that the template does not declare."
        "declare it under `parameters` of the template, or name another",
    MissingParameter Error "missing-parameter" "A use of a template that does not set a parameter without a default."
        "add the parameter under `with`",
    UnusedParameter Warning "unused-parameter" "A template declares a parameter that none of its rules uses."
        "remove it, or use it as `{{name}}`",
    UnusedTemplate Warning "unused-template" "A template that no organization uses."
        "use it in an organization's file, or remove it",
    UnusedAlias Warning "unused-alias" "An alias that no pattern of a rule matches."
        "remove it, or correct the rule that was meant to match it",
    DuplicateAlias Warning "duplicate-alias" "Two ids have the same readable name."
        "give each its own name, unless a pattern with the name is always meant to match both groups",
    UnusedTargetGroup Warning "unused-target-group" "A target group that no rule of any organization can grant."
        "remove it from the registry, or grant it in a rule",
    SimilarTargetGroups Warning "similar-target-groups" "Two target groups differ only in letter case, spaces or invisible characters."
        "rename one of them: applications and people will mix them up",
    EmptyCondition Error "empty-condition" "An empty condition, which would always hold."
        "write what must hold; a rule without `when` fires for every user whose groups match",
    ImpossibleCondition Error "impossible-condition" "A condition or a match that can never hold."
        "correct it, or remove the rule",
    UnsafePartial Error "unsafe-partial" "With partial input, a group that excludes something or refuses the login could be missing."
        "choose `incomplete: deny` or `no-groups`, or remove the rules with `exclude` and `none`",
    NeedsGroups Error "needs-groups" "A rule or a policy needs groups, at a connection that sends none."
        "keep the rule away from the connection by its condition, or let conditions decide alone",
    UnprovidedInput Error "unprovided-input" "A rule for people of a directory reads what the directory does not provide."
        "let the directory provide it, or decide by the groups",
    ExpiredRule Warning "expired-rule" "A rule that has expired and no longer fires."
        "remove the whole rule; or, if it is to grant again, write a later date: without `expires` it would never end",
    FutureFloor Warning "future-floor" "A floor of blocks that is in the future."
        "write the present time, unless no block is to count until then; then sign the blocks again, and deploy",
    NearMiss Warning "near-miss" "A name that differs from a known one only in letter case, spaces or invisible characters."
        "write both in the same way if the same group is meant",
    InvisibleCharacter Warning "invisible-character" "A name contains an invisible character, or is not in Unicode normalization form C."
        "retype the name; if the identity provider sends it like this, clean it with `normalize`",
    UntidyName Warning "untidy-name" "A name or pattern that some connections never send, because they normalize names."
        "write it in the form that names have after `normalize`",
    DuplicateEntry Warning "duplicate-entry" "An entry that is already in the same list."
        "remove one of the two",
    DuplicateRule Warning "duplicate-rule" "Two rules of one mapping match and grant the same."
        "remove one of them",
    ShadowedRule Warning "shadowed-rule" "A rule grants nothing beyond what another rule grants."
        "remove it, unless it is kept as documentation",
    RedundantGrant Warning "redundant-grant" "A group that a rule grants in vain, because another grant includes it or is above it in a tier."
        "remove it",
    ForgeableName Warning "forgeable-name" "A protected group is granted for a name that others can choose upstream, such as the display name of a group that they create."
        "match the group's id where the identity provider sends a list of ids, and give it a readable name under `aliases`",
    DelimiterInName Warning "delimiter-in-name" "A name contains the delimiter at which the string of groups is split."
        "have the identity provider send an array, or a delimiter that no group name contains",
    UnreachableDefault Warning "unreachable-default" "A default that never applies, because a rule always grants something."
        "remove `default`, or the rule for everyone",
    NoEffect Warning "no-effect" "A group that a rule names and that it can neither add nor remove at any login."
        "name the group or the application that is meant, or remove the entry",
    ContainsOnText Warning "contains-on-text" "A condition looks for an entry of a list in an attribute that is one text."
        "write `equals` for the whole text, or `contains-text` for a part of it",
    IncludeCycle Error "include-cycle" "A target group includes itself, by way of others or directly."
        "remove one of the entries of `includes`",
    UnusedAllow Warning "unused-allow" "A finding is allowed that is not there."
        "remove it",
    UnboundedGrant Error "unbounded-grant" "A grant that begins with a capture or a wildcard, and no ceiling that limits where it can lead."
        "add a ceiling with `groups` or `prefix` for the organization, or begin the grant with a part of the name",
    UnknownTenant Error "unknown-tenant" "A tenant that the platform does not declare."
        "add it to `tenants` of the platform with its domain, or name another",
    MissingTenant Error "missing-tenant" "An organization or an application without an id in one of the tenants."
        "add the id that it has there, or `none` if it does not exist there",
    MixedTenants Error "mixed-tenants" "A case whose organization and application are not in the same tenant."
        "correct the ids, or name the tenant with `event.tenant.id`",
    ForeignSyntax Warning "foreign-syntax" "A text that looks like another language than the one that it is read as."
        "write it in this language, or allow it with a reason if the name really is written like this",
    UntestedOrganization Warning "untested-organization" "An organization without cases."
        "write a case for each of its rules; `claimsmith help tests` describes them",
    UntestedRule Warning "untested-rule" "A rule that fires in no case of its organization."
        "add a case with a login for which it fires",
}

#[cfg(test)]
mod tests {
    use super::{Code, shortened};
    use crate::limits::MAX_MESSAGE;

    #[test]
    fn shortened_replaces_the_middle_of_a_long_message() {
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
