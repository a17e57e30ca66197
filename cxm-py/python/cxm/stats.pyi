"""Generated from the lists of the core by tests/stubs.py: `CXM_BLESS=1` rewrites it."""

from collections.abc import Mapping
from typing import Any

__all__ = [
    "net_summary",
    "net_interval",
    "net_interval_adjusted_wald_unclipped",
    "share_interval",
    "goodman_intervals",
    "mean_summary",
    "mean_interval",
    "pomp_points",
    "net_confidence_sequence",
    "share_confidence_sequence",
    "histogram_confidence_sequence",
    "asymptotic_confidence_sequence",
    "net_difference_confidence_sequence",
    "share_difference_confidence_sequence",
    "compare_nets",
    "compare_shares",
    "share_difference_interval",
    "compare_means",
    "compare_paired_nets",
    "permutation_test_nets",
    "wave_trend",
    "holm",
    "benjamini_hochberg",
    "shrink",
    "shrink_nets",
    "sample_size_net",
    "sample_size_share",
    "sample_size_mean",
    "sample_size_net_difference",
    "sample_size_share_difference",
    "sample_size_mean_difference",
    "margin_net",
    "margin_share",
    "margin_mean",
    "power_net_difference",
    "power_share_difference",
    "power_mean_difference",
    "weighted_net",
    "weighted_share",
    "weighted_mean",
    "post_stratify",
    "post_stratify_nets",
    "rake",
    "rake_table",
    "non_response_bounds_net",
    "non_response_bounds_share",
    "non_response_bounds_mean",
    "round_ratio",
    "round_shares",
    "concentration",
    "lorenz_curve",
    "rfm_scores",
    "contribution",
    "customer_equity",
    "cohort_equity",
    "discount_rate",
    "kaplan_meier",
    "survival_quantile",
    "restricted_mean",
    "conditional_survival",
    "nelson_aalen",
    "aalen_johansen",
    "life_table",
    "tenure_rates",
    "event_rate_interval",
    "compare_event_rates",
    "log_rank",
    "discrete_hazard",
    "cox",
    "cox_survival",
    "cox_proportionality",
    "annualized_churn",
    "expected_lifetime",
    "key_drivers",
    "lmg",
    "relative_weights",
    "penalty_reward_contrast",
    "importance_performance",
    "difference_in_differences",
    "difference_in_differences_nets",
    "difference_in_differences_paired",
    "cuped",
    "net_change",
    "earned_growth",
    "time_decay",
    "standard_catalogue",
    "check_catalogue",
    "journey_deviation",
]

def net_summary(
    negative: int,
    neutral: int,
    positive: int,
) -> Any:
    """Net score, its variance (divisor n) and standard error, from three counts.

        negative: integer. answers that count −1 (detractors).
        neutral: integer. answers that count 0 (passives).
        positive: integer. answers that count +1 (promoters).
    """

def net_interval(
    negative: int,
    neutral: int,
    positive: int,
    *,
    level: float = 0.95,
    method: str | None = None,
    population: int | None = None,
    seed: int = 0,
    replicates: int = 2000,
) -> Any:
    """Interval of a net score within -1..=1; by default Tango's score interval.

        negative: integer. answers that count −1 (detractors).
        neutral: integer. answers that count 0 (passives).
        positive: integer. answers that count +1 (promoters).
        level: number, default 0.95. level of the interval, 0.95 for 95 %.
        method: text, default None. name of the method; null for the default of the measure.
        population: integer, default None. size of the finite population; null if unbounded.
        seed: integer, default 0. seed of the bootstrap.
        replicates: integer, default 2000. replicates of the bootstrap.
    """

def net_interval_adjusted_wald_unclipped(
    negative: int,
    neutral: int,
    positive: int,
    *,
    level: float = 0.95,
    population: int | None = None,
) -> Any:
    """Adjusted Wald limits of a net score as published, which may leave -1..=1.

        negative: integer. answers that count −1 (detractors).
        neutral: integer. answers that count 0 (passives).
        positive: integer. answers that count +1 (promoters).
        level: number, default 0.95. level of the interval, 0.95 for 95 %.
        population: integer, default None. size of the finite population; null if unbounded.
    """

def share_interval(
    successes: int,
    total: int,
    *,
    level: float = 0.95,
    method: str | None = None,
    population: int | None = None,
) -> Any:
    """Interval of a share within 0..=1; by default Wilson's.

        successes: integer. answers that qualify.
        total: integer. all answers.
        level: number, default 0.95. level of the interval, 0.95 for 95 %.
        method: text, default None. name of the method; null for the default of the measure.
        population: integer, default None. size of the finite population; null if unbounded.
    """

def goodman_intervals(
    counts: Any,
    *,
    level: float = 0.95,
    quantile: str = 'goodman',
) -> Any:
    """Limits of several shares that hold together at the level.

        counts: array of integers. answers of each kind.
        level: number, default 0.95. level of the interval, 0.95 for 95 %.
        quantile: text, default 'goodman'. goodman or quesenberry_hurst.
    """

def mean_summary(
    n: int,
    sum: int,
    sum_of_squares: int,
) -> Any:
    """Mean and variances from n, the sum and the sum of squares of integer answers.

        n: integer. answers.
        sum: integer. sum of the answers.
        sum_of_squares: integer. sum of the squared answers.
    """

def mean_interval(
    n: int,
    sum: int,
    sum_of_squares: int,
    *,
    level: float = 0.95,
    population: int | None = None,
) -> Any:
    """Student's t interval of a mean, from the integer sums of the answers.

        n: integer. answers.
        sum: integer. sum of the answers.
        sum_of_squares: integer. sum of the squared answers.
        level: number, default 0.95. level of the interval, 0.95 for 95 %.
        population: integer, default None. size of the finite population; null if unbounded.
    """

def pomp_points(
    mean: float,
    lowest: float,
    highest: float,
) -> Any:
    """Percentage of maximum possible: a mean moved from its scale to 0..=100.

        mean: number. mean answer.
        lowest: number. low end of the scale.
        highest: number. high end of the scale.
    """

def net_confidence_sequence(
    negative: int,
    neutral: int,
    positive: int,
    *,
    level: float = 0.95,
    method: str | None = None,
    tuned_for: int = 1000,
) -> Any:
    """Interval of a net score that holds however often it is looked at.

        negative: integer. answers that count −1 (detractors).
        neutral: integer. answers that count 0 (passives).
        positive: integer. answers that count +1 (promoters).
        level: number, default 0.95. level of the interval, 0.95 for 95 %.
        method: text, default None. name of the method; null for the default of the measure.
        tuned_for: integer, default 1000. number of answers at which a tuned or asymptotic sequence is tightest.
    """

def share_confidence_sequence(
    successes: int,
    total: int,
    *,
    level: float = 0.95,
    method: str | None = None,
    tuned_for: int = 1000,
) -> Any:
    """Interval of a share that holds however often it is looked at.

        successes: integer. answers that qualify.
        total: integer. all answers.
        level: number, default 0.95. level of the interval, 0.95 for 95 %.
        method: text, default None. name of the method; null for the default of the measure.
        tuned_for: integer, default 1000. number of answers at which a tuned or asymptotic sequence is tightest.
    """

def histogram_confidence_sequence(
    answers: Any,
    counts: Any,
    lowest: float,
    highest: float,
    *,
    level: float = 0.95,
    method: str | None = None,
) -> Any:
    """Interval of a bounded mean, from a histogram, that holds at every look.

        answers: array of numbers. the possible answers.
        counts: array of integers. answers of each kind.
        lowest: number. low end of the scale.
        highest: number. high end of the scale.
        level: number, default 0.95. level of the interval, 0.95 for 95 %.
        method: text, default None. name of the method; null for the default of the measure.
    """

def asymptotic_confidence_sequence(
    n: int,
    mean: float,
    variance: float,
    *,
    level: float = 0.95,
    tuned_for: int = 1000,
) -> Any:
    """Interval of any mean that holds at every look from 100 answers on.

        n: integer. answers.
        mean: number. mean answer.
        variance: number. variance with divisor n.
        level: number, default 0.95. level of the interval, 0.95 for 95 %.
        tuned_for: integer, default 1000. number of answers at which a tuned or asymptotic sequence is tightest.
    """

def net_difference_confidence_sequence(
    first: Mapping[str, Any],
    second: Mapping[str, Any],
    *,
    level: float = 0.95,
    method: str | None = None,
    tuned_for: int = 1000,
) -> Any:
    """First minus second of two watched net scores, at every look.

        first: object. counts: negative, neutral, positive.
        second: object. counts: negative, neutral, positive.
        level: number, default 0.95. level of the interval, 0.95 for 95 %.
        method: text, default None. name of the method; null for the default of the measure.
        tuned_for: integer, default 1000. number of answers at which a tuned or asymptotic sequence is tightest.
    """

def share_difference_confidence_sequence(
    first: Mapping[str, Any],
    second: Mapping[str, Any],
    *,
    level: float = 0.95,
    method: str | None = None,
    tuned_for: int = 1000,
) -> Any:
    """First minus second of two watched shares, at every look.

        first: object. successes and total.
        second: object. successes and total.
        level: number, default 0.95. level of the interval, 0.95 for 95 %.
        method: text, default None. name of the method; null for the default of the measure.
        tuned_for: integer, default 1000. number of answers at which a tuned or asymptotic sequence is tightest.
    """

def compare_nets(
    first: Mapping[str, Any],
    second: Mapping[str, Any],
    *,
    level: float = 0.95,
    method: str = 'adjusted_wald',
) -> Any:
    """First minus second net score with z, p and interval; adjusted Wald or Wald.

        first: object. counts: negative, neutral, positive.
        second: object. the counts to subtract.
        level: number, default 0.95. level of the interval, 0.95 for 95 %.
        method: text, default 'adjusted_wald'. adjusted_wald or wald.
    """

def compare_shares(
    first: Mapping[str, Any],
    second: Mapping[str, Any],
    *,
    level: float = 0.95,
    method: str = 'agresti_caffo',
) -> Any:
    """First minus second share with z, p and interval; Agresti-Caffo or Wald.

        first: object. successes and total.
        second: object. the share to subtract.
        level: number, default 0.95. level of the interval, 0.95 for 95 %.
        method: text, default 'agresti_caffo'. agresti_caffo or wald.
    """

def share_difference_interval(
    first: Mapping[str, Any],
    second: Mapping[str, Any],
    *,
    level: float = 0.95,
) -> Any:
    """Newcombe's interval of first minus second share, within -1..=1.

        first: object. successes and total.
        second: object. the share to subtract.
        level: number, default 0.95. level of the interval, 0.95 for 95 %.
    """

def compare_means(
    first: Mapping[str, Any],
    second: Mapping[str, Any],
    *,
    level: float = 0.95,
) -> Any:
    """First minus second mean with Welch's t, p and interval.

        first: object. n, sum and sum_of_squares.
        second: object. the sums of the mean to subtract.
        level: number, default 0.95. level of the interval, 0.95 for 95 %.
    """

def compare_paired_nets(
    table: Any,
    *,
    level: float = 0.95,
) -> Any:
    """Net score after minus before, of the same respondents asked twice.

        table: array of arrays of integers. 3 by 3: rows class before, columns class after; negative, neutral, positive.
        level: number, default 0.95. level of the interval, 0.95 for 95 %.
    """

def permutation_test_nets(
    first: Mapping[str, Any],
    second: Mapping[str, Any],
) -> Any:
    """Exact test of two small net scores over all ways to deal the same answers.

        first: object. counts: negative, neutral, positive.
        second: object. the counts to subtract.
    """

def wave_trend(
    times: Any,
    waves: Any,
) -> Any:
    """Weighted slope of scores over time, with p and lack of fit.

        times: array of numbers. time of each wave, in any unit.
        waves: array of objects. value, variance (the squared standard error) and n of each.
    """

def holm(
    p_values: Any,
) -> Any:
    """Adjusted p-values that keep the chance of any false alarm (Holm).

        p_values: array of numbers. one per test.
    """

def benjamini_hochberg(
    p_values: Any,
) -> Any:
    """Adjusted p-values that keep the share of false alarms (Benjamini-Hochberg).

        p_values: array of numbers. one per test.
    """

def shrink(
    segments: Any,
) -> Any:
    """Segments drawn to their common mean by as much as they may owe to chance.

        segments: array of objects. value, variance (the squared standard error) and n of each.
    """

def shrink_nets(
    segments: Any,
) -> Any:
    """Net scores of segments drawn to their common mean, with 3 answers added to each.

        segments: array of objects. counts of each: negative, neutral, positive.
    """

def sample_size_net(
    margin: float,
    *,
    variance: float = 1.0,
    level: float = 0.95,
    population: int | None = None,
) -> Any:
    """Answers needed for a net score within a margin.

        margin: number. half the width of the interval.
        variance: number, default 1.0. variance of one answer; 1 at worst, typically 0.6 to 0.7.
        level: number, default 0.95. level of the interval, 0.95 for 95 %.
        population: integer, default None. size of the finite population; null if unbounded.
    """

def sample_size_share(
    margin: float,
    *,
    share: float = 0.5,
    level: float = 0.95,
    population: int | None = None,
) -> Any:
    """Answers needed for a share within a margin.

        margin: number. half the width of the interval.
        share: number, default 0.5. share expected; 0.5 at worst.
        level: number, default 0.95. level of the interval, 0.95 for 95 %.
        population: integer, default None. size of the finite population; null if unbounded.
    """

def sample_size_mean(
    margin: float,
    standard_deviation: float,
    *,
    level: float = 0.95,
    population: int | None = None,
) -> Any:
    """Answers needed for a mean within a margin.

        margin: number. half the width of the interval.
        standard_deviation: number. standard deviation of one answer.
        level: number, default 0.95. level of the interval, 0.95 for 95 %.
        population: integer, default None. size of the finite population; null if unbounded.
    """

def sample_size_net_difference(
    difference: float,
    *,
    first_variance: float = 1.0,
    second_variance: float = 1.0,
    level: float = 0.95,
    power: float = 0.8,
) -> Any:
    """Answers needed in each of two groups to find a difference of net scores.

        difference: number. true difference to be found.
        first_variance: number, default 1.0. variance of one answer; 1 at worst, typically 0.6 to 0.7.
        second_variance: number, default 1.0. variance of one answer; 1 at worst, typically 0.6 to 0.7.
        level: number, default 0.95. level of the interval, 0.95 for 95 %.
        power: number, default 0.8. chance to find the difference.
    """

def sample_size_share_difference(
    first_share: float,
    second_share: float,
    *,
    level: float = 0.95,
    power: float = 0.8,
) -> Any:
    """Answers needed in each of two groups to tell two shares apart.

        first_share: number. share expected in the first.
        second_share: number. share expected in the second.
        level: number, default 0.95. level of the interval, 0.95 for 95 %.
        power: number, default 0.8. chance to find the difference.
    """

def sample_size_mean_difference(
    difference: float,
    first_standard_deviation: float,
    second_standard_deviation: float,
    *,
    level: float = 0.95,
    power: float = 0.8,
) -> Any:
    """Answers needed in each of two groups to find a difference of means.

        difference: number. true difference to be found.
        first_standard_deviation: number. of one answer in the first group.
        second_standard_deviation: number. of one answer in the second group.
        level: number, default 0.95. level of the interval, 0.95 for 95 %.
        power: number, default 0.8. chance to find the difference.
    """

def margin_net(
    n: int,
    *,
    variance: float = 1.0,
    level: float = 0.95,
    population: int | None = None,
) -> Any:
    """The margin that so many answers give a net score.

        n: integer. answers (in each group).
        variance: number, default 1.0. variance of one answer; 1 at worst, typically 0.6 to 0.7.
        level: number, default 0.95. level of the interval, 0.95 for 95 %.
        population: integer, default None. size of the finite population; null if unbounded.
    """

def margin_share(
    n: int,
    *,
    share: float = 0.5,
    level: float = 0.95,
    population: int | None = None,
) -> Any:
    """The margin that so many answers give a share.

        n: integer. answers (in each group).
        share: number, default 0.5. share expected; 0.5 at worst.
        level: number, default 0.95. level of the interval, 0.95 for 95 %.
        population: integer, default None. size of the finite population; null if unbounded.
    """

def margin_mean(
    n: int,
    standard_deviation: float,
    *,
    level: float = 0.95,
    population: int | None = None,
) -> Any:
    """The margin that so many answers give a mean.

        n: integer. answers (in each group).
        standard_deviation: number. standard deviation of one answer.
        level: number, default 0.95. level of the interval, 0.95 for 95 %.
        population: integer, default None. size of the finite population; null if unbounded.
    """

def power_net_difference(
    difference: float,
    n: int,
    *,
    first_variance: float = 1.0,
    second_variance: float = 1.0,
    level: float = 0.95,
) -> Any:
    """The chance that so many answers a group find a difference of net scores.

        difference: number. true difference to be found.
        n: integer. answers (in each group).
        first_variance: number, default 1.0. variance of one answer; 1 at worst, typically 0.6 to 0.7.
        second_variance: number, default 1.0. variance of one answer; 1 at worst, typically 0.6 to 0.7.
        level: number, default 0.95. level of the interval, 0.95 for 95 %.
    """

def power_share_difference(
    first_share: float,
    second_share: float,
    n: int,
    *,
    level: float = 0.95,
) -> Any:
    """The chance that so many answers a group tell two shares apart.

        first_share: number. share expected in the first.
        second_share: number. share expected in the second.
        n: integer. answers (in each group).
        level: number, default 0.95. level of the interval, 0.95 for 95 %.
    """

def power_mean_difference(
    difference: float,
    n: int,
    first_standard_deviation: float,
    second_standard_deviation: float,
    *,
    level: float = 0.95,
) -> Any:
    """The chance that so many answers a group find a difference of means.

        difference: number. true difference to be found.
        n: integer. answers (in each group).
        first_standard_deviation: number. of one answer in the first group.
        second_standard_deviation: number. of one answer in the second group.
        level: number, default 0.95. level of the interval, 0.95 for 95 %.
    """

def weighted_net(
    negative: Mapping[str, Any],
    neutral: Mapping[str, Any],
    positive: Mapping[str, Any],
    *,
    level: float = 0.95,
) -> Any:
    """Weighted net score: linearised error, effective n, design effect, interval.

        negative: object. n, weight (sum of weights) and weight_squared (sum of squares).
        neutral: object. n, weight (sum of weights) and weight_squared (sum of squares).
        positive: object. n, weight (sum of weights) and weight_squared (sum of squares).
        level: number, default 0.95. level of the interval, 0.95 for 95 %.
    """

def weighted_share(
    failures: Mapping[str, Any],
    successes: Mapping[str, Any],
    *,
    level: float = 0.95,
) -> Any:
    """Weighted share: linearised error, effective n, design effect, interval.

        failures: object. n, weight (sum of weights) and weight_squared (sum of squares).
        successes: object. n, weight (sum of weights) and weight_squared (sum of squares).
        level: number, default 0.95. level of the interval, 0.95 for 95 %.
    """

def weighted_mean(
    bins: Any,
    *,
    level: float = 0.95,
) -> Any:
    """Weighted mean: linearised error, effective n, design effect, interval.

        bins: array of objects. value, n, weight and weight_squared of each.
        level: number, default 0.95. level of the interval, 0.95 for 95 %.
    """

def post_stratify(
    population_shares: Any,
    strata: Any,
) -> Any:
    """Strata put together in the shares that they have in the population.

        population_shares: array of numbers. share of each stratum; they add up to 1.
        strata: array of objects. value, variance and n of each.
    """

def post_stratify_nets(
    population_shares: Any,
    strata: Any,
) -> Any:
    """Net scores of strata put together in their shares of the population.

        population_shares: array of numbers. share of each stratum; they add up to 1.
        strata: array of objects. counts of each: negative, neutral, positive.
    """

def rake(
    weights: Any,
    margins: Any,
    *,
    tolerance: float = 1e-09,
    max_iterations: int = 500,
    lowest_weight: float | None = None,
    highest_weight: float | None = None,
) -> Any:
    """Weights that make a sample's margins those of the population.

        weights: array of numbers. starting weight of every respondent.
        margins: array of objects. codes (per respondent) and targets of each.
        tolerance: number, default 1e-09. largest relative deviation from a target.
        max_iterations: integer, default 500. rounds after which it has not converged.
        lowest_weight: number, default None. lowest weight, in mean weights; null for none.
        highest_weight: number, default None. highest weight, in mean weights; null for none.
    """

def rake_table(
    table: Any,
    rows: Any,
    columns: Any,
    *,
    tolerance: float = 1e-09,
    max_iterations: int = 500,
) -> Any:
    """A two-way table raked to the sums of its rows and columns.

        table: array of arrays of numbers. the cells, row by row.
        rows: array of numbers. target of every row.
        columns: array of numbers. target of every column.
        tolerance: number, default 1e-09. largest relative deviation from a target.
        max_iterations: integer, default 500. rounds after which it has not converged.
    """

def non_response_bounds_net(
    negative: int,
    neutral: int,
    positive: int,
    missing: int,
) -> Any:
    """Lowest and highest net score there could be, had everyone asked answered.

        negative: integer. answers that count −1 (detractors).
        neutral: integer. answers that count 0 (passives).
        positive: integer. answers that count +1 (promoters).
        missing: integer. people asked who did not answer.
    """

def non_response_bounds_share(
    successes: int,
    total: int,
    missing: int,
) -> Any:
    """Lowest and highest share there could be, had everyone asked answered.

        successes: integer. answers that qualify.
        total: integer. all answers.
        missing: integer. people asked who did not answer.
    """

def non_response_bounds_mean(
    n: int,
    sum: int,
    sum_of_squares: int,
    missing: int,
    lowest: float,
    highest: float,
) -> Any:
    """Lowest and highest mean there could be, had everyone asked answered.

        n: integer. answers.
        sum: integer. sum of the answers.
        sum_of_squares: integer. sum of the squared answers.
        missing: integer. people asked who did not answer.
        lowest: number. low end of the scale.
        highest: number. high end of the scale.
    """

def round_ratio(
    numerator: int,
    denominator: int,
    *,
    decimals: int = 0,
    ties: str = 'half_away_from_zero',
) -> Any:
    """A ratio of whole numbers at so many decimals, rounded once.

        numerator: integer. numerator.
        denominator: integer. denominator; 0 gives null.
        decimals: integer, default 0. digits after the point.
        ties: text, default 'half_away_from_zero'. half_away_from_zero or half_to_even.
    """

def round_shares(
    counts: Any,
    *,
    decimals: int = 0,
) -> Any:
    """Counts as percentages that add up to exactly 100.

        counts: array of integers. answers of each kind.
        decimals: integer, default 0. digits after the point.
    """

def concentration(
    values: Any,
    *,
    top: float = 0.1,
    share: float = 0.8,
) -> Any:
    """How much of the value comes from how few customers: Gini, top share, key customers.

        values: array of numbers. one value a customer, none negative.
        top: number, default 0.1. part of the customers, the best first.
        share: number, default 0.8. part of the value that key customers make.
    """

def lorenz_curve(
    values: Any,
    *,
    steps: int = 100,
) -> Any:
    """The share of the value that the customers of lowest value bring, as a curve.

        values: array of numbers. one value a customer, none negative.
        steps: integer, default 100. points of the curve after (0, 0).
    """

def rfm_scores(
    since_last: Any,
    purchases: Any,
    spend: Any,
    *,
    rules: Mapping[str, Any] | None = None,
    segments: Any | None = None,
) -> Any:
    """Recency, frequency and monetary scores with the segments named after them.

        since_last: array of numbers. time since the last purchase.
        purchases: array of numbers. purchases, the first included.
        spend: array of numbers. spend, total or mean.
        rules: object, default None. rule of each score; null for quintiles.
        segments: array of objects, default None. boxes of scores; null for the standard.
    """

def contribution(
    revenue: Any,
    *,
    costs: Any | None = None,
    service_costs: Any | None = None,
    groups: Any | None = None,
) -> Any:
    """Revenue, margin and contribution so far, in all and by group; whole minor units.

        revenue: array of integers. what each customer paid.
        costs: array of integers, default None. what that cost.
        service_costs: array of integers, default None. what serving them cost.
        groups: array of texts, default None. group of each row; null for the total alone.
    """

def customer_equity(
    retention: Any,
    *,
    acquisition: Any | None = None,
    development: Any | None = None,
    customers: Any | None = None,
    groups: Any | None = None,
) -> Any:
    """The value of all customers by its source: acquisition, retention, development.

        retention: array of numbers. discounted margin of purchases to come.
        acquisition: array of numbers, default None. first margin less cost of winning.
        development: array of numbers, default None. what selling more adds.
        customers: array of numbers, default None. customers each row stands for.
        groups: array of texts, default None. group of each row; null for the total alone.
    """

def cohort_equity(
    prospects: float,
    acquisition_rate: float,
    first_margin: float,
    retention_rate: float,
    margin: float,
    *,
    acquisition_cost: float = 0,
    retention_cost: float = 0,
    added_margin: float = 0,
    development_cost: float = 0,
    discount_rate: float = 0,
    periods: int | None = None,
    starts_in: int = 0,
) -> Any:
    """What customers still to be won are worth today, by its source.

        prospects: number. prospects who are approached.
        acquisition_rate: number. part of them that is won.
        first_margin: number. margin of the first purchase of one who is won.
        acquisition_cost: number, default 0. cost of approaching one prospect, won or not.
        retention_rate: number. part that is kept from one period to the next.
        margin: number. margin of a customer in a period after the first.
        retention_cost: number, default 0. cost of keeping a customer for a period.
        added_margin: number, default 0. what selling more adds to the margin of a period.
        development_cost: number, default 0. cost of selling more to a customer in a period.
        discount_rate: number, default 0. rate of interest per period.
        periods: integer, default None. periods after the first that count; null for all.
        starts_in: integer, default 0. periods until the cohort is won.
    """

def discount_rate(
    rate: float,
    *,
    per: str = 'year',
    compounding: str = 'discrete',
    unit: str = 'week',
) -> Any:
    """A rate of interest as the continuous rate per unit of a model.

        rate: number. 0.15 for 15 %.
        per: text, default 'year'. what the rate is stated for: year or unit.
        compounding: text, default 'discrete'. discrete (effective) or continuous.
        unit: text, default 'week'. unit of the model: day, week, month or year.
    """

def kaplan_meier(
    durations: Any,
    observed: Any,
    *,
    entries: Any | None = None,
    counts: Any | None = None,
    definition: Mapping[str, Any] | None = None,
    start_time: float | None = None,
    times: Any | None = None,
    level: float = 0.95,
    method: str | None = None,
) -> Any:
    """Share that is still there at each time, with Greenwood's interval.

        durations: array of numbers. how long each was watched.
        observed: array of numbers. 1 where the event was seen, 0 where not.
        entries: array of numbers, default None. age at the first look; null for all from 0.
        counts: array of integers, default None. lifetimes each row stands for; null for one.
        definition: object, default None. clock and causes as for the calculator lifetimes.
        start_time: number, default None. read the curve of those who stayed longer than this.
        times: array of numbers, default None. times to read at; null for all at which any left.
        level: number, default 0.95. level of the interval, 0.95 for 95 %.
        method: text, default None. name of the method; null for the default of the measure.
    """

def survival_quantile(
    durations: Any,
    observed: Any,
    *,
    entries: Any | None = None,
    counts: Any | None = None,
    definition: Mapping[str, Any] | None = None,
    start_time: float | None = None,
    probability: float = 0.5,
    flat: str = 'middle',
    level: float = 0.95,
    method: str | None = None,
) -> Any:
    """Time by which a share has left, with its limits.

        durations: array of numbers. how long each was watched.
        observed: array of numbers. 1 where the event was seen, 0 where not.
        entries: array of numbers, default None. age at the first look; null for all from 0.
        counts: array of integers, default None. lifetimes each row stands for; null for one.
        definition: object, default None. clock and causes as for the calculator lifetimes.
        start_time: number, default None. read the curve of those who stayed longer than this.
        probability: number, default 0.5. the share that has left.
        flat: text, default 'middle'. where the curve is flat: middle or earliest.
        level: number, default 0.95. level of the interval, 0.95 for 95 %.
        method: text, default None. name of the method; null for the default of the measure.
    """

def restricted_mean(
    durations: Any,
    observed: Any,
    horizon: float,
    *,
    entries: Any | None = None,
    counts: Any | None = None,
    definition: Mapping[str, Any] | None = None,
    start_time: float | None = None,
    level: float = 0.95,
) -> Any:
    """Mean time spent before a horizon, with its standard error.

        durations: array of numbers. how long each was watched.
        observed: array of numbers. 1 where the event was seen, 0 where not.
        entries: array of numbers, default None. age at the first look; null for all from 0.
        counts: array of integers, default None. lifetimes each row stands for; null for one.
        definition: object, default None. clock and causes as for the calculator lifetimes.
        start_time: number, default None. read the curve of those who stayed longer than this.
        horizon: number. the horizon, in units of time.
        level: number, default 0.95. level of the interval, 0.95 for 95 %.
    """

def conditional_survival(
    durations: Any,
    observed: Any,
    stayed: float,
    until: float,
    *,
    entries: Any | None = None,
    counts: Any | None = None,
    definition: Mapping[str, Any] | None = None,
    start_time: float | None = None,
) -> Any:
    """Share of those who stayed longer than one time that stays longer than another.

        durations: array of numbers. how long each was watched.
        observed: array of numbers. 1 where the event was seen, 0 where not.
        entries: array of numbers, default None. age at the first look; null for all from 0.
        counts: array of integers, default None. lifetimes each row stands for; null for one.
        definition: object, default None. clock and causes as for the calculator lifetimes.
        start_time: number, default None. read the curve of those who stayed longer than this.
        stayed: number. the time already stayed.
        until: number. the later time.
    """

def nelson_aalen(
    durations: Any,
    observed: Any,
    *,
    entries: Any | None = None,
    counts: Any | None = None,
    definition: Mapping[str, Any] | None = None,
    ties: str = 'together',
    times: Any | None = None,
    level: float = 0.95,
    method: str | None = None,
) -> Any:
    """Cumulative hazard at each time, with its interval.

        durations: array of numbers. how long each was watched.
        observed: array of numbers. 1 where the event was seen, 0 where not.
        entries: array of numbers, default None. age at the first look; null for all from 0.
        counts: array of integers, default None. lifetimes each row stands for; null for one.
        definition: object, default None. clock and causes as for the calculator lifetimes.
        ties: text, default 'together'. events at one time: together or one_by_one.
        times: array of numbers, default None. times to read at; null for all at which any left.
        level: number, default 0.95. level of the interval, 0.95 for 95 %.
        method: text, default None. name of the method; null for the default of the measure.
    """

def aalen_johansen(
    durations: Any,
    observed: Any,
    causes: Any,
    *,
    entries: Any | None = None,
    counts: Any | None = None,
    definition: Mapping[str, Any] | None = None,
    times: Any | None = None,
    level: float = 0.95,
    method: str | None = None,
) -> Any:
    """Share that has left for each cause, with its interval.

        durations: array of numbers. how long each was watched.
        observed: array of numbers. 1 where the event was seen, 0 where not.
        causes: array of keys. the cause of each event.
        entries: array of numbers, default None. age at the first look; null for all from 0.
        counts: array of integers, default None. lifetimes each row stands for; null for one.
        definition: object, default None. clock and causes as for the calculator lifetimes.
        times: array of numbers, default None. times to read at; null for all at which any left.
        level: number, default 0.95. level of the interval, 0.95 for 95 %.
        method: text, default None. name of the method; null for the default of the measure.
    """

def life_table(
    durations: Any,
    observed: Any,
    cuts: Any,
    *,
    entries: Any | None = None,
    counts: Any | None = None,
    definition: Mapping[str, Any] | None = None,
) -> Any:
    """Survival by intervals of tenure, those last seen within one counting half.

        durations: array of numbers. how long each was watched.
        observed: array of numbers. 1 where the event was seen, 0 where not.
        cuts: array of numbers. ends of the bands, ascending.
        entries: array of numbers, default None. age at the first look; null for all from 0.
        counts: array of integers, default None. lifetimes each row stands for; null for one.
        definition: object, default None. clock and causes as for the calculator lifetimes.
    """

def tenure_rates(
    durations: Any,
    observed: Any,
    cuts: Any,
    *,
    entries: Any | None = None,
    counts: Any | None = None,
    definition: Mapping[str, Any] | None = None,
) -> Any:
    """Events per unit of time at risk, in bands of tenure.

        durations: array of numbers. how long each was watched.
        observed: array of numbers. 1 where the event was seen, 0 where not.
        cuts: array of numbers. ends of the bands, ascending.
        entries: array of numbers, default None. age at the first look; null for all from 0.
        counts: array of integers, default None. lifetimes each row stands for; null for one.
        definition: object, default None. clock and causes as for the calculator lifetimes.
    """

def event_rate_interval(
    events: int,
    exposure: float,
    *,
    level: float = 0.95,
    method: str | None = None,
) -> Any:
    """Exact Poisson interval of a rate of events.

        events: integer. events.
        exposure: number. time at risk.
        level: number, default 0.95. level of the interval, 0.95 for 95 %.
        method: text, default None. name of the method; null for the default of the measure.
    """

def compare_event_rates(
    first: Mapping[str, Any],
    second: Mapping[str, Any],
    *,
    level: float = 0.95,
) -> Any:
    """First minus second of two rates of events, with test and interval.

        first: object. events and exposure.
        second: object. events and exposure.
        level: number, default 0.95. level of the interval, 0.95 for 95 %.
    """

def log_rank(
    *,
    groups: Any | None = None,
    strata: Any | None = None,
    weight: str = 'log_rank',
    rho: float = 0.0,
    gamma: float = 0.0,
) -> Any:
    """Test of whether groups leave at the same pace, weighted or within strata.

        groups: array of objects, default None. columns of each group.
        strata: array of arrays, default None. columns of each group in each stratum.
        weight: text, default 'log_rank'. log_rank, gehan_wilcoxon, tarone_ware or fleming_harrington.
        rho: number, default 0.0. power of S, for fleming_harrington.
        gamma: number, default 0.0. power of 1 - S, for fleming_harrington.
    """

def discrete_hazard(
    groups: Any,
    *,
    basis: Any = 'constant',
    link: str = 'logit',
) -> Any:
    """Chance to leave at each tick as a function of tenure and group.

        groups: array of objects. columns and covariates of each group.
        basis: text or object, default 'constant'. constant, linear, log, {"polynomial": k} or {"bands": [cuts]}.
        link: text, default 'logit'. logit or cloglog.
    """

def cox(
    durations: Any,
    observed: Any,
    covariates: Mapping[str, Any],
    *,
    entries: Any | None = None,
    strata: Any | None = None,
    weights: Any | None = None,
    clusters: Any | None = None,
    ties: str = 'efron',
    robust: Any = False,
    level: float = 0.95,
) -> Any:
    """Cox regression: by how much covariates multiply the hazard of leaving.

        durations: array of numbers. how long each was watched.
        observed: array of numbers. 1 where the end was seen, 0 where not.
        covariates: object. an array of numbers for each covariate, by name.
        entries: array of numbers, default None. age at the first look; null for all from 0.
        strata: array of keys, default None. groups with hazards of their own.
        weights: array of numbers, default None. how much each counts.
        clusters: array of keys, default None. rows that belong together, for robust errors.
        ties: text, default 'efron'. efron or breslow.
        robust: boolean, default False. whether each row is a cluster of its own.
        level: number, default 0.95. level of the interval, 0.95 for 95 %.
    """

def cox_survival(
    durations: Any,
    observed: Any,
    covariates: Mapping[str, Any],
    at: Any,
    times: Any,
    *,
    entries: Any | None = None,
    strata: Any | None = None,
    weights: Any | None = None,
    clusters: Any | None = None,
    ties: str = 'efron',
    robust: Any = False,
    stratum: Any | None = None,
    level: float = 0.95,
    method: str | None = None,
) -> Any:
    """Curve of a customer with given covariates, by Cox regression.

        durations: array of numbers. how long each was watched.
        observed: array of numbers. 1 where the end was seen, 0 where not.
        covariates: object. an array of numbers for each covariate, by name.
        at: array of numbers. the covariates of the customer.
        times: array of numbers. times to read at.
        entries: array of numbers, default None. age at the first look; null for all from 0.
        strata: array of keys, default None. groups with hazards of their own.
        weights: array of numbers, default None. how much each counts.
        clusters: array of keys, default None. rows that belong together, for robust errors.
        ties: text, default 'efron'. efron or breslow.
        robust: boolean, default False. whether each row is a cluster of its own.
        stratum: key, default None. whose baseline; null where there is one.
        level: number, default 0.95. level of the interval, 0.95 for 95 %.
        method: text, default None. name of the method; null for the default of the measure.
    """

def cox_proportionality(
    durations: Any,
    observed: Any,
    covariates: Mapping[str, Any],
    *,
    entries: Any | None = None,
    strata: Any | None = None,
    weights: Any | None = None,
    clusters: Any | None = None,
    ties: str = 'efron',
    robust: Any = False,
    transform: str = 'kaplan_meier',
) -> Any:
    """Test of whether the coefficients of a Cox regression change over time.

        durations: array of numbers. how long each was watched.
        observed: array of numbers. 1 where the end was seen, 0 where not.
        covariates: object. an array of numbers for each covariate, by name.
        entries: array of numbers, default None. age at the first look; null for all from 0.
        strata: array of keys, default None. groups with hazards of their own.
        weights: array of numbers, default None. how much each counts.
        clusters: array of keys, default None. rows that belong together, for robust errors.
        ties: text, default 'efron'. efron or breslow.
        robust: boolean, default False. whether each row is a cluster of its own.
        transform: text, default 'kaplan_meier'. kaplan_meier, identity, log or rank.
    """

def annualized_churn(
    rate: float,
    periods: float,
) -> Any:
    """The share that is lost over several periods, each losing the same share.

        rate: number. share lost in one period.
        periods: number. periods: 12 for the year of a monthly rate.
    """

def expected_lifetime(
    rate: float,
) -> Any:
    """The mean lifetime in periods, where each loses the same share; null without loss.

        rate: number. share lost in one period.
    """

def key_drivers(
    outcome: Any,
    drivers: Mapping[str, Any],
    *,
    level: float = 0.95,
) -> Any:
    """Regression of an outcome on its drivers, with intervals and collinearity.

        outcome: array of numbers. the outcome; null is missing.
        drivers: object. the drivers' columns by name, as long as the outcome.
        level: number, default 0.95. level of the interval, 0.95 for 95 %.
    """

def lmg(
    outcome: Any,
    drivers: Mapping[str, Any],
    *,
    level: float = 0.95,
    replicates: int = 0,
    seed: int = 0,
) -> Any:
    """R² shared out among the drivers by Shapley's value (LMG).

        outcome: array of numbers. the outcome; null is missing.
        drivers: object. the drivers' columns by name, as long as the outcome.
        level: number, default 0.95. level of the interval, 0.95 for 95 %.
        replicates: integer, default 0. bootstrap replicates; 0 gives no intervals.
        seed: integer, default 0. seed of the bootstrap.
    """

def relative_weights(
    outcome: Any,
    drivers: Mapping[str, Any],
    *,
    level: float = 0.95,
    replicates: int = 0,
    seed: int = 0,
) -> Any:
    """R² shared out among the drivers by Johnson's relative weights.

        outcome: array of numbers. the outcome; null is missing.
        drivers: object. the drivers' columns by name, as long as the outcome.
        level: number, default 0.95. level of the interval, 0.95 for 95 %.
        replicates: integer, default 0. bootstrap replicates; 0 gives no intervals.
        seed: integer, default 0. seed of the bootstrap.
    """

def penalty_reward_contrast(
    outcome: Any,
    drivers: Mapping[str, Any],
    bottom_max: float,
    top_min: float,
    *,
    level: float = 0.95,
) -> Any:
    """What each driver's bottom box costs and its top box earns.

        outcome: array of numbers. the outcome; null is missing.
        drivers: object. the drivers' columns by name, as long as the outcome.
        bottom_max: number. the highest value of the bottom box.
        top_min: number. the lowest value of the top box.
        level: number, default 0.95. level of the interval, 0.95 for 95 %.
    """

def importance_performance(
    names: Any,
    importance: Any,
    performance: Any,
    *,
    cross_hairs: str = 'means',
) -> Any:
    """Drivers by importance and performance: four quadrants, and the gap.

        names: array of texts. the drivers.
        importance: array of numbers. one a driver.
        performance: array of numbers. one a driver.
        cross_hairs: text, default 'means'. means or medians.
    """

def difference_in_differences(
    treated_before: Mapping[str, Any],
    treated_after: Mapping[str, Any],
    control_before: Mapping[str, Any],
    control_after: Mapping[str, Any],
    *,
    level: float = 0.95,
) -> Any:
    """Change of the treated minus change of the others, of four means.

        treated_before: object. n, sum and sum_of_squares.
        treated_after: object. n, sum and sum_of_squares.
        control_before: object. n, sum and sum_of_squares.
        control_after: object. n, sum and sum_of_squares.
        level: number, default 0.95. level of the interval, 0.95 for 95 %.
    """

def difference_in_differences_nets(
    treated_before: Mapping[str, Any],
    treated_after: Mapping[str, Any],
    control_before: Mapping[str, Any],
    control_after: Mapping[str, Any],
    *,
    level: float = 0.95,
) -> Any:
    """Change of the treated minus change of the others, of four net scores.

        treated_before: object. counts: negative, neutral, positive.
        treated_after: object. counts: negative, neutral, positive.
        control_before: object. counts: negative, neutral, positive.
        control_after: object. counts: negative, neutral, positive.
        level: number, default 0.95. level of the interval, 0.95 for 95 %.
    """

def difference_in_differences_paired(
    treated: Mapping[str, Any],
    control: Mapping[str, Any],
    *,
    level: float = 0.95,
) -> Any:
    """Change of the treated minus change of the others, each customer seen twice.

        treated: object. n, sum_before, sum_after, sum_of_squares_before, sum_of_squares_after, sum_of_products.
        control: object. the same of the others.
        level: number, default 0.95. level of the interval, 0.95 for 95 %.
    """

def cuped(
    treated: Mapping[str, Any],
    control: Mapping[str, Any],
    *,
    level: float = 0.95,
) -> Any:
    """Treated minus control, with what the values before foretold taken off.

        treated: object. n, sum_before, sum_after, sum_of_squares_before, sum_of_squares_after, sum_of_products.
        control: object. the same of the others.
        level: number, default 0.95. level of the interval, 0.95 for 95 %.
    """

def net_change(
    segments: Any,
    *,
    weighting: str = 'midpoint',
) -> Any:
    """A change of a net score taken apart by segments: by their shares, and by their answers.

        segments: array of objects. before and after of each, as counts.
        weighting: text, default 'midpoint'. midpoint or base.
    """

def earned_growth(
    before: int,
    returning: int,
    earned_new: int,
    bought_new: int,
) -> Any:
    """Growth by customers who stay, buy more and recommend, and its part of all growth.

        before: integer. revenue of the period before, in whole units.
        returning: integer. revenue now of the customers of that period.
        earned_new: integer. revenue now of new customers by recommendation.
        bought_new: integer. revenue now of all other new customers.
    """

def time_decay(
    touchpoints: Any,
    ages: Any,
    half_life: float,
    *,
    conversions: Any | None = None,
    values: Any | None = None,
    level: float = 0.95,
) -> Any:
    """Attribution of journeys with times: half as much for every half-life before the conversion.

        touchpoints: array of arrays of texts. of each journey, the touchpoints in any order.
        ages: array of arrays of numbers. of each journey, the time from each touchpoint to the conversion.
        half_life: number. in the unit of the ages.
        conversions: array of integers, default None. conversions of each journey; null for one each.
        values: array of integers, default None. value of each journey in minor units; null where it is not known.
        level: number, default 0.95. level of the interval, 0.95 for 95 %.
    """

def standard_catalogue(
) -> Any:
    """Stages, channels and touchpoints to start from, among them physical ones."""

def check_catalogue(
    catalogue: Mapping[str, Any],
) -> Any:
    """A catalogue with its defaults filled in; refuses one that contradicts itself.

        catalogue: object. stages, channels, touchpoints, segments, journey_maps, goals, measures.
    """

def journey_deviation(
    planned: Any,
    journeys: Any,
) -> Any:
    """Steps left out, added, repeated, in another order or on another channel than planned.

        planned: array of steps. touchpoints, or objects of touchpoint and channel, in their order.
        journeys: array of arrays of steps. the same of each actual journey.
    """
