//! A fitted Cox regression: of named columns, asked for whole columns.

use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array};
use cxm_core::calculator::batch::Values;
use cxm_core::registry::CoxModel;
use cxm_core::survival::CoxColumns;
use cxm_core::{Error, Result};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::arrays::values;
use crate::errors::{Failure, Outcome};
use crate::keys::KeyArray;
use crate::table::{Table, TableColumn};
use crate::{columns, json};

type Covariates = Vec<(String, ArrayRef)>;

fn read_covariates(columns: &Bound<'_, PyDict>) -> Outcome<Covariates> {
    let mut read = Vec::with_capacity(columns.len());
    for (name, object) in columns {
        let name: String = name.extract()?;
        let column = columns::floats(&object, &name)?;
        read.push((name, column));
    }
    Ok(read)
}

fn named(covariates: &Covariates) -> Result<Vec<(&str, Values<'_>)>> {
    covariates.iter().map(|(name, array)| Ok((name.as_str(), values(array)?))).collect()
}

/// The columns of a fit, which holds on to their memory.
struct Input {
    durations: ArrayRef,
    observed: ArrayRef,
    entries: Option<ArrayRef>,
    weights: Option<ArrayRef>,
    strata: Option<KeyArray>,
    clusters: Option<KeyArray>,
    covariates: Covariates,
}

impl Input {
    fn read(given: &Bound<'_, PyDict>, covariates: &Bound<'_, PyDict>) -> Outcome<Self> {
        let take = |name: &str| -> PyResult<Option<Bound<'_, PyAny>>> {
            Ok(given.get_item(name)?.filter(|object| !object.is_none()))
        };
        let numbers = |name: &str| -> Outcome<Option<ArrayRef>> {
            take(name)?.map(|object| columns::floats(&object, name)).transpose()
        };
        let keys = |name: &str| -> Outcome<Option<KeyArray>> {
            take(name)?.map(|object| KeyArray::read(&object, name)).transpose()
        };
        let needed = |name: &'static str| -> Outcome<ArrayRef> {
            numbers(name)?
                .ok_or_else(|| Failure::from(Error::batch("this column is needed").in_field(name)))
        };
        Ok(Self {
            durations: needed("durations")?,
            observed: needed("observed")?,
            entries: numbers("entries")?,
            weights: numbers("weights")?,
            strata: keys("strata")?,
            clusters: keys("clusters")?,
            covariates: read_covariates(covariates)?,
        })
    }

    fn with<R>(&self, act: impl FnOnce(&CoxColumns<'_>) -> Result<R>) -> Result<R> {
        let covariates = named(&self.covariates)?;
        let strata_keys = self.strata.as_ref().map(KeyArray::keys).transpose()?.flatten();
        let cluster_keys = self.clusters.as_ref().map(KeyArray::keys).transpose()?.flatten();
        let mut columns =
            CoxColumns::new(values(&self.durations)?, values(&self.observed)?, &covariates);
        columns.entries = self.entries.as_ref().map(values).transpose()?;
        columns.weights = self.weights.as_ref().map(values).transpose()?;
        if let Some(strata) = &self.strata {
            columns.strata = Some(strata.column(strata_keys.as_ref())?);
        }
        if let Some(clusters) = &self.clusters {
            columns.clusters = Some(clusters.column(cluster_keys.as_ref())?);
        }
        act(&columns)
    }
}

/// A fitted Cox regression; it never changes.
#[pyclass(frozen, module = "cxm._cxm")]
pub(crate) struct Cox {
    model: CoxModel,
    input: Input,
}

#[pymethods]
impl Cox {
    /// Fits the columns: times and ends, and the covariates by their names.
    #[staticmethod]
    fn fit(
        py: Python<'_>,
        columns: &Bound<'_, PyDict>,
        covariates: &Bound<'_, PyDict>,
        options: &Bound<'_, PyDict>,
    ) -> PyResult<Self> {
        let (input, options) = (Input::read(columns, covariates)?, json::object(Some(options))?);
        let model = py.detach(|| input.with(|columns| CoxModel::fit(columns, &options)));
        Ok(Self { model: model.map_err(Failure::from)?, input })
    }

    /// Coefficients, errors, likelihood and concordance as named fields.
    #[pyo3(signature = (**options))]
    fn summary<'py>(
        &self,
        py: Python<'py>,
        options: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        json::answer(py, self.model.summary(&json::object(options)?))
    }

    /// The test of proportional hazards, on the columns of the fit.
    #[pyo3(signature = (**options))]
    fn proportionality<'py>(
        &self,
        py: Python<'py>,
        options: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let options = json::object(options)?;
        let tests = py.detach(|| {
            self.input.with(|columns| self.model.test_proportional_hazards(columns, &options))
        });
        json::answer(py, tests)
    }

    /// A table by its name: `baseline`, or the `survival` of a customer.
    #[pyo3(signature = (name, /, **arguments))]
    fn tabulate(
        &self,
        py: Python<'_>,
        name: &str,
        arguments: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Table> {
        let arguments = json::object(arguments)?;
        let table = py.detach(|| self.model.tabulate(name, &arguments));
        Ok(Table::new(table.map_err(Failure::from)?)?)
    }

    /// One answer a row for the customers in these columns.
    fn predict(
        &self,
        py: Python<'_>,
        quantity: &Bound<'_, PyDict>,
        columns: &Bound<'_, PyDict>,
    ) -> PyResult<TableColumn> {
        let (quantity, columns) = (json::object(Some(quantity))?, read_covariates(columns)?);
        let found = py.detach(|| self.model.predict(&quantity, &named(&columns)?));
        let answers: Float64Array = found.map_err(Failure::from)?.into_iter().collect();
        Ok(TableColumn::new(Arc::new(answers)))
    }
}
