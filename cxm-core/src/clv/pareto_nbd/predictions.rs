//! What the model foretells of a customer: given that the customer is alive, the rates of purchase
//! and of dropout are again independent gammas.

use super::ParetoNbd;
use super::kernel::Kernel;
use super::likelihood::after;
use crate::clv::history::{Discount, History, Horizon};
use crate::clv::model::{PurchaseModel, check_probability};
use crate::error::Result;
use crate::numeric::exponential_integral::scaled_exponential_integral;
use crate::numeric::log_concave::LogConcave;
use crate::numeric::roots::boundary;
use crate::numeric::special_functions::ln_beta;

/// The distribution of the future of a customer who is alive: α and β count from the cut-off.
#[derive(Debug, Clone, Copy)]
struct Future {
    kernel: Kernel,
}

impl PurchaseModel for ParetoNbd {
    fn ln_probability_alive(&self, history: &History) -> f64 {
        let kernel = after(self, history.frequency());
        let ratio =
            kernel.ln_alive(history.age()) - kernel.ln_total(history.recency(), history.age());
        ratio.min(0.0)
    }

    fn probability_alive_after(&self, history: &History, horizon: Horizon) -> f64 {
        let still = -self.s * libm::log1p(horizon.get() / (self.beta + history.age()));
        libm::exp(self.ln_probability_alive(history) + still)
    }

    fn expected_transactions(&self, history: &History, horizon: Horizon) -> f64 {
        self.probability_alive(history) * self.future(history).expected(horizon.get())
    }

    fn probability_of_transactions(&self, history: &History, horizon: Horizon, count: u64) -> f64 {
        let alive = self.probability_alive(history);
        let future = self.future(history);
        if count == 0 {
            return 1.0 - alive * future.probability_of_some(horizon.get());
        }
        alive * future.probability_of(horizon.get(), count)
    }

    fn discounted_expected_transactions(
        &self,
        history: &History,
        horizon: Horizon,
        discount: Discount,
    ) -> f64 {
        let discounted = self.future(history).discounted(horizon.get(), discount.rate());
        self.probability_alive(history) * discounted
    }

    fn discounted_expected_residual_transactions(
        &self,
        history: &History,
        discount: Discount,
    ) -> f64 {
        let discounted = self.future(history).discounted_for_ever(discount.rate());
        self.probability_alive(history) * discounted
    }

    fn time_to_next_transaction(&self, history: &History, probability: f64) -> Result<Option<f64>> {
        check_probability(probability)?;
        // Given alive, the next purchase has to come with this probability.
        let needed = probability / self.probability_alive(history);
        Ok(self.future(history).time_to_next(needed))
    }
}

impl ParetoNbd {
    fn future(&self, history: &History) -> Future {
        let age = history.age();
        let Kernel { purchases, .. } = after(self, history.frequency());
        let (alpha, beta) = (self.alpha + age, self.beta + age);
        Future { kernel: Kernel { purchases, alpha, dropout: self.s, beta } }
    }
}

impl Future {
    /// Purchases in the time in which β doubles, were nobody to leave.
    fn pace(&self) -> f64 {
        self.kernel.purchases * (self.kernel.beta / self.kernel.alpha)
    }

    fn expected(&self, horizon: f64) -> f64 {
        let growth = libm::log1p(horizon / self.kernel.beta);
        let excess = self.kernel.dropout - 1.0;
        // (1 − exp(−excess · growth))/excess, which is `growth` where the excess is 0
        let part = if (excess * growth).abs() < f64::MIN_POSITIVE {
            growth
        } else {
            -libm::expm1(-excess * growth) / excess
        };
        self.pace() * part
    }

    /// ∫ exp(−δu) (β/(β+u))^s du to the horizon, over ln(1 + u/β).
    fn discounted(&self, horizon: f64, rate: f64) -> f64 {
        let Kernel { dropout, beta, .. } = self.kernel;
        let z = rate * beta;
        let integral = LogConcave {
            ln_density: |y: f64| (1.0 - dropout) * y - z * libm::expm1(y),
            slope: |y: f64| (1.0 - dropout) - z * libm::exp(y),
            lower: 0.0,
            upper: libm::log1p(horizon / beta),
        };
        self.pace() * libm::exp(integral.ln_integral())
    }

    fn discounted_for_ever(&self, rate: f64) -> f64 {
        let Kernel { dropout, beta, .. } = self.kernel;
        self.pace() * scaled_exponential_integral(dropout, rate * beta)
    }

    /// P(at least one purchase).
    fn probability_of_some(&self, horizon: f64) -> f64 {
        -libm::expm1(self.kernel.ln_total(0.0, horizon).min(0.0))
    }

    /// P(so many purchases), above 0.
    fn probability_of(&self, horizon: f64, count: u64) -> f64 {
        if horizon <= 0.0 {
            return 0.0;
        }
        let Kernel { purchases, alpha, dropout, beta } = self.kernel;
        let n = count_as_f64(count);
        let ln_count = -libm::log(purchases + n) - ln_beta(purchases, n + 1.0);
        // ln NB(n; u) without the coefficient
        let ln_counts = |u: f64| -purchases * libm::log1p(u / alpha) - n * libm::log1p(alpha / u);
        let stays = ln_counts(horizon) - dropout * libm::log1p(horizon / beta);
        // over ln u, where the density is log-concave
        let leaves = LogConcave {
            ln_density: |y: f64| {
                let u = libm::exp(y);
                ln_counts(u) - (dropout + 1.0) * libm::log1p(u / beta) + y
            },
            slope: |y: f64| {
                let u = libm::exp(y);
                let falls = purchases * (u / (alpha + u)) + (dropout + 1.0) * (u / (beta + u));
                n * (alpha / (alpha + u)) + 1.0 - falls
            },
            lower: libm::log(horizon) - FAR,
            upper: libm::log(horizon),
        };
        let leaves = leaves.ln_integral() + libm::log(dropout / beta);
        libm::exp(ln_count + stays) + libm::exp(ln_count + leaves)
    }

    /// The time within which the next purchase comes with this probability; `None` if it may never.
    fn time_to_next(&self, probability: f64) -> Option<f64> {
        let never = self.kernel.ln_left_for_ever(0.0).min(0.0);
        if probability >= -libm::expm1(never) {
            return None;
        }
        let comes = |ln_time: f64| self.probability_of_some(libm::exp(ln_time)) >= probability;
        let (typical, mut late) = (libm::log(self.kernel.alpha), 0.0);
        while !comes(typical + late) {
            late += STRIDE;
            if late > FAR {
                return None;
            }
        }
        let mut early = late - STRIDE;
        while early > -FAR && comes(typical + early) {
            early -= STRIDE;
        }
        Some(libm::exp(boundary(typical + late, typical + early, comes)))
    }
}

/// How far the search for a time goes at once, in logs.
const STRIDE: f64 = 4.0;

/// A range of e⁷⁰⁰ is about what a double can hold.
const FAR: f64 = 600.0;

/// A count beyond 2⁵³ is rounded, as it would be anywhere.
#[allow(clippy::cast_precision_loss, reason = "see above")]
fn count_as_f64(count: u64) -> f64 {
    count as f64
}
