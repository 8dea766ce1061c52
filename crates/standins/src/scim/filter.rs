//! Filters of RFC 7644 §3.4.2.2.

use std::cmp::Ordering;

use scim_v2::filter::{AttrExp, AttrPath, CompValue, CompareOp, Filter as Expression, ValFilter};
use serde_json::Value;

use super::answer::error;
use super::attribute::{Attribute, Type, same_letters};
use super::kind::Kind;
use super::path::{self, Named, each};
use super::seed::Quirks;
use super::tenant::Record;
use crate::http::Response;

/// What is asked of resources of one type.
#[derive(Debug)]
pub(crate) struct Filter {
    kind: Kind,
    expression: Expression,
}

impl Filter {
    /// Reads a filter.
    ///
    /// # Errors
    ///
    /// The refusal of the service: not a filter, or one that asks for the order of values without one.
    pub(crate) fn read(text: &str, kind: Kind, quirks: &Quirks) -> Result<Self, Box<Response>> {
        let refusal = |detail: &str| error(400, Some("invalidFilter"), detail);
        let expression: Expression = text.parse().map_err(|_| refusal("this is not a filter"))?;
        if quirks.takes_equalities_only && !is_equality(&expression) {
            return Err(refusal("only `eq` and `and` are supported"));
        }
        if !is_ordered(&expression, &|path| attribute_of(kind, path)) {
            return Err(refusal("values of this attribute have no order"));
        }
        Ok(Self { kind, expression })
    }

    /// Whether it asks for attributes that are not stored, but follow from others.
    pub(crate) fn needs_derived(&self) -> bool {
        let text = self.expression.to_string().to_ascii_lowercase();
        ["groups", "meta", "schemas"].iter().any(|name| text.contains(name))
    }

    pub(crate) fn fits(&self, record: &Record) -> bool {
        self.holds(&self.expression, record)
    }

    fn holds(&self, expression: &Expression, record: &Record) -> bool {
        match expression {
            Expression::Attr(term) => {
                let (AttrExp::Present(path) | AttrExp::Comparison(path, ..)) = term;
                let Some(Named::Attribute(location)) = path::resolve(self.kind, path) else {
                    // An attribute that the resource cannot have is as one without a value.
                    return term_holds(&UNKNOWN, &[], term);
                };
                let values = location.attribute_of(record).map_or(&[][..], each);
                match location.sub_attribute.or_else(|| location.attribute.sub_attribute("value")) {
                    Some(sub) => {
                        let values: Vec<&Value> = values.iter().filter_map(|it| it.get(sub.name)).collect();
                        term_holds(sub, &values, term)
                    }
                    None => term_holds(location.attribute, &values.iter().collect::<Vec<_>>(), term),
                }
            }
            Expression::ValuePath(path) => {
                let Some(Named::Attribute(location)) = path::resolve(self.kind, &path.attr) else {
                    return false;
                };
                let values = location.attribute_of(record).map_or(&[][..], each);
                values.iter().any(|value| value_fits(location.attribute, value, &path.filter))
            }
            Expression::Not(inner) => !self.holds(inner, record),
            Expression::And(terms) => terms.iter().all(|it| self.holds(it, record)),
            Expression::Or(terms) => terms.iter().any(|it| self.holds(it, record)),
        }
    }
}

const UNKNOWN: Attribute = Attribute::text("");

/// Whether one value of a complex attribute fits the filter of a value path.
pub(crate) fn value_fits(attribute: &Attribute, value: &Value, filter: &ValFilter) -> bool {
    match filter {
        ValFilter::Attr(term) => {
            let (AttrExp::Present(path) | AttrExp::Comparison(path, ..)) = term;
            match attribute.sub_attribute(&path.name) {
                Some(sub) => term_holds(sub, value.get(sub.name).as_slice(), term),
                None => term_holds(&UNKNOWN, &[], term),
            }
        }
        ValFilter::Not(inner) => !value_fits(attribute, value, inner),
        ValFilter::And(terms) => terms.iter().all(|it| value_fits(attribute, value, it)),
        ValFilter::Or(terms) => terms.iter().any(|it| value_fits(attribute, value, it)),
    }
}

/// Whether one of the values does. `ne` and `eq null` hold of an attribute without a value.
fn term_holds(attribute: &Attribute, values: &[&Value], term: &AttrExp) -> bool {
    let AttrExp::Comparison(_, operator, wanted) = term else {
        return values.iter().any(|it| !it.is_null() && it.as_str() != Some(""));
    };
    match (operator, wanted) {
        (CompareOp::Eq, CompValue::Null) => values.is_empty(),
        (CompareOp::Ne, CompValue::Null) => !values.is_empty(),
        (CompareOp::Ne, _) if values.is_empty() => true,
        _ => values.iter().any(|it| compares(attribute, it, operator, wanted)),
    }
}

fn compares(attribute: &Attribute, value: &Value, operator: &CompareOp, wanted: &CompValue) -> bool {
    let order = match (value, wanted) {
        (Value::String(value), CompValue::Str(wanted)) => {
            return text_compares(attribute, value, operator, wanted);
        }
        (Value::Bool(value), CompValue::True) => value.cmp(&true),
        (Value::Bool(value), CompValue::False) => value.cmp(&false),
        (Value::Number(value), CompValue::Number(wanted)) => {
            match value.as_f64().partial_cmp(&wanted.as_f64()) {
                Some(order) => order,
                None => return false,
            }
        }
        _ => return matches!(operator, CompareOp::Ne),
    };
    is_in_order(order, operator)
}

fn text_compares(attribute: &Attribute, value: &str, operator: &CompareOp, wanted: &str) -> bool {
    // By far the most frequent question is answered without a copy of the texts.
    if matches!(operator, CompareOp::Eq) && attribute.kind != Type::DateTime {
        return value == wanted || (!attribute.is_case_exact && same_letters(value, wanted));
    }
    // The service writes times in UTC, with fractions of a second that a client may leave out.
    let fold = |text: &str| match attribute.kind {
        Type::DateTime => text.trim_end_matches('Z').trim_end_matches(".000").to_owned(),
        _ if attribute.is_case_exact => text.to_owned(),
        _ => text.to_lowercase(),
    };
    let (value, wanted) = (fold(value), fold(wanted));
    match operator {
        CompareOp::Co => value.contains(&wanted),
        CompareOp::Sw => value.starts_with(&wanted),
        CompareOp::Ew => value.ends_with(&wanted),
        _ => is_in_order(value.cmp(&wanted), operator),
    }
}

fn is_in_order(order: Ordering, operator: &CompareOp) -> bool {
    match operator {
        CompareOp::Eq => order.is_eq(),
        CompareOp::Ne => order.is_ne(),
        CompareOp::Gt => order.is_gt(),
        CompareOp::Ge => order.is_ge(),
        CompareOp::Lt => order.is_lt(),
        CompareOp::Le => order.is_le(),
        CompareOp::Co | CompareOp::Sw | CompareOp::Ew => false,
    }
}

fn attribute_of(kind: Kind, path: &AttrPath) -> Option<&'static Attribute> {
    match path::resolve(kind, path)? {
        Named::Attribute(location) => Some(location.sub_attribute.unwrap_or(location.attribute)),
        Named::Extension(_) => None,
    }
}

/// Booleans and binary values have no order; to ask for it is an error.
fn is_ordered(expression: &Expression, attribute: &dyn Fn(&AttrPath) -> Option<&'static Attribute>) -> bool {
    match expression {
        Expression::Attr(AttrExp::Comparison(path, operator, _)) => {
            let asks = matches!(operator, CompareOp::Gt | CompareOp::Ge | CompareOp::Lt | CompareOp::Le);
            let has_none = attribute(path).is_some_and(|it| matches!(it.kind, Type::Boolean | Type::Binary));
            !(asks && has_none)
        }
        Expression::Attr(AttrExp::Present(_)) | Expression::ValuePath(_) => true,
        Expression::Not(inner) => is_ordered(inner, attribute),
        Expression::And(terms) | Expression::Or(terms) => terms.iter().all(|it| is_ordered(it, attribute)),
    }
}

fn is_equality(expression: &Expression) -> bool {
    match expression {
        Expression::Attr(AttrExp::Comparison(_, CompareOp::Eq, _)) => true,
        Expression::And(terms) => terms.iter().all(is_equality),
        _ => false,
    }
}
