//! Who answered twice, and what that does to the score under each rule.

use super::company::Survey;
use super::overall::{LEVEL, nps};
use super::support::Outcome;
use super::support::format::{Unit, count, signed};
use super::support::page::{Page, Tone};
use super::support::table::{Cell, TextTable};
use cxm_core::prelude::*;

pub(crate) fn show(page: &mut Page, all: &Survey<'_>) -> Outcome<()> {
    page.heading(
        "Who answered twice",
        "A ledger keeps every answer with its customer, so that the rule is declared and a \
         mistaken answer can be taken back. This card counts the last answer of a wave.",
    );
    let mut table = TextTable::new(&["rule", ">answers", ">duplicates", ">NPS", "95 % interval"]);
    let rules = [
        ("every answer counts", DuplicateRule::All),
        ("the first of a wave counts", DuplicateRule::First),
        ("the last of a wave counts", DuplicateRule::Last),
        ("one in 90 days counts", DuplicateRule::MinGap),
    ];
    for (name, rule) in rules {
        let report = under(rule, all)?.value();
        let interval = report.interval(&IntervalOptions::at(LEVEL))?;
        let limits = interval.map(|i| Unit::Points.show_range(i.lower, i.upper));
        table.row(vec![
            name.into(),
            count(report.responses).into(),
            count(report.excluded.duplicates).into(),
            Cell::new(report.score.map_or_else(String::new, |s| signed(s, 2)), Tone::Strong),
            limits.unwrap_or_default().into(),
        ]);
    }
    page.table(&table);
    Ok(())
}

/// NPS of the answers that the rule counts.
pub(crate) fn under(rule: DuplicateRule, all: &Survey<'_>) -> Outcome<Nps> {
    let mut definition = ResponseLedgerDefinition::on(Scale::ZERO_TO_TEN, rule);
    definition.ratings = nps().ratings;
    let mut ledger = ResponseLedger::new(definition)?;
    ledger.update(Answers {
        customers: all.customer.as_slice().into(),
        waves: Some(all.wave.as_slice().into()),
        times: &all.time,
        ratings: all.recommend.as_slice().into(),
    })?;
    Ok(Nps::from_histogram(nps(), ledger.counted())?)
}
