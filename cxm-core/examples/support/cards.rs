//! The parts of a score card that any metric of one rating shares.

use super::Outcome;
use super::axis::{Axis, blocks, histogram_lines};
use super::describe::Described;
use super::format::{Unit, count, p_value};
use super::page::{Page, Tone, WIDTH};
use super::table::{Cell, TextTable};
use cxm_core::calculator::Calculator;
use cxm_core::prelude::*;
use cxm_core::stats::Exclusions;
use cxm_core::stream::segment_table::{Adjustment, SegmentRow, SegmentTable, SegmentTableOptions};
use cxm_core::survey::RatingCalculator;
use std::collections::BTreeMap;

/// Columns of a bar of shares.
const SHARE_COLUMNS: u32 = 40;
/// Columns of a bar of an interval, where the page has room.
const BAR_COLUMNS: u32 = 34;

/// The score in large, its intervals, the shape of the answers and what was left out.
///
/// Where it is known how many were asked, the limits are shown that those who did not answer leave.
pub(crate) fn overall<D>(
    page: &mut Page,
    state: &RatingCalculator<D>,
    level: f64,
    invited: Option<u64>,
) -> Outcome<()>
where
    D: Described,
    D::Report: RatingReport,
{
    let (definition, report) = (state.definition(), state.value());
    let (unit, name) = (definition.unit(), definition.metric());
    let Some(score) = report.headline() else {
        page.paragraph(&format!("{name}: none, since no answer is on the scale."), Tone::Warning);
        page.paragraph(&exclusions(&report.figures().histogram().excluded()), Tone::Plain);
        return Ok(());
    };
    let options = IntervalOptions::at(level);
    let shown = match unit {
        Unit::Points => super::format::signed(score, 2),
        _ => unit.show(score),
    };
    let large = page.toned(&format!("{name} {shown}"), Tone::Strong);
    let percent = percent(level);
    page.line(&format!("  {large}   from {} answers", count(report.responses())));
    page.blank();
    let mut table = TextTable::new(&["", "", ""]);
    if let Some(interval) = report.interval(&options)? {
        let (range, how) =
            (unit.show_range(interval.lower, interval.upper), method(interval.method));
        table.row(limits(&format!("{percent} interval"), range, "for whoever looks once", &how));
    }
    if !definition.rules().weighted
        && let Some(sequence) = report.confidence_sequence(&options)?
    {
        let (range, how) =
            (unit.show_range(sequence.lower, sequence.upper), method(sequence.method));
        let whom = "for a dashboard that looks after every answer";
        table.row(limits(&format!("{percent} sequence"), range, whom, &how));
    }
    if let Some(invited) = invited
        && let silent = invited.saturating_sub(report.responses())
        && let Some(bounds) = report.non_response_bounds(silent)?
    {
        let answered = Unit::Percent.show(bounds.response_rate);
        let silent = count(silent);
        let who = format!("{answered} answered; whatever the {silent} others would have said");
        let range = unit.show_range(bounds.lower, bounds.upper);
        table.row(limits("bounds", range, &who, "Manski"));
    }
    page.table(&table);
    page.blank();
    classes(page, definition, &report);
    histogram(page, definition, &report);
    page.paragraph(&exclusions(&report.figures().histogram().excluded()), Tone::Plain);
    page.paragraph(&definition.definition(), Tone::Dim);
    Ok(())
}

/// One line of limits: what they are, from where to where, and for whom.
fn limits(name: &str, range: String, whom: &str, how: &str) -> Vec<Cell> {
    vec![
        name.into(),
        Cell::new(range, Tone::Strong),
        Cell::new(format!("{whom} ({how})"), Tone::Dim),
    ]
}

/// The method by the name that people look it up under.
fn method(method: Method) -> String {
    match method {
        Method::Score => "Tango's score".to_owned(),
        Method::Wilson => "Wilson".to_owned(),
        Method::StudentT => "Student's t".to_owned(),
        Method::BettingRegret => "betting".to_owned(),
        Method::BetaBinomial => "beta-binomial".to_owned(),
        other => other.name().replace('_', " "),
    }
}

/// `95 %`.
fn percent(level: f64) -> String {
    format!("{} %", (1e4 * level).round() / 100.0)
}

/// One bar a class, the best first.
fn classes<D: Described, R: RatingReport>(page: &mut Page, definition: &D, report: &R) {
    let figures = report.figures();
    let counts = figures.classes();
    let rows = definition.class_names().into_iter().zip([-1, 0, 1]);
    let figures = [counts.negative, counts.neutral, counts.positive].into_iter();
    let shares = report.figures().class_shares();
    let mut table = TextTable::new(&["", "", ">answers", ">share", ""]);
    let lines: Vec<_> = rows.zip(figures).zip(shares).collect();
    for (((name, class), answers), share) in lines.into_iter().rev() {
        let tone = tone_of(class);
        let share = share.unwrap_or(0.0);
        table.row(vec![
            Cell::new(name, tone),
            definition.class_range(class).into(),
            count(answers).into(),
            Unit::Percent.show(share).into(),
            Cell::new(blocks(share, SHARE_COLUMNS), tone),
        ]);
    }
    page.table(&table);
    page.blank();
}

const fn tone_of(class: i8) -> Tone {
    match class {
        1 => Tone::Good,
        -1 => Tone::Bad,
        _ => Tone::Dim,
    }
}

/// The counts of every rating as small columns over their ratings.
fn histogram<D: Described, R: RatingReport>(page: &mut Page, definition: &D, report: &R) {
    let histogram = report.figures().histogram();
    let longest = histogram.counts().iter().map(|&n| count(n).chars().count()).max().unwrap_or(1);
    let fits = |cell: usize| 12 + histogram.scale().points() * (cell + 1) <= WIDTH;
    let Some(cell) = [longest.max(3), 3].into_iter().find(|cell| fits(*cell)) else {
        return; // a scale of very many points
    };
    let lines = histogram_lines(histogram.counts());
    for line in &lines {
        let mut text = format!("  {:<10}", "");
        for ((rating, _), bar) in histogram.iter().zip(line) {
            let bar: String = std::iter::repeat_n(*bar, cell).collect();
            text.push(' ');
            text.push_str(&page.toned(&bar, tone_of(definition.class_of(rating))));
        }
        page.line(&text);
    }
    let row = |name: &str, cells: Vec<String>| {
        let cells: String = cells.iter().map(|text| format!(" {text:>cell$}")).collect();
        format!("  {name:<10}{cells}")
    };
    page.line(&row("rating", histogram.iter().map(|(rating, _)| rating.to_string()).collect()));
    if longest <= cell {
        let counts = row("answers", histogram.iter().map(|(_, n)| count(n)).collect());
        let counts = page.toned(&counts, Tone::Dim);
        page.line(&counts);
    }
    page.blank();
}

/// What was left out, and why, in one sentence.
pub(crate) fn exclusions(excluded: &Exclusions) -> String {
    let reasons = [
        (excluded.missing, "missing"),
        (excluded.dont_know, "don't know"),
        (excluded.out_of_range, "off the scale"),
        (excluded.non_integer, "not a whole number"),
        (excluded.duplicates, "second answers"),
    ];
    let parts: Vec<_> = reasons
        .iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, reason)| format!("{} {reason}", count(*number)))
        .collect();
    if parts.is_empty() {
        return "Nothing was left out.".to_owned();
    }
    format!("Not counted: {}.", super::format::list(&parts))
}

/// What a table of groups shows besides the scores.
#[derive(Debug)]
pub(crate) struct GroupView<'a> {
    /// The name of the key column.
    pub(crate) by: &'a str,
    /// A name for values to mark on the bars, and the values by the name of the group.
    pub(crate) marks: Option<(&'static str, &'a Marks)>,
}

/// Values to compare with, by the name of the group; the total's is under [`ALL`].
pub(crate) type Marks = BTreeMap<String, f64>;

/// The name of the total.
pub(crate) const ALL: &str = "all";

/// The groups of a table, one a line: answers, score, interval, and the test against the rest.
pub(crate) fn groups<D, R>(
    page: &mut Page,
    definition: &D,
    table: &SegmentTable<R>,
    view: &GroupView<'_>,
) where
    D: Described,
    R: RatingReport,
{
    let text = group_table(definition, table, view, BAR_COLUMNS);
    let excess = u32::try_from(text.width().saturating_sub(WIDTH)).unwrap_or(u32::MAX);
    if excess == 0 {
        return page.table(&text);
    }
    page.table(&group_table(definition, table, view, BAR_COLUMNS.saturating_sub(excess)));
}

fn group_table<D, R>(
    definition: &D,
    table: &SegmentTable<R>,
    view: &GroupView<'_>,
    bar: u32,
) -> TextTable
where
    D: Described,
    R: RatingReport,
{
    let unit = definition.unit();
    let mark_of =
        |row: &SegmentRow<R>| view.marks.and_then(|(_, marks)| marks.get(&name_of(row)).copied());
    let lines = table.rows.iter().chain(std::iter::once(&table.total));
    let shown = lines.filter(|row| row.report.is_some());
    let edges = shown.flat_map(|row| {
        let limits = row.interval.map(|i| [i.lower, i.upper]);
        limits.into_iter().flatten().chain(mark_of(row))
    });
    let axis = Axis::covering(edges, definition.limits(), bar, unit);
    let interval = format!("{} interval", percent(table.options.level));
    let mut heads = vec![view.by, ">answers", ">score", interval.as_str()];
    heads.extend(view.marks.iter().map(|(head, _)| *head));
    if table.options.shrink {
        heads.push(">shrunken");
    }
    if table.options.versus_rest {
        let adjusted = match table.options.adjustment {
            Adjustment::Holm => ">p, Holm",
            _ => ">p, adj.",
        };
        heads.extend([">vs rest", adjusted]);
    }
    let mut text = TextTable::new(&heads);
    for row in &table.rows {
        text.row(group_row(&name_of(row), row, &axis, unit, view, &table.options));
    }
    text.row(group_row(ALL, &table.total, &axis, unit, view, &table.options));
    text.row(vec!["".into(), "".into(), "".into(), Cell::new(axis.labels(), Tone::Dim)]);
    text
}

/// The name of a group as it is printed.
pub(crate) fn name_of<R>(row: &SegmentRow<R>) -> String {
    row.key.as_ref().map_or_else(|| "(others)".to_owned(), ToString::to_string)
}

fn group_row<R: RatingReport>(
    name: &str,
    row: &SegmentRow<R>,
    axis: &Axis,
    unit: Unit,
    view: &GroupView<'_>,
    options: &SegmentTableOptions,
) -> Vec<Cell> {
    let Some(report) = &row.report else {
        let why = row.suppressed.map_or("no answers", |why| why.name()).replace('_', " ");
        let hidden = Cell::new(format!("not shown: {why}"), Tone::Dim);
        return vec![Cell::name(name, Tone::Dim), "".into(), "".into(), hidden];
    };
    let mark = view.marks.and_then(|(_, marks)| marks.get(name).copied());
    let limits = row.interval.map(|i| (i.lower, i.upper));
    let bar = report.headline().map_or_else(String::new, |score| axis.bar(score, limits, mark));
    let score = report.headline().map_or_else(|| "none".to_owned(), |score| unit.show(score));
    let mut cells = vec![
        Cell::name(name, Tone::Plain),
        count(report.responses()).into(),
        Cell::new(score, Tone::Strong),
        bar.into(),
    ];
    if view.marks.is_some() {
        cells.push(mark.map_or_else(String::new, |mark| unit.show(mark)).into());
    }
    if options.shrink {
        cells.push(row.shrunken.map_or_else(String::new, |value| unit.show(value)).into());
    }
    if options.versus_rest {
        let estimate = row.versus_rest.as_ref().map(|test| test.plain_difference);
        cells.push(estimate.map_or_else(String::new, |d| unit.show_difference(d)).into());
        let significant = row.adjusted_p_value.is_some_and(|p| p < 1.0 - options.level);
        let tone = if significant { Tone::Strong } else { Tone::Plain };
        cells.push(Cell::new(row.adjusted_p_value.map_or_else(String::new, p_value), tone));
    }
    cells
}
