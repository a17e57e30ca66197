//! Every calculator is described under the same headings, and files stay small enough to be read.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use cxm_core::registry::CALCULATORS;

/// What every calculator's page says, in this order.
const HEADINGS: [&str; 9] = [
    "What it measures",
    "Formula",
    "Input",
    "Empty and edge cases",
    "Merging",
    "Uncertainty",
    "Not to be confused with",
    "Source",
    "Example",
];

const CODE_LINES_OF_A_FILE: usize = 500;
const LINES_OF_A_FUNCTION: usize = 70;
const CHARACTERS_OF_A_LINE: usize = 100;

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
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

#[test]
fn every_calculator_has_its_headings() {
    for entry in CALCULATORS {
        let name = format!("{}.rs", entry.kind.name);
        let areas = [
            "survey",
            "impact",
            "churn",
            "clv",
            "survival",
            "journey",
            "journey/attribution",
            "journey/stream",
        ];
        let areas = areas.map(|area| folder("src").join(area).join(&name));
        let text = areas
            .iter()
            .find_map(|file| std::fs::read_to_string(file).ok())
            .unwrap_or_else(|| panic!("{} has no module of its own", entry.kind.name));
        let page: Vec<&str> = text.lines().map_while(|line| line.strip_prefix("//!")).collect();
        let headings: Vec<&str> =
            page.iter().filter_map(|line| line.trim().strip_prefix("# ")).collect();
        // Hidden lines of an example begin with `# ` too.
        let headings: Vec<&str> =
            headings.into_iter().filter(|heading| HEADINGS.contains(heading)).collect();
        assert_eq!(headings, HEADINGS, "{}", entry.kind.name);
        let empty = page
            .windows(2)
            .find(|pair| pair[0].trim().starts_with("# ") && pair[1].trim().is_empty());
        assert!(empty.is_none(), "{}: {:?} says nothing", entry.kind.name, empty);
        assert!(page.iter().any(|line| line.contains("assert")), "{}", entry.kind.name);
    }
}

#[test]
fn every_calculator_and_preset_is_summed_up() {
    for entry in CALCULATORS {
        assert!(!entry.summary.is_empty() && entry.summary.len() <= 100, "{}", entry.kind.name);
        let presets = (entry.presets)();
        assert!(!presets.is_empty(), "{} has no preset", entry.kind.name);
        let default = (entry.default_definition)();
        assert!(
            presets.iter().any(|preset| (entry.preset)(preset.name).unwrap() == default),
            "the default definition of {} has no name",
            entry.kind.name
        );
        for preset in presets {
            assert!(!preset.summary.is_empty(), "{} {}", entry.kind.name, preset.name);
        }
    }
}

/// One name, one concept: whoever searches for a type finds one.
#[test]
fn no_two_public_types_share_a_name() {
    let mut files = Vec::new();
    rust_files(&folder("src"), &mut files);
    let mut places: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        for line in text.lines() {
            let mut words = line.split_whitespace();
            let item = (words.next(), words.next(), words.next());
            let (Some("pub"), Some("struct" | "enum" | "trait" | "type"), Some(rest)) = item else {
                continue;
            };
            let of_a_name = |c: char| c.is_alphanumeric() || c == '_';
            let name = rest.split(|c| !of_a_name(c)).next().unwrap_or_default();
            if !name.is_empty() {
                places.entry(name.to_owned()).or_default().push(file.display().to_string());
            }
        }
    }
    assert!(places.len() > 400, "only {} public types were found", places.len());
    places.retain(|_, places| places.len() > 1);
    assert!(places.is_empty(), "{places:#?}");
}

/// Indentation and first line of a function that is open.
fn function_start(line: &str) -> bool {
    let line = line.trim_start();
    let words =
        ["fn ", "pub fn ", "pub(crate) fn ", "pub(super) fn ", "const fn ", "pub const fn "];
    words.iter().any(|word| line.starts_with(word)) && !line.trim_end().ends_with(';')
}

#[test]
fn files_functions_and_lines_are_short() {
    let mut files = Vec::new();
    for name in ["src", "tests", "examples"] {
        rust_files(&folder(name), &mut files);
    }
    // A table row and a text cannot be broken, and the formatter does not reach into test macros.
    let may_be_wide = |name: &str, line: &str| {
        name.starts_with("tests") || line.contains("//! |") || line.contains('"')
    };
    let mut long = Vec::new();
    for file in files {
        let name = file.strip_prefix(env!("CARGO_MANIFEST_DIR")).unwrap().display().to_string();
        let text = std::fs::read_to_string(&file).unwrap();
        let is_code = |line: &&str| !line.trim().is_empty() && !line.trim().starts_with("//");
        let code = text.lines().filter(is_code).count();
        if code > CODE_LINES_OF_A_FILE {
            long.push(format!("{name}: {code} lines of code"));
        }
        let mut open: Option<(usize, usize)> = None;
        for (number, line) in text.lines().enumerate() {
            let width = line.chars().count();
            if width > CHARACTERS_OF_A_LINE && !may_be_wide(&name, line) {
                long.push(format!("{name}:{}: {width} characters", number + 1));
            }
            let indentation = line.len() - line.trim_start().len();
            match open {
                Some((start, outer)) if indentation == outer && line.trim() == "}" => {
                    let lines = number - start + 1;
                    if lines > LINES_OF_A_FUNCTION {
                        long.push(format!("{name}:{}: a function of {lines} lines", start + 1));
                    }
                    open = None;
                }
                // A signature over several lines that a trait only declares.
                Some((_, outer))
                    if indentation == outer
                        && line.trim_start().starts_with(')')
                        && line.trim_end().ends_with(';') =>
                {
                    open = None;
                }
                None if function_start(line) => open = Some((number, indentation)),
                _ => {}
            }
        }
    }
    assert!(long.is_empty(), "too long:\n{}", long.join("\n"));
}
