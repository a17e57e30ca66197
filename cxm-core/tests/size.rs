//! The core stays light: what a program takes on with it is counted.
#![allow(clippy::expect_used, reason = "a test may stop at the first surprise")]

use std::collections::BTreeSet;
use std::process::Command;

/// Crates in the tree of `cxm-core`, itself included.
const MOST_CRATES: usize = 15;

/// The distinct crates that a build of the library needs, on any platform.
fn crates(features: &[&str]) -> BTreeSet<String> {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--package", "cxm-core", "--edges", "normal,build", "--prefix", "none"])
        .args(["--format", "{p}", "--target", "all", "--locked"])
        .args(features)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo can be run");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let tree = String::from_utf8(output.stdout).expect("names are UTF-8");
    tree.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect()
}

#[test]
fn the_default_core_is_a_handful_of_crates() {
    for features in [&[][..], &["--no-default-features"]] {
        let crates = crates(features);
        assert!(crates.contains("cxm-core"));
        assert!(crates.len() <= MOST_CRATES, "{}: {crates:#?}", crates.len());
    }
}

#[test]
fn without_serde_there_is_no_serde() {
    assert!(!crates(&["--no-default-features"]).contains("serde"));
}
