//! Channels: which are used, how journeys move between them, and whether they serve alike.
//!
//! # What it measures
//! Use and scores of each channel; per journey how often it switches and how evenly it spreads; and
//! omnichannel consistency as three numbers.
//!
//! # Formula
//! ```text
//! switches        neighbours on different channels; switch rate = switches/(n − 1)
//! entropy         −Σ p·log₂ p over the channels of a journey, in bits
//! consistency     1 − (max m_c − min m_c)/(highest − lowest), m_c the mean score of channel c
//! eta squared     Σ n_c·(m_c − m)² ÷ Σ (x − m)²: the part of the variance between channels
//! resolved        failures whose next `ok` at the same touchpoint of the journey is on another
//!                 channel ÷ failures; Wilson's interval
//! ```
//!
//! # Empty and edge cases
//! Events without a channel are a channel of their own, missing and last, and are passed over in
//! journeys and in consistency. Channels with fewer scores than asked for are not compared; below
//! two there is neither consistency nor eta squared. Outcomes are `ok` and `failed`.
//!
//! # Uncertainty
//! Consistency and eta squared have no interval: both are drawn to the worse by chance, the more so
//! the fewer scores a channel has.
//!
//! # Not to be confused with
//! What a channel contributes to a goal, which is attribution.
//!
//! # Source
//! Shannon (1948); Pearson (1905) for the correlation ratio; Wilson (1927).
//!
//! # Example
//! ```
//! use cxm_core::prelude::*;
//!
//! let mut journeys = Journeys::default();
//! journeys.update(
//!     Events::new(
//!         ["ann", "ann", "ann"].as_slice(),
//!         ["ad", "order", "order"].as_slice(),
//!         [1, 2, 3].as_slice(),
//!     )
//!     .with_channels(["web", "web", "shop"].as_slice()),
//! )?;
//! let journey = &journeys.journey_channels()?[0];
//! assert_eq!((journey.switches, journey.switch_rate, journey.channels), (1, Some(0.5), 2));
//! # Ok::<(), cxm_core::Error>(())
//! ```

use super::event_log::{ABSENT, Event};
use super::intake::SCORE_ONE;
use super::journeys::Journeys;
use super::key_table::NONE;
use super::scores::{CountedShare, ScoreMean, ScoreScale, check_level};
use crate::calculator::batch::KeyPart;
use crate::error::{Error, Result};
use crate::stats::Moments;

/// How one channel is used.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ChannelUse {
    /// The channel; missing for events without one.
    pub channel: KeyPart,
    /// Events.
    pub events: u64,
    /// Customers who used it.
    pub customers: u64,
    /// Journeys that used it.
    pub journeys: u64,
    /// The scores there.
    pub score: ScoreMean,
}

/// How one journey moves between channels.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct JourneyChannels {
    /// Whose journey.
    pub customer: KeyPart,
    /// Which of the customer's journeys, from 1.
    pub journey: u32,
    /// Events with a channel.
    pub events: u64,
    /// Events without one.
    pub without_channel: u64,
    /// Neighbours on different channels.
    pub switches: u64,
    /// switches/(events − 1); `None` below two events.
    pub switch_rate: Option<f64>,
    /// Different channels.
    pub channels: u64,
    /// Shannon's entropy of the channels in bits; `None` without any.
    pub entropy: Option<f64>,
}

/// Whether channels serve alike, and whether journeys can move between them.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct OmnichannelConsistency {
    /// Channels with enough scores to be compared.
    pub compared: u64,
    /// 1 − the spread of their means over the scale: 1 is perfect.
    pub consistency: Option<f64>,
    /// The part of the variance of their scores that lies between them: 0 is perfect.
    pub eta_squared: Option<f64>,
    /// The failures that were resolved on another channel.
    pub resolved: CountedShare,
    /// Failures whose next `ok` was on the same channel.
    pub resolved_on_same_channel: u64,
    /// Failures without a later `ok`.
    pub unresolved: u64,
    /// The journeys with two channels or more, of those with any.
    pub multi_channel: CountedShare,
    /// Neighbours on different channels.
    pub switches: u64,
    /// Neighbours.
    pub pairs: u64,
    /// switches/pairs.
    pub switch_rate: Option<f64>,
}

#[derive(Debug, Clone, Copy)]
struct Tally {
    events: u64,
    customers: u64,
    journeys: u64,
    last_customer: u32,
    last_journey: u64,
    scores: Moments,
}

impl Tally {
    const EMPTY: Self = Self {
        events: 0,
        customers: 0,
        journeys: 0,
        last_customer: NONE,
        last_journey: 0,
        scores: Moments { n: 0, sum: 0, sum_of_squares: 0 },
    };

    fn add(&mut self, event: &Event, journey: u64) -> Result<()> {
        self.events += 1;
        if self.last_customer != event.customer {
            self.last_customer = event.customer;
            self.customers += 1;
        }
        if self.last_journey != journey {
            self.last_journey = journey;
            self.journeys += 1;
        }
        if event.score != ABSENT {
            self.scores = self.scores.plus(event.score, 1)?;
        }
        Ok(())
    }
}

/// The channels of one journey in the order of its events.
#[derive(Debug, Default)]
struct ChannelPath {
    sorted: Vec<u32>,
    switches: u64,
    without_channel: u64,
}

impl ChannelPath {
    fn read(&mut self, events: &[Event]) {
        self.sorted.clear();
        self.sorted.extend(events.iter().map(|event| event.channel).filter(|&it| it != NONE));
        self.without_channel = (events.len() - self.sorted.len()) as u64;
        let switch = |pair: &&[u32]| pair.first() != pair.last();
        self.switches = self.sorted.windows(2).filter(switch).count() as u64;
        self.sorted.sort_unstable();
    }

    fn events(&self) -> u64 {
        self.sorted.len() as u64
    }

    fn pairs(&self) -> u64 {
        self.events().saturating_sub(1)
    }

    /// How often each channel comes, the rarest first.
    fn counts(&self) -> Vec<u64> {
        let runs = self.sorted.chunk_by(|a, b| a == b);
        let mut counts: Vec<u64> = runs.map(|run| run.len() as u64).collect();
        counts.sort_unstable();
        counts
    }

    fn is_multi_channel(&self) -> bool {
        self.sorted.first() != self.sorted.last()
    }
}

/// log₂ n − Σ k·log₂ k/n, which is −Σ p·log₂ p with p = k/n.
fn entropy(counts: &[u64]) -> Option<f64> {
    let n = counts.iter().sum::<u64>() as f64;
    let sum: f64 = counts.iter().map(|&k| k as f64 * libm::log2(k as f64)).sum();
    match counts {
        [] => None,
        [_] => Some(0.0),
        _ => Some((libm::log2(n) - sum / n).max(0.0)),
    }
}

/// How failures went on, by the first `ok` at the same touchpoint.
#[derive(Debug)]
struct Failures {
    ok: u32,
    failed: u32,
    /// Per touchpoint: the journey in which an `ok` was met, read from its end, and its channel.
    next_ok: Vec<(u64, u32)>,
    elsewhere: u64,
    same: u64,
    unresolved: u64,
}

impl Failures {
    fn new(journeys: &Journeys) -> Self {
        let outcome = |name: &str| journeys.log.tables.outcomes.find(&name.into());
        let touchpoints = journeys.log.tables.touchpoints.len();
        Self {
            // An outcome that is not in the log is that of no event.
            ok: outcome("ok").unwrap_or(NONE - 1),
            failed: outcome("failed").unwrap_or(NONE - 1),
            next_ok: vec![(0, NONE); touchpoints],
            elsewhere: 0,
            same: 0,
            unresolved: 0,
        }
    }

    fn read(&mut self, events: &[Event], journey: u64) {
        for event in events.iter().rev().filter(|event| event.channel != NONE) {
            let Some(next) = self.next_ok.get_mut(event.touchpoint as usize) else { continue };
            if event.outcome == self.ok {
                *next = (journey, event.channel);
            } else if event.outcome == self.failed {
                match *next {
                    (met, channel) if met == journey && channel == event.channel => self.same += 1,
                    (met, _) if met == journey => self.elsewhere += 1,
                    _ => self.unresolved += 1,
                }
            }
        }
    }

    fn all(&self) -> u64 {
        self.elsewhere + self.same + self.unresolved
    }
}

/// 1 − (largest − smallest mean)/width, of means of millionths.
fn consistency(channels: &[Moments], width: i64) -> Option<f64> {
    let means = || channels.iter().filter_map(Moments::mean);
    let largest = means().fold(f64::NEG_INFINITY, f64::max);
    let smallest = means().fold(f64::INFINITY, f64::min);
    (channels.len() > 1).then(|| 1.0 - (largest - smallest) / width as f64)
}

/// The part of the variance between groups: Σ (N·S_c − n_c·S)²/n_c ÷ (N·M), in which only the last
/// steps leave whole numbers.
fn eta_squared(channels: &[Moments]) -> Result<Option<f64>> {
    let mut all = Moments::default();
    for channel in channels {
        all.n += channel.n;
        all.sum += channel.sum;
        all.sum_of_squares += channel.sum_of_squares;
    }
    let whole = all.variance_numerator()? as f64;
    let n = i128::from(all.n);
    let part = |channel: &Moments| {
        let products = n.checked_mul(channel.sum).zip(all.sum.checked_mul(channel.n.into()));
        let way = products.and_then(|(ours, mean)| ours.checked_sub(mean))? as f64;
        Some(way * way / channel.n as f64)
    };
    let overflow = || Error::overflow("the sums of scores leave 128 bits");
    let parts: Option<Vec<f64>> = channels.iter().map(part).collect();
    let between: f64 = parts.ok_or_else(overflow)?.into_iter().sum();
    let compared = channels.len() > 1 && whole > 0.0;
    Ok(compared.then(|| (between / (n as f64 * whole)).clamp(0.0, 1.0)))
}

impl Journeys {
    fn tally_channels(&self) -> Result<Vec<(KeyPart, Tally)>> {
        let table = &self.log.tables.channels;
        let mut tallies = vec![Tally::EMPTY; table.len()];
        let (mut rest, mut number) = (Tally::EMPTY, 0);
        self.try_for_each_journey(|journey| {
            number += 1;
            journey.events.iter().try_for_each(|event| {
                tallies.get_mut(event.channel as usize).unwrap_or(&mut rest).add(event, number)
            })
        })?;
        let mut channels: Vec<(KeyPart, Tally)> =
            table.keys().iter().cloned().zip(tallies).collect();
        channels.sort_by(|a, b| a.0.cmp(&b.0));
        channels.push((KeyPart::Missing, rest));
        channels.retain(|(_, tally)| tally.events > 0);
        Ok(channels)
    }

    /// How each channel is used, by name.
    pub fn channels(&self, level: f64) -> Result<Vec<ChannelUse>> {
        check_level(level)?;
        let row = |(channel, tally): (KeyPart, Tally)| {
            Ok(ChannelUse {
                channel,
                events: tally.events,
                customers: tally.customers,
                journeys: tally.journeys,
                score: ScoreMean::of(&tally.scores, SCORE_ONE, level)?,
            })
        };
        self.tally_channels()?.into_iter().map(row).collect()
    }

    /// How each journey moves between channels, by customer and journey.
    pub fn journey_channels(&self) -> Result<Vec<JourneyChannels>> {
        let customers = &self.log.tables.customers;
        let (mut rows, mut path) = (Vec::new(), ChannelPath::default());
        self.try_for_each_journey(|journey| {
            let Some(customer) = customers.key(journey.customer) else { return Ok(()) };
            path.read(journey.events);
            let (counts, pairs) = (path.counts(), path.pairs());
            rows.push(JourneyChannels {
                customer: customer.clone(),
                journey: journey.number,
                events: path.events(),
                without_channel: path.without_channel,
                switches: path.switches,
                switch_rate: (pairs > 0).then(|| path.switches as f64 / pairs as f64),
                channels: counts.len() as u64,
                entropy: entropy(&counts),
            });
            Ok(())
        })?;
        rows.sort_by(|a, b| (&a.customer, a.journey).cmp(&(&b.customer, b.journey)));
        Ok(rows)
    }

    /// Whether the channels with so many scores serve alike, and how journeys move between them.
    pub fn omnichannel_consistency(
        &self,
        min_scores: u64,
        level: f64,
    ) -> Result<OmnichannelConsistency> {
        check_level(level)?;
        let channels = self.tally_channels()?.into_iter();
        let known = channels.filter(|(channel, _)| *channel != KeyPart::Missing);
        let scores: Vec<Moments> = known
            .map(|(_, tally)| tally.scores)
            .filter(|scores| scores.n >= min_scores.max(1))
            .collect();
        let (mut path, mut failures) = (ChannelPath::default(), Failures::new(self));
        let (mut number, mut with_channel, mut multi_channel) = (0, 0, 0);
        let (mut switches, mut pairs) = (0, 0);
        self.for_each_journey(|journey| {
            number += 1;
            path.read(journey.events);
            with_channel += u64::from(path.events() > 0);
            multi_channel += u64::from(path.is_multi_channel());
            switches += path.switches;
            pairs += path.pairs();
            failures.read(journey.events, number);
        });
        Ok(OmnichannelConsistency {
            compared: scores.len() as u64,
            consistency: consistency(&scores, ScoreScale::of(self).width()),
            eta_squared: eta_squared(&scores)?,
            resolved: CountedShare::of(failures.elsewhere, failures.all(), level)?,
            resolved_on_same_channel: failures.same,
            unresolved: failures.unresolved,
            multi_channel: CountedShare::of(multi_channel, with_channel, level)?,
            switches,
            pairs,
            switch_rate: (pairs > 0).then(|| switches as f64 / pairs as f64),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entropy_is_that_of_shannon() {
        assert_eq!(entropy(&[]), None);
        assert_eq!(entropy(&[7]), Some(0.0));
        assert_eq!(entropy(&[3, 3]), Some(1.0));
        assert_eq!(entropy(&[1, 1, 1, 1]), Some(2.0));
        assert!((entropy(&[1, 2, 2]).unwrap() - 1.521_928_094_887_362_3).abs() < 1e-15);
    }

    #[test]
    fn eta_squared_is_the_part_between_groups() {
        let group = |answers: &[i64]| Moments::from_answers(answers.iter().copied()).unwrap();
        let apart = [group(&[1, 1]), group(&[5, 5, 5])];
        assert_eq!(eta_squared(&apart).unwrap(), Some(1.0));
        assert_eq!(eta_squared(&[group(&[1, 3]), group(&[2, 2])]).unwrap(), Some(0.0));
        // Means 2 and 5 about 3.5: 2·(1.5)²·2 = 9 between, 2 + 2 = 4 within.
        let some = eta_squared(&[group(&[1, 3]), group(&[4, 6])]).unwrap().unwrap();
        assert!((some - 9.0 / 13.0).abs() < 1e-15);
        assert_eq!(eta_squared(&[group(&[1, 3])]).unwrap(), None);
        assert_eq!(eta_squared(&[group(&[2]), group(&[2])]).unwrap(), None);
    }
}
