//! A model whose type is known only by name: what the C and the Python door hold.

use std::any::Any;
use std::collections::HashMap;
use std::fmt::Debug;

use serde_json::{Map, Value, json};

use super::columns::{Columns, CountIntervals, Intervals, PredictionColumn};
use super::listed::{Known, Listed, QuantityEntry, Question, SPEND};
use super::posterior::{self, DynPosterior};
use super::repeats::answers;
use super::{ModelEntry, file, options};
use crate::calculator::Table;
use crate::clv::intervals::DeltaEstimate;
use crate::clv::lifetime_value::check_spend;
use crate::clv::posterior::{OnProgress, Progress};
use crate::clv::{FitStatus, Fitted, PatternTable, fit_with_progress};
use crate::error::{Error, ErrorKind, Result};
use crate::numeric::distribution::normal_two_sided_quantile;
use crate::registry::definition::{object, to_value};
use crate::registry::functions::Arguments;
use crate::registry::question::NamedArguments;
use crate::stats::IntervalOptions;

/// A model of any kind, with what its fit knows.
pub trait DynModel: Debug + Send + Sync {
    /// Its row of the list.
    fn entry(&self) -> Result<&'static ModelEntry>;
    /// The unit of its times.
    fn unit(&self) -> Value;
    /// Parameters, errors, likelihood and diagnosis.
    ///
    /// The one option is the `level` of the intervals.
    fn summary(&self, options: &Value) -> Result<Value>;
    /// The answer to a question for every row.
    ///
    /// `quantity` names it as `quantity`, beside its parameters. Without the columns of a history
    /// the answer is that of a new customer; a column `horizon` gives every row its own.
    fn predict(&self, quantity: &Value, columns: &Columns<'_>) -> Result<PredictionColumn>;
    /// The same answers with their limits by the delta method; the one option is the `level`.
    fn intervals(
        &self,
        quantity: &Value,
        columns: &Columns<'_>,
        options: &Value,
    ) -> Result<Intervals>;
    /// How many purchases each row will really make, the parameters taken as known; the options
    /// are the `horizon`, which may come as a column, and the `level`.
    fn predictive_intervals(
        &self,
        columns: &Columns<'_>,
        options: &Value,
    ) -> Result<CountIntervals>;
    /// Draws of the parameters, from the columns of the fit.
    ///
    /// The options are the `method`, `laplace` or `nuts`, and those of
    /// [`LaplaceOptions`](crate::clv::laplace::LaplaceOptions) or of its like for the sampler.
    fn posterior(
        &self,
        columns: &Columns<'_>,
        options: &Value,
        on_progress: OnProgress<'_>,
    ) -> Result<Box<dyn DynPosterior>>;
    /// What was expected against what came: a column `actual` beside those of a history, and a
    /// `horizon` among the options.
    fn back_test(&self, columns: &Columns<'_>, options: &Value) -> Result<Value>;
    /// Drawn customers, one a row; the options are those of a simulation.
    fn simulate(&self, options: &Value) -> Result<Table>;
    /// The log-likelihood of other customers, in the columns of a fit.
    fn log_likelihood(&self, columns: &Columns<'_>) -> Result<f64>;
    /// The model file: canonical, and the same in every language.
    fn to_json(&self) -> String;
    /// The same model once more.
    fn clone_box(&self) -> Box<dyn DynModel>;
    /// Whether it is the same model with the same fit.
    fn equals(&self, other: &dyn DynModel) -> bool;
    /// The model itself, for downcasting.
    fn as_any(&self) -> &dyn Any;
}

/// Fits a model to columns.
pub(super) fn fit<M: Listed>(
    columns: &Columns<'_>,
    options: &Value,
    on_progress: OnProgress<'_>,
) -> Result<Box<dyn DynModel>> {
    let options = options::fit(M::PARAMETERS, options)?;
    let (table, mut steps) = (table::<M>(columns)?, 0);
    let fitted = fit_with_progress::<M>(&table, &options, |_| step(&mut steps, on_progress))?;
    Ok(Box::new(fitted))
}

/// Tells of one step more of a fit, whose number of steps nobody knows beforehand.
pub(super) fn step(steps: &mut u64, on_progress: OnProgress<'_>) -> Result<()> {
    *steps += 1;
    on_progress(Progress { done: *steps, total: 0 })
}

/// The distinct rows of columns that a fit reads; another column is an error.
pub(super) fn table<M: Listed>(columns: &Columns<'_>) -> Result<PatternTable<M::Pattern>> {
    let names: Vec<_> = M::FIT_COLUMNS.iter().map(|column| column.name).collect();
    columns.only(&names)?;
    M::table(columns)
}

/// Makes a model from known parameters.
pub(super) fn from_parameters<M: Listed>(
    parameters: &Value,
    options: &Value,
) -> Result<Box<dyn DynModel>> {
    let parameters = options::parameters(M::PARAMETERS, parameters)?;
    let mut named = NamedArguments::new(options)?;
    let unit = options::unit(&named.take("unit")?.unwrap_or_default())?;
    named.finish()?;
    Ok(Box::new(Fitted::given(M::from_parameters(&parameters)?, unit)))
}

/// Numbers by the names of the parameters, as far as there are names.
pub(super) fn by_name<M: Listed>(values: impl IntoIterator<Item = f64>) -> Value {
    let named = M::PARAMETERS.iter().zip(values);
    Value::Object(named.map(|(name, value)| ((*name).to_owned(), json!(value))).collect())
}

/// A figure of a fit; absent where the parameters were given.
pub(super) fn of_fit<M>(fitted: &Fitted<M>, figure: f64) -> Option<f64> {
    (fitted.diagnosis.status != FitStatus::Given).then_some(figure)
}

/// The limits of every parameter: θ · exp(±z · SE(ln θ)), which stay above 0.
pub(super) fn intervals<M: Listed>(fitted: &Fitted<M>, level: f64) -> Result<Value> {
    let z = normal_two_sided_quantile(IntervalOptions::at(level).alpha()?);
    let Some(errors) = fitted.standard_errors() else { return Ok(Value::Null) };
    let limits = fitted.model.parameters().into_iter().zip(errors).map(|(value, error)| {
        let reach = z * error / value;
        json!({
            "lower": value * libm::exp(-reach),
            "upper": value * libm::exp(reach),
            "level": level,
            "method": "wald_of_logarithm",
        })
    });
    let named = M::PARAMETERS.iter().map(|name| (*name).to_owned());
    Ok(Value::Object(named.zip(limits).collect()))
}

/// The entry of a quantity, and the quantity with its defaults filled in.
fn asked(
    entries: &'static [QuantityEntry],
    quantity: &Value,
    columns: &Columns<'_>,
) -> Result<(&'static QuantityEntry, Map<String, Value>)> {
    let mut given = object(quantity)?;
    let name = match given.remove("quantity") {
        Some(Value::String(name)) => name,
        _ => return Err(Error::argument("expected the name of a quantity").in_field("quantity")),
    };
    let entry = entries.iter().find(|entry| entry.name == name).ok_or_else(|| {
        let names: Vec<_> = entries.iter().map(|entry| entry.name).collect();
        Error::not_found(format!("no quantity \"{name}\"; there are {}", names.join(", ")))
    })?;
    columns.only(&entry.column_names())?;
    for name in entry.by_row().filter(|name| columns.get(name).is_some()) {
        // The column is read row by row; this only says that nothing is missing.
        if given.insert(name.to_owned(), json!(1)).is_some() {
            return Err(Error::argument("given both as one number and by row").in_field(name));
        }
    }
    given.retain(|_, value| !value.is_null());
    Ok((entry, Arguments::new(entry.parameters, &Value::Object(given))?.into_fields()))
}

/// What a fitted model is asked, ready for any row.
pub(super) trait Asked<M> {
    fn asked<'a>(
        &self,
        quantity: &Value,
        columns: &'a Columns<'a>,
    ) -> Result<(&'static QuantityEntry, Question<'a, M>)>;
}

impl<M: Listed> Asked<M> for Fitted<M> {
    fn asked<'a>(
        &self,
        quantity: &Value,
        columns: &'a Columns<'a>,
    ) -> Result<(&'static QuantityEntry, Question<'a, M>)> {
        let (entry, mut fields) = asked(M::QUANTITIES, quantity, columns)?;
        options::settle_discount(&mut fields, self.unit)?;
        Ok((entry, M::question(entry, &Value::Object(fields), columns)?))
    }
}

/// The `level` of limits, the one option.
pub(super) fn level_of(options: &Value) -> Result<f64> {
    let mut options = NamedArguments::new(options)?;
    let level = options.take("level")?.unwrap_or(IntervalOptions::default().level);
    options.finish()?;
    Ok(level)
}

/// One answer a row; rows that are alike are asked about once.
pub(super) fn distinct<T: Clone>(
    columns: &Columns<'_>,
    mut answer: impl FnMut(usize) -> Result<T>,
) -> Result<Vec<T>> {
    let mut known = HashMap::<Vec<u64>, T, foldhash::fast::RandomState>::default();
    let mut answers = Vec::with_capacity(columns.rows());
    for row in 0..columns.rows() {
        let key = columns.bits(row);
        let found = match known.get(&key) {
            Some(found) => found.clone(),
            None => {
                let found = answer(row).map_err(|error| match error.kind() {
                    // What the model lacks is no fault of the row.
                    ErrorKind::InsufficientData => error,
                    _ => error.at_row(row),
                })?;
                known.insert(key, found.clone());
                found
            }
        };
        answers.push(found);
    }
    Ok(answers)
}

impl<M: Listed> DynModel for Fitted<M> {
    fn entry(&self) -> Result<&'static ModelEntry> {
        super::find(M::NAME)
    }

    fn unit(&self) -> Value {
        to_value(&self.unit)
    }

    fn summary(&self, options: &Value) -> Result<Value> {
        let level = level_of(options)?;
        let intervals = intervals(self, level).map_err(|error| error.within(M::NAME))?;
        Ok(json!({
            "model": M::NAME,
            "unit": self.unit,
            "parameters": by_name::<M>(self.model.parameters()),
            "standard_errors": self.standard_errors().map(by_name::<M>),
            "intervals": intervals,
            "log_likelihood": of_fit(self, self.log_likelihood),
            "aic": of_fit(self, self.aic()),
            "bic": of_fit(self, self.bic()),
            "customers": of_fit(self, self.customers),
            "repeaters": of_fit(self, self.repeaters),
            "patterns": (self.diagnosis.status != FitStatus::Given).then_some(self.patterns),
            "diagnosis": self.diagnosis,
            "priors": self.priors,
            "coefficients": [],
            "likelihood_ratio": null,
        }))
    }

    fn predict(&self, quantity: &Value, columns: &Columns<'_>) -> Result<PredictionColumn> {
        let answer = || {
            let (entry, question) = self.asked(quantity, columns)?;
            let Some(spend) = entry.factor().and_then(|name| columns.get(name)) else {
                return answers(columns, |row| question(&self.model, row), |_, answer| Ok(answer));
            };
            // Of two who differ in their spend alone, the second is known.
            let columns = columns.with_one(SPEND.name, 1.0);
            let (_, question) = self.asked(quantity, &columns)?;
            answers(
                &columns,
                |row| question(&self.model, row),
                |row, answer| Ok(answer * check_spend(spend.get(row))?),
            )
        };
        answer().map_err(|error| error.within(M::NAME))
    }

    fn intervals(
        &self,
        quantity: &Value,
        columns: &Columns<'_>,
        options: &Value,
    ) -> Result<Intervals> {
        let answer = || {
            let level = level_of(options)?;
            let (entry, question) = self.asked(quantity, columns)?;
            let rows = distinct(columns, |row| {
                let estimate = DeltaEstimate::of(self, entry.link(), |model| question(model, row))?;
                estimate.map(|estimate| estimate.interval(level)).transpose()
            })?;
            Intervals::collect(rows)
        };
        answer().map_err(|error| error.within(M::NAME))
    }

    fn predictive_intervals(
        &self,
        columns: &Columns<'_>,
        options: &Value,
    ) -> Result<CountIntervals> {
        let answer = || {
            let question = M::counts(columns, options)?;
            let rows = distinct(columns, |row| question(Known::Parameters(&self.model), row))?;
            Ok(CountIntervals::collect(&rows))
        };
        answer().map_err(|error: Error| error.within(M::NAME))
    }

    fn posterior(
        &self,
        columns: &Columns<'_>,
        options: &Value,
        on_progress: OnProgress<'_>,
    ) -> Result<Box<dyn DynPosterior>> {
        posterior::draw(self, columns, options, on_progress).map_err(|error| error.within(M::NAME))
    }

    fn back_test(&self, columns: &Columns<'_>, options: &Value) -> Result<Value> {
        self.model.back_test(columns, options).map_err(|error| error.within(M::NAME))
    }

    fn simulate(&self, options: &Value) -> Result<Table> {
        self.model.simulate(options).map_err(|error| error.within(M::NAME))
    }

    fn log_likelihood(&self, columns: &Columns<'_>) -> Result<f64> {
        let table = table::<M>(columns).map_err(|error| error.within(M::NAME))?;
        Ok(self.model.table_log_likelihood(&table))
    }

    fn to_json(&self) -> String {
        file::write(self)
    }

    fn clone_box(&self) -> Box<dyn DynModel> {
        Box::new(self.clone())
    }

    fn equals(&self, other: &dyn DynModel) -> bool {
        other.as_any().is::<Self>() && self.to_json() == other.to_json()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
