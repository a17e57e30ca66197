//! The one list of models, and how they are fitted, asked and stored by name.
//!
//! Columns, options, quantities and summaries cross by name, so that the doors hold no formula: a
//! model that joins [`for_each_model!`](crate::for_each_model) is there in C and in Python at once.
//!
//! ```
//! use cxm_core::registry::models::{self, Columns};
//! use serde_json::json;
//!
//! let known = json!({"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426});
//! let model = models::from_parameters("bg_nbd", &known, &json!({"unit": "week"}))?;
//! let columns = Columns::new()
//!     .with("frequency", [2.0, 0.0].as_slice())?
//!     .with("recency", [30.43, 0.0].as_slice())?
//!     .with("age", 38.86)?;
//! let quantity = json!({"quantity": "expected_transactions", "horizon": 39});
//! let expected = model.predict(&quantity, &columns)?;
//! assert!((expected.values[0] - 1.226).abs() < 1e-3);
//! # Ok::<(), cxm_core::Error>(())
//! ```

mod columns;
mod contractual;
mod counts;
mod covariates;
mod erased;
mod file;
mod listed;
mod options;
mod posterior;
mod purchase;
mod repeats;
mod spend;

use serde_json::Value;

pub use columns::{Cells, Columns, CountIntervals, Intervals, PredictionColumn};
pub use erased::DynModel;
pub use listed::{ColumnEntry, CountQuestion, Known, Listed, QuantityEntry, Question};
pub use posterior::DynPosterior;

use crate::calculator::table::{ColumnData, Table};
use crate::clv::posterior::OnProgress;
use crate::clv::selection::{HoldOut, SelectionOptions, select_model};
use crate::clv::{Model, PatternTable};
use crate::error::{Error, Result};
use crate::registry::definition;
use crate::registry::question::NamedArguments;

/// Calls a macro with the list of models: type and one line of description.
///
/// A new model is one line here.
#[macro_export]
macro_rules! for_each_model {
    ($callback:ident) => {
        $callback! {
            ParetoNbd, "purchases without a contract; customers leave at any time";
            BgNbd, "purchases without a contract; customers leave after a purchase";
            MbgNbd, "as BgNbd, and customers may leave right after their first purchase too";
            Nbd, "purchases of customers who never leave: the baseline";
            BgBb, "purchases at discrete opportunities; customers leave unseen";
            GammaGamma, "what a purchase is worth on average, customer by customer";
            ShiftedBetaGeometric, "contracts that are renewed; customers are seen to leave";
        }
    };
}

/// A model of the list.
#[derive(Debug, Clone, Copy)]
pub struct ModelEntry {
    /// The name in `snake_case`, the same in every door.
    pub name: &'static str,
    /// The name of the type in Rust and in Python.
    pub type_name: &'static str,
    /// What it is a model of.
    pub summary: &'static str,
    /// The parameters in the paper's names.
    pub parameters: &'static [&'static str],
    /// Which of them are times in the unit of the model.
    pub times: &'static [bool],
    /// Whether its fit offers [`finite_mean`](crate::clv::FitOptions::finite_mean).
    pub offers_finite_mean: bool,
    /// The columns that a fit reads.
    pub columns: &'static [ColumnEntry],
    /// The questions that it answers.
    pub quantities: &'static [QuantityEntry],
    /// Fits it to columns.
    fit: fn(&Columns<'_>, &Value, OnProgress<'_>) -> Result<Box<dyn DynModel>>,
    /// Makes it from known parameters.
    from_parameters: fn(&Value, &Value) -> Result<Box<dyn DynModel>>,
    /// Makes it from a model file.
    from_file: fn(&str) -> Result<Box<dyn DynModel>>,
}

macro_rules! entries {
    ($($model:ident, $summary:literal;)*) => {
        use $crate::clv::{$($model),*};

        /// Every model, in the order of the list.
        pub static MODELS: &[ModelEntry] = &[$(ModelEntry {
            name: <$model as Model>::NAME,
            type_name: stringify!($model),
            summary: $summary,
            parameters: <$model as Model>::PARAMETERS,
            times: <$model as Model>::TIMES,
            offers_finite_mean: !<$model as Model>::FINITE_MEAN_ABOVE.is_empty(),
            columns: <$model as Listed>::FIT_COLUMNS,
            quantities: <$model as Listed>::QUANTITIES,
            fit: erased::fit::<$model>,
            from_parameters: erased::from_parameters::<$model>,
            from_file: file::read::<$model>,
        }),*];
    };
}
for_each_model!(entries);

/// The model of this name.
pub fn find(name: &str) -> Result<&'static ModelEntry> {
    MODELS.iter().find(|entry| entry.name == name).ok_or_else(|| {
        let names: Vec<_> = MODELS.iter().map(|entry| entry.name).collect();
        Error::not_found(format!("no model \"{name}\"; there are {}", names.join(", ")))
    })
}

/// Fits a model to columns; `null` stands for the default options.
///
/// The options are the fields of [`FitOptions`](crate::clv::FitOptions); `start` and `priors` may
/// also go by the names of the parameters. `purchase_covariates` and `dropout_covariates` are names
/// of columns that act on the rate of purchase and on dropout.
pub fn fit(name: &str, columns: &Columns<'_>, options: &Value) -> Result<Box<dyn DynModel>> {
    fit_with_progress(name, columns, options, &mut |_| Ok(()))
}

/// As [`fit`], and tells of each step; an error of `on_progress` stops it.
pub fn fit_with_progress(
    name: &str,
    columns: &Columns<'_>,
    options: &Value,
    on_progress: OnProgress<'_>,
) -> Result<Box<dyn DynModel>> {
    let entry = find(name)?;
    covariates::fit_model(entry, columns, options, on_progress)
        .map_err(|error| error.within(entry.name))
}

/// Fits a model to a table, such as the patterns or the summaries that a calculator gives.
///
/// Of its columns those are read that the fit knows; a count of customers is their weight.
pub fn fit_table(name: &str, table: &Table, options: &Value) -> Result<Box<dyn DynModel>> {
    let entry = find(name)?;
    let mut columns = Columns::of_rows(table.len());
    for column in table.columns() {
        let name = if column.name() == CUSTOMERS { listed::WEIGHTS.name } else { column.name() };
        let known = entry.columns.iter().any(|column| column.name == name)
            || covariates::is_asked(options, entry, name)?;
        if known {
            columns.add(name, cells(column.data(), column.present())?)?;
        }
    }
    fit(entry.name, &columns, options)
}

/// The column of a table that says how many customers a row stands for.
const CUSTOMERS: &str = "customers";

#[allow(
    clippy::cast_precision_loss,
    reason = "beyond 2^53 no number counts purchases or customers"
)]
fn cells<'a>(data: &'a ColumnData, present: Option<&[bool]>) -> Result<Cells<'a>> {
    let mut cells: Vec<f64> = match (data, present) {
        (ColumnData::Floats(values), None) => return Ok(values.as_slice().into()),
        (ColumnData::Floats(values), _) => values.clone(),
        (ColumnData::Integers(values), _) => values.iter().map(|&value| value as f64).collect(),
        (ColumnData::Counts(values), _) => values.iter().map(|&value| value as f64).collect(),
        _ => return Err(Error::batch(format!("a column of {} is no number", data.type_name()))),
    };
    for (cell, present) in cells.iter_mut().zip(present.unwrap_or_default()) {
        if !present {
            *cell = f64::NAN;
        }
    }
    Ok(Cells::Many(cells.into()))
}

/// Makes a model from known parameters, by name or in their order.
///
/// The options are the `unit` of the times, and coefficients by the names of their covariates as
/// `purchase_covariates` and `dropout_covariates`; `null` stands for the defaults.
pub fn from_parameters(
    name: &str,
    parameters: &Value,
    options: &Value,
) -> Result<Box<dyn DynModel>> {
    let entry = find(name)?;
    covariates::given_model(entry, parameters, options).map_err(|error| error.within(entry.name))
}

/// Reads a model file of whichever model it is.
pub fn from_json(text: &str) -> Result<Box<dyn DynModel>> {
    let kind = file::kind(text)?;
    read(find(&kind.name)?, &kind, text)
}

/// A file tells by a field whether its model has covariates.
fn read(entry: &ModelEntry, kind: &file::Kind, text: &str) -> Result<Box<dyn DynModel>> {
    if kind.has_covariates { covariates::from_file(entry, text) } else { (entry.from_file)(text) }
}

/// Reads a model file of this model; that of another one is an error.
pub fn from_json_as(name: &str, text: &str) -> Result<Box<dyn DynModel>> {
    let (entry, kind) = (find(name)?, file::kind(text)?);
    if kind.name != entry.name {
        let (ours, theirs) = (entry.name, kind.name);
        let message = format!("expected the model file of a {ours}, got that of a {theirs}");
        return Err(Error::merge(message).in_field("kind"));
    }
    read(entry, &kind, text)
}

/// Fits the models of purchases in continuous time to columns, ranks them, and holds each against
/// what came, where there is a column `actual` with a `horizon` among the options.
///
/// The other options are `candidates`, `unit`, and the `level` and `last_class` of the back-test.
pub fn select(columns: &Columns<'_>, options: &Value) -> Result<Value> {
    let mut given = NamedArguments::new(options)?;
    let (candidates, unit) = (given.take("candidates")?, given.take("unit")?);
    let mut options = SelectionOptions::default();
    options.candidates = candidates.unwrap_or(options.candidates);
    options.unit = unit.unwrap_or(options.unit);
    let selection = if columns.get("actual").is_some() {
        let (histories, actual, horizon, back_test) =
            purchase::hold_out::<BgNbd>(columns, &given.into_value())?;
        options.back_test = back_test;
        let rows = histories.iter().map(|history| (*history, 1.0));
        let table = PatternTable::from_rows(rows)?;
        let hold_out = HoldOut { histories: &histories, actual: &actual, horizon };
        select_model(&table, Some(hold_out), &options)?
    } else {
        given.finish()?;
        columns.only(&["frequency", "recency", "age", "weights"])?;
        select_model(&<BgNbd as Listed>::table(columns)?, None, &options)?
    };
    Ok(definition::to_value(&selection))
}
