//! Pain points: how many customers meet a touchpoint, and how much it hurts them.

use super::super::journeys::percent;
use super::super::overall::LEVEL;
use super::super::support::Outcome;
use super::super::support::format::count;
use super::super::support::html::HtmlPage;
use super::super::support::picture::{Anchor, Picture};
use super::super::touchpoints::TARGET;
use super::{WIDTH, f, limits_in_percent};
use cxm_core::journey::{Journeys, PainPoint};
use cxm_core::stats::Interval;

const TOP: f64 = 52.0;
const ROW: f64 = 32.0;
const BAR: f64 = 18.0;
/// Where the two scales of shares begin, and how long they are.
const REACH: f64 = 110.0;
const SEVERITY: f64 = 490.0;
const LENGTH: f64 = 320.0;

pub(super) fn show(page: &mut HtmlPage, journeys: &Journeys) -> Outcome<()> {
    page.section(
        "Where it hurts",
        &format!(
            "Reach is the share of customers who meet a touchpoint; severity is how far its scores \
             stay below {TARGET:.0}, from 0 to 100 %. The index is one times the other, of a \
             hundred; at risk is what these customers ordered."
        ),
    );
    let points = journeys.pain_points(TARGET, true, LEVEL)?;
    page.picture("Pain points", &draw(&points));
    let euros = |cents: i128| {
        u64::try_from(cents).map_or_else(|_| "–".to_owned(), |cents| count((cents + 50) / 100))
    };
    let rows = points.iter().map(|point| {
        vec![
            point.touchpoint.to_string(),
            point.index.map_or_else(|| "–".to_owned(), |it| format!("{:.1}", 100.0 * it)),
            point.reach.share.map_or_else(|| "–".to_owned(), percent),
            limits_in_percent(point.reach.interval.as_ref()),
            point.severity.mean.map_or_else(|| "–".to_owned(), percent),
            limits_in_percent(point.severity.interval.as_ref()),
            count(point.severity.n),
            point.value_at_risk.map_or_else(|| "–".to_owned(), euros),
        ]
    });
    let heads =
        ["touchpoint", "index", "reach", "interval", "severity", "interval", "scores", "€ at risk"];
    page.table("Pain points", &heads, &rows.collect::<Vec<_>>(), false);
    Ok(())
}

fn draw(points: &[PainPoint]) -> Picture {
    let told: Vec<String> = points
        .iter()
        .filter_map(|it| Some(format!("{} {:.1}", it.touchpoint, 100.0 * it.index?)))
        .collect();
    let bottom = TOP + ROW * f(points.len());
    let size = (WIDTH, bottom + 26.0);
    let about = format!("Index of each touchpoint: {}", told.join(", "));
    let mut picture = Picture::new("pain", size, "Pain points", &about);
    let heads = [(REACH, "reach, of all customers"), (SEVERITY, "severity")];
    for (left, name) in heads {
        picture.text((left, 34.0), Anchor::Start, "strong", name);
        for tick in [0.0, 0.5, 1.0] {
            let x = left + LENGTH * tick;
            picture.line((x, TOP - 8.0), (x, bottom), "rule");
            let label = format!("{:.0} %", 100.0 * tick);
            picture.text((x, bottom + 18.0), Anchor::Middle, "small", &label);
        }
    }
    picture.text((REACH, 14.0), Anchor::Start, "small", "├─┤ 95 % interval");
    picture.text((WIDTH - 20.0, 34.0), Anchor::End, "strong", "index");
    for (row, point) in points.iter().enumerate() {
        let middle = TOP + ROW * f(row) + BAR / 2.0;
        let name = point.touchpoint.to_string();
        picture.text((REACH - 14.0, middle + 4.0), Anchor::End, "", &name);
        bar(&mut picture, REACH, middle, point.reach.share, point.reach.interval.as_ref(), "bar");
        let severity = &point.severity;
        bar(&mut picture, SEVERITY, middle, severity.mean, severity.interval.as_ref(), "pain");
        let index = point.index.map_or_else(|| "–".to_owned(), |it| format!("{:.1}", 100.0 * it));
        let class = if row == 0 { "bad" } else { "" };
        picture.text((WIDTH - 20.0, middle + 4.0), Anchor::End, class, &index);
    }
    picture
}

fn bar(
    picture: &mut Picture,
    left: f64,
    middle: f64,
    share: Option<f64>,
    interval: Option<&Interval>,
    class: &str,
) {
    let width = LENGTH * share.unwrap_or_default();
    picture.rectangle((left, middle - BAR / 2.0), (width, BAR), class);
    if let Some(interval) = interval {
        let [from, to] = [interval.lower, interval.upper].map(|it| left + LENGTH * it);
        picture.across(from, to, middle, "whisker");
    }
}
