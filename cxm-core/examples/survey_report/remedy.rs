//! What to do about ratings that are not on the scale: counted first, then compared with the scales
//! that the metric is known on.

use super::support::format::{count, counted, list};
use cxm_core::model::Scale;
use std::collections::BTreeMap;

/// A rating farther from the scale than the scale is long is a code rather than a slip.
fn is_code(scale: Scale, rating: i64) -> bool {
    let (low, high) = (i64::from(scale.lowest()), i64::from(scale.highest()));
    let reach = i64::from(scale.range());
    rating < low.saturating_sub(reach) || rating > high.saturating_add(reach)
}

/// The whole numbers of a column that are neither on the scale nor declared as codes.
pub(crate) fn off_scale(scale: Scale, codes: &[i32], ratings: &[f64]) -> BTreeMap<i64, u64> {
    let mut found = BTreeMap::new();
    for rating in ratings.iter().filter_map(|&rating| whole(rating)) {
        if !scale.contains(rating) && !codes.iter().any(|&code| i64::from(code) == rating) {
            *found.entry(rating).or_insert(0) += 1;
        }
    }
    found
}

/// A whole number, if it is one.
#[allow(clippy::cast_possible_truncation, reason = "the range is checked before")]
fn whole(rating: f64) -> Option<i64> {
    let is_whole = rating.fract().abs() < f64::EPSILON && rating.abs() < 1e15;
    is_whole.then_some(rating as i64)
}

/// Sentences about the ratings off the scale: how many, which, and what would mend it.
pub(crate) fn sentences(
    scale: Scale,
    known: &[Scale],
    codes: &[i32],
    ratings: &[f64],
) -> Vec<String> {
    let off = off_scale(scale, codes, ratings);
    if off.is_empty() {
        return Vec::new();
    }
    let quoted: Vec<_> = off
        .iter()
        .map(|(rating, times)| format!("{} of {rating}", counted(*times, "answer", "answers")))
        .collect();
    let (low, high) = (scale.lowest(), scale.highest());
    let mut sentences = vec![format!("Off the scale {low}..{high}: {}.", some(&quoted))];

    let (far, near): (Vec<i64>, Vec<i64>) = off.keys().partition(|rating| is_code(scale, **rating));
    let fitting = known.iter().filter(|other| near.iter().all(|rating| other.contains(*rating)));
    let fitting = fitting.filter(|other| on_scale(**other, scale, ratings));
    if !near.is_empty()
        && let Some(other) = fitting.min_by_key(|other| other.points())
    {
        sentences.push(misfit(scale, *other, ratings));
    }
    if !far.is_empty() {
        let codes: Vec<_> = far.iter().map(ToString::to_string).collect();
        sentences.push(format!(
            "{} {} far from the scale and may be a code for \"don't know\": --missing-codes {}",
            list(&codes),
            if codes.len() == 1 { "lies" } else { "lie" },
            codes.join(","),
        ));
    }
    sentences
}

/// Whether every answer on the declared scale is on the other one as well.
fn on_scale(other: Scale, declared: Scale, ratings: &[f64]) -> bool {
    let mut whole = ratings.iter().filter_map(|&rating| whole(rating));
    whole.all(|rating| !declared.contains(rating) || other.contains(rating))
}

/// Why another scale is the likelier one.
fn misfit(declared: Scale, other: Scale, ratings: &[f64]) -> String {
    let answers = |wanted: i16| {
        ratings.iter().filter(|&&r| whole(r) == Some(i64::from(wanted))).count() as u64
    };
    let unused: Vec<_> = declared
        .ratings()
        .filter(|&rating| !other.contains(i64::from(rating)) && answers(rating) == 0)
        .map(|rating| rating.to_string())
        .collect();
    let nobody = if unused.is_empty() {
        String::new()
    } else {
        format!(" and nobody answered {}", list(&unused))
    };
    let (low, high) = (other.lowest(), other.highest());
    format!(
        "All whole answers lie on {low}..{high}{nobody}: the question was probably stored as \
         {low}..{high}. Try --scale {low}..{high}; until then the score below is wrong."
    )
}

/// The first few of many.
fn some(parts: &[String]) -> String {
    const SHOWN: usize = 8;
    if parts.len() <= SHOWN {
        return list(parts);
    }
    let first: Vec<_> = parts.iter().take(SHOWN).cloned().collect();
    format!("{} and {} other values", first.join(", "), count((parts.len() - SHOWN) as u64))
}
