//! The score card of anybody's CSV file.
//!
//! ```text
//! cargo run --release -p cxm-core --example survey_report -- FILE.csv --score COLUMN --by COLUMN
//! ```
//!
//! `--help` lists the options. Nothing about the answers is guessed: the scale is the one declared,
//! what does not fit it is counted, and where another scale would fit, the report says so.

mod arguments;
mod remedy;
mod report;
#[path = "../support/mod.rs"]
pub(crate) mod support;

use std::ffi::OsString;
use std::process::ExitCode;
use support::Outcome;
use support::page::Page;

fn main() -> ExitCode {
    let mut page = Page::for_stdout();
    let outcome = run(std::env::args_os().skip(1), &mut page);
    let printed = page.print();
    match outcome.and(printed.map_err(Into::into)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("survey_report: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Reads the arguments and the file and writes the card.
pub(crate) fn run(words: impl Iterator<Item = OsString>, page: &mut Page) -> Outcome<()> {
    match arguments::parse(words)? {
        Some(arguments) => report::write(&arguments, page),
        None => {
            page.line(arguments::HELP.trim_end());
            Ok(())
        }
    }
}
