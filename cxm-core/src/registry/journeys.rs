//! What journeys are asked by name.
//!
//! | question | arguments |
//! | --- | --- |
//! | `interval`, `confidence_sequence`, `shown` | as for all reports |

use serde_json::Value;

use super::erased::{RatingCounts, TableEntry, Tabulate, UpdateRating};
use super::question::{Arguments, Reading, ask_scored};
use crate::error::Result;
use crate::journey::{Journeys, JourneysReport};
use crate::stats::{Comparison, Method, Scored};

impl Reading for JourneysReport {
    fn ask(&self, question: &str, arguments: &Value) -> Result<Value> {
        ask_scored(self, question, arguments)
    }

    fn compare_by_name(&self, other: &Self, arguments: &Value) -> Result<Comparison> {
        let mut named = Arguments::new(arguments)?;
        let method: Option<Method> = named.take("method")?;
        named.finish()?;
        self.compare(other, method)
    }
}

impl UpdateRating for Journeys {}

impl RatingCounts for Journeys {}

impl Tabulate for Journeys {
    const TABLES: &'static [TableEntry] = &[];
}
