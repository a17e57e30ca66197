//! Customers drawn from a model: for planning, and to see whether a fit finds what they came from.
//!
//! # What it measures
//! What a business would see if the model were true: when each customer buys, when they leave, and
//! what they spend.
//!
//! # Formula
//! ```text
//! NBD         λ ~ Gamma(r, α);  waiting times Exp(λ), for ever
//! BG/NBD      as NBD;  p ~ Beta(a, b);  after each repeat purchase they leave with probability p
//! MBG/NBD     as BG/NBD, and with probability p right after the first purchase already
//! Pareto/NBD  as NBD until τ ~ Exp(μ);  μ ~ Gamma(s, β)
//! Gamma-Gamma ν ~ Gamma(q, v);  amounts Gamma(p, ν)
//! BG/BB       p ~ Beta(α, β), θ ~ Beta(γ, δ);  before each opportunity they leave with
//!             probability θ, then buy with probability p
//! sBG         θ ~ Beta(α, β);  at each renewal they leave with probability θ
//! ```
//!
//! # Input
//! A model with its parameters, an age for every customer and a seed; under contract, the age is
//! the number of renewals that were due. Customer i is drawn from a stream of its own: the same
//! however many others there are.
//!
//! # Empty and edge cases
//! No ages give no customers. A customer who would buy more than a million times is refused: the
//! parameters or the unit are wrong then.
//!
//! # Merging
//! Nothing is kept; ages may be drawn in parts under different seeds.
//!
//! # Uncertainty
//! It is the draw itself.
//!
//! # Not to be confused with
//! The posterior, which draws parameters and not customers.
//!
//! # Source
//! The models as in their own modules.
//!
//! # Example
//! ```
//! use cxm_core::clv::{Horizon, simulation::{Ages, Simulation}};
//! use cxm_core::clv::{BgNbd, Model};
//!
//! let model = BgNbd::from_parameters(&[0.243, 4.414, 0.793, 2.426])?;
//! let plan = Simulation { ages: Ages::Same { customers: 1000, age: 52.0 }, ..Default::default() };
//! let histories = plan.histories(&model)?;
//! let bought_again = histories.iter().filter(|history| history.is_repeater()).count();
//! assert!((350..550).contains(&bought_again));
//! # Ok::<(), cxm_core::Error>(())
//! ```

use super::history::{History, Horizon};
use super::model::{Model as _, PurchaseModel};
use super::patterns::PatternTable;
use super::shifted_beta_geometric::{ShiftedBetaGeometric, Tenure};
use super::{BgBb, BgNbd, GammaGamma, MbgNbd, Nbd, ParetoNbd};
use crate::error::{Error, Result};
use crate::numeric::random::Random;

/// More purchases of one customer are refused: eight megabytes each.
const MAX_PURCHASES: usize = 1_000_000;

/// When a customer buys and when they leave; ages count from the first purchase.
#[derive(Debug, Clone, PartialEq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct SimulatedCustomer {
    /// Their age at the cut-off.
    pub age: f64,
    /// Ages at the repeat purchases, rising, up to the end of the horizon.
    pub purchases: Vec<f64>,
    /// Age at which they left; `None` if they were still there at the end of the horizon.
    pub dropout: Option<f64>,
}

impl SimulatedCustomer {
    /// What a business knows of them at the cut-off.
    pub fn history(&self) -> Result<History> {
        self.history_at(self.age)
    }

    /// What a business knew of them at an age.
    pub fn history_at(&self, age: f64) -> Result<History> {
        let known = self.purchases.partition_point(|purchase| *purchase <= age);
        let last = known.checked_sub(1).and_then(|last| self.purchases.get(last));
        History::new(known as f64, last.copied().unwrap_or(0.0), age)
    }

    /// Whether they are still there at an age.
    pub fn is_alive_at(&self, age: f64) -> bool {
        self.dropout.is_none_or(|dropout| age < dropout)
    }

    /// Purchases after the cut-off, up to the end of the horizon.
    pub fn future_purchases(&self) -> u64 {
        let known = self.purchases.partition_point(|purchase| *purchase <= self.age);
        (self.purchases.len() - known) as u64
    }

    fn buy(&mut self, age: f64) -> Result<()> {
        if self.purchases.len() >= MAX_PURCHASES {
            return Err(Error::limit(format!(
                "a customer would buy more than {MAX_PURCHASES} times; are the parameters of \
                 another unit than the ages?"
            )));
        }
        self.purchases.push(age);
        Ok(())
    }

    /// Buys with waiting times of this rate until `until`; after each purchase `leaves` is asked.
    fn buy_at_rate(
        &mut self,
        rate: f64,
        until: f64,
        random: &mut Random,
        mut leaves: impl FnMut(&mut Random) -> bool,
    ) -> Result<()> {
        let mut age = 0.0;
        loop {
            // A purchase at age 0 would be the first one again.
            age += random.exponential(rate).max(f64::MIN_POSITIVE);
            if age > until {
                return Ok(());
            }
            self.buy(age)?;
            if leaves(random) {
                self.dropout = Some(age);
                return Ok(());
            }
        }
    }
}

/// A model from which customers can be drawn.
pub trait Simulate: PurchaseModel {
    /// Adds the purchases of a new customer up to the age `until`, and when they left.
    fn live(&self, customer: &mut SimulatedCustomer, until: f64, random: &mut Random)
    -> Result<()>;
}

/// How long a customer under contract stays.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct SimulatedContract {
    /// The renewals that were due by the cut-off, had the customer stayed.
    pub due: f64,
    /// The renewal at which they leave; `None` if that is beyond the horizon.
    pub leaves_at: Option<f64>,
}

impl SimulatedContract {
    /// What a business knows of them at the cut-off.
    pub fn tenure(&self) -> Result<Tenure> {
        match self.leaves_at {
            Some(renewal) if renewal <= self.due => Tenure::new(renewal, true),
            _ => Tenure::new(self.due, false),
        }
    }

    /// The renewals that they survive after the cut-off, among the next so many.
    pub fn future_renewals(&self, horizon: Horizon) -> f64 {
        let last = self.leaves_at.map_or(f64::INFINITY, |renewal| renewal - 1.0);
        (last.min(self.due + horizon.get()) - self.due).max(0.0)
    }
}

/// Purchases, one a row.
#[derive(Debug, Clone, PartialEq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct SimulatedTransactions {
    /// Which customer, from 0.
    pub customer: Vec<u64>,
    /// When, in the unit of the model: 0 is the cut-off, and what is before it is negative.
    pub time: Vec<f64>,
    /// What was paid, where there was a model of spend.
    pub amount: Option<Vec<f64>>,
}

/// How long ago the customers bought first.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Ages {
    /// All on the same day.
    Same {
        /// So many.
        customers: u64,
        /// Age at the cut-off.
        age: f64,
    },
    /// Spread evenly; for a model of whole opportunities, over the whole numbers.
    Uniform {
        /// So many.
        customers: u64,
        /// The least age at the cut-off.
        youngest: f64,
        /// The greatest.
        oldest: f64,
    },
    /// One for each customer.
    Given(Vec<f64>),
}

/// Customers to be drawn.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct Simulation {
    /// How long ago they bought first, in the unit of the model.
    pub ages: Ages,
    /// How far their purchases are drawn beyond the cut-off.
    pub horizon: Horizon,
    /// The same seed gives the same customers, on every platform.
    pub seed: u64,
}

impl Default for Simulation {
    fn default() -> Self {
        Self { ages: Ages::Given(Vec::new()), horizon: Horizon::NOW, seed: 0 }
    }
}

impl Simulation {
    /// The customers, one after another; the error names the row.
    pub fn customers<'a, M: Simulate>(
        &'a self,
        model: &'a M,
    ) -> impl Iterator<Item = Result<SimulatedCustomer>> + 'a {
        (0..self.len()).map(move |row| {
            let mut random = Random::stream(self.seed, row as u64);
            let age = self.age(row, M::DISCRETE, &mut random);
            let customer = age.and_then(|age| {
                let mut customer = SimulatedCustomer { age, ..Default::default() };
                model.live(&mut customer, age + self.horizon.get(), &mut random)?;
                Ok(customer)
            });
            customer.map_err(|error| error.at_row(row))
        })
    }

    /// Customers under contract, one after another; the error names the row.
    pub fn contracts<'a>(
        &'a self,
        model: &'a ShiftedBetaGeometric,
    ) -> impl Iterator<Item = Result<SimulatedContract>> + 'a {
        let [alpha, beta, ..] = model.parameters();
        (0..self.len()).map(move |row| {
            let mut random = Random::stream(self.seed, row as u64);
            let due = self.age(row, true, &mut random).map_err(|error| error.at_row(row))?;
            // The first renewal that an exponential clock does not survive.
            let hazard = -libm::log1p(-random.beta(alpha, beta));
            let renewal = 1.0 + libm::floor(random.exponential(hazard));
            let leaves_at = Some(renewal).filter(|renewal| *renewal <= due + self.horizon.get());
            Ok(SimulatedContract { due, leaves_at })
        })
    }

    /// What a business knows of each at the cut-off.
    pub fn histories<M: Simulate>(&self, model: &M) -> Result<Vec<History>> {
        self.customers(model).map(|customer| customer?.history()).collect()
    }

    /// The table that a fit reads.
    pub fn pattern_table<M: Simulate>(&self, model: &M) -> Result<PatternTable<History>> {
        let histories = self.histories(model)?;
        PatternTable::from_rows(histories.into_iter().map(|history| (history, 1.0)))
    }

    /// Every purchase of each customer, the first included; with a model of spend, what was paid.
    ///
    /// The purchases are the same with and without amounts.
    pub fn transactions<M: Simulate>(
        &self,
        model: &M,
        spend: Option<&GammaGamma>,
    ) -> Result<SimulatedTransactions> {
        let mut columns =
            SimulatedTransactions { amount: spend.map(|_| Vec::new()), ..Default::default() };
        for (row, customer) in self.customers(model).enumerate() {
            let customer = customer?;
            let mut random = Random::stream(!self.seed, row as u64);
            let price = spend.map(|spend| (spend.p(), random.gamma(spend.q(), spend.v())));
            for age in std::iter::once(0.0).chain(customer.purchases) {
                columns.customer.push(row as u64);
                columns.time.push(age - customer.age);
                if let Some((amounts, (shape, rate))) = columns.amount.as_mut().zip(price) {
                    amounts.push(random.gamma(shape, rate));
                }
            }
        }
        Ok(columns)
    }

    /// Number of customers.
    #[allow(clippy::cast_possible_truncation, reason = "more than a usize counts are never drawn")]
    fn len(&self) -> usize {
        match &self.ages {
            Ages::Same { customers, .. } | Ages::Uniform { customers, .. } => *customers as usize,
            Ages::Given(ages) => ages.len(),
        }
    }

    fn age(&self, row: usize, discrete: bool, random: &mut Random) -> Result<f64> {
        let age = match &self.ages {
            Ages::Same { age, .. } => *age,
            Ages::Uniform { youngest, oldest, .. } if youngest > oldest => {
                return Err(Error::argument(format!(
                    "expected an oldest age of at least {youngest}, got {oldest}"
                ))
                .in_field("oldest"));
            }
            Ages::Uniform { youngest, oldest, .. } if discrete => {
                libm::floor(youngest + random.uniform() * (oldest - youngest + 1.0))
            }
            Ages::Uniform { youngest, oldest, .. } => {
                youngest + random.uniform() * (oldest - youngest)
            }
            Ages::Given(ages) => ages.get(row).copied().unwrap_or(f64::NAN),
        };
        if !(age >= 0.0 && age.is_finite()) {
            let message = format!("expected a finite time that is not negative, got {age}");
            return Err(Error::observation(message).in_field("age"));
        }
        if discrete && libm::floor(age) < age {
            let message = format!("expected a whole number of opportunities, got {age}");
            return Err(Error::observation(message).in_field("age"));
        }
        Ok(age)
    }
}

impl Simulate for BgBb {
    fn live(
        &self,
        customer: &mut SimulatedCustomer,
        until: f64,
        random: &mut Random,
    ) -> Result<()> {
        let [alpha, beta, gamma, delta] = self.parameters();
        let (buys, leaves) = (random.beta(alpha, beta), random.beta(gamma, delta));
        let mut opportunity = 1.0;
        while opportunity <= until {
            if random.uniform() < leaves {
                customer.dropout = Some(opportunity);
                return Ok(());
            }
            if random.uniform() < buys {
                customer.buy(opportunity)?;
            }
            opportunity += 1.0;
        }
        Ok(())
    }
}

impl Simulate for Nbd {
    fn live(
        &self,
        customer: &mut SimulatedCustomer,
        until: f64,
        random: &mut Random,
    ) -> Result<()> {
        let [r, alpha, ..] = self.parameters();
        let rate = random.gamma(r, alpha);
        customer.buy_at_rate(rate, until, random, |_| false)
    }
}

impl Simulate for BgNbd {
    fn live(
        &self,
        customer: &mut SimulatedCustomer,
        until: f64,
        random: &mut Random,
    ) -> Result<()> {
        let [r, alpha, a, b] = self.parameters();
        let (rate, leaves) = (random.gamma(r, alpha), random.beta(a, b));
        customer.buy_at_rate(rate, until, random, |random| random.uniform() < leaves)
    }
}

impl Simulate for MbgNbd {
    fn live(
        &self,
        customer: &mut SimulatedCustomer,
        until: f64,
        random: &mut Random,
    ) -> Result<()> {
        let [r, alpha, a, b] = self.parameters();
        let (rate, leaves) = (random.gamma(r, alpha), random.beta(a, b));
        if random.uniform() < leaves {
            customer.dropout = Some(0.0);
            return Ok(());
        }
        customer.buy_at_rate(rate, until, random, |random| random.uniform() < leaves)
    }
}

impl Simulate for ParetoNbd {
    fn live(
        &self,
        customer: &mut SimulatedCustomer,
        until: f64,
        random: &mut Random,
    ) -> Result<()> {
        let [r, alpha, s, beta] = self.parameters();
        let rate = random.gamma(r, alpha);
        let leaves_with = random.gamma(s, beta);
        let dropout = random.exponential(leaves_with);
        customer.dropout = Some(dropout).filter(|dropout| *dropout <= until);
        customer.buy_at_rate(rate, until.min(dropout), random, |_| false)
    }
}
