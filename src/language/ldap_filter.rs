//! The syntax of LDAP filters (RFC 4515): what servers and their clients agree on, without the spaces that some allow.

/// How deep filters may be in each other.
const DEEPEST: usize = 32;

/// What is wrong with a filter, and what to write.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Problem {
    pub(super) message: String,
    pub(super) help: String,
}

/// Checks a filter.
pub(super) fn check(text: &str) -> Result<(), Problem> {
    if !text.starts_with('(') {
        return Err(problem("it has to begin with `(`", &format!("put it in parentheses: `({text})`")));
    }
    let rest = read_filter(text, DEEPEST)?;
    if rest.is_empty() {
        return Ok(());
    }
    let message = match rest.starts_with(')') {
        true => format!("`{}` comes after its last `)`", shown(rest)),
        false => format!("`{}` comes after it", shown(rest)),
    };
    let help = "put what belongs together into one filter, such as `(&(objectClass=person)(mail=*))`";
    Err(problem(&message, help))
}

fn problem(message: &str, help: &str) -> Problem {
    Problem { message: message.to_owned(), help: help.to_owned() }
}

/// The beginning of a text, as messages show it.
fn shown(text: &str) -> String {
    let short: String = text.chars().take(20).collect();
    let dots = if short.len() < text.len() { "…" } else { "" };
    format!("{}{dots}", short.escape_debug())
}

/// Reads a filter in parentheses; returns what comes after it.
fn read_filter(text: &str, deepest: usize) -> Result<&str, Problem> {
    let Some(inner) = text.strip_prefix('(') else {
        return Err(problem(
            &format!("a filter has to begin where `{}` is", shown(text)),
            "after `&`, `|` and `!` come filters in parentheses, without spaces between them",
        ));
    };
    if deepest == 0 {
        return Err(problem("its filters are more than 32 deep in each other", "write a simpler filter"));
    }
    let rest = match inner.chars().next() {
        Some('&' | '|') => {
            let mut rest = inner.get(1..).unwrap_or_default();
            while rest.starts_with('(') {
                rest = read_filter(rest, deepest.saturating_sub(1))?;
            }
            rest
        }
        Some('!') => read_filter(inner.get(1..).unwrap_or_default(), deepest.saturating_sub(1))?,
        _ => read_item(inner)?,
    };
    rest.strip_prefix(')').ok_or_else(|| {
        let message = match rest {
            "" => "a `)` is missing at its end".to_owned(),
            _ => format!("a `)` is missing before `{}`", shown(rest)),
        };
        problem(&message, "each `(` needs its `)`, and nothing may be between `)` and `(`")
    })
}

/// Reads the test of an attribute; returns what comes after it.
fn read_item(text: &str) -> Result<&str, Problem> {
    let such_as = "a test is written as `(attribute=value)`, such as `(objectClass=person)` or `(mail=*)`";
    let end = text.find(['(', ')']).unwrap_or(text.len());
    let (item, rest) = text.split_at_checked(end).unwrap_or((text, ""));
    let Some((left, value)) = item.split_once('=') else {
        return Err(problem(&format!("`{}` tests nothing", shown(item)), such_as));
    };
    let attribute = left.strip_suffix(['~', '<', '>', ':']).unwrap_or(left);
    let is_extensible = left.ends_with(':');
    let is_name = |text: &str| {
        !text.is_empty() && text.bytes().all(|it| it.is_ascii_alphanumeric() || b"-.;_".contains(&it))
    };
    let is_good = match is_extensible {
        // An attribute, `dn` and a rule of matching, of which one may be enough.
        true => {
            let mut parts = attribute.split(':');
            let first = parts.next().unwrap_or_default();
            (first.is_empty() || is_name(first)) && parts.all(is_name) && attribute.len() > 1
        }
        false => is_name(attribute),
    };
    if !is_good {
        return Err(problem(&format!("`{}` is not the name of an attribute", shown(attribute)), such_as));
    }
    let mut parts = value.split('\\');
    parts.next();
    let is_escape = |part: &str| part.bytes().take(2).filter(u8::is_ascii_hexdigit).count() == 2;
    if !parts.all(is_escape) {
        return Err(problem(
            "a `\\` in it comes before something else than two hexadecimal digits",
            "in a value, write `\\5c` for `\\`, `\\2a` for `*`, `\\28` for `(` and `\\29` for `)`",
        ));
    }
    if left.len() > attribute.len() && value.contains('*') {
        return Err(problem(
            &format!("a `*` comes after `{}=`", shown(left)),
            "`*` has a meaning after `=` alone; write `\\2a` for a `*` of the value",
        ));
    }
    Ok(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_of_the_standard_are_good() {
        for filter in [
            "(objectClass=person)",
            "(&(objectCategory=person)(objectClass=user))",
            "(&(objectClass=person)(!(employeeType=robot))(|(l=Bonn)(l=Köln)))",
            "(cn=Babs J*n\\2a \\c3\\a9)",
            "(userAccountControl:1.2.840.113556.1.4.803:=2)",
            "(memberOf:1.2.840.113556.1.4.1941:=CN=All,OU=Groups,DC=acme,DC=example)",
            "(:caseExactMatch:=x)",
            "(sn:dn:2.4.6.8.10:=Barney Rubble)",
            "(o:dn:=Ace Industry)",
            "(cn;lang-de=x)",
            "(a>=1)",
            "(a<=1)",
            "(a~=x)",
            "(mail=*)",
            "(mail=)",
            "(&)",
        ] {
            assert_eq!(check(filter), Ok(()), "{filter}");
        }
        assert_eq!(check(&format!("{}(a=b){}", "(!".repeat(31), ")".repeat(31))), Ok(()));
    }

    #[test]
    fn what_is_wrong_is_named() {
        let check_problem = |filter: &str, expected: &str| {
            let found = check(filter).expect_err("not a filter").message;
            assert!(found.starts_with(expected), "{filter}: {found}");
        };
        check_problem("objectClass=person", "it has to begin with `(`");
        check_problem("(objectClass=person", "a `)` is missing at its end");
        check_problem("(objectClass=person))", "`)` comes after its last `)`");
        check_problem("(a=b)(c=d)", "`(c=d)` comes after it");
        check_problem("(&(a=b) (c=d))", "a `)` is missing before ` (c=d))`");
        check_problem("(&a=b)", "a `)` is missing before `a=b)`");
        check_problem("(!a=b)", "a filter has to begin where `a=b)` is");
        check_problem("(person)", "`person` tests nothing");
        check_problem("()", "`` tests nothing");
        check_problem("(=x)", "`` is not the name");
        check_problem("(a b=x)", "`a b` is not the name");
        check_problem("(cn=a\\b)", "a `\\` in it comes before");
        check_problem("(cn=a\\2)", "a `\\` in it comes before");
        check_problem("(cn=a(b)", "a `)` is missing before `(b)`");
        check_problem("(a>=1*)", "a `*` comes after `a>=`");
        check_problem("(:=x)", "`` is not the name");
        let deep = format!("{}(a=b){}", "(!".repeat(5_000), ")".repeat(5_000));
        check_problem(&deep, "its filters are more than 32 deep");
    }
}
