//! Batches of every shape from plain numbers: one generator a shape, so that a new calculator of a
//! shape that exists needs nothing here.

use cxm_core::calculator::batch::{
    Answers, Batch, Bitmap, Histories, Invitations, ItemRatings, Paths, Spans, Times, Transactions,
};
use cxm_core::prelude::*;

/// What the columns of a batch look like; the rows are numbers that decide the rest.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Layout {
    pub(crate) shape: &'static str,
    /// Number of item columns.
    pub(crate) items: usize,
    /// Whether transactions may have costs and currencies.
    pub(crate) priced: bool,
    pub(crate) weighted: bool,
    /// Whether each row says what it is worth.
    pub(crate) valued: bool,
    /// Bits: whole numbers instead of floats, counts beside the ratings, a column of waves,
    /// and for transactions no amounts.
    pub(crate) variant: u8,
}

impl Layout {
    fn is_whole(&self) -> bool {
        self.variant & 1 == 1
    }

    fn is_counted(&self) -> bool {
        self.variant & 2 == 2 && !self.weighted
    }

    fn has_waves(&self) -> bool {
        self.variant & 4 == 4
    }
}

/// A well-mixed number for one cell of one row (the finaliser of splitmix64).
pub(crate) fn mix(row: u64, column: u64) -> u64 {
    let mut z = row.wrapping_add((column + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A column of ratings with everything that a column can hold.
#[derive(Debug, Default)]
struct RatingColumn {
    floats: Vec<f64>,
    integers: Vec<i64>,
    valid: Vec<u8>,
    bits: Vec<u8>,
}

impl RatingColumn {
    fn of(rows: &[u64], column: u64) -> Self {
        let mut built = Self { bits: vec![0; rows.len().div_ceil(8)], ..Self::default() };
        for (position, &row) in rows.iter().enumerate() {
            let cell = mix(row, column);
            let (value, valid) = match cell % 32 {
                0 => (3.0, false),
                1 => (99.0, true),
                2 => (7.5, true),
                3 => (f64::NAN, true),
                4 => (-1e300, true),
                5 => (-0.0, true),
                6..=20 => (((cell >> 8) % 5) as f64 + 1.0, true),
                _ => (((cell >> 8) % 13) as f64 - 1.0, true),
            };
            built.floats.push(value);
            built.integers.push(if value.is_nan() { 0 } else { value as i64 });
            let valid = valid && !value.is_nan();
            built.valid.push(u8::from(valid));
            built.bits[position / 8] |= u8::from(valid) << (position % 8);
        }
        built
    }

    fn values(&self, whole: bool) -> Values<'_> {
        if whole {
            let bits = Bitmap::new(&self.bits, 0, self.integers.len()).unwrap();
            Values::new(self.integers.as_slice(), Some(Validity::Bits(bits))).unwrap()
        } else {
            Values::new(self.floats.as_slice(), Some(Validity::Bytes(&self.valid))).unwrap()
        }
    }
}

const DAY: i64 = 86_400_000_000;

fn time(cell: u64) -> i64 {
    match cell % 64 {
        0 => i64::MIN,
        1 => i64::MAX,
        _ => ((cell >> 8) % 5) as i64 * DAY + ((cell >> 16) % 2) as i64,
    }
}

fn ratings<R>(layout: Layout, rows: &[u64], act: impl FnOnce(Batch<'_>) -> R) -> R {
    let column = RatingColumn::of(rows, 0);
    let values = column.values(layout.is_whole());
    if layout.weighted {
        let weights: Vec<u32> = rows.iter().map(|&row| (mix(row, 90) >> 40) as u32).collect();
        act(Batch::Ratings(Ratings::weighted(values, Weights::Fixed(&weights))))
    } else if layout.is_counted() {
        let counts: Vec<u64> = rows.iter().map(|&row| mix(row, 91) % 4).collect();
        act(Batch::Ratings(Ratings::counted(values, &counts)))
    } else {
        act(Batch::Ratings(Ratings::from(values)))
    }
}

fn items<R>(layout: Layout, rows: &[u64], act: impl FnOnce(Batch<'_>) -> R) -> R {
    let columns: Vec<RatingColumn> =
        (0..layout.items as u64).map(|item| RatingColumn::of(rows, item)).collect();
    let values: Vec<Values<'_>> =
        columns.iter().map(|column| column.values(layout.is_whole())).collect();
    act(Batch::Items(ItemRatings::new(&values)))
}

fn invitations<R>(rows: &[u64], act: impl FnOnce(Batch<'_>) -> R) -> R {
    let invited_at: Vec<i64> = rows.iter().map(|&row| time(mix(row, 0))).collect();
    let late = |row| {
        (mix(row, 1) % 9) as i64 * DAY / 2 - if mix(row, 2).is_multiple_of(32) { DAY } else { 0 }
    };
    let answered_at: Vec<i64> = rows
        .iter()
        .zip(&invited_at)
        .map(|(&row, invited_at)| invited_at.saturating_add(late(row)))
        .collect();
    let answered: Vec<u8> =
        rows.iter().map(|&row| u8::from(!mix(row, 3).is_multiple_of(3))).collect();
    act(Batch::Invitations(Invitations {
        invited_at: &invited_at,
        answered_at: &answered_at,
        answered: Some(Validity::Bytes(&answered)),
    }))
}

const NAMES: [&str; 5] = ["ann", "bob", "", "Zoë 🙂", "z"];

fn answers<R>(layout: Layout, rows: &[u64], act: impl FnOnce(Batch<'_>) -> R) -> R {
    let names: Vec<&str> = rows.iter().map(|&row| NAMES[(mix(row, 1) % 5) as usize]).collect();
    let known: Vec<u8> = rows.iter().map(|&row| u8::from(!mix(row, 2).is_multiple_of(8))).collect();
    let waves: Vec<i64> = rows.iter().map(|&row| (mix(row, 3) % 3) as i64 - 1).collect();
    let times: Vec<i64> = rows.iter().map(|&row| time(mix(row, 4))).collect();
    let column = RatingColumn::of(rows, 0);
    let mut customers = KeyColumn::from(names.as_slice());
    customers.validity = Some(Validity::Bytes(&known));
    act(Batch::Answers(Answers {
        customers,
        waves: layout.has_waves().then(|| waves.as_slice().into()),
        times: &times,
        ratings: column.values(layout.is_whole()),
    }))
}

/// Amounts of both signs and none, some missing; now and then one that is none.
fn amounts(rows: &[u64], column: u64) -> Vec<f64> {
    let amount = |row: &u64| match mix(*row, column) % 200 {
        0 => 7.5,
        1..=12 => f64::NAN,
        cell => (cell % 13) as f64 - 3.0,
    };
    rows.iter().map(amount).collect()
}

fn transactions<R>(layout: Layout, rows: &[u64], act: impl FnOnce(Batch<'_>) -> R) -> R {
    let names: Vec<&str> = rows.iter().map(|&row| NAMES[(mix(row, 1) % 5) as usize]).collect();
    let numbers: Vec<i64> = rows.iter().map(|&row| (mix(row, 1) % 90) as i64 - 40).collect();
    let known: Vec<u8> =
        rows.iter().map(|&row| u8::from(!mix(row, 2).is_multiple_of(16))).collect();
    let times: Vec<i64> = rows.iter().map(|&row| time(mix(row, 4))).collect();
    let (paid, cost) = (amounts(rows, 5), amounts(rows, 6));
    let cents: Vec<i64> = paid.iter().map(|&amount| amount as i64).collect();
    let currency = |row: &u64| if mix(*row, 7).is_multiple_of(50) { "USD" } else { "EUR" };
    let currencies: Vec<&str> = rows.iter().map(currency).collect();
    let stated: Vec<u8> =
        rows.iter().map(|&row| u8::from(!mix(row, 8).is_multiple_of(3))).collect();
    let mut customers = match layout.is_whole() {
        true => KeyColumn::from(numbers.as_slice()),
        false => KeyColumn::from(names.as_slice()),
    };
    customers.validity = Some(Validity::Bytes(&known));
    let mut batch = Transactions::new(customers, &times);
    if layout.variant & 8 == 0 {
        let paid = paid.as_slice();
        batch = batch.with_amounts(if layout.is_whole() {
            cents.as_slice().into()
        } else {
            Values::from(paid)
        });
    }
    if layout.is_counted() && layout.priced {
        batch.costs = Some(cost.as_slice().into());
    }
    if layout.has_waves() && layout.priced {
        let mut column = KeyColumn::from(currencies.as_slice());
        column.validity = Some(Validity::Bytes(&stated));
        batch.currencies = Some(column);
    }
    act(Batch::Transactions(batch))
}

fn histories<R>(layout: Layout, rows: &[u64], act: impl FnOnce(Batch<'_>) -> R) -> R {
    let cell = |column| move |row: &u64| mix(*row, column);
    let frequencies: Vec<u64> = rows.iter().map(cell(1)).map(|cell| cell % 3).collect();
    let recency = |(&row, &x): (&u64, &u64)| match mix(row, 2) % 200 {
        0 => 1 - x.min(1),
        cell => {
            if x > 0 {
                cell % 4 + 1
            } else {
                0
            }
        }
    };
    let recencies: Vec<u64> = rows.iter().zip(&frequencies).map(recency).collect();
    let age = |(&row, recency): (&u64, &u64)| recency + mix(row, 3) % 3;
    let ages: Vec<f64> = rows.iter().zip(&recencies).map(age).map(|age| age as f64).collect();
    let spend = |(&row, &x): (&u64, &u64)| if x > 0 { mix(row, 4) as i64 % 5 } else { 0 };
    let spends: Vec<i64> = rows.iter().zip(&frequencies).map(spend).collect();
    let counts: Vec<u64> = rows.iter().map(|&row| mix(row, 91) % 4).collect();
    act(Batch::Histories(Histories {
        frequencies: frequencies.as_slice().into(),
        recencies: recencies.as_slice().into(),
        ages: ages.as_slice().into(),
        spends: layout.has_waves().then(|| spends.as_slice().into()),
        counts: layout.is_counted().then_some(counts.as_slice()),
    }))
}

/// Lifetimes: most are whole, a few are bad in every way that there is.
fn durations<R>(layout: Layout, rows: &[u64], act: impl FnOnce(Batch<'_>) -> R) -> R {
    let flaw = |row: u64, column: u64| mix(row, column) % 256;
    let entry = |row: u64| (mix(row, 1) % 9) as f64;
    let exit = |row: u64| match mix(row, 0) % 16 {
        0 => (mix(row, 2) % (1 << 40)) as f64 + 9.0,
        1 if !layout.has_waves() => 0.0,
        _ => entry(row) + 1.0 + (mix(row, 2) % 30) as f64,
    };
    let cell = |row: u64| match flaw(row, 3) {
        0 => f64::NAN,
        1 => -1.0,
        2 => 2.5,
        _ => exit(row),
    };
    let seen = |row: u64| match flaw(row, 4) {
        0 => f64::NAN,
        1 => 7.0,
        other => (other % 2) as f64,
    };
    let exits: Vec<f64> = rows.iter().map(|&row| cell(row)).collect();
    let observed: Vec<f64> = rows.iter().map(|&row| seen(row)).collect();
    let entries: Vec<f64> = rows.iter().map(|&row| entry(row)).collect();
    let causes: Vec<&str> = rows.iter().map(|&row| NAMES[(mix(row, 5) % 2) as usize]).collect();
    let counts: Vec<u64> = rows.iter().map(|&row| mix(row, 91) % 4).collect();
    let mut batch = Durations::new(exits.as_slice(), observed.as_slice());
    if layout.has_waves() {
        batch = batch.with_entries(entries.as_slice());
    }
    if layout.is_whole() {
        batch = batch.with_causes(causes.as_slice());
    }
    if layout.is_counted() {
        batch = batch.with_counts(&counts);
    }
    act(Batch::Durations(batch))
}

/// Events: either with ids, of which some come twice, or each at a time of its own.
fn events<R>(layout: Layout, rows: &[u64], act: impl FnOnce(Batch<'_>) -> R) -> R {
    let name = |column| move |&row: &u64| NAMES[(mix(row, column) % 4) as usize];
    let known = |column| move |&row: &u64| u8::from(!mix(row, column).is_multiple_of(32));
    let customers: Vec<&str> = rows.iter().map(name(1)).collect();
    let numbers: Vec<i64> = rows.iter().map(|&row| (mix(row, 1) % 3) as i64).collect();
    let touchpoints: Vec<&str> = rows.iter().map(name(2)).collect();
    let channels: Vec<&str> = rows.iter().map(name(3)).collect();
    let of_own = |&row: &u64| (mix(row, 4) >> 8) as i64;
    let shared = |&row: &u64| time(mix(row, 4));
    let times: Vec<i64> = match layout.has_waves() {
        true => rows.iter().map(shared).collect(),
        false => rows.iter().map(of_own).collect(),
    };
    let [with_customer, with_touchpoint, with_time, with_channel] =
        [5, 6, 7, 8].map(|column| rows.iter().map(known(column)).collect::<Vec<u8>>());
    let ids: Vec<i64> = rows.iter().map(|&row| (mix(row, 9) % 16) as i64).collect();
    let scores = RatingColumn::of(rows, 10);
    let values: Vec<i64> = rows.iter().map(|&row| (mix(row, 11) % 9) as i64 - 4).collect();
    let mut batch = Events::new(
        customers.as_slice(),
        touchpoints.as_slice(),
        Times { values: &times, validity: Some(Validity::Bytes(&with_time)) },
    );
    if layout.is_whole() {
        batch.customers = numbers.as_slice().into();
        batch.values = Some(values.as_slice().into());
        batch.objects = Some(channels.as_slice().into());
    } else {
        batch.channels = Some(channels.as_slice().into());
    }
    batch.customers.validity = Some(Validity::Bytes(&with_customer));
    batch.touchpoints.validity = Some(Validity::Bytes(&with_touchpoint));
    if let Some(channels) = &mut batch.channels {
        channels.validity = Some(Validity::Bytes(&with_channel));
    }
    if layout.has_waves() {
        batch.event_ids = Some(ids.as_slice().into());
    }
    if layout.is_counted() {
        batch.scores = Some(scores.values(layout.is_whole()));
        batch.outcomes = Some(touchpoints.as_slice().into());
    }
    act(Batch::Events(batch))
}

/// Paths of a few touchpoints, now and then one that is none.
fn paths<R>(layout: Layout, rows: &[u64], act: impl FnOnce(Batch<'_>) -> R) -> R {
    const PATHS: [&str; 8] = ["a", "a > b", "a>b", "b > a > a", "b", "Zoë 🙂", "c > ", "a, b"];
    let path = |row: &u64| match mix(*row, 1) % 160 {
        0 => PATHS[6],
        cell => PATHS[(cell % 6) as usize + usize::from(cell == 1) * 2],
    };
    let texts: Vec<&str> = rows.iter().map(path).collect();
    let flaw = |row: u64, column: u64| mix(row, column).is_multiple_of(200);
    let conversions: Vec<f64> = rows
        .iter()
        .map(|&row| if flaw(row, 2) { -1.0 } else { (mix(row, 3) % 3) as f64 })
        .collect();
    let worth = |(&row, &conversions): (&u64, &f64)| {
        let worth = (mix(row, 4) % 7) as i64 - 2;
        if conversions > 0.0 || flaw(row, 5) { worth } else { 0 }
    };
    let values: Vec<i64> = rows.iter().zip(&conversions).map(worth).collect();
    let nulls: Vec<u8> = rows.iter().map(|&row| (mix(row, 6) % 3) as u8).collect();
    let mut batch = Paths::new(texts.as_slice(), conversions.as_slice());
    if layout.is_whole() {
        batch = batch.with_values(values.as_slice());
    }
    if layout.has_waves() {
        batch = batch.with_nulls(nulls.as_slice());
    }
    act(Batch::Paths(batch))
}

/// Spans of a few customers: most add up or touch, a few overlap or are bad otherwise.
fn spans<R>(layout: Layout, rows: &[u64], act: impl FnOnce(Batch<'_>) -> R) -> R {
    let flaw = |row: u64, column: u64| mix(row, column).is_multiple_of(256);
    let names: Vec<&str> = rows.iter().map(|&row| NAMES[(mix(row, 1) % 5) as usize]).collect();
    let known: Vec<u8> = rows.iter().map(|&row| u8::from(!flaw(row, 2))).collect();
    let starts: Vec<i64> = rows.iter().map(|&row| time(mix(row, 3))).collect();
    let last = |(&row, &start): (&u64, &i64)| match mix(row, 4) % 64 {
        0 => start,
        1 => i64::MAX,
        cell => start.saturating_add((cell as i64 % 7 + 1) * DAY / 2),
    };
    let ends: Vec<i64> = rows.iter().zip(&starts).map(last).collect();
    let ended: Vec<u8> = rows.iter().map(|&row| u8::from(!mix(row, 5).is_multiple_of(3))).collect();
    // Many subscriptions, so that the spans of one seldom overlap.
    let numbers: Vec<i64> = rows.iter().map(|&row| (mix(row, 6) % 40) as i64).collect();
    let stated: Vec<u8> =
        rows.iter().map(|&row| u8::from(!mix(row, 7).is_multiple_of(3))).collect();
    let cents: Vec<i64> = rows
        .iter()
        .map(|&row| if flaw(row, 8) { -1 } else { (mix(row, 8) % 900) as i64 })
        .collect();
    let asked: Vec<i64> = rows
        .iter()
        .zip(&starts)
        .map(|(&row, &start)| start.saturating_add(if flaw(row, 9) { -1 } else { DAY }))
        .collect();
    let cause = |row: &u64| match mix(*row, 10) % 200 {
        0 => "moon",
        cell => ["voluntary", "involuntary"][(cell % 2) as usize],
    };
    let causes: Vec<&str> = rows.iter().map(cause).collect();
    let currency = |row: &u64| if mix(*row, 11).is_multiple_of(99) { "USD" } else { "EUR" };
    let currencies: Vec<&str> = rows.iter().map(currency).collect();
    let validity = |bytes| Some(Validity::Bytes(bytes));
    let mut batch = Spans::new(
        KeyColumn { validity: validity(&known), ..KeyColumn::from(names.as_slice()) },
        &starts,
        Times { values: &ends, validity: validity(&ended) },
    );
    if layout.is_whole() {
        batch.subscriptions =
            Some(KeyColumn { validity: validity(&stated), ..KeyColumn::from(numbers.as_slice()) });
        batch = batch.with_amounts(cents.as_slice());
    }
    if layout.has_waves() {
        batch.cancelled = Some(Times { values: &asked, validity: validity(&stated) });
        batch.causes =
            Some(KeyColumn { validity: validity(&ended), ..KeyColumn::from(causes.as_slice()) });
    }
    if layout.variant & 8 == 8 {
        batch.currencies = Some(KeyColumn {
            validity: validity(&stated),
            ..KeyColumn::from(currencies.as_slice())
        });
    }
    act(Batch::Spans(batch))
}

/// Predictions: few different probabilities and many, now and then one that is none.
fn predictions<R>(layout: Layout, rows: &[u64], act: impl FnOnce(Batch<'_>) -> R) -> R {
    let said = |&row: &u64| match mix(row, 0) % 256 {
        0 => f64::NAN,
        1 => 1.5,
        2 => -0.1,
        3..=20 => 1.0,
        21..=40 => 0.0,
        41..=60 => 1e-12,
        other if other % 2 == 0 => (mix(row, 1) % 5) as f64 / 8.0,
        _ => (mix(row, 1) >> 11) as f64 / (1_u64 << 53) as f64,
    };
    let came = |&row: &u64| match mix(row, 2) % 256 {
        0 => f64::NAN,
        1 => 2.0,
        other => (other % 2) as f64,
    };
    let worth = |&row: &u64| match mix(row, 3) % 256 {
        0 => f64::NAN,
        1 => 0.5,
        2 => 1e300,
        3 => (1_u64 << 53) as f64,
        other => other as f64 - 99.0,
    };
    let probabilities: Vec<f64> = rows.iter().map(said).collect();
    let observed: Vec<f64> = rows.iter().map(came).collect();
    let values: Vec<f64> = rows.iter().map(worth).collect();
    let counts: Vec<u64> = rows.iter().map(|&row| mix(row, 91) % 4).collect();
    let mut batch = Predictions::new(probabilities.as_slice(), observed.as_slice());
    if layout.valued {
        batch = batch.with_values(values.as_slice());
    }
    if layout.is_counted() {
        batch = batch.with_counts(&counts);
    }
    act(Batch::Predictions(batch))
}

/// Calls `act` with the batch that these rows are.
pub(crate) fn with_batch<R>(layout: Layout, rows: &[u64], act: impl FnOnce(Batch<'_>) -> R) -> R {
    match layout.shape {
        "ratings" => ratings(layout, rows, act),
        "items" => items(layout, rows, act),
        "invitations" => invitations(rows, act),
        "answers" => answers(layout, rows, act),
        "transactions" => transactions(layout, rows, act),
        "histories" => histories(layout, rows, act),
        "durations" => durations(layout, rows, act),
        "events" => events(layout, rows, act),
        "paths" => paths(layout, rows, act),
        "spans" => spans(layout, rows, act),
        "predictions" => predictions(layout, rows, act),
        other => panic!("no generator for batches of the shape {other}"),
    }
}

/// Calls `act` with the key columns and the batch that these rows are.
pub(crate) fn with_keyed_batch<R>(
    layout: Layout,
    columns: usize,
    rows: &[u64],
    act: impl FnOnce(&[KeyColumn<'_>], Batch<'_>) -> R,
) -> R {
    let dictionary: Vec<KeyPart> = NAMES.iter().map(|&name| name.into()).collect();
    let codes: Vec<u32> = rows.iter().map(|&row| (mix(row, 70) % 5) as u32).collect();
    let known: Vec<u8> =
        rows.iter().map(|&row| u8::from(!mix(row, 71).is_multiple_of(8))).collect();
    let numbers: Vec<i64> = rows.iter().map(|&row| (mix(row, 72) % 3) as i64 - 1).collect();
    let mut texts = KeyColumn::coded(&codes, &dictionary);
    if layout.is_whole() {
        texts.validity = Some(Validity::Bytes(&known));
    }
    let keys = [texts, KeyColumn::from(numbers.as_slice())];
    with_batch(layout, rows, |batch| act(&keys[..columns], batch))
}
