//! Corrects mapping files where a diagnostic says exactly what to write.
//!
//! Which problems have such a fix is decided in the core. Here, files are only written if nothing got worse: a file
//! that was YAML still is, and mappings that could be used still compile to the same bytes.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::bail;
use claimsmith::diagnostic::{Code, Fix};
use serde::Serialize;

use crate::mapping_files::FoundFiles;
use crate::mappings::{Coverage, Mappings};
use crate::source_map::LineColumn;
use crate::write::PendingWrites;

/// A fix can make further ones known: a section whose key was misspelled is only read then.
const MAX_ROUNDS: usize = 10;

/// A change that was made.
#[derive(Debug, Serialize)]
pub(crate) struct AppliedFix {
    code: &'static str,
    pub(crate) file: String,
    /// Where it was, after the changes before it.
    #[serde(flatten)]
    pub(crate) start: LineColumn,
    /// What was there; empty if something was missing.
    pub(crate) before: String,
    pub(crate) after: String,
}

/// Corrects the mapping files at a path, and returns them with their remaining findings, and what was changed.
///
/// All files are written or none is.
///
/// # Errors
///
/// When a file cannot be read, or must not be written.
pub(crate) fn fix(path: &Path) -> anyhow::Result<(Mappings, Vec<AppliedFix>)> {
    let (original, is_folder) = FoundFiles::at(path)?;
    let compile = |found: &FoundFiles| Mappings::compile(path, found.clone(), is_folder, Coverage::Checked);
    let mut found = original.clone();
    let mut mappings = compile(&found)?;
    let mut applied = Vec::new();
    let mut refused = BTreeSet::new();
    for _ in 0..MAX_ROUNDS {
        let fixes = fixes_by_file(&mappings, &refused);
        if fixes.is_empty() {
            break;
        }
        let mut next = found.clone();
        for file in &mut next.files {
            // From the end, so that the spans of earlier fixes stay valid.
            for (_, fix) in fixes.get(&file.path).into_iter().flatten().rev() {
                file.text = fix.applied(&file.text);
            }
        }
        let fixed = compile(&next)?;
        let worse: Vec<&String> = fixes.keys().filter(|file| is_worse(&mappings, &fixed, file)).collect();
        if !worse.is_empty() {
            refused.extend(worse.into_iter().cloned());
            continue;
        }
        for (file, fixes) in &fixes {
            applied.extend(fixes.iter().map(|(code, fix)| AppliedFix {
                code: code.name(),
                file: file.clone(),
                start: mappings.sources.locate(file, &fix.span).0,
                before: mappings.sources.text(file, &fix.span).to_owned(),
                after: fix.replacement.clone(),
            }));
        }
        (found, mappings) = (next, fixed);
    }
    write(&original, &found)?;
    Ok((mappings, applied))
}

/// The fixes of each file, in the order of their places, without those that overlap others.
fn fixes_by_file(mappings: &Mappings, refused: &BTreeSet<String>) -> BTreeMap<String, Vec<(Code, Fix)>> {
    let mut fixes: BTreeMap<String, Vec<(Code, Fix)>> = BTreeMap::new();
    for diagnostic in &mappings.diagnostics {
        let Some(fix) = &diagnostic.fix else { continue };
        if mappings.sources.contains(&diagnostic.file) && !refused.contains(&diagnostic.file) {
            fixes.entry(diagnostic.file.clone()).or_default().push((diagnostic.code, fix.clone()));
        }
    }
    for fixes in fixes.values_mut() {
        fixes.sort_by_key(|(_, fix)| (fix.span.start, fix.span.end));
        let mut free = 0;
        fixes.retain(|(_, fix)| {
            let fits = fix.span.start >= free;
            if fits {
                // Two insertions at one place are one problem that was found twice.
                free = fix.span.end.max(fix.span.start + 1);
            }
            fits
        });
    }
    fixes
}

/// Whether the fixes of a file made it worse.
fn is_worse(before: &Mappings, after: &Mappings, file: &str) -> bool {
    let is_yaml = |mappings: &Mappings| {
        !mappings.diagnostics.iter().any(|it| it.file == file && it.code == Code::YamlSyntax)
    };
    let means_something_else = before
        .platform
        .as_ref()
        .is_some_and(|before| after.platform.as_ref().is_none_or(|after| after.bundle != before.bundle));
    means_something_else || is_yaml(before) && !is_yaml(after)
}

fn write(original: &FoundFiles, fixed: &FoundFiles) -> anyhow::Result<()> {
    let mut writing = PendingWrites::default();
    for (original, fixed) in original.files.iter().zip(&fixed.files) {
        if original.text == fixed.text {
            continue;
        }
        let path = Path::new(&original.path);
        let content = fixed.text.clone().into_bytes();
        if let Err(unwritten) = writing.replace(path, original.text.as_bytes(), content) {
            bail!("{}; nothing was written", unwritten.at(path));
        }
    }
    writing.commit()
}
