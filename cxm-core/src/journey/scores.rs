//! Scores of journeys in whole numbers: what is good and bad, sums, and means with their interval.

use super::intake::SCORE_ONE;
use super::journeys::Journeys;
use super::split::{Journey, Passage};
use crate::error::{Error, Result};
use crate::model::Decimal;
use crate::stats::{Interval, IntervalOptions, Moments, Share, mean, proportion};

/// A mean of one journey is kept in billionths, so that sums over journeys are exact.
pub(super) const MEAN_ONE: i64 = 1_000_000_000;
/// Billionths in a millionth.
pub(super) const MEANS_PER_SCORE: i64 = MEAN_ONE / SCORE_ONE;

/// The scale of the scores in millionths, and which end of it is the good one.
#[derive(Debug, Clone, Copy)]
pub(super) struct ScoreScale {
    lowest: i64,
    highest: i64,
    higher_is_better: bool,
}

impl ScoreScale {
    pub(super) fn of(journeys: &Journeys) -> Self {
        let (lowest, highest) = journeys.definition.score_limits();
        Self { lowest, highest, higher_is_better: journeys.definition.higher_is_better }
    }

    /// Whether the highest score is the best one.
    pub(super) fn higher_is_better(self) -> bool {
        self.higher_is_better
    }

    /// Highest minus lowest.
    pub(super) fn width(self) -> i64 {
        self.highest - self.lowest
    }

    /// Twice the way from the middle of the scale to the score, positive on the good side: the
    /// [emotion](crate::model::Emotion) times half the width.
    pub(super) fn above_middle(self, score: i64) -> i64 {
        let above = 2 * score - (self.lowest + self.highest);
        if self.higher_is_better { above } else { -above }
    }

    /// Whether a score is a peak against another one: the emotion is stronger, or as strong and
    /// more negative.
    pub(super) fn outweighs(self, score: i64, other: i64) -> bool {
        let (ours, theirs) = (self.above_middle(score), self.above_middle(other));
        ours.abs() > theirs.abs() || (ours.abs() == theirs.abs() && ours < theirs)
    }

    /// The worse of two scores.
    pub(super) fn worse(self, a: i64, b: i64) -> i64 {
        if self.higher_is_better { a.min(b) } else { a.max(b) }
    }

    /// By how much the second score is worse than the first; 0 where it is not.
    pub(super) fn drop(self, first: i64, second: i64) -> i64 {
        let fall = if self.higher_is_better { first - second } else { second - first };
        fall.max(0)
    }

    /// The emotion of one score, −2 to +2.
    pub(super) fn emotion_of(self, score: i64) -> f64 {
        2.0 * self.above_middle(score) as f64 / self.width() as f64
    }

    /// The mean emotion of these scores, −2 to +2.
    pub(super) fn emotion(self, scores: &Moments) -> Option<f64> {
        let n = i128::from(scores.n);
        let above = 2 * scores.sum - n * i128::from(self.lowest + self.highest);
        let above = if self.higher_is_better { above } else { -above };
        (n > 0).then(|| 2.0 * above as f64 / (n as f64 * self.width() as f64))
    }

    /// A target in millionths and its way from the bad end, which is longer than 0.
    pub(super) fn target(self, target: f64) -> Result<(i64, i64)> {
        let millionths = Decimal::new(target).map_err(|error| error.in_field("target"))?;
        let millionths = millionths.millionths();
        let worst = if self.higher_is_better { self.lowest } else { self.highest };
        let way = self.drop(millionths, worst);
        if (self.lowest..=self.highest).contains(&millionths) && way > 0 {
            return Ok((millionths, way));
        }
        let [lowest, highest, worst] =
            [self.lowest, self.highest, worst].map(|score| score / SCORE_ONE);
        let message = format!(
            "expected a target within {lowest} to {highest} and better than {worst}, got {target}"
        );
        Err(Error::argument(message).in_field("target"))
    }
}

impl Journeys {
    /// Goes through all journeys; after a failure, nothing more is read.
    pub(super) fn try_for_each_journey(
        &self,
        mut visit: impl FnMut(&Journey<'_>) -> Result<()>,
    ) -> Result<Passage> {
        let mut failure = None;
        let passage = self.for_each_journey(|journey| {
            if failure.is_none() {
                failure = visit(journey).err();
            }
        });
        failure.map_or(Ok(passage), Err)
    }
}

/// The mean of n scores in billionths, halves up.
pub(super) fn journey_mean(scores: &Moments) -> Result<i64> {
    let n = i128::from(scores.n.max(1));
    let twice = 2 * scores.sum * i128::from(MEANS_PER_SCORE) + n;
    i64::try_from(twice.div_euclid(2 * n)).map_err(|_| Error::overflow("a mean leaves 64 bits"))
}

/// Refuses a level that is none.
pub(super) fn check_level(level: f64) -> Result<()> {
    IntervalOptions::at(level).alpha().map(drop)
}

/// The mean of scores, their spread, and how far chance could have moved the mean.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ScoreMean {
    /// How many there are.
    pub n: u64,
    /// Σx/n; `None` without any.
    pub mean: Option<f64>,
    /// The standard deviation with divisor n − 1; `None` below two.
    pub standard_deviation: Option<f64>,
    /// Student's t interval of the mean; `None` below two.
    pub interval: Option<Interval>,
}

impl ScoreMean {
    /// Of sums of whole numbers, of which so many make one.
    pub(super) fn of(sums: &Moments, one: i64, level: f64) -> Result<Self> {
        let one = one as f64;
        let interval = mean::interval(sums, &IntervalOptions::at(level))?;
        Ok(Self {
            n: sums.n,
            mean: (sums.n > 0).then(|| sums.sum as f64 / (sums.n as f64 * one)),
            standard_deviation: sums.sample_variance()?.map(|variance| variance.sqrt() / one),
            interval: interval.map(|limits| Interval {
                lower: limits.lower / one,
                upper: limits.upper / one,
                ..limits
            }),
        })
    }
}

/// So many of so many, as a share with its interval.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct CountedShare {
    /// Those that qualify.
    pub successes: u64,
    /// All.
    pub total: u64,
    /// successes/total; `None` where there are none.
    pub share: Option<f64>,
    /// Wilson's interval of the share.
    pub interval: Option<Interval>,
}

impl CountedShare {
    pub(super) fn of(successes: u64, total: u64, level: f64) -> Result<Self> {
        let share = Share { successes, total };
        let interval = proportion::interval(&share, &IntervalOptions::at(level))?;
        Ok(Self { successes, total, share: share.value(), interval })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Emotion, ObservationScale, Scale};

    fn scale(lowest: i16, highest: i16, higher_is_better: bool) -> ScoreScale {
        let mut journeys = Journeys::default();
        journeys.definition.scale = Scale::new(lowest, highest).unwrap();
        journeys.definition.higher_is_better = higher_is_better;
        ScoreScale::of(&journeys)
    }

    #[test]
    fn peaks_are_those_of_exact_emotions() {
        for (lowest, highest) in [(0, 10), (1, 5), (-3, 4)] {
            for higher_is_better in [true, false] {
                let ours = scale(lowest, highest, higher_is_better);
                let exact = ObservationScale::whole(lowest.into(), highest.into()).unwrap();
                let exact = if higher_is_better { exact } else { exact.lower_is_better() };
                let tenths = i64::from(lowest) * 10..=i64::from(highest) * 10;
                let scores: Vec<i64> = tenths.map(|tenth| tenth * SCORE_ONE / 10).collect();
                for &a in &scores {
                    let of = |score| {
                        Emotion::of(Decimal::from_millionths(score).unwrap(), &exact).unwrap()
                    };
                    let sums = Moments::from_answers([a]).unwrap();
                    assert!((ours.emotion(&sums).unwrap() - of(a).to_f64()).abs() < 1e-15);
                    for &b in &scores {
                        assert_eq!(ours.outweighs(a, b), of(a).outweighs(of(b)), "{a} {b}");
                    }
                }
            }
        }
    }

    #[test]
    fn the_trap_of_doubles_is_a_tie() {
        let [two, eight] = [2, 8].map(|score| score * SCORE_ONE);
        let scale = scale(0, 10, true);
        assert!(scale.outweighs(two, eight) && !scale.outweighs(eight, two));
    }

    #[test]
    fn targets_lie_above_the_bad_end() {
        assert_eq!(scale(0, 10, true).target(7.0).unwrap(), (7_000_000, 7_000_000));
        assert_eq!(scale(1, 7, false).target(2.5).unwrap(), (2_500_000, 4_500_000));
        for (scale, target) in [
            (scale(0, 10, true), 0.0),
            (scale(0, 10, true), 10.1),
            (scale(1, 7, false), 7.0),
            (scale(0, 10, true), f64::NAN),
        ] {
            assert_eq!(scale.target(target).unwrap_err().field(), Some("target"));
        }
    }

    #[test]
    fn means_of_a_journey_are_rounded_to_billionths() {
        let sums = |scores: &[i64]| Moments::from_answers(scores.iter().copied()).unwrap();
        assert_eq!(
            journey_mean(&sums(&[6_000_000, 9_000_000, 10_000_000])).unwrap(),
            8_333_333_333
        );
        assert_eq!(journey_mean(&sums(&[-1_000_000, 0, 0])).unwrap(), -333_333_333);
        assert_eq!(journey_mean(&sums(&[])).unwrap(), 0);
    }
}
