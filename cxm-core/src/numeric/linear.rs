//! Small dense symmetric matrices: factorise, solve, invert, eigenvalues.
//!
//! Meant for tens of rows: correlations of drivers, the information matrix of a fit. Every sum runs
//! in one fixed order without fused operations, so the bits are the same on every platform.

use crate::error::{Error, Result};

/// Sweeps of Jacobi's method before it is given up; ten are plenty for hundreds of rows.
const MAX_SWEEPS: usize = 64;

/// The part of a diagonal cell that must be left when the rows before it are taken out, for each
/// row: less than this is rounding.
const PIVOT_TOLERANCE: f64 = 8.0 * f64::EPSILON;

/// A matrix that is not positive definite, with the row that shows it.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("the matrix is not positive definite: {left} of row {pivot} is left after those before it")]
pub struct NotPositiveDefinite {
    /// The row, from 0, that the rows before it leave nothing of.
    pub pivot: usize,
    /// What is left of its diagonal cell, as a part of it: 1 − R² of that row on those before.
    pub left: f64,
}

impl NotPositiveDefinite {
    /// As an error of the library, for a caller who cannot say what the row stands for.
    pub fn into_error(self) -> Error {
        Error::argument(self.to_string())
    }
}

fn dot(ours: &[f64], theirs: &[f64]) -> f64 {
    ours.iter().zip(theirs).fold(0.0, |sum, (a, b)| sum + a * b)
}

fn expect_length(got: usize, expected: usize) -> Result<()> {
    if got == expected {
        return Ok(());
    }
    Err(Error::argument(format!("expected {expected} numbers, one a row, got {got}")))
}

/// A symmetric matrix.
///
/// # Example
/// ```
/// use cxm_core::numeric::linear::SymmetricMatrix;
///
/// let matrix = SymmetricMatrix::from_row_major(2, &[4.0, 2.0, 2.0, 5.0])?;
/// let factor = matrix.cholesky().map_err(|error| error.into_error())?;
/// assert_eq!(factor.solve(&[8.0, 12.0])?, [1.0, 2.0]);
/// assert_eq!(factor.inverse().get(0, 1), -0.125);
///
/// let flat = SymmetricMatrix::from_row_major(2, &[1.0, 2.0, 2.0, 4.0])?;
/// assert_eq!(flat.cholesky().unwrap_err().pivot, 1);
/// # Ok::<(), cxm_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct SymmetricMatrix {
    order: usize,
    /// All cells, row by row.
    cells: Vec<f64>,
}

impl SymmetricMatrix {
    /// The matrix with these cells; `cell` is asked for those on and below the diagonal.
    pub fn from_fn(order: usize, cell: impl Fn(usize, usize) -> f64) -> Self {
        let all = (0..order).flat_map(|row| (0..order).map(move |column| (row, column)));
        let cells = all.map(|(row, column)| cell(row.max(column), row.min(column))).collect();
        Self { order, cells }
    }

    /// The matrix with these cells, row by row; refuses another number of cells, cells that are not
    /// finite, and pairs that differ by more than rounding.
    pub fn from_row_major(order: usize, cells: &[f64]) -> Result<Self> {
        if order.checked_mul(order) != Some(cells.len()) {
            return Err(Error::argument(format!(
                "expected {order} rows of {order} cells, got {} cells",
                cells.len()
            )));
        }
        let at = |row: usize, column: usize| cells.get(row * order + column).copied();
        for (row, column) in (0..order).flat_map(|row| (0..=row).map(move |column| (row, column))) {
            let (below, above) = (at(row, column), at(column, row));
            let alike = below.zip(above).is_some_and(|(below, above)| {
                (below - above).abs() <= 1e-12 * (below.abs() + above.abs())
            });
            // Neither NaN nor an infinity is like itself.
            if !alike {
                return Err(Error::argument(format!(
                    "a symmetric matrix of finite cells is expected; cell ({row}, {column}) is \
                     {below:?}, cell ({column}, {row}) is {above:?}"
                )));
            }
        }
        Ok(Self::from_fn(order, |row, column| at(row, column).unwrap_or(f64::NAN)))
    }

    /// Number of rows and columns.
    pub fn order(&self) -> usize {
        self.order
    }

    /// One cell; NaN outside the matrix.
    pub fn get(&self, row: usize, column: usize) -> f64 {
        if column >= self.order {
            return f64::NAN;
        }
        self.cells.get(row * self.order + column).copied().unwrap_or(f64::NAN)
    }

    /// All cells, row by row.
    pub fn as_row_major(&self) -> &[f64] {
        &self.cells
    }

    /// The rows.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &[f64]> {
        // A matrix without rows has no cells either, so the width does not matter then.
        self.cells.chunks_exact(self.order.max(1))
    }

    /// The cells on the diagonal.
    pub fn diagonal(&self) -> Vec<f64> {
        (0..self.order).map(|row| self.get(row, row)).collect()
    }

    /// Matrix times vector.
    pub fn times(&self, vector: &[f64]) -> Result<Vec<f64>> {
        expect_length(vector.len(), self.order)?;
        Ok(self.rows().map(|row| dot(row, vector)).collect())
    }

    /// vᵀ A v: the variance of a weighted sum, where the matrix holds covariances.
    pub fn quadratic_form(&self, vector: &[f64]) -> Result<f64> {
        Ok(dot(&self.times(vector)?, vector))
    }

    /// The factor L of A = L Lᵀ; refused if the matrix is not positive definite.
    pub fn cholesky(&self) -> Result<Cholesky, NotPositiveDefinite> {
        let tolerance = PIVOT_TOLERANCE * self.order as f64;
        let mut factor = Cholesky::default();
        for (row, cells) in self.rows().enumerate() {
            let (left, _) = cells.split_at_checked(row + 1).unwrap_or((cells, &[]));
            factor.extend(left, tolerance)?;
        }
        Ok(factor)
    }

    /// Eigenvalues and eigenvectors by Jacobi's method: slower than tridiagonal reduction for
    /// hundreds of rows, and the most accurate for small eigenvalues.
    ///
    /// Refuses cells that are not finite.
    pub fn eigen(&self) -> Result<Eigen> {
        if !self.cells.iter().all(|cell| cell.is_finite()) {
            return Err(Error::argument("a matrix with a cell that is not finite"));
        }
        let mut jacobi = Jacobi::new(self);
        for _ in 0..MAX_SWEEPS {
            if !jacobi.sweep() {
                return Ok(jacobi.into_eigen());
            }
        }
        Err(Error::not_converged(format!("the eigenvalues are open after {MAX_SWEEPS} sweeps")))
    }
}

/// The lower triangle L of A = L Lᵀ.
///
/// Grows row by row, so that all leading and, by [`truncate`](Self::truncate), all other
/// submatrices share their work.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Cholesky {
    /// Row i has i + 1 cells.
    rows: Vec<Vec<f64>>,
}

impl Cholesky {
    /// Number of rows.
    pub fn order(&self) -> usize {
        self.rows.len()
    }

    /// Appends the next row of A up to its diagonal. A row of which no more than `tolerance` is
    /// left, as a part of its diagonal cell, is refused, and the factor stays as it was.
    pub fn extend(&mut self, cells: &[f64], tolerance: f64) -> Result<(), NotPositiveDefinite> {
        let pivot = self.order();
        let refused = |left| Err(NotPositiveDefinite { pivot, left });
        let Some((&diagonal, cells)) = cells.split_last() else { return refused(f64::NAN) };
        if cells.len() != pivot {
            return refused(f64::NAN);
        }
        let mut row = self.solve_lower(cells);
        let squared = diagonal - dot(&row, &row);
        let left = squared / diagonal;
        // Written so that NaN is refused too.
        if !(diagonal > 0.0 && left > tolerance && squared.is_finite()) {
            return refused(left);
        }
        row.push(squared.sqrt());
        self.rows.push(row);
        Ok(())
    }

    /// Drops all rows but the first so many.
    pub fn truncate(&mut self, order: usize) {
        self.rows.truncate(order);
    }

    /// The last row of L.
    pub fn last_row(&self) -> &[f64] {
        self.rows.last().map_or(&[], Vec::as_slice)
    }

    /// L⁻¹ b of as many rows as both have.
    fn solve_lower(&self, right: &[f64]) -> Vec<f64> {
        let mut solved = Vec::with_capacity(right.len() + 1);
        for (row, value) in self.rows.iter().zip(right) {
            if let Some((diagonal, left)) = row.split_last() {
                solved.push((value - dot(left, &solved)) / diagonal);
            }
        }
        solved
    }

    /// L⁻¹ b: decorrelates, where A holds covariances.
    pub fn whiten(&self, right: &[f64]) -> Result<Vec<f64>> {
        expect_length(right.len(), self.order())?;
        Ok(self.solve_lower(right))
    }

    /// L z: gives independent numbers of variance 1 the covariances A.
    pub fn correlate(&self, independent: &[f64]) -> Result<Vec<f64>> {
        expect_length(independent.len(), self.order())?;
        Ok(self.rows.iter().map(|row| dot(row, independent)).collect())
    }

    /// The x of A x = b.
    pub fn solve(&self, right: &[f64]) -> Result<Vec<f64>> {
        let mut solved = self.whiten(right)?;
        for (row, cells) in self.rows.iter().enumerate().rev() {
            let (before, here) = solved.split_at_mut_checked(row).unwrap_or_default();
            let Some((value, (diagonal, left))) = here.first_mut().zip(cells.split_last()) else {
                continue;
            };
            *value /= diagonal;
            for (earlier, cell) in before.iter_mut().zip(left) {
                *earlier -= cell * *value;
            }
        }
        Ok(solved)
    }

    /// A⁻¹: the covariances of estimates, where A is their information.
    pub fn inverse(&self) -> SymmetricMatrix {
        let order = self.order();
        let mut columns = Vec::with_capacity(order);
        for unit in 0..order {
            let right: Vec<f64> = (0..order).map(|row| f64::from(u8::from(row == unit))).collect();
            // The lengths agree, so nothing is refused.
            columns.push(self.solve(&right).unwrap_or_default());
        }
        SymmetricMatrix::from_fn(order, |row, column| {
            columns.get(column).and_then(|cells| cells.get(row)).copied().unwrap_or(f64::NAN)
        })
    }

    /// ln det A.
    pub fn log_determinant(&self) -> f64 {
        2.0 * self.rows.iter().filter_map(|row| row.last()).fold(0.0, |sum, d| sum + libm::log(*d))
    }
}

/// Eigenvalues in falling order, each with its eigenvector of length 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Eigen {
    /// The eigenvalues, largest first.
    pub values: Vec<f64>,
    /// The eigenvector of each; its largest component is positive.
    pub vectors: Vec<Vec<f64>>,
}

impl Eigen {
    /// The largest over the smallest eigenvalue by magnitude: how much solving magnifies an error.
    /// Infinite for a singular matrix, 1 for one without rows.
    pub fn condition_number(&self) -> f64 {
        let magnitudes = self.values.iter().map(|value| value.abs());
        let Some(largest) = magnitudes.clone().reduce(f64::max) else { return 1.0 };
        let smallest = magnitudes.fold(f64::INFINITY, f64::min);
        if smallest > 0.0 { largest / smallest } else { f64::INFINITY }
    }

    /// V f(Λ) Vᵀ: the matrix with these eigenvectors and f of the eigenvalues, as the square root
    /// or the inverse.
    ///
    /// ```
    /// use cxm_core::numeric::linear::SymmetricMatrix;
    /// let matrix = SymmetricMatrix::from_row_major(2, &[5.0, 4.0, 4.0, 5.0])?;
    /// let root = matrix.eigen()?.map(f64::sqrt); // of the eigenvalues 9 and 1
    /// assert!((root.get(0, 0) - 2.0).abs() < 1e-14 && (root.get(0, 1) - 1.0).abs() < 1e-14);
    /// # Ok::<(), cxm_core::Error>(())
    /// ```
    pub fn map(&self, f: impl Fn(f64) -> f64) -> SymmetricMatrix {
        let mapped: Vec<f64> = self.values.iter().map(|&value| f(value)).collect();
        let component = |vector: &[f64], row: usize| vector.get(row).copied().unwrap_or(f64::NAN);
        SymmetricMatrix::from_fn(self.values.len(), |row, column| {
            self.vectors.iter().zip(&mapped).fold(0.0, |sum, (vector, value)| {
                sum + component(vector, row) * value * component(vector, column)
            })
        })
    }
}

/// A matrix on its way to a diagonal one, and the rotations so far.
struct Jacobi {
    /// The rows of the matrix; both triangles are kept, so that a rotation is two passes of rows.
    matrix: Vec<Vec<f64>>,
    /// The rows are the eigenvectors to be.
    vectors: Vec<Vec<f64>>,
}

/// (x, y) becomes (c·x − s·y, s·x + c·y), cell by cell.
fn rotate(rows: [&mut Vec<f64>; 2], cosine: f64, sine: f64) {
    let [first, second] = rows;
    for (x, y) in first.iter_mut().zip(second) {
        (*x, *y) = (cosine * *x - sine * *y, sine * *x + cosine * *y);
    }
}

impl Jacobi {
    fn new(matrix: &SymmetricMatrix) -> Self {
        let order = matrix.order();
        let unit = |row: usize| (0..order).map(move |column| f64::from(u8::from(row == column)));
        Self {
            matrix: matrix.rows().map(<[f64]>::to_vec).collect(),
            vectors: (0..order).map(|row| unit(row).collect()).collect(),
        }
    }

    fn cell(&self, row: usize, column: usize) -> f64 {
        self.matrix.get(row).and_then(|cells| cells.get(column)).copied().unwrap_or_default()
    }

    /// Rotates every pair of rows once; says whether any cell was still too large.
    fn sweep(&mut self) -> bool {
        let order = self.matrix.len();
        let mut open = false;
        for first in 0..order {
            for second in first + 1..order {
                open |= self.annihilate(first, second);
            }
        }
        open
    }

    /// Turns the pair so that their common cell vanishes.
    fn annihilate(&mut self, first: usize, second: usize) -> bool {
        let common = self.cell(first, second);
        let (above, below) = (self.cell(first, first), self.cell(second, second));
        // Against the pair's own size, so that small eigenvalues keep their digits.
        if common.abs() <= f64::EPSILON / 4.0 * (above.abs() * below.abs()).sqrt()
            || common.abs() < f64::MIN_POSITIVE
        {
            return false;
        }
        let half = (below - above) / (2.0 * common);
        let tangent = half.signum() / (half.abs() + (half * half + 1.0).sqrt());
        let cosine = 1.0 / (tangent * tangent + 1.0).sqrt();
        let sine = tangent * cosine;
        for cells in &mut self.matrix {
            if let Ok([x, y]) = cells.get_disjoint_mut([first, second]) {
                (*x, *y) = (cosine * *x - sine * *y, sine * *x + cosine * *y);
            }
        }
        if let Ok(rows) = self.matrix.get_disjoint_mut([first, second]) {
            rotate(rows, cosine, sine);
        }
        if let Ok(rows) = self.vectors.get_disjoint_mut([first, second]) {
            rotate(rows, cosine, sine);
        }
        // Exact by construction; what the rotation leaves there is rounding.
        for (row, column) in [(first, second), (second, first)] {
            if let Some(cell) = self.matrix.get_mut(row).and_then(|cells| cells.get_mut(column)) {
                *cell = 0.0;
            }
        }
        true
    }

    fn into_eigen(self) -> Eigen {
        let values = (0..self.matrix.len()).map(|row| self.cell(row, row)).collect::<Vec<_>>();
        let mut pairs: Vec<(f64, Vec<f64>)> = values.into_iter().zip(self.vectors).collect();
        pairs.sort_by(|a, b| b.0.total_cmp(&a.0));
        for (_, vector) in &mut pairs {
            let largest =
                vector.iter().copied().reduce(|a, b| if b.abs() > a.abs() { b } else { a });
            if largest.is_some_and(|largest| largest < 0.0) {
                vector.iter_mut().for_each(|component| *component = -*component);
            }
        }
        let (values, vectors) = pairs.into_iter().unzip();
        Eigen { values, vectors }
    }
}
