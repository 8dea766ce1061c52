//! What a list is asked for, in the query of a GET or in the body of a search (RFC 7644 §3.4.2 and §3.4.3).

use serde_json::Value;

use super::answer::error;
use super::selection::Selection;
use super::world::Call;
use crate::http::Response;

#[derive(Debug, Default)]
pub(crate) struct Query {
    pub(crate) filter: Option<String>,
    /// Counted from 1.
    pub(crate) start: Option<usize>,
    pub(crate) count: Option<usize>,
    pub(crate) cursor: Option<String>,
    pub(crate) selection: Selection,
}

impl Query {
    /// # Errors
    ///
    /// The refusal of the service: a number is not one.
    pub(crate) fn of_url(call: &Call) -> Result<Self, Box<Response>> {
        let text = |name: &str| call.query(name).map(str::to_owned);
        let number = |name: &str| -> Result<Option<usize>, Box<Response>> {
            let Some(text) = call.query(name) else { return Ok(None) };
            let value: i64 = text.parse().map_err(|_| no_number(name))?;
            Ok(Some(usize::try_from(value).unwrap_or(0)))
        };
        Ok(Self {
            filter: text("filter"),
            start: number("startIndex")?,
            count: number("count")?,
            cursor: text("cursor"),
            selection: Self::selection_of_url(call)?,
        })
    }

    /// That of any request which is answered with a resource.
    pub(crate) fn selection_of_url(call: &Call) -> Result<Selection, Box<Response>> {
        let names = |key: &str| {
            let names = call.query(key).unwrap_or_default().split(',').map(str::trim);
            names.filter(|it| !it.is_empty()).map(str::to_owned).collect()
        };
        Selection::new(names("attributes"), names("excludedAttributes"))
    }

    pub(crate) fn of_body(call: &Call) -> Result<Self, Box<Response>> {
        const SEARCH: &str = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";
        let body = &call.body;
        let names = |key: &str| -> Vec<String> {
            let names = body.get(key).and_then(Value::as_array).into_iter().flatten();
            names.filter_map(Value::as_str).map(str::to_owned).collect()
        };
        if !names("schemas").iter().any(|it| it.eq_ignore_ascii_case(SEARCH)) {
            return Err(error(400, Some("invalidSyntax"), "`schemas` lacks that of SearchRequest"));
        }
        let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
        let number = |name: &str| -> Result<Option<usize>, Box<Response>> {
            match body.get(name) {
                None | Some(Value::Null) => Ok(None),
                Some(value) => {
                    let value = value.as_i64().ok_or_else(|| no_number(name))?;
                    Ok(Some(usize::try_from(value).unwrap_or(0)))
                }
            }
        };
        Ok(Self {
            filter: text("filter"),
            start: number("startIndex")?,
            count: number("count")?,
            cursor: text("cursor"),
            selection: Selection::new(names("attributes"), names("excludedAttributes"))?,
        })
    }
}

fn no_number(name: &str) -> Box<Response> {
    error(400, Some("invalidValue"), &format!("{name} is not a number"))
}
