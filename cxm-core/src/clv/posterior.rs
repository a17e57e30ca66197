//! The posterior: many parameters that the data allow, each with its weight, and what they say
//! together about a customer.
//!
//! # What it measures
//! The uncertainty of parameters and predictions, without the assumption that they are normal.
//!
//! # Formula
//! ```text
//! posterior mean of q       = Σ w_d q(θ_d)
//! credible interval         = the weighted α/2 and 1 − α/2 quantiles of q(θ_d)
//! predictive P(n purchases) = Σ w_d P(n | θ_d, history)
//! ```
//!
//! # Input
//! Draws made by the Laplace approximation or, with the feature `nuts`, by the No-U-turn sampler.
//!
//! # Empty and edge cases
//! A posterior always has draws. Where draws without an answer (a purchase that never comes) reach
//! into the limits, there is no interval.
//!
//! # Merging
//! Posteriors do not merge; pattern tables do, and are then fitted.
//!
//! # Uncertainty
//! The effective draws and, for weighted draws, the Pareto k̂ say how far to trust the draws
//! themselves; the diagnosis puts it into words.
//!
//! # Not to be confused with
//! [`delta_interval`](super::intervals::delta_interval), which takes the posterior to be normal.
//! Credible limits are those of an expectation; what a customer will really do is in
//! [`predictive`](super::predictive).
//!
//! # Source
//! Gelman et al. (2013), Bayesian Data Analysis, chapters 10 and 13.
//!
//! # Example
//! ```
//! use cxm_core::clv::{BgNbd, FitOptions, History, PatternTable, Quantity, Horizon, fit};
//! use cxm_core::clv::laplace::{LaplaceOptions, laplace_posterior};
//!
//! let table = PatternTable::from_weighted_columns(
//!     &[0.0, 0.0, 1.0, 1.0, 2.0, 2.0, 5.0, 9.0],
//!     &[0.0, 0.0, 5.0, 20.0, 12.0, 30.0, 33.0, 36.0],
//!     &[39.0, 30.0, 38.0, 35.0, 30.0, 37.0, 36.0, 39.0],
//!     &[300.0, 250.0, 60.0, 50.0, 30.0, 40.0, 20.0, 10.0],
//! )?;
//! let fitted = fit::<BgNbd>(&table, &FitOptions::default())?;
//! let options = LaplaceOptions::default();
//! let posterior = laplace_posterior(&fitted, &table, &options, &mut |_| Ok(()))?;
//! let asked = Quantity::ExpectedTransactions { horizon: Horizon::new(52.0)? };
//! let customer = History::new(2.0, 30.0, 37.0)?;
//! let interval = posterior.credible_interval(&asked, &customer, 0.95)?.unwrap();
//! assert!(interval.lower < interval.value && interval.value < interval.upper);
//! # Ok::<(), cxm_core::Error>(())
//! ```

use super::history::History;
use super::intervals::{PredictionInterval, for_each_distinct};
use super::model::{Model, PurchaseModel};
use super::quantity::Quantity;
use crate::calculator::batch::same_length;
use crate::error::{Error, Result};
use crate::stats::IntervalOptions;

/// How the draws were made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum PosteriorMethod {
    /// Weighted draws from a t distribution about the optimum.
    Laplace,
    /// The No-U-turn sampler.
    Nuts,
}

/// How far the draws of a posterior can be trusted.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct PosteriorDiagnosis {
    /// How the draws were made.
    pub method: PosteriorMethod,
    /// Draws.
    pub draws: u64,
    /// To how many independent draws they amount: for chains, of the worst parameter.
    pub effective_draws: f64,
    /// Shape of the tail of the weights; above 0.7 they cannot be trusted. `None` for chains.
    pub pareto_k: Option<f64>,
    /// Split R̂ of the worst parameter; above 1.01 the chains have not met. `None` for weights.
    pub r_hat: Option<f64>,
    /// Steps of the sampler that went astray after the warm-up. `None` for weights.
    pub divergences: Option<u64>,
    /// Whether nothing speaks against the draws.
    pub reliable: bool,
    /// In words, with what to do.
    pub message: String,
}

/// A parameter in the posterior.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ParameterSummary {
    /// Its name.
    pub name: String,
    /// The mean.
    pub mean: f64,
    /// The standard deviation.
    pub standard_deviation: f64,
    /// The lower limit of the credible interval.
    pub lower: f64,
    /// The median.
    pub median: f64,
    /// The upper limit of the credible interval.
    pub upper: f64,
}

/// How far the drawing has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Draws made so far, warm-up included.
    pub done: u64,
    /// Draws to be made; 0 where nobody knows, as of the steps of a fit.
    pub total: u64,
}

/// Told now and then how far the drawing has come; its error stops the drawing, by convention a
/// [`Cancelled`](crate::ErrorKind::Cancelled) one.
pub type OnProgress<'a> = &'a mut dyn FnMut(Progress) -> Result<()>;

/// Draws of a model's parameters with their weights.
#[derive(Debug, Clone, PartialEq)]
pub struct Posterior<M> {
    draws: Vec<M>,
    /// One a draw, of sum 1.
    weights: Vec<f64>,
    diagnosis: PosteriorDiagnosis,
}

/// Draws of two models with their common weights, which are of sum 1: what is known of purchases
/// and of spend, as two independent posteriors.
#[derive(Debug, Clone, PartialEq)]
pub struct PairedPosterior<M, S> {
    draws: Vec<(M, S, f64)>,
}

impl<M: Model, S: Model> PairedPosterior<M, S> {
    /// The posterior mean and the credible interval of what the two models say together; `None`
    /// where draws without an answer reach into the limits.
    pub fn credible_interval_of(
        &self,
        answer: impl Fn(&M, &S) -> Result<Option<f64>>,
        level: f64,
    ) -> Result<Option<PredictionInterval>> {
        let rows = self.draws.iter();
        let answers = rows.map(|(ours, theirs, weight)| Ok((answer(ours, theirs)?, *weight)));
        Answers::collect(answers)?.interval(level)
    }
}

impl<M: Model> Posterior<M> {
    /// Draws with their weights, which are brought to sum 1.
    pub fn new(
        draws: Vec<M>,
        mut weights: Vec<f64>,
        diagnosis: PosteriorDiagnosis,
    ) -> Result<Self> {
        same_length("weights", weights.len(), draws.len())?;
        let total: f64 = weights.iter().sum();
        let valid = weights.iter().all(|weight| *weight >= 0.0);
        if !(valid && total > 0.0 && total.is_finite()) {
            return Err(Error::argument("expected weights of a finite sum above 0, none negative")
                .in_field("weights"));
        }
        weights.iter_mut().for_each(|weight| *weight /= total);
        Ok(Self { draws, weights, diagnosis })
    }

    /// The drawn models with their weights, of sum 1.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&M, f64)> {
        self.draws.iter().zip(self.weights.iter().copied())
    }

    /// Number of draws.
    pub fn len(&self) -> usize {
        self.draws.len()
    }

    /// Whether there are none; never, after [`new`](Self::new).
    pub fn is_empty(&self) -> bool {
        self.draws.is_empty()
    }

    /// How far to trust the draws.
    pub fn diagnosis(&self) -> &PosteriorDiagnosis {
        &self.diagnosis
    }

    /// So many draws of equal weight, taken evenly: less work for columns of customers.
    ///
    /// A draw of weight w comes w·n times, rounded up or down.
    pub fn thinned(&self, draws: u32) -> Result<Self> {
        if draws == 0 {
            return Err(Error::argument("expected at least 1 draw, got 0").in_field("draws"));
        }
        let share = 1.0 / f64::from(draws);
        let mut kept = Vec::new();
        let mut cumulated = 0.0;
        let mut rank = 0;
        for (model, weight) in self.iter() {
            cumulated += weight;
            while rank < draws && (f64::from(rank) + 0.5) * share <= cumulated {
                kept.push(model.clone());
                rank += 1;
            }
        }
        // The last may be missed by a rounding of the sum.
        while kept.len() < draws as usize {
            kept.extend(self.draws.last().cloned());
        }
        let mut diagnosis = self.diagnosis.clone();
        diagnosis.effective_draws = diagnosis.effective_draws.min(f64::from(draws));
        diagnosis.draws = u64::from(draws);
        Self::new(kept, vec![1.0; draws as usize], diagnosis)
    }

    /// Means, spreads and limits of the parameters.
    pub fn summary(&self, level: f64) -> Result<Vec<ParameterSummary>> {
        let names = M::PARAMETERS.iter().enumerate();
        names
            .map(|(k, name)| {
                let value = |model: &M| Ok(model.parameters().get(k).copied());
                let mut answers = self.answers(value)?;
                let interval = answers.interval(level)?.ok_or_else(no_interval)?;
                let variance = answers.sum(|x| (x - interval.value) * (x - interval.value));
                Ok(ParameterSummary {
                    name: (*name).to_owned(),
                    mean: interval.value,
                    standard_deviation: variance.sqrt(),
                    lower: interval.lower,
                    median: answers.quantile(0.5),
                    upper: interval.upper,
                })
            })
            .collect()
    }

    /// The posterior mean and the credible interval of anything that a model can be asked; `None`
    /// where draws without an answer reach into the limits.
    pub fn credible_interval_of(
        &self,
        answer: impl Fn(&M) -> Result<Option<f64>>,
        level: f64,
    ) -> Result<Option<PredictionInterval>> {
        self.answers(answer)?.interval(level)
    }

    /// The same for what two models say together, as expected purchases times expected spend. The
    /// posteriors are taken to be independent: draws of the other are paired evenly.
    pub fn joint_credible_interval_of<S: Model>(
        &self,
        other: &Posterior<S>,
        answer: impl Fn(&M, &S) -> Result<Option<f64>>,
        level: f64,
    ) -> Result<Option<PredictionInterval>> {
        self.paired(other)?.credible_interval_of(answer, level)
    }

    /// The draws of both, paired once for many customers.
    pub fn paired<S: Model>(&self, other: &Posterior<S>) -> Result<PairedPosterior<M, S>> {
        let theirs = other.paired_with(self.len())?;
        let draws = self.draws.iter().cloned().zip(theirs).zip(self.weights.iter().copied());
        Ok(PairedPosterior { draws: draws.map(|((ours, theirs), w)| (ours, theirs, w)).collect() })
    }

    /// As many draws of equal weight as another posterior has. Draws in a row may be alike, as
    /// those of a chain are, so they are dealt out in big steps.
    pub(super) fn paired_with(&self, draws: usize) -> Result<Vec<M>> {
        let count = u32::try_from(draws)
            .map_err(|_| Error::limit(format!("{draws} draws are too many to be paired")))?;
        let even = self.thinned(count)?.draws;
        let step = coprime_step(draws);
        let dealt = (0..draws).scan(0, |at, _| {
            *at = (*at + step) % draws;
            Some(even.get(*at).cloned())
        });
        Ok(dealt.flatten().collect())
    }

    fn answers(&self, answer: impl Fn(&M) -> Result<Option<f64>>) -> Result<Answers> {
        Answers::collect(self.iter().map(|(model, weight)| Ok((answer(model)?, weight))))
    }
}

/// About 0.618 of the number and without a common divisor, so that multiples visit all once.
fn coprime_step(n: usize) -> usize {
    let common = |mut a: usize, mut b: usize| {
        while b > 0 {
            (a, b) = (b, a % b);
        }
        a
    };
    let golden = n / 2 + n / 8;
    (golden..n).find(|step| common(*step, n) == 1).unwrap_or(1)
}

fn no_interval() -> Error {
    Error::not_converged("parameters of the posterior are not finite")
}

impl<M: PurchaseModel> Posterior<M> {
    /// The posterior mean and the credible interval of a prediction for one customer; `None` where
    /// it has no answer.
    pub fn credible_interval(
        &self,
        quantity: &Quantity,
        history: &History,
        level: f64,
    ) -> Result<Option<PredictionInterval>> {
        quantity.validate()?;
        self.credible_interval_of(|model| quantity.of(model, history), level)
    }

    /// The same for a column of customers; the error names the row.
    ///
    /// Customers with the same history are asked about once, and only the draws of one history are
    /// held at a time. [`thinned`](Self::thinned) draws make it as much faster as they are fewer.
    pub fn credible_intervals(
        &self,
        quantity: &Quantity,
        histories: &[History],
        level: f64,
    ) -> Result<Vec<Option<PredictionInterval>>> {
        for_each_distinct(histories, |history| self.credible_interval(quantity, history, level))
    }
}

/// What the draws answered, with their weights; a draw without an answer is infinitely far.
pub(super) struct Answers {
    rows: Vec<(f64, f64)>,
    sorted: bool,
}

impl Answers {
    pub(super) fn collect(
        answers: impl Iterator<Item = Result<(Option<f64>, f64)>>,
    ) -> Result<Self> {
        let rows = answers
            .map(|answer| answer.map(|(value, weight)| (value.unwrap_or(f64::INFINITY), weight)))
            // A weight of 0 says nothing, and 0 · ∞ would not be a number.
            .filter(|answer| !matches!(answer, Ok((_, weight)) if *weight <= 0.0))
            .collect::<Result<_>>()?;
        Ok(Self { rows, sorted: false })
    }

    fn sum(&self, term: impl Fn(f64) -> f64) -> f64 {
        self.rows.iter().map(|(value, weight)| term(*value) * weight).sum()
    }

    /// The weighted quantile: linear between the middles of the steps of the distribution.
    fn quantile(&mut self, p: f64) -> f64 {
        if !self.sorted {
            self.rows.sort_by(|(a, _), (b, _)| a.total_cmp(b));
            self.sorted = true;
        }
        let mut cumulated = 0.0;
        let mut before: Option<(f64, f64)> = None;
        for (value, weight) in &self.rows {
            let middle = cumulated + weight / 2.0;
            if middle >= p {
                return match before {
                    Some((at, below)) if *value > below => {
                        below + (value - below) * (p - at) / (middle - at)
                    }
                    _ => *value,
                };
            }
            before = Some((middle, *value));
            cumulated += weight;
        }
        before.map_or(f64::NAN, |(_, value)| value)
    }

    pub(super) fn interval(&mut self, level: f64) -> Result<Option<PredictionInterval>> {
        let alpha = IntervalOptions::at(level).alpha()?;
        let (lower, upper) = (self.quantile(alpha / 2.0), self.quantile(1.0 - alpha / 2.0));
        let mut value = self.sum(|x| x);
        if value.is_infinite() {
            // A time has no mean where it may never come; its median stands for it.
            value = self.quantile(0.5);
        }
        let finite = lower.is_finite() && upper.is_finite() && value.is_finite();
        Ok(finite.then_some(PredictionInterval { value, lower, upper, level }))
    }
}
