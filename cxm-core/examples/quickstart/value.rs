//! What customers are worth: by segment, the key customers, and promoters beside detractors.

use super::accounts::{self, Account};
use super::company::{Files, Survey};
use super::findings::Findings;
use super::forecast::{Expected, Forecast, INTEREST, MARGIN};
use super::overall::LEVEL;
use super::support::Outcome;
use super::support::format::{count, p_value};
use super::support::page::{Page, Tone};
use super::support::table::{Cell, TextTable};
use cxm_core::clv::{Concentration, Contribution, ContributionColumns};
use cxm_core::stats::comparison::{self, Comparison};
use cxm_core::stats::{IntervalOptions, Moments, mean};
use std::collections::BTreeMap;

/// The share of the value that key customers make.
const KEY_SHARE: f64 = 0.5;

/// A customer with what they are worth.
#[derive(Debug)]
struct Valued<'a> {
    account: &'a Account<'a>,
    /// Euros of margin to come, discounted.
    worth: f64,
    /// The variance of what they will spend in the next year.
    spread: f64,
}

pub(crate) fn show(
    page: &mut Page,
    files: &Files,
    answers: &Survey<'_>,
    findings: &mut Findings,
) -> Outcome<()> {
    let accounts = accounts::read(files)?;
    let forecast = Forecast::fit(&accounts)?;
    let valued = |account| {
        let (worth, spread) =
            (forecast.lifetime_value(account)?, forecast.variance_of_one(account)?);
        Ok(Valued { account, worth, spread })
    };
    let customers: Vec<Valued<'_>> = accounts.iter().map(valued).collect::<Outcome<_>>()?;
    by_segment(page, &customers, &forecast, findings)?;
    key_customers(page, &customers, findings)?;
    by_class(page, &customers, &forecast, answers, findings)
}

fn by_segment(
    page: &mut Page,
    customers: &[Valued<'_>],
    forecast: &Forecast,
    findings: &mut Findings,
) -> Outcome<()> {
    let about = format!(
        "Nobody cancels here: customers just stop coming. Pareto/NBD infers from when they came \
         who is still there, Gamma-Gamma what a basket holds. Worth: {:.0} % margin of all \
         purchases to come, at {:.0} % interest a year. In euros.",
        100.0 * MARGIN,
        100.0 * INTEREST,
    );
    page.heading("What customers are worth", &about);
    let mut table = TextTable::new(&[
        "segment",
        ">customers",
        ">there",
        ">◆ there",
        ">so far",
        ">next year",
        "95 % interval",
        ">◆ spent",
        ">worth each",
    ]);
    let segments: Vec<&str> = customers.iter().map(|it| it.account.segment).collect();
    let revenue = revenue(customers);
    let so_far = ContributionColumns { revenue: &revenue, costs: None, service_costs: None };
    for (segment, sums) in so_far.by_group(&segments)? {
        let here = customers.iter().filter(|it| it.account.segment == segment);
        table.row(segment_row(segment, &sums, &here.collect::<Vec<_>>(), forecast)?.0);
    }
    let all: Vec<_> = customers.iter().collect();
    let (row, expected) = segment_row("all", &so_far.total()?, &all, forecast)?;
    table.row(row);
    page.table(&table);
    let (purchases, baskets) = (&forecast.purchases, &forecast.baskets);
    let verdicts = format!(
        "Fits: Pareto/NBD to {} customers, {}; Gamma-Gamma to the {} who came again, {}.",
        euros(purchases.customers),
        purchases.diagnosis.message,
        euros(baskets.customers),
        baskets.diagnosis.message,
    );
    page.blank();
    page.paragraph(&verdicts, Tone::Dim);
    findings.conclude(format!(
        "The customers of today will spend € {} in the next year (95 % interval € {} … {}).",
        euros(expected.value),
        euros(expected.lower),
        euros(expected.upper),
    ));
    let spent: f64 = customers.iter().map(|it| it.account.spent_next_year).sum();
    findings.truth(format!("The customers went on to spend € {} in that year.", euros(spent)));
    Ok(())
}

/// The line of some customers, and what they will spend.
fn segment_row(
    name: &str,
    so_far: &Contribution,
    here: &[&Valued<'_>],
    forecast: &Forecast,
) -> Outcome<(Vec<Cell>, Expected)> {
    let accounts: Vec<&Account<'_>> = here.iter().map(|it| it.account).collect();
    let expected = forecast.next_year(&accounts, here.iter().map(|it| it.spread).sum())?;
    let there: f64 = accounts.iter().map(|account| forecast.probability_alive(account)).sum();
    let really = accounts.iter().filter(|account| account.still_there).count() as u64;
    let spent: f64 = accounts.iter().map(|account| account.spent_next_year).sum();
    let worth: f64 = here.iter().map(|it| it.worth).sum();
    let held = (expected.lower..=expected.upper).contains(&spent);
    let row = vec![
        name.into(),
        count(so_far.customers).into(),
        euros(there).into(),
        count(really).into(),
        euros(so_far.revenue as f64 / 100.0).into(),
        euros(expected.value).into(),
        format!("{} … {}", euros(expected.lower), euros(expected.upper)).into(),
        Cell::new(euros(spent), if held { Tone::Plain } else { Tone::Bad }),
        euros(worth / so_far.customers as f64).into(),
    ];
    Ok((row, expected))
}

/// Cents so far, one a customer.
fn revenue(customers: &[Valued<'_>]) -> Vec<i64> {
    customers.iter().map(|it| it.account.revenue).collect()
}

fn key_customers(
    page: &mut Page,
    customers: &[Valued<'_>],
    findings: &mut Findings,
) -> Outcome<()> {
    page.heading(
        "Key customers",
        "How few customers make half of the value, and how much the best tenth makes. The Gini \
         coefficient is 0 where all are worth the same and 1 where one is worth everything.",
    );
    let so_far = Concentration::of_amounts(&revenue(customers))?;
    let worth: Vec<f64> = customers.iter().map(|it| it.worth).collect();
    let to_come = Concentration::of_values(&worth)?;
    let mut table =
        TextTable::new(&["value", ">Gini", ">best tenth makes", ">customers who make half"]);
    for (name, of) in [("revenue so far", &so_far), ("worth from now on", &to_come)] {
        let key = of.key_customers(KEY_SHARE)?;
        let share = |value: Option<f64>| format!("{:.1} %", 100.0 * value.unwrap_or_default());
        table.row(vec![
            name.into(),
            format!("{:.2}", of.gini().unwrap_or_default()).into(),
            share(of.top_share(0.1)?).into(),
            format!("{} ({})", count(key.customers as u64), share(key.share_of_customers)).into(),
        ]);
    }
    page.table(&table);

    let (before, after) = (so_far.key_customers(KEY_SHARE)?, to_come.key_customers(KEY_SHARE)?);
    let still = before.rows.iter().filter(|row| after.rows.contains(row)).count();
    let first = after.rows.iter().take(5).filter_map(|row| customers.get(*row));
    let first: Vec<&str> = first.map(|it| it.account.customer).collect();
    page.blank();
    page.paragraph(
        &format!(
            "The most valuable from now on are {}. Of the {} who made half of the revenue so far, \
             {} are among the {} who make half of the value to come.",
            first.join(", "),
            count(before.customers as u64),
            count(still as u64),
            count(after.customers as u64),
        ),
        Tone::Plain,
    );
    findings.conclude(format!(
        "{} of {} customers make half of the value to come; whoever only looks back would take {} \
         of {} for key customers who no longer are.",
        count(after.customers as u64),
        count(customers.len() as u64),
        count((before.customers - still) as u64),
        count(before.customers as u64),
    ));
    Ok(())
}

/// Promoters, passives and detractors by the last rating that each customer gave.
fn classes<'a>(answers: &Survey<'a>) -> BTreeMap<&'a str, &'static str> {
    let mut last: BTreeMap<&str, (i64, &'static str)> = BTreeMap::new();
    let rows = answers.customer.iter().zip(&answers.time).zip(&answers.recommend);
    for ((customer, time), rating) in rows {
        if !(0.0..=10.0).contains(rating) || rating.fract() > 0.0 {
            continue;
        }
        let class = match rating {
            r if *r >= 9.0 => "promoters",
            r if *r >= 7.0 => "passives",
            _ => "detractors",
        };
        if last.get(customer).is_none_or(|(before, _)| before <= time) {
            last.insert(customer, (*time, class));
        }
    }
    last.into_iter().map(|(customer, (_, class))| (customer, class)).collect()
}

fn by_class(
    page: &mut Page,
    customers: &[Valued<'_>],
    forecast: &Forecast,
    answers: &Survey<'_>,
    findings: &mut Findings,
) -> Outcome<()> {
    page.heading(
        "Promoters and detractors",
        "By the last answer of each customer. Euros each; the interval is that of the mean over \
         such customers.",
    );
    let classes = classes(answers);
    let mut table = TextTable::new(&[
        "",
        ">customers",
        ">there",
        ">so far",
        ">worth",
        "95 % interval",
        ">◆ spent next year",
    ]);
    let mut means = BTreeMap::new();
    for class in ["promoters", "passives", "detractors"] {
        let of_class = |it: &&Valued<'_>| classes.get(it.account.customer) == Some(&class);
        let here: Vec<&Valued<'_>> = customers.iter().filter(of_class).collect();
        let mean_of = |of: &dyn Fn(&Account<'_>) -> f64| {
            here.iter().map(|it| of(it.account)).sum::<f64>() / here.len() as f64
        };
        let worth = Moments::from_answers(here.iter().map(|it| cents(it.worth)))?;
        let interval = mean::interval(&worth, &IntervalOptions::at(LEVEL))?.ok_or("nobody")?;
        let spent = mean_of(&|account| account.spent_next_year);
        table.row(vec![
            class.into(),
            count(here.len() as u64).into(),
            format!("{:.1} %", 100.0 * mean_of(&|account| forecast.probability_alive(account)))
                .into(),
            euros(mean_of(&|account| account.revenue as f64 / 100.0)).into(),
            euros(worth.mean().unwrap_or_default() / 100.0).into(),
            format!("{} … {}", euros(interval.lower / 100.0), euros(interval.upper / 100.0)).into(),
            euros(spent).into(),
        ]);
        means.insert(class, (worth, spent));
    }
    page.table(&table);
    let (promoters, detractors) =
        means.get("promoters").zip(means.get("detractors")).ok_or("no classes")?;
    say(&comparison::means(&promoters.0, &detractors.0)?, findings)?;
    findings.truth(format!(
        "In the next year promoters spent € {} each, detractors € {}: whoever is content \
         recommends, comes more often and stays longer.",
        euros(promoters.1),
        euros(detractors.1),
    ));
    Ok(())
}

fn say(difference: &Comparison, findings: &mut Findings) -> Outcome<()> {
    let interval = difference.interval(LEVEL)?;
    let limits = format!(
        "95 % interval {:+.0} … {:+.0}, p {}",
        interval.lower / 100.0,
        interval.upper / 100.0,
        p_value(difference.p_value),
    );
    let points = difference.difference / 100.0;
    if difference.p_value < 1.0 - LEVEL {
        findings.conclude(format!(
            "A promoter is worth € {points:.0} more than a detractor ({limits})."
        ));
    } else {
        findings.beware(format!(
            "That promoters are worth more than detractors is not shown: € {points:+.0} each \
             ({limits})."
        ));
    }
    findings.beware(format!(
        "That a detractor who is turned into a promoter is worth € {points:.0} more is not shown \
         either: content customers differ from others in more than their answer.",
    ));
    Ok(())
}

/// Whole euros, `12,345`.
fn euros(value: f64) -> String {
    let digits = format!("{:.0}", value.abs()).parse().unwrap_or_default();
    let sign = if value < 0.0 { "-" } else { "" };
    format!("{sign}{}", count(digits))
}

#[allow(clippy::cast_possible_truncation, reason = "the cents of one customer")]
fn cents(value: f64) -> i64 {
    (100.0 * value).round() as i64
}
