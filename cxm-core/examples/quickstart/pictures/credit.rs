//! Attribution: what each method gives to each touchpoint, beside the truth.

use super::super::company::TrueTouchpoint;
use super::super::journeys::percent;
use super::super::overall::LEVEL;
use super::super::support::Outcome;
use super::super::support::html::HtmlPage;
use super::super::support::picture::{Anchor, Picture};
use super::{WIDTH, f, limits_in_percent};
use cxm_core::journey::attribution::{
    Attribution, AttributionMethod, AttributionOptions, TouchpointAttribution,
};
use cxm_core::journey::{DEFAULT_HALF_LIFE, Journeys};

const LEFT: f64 = 110.0;
const RIGHT: f64 = WIDTH - 30.0;
const TOP: f64 = 46.0;
const ROW: f64 = 56.0;
/// Between the methods of one touchpoint.
const APART: f64 = 11.0;

const METHODS: [(AttributionMethod, &str); 4] = [
    (AttributionMethod::First, "first"),
    (AttributionMethod::Last, "last"),
    (AttributionMethod::Linear, "linear"),
    (AttributionMethod::Markov, "Markov chain"),
];

pub(super) fn show(
    page: &mut HtmlPage,
    journeys: &Journeys,
    truth: &[TrueTouchpoint<'_>],
) -> Outcome<()> {
    let divide = |(method, _): (AttributionMethod, &str)| {
        let options = AttributionOptions { level: LEVEL, ..AttributionOptions::of(method) };
        journeys.attribution(&options, DEFAULT_HALF_LIFE)
    };
    let read = METHODS.into_iter().map(divide).collect::<Result<Vec<_>, _>>()?;
    page.section(
        "What the orders are owed to",
        "The same orders, divided among the touchpoints before them by four methods. That methods \
         differ is a choice and not chance; what chance adds is the interval. Only the Markov \
         chain asks how many orders there would be without a touchpoint, as the truth does.",
    );
    let known: Vec<&TrueTouchpoint<'_>> = truth.iter().filter(|it| it.credit.is_finite()).collect();
    page.picture("Attribution by four methods", &draw(&read, &known));
    let mut heads = vec!["touchpoint", "◆ truth"];
    for (_, name) in METHODS {
        heads.extend([name, "interval"]);
    }
    let rows = known.iter().map(|touchpoint| {
        let mut row = vec![touchpoint.name.to_owned(), percent(touchpoint.credit)];
        for method in &read {
            let found = of(method, touchpoint.name);
            row.push(percent(found.map_or(0.0, |it| it.share)));
            row.push(limits_in_percent(found.map(|it| &it.interval)));
        }
        row
    });
    let rows: Vec<_> = rows.collect();
    page.table("Shares of the orders by method, in figures", &heads, &rows, true);
    Ok(())
}

fn of<'a>(method: &'a Attribution, name: &str) -> Option<&'a TouchpointAttribution> {
    method.touchpoints.iter().find(|it| *it.touchpoint == *name)
}

fn draw(read: &[Attribution], known: &[&TrueTouchpoint<'_>]) -> Picture {
    let upper = |it: &TouchpointAttribution| it.interval.upper;
    let most = read.iter().flat_map(|it| it.touchpoints.iter().map(upper)).fold(0.0, f64::max);
    // The next tenth.
    let most = ((10.0 * most).ceil() / 10.0).max(0.1);
    let x = |share: f64| LEFT + (RIGHT - LEFT) * share / most;
    let told: Vec<String> = known
        .iter()
        .filter_map(|it| Some(format!("{} {}", it.name, percent(of(read.last()?, it.name)?.share))))
        .collect();
    let bottom = TOP + ROW * f(known.len());
    let about = format!("Shares by the Markov chain: {}", told.join(", "));
    let size = (WIDTH, bottom + 24.0);
    let mut picture = Picture::new("credit", size, "Attribution by four methods", &about);
    let mut at = LEFT;
    for (place, (_, name)) in METHODS.iter().enumerate() {
        picture.circle((at, 14.0), 4.5, &format!("n{place}"), None);
        picture.text((at + 9.0, 18.0), Anchor::Start, "", name);
        at += 36.0 + super::text_width(name);
    }
    picture.line((at, 6.0), (at, 22.0), "truth-line");
    picture.text((at + 9.0, 18.0), Anchor::Start, "", "truth");
    let at = at + 70.0;
    picture.text((at, 18.0), Anchor::Start, "small", "lines: 95 % intervals");
    let mut tick = 0.0;
    while tick <= most + 1e-9 {
        picture.line((x(tick), TOP - 10.0), (x(tick), bottom), "rule");
        let label = format!("{:.0} %", 100.0 * tick);
        picture.text((x(tick), bottom + 18.0), Anchor::Middle, "small", &label);
        tick += 0.1;
    }
    for (row, touchpoint) in known.iter().enumerate() {
        let middle = TOP + ROW * (f(row) + 0.5) - 6.0;
        if row > 0 {
            let y = middle - ROW / 2.0;
            picture.line((0.0, y), (WIDTH, y), "rule");
        }
        picture.text((LEFT - 14.0, middle + 4.0), Anchor::End, "", touchpoint.name);
        let truth = x(touchpoint.credit);
        picture.line((truth, middle - 22.0), (truth, middle + 22.0), "truth-line");
        for (place, method) in read.iter().enumerate() {
            let Some(found) = of(method, touchpoint.name) else { continue };
            let y = middle + APART * (f(place) - 1.5);
            let [from, to] = [found.interval.lower, found.interval.upper].map(x);
            picture.line((from, y), (to, y), &format!("w{place}"));
            picture.circle((x(found.share), y), 4.5, &format!("n{place}"), None);
        }
    }
    picture
}
