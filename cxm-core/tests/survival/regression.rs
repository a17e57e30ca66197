//! Cox regression: what must not matter does not, and what has no answer says so.

use cxm_core::prelude::*;
use cxm_core::survival::{Cox, CoxColumns, CoxOptions, CoxTies};

use crate::{Dice, close};

struct Rows {
    exits: Vec<f64>,
    observed: Vec<u8>,
    x: Vec<f64>,
    y: Vec<f64>,
}

fn rows(dice: &mut Dice, count: usize) -> Rows {
    let mut rows = Rows { exits: vec![], observed: vec![], x: vec![], y: vec![] };
    for _ in 0..count {
        let (x, y) = (dice.unit() - 0.5, f64::from(u8::from(dice.unit() < 0.4)));
        let lifetime = -dice.unit().ln() * 20.0 * (-1.2 * x - 0.5 * y).exp();
        let last = 5.0 + 30.0 * dice.unit();
        rows.exits.push(lifetime.min(last).ceil());
        rows.observed.push(u8::from(lifetime <= last));
        rows.x.push(x);
        rows.y.push(y);
    }
    rows
}

fn covariates(rows: &Rows) -> [(&'static str, Values<'_>); 2] {
    [("x", rows.x.as_slice().into()), ("y", rows.y.as_slice().into())]
}

#[test]
fn a_row_cut_in_two_is_the_row() {
    let mut dice = Dice(21);
    let rows = rows(&mut dice, 300);
    let covariates = covariates(&rows);
    let columns = CoxColumns::new(rows.exits.as_slice(), rows.observed.as_slice(), &covariates);
    for ties in [CoxTies::Efron, CoxTies::Breslow] {
        let options = CoxOptions { ties, robust: false };
        let whole = Cox::fit(&columns, &options).unwrap();
        let mut cut = Rows { exits: vec![], observed: vec![], x: vec![], y: vec![] };
        let (mut entries, mut customer) = (Vec::new(), Vec::new());
        for row in 0..rows.exits.len() {
            let middle = (rows.exits[row] / 2.0).floor();
            let parts = if middle > 0.0 { vec![0.0, middle] } else { vec![0.0] };
            for (place, start) in parts.iter().enumerate() {
                let end = parts.get(place + 1).copied().unwrap_or(rows.exits[row]);
                let is_last = place + 1 == parts.len();
                entries.push(*start);
                cut.exits.push(end);
                cut.observed.push(if is_last { rows.observed[row] } else { 0 });
                cut.x.push(rows.x[row]);
                cut.y.push(rows.y[row]);
                customer.push(row as i64);
            }
        }
        let parts = self::covariates(&cut);
        let mut columns = CoxColumns::new(cut.exits.as_slice(), cut.observed.as_slice(), &parts);
        columns.entries = Some(entries.as_slice().into());
        let halves = Cox::fit(&columns, &options).unwrap();
        close(halves.log_likelihood, whole.log_likelihood, 1e-12);
        close(halves.concordance.unwrap(), whole.concordance.unwrap(), 1e-12);
        for at in 0..2 {
            close(halves.coefficients[at], whole.coefficients[at], 1e-10);
            close(halves.standard_errors[at], whole.standard_errors[at], 1e-10);
        }
        // The customer is the cluster, however many rows there are of one.
        columns.clusters = Some(customer.as_slice().into());
        let by_customer = Cox::fit(&columns, &options).unwrap();
        let columns = CoxColumns::new(rows.exits.as_slice(), rows.observed.as_slice(), &covariates);
        let robust = Cox::fit(&columns, &CoxOptions { ties, robust: true }).unwrap();
        for at in 0..2 {
            close(by_customer.standard_errors[at], robust.standard_errors[at], 1e-9);
        }
    }
}

#[test]
fn order_unit_and_origin_do_not_matter() {
    let mut dice = Dice(22);
    let rows = rows(&mut dice, 200);
    let pairs = covariates(&rows);
    let columns = CoxColumns::new(rows.exits.as_slice(), rows.observed.as_slice(), &pairs);
    let fit = Cox::fit(&columns, &CoxOptions::default()).unwrap();
    let moved = Rows {
        exits: rows.exits.iter().rev().map(|t| t * 7.0).collect(),
        observed: rows.observed.iter().rev().copied().collect(),
        x: rows.x.iter().rev().map(|x| 1e4 + 0.5 * x).collect(),
        y: rows.y.iter().rev().copied().collect(),
    };
    let pairs = covariates(&moved);
    let columns = CoxColumns::new(moved.exits.as_slice(), moved.observed.as_slice(), &pairs);
    let again = Cox::fit(&columns, &CoxOptions::default()).unwrap();
    close(again.coefficients[0], 2.0 * fit.coefficients[0], 1e-9);
    close(again.coefficients[1], fit.coefficients[1], 1e-9);
    close(again.log_likelihood, fit.log_likelihood, 1e-12);
    let (there, here) = (again.curve(&[1e4, 0.0], None).unwrap(), fit.curve(&[0.0, 0.0], None));
    let here = here.unwrap();
    close(there.survival(70.0).unwrap(), here.survival(10.0).unwrap(), 1e-9);
    assert_eq!(here.survival(1e9), None);
}

#[test]
fn whole_weights_are_rows_repeated() {
    let mut dice = Dice(23);
    let rows = rows(&mut dice, 80);
    let weights: Vec<f64> = (0..80).map(|row| f64::from(1 + row % 3)).collect();
    let mut repeated = Rows { exits: vec![], observed: vec![], x: vec![], y: vec![] };
    for row in 0..80 {
        for _ in 0..weights[row] as usize {
            repeated.exits.push(rows.exits[row]);
            repeated.observed.push(rows.observed[row]);
            repeated.x.push(rows.x[row]);
            repeated.y.push(rows.y[row]);
        }
    }
    let options = CoxOptions { ties: CoxTies::Breslow, robust: false };
    let pairs = covariates(&rows);
    let mut columns = CoxColumns::new(rows.exits.as_slice(), rows.observed.as_slice(), &pairs);
    columns.weights = Some(weights.as_slice().into());
    let weighted = Cox::fit(&columns, &options).unwrap();
    let pairs = covariates(&repeated);
    let columns = CoxColumns::new(repeated.exits.as_slice(), repeated.observed.as_slice(), &pairs);
    let plain = Cox::fit(&columns, &options).unwrap();
    for at in 0..2 {
        close(weighted.coefficients[at], plain.coefficients[at], 1e-10);
        close(weighted.standard_errors[at], plain.standard_errors[at], 1e-10);
    }
    close(weighted.log_likelihood, plain.log_likelihood, 1e-12);
}

#[test]
fn what_has_no_answer_names_its_column() {
    let mut dice = Dice(24);
    let mut rows = rows(&mut dice, 60);
    let fit = |rows: &Rows| {
        let pairs = covariates(rows);
        let columns = CoxColumns::new(rows.exits.as_slice(), rows.observed.as_slice(), &pairs);
        Cox::fit(&columns, &CoxOptions::default()).unwrap_err()
    };
    // Nobody with y = 1 ever leaves.
    rows.y = rows.observed.iter().map(|&seen| f64::from(1 - seen)).collect();
    let error = fit(&rows);
    assert_eq!((error.kind(), error.field()), (ErrorKind::NotConverged, Some("y")));
    rows.y = rows.x.iter().map(|x| 3.0 - 2.0 * x).collect();
    let error = fit(&rows);
    assert_eq!((error.kind(), error.field()), (ErrorKind::InvalidArgument, Some("y")));
    rows.y = vec![2.5; 60];
    let error = fit(&rows);
    assert_eq!((error.kind(), error.field()), (ErrorKind::InvalidArgument, Some("y")));
}

#[test]
fn a_column_of_another_length_is_named() {
    let rows = rows(&mut Dice(25), 30);
    let pairs = covariates(&rows);
    let (numbers, keys) = ([1.0; 29], [1i64; 29]);
    let all = CoxColumns::new(rows.exits.as_slice(), rows.observed.as_slice(), &pairs);
    let (short, short_keys) = (Values::from(numbers.as_slice()), KeyColumn::from(keys.as_slice()));
    let short_pairs = [pairs[0], ("y", short)];
    for (columns, field) in [
        (CoxColumns { observed: short, ..all }, "observed"),
        (CoxColumns { entries: Some(short), ..all }, "entries"),
        (CoxColumns { weights: Some(short), ..all }, "weights"),
        (CoxColumns { strata: Some(short_keys), ..all }, "strata"),
        (CoxColumns { clusters: Some(short_keys), ..all }, "clusters"),
        (CoxColumns { covariates: &short_pairs, ..all }, "y"),
    ] {
        let error = Cox::fit(&columns, &CoxOptions::default()).unwrap_err();
        assert_eq!((error.kind(), error.field()), (ErrorKind::WrongBatch, Some(field)));
    }
}
