//! The scores of all answers: from a column to a figure that says how far it can be trusted.

use super::company::{Answers, Truth};
use super::findings::Findings;
use super::support::Outcome;
use super::support::cards;
use super::support::describe::Described;
use super::support::format::{Unit, count};
use super::support::page::{Page, Tone};
use super::support::table::{Cell, TextTable};
use cxm_core::prelude::*;
use cxm_core::survey::{NpsReport, RatingCalculator};

/// The level of every interval on the card.
pub(crate) const LEVEL: f64 = 0.95;
/// What the questionnaire stores for "don't know".
const DONT_KNOW: i32 = 99;

/// 0 to 10, standard cut points; 99 is "don't know" and not a rating.
pub(crate) fn nps() -> NpsDefinition {
    let mut definition = NpsDefinition::default();
    definition.ratings.dont_know = vec![DONT_KNOW];
    definition
}

/// The same for answers that count with their design weights.
pub(crate) fn weighted_nps() -> NpsDefinition {
    let mut definition = nps();
    definition.ratings.weighted = true;
    definition
}

/// Share of 4 and 5 on 1 to 5.
pub(crate) fn csat() -> CsatDefinition {
    let mut definition = CsatDefinition::default();
    definition.ratings.dont_know = vec![DONT_KNOW];
    definition
}

/// Mean of 1 to 7, where 7 is the least effort.
pub(crate) fn ces() -> Outcome<CesDefinition> {
    let mut definition = CesDefinition::preset("ces_2_mean")?;
    definition.ratings.dont_know = vec![DONT_KNOW];
    Ok(definition)
}

pub(crate) fn show(
    page: &mut Page,
    answers: &Answers<'_>,
    invited: u64,
    truth: &Truth<'_>,
    findings: &mut Findings,
) -> Outcome<()> {
    page.heading("Would you recommend us?", "");
    let mut recommend = Nps::new(nps())?;
    recommend.update(Ratings::from(answers.recommend.as_slice()))?;
    cards::overall(page, &recommend, LEVEL, Some(invited))?;
    let report = recommend.value();
    let silent = invited.saturating_sub(report.responses);
    who_answers(&report, silent, answers, truth, findings)?;

    let mut weighted = Nps::new(weighted_nps())?;
    weighted.update(Ratings::weighted(
        answers.recommend.as_slice(),
        Weights::Floats(&answers.weight),
    ))?;
    let mut satisfaction = Csat::new(csat())?;
    satisfaction.update(Ratings::from(answers.satisfaction.as_slice()))?;
    let mut effort = Ces::new(ces()?)?;
    effort.update(Ratings::from(answers.effort.as_slice()))?;

    page.heading("All questions", "");
    let mut table = TextTable::new(&[
        "",
        ">answers",
        ">score",
        "95 % interval",
        "when watched",
        ">missing",
        ">don't know",
        ">invalid",
    ]);
    table.row(line("NPS", &recommend)?);
    table.row(line("NPS, weighted", &weighted)?);
    table.row(line("CSAT", &satisfaction)?);
    table.row(line("CES", &effort)?);
    page.table(&table);
    page.blank();
    page.paragraph(&satisfaction.definition().definition(), Tone::Dim);
    page.paragraph(&effort.definition().definition(), Tone::Dim);
    if let Some(effective) = weighted.value().effective_responses {
        let text = format!(
            "The weights undo that some segments were asked more often than others; they cost some \
             precision: the answers are worth {effective:.0} unweighted ones."
        );
        page.paragraph(&text, Tone::Dim);
    }
    Ok(())
}

/// What those who did not answer could change, and what they do change.
fn who_answers(
    report: &NpsReport,
    silent: u64,
    answers: &Answers<'_>,
    truth: &Truth<'_>,
    findings: &mut Findings,
) -> Outcome<()> {
    let bounds = report.non_response_bounds(silent)?;
    if let (Some(bounds), Some(interval)) = (bounds, report.interval(&IntervalOptions::at(LEVEL))?)
    {
        findings.beware(format!(
            "The interval of NPS, {:.1} points wide, is about chance alone. {} of those asked gave \
             no rating; had they all, NPS could be anything from {}. More answers of the same kind \
             do not mend that.",
            interval.width(),
            count(silent),
            Unit::Points.show_range(bounds.lower, bounds.upper).replace('…', "to"),
        ));
    }
    let tends_to = truth.behind(answers, |_| "nps_points");
    if let (Some(answering), Some(everyone)) = (tends_to, truth.of_everyone(answers)) {
        findings.truth(format!(
            "NPS of those who answer is {} points above that of everyone, since happy customers \
             answer more often.",
            Unit::Points.show(answering - everyone),
        ));
    }
    Ok(())
}

/// One question: its score, its two intervals and its exclusions.
fn line<D>(name: &str, state: &RatingCalculator<D>) -> Outcome<Vec<Cell>>
where
    D: Described,
    D::Report: RatingReport,
{
    let (report, options) = (state.value(), IntervalOptions::at(LEVEL));
    let unit = state.definition().unit();
    let limits = |interval: Option<Interval>| match interval {
        Some(interval) => unit.show_range(interval.lower, interval.upper),
        None => "none".to_owned(),
    };
    let weighted = state.definition().rules().weighted;
    let watched = if weighted { None } else { Some(report.confidence_sequence(&options)?) };
    let excluded = report.figures().histogram().excluded();
    Ok(vec![
        Cell::new(name, Tone::Strong),
        count(report.responses()).into(),
        Cell::new(report.headline().map_or_else(String::new, |s| unit.show(s)), Tone::Strong),
        limits(report.interval(&options)?).into(),
        Cell::new(watched.map_or_else(|| "not for weights".to_owned(), limits), Tone::Dim),
        count(excluded.missing).into(),
        count(excluded.dont_know).into(),
        count(excluded.invalid()).into(),
    ])
}
