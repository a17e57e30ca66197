//! Where the trouble is: effort by channel, satisfaction by stage of the journey.

use super::company::{Survey, Truth};
use super::findings::Findings;
use super::overall::{LEVEL, ces, csat, nps};
use super::support::Outcome;
use super::support::cards::{self, ALL, GroupView, Marks};
use super::support::describe::Described;
use super::support::format::{Unit, list, p_value};
use super::support::page::Page;
use cxm_core::prelude::*;
use cxm_core::stream::segment_table::{
    SegmentRow, SegmentTable, SegmentTableOptions, segment_table,
};
use cxm_core::survey::RatingCalculator;

pub(crate) fn show(
    page: &mut Page,
    answers: &Survey<'_>,
    truth: &Truth<'_>,
    findings: &mut Findings,
) -> Outcome<()> {
    let effort = ces()?;
    page.heading(
        "CES by channel",
        "7 is the least effort; each channel is tested against the rest.",
    );
    let by_channel = read(&effort, &answers.channel, &answers.effort)?;
    let marks = effort_marks(answers, truth);
    let view = GroupView { by: "channel", marks: Some(("◆ truth", &marks)) };
    cards::groups(page, &effort, &by_channel, &view);

    page.heading("CSAT by stage of the journey", "");
    let by_stage = read(&csat(), &answers.stage, &answers.satisfaction)?;
    cards::groups(page, &csat(), &by_stage, &GroupView { by: "stage", marks: None });

    let recommend = read(&nps(), &answers.channel, &answers.recommend)?;
    worst_channel(&by_channel, &recommend, &marks, findings);
    stages(&by_stage, findings);
    Ok(())
}

fn read<D>(definition: &D, names: &[&str], ratings: &[f64]) -> Outcome<SegmentTable<D::Report>>
where
    D: Described,
    D::Report: RatingReport + Scored,
{
    let by = KeyedDefinition::with(["group"], definition.clone());
    let mut keyed = Keyed::<RatingCalculator<D>>::new(by)?;
    keyed.update(KeyedBatch { keys: &[names.into()], batch: Ratings::from(ratings) })?;
    let options =
        SegmentTableOptions { level: LEVEL, versus_rest: true, ..SegmentTableOptions::default() };
    Ok(segment_table(&keyed, &options)?)
}

/// The true mean of effort on each channel; it is the same on all but the phone.
fn effort_marks(answers: &Survey<'_>, truth: &Truth<'_>) -> Marks {
    let behind = |wanted: &[bool]| {
        let rows = answers.only(wanted);
        let phone = |row: usize| rows.channel.get(row).is_some_and(|channel| *channel == "phone");
        let measure = |row| if phone(row) { "effort_mean_phone" } else { "effort_mean_other" };
        truth.behind(&rows, measure)
    };
    let channels = Survey::names(&answers.channel).into_iter().filter_map(|name| {
        let wanted: Vec<bool> = answers.channel.iter().map(|channel| *channel == name).collect();
        Some((name.to_owned(), behind(&wanted)?))
    });
    let all = behind(&vec![true; answers.len()]).map(|all| (ALL.to_owned(), all));
    channels.chain(all).collect()
}

fn is_clear<R>(row: &SegmentRow<R>) -> bool {
    row.adjusted_p_value.is_some_and(|p| p < 1.0 - LEVEL)
}

/// The channel with the least favourable effort, and whether the willingness to recommend follows.
fn worst_channel<E, N>(
    effort: &SegmentTable<E>,
    recommend: &SegmentTable<N>,
    marks: &Marks,
    findings: &mut Findings,
) {
    fn difference<R>(row: &SegmentRow<R>) -> Option<f64> {
        row.versus_rest.as_ref().map(|test| test.plain_difference)
    }
    let clear = effort.rows.iter().filter(|row| is_clear(row));
    let worst = clear.filter_map(|row| Some((row, difference(row)?)));
    let Some((worst, less)) = worst.min_by(|a, b| a.1.total_cmp(&b.1)).filter(|(_, d)| *d < 0.0)
    else {
        return findings.beware("No channel is harder than the others beyond chance.".to_owned());
    };
    let name = cards::name_of(worst);
    findings.conclude(format!(
        "On the channel {name} it is harder: CES is {} against the rest (p {}).",
        Unit::Rating.show_difference(less),
        worst.adjusted_p_value.map_or_else(String::new, p_value),
    ));
    let same = recommend.rows.iter().find(|row| cards::name_of(row) == name);
    if let Some((row, points)) = same.and_then(|row| Some((row, difference(row)?)))
        && !is_clear(row)
    {
        findings.beware(format!(
            "That mending {name} would raise NPS is not shown: NPS there differs by {} points from \
             the rest (p {}).",
            Unit::Points.show(points),
            row.adjusted_p_value.map_or_else(String::new, p_value),
        ));
    }
    if let (Some(here), Some(all)) = (marks.get(&name), marks.get(ALL)) {
        findings.truth(format!(
            "CES on the channel {name} tends to {}, over all channels to {}.",
            Unit::Rating.show(*here),
            Unit::Rating.show(*all),
        ));
    }
}

fn stages<R>(by_stage: &SegmentTable<R>, findings: &mut Findings) {
    let clear: Vec<_> =
        by_stage.rows.iter().filter(|row| is_clear(row)).map(cards::name_of).collect();
    if clear.is_empty() {
        let stages = by_stage.rows.len();
        let smallest = by_stage.rows.iter().filter_map(|row| row.adjusted_p_value).reduce(f64::min);
        findings.beware(format!(
            "None of the {stages} stages differs from the rest in CSAT (smallest p {}): the first \
             and the last of a ranking are there by chance.",
            smallest.map_or_else(String::new, p_value),
        ));
    } else {
        findings.conclude(format!("CSAT differs from the rest at {}.", list(&clear)));
    }
}
