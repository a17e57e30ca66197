//! Sums of quantities that are known by their logarithms, with first and second derivatives.

/// A vector in the order R, ln α, s, ln β.
pub(super) type Vector = [f64; 4];
/// Second derivatives in that order, twice.
pub(super) type Matrix = [Vector; 4];

/// The logarithm of a quantity with its derivatives in R, ln α, s, ln β.
#[derive(Debug, Clone, Copy)]
pub(super) struct Logarithm {
    pub(super) value: f64,
    pub(super) gradient: Vector,
    pub(super) hessian: Matrix,
}

/// ln(exp(first) ± exp(…) ± …), which has to be above 0.
///
/// Everything is measured from the first term, so that nothing large cancels.
pub(super) fn signed_sum<const K: usize>(
    first: &Logarithm,
    terms: &[(f64, Logarithm); K],
) -> Logarithm {
    let scale = terms.iter().fold(first.value, |most, (_, term)| most.max(term.value));
    let weights = terms.each_ref().map(|(sign, term)| sign * libm::exp(term.value - scale));
    let total = libm::exp(first.value - scale) + weights.iter().sum::<f64>();
    let share = libm::exp(first.value - scale) / total;
    let mut shift: Vector = [0.0; 4];
    let mut hessian = first.hessian.map(|row| row.map(|cell| share * cell));
    for ((_, term), weight) in terms.iter().zip(weights) {
        let weight = weight / total;
        let mut distance: Vector = [0.0; 4];
        for ((distance, theirs), ours) in
            distance.iter_mut().zip(&term.gradient).zip(&first.gradient)
        {
            *distance = theirs - ours;
        }
        for (sum, distance) in shift.iter_mut().zip(&distance) {
            *sum += weight * distance;
        }
        for ((sums, row), left) in hessian.iter_mut().zip(&term.hessian).zip(&distance) {
            for ((sum, cell), right) in sums.iter_mut().zip(row).zip(&distance) {
                *sum += weight * (cell + left * right);
            }
        }
    }
    let mut gradient = first.gradient;
    for (sum, shift) in gradient.iter_mut().zip(&shift) {
        *sum += shift;
    }
    for (row, left) in hessian.iter_mut().zip(&shift) {
        for (cell, right) in row.iter_mut().zip(&shift) {
            *cell -= left * right;
        }
    }
    Logarithm { value: scale + libm::log(total), gradient, hessian }
}
