//! Shifted-beta-geometric (sBG): how long customers under contract stay.
//!
//! # What it measures
//! The survival of subscribers who decide at each renewal, projected beyond the periods seen. The
//! retention of a cohort rises with age though nobody grows more loyal: those who leave easily
//! leave early. Curves fitted to survival itself miss this.
//!
//! # Formula
//! ```text
//! at each renewal a customer leaves with chance θ ~ Beta(α, β), of their own and constant
//! P(T = t)  = B(α+1, β+t−1)/B(α, β)        leaves at renewal t = 1, 2, …
//! S(t)      = B(α, β+t)/B(α, β)            still there after t renewals
//! r(t)      = S(t)/S(t−1) = (β+t−1)/(α+β+t−1)
//! θ | n renewals survived ~ Beta(α, β+n)
//! ln L      = Σ left at t · ln P(T = t) + Σ still there after t · ln S(t)
//!
//! residual lifetime after n renewals, w = exp(−discount) per period:
//! just after renewal n             Σ wᵏ S(n+k)/S(n),   k = 0, 1, …  = ₂F₁(1, β+n; α+β+n; w)
//! immediately before renewal n+1   Σ wᵏ⁻¹ S(n+k)/S(n), k = 1, 2, …
//!                                  = (β+n)/(α+β+n) · ₂F₁(1, β+n+1; α+β+n+1; w)
//! ```
//!
//! # Input
//! One [`Tenure`] a customer, or the survivors of cohorts after each period
//! ([`PatternTable::from_cohorts`]), which may be of unequal length.
//!
//! # Empty and edge cases
//! * One period tells α/(α+β) alone: the fit reports a ridge.
//! * Undiscounted, the expected lifetime is infinite for α ≤ 1: a typed error.
//! * Period 0 is the one in which a customer came; everybody has it.
//! * Whether a customer is alive is seen, not inferred;
//!   [`survival`](ShiftedBetaGeometric::survival) gives the chance of being there later.
//!
//! # Merging
//! A fit reads a [`PatternTable`]; tables of several cohorts are made from all of them at once.
//!
//! # Uncertainty
//! [`Fitted`](super::Fitted) holds the covariance of the logs of the parameters. What is known of
//! the θ of one customer: [`churn_propensity`](ShiftedBetaGeometric::churn_propensity).
//!
//! # Not to be confused with
//! A churn rate, which is one period's share and no forecast; [`BgBb`](super::BgBb), where leaving
//! is not seen.
//!
//! # Source
//! Fader & Hardie (2007), How to project customer retention, Journal of Interactive Marketing
//! 21(1); Fader & Hardie (2010), Customer-base valuation in a contractual setting, Marketing
//! Science 29(1) (residual lifetime).
//!
//! # Example
//! ```
//! use cxm_core::clv::{Discount, Model, RenewalTiming, ShiftedBetaGeometric};
//!
//! let model = ShiftedBetaGeometric::from_parameters(&[0.668, 3.806])?;
//! assert!((model.survival(0.0, 12.0)? - 0.378).abs() < 1e-4);
//!
//! let discount = Some(Discount::compounded(0.10, 1.0)?);
//! let before = RenewalTiming::ImmediatelyBeforeRenewal;
//! let residual = model.expected_residual_lifetime(7.0, discount, before)?;
//! assert!((residual - 7.530).abs() < 5e-4);
//! # Ok::<(), cxm_core::Error>(())
//! ```

use super::beta_sequence::{BetaSequence, discounted_noes};
use super::history::Discount;
use super::model::{Derivatives, MAX_PARAMETERS, Model, check_opportunities, check_parameters};
use super::patterns::{Pattern, PatternTable};
use crate::calculator::batch::same_length;
use crate::error::{Error, Result};
use crate::numeric::distribution::beta_quantile;

/// The shifted-beta-geometric model with known parameters.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ShiftedBetaGeometric {
    alpha: f64,
    beta: f64,
}

/// How long one customer has been there, in whole periods, and whether they have left.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Tenure {
    periods: f64,
    churned: bool,
}

impl Tenure {
    /// A customer who left at renewal `periods` (1 or more), or is still there after so many.
    ///
    /// ```
    /// use cxm_core::clv::Tenure;
    /// assert!(Tenure::new(0.0, false).is_ok());
    /// assert_eq!(Tenure::new(0.0, true).unwrap_err().field(), Some("tenure"));
    /// ```
    pub fn new(periods: f64, churned: bool) -> Result<Self> {
        let at_fault = |message: String| Error::observation(message).in_field("tenure");
        if !(periods >= 0.0 && libm::floor(periods) >= periods) {
            return Err(at_fault(format!("expected a whole number of periods, got {periods}")));
        }
        if churned && periods < 1.0 {
            return Err(at_fault("expected 1 or more: the first renewal is renewal 1".to_owned()));
        }
        check_opportunities("tenure", periods)?;
        Ok(Self { periods, churned })
    }

    /// The renewal at which the customer left, or the renewals survived so far.
    pub fn periods(&self) -> f64 {
        self.periods
    }

    /// Whether the customer has left.
    pub fn churned(&self) -> bool {
        self.churned
    }
}

impl Pattern for Tenure {
    fn numbers(&self) -> [f64; 3] {
        [self.periods, f64::from(u8::from(self.churned)), 0.0]
    }

    /// Whether the customer has renewed.
    fn is_repeater(&self) -> bool {
        self.periods > if self.churned { 1.0 } else { 0.0 }
    }

    fn age(&self) -> Option<f64> {
        Some(self.periods)
    }
}

impl PatternTable<Tenure> {
    /// From columns, one customer a row.
    ///
    /// ```
    /// use cxm_core::clv::PatternTable;
    /// let table = PatternTable::from_tenures(&[3.0, 1.0, 3.0], &[false, true, false])?;
    /// assert_eq!(table.len(), 2);
    /// # Ok::<(), cxm_core::Error>(())
    /// ```
    pub fn from_tenures(tenure: &[f64], churned: &[bool]) -> Result<Self> {
        Self::from_rows(tenures(tenure, churned)?.into_iter().map(|row| (row, 1.0)))
    }

    /// From columns, where each row stands for `weights` customers.
    pub fn from_weighted_tenures(
        tenure: &[f64],
        churned: &[bool],
        weights: &[f64],
    ) -> Result<Self> {
        let tenures = tenures(tenure, churned)?;
        same_length("weights", weights.len(), tenures.len())?;
        Self::from_rows(tenures.into_iter().zip(weights.iter().copied()))
    }

    /// From cohorts: of each, the customers it began with and those left after each period.
    ///
    /// ```
    /// use cxm_core::clv::PatternTable;
    /// // One cohort has been seen for two renewals, a later one for one.
    /// let table = PatternTable::from_cohorts(&[vec![1000.0, 869.0, 743.0], vec![500.0, 441.0]])?;
    /// assert_eq!(table.customers(), 1500.0);
    /// let error = PatternTable::from_cohorts(&[[1000.0, 1001.0]]).unwrap_err();
    /// assert_eq!((error.field(), error.row()), (Some("survivors"), Some(1)));
    /// # Ok::<(), cxm_core::Error>(())
    /// ```
    pub fn from_cohorts<C: AsRef<[f64]>>(cohorts: &[C]) -> Result<Self> {
        let mut rows = Vec::new();
        for (number, survivors) in (1_u32..).zip(cohorts) {
            cohort_rows(survivors.as_ref(), &mut rows)
                .map_err(|error| error.within(format!("cohort {number}")))?;
        }
        Self::from_rows(rows)
    }
}

fn tenures(tenure: &[f64], churned: &[bool]) -> Result<Vec<Tenure>> {
    same_length("churned", churned.len(), tenure.len())?;
    let rows = tenure.iter().zip(churned).enumerate();
    rows.map(|(row, (&periods, &churned))| {
        Tenure::new(periods, churned).map_err(|error| error.at_row(row))
    })
    .collect()
}

fn cohort_rows(survivors: &[f64], rows: &mut Vec<(Tenure, f64)>) -> Result<()> {
    let mut before = f64::MAX;
    let mut periods = 0.0;
    for (row, &left) in survivors.iter().enumerate() {
        if !(left >= 0.0 && left <= before) {
            let expected =
                if row == 0 { "a finite number".to_owned() } else { format!("{before}") };
            let message = format!("expected 0 up to {expected}, got {left}");
            return Err(Error::observation(message).in_field("survivors").at_row(row));
        }
        if row > 0 {
            periods += 1.0;
            rows.push((Tenure::new(periods, true)?, before - left));
        }
        before = left;
    }
    if !survivors.is_empty() {
        rows.push((Tenure::new(periods, false)?, before));
    }
    Ok(())
}

impl Model for ShiftedBetaGeometric {
    type Pattern = Tenure;

    const NAME: &'static str = "shifted_beta_geometric";
    const PARAMETERS: &'static [&'static str] = &["alpha", "beta"];
    const TIMES: &'static [bool] = &[false, false];

    fn from_parameters(parameters: &[f64]) -> Result<Self> {
        let [alpha, beta] = check_parameters(Self::PARAMETERS, parameters)?;
        Ok(Self { alpha, beta })
    }

    fn parameters(&self) -> [f64; MAX_PARAMETERS] {
        [self.alpha, self.beta, 0.0, 0.0]
    }

    fn log_likelihood(&self, tenure: &Tenure) -> f64 {
        self.sequence(tenure).value
    }

    fn derivatives(&self, tenure: &Tenure) -> Derivatives {
        let sequence = self.sequence(tenure);
        let ([a, b], [aa, ab, bb]) = (sequence.gradient(), sequence.hessian());
        Derivatives {
            value: sequence.value,
            gradient: [a, b, 0.0, 0.0],
            hessian: [[aa, ab, 0.0, 0.0], [ab, bb, 0.0, 0.0], [0.0; 4], [0.0; 4]],
        }
    }

    fn start(table: &PatternTable<Tenure>) -> [f64; MAX_PARAMETERS] {
        let (mut left, mut renewals) = (0.0, 0.0);
        for (tenure, weight) in table.iter() {
            left += if tenure.churned { weight } else { 0.0 };
            renewals += weight * tenure.periods;
        }
        // Half a loss and half a renewal, so that no share is 0 or 1.
        let churn = (left + 0.5) / (renewals + 1.0);
        [1.0, (1.0 - churn).max(1e-6) / churn, 0.0, 0.0]
    }
}

impl ShiftedBetaGeometric {
    fn sequence(&self, tenure: &Tenure) -> BetaSequence {
        let left = if tenure.churned { 1.0 } else { 0.0 };
        BetaSequence::new(self.alpha, self.beta, left, tenure.periods - left)
    }

    /// S(n + t)/S(n): the chance that one who has survived `renewals` survives `periods` more.
    pub fn survival(&self, renewals: f64, periods: f64) -> Result<f64> {
        check_opportunities("renewals", renewals)?;
        check_opportunities("periods", periods)?;
        Ok(libm::exp(BetaSequence::new(self.alpha, self.beta + renewals, 0.0, periods).value))
    }

    /// P(T = n + t | n): the chance that one who has survived `renewals` leaves at the `period`th
    /// after that.
    pub fn churn_probability(&self, renewals: f64, period: f64) -> Result<f64> {
        check_opportunities("renewals", renewals)?;
        check_opportunities("period", period)?;
        if period < 1.0 {
            return Err(Error::argument("expected 1 or more, got 0").in_field("period"));
        }
        let beta = self.beta + renewals;
        Ok(libm::exp(BetaSequence::new(self.alpha, beta, 1.0, period - 1.0).value))
    }

    /// r(n + 1): the chance that one who has survived `renewals` survives the next one too.
    pub fn retention_rate(&self, renewals: f64) -> Result<f64> {
        check_opportunities("renewals", renewals)?;
        let stay = self.beta + renewals;
        Ok(stay / (self.alpha + stay))
    }

    /// θ of one who has survived so many renewals.
    pub fn churn_propensity(&self, renewals: f64) -> Result<ChurnPropensity> {
        check_opportunities("renewals", renewals)?;
        Ok(ChurnPropensity { alpha: self.alpha, beta: self.beta + renewals })
    }

    /// The expected tenure of a new customer in periods, the first one included:
    /// (α+β−1)/(α−1); `NotOffered` for α ≤ 1, where it is infinite.
    pub fn expected_tenure(&self) -> Result<f64> {
        self.expected_residual_lifetime(0.0, None, RenewalTiming::JustAfterRenewal)
    }

    /// The expected tenure of a new customer within so many periods: Σ S(t), t < `periods`.
    pub fn expected_tenure_within(&self, periods: f64) -> Result<f64> {
        check_opportunities("periods", periods)?;
        let (mut survival, mut sum, mut t) = (1.0, 0.0, 0.0);
        while t < periods {
            sum += survival;
            survival *= (self.beta + t) / (self.alpha + self.beta + t);
            t += 1.0;
        }
        Ok(sum)
    }

    /// The expected number of periods still to come after `renewals`, each discounted (DERL); with
    /// the margin of a period it is the residual value of the customer.
    ///
    /// Without a discount it is infinite for α ≤ 1: `NotOffered`.
    pub fn expected_residual_lifetime(
        &self,
        renewals: f64,
        discount: Option<Discount>,
        timing: RenewalTiming,
    ) -> Result<f64> {
        check_opportunities("renewals", renewals)?;
        let stay = self.beta + renewals;
        let (next, beta) = match timing {
            RenewalTiming::JustAfterRenewal => (1.0, stay),
            RenewalTiming::ImmediatelyBeforeRenewal => (stay / (self.alpha + stay), stay + 1.0),
        };
        match discount {
            Some(discount) => {
                Ok(next * discounted_noes(self.alpha, beta, libm::exp(-discount.rate())))
            }
            None if self.alpha > 1.0 => Ok(next * (self.alpha + beta - 1.0) / (self.alpha - 1.0)),
            None => Err(Error::not_offered(format!(
                "without a discount the expected lifetime is infinite, since alpha = {} is not \
                 above 1",
                self.alpha
            ))
            .in_field("discount")),
        }
    }
}

/// From which moment a residual lifetime is counted; the two differ by a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum RenewalTiming {
    /// The next renewal is at hand, and whether it comes is open: its period counts in full if it
    /// comes, and not at all if not. As in Fader & Hardie (2010).
    ImmediatelyBeforeRenewal,
    /// The last renewal has just been made: the period that it bought counts in full.
    JustAfterRenewal,
}

/// What is known of a customer's chance to leave at a renewal: θ ~ Beta(alpha, beta).
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ChurnPropensity {
    /// α.
    pub alpha: f64,
    /// β and the renewals survived.
    pub beta: f64,
}

impl ChurnPropensity {
    /// E(θ).
    pub fn mean(&self) -> f64 {
        self.alpha / (self.alpha + self.beta)
    }

    /// The value that θ stays below with this probability, 0..=1.
    pub fn quantile(&self, probability: f64) -> f64 {
        beta_quantile(probability, self.alpha, self.beta)
    }

    /// Var(θ).
    pub fn variance(&self) -> f64 {
        let sum = self.alpha + self.beta;
        self.alpha * self.beta / (sum * sum * (sum + 1.0))
    }
}
