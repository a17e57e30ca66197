//! Paired NPS: what changed among the customers who answered in both waves.
//!
//! # What it measures
//! How the score of the same people moved, and who moved: which detractors became promoters, and
//! who went the other way.
//!
//! # Formula
//! ```text
//! x = −1 detractor, 0 passive, 1 promoter        d = x(after) − x(before), −2..=2, of one pair
//! score = 100 · Σd / responses        points, −200..=200; the NPS after minus that before
//! variance = (Σd² / responses − (Σd / responses)²) / responses
//! ```
//!
//! # Input
//! [`ItemRatings`](crate::calculator::batch::ItemRatings) of two columns: before, after; one row a
//! customer. Scale and cut points are those of an [`NpsDefinition`].
//!
//! # Empty and edge cases
//! Only complete pairs are `responses`; customers who answered one of the waves, or neither, are
//! counted apart. Without a pair the score is `None`.
//!
//! # Merging
//! Exact, in any order; `retract` is offered. The state is the table of transitions, 4² counts.
//!
//! # Uncertainty
//! The variance of the differences: a customer's two answers go together, and two waves treated as
//! independent would seem less certain than they are.
//!
//! # Not to be confused with
//! The difference of two waves of different people ([`Nps`](super::Nps) and `compare`); the change
//! of the whole score, where customers who left or joined count too.
//!
//! # Source
//! The paired difference of means, applied to the classes of the score; Reichheld (2003) for them.
//!
//! # Example
//! ```
//! use cxm_core::prelude::*;
//!
//! let mut paired = PairedNps::default();
//! let (before, after) = ([3u8, 6, 8, 9], [9u8, 8, 8, 9]);
//! let columns: [Values<'_>; 2] = [before.as_slice().into(), after.as_slice().into()];
//! paired.update(ItemRatings::new(&columns))?;
//! let report = paired.value();
//! // a detractor became a promoter, another one a passive: (2 + 1)/4
//! assert_eq!(report.score, Some(75.0));
//! assert_eq!((report.before, report.after), (Some(-25.0), Some(50.0)));
//! assert_eq!(report.transitions[0], [0, 1, 1]);
//! # Ok::<(), cxm_core::Error>(())
//! ```

use super::items::{
    ItemAnswers, ItemCalculator, ItemDefinition, JointCounts, SharedCounts, check_rules,
};
use super::nps::NpsDefinition;
use crate::calculator::codec::{Reader, Writer};
use crate::calculator::{Definition, Kind, Preset, Report};
use crate::error::{Error, ErrorKind, Result};
use crate::model::RatingRules;
use crate::stats::comparison::{self, TransitionTable};
use crate::stats::{
    Comparable, Comparison, Estimate, Exclusions, Interval, IntervalOptions, Method, NetCounts,
    Scored, confidence_sequence,
};
use crate::survey::RatingDefinition;

/// The items, in the order of a batch's columns.
pub const ITEMS: [&str; 2] = ["before", "after"];

/// Detractors, passives, promoters.
const CLASSES: usize = 3;

/// Scale and cut points of both waves.
#[derive(Debug, Clone, PartialEq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct PairedNpsDefinition {
    /// The question that was asked twice.
    #[cfg_attr(feature = "serde", serde(flatten))]
    pub question: NpsDefinition,
}

macro_rules! presets_of_nps {
    ($($name:literal),* $(,)?) => {
        &[$(Preset {
            name: $name,
            summary: concat!("before and after by the NPS preset ", $name),
            build: || Self { question: NpsDefinition::preset($name).unwrap_or_default() },
        }),*]
    };
}

impl Definition for PairedNpsDefinition {
    fn validate(&self) -> Result<()> {
        check_rules(&self.question.ratings)?;
        self.question.validate()
    }

    fn presets() -> &'static [Preset<Self>] {
        presets_of_nps!(
            "standard",
            "coded_1_to_11",
            "one_to_ten",
            "one_to_five",
            "one_to_five_net",
            "one_to_seven",
            "one_to_seven_net",
            "faces",
        )
    }
}

impl ItemDefinition for PairedNpsDefinition {
    const KIND: Kind = Kind { id: 7, name: "paired_nps", version: 1 };
    type State = JointCounts;
    type Report = PairedNpsReport;

    fn rules(&self) -> &RatingRules {
        &self.question.ratings
    }

    fn items(&self) -> Vec<&str> {
        ITEMS.to_vec()
    }

    fn empty(&self) -> JointCounts {
        JointCounts::new(ITEMS.len(), CLASSES)
    }

    fn record(&self, state: &mut JointCounts, ratings: &[Option<i16>]) {
        // −1, 0, 1 are the classes 0, 1, 2.
        let class = |rating| usize::from((self.question.class(rating) + 1).unsigned_abs());
        state.record(ratings.iter().map(|rating| rating.map(class)));
    }

    fn report(&self, answers: &ItemAnswers<JointCounts>) -> PairedNpsReport {
        PairedNpsReport::read(self, answers)
    }

    fn write(&self, writer: &mut Writer) {
        self.question.write(writer);
    }

    fn read(reader: &mut Reader<'_>, version: u16) -> Result<Self> {
        <NpsDefinition as RatingDefinition>::read(reader, version).map(|question| Self { question })
    }

    fn read_state(&self, shared: &SharedCounts, reader: &mut Reader<'_>) -> Result<JointCounts> {
        JointCounts::read(ItemDefinition::empty(self), shared, reader)
    }
}

/// The calculator of the paired NPS: see the [module](self).
pub type PairedNps = ItemCalculator<PairedNpsDefinition>;

/// What the reading of a paired NPS returns.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct PairedNpsReport {
    /// The NPS after minus the NPS before, points; `None` without a pair.
    pub score: Option<f64>,
    /// Customers who answered in both waves.
    pub responses: u64,
    /// The NPS of these customers before.
    pub before: Option<f64>,
    /// The NPS of these customers after.
    pub after: Option<f64>,
    /// Customers by class: a row for each class before, a column for each class after; detractors,
    /// passives, promoters.
    pub transitions: [[u64; 3]; 3],
    /// Customers in a better class after than before.
    pub improved: u64,
    /// Customers in a worse class after than before.
    pub worsened: u64,
    /// Customers who answered only before.
    pub before_only: u64,
    /// Customers who answered only after.
    pub after_only: u64,
    /// Customers who answered in neither wave.
    pub neither: u64,
    /// What was left out before and after, and why.
    pub excluded: Vec<Exclusions>,
    /// All rows taken in.
    pub observations: u64,
    /// What the figure means.
    pub definition: PairedNpsDefinition,
}

impl PairedNpsReport {
    fn read(definition: &PairedNpsDefinition, answers: &ItemAnswers<JointCounts>) -> Self {
        let ItemAnswers { shared, state } = answers;
        let cell = |before, after| state.count_where(|c| *c == [before, after, None]);
        let transitions =
            [0, 1, 2].map(|before| [0, 1, 2].map(|after| cell(Some(before), Some(after))));
        let sum = |counts: [u64; 3]| counts.into_iter().fold(0u64, u64::saturating_add);
        let net = |[negative, neutral, positive]: [u64; 3]| {
            NetCounts { negative, neutral, positive }.net().map(|net| 100.0 * net)
        };
        let rows = transitions.map(sum);
        let columns = [0, 1, 2].map(|after| {
            state.count_where(|c| matches!(c, [Some(_), Some(class), _] if *class == after))
        });
        let moved = |better: bool| {
            state.count_where(|c| {
                matches!(c, [Some(before), Some(after), _]
                    if before != after && (after > before) == better)
            })
        };
        let (before, after) = (net(rows), net(columns));
        let (improved, worsened) = (moved(true), moved(false));
        let responses = sum(rows);
        let mut report = Self {
            score: None,
            responses,
            before,
            after,
            transitions,
            improved,
            worsened,
            before_only: state.count_where(|c| matches!(c, [Some(_), None, _])),
            after_only: state.count_where(|c| matches!(c, [None, Some(_), _])),
            neither: state.count_where(|c| matches!(c, [None, None, _])),
            excluded: shared.excluded.clone(),
            observations: shared.respondents,
            definition: definition.clone(),
        };
        report.score = report.difference();
        report
    }

    /// Σd/responses from the exact counts, in points.
    fn difference(&self) -> Option<f64> {
        let mut sum = 0i128;
        for (before, row) in (0i128..).zip(&self.transitions) {
            for (after, &count) in (0i128..).zip(row) {
                sum += (after - before) * i128::from(count);
            }
        }
        (self.responses > 0).then(|| 100.0 * sum as f64 / self.responses as f64)
    }
}

impl Report for PairedNpsReport {
    fn headline(&self) -> Option<f64> {
        self.score
    }

    fn responses(&self) -> u64 {
        self.responses
    }

    fn unit(&self) -> &'static str {
        "points"
    }
}

impl PairedNpsReport {
    /// The test of the change: difference, standard error, statistic and p-value, in points.
    ///
    /// Where no customer changed, or all by as much, there is nothing to judge chance by: that is
    /// `InsufficientData`.
    pub fn test(&self) -> Result<Comparison> {
        let table = TransitionTable(self.transitions);
        comparison::paired_nets(&table).map(|comparison| comparison.scaled(100.0))
    }
}

impl Scored for PairedNpsReport {
    /// The interval of the change; `None` without a pair, or where the pairs have no spread.
    fn interval(&self, options: &IntervalOptions) -> Result<Option<Interval>> {
        options.alpha()?;
        if let Some(method) = options.method.filter(|&method| method != Method::Wald) {
            return Err(method.refused("a paired change", &[Method::Wald]));
        }
        match self.test() {
            // No change is larger than from one end of the scale to the other.
            Ok(test) => test.interval(options.level).map(|i| Some(i.clamped(-200.0, 200.0))),
            Err(error) if error.kind() == ErrorKind::InsufficientData => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn confidence_sequence(&self, options: &IntervalOptions) -> Result<Option<Interval>> {
        let Some(Estimate { value, variance, n }) = self.estimate() else { return Ok(None) };
        confidence_sequence::asymptotic(n, value, variance * n as f64, options)
    }

    /// The change here minus the change there: a difference in differences.
    fn compare(&self, other: &Self, method: Option<Method>) -> Result<Comparison> {
        if let Some(method) = method.filter(|&method| method != Method::Wald) {
            return Err(method.refused("two paired changes", &[Method::Wald]));
        }
        let none = || {
            Error::insufficient(
                "two panels are compared by the spread of their pairs, and one has none",
            )
        };
        let (ours, theirs) =
            (self.estimate().ok_or_else(none)?, other.estimate().ok_or_else(none)?);
        ours.compare(&theirs)
    }

    fn estimate(&self) -> Option<Estimate> {
        let (value, test) = (self.score?, self.test().ok()?);
        let variance = test.standard_error * test.standard_error;
        Some(Estimate { value, variance, n: self.responses })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_presets_are_those_of_nps() {
        let names = |presets: &[Preset<PairedNpsDefinition>]| {
            presets.iter().map(|preset| preset.name).collect::<Vec<_>>()
        };
        let nps: Vec<_> = NpsDefinition::presets().iter().map(|preset| preset.name).collect();
        assert_eq!(names(PairedNpsDefinition::presets()), nps);
        for preset in PairedNpsDefinition::presets() {
            let question = NpsDefinition::preset(preset.name).unwrap();
            assert_eq!((preset.build)(), PairedNpsDefinition { question });
        }
    }
}
