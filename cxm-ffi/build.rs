//! Gives the shared library its SONAME: one per minor version before 1.0, one per major version
//! after.
#![allow(clippy::print_stdout, reason = "a build script talks to cargo on stdout")]

use std::env::var;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let (major, minor) = (var("CARGO_PKG_VERSION_MAJOR"), var("CARGO_PKG_VERSION_MINOR"));
    let (major, minor) = (major.unwrap_or_default(), minor.unwrap_or_default());
    let abi = if major == "0" { format!("0.{minor}") } else { major };
    match var("CARGO_CFG_TARGET_OS").unwrap_or_default().as_str() {
        "linux" | "android" | "freebsd" | "netbsd" | "openbsd" | "dragonfly" => {
            println!("cargo:rustc-cdylib-link-arg=-Wl,-soname,libcxm.so.{abi}");
        }
        "macos" => {
            println!("cargo:rustc-cdylib-link-arg=-Wl,-install_name,@rpath/libcxm.{abi}.dylib");
        }
        _ => {}
    }
}
