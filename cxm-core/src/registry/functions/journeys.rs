//! The catalogue of a company's journeys.

use super::arguments::{Arguments, json};
use super::parameters::required;
use super::{Function, Parameter};
use crate::error::{Error, Result};
use crate::model::Catalogue;
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
    if !given.is_object() {
        return Err(Error::argument("expected an object of lists").in_field("catalogue"));
    }
    let catalogue: Catalogue = arguments.get("catalogue")?;
    catalogue.validate()?;
    json(catalogue)
}

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "standard_catalogue",
        summary: "stages, channels and touchpoints to start from, among them physical ones",
        parameters: &[],
        run: standard_catalogue,
    },
    Function {
        name: "check_catalogue",
        summary: "a catalogue with its defaults filled in; refuses one that contradicts itself",
        parameters: &[CATALOGUE],
        run: check_catalogue,
    },
];
