//! What the action did: before and after it, where it was taken and where it was not.

use super::company::{Survey, Truth};
use super::findings::Findings;
use super::overall::{LEVEL, nps};
use super::support::Outcome;
use super::support::axis::Axis;
use super::support::format::{Unit, count, p_value, signed};
use super::support::page::{Page, Tone};
use super::support::table::{Cell, TextTable};
use cxm_core::prelude::*;
use cxm_core::stats::{Comparable, Comparison, Estimate};

const BAR_COLUMNS: u32 = 34;
const BEFORE: &str = "before";
const AFTER: &str = "after";

/// A group of customers before and after the action.
struct Group {
    name: String,
    responses: u64,
    before: f64,
    after: f64,
    change: f64,
    comparison: Comparison,
    interval: Interval,
    truth: Option<f64>,
}

pub(crate) fn show(
    page: &mut Page,
    answers: &Survey<'_>,
    truth: &Truth<'_>,
    findings: &mut Findings,
) -> Outcome<()> {
    let about = format!(
        "For the segment \"{}\" there was {}. The others did not get it: their change is what \
         would have happened anyway.",
        truth.action_segment(),
        truth.action(),
    );
    page.heading("Before and after the action", &about);

    let groups = read(answers, truth)?;
    let unit = Unit::Points;
    let edges = groups.iter().flat_map(|group| {
        [0.0, group.interval.lower, group.interval.upper].into_iter().chain(group.truth)
    });
    let axis = Axis::covering(edges, (-200.0, 200.0), BAR_COLUMNS, unit);
    let mut table = TextTable::new(&[
        "customers",
        ">answers",
        ">before",
        ">after",
        ">change",
        "95 % interval",
        ">◆ truth",
        ">p",
    ]);
    for group in &groups {
        let limits = Some((group.interval.lower, group.interval.upper));
        table.row(vec![
            group.name.as_str().into(),
            count(group.responses).into(),
            unit.show(group.before).into(),
            unit.show(group.after).into(),
            Cell::new(unit.show(group.change), Tone::Strong),
            axis.bar(group.change, limits, group.truth).into(),
            group.truth.map_or_else(String::new, |truth| unit.show(truth)).into(),
            p_value(group.comparison.p_value).into(),
        ]);
    }
    let none = || Cell::from("");
    table.row(vec![none(), none(), none(), none(), none(), Cell::new(axis.labels(), Tone::Dim)]);
    page.table(&table);
    if let [with, without] = groups.as_slice() {
        conclude(with, without, truth, findings)?;
    }
    Ok(())
}

/// The segment of the action, and all others together.
fn read(answers: &Survey<'_>, truth: &Truth<'_>) -> Outcome<Vec<Group>> {
    let acted_on = truth.action_segment();
    let after = |wave: &str| truth.after_action.contains(wave);
    let names: Vec<&str> = answers
        .segment
        .iter()
        .map(|segment| if *segment == acted_on { acted_on } else { "all others" })
        .collect();
    let periods: Vec<&str> =
        answers.wave.iter().map(|wave| if after(wave) { AFTER } else { BEFORE }).collect();
    let mut table = Keyed::<Nps>::new(KeyedDefinition::with(["customers", "period"], nps()))?;
    table.update(KeyedBatch {
        keys: &[names.as_slice().into(), periods.as_slice().into()],
        batch: Ratings::from(answers.recommend.as_slice()),
    })?;
    let mut groups = Vec::new();
    for name in [acted_on, "all others"] {
        let report = |period: &str| {
            table.get(&Key::new(vec![name.into(), period.into()])).map(Calculator::value)
        };
        let (Some(before), Some(after_it)) = (report(BEFORE), report(AFTER)) else { continue };
        let (Some(then), Some(now)) = (before.score, after_it.score) else { continue };
        let comparison = after_it.compare(&before, None)?;
        let rows = |period: &str| {
            let cells = names.iter().zip(&periods);
            answers.only(&cells.map(|(n, p)| *n == name && *p == period).collect::<Vec<_>>())
        };
        let behind = |period: &str| truth.behind(&rows(period), |_| "nps_points");
        groups.push(Group {
            name: name.to_owned(),
            responses: before.responses + after_it.responses,
            before: then,
            after: now,
            change: now - then,
            interval: comparison.interval(LEVEL)?,
            comparison,
            truth: behind(AFTER).zip(behind(BEFORE)).map(|(now, then)| now - then),
        });
    }
    Ok(groups)
}

impl Group {
    /// The change as an estimate that can itself be compared.
    fn estimate(&self) -> Estimate {
        let Comparison { difference, standard_error, .. } = self.comparison;
        Estimate { value: difference, variance: standard_error.powi(2), n: self.responses }
    }
}

/// The change here less the change elsewhere: the difference in differences.
fn conclude(
    with: &Group,
    without: &Group,
    truth: &Truth<'_>,
    findings: &mut Findings,
) -> Outcome<()> {
    let points = |value: f64| signed(value, 1);
    let effect = with.estimate().compare(&without.estimate())?;
    let interval = effect.interval(LEVEL)?;
    let (segment, what) = (&with.name, truth.action());
    let gained = format!(
        "{} gained {} points more than all others (95 % interval {}, p {})",
        capitalised(&format!("{segment}s")),
        points(effect.difference),
        Unit::Points.show_range(interval.lower, interval.upper),
        p_value(effect.p_value),
    );
    if effect.p_value < 1.0 - LEVEL {
        findings.conclude(format!("{gained}: as far as nothing else set them apart, by {what}."));
    } else {
        findings.beware(format!("{gained}, which chance alone may have done."));
    }
    findings.beware(format!(
        "{} points is not what {what} did: before and after alone claims for it what happened to \
         everyone, which was {} points among all others.",
        points(with.change),
        points(without.change),
    ));
    findings.truth(format!(
        "{} raised the NPS of the segment \"{segment}\" by {} points beyond the {} of everyone.",
        capitalised(what),
        points(truth.action_points("nps_points")),
        points(truth.action_points("nps_points_of_everyone_else")),
    ));
    Ok(())
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
