//! The table of a report by segment: each group's score with its interval, tested against the rest,
//! shrunk toward the mean, and hidden where it is too small.
//!
//! # What it measures
//! Which segments really differ. Ten segments give a "best" and a "worst" by chance alone, so each
//! is tested against *the rest* (all other groups; the total would contain the segment itself), the
//! p-values are adjusted for their number, and small groups can be shrunk toward the common mean.
//!
//! # Source
//! Holm (1979), Scandinavian Journal of Statistics 6; Benjamini and Hochberg (1995), JRSS B 57;
//! DerSimonian and Laird (1986) for the variance between groups.

use super::keyed::{Key, Keyed};
use super::suppression::{Suppressed, SuppressionRule};
use crate::calculator::{Report, Retract, UpdateByGroup};
use crate::error::{Error, Result};
use crate::stats::comparison::Comparison;
use crate::stats::multiplicity::{benjamini_hochberg, holm};
use crate::stats::shrinkage;
use crate::stats::{Estimate, Interval, IntervalOptions, Method, Scored};

/// How p-values are adjusted for their number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Adjustment {
    /// Holm: no false alarm in the whole table, at the level.
    #[default]
    Holm,
    /// Benjamini–Hochberg: a bounded share of false alarms among the alarms.
    BenjaminiHochberg,
}

/// What a table of segments shows.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct SegmentTableOptions {
    /// Level of the intervals.
    pub level: f64,
    /// Method of the intervals; without one, the default of the measure.
    pub method: Option<Method>,
    /// Groups with fewer responses are suppressed; 0 shows all.
    pub min_responses: u64,
    /// Whether each group is tested against all others.
    pub versus_rest: bool,
    /// How the p-values are adjusted for their number.
    pub adjustment: Adjustment,
    /// Whether the scores are shrunk toward their common mean.
    pub shrink: bool,
}

impl Default for SegmentTableOptions {
    fn default() -> Self {
        Self {
            level: IntervalOptions::default().level,
            method: None,
            min_responses: 0,
            versus_rest: false,
            adjustment: Adjustment::Holm,
            shrink: false,
        }
    }
}

/// One group of a table.
#[derive(Debug, Clone)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct SegmentRow<R> {
    /// The key; `None` for the folded keys.
    pub key: Option<Key>,
    /// Why the group is not shown; then there is no report and nothing below.
    pub suppressed: Option<Suppressed>,
    /// The report.
    pub report: Option<R>,
    /// The interval of the score.
    pub interval: Option<Interval>,
    /// The score minus the score of all other groups.
    pub versus_rest: Option<Comparison>,
    /// The p-value adjusted for the number of groups tested.
    pub adjusted_p_value: Option<f64>,
    /// The score shrunk toward the common mean.
    pub shrunken: Option<f64>,
}

/// The groups in the order of their keys, and their total.
#[derive(Debug, Clone)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct SegmentTable<R> {
    /// One row a group; the folded keys last.
    pub rows: Vec<SegmentRow<R>>,
    /// All rows together.
    pub total: SegmentRow<R>,
    /// What was asked for.
    pub options: SegmentTableOptions,
}

/// Reads the table of a keyed calculator.
pub fn segment_table<C>(
    keyed: &Keyed<C>,
    options: &SegmentTableOptions,
) -> Result<SegmentTable<C::Report>>
where
    C: UpdateByGroup + Retract,
    C::Report: Scored,
{
    let intervals =
        IntervalOptions { method: options.method, ..IntervalOptions::at(options.level) };
    let total = keyed.total()?;
    let groups: Vec<(Option<&Key>, &C)> = keyed
        .groups()
        .map(|(key, group)| (Some(key), group))
        .chain(keyed.other().map(|other| (None, other)))
        .collect();
    let reports: Vec<C::Report> = groups.iter().map(|(_, group)| group.value()).collect();
    let rule = SuppressionRule::at_least(options.min_responses);
    let responses: Vec<u64> = reports.iter().map(Report::responses).collect();
    let decisions = rule.decide(&responses);

    let mut rows = Vec::with_capacity(groups.len());
    for (((key, group), report), suppressed) in groups.iter().zip(reports).zip(decisions) {
        let mut row = bare(key.cloned(), suppressed);
        if suppressed.is_none() {
            row.interval = report.interval(&intervals)?;
            row.versus_rest =
                if options.versus_rest { against_rest(&total, group, &report)? } else { None };
            row.report = Some(report);
        }
        rows.push(row);
    }
    adjust(&mut rows, options.adjustment)?;
    if options.shrink {
        shrink(&mut rows)?;
    }
    let mut all = bare(None, rule.decide_one(total.value().responses()));
    if all.suppressed.is_none() {
        all.interval = total.value().interval(&intervals)?;
        all.report = Some(total.value());
    }
    Ok(SegmentTable { rows, total: all, options: options.clone() })
}

fn bare<R>(key: Option<Key>, suppressed: Option<Suppressed>) -> SegmentRow<R> {
    SegmentRow {
        key,
        suppressed,
        report: None,
        interval: None,
        versus_rest: None,
        adjusted_p_value: None,
        shrunken: None,
    }
}

/// A group against all others: the total without it, which `retract` makes exact.
fn against_rest<C>(total: &C, group: &C, report: &C::Report) -> Result<Option<Comparison>>
where
    C: Retract,
    C::Report: Scored,
{
    let mut rest = total.clone();
    rest.subtract(group)?;
    let rest = rest.value();
    if report.headline().is_none() || rest.headline().is_none() {
        return Ok(None);
    }
    match report.compare(&rest, None) {
        Ok(comparison) => Ok(Some(comparison)),
        Err(error) if error.kind() == crate::ErrorKind::InsufficientData => Ok(None),
        Err(error) => Err(error),
    }
}

fn adjust<R>(rows: &mut [SegmentRow<R>], adjustment: Adjustment) -> Result<()> {
    let tested = |row: &SegmentRow<R>| row.versus_rest.as_ref().map(|test| test.p_value);
    let p_values: Vec<f64> = rows.iter().filter_map(tested).collect();
    let adjusted = match adjustment {
        Adjustment::Holm => holm(&p_values)?,
        Adjustment::BenjaminiHochberg => benjamini_hochberg(&p_values)?,
    };
    let rows = rows.iter_mut().filter(|row| tested(row).is_some());
    for (row, p_value) in rows.zip(adjusted) {
        row.adjusted_p_value = Some(p_value);
    }
    Ok(())
}

fn shrink<R: Scored>(rows: &mut [SegmentRow<R>]) -> Result<()> {
    let estimate = |row: &SegmentRow<R>| row.report.as_ref().and_then(Scored::estimate);
    let estimates: Vec<Estimate> = rows.iter().filter_map(estimate).collect();
    if estimates.len() < 2 {
        return Ok(());
    }
    let shrunken = shrinkage::shrink(&estimates)?;
    if shrunken.segments.len() != estimates.len() {
        return Err(Error::insufficient("not every group could be shrunk"));
    }
    let rows = rows.iter_mut().filter(|row| estimate(row).is_some());
    for (row, group) in rows.zip(shrunken.segments) {
        row.shrunken = Some(group.value);
    }
    Ok(())
}
