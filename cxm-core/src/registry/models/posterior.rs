//! A posterior whose model is known only by name: what the C and the Python door hold.

use std::any::Any;
use std::fmt::Debug;

use serde_json::{Value, json};

use super::columns::{Columns, CountIntervals, Intervals};
use super::erased::{Asked, distinct, level_of, table};
use super::listed::{HORIZON, Known, Listed};
use super::options;
use crate::calculator::Table;
use crate::clv::laplace::laplace_posterior;
use crate::clv::posterior::{OnProgress, Posterior, PosteriorMethod};
use crate::clv::{Fitted, GammaGamma, PatternTable};
use crate::error::{Error, Result};
use crate::registry::definition::object;
use crate::registry::question::NamedArguments;

/// Draws of a model's parameters, whatever the model is.
pub trait DynPosterior: Debug + Send + Sync {
    /// How the draws were made and how far to trust them, and the parameters with their limits;
    /// the one option is the `level`.
    fn summary(&self, options: &Value) -> Result<Value>;
    /// Posterior means with their credible limits, one a row.
    fn intervals(
        &self,
        quantity: &Value,
        columns: &Columns<'_>,
        options: &Value,
    ) -> Result<Intervals>;
    /// How many purchases each row will really make, with the chance of the purchases and that of
    /// the parameters; the options are the `horizon`, which may come as a column, and the `level`.
    fn predictive_intervals(
        &self,
        columns: &Columns<'_>,
        options: &Value,
    ) -> Result<CountIntervals>;
    /// What each row is still worth, from these draws of purchases and those of the `spend`, which
    /// are taken to be independent.
    ///
    /// Columns are those of both models; the options are the `margin`, the `discount`, the
    /// `horizon`, for ever without one, and the `level`.
    fn lifetime_value(
        &self,
        spend: &dyn DynPosterior,
        columns: &Columns<'_>,
        options: &Value,
    ) -> Result<Intervals>;
    /// The draws, one a row: the parameters, and the `weight` of the draw; weights sum to 1.
    fn draws(&self) -> Result<Table>;
    /// The draws themselves, for downcasting.
    fn as_any(&self) -> &dyn Any;
}

#[derive(Debug)]
struct Drawn<M> {
    fitted: Fitted<M>,
    posterior: Posterior<M>,
}

/// Draws the posterior of a fit from the columns that it was made of.
pub(super) fn draw<M: Listed>(
    fitted: &Fitted<M>,
    columns: &Columns<'_>,
    options: &Value,
    on_progress: OnProgress<'_>,
) -> Result<Box<dyn DynPosterior>> {
    let mut given = NamedArguments::new(options)?;
    let method = given.take("method")?.unwrap_or(PosteriorMethod::Laplace);
    let table = table::<M>(columns)?;
    let posterior = match method {
        PosteriorMethod::Laplace => laplace_posterior(fitted, &table, &given.rest()?, on_progress)?,
        PosteriorMethod::Nuts => nuts(fitted, &table, given, on_progress)?,
    };
    Ok(Box::new(Drawn { fitted: fitted.clone(), posterior }))
}

#[cfg(feature = "nuts")]
fn nuts<M: Listed>(
    fitted: &Fitted<M>,
    table: &PatternTable<M::Pattern>,
    given: NamedArguments,
    on_progress: OnProgress<'_>,
) -> Result<Posterior<M>> {
    crate::clv::nuts::nuts_posterior(fitted, table, &given.rest()?, on_progress)
}

#[cfg(not(feature = "nuts"))]
fn nuts<M: Listed>(
    _: &Fitted<M>,
    _: &PatternTable<M::Pattern>,
    _: NamedArguments,
    _: OnProgress<'_>,
) -> Result<Posterior<M>> {
    let message = "this build has no No-U-turn sampler; build it with the Cargo feature \"nuts\", \
                   or take the method \"laplace\"";
    Err(Error::not_offered(message).in_field("method"))
}

impl<M: Listed> DynPosterior for Drawn<M> {
    fn summary(&self, options: &Value) -> Result<Value> {
        let parameters = self.posterior.summary(level_of(options)?)?;
        Ok(json!({
            "model": M::NAME,
            "diagnosis": self.posterior.diagnosis(),
            "parameters": parameters,
        }))
    }

    fn intervals(
        &self,
        quantity: &Value,
        columns: &Columns<'_>,
        options: &Value,
    ) -> Result<Intervals> {
        let answer = || {
            let level = level_of(options)?;
            let (_, question) = self.fitted.asked(quantity, columns)?;
            Intervals::collect(distinct(columns, |row| {
                self.posterior.credible_interval_of(|model| question(model, row), level)
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
            let question = M::counts(columns, options)?;
            let rows = distinct(columns, |row| question(Known::Draws(&self.posterior), row))?;
            Ok(CountIntervals::collect(&rows))
        };
        answer().map_err(|error: Error| error.within(M::NAME))
    }

    fn lifetime_value(
        &self,
        spend: &dyn DynPosterior,
        columns: &Columns<'_>,
        options: &Value,
    ) -> Result<Intervals> {
        let answer = || {
            let spend = spend.as_any().downcast_ref::<Drawn<GammaGamma>>().ok_or_else(|| {
                let message = "expected the posterior of a model of spend";
                Error::argument(message).in_field("spend")
            })?;
            lifetime_value(self, spend, columns, options)
        };
        answer().map_err(|error| error.within(M::NAME))
    }

    fn draws(&self) -> Result<Table> {
        let mut table = Table::new(self.posterior.len());
        for (place, name) in M::PARAMETERS.iter().enumerate() {
            let value = |model: &M| model.parameters().get(place).copied().unwrap_or(f64::NAN);
            let column: Vec<f64> = self.posterior.iter().map(|(model, _)| value(model)).collect();
            table.push(*name, column)?;
        }
        let weights: Vec<f64> = self.posterior.iter().map(|(_, weight)| weight).collect();
        table.push("weight", weights)?;
        Ok(table)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// The mean spend of a row, which both models may read the frequency of.
const MONETARY_VALUE: &str = "monetary_value";

/// margin · spend · discounted purchases, draw by draw.
fn lifetime_value<M: Listed>(
    purchases: &Drawn<M>,
    spend: &Drawn<GammaGamma>,
    columns: &Columns<'_>,
    options: &Value,
) -> Result<Intervals> {
    let mut fields = object(options)?;
    options::settle_discount(&mut fields, purchases.fitted.unit)?;
    let mut given = NamedArguments::new(&Value::Object(fields))?;
    let margin: f64 = given.require("margin")?;
    if !margin.is_finite() {
        let message = format!("expected a finite number, got {margin}");
        return Err(Error::argument(message).in_field("margin"));
    }
    let discount = given.take("discount")?.unwrap_or(0.0);
    let horizon: Option<f64> = given.take(HORIZON.name)?;
    let level = level_of(&given.into_value())?;
    // Whom the purchases are about, and whom the spend is; the frequency is of both.
    let (money, whom) = match columns.get(MONETARY_VALUE) {
        None => (Vec::new(), columns.split(&[])?.1),
        Some(_) => columns.split(&[MONETARY_VALUE])?,
    };
    let mut spends = Columns::of_rows(columns.rows());
    if let Some(money) = money.into_iter().next() {
        spends.add(MONETARY_VALUE, money)?;
        spends.add("frequency", columns.require("frequency")?.clone())?;
    }
    let mut asked = match (horizon.is_some() || whom.get(HORIZON.name).is_some(), discount > 0.0) {
        (false, _) => {
            json!({"quantity": "discounted_expected_residual_transactions", "discount": discount})
        }
        (true, true) => {
            json!({"quantity": "discounted_expected_transactions", "discount": discount})
        }
        (true, false) => json!({"quantity": "expected_transactions"}),
    };
    if let (Some(horizon), Value::Object(fields)) = (horizon, &mut asked) {
        fields.insert(HORIZON.name.to_owned(), json!(horizon));
    }
    let (_, transactions) = purchases.fitted.asked(&asked, &whom)?;
    let (_, each) = spend.fitted.asked(&json!({"quantity": "expected_spend"}), &spends)?;
    let paired = purchases.posterior.paired(&spend.posterior)?;
    Intervals::collect(distinct(columns, |row| {
        let worth = |purchases: &M, spend: &GammaGamma| {
            let both = transactions(purchases, row)?.zip(each(spend, row)?);
            Ok(both.map(|(transactions, each)| margin * transactions * each))
        };
        paired.credible_interval_of(worth, level)
    })?)
}
