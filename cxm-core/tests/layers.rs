//! A module uses only its own and lower layers, as ARCHITECTURE.md draws them.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use std::path::{Path, PathBuf};

/// Every top module with its layer.
const LAYERS: &[(&str, usize)] = &[
    ("error", 0),
    ("model", 1),
    ("numeric", 1),
    ("calculator", 1),
    ("stats", 2),
    ("interchange", 2),
    ("survey", 3),
    ("churn", 3),
    ("survival", 3),
    ("journey", 3),
    ("clv", 4),
    ("impact", 4),
    ("stream", 4),
    ("registry", 5),
];

/// Names that the crate's root offers, and the module that they come from.
const ROOT_NAMES: [(&str, &str); 3] =
    [("Error", "error"), ("ErrorKind", "error"), ("Result", "error")];

fn layer(module: &str) -> usize {
    let module =
        ROOT_NAMES.iter().find(|(name, _)| *name == module).map_or(module, |found| found.1);
    let found = LAYERS.iter().find(|(name, _)| *name == module);
    found.unwrap_or_else(|| panic!("{module} has no layer; give it one here")).1
}

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn rust_files(folder: &Path, into: &mut Vec<PathBuf>) {
    for file in std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()) {
        if file.is_dir() {
            rust_files(&file, into);
        } else if file.extension().is_some_and(|extension| extension == "rs") {
            into.push(file);
        }
    }
}

/// The code of a line: what stands before a comment.
fn code(line: &str) -> &str {
    line.split_once("//").map_or(line, |(code, _)| code)
}

/// The top modules that a line of code names through `crate::`, `$crate::` or `super::` up to the
/// root.
fn named(line: &str, depth: usize) -> Vec<String> {
    let to_root = "super::".repeat(depth);
    let mut names = Vec::new();
    for root in ["crate::", to_root.as_str()] {
        for (at, _) in line.match_indices(root) {
            let before = line[..at].chars().next_back();
            if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':') {
                continue;
            }
            let rest = &line[at + root.len()..];
            if let Some(group) = rest.strip_prefix('{') {
                let inside = group.split('}').next().unwrap();
                names.extend(inside.split(',').map(str::trim).map(str::to_owned));
            } else {
                let end = |c: char| !(c.is_alphanumeric() || c == '_');
                names.push(rest.split(end).next().unwrap().to_owned());
            }
        }
    }
    names.iter_mut().for_each(|name| name.truncate(name.find("::").unwrap_or(name.len())));
    // A longer chain of `super` and a macro of the root name no module.
    names.retain(|name| !["super", "", "for_each_calculator"].contains(&name.as_str()));
    names
}

#[test]
fn no_module_reaches_upwards() {
    let mut files = Vec::new();
    rust_files(&source(), &mut files);
    let mut breaches = Vec::new();
    let mut uses = 0;
    for file in &files {
        let relative = file.strip_prefix(source()).unwrap();
        let parts: Vec<_> = relative.iter().map(|part| part.to_str().unwrap()).collect();
        if parts == ["lib.rs"] {
            continue; // the root names them all
        }
        let own = layer(parts[0].trim_end_matches(".rs"));
        // Each folder and each file but `mod.rs` is one step away from the root.
        let depth = parts.len() - usize::from(parts.last() == Some(&"mod.rs"));
        let text = std::fs::read_to_string(file).unwrap();
        for (number, line) in text.lines().enumerate() {
            for name in named(code(line), depth) {
                uses += 1;
                if layer(&name) > own {
                    breaches.push(format!("{}:{}: {name}", relative.display(), number + 1));
                }
            }
        }
    }
    assert!(uses > 100, "only {uses} uses were found: the reader is broken");
    assert!(breaches.is_empty(), "modules of a higher layer are used:\n{}", breaches.join("\n"));
}

#[test]
fn the_reader_finds_every_form() {
    assert_eq!(named("use crate::stats::{Interval, Method};", 2), ["stats"]);
    assert_eq!(named("    pub use crate::{Error, error::Result};", 2), ["Error", "error"]);
    assert_eq!(named("let a = crate::model::Scale::new(0, 1);", 2), ["model"]);
    assert_eq!(named("use super::super::stream::Keyed;", 2), ["stream"]);
    assert_eq!(named("use super::figures::RatingMeasure;", 2), Vec::<String>::new());
    assert_eq!(named("use super::stats::Interval;", 1), ["stats"]);
    assert_eq!(code("x // use crate::registry"), "x ");
}

#[test]
fn every_folder_has_a_layer() {
    for file in std::fs::read_dir(source()).unwrap().map(|file| file.unwrap().path()) {
        let name = file.file_stem().unwrap().to_str().unwrap();
        if name != "lib" {
            layer(name);
        }
    }
}
