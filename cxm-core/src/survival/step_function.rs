//! Curves that change in steps and hold in between.

/// The last step at or before a time, of steps in the order of their times.
pub(super) fn step_at<S>(steps: &[S], time: f64, time_of: impl Fn(&S) -> f64) -> Option<&S> {
    let after = steps.partition_point(|step| time_of(step) <= time);
    steps.get(after.checked_sub(1)?)
}
