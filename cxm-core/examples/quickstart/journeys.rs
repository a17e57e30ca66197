//! The way to the gift box: how far customers come, and how they feel from stage to stage.

use super::company::{Files, Interactions, TrueTouchpoint};
use super::findings::Findings;
use super::overall::LEVEL;
use super::support::Outcome;
use super::support::format::{count, signed};
use super::support::page::{Page, Tone};
use super::support::table::{Cell, TextTable};
use super::touchpoints;
use cxm_core::calculator::batch::{Events, KeyPart, Values};
use cxm_core::calculator::{Calculator, Update};
use cxm_core::journey::{CurveBy, FunnelOptions, Journeys, JourneysDefinition, StageTouchpoints};
use cxm_core::model::time::MICROSECONDS_PER_DAY;
use cxm_core::stats::Interval;

/// The goal, and the steps to it.
pub(crate) const ORDER: &str = "order";
pub(crate) const STEPS: [&str; 4] = ["shop", "cart", "checkout", ORDER];
/// A contact after a longer pause belongs to another journey.
pub(crate) const GAP_DAYS: i64 = 7;

pub(crate) fn show(page: &mut Page, files: &Files, findings: &mut Findings) -> Outcome<()> {
    let truth = files.touchpoints()?;
    let journeys = read(&files.interactions()?, &truth)?;
    funnel(page, &journeys, &truth, findings)?;
    map(page, &journeys, &truth)?;
    touchpoints::pain(page, &journeys, &truth, findings)?;
    touchpoints::credit(page, &journeys, &truth, findings)
}

/// The stages in the order of the truth, which is that of the journey.
pub(crate) fn stages(truth: &[TrueTouchpoint<'_>]) -> Vec<StageTouchpoints> {
    let mut stages: Vec<StageTouchpoints> = Vec::new();
    for it in truth {
        match stages.iter_mut().find(|stage| stage.stage == it.stage) {
            Some(stage) => stage.touchpoints.push(it.name.into()),
            None => stages.push(StageTouchpoints {
                stage: it.stage.to_owned(),
                touchpoints: vec![it.name.into()],
            }),
        }
    }
    stages
}

pub(crate) fn read(rows: &Interactions<'_>, truth: &[TrueTouchpoint<'_>]) -> Outcome<Journeys> {
    let mut journeys = Journeys::new(JourneysDefinition {
        gap: Some(GAP_DAYS * MICROSECONDS_PER_DAY),
        goal: vec![ORDER.into()],
        stages: stages(truth),
        ..JourneysDefinition::default()
    })?;
    let mut batch =
        Events::new(rows.customer.as_slice(), rows.touchpoint.as_slice(), rows.time.as_slice())
            .with_channels(rows.channel.as_slice())
            .with_scores(rows.score.as_slice());
    batch.values = Some(Values::from(rows.cents.as_slice()));
    journeys.update(batch)?;
    Ok(journeys)
}

/// ◆ A true value, in another colour where the interval misses it.
pub(crate) fn true_cell(text: String, value: f64, interval: Option<&Interval>) -> Cell {
    let held = interval.is_some_and(|interval| interval.contains(value));
    Cell::new(text, if held { Tone::Plain } else { Tone::Bad })
}

pub(crate) fn percent(share: f64) -> String {
    format!("{:.1} %", 100.0 * share)
}

pub(crate) fn limits(interval: Option<&Interval>) -> String {
    let show = |it: &Interval| format!("{:.1} … {:.1}", 100.0 * it.lower, 100.0 * it.upper);
    interval.map(show).unwrap_or_default()
}

fn funnel(
    page: &mut Page,
    journeys: &Journeys,
    truth: &[TrueTouchpoint<'_>],
    findings: &mut Findings,
) -> Outcome<()> {
    let report = journeys.value();
    page.heading(
        "The way to the gift box",
        &format!(
            "{} contacts of {} customers in the second quarter of 2026 make {} journeys; a new one \
             begins after an order, and after a pause of more than {GAP_DAYS} days. How many of \
             those who came to the shop went on, step by step.",
            count(report.events),
            count(report.customers),
            count(report.journeys),
        ),
    );
    let steps = STEPS.map(KeyPart::from);
    let funnel = journeys.funnel(&steps, &FunnelOptions::default())?;
    let mut table =
        TextTable::new(&["step", ">journeys", ">of the step before", "95 % interval", ">◆ truth"]);
    let mut worst: Option<(f64, String)> = None;
    for (step, name) in funnel.steps.iter().zip(STEPS) {
        let mut row: Vec<Cell> = vec![name.into(), count(step.reached).into()];
        let true_share = truth.iter().find(|it| it.name == name).map(|it| it.from_step_before);
        if let Some((share, truth)) = step.share_of_previous.zip(true_share) {
            let interval = step.interval.as_ref();
            row.push(percent(share).into());
            row.push(limits(interval).into());
            row.push(true_cell(percent(truth), truth, interval));
            if worst.as_ref().is_none_or(|(lowest, _)| share < *lowest) {
                let (lowest, share, limits) = (share, percent(share), limits(interval));
                let text = format!("{name} ({share}, 95 % interval {limits} %)");
                worst = Some((lowest, text));
            }
        }
        table.row(row);
    }
    page.table(&table);
    page.blank();
    page.paragraph(
        &format!(
            "Of the journeys that came to the shop, {} ordered, {} may still do so, and {} dropped \
             out. Of all journeys that are over, also those that never came to the shop, {} ended \
             with an order.",
            count(funnel.converted),
            count(funnel.open),
            count(funnel.dropped),
            percent(report.score.unwrap_or_default()),
        ),
        Tone::Plain,
    );
    if let Some((_, text)) = worst {
        findings.conclude(format!("On the way to the gift box the narrowest step is {text}."));
    }
    Ok(())
}

/// Stages across, channels as lanes; below them how customers felt.
fn map(page: &mut Page, journeys: &Journeys, truth: &[TrueTouchpoint<'_>]) -> Outcome<()> {
    page.heading(
        "Journey map",
        "Stages across, channels as lanes: contacts. Emotion is the mean score on a scale from −2 \
         to +2, 0 in its middle.",
    );
    let stages = stages(truth);
    let contacts = journeys.contacts();
    let heads: Vec<String> = stages.iter().map(|stage| format!(">{}", stage.stage)).collect();
    let heads = std::iter::once("").chain(heads.iter().map(String::as_str));
    let mut table = TextTable::new(&heads.collect::<Vec<_>>());
    let mut channels: Vec<&KeyPart> = contacts.iter().map(|cell| &cell.channel).collect();
    channels.sort_unstable();
    channels.dedup();
    for channel in channels {
        let volume = |stage: &StageTouchpoints| {
            let here = contacts.iter().filter(|cell| {
                &cell.channel == channel && cell.stage.as_deref() == Some(&stage.stage)
            });
            let events: u64 = here.map(|cell| cell.events).sum();
            if events == 0 { Cell::new("·", Tone::Dim) } else { count(events).into() }
        };
        let lane = Cell::from(channel.to_string());
        table.row(std::iter::once(lane).chain(stages.iter().map(volume)).collect());
    }
    let curve = journeys.emotion_curve(CurveBy::Stage, LEVEL)?;
    let row = |name: &str, tone: Tone, of: &dyn Fn(usize) -> Cell| -> Vec<Cell> {
        std::iter::once(Cell::new(name, tone)).chain((0..stages.len()).map(of)).collect()
    };
    let point = |at: usize| curve.get(at);
    // The limits of the mean score as emotions: the scale is 0..=10.
    let interval = |at: usize| point(at)?.score.interval.map(|it| [it.lower, it.upper].map(feel));
    table.row(row("all contacts", Tone::Strong, &|at| {
        let events = point(at).map(|point| count(point.events)).unwrap_or_default();
        Cell::new(events, Tone::Strong)
    }));
    table.row(row("emotion", Tone::Strong, &|at| {
        let emotion = point(at).and_then(|point| point.emotion);
        Cell::new(emotion.map(|it| signed(it, 2)).unwrap_or_default(), Tone::Strong)
    }));
    table.row(row("95 % interval", Tone::Dim, &|at| {
        let show = |[low, high]: [f64; 2]| format!("{} … {}", signed(low, 2), signed(high, 2));
        interval(at).map(show).unwrap_or_default().into()
    }));
    table.row(row("◆ truth", Tone::Plain, &|at| {
        let Some(stage) = stages.get(at) else { return "".into() };
        let emotion = true_emotion(&stage.stage, truth);
        let held = interval(at).is_some_and(|[low, high]| (low..=high).contains(&emotion));
        Cell::new(signed(emotion, 2), if held { Tone::Plain } else { Tone::Bad })
    }));
    page.table(&table);
    Ok(())
}

/// A score from 0 to 10 as an emotion.
pub(crate) fn feel(score: f64) -> f64 {
    0.4 * score - 2.0
}

/// ◆ The mean over a stage's contacts.
pub(crate) fn true_emotion(stage: &str, truth: &[TrueTouchpoint<'_>]) -> f64 {
    let here = || truth.iter().filter(|it| it.stage == stage);
    let contacts: f64 = here().map(|it| it.met).sum();
    feel(here().map(|it| it.met * it.mean_score).sum::<f64>() / contacts)
}
