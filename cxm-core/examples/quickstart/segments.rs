//! The score by segment, and what a small segment's figures are worth.

use super::company::{Survey, Truth};
use super::findings::Findings;
use super::overall::{LEVEL, nps};
use super::support::Outcome;
use super::support::cards::{self, ALL, GroupView, Marks};
use super::support::format::{Unit, list, p_value, signed};
use super::support::page::Page;
use cxm_core::prelude::*;
use cxm_core::stream::segment_table::{
    SegmentRow, SegmentTable, SegmentTableOptions, segment_table,
};
use cxm_core::survey::NpsReport;

/// Groups of fewer answers are not shown.
const MIN_RESPONSES: u64 = 5;

pub(crate) fn show(
    page: &mut Page,
    answers: &Survey<'_>,
    truth: &Truth<'_>,
    findings: &mut Findings,
) -> Outcome<()> {
    page.heading(
        "NPS by segment",
        "Each segment is tested against all others. Shrunken: pulled toward the common mean, the \
         more so the fewer answers there are.",
    );
    let by_segment = read(answers, &answers.segment, true)?;
    let marks = marks(answers, &answers.segment, truth);
    let view = GroupView { by: "segment", marks: Some(("◆ truth", &marks)) };
    cards::groups(page, &nps(), &by_segment, &view);
    differences(&by_segment, findings);

    let Some(smallest) = smallest(&by_segment) else { return Ok(()) };
    small_segment(page, &answers.of_segment(&smallest), &smallest, truth, findings)
}

/// The table by a column of names.
fn read(answers: &Survey<'_>, names: &[&str], tested: bool) -> Outcome<SegmentTable<NpsReport>> {
    let mut keyed = Keyed::<Nps>::new(KeyedDefinition::with(["group"], nps()))?;
    keyed.update(KeyedBatch {
        keys: &[names.into()],
        batch: Ratings::from(answers.recommend.as_slice()),
    })?;
    let options = SegmentTableOptions {
        level: LEVEL,
        min_responses: MIN_RESPONSES,
        versus_rest: tested,
        shrink: tested,
        ..SegmentTableOptions::default()
    };
    Ok(segment_table(&keyed, &options)?)
}

/// The true values of the groups and of all of them.
fn marks(answers: &Survey<'_>, names: &[&str], truth: &Truth<'_>) -> Marks {
    let behind = |answers: &Survey<'_>| truth.behind(answers, |_| "nps_points");
    let groups = Survey::names(names).into_iter().filter_map(|name| {
        let wanted: Vec<bool> = names.iter().map(|other| *other == name).collect();
        Some((name.to_owned(), behind(&answers.only(&wanted))?))
    });
    groups.chain(behind(answers).map(|all| (ALL.to_owned(), all))).collect()
}

fn differences(by_segment: &SegmentTable<NpsReport>, findings: &mut Findings) {
    let is_clear =
        |row: &&SegmentRow<NpsReport>| row.adjusted_p_value.is_some_and(|p| p < 1.0 - LEVEL);
    let tested = || by_segment.rows.iter().filter(|row| row.adjusted_p_value.is_some());
    let describe = |row: &SegmentRow<NpsReport>| {
        let difference = row.versus_rest.as_ref().map_or(0.0, |test| test.plain_difference);
        let p = row.adjusted_p_value.map_or_else(String::new, p_value);
        format!("{} {} (p {p})", cards::name_of(row), Unit::Points.show(difference))
    };
    let clear: Vec<_> = tested().filter(is_clear).map(describe).collect();
    let unclear: Vec<_> = tested().filter(|row| !is_clear(row)).map(describe).collect();
    if !clear.is_empty() {
        let points = list(&clear);
        findings.conclude(format!("Segments differ from the rest in NPS: {points}."));
    }
    if !unclear.is_empty() {
        let points = list(&unclear);
        findings.beware(format!("No difference from the rest is shown for {points}."));
    }
}

/// The segment with the fewest answers.
fn smallest(by_segment: &SegmentTable<NpsReport>) -> Option<String> {
    let shown =
        by_segment.rows.iter().filter_map(|row| Some((row, row.report.as_ref()?.responses)));
    shown.min_by_key(|(_, responses)| *responses).map(|(row, _)| cards::name_of(row))
}

/// One segment wave by wave, where each figure rests on a few answers.
fn small_segment(
    page: &mut Page,
    answers: &Survey<'_>,
    name: &str,
    truth: &Truth<'_>,
    findings: &mut Findings,
) -> Outcome<()> {
    let title = format!("The smallest segment over time: {name}");
    page.heading(&title, "The bars are the message here; the scores alone would tell a story.");
    let by_wave = read(answers, &answers.wave, true)?;
    let marks = marks(answers, &answers.wave, truth);
    let view = GroupView { by: "wave", marks: Some(("◆ truth", &marks)) };
    cards::groups(page, &nps(), &by_wave, &view);
    noise(&by_wave, &marks, name, findings);

    let waves = Survey::names(&answers.wave);
    let Some(last) = waves.last() else { return Ok(()) };
    let in_last: Vec<bool> = answers.wave.iter().map(|wave| wave == last).collect();
    let in_last = answers.only(&in_last);
    let about = format!(
        "Groups of fewer than {MIN_RESPONSES} answers are not shown, nor the next smallest one \
         where the total would give a hidden one away.",
    );
    page.heading(&format!("The segment {name} in {last}, by channel"), &about);
    let by_channel = read(&in_last, &in_last.channel, false)?;
    cards::groups(page, &nps(), &by_channel, &GroupView { by: "channel", marks: None });
    Ok(())
}

/// What the figures of few answers seem to say, and what they can say.
fn noise(by_wave: &SegmentTable<NpsReport>, marks: &Marks, name: &str, findings: &mut Findings) {
    let shown: Vec<(String, f64)> = by_wave
        .rows
        .iter()
        .filter_map(|row| Some((cards::name_of(row), row.report.as_ref()?.score?)))
        .collect();
    let (Some((first, start)), Some((last, end))) = (shown.first(), shown.last()) else { return };
    let smallest_p = by_wave.rows.iter().filter_map(|row| row.adjusted_p_value).reduce(f64::min);
    let is_clear = smallest_p.is_some_and(|p| p < 1.0 - LEVEL);
    let (start, end) = (signed(*start, 1), signed(*end, 1));
    let story = format!("The segment {name} went from {start} in {first} to {end} in {last}");
    let p = smallest_p.map_or_else(String::new, p_value);
    if is_clear {
        findings
            .conclude(format!("{story}, and at least one wave differs from the others (p {p})."));
    } else {
        findings.beware(format!(
            "{story}, but no wave differs from the others (smallest p {p}): so few answers \
             scatter like this around an unchanging score."
        ));
    }
    if let (Some(then), Some(now)) = (marks.get(first), marks.get(last)) {
        findings.truth(format!(
            "The segment {name} (those who answer) went from {} to {}.",
            signed(*then, 1),
            signed(*now, 1),
        ));
    }
}
