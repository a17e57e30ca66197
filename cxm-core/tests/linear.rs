//! Small symmetric matrices: known values, and what has to hold for any.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use cxm_core::ErrorKind;
use cxm_core::numeric::linear::{Cholesky, SymmetricMatrix};
use proptest::prelude::*;

fn close(got: f64, expected: f64, tolerance: f64) -> bool {
    (got - expected).abs() <= tolerance * expected.abs().max(1.0)
}

/// 1/(i + j + 1): positive definite, and the classic example of a bad condition.
fn hilbert(order: usize) -> SymmetricMatrix {
    SymmetricMatrix::from_fn(order, |row, column| 1.0 / (row + column + 1) as f64)
}

/// B Bᵀ of `columns` columns.
fn gram(order: usize, columns: usize, cells: &[f64]) -> SymmetricMatrix {
    SymmetricMatrix::from_fn(order, |row, column| {
        (0..columns).map(|k| cells[row * columns + k] * cells[column * columns + k]).sum()
    })
}

/// The spectrum of the Hilbert matrix of order 6, by mpmath with 50 digits.
const HILBERT_6: [f64; 6] = [
    1.618_899_858_924_339,
    0.242_360_870_575_209_56,
    0.016_321_521_319_875_823,
    6.157_483_541_826_577e-4,
    1.257_075_712_262_519_4e-5,
    1.082_799_484_565_549_8e-7,
];

#[test]
fn hilbert_values() {
    let matrix = hilbert(6);
    let eigen = matrix.eigen().unwrap();
    for (got, expected) in eigen.values.iter().zip(HILBERT_6) {
        assert!((got / expected - 1.0).abs() < 1e-9, "{got} {expected}");
    }
    assert!((eigen.condition_number() / 14_951_058.640_131_217 - 1.0).abs() < 1e-9);
    // The inverse of a Hilbert matrix has integer cells (Choi 1983).
    let inverse = hilbert(4).cholesky().unwrap().inverse();
    let expected = [
        16.0, -120.0, 240.0, -140.0, -120.0, 1200.0, -2700.0, 1680.0, 240.0, -2700.0, 6480.0,
        -4200.0, -140.0, 1680.0, -4200.0, 2800.0,
    ];
    for (got, expected) in inverse.as_row_major().iter().zip(expected) {
        assert!(close(*got, expected, 1e-11), "{got} {expected}");
    }
    // det H₄ = 1/6048000
    let log = hilbert(4).cholesky().unwrap().log_determinant();
    assert!(close(log, -(6_048_000_f64.ln()), 1e-13));
}

#[test]
fn the_pivot_that_fails_is_named() {
    let matrix = |cells: &[f64]| SymmetricMatrix::from_row_major(3, cells).unwrap();
    // The third row is the sum of the others.
    let sum = matrix(&[1.0, 0.5, 1.5, 0.5, 1.0, 1.5, 1.5, 1.5, 3.0]).cholesky().unwrap_err();
    assert_eq!(sum.pivot, 2);
    assert!(sum.left.abs() < 1e-12);
    let negative = matrix(&[1.0, 0.0, 0.0, 0.0, -2.0, 0.0, 0.0, 0.0, 1.0]).cholesky();
    assert_eq!(negative.unwrap_err().pivot, 1);
    let empty = matrix(&[0.0; 9]).cholesky().unwrap_err();
    assert_eq!(empty.pivot, 0);
    assert_eq!(empty.into_error().kind(), ErrorKind::InvalidArgument);
    let infinite = SymmetricMatrix::from_fn(2, |_, _| f64::INFINITY);
    assert_eq!(infinite.cholesky().unwrap_err().pivot, 0);
    assert!(infinite.eigen().is_err());
    let mut factor = Cholesky::default();
    assert!(factor.extend(&[], 0.0).is_err());
    assert!(factor.extend(&[1.0, 2.0], 0.0).is_err());
    assert_eq!(factor.order(), 0);
}

#[test]
fn shapes_are_checked() {
    for cells in [&[1.0, 2.0, 3.0][..], &[1.0, 2.0, 2.5, 1.0], &[1.0, f64::NAN, f64::NAN, 1.0]] {
        let error = SymmetricMatrix::from_row_major(2, cells).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    }
    assert!(SymmetricMatrix::from_row_major(2, &[f64::INFINITY; 4]).is_err());
    assert!(SymmetricMatrix::from_row_major(usize::MAX, &[]).is_err());
    let one = hilbert(1);
    assert!(one.times(&[1.0, 2.0]).is_err() && one.cholesky().unwrap().solve(&[]).is_err());
    let none = SymmetricMatrix::from_row_major(0, &[]).unwrap();
    assert_eq!(none.cholesky().unwrap().solve(&[]).unwrap(), [0.0; 0]);
    assert!(close(none.eigen().unwrap().condition_number(), 1.0, 0.0));
    assert!(none.get(0, 0).is_nan() && one.get(0, 1).is_nan());
}

/// A matrix of fewer dimensions than rows has eigenvalues of nothing but rounding, and says so.
#[test]
fn a_singular_matrix_has_eigenvalues_of_zero() {
    let cells: Vec<f64> = (0..60).map(|i| f64::from(i * 7919 % 101) / 10.0).collect();
    for columns in 0..=3 {
        let eigen = gram(12, columns, &cells).eigen().unwrap();
        let largest = eigen.values[0].max(1.0);
        assert!(eigen.values[columns..].iter().all(|v| v.abs() < 1e-13 * largest), "{eigen:?}");
        assert!(eigen.condition_number() > 1e13);
    }
    let same = SymmetricMatrix::from_fn(20, |_, _| 1.0).eigen().unwrap();
    assert!(close(same.values[0], 20.0, 1e-14));
    assert!(same.vectors[0].iter().all(|component| close(*component, 20f64.sqrt().recip(), 1e-14)));
}

fn matrices() -> impl Strategy<Value = SymmetricMatrix> {
    (1usize..9).prop_flat_map(|order| {
        let columns = order + 3;
        proptest::collection::vec(-3.0..3.0, order * columns)
            .prop_map(move |cells| gram(order, columns, &cells))
    })
}

proptest! {
    #[test]
    fn factor_and_spectrum_make_the_matrix(matrix in matrices()) {
        let order = matrix.order();
        let eigen = matrix.eigen().unwrap();
        prop_assume!(eigen.condition_number() < 1e8);
        let scale = eigen.values[0];
        let again = eigen.map(|value| value);
        for (a, b) in matrix.as_row_major().iter().zip(again.as_row_major()) {
            prop_assert!((a - b).abs() < 1e-13 * scale);
        }
        prop_assert!(eigen.values.windows(2).all(|pair| pair[0] >= pair[1]));
        for (i, u) in eigen.vectors.iter().enumerate() {
            for (j, v) in eigen.vectors.iter().enumerate() {
                let product: f64 = u.iter().zip(v).map(|(a, b)| a * b).sum();
                prop_assert!((product - f64::from(u8::from(i == j))).abs() < 1e-13);
            }
        }
        let factor = matrix.cholesky().unwrap();
        let determinant: f64 = eigen.values.iter().map(|value| value.ln()).sum();
        prop_assert!((factor.log_determinant() - determinant).abs() < 1e-6);
        let inverse = factor.inverse();
        let by_spectrum = eigen.map(|value| 1.0 / value);
        let size = 1.0 / eigen.values[order - 1];
        for (a, b) in inverse.as_row_major().iter().zip(by_spectrum.as_row_major()) {
            prop_assert!((a - b).abs() < 1e-6 * size);
        }
        let right: Vec<f64> = (0..order).map(|row| row as f64 - 1.5).collect();
        let back = matrix.times(&factor.solve(&right).unwrap()).unwrap();
        let whitened = factor.whiten(&right).unwrap();
        let form: f64 = whitened.iter().map(|z| z * z).sum();
        prop_assert!((form - inverse.quadratic_form(&right).unwrap()).abs() < 1e-6 * form.max(1.0));
        for (a, b) in right.iter().zip(back) {
            prop_assert!((a - b).abs() < 1e-6);
        }
    }

    #[test]
    fn a_longer_factor_begins_with_the_shorter(matrix in matrices()) {
        prop_assume!(matrix.cholesky().is_ok());
        let whole = matrix.cholesky().unwrap();
        let mut shorter = whole.clone();
        shorter.truncate(matrix.order() - 1);
        let row = matrix.rows().last().unwrap();
        shorter.extend(row, 0.0).unwrap();
        prop_assert_eq!(shorter, whole);
    }
}
