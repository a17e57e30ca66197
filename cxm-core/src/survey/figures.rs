//! The figures that can be read from a histogram of ratings, each with its interval, confidence
//! sequence and comparison.

use crate::calculator::Report;
use crate::calculator::codec::{Reader, Writer};
use crate::error::{Error, Result};
use crate::model::Direction;
use crate::stats::comparison::{self, Comparison};
use crate::stats::confidence_sequence;
use crate::stats::mean::{self, Moments};
use crate::stats::net_score::{self, NetCounts};
use crate::stats::non_response;
use crate::stats::proportion::{self, Share};
use crate::stats::rounding;
use crate::stats::shrinkage::Estimate;
use crate::stats::weights::{WeightedBin, WeightedMean};
use crate::stats::{Histogram, Interval, IntervalOptions, Method, Scored};

/// A figure of one rating a respondent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Measure {
    /// 100 · (top − bottom) / responses: points.
    Net,
    /// Top boxes among the responses: 0..=1.
    Share,
    /// Top boxes among top and bottom boxes: 0..=1.
    GoodShare,
    /// The mean rating: on the scale.
    Mean,
    /// The mean from 0 at the bad end of the scale to 100 at the good end: POMP.
    RescaledMean,
    /// 100 · mean / highest rating.
    PercentOfMaximum,
}

impl Measure {
    /// Every measure.
    pub const ALL: [Self; 6] = [
        Self::Net,
        Self::Share,
        Self::GoodShare,
        Self::Mean,
        Self::RescaledMean,
        Self::PercentOfMaximum,
    ];

    /// The stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Net => "net",
            Self::Share => "share",
            Self::GoodShare => "good_share",
            Self::Mean => "mean",
            Self::RescaledMean => "rescaled_mean",
            Self::PercentOfMaximum => "percent_of_maximum",
        }
    }

    pub(crate) fn write(self, writer: &mut Writer) {
        let position = Self::ALL.iter().position(|&measure| measure == self);
        writer.length(position.unwrap_or_default());
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self> {
        let position = usize::from(reader.u8()?);
        Self::ALL
            .get(position)
            .copied()
            .ok_or_else(|| Error::corrupt(format!("there is no measure {position}")))
    }
}

/// Counts of ratings, and the class that each rating belongs to.
#[derive(Debug, Clone, PartialEq)]
pub struct Figures {
    histogram: Histogram,
    class_of: Vec<i8>,
    classes: NetCounts,
    direction: Direction,
}

/// value = offset + factor · raw, where raw is what the statistics work with.
#[derive(Debug, Clone, Copy)]
struct Unit {
    offset: f64,
    factor: f64,
}

impl Unit {
    fn interval(self, raw: Interval) -> Interval {
        let (a, b) = (self.offset + self.factor * raw.lower, self.offset + self.factor * raw.upper);
        Interval { lower: a.min(b), upper: a.max(b), ..raw }
    }
}

impl Figures {
    /// Figures of a histogram; `class` gives 1 for a good rating, −1 for a bad one, 0 between.
    pub(crate) fn new(
        histogram: Histogram,
        missing_is_neutral: bool,
        class: impl Fn(i16) -> i8,
    ) -> Self {
        let class_of: Vec<i8> = histogram.scale().ratings().map(class).collect();
        let count = |wanted: i8| {
            let pairs = class_of.iter().zip(histogram.counts());
            pairs.filter(|(c, _)| **c == wanted).fold(0u64, |sum, (_, &n)| sum.saturating_add(n))
        };
        let neutral_missing = if missing_is_neutral { histogram.excluded().missing } else { 0 };
        let classes = NetCounts {
            negative: count(-1),
            neutral: count(0).saturating_add(neutral_missing),
            positive: count(1),
        };
        Self { histogram, class_of, classes, direction: Direction::HigherIsBetter }
    }

    pub(crate) fn with_direction(mut self, direction: Direction) -> Self {
        self.direction = direction;
        self
    }

    /// The counts.
    pub fn histogram(&self) -> &Histogram {
        &self.histogram
    }

    /// Bad, neutral and good answers.
    pub fn classes(&self) -> NetCounts {
        self.classes
    }

    /// The answers that the net and the shares rest on.
    pub fn responses(&self) -> u64 {
        self.classes.total()
    }

    /// Σw²-based size of the weighted answers; `None` where they are not weighted.
    pub fn effective_responses(&self) -> Option<f64> {
        self.weighted(Measure::Mean)?.effective_size()
    }

    /// n over the effective size; `None` where the answers are not weighted.
    pub fn design_effect(&self) -> Option<f64> {
        self.weighted(Measure::Mean)?.design_effect()
    }

    /// Shares of bad, neutral and good answers.
    pub fn class_shares(&self) -> [Option<f64>; 3] {
        [-1, 0, 1].map(|class| {
            if self.histogram.weights().is_some() {
                let bins = self.bins(|c, _| Some(f64::from(u8::from(c == class))));
                return WeightedMean::from_bins(bins).mean();
            }
            let NetCounts { negative, neutral, positive } = self.classes;
            let successes = match class {
                -1 => negative,
                0 => neutral,
                _ => positive,
            };
            Share { successes, total: self.responses() }.value()
        })
    }

    /// The figure; `None` without a response that it rests on.
    pub fn value(&self, measure: Measure) -> Option<f64> {
        let unit = self.unit(measure)?;
        if let Some(weighted) = self.weighted(measure) {
            return weighted.mean().map(|mean| unit.offset + unit.factor * mean);
        }
        match measure {
            Measure::Net => points(&self.classes),
            Measure::Share | Measure::GoodShare => self.share(measure).value(),
            Measure::Mean => self.moments().mean(),
            Measure::RescaledMean | Measure::PercentOfMaximum => {
                self.moments().mean().map(|mean| unit.offset + unit.factor * mean)
            }
        }
    }

    /// The interval of a figure, in the figure's own unit.
    pub fn interval(
        &self,
        measure: Measure,
        options: &IntervalOptions,
    ) -> Result<Option<Interval>> {
        options.alpha()?;
        let Some(unit) = self.unit(measure) else { return Ok(None) };
        let raw = if let Some(weighted) = self.weighted(measure) {
            weighted.interval(options)?
        } else {
            match measure {
                Measure::Net => net_score::interval(&self.classes, options)?,
                Measure::Share | Measure::GoodShare => {
                    proportion::interval(&self.share(measure), options)?
                }
                _ => mean::interval(&self.moments(), options)?,
            }
        };
        Ok(raw.map(|raw| unit.interval(raw)))
    }

    /// The confidence sequence of a figure: an interval that may be looked at after every answer.
    pub fn confidence_sequence(
        &self,
        measure: Measure,
        options: &IntervalOptions,
    ) -> Result<Option<Interval>> {
        options.alpha()?;
        let Some(unit) = self.unit(measure) else { return Ok(None) };
        if self.histogram.weights().is_some() {
            return Err(Error::not_offered(
                "confidence sequences rest on counts; there is none for weighted answers",
            ));
        }
        let raw = match measure {
            Measure::Net => confidence_sequence::net(&self.classes, options)?,
            Measure::Share | Measure::GoodShare => {
                confidence_sequence::share(&self.share(measure), options)?
            }
            _ => {
                let scale = self.histogram.scale();
                let answers: Vec<f64> = scale.ratings().map(f64::from).collect();
                let limits = f64::from(scale.lowest())..=f64::from(scale.highest());
                confidence_sequence::bounded(&answers, self.histogram.counts(), limits, options)?
            }
        };
        Ok(raw.map(|raw| unit.interval(raw)))
    }

    /// This figure minus the other's, in the figure's own unit, with its test.
    pub fn compare(
        &self,
        other: &Self,
        measure: Measure,
        method: Option<Method>,
    ) -> Result<Comparison> {
        let unit = self.unit(measure).ok_or_else(|| unavailable(measure))?;
        let raw = match (self.weighted(measure), other.weighted(measure)) {
            (Some(ours), Some(theirs)) => ours.compare(&theirs)?,
            _ => match measure {
                Measure::Net => comparison::nets(&self.classes, &other.classes, method)?,
                Measure::Share | Measure::GoodShare => {
                    comparison::shares(&self.share(measure), &other.share(measure), method)?
                }
                _ => comparison::means(&self.moments(), &other.moments())?,
            },
        };
        Ok(raw.scaled(unit.factor))
    }

    /// The limits that the figure could take had all non-respondents answered.
    pub fn non_response_bounds(&self, measure: Measure, missing: u64) -> Result<Option<Interval>> {
        let Some(unit) = self.unit(measure) else { return Ok(None) };
        let raw = match measure {
            Measure::Net => non_response::net(&self.classes, missing),
            Measure::Share => non_response::share(&self.share(measure), missing),
            Measure::GoodShare => return Err(unavailable(measure)),
            _ => {
                let scale = self.histogram.scale();
                let limits = (f64::from(scale.lowest()), f64::from(scale.highest()));
                non_response::mean(&self.moments(), limits, missing)
            }
        };
        Ok(raw.map(|raw| unit.interval(raw)))
    }

    /// The figure with its sampling variance; `None` without a response.
    pub fn estimate(&self, measure: Measure) -> Option<Estimate> {
        let unit = self.unit(measure)?;
        let (standard_error, n) = if let Some(weighted) = self.weighted(measure) {
            (weighted.standard_error(), self.responses())
        } else {
            match measure {
                Measure::Net => (self.classes.standard_error(), self.responses()),
                Measure::Share | Measure::GoodShare => {
                    let share = self.share(measure);
                    (share.standard_error(), share.total)
                }
                _ => (self.moments().standard_error().ok().flatten(), self.histogram.responses()),
            }
        };
        let error = standard_error? * unit.factor;
        Some(Estimate { value: self.value(measure)?, variance: error * error, n })
    }

    fn share(&self, measure: Measure) -> Share {
        let NetCounts { negative, positive, .. } = self.classes;
        let total = match measure {
            Measure::GoodShare => positive.saturating_add(negative),
            _ => self.responses(),
        };
        Share { successes: positive, total }
    }

    fn moments(&self) -> Moments {
        let lowest = i64::from(self.histogram.scale().lowest());
        // |rating| < 2^15 and counts < 2^64 cannot leave 128 bits.
        Moments::from_counts(lowest, self.histogram.counts()).unwrap_or_default()
    }

    fn bins<'a>(
        &'a self,
        value: impl Fn(i8, i16) -> Option<f64> + 'a,
    ) -> impl Iterator<Item = WeightedBin> + 'a {
        let weights = self.histogram.weights().unwrap_or_default();
        let rows = self.histogram.iter().zip(&self.class_of).zip(weights);
        rows.filter_map(move |(((rating, count), &class), weight)| {
            Some(WeightedBin {
                value: value(class, rating)?,
                count,
                sum: weight.sum,
                sum_of_squares: weight.sum_of_squares,
            })
        })
    }

    fn weighted(&self, measure: Measure) -> Option<WeightedMean> {
        self.histogram.weights()?;
        Some(WeightedMean::from_bins(self.bins(move |class, rating| match measure {
            Measure::Net => Some(f64::from(class)),
            Measure::Share => Some(f64::from(u8::from(class == 1))),
            Measure::GoodShare => (class != 0).then(|| f64::from(u8::from(class == 1))),
            _ => Some(f64::from(rating)),
        })))
    }

    /// From what the statistics work with to the figure's unit; `None` where it is not defined.
    fn unit(&self, measure: Measure) -> Option<Unit> {
        let scale = self.histogram.scale();
        let (lowest, highest) = (f64::from(scale.lowest()), f64::from(scale.highest()));
        Some(match measure {
            Measure::Net => Unit { offset: 0.0, factor: 100.0 },
            Measure::Share | Measure::GoodShare | Measure::Mean => {
                Unit { offset: 0.0, factor: 1.0 }
            }
            Measure::RescaledMean => {
                let factor = 100.0 / f64::from(scale.range());
                match self.direction {
                    Direction::HigherIsBetter => Unit { offset: -lowest * factor, factor },
                    Direction::LowerIsBetter => Unit { offset: highest * factor, factor: -factor },
                }
            }
            Measure::PercentOfMaximum if scale.lowest() >= 0 => {
                Unit { offset: 0.0, factor: 100.0 / highest }
            }
            Measure::PercentOfMaximum => return None,
        })
    }
}

/// The net in points, with a single rounding: 100 · (P − D) is exact before the division.
#[allow(clippy::cast_precision_loss, reason = "rounded once, as every reading is")]
fn points(classes: &NetCounts) -> Option<f64> {
    let total = classes.total();
    let net = i128::from(classes.positive) - i128::from(classes.negative);
    (total > 0).then(|| (100 * net) as f64 / total as f64)
}

fn unavailable(measure: Measure) -> Error {
    Error::not_offered(format!("{} is not defined here", measure.name()))
}

/// The figures as they are shown: rounded from the exact counts.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Display {
    /// The score, rounded half away from zero.
    pub score: Option<f64>,
    /// Shares of bad, neutral and good answers in percent; they add up to exactly 100.
    pub percentages: Option<[f64; 3]>,
    /// Decimals shown.
    pub decimals: u8,
}

/// What every report of one rating a respondent can be asked.
pub trait RatingReport: Report + Clone {
    /// The counts behind the report.
    fn figures(&self) -> &Figures;

    /// The measure that is the score.
    fn headline_measure(&self) -> Measure;

    /// The limits of the score had all non-respondents answered (Manski).
    fn non_response_bounds(&self, non_respondents: u64) -> Result<Option<Interval>> {
        self.figures().non_response_bounds(self.headline_measure(), non_respondents)
    }

    /// The interval of another measure of the same answers.
    fn interval_of(&self, measure: Measure, options: &IntervalOptions) -> Result<Option<Interval>> {
        self.figures().interval(measure, options)
    }

    /// Rounded figures for showing; the percentages add up to 100.
    fn display(&self, decimals: u8) -> Result<Display> {
        let NetCounts { negative, neutral, positive } = self.figures().classes();
        let percentages = rounding::percentages(&[negative, neutral, positive], decimals)?;
        Ok(Display {
            score: self.headline().map(|score| rounding::half_away(score, decimals)),
            percentages: percentages.and_then(|shares| shares.try_into().ok()),
            decimals,
        })
    }
}

impl<R: RatingReport> Scored for R {
    fn interval(&self, options: &IntervalOptions) -> Result<Option<Interval>> {
        self.figures().interval(self.headline_measure(), options)
    }

    fn confidence_sequence(&self, options: &IntervalOptions) -> Result<Option<Interval>> {
        self.figures().confidence_sequence(self.headline_measure(), options)
    }

    fn compare(&self, other: &Self, method: Option<Method>) -> Result<Comparison> {
        self.figures().compare(other.figures(), self.headline_measure(), method)
    }

    fn estimate(&self) -> Option<Estimate> {
        self.figures().estimate(self.headline_measure())
    }
}
