//! Roots of monotone functions, by bracketing: no start value to guess, no way to diverge.

/// Enough halvings to separate any two doubles of like size, and a bound on the work in any case.
const MAX_HALVINGS: usize = 128;

/// The point between `inside` and `outside` at which `keep` stops to hold.
///
/// `keep(inside)` is taken for granted. Where `keep(outside)` holds as well, the answer is
/// `outside` itself, exactly: a confidence limit that reaches the end of its range is that end.
///
/// # Example
/// ```
/// use cxm_core::numeric::roots::boundary;
/// let root = boundary(1.0, 2.0, |x| x * x <= 2.0);
/// assert!((root - 2.0_f64.sqrt()).abs() < 1e-15);
/// assert_eq!(boundary(0.0, -1.0, |_| true), -1.0);
/// ```
pub fn boundary(inside: f64, outside: f64, keep: impl Fn(f64) -> bool) -> f64 {
    if keep(outside) {
        return outside;
    }
    let (mut kept, mut refused) = (inside, outside);
    for _ in 0..MAX_HALVINGS {
        let middle = kept + (refused - kept) / 2.0;
        if (middle - kept).abs() <= 0.0 || (refused - middle).abs() <= 0.0 {
            break;
        }
        if keep(middle) {
            kept = middle;
        } else {
            refused = middle;
        }
    }
    kept
}

/// The root of an increasing function within `lower..=upper`: Newton's steps, each replaced by a
/// halving where it would leave the bracket.
///
/// `f` returns its value and its slope. A few steps at a well-chosen `start`, never more than the
/// bracket's halvings.
///
/// # Example
/// ```
/// use cxm_core::numeric::roots::newton_bracketed;
/// let root = newton_bracketed(0.0, 10.0, 1.0, |x| (x * x * x - 8.0, 3.0 * x * x));
/// assert!((root - 2.0).abs() < 1e-15);
/// ```
pub fn newton_bracketed(lower: f64, upper: f64, start: f64, f: impl Fn(f64) -> (f64, f64)) -> f64 {
    let (mut lower, mut upper) = (lower, upper);
    let mut x = start.clamp(lower, upper);
    for _ in 0..MAX_HALVINGS {
        let (value, slope) = f(x);
        if value > 0.0 {
            upper = x;
        } else {
            lower = x;
        }
        let newton = x - value / slope;
        let inside = newton > lower && newton < upper;
        let next = if inside { newton } else { lower + (upper - lower) / 2.0 };
        let step = (next - x).abs();
        x = next;
        if step <= f64::EPSILON * x.abs() {
            break;
        }
    }
    x
}
