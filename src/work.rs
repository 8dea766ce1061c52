//! Counts the work of an evaluation, for the test below: it is linear in the bytes of the login.
//!
//! Code that reads names and patterns counts how much it reads. Outside tests, counting compiles to nothing.

/// Counts a number of bytes, steps or comparisons.
#[inline(always)]
pub(crate) fn count(_amount: usize) {
    #[cfg(test)]
    tests::COUNTED.set(tests::COUNTED.get() + _amount as u64);
}

#[cfg(test)]
mod tests {
    use core::cell::Cell;

    thread_local! {
        pub(super) static COUNTED: Cell<u64> = const { Cell::new(0) };
    }

    #[cfg(feature = "compiler")]
    mod linear {
        use serde_json::{Value as Json, json};

        use super::COUNTED;
        use crate::diagnostic::SourceFile;
        use crate::host::event::{self, Event};
        use crate::{Bundle, MAX_GROUP_BYTES};

        const PLATFORM: &str = r#"
version: 1
platform:
  applications: { portal: { clients: [client], claim: 'https://claims.example.com/groups' } }
  groups: { all: { applications: [portal], description: Has a. }, a-b: { applications: [portal], description: x. } }
  ceilings: { acme: { groups: [all, a-b] } }
organizations:
  acme:
    connections:
      list: { strategy: ad, groups: { from: /list, shape: list-or-string } }
      tidy: { strategy: ad, groups: { from: /list, normalize: [nfc, trim] } }
      delimited: { strategy: okta, groups: { from: /text, cap: none } }
      composed: { strategy: okta, groups: { from: /text, cap: none, normalize: [nfc, trim] } }
      dn: { strategy: adfs, groups: { from: /list, form: dn, below: "OU=Groups+L=x,DC=acme" } }
      email: { strategy: google-apps, groups: { from: /list, form: email, cap: none } }
    aliases: { id-1: Team }
    rules:
      - { id: exact, match: { exact: ["a,b", "a,b,c", ",,", "x,a,b,c,d"] }, grant: all }
      - { id: globs, match: { glob: ["a*b*c*d", "*-x", "?a*a*a*a?", "[ab]*[!c]"] }, grant: all }
      - { id: any-case, match: { exact: STAẞE, glob: "*ǅ*z", ignore-case: true }, grant: all }
      - { id: regex, match: { regex: ["(a|b|ab)*c", "(x+)+y", ".*a.{20}"] }, grant: all }
      - { id: captures, match: { glob: ["*-${team}-*", "{a,b}${team}-${role}"] }, grant: "${team}-b" }
      - { id: none, match: { any: { glob: "?*" }, none: { exact: nobody } }, grant: all }
      - { id: domains, when: { email-domain: [acme.example, bücher.example, c.example, d.example] }, everyone: true, grant: all }
      - { id: roles, when: { user: { attribute: /list, contains: [x, z] } }, everyone: true, grant: all }
cases: []
"#;

        /// The work of evaluating a login through a connection.
        fn work(bundle: &Bundle<'_>, connection: &str, user: &Json) -> u64 {
            let event = json!({
                "client": { "client_id": "client" }, "connection": { "name": connection }, "user": user,
            });
            let event = Event::from_json(event).expect("an event is an object");
            COUNTED.set(0);
            let _ = event::answer(bundle, &event);
            COUNTED.get()
        }

        /// Makes a login of a given size.
        type LoginOfSize = fn(usize) -> Json;

        #[test]
        fn evaluation_is_linear_in_the_login() {
            let file = SourceFile { path: "x.yaml".to_owned(), text: PLATFORM.to_owned() };
            let compiled = crate::compiler::compile_whole(&file);
            let platform = compiled.platform.unwrap_or_else(|| panic!("{:#?}", compiled.diagnostics));
            let bundle = Bundle::decode(&platform.bundle).expect("a bundle");
            let logins: [(&str, LoginOfSize); 18] = [
                ("list", |size| json!({ "list": vec!["finance-readers"; size] })),
                ("list", |size| json!({ "list": vec!["abababababababab"; size] })),
                ("list", |size| json!({ "list": vec!["xxxxxxxxxxxxxxxx"; size] })),
                ("list", |size| json!({ "list": vec![" a\u{200b}-b-c "; size] })),
                ("list", |size| json!({ "list": vec!["ǄǅǆZ-o\u{308}"; size] })),
                ("list", |size| json!({ "list": "ab".repeat(size) })),
                ("list", |size| json!({ "list": "a-".repeat(size) })),
                ("list", |size| json!({ "list": "ǅz".repeat(size) })),
                ("tidy", |size| json!({ "list": vec![" o\u{308}\u{200b} "; size] })),
                ("delimited", |size| json!({ "text": "a,b,c,".repeat(size) })),
                ("delimited", |size| json!({ "text": ",".repeat(size) })),
                ("delimited", |size| json!({ "text": "x,a,b,c,d".repeat(size) })),
                ("composed", |size| json!({ "text": "o\u{308}, a,b,".repeat(size) })),
                ("dn", |size| json!({ "list": vec!["CN=a+OU=b,OU=x,OU=Groups+L=x,DC=acme"; size] })),
                (
                    "dn",
                    |size| json!({ "list": format!("CN=a,{}OU=Groups+L=x,DC=acme", "OU=x+L=y,".repeat(size)) }),
                ),
                (
                    "list",
                    |size| json!({ "email_verified": true, "email": format!("x@{}", "ö".repeat(64 * size)), "list": "ab".repeat(size) }),
                ),
                ("delimited", |size| json!({ "text": "a,b,c,d".repeat(8 * size) })),
                ("email", |size| json!({ "list": vec!["team@BÜCHER.example"; size] })),
            ];
            for (connection, login) in logins {
                // Both sizes are below the limits of a login, above which it is not read.
                let size = MAX_GROUP_BYTES / 32;
                let [once, twice] = [size, 2 * size].map(|size| work(&bundle, connection, &login(size)));
                assert!(once > size as u64, "{connection} {}: {once}", login(1));
                assert!(twice <= 2 * once + once / 10, "{connection} {}: {once}, then {twice}", login(1));
            }
        }
    }
}
