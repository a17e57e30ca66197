//! The rules for customers who answer more than once: which of their ratings count.
//!
//! What the [response ledger](super::response_ledger) keeps is read here; the rules are explained
//! there.

use super::rating_cells::Reason;
use crate::calculator::batch::KeyPart;
use crate::calculator::codec::{Reader, Writer};
use crate::error::{Error, Result};
use crate::model::time::MICROSECONDS_PER_DAY;
use crate::model::{RatingRules, Scale};
use crate::stats::{Exclusions, Histogram};

/// Which of several ratings of a customer count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum DuplicateRule {
    /// All of them.
    All,
    /// The last of each customer and wave.
    #[default]
    Last,
    /// The first of each customer and wave.
    First,
    /// The mean of each customer and wave, rounded half up.
    Mean,
    /// Those at least `min_gap_days` after the customer's last one that counted.
    MinGap,
}

impl DuplicateRule {
    pub(super) const ALL: [Self; 5] =
        [Self::All, Self::Last, Self::First, Self::Mean, Self::MinGap];
}

/// One answer; its order is the order in which answers are looked at.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Entry {
    pub(super) customer: KeyPart,
    pub(super) wave: KeyPart,
    pub(super) time: i64,
    pub(super) answer: Answer,
}

/// A rating or the reason why there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Answer {
    Rating(i16),
    None(Reason),
}

impl Answer {
    pub(super) fn write(self, writer: &mut Writer) {
        match self {
            Self::Rating(rating) => {
                writer.u8(0);
                writer.signed(rating);
            }
            Self::None(reason) => {
                let position = Reason::ALL.iter().position(|&known| known == reason);
                writer.length(position.map_or(0, |position| position + 1));
            }
        }
    }

    pub(super) fn read(rules: &RatingRules, reader: &mut Reader<'_>) -> Result<Self> {
        let tag = reader.u8()?;
        let Some(position) = tag.checked_sub(1) else {
            let rating: i16 = reader.signed()?;
            if rules.scale.contains(i64::from(rating)) {
                return Ok(Self::Rating(rating));
            }
            return Err(Error::corrupt(format!("{rating} is not on the scale {}", rules.scale)));
        };
        let reason = Reason::ALL.get(usize::from(position)).copied();
        reason
            .filter(|reason| reason.can_be_counted(rules))
            .map(Self::None)
            .ok_or_else(|| Error::corrupt(format!("there is no answer of type {tag}")))
    }
}

/// The ratings that count, while they are worked out.
#[derive(Debug)]
pub(super) struct Tally {
    scale: Scale,
    rule: DuplicateRule,
    gap: i128,
    counts: Vec<u64>,
    excluded: Exclusions,
}

/// The answers of one customer, in the order of the ledger.
type Group<'a> = [(&'a Entry, u64)];

impl Tally {
    pub(super) fn new(scale: Scale, rule: DuplicateRule, min_gap_days: u32) -> Self {
        Self {
            scale,
            rule,
            gap: i128::from(min_gap_days) * i128::from(MICROSECONDS_PER_DAY),
            counts: vec![0; scale.points()],
            excluded: Exclusions::default(),
        }
    }

    /// The ratings that count, with the others as duplicates.
    pub(super) fn into_histogram(self) -> Histogram {
        // As many counts as points, and no more rows than the ledger could add up.
        Histogram::from_counts(self.scale, self.counts, self.excluded)
            .unwrap_or_else(|_| Histogram::new(self.scale, false))
    }

    fn count(&mut self, rating: i64, times: u64) {
        let index = self.scale.index(rating);
        if let Some(count) = index.and_then(|index| self.counts.get_mut(index)) {
            *count = count.saturating_add(times);
        }
    }

    /// Takes all answers of one customer, in the order of the ledger.
    pub(super) fn take_customer(&mut self, group: &mut Vec<(&Entry, u64)>) {
        for (entry, count) in group.iter() {
            if let Answer::None(reason) = entry.answer {
                let excluded = reason.count(&mut self.excluded);
                *excluded = excluded.saturating_add(*count);
            }
        }
        group.retain(|(entry, _)| matches!(entry.answer, Answer::Rating(_)));
        let anonymous = group.first().is_some_and(|(entry, _)| entry.customer == KeyPart::Missing);
        match self.rule {
            DuplicateRule::All => self.take_all(group),
            _ if anonymous => self.take_all(group),
            DuplicateRule::MinGap => self.take_apart(group),
            _ => group.chunk_by(|(a, _), (b, _)| a.wave == b.wave).for_each(|wave| {
                self.take_wave(wave);
            }),
        }
    }

    fn take_all(&mut self, group: &Group<'_>) {
        for (rating, count) in ratings(group) {
            self.count(rating, count);
        }
    }

    /// One rating of those of a customer in a wave.
    fn take_wave(&mut self, wave: &Group<'_>) {
        let answers = total(wave);
        let one = match self.rule {
            DuplicateRule::First => ratings(wave).next().map(|(rating, _)| rating),
            DuplicateRule::Mean => mean(wave),
            _ => ratings(wave).last().map(|(rating, _)| rating),
        };
        if let Some(rating) = one {
            self.count(rating, 1);
            self.duplicates(answers.saturating_sub(1));
        }
    }

    /// Ratings that lie far enough from the last one that counted, over all waves.
    fn take_apart(&mut self, group: &mut Vec<(&Entry, u64)>) {
        group.sort_by_key(|(entry, _)| (entry.time, entry.answer));
        let answers = total(group);
        let (mut last, mut counted) = (None, 0u64);
        for (entry, _) in group.iter() {
            let time = i128::from(entry.time);
            if last.is_none_or(|last| time - last >= self.gap) {
                if let Answer::Rating(rating) = entry.answer {
                    self.count(i64::from(rating), 1);
                }
                counted += 1;
                last = Some(time);
            }
        }
        self.duplicates(answers.saturating_sub(counted));
    }

    fn duplicates(&mut self, more: u64) {
        self.excluded.duplicates = self.excluded.duplicates.saturating_add(more);
    }
}

fn ratings<'a>(group: &'a Group<'_>) -> impl Iterator<Item = (i64, u64)> + 'a {
    group.iter().filter_map(|(entry, count)| match entry.answer {
        Answer::Rating(rating) => Some((i64::from(rating), *count)),
        Answer::None(_) => None,
    })
}

fn total(group: &Group<'_>) -> u64 {
    ratings(group).fold(0, |sum, (_, count)| sum.saturating_add(count))
}

/// The mean rating, rounded half up: ⌊mean + ½⌋.
fn mean(group: &Group<'_>) -> Option<i64> {
    let n = i128::from(total(group));
    let sum: i128 = ratings(group).map(|(rating, n)| i128::from(rating) * i128::from(n)).sum();
    i64::try_from((2 * sum + n).checked_div_euclid(2 * n)?).ok()
}
