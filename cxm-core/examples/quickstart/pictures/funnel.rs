//! The funnel: bars of those who reached each step, with the interval of the share that went on.

use super::super::company::TrueTouchpoint;
use super::super::journeys::{STEPS, percent};
use super::super::support::Outcome;
use super::super::support::format::count;
use super::super::support::html::HtmlPage;
use super::super::support::picture::{Anchor, Picture};
use super::{WIDTH, f, legend, limits_in_percent};
use cxm_core::calculator::batch::KeyPart;
use cxm_core::journey::{Funnel, FunnelOptions, Journeys};

const LEFT: f64 = 110.0;
const TOP: f64 = 40.0;
const ROW: f64 = 48.0;
const BAR: f64 = 30.0;
/// Where the longest bar ends.
const RIGHT: f64 = WIDTH - 270.0;

pub(super) fn show(
    page: &mut HtmlPage,
    journeys: &Journeys,
    truth: &[TrueTouchpoint<'_>],
) -> Outcome<()> {
    let funnel = journeys.funnel(&STEPS.map(KeyPart::from), &FunnelOptions::default())?;
    page.section(
        "Funnel",
        &format!(
            "How many of those who came to the shop went on, step by step: {} ordered, {} may still \
             do so, {} dropped out.",
            count(funnel.converted),
            count(funnel.open),
            count(funnel.dropped),
        ),
    );
    let shares: Vec<Option<f64>> = STEPS
        .iter()
        .map(|name| {
            let known = truth.iter().find(|it| it.name == *name);
            known.map(|it| it.from_step_before).filter(|share| share.is_finite())
        })
        .collect();
    page.picture("Funnel", &draw(&funnel, &shares));
    let rows = funnel.steps.iter().zip(&shares).map(|(step, truth)| {
        vec![
            step.touchpoint.to_string(),
            count(step.reached),
            step.share_of_previous.map_or_else(|| "–".to_owned(), percent),
            limits_in_percent(step.interval.as_ref()),
            truth.map_or_else(|| "–".to_owned(), percent),
        ]
    });
    let heads = ["step", "journeys", "of the step before", "95 % interval", "◆ truth"];
    page.table("Steps of the funnel", &heads, &rows.collect::<Vec<_>>(), false);
    Ok(())
}

fn draw(funnel: &Funnel, truth: &[Option<f64>]) -> Picture {
    let most = funnel.reached.iter().copied().max().unwrap_or(1).max(1) as f64;
    let told: Vec<String> =
        funnel.steps.iter().map(|it| format!("{} {}", it.touchpoint, count(it.reached))).collect();
    let size = (WIDTH, TOP + ROW * f(funnel.steps.len()) + 6.0);
    let mut picture = Picture::new("funnel", size, "Funnel", &told.join(", "));
    legend(
        &mut picture,
        (0.0, 16.0),
        &["├─┤ 95 % interval of the share of the step before", "◆ true share of the step before"],
    );
    let x = |journeys: f64| LEFT + (RIGHT - LEFT) * journeys / most;
    let mut before = 0.0;
    for (row, (step, truth)) in funnel.steps.iter().zip(truth).enumerate() {
        let (top, reached) = (TOP + ROW * f(row), step.reached as f64);
        let middle = top + BAR / 2.0;
        let name = step.touchpoint.to_string();
        picture.text((LEFT - 14.0, middle + 4.0), Anchor::End, "", &name);
        picture.rectangle((LEFT, top), (x(reached) - LEFT, BAR), "bar");
        let mut end = x(reached);
        if let Some(interval) = &step.interval {
            let limits = [interval.lower, interval.upper].map(|share| x(before * share));
            picture.across(limits[0], limits[1], middle, "whisker");
            end = end.max(limits[1]);
        }
        if let Some(truth) = truth.filter(|_| row > 0) {
            picture.diamond((x(before * truth), middle), "truth");
            end = end.max(x(before * truth) + 5.0);
        }
        let share = step.share_of_previous.map(percent);
        let share = share.map(|it| format!("\u{2003}{it} of the step before")).unwrap_or_default();
        let text = format!("{}{share}", count(step.reached));
        picture.text((end + 10.0, middle + 4.0), Anchor::Start, "", &text);
        before = reached;
    }
    picture
}
