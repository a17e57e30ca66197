//! Special functions and distributions against mpmath at 34 digits.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]
#![allow(clippy::float_cmp, clippy::cast_possible_truncation, clippy::cast_sign_loss)]

use cxm_core::numeric::exponential_integral::scaled_exponential_integral;
use cxm_core::numeric::hypergeometric::hypergeometric_one;
use cxm_core::numeric::rising_factorial::ln_rising_factorial;
use cxm_core::numeric::{distribution as d, gamma_distribution as g, special_functions as s};
use serde_json::Value;

#[test]
fn agree_with_thirty_four_digit_arithmetic() {
    let files = [
        include_str!("golden/numeric/distributions.json"),
        include_str!("golden/numeric/gamma_functions.json"),
        include_str!("golden/numeric/rising_factorial.json"),
    ];
    let cases = files.iter().flat_map(|text| serde_json::from_str::<Vec<Value>>(text).unwrap());
    let cases: Vec<Value> = cases.collect();
    let mut failures = Vec::new();
    for case in &cases {
        let x: Vec<f64> =
            case["input"].as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect();
        let count = || x[1] as u32;
        let got = match case["function"].as_str().unwrap() {
            "normal_cdf" => d::normal_cdf(x[0]),
            "normal_quantile" => d::normal_quantile(x[0]),
            "student_t_survival" => d::student_t_survival(x[0], x[1]),
            "student_t_quantile" => d::student_t_quantile(x[0], x[1]),
            "beta_cdf" => d::beta_cdf(x[0], x[1], x[2]),
            "beta_quantile" => d::beta_quantile(x[0], x[1], x[2]),
            "chi_square_survival" => d::chi_square_survival(x[0], count()),
            "chi_square_cdf" => d::chi_square_cdf(x[0], count()),
            "chi_square_quantile" => d::chi_square_quantile(x[0], count()),
            "ln_beta" => s::ln_beta(x[0], x[1]),
            "ln_gamma_ratio_half" => s::ln_gamma_ratio_half(x[0]),
            "ln_rising_factorial" => ln_rising_factorial(x[0], x[1]).value,
            "rising_factorial_first" => ln_rising_factorial(x[0], x[1]).first,
            "rising_factorial_second" => ln_rising_factorial(x[0], x[1]).second,
            "stirling_remainder" => s::stirling_remainder(x[0]),
            "scaled_exponential_integral" => scaled_exponential_integral(x[0], x[1]),
            "hypergeometric_one" => hypergeometric_one(x[0], x[1], x[2]),
            "gamma_cdf" => g::gamma_cdf(x[0], x[1]),
            "gamma_survival" => g::gamma_survival(x[0], x[1]),
            "gamma_quantile" => g::gamma_quantile(x[0], x[1]),
            other => panic!("no function {other}"),
        };
        let expected = case["expected"].as_f64().unwrap();
        let error = ((got - expected) / if expected == 0.0 { 1.0 } else { expected }).abs();
        if error.is_nan() || error > case["relative_tolerance"].as_f64().unwrap() {
            failures.push(format!("{case} got {got:e}, relative error {error:e}"));
        }
    }
    assert!(failures.is_empty(), "{}\n{} of {}", failures.join("\n"), failures.len(), cases.len());
}
