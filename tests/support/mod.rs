//! Reading the project's files in tests, which run natively and, as WebAssembly, under Node.
#![allow(dead_code, unused_imports, reason = "each test file uses a part")]

use claimsmith::diagnostic::SourceFile;

#[cfg(not(target_arch = "wasm32"))]
mod host {
    pub(super) fn read(path: &str) -> String {
        std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    pub(super) fn list(folder: &str) -> Vec<String> {
        let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{folder}: {error}"));
        let mut paths = Vec::new();
        for entry in entries {
            let entry = entry.expect(folder);
            let name = entry.file_name().to_string_lossy().into_owned();
            if entry.path().is_dir() {
                paths.extend(list(&format!("{folder}/{name}")).iter().map(|path| format!("{name}/{path}")));
            } else {
                paths.push(name);
            }
        }
        paths
    }

    pub(super) fn own_folder() -> Option<String> {
        std::env::var("CLAIMSMITH_MAPPINGS").ok()
    }

    pub(crate) fn report(line: &str) {
        println!("{line}");
    }
}

#[cfg(target_arch = "wasm32")]
mod host {
    use wasm_bindgen::JsValue;
    use wasm_bindgen::prelude::wasm_bindgen;

    #[wasm_bindgen(module = "node:fs")]
    extern "C" {
        #[wasm_bindgen(js_name = readFileSync)]
        fn read_file(path: &str, encoding: &str) -> String;
        #[wasm_bindgen(js_name = readdirSync)]
        fn read_folder(path: &str, options: &JsValue) -> Vec<String>;
    }

    #[wasm_bindgen(module = "node:process")]
    extern "C" {
        type Environment;
        #[wasm_bindgen(thread_local_v2, js_name = env)]
        static ENVIRONMENT: Environment;
        #[wasm_bindgen(method, getter, js_name = CLAIMSMITH_MAPPINGS)]
        fn own_folder(this: &Environment) -> Option<String>;
    }

    pub(super) fn read(path: &str) -> String {
        read_file(path, "utf8")
    }

    pub(super) fn list(folder: &str) -> Vec<String> {
        let options = js_sys::Object::new();
        js_sys::Reflect::set(&options, &"recursive".into(), &true.into()).expect("an object takes a member");
        read_folder(folder, &options)
    }

    pub(super) fn own_folder() -> Option<String> {
        ENVIRONMENT.with(Environment::own_folder)
    }

    pub(crate) fn report(line: &str) {
        wasm_bindgen_test::console_log!("{line}");
    }
}

pub(crate) use host::report;

/// The files of a folder and of its folders whose names have an ending, in order. Their paths begin with `prefix`.
fn files_in(folder: &str, prefix: &str, ending: &str) -> Vec<SourceFile> {
    let mut paths = host::list(folder);
    paths.retain(|path| path.ends_with(ending));
    paths.sort();
    let read = |path: String| SourceFile {
        text: host::read(&format!("{folder}/{path}")),
        path: format!("{prefix}/{path}"),
    };
    paths.into_iter().map(read).collect()
}

/// A folder of the project.
fn in_project(folder: &str) -> String {
    format!("{}/{folder}", env!("CARGO_MANIFEST_DIR"))
}

/// The mappings of the folder that the environment variable `CLAIMSMITH_MAPPINGS` names, if it is set.
pub(crate) fn own_mapping_files() -> Option<Vec<SourceFile>> {
    let folder = host::own_folder()?;
    Some(files_in(&folder, "mappings", ".yaml"))
}

/// The sample mappings.
pub(crate) fn mapping_files() -> Vec<SourceFile> {
    files_in(&in_project("mappings"), "mappings", ".yaml")
}

/// The files that each hold a whole platform and its cases.
pub(crate) fn case_files() -> Vec<SourceFile> {
    files_in(&in_project("tests/cases"), "tests/cases", ".yaml")
}
