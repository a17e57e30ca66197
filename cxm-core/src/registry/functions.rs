//! Every statistic, reached by name with JSON in and JSON out.
//!
//! [`FUNCTIONS`] is the one list: C calls `cxm_call(name, json)`, Python builds `cxm.stats` from
//! it. Names, defaults and refusals are therefore the same in every door.
//!
//! # Example
//! ```
//! use cxm_core::registry::functions;
//! use serde_json::json;
//!
//! let counts = json!({"negative": 20, "neutral": 30, "positive": 50});
//! let interval = functions::call("net_interval", &counts)?;
//! assert_eq!(interval["method"], "score");
//!
//! let error = functions::call("net_interval", &json!({"negative": 20})).unwrap_err();
//! assert_eq!(error.field(), Some("neutral"));
//! # Ok::<(), cxm_core::Error>(())
//! ```

mod arguments;
mod attribution;
mod churn;
mod comparisons;
mod cox;
mod impact;
mod intervals;
mod journeys;
mod parameters;
mod planning;
mod survival;
mod value;
mod weighting;

use crate::error::{Error, Result};
pub use arguments::Arguments;
pub(super) use parameters::{
    LEVEL, METHOD, POPULATION, REPLICATES, SEED, TUNED_FOR, optional, required,
};
use serde_json::Value;

/// One statistic: its name, what it says, what it takes.
#[derive(Debug, Clone, Copy)]
pub struct Function {
    /// The name in `snake_case`, the same in every door.
    pub name: &'static str,
    /// One line.
    pub summary: &'static str,
    /// The arguments, in their order.
    pub parameters: &'static [Parameter],
    /// The calculation.
    run: fn(&Arguments) -> Result<Value>,
}

/// One argument of a [`Function`].
#[derive(Debug, Clone, Copy)]
pub struct Parameter {
    /// The name in `snake_case`.
    pub name: &'static str,
    /// What it is, in words: `integer`, `number`, `text`, `array of numbers`, `object`.
    pub kind: &'static str,
    /// The default as JSON; without one the argument is required.
    pub default: Option<&'static str>,
    /// One line.
    pub doc: &'static str,
}

impl Function {
    /// Checks the arguments against [`Self::parameters`] and calculates.
    pub fn call(&self, input: &Value) -> Result<Value> {
        Arguments::new(self.parameters, input)
            .and_then(|arguments| (self.run)(&arguments))
            .map_err(|error| error.within(self.name))
    }
}

/// All functions, area by area.
pub const FUNCTIONS: &[&[Function]] = &[
    intervals::FUNCTIONS,
    comparisons::FUNCTIONS,
    planning::FUNCTIONS,
    weighting::FUNCTIONS,
    value::FUNCTIONS,
    survival::FUNCTIONS,
    cox::FUNCTIONS,
    churn::FUNCTIONS,
    impact::FUNCTIONS,
    attribution::FUNCTIONS,
    journeys::FUNCTIONS,
];

/// All functions in one row.
pub fn all() -> impl Iterator<Item = &'static Function> {
    FUNCTIONS.iter().copied().flatten()
}

/// Calls a function by its name.
///
/// `NotFound` for an unknown name; `InvalidArgument`, naming the field, for an argument that is
/// missing, unknown or of the wrong kind.
pub fn call(name: &str, input: &Value) -> Result<Value> {
    all()
        .find(|function| function.name == name)
        .ok_or_else(|| {
            Error::not_found(format!("no function \"{name}\"; the catalogue lists them"))
        })?
        .call(input)
}
