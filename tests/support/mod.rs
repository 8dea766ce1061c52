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
        entries.map(|entry| entry.expect(folder).file_name().to_string_lossy().into_owned()).collect()
    }

    pub(crate) fn report(line: &str) {
        println!("{line}");
    }
}

#[cfg(target_arch = "wasm32")]
mod host {
    use wasm_bindgen::prelude::wasm_bindgen;

    #[wasm_bindgen(module = "node:fs")]
    extern "C" {
        #[wasm_bindgen(js_name = readFileSync)]
        fn read_file(path: &str, encoding: &str) -> String;
        #[wasm_bindgen(js_name = readdirSync)]
        fn read_folder(path: &str) -> Vec<String>;
    }

    pub(super) fn read(path: &str) -> String {
        read_file(path, "utf8")
    }

    pub(super) fn list(folder: &str) -> Vec<String> {
        read_folder(folder)
    }

    pub(crate) fn report(line: &str) {
        wasm_bindgen_test::console_log!("{line}");
    }
}

pub(crate) use host::report;

fn files_in(folder: &str, ending: &str) -> Vec<SourceFile> {
    let root = env!("CARGO_MANIFEST_DIR");
    let mut names = host::list(&format!("{root}/{folder}"));
    names.retain(|name| name.ends_with(ending));
    names.sort();
    let read = |name: String| {
        let path = format!("{folder}/{name}");
        SourceFile { text: host::read(&format!("{root}/{path}")), path }
    };
    names.into_iter().map(read).collect()
}

/// The sample mappings.
pub(crate) fn mapping_files() -> Vec<SourceFile> {
    let mut files = files_in("mappings", ".yaml");
    files.extend(files_in("mappings/organizations", ".yaml"));
    files.extend(files_in("mappings/templates", ".yaml"));
    files
}

/// The files that each hold a whole platform and its cases.
pub(crate) fn case_files() -> Vec<SourceFile> {
    files_in("tests/cases", ".yaml")
}
