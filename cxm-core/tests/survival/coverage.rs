//! Intervals hold what they promise, in simulations with a fixed seed.

use cxm_core::prelude::*;
use cxm_core::survival::EventRate;

use crate::Dice;

/// Lifetimes of a constant hazard in days, watched for up to 100 days from a late look on.
fn sample(dice: &mut Dice, rows: usize) -> Lifetimes {
    let (mut exits, mut observed, mut entries) = (Vec::new(), Vec::new(), Vec::new());
    while exits.len() < rows {
        let lifetime = (-dice.unit().ln() * 40.0).ceil() as u64;
        let entry = dice.below(10);
        let last = entry + 20 + dice.below(80);
        if lifetime > entry {
            entries.push(entry);
            exits.push(lifetime.min(last));
            observed.push(u8::from(lifetime <= last));
        }
    }
    let mut state = Lifetimes::default();
    let batch = Durations::new(exits.as_slice(), observed.as_slice());
    state.update(batch.with_entries(entries.as_slice())).unwrap();
    state
}

#[test]
fn intervals_of_the_curve_cover() {
    const ROUNDS: u32 = 2_000;
    let mut dice = Dice(11);
    let truth = |time: f64| (-time / 40.0_f64).exp();
    let methods = [Method::LogLog, Method::Log, Method::Plain, Method::Logit, Method::Arcsine];
    let mut covered = [0u32; 5];
    let (mut median, mut mean) = (0u32, 0u32);
    for _ in 0..ROUNDS {
        let curve = sample(&mut dice, 150).kaplan_meier();
        for (covered, method) in covered.iter_mut().zip(methods) {
            let interval = curve.interval(30.0, 0.95, method).unwrap().unwrap();
            *covered += u32::from(interval.contains(truth(30.0)));
        }
        let limits = curve.quantile(0.5, 0.95, Method::LogLog, Default::default()).unwrap();
        // The median of whole days: the first with S below one half.
        let inside =
            limits.lower.unwrap() <= 28.0 && limits.upper.is_none_or(|upper| upper >= 28.0);
        median += u32::from(inside);
        let restricted = curve.restricted_mean(60.0).unwrap().interval(0.95).unwrap();
        let days: f64 = (0..60).map(|day| truth(f64::from(day))).sum();
        mean += u32::from(restricted.contains(days));
    }
    for (covered, method) in covered.into_iter().zip(methods) {
        let share = f64::from(covered) / f64::from(ROUNDS);
        assert!((0.925..=0.975).contains(&share), "{} covers {share}", method.name());
    }
    let share = f64::from(median) / f64::from(ROUNDS);
    assert!((0.93..=0.99).contains(&share), "the median's limits cover {share}");
    let share = f64::from(mean) / f64::from(ROUNDS);
    assert!((0.925..=0.975).contains(&share), "the restricted mean's limits cover {share}");
}

#[test]
fn exact_limits_of_a_rate_cover_at_least_their_level() {
    for mean in [0.5, 3.0, 12.0, 80.0_f64] {
        // The chance of each count, times whether its limits hold the mean.
        let mut chance = (-mean).exp();
        let mut covered = 0.0;
        for events in 0..400u64 {
            let rate = EventRate { events, exposure: 1.0 };
            let interval = rate.interval(&IntervalOptions::default()).unwrap().unwrap();
            covered += if interval.contains(mean) { chance } else { 0.0 };
            chance *= mean / (events + 1) as f64;
        }
        assert!((0.95..0.99).contains(&covered), "{mean}: {covered}");
    }
}
