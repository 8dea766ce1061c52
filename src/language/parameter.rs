//! Parameters of templates: their declarations, and the values that uses give them.

use super::diagnostic_sink::DiagnosticSink;
use super::fields::Fields;
use super::grammar::PARAMETER;
use super::model::Platform;
use super::subject::Subject;
use super::values::{read_members, read_text, read_texts};
use super::yaml::{Node, Spanned};
use crate::diagnostic::Code;
use crate::limits::MAX_ID;

/// The value of a parameter in one use of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Argument {
    One(String),
    List(Vec<String>),
}

#[derive(Debug)]
pub(crate) struct Parameter {
    pub(crate) name: Spanned<String>,
    /// `None` if the declared type is missing or unknown, which has been reported.
    pub(crate) kind: Option<ParameterType>,
    pub(crate) default: Option<Argument>,
    /// Whether a default is declared, even if it cannot be used.
    pub(crate) has_default: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ParameterType {
    Text,
    Texts,
    Group,
    Groups,
}

impl ParameterType {
    const WORDS: &'static [(&'static str, Self)] =
        &[("text", Self::Text), ("texts", Self::Texts), ("group", Self::Group), ("groups", Self::Groups)];

    pub(crate) fn is_list(self) -> bool {
        matches!(self, Self::Texts | Self::Groups)
    }
}

/// Reads the `parameters` of a template.
pub(crate) fn read_parameters(
    node: &Node,
    platform: Option<&Platform>,
    sink: &mut DiagnosticSink<'_>,
) -> Vec<Parameter> {
    let mut parameters = Vec::new();
    for (name, node) in read_members(node, Subject::Key("parameters"), sink).unwrap_or_default() {
        check_parameter_name(name, sink);
        let Some(fields) = Fields::read(node, &PARAMETER, sink) else { continue };
        fields.text("description", sink);
        fields.require("type", sink);
        let kind = fields.choice("type", ParameterType::WORDS, sink);
        let default = fields
            .get("default")
            .zip(kind)
            .and_then(|(node, kind)| read_argument(node, Subject::Key("default"), kind, platform, sink));
        let has_default = fields.get("default").is_some() || fields.is_misspelled("default");
        parameters.push(Parameter { name: name.clone(), kind, default, has_default });
    }
    parameters
}

fn check_parameter_name(name: &Spanned<String>, sink: &mut DiagnosticSink<'_>) {
    let text = name.value.as_str();
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_');
    let starts = text.starts_with(|first: char| first.is_ascii_lowercase());
    if !starts || text.len() > MAX_ID || !text.bytes().all(fits) {
        let message = format!("`{}` is not a valid parameter name", text.escape_debug());
        let help =
            format!("begin with a letter, and use at most {MAX_ID} lowercase letters, digits, `-` and `_`");
        sink.report(Code::InvalidName, &name.span, message, help);
    }
}

/// Reads the value of a parameter, in a use or as its default.
pub(crate) fn read_argument(
    node: &Node,
    subject: Subject<'_>,
    kind: ParameterType,
    platform: Option<&Platform>,
    sink: &mut DiagnosticSink<'_>,
) -> Option<Argument> {
    let before = sink.list.len();
    let texts = if kind.is_list() {
        if node.is_empty() {
            sink.report(Code::EmptyList, &node.span, format!("{subject} is empty"), None);
        }
        read_texts(node, subject, sink)
    } else {
        read_text(node, subject, sink).into_iter().collect()
    };
    for text in &texts {
        if let Some(sign) = ["${", "{{"].into_iter().find(|sign| text.value.contains(sign)) {
            let message = format!("{subject} contains `{sign}`");
            let help =
                "the value of a parameter is a literal; write the capture or the parameter in the template";
            sink.report(Code::InvalidValue, &text.span, message, help.to_owned());
        } else if let (ParameterType::Group | ParameterType::Groups, Some(platform)) = (kind, platform) {
            platform.check_group(text, sink);
        }
    }
    // An argument with a problem is dropped: an unknown group would be reported again where the template grants it.
    if sink.list.len() > before {
        return None;
    }
    let mut texts = texts.into_iter().map(|text| text.value);
    if kind.is_list() { Some(Argument::List(texts.collect())) } else { Some(Argument::One(texts.next()?)) }
}
