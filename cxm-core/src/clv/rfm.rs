//! RFM: recency, frequency and monetary value as scores, and the segments named after them.
//!
//! # What it measures
//! Who bought lately, who buys often, who spends much: three scores from 1 (worst) to k (best). It
//! looks back, forecasts nothing, needs no fit and is understood by everybody.
//!
//! # Formula
//! ```text
//! by quantiles     score = 1 + ⌊k · (customers strictly worse) / (all customers)⌋
//! by cut points    score = 1 + (cut points that are reached)
//! recency: fewer days since the last purchase are better; a cut point counts when days ≤ cut
//! ```
//! **Ties are never split:** equal customers have equal scores, that of the worst among them. Where
//! half of the customers bought once, all of those have frequency score 1 and the next ones start
//! at k/2 + 1, so not every score need occur.
//!
//! # Input
//! One row a customer: time since the last purchase, number of purchases, and spend, total or
//! mean. Scores of equal customers do not depend on the unit of any of them.
//!
//! # Empty and edge cases
//! No customers give no scores. A NaN, and a time or a count below 0, are refused with their row;
//! spend may be negative.
//!
//! # Merging
//! Quantile scores belong to the customers they were made of. Cut points give the same scores on
//! every part.
//!
//! # Uncertainty
//! None: a description. Segments at the edge of a score change hands from month to month by chance.
//!
//! # Not to be confused with
//! The recency of a [`History`](super::History), which is the *age at* the last purchase: the time
//! since then is age − recency.
//!
//! # Source
//! Hughes (1994), Strategic Database Marketing, for the quintiles. The names of the segments are a
//! custom of the trade without a canonical source; the rules are those of
//! [`SegmentRules::standard`], spelt out there.
//!
//! # Example
//! ```
//! use cxm_core::clv::{RfmColumns, RfmRules, SegmentRules};
//!
//! let columns = RfmColumns {
//!     since_last: &[3.0, 40.0, 200.0, 10.0, 90.0],
//!     purchases: &[20.0, 3.0, 15.0, 1.0, 2.0],
//!     spend: &[900.0, 80.0, 700.0, 10.0, 60.0],
//! };
//! let scores = RfmRules::default().scores(&columns)?;
//! assert_eq!((scores[0].recency, scores[0].frequency, scores[0].monetary), (5, 5, 5));
//! let segments = SegmentRules::standard();
//! assert_eq!(segments.segment(&scores[0]), Some("champions"));
//! assert_eq!(segments.segment(&scores[2]), Some("at_risk"));
//! # Ok::<(), cxm_core::Error>(())
//! ```

use std::borrow::Cow;

use crate::calculator::batch::same_length;
use crate::error::{Error, Result};

/// The scores of one customer, 1 is the worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct RfmScore {
    /// How lately.
    pub recency: u8,
    /// How often.
    pub frequency: u8,
    /// How much.
    pub monetary: u8,
}

/// What the scores are made of, one row a customer.
#[derive(Debug, Clone, Copy)]
pub struct RfmColumns<'a> {
    /// Time since the last purchase, in any unit.
    pub since_last: &'a [f64],
    /// Purchases, the first included.
    pub purchases: &'a [f64],
    /// Spend, total or mean.
    pub spend: &'a [f64],
}

/// How one measure becomes a score.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum ScoreRule {
    /// So many groups of equal size, up to ties.
    Quantiles(u8),
    /// Fixed cut points in rising order; one score more than there are of them.
    CutPoints(Vec<f64>),
}

impl ScoreRule {
    /// The best score.
    fn best(&self) -> usize {
        match self {
            Self::Quantiles(groups) => usize::from(*groups),
            Self::CutPoints(cuts) => cuts.len() + 1,
        }
    }

    fn validate(&self, field: &'static str) -> Result<()> {
        let at_fault = |message: &'static str| Err(Error::definition(message).in_field(field));
        if !(2..=MOST_SCORES).contains(&self.best()) {
            return at_fault("expected 2 to 100 scores");
        }
        if let Self::CutPoints(cuts) = self
            && !(cuts.iter().all(|cut| cut.is_finite()) && cuts.is_sorted_by(|a, b| a < b))
        {
            return at_fault("expected finite cut points in rising order");
        }
        Ok(())
    }

    /// Scores where more is better.
    fn scores(&self, values: &[f64]) -> Vec<u8> {
        match self {
            Self::Quantiles(groups) => by_quantiles(values, usize::from(*groups)),
            Self::CutPoints(cuts) => {
                let reached = |value: &f64| cuts.partition_point(|cut| cut <= value);
                values.iter().map(|value| score(reached(value))).collect()
            }
        }
    }

    /// The same for values of which less is better.
    fn scores_of_less(&self, values: &[f64]) -> Vec<u8> {
        let turned: Vec<f64> = values.iter().map(|value| -value).collect();
        match self {
            Self::Quantiles(_) => self.scores(&turned),
            Self::CutPoints(cuts) => {
                Self::CutPoints(cuts.iter().rev().map(|cut| -cut).collect()).scores(&turned)
            }
        }
    }
}

const MOST_SCORES: usize = 100;

/// One above the number of groups below; at most [`MOST_SCORES`].
fn score(below: usize) -> u8 {
    u8::try_from(below + 1).unwrap_or(u8::MAX)
}

fn by_quantiles(values: &[f64], groups: usize) -> Vec<u8> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let worse = |value: &f64| sorted.partition_point(|other| other < value);
    values.iter().map(|value| score(groups * worse(value) / values.len())).collect()
}

/// How the three measures become scores; quintiles by default.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct RfmRules {
    /// Of the time since the last purchase.
    pub recency: ScoreRule,
    /// Of the number of purchases.
    pub frequency: ScoreRule,
    /// Of the spend.
    pub monetary: ScoreRule,
}

impl Default for RfmRules {
    fn default() -> Self {
        Self::quantiles(5)
    }
}

impl RfmRules {
    /// The same number of groups for all three.
    pub fn quantiles(groups: u8) -> Self {
        let rule = || ScoreRule::Quantiles(groups);
        Self { recency: rule(), frequency: rule(), monetary: rule() }
    }

    /// The scores, in the order of the rows.
    pub fn scores(&self, columns: &RfmColumns<'_>) -> Result<Vec<RfmScore>> {
        self.recency.validate("recency")?;
        self.frequency.validate("frequency")?;
        self.monetary.validate("monetary")?;
        let RfmColumns { since_last, purchases, spend } = *columns;
        same_length("purchases", purchases.len(), since_last.len())?;
        same_length("spend", spend.len(), since_last.len())?;
        check_column("since_last", since_last, 0.0)?;
        check_column("purchases", purchases, 0.0)?;
        check_column("spend", spend, f64::NEG_INFINITY)?;
        let recency = self.recency.scores_of_less(since_last);
        let others = self.frequency.scores(purchases).into_iter().zip(self.monetary.scores(spend));
        let rows = recency.into_iter().zip(others);
        Ok(rows
            .map(|(recency, (frequency, monetary))| RfmScore { recency, frequency, monetary })
            .collect())
    }
}

fn check_column(field: &'static str, values: &[f64], least: f64) -> Result<()> {
    match values.iter().position(|value| !(*value >= least && value.is_finite())) {
        None => Ok(()),
        Some(row) => {
            let got = values.get(row).copied().unwrap_or_default();
            let message = if least < 0.0 {
                format!("expected a finite number, got {got}")
            } else {
                format!("expected a finite number that is not negative, got {got}")
            };
            Err(Error::observation(message).in_field(field).at_row(row))
        }
    }
}

/// A named box of scores, both ends included.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct SegmentRule {
    /// The name of the segment.
    pub name: Cow<'static, str>,
    /// Lowest and highest recency score.
    pub recency: (u8, u8),
    /// Lowest and highest frequency score.
    pub frequency: (u8, u8),
    /// Lowest and highest monetary score; any, if there are none.
    #[cfg_attr(feature = "serde", serde(default))]
    pub monetary: Option<(u8, u8)>,
}

impl SegmentRule {
    fn holds(&self, score: &RfmScore) -> bool {
        let within = |(low, high): (u8, u8), score: u8| (low..=high).contains(&score);
        within(self.recency, score.recency)
            && within(self.frequency, score.frequency)
            && self.monetary.is_none_or(|range| within(range, score.monetary))
    }
}

/// Segments in order: a customer belongs to the first whose box holds their scores.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(transparent))]
pub struct SegmentRules {
    rules: Vec<SegmentRule>,
}

impl SegmentRules {
    /// Segments in the order in which they are tried.
    pub fn new(rules: Vec<SegmentRule>) -> Self {
        Self { rules }
    }

    /// Ten segments over five recency and five frequency scores; each cell of the grid has one.
    ///
    /// | segment | recency | frequency |
    /// | --- | --- | --- |
    /// | `champions` | 5 | 4–5 |
    /// | `loyal_customers` | 3–4 | 4–5 |
    /// | `potential_loyalists` | 4–5 | 2–3 |
    /// | `new_customers` | 5 | 1 |
    /// | `promising` | 4 | 1 |
    /// | `need_attention` | 3 | 3 |
    /// | `about_to_sleep` | 3 | 1–2 |
    /// | `cannot_lose` | 1–2 | 5 |
    /// | `at_risk` | 1–2 | 3–4 |
    /// | `hibernating` | 1–2 | 1–2 |
    pub fn standard() -> Self {
        let rule = |name, recency, frequency| SegmentRule {
            name: Cow::Borrowed(name),
            recency,
            frequency,
            monetary: None,
        };
        Self::new(vec![
            rule("champions", (5, 5), (4, 5)),
            rule("loyal_customers", (3, 4), (4, 5)),
            rule("potential_loyalists", (4, 5), (2, 3)),
            rule("new_customers", (5, 5), (1, 1)),
            rule("promising", (4, 4), (1, 1)),
            rule("need_attention", (3, 3), (3, 3)),
            rule("about_to_sleep", (3, 3), (1, 2)),
            rule("cannot_lose", (1, 2), (5, 5)),
            rule("at_risk", (1, 2), (3, 4)),
            rule("hibernating", (1, 2), (1, 2)),
        ])
    }

    /// The segments in their order.
    pub fn rules(&self) -> &[SegmentRule] {
        &self.rules
    }

    /// The segment of a customer; `None` where no box holds the scores.
    pub fn segment(&self, score: &RfmScore) -> Option<&str> {
        self.rules.iter().find(|rule| rule.holds(score)).map(|rule| &*rule.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scores(rules: &RfmRules, values: &[f64]) -> Vec<u8> {
        let columns = RfmColumns { since_last: values, purchases: values, spend: values };
        let scores = rules.scores(&columns).unwrap();
        scores.iter().map(|score| score.frequency).collect()
    }

    #[test]
    fn groups_are_of_equal_size_without_ties() {
        let values: Vec<f64> = (0..1000).map(|i| f64::from(i * 7919 % 1000)).collect();
        let scores = scores(&RfmRules::default(), &values);
        for score in 1..=5 {
            assert_eq!(scores.iter().filter(|it| **it == score).count(), 200);
        }
        let expected =
            |value: &f64| (1..=5).rev().find(|group| f64::from(group - 1) * 200.0 <= *value);
        let expected: Vec<u8> = values.iter().filter_map(expected).collect();
        assert_eq!(scores, expected);
    }

    #[test]
    fn ties_are_never_split() {
        let values = [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 2.0, 2.0, 3.0, 9.0];
        let expected = [1, 1, 1, 1, 1, 1, 4, 4, 5, 5];
        assert_eq!(scores(&RfmRules::default(), &values), expected);
        assert_eq!(scores(&RfmRules::default(), &[7.0; 4]), [1; 4]);
        assert!(scores(&RfmRules::default(), &[]).is_empty());
    }

    #[test]
    fn recency_is_better_when_less() {
        let rules =
            RfmRules { recency: ScoreRule::CutPoints(vec![30.0, 90.0]), ..Default::default() };
        let days = [0.0, 30.0, 30.5, 90.0, 91.0];
        let columns = RfmColumns { since_last: &days, purchases: &days, spend: &days };
        let recency: Vec<u8> =
            rules.scores(&columns).unwrap().iter().map(|it| it.recency).collect();
        assert_eq!(recency, [3, 3, 2, 2, 1]);
        let by_quantiles = RfmRules::quantiles(2).scores(&columns).unwrap();
        assert!(by_quantiles.iter().map(|it| it.recency).eq([2, 2, 1, 1, 1]));
    }

    #[test]
    fn cut_points_that_are_reached_count() {
        let rule = ScoreRule::CutPoints(vec![2.0, 5.0]);
        let rules = RfmRules { frequency: rule, ..Default::default() };
        assert_eq!(scores(&rules, &[1.0, 2.0, 4.9, 5.0, 80.0]), [1, 2, 2, 3, 3]);
    }

    #[test]
    fn every_cell_of_the_standard_grid_has_one_segment() {
        let segments = SegmentRules::standard();
        for recency in 1..=5 {
            for frequency in 1..=5 {
                let score = RfmScore { recency, frequency, monetary: 3 };
                let holding = segments.rules().iter().filter(|rule| rule.holds(&score)).count();
                assert_eq!(holding, 1, "{score:?}");
            }
        }
        assert_eq!(segments.segment(&RfmScore { recency: 6, frequency: 1, monetary: 1 }), None);
    }

    #[test]
    fn bad_input_names_its_place() {
        let place = |since_last: &[f64], spend: &[f64]| {
            let columns = RfmColumns { since_last, purchases: &[1.0, 1.0], spend };
            let error = RfmRules::default().scores(&columns).unwrap_err();
            (error.field().unwrap().to_owned(), error.row())
        };
        assert_eq!(place(&[1.0, -1.0], &[1.0, 1.0]), ("since_last".into(), Some(1)));
        assert_eq!(place(&[1.0, 1.0], &[f64::NAN, 1.0]), ("spend".into(), Some(0)));
        assert_eq!(place(&[1.0, 1.0], &[1.0]).0, "spend");
        let rules = RfmRules::quantiles(1);
        let none = RfmColumns { since_last: &[], purchases: &[], spend: &[] };
        assert_eq!(rules.scores(&none).unwrap_err().field(), Some("recency"));
        let falling = ScoreRule::CutPoints(vec![2.0, 1.0]);
        let rules = RfmRules { monetary: falling, ..Default::default() };
        assert_eq!(rules.scores(&none).unwrap_err().field(), Some("monetary"));
    }
}
