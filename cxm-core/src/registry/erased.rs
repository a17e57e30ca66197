//! A calculator whose type is known only by name: what the C and the Python door hold.

use std::any::Any;
use std::fmt::Debug;

use serde::Serialize;
use serde_json::Value;

use super::definition::{same, to_value};
use super::functions::{Arguments, Parameter};
use super::question::Reading;
use super::questions;
use crate::calculator::batch::{Batch, Event};
use crate::calculator::{Calculator, Kind, Report, Retract, State, Table};
use crate::churn::Subscriptions;
use crate::error::{Error, Result};
use crate::stats::Histogram;
use crate::survey::{
    ItemCalculator, ItemDefinition, RatingCalculator, RatingDefinition, ResponseLedger,
    ResponseRate,
};
use crate::survival::Lifetimes;

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
    /// Takes one event.
    fn update_event(&mut self, event: &Event<'_>) -> Result<()>;
    /// Takes a piece of a batch that is to be merged as a whole.
    fn gather(&mut self, batch: Batch<'_>) -> Result<()>;
    /// Lets rows through that wait for earlier ones; in most calculators nothing waits.
    fn flush(&mut self);
    /// Leaves the state as if these rows had never been.
    fn retract(&mut self, batch: Batch<'_>) -> Result<()>;
    /// Merges the other state, of the same kind and definition.
    fn merge(&mut self, other: &dyn DynCalculator) -> Result<()>;
    /// Takes the other state away again.
    fn subtract(&mut self, other: &dyn DynCalculator) -> Result<()>;
    /// The one figure that stands for the report.
    fn headline(&self) -> Option<f64>;
    /// The rows that the figure rests on.
    fn responses(&self) -> u64;
    /// What the figure is shown in: `points`, `%` for a share of 0..=1, or empty for a mean.
    fn unit(&self) -> &'static str;
    /// The report.
    fn value(&self) -> Value;
    /// The answer to a question about the report.
    fn ask(&self, question: &str, arguments: &Value) -> Result<Value>;
    /// This score minus the other's: difference, standard error, statistic, p-value, interval.
    fn compare(&self, other: &dyn DynCalculator, arguments: &Value) -> Result<Value>;
    /// The tables that it offers.
    fn tables(&self) -> &'static [TableEntry];
    /// A reading of one row a customer, or a row a pattern or a day, by its name.
    fn tabulate(&self, name: &str, arguments: &Value) -> Result<Table>;
    /// Another calculator over what is counted here: from a ledger to an NPS with its duplicates.
    fn derive(&self, name: &str, definition: &Value) -> Result<Box<dyn DynCalculator>>;
    /// The canonical bytes.
    fn to_bytes(&self) -> Vec<u8>;
    /// The same state once more.
    fn clone_box(&self) -> Box<dyn DynCalculator>;
    /// Whether kind, definition and state are the same.
    fn equals(&self, other: &dyn DynCalculator) -> bool;
    /// The calculator itself, for downcasting.
    fn as_any(&self) -> &dyn Any;
}

/// Takes one row by the cheapest path that a calculator has.
pub trait UpdateOne {
    /// Takes one rating; refused where a row is something else.
    fn take_rating(&mut self, rating: i64) -> Result<()> {
        Err(Error::not_offered(format!("a single rating ({rating}) is not a row of it")))
    }

    /// Takes one event; refused where a row is something else.
    fn take_event(&mut self, event: &Event<'_>) -> Result<()> {
        let _ = event;
        Err(Error::not_offered("a single event is not a row of it"))
    }
}

/// The ratings that a calculator counted: how one metric is made from another's answers.
pub trait RatingCounts: State {
    /// The ratings counted.
    fn rating_counts(&self) -> Result<Histogram> {
        Err(Error::not_offered("it does not count single ratings"))
    }

    /// Another calculator over what is counted here.
    fn derive_as(
        &self,
        entry: &super::Entry,
        definition: &Value,
    ) -> Result<Box<dyn DynCalculator>> {
        (entry.from_counts)(definition, self.rating_counts()?)
    }

    /// The calculator that has counted these ratings.
    fn from_rating_counts(definition: Self::Definition, counts: Histogram) -> Result<Self> {
        drop((definition, counts));
        Err(Error::not_offered("it cannot be made from counts of single ratings"))
    }
}

/// A reading that is a table: its name, what it says, what it takes.
#[derive(Debug, Clone, Copy)]
pub struct TableEntry {
    /// The name in `snake_case`, the same in every door.
    pub name: &'static str,
    /// One line.
    pub summary: &'static str,
    /// The arguments, in their order.
    pub parameters: &'static [Parameter],
}

/// The tables that a calculator offers; the first is what its users ask for most.
pub trait Tabulate: State {
    /// Names, arguments and words of the tables.
    const TABLES: &'static [TableEntry] = &[];

    /// The table of this name; the arguments were checked against those of its entry.
    fn table(&self, name: &str, arguments: &Arguments) -> Result<Table> {
        let _ = (name, arguments);
        Err(Error::not_offered("it has no tables"))
    }

    /// The answer to a question; where the report is too small to know, the state is asked.
    fn answer(&self, question: &str, arguments: &Value) -> Result<Value>
    where
        Self::Report: Reading,
    {
        Calculator::value(self).ask(question, arguments)
    }
}

impl<D: RatingDefinition> Tabulate for RatingCalculator<D> {}

impl<D: ItemDefinition> Tabulate for ItemCalculator<D> {}

impl Tabulate for ResponseRate {}

impl Tabulate for ResponseLedger {}

impl UpdateOne for Lifetimes {}

impl RatingCounts for Lifetimes {}

impl Tabulate for Subscriptions {}

impl UpdateOne for Subscriptions {}

impl RatingCounts for Subscriptions {}

impl<D: RatingDefinition> UpdateOne for RatingCalculator<D> {
    #[inline]
    fn take_rating(&mut self, rating: i64) -> Result<()> {
        self.update_rating(rating)
    }
}

impl<D: RatingDefinition> RatingCounts for RatingCalculator<D> {
    fn rating_counts(&self) -> Result<Histogram> {
        Ok(self.histogram().clone())
    }

    fn from_rating_counts(definition: D, counts: Histogram) -> Result<Self> {
        Self::from_histogram(definition, counts)
    }
}

impl<D: ItemDefinition> UpdateOne for ItemCalculator<D> {}

impl<D: ItemDefinition> RatingCounts for ItemCalculator<D> {}

impl UpdateOne for ResponseRate {}

impl RatingCounts for ResponseRate {}

impl UpdateOne for ResponseLedger {}

impl RatingCounts for ResponseLedger {
    fn rating_counts(&self) -> Result<Histogram> {
        Ok(self.counted())
    }
}

fn same_kind<C: State>(other: &dyn DynCalculator) -> Result<&C> {
    other.as_any().downcast_ref::<C>().ok_or_else(|| {
        Error::merge(format!("expected another {}, got {}", C::KIND.name, other.kind().name))
            .within(C::KIND.name)
    })
}

/// The other one, of the same kind and definition.
fn alike<'a, C: State>(ours: &C, other: &'a dyn DynCalculator) -> Result<&'a C>
where
    C::Definition: Serialize,
{
    let other = same_kind::<C>(other)?;
    same(ours.definition(), other.definition()).map_err(|error| error.within(C::KIND.name))?;
    Ok(other)
}

impl<C> DynCalculator for C
where
    C: Retract + State + UpdateOne + RatingCounts + Tabulate,
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
        self.take_rating(rating).map_err(|error| error.within(C::KIND.name))
    }

    fn update_event(&mut self, event: &Event<'_>) -> Result<()> {
        self.take_event(event).map_err(|error| error.within(C::KIND.name))
    }

    fn gather(&mut self, batch: Batch<'_>) -> Result<()> {
        let batch = C::Batch::try_from(batch).map_err(|error| error.within(C::KIND.name))?;
        crate::calculator::Update::gather(self, batch)
    }

    fn flush(&mut self) {
        crate::calculator::Update::flush(self);
    }

    fn retract(&mut self, batch: Batch<'_>) -> Result<()> {
        let batch = C::Batch::try_from(batch).map_err(|error| error.within(C::KIND.name))?;
        Retract::retract(self, batch)
    }

    fn merge(&mut self, other: &dyn DynCalculator) -> Result<()> {
        crate::calculator::Merge::merge(self, alike(self, other)?)
    }

    fn subtract(&mut self, other: &dyn DynCalculator) -> Result<()> {
        Retract::subtract(self, alike(self, other)?)
    }

    fn headline(&self) -> Option<f64> {
        Calculator::value(self).headline()
    }

    fn responses(&self) -> u64 {
        Calculator::value(self).responses()
    }

    fn unit(&self) -> &'static str {
        Calculator::value(self).unit()
    }

    fn value(&self) -> Value {
        to_value(&Calculator::value(self))
    }

    fn ask(&self, question: &str, arguments: &Value) -> Result<Value> {
        let asked = || {
            questions::check(C::Report::QUESTIONS, C::TABLES, question, arguments)?;
            if questions::is_listed(C::Report::QUESTIONS, question) {
                return self.answer(question, arguments);
            }
            self.tabulate(question, arguments).map(|table| questions::rows(&table))
        };
        asked().map_err(|error| error.within(C::KIND.name))
    }

    fn compare(&self, other: &dyn DynCalculator, arguments: &Value) -> Result<Value> {
        let other = alike(self, other)?;
        let mut named = super::question::NamedArguments::new(arguments)?;
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

    fn tables(&self) -> &'static [TableEntry] {
        C::TABLES
    }

    fn tabulate(&self, name: &str, arguments: &Value) -> Result<Table> {
        let entry = C::TABLES.iter().find(|table| table.name == name).ok_or_else(|| {
            let names: Vec<_> = C::TABLES.iter().map(|table| table.name).collect();
            let listed = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
            Error::not_found(format!("no table \"{name}\"; there are {listed}"))
        });
        let none = Value::Object(serde_json::Map::new());
        let arguments = if arguments.is_null() { &none } else { arguments };
        entry
            .and_then(|entry| Arguments::new(entry.parameters, arguments))
            .and_then(|arguments| self.table(name, &arguments))
            .map_err(|error| error.within(C::KIND.name))
    }

    fn derive(&self, name: &str, definition: &Value) -> Result<Box<dyn DynCalculator>> {
        let entry = super::find(name)?;
        self.derive_as(entry, definition).map_err(|error| error.within(C::KIND.name))
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
