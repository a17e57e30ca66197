//! A calculator whose type is known only by name: what the C and the Python door hold.

use std::any::Any;
use std::fmt::Debug;

use serde::Serialize;
use serde_json::Value;

use super::definition::to_value;
use super::question::Reading;
use crate::calculator::batch::Batch;
use crate::calculator::{Calculator, Kind, Report, Retract, State};
use crate::error::{Error, Result};

/// A calculator of any kind.
pub trait DynCalculator: Debug + Send + Sync {
    /// Number, name and state version.
    fn kind(&self) -> Kind;
    /// The definition.
    fn definition(&self) -> Value;
    /// Rows taken in, whether counted or excluded.
    fn observations(&self) -> u64;
    /// Whether a batch would be accepted. Changes nothing.
    fn check(&self, batch: Batch<'_>) -> Result<()>;
    /// Takes a batch, all of it or none of it.
    fn update(&mut self, batch: Batch<'_>) -> Result<()>;
    /// Takes one rating.
    fn update_rating(&mut self, rating: i64) -> Result<()>;
    /// Leaves the state as if these rows had never been.
    fn retract(&mut self, batch: Batch<'_>) -> Result<()>;
    /// Merges the other state, of the same kind and definition.
    fn merge(&mut self, other: &dyn DynCalculator) -> Result<()>;
    /// Takes the other state away again.
    fn subtract(&mut self, other: &dyn DynCalculator) -> Result<()>;
    /// The one figure that stands for the report.
    fn headline(&self) -> Option<f64>;
    /// The report.
    fn value(&self) -> Value;
    /// The answer to a question about the report.
    fn ask(&self, question: &str, arguments: &Value) -> Result<Value>;
    /// This score minus the other's: difference, standard error, statistic, p-value, interval.
    fn compare(&self, other: &dyn DynCalculator, arguments: &Value) -> Result<Value>;
    /// The canonical bytes.
    fn to_bytes(&self) -> Vec<u8>;
    /// The same state once more.
    fn clone_box(&self) -> Box<dyn DynCalculator>;
    /// Whether kind, definition and state are the same.
    fn equals(&self, other: &dyn DynCalculator) -> bool;
    /// The calculator itself, for downcasting.
    fn as_any(&self) -> &dyn Any;
}

/// Takes one rating by the cheapest path that a calculator has.
pub trait UpdateRating {
    /// Takes one rating.
    fn update_one(&mut self, rating: i64) -> Result<()>;
}

impl<D: crate::survey::RatingDefinition> UpdateRating for crate::survey::RatingCalculator<D> {
    #[inline]
    fn update_one(&mut self, rating: i64) -> Result<()> {
        self.update_rating(rating)
    }
}

fn same_kind<C: State>(other: &dyn DynCalculator) -> Result<&C> {
    other.as_any().downcast_ref::<C>().ok_or_else(|| {
        Error::merge(format!("expected another {}, got {}", C::KIND.name, other.kind().name))
            .within(C::KIND.name)
    })
}

impl<C> DynCalculator for C
where
    C: Retract + State + UpdateRating,
    C::Definition: Serialize,
    C::Report: Reading,
    for<'a> C::Batch<'a>: TryFrom<Batch<'a>, Error = Error>,
{
    fn kind(&self) -> Kind {
        C::KIND
    }

    fn definition(&self) -> Value {
        to_value(Calculator::definition(self))
    }

    fn observations(&self) -> u64 {
        Calculator::observations(self)
    }

    fn check(&self, batch: Batch<'_>) -> Result<()> {
        let batch = C::Batch::try_from(batch).map_err(|error| error.within(C::KIND.name))?;
        crate::calculator::Update::check(self, batch).map(drop)
    }

    fn update(&mut self, batch: Batch<'_>) -> Result<()> {
        let batch = C::Batch::try_from(batch).map_err(|error| error.within(C::KIND.name))?;
        crate::calculator::Update::update(self, batch)
    }

    fn update_rating(&mut self, rating: i64) -> Result<()> {
        self.update_one(rating)
    }

    fn retract(&mut self, batch: Batch<'_>) -> Result<()> {
        let batch = C::Batch::try_from(batch).map_err(|error| error.within(C::KIND.name))?;
        Retract::retract(self, batch)
    }

    fn merge(&mut self, other: &dyn DynCalculator) -> Result<()> {
        crate::calculator::Merge::merge(self, same_kind::<C>(other)?)
    }

    fn subtract(&mut self, other: &dyn DynCalculator) -> Result<()> {
        Retract::subtract(self, same_kind::<C>(other)?)
    }

    fn headline(&self) -> Option<f64> {
        Calculator::value(self).headline()
    }

    fn value(&self) -> Value {
        to_value(&Calculator::value(self))
    }

    fn ask(&self, question: &str, arguments: &Value) -> Result<Value> {
        Calculator::value(self).ask(question, arguments).map_err(|error| error.within(C::KIND.name))
    }

    fn compare(&self, other: &dyn DynCalculator, arguments: &Value) -> Result<Value> {
        let other = same_kind::<C>(other)?;
        crate::calculator::same_definition(
            Calculator::definition(self),
            Calculator::definition(other),
        )
        .map_err(|error| error.within(C::KIND.name))?;
        let mut named = super::question::Arguments::new(arguments)?;
        let level: Option<f64> = named.take("level")?;
        let comparison = Calculator::value(self)
            .compare_by_name(&Calculator::value(other), &named.into_value())
            .map_err(|error| error.within(C::KIND.name))?;
        let mut answer = to_value(&comparison);
        let options = crate::stats::IntervalOptions::default();
        let interval = comparison.interval(level.unwrap_or(options.level))?;
        if let Value::Object(fields) = &mut answer {
            fields.insert("interval".to_owned(), to_value(&interval));
        }
        Ok(answer)
    }

    fn to_bytes(&self) -> Vec<u8> {
        State::to_bytes(self)
    }

    fn clone_box(&self) -> Box<dyn DynCalculator> {
        Box::new(self.clone())
    }

    fn equals(&self, other: &dyn DynCalculator) -> bool {
        other.as_any().downcast_ref::<C>().is_some_and(|other| self == other)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
