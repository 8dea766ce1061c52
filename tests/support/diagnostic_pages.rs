//! The pages of `tests/diagnostics/`, each about one diagnostic. The README there says how they are written.
#![allow(dead_code, reason = "each test file uses a part")]
#![allow(clippy::disallowed_methods, reason = "only the core does no I/O")]
#![allow(clippy::expect_used, clippy::panic, reason = "a test stops at a page that cannot be read")]

use std::collections::BTreeMap;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use claimsmith::diagnostic::SourceFile;

pub(crate) const FOLDER: &str = "tests/diagnostics";

/// The page that describes the others and holds the files that they share.
const README: &str = "README.md";

/// A platform in one file. All other files are in the folder `mappings`.
pub(crate) const SINGLE_FILE: &str = "mappings.yaml";

/// The texts of files by their paths.
type Files = BTreeMap<String, String>;

pub(crate) struct Page {
    pub(crate) path: PathBuf,
    pub(crate) code: String,
    pub(crate) text: String,
    pub(crate) variants: Vec<Variant>,
}

/// A platform with one thing wrong.
pub(crate) struct Variant {
    /// The code, or the code, a dot and what tells the variant apart.
    pub(crate) name: String,
    /// All its files, those that it shares included.
    pub(crate) files: Vec<SourceFile>,
    /// The encodings of those that are not in UTF-8, by their paths.
    pub(crate) encodings: BTreeMap<String, String>,
    /// Files as they are after their authors followed the help.
    pub(crate) advised: Vec<SourceFile>,
    /// Files as their authors meant them; the shared platform if there are none.
    pub(crate) meant: Vec<SourceFile>,
    /// Where on the page the text is that the command prints.
    expected: Range<usize>,
}

impl Variant {
    /// The page that it is on, below the root of the project.
    pub(crate) fn page(&self) -> String {
        format!("{FOLDER}/{}.md", self.name.split('.').next().unwrap_or_default())
    }

    /// A file as it is in its folder.
    pub(crate) fn bytes(&self, file: &SourceFile) -> Vec<u8> {
        let text = &file.text;
        match self.encodings.get(&file.path).map(String::as_str) {
            None => text.clone().into_bytes(),
            // As editors save it: with a byte order mark.
            Some("UTF-16") => ["\u{feff}", text]
                .iter()
                .flat_map(|it| it.encode_utf16())
                .flat_map(u16::to_le_bytes)
                .collect(),
            Some("Latin-1") => {
                text.chars().map(|char| u8::try_from(char).expect("a character of Latin-1")).collect()
            }
            Some(other) => panic!("{}: there is no encoding {other}", self.name),
        }
    }

    pub(crate) fn is_single_file(&self) -> bool {
        self.files.iter().any(|file| file.path == SINGLE_FILE)
    }
}

impl Page {
    fn read(path: &Path, shared: &Files) -> Self {
        let name = path.display();
        let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{name}: {error}"));
        let code = path.file_stem().and_then(|stem| stem.to_str()).expect("a name").to_owned();
        assert!(text.starts_with(&format!("# `{code}`\n")), "{name}: the first heading is the code");
        let mut sections = sections(&text, path).into_iter();
        let shared = sections.next().map(|above| above.files_with(shared)).unwrap_or_default();
        let variants = sections.map(|section| section.into_variant(&shared, path)).collect();
        Self { path: path.to_owned(), code, text, variants }
    }

    /// The page with other expected texts, one for each variant.
    pub(crate) fn with_expected(&self, texts: &[String]) -> String {
        assert_eq!(self.variants.len(), texts.len());
        let mut page = self.text.clone();
        for (variant, text) in self.variants.iter().zip(texts).rev() {
            page.replace_range(variant.expected.clone(), text);
        }
        page
    }

    /// The expected text of a variant of this page.
    pub(crate) fn expected(&self, variant: &Variant) -> &str {
        self.text.get(variant.expected.clone()).expect("a place on this page")
    }
}

/// All pages below the root of the project, sorted.
pub(crate) fn pages(root: &Path) -> Vec<Page> {
    let folder = root.join(FOLDER);
    let readme = folder.join(README);
    let text = fs::read_to_string(&readme).expect(README);
    let files = sections(&text, &readme).into_iter().flat_map(|section| section.files);
    let shared: Files = files.collect();
    assert!(!shared.is_empty(), "{README} has the shared platform");

    let entries = fs::read_dir(&folder).expect(FOLDER);
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.retain(|path| *path != readme);
    paths.sort();
    paths.iter().map(|path| Page::read(path, &shared)).collect()
}

/// A heading and what follows it.
#[derive(Default)]
struct Section {
    /// Empty above the first one.
    heading: String,
    has_prose: bool,
    files: Vec<(String, String)>,
    encodings: Files,
    advised: Vec<(String, String)>,
    meant: Vec<(String, String)>,
    without: Vec<String>,
    expected: Option<Range<usize>>,
}

impl Section {
    /// The shared files with the changes of this section.
    fn files_with(&self, shared: &Files) -> Files {
        let mut files = shared.clone();
        if self.files.iter().any(|(path, _)| path == SINGLE_FILE) {
            files.clear();
        }
        for path in &self.without {
            assert!(files.remove(path).is_some(), "{}: `{path}` is not a shared file", self.heading);
        }
        for (path, text) in &self.files {
            let replaced = files.insert(path.clone(), text.clone());
            assert!(replaced.as_ref() != Some(text), "{}: `{path}` is the shared file", self.heading);
        }
        files
    }

    fn into_variant(self, shared: &Files, page: &Path) -> Variant {
        let place = format!("{}: {}", page.display(), self.heading);
        assert!(self.has_prose, "{place}: no sentence says what is wrong");
        let files = self.files_with(shared);
        let sources = |files: &Files| -> Vec<SourceFile> {
            let source =
                |(path, text): (&String, &String)| SourceFile { path: path.clone(), text: text.clone() };
            files.iter().map(source).collect()
        };
        let advised: Files = files.clone().into_iter().chain(self.advised.clone()).collect();
        let meant: Files = shared.clone().into_iter().chain(self.meant.clone()).collect();
        Variant {
            files: sources(&files),
            advised: if self.advised.is_empty() { Vec::new() } else { sources(&advised) },
            meant: sources(&meant),
            expected: self.expected.unwrap_or_else(|| panic!("{place}: no block with the expected text")),
            encodings: self.encodings,
            name: self.heading,
        }
    }
}

/// What a block shows of a file.
#[derive(Clone, Copy)]
enum Version {
    Wrong,
    Advised,
    Meant,
}

fn sections(text: &str, page: &Path) -> Vec<Section> {
    let mut sections = Vec::new();
    let mut section = Section::default();
    // The path that the last line announced a file for.
    let mut announced = None;
    let mut end = 0;
    let mut lines = text.split_inclusive('\n').map(|line| {
        end += line.len();
        (line.trim_end(), end)
    });
    while let Some((line, start)) = lines.next() {
        let place = format!("{}: {}: {line}", page.display(), section.heading);
        if let Some(language) = line.strip_prefix("```") {
            let stop =
                lines.by_ref().take_while(|(line, _)| *line != "```").last().map_or(start, |(_, end)| end);
            let block = start..stop;
            assert!(section.expected.is_none(), "{place}: the expected text is the last block");
            match announced.take() {
                Some((path, version)) => {
                    let file = (path, text.get(block).expect("whole lines").to_owned());
                    match version {
                        Version::Wrong => section.files.push(file),
                        Version::Advised => section.advised.push(file),
                        Version::Meant => section.meant.push(file),
                    }
                }
                None if language == "text" => section.expected = Some(block),
                None => panic!("{place}: no line says the path of this file"),
            }
        } else if let Some(heading) = line.strip_prefix("## ") {
            sections.push(std::mem::take(&mut section));
            heading.clone_into(&mut section.heading);
        } else if let Some(path) = within(line, "`", "`:") {
            announced = Some((path, Version::Wrong));
        } else if let Some((path, encoding)) = in_encoding(line) {
            section.encodings.insert(path.clone(), encoding);
            announced = Some((path, Version::Wrong));
        } else if let Some(path) = within(line, "`", "`, after the help:") {
            announced = Some((path, Version::Advised));
        } else if let Some(path) = within(line, "`", "`, as it was meant:") {
            announced = Some((path, Version::Meant));
        } else if let Some(path) = within(line, "Without `", "`.") {
            section.without.push(path);
        } else if !line.is_empty() {
            section.has_prose = true;
        }
    }
    sections.push(section);
    sections
}

/// What a line has between its beginning and its end.
fn within(line: &str, start: &str, end: &str) -> Option<String> {
    let inner = line.strip_prefix(start)?.strip_suffix(end)?;
    (!inner.contains('`')).then(|| inner.to_owned())
}

/// The path and the encoding of a line such as `` `PATH`, in UTF-16: ``.
fn in_encoding(line: &str) -> Option<(String, String)> {
    let (path, encoding) = line.strip_prefix('`')?.strip_suffix(':')?.split_once("`, in ")?;
    Some((path.to_owned(), encoding.to_owned()))
}
