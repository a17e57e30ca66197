//! The published churn file of a telephone company, where it is at hand.
//!
//! The file stays outside the repository; `CXM_DATA` names its folder, which is otherwise looked
//! for beside the repository.

use std::path::{Path, PathBuf};

use cxm_core::prelude::*;
use cxm_core::survival::{Cox, CoxColumns, CoxOptions, LogRankWeight, log_rank};

use crate::close;

struct Customer {
    tenure: u64,
    left: u8,
    contract: String,
    covariates: [f64; 6],
}

fn folders() -> Vec<PathBuf> {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let given = std::env::var_os("CXM_DATA").map(PathBuf::from);
    given.into_iter().chain([repository.join("../shared/data")]).collect()
}

fn customers() -> Option<Vec<Customer>> {
    let files = folders().into_iter().map(|f| f.join("telco/telco-customer-churn.csv"));
    let Some(file) = files.into_iter().find(|file| file.exists()) else {
        eprintln!(
            "LEFT OUT: there is no telco/telco-customer-churn.csv; CXM_DATA names its folder"
        );
        return None;
    };
    let mut reader = csv::Reader::from_path(file).unwrap();
    let names = reader.headers().unwrap().clone();
    let at = |name: &str| names.iter().position(|known| known == name).unwrap();
    let [senior, gender, paperless, charges, contract, tenure, churn] = [
        "SeniorCitizen",
        "gender",
        "PaperlessBilling",
        "MonthlyCharges",
        "Contract",
        "tenure",
        "Churn",
    ]
    .map(at);
    let customer = |row: csv::StringRecord| {
        let flag = |column: usize, value: &str| f64::from(u8::from(&row[column] == value));
        Customer {
            tenure: row[tenure].parse().unwrap(),
            left: u8::from(&row[churn] == "Yes"),
            contract: row[contract].to_owned(),
            covariates: [
                row[senior].parse().unwrap(),
                flag(gender, "Male"),
                flag(paperless, "Yes"),
                row[charges].parse().unwrap(),
                flag(contract, "One year"),
                flag(contract, "Two year"),
            ],
        }
    };
    Some(reader.records().map(|row| customer(row.unwrap())).collect())
}

fn counted(customers: &[&Customer]) -> Lifetimes {
    let months: Vec<u64> = customers.iter().map(|customer| customer.tenure).collect();
    let left: Vec<u8> = customers.iter().map(|customer| customer.left).collect();
    let mut state = Lifetimes::new(LifetimesDefinition::in_units("month")).unwrap();
    state.update(Durations::new(months.as_slice(), left.as_slice())).unwrap();
    state
}

#[test]
fn the_curve_and_the_test_are_those_of_the_reference() {
    let Some(customers) = customers() else { return };
    let all: Vec<&Customer> = customers.iter().collect();
    let report = counted(&all).value();
    assert_eq!((report.lifetimes, report.events, report.exposure), (7_043, 1_869, 227_990.0));
    close(counted(&all).kaplan_meier().survival(12.0).unwrap(), 0.843199553816, 1e-12);
    let tables = ["Month-to-month", "One year", "Two year"].map(|name| {
        let group: Vec<&Customer> = all.iter().filter(|c| c.contract == name).copied().collect();
        counted(&group).risk_table()
    });
    let test = log_rank(&tables, LogRankWeight::LogRank).unwrap();
    close(test.statistic, 2352.87253826, 1e-11);
}

#[test]
fn the_regression_is_that_of_the_reference() {
    let Some(customers) = customers() else { return };
    // The reference leaves out those who have just come.
    let rows: Vec<&Customer> = customers.iter().filter(|c| c.tenure > 0).collect();
    let months: Vec<u64> = rows.iter().map(|c| c.tenure).collect();
    let left: Vec<u8> = rows.iter().map(|c| c.left).collect();
    let names = ["senior", "male", "paperless", "charges", "one_year", "two_year"];
    let cells: Vec<Vec<f64>> =
        (0..6).map(|at| rows.iter().map(|c| c.covariates[at]).collect()).collect();
    let covariates: Vec<(&str, Values<'_>)> =
        names.into_iter().zip(cells.iter().map(|cells| cells.as_slice().into())).collect();
    let columns = CoxColumns::new(months.as_slice(), left.as_slice(), &covariates);
    let fit = Cox::fit(&columns, &CoxOptions::default()).unwrap();
    let expected = [
        0.00530196696906,
        -0.0494045648817,
        0.250265182483,
        -0.00104389983707,
        -2.16209775122,
        -4.1731473592,
    ];
    for (got, expected) in fit.coefficients.iter().zip(expected) {
        close(*got, expected, 1e-10);
    }
    close(fit.concordance.unwrap(), 0.790447672891, 1e-11);
}
