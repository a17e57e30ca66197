//! What models answer for columns of customers: the same as for each alone; intervals of money.
#![cfg(feature = "registry")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use cxm_core::clv::intervals::{DeltaEstimate, Link};
use cxm_core::clv::laplace::{LaplaceOptions, laplace_posterior};
use cxm_core::clv::{
    BgNbd, FitOptions, Fitted, GammaGamma, History, Horizon, PatternTable, PurchaseModel, Spend,
    fit,
};
use cxm_core::registry::models::{self, Columns, DynModel};
use serde_json::{Value, json};

/// Frequency, recency and age in weeks, and the mean spend, of the sample of CDNOW.
fn cdnow() -> [Vec<f64>; 4] {
    let text = include_str!("golden/clv/cdnow_summary.csv");
    let cells = |line: &str| line.split(',').map(|cell| cell.parse().unwrap()).collect();
    let rows: Vec<Vec<f64>> = text.lines().skip(1).map(cells).collect();
    let column = |k: usize, unit: f64| rows.iter().map(|row| row[k] / unit).collect();
    [column(0, 1.0), column(1, 7.0), column(2, 7.0), column(3, 1.0)]
}

fn histories<'a>([frequency, recency, age, _]: &'a [Vec<f64>; 4]) -> Columns<'a> {
    let columns = Columns::new().with("frequency", frequency.as_slice()).unwrap();
    let columns = columns.with("recency", recency.as_slice()).unwrap();
    columns.with("age", age.as_slice()).unwrap()
}

fn row(columns: &Columns<'_>, names: &[&str], row: usize) -> Columns<'static> {
    let mut alone = Columns::of_rows(1);
    for &name in names {
        alone.add(name.to_owned(), columns.get(name).unwrap().get(row)).unwrap();
    }
    alone
}

/// Asks for the column and for every hundredth row alone.
fn expect_same_bits(model: &dyn DynModel, question: &Value, columns: &Columns<'_>, names: &[&str]) {
    let all = model.predict(question, columns).unwrap();
    assert_eq!(all.values.len(), columns.rows());
    for at in (0..columns.rows()).step_by(101) {
        let alone = model.predict(question, &row(columns, names, at)).unwrap().get(0);
        assert_eq!(alone.map(f64::to_bits), all.get(at).map(f64::to_bits), "{question}, {at}");
    }
}

#[test]
fn a_row_alone_and_in_a_column_have_the_same_bits() {
    let sample = cdnow();
    let spend: Vec<f64> = (0..sample[0].len()).map(|row| 1.0 + row as f64 / 7.0).collect();
    let horizon: Vec<f64> = (0..sample[0].len()).map(|row| (row % 5) as f64 * 10.0).collect();
    let known = json!({"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426});
    for name in ["bg_nbd", "mbg_nbd"] {
        let model = models::from_parameters(name, &known, &json!({})).unwrap();
        let whom = ["frequency", "recency", "age"];
        let columns = histories(&sample);
        for question in [
            json!({"quantity": "probability_alive"}),
            json!({"quantity": "expected_transactions", "horizon": 52}),
            json!({"quantity": "time_to_next_transaction", "probability": 0.9}),
        ] {
            expect_same_bits(&*model, &question, &columns, &whom);
        }
        let spent = columns.clone().with("spend", spend.as_slice()).unwrap();
        let question =
            json!({"quantity": "lifetime_value", "margin": 0.3, "discount": 0.002, "horizon": 52});
        expect_same_bits(&*model, &question, &spent, &[&whom[..], &["spend"]].concat());
        let ahead = columns.with("horizon", horizon.as_slice()).unwrap();
        let question = json!({"quantity": "expected_transactions"});
        expect_same_bits(&*model, &question, &ahead, &[&whom[..], &["horizon"]].concat());
    }
}

#[test]
fn a_value_is_refused_in_the_row_of_its_spend() {
    let sample = cdnow();
    let model = models::from_parameters("nbd", &json!({"r": 0.385, "alpha": 12.1}), &json!({}));
    let mut spend = vec![20.0; sample[0].len()];
    spend[1500] = -1.0;
    let columns = histories(&sample).with("spend", spend.as_slice()).unwrap();
    let question = json!({"quantity": "lifetime_value", "margin": 1, "discount": 0.002});
    let error = model.unwrap().predict(&question, &columns).unwrap_err();
    assert_eq!((error.field(), error.row()), (Some("spend"), Some(1500)));
}

#[test]
fn a_fit_is_the_same_however_often_its_rows_come() {
    let sample = cdnow();
    let thrice = sample.clone().map(|column| column.repeat(3));
    let weighted = histories(&sample).with("weights", 3.0).unwrap();
    let options = json!({"unit": "week"});
    let once = models::fit("bg_nbd", &weighted, &options).unwrap();
    let often = models::fit("bg_nbd", &histories(&thrice), &options).unwrap();
    assert_eq!(once.to_json(), often.to_json());
}

#[test]
fn the_interval_of_a_value_is_that_of_its_purchases() {
    let sample = cdnow();
    let columns = histories(&sample);
    let model = models::fit("bg_nbd", &columns, &json!({"unit": "week"})).unwrap();
    let purchases = json!({
        "quantity": "discounted_expected_transactions", "discount": 0.0027, "horizon": 52,
    });
    let found = model.intervals(&purchases, &columns, &json!({"level": 0.9})).unwrap();
    let spend: Vec<f64> = (0..columns.rows()).map(|row| 5.0 + (row % 50) as f64).collect();
    let columns = columns.clone().with("spend", spend.as_slice()).unwrap();
    let value =
        json!({"quantity": "lifetime_value", "margin": 0.25, "discount": 0.0027, "horizon": 52});
    let worth = model.intervals(&value, &columns, &json!({"level": 0.9})).unwrap();
    let parts =
        [(&found.value, &worth.value), (&found.lower, &worth.lower), (&found.upper, &worth.upper)];
    for (counts, money) in parts {
        for (row, spend) in spend.iter().enumerate() {
            let expected = 0.25 * spend * counts.values[row];
            assert!((money.values[row] / expected - 1.0).abs() < 1e-9, "row {row}");
        }
    }
}

fn spends(sample: &[Vec<f64>; 4], weight: f64) -> PatternTable<Spend> {
    let rows = sample[0].iter().zip(&sample[3]).filter(|(frequency, _)| **frequency > 0.0);
    let rows = rows.map(|(&frequency, &mean)| (Spend::new(frequency, mean).unwrap(), weight));
    PatternTable::from_rows(rows).unwrap()
}

/// Fifty times the customers: posteriors are nearly normal then.
fn fitted(sample: &[Vec<f64>; 4]) -> (Fitted<BgNbd>, PatternTable<History>) {
    let weights = vec![50.0; sample[0].len()];
    let [frequency, recency, age, _] = sample;
    let table = PatternTable::from_weighted_columns(frequency, recency, age, &weights).unwrap();
    (fit(&table, &FitOptions::default()).unwrap(), table)
}

#[test]
fn spend_and_value_have_the_limits_of_their_posterior() {
    let sample = cdnow();
    let (purchases, histories) = fitted(&sample);
    let spend_table = spends(&sample, 50.0);
    let spending: Fitted<GammaGamma> = fit(&spend_table, &FitOptions::default()).unwrap();
    let options = LaplaceOptions { draws: 4000, seed: 3 };
    let of_spend = laplace_posterior(&spending, &spend_table, &options, &mut |_| Ok(())).unwrap();
    let of_count = laplace_posterior(&purchases, &histories, &options, &mut |_| Ok(())).unwrap();
    let customer = History::new(2.0, 30.43, 38.86).unwrap();
    let spent = Spend::new(2.0, 22.35).unwrap();
    let year = Horizon::new(52.0).unwrap();
    let spend = |model: &GammaGamma| Ok(model.expected_spend(Some(&spent)));
    let count = |model: &BgNbd| Ok(Some(model.expected_transactions(&customer, year)));
    let spend_estimate = DeltaEstimate::of(&spending, Link::Log, spend).unwrap().unwrap();
    let count_estimate = DeltaEstimate::of(&purchases, Link::Log, count).unwrap().unwrap();

    let delta = spend_estimate.interval(0.95).unwrap();
    let drawn = of_spend.credible_interval_of(spend, 0.95).unwrap().unwrap();
    let width = delta.upper - delta.lower;
    assert!(width > 0.0 && (delta.lower - drawn.lower).abs() < 0.08 * width);
    assert!((delta.upper - drawn.upper).abs() < 0.08 * width);

    // What they are worth: purchases times spend, as if the two were told by unlike data.
    let delta = count_estimate.times(&spend_estimate).interval(0.95).unwrap();
    let worth = |counts: &BgNbd, spends: &GammaGamma| {
        Ok(count(counts)?.zip(spend(spends)?).map(|(count, spend)| count * spend))
    };
    let drawn = of_count.joint_credible_interval_of(&of_spend, worth, 0.95).unwrap().unwrap();
    let width = delta.upper - delta.lower;
    assert!(delta.lower < delta.value && delta.value < delta.upper);
    assert!((delta.lower - drawn.lower).abs() < 0.08 * width, "{delta:?} {drawn:?}");
    assert!((delta.upper - drawn.upper).abs() < 0.08 * width, "{delta:?} {drawn:?}");
}
