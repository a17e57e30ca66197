//! The scores of all answers: from a column to a figure that says how far it can be trusted.

use super::company::{Invited, Survey, Truth};
use super::duplicates;
use super::findings::Findings;
use super::support::Outcome;
use super::support::cards;
use super::support::describe::Described;
use super::support::format::{Unit, count, list};
use super::support::page::{Page, Tone};
use super::support::table::{Cell, TextTable};
use cxm_core::prelude::*;
use cxm_core::stats::Exclusions;
use cxm_core::survey::{CesReport, CsatReport, CxIndexReport, NpsReport, ResponseRateReport};

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

/// What every question comes to.
#[derive(Debug)]
pub(crate) struct Questions {
    recommend: Nps,
    weighted: NpsReport,
    satisfaction: CsatReport,
    effort: CesReport,
    index: CxIndexReport,
    rate: ResponseRateReport,
}

impl Questions {
    pub(crate) fn read(all: &Survey<'_>, answers: &Survey<'_>, invited: &Invited) -> Outcome<Self> {
        let mut rate = ResponseRate::default();
        rate.update(Invitations {
            invited_at: &invited.invited_at,
            answered_at: &invited.answered_at,
            answered: Some(Validity::Bytes(&invited.answered)),
        })?;
        let mut weighted = Nps::new(weighted_nps())?;
        weighted.update(Ratings::weighted(
            answers.recommend.as_slice(),
            Weights::Floats(&answers.weight),
        ))?;
        let mut satisfaction = Csat::new(csat())?;
        satisfaction.update(Ratings::from(answers.satisfaction.as_slice()))?;
        let mut effort = Ces::new(ces()?)?;
        effort.update(Ratings::from(answers.effort.as_slice()))?;
        let items = [&answers.ease, &answers.effectiveness, &answers.emotion];
        let mut index = CxIndex::default();
        index.update(ItemRatings::new(&items.map(|item| item.as_slice().into())))?;
        Ok(Self {
            recommend: duplicates::under(DuplicateRule::Last, all)?,
            weighted: weighted.value(),
            satisfaction: satisfaction.value(),
            effort: effort.value(),
            index: index.value(),
            rate: rate.value(),
        })
    }

    /// Name, score, and interval with the answers that it rests on.
    pub(crate) fn figures(&self) -> Outcome<Vec<[String; 3]>> {
        Ok(vec![
            figure("NPS", &self.recommend.value(), Unit::Points)?,
            figure("CSAT", &self.satisfaction, Unit::Percent)?,
            figure("CES", &self.effort, Unit::Rating)?,
            figure("CX index", &self.index, Unit::Points)?,
            figure("response rate", &self.rate, Unit::Percent)?,
        ])
    }
}

fn figure<R: Scored>(name: &str, report: &R, unit: Unit) -> Outcome<[String; 3]> {
    let interval = report.interval(&IntervalOptions::at(LEVEL))?;
    let limits = interval.map(|it| format!("{}, ", unit.show_range(it.lower, it.upper)));
    let note = format!("{}n\u{a0}=\u{a0}{}", limits.unwrap_or_default(), count(report.responses()));
    let score = report.headline().map_or_else(|| "none".to_owned(), |score| unit.show(score));
    Ok([name.to_owned(), score, note])
}

pub(crate) fn show(
    page: &mut Page,
    questions: &Questions,
    answers: &Survey<'_>,
    truth: &Truth<'_>,
    findings: &mut Findings,
) -> Outcome<()> {
    page.heading("Would you recommend us?", "");
    let rate = &questions.rate;
    cards::overall(page, &questions.recommend, LEVEL, Some(rate.invited))?;
    let report = questions.recommend.value();
    let silent = rate.invited.saturating_sub(report.responses);
    who_answers(&report, silent, answers, truth, findings)?;

    all_questions(page, questions)
}

/// One line a question, each with what it rests on.
fn all_questions(page: &mut Page, questions: &Questions) -> Outcome<()> {
    let Questions { recommend, weighted: weights, satisfaction, effort, index, rate } = questions;
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
    let (percent, recommend) = (Unit::Percent, recommend.value());
    table.row(line("NPS", &recommend, Unit::Points, Some(recommend.excluded))?);
    table.row(line("NPS, weighted", weights, Unit::Points, Some(weights.excluded))?);
    table.row(line("CSAT", satisfaction, percent, Some(satisfaction.excluded))?);
    table.row(line("CES", effort, Unit::Rating, Some(effort.excluded))?);
    table.row(line("CX index", index, Unit::Points, None)?);
    table.row(line("response rate", rate, percent, None)?);
    page.table(&table);
    page.blank();
    page.paragraph(&satisfaction.definition.definition(), Tone::Dim);
    page.paragraph(&effort.definition.definition(), Tone::Dim);
    let items = &index.items;
    let about = [
        ("ease", &items.ease),
        ("effectiveness", &items.effectiveness),
        ("emotion", &items.emotion),
    ]
    .map(|(name, item)| {
        let score = item.score.map_or_else(|| "none".to_owned(), |s| Unit::Points.show(s));
        format!("{name} {score} ({} missing)", count(item.excluded.missing))
    });
    let text = format!(
        "CX index on 1 to 5: mean of 100 · (share of 4-5 − share of 1-2) of {}.",
        list(&about)
    );
    page.paragraph(&text, Tone::Dim);
    let text = format!(
        "Response rate: {} of {} invitations were answered, however late.",
        count(rate.answered),
        count(rate.invited),
    );
    page.paragraph(&text, Tone::Dim);
    if let Some(effective) = weights.effective_responses {
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
    answers: &Survey<'_>,
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
    let customers = Survey::names(&answers.customer).len() as u64;
    let waves = Survey::names(&answers.wave).len();
    if customers < answers.len() as u64 {
        findings.beware(format!(
            "Where {waves} waves are pooled, the intervals are somewhat too narrow: {} answers \
             come from {} customers, whose answers resemble each other, and are counted as \
             independent.",
            count(answers.len() as u64),
            count(customers),
        ));
    }
    let tends_to = truth.behind(answers, |_| "nps_points");
    if let (Some(answering), Some(everyone)) = (tends_to, truth.of_everyone(answers)) {
        findings.truth(format!(
            "NPS of those who answer differs by {} points from that of everyone, however many \
             answer.",
            Unit::Points.show(answering - everyone),
        ));
    }
    Ok(())
}

/// One question: its score, its two intervals and its exclusions.
fn line<R: Scored>(
    name: &str,
    report: &R,
    unit: Unit,
    excluded: Option<Exclusions>,
) -> Outcome<Vec<Cell>> {
    let options = IntervalOptions::at(LEVEL);
    let limits = |interval: Option<Interval>| match interval {
        Some(interval) => unit.show_range(interval.lower, interval.upper),
        None => "none".to_owned(),
    };
    let watched = match report.confidence_sequence(&options) {
        Err(error) if error.kind() == ErrorKind::NotOffered => "not offered".to_owned(),
        sequence => limits(sequence?),
    };
    let number = |part: fn(&Exclusions) -> u64| {
        excluded.as_ref().map_or_else(String::new, |excluded| count(part(excluded)))
    };
    Ok(vec![
        Cell::new(name, Tone::Strong),
        count(report.responses()).into(),
        Cell::new(report.headline().map_or_else(String::new, |s| unit.show(s)), Tone::Strong),
        limits(report.interval(&options)?).into(),
        Cell::new(watched, Tone::Dim),
        number(|excluded| excluded.missing).into(),
        number(|excluded| excluded.dont_know).into(),
        number(Exclusions::invalid).into(),
    ])
}
