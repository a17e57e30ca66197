//! How often intervals hold the truth: exactly where all samples can be gone through, else by seeded
//! simulation. The bounds allow for the error of the simulation itself, not for a worse interval.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss
)]

use cxm_core::prelude::*;
use cxm_core::stats::{NetCounts, confidence_sequence, net_score};
use rand_distr::{Distribution as _, StandardUniform};
use rand_pcg::{Pcg64, rand_core::SeedableRng as _};

fn ln_factorial(n: u64) -> f64 {
    (2..=n).map(|k| (k as f64).ln()).sum()
}

/// The chance that the interval of n answers holds the net score of these shares: the sum over all
/// samples there can be.
fn exact_coverage(shares: [f64; 3], n: u64, method: Method) -> f64 {
    let truth = shares[2] - shares[0];
    let options = IntervalOptions::by(method, 0.95);
    let mut covered = 0.0;
    for negative in 0..=n {
        for positive in 0..=n - negative {
            let neutral = n - negative - positive;
            let counts = NetCounts { negative, neutral, positive };
            let cells = [negative, neutral, positive];
            let chance: f64 = cells
                .iter()
                .zip(shares)
                .map(|(&count, share)| count as f64 * share.ln() - ln_factorial(count))
                .sum();
            if net_score::interval(&counts, &options).unwrap().unwrap().contains(truth) {
                covered += (chance + ln_factorial(n)).exp();
            }
        }
    }
    covered
}

const MIXES: [[f64; 3]; 4] =
    [[0.2, 0.3, 0.5], [0.1, 0.2, 0.7], [0.35, 0.4, 0.25], [0.08, 0.32, 0.6]];

#[test]
fn the_score_interval_holds_its_level_from_twenty_answers_on() {
    for shares in MIXES {
        for n in [20, 30, 60] {
            let coverage = exact_coverage(shares, n, Method::Score);
            assert!((0.935..=0.965).contains(&coverage), "{shares:?} {n}: {coverage}");
        }
    }
}

/// Numbers from 0 to 1, the same in every run.
struct Dice(Pcg64);

impl Dice {
    fn new(seed: u64) -> Self {
        Self(Pcg64::seed_from_u64(seed))
    }

    fn roll(&mut self) -> f64 {
        StandardUniform.sample(&mut self.0)
    }

    /// A rating: the first whose cumulated share is above the number.
    fn rating(&self, lowest: u8, cumulated: &[f64], number: f64) -> u8 {
        lowest + cumulated.iter().take_while(|&&share| share <= number).count() as u8
    }
}

/// Three items of one respondent that go together: a common number in half of the answers.
fn experience(dice: &mut Dice) -> [u8; 3] {
    const CUMULATED: [[f64; 4]; 3] =
        [[0.1, 0.2, 0.4, 0.75], [0.05, 0.1, 0.3, 0.6], [0.15, 0.35, 0.55, 0.8]];
    let common = dice.roll();
    CUMULATED.map(|shares| {
        let own = dice.roll();
        let number = if dice.roll() < 0.5 { common } else { own };
        dice.rating(1, &shares, number)
    })
}

#[test]
fn the_cx_index_holds_its_level() {
    // 100 · the mean of (0.6 − 0.2), (0.7 − 0.1) and (0.45 − 0.35), by the cumulated shares.
    let truth = 100.0 * (0.4 + 0.6 + 0.1) / 3.0;
    let runs = 3000;
    let mut dice = Dice::new(1);
    for respondents in [30, 120] {
        let mut covered = 0;
        for _ in 0..runs {
            let rows: Vec<[u8; 3]> = (0..respondents).map(|_| experience(&mut dice)).collect();
            let columns: Vec<Vec<u8>> =
                (0..3).map(|item| rows.iter().map(|row| row[item]).collect()).collect();
            let items: Vec<Values<'_>> = columns.iter().map(|it| it.as_slice().into()).collect();
            let mut index = CxIndex::default();
            index.update(ItemRatings::new(&items)).unwrap();
            let interval = index.value().interval(&IntervalOptions::default()).unwrap().unwrap();
            covered += u32::from(interval.contains(truth));
        }
        let coverage = f64::from(covered) / f64::from(runs);
        assert!((0.935..=0.965).contains(&coverage), "{respondents}: {coverage}");
    }
}

#[test]
fn the_paired_change_holds_its_level() {
    const BEFORE: [f64; 10] = [0.02, 0.04, 0.06, 0.08, 0.1, 0.15, 0.25, 0.4, 0.6, 0.8];
    const AFTER: [f64; 10] = [0.02, 0.03, 0.04, 0.06, 0.08, 0.1, 0.18, 0.3, 0.5, 0.72];
    // Promoters less detractors: 40 − 25 before, 50 − 18 after.
    let truth = 100.0 * ((0.5 - 0.18) - (0.4 - 0.25));
    let runs = 3000;
    let mut dice = Dice::new(2);
    for respondents in [60, 240] {
        let mut covered = 0;
        for _ in 0..runs {
            let (mut before, mut after) = (Vec::new(), Vec::new());
            for _ in 0..respondents {
                let (first, own) = (dice.roll(), dice.roll());
                let second = if dice.roll() < 0.6 { first } else { own };
                before.push(dice.rating(0, &BEFORE, first));
                after.push(dice.rating(0, &AFTER, second));
            }
            let items = [before.as_slice().into(), after.as_slice().into()];
            let mut paired = PairedNps::default();
            paired.update(ItemRatings::new(&items)).unwrap();
            let interval = paired.value().interval(&IntervalOptions::default()).unwrap().unwrap();
            covered += u32::from(interval.contains(truth));
        }
        let coverage = f64::from(covered) / f64::from(runs);
        assert!((0.935..=0.965).contains(&coverage), "{respondents}: {coverage}");
    }
}

/// Looked at after every answer, the confidence sequence misses the truth at any time in no more
/// streams than its level allows; the score interval misses it in many.
#[test]
fn a_confidence_sequence_may_be_watched() {
    let (streams, answers) = (150, 600);
    let mut dice = Dice::new(3);
    let (mut ever_missed, mut peeked) = (0, 0);
    for stream in 0..streams {
        let shares = MIXES[stream % MIXES.len()];
        let truth = shares[2] - shares[0];
        let mut counts = NetCounts::default();
        let (mut sequence_missed, mut interval_missed) = (false, false);
        for n in 1..=answers {
            let number = dice.roll();
            if number < shares[0] {
                counts.negative += 1;
            } else if number < shares[0] + shares[1] {
                counts.neutral += 1;
            } else {
                counts.positive += 1;
            }
            let options = IntervalOptions::default();
            let sequence = confidence_sequence::net(&counts, &options).unwrap().unwrap();
            sequence_missed |= !sequence.contains(truth);
            if n >= 30 {
                let interval = net_score::interval(&counts, &options).unwrap().unwrap();
                interval_missed |= !interval.contains(truth);
            }
        }
        ever_missed += u32::from(sequence_missed);
        peeked += u32::from(interval_missed);
    }
    let share = |count: u32| f64::from(count) / streams as f64;
    let error = (0.05 * 0.95 / streams as f64).sqrt();
    assert!(share(ever_missed) <= 0.05 + 3.0 * error, "{ever_missed} of {streams}");
    assert!(share(peeked) > 0.2, "{peeked} of {streams}");
}
