//! What the list has to know of a model: the rows that a fit reads, and the questions it answers.

use serde_json::Value;

use super::columns::Columns;
use crate::calculator::Table;
use crate::clv::intervals::Link;
use crate::clv::posterior::Posterior;
use crate::clv::predictive::CountInterval;
use crate::clv::{Model, PatternTable};
use crate::error::{Error, Result};
use crate::registry::functions::Parameter;

/// A column that a fit or a prediction reads.
#[derive(Debug, Clone, Copy)]
pub struct ColumnEntry {
    /// The name, the same in every door.
    pub name: &'static str,
    /// Whether a fit can do without it.
    pub optional: bool,
    /// One line.
    pub doc: &'static str,
}

/// A question that a model answers for every row.
#[derive(Debug, Clone, Copy)]
pub struct QuantityEntry {
    /// The name in `snake_case`, the same in every door.
    pub name: &'static str,
    /// One line.
    pub summary: &'static str,
    /// What it needs to know, the same for every row.
    pub parameters: &'static [Parameter],
    /// The columns that say whom it is about, all or none of them.
    pub columns: &'static [ColumnEntry],
    /// What it is about without these columns; empty where they are needed.
    pub without: &'static str,
}

impl QuantityEntry {
    /// The transform under which its answers are taken to be normal: probabilities end at 0 and 1.
    pub(super) fn link(&self) -> Link {
        let named = ["survival", "churn_probability", "retention_rate"].contains(&self.name);
        if named || self.name.starts_with("probability") { Link::Logit } else { Link::Log }
    }

    /// The column that its answers are proportional to, and that says nothing else.
    pub(super) fn factor(&self) -> Option<&'static str> {
        let found = self.columns.iter().find(|column| column.name == SPEND.name);
        found.map(|column| column.name)
    }

    /// The parameters that may also come as a column, a number a row.
    pub fn by_row(&self) -> impl Iterator<Item = &'static str> {
        let names = self.parameters.iter().map(|parameter| parameter.name);
        names.filter(|name| BY_ROW.contains(name))
    }

    /// The names of the columns that it reads: whom it is about, and parameters by row.
    pub fn column_names(&self) -> Vec<&'static str> {
        self.columns.iter().map(|column| column.name).chain(self.by_row()).collect()
    }
}

/// The parameters that may come as a column: how far ahead, and how many.
const BY_ROW: [&str; 4] = ["horizon", "count", "periods", "period"];

/// How far ahead.
pub(super) const HORIZON: Parameter = Parameter {
    name: "horizon",
    kind: "number",
    default: None,
    doc: "How far it looks ahead, in the unit of the model.",
};

/// How many periods ahead.
pub(super) const PERIODS_AHEAD: Parameter =
    Parameter { name: "periods", kind: "integer", default: None, doc: "So many periods from now." };

/// Repeat purchases.
pub(super) const FREQUENCY: ColumnEntry = ColumnEntry {
    name: "frequency",
    optional: false,
    doc: "repeat purchases; the first is not one",
};

/// What a customer is expected to spend a purchase.
pub(super) const SPEND: ColumnEntry =
    ColumnEntry { name: "spend", optional: false, doc: "expected spend of a purchase" };

/// How sure.
pub(super) const PROBABILITY: Parameter = Parameter {
    name: "probability",
    kind: "number",
    default: Some("0.5"),
    doc: "Above 0 and below 1; a half gives the median.",
};

/// The number of customers that a row stands for.
pub(super) const WEIGHTS: ColumnEntry = ColumnEntry {
    name: "weights",
    optional: true,
    doc: "the customers that a row stands for; 1 each, without it",
};

/// A model that is reached by name.
pub trait Listed: Model {
    /// The columns that a fit reads.
    const FIT_COLUMNS: &'static [ColumnEntry];

    /// The questions that it answers.
    const QUANTITIES: &'static [QuantityEntry];

    /// The distinct rows of the columns, which are known to be among [`Self::FIT_COLUMNS`].
    fn table(columns: &Columns<'_>) -> Result<PatternTable<Self::Pattern>>;

    /// One of [`Self::QUANTITIES`], ready to be asked of any row of the columns.
    ///
    /// `quantity` has every parameter of the entry, defaults filled in; a `discount` is a
    /// continuous rate per unit.
    fn question<'a>(
        entry: &QuantityEntry,
        quantity: &Value,
        columns: &'a Columns<'a>,
    ) -> Result<Question<'a, Self>>;

    /// How many purchases each row of the columns will really make: the options are the `horizon`
    /// and the `level`.
    fn counts<'a>(columns: &'a Columns<'a>, options: &Value) -> Result<CountQuestion<'a, Self>> {
        let _ = (columns, options);
        Err(Error::not_offered("it is no model of purchases"))
    }

    /// What was expected against what came: the column `actual` beside those of a history.
    fn back_test(&self, columns: &Columns<'_>, options: &Value) -> Result<Value> {
        let _ = (columns, options);
        Err(Error::not_offered("it is no model of purchases"))
    }

    /// Drawn customers, one a row.
    fn simulate(&self, options: &Value) -> Result<Table> {
        let _ = options;
        Err(Error::not_offered("it is no model of purchases"))
    }
}

/// A question to a model about a row.
pub type Question<'a, M> = Box<dyn Fn(&M, usize) -> Result<Option<f64>> + 'a>;

/// What is known of the parameters: them, or draws.
#[derive(Debug)]
pub enum Known<'m, M> {
    /// Parameters that are taken as known.
    Parameters(&'m M),
    /// Draws that say how sure they are.
    Draws(&'m Posterior<M>),
}

/// How many purchases a row will really make.
pub type CountQuestion<'a, M> = Box<dyn Fn(Known<'_, M>, usize) -> Result<CountInterval> + 'a>;
