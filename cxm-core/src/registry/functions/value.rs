//! The value of customers: concentration, RFM, contribution, customer equity.

use super::arguments::{Arguments, json};
use super::parameters::{optional, required};
use super::{Function, Parameter};
use crate::clv::{
    CohortPlan, Concentration, Contribution, ContributionColumns, CustomerEquity, Discounting,
    EquityColumns, RfmColumns, RfmRules, SegmentRules,
};
use crate::error::Result;
use crate::model::TimeUnit;
use serde_json::{Map, Value, json};

const VALUES: Parameter =
    required("values", "array of numbers", "one value a customer, none negative");
const TOP: Parameter = optional("top", "number", "0.1", "part of the customers, the best first");
const SHARE: Parameter =
    optional("share", "number", "0.8", "part of the value that key customers make");
const STEPS: Parameter = optional("steps", "integer", "100", "points of the curve after (0, 0)");
const GROUPS: Parameter =
    optional("groups", "array of texts", "null", "group of each row; null for the total alone");

fn concentration(it: &Arguments) -> Result<Value> {
    let of = Concentration::of_values(&it.get::<Vec<f64>>("values")?)?;
    Ok(json!({
        "customers": of.customers(),
        "total": of.total(),
        "gini": of.gini(),
        "corrected_gini": of.corrected_gini(),
        "top_share": of.top_share(it.get("top")?)?,
        "key_customers": json(of.key_customers(it.get("share")?)?)?,
    }))
}

fn rfm_scores(it: &Arguments) -> Result<Value> {
    let [since_last, purchases, spend] =
        ["since_last", "purchases", "spend"].map(|name| it.get(name));
    let (since_last, purchases, spend): (Vec<f64>, Vec<f64>, Vec<f64>) =
        (since_last?, purchases?, spend?);
    let rules: Option<RfmRules> = it.get("rules")?;
    let segments: Option<SegmentRules> = it.get("segments")?;
    let columns = RfmColumns { since_last: &since_last, purchases: &purchases, spend: &spend };
    let scores = rules.unwrap_or_default().scores(&columns)?;
    let segments = segments.unwrap_or_else(SegmentRules::standard);
    let column = |of: fn(&crate::clv::RfmScore) -> u8| scores.iter().map(of).collect::<Vec<_>>();
    Ok(json!({
        "recency": column(|score| score.recency),
        "frequency": column(|score| score.frequency),
        "monetary": column(|score| score.monetary),
        "segment": scores.iter().map(|score| segments.segment(score)).collect::<Vec<_>>(),
    }))
}

/// The figures of all rows, and of each group where there are groups.
fn with_groups<T>(
    it: &Arguments,
    total: T,
    by_group: impl Fn(&[String]) -> Result<std::collections::BTreeMap<String, T>>,
    figures: impl Fn(&T) -> Result<Map<String, Value>>,
) -> Result<Value> {
    let mut answer = figures(&total)?;
    if let Some(groups) = it.get::<Option<Vec<String>>>("groups")? {
        let rows = by_group(&groups)?.into_iter().map(|(group, sums)| {
            let mut row = Map::from_iter([("group".to_owned(), Value::from(group))]);
            row.extend(figures(&sums)?);
            Ok(Value::Object(row))
        });
        answer.insert("groups".to_owned(), rows.collect::<Result<Vec<_>>>()?.into());
    }
    Ok(Value::Object(answer))
}

fn contribution(it: &Arguments) -> Result<Value> {
    let revenue: Vec<i64> = it.get("revenue")?;
    let costs: Option<Vec<i64>> = it.get("costs")?;
    let service_costs: Option<Vec<i64>> = it.get("service_costs")?;
    let columns = ContributionColumns {
        revenue: &revenue,
        costs: costs.as_deref(),
        service_costs: service_costs.as_deref(),
    };
    let figures = |sums: &Contribution| {
        let fields = [
            ("customers", json(sums.customers)?),
            ("revenue", json(sums.revenue)?),
            ("margin", json(sums.margin())?),
            ("contribution", json(sums.contribution())?),
            ("margin_rate", json(sums.margin_rate())?),
            ("mean_contribution", json(sums.mean_contribution())?),
        ];
        Ok(fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
    };
    with_groups(it, columns.total()?, |groups| columns.by_group(groups), figures)
}

fn equity_figures(equity: &CustomerEquity) -> Result<Map<String, Value>> {
    let fields = [
        ("customers", equity.customers),
        ("customer_equity", equity.total()),
        ("acquisition", equity.acquisition),
        ("retention", equity.retention),
        ("development", equity.development),
    ];
    fields.into_iter().map(|(name, value)| Ok((name.to_owned(), json(value)?))).collect()
}

fn customer_equity(it: &Arguments) -> Result<Value> {
    let retention: Vec<f64> = it.get("retention")?;
    let acquisition: Option<Vec<f64>> = it.get("acquisition")?;
    let development: Option<Vec<f64>> = it.get("development")?;
    let customers: Option<Vec<f64>> = it.get("customers")?;
    let columns = EquityColumns {
        customers: customers.as_deref(),
        acquisition: acquisition.as_deref(),
        retention: &retention,
        development: development.as_deref(),
    };
    with_groups(it, columns.total()?, |groups| columns.by_group(groups), equity_figures)
}

fn cohort_equity(it: &Arguments) -> Result<Value> {
    let plan = CohortPlan {
        prospects: it.get("prospects")?,
        acquisition_rate: it.get("acquisition_rate")?,
        first_margin: it.get("first_margin")?,
        acquisition_cost: it.get("acquisition_cost")?,
        retention_rate: it.get("retention_rate")?,
        margin: it.get("margin")?,
        retention_cost: it.get("retention_cost")?,
        added_margin: it.get("added_margin")?,
        development_cost: it.get("development_cost")?,
        discount_rate: it.get("discount_rate")?,
        periods: it.get("periods")?,
        starts_in: it.get("starts_in")?,
    };
    Ok(Value::Object(equity_figures(&plan.equity()?)?))
}

fn discount_rate(it: &Arguments) -> Result<Value> {
    let discounting = Discounting {
        rate: it.get("rate")?,
        per: it.get("per")?,
        compounding: it.get("compounding")?,
    };
    let unit: TimeUnit = it.get("unit")?;
    json(discounting.discount(unit)?.map_or(0.0, |discount| discount.rate()))
}

const COHORT: &[Parameter] = &[
    required("prospects", "number", "prospects who are approached"),
    required("acquisition_rate", "number", "part of them that is won"),
    required("first_margin", "number", "margin of the first purchase of one who is won"),
    optional("acquisition_cost", "number", "0", "cost of approaching one prospect, won or not"),
    required("retention_rate", "number", "part that is kept from one period to the next"),
    required("margin", "number", "margin of a customer in a period after the first"),
    optional("retention_cost", "number", "0", "cost of keeping a customer for a period"),
    optional("added_margin", "number", "0", "what selling more adds to the margin of a period"),
    optional("development_cost", "number", "0", "cost of selling more to a customer in a period"),
    optional("discount_rate", "number", "0", "rate of interest per period"),
    optional("periods", "integer", "null", "periods after the first that count; null for all"),
    optional("starts_in", "integer", "0", "periods until the cohort is won"),
];

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "concentration",
        summary: "How much of the value comes from how few customers: Gini, top share, key customers.",
        parameters: &[VALUES, TOP, SHARE],
        run: concentration,
    },
    Function {
        name: "lorenz_curve",
        summary: "The share of the value that the customers of lowest value bring, as a curve.",
        parameters: &[VALUES, STEPS],
        run: |it| {
            let of = Concentration::of_values(&it.get::<Vec<f64>>("values")?)?;
            json(of.lorenz_curve(it.get("steps")?)?)
        },
    },
    Function {
        name: "rfm_scores",
        summary: "Recency, frequency and monetary scores with the segments named after them.",
        parameters: &[
            required("since_last", "array of numbers", "time since the last purchase"),
            required("purchases", "array of numbers", "purchases, the first included"),
            required("spend", "array of numbers", "spend, total or mean"),
            optional("rules", "object", "null", "rule of each score; null for quintiles"),
            optional(
                "segments",
                "array of objects",
                "null",
                "boxes of scores; null for the standard",
            ),
        ],
        run: rfm_scores,
    },
    Function {
        name: "contribution",
        summary: "Revenue, margin and contribution so far, in all and by group; whole minor units.",
        parameters: &[
            required("revenue", "array of integers", "what each customer paid"),
            optional("costs", "array of integers", "null", "what that cost"),
            optional("service_costs", "array of integers", "null", "what serving them cost"),
            GROUPS,
        ],
        run: contribution,
    },
    Function {
        name: "customer_equity",
        summary: "The value of all customers by its source: acquisition, retention, development.",
        parameters: &[
            required("retention", "array of numbers", "discounted margin of purchases to come"),
            optional(
                "acquisition",
                "array of numbers",
                "null",
                "first margin less cost of winning",
            ),
            optional("development", "array of numbers", "null", "what selling more adds"),
            optional("customers", "array of numbers", "null", "customers each row stands for"),
            GROUPS,
        ],
        run: customer_equity,
    },
    Function {
        name: "cohort_equity",
        summary: "What customers still to be won are worth today, by its source.",
        parameters: COHORT,
        run: cohort_equity,
    },
    Function {
        name: "discount_rate",
        summary: "A rate of interest as the continuous rate per unit of a model.",
        parameters: &[
            required("rate", "number", "0.15 for 15 %"),
            optional("per", "text", "\"year\"", "what the rate is stated for: year or unit"),
            optional("compounding", "text", "\"discrete\"", "discrete (effective) or continuous"),
            optional("unit", "text", "\"week\"", "unit of the model: day, week, month or year"),
        ],
        run: discount_rate,
    },
];
