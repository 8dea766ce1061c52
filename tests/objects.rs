//! The compiler and the engine as a browser page uses them: JavaScript objects are passed in and returned.
#![cfg(target_arch = "wasm32")]
#![allow(clippy::expect_used, clippy::panic, reason = "a test stops at what is wrong")]

mod support;

use claimsmith::page::{answer_event, compile_mappings};
use js_sys::{Array, JSON, Object, Reflect, Uint8Array};
use support::mapping_files;
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

fn member(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &name.into()).expect(name)
}

fn json(value: &JsValue) -> String {
    JSON::stringify(value).expect("plain data").into()
}

/// The sample mappings as a page would hand them over, with one text replaced.
fn files(replace: (&str, &str)) -> JsValue {
    let files = Array::new();
    for file in mapping_files() {
        let object = Object::new();
        let text = file.text.replace(replace.0, replace.1);
        Reflect::set(&object, &"path".into(), &file.path.into()).expect("a plain object");
        Reflect::set(&object, &"text".into(), &text.into()).expect("a plain object");
        files.push(&object);
    }
    files.into()
}

#[wasm_bindgen_test]
fn mappings_compile_and_answer() {
    let compiled = compile_mappings(files(("", ""))).expect("the call is well-formed");
    assert_eq!(json(&member(&compiled, "diagnostics")), "[]");
    let bundle = Uint8Array::new(&member(&compiled, "bundle")).to_vec();
    let event = r#"{
        "organization": {"id": "org_AcmeIndustries0001"},
        "connection": {"name": "acme-entra"},
        "client": {"client_id": "Zx81DataCatalogClient00000000002"},
        "user": {"groups": ["it-admins", "Domain Users"]}
    }"#;
    let event = JSON::parse(event).expect("JSON");
    let answer = answer_event(&bundle, event).expect("the call is well-formed");
    assert_eq!(json(&member(&answer, "groups")), r#"["catalog-admins"]"#);
    assert_eq!(json(&member(&answer, "unmatched")), r#"["Domain Users"]"#);
    assert_eq!(json(&member(&answer, "notes")), "{}", "an object, not a Map");
}

#[wasm_bindgen_test]
fn findings_are_data() {
    let compiled = compile_mappings(files(("grant: catalog-admins", "grant: catalog-admin")))
        .expect("the call is well-formed");
    assert!(member(&compiled, "bundle").is_null());
    let findings = Array::from(&member(&compiled, "diagnostics"));
    let finding = findings.get(0);
    assert_eq!(json(&member(&finding, "code")), r#""unknown-group""#);
    assert_eq!(json(&member(&finding, "help")), r#""did you mean `catalog-admins`?""#);
}

#[wasm_bindgen_test]
fn malformed_call_throws() {
    compile_mappings(JsValue::from_str("mappings")).expect_err("no list of files");
    answer_event(b"no bundle", Object::new().into()).expect_err("no bundle");
}
