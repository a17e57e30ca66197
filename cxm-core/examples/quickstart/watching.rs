//! What happens to a dashboard that looks after every answer: an interval for one look does not
//! hold its level over many; a confidence sequence does.

use super::company::{Survey, Truth};
use super::findings::Findings;
use super::overall::{LEVEL, nps};
use super::support::Outcome;
use super::support::format::{Unit, count};
use super::support::page::{Page, Tone};
use super::support::table::{Cell, TextTable};
use cxm_core::prelude::*;

/// Survey before the first look.
const FIRST_LOOK: u64 = 30;

/// A stream of answers whose truth does not change, watched answer by answer.
struct Stream {
    name: String,
    truth: f64,
    looks: u64,
    missed_by_interval: u64,
    missed_by_sequence: u64,
}

pub(crate) fn show(
    page: &mut Page,
    answers: &Survey<'_>,
    truth: &Truth<'_>,
    findings: &mut Findings,
) -> Outcome<()> {
    let about = format!(
        "NPS is read after every answer from the {FIRST_LOOK}th on. How often did the 95 % \
         interval miss the truth, as long as the truth stayed the same?",
    );
    page.heading("A dashboard that looks after every answer", &about);
    let mut table =
        TextTable::new(&["stream", ">◆ truth", ">looks", ">interval missed", ">sequence missed"]);
    let mut streams = Vec::new();
    for segment in Survey::names(&answers.segment) {
        for after in [false, true] {
            streams.extend(watch(answers, segment, after, truth)?);
        }
    }
    for stream in &streams {
        let tone = if stream.missed_by_interval > 0 { Tone::Bad } else { Tone::Plain };
        table.row(vec![
            stream.name.as_str().into(),
            Unit::Points.show(stream.truth).into(),
            count(stream.looks).into(),
            Cell::new(count(stream.missed_by_interval), tone),
            count(stream.missed_by_sequence).into(),
        ]);
    }
    page.table(&table);
    let missed = |looks: fn(&Stream) -> u64| streams.iter().filter(|s| looks(s) > 0).count();
    let (interval, sequence) =
        (missed(|stream| stream.missed_by_interval), missed(|stream| stream.missed_by_sequence));
    let all = streams.len();
    findings.beware(format!(
        "A dashboard that looks after every answer must not trust the plain interval: it missed \
         the truth at some look in {interval} of {all} streams, the confidence sequence in \
         {sequence}.",
    ));
    Ok(())
}

/// Reads one segment's answers one by one, before or after the action.
fn watch(
    answers: &Survey<'_>,
    segment: &str,
    after: bool,
    truth: &Truth<'_>,
) -> Outcome<Option<Stream>> {
    let rows = answers.segment.iter().zip(&answers.wave);
    let wanted: Vec<bool> = rows
        .map(|(name, wave)| *name == segment && truth.after_action.contains(*wave) == after)
        .collect();
    let rows = answers.only(&wanted);
    let Some(truth) = truth.behind(&rows, |_| "nps_points") else { return Ok(None) };
    let waves = Survey::names(&rows.wave);
    let span = (waves.first().copied().unwrap_or(""), waves.last().copied().unwrap_or(""));
    let mut stream = Stream {
        name: format!("{segment}, {} to {}", span.0, span.1),
        truth,
        looks: 0,
        missed_by_interval: 0,
        missed_by_sequence: 0,
    };
    let options = IntervalOptions::at(LEVEL);
    let mut state = Nps::new(nps())?;
    for rating in &rows.recommend {
        state.update(Ratings::from([*rating].as_slice()))?;
        let report = state.value();
        if report.responses < FIRST_LOOK {
            continue;
        }
        let missed =
            |limits: Option<Interval>| u64::from(limits.is_some_and(|i| !i.contains(truth)));
        stream.looks += 1;
        stream.missed_by_interval += missed(report.interval(&options)?);
        stream.missed_by_sequence += missed(report.confidence_sequence(&options)?);
    }
    Ok((stream.looks > 0).then_some(stream))
}
