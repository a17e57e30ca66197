//! The log-likelihood and its derivatives, by customers of the same number of purchases.

use super::ParetoNbd;
use super::kernel::{Kernel, KernelDerivatives};
use crate::clv::history::History;
use crate::clv::model::Derivatives;
use crate::numeric::rising_factorial::{LnRisingFactorial, ln_rising_factorial};

/// ln L = ln Γ(r+x)/Γ(r) − x ln α + ln K(t, T), with R = r + x.
pub(super) fn log_likelihood(model: &ParetoNbd, history: &History) -> f64 {
    let x = history.frequency();
    let total = after(model, x).ln_total(history.recency(), history.age());
    ln_rising_factorial(model.r, x).value - x * libm::log(model.alpha) + total
}

/// The kernel once so many purchases have been counted.
pub(super) fn after(model: &ParetoNbd, frequency: f64) -> Kernel {
    let ParetoNbd { r, alpha, s, beta } = *model;
    Kernel { purchases: r + frequency, alpha, dropout: s, beta }
}

/// What all customers with the same number of purchases share.
#[derive(Debug)]
pub(super) struct Likelihood {
    model: ParetoNbd,
    frequency: f64,
    rising: LnRisingFactorial,
    ln_alpha: f64,
    kernel: KernelDerivatives,
}

impl Likelihood {
    pub(super) fn new(model: &ParetoNbd, frequency: f64) -> Self {
        Self {
            model: *model,
            frequency,
            rising: ln_rising_factorial(model.r, frequency),
            ln_alpha: libm::log(model.alpha),
            kernel: KernelDerivatives::new(after(model, frequency)),
        }
    }

    pub(super) fn frequency(&self) -> f64 {
        self.frequency
    }

    /// Of a customer with this number of purchases, in ln r, ln α, ln s, ln β.
    pub(super) fn derivatives(&mut self, recency: f64, age: f64) -> Derivatives {
        let ParetoNbd { r, s, .. } = self.model;
        let total = self.kernel.ln_total(recency, age);
        let mut gradient = total.gradient;
        let mut hessian = total.hessian;
        gradient[0] += self.rising.first;
        gradient[1] -= self.frequency;
        hessian[0][0] += self.rising.second;
        // from r and s to their logarithms
        let scale = [r, 1.0, s, 1.0];
        for (row, left) in hessian.iter_mut().zip(scale) {
            for (cell, right) in row.iter_mut().zip(scale) {
                *cell *= left * right;
            }
        }
        for (slope, scale) in gradient.iter_mut().zip(scale) {
            *slope *= scale;
        }
        hessian[0][0] += gradient[0];
        hessian[2][2] += gradient[2];
        let value = self.rising.value - self.frequency * self.ln_alpha + total.value;
        Derivatives { value, gradient, hessian }
    }
}
