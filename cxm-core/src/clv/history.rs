//! What a model knows of a customer, and how far it looks ahead.

use crate::error::{Error, Result};

/// The history of one customer: repeat purchases, when the last one was, and how
/// long ago the first.
///
/// All times count from the first purchase, in the unit of the model.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct History {
    frequency: f64,
    recency: f64,
    age: f64,
}

impl History {
    /// A customer who has just bought for the first time.
    pub const NEW: Self = Self { frequency: 0.0, recency: 0.0, age: 0.0 };

    /// A history; the error names the field.
    ///
    /// `frequency` is a whole number of repeat purchases (the first is not one), `recency` the age
    /// at the last purchase (0 without a repeat), `age` the time since the first purchase.
    ///
    /// ```
    /// use cxm_core::clv::History;
    /// assert!(History::new(2.0, 30.43, 38.86).is_ok());
    /// let error = History::new(2.0, 40.0, 38.86).unwrap_err();
    /// assert_eq!(error.field(), Some("recency"));
    /// ```
    pub fn new(frequency: f64, recency: f64, age: f64) -> Result<Self> {
        if !(frequency >= 0.0 && frequency.is_finite() && is_whole(frequency)) {
            return Err(refuse("frequency", "a whole number of repeat purchases", frequency));
        }
        if !(age >= 0.0 && age.is_finite()) {
            return Err(refuse("age", "a finite time that is not negative", age));
        }
        if !(recency >= 0.0 && recency <= age) {
            return Err(refuse("recency", "a time between 0 and the age", recency));
        }
        if frequency > 0.0 && recency <= 0.0 {
            return Err(refuse("recency", "a time above 0, since there are repeats", recency));
        }
        if frequency <= 0.0 && recency > 0.0 {
            return Err(refuse("recency", "0, since there is no repeat", recency));
        }
        // Adding 0 turns −0 into 0, so that equal histories have equal bits.
        Ok(Self { frequency: frequency + 0.0, recency: recency + 0.0, age: age + 0.0 })
    }

    /// Repeat purchases, a whole number.
    pub fn frequency(&self) -> f64 {
        self.frequency
    }

    /// Age at the last purchase; 0 without a repeat.
    pub fn recency(&self) -> f64 {
        self.recency
    }

    /// Time since the first purchase.
    pub fn age(&self) -> f64 {
        self.age
    }

    /// Whether the customer has bought again.
    pub fn is_repeater(&self) -> bool {
        self.frequency > 0.0
    }
}

/// Whether a number that is not negative is whole: a rounding instead of a call, since every row of
/// a column is asked.
pub(super) fn is_whole(number: f64) -> bool {
    // From here on all doubles are whole.
    const WHOLE: f64 = 4_503_599_627_370_496.0;
    number >= WHOLE || (((number + WHOLE) - WHOLE) - number).abs() <= 0.0
}

fn refuse(field: &'static str, expected: &str, got: f64) -> Error {
    Error::observation(format!("expected {expected}, got {got}")).in_field(field)
}

/// How far a prediction looks ahead, in the unit of the model: finite and not negative.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "f64", into = "f64"))]
pub struct Horizon(f64);

impl Horizon {
    /// Now.
    pub const NOW: Self = Self(0.0);

    /// Farther than any integral looks.
    pub(super) const FARTHEST: Self = Self(f64::MAX);

    /// So many units from now, which are known not to be negative, and not beyond the other.
    pub(super) fn at_most(horizon: f64, other: Self) -> Self {
        Self(horizon.min(other.0))
    }

    /// So many units from now.
    pub fn new(horizon: f64) -> Result<Self> {
        if horizon >= 0.0 && horizon.is_finite() {
            return Ok(Self(horizon));
        }
        Err(Error::argument(format!("expected a finite time that is not negative, got {horizon}"))
            .in_field("horizon"))
    }

    /// In the unit of the model.
    pub fn get(self) -> f64 {
        self.0
    }
}

impl TryFrom<f64> for Horizon {
    type Error = Error;

    fn try_from(horizon: f64) -> Result<Self> {
        Self::new(horizon)
    }
}

impl From<Horizon> for f64 {
    fn from(horizon: Horizon) -> Self {
        horizon.0
    }
}

/// A continuous discount rate per unit of the model: a purchase at time t counts exp(−δt).
///
/// The rate is above 0, so that even the expected purchases of an endless future are finite.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "f64", into = "f64"))]
pub struct Discount(f64);

impl Discount {
    /// A continuous rate per unit.
    pub fn continuous(rate: f64) -> Result<Self> {
        if rate > 0.0 && rate.is_finite() {
            return Ok(Self(rate));
        }
        Err(Error::argument(format!("expected a finite rate above 0, got {rate}"))
            .in_field("discount"))
    }

    /// From a rate that is compounded once every `units_per_period`: δ = ln(1 + rate) ÷ units.
    ///
    /// ```
    /// use cxm_core::clv::Discount;
    /// // 15 % a year, in weeks
    /// let weekly = Discount::compounded(0.15, 365.25 / 7.0)?;
    /// assert!((weekly.rate() - 0.002_678_5).abs() < 1e-7);
    /// # Ok::<(), cxm_core::Error>(())
    /// ```
    pub fn compounded(rate: f64, units_per_period: f64) -> Result<Self> {
        if !(units_per_period > 0.0 && units_per_period.is_finite()) {
            return Err(Error::argument("expected a period above 0").in_field("discount"));
        }
        Self::continuous(libm::log1p(rate) / units_per_period)
    }

    /// δ, per unit of the model.
    pub fn rate(self) -> f64 {
        self.0
    }
}

impl TryFrom<f64> for Discount {
    type Error = Error;

    fn try_from(rate: f64) -> Result<Self> {
        Self::continuous(rate)
    }
}

impl From<Discount> for f64 {
    fn from(discount: Discount) -> Self {
        discount.0
    }
}
