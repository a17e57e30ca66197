//! The score card of a small company, from its CSV files.
//!
//! ```text
//! cargo run --release -p cxm-core --example quickstart
//! cargo run --release -p cxm-core --example quickstart -- --html FILE
//! ```
//!
//! With `--html` the journeys also come as pictures, with the main figures and the findings, on one
//! page that a browser shows.
//!
//! The company is invented (`../company/README.md`), so the truth behind every score is known, and
//! the card shows next to each figure whether it was found. Each section below is one question and
//! one file; [`overall`] is the shortest way from a column to a score.

mod accounts;
#[allow(dead_code, reason = "only its conversion of dates is used here")]
#[path = "../company/calendar.rs"]
mod calendar;
mod change;
mod company;
mod contacts;
mod duplicates;
mod findings;
mod forecast;
mod journeys;
mod overall;
mod pictures;
mod retention;
mod same_customers;
mod segments;
mod shards;
mod subscriptions;
#[path = "../support/mod.rs"]
pub(crate) mod support;
mod touchpoints;
mod value;
mod watching;
mod waves;

use findings::Findings;
use lexopt::Arg;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;
use support::Outcome;
use support::page::{Page, Tone};

const HELP: &str = "\
quickstart [options]

  --html FILE   also writes one HTML page with the pictures of the journeys
  --help        this text
";

fn main() -> ExitCode {
    let mut page = Page::for_stdout();
    let outcome = run(std::env::args_os().skip(1), &mut page);
    match outcome.and(page.print().map_err(Into::into)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("quickstart: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Reads the arguments, writes the card and the page that is asked for.
pub(crate) fn run(words: impl Iterator<Item = OsString>, page: &mut Page) -> Outcome<()> {
    let mut parser = lexopt::Parser::from_args(words);
    let mut html = None;
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Long("html") => html = Some(PathBuf::from(parser.value()?)),
            Arg::Long("help") | Arg::Short('h') => {
                page.line(HELP.trim_end());
                return Ok(());
            }
            other => return Err(other.unexpected().into()),
        }
    }
    let card = Card::write(page)?;
    if let Some(path) = html {
        let pictures = card.html()?;
        std::fs::write(&path, pictures).map_err(|error| format!("{}: {error}", path.display()))?;
        page.blank();
        page.paragraph(&format!("The pictures are in {}.", path.display()), Tone::Plain);
    }
    Ok(())
}

/// What the card is made of, and what it found.
pub(crate) struct Card {
    files: company::Files,
    questions: overall::Questions,
    findings: Findings,
}

impl Card {
    /// Writes the whole card.
    pub(crate) fn write(page: &mut Page) -> Outcome<Self> {
        let files = company::Files::read()?;
        let all = files.answers()?;
        let answers = all.last_of_each_customer_and_wave();
        let truth = files.truth()?;
        let mut findings = Findings::default();

        company::introduce(page, &all, &answers);
        let questions = overall::Questions::read(&all, &answers, &files.invitations()?)?;
        overall::show(page, &questions, &answers, &truth, &mut findings)?;
        duplicates::show(page, &all)?;
        waves::show(page, &answers, &truth, &mut findings)?;
        same_customers::show(page, &answers, &mut findings)?;
        change::show(page, &answers, &truth, &mut findings)?;
        segments::show(page, &answers, &truth, &mut findings)?;
        contacts::show(page, &answers, &truth, &mut findings)?;
        watching::show(page, &answers, &truth, &mut findings)?;
        retention::show(page, &files, &mut findings)?;
        value::show(page, &files, &answers, &mut findings)?;
        subscriptions::show(page, &files, &mut findings)?;
        journeys::show(page, &files, &mut findings)?;
        shards::show(page, &all, &answers)?;
        findings.show(page);
        Ok(Self { files, questions, findings })
    }

    /// The page with the pictures.
    pub(crate) fn html(&self) -> Outcome<String> {
        Ok(pictures::page(&self.files, &self.questions, &self.findings)?.html())
    }
}
