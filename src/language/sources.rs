//! Sources of a connection: where its groups are found, and in which form.

mod shape;

use self::shape::ShapeWord;
use super::conditions::check_domain;
use super::diagnostic_sink::DiagnosticSink;
use super::fields::Fields;
use super::model::{From, OwnedForm, OwnedShape, OwnedSource};
use super::name_checks::{check_option, check_pointer};
use super::pointer::{means_auth0_roles, near_word};
use super::skip::read_skip;
use super::strategy::Strategy;
use super::subject::Subject;
use super::wrong_type::{Expected, WRITE_NONE, means_none};
use super::yaml::{Kind, Spanned};
use crate::diagnostic::Code;
use crate::login::dn::AttributeOf;
use crate::login::source::{Absent, Identity};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Accepted {
    Numbers,
    Booleans,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum NormalizeStep {
    Nfc,
    Trim,
}

/// Groups that Auth0 stores itself, in contrast to attributes that an identity provider sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kept {
    Provisioned,
    Auth0Roles,
}

impl Kept {
    const WORDS: &[(&str, Self)] = &[("provisioned", Self::Provisioned), ("auth0-roles", Self::Auth0Roles)];

    /// Its name at the beginning of a clause.
    fn name(self) -> &'static str {
        match self {
            Self::Provisioned => "provisioned groups",
            Self::Auth0Roles => "roles of Auth0",
        }
    }
}

/// Reads the options of one source.
struct SourceReader<'r, 'n> {
    strategy: Strategy,
    connection: &'r Spanned<String>,
    /// The keys of the source; `None` if everything is left to the strategy.
    fields: Option<&'r Fields<'n>>,
}

/// Reads one source of a connection; without `fields`, all of it is left to the strategy.
pub(super) fn read_source(
    strategy: Strategy,
    connection: &Spanned<String>,
    fields: Option<&Fields<'_>>,
    sink: &mut DiagnosticSink<'_>,
) -> Option<OwnedSource> {
    let reader = SourceReader { strategy, connection, fields };
    // All options are read before the function can return, so that all problems are reported.
    let kept = reader.kept();
    let location = match kept {
        Some(Kept::Provisioned) => reader.provisioned(sink),
        Some(Kept::Auth0Roles) => reader.auth0_roles(sink),
        None => reader.attribute(sink),
    };
    let nested = reader.nested(sink);
    let form = reader.form(sink);
    let accept = [("numbers", Accepted::Numbers), ("booleans", Accepted::Booleans)];
    let accept = fields.and_then(|fields| fields.choices("accept", &accept, sink)).unwrap_or_default();
    let accepts = |wanted: Accepted| accept.iter().any(|(accepted, _)| *accepted == wanted);
    let normalize = [("nfc", NormalizeStep::Nfc), ("trim", NormalizeStep::Trim)];
    let normalize =
        fields.and_then(|fields| fields.choices("normalize", &normalize, sink)).unwrap_or_default();
    let normalizes = |wanted: NormalizeStep| normalize.iter().any(|(step, _)| *step == wanted);
    let absent = [("incomplete", Absent::Incomplete), ("empty", Absent::Empty)];
    let [absent, null] =
        ["absent", "if-null"].map(|key| fields.and_then(|fields| fields.choice(key, &absent, sink)));
    let has_form = form.as_ref().is_none_or(|form| *form != OwnedForm::Plain) || reader.is_misspelled("form");
    let skip = fields.and_then(|fields| fields.get("skip"));
    let skip = skip.map(|node| read_skip(node, has_form, sink)).unwrap_or_default();
    let sent = kept.is_none() && !reader.is_stored();
    let overage = reader.overage(kept, sent, sink);
    let cap = reader.cap(sent, sink);
    let (from, shape) = location?;
    Some(OwnedSource {
        from,
        shape,
        nested,
        form: form?,
        numbers: accepts(Accepted::Numbers),
        booleans: accepts(Accepted::Booleans),
        nfc: normalizes(NormalizeStep::Nfc),
        trim: normalizes(NormalizeStep::Trim),
        absent: absent.unwrap_or(Absent::Incomplete),
        null: null.unwrap_or(Absent::Incomplete),
        skip,
        overage,
        cap,
    })
}

impl SourceReader<'_, '_> {
    /// What Auth0 keeps, if the source reads that and not an attribute.
    fn kept(&self) -> Option<Kept> {
        let from = self.fields.and_then(|fields| fields.get("from"));
        from.and_then(|node| match &node.kind {
            Kind::Text(text) => Kept::WORDS.iter().find(|(word, _)| text == word).map(|(_, kept)| *kept),
            _ => None,
        })
    }

    /// Whether it reads what an application stored about the user, and not what an identity provider sent.
    fn is_stored(&self) -> bool {
        let from = self.fields.and_then(|fields| fields.get("from"));
        from.is_some_and(|node| matches!(&node.kind, Kind::Text(text) if is_app_metadata(text)))
    }

    /// The text of an option, if it is present.
    fn option(&self, key: &str, sink: &mut DiagnosticSink<'_>) -> Option<Spanned<String>> {
        let text = self.fields?.text(key, sink)?;
        if check_option(&text, key, sink) { Some(text) } else { None }
    }

    fn is_misspelled(&self, key: &str) -> bool {
        self.fields.is_some_and(|fields| fields.is_misspelled(key))
    }

    fn has(&self, key: &str) -> bool {
        self.fields.is_some_and(|fields| fields.get(key).is_some())
    }

    /// Reports an option that does not apply, with the options that it belongs to, such as `shape: objects`.
    fn misplaced(&self, key: &str, owners: &[&str], sink: &mut DiagnosticSink<'_>) {
        let is_owner_misspelled = owners
            .iter()
            .filter_map(|owner| owner.split_once(':'))
            .any(|(owner, _)| self.is_misspelled(owner));
        if let Some(span) = self.fields.and_then(|fields| fields.key_span(key))
            && !is_owner_misspelled
        {
            let owners: Vec<_> = owners.iter().map(|owner| format!("`{owner}`")).collect();
            let owners = match owners.as_slice() {
                [others @ .., last] if others.len() > 1 => format!("{} or {last}", others.join(", ")),
                owners => owners.join(" or "),
            };
            let message = format!("`{key}` belongs to {owners}");
            let help = format!("remove it, or write {owners}");
            sink.report(Code::ShapeOption, span, message, help);
        }
    }

    /// Reports an option that is missing, with the option that requires it.
    fn missing(&self, key: &str, owner: &str, sink: &mut DiagnosticSink<'_>) {
        if !self.has(key) && !self.is_misspelled(key) {
            let span = self.fields.map_or(&self.connection.span, |fields| &fields.span);
            let message = format!("`{owner}` needs the key `{key}`");
            sink.report(Code::ShapeOption, span, message, None);
        }
    }

    /// Reports options that are only for attributes; `instead` says what is true of `kept`.
    fn refuse(&self, keys: &[&str], kept: Kept, instead: &str, sink: &mut DiagnosticSink<'_>) {
        for key in keys {
            if let Some(span) = self.fields.and_then(|fields| fields.key_span(key)) {
                let name = kept.name();
                let message = format!("`{key}` is for attributes, and {name} are not an attribute");
                sink.report(Code::ShapeOption, span, message, format!("remove it: {name} {instead}"));
            }
        }
    }

    /// The location and shape of Auth0's roles.
    fn auth0_roles(&self, sink: &mut DiagnosticSink<'_>) -> Option<(From, OwnedShape)> {
        let keys = ["shape", "identity", "delimiter", "field", "having", "nested"];
        let instead = "are a list of names, and belong to the user who logs in";
        self.refuse(&keys, Kept::Auth0Roles, instead, sink);
        Some((From::Auth0Roles, OwnedShape::List))
    }

    /// The location and shape of provisioned groups.
    fn provisioned(&self, sink: &mut DiagnosticSink<'_>) -> Option<(From, OwnedShape)> {
        let instead = "are objects, and belong to the user who logs in";
        let keys = ["shape", "identity", "delimiter", "having", "nested"];
        self.refuse(&keys, Kept::Provisioned, instead, sink);
        let stated = self.option("field", sink);
        if stated.is_none() && self.has("field") {
            return None;
        }
        if let Some(field) = &stated
            && !["name", "id", "external_id"].contains(&field.value.as_str())
        {
            let message =
                format!("provisioned groups cannot be read by their member `{}`", field.value.escape_debug());
            let help = "write one of `name`, `id`, `external_id`".to_owned();
            sink.report(Code::InvalidValue, &field.span, message, help);
            return None;
        }
        let field = stated.map_or_else(|| "name".to_owned(), |field| field.value);
        Some((From::Provisioned, OwnedShape::Objects(field)))
    }

    /// The location and shape of an attribute.
    fn attribute(&self, sink: &mut DiagnosticSink<'_>) -> Option<(From, OwnedShape)> {
        let default = self.strategy.default_source();
        let from = self.fields.and_then(|fields| fields.text("from", sink));
        let is_none = |from: &&Spanned<String>| !from.value.is_empty() && means_none(&from.value);
        if let Some(from) = from.as_ref().filter(is_none) {
            let message = format!("`{}` is not a JSON Pointer", from.value.escape_debug());
            let help = format!("{WRITE_NONE}, without `from`");
            sink.report(Code::InvalidPointer, &from.span, message, help);
            return None;
        }
        if let Some(from) = from.as_ref().filter(|from| means_auth0_roles(&from.value)) {
            let message = format!(
                "`{}` leads to roles of Auth0, which are not below `event.user`",
                from.value.escape_debug()
            );
            let help = "write `auth0-roles`, without `shape` and other keys for attributes".to_owned();
            sink.report(Code::InvalidPointer, &from.span, message, help);
            return None;
        }
        if let Some(from) = &from
            && let Some(help) = help_for_word(&from.value)
        {
            let message =
                format!("`{}` is not a JSON Pointer to a user attribute", from.value.escape_debug());
            sink.report(Code::InvalidPointer, &from.span, message, help);
            return None;
        }
        if self.has("from") && from.is_none()
            || from.as_ref().is_some_and(|pointer| !check_pointer(pointer, "which groups they have", sink))
        {
            return None;
        }
        let identities = [("login", Identity::Login), ("primary", Identity::Primary)];
        let identity = self.fields.and_then(|fields| fields.choice("identity", &identities, sink));
        let pointer = from.map(|from| from.value).or(default.as_ref().map(|(from, _)| (*from).to_owned()));
        let word = self.fields.and_then(|fields| fields.choice("shape", ShapeWord::CHOICES, sink));
        if self.has("shape") && word.is_none() {
            return None;
        }
        let default_shape = default.map(|(_, shape)| shape);
        let word = word.or(default_shape.as_ref().and_then(ShapeWord::of_default));
        let (Some(pointer), Some(word)) = (pointer, word) else {
            let span = self.fields.map_or(&self.connection.span, |fields| &fields.span);
            let message = format!("strategy `{}` has no default location for groups", self.strategy.name());
            let help = "write `groups: { from: /path, shape: list }`, or `groups: none` if the connection sends no groups";
            sink.report(Code::MissingSource, span, message, help.to_owned());
            return None;
        };
        let shape = self.shape(word, default_shape, sink);
        // What an application stored is about the user, whichever of the linked accounts logs in.
        let identity =
            if is_app_metadata(&pointer) { Identity::Primary } else { identity.unwrap_or(Identity::Login) };
        Some((From::Attribute { pointer, identity }, shape?))
    }

    fn form(&self, sink: &mut DiagnosticSink<'_>) -> Option<OwnedForm> {
        let words =
            [("plain", "plain"), ("dn", "dn"), ("domain", "domain"), ("email", "email"), ("path", "path")];
        let word = self.fields.and_then(|fields| fields.choice("form", &words, sink));
        if self.has("form") && word.is_none() {
            return None;
        }
        let word = word.unwrap_or("plain");
        if word != "dn" {
            self.misplaced("attribute", &["form: dn"], sink);
            self.misplaced("attribute-of", &["form: dn"], sink);
            self.misplaced("below", &["form: dn"], sink);
        }
        if !matches!(word, "domain" | "email") {
            self.misplaced("domain", &["form: domain", "form: email"], sink);
        }
        match word {
            "dn" => {
                let attribute = self.option("attribute", sink).filter(|it| check_attribute(it, sink));
                let owners = [("entry", AttributeOf::Entry), ("parent", AttributeOf::Parent)];
                let of = self.fields.and_then(|fields| fields.choice("attribute-of", &owners, sink));
                let below = self.fields.and_then(|fields| fields.text("below", sink));
                let below = below.filter(|below| check_dn(below, sink));
                Some(OwnedForm::DistinguishedName {
                    attribute: attribute.map_or_else(|| "CN".to_owned(), |attribute| attribute.value),
                    of: of.unwrap_or(AttributeOf::Entry),
                    below: below.map(|below| below.value),
                })
            }
            "domain" => Some(OwnedForm::Domain { domain: self.domain('\\', sink) }),
            "email" => Some(OwnedForm::Email { domain: self.domain('@', sink) }),
            "path" => Some(OwnedForm::Path),
            _ => Some(OwnedForm::Plain),
        }
    }

    fn domain(&self, separator: char, sink: &mut DiagnosticSink<'_>) -> Option<String> {
        let domain = self.option("domain", sink)?;
        if domain.value.contains(separator) {
            let message = format!("the domain contains `{separator}`, which separates it from the name");
            let help = format!("write the domain alone, without `{separator}` and the name");
            sink.report(Code::InvalidValue, &domain.span, message, help);
            return None;
        }
        if separator == '@' {
            check_domain(&domain, ", so add a source for each domain", sink);
        }
        Some(domain.value)
    }

    /// Whether signs of withheld groups are checked; by default if the identity provider sent the groups.
    fn overage(&self, kept: Option<Kept>, sent: bool, sink: &mut DiagnosticSink<'_>) -> bool {
        let words = [("entra", true), ("none", false)];
        let stated = self.fields.and_then(|fields| fields.choice("overage", &words, sink));
        if let (Some(kept), Some(true)) = (kept, stated) {
            self.refuse(&["overage"], kept, "are never withheld", sink);
        }
        stated.unwrap_or(sent && self.strategy.has_overage())
    }

    /// The number of entries at which the list counts as cut off.
    fn cap(&self, sent: bool, sink: &mut DiagnosticSink<'_>) -> Option<u32> {
        let default = if sent { self.strategy.default_cap() } else { None };
        let Some((fields, node)) = self.fields.and_then(|fields| Some((fields, fields.get("cap")?))) else {
            return default;
        };
        match node.kind {
            Kind::Text(_) => {
                if fields.choice("cap", &[("none", ())], sink).is_none() {
                    sink.help_last("write a number from 1 to 10000, or `none`");
                }
                None
            }
            Kind::Integer(_) | Kind::Float(_) => fields.number("cap", sink),
            _ => {
                sink.wrong_type(node, Subject::Key("cap"), Expected::Cap);
                None
            }
        }
    }
}

/// What to write for a text in `from` that is similar to a word for groups outside `event.user`.
fn help_for_word(text: &str) -> Option<String> {
    Some(match near_word(text) {
        Some("provisioned") => {
            "write `provisioned` for the groups that were provisioned, as by SCIM".to_owned()
        }
        Some(word) => format!("write `{word}` for the roles that the user has in Auth0"),
        None if ["roles", "role"].contains(&text.to_lowercase().as_str()) => format!(
            "write `auth0-roles` for the roles that the user has in Auth0, or `/{text}` for an attribute of this name"
        ),
        None => return None,
    })
}

fn is_app_metadata(pointer: &str) -> bool {
    pointer == "/app_metadata" || pointer.starts_with("/app_metadata/")
}

/// Reports a text that is not the type of an attribute, such as `CN` or `2.5.4.3`.
fn check_attribute(attribute: &Spanned<String>, sink: &mut DiagnosticSink<'_>) -> bool {
    let text = attribute.value.as_str();
    let named = text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let numbered =
        text.split('.').all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()));
    if !named && !numbered {
        let message = format!("`{}` is not an attribute of a distinguished name", text.escape_debug());
        let help = "write an attribute's type, such as `CN` or `OU`".to_owned();
        sink.report(Code::InvalidValue, &attribute.span, message, help);
    }
    named || numbered
}

/// Reports a text that is not a distinguished name.
fn check_dn(below: &Spanned<String>, sink: &mut DiagnosticSink<'_>) -> bool {
    let good = crate::login::dn::is_dn(below.value.as_bytes());
    if !good {
        let message = format!("`{}` is not a distinguished name", below.value.escape_debug());
        let help = "write it as `OU=Groups,DC=acme,DC=example`".to_owned();
        sink.report(Code::InvalidValue, &below.span, message, help);
    }
    good
}
