//! The monthly box: who leaves in a month, who stays a year, and what becomes of the revenue.

use super::calendar::{DAY, days};
use super::company::{Files, Subscribed};
use super::findings::Findings;
use super::overall::LEVEL;
use super::support::Outcome;
use super::support::format::{count, p_value};
use super::support::page::{Page, Tone};
use super::support::table::{Cell, TextTable};
use cxm_core::calculator::batch::{Durations, KeyColumn, Spans, Times, Validity};
use cxm_core::calculator::{Calculator, Definition, Update};
use cxm_core::churn::{CauseKind, ChurnRate, ChurnRateDefinition, Subscriptions};
use cxm_core::stats::{Interval, IntervalOptions, Method};
use cxm_core::survival::{KaplanMeier, Lifetimes, LifetimesDefinition, LogRankWeight, log_rank};

/// The last month, the year before its end, and the end: days since 1970.
const JUNE: i64 = days(2026, 6, 1);
const YEAR: i64 = days(2025, 7, 1);
const CUT_OFF: i64 = days(2026, 7, 1);
const MICROSECONDS: i64 = 1_000_000;
/// After how many days somebody has stayed a year.
const A_YEAR: f64 = 365.0;
const SEGMENTS: [&str; 3] = ["subscriber", "regular", "office"];

/// What is read of the subscriptions of one segment.
struct Segment {
    name: &'static str,
    churn: ChurnRate,
    lifetimes: Lifetimes,
    /// ◆ The shares that leave in the month and stay a year.
    truth: Option<(f64, f64)>,
}

pub(crate) fn show(page: &mut Page, files: &Files, findings: &mut Findings) -> Outcome<()> {
    let rows = files.subscriptions()?;
    page.heading(
        "Subscriptions",
        "The monthly box is a contract. Churn of June 2026 is by start_cohort: of those who \
         subscribed on 1 June, who did not on 1 July. Who stays a year is read off the curve of \
         Kaplan and Meier, which also counts those who have not been there for a year yet.",
    );
    let truth = files.subscription_truth()?;
    let mut segments = Vec::new();
    for name in SEGMENTS {
        let here = rows.of_segment(name);
        let truth = truth.iter().find(|truth| truth.segment == name);
        segments.push(Segment {
            name,
            churn: churn(&here)?,
            lifetimes: lifetimes(&here)?,
            truth: truth.map(|it| (1.0 - it.stay(30.0), it.stay(A_YEAR))),
        });
    }
    let everybody = churn(&rows)?;
    let mut table = TextTable::new(&[
        "segment",
        ">on 1 June",
        ">left",
        ">churn",
        "95 % interval",
        ">◆ truth",
        ">stay a year",
        "95 % interval",
        ">◆ truth",
    ]);
    for segment in &segments {
        table.row(segment.row()?);
    }
    let mut all: Vec<Cell> = churn_cells("all", &everybody, None)?;
    all.resize_with(9, || "".into());
    table.row(all);
    page.table(&table);
    let tables: Vec<_> = segments.iter().map(|segment| segment.lifetimes.risk_table()).collect();
    let test = log_rank(&tables, LogRankWeight::default())?;
    page.blank();
    let of = |cause| everybody.of_cause(cause).rate.map(percent).unwrap_or_default();
    page.paragraph(
        &format!(
            "Of all, {} asked to leave and {} lost their box to a failed payment. That all \
             segments leave at one pace has p {} (log-rank).",
            of(CauseKind::Voluntary),
            of(CauseKind::Involuntary),
            p_value(test.p_value),
        ),
        Tone::Plain,
    );
    conclude(&everybody, &segments, findings)?;
    revenue(page, &rows, findings)
}

impl Segment {
    fn row(&self) -> Outcome<Vec<Cell>> {
        let mut cells = churn_cells(self.name, &self.churn, self.truth.map(|truth| truth.0))?;
        let curve = KaplanMeier::of(&self.lifetimes.risk_table());
        let interval = curve.interval(A_YEAR, LEVEL, Method::LogLog)?;
        cells.push(curve.survival(A_YEAR).map(percent).unwrap_or_default().into());
        cells.push(limits(interval.as_ref()).into());
        cells.push(true_share(self.truth.map(|truth| truth.1), interval.as_ref()));
        Ok(cells)
    }
}

fn churn_cells(name: &str, churn: &ChurnRate, truth: Option<f64>) -> Outcome<Vec<Cell>> {
    let interval = churn.interval(&IntervalOptions::at(LEVEL))?;
    Ok(vec![
        name.into(),
        count(churn.denominator.unwrap_or_default()).into(),
        count(churn.numerator.unwrap_or_default()).into(),
        churn.rate.map(percent).unwrap_or_default().into(),
        limits(interval.as_ref()).into(),
        true_share(truth, interval.as_ref()),
    ])
}

/// ◆ A share, in another colour where the interval misses it.
fn true_share(truth: Option<f64>, interval: Option<&Interval>) -> Cell {
    let Some(truth) = truth else { return "".into() };
    let held = interval.is_some_and(|interval| interval.contains(truth));
    Cell::new(percent(truth), if held { Tone::Plain } else { Tone::Bad })
}

fn percent(share: f64) -> String {
    format!("{:.1} %", 100.0 * share)
}

fn limits(interval: Option<&Interval>) -> String {
    let show = |it: &Interval| format!("{:.1} … {:.1}", 100.0 * it.lower, 100.0 * it.upper);
    interval.map(show).unwrap_or_default()
}

fn moment(day: i64) -> i64 {
    day * DAY * MICROSECONDS
}

/// The ledger of these rows.
fn ledger(rows: &Subscribed<'_>) -> Outcome<Subscriptions> {
    let starts: Vec<i64> = rows.from.iter().map(|day| moment(*day)).collect();
    let ends: Vec<i64> = rows.to.iter().map(|day| moment(day.unwrap_or_default())).collect();
    let ended: Vec<u8> = rows.to.iter().map(|day| u8::from(day.is_some())).collect();
    let caused: Vec<u8> = rows.cause.iter().map(|cause| u8::from(!cause.is_empty())).collect();
    let times = Times { values: &ends, validity: Some(Validity::Bytes(&ended)) };
    let mut batch = Spans::new(rows.customer.as_slice(), &starts, times);
    batch = batch.with_amounts(rows.cents.as_slice());
    let validity = Some(Validity::Bytes(&caused));
    batch.causes = Some(KeyColumn { validity, ..rows.cause.as_slice().into() });
    let mut ledger = Subscriptions::default();
    ledger.update(batch)?;
    Ok(ledger)
}

fn churn(rows: &Subscribed<'_>) -> Outcome<ChurnRate> {
    let definition = ChurnRateDefinition::preset("start_cohort")?;
    Ok(ledger(rows)?.churn_rate(moment(JUNE), moment(CUT_OFF), &definition)?)
}

/// How long each stay was, in days: spans that touch are one.
fn lifetimes(rows: &Subscribed<'_>) -> Outcome<Lifetimes> {
    let mut spans: Vec<_> = rows.customer.iter().zip(rows.from.iter().zip(&rows.to)).collect();
    spans.sort_unstable();
    let mut stays: Vec<(&str, i64, Option<i64>)> = Vec::new();
    for (customer, (from, to)) in spans {
        match stays.last_mut() {
            Some((who, _, end)) if who == customer && *end == Some(*from) => *end = *to,
            _ => stays.push((customer, *from, *to)),
        }
    }
    let length = |(_, from, to): &(&str, i64, Option<i64>)| to.unwrap_or(CUT_OFF) - from;
    let durations: Vec<i64> = stays.iter().map(length).collect();
    let observed: Vec<u8> = stays.iter().map(|(_, _, to)| u8::from(to.is_some())).collect();
    let mut lifetimes = Lifetimes::new(LifetimesDefinition::preset("days")?)?;
    lifetimes.update(Durations::new(durations.as_slice(), observed.as_slice()))?;
    Ok(lifetimes)
}

fn conclude(everybody: &ChurnRate, segments: &[Segment], findings: &mut Findings) -> Outcome<()> {
    let interval = everybody.interval(&IntervalOptions::at(LEVEL))?;
    let rate = everybody.rate.map(percent).unwrap_or_default();
    findings.conclude(format!(
        "In June {rate} of the subscriptions ended (95 % interval {} %): {} a year, if it goes \
         on like this.",
        limits(interval.as_ref()),
        everybody.annualized().map(percent).unwrap_or_default(),
    ));
    let known = segments.iter().filter_map(|it| Some((it.churn.denominator?, it.truth?.0)));
    let sums = known.fold((0.0, 0.0), |(n, sum), (there, truth)| {
        (n + there as f64, sum + there as f64 * truth)
    });
    findings.truth(format!(
        "Of those customers, {} were to be expected to leave in a month.",
        percent(sums.1 / sums.0),
    ));
    Ok(())
}

fn revenue(page: &mut Page, rows: &Subscribed<'_>, findings: &mut Findings) -> Outcome<()> {
    page.heading(
        "Recurring revenue",
        "How the revenue of the monthly boxes moved, in euros a month, and how much of that at the \
         start is still there: gross without, net with what the same customers pay more.",
    );
    let ledger = ledger(rows)?;
    let mut table = TextTable::new(&[
        "window",
        ">start",
        ">new",
        ">expansion",
        ">back",
        ">contraction",
        ">churn",
        ">end",
        ">gross",
        ">net",
    ]);
    for (name, start) in [("June 2026", JUNE), ("12 months", YEAR)] {
        let retention = ledger.revenue_retention(moment(start), moment(CUT_OFF))?;
        let moved = retention.movements;
        let mut row: Vec<Cell> = vec![name.into()];
        for (sign, cents) in [
            ("", moved.start),
            ("+", moved.new),
            ("+", moved.expansion),
            ("+", moved.reactivation),
            ("-", moved.contraction),
            ("-", moved.churn),
            ("", moved.end),
        ] {
            let euros = count((cents.unsigned_abs() + 50) / 100);
            row.push(format!("{sign}{euros}").into());
        }
        for share in [retention.gross, retention.net] {
            row.push(share.map(percent).unwrap_or_default().into());
        }
        table.row(row);
        if start == YEAR {
            findings.conclude(format!(
                "Of the box revenue of July 2025, {} is still there; with what the same customers \
                 pay more, {}.",
                retention.gross.map(percent).unwrap_or_default(),
                retention.net.map(percent).unwrap_or_default(),
            ));
        }
    }
    page.table(&table);
    Ok(())
}
