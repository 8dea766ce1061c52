//! The shapes of sources, with the options that belong to each.

use super::SourceReader;
use crate::diagnostic::Code;
use crate::language::diagnostic_sink::DiagnosticSink;
use crate::language::model::OwnedShape;
use crate::language::name_checks::{pointer_problem, report_foreign};
use crate::patterns::foreign::{in_delimiter, in_member};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ShapeWord {
    List,
    ListOrString,
    Text,
    Delimited,
    DelimitedOrList,
    Objects,
    ObjectsOrObject,
    Json,
    Keys,
    Values,
}

impl ShapeWord {
    pub(super) const CHOICES: &[(&str, Self)] = &[
        ("list", Self::List),
        ("list-or-string", Self::ListOrString),
        ("string", Self::Text),
        ("delimited", Self::Delimited),
        ("delimited-or-list", Self::DelimitedOrList),
        ("objects", Self::Objects),
        ("objects-or-object", Self::ObjectsOrObject),
        ("json", Self::Json),
        ("keys", Self::Keys),
        ("values", Self::Values),
    ];

    /// The word for a strategy's shape.
    pub(super) fn of_default(shape: &OwnedShape) -> Option<Self> {
        match shape {
            OwnedShape::List => Some(Self::List),
            OwnedShape::ListOrString => Some(Self::ListOrString),
            OwnedShape::Delimited(_) => Some(Self::Delimited),
            _ => None,
        }
    }

    /// Whether the value is a list, or can be one.
    fn has_list(self) -> bool {
        !matches!(self, Self::Text | Self::Delimited | Self::Keys)
    }
}

const SPLIT: &[&str] = &["shape: delimited", "shape: delimited-or-list", "shape: list-or-string"];
const OBJECTS: &[&str] = &["shape: objects", "shape: objects-or-object", "shape: values", "shape: json"];

impl SourceReader<'_, '_> {
    pub(super) fn shape(
        &self,
        word: ShapeWord,
        default: Option<OwnedShape>,
        sink: &mut DiagnosticSink<'_>,
    ) -> Option<OwnedShape> {
        use ShapeWord::{
            Delimited, DelimitedOrList, Json, Keys, List, ListOrString, Objects, ObjectsOrObject, Text,
            Values,
        };
        if !matches!(word, Delimited | DelimitedOrList | ListOrString) {
            self.misplaced("delimiter", SPLIT, sink);
        }
        if !matches!(word, Objects | ObjectsOrObject | Values | Json) {
            self.misplaced("field", OBJECTS, sink);
        }
        if word != Keys {
            self.misplaced("having", &["shape: keys"], sink);
        }
        if let Some(span) = self.fields.and_then(|fields| fields.key_span("nested"))
            && !word.has_list()
        {
            let message = "`nested` is for lists, and this shape has none";
            let help = "remove it, or write the shape of the list that is there".to_owned();
            sink.report(Code::ShapeOption, span, message, help);
        }
        match word {
            List => Some(OwnedShape::List),
            ListOrString if self.has("delimiter") => {
                self.stated_delimiter(sink).map(OwnedShape::ListOfDelimited)
            }
            ListOrString => Some(OwnedShape::ListOrString),
            Text => Some(OwnedShape::Text),
            Delimited => self.delimiter("shape: delimited", default, sink).map(OwnedShape::Delimited),
            DelimitedOrList => {
                self.delimiter("shape: delimited-or-list", default, sink).map(OwnedShape::DelimitedOrList)
            }
            Objects => {
                self.missing("field", "shape: objects", sink);
                self.field(sink).map(OwnedShape::Objects)
            }
            ObjectsOrObject => {
                self.missing("field", "shape: objects-or-object", sink);
                self.field(sink).map(OwnedShape::ObjectsOrObject)
            }
            Json if self.has("field") => self.field(sink).map(|field| OwnedShape::Json(Some(field))),
            Json => Some(OwnedShape::Json(None)),
            Values if self.has("field") => self.field(sink).map(|field| OwnedShape::Values(Some(field))),
            Values => Some(OwnedShape::Values(None)),
            Keys if self.has("having") => self.member(sink).map(|name| OwnedShape::Keys(Some(name))),
            Keys => Some(OwnedShape::Keys(None)),
        }
    }

    /// Whether lists inside are read; where the shape has no list, `shape` reports it.
    pub(super) fn nested(&self, sink: &mut DiagnosticSink<'_>) -> bool {
        match self.fields.and_then(|fields| fields.boolean("nested", sink)) {
            Some((false, span)) => {
                let help = "remove the key: lists inside are read only where a key says so".to_owned();
                sink.report(Code::InvalidValue, span, "`nested` can only be `true`", help);
                false
            }
            stated => stated.is_some(),
        }
    }

    /// The stated delimiter, or that of the strategy.
    fn delimiter(
        &self,
        owner: &str,
        default: Option<OwnedShape>,
        sink: &mut DiagnosticSink<'_>,
    ) -> Option<String> {
        match default {
            Some(OwnedShape::Delimited(delimiter)) if !self.has("delimiter") => Some(delimiter),
            _ => {
                self.missing("delimiter", owner, sink);
                self.stated_delimiter(sink)
            }
        }
    }

    fn stated_delimiter(&self, sink: &mut DiagnosticSink<'_>) -> Option<String> {
        let delimiter = self.option("delimiter", sink)?;
        report_foreign(in_delimiter(&delimiter.value), &delimiter.span, sink);
        Some(delimiter.value)
    }

    /// The name of a member of each object, or a JSON Pointer to what is inside.
    fn field(&self, sink: &mut DiagnosticSink<'_>) -> Option<String> {
        let field = self.option("field", sink)?;
        if field.value.starts_with('/')
            && let Some(help) = pointer_problem(&field.value)
        {
            let message = format!("`{}` is not a JSON Pointer inside an object", field.value.escape_debug());
            sink.report(Code::InvalidPointer, &field.span, message, help);
            return None;
        }
        if !field.value.starts_with('/') {
            report_foreign(in_member(&field.value, "field"), &field.span, sink);
        }
        Some(field.value)
    }

    /// The name of a member of each value. A path would be read as a strange name, and would never find anything.
    fn member(&self, sink: &mut DiagnosticSink<'_>) -> Option<String> {
        let name = self.option("having", sink)?;
        if name.value.starts_with('/') {
            let message = format!("`{}` is a path, and `having` is a plain name", name.value.escape_debug());
            let help = "write the name of a member of each value itself, without `/`: what is inside such a member cannot be read";
            sink.report(Code::InvalidValue, &name.span, message, help.to_owned());
            return None;
        }
        report_foreign(in_member(&name.value, "having"), &name.span, sink);
        Some(name.value)
    }
}
