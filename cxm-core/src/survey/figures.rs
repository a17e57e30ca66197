//! The figures that can be read from a histogram of ratings, each with its interval, confidence
//! sequence and comparison.

use crate::calculator::Report;
use crate::calculator::codec::{Reader, Writer};
use crate::error::{Error, Result};
use crate::model::Direction;
use crate::stats::comparison::{self, Comparable, Comparison};
use crate::stats::non_response::{self, NonResponseBounds};
use crate::stats::rounding::{self, TieRule};
use crate::stats::weights::{WeightedBin, WeightedEstimate, weighted_mean};
use crate::stats::{
    Estimate, Histogram, Interval, IntervalOptions, Method, Moments, NetCounts, Scored, Share,
    confidence_sequence, mean, net_score, proportion,
};

/// A figure of one rating a respondent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum RatingMeasure {
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

impl RatingMeasure {
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

    /// The unit that the figure is shown in: shares in percent, a mean in none.
    pub const fn unit(self) -> &'static str {
        match self {
            Self::Net => "points",
            Self::Share | Self::GoodShare => "%",
            Self::Mean | Self::RescaledMean | Self::PercentOfMaximum => "",
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

/// A figure before the division, so that reading and rounding both start from exact integers.
#[derive(Debug, Clone, Copy)]
struct Ratio {
    numerator: i128,
    denominator: u64,
}

impl Ratio {
    #[allow(clippy::cast_precision_loss, reason = "rounded once, as every reading is")]
    fn value(self) -> Option<f64> {
        (self.denominator > 0).then(|| self.numerator as f64 / self.denominator as f64)
    }
}

impl Unit {
    fn value(self, raw: f64) -> f64 {
        self.offset + self.factor * raw
    }

    fn interval(self, raw: Interval) -> Interval {
        let (a, b) = (self.value(raw.lower), self.value(raw.upper));
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
        self.weighted(RatingMeasure::Mean).map(|weighted| weighted.effective_n)
    }

    /// n over the effective size; `None` where the answers are not weighted.
    pub fn design_effect(&self) -> Option<f64> {
        self.weighted(RatingMeasure::Mean).map(|weighted| weighted.design_effect)
    }

    fn is_weighted(&self) -> bool {
        self.histogram.weights().is_some()
    }

    /// Shares of bad, neutral and good answers.
    pub fn class_shares(&self) -> [Option<f64>; 3] {
        let NetCounts { negative, neutral, positive } = self.classes;
        [(-1, negative), (0, neutral), (1, positive)].map(|(class, successes)| {
            if self.is_weighted() {
                let bins = self.bins(|c, _| Some(f64::from(u8::from(c == class))));
                return read_weighted(&bins).map(|weighted| weighted.value);
            }
            Share { successes, total: self.responses() }.value()
        })
    }

    /// The figure; `None` without a response that it rests on.
    pub fn value(&self, measure: RatingMeasure) -> Option<f64> {
        let unit = self.unit(measure)?;
        if self.is_weighted() {
            return self.weighted(measure).map(|weighted| unit.value(weighted.value));
        }
        self.ratio(measure).and_then(Ratio::value)
    }

    /// The interval of a figure, in the figure's own unit.
    pub fn interval(
        &self,
        measure: RatingMeasure,
        options: &IntervalOptions,
    ) -> Result<Option<Interval>> {
        options.alpha()?;
        let Some(unit) = self.unit(measure) else { return Ok(None) };
        let raw = if self.is_weighted() {
            self.weighted_interval(measure, options)?
        } else {
            match measure {
                RatingMeasure::Net => net_score::interval(&self.classes, options)?,
                RatingMeasure::Share | RatingMeasure::GoodShare => {
                    proportion::interval(&self.share(measure), options)?
                }
                _ => mean::interval(&self.moments(), options)?,
            }
        };
        Ok(raw.map(|raw| unit.interval(raw)))
    }

    fn weighted_interval(
        &self,
        measure: RatingMeasure,
        options: &IntervalOptions,
    ) -> Result<Option<Interval>> {
        if let Some(method) = options.method.filter(|&method| method != Method::Linearized) {
            return Err(method.refused("weighted answers", &[Method::Linearized]));
        }
        match self.weighted(measure) {
            Some(weighted) => weighted.interval(options.level),
            None => Ok(None),
        }
    }

    /// The confidence sequence of a figure: an interval that may be looked at after every answer.
    pub fn confidence_sequence(
        &self,
        measure: RatingMeasure,
        options: &IntervalOptions,
    ) -> Result<Option<Interval>> {
        options.alpha()?;
        let Some(unit) = self.unit(measure) else { return Ok(None) };
        if self.is_weighted() {
            return Err(Error::not_offered(
                "confidence sequences rest on counts; there is none for weighted answers",
            ));
        }
        let raw = match measure {
            RatingMeasure::Net => confidence_sequence::net(&self.classes, options)?,
            RatingMeasure::Share | RatingMeasure::GoodShare => {
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
        measure: RatingMeasure,
        method: Option<Method>,
    ) -> Result<Comparison> {
        let unit = self.unit(measure).ok_or_else(|| unavailable(measure))?;
        let raw = match measure {
            _ if self.is_weighted() || other.is_weighted() => {
                self.compare_weighted(other, measure, method)?
            }
            RatingMeasure::Net => {
                let method = method.unwrap_or(Method::AdjustedWald);
                comparison::nets(&self.classes, &other.classes, method)?
            }
            RatingMeasure::Share | RatingMeasure::GoodShare => {
                let method = method.unwrap_or(Method::AgrestiCaffo);
                comparison::shares(&self.share(measure), &other.share(measure), method)?
            }
            _ => match method {
                None | Some(Method::StudentT) => {
                    comparison::means(&self.moments(), &other.moments())?
                }
                Some(other) => return Err(other.refused("two means", &[Method::StudentT])),
            },
        };
        Ok(raw.scaled(unit.factor))
    }

    fn compare_weighted(
        &self,
        other: &Self,
        measure: RatingMeasure,
        method: Option<Method>,
    ) -> Result<Comparison> {
        if let Some(method) = method.filter(|&method| method != Method::Linearized) {
            return Err(method.refused("two weighted figures", &[Method::Linearized]));
        }
        let estimate = |figures: &Self, side| {
            let weighted = figures.weighted(measure).and_then(|weighted| weighted.estimate());
            weighted
                .ok_or_else(|| Error::insufficient("two answers or more are needed").in_field(side))
        };
        let comparison = estimate(self, "first")?.compare(&estimate(other, "second")?)?;
        Ok(Comparison { method: Method::Linearized, ..comparison })
    }

    /// The limits that the figure could take had all non-respondents answered.
    pub fn non_response_bounds(
        &self,
        measure: RatingMeasure,
        missing: u64,
    ) -> Result<Option<NonResponseBounds>> {
        let Some(unit) = self.unit(measure) else { return Ok(None) };
        let raw = match measure {
            _ if self.is_weighted() => {
                return Err(Error::not_offered(
                    "bounds for non-response rest on unweighted counts",
                ));
            }
            RatingMeasure::Net => non_response::net_bounds(&self.classes, missing),
            RatingMeasure::Share => non_response::share_bounds(&self.share(measure), missing)?,
            RatingMeasure::GoodShare => return Err(unavailable(measure)),
            _ => {
                let scale = self.histogram.scale();
                let (lowest, highest) = (f64::from(scale.lowest()), f64::from(scale.highest()));
                non_response::mean_bounds(&self.moments(), missing, lowest, highest)?
            }
        };
        Ok(raw.map(|raw| {
            let (a, b) = (unit.value(raw.lower), unit.value(raw.upper));
            NonResponseBounds { lower: a.min(b), upper: a.max(b), ..raw }
        }))
    }

    /// The figure with its sampling variance, for pooling and shrinkage; `None` without a response,
    /// or where the answers show no variance to weigh the figure by.
    ///
    /// A handful of answers of one class has no variance of its own. So the variance of a net and
    /// of a share is taken with the adjusted counts of [`Method::AdjustedWald`] and
    /// [`Method::AgrestiCaffo`].
    pub fn estimate(&self, measure: RatingMeasure) -> Option<Estimate> {
        let unit = self.unit(measure)?;
        let raw = match measure {
            _ if self.is_weighted() => self.weighted(measure)?.estimate()?,
            RatingMeasure::Net => {
                let variance = self.classes.adjusted_estimate().variance;
                Estimate { variance, ..self.classes.estimate()? }
            }
            RatingMeasure::Share | RatingMeasure::GoodShare => {
                self.share(measure).adjusted_estimate()?
            }
            _ => self.moments().estimate().ok()?.filter(|mean| mean.variance > 0.0)?,
        };
        let variance = raw.variance * unit.factor * unit.factor;
        Some(Estimate { value: unit.value(raw.value), variance, ..raw })
    }

    /// The figure rounded from the exact counts: percent for shares, its own unit otherwise.
    fn rounded(&self, measure: RatingMeasure, decimals: u8) -> Result<Option<rounding::Rounded>> {
        let percent = match measure {
            RatingMeasure::Share | RatingMeasure::GoodShare => 100,
            _ => 1,
        };
        let Some(Ratio { numerator, denominator }) = self.ratio(measure) else { return Ok(None) };
        let ties = TieRule::HalfAwayFromZero;
        rounding::round_ratio(percent * numerator, denominator, u32::from(decimals), ties)
    }

    /// The figure as an exact ratio of integers.
    fn ratio(&self, measure: RatingMeasure) -> Option<Ratio> {
        let NetCounts { negative, positive, .. } = self.classes;
        let scale = self.histogram.scale();
        let moments = self.moments();
        let (lowest, highest) = (i128::from(scale.lowest()), i128::from(scale.highest()));
        let n = i128::from(moments.n);
        let (numerator, denominator) = match measure {
            RatingMeasure::Net => {
                (100 * (i128::from(positive) - i128::from(negative)), Some(self.responses()))
            }
            RatingMeasure::Share | RatingMeasure::GoodShare => {
                let share = self.share(measure);
                (i128::from(share.successes), Some(share.total))
            }
            RatingMeasure::Mean => (moments.sum, Some(moments.n)),
            RatingMeasure::RescaledMean => {
                let from_the_bad_end = match self.direction {
                    Direction::HigherIsBetter => moments.sum - lowest * n,
                    Direction::LowerIsBetter => highest * n - moments.sum,
                };
                (100 * from_the_bad_end, moments.n.checked_mul(u64::from(scale.range())))
            }
            RatingMeasure::PercentOfMaximum => {
                let highest =
                    u64::try_from(scale.highest()).ok().filter(|_| scale.lowest() >= 0)?;
                (100 * moments.sum, moments.n.checked_mul(highest))
            }
        };
        Some(Ratio { numerator, denominator: denominator? })
    }

    fn share(&self, measure: RatingMeasure) -> Share {
        let NetCounts { negative, positive, .. } = self.classes;
        let total = match measure {
            RatingMeasure::GoodShare => positive.saturating_add(negative),
            _ => self.responses(),
        };
        Share { successes: positive, total }
    }

    fn moments(&self) -> Moments {
        let lowest = i64::from(self.histogram.scale().lowest());
        // |rating| < 2^15 and counts < 2^64 cannot leave 128 bits.
        Moments::from_counts(lowest, self.histogram.counts()).unwrap_or_default()
    }

    fn bins(&self, value: impl Fn(i8, i16) -> Option<f64>) -> Vec<WeightedBin> {
        let weights = self.histogram.weights().unwrap_or_default();
        let rows = self.histogram.iter().zip(&self.class_of).zip(weights);
        let bins = rows.filter_map(|(((rating, n), &class), weight)| {
            let value = value(class, rating)?;
            Some(WeightedBin::from_fixed_point(value, n, weight.sum, weight.sum_of_squares))
        });
        bins.collect()
    }

    /// The weighted figure; `None` without weight.
    fn weighted(&self, measure: RatingMeasure) -> Option<WeightedEstimate> {
        read_weighted(&self.bins(|class, rating| match measure {
            RatingMeasure::Net => Some(f64::from(class)),
            RatingMeasure::Share => Some(f64::from(u8::from(class == 1))),
            RatingMeasure::GoodShare => (class != 0).then(|| f64::from(u8::from(class == 1))),
            _ => Some(f64::from(rating)),
        }))
    }

    /// From what the statistics work with to the figure's unit; `None` where it is not defined.
    fn unit(&self, measure: RatingMeasure) -> Option<Unit> {
        let scale = self.histogram.scale();
        let (lowest, highest) = (f64::from(scale.lowest()), f64::from(scale.highest()));
        Some(match measure {
            RatingMeasure::Net => Unit { offset: 0.0, factor: 100.0 },
            RatingMeasure::Share | RatingMeasure::GoodShare | RatingMeasure::Mean => {
                Unit { offset: 0.0, factor: 1.0 }
            }
            RatingMeasure::RescaledMean => {
                let factor = 100.0 / f64::from(scale.range());
                match self.direction {
                    Direction::HigherIsBetter => Unit { offset: -lowest * factor, factor },
                    Direction::LowerIsBetter => Unit { offset: highest * factor, factor: -factor },
                }
            }
            RatingMeasure::PercentOfMaximum if scale.lowest() >= 0 => {
                Unit { offset: 0.0, factor: 100.0 / highest }
            }
            RatingMeasure::PercentOfMaximum => return None,
        })
    }
}

/// Bins of a histogram always hold finite, matching sums, so reading them cannot fail.
fn read_weighted(bins: &[WeightedBin]) -> Option<WeightedEstimate> {
    weighted_mean(bins).ok().flatten()
}

fn unavailable(measure: RatingMeasure) -> Error {
    Error::not_offered(format!("{} is not defined here", measure.name()))
}

/// The figures as they are shown: rounded from the exact counts.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Display {
    /// The score, rounded half away from zero; a share is shown in percent.
    pub score: Option<String>,
    /// Shares of bad, neutral and good answers in percent; they add up to exactly 100.
    pub percentages: Option<[String; 3]>,
    /// Decimals shown.
    pub decimals: u8,
    /// The unit of the score as shown: `points`, `%`, or empty for a mean.
    pub unit: &'static str,
}

/// What every report of one rating a respondent can be asked.
pub trait RatingReport: Report + Clone {
    /// The counts behind the report.
    fn figures(&self) -> &Figures;

    /// The measure that is the score.
    fn headline_measure(&self) -> RatingMeasure;

    /// The limits of the score had all non-respondents answered (Manski).
    fn non_response_bounds(&self, non_respondents: u64) -> Result<Option<NonResponseBounds>> {
        self.figures().non_response_bounds(self.headline_measure(), non_respondents)
    }

    /// The interval of another measure of the same answers.
    fn interval_of(
        &self,
        measure: RatingMeasure,
        options: &IntervalOptions,
    ) -> Result<Option<Interval>> {
        self.figures().interval(measure, options)
    }

    /// Rounded figures for showing; the percentages add up to 100.
    fn display(&self, decimals: u8) -> Result<Display> {
        let NetCounts { negative, neutral, positive } = self.figures().classes();
        let classes = [negative, neutral, positive];
        let percentages = rounding::shares_of_a_hundred(&classes, u32::from(decimals))?;
        let percentages: Vec<String> = percentages.iter().map(ToString::to_string).collect();
        let score = self.figures().rounded(self.headline_measure(), decimals)?;
        Ok(Display {
            score: score.map(|score| score.to_string()),
            percentages: percentages.try_into().ok(),
            decimals,
            unit: self.unit(),
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
