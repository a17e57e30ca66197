//! Secure Customer Index: the share of customers who are certain on all three questions of loyalty.
//!
//! # What it measures
//! How many customers are very satisfied, will certainly buy again *and* will certainly recommend.
//!
//! # Formula
//! ```text
//! secure      the best answer to all three items
//! favourable  at least the second best answer to all three, not all the best
//! at risk     an answer of at_risk_max or less to any item
//! vulnerable  all others
//! score = secure / responses                                                  0..=1
//! ```
//!
//! # Input
//! [`ItemRatings`](crate::calculator::batch::ItemRatings) of three columns: satisfaction,
//! repurchase, recommend; whole numbers on `scale`, 1 to 5 unless declared, the highest is the
//! best.
//!
//! # Empty and edge cases
//! Only respondents who answered all three items are `responses`; the others are counted as
//! `incomplete`. Without a response the shares are `None`. The published descriptions agree on
//! secure and favourable customers and name the answers of the other two groups only loosely; here
//! `at_risk_max` draws that line.
//!
//! # Merging
//! Exact, in any order; `retract` is offered. The state is the table of joint classes, 5³ counts.
//!
//! # Uncertainty
//! Wilson for each of the four shares.
//!
//! # Not to be confused with
//! The share of top boxes of one item, which is always at least as large: a customer must be
//! certain three times.
//!
//! # Source
//! Burke, Inc.; Brandt (1996), *Secure Customer Index*, as retold in customer research textbooks;
//! Wilson (1927), JASA 22.
//!
//! # Example
//! ```
//! use cxm_core::prelude::*;
//!
//! let mut index = SecureCustomerIndex::default();
//! // secure; favourable; vulnerable (a 3); at risk (a 2); incomplete
//! let (satisfaction, repurchase) = ([5i8, 5, 5, 4, 5], [5i8, 4, 3, 5, 5]);
//! let recommend = [5.0, 4.0, 5.0, 2.0, f64::NAN];
//! let columns: [Values<'_>; 3] =
//!     [satisfaction.as_slice().into(), repurchase.as_slice().into(), recommend.as_slice().into()];
//! index.update(ItemRatings::new(&columns))?;
//! let report = index.value();
//! assert_eq!((report.score, report.responses, report.incomplete), (Some(0.25), 4, 1));
//! assert_eq!((report.favourable, report.vulnerable, report.at_risk), (1, 1, 1));
//! # Ok::<(), cxm_core::Error>(())
//! ```

use super::items::{
    Classes, ItemAnswers, ItemCalculator, ItemDefinition, JointCounts, SharedCounts, check_rules,
};
use crate::calculator::codec::{Reader, Writer};
use crate::calculator::{Definition, Kind, Preset, Report};
use crate::error::{Error, Result};
use crate::model::{RatingRules, Scale};
use crate::stats::{
    Comparison, Estimate, Exclusions, Interval, IntervalOptions, Method, Scored, Share, comparison,
    confidence_sequence, proportion,
};

/// The items, in the order of a batch's columns.
pub const ITEMS: [&str; 3] = ["satisfaction", "repurchase", "recommend"];

/// Scale and the line between vulnerable customers and those at risk.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct SecureCustomerIndexDefinition {
    /// How the ratings are read.
    #[cfg_attr(feature = "serde", serde(flatten))]
    pub ratings: RatingRules,
    /// The highest rating that puts a customer at risk.
    pub at_risk_max: i16,
}

impl Default for SecureCustomerIndexDefinition {
    fn default() -> Self {
        Self { ratings: RatingRules::on(Scale::ONE_TO_FIVE), at_risk_max: 2 }
    }
}

const AT_RISK: usize = 0;
const MIDDLE: usize = 1;
const SECOND: usize = 2;
const TOP: usize = 3;
const CLASSES: usize = 4;

impl Definition for SecureCustomerIndexDefinition {
    fn validate(&self) -> Result<()> {
        check_rules(&self.ratings)?;
        let scale = self.ratings.scale;
        let highest_allowed = scale.highest().saturating_sub(2);
        if scale.contains(i64::from(self.at_risk_max)) && self.at_risk_max <= highest_allowed {
            return Ok(());
        }
        Err(Error::definition(format!(
            "at_risk_max must lie on the scale {scale}, below its two best answers; got {}",
            self.at_risk_max
        ))
        .in_field("at_risk_max"))
    }

    fn presets() -> &'static [Preset<Self>] {
        &[
            Preset {
                name: "five_points",
                summary: "1 to 5: 5 is the best, 4 the second best, 1 and 2 are at risk",
                build: Self::default,
            },
            Preset {
                name: "four_points",
                summary: "1 to 4: 4 is the best, 3 the second best, 1 and 2 are at risk",
                build: || Self {
                    ratings: RatingRules::on(Scale::literal(1, 4)),
                    ..Self::default()
                },
            },
        ]
    }
}

impl ItemDefinition for SecureCustomerIndexDefinition {
    const KIND: Kind = Kind { id: 6, name: "secure_customer_index", version: 1 };
    type State = JointCounts;
    type Report = SecureCustomerIndexReport;

    fn rules(&self) -> &RatingRules {
        &self.ratings
    }

    fn items(&self) -> Vec<&str> {
        ITEMS.to_vec()
    }

    fn empty(&self) -> JointCounts {
        JointCounts::new(ITEMS.len(), CLASSES)
    }

    fn record(&self, state: &mut JointCounts, ratings: &[Option<i16>]) {
        let highest = self.ratings.scale.highest();
        let class = |rating: i16| {
            if rating == highest {
                TOP
            } else if rating <= self.at_risk_max {
                AT_RISK
            } else if rating == highest - 1 {
                SECOND
            } else {
                MIDDLE
            }
        };
        state.record(ratings.iter().map(|rating| rating.map(class)));
    }

    fn report(&self, answers: &ItemAnswers<JointCounts>) -> SecureCustomerIndexReport {
        SecureCustomerIndexReport::read(self, answers)
    }

    fn write(&self, writer: &mut Writer) {
        self.ratings.write(writer);
        writer.signed(self.at_risk_max);
    }

    fn read(reader: &mut Reader<'_>, _version: u16) -> Result<Self> {
        Ok(Self { ratings: RatingRules::read(reader)?, at_risk_max: reader.signed()? })
    }

    fn read_state(&self, shared: &SharedCounts, reader: &mut Reader<'_>) -> Result<JointCounts> {
        JointCounts::read(self.empty(), shared, reader)
    }
}

/// The calculator of the Secure Customer Index: see the [module](self).
pub type SecureCustomerIndex = ItemCalculator<SecureCustomerIndexDefinition>;

/// One of the four groups of customers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum CustomerSecurity {
    /// The best answer to all items.
    #[default]
    Secure,
    /// At least the second best answer to all items.
    Favourable,
    /// Neither favourable nor at risk.
    Vulnerable,
    /// A poor answer to any item.
    AtRisk,
}

impl CustomerSecurity {
    /// The group of a respondent; `None` unless all items were answered.
    fn of(classes: &Classes) -> Option<Self> {
        let lowest = classes.iter().copied().min().flatten()?;
        Some(match lowest {
            TOP => Self::Secure,
            SECOND => Self::Favourable,
            MIDDLE => Self::Vulnerable,
            _ => Self::AtRisk,
        })
    }
}

/// What the reading of a Secure Customer Index returns.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct SecureCustomerIndexReport {
    /// Secure customers among the responses, 0..=1; `None` without a response.
    pub score: Option<f64>,
    /// Respondents who answered all three items.
    pub responses: u64,
    /// Customers with the best answer to all items.
    pub secure: u64,
    /// Customers with at least the second best answer to all items, not all the best.
    pub favourable: u64,
    /// Customers who are neither favourable nor at risk.
    pub vulnerable: u64,
    /// Customers with an answer of `at_risk_max` or less.
    pub at_risk: u64,
    /// Favourable customers among the responses, 0..=1.
    pub favourable_share: Option<f64>,
    /// Vulnerable customers among the responses, 0..=1.
    pub vulnerable_share: Option<f64>,
    /// Customers at risk among the responses, 0..=1.
    pub at_risk_share: Option<f64>,
    /// Respondents who did not answer all three items.
    pub incomplete: u64,
    /// What was left out of satisfaction, repurchase and recommend, and why.
    pub excluded: Vec<Exclusions>,
    /// All rows taken in.
    pub observations: u64,
    /// What the figure means.
    pub definition: SecureCustomerIndexDefinition,
}

impl SecureCustomerIndexReport {
    fn read(
        definition: &SecureCustomerIndexDefinition,
        answers: &ItemAnswers<JointCounts>,
    ) -> Self {
        let ItemAnswers { shared, state } = answers;
        let group =
            |wanted| state.count_where(|classes| CustomerSecurity::of(classes) == Some(wanted));
        let responses = state.complete();
        let mut report = Self {
            score: None,
            responses,
            secure: group(CustomerSecurity::Secure),
            favourable: group(CustomerSecurity::Favourable),
            vulnerable: group(CustomerSecurity::Vulnerable),
            at_risk: group(CustomerSecurity::AtRisk),
            favourable_share: None,
            vulnerable_share: None,
            at_risk_share: None,
            incomplete: shared.respondents.saturating_sub(responses),
            excluded: shared.excluded.clone(),
            observations: shared.respondents,
            definition: definition.clone(),
        };
        report.score = report.share(CustomerSecurity::Secure).value();
        report.favourable_share = report.share(CustomerSecurity::Favourable).value();
        report.vulnerable_share = report.share(CustomerSecurity::Vulnerable).value();
        report.at_risk_share = report.share(CustomerSecurity::AtRisk).value();
        report
    }

    /// The customers of a group among the responses.
    pub fn share(&self, group: CustomerSecurity) -> Share {
        let successes = match group {
            CustomerSecurity::Secure => self.secure,
            CustomerSecurity::Favourable => self.favourable,
            CustomerSecurity::Vulnerable => self.vulnerable,
            CustomerSecurity::AtRisk => self.at_risk,
        };
        Share { successes, total: self.responses }
    }
}

impl Report for SecureCustomerIndexReport {
    fn headline(&self) -> Option<f64> {
        self.score
    }

    fn responses(&self) -> u64 {
        self.responses
    }

    fn unit(&self) -> &'static str {
        "%"
    }
}

impl Scored for SecureCustomerIndexReport {
    fn interval(&self, options: &IntervalOptions) -> Result<Option<Interval>> {
        proportion::interval(&self.share(CustomerSecurity::Secure), options)
    }

    fn confidence_sequence(&self, options: &IntervalOptions) -> Result<Option<Interval>> {
        confidence_sequence::share(&self.share(CustomerSecurity::Secure), options)
    }

    fn compare(&self, other: &Self, method: Option<Method>) -> Result<Comparison> {
        let [ours, theirs] = [self, other].map(|report| report.share(CustomerSecurity::Secure));
        comparison::shares(&ours, &theirs, method.unwrap_or(Method::AgrestiCaffo))
    }

    fn estimate(&self) -> Option<Estimate> {
        self.share(CustomerSecurity::Secure).adjusted_estimate()
    }
}
