//! What changed among the customers who answered in both of two waves.

use super::company::Survey;
use super::findings::Findings;
use super::overall::{LEVEL, nps};
use super::support::Outcome;
use super::support::axis::Axis;
use super::support::format::{Unit, count, p_value};
use super::support::page::{Page, Tone};
use super::support::table::{Cell, TextTable};
use cxm_core::prelude::*;
use cxm_core::stats::Comparison;
use cxm_core::stats::multiplicity::holm;
use cxm_core::survey::PairedNpsReport;
use std::collections::BTreeMap;

const BAR_COLUMNS: u32 = 30;

/// The customers of two waves.
struct Pair {
    name: String,
    report: PairedNpsReport,
    test: Comparison,
    interval: Interval,
}

pub(crate) fn show(page: &mut Page, answers: &Survey<'_>, findings: &mut Findings) -> Outcome<()> {
    page.heading(
        "The same customers in both waves",
        "Whoever answered twice is compared with themselves: who moved up, who moved down, and \
         whether that is more than chance.",
    );
    let pairs = read(answers)?;
    let p_values: Vec<f64> = pairs.iter().map(|pair| pair.test.p_value).collect();
    let adjusted = holm(&p_values)?;
    let unit = Unit::Points;
    let edges = pairs.iter().flat_map(|pair| [0.0, pair.interval.lower, pair.interval.upper]);
    let axis = Axis::covering(edges, (-200.0, 200.0), BAR_COLUMNS, unit);
    let mut table = TextTable::new(&[
        "waves",
        ">pairs",
        ">up",
        ">down",
        ">change",
        "95 % interval",
        ">p",
        ">p, Holm",
    ]);
    for (pair, p) in pairs.iter().zip(&adjusted) {
        let limits = Some((pair.interval.lower, pair.interval.upper));
        table.row(vec![
            pair.name.as_str().into(),
            count(pair.report.responses).into(),
            count(pair.report.improved).into(),
            count(pair.report.worsened).into(),
            Cell::new(unit.show(pair.test.difference), Tone::Strong),
            axis.bar(pair.test.difference, limits, None).into(),
            p_value(pair.test.p_value).into(),
            p_value(*p).into(),
        ]);
    }
    let mut labels = vec![Cell::from(""); 5];
    labels.push(Cell::new(axis.labels(), Tone::Dim));
    table.row(labels);
    page.table(&table);

    for (pair, p) in pairs.iter().zip(&adjusted).filter(|(_, p)| **p < 1.0 - LEVEL) {
        findings.conclude(format!(
            "Among the {} customers who answered in both {}, NPS changed by {} points (95 % \
             interval {}; p {} after Holm's adjustment).",
            count(pair.report.responses),
            pair.name.replace(" to ", " and "),
            unit.show(pair.test.difference),
            unit.show_range(pair.interval.lower, pair.interval.upper),
            p_value(*p),
        ));
    }
    Ok(())
}

/// Each wave with the one before it; pairs without any spread have nothing to test.
fn read(answers: &Survey<'_>) -> Outcome<Vec<Pair>> {
    let mut waves: BTreeMap<&str, BTreeMap<&str, f64>> = BTreeMap::new();
    let rows = answers.wave.iter().zip(&answers.customer).zip(&answers.recommend);
    for ((wave, customer), rating) in rows {
        waves.entry(wave).or_default().insert(customer, *rating);
    }
    let mut pairs = Vec::new();
    for ((before, then), (after, now)) in waves.iter().zip(waves.iter().skip(1)) {
        let (old, new): (Vec<f64>, Vec<f64>) =
            then.iter().filter_map(|(customer, old)| Some((*old, *now.get(customer)?))).unzip();
        let mut paired = PairedNps::new(PairedNpsDefinition { question: nps() })?;
        paired.update(ItemRatings::new(&[old.as_slice().into(), new.as_slice().into()]))?;
        let report = paired.value();
        let name = format!("{before} to {after}");
        match report.test() {
            Ok(test) => pairs.push(Pair { name, interval: test.interval(LEVEL)?, test, report }),
            Err(error) if error.kind() == ErrorKind::InsufficientData => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(pairs)
}
