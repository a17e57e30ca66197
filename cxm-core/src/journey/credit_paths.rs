//! From journeys to the paths that attribution divides.

use super::attribution::{
    Attribution, AttributionMethod, AttributionOptions, AttributionPaths,
    AttributionPathsDefinition, PathOutcomes, TimedJourney, TimedTouchpoint, time_decay,
};
use super::event_log::ABSENT;
use super::journeys::Journeys;
use super::split::Journey;
use crate::calculator::Calculator;
use crate::error::{Error, Result};
use crate::model::JourneyStatus;

/// Stands between touchpoints; names that contain it cannot be told apart and are refused.
const SEPARATOR: &str = "\u{1f}";

/// The half-life of time decay unless declared: seven days, in microseconds.
pub const DEFAULT_HALF_LIFE: i64 = 7 * crate::model::time::MICROSECONDS_PER_DAY;

impl Journeys {
    fn check_goal(&self) -> Result<()> {
        if self.definition.goal.is_empty() {
            let message = "attribution divides conversions: the definition needs a goal";
            return Err(Error::argument(message).in_field("goal"));
        }
        Ok(())
    }

    fn name(&self, touchpoint: u32) -> String {
        let key = self.log.tables.touchpoints.key(touchpoint);
        key.map(ToString::to_string).unwrap_or_default()
    }

    /// The touchpoints before the goal; the goal itself where there are none, so that no conversion
    /// is lost.
    fn credited<'a>(&self, journey: &Journey<'a>) -> &'a [super::event_log::Event] {
        match (journey.status, journey.events) {
            (JourneyStatus::Converted, [before @ .., _]) if !before.is_empty() => before,
            (_, events) => events,
        }
    }

    /// The paths of all journeys: touchpoints before the goal of those that converted, and all
    /// touchpoints of those that did not, or have not yet.
    pub fn attribution_paths(&self) -> Result<AttributionPaths> {
        self.check_goal()?;
        let definition =
            AttributionPathsDefinition { separator: SEPARATOR.to_owned(), ..Default::default() };
        let mut paths = AttributionPaths::new(definition)?;
        let names: Vec<String> = (0u32..)
            .take(self.log.tables.touchpoints.len())
            .map(|number| self.name(number))
            .collect();
        let mut path: Vec<&str> = Vec::new();
        let mut outcome = Ok(());
        self.for_each_journey(|journey| {
            if outcome.is_err() {
                return;
            }
            path.clear();
            let touchpoints = self.credited(journey).iter();
            path.extend(
                touchpoints
                    .filter_map(|event| names.get(event.touchpoint as usize).map(String::as_str)),
            );
            let converted = journey.status == JourneyStatus::Converted;
            let outcomes = PathOutcomes {
                conversions: u64::from(converted),
                value: if converted { value_of(journey) } else { 0 },
                nulls: u64::from(!converted),
            };
            outcome = paths.add_journeys(&path, &outcomes);
        });
        outcome.map(|()| paths)
    }

    /// The conversions divided among the touchpoints before them; `half_life`, in microseconds, is
    /// that of time decay.
    pub fn attribution(&self, options: &AttributionOptions, half_life: i64) -> Result<Attribution> {
        if options.method != AttributionMethod::TimeDecay {
            return self.attribution_paths()?.attribution(options);
        }
        self.check_goal()?;
        let mut journeys = Vec::new();
        self.for_each_journey(|journey| {
            if journey.status == JourneyStatus::Converted {
                journeys.push(self.timed(journey));
            }
        });
        let journeys = journeys.into_iter().collect::<Result<Vec<_>>>()?;
        #[allow(clippy::cast_precision_loss, reason = "a half-life is no count")]
        time_decay(&journeys, half_life as f64, options.level)
    }

    #[allow(clippy::cast_precision_loss, reason = "ages enter an exponential")]
    fn timed(&self, journey: &Journey<'_>) -> Result<TimedJourney> {
        let touchpoints = self.credited(journey).iter().map(|event| TimedTouchpoint {
            touchpoint: self.name(event.touchpoint).into(),
            age: journey.last_time().saturating_sub(event.time) as f64,
        });
        let touchpoints = touchpoints.collect();
        let value = i64::try_from(value_of(journey)).map_err(|_| {
            Error::overflow("the value of a journey leaves 64 bits").in_field("value")
        })?;
        Ok(TimedJourney { touchpoints, conversions: 1, value })
    }
}

fn value_of(journey: &Journey<'_>) -> i128 {
    let values = journey.events.iter().map(|event| event.value);
    values.filter(|&value| value != ABSENT).map(i128::from).sum()
}
