//! A table of people and their groups, as programs for spreadsheets and directories write it.

use anyhow::{Context, bail, ensure};

use super::draft::{Draft, name};
use super::people::{People, Person};

/// What separates the columns.
const DELIMITERS: &[u8] = b",;\t|";

/// The names of the columns, without spaces and signs. The first that a table has counts.
const PERSON: &[&str] = &[
    "person",
    "user",
    "userid",
    "userprincipalname",
    "upn",
    "email",
    "emailaddress",
    "mail",
    "login",
    "username",
    "samaccountname",
    "employee",
    "employeeid",
    "id",
    "name",
    "displayname",
    "benutzer",
    "anmeldename",
];
const UPSTREAM: &[&str] = &[
    "upstreamgroup",
    "upstreamgroups",
    "directorygroup",
    "directorygroups",
    "adgroup",
    "adgroups",
    "idpgroup",
    "idpgroups",
    "sourcegroup",
    "sourcegroups",
    "memberof",
    "entragroup",
    "entragroups",
    "oktagroups",
    "federatedgroups",
    "from",
];
const TARGET: &[&str] = &[
    "targetgroup",
    "targetgroups",
    "applicationgroup",
    "applicationgroups",
    "appgroup",
    "appgroups",
    "access",
    "role",
    "roles",
    "permission",
    "permissions",
    "entitlement",
    "entitlements",
    "qlikgroups",
    "to",
    "group",
    "groups",
    "groupname",
];
const CONNECTION: &[&str] =
    &["connection", "connectionname", "customer", "organization", "organisation", "company", "tenant"];

/// Which columns are what; those without a name are found by the usual names.
#[derive(Clone, Debug, Default)]
pub(crate) struct Columns {
    pub(crate) person: Option<String>,
    pub(crate) upstream: Option<String>,
    pub(crate) target: Option<String>,
    pub(crate) connection: Option<String>,
}

/// Drafts mapping files from a table.
///
/// # Errors
///
/// If the table cannot be read, or a column is missing.
pub(crate) fn read(
    text: &str,
    origin: String,
    columns: &Columns,
    default: &str,
    strategy: Option<&str>,
) -> anyhow::Result<Draft> {
    let text = text.trim_start_matches('\u{feff}');
    // Programs for spreadsheets may say the delimiter in a first line of its own.
    let stated = text.strip_prefix("sep=").and_then(|rest| rest.split_once('\n'));
    let (delimiter, text) = match stated {
        Some((line, rest)) => (line.trim_end().bytes().next(), rest),
        None => (None, text),
    };
    let delimiter = delimiter.unwrap_or_else(|| delimiter_of(text));
    let mut reader =
        csv::ReaderBuilder::new().delimiter(delimiter).trim(csv::Trim::All).from_reader(text.as_bytes());
    let heads = reader.headers().context("the first line is not a line of a table")?.clone();
    let column =
        |kind: &str, wanted: &Option<String>, usual: &[&str]| find(&heads, kind, wanted.as_deref(), usual);
    let person = column("people", &columns.person, PERSON)?;
    let upstream = column("upstream groups", &columns.upstream, UPSTREAM)?;
    let target = column("target groups", &columns.target, TARGET)?;
    let connection = column("connections", &columns.connection, CONNECTION)?;
    let heads_text = || heads.iter().map(name).collect::<Vec<_>>().join(", ");
    let Some(person) = person else {
        bail!("no column has people; name it with `--person-column`; the columns are {}", heads_text());
    };
    let Some(target) = target else {
        bail!(
            "no column has the groups that people have today; name it with `--target-column`; the columns are {}",
            heads_text()
        );
    };
    let mut people = People::default();
    for record in reader.records() {
        let record = record.map_err(|error| match error.position() {
            Some(at) => anyhow::anyhow!("line {}: {}", at.line(), words(&error)),
            None => anyhow::anyhow!("{}", words(&error)),
        })?;
        let cell = |column: Option<usize>| column.and_then(|at| record.get(at)).unwrap_or_default();
        let line = record.position().map(csv::Position::line).unwrap_or_default();
        let id = cell(Some(person)).to_lowercase();
        if record.iter().all(str::is_empty) {
            continue;
        }
        ensure!(!id.is_empty(), "line {line} has no person; fill it in, or remove the line");
        let connection = Some(cell(connection)).filter(|it| !it.is_empty()).unwrap_or(default);
        people.add(
            connection,
            id,
            Person {
                upstream: names(cell(upstream), delimiter),
                targets: names(cell(Some(target)), delimiter),
            },
        );
    }
    ensure!(!people.is_empty(), "the table has no line with a person");
    let mut draft = people.draft(upstream.is_some());
    draft.origin = origin;
    let used = [Some(person), upstream, Some(target), connection];
    let unused = heads.iter().enumerate().filter(|(at, _)| !used.contains(&Some(*at)));
    draft.unused = unused.map(|(_, head)| head.to_owned()).collect();
    for connection in draft.connections.values_mut() {
        connection.strategy = strategy.map(str::to_owned);
    }
    Ok(draft)
}

/// The delimiter that the first line has most of, outside of quotes.
fn delimiter_of(text: &str) -> u8 {
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let mut quoted = false;
    let mut counts = [0_usize; 4];
    for byte in first.bytes() {
        quoted ^= byte == b'"';
        for (count, delimiter) in counts.iter_mut().zip(DELIMITERS) {
            *count += usize::from(!quoted && byte == *delimiter);
        }
    }
    let most = counts.iter().zip(DELIMITERS).rev().max_by_key(|(count, _)| **count);
    most.map_or(b',', |(_, delimiter)| *delimiter)
}

/// The position of a column.
fn find(
    heads: &csv::StringRecord,
    kind: &str,
    wanted: Option<&str>,
    usual: &[&str],
) -> anyhow::Result<Option<usize>> {
    let plain =
        |text: &str| text.to_lowercase().chars().filter(|char| char.is_alphanumeric()).collect::<String>();
    if let Some(wanted) = wanted {
        let found = heads.iter().position(|head| head == wanted);
        return Ok(Some(found.with_context(|| {
            let heads: Vec<String> = heads.iter().map(name).collect();
            format!("no column is called {}; the columns are {}", name(wanted), heads.join(", "))
        })?));
    }
    let plain_heads: Vec<String> = heads.iter().map(plain).collect();
    for usual in usual {
        let mut found = plain_heads.iter().enumerate().filter(|(_, head)| head == usual).map(|(at, _)| at);
        if let Some(at) = found.next() {
            ensure!(found.next().is_none(), "two columns may have {kind}: both are called {}", name(usual));
            return Ok(Some(at));
        }
    }
    Ok(None)
}

/// The names in a cell, which several lines, `;` or `|` separate; not commas, which names may have.
fn names(cell: &str, delimiter: u8) -> Vec<String> {
    // Within quotes, a delimiter of the table can separate names as well, apart from `|`, which some names have.
    let separates = |char: char| char == '\n' || char == ';' || (char == '|' && delimiter != b'|');
    cell.split(separates).map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

/// The reason of a line that cannot be read.
fn words(error: &csv::Error) -> String {
    match error.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!(
                "it has {len} columns, and the first line has {expected_len}; put names with the delimiter into quotes"
            )
        }
        _ => error.to_string(),
    }
}
