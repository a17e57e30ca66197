//! Concordance: of two customers, does the one with the higher predictor leave first?

use super::data::{Rows, Stratum};
use super::likelihood::dot;

/// Weights by rank, with sums up to a rank in logarithmic time (Fenwick 1994).
struct RankSums(Vec<f64>);

impl RankSums {
    fn add(&mut self, rank: usize, weight: f64) {
        let mut at = rank + 1;
        while let Some(cell) = self.0.get_mut(at) {
            *cell += weight;
            at += at & at.wrapping_neg();
        }
    }

    /// The weight of all ranks below.
    fn below(&self, rank: usize) -> f64 {
        let (mut at, mut sum) = (rank, 0.0);
        while at > 0 {
            sum += self.0.get(at).copied().unwrap_or_default();
            at -= at & at.wrapping_neg();
        }
        sum
    }
}

/// Weight of pairs in order, of equal predictors, and of all that can be compared.
#[derive(Debug, Clone, Copy, Default)]
struct Pairs {
    concordant: f64,
    tied: f64,
    comparable: f64,
}

/// The share of comparable pairs in the right order, those of equal predictors half.
///
/// A pair can be compared if one of them left while the other was at risk; two who leave at the
/// same time cannot, and who was last seen then can.
pub(super) fn concordance(rows: &Rows, coefficients: &[f64]) -> Option<f64> {
    let predictors: Vec<f64> = rows.all().map(|x| dot(x, coefficients)).collect();
    let mut sorted: Vec<f64> = predictors.clone();
    sorted.sort_unstable_by(f64::total_cmp);
    sorted.dedup_by(|a, b| (*a - *b).abs() <= 0.0);
    let ranks: Vec<usize> =
        predictors.iter().map(|eta| sorted.partition_point(|other| other < eta)).collect();
    let mut pairs = Pairs::default();
    for stratum in &rows.strata {
        count(rows, stratum, &ranks, sorted.len(), &mut pairs);
    }
    let right = pairs.concordant + 0.5 * pairs.tied;
    (pairs.comparable > 0.0).then(|| right / pairs.comparable)
}

fn count(rows: &Rows, stratum: &Stratum, ranks: &[usize], places: usize, pairs: &mut Pairs) {
    let mut later = RankSums(vec![0.0; places + 1]);
    let mut total = 0.0;
    let cells = |row: usize| Some((*ranks.get(row)?, *rows.weights.get(row)?));
    let mut entering = stratum.by_start.iter().peekable();
    let mut next = stratum.end;
    for (number, time) in stratum.times.iter().enumerate().rev() {
        // All who left after this time, or were last seen at it.
        while next > time.end {
            next -= 1;
            if let Some((rank, weight)) = cells(next) {
                later.add(rank, weight);
                total += weight;
            }
        }
        let starts_after =
            |row: &&usize| rows.spans.get(**row).is_some_and(|span| span.start > number);
        while let Some(&row) = entering.next_if(starts_after) {
            if let Some((rank, weight)) = cells(row) {
                later.add(rank, -weight);
                total -= weight;
            }
        }
        for row in time.first..time.end {
            let Some((rank, weight)) = cells(row) else { continue };
            let (below, up_to) = (later.below(rank), later.below(rank + 1));
            pairs.concordant += weight * below;
            pairs.tied += weight * (up_to - below);
            pairs.comparable += weight * total;
        }
    }
}
