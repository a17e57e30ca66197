//! Models with covariates, by name: the same names, with columns and coefficients more.

use std::any::Any;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::columns::{Cells, Columns, CountIntervals, Intervals, PredictionColumn};
use super::erased::{Asked, DynModel, by_name, distinct, intervals, level_of, of_fit, step};
use super::listed::{ColumnEntry, Known, Listed, WEIGHTS};
use super::posterior::DynPosterior;
use super::purchase::{self, age_of};
use super::repeats::answers;
use super::{ModelEntry, file, options};
use crate::calculator::Table;
use crate::clv::back_test::back_test_each;
use crate::clv::covariates::{
    Coefficient, Covariate, CovariateModel, CovariateTable, FittedCovariates, WithCovariates,
    fit_with_covariates_and_progress,
};
use crate::clv::intervals::DeltaEstimate;
use crate::clv::patterns::check_weight;
use crate::clv::posterior::OnProgress;
use crate::clv::{BgNbd, Fitted, History, MbgNbd, ParetoNbd};
use crate::error::{Error, Result};
use crate::numeric::distribution::normal_two_sided_quantile;
use crate::registry::definition::{object, to_value};
use crate::stats::IntervalOptions;

/// The covariates that act on the rate of purchase: names for a fit, coefficients by name for a
/// model of known parameters.
const PURCHASE: &str = "purchase_covariates";

/// Those that act on dropout.
const DROPOUT: &str = "dropout_covariates";

/// More covariates than anybody can tell apart; a model file has room for these.
const MOST: usize = 100;

/// The longest name of a covariate, in bytes.
const LONGEST: usize = 200;

/// A model of the list on which covariates can act.
struct CovariateEntry {
    name: &'static str,
    fit: Fit,
    from_parameters: FromParameters,
    from_file: fn(&str) -> Result<Box<dyn DynModel>>,
}

type Fit = fn(&Columns<'_>, Stated<()>, OnProgress<'_>) -> Result<Box<dyn DynModel>>;

type FromParameters = fn(&Value, Stated<f64>) -> Result<Box<dyn DynModel>>;

/// Options that state covariates.
struct Stated<T> {
    /// The options without these.
    others: Map<String, Value>,
    /// The covariates of purchase and of dropout, with what is known of each.
    parts: [Vec<(String, T)>; 2],
}

impl<T> Stated<T> {
    fn is_empty(&self) -> bool {
        self.parts.iter().all(Vec::is_empty)
    }
}

static WITH_COVARIATES: &[CovariateEntry] =
    &[entry::<ParetoNbd>(), entry::<BgNbd>(), entry::<MbgNbd>()];

const fn entry<M: Listed + CovariateModel>() -> CovariateEntry {
    CovariateEntry {
        name: M::NAME,
        fit: fit::<M>,
        from_parameters: from_parameters::<M>,
        from_file: file::read_with_covariates::<M>,
    }
}

fn find(model: &ModelEntry) -> Result<&'static CovariateEntry> {
    WITH_COVARIATES.iter().find(|entry| entry.name == model.name).ok_or_else(|| {
        let names: Vec<_> = WITH_COVARIATES.iter().map(|entry| entry.name).collect();
        Error::not_offered(format!("covariates act on {}", names.join(", "))).in_field(PURCHASE)
    })
}

impl ModelEntry {
    /// Whether covariates can act on it.
    pub fn takes_covariates(&self) -> bool {
        find(self).is_ok()
    }
}

/// The options without the covariates, and these, of which there may be none.
fn asked<T, V: DeserializeOwned>(
    options: &Value,
    model: &ModelEntry,
    each: impl Fn(V) -> Vec<(String, T)>,
) -> Result<Stated<T>> {
    let mut others = object(options)?;
    let mut parts = [Vec::new(), Vec::new()];
    for (part, name) in parts.iter_mut().zip([PURCHASE, DROPOUT]) {
        let Some(value) = others.remove(name).filter(|value| !value.is_null()) else { continue };
        let named: V = serde_json::from_value(value)
            .map_err(|error| Error::argument(error.to_string()).in_field(name))?;
        *part = each(named);
    }
    let names = || parts.iter().flatten().map(|(name, _)| name);
    if let Some(taken) = names().find(|name| is_taken(model, name)) {
        let message = "a column of this name means something else here; rename the covariate";
        return Err(Error::argument(message).in_field(taken.clone()));
    }
    if let Some(long) = names().find(|name| name.len() > LONGEST || name.is_empty()) {
        let message = format!("expected a name of 1 to {LONGEST} bytes, got {}", long.len());
        return Err(Error::limit(message).in_field(PURCHASE));
    }
    let count = names().count();
    if count > MOST {
        let message = format!("expected at most {MOST} covariates, got {count}");
        return Err(Error::limit(message).in_field(PURCHASE));
    }
    Ok(Stated { others, parts })
}

/// Whether a column of this name is read by the fit or by a question.
fn is_taken(model: &ModelEntry, name: &str) -> bool {
    let fit = model.columns.iter().any(|column: &ColumnEntry| column.name == name);
    let asked = model.quantities.iter().any(|entry| entry.column_names().contains(&name));
    fit || asked || [purchase::ACTUAL, "monetary_value", "customers"].contains(&name)
}

/// The names of the covariates that the options of a fit ask for.
fn named(options: &Value, model: &ModelEntry) -> Result<Stated<()>> {
    asked(options, model, |names: Vec<String>| names.into_iter().map(|name| (name, ())).collect())
}

/// Whether the options of a fit ask for a covariate of this name.
pub(super) fn is_asked(options: &Value, model: &ModelEntry, name: &str) -> Result<bool> {
    let stated = named(options, model)?;
    Ok(stated.parts.iter().flatten().any(|(known, ())| known == name))
}

/// Fits a model, with covariates where the options ask for any.
pub(super) fn fit_model(
    model: &ModelEntry,
    columns: &Columns<'_>,
    options: &Value,
    on_progress: OnProgress<'_>,
) -> Result<Box<dyn DynModel>> {
    let stated = named(options, model)?;
    if stated.is_empty() {
        return (model.fit)(columns, &Value::Object(stated.others), on_progress);
    }
    (find(model)?.fit)(columns, stated, on_progress)
}

/// Makes a model of known parameters, and of known coefficients where the options have any.
pub(super) fn given_model(
    model: &ModelEntry,
    parameters: &Value,
    options: &Value,
) -> Result<Box<dyn DynModel>> {
    let each = |values: Map<String, Value>| -> Vec<(String, f64)> {
        let value = |value: Value| value.as_f64().unwrap_or(f64::NAN);
        values.into_iter().map(|(name, cell)| (name, value(cell))).collect()
    };
    let stated = asked(options, model, each)?;
    if stated.is_empty() {
        return (model.from_parameters)(parameters, &Value::Object(stated.others));
    }
    (find(model)?.from_parameters)(parameters, stated)
}

/// Reads the file of a model with covariates.
pub(super) fn from_file(model: &ModelEntry, text: &str) -> Result<Box<dyn DynModel>> {
    let entry = find(model).map_err(|error| Error::corrupt(error.message().to_owned()))?;
    (entry.from_file)(text)
}

fn from_parameters<M: Listed + CovariateModel>(
    parameters: &Value,
    Stated { mut others, parts }: Stated<f64>,
) -> Result<Box<dyn DynModel>> {
    let parameters = options::parameters(M::PARAMETERS, parameters)?;
    let unit = options::unit(&others.remove("unit").unwrap_or_default())?;
    if let Some((name, _)) = others.into_iter().next() {
        return Err(Error::argument("no such argument").in_field(name));
    }
    let [purchase, dropout] = parts.map(|part| {
        part.into_iter().map(|(name, value)| Coefficient { name, value }).collect::<Vec<_>>()
    });
    let model = WithCovariates::new(M::from_parameters(&parameters)?, purchase, dropout)?;
    Ok(Box::new(FittedCovariates::given(model, unit)))
}

/// Histories with their weights, in the order of the rows.
fn histories<M: Listed + CovariateModel>(
    columns: &Columns<'_>,
) -> Result<(Vec<History>, Option<Vec<f64>>)> {
    let names: Vec<_> = M::FIT_COLUMNS.iter().map(|column| column.name).collect();
    columns.only(&names)?;
    let [frequency, recency, age] = ["frequency", "recency", age_of::<M>()];
    let cells = [columns.require(frequency)?, columns.require(recency)?, columns.require(age)?];
    let rows = 0..columns.rows();
    let histories = rows
        .clone()
        .map(|row| purchase::history::<M>(cells, row).map_err(|error| error.at_row(row)));
    let weights = columns.get(WEIGHTS.name);
    let weights = weights.map(|weights| rows.map(|row| weights.get(row)).collect());
    Ok((histories.collect::<Result<_>>()?, weights))
}

fn fit<M: Listed + CovariateModel>(
    columns: &Columns<'_>,
    Stated { others, parts }: Stated<()>,
    on_progress: OnProgress<'_>,
) -> Result<Box<dyn DynModel>> {
    let options = options::fit(M::PARAMETERS, &Value::Object(others))?;
    let mut names: Vec<&str> = parts.iter().flatten().map(|(name, ())| name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    let (cells, others) = columns.split(&names)?;
    let (histories, weights) = histories::<M>(&others)?;
    let values: Vec<Vec<f64>> =
        cells.iter().map(|cells| (0..columns.rows()).map(|row| cells.get(row)).collect()).collect();
    let [purchase, dropout] = parts.each_ref().map(|part| {
        let columns = part.iter().filter_map(|(name, ())| {
            let place = names.iter().position(|known| known == name)?;
            values.get(place).map(|values| Covariate { name, values })
        });
        columns.collect::<Vec<_>>()
    });
    let table =
        CovariateTable::from_histories(&histories, weights.as_deref(), &purchase, &dropout)?;
    let mut steps = 0;
    let fitted =
        fit_with_covariates_and_progress::<M>(&table, &options, |_| step(&mut steps, on_progress))?;
    Ok(Box::new(fitted))
}

/// The covariates of each row, in the order of the coefficients.
struct Rows<'a> {
    purchase: Vec<Cells<'a>>,
    dropout: Vec<Cells<'a>>,
}

impl<'a> Rows<'a> {
    /// The covariates among columns, and the other columns.
    fn split<M: CovariateModel>(
        model: &WithCovariates<M>,
        columns: &'a Columns<'a>,
    ) -> Result<(Self, Columns<'a>)> {
        let names = |part: &[Coefficient]| -> Vec<String> {
            part.iter().map(|coefficient| coefficient.name.clone()).collect()
        };
        let (purchase, dropout) = (names(model.purchase()), names(model.dropout()));
        let all: Vec<&str> = purchase.iter().chain(&dropout).map(String::as_str).collect();
        let (mut cells, others) = columns.split(&all)?;
        let dropout = cells.split_off(purchase.len());
        Ok((Self { purchase: cells, dropout }, others))
    }

    fn of(&self, row: usize) -> (Vec<f64>, Vec<f64>) {
        let cells = |part: &[Cells<'_>]| part.iter().map(|cells| cells.get(row)).collect();
        (cells(&self.purchase), cells(&self.dropout))
    }

    fn model<M: CovariateModel>(&self, model: &WithCovariates<M>, row: usize) -> Result<M> {
        let (purchase, dropout) = self.of(row);
        model.for_customer(&purchase, &dropout)
    }
}

/// The coefficients with their limits.
fn coefficients<M: CovariateModel>(fitted: &FittedCovariates<M>, level: f64) -> Result<Value> {
    let z = normal_two_sided_quantile(IntervalOptions::at(level).alpha()?);
    let rows = fitted.coefficients().into_iter().map(|estimate| {
        let limit = |sign: f64| estimate.standard_error.map(|e| estimate.value + sign * z * e);
        let (lower, upper) = (limit(-1.0), limit(1.0));
        let mut row = to_value(&estimate);
        if let Value::Object(fields) = &mut row {
            fields.extend([
                ("lower".to_owned(), json!(lower)),
                ("upper".to_owned(), json!(upper)),
                ("level".to_owned(), json!(level)),
            ]);
        }
        row
    });
    Ok(rows.collect())
}

/// The base model with what the fit knows of it, as one that has no covariates.
fn base<M: CovariateModel>(fitted: &FittedCovariates<M>) -> Result<Fitted<M>> {
    let zeros = |part: &[Coefficient]| vec![0.0; part.len()];
    fitted.for_customer(&zeros(fitted.model.purchase()), &zeros(fitted.model.dropout()))
}

impl<M: Listed + CovariateModel> DynModel for FittedCovariates<M> {
    fn entry(&self) -> Result<&'static ModelEntry> {
        super::find(M::NAME)
    }

    fn unit(&self) -> Value {
        to_value(&self.unit)
    }

    fn summary(&self, options: &Value) -> Result<Value> {
        let level = level_of(options)?;
        let answer = || {
            let base = base(self)?;
            Ok(json!({
                "model": M::NAME,
                "unit": self.unit,
                "parameters": by_name::<M>(base.model.parameters()),
                "standard_errors": base.standard_errors().map(by_name::<M>),
                "intervals": intervals(&base, level)?,
                "log_likelihood": of_fit(&base, self.log_likelihood),
                "aic": of_fit(&base, self.aic()),
                "bic": of_fit(&base, self.bic()),
                "customers": of_fit(&base, base.customers),
                "repeaters": of_fit(&base, base.repeaters),
                "patterns": of_fit(&base, 0.0).map(|_| base.patterns),
                "diagnosis": self.diagnosis,
                "priors": base.priors,
                "coefficients": coefficients(self, level)?,
                "likelihood_ratio": self.likelihood_ratio(),
            }))
        };
        answer().map_err(|error: Error| error.within(M::NAME))
    }

    fn predict(&self, quantity: &Value, columns: &Columns<'_>) -> Result<PredictionColumn> {
        let answer = || {
            let (rows, others) = Rows::split(&self.model, columns)?;
            let (_, question) = self.without.asked(quantity, &others)?;
            let ask = |row| question(&rows.model(&self.model, row)?, row);
            answers(columns, ask, |_, answer| Ok(answer))
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
            let (rows, others) = Rows::split(&self.model, columns)?;
            let (entry, question) = self.without.asked(quantity, &others)?;
            Intervals::collect(distinct(columns, |row| {
                let (purchase, dropout) = rows.of(row);
                let own = self.for_customer(&purchase, &dropout)?;
                let estimate = DeltaEstimate::of(&own, entry.link(), |model| question(model, row))?;
                estimate.map(|estimate| estimate.interval(level)).transpose()
            })?)
        };
        answer().map_err(|error| error.within(M::NAME))
    }

    fn predictive_intervals(
        &self,
        columns: &Columns<'_>,
        options: &Value,
    ) -> Result<CountIntervals> {
        let answer = || {
            let (rows, others) = Rows::split(&self.model, columns)?;
            let question = M::counts(&others, options)?;
            let found = distinct(columns, |row| {
                question(Known::Parameters(&rows.model(&self.model, row)?), row)
            })?;
            Ok(CountIntervals::collect(&found))
        };
        answer().map_err(|error: Error| error.within(M::NAME))
    }

    fn posterior(
        &self,
        _: &Columns<'_>,
        _: &Value,
        _: OnProgress<'_>,
    ) -> Result<Box<dyn DynPosterior>> {
        let message = "a model with covariates has no posterior; its intervals are those of the \
                       delta method";
        Err(Error::not_offered(message).within(M::NAME))
    }

    fn back_test(&self, columns: &Columns<'_>, options: &Value) -> Result<Value> {
        let answer = || {
            let (rows, others) = Rows::split(&self.model, columns)?;
            let (histories, actual, horizon, options) = purchase::hold_out::<M>(&others, options)?;
            let own: Result<Vec<M>> = (0..columns.rows())
                .map(|row| rows.model(&self.model, row).map_err(|error| error.at_row(row)))
                .collect();
            let found = back_test_each(&own?, &histories, &actual, horizon, &options)?;
            Ok(to_value(&found))
        };
        answer().map_err(|error: Error| error.within(M::NAME))
    }

    fn simulate(&self, _: &Value) -> Result<Table> {
        let message = "a model with covariates says nothing of how these are spread among \
                       customers, so it draws none";
        Err(Error::not_offered(message).within(M::NAME))
    }

    fn log_likelihood(&self, columns: &Columns<'_>) -> Result<f64> {
        let answer = || {
            let (rows, others) = Rows::split(&self.model, columns)?;
            let (histories, weights) = histories::<M>(&others)?;
            let mut sum = 0.0;
            for (row, history) in histories.iter().enumerate() {
                let own = rows.model(&self.model, row).map_err(|error| error.at_row(row))?;
                let weight = weights.as_ref().and_then(|weights| weights.get(row)).copied();
                let weight = weight.unwrap_or(1.0);
                check_weight(weight, row)?;
                sum += weight * own.log_likelihood(history);
            }
            Ok(sum)
        };
        answer().map_err(|error: Error| error.within(M::NAME))
    }

    fn to_json(&self) -> String {
        file::write_with_covariates(self)
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
