//! The score over time: each wave against the one before it.

use super::company::{Survey, Truth};
use super::findings::Findings;
use super::overall::{LEVEL, weighted_nps};
use super::support::Outcome;
use super::support::axis::Axis;
use super::support::describe::Described;
use super::support::format::{Unit, count, p_value};
use super::support::page::{Page, Tone};
use super::support::table::{Cell, TextTable};
use cxm_core::prelude::*;
use cxm_core::stats::Comparison;
use cxm_core::stats::multiplicity::holm;
use cxm_core::survey::NpsReport;

const BAR_COLUMNS: u32 = 34;

/// One wave, and its change since the wave before.
struct Wave {
    name: String,
    report: NpsReport,
    interval: Option<Interval>,
    truth: Option<f64>,
    change: Option<Comparison>,
    adjusted_p_value: Option<f64>,
}

pub(crate) fn show(
    page: &mut Page,
    answers: &Survey<'_>,
    truth: &Truth<'_>,
    findings: &mut Findings,
) -> Outcome<()> {
    page.heading(
        "NPS over time",
        "Each answer counts with its design weight; each wave is tested against the wave before, \
         and the p-values are adjusted for the number of tests.",
    );
    let waves = read(answers, truth)?;
    let unit = weighted_nps().unit();
    let edges = waves.iter().flat_map(|wave| {
        wave.interval.map(|i| [i.lower, i.upper]).into_iter().flatten().chain(wave.truth)
    });
    let axis = Axis::covering(edges, weighted_nps().limits(), BAR_COLUMNS, unit);
    let mut table = TextTable::new(&[
        "wave",
        ">answers",
        ">NPS",
        "95 % interval",
        ">◆ truth",
        ">change",
        ">p",
        ">p, Holm",
    ]);
    for wave in &waves {
        table.row(wave.row(&axis, unit));
    }
    let none = || Cell::from("");
    table.row(vec![none(), none(), none(), Cell::new(axis.labels(), Tone::Dim)]);
    page.table(&table);
    conclude(&waves, findings)
}

fn read(answers: &Survey<'_>, truth: &Truth<'_>) -> Outcome<Vec<Wave>> {
    let mut by_wave = Keyed::<Nps>::new(KeyedDefinition::with(["wave"], weighted_nps()))?;
    by_wave.update(KeyedBatch {
        keys: &[answers.wave.as_slice().into()],
        batch: Ratings::weighted(answers.recommend.as_slice(), Weights::Floats(&answers.weight)),
    })?;
    let mut waves: Vec<Wave> = Vec::new();
    for (key, state) in by_wave.groups() {
        let (name, report) = (key.to_string(), state.value());
        let before = waves.last().map(|wave| &wave.report);
        let change = before.map(|before| report.compare(before, None)).transpose()?;
        let interval = report.interval(&IntervalOptions::at(LEVEL))?;
        let truth = truth.get("all", &name, "nps_points").map(|truth| truth.answering);
        waves.push(Wave { name, report, interval, truth, change, adjusted_p_value: None });
    }
    let p_values: Vec<f64> = waves.iter().filter_map(|wave| Some(wave.change?.p_value)).collect();
    let tested = waves.iter_mut().filter(|wave| wave.change.is_some());
    for (wave, p) in tested.zip(holm(&p_values)?) {
        wave.adjusted_p_value = Some(p);
    }
    Ok(waves)
}

impl Wave {
    fn is_significant(&self) -> bool {
        self.adjusted_p_value.is_some_and(|p| p < 1.0 - LEVEL)
    }

    fn row(&self, axis: &Axis, unit: Unit) -> Vec<Cell> {
        let limits = self.interval.map(|i| (i.lower, i.upper));
        let score = self.report.score;
        let tone = if self.is_significant() { Tone::Strong } else { Tone::Plain };
        let text = |value: Option<String>| value.unwrap_or_default();
        vec![
            self.name.as_str().into(),
            count(self.report.responses).into(),
            Cell::new(text(score.map(|score| unit.show(score))), Tone::Strong),
            text(score.map(|score| axis.bar(score, limits, self.truth))).into(),
            text(self.truth.map(|truth| unit.show(truth))).into(),
            Cell::new(text(self.change.map(|c| unit.show_difference(c.plain_difference))), tone),
            text(self.change.map(|c| p_value(c.p_value))).into(),
            Cell::new(text(self.adjusted_p_value.map(p_value)), tone),
        ]
    }
}

fn conclude(waves: &[Wave], findings: &mut Findings) -> Outcome<()> {
    let unit = Unit::Points;
    let pairs = || waves.iter().zip(waves.iter().skip(1));
    let mut unclear = Vec::new();
    for (before, wave) in pairs() {
        let Some(change) = wave.change else { continue };
        let interval = change.interval(LEVEL)?;
        if !wave.is_significant() {
            unclear.push((change.plain_difference, interval.width() / 2.0));
            continue;
        }
        findings.conclude(format!(
            "NPS changed by {} points from {} to {} (95 % interval {}; p {} after Holm's \
             adjustment).",
            unit.show(change.plain_difference),
            before.name,
            wave.name,
            unit.show_range(interval.lower, interval.upper),
            wave.adjusted_p_value.map_or_else(String::new, p_value),
        ));
    }
    let differences = || unclear.iter().map(|(difference, _)| *difference);
    let reach = unclear.iter().map(|(_, reach)| *reach).reduce(f64::max);
    let range = differences().reduce(f64::min).zip(differences().reduce(f64::max));
    if let (Some((smallest, largest)), Some(reach)) = (range, reach) {
        findings.beware(format!(
            "{} of {} changes from one wave to the next ({} to {} points) cannot be told from \
             chance. That does not make them zero: two waves of this size show only changes beyond \
             {reach:.0} points.",
            unclear.len(),
            waves.len().saturating_sub(1),
            unit.show(smallest),
            unit.show(largest),
        ));
    }
    let true_changes =
        pairs().filter_map(|(before, wave)| Some((before, wave, wave.truth? - before.truth?)));
    if let Some((before, wave, change)) =
        true_changes.max_by(|a, b| a.2.abs().total_cmp(&b.2.abs()))
    {
        findings.truth(format!(
            "The largest change of NPS from one wave to the next was {} points, from {} to {}.",
            unit.show(change),
            before.name,
            wave.name,
        ));
    }
    Ok(())
}
