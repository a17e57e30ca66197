//! Estimators against sums over all rows at all times.

use cxm_core::survival::{
    CalendarLifetime, KaplanMeier, LexisTable, LogRankWeight, RiskTable, log_rank,
    stratified_log_rank, tenure_rates,
};

use crate::{Dice, Life, close, counted, lives, table};

fn at_risk(life: &Life, time: u64) -> bool {
    life.entry.is_none_or(|entry| entry < time) && time <= life.exit
}

fn event_times(lives: &[Life]) -> Vec<u64> {
    let mut times: Vec<u64> = lives.iter().filter(|l| l.observed).map(|l| l.exit).collect();
    times.sort_unstable();
    times.dedup();
    times
}

/// U and V of one stratum, group by group.
fn sums(lives: &[Life], weight: LogRankWeight) -> ([f64; 3], [[f64; 3]; 3]) {
    let (mut u, mut v) = ([0.0; 3], [[0.0; 3]; 3]);
    let mut survival: f64 = 1.0;
    for time in event_times(lives) {
        let count = |group: Option<usize>, only_events: bool| {
            let of_group = |l: &&Life| group.is_none_or(|group| l.group == group);
            let leaves = |l: &&Life| !only_events || (l.observed && l.exit == time);
            let rows = lives.iter().filter(|l| at_risk(l, time));
            rows.filter(of_group).filter(leaves).count() as f64
        };
        let (n, d) = (count(None, false), count(None, true));
        let w = match weight {
            LogRankWeight::LogRank => 1.0,
            LogRankWeight::GehanWilcoxon => n,
            LogRankWeight::TaroneWare => n.sqrt(),
            LogRankWeight::FlemingHarrington { rho, gamma } => {
                survival.powf(rho) * (1.0 - survival).powf(gamma)
            }
        };
        for j in 0..3 {
            let own = count(Some(j), false);
            u[j] += w * (count(Some(j), true) - d * own / n);
            for k in 0..3 {
                let other = count(Some(k), false);
                let part = f64::from(u8::from(j == k)) - other / n;
                if n > 1.0 {
                    v[j][k] += w * w * d * (n - d) / (n - 1.0) * own / n * part;
                }
            }
        }
        survival *= 1.0 - d / n;
    }
    (u, v)
}

fn by_group(lives: &[Life]) -> Vec<RiskTable> {
    let of = |group| lives.iter().filter(move |l| l.group == group).copied().collect::<Vec<_>>();
    (0..3).map(|group| table(&of(group))).collect()
}

#[test]
fn log_rank_with_late_entry_is_the_sum_over_all_rows() {
    let weights = [
        LogRankWeight::LogRank,
        LogRankWeight::GehanWilcoxon,
        LogRankWeight::TaroneWare,
        LogRankWeight::FlemingHarrington { rho: 1.0, gamma: 0.0 },
        LogRankWeight::FlemingHarrington { rho: 0.5, gamma: 2.0 },
    ];
    let mut dice = Dice(3);
    for round in 0..60 {
        let rows = lives(&mut dice, 40 + round, 30);
        for weight in weights {
            let test = log_rank(&by_group(&rows), weight).unwrap();
            let (u, v) = sums(&rows, weight);
            for group in 0..3 {
                close(test.groups[group].difference, u[group], 1e-11);
                for other in 0..3 {
                    close(test.covariance[group][other], v[group][other], 1e-11);
                }
            }
            let [[a, b, _], [_, c, _], _] = v;
            let statistic =
                (c * u[0] * u[0] - 2.0 * b * u[0] * u[1] + a * u[1] * u[1]) / (a * c - b * b);
            close(test.statistic, statistic, 1e-9);
            assert_eq!(test.degrees_of_freedom, 2);

            let of = |stratum| {
                let rows = rows.iter().filter(move |l| l.stratum == stratum).copied();
                rows.collect::<Vec<Life>>()
            };
            let strata = [of(0), of(1)];
            let tables: Vec<Vec<RiskTable>> = strata.iter().map(|rows| by_group(rows)).collect();
            let test = stratified_log_rank(&tables, weight).unwrap();
            let parts = strata.map(|rows| sums(&rows, weight));
            for group in 0..3 {
                let both = parts[0].0[group] + parts[1].0[group];
                close(test.groups[group].difference, both, 1e-11);
            }
        }
    }
}

#[test]
fn one_cause_is_the_complement_of_the_curve() {
    let mut dice = Dice(4);
    for _ in 0..50 {
        let mut rows = lives(&mut dice, 60, 40);
        rows.iter_mut().for_each(|life| life.cause = 7);
        let state = counted(&rows);
        let (curve, shares) = (state.kaplan_meier(), state.aalen_johansen());
        for step in curve.steps.iter().filter(|step| step.survival > 0.0) {
            let share = shares.cumulative_incidence(&7.into(), step.time).unwrap().unwrap();
            close(share, 1.0 - step.survival, 1e-12);
            let error = shares.standard_error(&7.into(), step.time).unwrap().unwrap();
            close(error, step.standard_error().unwrap(), 1e-7);
        }
    }
}

#[test]
fn the_causes_and_those_who_stay_are_all() {
    let mut dice = Dice(5);
    let state = counted(&lives(&mut dice, 500, 60));
    let (curve, shares) = (state.kaplan_meier(), state.aalen_johansen());
    for step in &curve.steps {
        let left: f64 = (0..3)
            .map(|cause| shares.cumulative_incidence(&cause.into(), step.time).unwrap().unwrap())
            .sum();
        close(left + step.survival, 1.0, 1e-12);
    }
}

#[test]
fn exposure_is_the_sum_of_the_times_at_risk() {
    let mut dice = Dice(6);
    let rows = lives(&mut dice, 300, 50);
    let rates = tenure_rates(&table(&rows), &[5.0, 20.0, 33.0]).unwrap();
    for rate in &rates {
        let (from, to) = (rate.from as u64, rate.to.map_or(u64::MAX, |to| to as u64));
        let exposure: u64 = rows
            .iter()
            .map(|life| life.exit.min(to).saturating_sub(life.entry.unwrap_or(0).max(from)))
            .sum();
        let inside = |l: &&Life| l.observed && l.exit <= to && (l.exit > from || from == 0);
        assert_eq!(rate.exposure, exposure as f64);
        assert_eq!(rate.events, rows.iter().filter(inside).count() as u64);
    }
}

#[test]
fn the_cells_of_a_lexis_diagram_add_up() {
    let mut dice = Dice(7);
    let rows = lives(&mut dice, 200, 50);
    let empty = LexisTable::new(vec![0, 10, 25, 200], vec![-100, 0, 30, 400]).unwrap();
    let (mut whole, mut first, mut second) = (empty.clone(), empty.clone(), empty);
    let mut ticks = 0;
    let mut events = 0;
    for life in rows.iter().filter(|life| life.exit > 0) {
        let start = dice.below(150) as i64 - 50;
        let (entry, exit) = (life.entry.unwrap_or(0), life.exit);
        let lifetime = CalendarLifetime { start, entry, exit, observed: life.observed };
        whole.add(&lifetime).unwrap();
        if life.group == 0 { &mut first } else { &mut second }.add(&lifetime).unwrap();
        ticks += exit - entry;
        events += u64::from(life.observed);
    }
    first.merge(&second).unwrap();
    assert_eq!(first, whole);
    assert_eq!(whole.ticks_at_risk.iter().flatten().sum::<u64>(), ticks);
    assert_eq!(whole.events.iter().flatten().sum::<u64>(), events);
}

#[test]
fn a_small_early_risk_set_is_flagged_and_left_out_by_a_start_time() {
    let mut dice = Dice(8);
    let mut rows = lives(&mut dice, 400, 40);
    rows.retain(|life| life.entry.is_some_and(|entry| entry >= 8));
    let clean = KaplanMeier::of(&table(&rows));
    assert_eq!(clean.small_risk_set, None);
    let early = Life { entry: Some(0), exit: 3, observed: true, cause: 0, group: 0, stratum: 0 };
    rows.push(early);
    let ruled = KaplanMeier::of(&table(&rows));
    let flag = ruled.small_risk_set.unwrap();
    assert_eq!((flag.time, flag.at_risk, flag.survival), (3.0, 1, 0.0));
    let mended = KaplanMeier::after(&table(&rows), flag.time).unwrap();
    assert_eq!(mended.small_risk_set, None);
    assert_eq!(mended.survival(20.0), clean.survival(20.0));
}
