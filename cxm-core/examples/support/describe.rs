//! Definitions in words: every card says what its figures mean.

use super::format::{Unit, list};
use cxm_core::model::{Direction, MissingRule, RatingRules};
use cxm_core::survey::boxes::BoxMetric;
use cxm_core::survey::{BoxDefinition, NpsDefinition, RatingDefinition, RatingMeasure};

/// A definition that can be printed beside its figures.
pub(crate) trait Described: RatingDefinition {
    /// The name of the metric.
    fn metric(&self) -> &'static str;

    /// The measure that is the score.
    fn measure(&self) -> RatingMeasure;

    /// Names of the bad, the neutral and the good class.
    fn class_names(&self) -> [&'static str; 3];

    /// −1, 0 or 1: the class of a rating.
    fn class_of(&self, rating: i16) -> i8;

    /// The unit of the score.
    fn unit(&self) -> Unit {
        Unit::of(self.measure())
    }

    /// The lowest and the highest score there can be.
    fn limits(&self) -> (f64, f64) {
        let scale = self.rules().scale;
        match self.unit() {
            Unit::Points => (-100.0, 100.0),
            Unit::Percent => (0.0, 1.0),
            Unit::Rating => (f64::from(scale.lowest()), f64::from(scale.highest())),
            Unit::Hundred => (0.0, 100.0),
        }
    }

    /// The ratings of a class: `0-6`.
    fn class_range(&self, class: i8) -> String {
        let ratings = || self.rules().scale.ratings().filter(|&r| self.class_of(r) == class);
        match (ratings().next(), ratings().next_back()) {
            (Some(first), Some(last)) if first == last => first.to_string(),
            (Some(first), Some(last)) => format!("{first}-{last}"),
            _ => "none".to_owned(),
        }
    }

    /// The formula of the score in words.
    fn formula(&self) -> String {
        let [bad, _, good] = self.class_names();
        let (low, high) = (self.class_range(-1), self.class_range(1));
        match self.measure() {
            RatingMeasure::Net => format!("100 · ({good} {high} − {bad} {low}) / answers"),
            RatingMeasure::Share => format!("{good} ({high}) / answers"),
            RatingMeasure::GoodShare => format!("{good} ({high}) / ({good} + {bad} ({low}))"),
            RatingMeasure::Mean => "mean of the ratings".to_owned(),
            RatingMeasure::RescaledMean => {
                "mean, from 0 at the bad end to 100 at the good one".to_owned()
            }
            RatingMeasure::PercentOfMaximum => "100 · mean / highest rating".to_owned(),
        }
    }

    /// The whole definition in one sentence.
    fn definition(&self) -> String {
        let rules = self.rules();
        format!(
            "{} on {} to {}: {}; {}.",
            self.metric(),
            rules.scale.lowest(),
            rules.scale.highest(),
            self.formula(),
            reading(rules),
        )
    }
}

fn reading(rules: &RatingRules) -> String {
    let mut parts = vec![match rules.missing {
        MissingRule::Exclude => "missing answers are left out".to_owned(),
        MissingRule::AsNeutral => "missing answers are neutral".to_owned(),
        MissingRule::Error => "missing answers are refused".to_owned(),
    }];
    if !rules.dont_know.is_empty() {
        let codes: Vec<_> = rules.dont_know.iter().map(ToString::to_string).collect();
        parts.push(format!("{} means \"don't know\"", list(&codes)));
    }
    if rules.weighted {
        parts.push("answers count with their weights".to_owned());
    }
    list(&parts)
}

impl Described for NpsDefinition {
    fn metric(&self) -> &'static str {
        "NPS"
    }

    fn measure(&self) -> RatingMeasure {
        RatingMeasure::Net
    }

    fn class_names(&self) -> [&'static str; 3] {
        ["detractors", "passives", "promoters"]
    }

    fn class_of(&self, rating: i16) -> i8 {
        i8::from(rating >= self.promoter_min) - i8::from(rating <= self.detractor_max)
    }
}

impl<M: BoxMetric> Described for BoxDefinition<M> {
    fn metric(&self) -> &'static str {
        match Self::KIND.name {
            "csat" => "CSAT",
            "ces" => "CES",
            "star_rating" => "Stars",
            other => other,
        }
    }

    fn measure(&self) -> RatingMeasure {
        self.aggregate
    }

    fn class_names(&self) -> [&'static str; 3] {
        match self.direction {
            Direction::HigherIsBetter => ["bottom boxes", "middle", "top boxes"],
            Direction::LowerIsBetter => ["worst boxes", "middle", "best boxes"],
        }
    }

    fn class_of(&self, rating: i16) -> i8 {
        self.class(rating)
    }
}
