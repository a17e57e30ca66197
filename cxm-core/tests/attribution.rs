//! Attribution against other ways to the same figures: iteration, all coalitions, plain sums,
//! slopes by differences, and simulated samples.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap
)]

use std::collections::{BTreeMap, BTreeSet};

use cxm_core::ErrorKind;
use cxm_core::calculator::batch::Paths;
use cxm_core::journey::attribution::{
    Attribution, AttributionMethod as By, AttributionOptions, AttributionPaths,
    AttributionPathsDefinition, MOST_PLAYERS, PathOutcomes, PositionWeights, TimedJourney,
    TimedTouchpoint, compare_methods, time_decay,
};
use cxm_core::prelude::*;

/// A path by touchpoint numbers, with conversions, value and nulls.
type Row = (Vec<usize>, u64, i64, u64);

/// Well-mixed numbers (splitmix64).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }
}

fn random_rows(dice: &mut Dice, touchpoints: u64, rows: u64) -> Vec<Row> {
    let mut all: BTreeMap<Vec<usize>, (u64, i64, u64)> = BTreeMap::new();
    for _ in 0..rows {
        let length = 1 + dice.below(5) + dice.below(4) * dice.below(3);
        let path = (0..length).map(|_| dice.below(touchpoints) as usize).collect();
        let conversions = dice.below(4);
        let value = if conversions > 0 { dice.below(5_000) as i64 } else { 0 };
        let row = (conversions, value, dice.below(6));
        all.insert(path, row);
    }
    let rows: Vec<Row> = all.into_iter().map(|(path, (c, v, n))| (path, c, v, n)).collect();
    assert!(rows.iter().any(|row| row.1 > 0));
    rows
}

fn name(touchpoint: usize) -> String {
    format!("t{touchpoint:02}")
}

fn filled(rows: &[Row]) -> AttributionPaths {
    let mut paths = AttributionPaths::default();
    for (path, conversions, value, nulls) in rows {
        let names: Vec<String> = path.iter().map(|&touchpoint| name(touchpoint)).collect();
        let outcomes =
            PathOutcomes { conversions: *conversions, value: (*value).into(), nulls: *nulls };
        paths.add_journeys(&names, &outcomes).unwrap();
    }
    paths
}

fn read(rows: &[Row], options: &AttributionOptions) -> Attribution {
    filled(rows).attribution(options).unwrap()
}

fn touchpoints_of(rows: &[Row]) -> Vec<usize> {
    let kept = rows.iter().filter(|row| row.1 + row.3 > 0);
    kept.flat_map(|row| row.0.clone()).collect::<BTreeSet<_>>().into_iter().collect()
}

fn close(got: f64, expected: f64, relative: f64, what: &str) {
    let allowed = relative * expected.abs().max(1e-3);
    assert!((got - expected).abs() <= allowed, "{what}: expected {expected}, got {got}");
}

/// P(conversion) and expected value by pushing the journeys forward until nobody is on the way.
fn iterated(rows: &[Row], order: usize, nulls: bool, removed: Option<usize>) -> (f64, f64) {
    let mut next: BTreeMap<Vec<usize>, BTreeMap<Vec<usize>, f64>> = BTreeMap::new();
    let mut ends: BTreeMap<Vec<usize>, (f64, f64, f64)> = BTreeMap::new();
    for (path, conversions, value, lost) in rows {
        let lost = if nulls { *lost } else { 0 };
        let times = (*conversions + lost) as f64;
        let mut state = Vec::new();
        for reached in 1..=path.len() {
            let history = path[reached.saturating_sub(order)..reached].to_vec();
            *next.entry(state).or_default().entry(history.clone()).or_default() += times;
            state = history;
        }
        let end = ends.entry(state).or_default();
        *end = (end.0 + *conversions as f64, end.1 + *value as f64, end.2 + lost as f64);
    }
    let mut here = BTreeMap::from([(Vec::new(), 1.0)]);
    let (mut converted, mut worth) = (0.0, 0.0);
    while here.values().sum::<f64>() > 1e-15 {
        let mut there: BTreeMap<Vec<usize>, f64> = BTreeMap::new();
        for (state, mass) in here {
            let end = ends.get(&state).copied().unwrap_or_default();
            let onward = next.get(&state);
            let departures = end.0 + end.2 + onward.map_or(0.0, |next| next.values().sum());
            if departures == 0.0 {
                continue;
            }
            converted += mass * end.0 / departures;
            worth += mass * end.1 / departures;
            for (history, times) in onward.into_iter().flatten() {
                if history.last().copied() != removed {
                    *there.entry(history.clone()).or_default() += mass * times / departures;
                }
            }
        }
        here = there;
    }
    (converted, worth)
}

#[test]
fn removal_effects_are_those_of_iteration() {
    let mut dice = Dice(1);
    for trial in 0..40 {
        let rows = random_rows(&mut dice, 2 + trial % 6, 4 + trial);
        for (order, include_nulls) in [(1, true), (1, false), (2, true), (3, false)] {
            let options = AttributionOptions { order, include_nulls, ..Default::default() };
            let got = read(&rows, &options);
            let order = order as usize;
            let (p, v) = iterated(&rows, order, include_nulls, None);
            close(got.conversion_probability.unwrap(), p, 1e-11, "probability");
            for (place, &touchpoint) in touchpoints_of(&rows).iter().enumerate() {
                let found = &got.touchpoints[place];
                assert_eq!(*found.touchpoint, *name(touchpoint));
                let (without, worth) = iterated(&rows, order, include_nulls, Some(touchpoint));
                close(found.removal_effect.unwrap(), 1.0 - without / p, 1e-10, "effect");
                if let Some(effect) = found.value_removal_effect {
                    close(effect, 1.0 - worth / v, 1e-10, "effect on value");
                }
            }
            let sum: f64 = got.touchpoints.iter().map(|found| found.conversions).sum();
            close(sum, got.conversions as f64, 1e-12, "all conversions are divided");
        }
    }
}

/// Shapley's value over all coalitions.
fn all_coalitions(players: usize, worth: impl Fn(usize) -> f64) -> Vec<f64> {
    let factorial = |n: usize| (1..=n).map(|k| k as f64).product::<f64>();
    let value = |player: usize| {
        let without = (0..1_usize << players).filter(|set| set >> player & 1 == 0);
        let terms = without.map(|set| {
            let size = set.count_ones() as usize;
            let weight = factorial(size) * factorial(players - size - 1) / factorial(players);
            weight * (worth(set | 1 << player) - worth(set))
        });
        terms.sum()
    };
    (0..players).map(value).collect()
}

#[test]
fn shapley_values_are_those_of_all_coalitions() {
    let mut dice = Dice(2);
    for players in 1..=10 {
        let rows = random_rows(&mut dice, players, 60);
        let touchpoints = touchpoints_of(&rows);
        let set = |path: &[usize]| {
            let place = |touchpoint| touchpoints.iter().position(|it| it == touchpoint);
            path.iter().filter_map(place).fold(0, |set, place| set | 1 << place)
        };
        let inside = |coalition: usize, what: fn(&Row) -> f64| -> f64 {
            let rows = rows.iter().filter(|row| row.1 + row.3 > 0);
            rows.filter(|row| set(&row.0) & !coalition == 0).map(what).sum()
        };
        let conversions = |row: &Row| row.1 as f64;
        let journeys = |row: &Row| (row.1 + row.3) as f64;
        let expected = all_coalitions(touchpoints.len(), |it| inside(it, conversions));
        let got = read(&rows, &AttributionOptions::of(By::Shapley));
        for (found, expected) in got.touchpoints.iter().zip(&expected) {
            close(found.conversions, *expected, 1e-10, "conversions inside");
        }
        let rate = |coalition: usize, what: fn(&Row) -> f64| {
            let all = inside(coalition, journeys);
            if all > 0.0 { inside(coalition, what) / all } else { 0.0 }
        };
        let expected = all_coalitions(touchpoints.len(), |it| rate(it, conversions));
        let worth = all_coalitions(touchpoints.len(), |it| rate(it, |row| row.2 as f64));
        let got = read(&rows, &AttributionOptions::of(By::ShapleyRate));
        let (all, value): (f64, f64) = (expected.iter().sum(), worth.iter().sum());
        for (place, found) in got.touchpoints.iter().enumerate() {
            close(found.share, expected[place] / all, 1e-9, "rate inside");
            let expected = worth[place] / value * got.value.unwrap();
            close(found.value.unwrap(), expected, 1e-9, "value inside");
        }
    }
}

/// What each place of a path of `n` gets, written down case by case.
fn by_place(method: By, n: usize, place: usize) -> f64 {
    let (first, between, last) = match method {
        By::First => return f64::from(u8::from(place == 0)),
        By::Last => return f64::from(u8::from(place + 1 == n)),
        By::Linear => return 1.0 / n as f64,
        By::J => (0.2, 0.2, 0.6),
        By::InverseJ => (0.6, 0.2, 0.2),
        _ => (0.4, 0.2, 0.4),
    };
    match (n, place) {
        (1, _) => 1.0,
        (2, 0) => first / (first + last),
        (2, _) => last / (first + last),
        (_, 0) => first,
        _ if place + 1 == n => last,
        _ => between / (n - 2) as f64,
    }
}

#[test]
fn positions_get_what_plain_sums_say() {
    let mut dice = Dice(3);
    for _ in 0..30 {
        let rows = random_rows(&mut dice, 5, 30);
        for method in [By::First, By::Last, By::Linear, By::Position, By::J, By::InverseJ] {
            let got = read(&rows, &AttributionOptions::of(method));
            for (place, &touchpoint) in touchpoints_of(&rows).iter().enumerate() {
                let (mut conversions, mut value) = (0.0, 0.0);
                for (path, converted, worth, _) in &rows {
                    for at in (0..path.len()).filter(|&at| path[at] == touchpoint) {
                        let part = by_place(method, path.len(), at);
                        conversions += part * *converted as f64;
                        value += part * *worth as f64;
                    }
                }
                close(got.touchpoints[place].conversions, conversions, 1e-12, method.name());
                close(got.touchpoints[place].value.unwrap(), value, 1e-12, method.name());
            }
        }
    }
}

#[test]
fn shards_are_attributed_to_the_same_bits() {
    let mut dice = Dice(4);
    let rows = random_rows(&mut dice, 6, 80);
    let whole = filled(&rows);
    for shards in [2, 3, 7] {
        let mut parts: Vec<AttributionPaths> = (0..shards)
            .map(|shard| {
                filled(&rows.iter().skip(shard).step_by(shards).cloned().collect::<Vec<_>>())
            })
            .collect();
        parts.reverse();
        let mut merged = AttributionPaths::default();
        parts.iter().for_each(|part| merged.merge(part).unwrap());
        assert_eq!(merged.to_bytes(), whole.to_bytes());
        for &method in By::ON_PATHS {
            let options = AttributionOptions {
                direct: vec![name(1)],
                order: 2,
                ..AttributionOptions::of(method)
            };
            let (a, b) = (merged.attribution(&options), whole.attribution(&options));
            assert_eq!(format!("{a:?}"), format!("{b:?}"), "{}", method.name());
        }
    }
}

/// The variance of shares by differences: one more and one less of each kind of journey, a little.
fn variances_by_differences(rows: &[Row], options: &AttributionOptions) -> Vec<f64> {
    const SCALE: u64 = 1_000_000;
    const STEP: u64 = 1_000;
    let scaled: Vec<Row> = rows
        .iter()
        .map(|(path, conversions, _, nulls)| (path.clone(), conversions * SCALE, 0, nulls * SCALE))
        .collect();
    let shares = |rows: &[Row]| -> Vec<f64> {
        read(rows, options).touchpoints.iter().map(|found| found.share).collect()
    };
    let mut sums = vec![0.0; shares(&scaled).len()];
    for (row, converted) in (0..rows.len()).flat_map(|row| [(row, true), (row, false)]) {
        let times = if converted { rows[row].1 } else { rows[row].3 };
        if times == 0 {
            continue;
        }
        let moved = |more: bool| {
            let mut rows = scaled.clone();
            let count = if converted { &mut rows[row].1 } else { &mut rows[row].3 };
            *count = if more { *count + STEP } else { *count - STEP };
            shares(&rows)
        };
        let width = 2.0 * STEP as f64 / SCALE as f64;
        for ((sum, up), down) in sums.iter_mut().zip(moved(true)).zip(moved(false)) {
            *sum += times as f64 * ((up - down) / width).powi(2);
        }
    }
    sums
}

#[test]
fn standard_errors_are_those_of_differences() {
    let mut dice = Dice(5);
    for _ in 0..6 {
        let rows = random_rows(&mut dice, 4, 25);
        for method in
            [By::First, By::Linear, By::Position, By::Shapley, By::ShapleyRate, By::Markov]
        {
            for (order, include_nulls) in [(1, true), (1, false), (2, true)] {
                let base = AttributionOptions::of(method);
                let options = AttributionOptions { order, include_nulls, ..base };
                let expected = variances_by_differences(&rows, &options);
                let got = read(&rows, &options);
                for (found, expected) in got.touchpoints.iter().zip(expected) {
                    let got = found.standard_error.powi(2);
                    let allowed = 2e-4 * expected.max(1e-5);
                    assert!((got - expected).abs() < allowed, "{method:?} {got} {expected}");
                }
            }
        }
    }
}

#[test]
fn intervals_cover_the_share_as_often_as_they_say() {
    let mut dice = Dice(6);
    let population = random_rows(&mut dice, 4, 20);
    let cells: Vec<(usize, bool, u64)> = population
        .iter()
        .enumerate()
        .flat_map(|(row, (_, conversions, _, nulls))| {
            [(row, true, *conversions), (row, false, *nulls)]
        })
        .collect();
    let all: u64 = cells.iter().map(|cell| cell.2).sum();
    let methods = [By::Last, By::Linear, By::Shapley, By::ShapleyRate, By::Markov];
    let truth = methods.map(|method| read(&population, &AttributionOptions::of(method)));
    let (samples, size) = (600, 800);
    let mut covered = vec![0_u32; methods.len()];
    for _ in 0..samples {
        let mut drawn: Vec<Row> = population.iter().map(|row| (row.0.clone(), 0, 0, 0)).collect();
        for _ in 0..size {
            let mut left = dice.below(all);
            let cell = cells.iter().find(|cell| {
                let here = left < cell.2;
                left = left.saturating_sub(cell.2);
                here
            });
            let &(row, converted, _) = cell.unwrap();
            if converted { drawn[row].1 += 1 } else { drawn[row].3 += 1 }
        }
        for (place, method) in methods.into_iter().enumerate() {
            let got = read(&drawn, &AttributionOptions::of(method));
            let expected = &truth[place].touchpoints[1];
            let found = got.touchpoints.iter().find(|it| it.touchpoint == expected.touchpoint);
            covered[place] += u32::from(found.unwrap().interval.contains(expected.share));
        }
    }
    for (method, covered) in methods.iter().zip(covered) {
        let share = f64::from(covered) / f64::from(samples);
        assert!((0.925..=0.975).contains(&share), "{}: {share}", method.name());
    }
}

fn refused(outcome: Result<Attribution>) -> (ErrorKind, Option<String>) {
    let error = outcome.unwrap_err();
    (error.kind(), error.field().map(str::to_owned))
}

#[test]
fn what_cannot_be_attributed_is_refused() {
    let paths = filled(&[(vec![0, 1], 2, 0, 1), (vec![1], 0, 0, 3)]);
    let ask = |options: AttributionOptions| refused(paths.attribution(&options));
    let field = |name: &str| Some(name.to_owned());
    let wrong = ErrorKind::InvalidArgument;
    let of = AttributionOptions::of;
    assert_eq!(ask(AttributionOptions { order: 0, ..of(By::Markov) }), (wrong, field("order")));
    assert_eq!(ask(of(By::LastNonDirect)), (wrong, field("direct")));
    let direct = vec!["t09".to_owned()];
    assert_eq!(
        ask(AttributionOptions { direct, ..of(By::LastNonDirect) }),
        (wrong, field("direct"))
    );
    let weights = PositionWeights { first: 0, middle: 1, last: 0 };
    assert_eq!(ask(AttributionOptions { weights, ..of(By::Position) }), (wrong, field("weights")));
    assert_eq!(ask(AttributionOptions { level: 95.0, ..of(By::First) }).0, wrong);
    assert_eq!(ask(of(By::TimeDecay)), (ErrorKind::NotOffered, field("method")));
    for &method in By::ON_PATHS {
        let none = AttributionPaths::default().attribution(&of(method));
        assert_eq!(refused(none).0, ErrorKind::InsufficientData);
        let lost = filled(&[(vec![0], 0, 0, 5)]).attribution(&of(method));
        assert_eq!(refused(lost).0, ErrorKind::InsufficientData);
    }
    let many: Vec<Row> = (0..=MOST_PLAYERS).map(|touchpoint| (vec![touchpoint], 1, 0, 0)).collect();
    let crowd = filled(&many).attribution(&of(By::ShapleyRate));
    assert_eq!(refused(crowd), (ErrorKind::LimitReached, field("method")));
    let long: Vec<Row> =
        (0..50).map(|row| (vec![row, row + 50, row % 7, row % 11], 1, 0, 0)).collect();
    let wide: Vec<Row> = (0..3000).map(|row| (vec![row % 60, row / 60], 1, 0, 0)).collect();
    assert!(filled(&long).attribution(&AttributionOptions { order: 3, ..of(By::Markov) }).is_ok());
    let states = filled(&wide).attribution(&AttributionOptions { order: 2, ..of(By::Markov) });
    assert_eq!(refused(states), (ErrorKind::LimitReached, field("order")));
}

#[test]
fn a_path_is_refused_where_it_cannot_be_read_back() {
    let mut paths = AttributionPaths::default();
    let once = PathOutcomes { conversions: 1, value: 0, nulls: 0 };
    for names in [vec!["a > b", "c"], vec!["a", " "], vec![]] {
        assert_eq!(paths.add_journeys(&names, &once).unwrap_err().field(), Some("paths"));
    }
    let much = PathOutcomes { conversions: 1, value: 1 << 70, nulls: 0 };
    assert_eq!(paths.add_journeys(&["a"], &much).unwrap_err().field(), Some("values"));
    assert_eq!(paths, AttributionPaths::default());
    // The name `a-` before the separator `->` would be read back as another path.
    let definition = AttributionPathsDefinition { separator: "->".into(), ..Default::default() };
    let mut arrows = AttributionPaths::new(definition).unwrap();
    let texts = ["a -> b", "a- -> -> b"];
    let batch = Paths::new(texts.as_slice(), [1_u8, 1].as_slice());
    assert_eq!(arrows.update(batch).unwrap_err().row(), Some(1));
    let texts = ["a - -> > b"];
    arrows.update(Paths::new(texts.as_slice(), [1_u8].as_slice())).unwrap();
    let names = arrows.path_table().unwrap().names().to_vec();
    assert_eq!(names, [Box::from("> b"), Box::from("a -")]);
}

#[test]
fn methods_stand_side_by_side() {
    let paths = filled(&[(vec![0, 1], 2, 0, 0), (vec![1], 1, 0, 0)]);
    let methods = [By::First, By::Last, By::Linear].map(AttributionOptions::of);
    let table = compare_methods(&paths.path_table().unwrap(), &methods).unwrap();
    assert_eq!(table.column("first").unwrap().floats(), Some([2.0, 1.0].as_slice()));
    assert_eq!(table.column("last").unwrap().floats(), Some([0.0, 3.0].as_slice()));
    assert_eq!(table.column("linear").unwrap().floats(), Some([1.0, 2.0].as_slice()));
}

#[test]
fn decay_does_not_depend_on_order_or_on_how_long_ago_everything_was() {
    let mut dice = Dice(7);
    let mut journeys: Vec<TimedJourney> = (0..50)
        .map(|_| TimedJourney {
            touchpoints: (0..1 + dice.below(5))
                .map(|_| TimedTouchpoint {
                    touchpoint: name(dice.below(4) as usize).into(),
                    age: dice.below(90) as f64,
                })
                .collect(),
            conversions: dice.below(3) + 1,
            value: dice.below(900) as i64,
        })
        .collect();
    let read = time_decay(&journeys, 7.0, 0.95).unwrap();
    journeys.reverse();
    journeys.iter_mut().for_each(|journey| journey.touchpoints.reverse());
    assert_eq!(time_decay(&journeys, 7.0, 0.95).unwrap(), read);
    for touchpoint in journeys.iter_mut().flat_map(|journey| &mut journey.touchpoints) {
        touchpoint.age += 1e6;
    }
    let later = time_decay(&journeys, 7.0, 0.95).unwrap();
    for (found, expected) in later.touchpoints.iter().zip(&read.touchpoints) {
        close(found.conversions, expected.conversions, 1e-9, "an age more for all");
    }
}
