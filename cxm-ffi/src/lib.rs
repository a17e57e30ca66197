#![doc = include_str!("conventions.md")]
//!
//! This crate converts, owns and maps errors; every formula, default and threshold is in
//! `cxm-core`. `include/cxm.h` is generated from it: the words of these doc comments are the
//! words of the header.
#![deny(unsafe_op_in_unsafe_fn)]
#![deny(clippy::undocumented_unsafe_blocks)]
#![allow(
    clippy::missing_safety_doc,
    reason = "doc comments are the header; what callers owe is stated once, in the conventions"
)]
#![allow(
    non_camel_case_types,
    reason = "a type has the same name in Rust and in C, so that a text search finds it"
)]

pub mod answers;
#[cfg(feature = "arrow")]
pub mod arrow;
pub mod batch;
pub mod calculator;
pub mod columns;
pub mod error;
pub mod event;
pub mod functions;
mod guard;
mod handle;
mod input;
pub mod key;
pub mod keyed;
pub mod model;
mod output;
mod path;
pub mod posterior;
pub mod progress;
pub mod readings;
pub mod report;
pub mod status;
pub mod table;
pub mod version;
