//! Arithmetic that no library offers: counting columns, distributions, special series, exact sums,
//! small matrices.
//!
//! Pure functions over slices and numbers; nothing here knows what a survey is. Everything
//! transcendental goes through `libm`, so that the bits are the same on every platform.

pub mod distribution;
pub mod exponential_integral;
pub mod gamma_distribution;
pub mod hypergeometric;
pub mod linear;
pub mod log_concave;
pub mod maximise;
pub mod quadrature;
#[cfg(feature = "random")]
pub mod random;
pub mod rising_factorial;
pub mod roots;
pub mod special_functions;
pub mod tally;
