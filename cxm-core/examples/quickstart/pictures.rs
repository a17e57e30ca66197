//! The journeys as pictures, with the main figures and the findings, on one HTML page.

mod credit;
mod flows;
mod funnel;
mod map;
mod pain;

use super::company::Files;
use super::findings::Findings;
use super::journeys::{self, GAP_DAYS};
use super::overall::{LEVEL, Questions};
use super::support::Outcome;
use super::support::format::{count, counted};
use super::support::html::HtmlPage;
use super::support::picture::{Anchor, Picture, Point};
use cxm_core::calculator::Calculator;
use cxm_core::journey::Journeys;
use cxm_core::stats::Interval;

/// How wide every picture is.
const WIDTH: f64 = 960.0;
/// A letter of the pictures, at most.
const LETTER: f64 = 7.2;

/// The whole page.
pub(crate) fn page(files: &Files, questions: &Questions, findings: &Findings) -> Outcome<HtmlPage> {
    let truth = files.touchpoints()?;
    let journeys = journeys::read(&files.interactions()?, &truth)?;
    let mut page = HtmlPage::new(
        "The score card of an example company",
        "An invented company, so the truth behind every figure is known: it stands under ◆ in the \
         tables and is drawn in gold.",
    );
    page.section("What customers say", &format!("Scores with {:.0} % intervals.", 100.0 * LEVEL));
    page.figures(&questions.figures()?);
    introduce(&mut page, &journeys);
    map::show(&mut page, &journeys, &truth)?;
    funnel::show(&mut page, &journeys, &truth)?;
    flows::show(&mut page, &journeys)?;
    pain::show(&mut page, &journeys)?;
    credit::show(&mut page, &journeys, &truth)?;
    page.section("Findings", "Sentences made of the figures of the whole card.");
    for (heading, sentences) in findings.parts() {
        page.list(heading, sentences);
    }
    rests_on(&mut page, &journeys);
    Ok(page)
}

fn introduce(page: &mut HtmlPage, journeys: &Journeys) {
    let report = journeys.value();
    page.section(
        "The way to the gift box",
        &format!(
            "{} contacts of {} customers in the second quarter of 2026 make {} journeys: {} ended \
             with an order, {} are over without one, and {} may go on.",
            count(report.events),
            count(report.customers),
            count(report.journeys),
            count(report.converted),
            count(report.dropped),
            count(report.open),
        ),
    );
}

/// How the journeys were read, and what was left out.
fn rests_on(page: &mut HtmlPage, journeys: &Journeys) {
    let report = journeys.value();
    let excluded = report.excluded.rows();
    page.section("What the journeys rest on", "");
    page.note(&format!(
        "A journey ends with an order and after a pause of more than {GAP_DAYS} days. Of {} rows \
         {} left out, {} duplicates among the others count once, and the order of {} at the same \
         instant is that of their arrival. Shares have intervals by Wilson, means by Student's t, \
         all at {:.0} %.",
        count(report.observations),
        if excluded == 1 { "1 was".to_owned() } else { format!("{} were", count(excluded)) },
        count(report.duplicates),
        counted(report.ties, "pair", "pairs"),
        100.0 * LEVEL,
    ));
}

/// A number of rows, steps or stages as a coordinate.
fn f(number: usize) -> f64 {
    u32::try_from(number).map_or(f64::MAX, f64::from)
}

/// How wide a text is drawn, at most.
fn text_width(text: &str) -> f64 {
    LETTER * f(text.chars().count())
}

/// What the signs of a picture mean, in a line above it.
fn legend(picture: &mut Picture, at: Point, texts: &[&str]) {
    picture.text(at, Anchor::Start, "small", &texts.join("\u{2003}"));
}

fn limits_in_percent(interval: Option<&Interval>) -> String {
    let show = |it: &Interval| format!("{:.1} … {:.1} %", 100.0 * it.lower, 100.0 * it.upper);
    interval.map_or_else(|| "–".to_owned(), show)
}
