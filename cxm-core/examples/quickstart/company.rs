//! The company's files as columns, and the truth that belongs to them.

use super::calendar::{DAY, days};
use super::support::Outcome;
use super::support::csv_file::CsvFile;
use super::support::format::{count, counted};
use super::support::page::{Page, Tone};
use cxm_core::model::time::MICROSECONDS_PER_SECOND;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The company's files.
#[derive(Debug)]
pub(crate) struct Files {
    responses: CsvFile,
    invitations: CsvFile,
    truth: CsvFile,
    customers: CsvFile,
    transactions: CsvFile,
    truth_customers: CsvFile,
    subscriptions: CsvFile,
    truth_subscriptions: CsvFile,
    interactions: CsvFile,
    truth_interactions: CsvFile,
    story: Value,
}

impl Files {
    pub(crate) fn read() -> Outcome<Self> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/company/data");
        let path = |name: &str| -> PathBuf { folder.join(name) };
        let story = std::fs::read(path("truth.json"))?;
        Ok(Self {
            responses: CsvFile::read(&path("responses.csv"), None)?,
            invitations: CsvFile::read(&path("invitations.csv"), None)?,
            truth: CsvFile::read(&path("truth.csv"), None)?,
            customers: CsvFile::read(&path("customers.csv"), None)?,
            transactions: CsvFile::read(&path("transactions.csv"), None)?,
            truth_customers: CsvFile::read(&path("truth_customers.csv"), None)?,
            subscriptions: CsvFile::read(&path("subscriptions.csv"), None)?,
            truth_subscriptions: CsvFile::read(&path("truth_subscriptions.csv"), None)?,
            interactions: CsvFile::read(&path("interactions.csv"), None)?,
            truth_interactions: CsvFile::read(&path("truth_interactions.csv"), None)?,
            story: serde_json::from_slice(&story)?,
        })
    }

    /// Every row of `responses.csv`, in the order of answering.
    pub(crate) fn answers(&self) -> Outcome<Survey<'_>> {
        let file = &self.responses;
        let numbers = |column: &str| file.numbers(column, &[]);
        Ok(Survey {
            customer: file.texts("customer")?,
            wave: file.texts("wave")?,
            channel: file.texts("channel")?,
            stage: file.texts("stage")?,
            segment: file.texts("segment")?,
            recommend: numbers("recommend")?,
            satisfaction: numbers("satisfaction")?,
            effort: numbers("effort")?,
            ease: numbers("ease")?,
            effectiveness: numbers("effectiveness")?,
            emotion: numbers("emotion")?,
            weight: numbers("weight")?,
            time: file
                .texts("answered_at")?
                .into_iter()
                .map(microseconds)
                .collect::<Outcome<_>>()?,
        })
    }

    /// Every invitation: when it was sent, and when it was answered.
    pub(crate) fn invitations(&self) -> Outcome<Invited> {
        let answered_at = self.invitations.texts("answered_at")?;
        let sent = self.invitations.texts("invited_at")?.into_iter().map(microseconds);
        let came = |cell: &&str| if cell.is_empty() { Ok(0) } else { microseconds(cell) };
        Ok(Invited {
            invited_at: sent.collect::<Outcome<_>>()?,
            answered_at: answered_at.iter().map(came).collect::<Outcome<_>>()?,
            answered: answered_at.iter().map(|cell| u8::from(!cell.is_empty())).collect(),
        })
    }

    /// Every customer with their segment.
    pub(crate) fn customers(&self) -> Outcome<Vec<(&str, &str)>> {
        let names = self.customers.texts("customer")?.into_iter();
        Ok(names.zip(self.customers.texts("segment")?).collect())
    }

    /// Every purchase.
    pub(crate) fn purchases(&self) -> Outcome<Purchases<'_>> {
        let file = &self.transactions;
        let amounts = file.texts("amount")?.into_iter();
        Ok(Purchases {
            customer: file.texts("customer")?,
            day: file.texts("date")?.into_iter().map(day).collect::<Outcome<_>>()?,
            cents: amounts.map(cents).collect::<Outcome<_>>()?,
        })
    }

    /// Of each customer: whether they are still there, and what they spent in the next year.
    pub(crate) fn hidden_truth(&self) -> Outcome<BTreeMap<&str, (bool, f64)>> {
        let file = &self.truth_customers;
        let there = file.texts("left")?.into_iter().map(str::is_empty);
        let facts = there.zip(file.numbers("spent_next_year", &[])?);
        Ok(file.texts("customer")?.into_iter().zip(facts).collect())
    }

    /// ◆ Of each customer: the day of joining, and from which day on they never buy again.
    pub(crate) fn true_stays(&self) -> Outcome<Vec<(i64, Option<i64>)>> {
        let joined = self.customers.texts("joined")?.into_iter().map(day);
        let left = self.truth_customers.texts("left")?.into_iter();
        // Both files are in the order of the customers.
        let left = left.map(|cell| if cell.is_empty() { Ok(None) } else { day(cell).map(Some) });
        joined.zip(left).map(|(joined, left)| Ok((joined?, left?))).collect()
    }

    /// Every span of a subscription.
    pub(crate) fn subscriptions(&self) -> Outcome<Subscribed<'_>> {
        let file = &self.subscriptions;
        let customer = file.texts("customer")?;
        let segments: BTreeMap<&str, &str> = self.customers()?.into_iter().collect();
        let segment = |name: &&str| segments.get(name).copied().unwrap_or_default();
        let end = |cell: &str| if cell.is_empty() { Ok(None) } else { day(cell).map(Some) };
        Ok(Subscribed {
            segment: customer.iter().map(segment).collect(),
            customer,
            from: file.texts("from")?.into_iter().map(day).collect::<Outcome<_>>()?,
            to: file.texts("to")?.into_iter().map(end).collect::<Outcome<_>>()?,
            cents: file.texts("amount")?.into_iter().map(cents).collect::<Outcome<_>>()?,
            cause: file.texts("cause")?,
        })
    }

    /// ◆ The pace at which the subscriptions of each segment end.
    pub(crate) fn subscription_truth(&self) -> Outcome<Vec<Ending<'_>>> {
        let file = &self.truth_subscriptions;
        let rates = file.numbers("leaving_a_month", &[])?.into_iter();
        let rates = rates.zip(file.numbers("failing_a_month", &[])?).map(|(a, b)| a + b);
        let pairs = file.texts("segment")?.into_iter().zip(rates);
        Ok(pairs.map(|(segment, a_month)| Ending { segment, a_month }).collect())
    }

    /// Every contact on the way to the gift box.
    pub(crate) fn interactions(&self) -> Outcome<Interactions<'_>> {
        let file = &self.interactions;
        let value = |cell: &str| if cell.is_empty() { Ok(0) } else { cents(cell) };
        Ok(Interactions {
            customer: file.texts("customer")?,
            touchpoint: file.texts("touchpoint")?,
            channel: file.texts("channel")?,
            time: file.texts("time")?.into_iter().map(microseconds).collect::<Outcome<_>>()?,
            score: file.numbers("score", &[])?,
            cents: file.texts("value")?.into_iter().map(value).collect::<Outcome<_>>()?,
        })
    }

    /// ◆ What is true of each touchpoint.
    pub(crate) fn touchpoints(&self) -> Outcome<Vec<TrueTouchpoint<'_>>> {
        let file = &self.truth_interactions;
        let names = file.texts("touchpoint")?.into_iter().zip(file.texts("stage")?);
        let scores = file.numbers("met", &[])?.into_iter().zip(file.numbers("mean_score", &[])?);
        let shares = file.numbers("from_step_before", &[])?.into_iter();
        let rows = names.zip(scores.zip(shares.zip(file.numbers("credit", &[])?)));
        let read = |((name, stage), ((met, mean_score), (from_step_before, credit)))| {
            TrueTouchpoint { name, stage, met, mean_score, from_step_before, credit }
        };
        Ok(rows.map(read).collect())
    }

    pub(crate) fn truth(&self) -> Outcome<Truth<'_>> {
        let file = &self.truth;
        let keys = file.texts("segment")?.into_iter().zip(file.texts("wave")?);
        let keys = keys.zip(file.texts("measure")?);
        let values =
            file.numbers("everyone", &[])?.into_iter().zip(file.numbers("answering", &[])?);
        let values = keys.zip(values).map(|(((segment, wave), measure), (everyone, answering))| {
            ((segment, wave, measure), True { everyone, answering })
        });
        let waves = self.story.get("waves").and_then(Value::as_array).ok_or("truth.json: waves")?;
        let after = |wave: &&Value| wave.get("after_action") == Some(&Value::Bool(true));
        let named = |wave: &Value| wave.get("wave").and_then(Value::as_str).map(str::to_owned);
        Ok(Truth {
            values: values.collect(),
            after_action: waves.iter().filter(after).filter_map(named).collect(),
            action: self.story.get("action").cloned().unwrap_or_default(),
        })
    }
}

/// Spans of subscriptions as columns; days since 1970.
#[derive(Debug, Default)]
pub(crate) struct Subscribed<'a> {
    pub(crate) customer: Vec<&'a str>,
    pub(crate) segment: Vec<&'a str>,
    pub(crate) from: Vec<i64>,
    /// None while it runs.
    pub(crate) to: Vec<Option<i64>>,
    /// A month.
    pub(crate) cents: Vec<i64>,
    pub(crate) cause: Vec<&'a str>,
}

impl Subscribed<'_> {
    /// The rows of one segment.
    pub(crate) fn of_segment(&self, name: &str) -> Self {
        fn keep<T: Copy>(column: &[T], segment: &[&str], name: &str) -> Vec<T> {
            let rows = column.iter().zip(segment);
            rows.filter(|(_, here)| **here == name).map(|(cell, _)| *cell).collect()
        }
        Self {
            customer: keep(&self.customer, &self.segment, name),
            segment: keep(&self.segment, &self.segment, name),
            from: keep(&self.from, &self.segment, name),
            to: keep(&self.to, &self.segment, name),
            cents: keep(&self.cents, &self.segment, name),
            cause: keep(&self.cause, &self.segment, name),
        }
    }
}

/// ◆ The pace at which the subscriptions of a segment end.
#[derive(Debug)]
pub(crate) struct Ending<'a> {
    pub(crate) segment: &'a str,
    a_month: f64,
}

impl Ending<'_> {
    /// The share that stays so many days.
    pub(crate) fn stay(&self, days: f64) -> f64 {
        (-self.a_month * days / 30.4375).exp()
    }
}

/// Contacts as columns; a score that is missing is NaN, a value 0.
#[derive(Debug)]
pub(crate) struct Interactions<'a> {
    pub(crate) customer: Vec<&'a str>,
    pub(crate) touchpoint: Vec<&'a str>,
    pub(crate) channel: Vec<&'a str>,
    /// Microseconds since 1970.
    pub(crate) time: Vec<i64>,
    pub(crate) score: Vec<f64>,
    pub(crate) cents: Vec<i64>,
}

/// ◆ What is true of a touchpoint; NaN where there is nothing to tell.
#[derive(Debug)]
pub(crate) struct TrueTouchpoint<'a> {
    pub(crate) name: &'a str,
    pub(crate) stage: &'a str,
    /// The share of journeys that meet it.
    pub(crate) met: f64,
    pub(crate) mean_score: f64,
    /// Of those at the step of the funnel before it, the share that comes to it.
    pub(crate) from_step_before: f64,
    /// Its share of the orders, by what is lost without it.
    pub(crate) credit: f64,
}

/// Answers as columns; a rating that is missing is NaN.
#[derive(Debug, Clone, Default)]
pub(crate) struct Survey<'a> {
    pub(crate) customer: Vec<&'a str>,
    pub(crate) wave: Vec<&'a str>,
    pub(crate) channel: Vec<&'a str>,
    pub(crate) stage: Vec<&'a str>,
    pub(crate) segment: Vec<&'a str>,
    pub(crate) recommend: Vec<f64>,
    pub(crate) satisfaction: Vec<f64>,
    pub(crate) effort: Vec<f64>,
    pub(crate) ease: Vec<f64>,
    pub(crate) effectiveness: Vec<f64>,
    pub(crate) emotion: Vec<f64>,
    pub(crate) weight: Vec<f64>,
    /// When the answer came, microseconds since 1970.
    pub(crate) time: Vec<i64>,
}

impl<'a> Survey<'a> {
    pub(crate) fn len(&self) -> usize {
        self.customer.len()
    }

    /// The rows that are wanted, in their order.
    pub(crate) fn only(&self, wanted: &[bool]) -> Self {
        fn keep<T: Copy>(column: &[T], wanted: &[bool]) -> Vec<T> {
            column.iter().zip(wanted).filter(|(_, keep)| **keep).map(|(cell, _)| *cell).collect()
        }
        Self {
            customer: keep(&self.customer, wanted),
            wave: keep(&self.wave, wanted),
            channel: keep(&self.channel, wanted),
            stage: keep(&self.stage, wanted),
            segment: keep(&self.segment, wanted),
            recommend: keep(&self.recommend, wanted),
            satisfaction: keep(&self.satisfaction, wanted),
            effort: keep(&self.effort, wanted),
            ease: keep(&self.ease, wanted),
            effectiveness: keep(&self.effectiveness, wanted),
            emotion: keep(&self.emotion, wanted),
            weight: keep(&self.weight, wanted),
            time: keep(&self.time, wanted),
        }
    }

    /// The rows of one segment.
    pub(crate) fn of_segment(&self, segment: &str) -> Self {
        self.only(&self.segment.iter().map(|name| *name == segment).collect::<Vec<_>>())
    }

    /// Which rows a later answer of the same customer in the same wave replaces.
    pub(crate) fn replaced(&self) -> Vec<bool> {
        let mut seen = BTreeSet::new();
        let rows = self.customer.iter().zip(&self.wave).rev();
        let mut replaced: Vec<bool> = rows.map(|row| !seen.insert(row)).collect();
        replaced.reverse();
        replaced
    }

    pub(crate) fn last_of_each_customer_and_wave(&self) -> Self {
        self.only(&self.replaced().iter().map(|replaced| !replaced).collect::<Vec<_>>())
    }

    /// The names in a column, each once, in their order.
    pub(crate) fn names(column: &[&'a str]) -> BTreeSet<&'a str> {
        column.iter().copied().collect()
    }
}

/// Invitations as columns.
#[derive(Debug)]
pub(crate) struct Invited {
    pub(crate) invited_at: Vec<i64>,
    pub(crate) answered_at: Vec<i64>,
    pub(crate) answered: Vec<u8>,
}

/// Purchases as columns.
#[derive(Debug)]
pub(crate) struct Purchases<'a> {
    pub(crate) customer: Vec<&'a str>,
    /// Days since 1970-01-01.
    pub(crate) day: Vec<i64>,
    pub(crate) cents: Vec<i64>,
}

/// `2025-02-03` as days since 1970.
fn day(text: &str) -> Outcome<i64> {
    let numbers: Option<Vec<i64>> = text.split('-').map(|part| part.parse().ok()).collect();
    match numbers.as_deref() {
        Some(&[year, month, day]) => Ok(days(year, month, day)),
        _ => Err(format!("\"{text}\" is not a date like 2025-02-03").into()),
    }
}

/// `18.90` as cents, without a detour over fractions.
fn cents(text: &str) -> Outcome<i64> {
    let parts = text.split_once('.').filter(|(_, cents)| cents.len() == 2);
    let cents = parts.and_then(|(whole, cents)| format!("{whole}{cents}").parse().ok());
    cents.ok_or_else(|| format!("\"{text}\" is not an amount like 18.90").into())
}

/// `2025-02-03T15:57:18Z`, or without the seconds, as microseconds since 1970.
fn microseconds(text: &str) -> Outcome<i64> {
    let parts = text.strip_suffix('Z').map(|text| text.split(['-', 'T', ':']));
    let numbers: Option<Vec<i64>> =
        parts.and_then(|parts| parts.map(|part| part.parse().ok()).collect());
    match numbers.as_deref() {
        Some(&[year, month, day, hour, minute, ref second @ ..]) if second.len() < 2 => {
            let second = second.first().copied().unwrap_or_default();
            let seconds = DAY * days(year, month, day) + 3600 * hour + 60 * minute + second;
            Ok(seconds * MICROSECONDS_PER_SECOND)
        }
        _ => Err(format!("\"{text}\" is not a time like 2025-02-03T15:57:18Z").into()),
    }
}

/// A true value: of everyone, and of those who answer, around which observed scores scatter.
#[derive(Debug, Clone, Copy)]
pub(crate) struct True {
    pub(crate) everyone: f64,
    pub(crate) answering: f64,
}

/// The truth of every segment, wave and measure, and what the company did.
#[derive(Debug)]
pub(crate) struct Truth<'a> {
    values: BTreeMap<(&'a str, &'a str, &'a str), True>,
    pub(crate) after_action: BTreeSet<String>,
    action: Value,
}

impl Truth<'_> {
    pub(crate) fn get(&self, segment: &str, wave: &str, measure: &str) -> Option<True> {
        self.values.get(&(segment, wave, measure)).copied()
    }

    /// The mean of the truth over these answers: what their score scatters around.
    pub(crate) fn behind(
        &self,
        answers: &Survey<'_>,
        measure: impl Fn(usize) -> &'static str,
    ) -> Option<f64> {
        self.mean_over(answers, measure, |value| value.answering)
    }

    /// The NPS that these answers would have had, had everyone answered who was asked.
    pub(crate) fn of_everyone(&self, answers: &Survey<'_>) -> Option<f64> {
        self.mean_over(answers, |_| "nps_points", |value| value.everyone)
    }

    fn mean_over(
        &self,
        answers: &Survey<'_>,
        measure: impl Fn(usize) -> &'static str,
        part: impl Fn(True) -> f64,
    ) -> Option<f64> {
        let rows = answers.segment.iter().zip(&answers.wave).enumerate();
        let values: Option<Vec<f64>> = rows
            .map(|(row, (segment, wave))| self.get(segment, wave, measure(row)).map(&part))
            .collect();
        let values = values.filter(|values| !values.is_empty())?;
        let number = f64::from(u32::try_from(values.len()).ok()?);
        Some(values.iter().sum::<f64>() / number)
    }

    /// The segment that the action was for.
    pub(crate) fn action_segment(&self) -> &str {
        self.action.get("segment").and_then(Value::as_str).unwrap_or_default()
    }

    /// What the action was.
    pub(crate) fn action(&self) -> &str {
        self.action.get("what").and_then(Value::as_str).unwrap_or_default()
    }

    /// A number of points from the story of the action.
    pub(crate) fn action_points(&self, whose: &str) -> f64 {
        self.action.get(whose).and_then(Value::as_f64).unwrap_or_default()
    }
}

/// Says what the card is about and which rows it rests on.
pub(crate) fn introduce(page: &mut Page, all: &Survey<'_>, answers: &Survey<'_>) {
    let waves = Survey::names(&answers.wave);
    let first = waves.first().copied().unwrap_or_default();
    let last = waves.last().copied().unwrap_or_default();
    let about = format!(
        "{} of {} customers in {} quarterly waves, {first} to {last}",
        counted(all.len() as u64, "answer", "answers"),
        count(Survey::names(&all.customer).len() as u64),
        waves.len(),
    );
    page.title("Fenmarrow Coffee Roasters: score card", &about);
    let second = (all.len() - answers.len()) as u64;
    page.blank();
    let text = format!(
        "{} replaced by a later one of the same customer in the same wave; the last one counts, so \
         the figures rest on {} answers. The company is invented: ◆ marks the true value behind a \
         figure.",
        counted(second, "answer was", "answers were"),
        count(answers.len() as u64),
    );
    page.paragraph(&text, Tone::Dim);
}
