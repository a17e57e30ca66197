//! The catalogue of a company's journeys, and journeys beside their plan.

use super::arguments::{Arguments, json};
use super::parameters::required;
use super::{Function, Parameter};
use crate::error::{Error, Result};
use crate::journey::deviation::{Deviation, Move, Step, deviation};
use crate::model::Catalogue;
use serde::{Deserialize, Serialize};
use serde_json::Value;

const CATALOGUE: Parameter = required(
    "catalogue",
    "object",
    "stages, channels, touchpoints, segments, journey_maps, goals, measures",
);

fn standard_catalogue(_: &Arguments) -> Result<Value> {
    json(Catalogue::standard())
}

fn check_catalogue(arguments: &Arguments) -> Result<Value> {
    let given: Value = arguments.get("catalogue")?;
    // serde would take an array for a struct too.
    if !given.is_object() {
        return Err(Error::argument("expected an object of lists").in_field("catalogue"));
    }
    let catalogue: Catalogue = arguments.get("catalogue")?;
    catalogue.validate()?;
    json(catalogue)
}

/// A step as its touchpoint, or with its channel.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum GivenStep {
    Touchpoint(String),
    Both { touchpoint: String, channel: Option<String> },
}

impl GivenStep {
    fn step(&self) -> Step<'_> {
        match self {
            Self::Touchpoint(touchpoint) => Step::at(touchpoint),
            Self::Both { touchpoint, channel } => Step { touchpoint, channel: channel.as_deref() },
        }
    }
}

/// Of how many journeys a planned step is true.
#[derive(Debug, Serialize)]
struct StepCounts {
    touchpoint: String,
    channel: Option<String>,
    same: u64,
    other_channel: u64,
    other_order: u64,
    skipped: u64,
}

#[derive(Debug, Serialize)]
struct Deviations {
    journeys: Vec<Deviation>,
    steps: Vec<StepCounts>,
}

fn journey_deviation(arguments: &Arguments) -> Result<Value> {
    let planned: Vec<GivenStep> = arguments.get("planned")?;
    let journeys: Vec<Vec<GivenStep>> = arguments.get("journeys")?;
    let plan: Vec<Step<'_>> = planned.iter().map(GivenStep::step).collect();
    let counts = |step: &Step<'_>| StepCounts {
        touchpoint: step.touchpoint.to_owned(),
        channel: step.channel.map(str::to_owned),
        same: 0,
        other_channel: 0,
        other_order: 0,
        skipped: 0,
    };
    let mut steps: Vec<StepCounts> = plan.iter().map(counts).collect();
    let mut found = Vec::with_capacity(journeys.len());
    for (row, journey) in journeys.iter().enumerate() {
        let actual: Vec<Step<'_>> = journey.iter().map(GivenStep::step).collect();
        let one = deviation(&plan, &actual).map_err(|error| error.at_row(row))?;
        // The moves of the planned steps come first, in their order.
        for (step, what) in steps.iter_mut().zip(&one.moves) {
            let count = match what {
                Move::Same { .. } => &mut step.same,
                Move::OtherChannel { .. } => &mut step.other_channel,
                Move::OtherOrder { .. } => &mut step.other_order,
                _ => &mut step.skipped,
            };
            *count += 1;
        }
        found.push(one);
    }
    json(Deviations { journeys: found, steps })
}

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "standard_catalogue",
        summary: "stages, channels and touchpoints to start from, among them physical ones.",
        parameters: &[],
        run: standard_catalogue,
    },
    Function {
        name: "check_catalogue",
        summary: "a catalogue with its defaults filled in; refuses one that contradicts itself.",
        parameters: &[CATALOGUE],
        run: check_catalogue,
    },
    Function {
        name: "journey_deviation",
        summary: "steps left out, added, repeated, in another order or on another channel than planned.",
        parameters: &[
            required(
                "planned",
                "array of steps",
                "touchpoints, or objects of touchpoint and channel, in their order",
            ),
            required("journeys", "array of arrays of steps", "the same of each actual journey"),
        ],
        run: journey_deviation,
    },
];

#[cfg(test)]
mod tests {
    use super::super::call;
    use serde_json::json;

    #[test]
    fn journeys_are_counted_step_by_step() {
        let arguments = json!({
            "planned": ["cart", {"touchpoint": "checkout", "channel": "web"}],
            "journeys": [
                ["cart", {"touchpoint": "checkout", "channel": "store"}],
                ["checkout", "cart", "hotline"],
                [],
            ],
        });
        let found = call("journey_deviation", &arguments).unwrap();
        assert_eq!(found["journeys"][1]["extra"], 1);
        assert_eq!(found["journeys"][0]["moves"][1]["move"], "other_channel");
        let cart = &found["steps"][0];
        assert_eq!(
            (&cart["same"], &cart["other_order"], &cart["skipped"]),
            (&json!(1), &json!(1), &json!(1))
        );
        let checkout = &found["steps"][1];
        assert_eq!((&checkout["same"], &checkout["other_channel"]), (&json!(1), &json!(1)));
    }

    #[test]
    fn a_catalogue_is_checked() {
        let standard = call("standard_catalogue", &json!({})).unwrap();
        let checked = call("check_catalogue", &json!({"catalogue": standard})).unwrap();
        assert_eq!(checked, standard);
        let mut wrong = standard.clone();
        wrong["stages"][1]["order"] = 1.into();
        let error = call("check_catalogue", &json!({"catalogue": wrong})).unwrap_err();
        assert_eq!(error.field(), Some("stages.order"));
        assert!(call("check_catalogue", &json!({"catalogue": []})).is_err());
        let empty = call("check_catalogue", &json!({"catalogue": {}})).unwrap();
        assert_eq!(empty["touchpoints"], json!([]));
    }
}
