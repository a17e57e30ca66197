//! Touchpoints: which hurt, and which the orders are owed to.

use super::company::TrueTouchpoint;
use super::findings::Findings;
use super::journeys::{limits, percent, true_cell};
use super::overall::LEVEL;
use super::support::Outcome;
use super::support::format::{count, list};
use super::support::page::{Page, Tone};
use super::support::table::{Cell, TextTable};
use cxm_core::journey::attribution::{AttributionMethod, AttributionOptions};
use cxm_core::journey::{DEFAULT_HALF_LIFE, Journeys};
use cxm_core::stats::Interval;

/// Below this score a contact hurts.
pub(crate) const TARGET: f64 = 7.0;
const SHOWN: usize = 3;

pub(crate) fn pain(
    page: &mut Page,
    journeys: &Journeys,
    truth: &[TrueTouchpoint<'_>],
    findings: &mut Findings,
) -> Outcome<()> {
    page.heading(
        "Where it hurts",
        &format!(
            "Reach: the share of customers who meet a touchpoint. Severity: how far its scores \
             stay below {TARGET:.0}, from 0 to 100 %. Index: one times the other, of a hundred. At \
             risk: what these customers ordered. The three worst, with 95 % intervals."
        ),
    );
    let points = journeys.pain_points(TARGET, true, LEVEL)?;
    let mut table = TextTable::new(&[
        "touchpoint",
        ">index",
        ">reach",
        "interval",
        ">severity",
        "interval",
        ">scores",
        ">◆ mean score",
        ">€ at risk",
    ]);
    for point in points.iter().take(SHOWN) {
        let name = point.touchpoint.to_string();
        let known = truth.iter().find(|it| it.name == name);
        let cents = point.value_at_risk.and_then(|cents| u64::try_from(cents).ok());
        table.row(vec![
            Cell::name(&name, Tone::Strong),
            format!("{:.1}", 100.0 * point.index.unwrap_or_default()).into(),
            percent(point.reach.share.unwrap_or_default()).into(),
            limits(point.reach.interval.as_ref()).into(),
            percent(point.severity.mean.unwrap_or_default()).into(),
            limits(point.severity.interval.as_ref()).into(),
            count(point.severity.n).into(),
            known.map(|it| format!("{:.1}", it.mean_score)).unwrap_or_default().into(),
            cents.map(|cents| count((cents + 50) / 100)).unwrap_or_default().into(),
        ]);
    }
    page.table(&table);
    if let [worst, next, ..] = points.as_slice() {
        let index = |it: Option<f64>| format!("{:.1}", 100.0 * it.unwrap_or_default());
        findings.conclude(format!(
            "What hurts on the way to the gift box is the touchpoint {}: its index is {}, that of \
             the next, {}, is {}.",
            worst.touchpoint,
            index(worst.index),
            next.touchpoint,
            index(next.index),
        ));
    }
    let lowest = truth.iter().min_by(|a, b| a.mean_score.total_cmp(&b.mean_score));
    if let Some(it) = lowest {
        findings.truth(format!(
            "On the way to the gift box {} is liked least: its mean score tends to {:.1}.",
            it.name, it.mean_score,
        ));
    }
    Ok(())
}

pub(crate) fn credit(
    page: &mut Page,
    journeys: &Journeys,
    truth: &[TrueTouchpoint<'_>],
    findings: &mut Findings,
) -> Outcome<()> {
    page.heading(
        "What the orders are owed to",
        "Each order goes to the last touchpoint before it; or to all, by how many orders fewer a \
         Markov chain expects without them.",
    );
    let divide = |method| {
        let options = AttributionOptions { level: LEVEL, ..AttributionOptions::of(method) };
        journeys.attribution(&options, DEFAULT_HALF_LIFE)
    };
    let (last, markov) = (divide(AttributionMethod::Last)?, divide(AttributionMethod::Markov)?);
    let mut table = TextTable::new(&[
        "touchpoint",
        ">last: orders",
        ">share",
        ">Markov: orders",
        ">share",
        "95 % interval",
        ">◆ truth",
    ]);
    let mut overlooked: Vec<&str> = Vec::new();
    for known in truth.iter().filter(|it| it.credit.is_finite()) {
        let of = |it: &[cxm_core::journey::attribution::TouchpointAttribution]| {
            let found = it.iter().find(|it| *it.touchpoint == *known.name);
            found.map(|it| (it.conversions, it.share, it.interval))
        };
        let none = (0.0, 0.0, None::<Interval>);
        let (orders, share, _) = of(&last.touchpoints).map_or(none, |it| (it.0, it.1, None));
        let (owed, part, interval) =
            of(&markov.touchpoints).map_or(none, |it| (it.0, it.1, Some(it.2)));
        let interval = interval.as_ref();
        if share == 0.0 && interval.is_some_and(|it| it.lower > 0.0) {
            overlooked.push(known.name);
        }
        table.row(vec![
            known.name.into(),
            format!("{orders:.0}").into(),
            percent(share).into(),
            format!("{owed:.1}").into(),
            percent(part).into(),
            limits(interval).into(),
            true_cell(percent(known.credit), known.credit, interval),
        ]);
    }
    page.table(&table);
    if !overlooked.is_empty() {
        let names: Vec<String> = overlooked.into_iter().map(str::to_owned).collect();
        findings.beware(format!(
            "That {} do nothing for the orders is not shown by what came last before them: the \
             Markov chain expects fewer orders without any of these.",
            list(&names),
        ));
    }
    Ok(())
}
