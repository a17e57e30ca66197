//! The score card of a small company, from its CSV files.
//!
//! ```text
//! cargo run --release -p cxm-core --example quickstart
//! ```
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
use std::process::ExitCode;
use support::Outcome;
use support::page::Page;

fn main() -> ExitCode {
    let mut page = Page::for_stdout();
    let outcome = card(&mut page);
    match outcome.and(page.print().map_err(Into::into)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("quickstart: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Writes the whole card.
pub(crate) fn card(page: &mut Page) -> Outcome<()> {
    let files = company::Files::read()?;
    let all = files.answers()?;
    let answers = all.last_of_each_customer_and_wave();
    let truth = files.truth()?;
    let mut findings = Findings::default();

    company::introduce(page, &all, &answers);
    overall::show(page, &all, &answers, &files.invitations()?, &truth, &mut findings)?;
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
    Ok(())
}
