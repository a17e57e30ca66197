//! The contract of a calculator carries every family of metrics, not only histograms.
//!
//! One small member of each family that follows is written on it here and put through the same
//! laws: a sparse table of patterns that a fit reads (lifetime value), counts per tick (survival),
//! an ordered automaton per customer with a lateness buffer (journeys), and a keyed table of any of
//! them. Were one of them unnatural to write, the contract would be wrong.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    reason = "a test may panic"
)]

use std::collections::BTreeMap;

use cxm_core::prelude::*;

type Row = (u32, i64);

#[derive(Debug, Clone, Copy, PartialEq, Default)]
struct Nothing;

impl Definition for Nothing {
    fn validate(&self) -> Result<()> {
        Ok(())
    }
}

#[derive(Debug, Clone, PartialEq)]
struct Reading(f64, u64);

impl Report for Reading {
    fn headline(&self) -> Option<f64> {
        (self.1 > 0).then_some(self.0)
    }
    fn responses(&self) -> u64 {
        self.1
    }
}

/// Adds sparse integer counts; a count of zero is not kept, so that equal states are equal.
fn add<K: Ord + Clone>(ours: &mut BTreeMap<K, u64>, theirs: &BTreeMap<K, u64>) {
    for (key, n) in theirs {
        *ours.entry(key.clone()).or_default() += n;
    }
}

fn subtract<K: Ord + Clone>(ours: &mut BTreeMap<K, u64>, theirs: &BTreeMap<K, u64>) {
    for (key, n) in theirs {
        let left = ours.get(key).copied().unwrap_or_default() - n;
        if left == 0 {
            ours.remove(key)
        } else {
            ours.insert(key.clone(), left)
        };
    }
}

/// Lifetime value: how many customers share a pattern (purchases, last purchase). A fit reads the
/// table and costs its size, not the number of customers.
#[derive(Debug, Clone, PartialEq, Default)]
struct Patterns(BTreeMap<Row, u64>);

/// Survival: how many left at each tick.
#[derive(Debug, Clone, PartialEq, Default)]
struct Ticks(BTreeMap<i64, u64>);

macro_rules! counting_family {
    ($family:ident, $key:expr) => {
        impl Calculator for $family {
            type Definition = Nothing;
            type Report = Reading;
            fn new(_: Nothing) -> Result<Self> {
                Ok(Self::default())
            }
            fn definition(&self) -> &Nothing {
                &Nothing
            }
            fn observations(&self) -> u64 {
                self.0.values().sum()
            }
            fn value(&self) -> Reading {
                Reading(self.0.len() as f64, self.observations())
            }
        }
        impl Merge for $family {
            fn check_merge(&self, _: &Self) -> Result<()> {
                Ok(())
            }
            fn apply_merge(&mut self, other: &Self) {
                add(&mut self.0, &other.0);
            }
        }
        impl Update for $family {
            type Batch<'a> = &'a [Row];
            fn lift(_: &Nothing, batch: &[Row]) -> Result<Self> {
                let mut state = Self::default();
                for &row in batch {
                    *state.0.entry($key(row)).or_default() += 1;
                }
                Ok(state)
            }
        }
        impl Retract for $family {
            fn check_subtract(&self, other: &Self) -> Result<()> {
                let held = |key, n| self.0.get(key).is_some_and(|ours| ours >= n);
                if other.0.iter().all(|(key, n)| held(key, n)) {
                    Ok(())
                } else {
                    Err(Error::never_added("more than was added"))
                }
            }
            fn apply_subtract(&mut self, other: &Self) {
                subtract(&mut self.0, &other.0);
            }
        }
        impl UpdateByGroup for $family {
            fn batch_len(batch: &&[Row]) -> usize {
                batch.len()
            }
            fn lift_by_group(
                _: &Nothing,
                codes: &[u32],
                groups: usize,
                batch: &[Row],
            ) -> Result<Vec<Self>> {
                let mut states = vec![Self::default(); groups];
                for (&code, &row) in codes.iter().zip(batch) {
                    *states[code as usize].0.entry($key(row)).or_default() += 1;
                }
                Ok(states)
            }
        }
    };
}
counting_family!(Patterns, |row: Row| row);
counting_family!(Ticks, |row: Row| row.1);

/// Journeys: sessions of each customer, split where `gap` passes without an event, from events that
/// may come up to `lateness` late.
///
/// Events wait in a sorted buffer until the watermark has passed them; then they go through the
/// automaton and are forgotten. The state of a batch alone is a state that has let nothing through
/// yet (`horizon` at the beginning of time), so lifting needs no second type; merging lets events
/// through.
#[derive(Debug, Clone, PartialEq)]
struct Sessions {
    definition: Lateness,
    watermark: i64,
    /// Events before this time have gone through the automata.
    horizon: i64,
    customers: BTreeMap<u32, Automaton>,
    late: u64,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Lateness {
    gap: i64,
    lateness: i64,
}

impl Default for Lateness {
    fn default() -> Self {
        Self { gap: 30, lateness: 50 }
    }
}

impl Definition for Lateness {
    fn validate(&self) -> Result<()> {
        if self.gap > 0 && self.lateness >= 0 { Ok(()) } else { Err(Error::definition("gap")) }
    }
}

/// One customer: the events that wait, and a summary of those that went through.
#[derive(Debug, Clone, PartialEq, Default)]
struct Automaton {
    waiting: BTreeMap<i64, u64>,
    last: Option<i64>,
    sessions: u64,
    events: u64,
}

impl Automaton {
    fn advance(&mut self, horizon: i64, gap: i64) {
        while let Some((&time, &events)) = self.waiting.first_key_value() {
            if time >= horizon {
                break;
            }
            self.waiting.pop_first();
            if self.last.is_none_or(|last| time - last > gap) {
                self.sessions += 1;
            }
            self.last = Some(time);
            self.events += events;
        }
    }
}

impl Calculator for Sessions {
    type Definition = Lateness;
    type Report = Reading;
    fn new(definition: Lateness) -> Result<Self> {
        definition.validate()?;
        let (watermark, horizon) = (i64::MIN, i64::MIN);
        Ok(Self { definition, watermark, horizon, customers: BTreeMap::new(), late: 0 })
    }
    fn definition(&self) -> &Lateness {
        &self.definition
    }
    fn observations(&self) -> u64 {
        let of = |customer: &Automaton| customer.events + customer.waiting.values().sum::<u64>();
        self.late + self.customers.values().map(of).sum::<u64>()
    }
    fn value(&self) -> Reading {
        let mut sessions = 0;
        for mut customer in self.customers.values().cloned() {
            customer.advance(i64::MAX, self.definition.gap);
            sessions += customer.sessions;
        }
        Reading(sessions as f64, self.observations())
    }
}

impl Merge for Sessions {
    fn check_merge(&self, other: &Self) -> Result<()> {
        let clash = other.customers.iter().any(|(customer, theirs)| {
            theirs.last.is_some() && self.customers.get(customer).is_some_and(|c| c.last.is_some())
        });
        if clash {
            Err(Error::merge("both shards let events of one customer through"))
        } else {
            Ok(())
        }
    }
    fn apply_merge(&mut self, other: &Self) {
        self.late += other.late;
        for (&customer, theirs) in &other.customers {
            let ours = self.customers.entry(customer).or_default();
            for (&time, &events) in &theirs.waiting {
                if time < self.horizon && ours.last.is_some_and(|last| time < last) {
                    self.late += events;
                } else {
                    *ours.waiting.entry(time).or_default() += events;
                }
            }
            if theirs.last.is_some() {
                (ours.last, ours.sessions, ours.events) =
                    (theirs.last, theirs.sessions, theirs.events);
            }
        }
        self.watermark = self.watermark.max(other.watermark);
        self.horizon = self.watermark.saturating_sub(self.definition.lateness);
        for customer in self.customers.values_mut() {
            customer.advance(self.horizon, self.definition.gap);
        }
    }
}

impl Update for Sessions {
    type Batch<'a> = &'a [Row];
    fn lift(definition: &Lateness, batch: &[Row]) -> Result<Self> {
        let mut state = Self::new(*definition)?;
        for &(customer, time) in batch {
            state.watermark = state.watermark.max(time);
            let waiting = &mut state.customers.entry(customer).or_default().waiting;
            *waiting.entry(time).or_default() += 1;
        }
        Ok(state)
    }
}

fn rows(seed: u64, n: usize) -> Vec<Row> {
    let mut x = seed | 1;
    let mut next = move || {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        x >> 11
    };
    (0..n).map(|i| ((next() % 5) as u32, i as i64 * 3 + (next() % 40) as i64)).collect()
}

fn updated<C>(definition: &C::Definition, batches: &[&[Row]]) -> C
where
    C: for<'a> Update<Batch<'a> = &'a [Row]>,
{
    let mut state = C::new(definition.clone()).unwrap();
    for batch in batches {
        state.update(batch).unwrap();
    }
    state
}

#[test]
fn tables_and_tick_counts_obey_the_laws() {
    fn laws<C: Retract + for<'a> Update<Batch<'a> = &'a [Row]>>() {
        let rows = rows(7, 200);
        let (a, b) = rows.split_at(80);
        let definition = C::Definition::default();
        let whole: C = updated(&definition, &[&rows]);
        assert_eq!(updated::<C>(&definition, &[a, b]), whole);
        assert_eq!(updated::<C>(&definition, &[b, a]), whole);
        let mut forgotten = whole.clone();
        forgotten.retract(b).unwrap();
        assert_eq!(forgotten, updated::<C>(&definition, &[a]));
        let mut empty = C::new(definition).unwrap();
        assert!(empty.value().headline().is_none());
        assert_eq!(empty.retract(a).unwrap_err().kind(), ErrorKind::NeverAdded);
    }
    laws::<Patterns>();
    laws::<Ticks>();
}

#[test]
fn an_ordered_automaton_is_the_same_in_any_order_within_its_lateness() {
    let rows = rows(11, 400); // a row is at most 40 late, the buffer waits 50
    let definition = Lateness::default();
    let whole: Sessions = updated(&definition, &[&rows]);
    let one_by_one: Vec<&[Row]> = rows.chunks(1).collect();
    assert_eq!(updated::<Sessions>(&definition, &one_by_one), whole);
    assert_eq!(whole.late, 0);

    // Shards by customer merge to the same state, in either order.
    let (left, right): (Vec<Row>, Vec<Row>) = rows.iter().partition(|row| row.0 < 2);
    let (left, right) =
        (updated::<Sessions>(&definition, &[&left]), updated::<Sessions>(&definition, &[&right]));
    let mut ab = left.clone();
    ab.merge(&right).unwrap();
    let mut ba = right;
    ba.merge(&left).unwrap();
    assert_eq!(ab, whole);
    assert_eq!(ba, whole);

    // The naive answer: sort everything and split at the gaps.
    let mut sorted = rows.clone();
    sorted.sort_unstable();
    let new = |w: &[Row]| w[0].0 != w[1].0 || w[1].1 - w[0].1 > definition.gap;
    let naive = 1 + sorted.windows(2).filter(|w| new(w)).count();
    assert_eq!(whole.value().headline(), Some(naive as f64));

    // Shards that both let events of one customer through cannot be put in order any more.
    let early = updated::<Sessions>(&definition, &[&rows[..300]]);
    assert_eq!(early.clone().merge(&early).unwrap_err().kind(), ErrorKind::IncompatibleMerge);
}

#[test]
fn a_keyed_table_holds_any_of_them() {
    let rows = rows(13, 300);
    let segments: Vec<i64> = rows.iter().map(|row| i64::from(row.0 % 3)).collect();
    let mut table = Keyed::<Ticks>::new(KeyedDefinition::by(["segment"])).unwrap();
    let (head, tail) = (100, 100);
    for range in [0..head, head..rows.len()] {
        let keys = [KeyColumn::from(&segments[range.clone()])];
        table.update(KeyedBatch { keys: &keys, batch: &rows[range] }).unwrap();
    }
    assert_eq!(table.len(), 3);
    let whole: Ticks = updated(&Nothing, &[&rows]);
    assert_eq!(table.total().unwrap(), whole);
    let keys = [KeyColumn::from(&segments[tail..])];
    table.retract(KeyedBatch { keys: &keys, batch: &rows[tail..] }).unwrap();
    assert_eq!(table.total().unwrap(), updated::<Ticks>(&Nothing, &[&rows[..head]]));
}
