//! Funnels of 3,000 random journeys against trying every choice of events.

use cxm_core::journey::{FunnelOptions, FunnelOrder, FunnelStart};
use cxm_core::prelude::*;

const NAMES: [&str; 4] = ["a", "b", "c", "d"];

pub(super) struct Draws(pub(super) u64);

impl Draws {
    pub(super) fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % limit
    }
}

type Row = (i64, usize);

/// How far a journey comes, by every choice of one event a step.
#[derive(Clone, Copy)]
struct Naive<'a> {
    events: &'a [Row],
    steps: &'a [usize],
    options: &'a FunnelOptions,
}

impl Naive<'_> {
    fn excluded(&self, from: usize, to: usize) -> bool {
        let named =
            |event: &Row| self.options.exclude.iter().any(|key| *key == NAMES[event.1].into());
        self.events[from..=to].iter().any(named)
    }

    /// Whether `next` is the step after `done` steps of a chain that has come to `before`.
    fn follows(&self, first: usize, before: usize, next: usize, done: usize) -> bool {
        let (time, at) = self.events[next];
        let (start, last) = (self.events[first].0, self.events[before].0);
        let strict = self.options.order == FunnelOrder::Strict && next != before + 1;
        let late = self.options.window.is_some_and(|window| time - start > window);
        let windows = self.options.step_windows.as_ref();
        let step_late = windows.is_some_and(|windows| time - last > windows[done - 1]);
        at == self.steps[done] && !strict && !late && !step_late && !self.excluded(before, next)
    }

    /// Longest chain that goes on after `before`, which began at `first` and has `done` steps.
    fn ordered(&self, first: usize, before: usize, done: usize) -> usize {
        if done == self.steps.len() {
            return done;
        }
        let next = before + 1..self.events.len();
        let next = next.filter(|&next| self.follows(first, before, next, done));
        next.map(|next| self.ordered(first, next, done + 1)).max().unwrap_or(done)
    }

    /// Whether such a chain can have the last event as a step.
    fn comes_to_last(&self, first: usize, before: usize, done: usize) -> bool {
        let mut next = before + 1..self.events.len();
        done < self.steps.len()
            && next.any(|next| {
                self.follows(first, before, next, done)
                    && (next + 1 == self.events.len() || self.comes_to_last(first, next, done + 1))
            })
    }

    fn starts(&self) -> Vec<usize> {
        let starts = (0..self.events.len()).filter(|&at| self.events[at].1 == self.steps[0]);
        match self.options.start {
            FunnelStart::Any => starts.collect(),
            FunnelStart::First => starts.take(1).collect(),
        }
    }

    fn reached(&self) -> usize {
        if self.options.order == FunnelOrder::Unordered {
            return self.unordered();
        }
        self.starts().into_iter().map(|at| self.ordered(at, at, 1)).max().unwrap_or(0)
    }

    /// Whether one more event, at this time and at any step, would go on from what was begun.
    fn may_go_on(&self, now: i64) -> bool {
        self.steps.iter().any(|&step| {
            let events = &[self.events, &[(now, step)]].concat();
            let longer = Naive { events, ..*self };
            let last = self.events.len();
            match self.options.order {
                FunnelOrder::Unordered => (0..last).any(|from| {
                    self.steps.contains(&events[from].1)
                        && self.options.window.is_none_or(|window| now - events[from].0 <= window)
                        && !longer.excluded(from, last)
                }),
                _ => self.starts().into_iter().any(|at| longer.comes_to_last(at, at, 1)),
            }
        })
    }

    fn unordered(&self) -> usize {
        let mut best = 0;
        for from in 0..self.events.len() {
            for to in from..self.events.len() {
                let span = self.events[to].0 - self.events[from].0;
                if self.options.window.is_some_and(|window| span > window)
                    || self.excluded(from, to)
                {
                    continue;
                }
                let there = |step: &&usize| self.events[from..=to].iter().any(|it| it.1 == **step);
                best = best.max(self.steps.iter().filter(there).count());
            }
        }
        best
    }
}

#[test]
fn every_kind_of_funnel_agrees_with_trying_all_choices() {
    let mut draws = Draws(0x9e37_79b9_7f4a_7c15);
    for _ in 0..3_000 {
        let length = 1 + draws.below(9) as usize;
        let mut time = 0;
        let mut events: Vec<Row> = Vec::new();
        for _ in 0..length {
            time += draws.below(4) as i64;
            events.push((time, draws.below(4) as usize));
        }
        let order = [FunnelOrder::Ordered, FunnelOrder::Strict, FunnelOrder::Unordered]
            [draws.below(3) as usize];
        let unordered = order == FunnelOrder::Unordered;
        let mut steps = vec![0, 1, 2];
        if !unordered && draws.below(4) == 0 {
            steps = vec![0, 1, 0];
        }
        steps.truncate(1 + draws.below(3) as usize);
        let windows = || (1..steps.len()).map(|_| 2).collect::<Vec<i64>>();
        let options = FunnelOptions {
            order,
            window: (draws.below(2) == 0).then(|| draws.below(8) as i64),
            step_windows: (!unordered && draws.below(3) == 0).then(windows),
            start: match !unordered && draws.below(3) == 0 {
                true => FunnelStart::First,
                false => FunnelStart::Any,
            },
            exclude: if draws.below(3) == 0 { vec!["d".into()] } else { Vec::new() },
            ..FunnelOptions::default()
        };
        let declared = JourneysDefinition {
            touchpoints: NAMES.iter().map(|&name| name.into()).collect(),
            ..Default::default()
        };
        let mut journeys = Journeys::new(declared).unwrap();
        // Somebody else's event, after all of them or with the last, says what time it is.
        let now = time + draws.below(4) as i64;
        let mut touchpoints: Vec<&str> = events.iter().map(|event| NAMES[event.1]).collect();
        touchpoints.push("d");
        let mut times: Vec<i64> = events.iter().map(|event| event.0).collect();
        times.push(now);
        let mut customers = vec![1i64; events.len()];
        customers.push(2);
        let batch = Events::new(customers.as_slice(), touchpoints.as_slice(), times.as_slice());
        journeys.update(batch).unwrap();
        let named: Vec<KeyPart> = steps.iter().map(|&step| NAMES[step].into()).collect();
        let funnel = journeys.funnel(&named, &options).unwrap();
        let naive = Naive { events: &events, steps: &steps, options: &options };
        let reached = naive.reached();
        let case = format!("{events:?} {now} {steps:?} {options:?}");
        assert_eq!(funnel.reached.iter().sum::<u64>(), reached as u64, "{case}");
        let begun = reached > 0 && reached < steps.len();
        let outcomes = (begun && naive.may_go_on(now), begun && !naive.may_go_on(now));
        assert_eq!((funnel.open == 1, funnel.dropped == 1), outcomes, "{case}");
    }
}
