"""Generated from the lists of the core by tests/stubs.py: `CXM_BLESS=1` rewrites it."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Never, Self, overload

from . import clv as clv
from . import errors as errors
from . import journeys as journeys
from . import plots as plots
from . import stats as stats
from . import survival as survival
from ._attribution import attribution as attribution
from ._calculators import Calculator as Calculator
from ._calculators import FrameCalculator as FrameCalculator
from ._calculators import TableCalculator as TableCalculator
from ._calculators import from_bytes as from_bytes
from ._churn import ChurnRate as ChurnRate
from ._churn import RevenueRetention as RevenueRetention
from ._churn import SubscriptionsReadings
from ._churn import churn_rate as churn_rate
from ._churn import revenue_retention as revenue_retention
from ._cohorts import Cohorts as Cohorts
from ._cohorts import cohorts as cohorts
from ._columns import ColumnTable as ColumnTable
from ._curves import LifetimesReadings
from ._predictions import PredictionReadings
from ._cxm import Snapshot
from ._cxm import __version__ as __version__
from ._journey_stream import JourneyStreamReadings
from ._journeys import JourneysReadings
from ._one_shot import compare as compare
from ._results import Comparison as Comparison
from ._results import Interval as Interval
from ._results import Record as Record
from ._results import Report as Report
from .errors import CxmError as CxmError
from .table import Keyed as Keyed
from .table import Table as Table

__all__ = [
    "Nps",
    "Csat",
    "Ces",
    "StarRating",
    "CxIndex",
    "SecureCustomerIndex",
    "PairedNps",
    "EmotionalValue",
    "DriverMoments",
    "ResponseRate",
    "ResponseLedger",
    "CustomerSummaries",
    "Activity",
    "PurchasePatterns",
    "PredictionScores",
    "Journeys",
    "JourneyStream",
    "Lifetimes",
    "AttributionPaths",
    "Subscriptions",
    "NpsReport",
    "CsatReport",
    "CesReport",
    "StarRatingReport",
    "CxIndexReport",
    "SecureCustomerIndexReport",
    "PairedNpsReport",
    "EmotionalValueReport",
    "DriverMomentsReport",
    "ResponseRateReport",
    "ResponseLedgerReport",
    "CustomerSummariesReport",
    "ActivityReport",
    "PurchasePatternsReport",
    "PredictionScoresReport",
    "JourneysReport",
    "JourneyStreamReport",
    "LifetimesReport",
    "AttributionPathsReport",
    "SubscriptionsReport",
    "nps",
    "csat",
    "ces",
    "star_rating",
    "cx_index",
    "secure_customer_index",
    "paired_nps",
    "emotional_value",
    "driver_moments",
    "response_rate",
    "response_ledger",
    "customer_summaries",
    "activity",
    "purchase_patterns",
    "score_predictions",
    "lifetimes",
    "attribution_paths",
    "subscriptions",
    "Calculator",
    "ChurnRate",
    "Cohorts",
    "ColumnTable",
    "Comparison",
    "CxmError",
    "Interval",
    "Keyed",
    "Record",
    "Report",
    "RevenueRetention",
    "Table",
    "TableCalculator",
    "__version__",
    "attribution",
    "churn_rate",
    "clv",
    "cohorts",
    "compare",
    "errors",
    "from_bytes",
    "journeys",
    "plots",
    "revenue_retention",
    "stats",
    "survival",
]

class NpsReport(Report):
    """What a reading of Nps returns: Net Promoter Score: promoters minus detractors, in points."""
    score: float | None
    promoters: int
    passives: int
    detractors: int
    promoter_share: float | None
    passive_share: float | None
    detractor_share: float | None
    mean: float | None
    missing: int
    dont_know: int
    out_of_range: int
    non_integer: int
    duplicates: int
    invalid: int
    observations: int
    effective_responses: float | None
    design_effect: float | None
    histogram: list[int]
    definition: dict[str, Any]

class CsatReport(Report):
    """What a reading of Csat returns: customer satisfaction: share of the top boxes, mean, net."""
    score: float | None
    share: float | None
    mean: float | None
    net: float | None
    rescaled_mean: float | None
    percent_of_maximum: float | None
    good_share: float | None
    top: int
    middle: int
    bottom: int
    missing: int
    dont_know: int
    out_of_range: int
    non_integer: int
    duplicates: int
    invalid: int
    observations: int
    effective_responses: float | None
    design_effect: float | None
    histogram: list[int]
    definition: dict[str, Any]

class CesReport(Report):
    """What a reading of Ces returns: customer effort: share, mean and net of how easy it was."""
    score: float | None
    share: float | None
    mean: float | None
    net: float | None
    rescaled_mean: float | None
    percent_of_maximum: float | None
    good_share: float | None
    top: int
    middle: int
    bottom: int
    missing: int
    dont_know: int
    out_of_range: int
    non_integer: int
    duplicates: int
    invalid: int
    observations: int
    effective_responses: float | None
    design_effect: float | None
    histogram: list[int]
    definition: dict[str, Any]

class StarRatingReport(Report):
    """What a reading of StarRating returns: star ratings: mean, and share of four and five stars."""
    score: float | None
    share: float | None
    mean: float | None
    net: float | None
    rescaled_mean: float | None
    percent_of_maximum: float | None
    good_share: float | None
    top: int
    middle: int
    bottom: int
    missing: int
    dont_know: int
    out_of_range: int
    non_integer: int
    duplicates: int
    invalid: int
    observations: int
    effective_responses: float | None
    design_effect: float | None
    histogram: list[int]
    definition: dict[str, Any]

class CxIndexReport(Report):
    """What a reading of CxIndex returns: CX index: ease, effectiveness and emotion as one score, in points."""
    score: float | None
    items: dict[str, Any]
    respondents: int
    complete: int
    observations: int
    definition: dict[str, Any]

class SecureCustomerIndexReport(Report):
    """What a reading of SecureCustomerIndex returns: customers who are certain on all three questions of loyalty."""
    score: float | None
    secure: int
    favourable: int
    vulnerable: int
    at_risk: int
    favourable_share: float | None
    vulnerable_share: float | None
    at_risk_share: float | None
    incomplete: int
    excluded: list[dict[str, Any]]
    observations: int
    definition: dict[str, Any]

class PairedNpsReport(Report):
    """What a reading of PairedNps returns: NPS of the same customers before and after, and who moved."""
    score: float | None
    before: float | None
    after: float | None
    transitions: list[list[int]]
    improved: int
    worsened: int
    before_only: int
    after_only: int
    neither: int
    excluded: list[dict[str, Any]]
    observations: int
    definition: dict[str, Any]

class EmotionalValueReport(Report):
    """What a reading of EmotionalValue returns: net emotional value: positive emotions minus negative ones."""
    score: float | None
    positive_mean: float | None
    negative_mean: float | None
    positive: list[dict[str, Any]]
    negative: list[dict[str, Any]]
    incomplete: int
    observations: int
    definition: dict[str, Any]

class DriverMomentsReport(Report):
    """What a reading of DriverMoments returns: what drives a score: sums of an outcome and its drivers, read as R²."""
    score: float | None
    adjusted_r_squared: float | None
    degenerate: str | None
    outcome: dict[str, Any]
    drivers: list[dict[str, Any]]
    incomplete: int
    observations: int
    definition: dict[str, Any]

class ResponseRateReport(Report):
    """What a reading of ResponseRate returns: how many of the invited answered, by invitation or by window."""
    score: float | None
    invited: int
    answered: int
    late: int
    non_respondents: int
    invalid: int
    panes: list[dict[str, Any]]
    observations: int
    definition: dict[str, Any]

class ResponseLedgerReport(Report):
    """What a reading of ResponseLedger returns: who answered when, so that nobody is counted twice."""
    score: float | None
    missing: int
    dont_know: int
    out_of_range: int
    non_integer: int
    duplicates: int
    invalid: int
    customers: int
    entries: int
    observations: int
    histogram: list[int]
    definition: dict[str, Any]

class CustomerSummariesReport(Report):
    """What a reading of CustomerSummaries returns: who bought how often, how long ago and for how much."""
    score: float | None
    customers: int
    repeaters: int
    one_time_buyers: int
    customers_after: int
    without_purchase: int
    purchases: int
    purchase_days: int
    same_day_merges: int
    repeat_purchases: int
    refunds: int
    zero_amounts: int
    without_amount: int
    missing_customer: int
    missing_amount: int
    other_currency: int
    no_repeat_spend: int
    frequency_above_age: int
    frequency_spend_correlation: float | None
    first_day: str | None
    last_day: str | None
    until: str | None
    currency: str | None
    observations: int
    definition: dict[str, Any]

class ActivityReport(Report):
    """What a reading of Activity returns: who comes back: retention by cohort, stickiness, inactivity."""
    score: float | None
    watched: int
    retained: int
    customers: int
    customers_after: int
    without_activity: int
    activities: int
    active_ticks: int
    without_amount: int
    refunds: int
    excluded_refunds: int
    missing_customer: int
    first_day: str | None
    last_day: str | None
    until: str | None
    observations: int
    definition: dict[str, Any]

class PurchasePatternsReport(Report):
    """What a reading of PurchasePatterns returns: distinct purchase histories with counts: what a fit reads."""
    score: float | None
    customers: int
    repeaters: int
    one_time_buyers: int
    with_spend: int
    repeat_purchases: int
    patterns: int
    spend_patterns: int
    highest_frequency: int | None
    observations: int
    definition: dict[str, Any]

class PredictionScoresReport(PredictionReadings, Report):
    """What a reading of PredictionScores returns: predicted probabilities against what came: AUC, Brier, lift, calibration."""
    score: float | None
    gini: float | None
    predictions: int
    events: int
    base_rate: float | None
    mean_probability: float | None
    brier: float | None
    brier_skill: float | None
    log_loss: float | None
    infinite_losses: int
    clipped_log_loss: float | None
    calibration_error: float | None
    cells: int
    missing: int
    observations: int
    definition: dict[str, Any]

class JourneysReport(Report):
    """What a reading of Journeys returns: journeys: who met which touchpoint when, and who reached the goal."""
    score: float | None
    customers: int
    journeys: int
    events: int
    converted: int
    dropped: int
    ended: int
    open: int
    touchpoints: int
    channels: int
    length: dict[str, Any]
    duration: dict[str, Any]
    first_time: int | None
    last_time: int | None
    duplicates: int
    conflicting_duplicates: int
    ties: int
    separators: int
    excluded: dict[str, Any]
    observations: int
    definition: dict[str, Any]

class JourneyStreamReport(Report):
    """What a reading of JourneyStream returns: journeys while they happen: bounded state, late events, no history."""
    score: float | None
    customers: int
    journeys: int
    events: int
    converted: int
    dropped: int
    ended: int
    open: int
    touchpoints: int
    channels: int
    length: dict[str, Any]
    duration: dict[str, Any]
    first_time: int | None
    last_time: int | None
    multi_channel: int
    with_channel: int
    switches: int
    channel_pairs: int
    switch_rate: float | None
    waiting: int
    late: int
    duplicates: int
    conflicting_duplicates: int
    ties: int
    separators: int
    excluded: dict[str, Any]
    observations: int
    definition: dict[str, Any]

class LifetimesReport(Report):
    """What a reading of Lifetimes returns: lifetimes: how many stayed how long, and how many leave a unit of time."""
    score: float | None
    median: float | None
    lifetimes: int
    events: int
    censored: int
    late_entries: int
    exposure: float
    longest: float | None
    missing: int
    observations: int
    definition: dict[str, Any]

class AttributionPathsReport(Report):
    """What a reading of AttributionPaths returns: paths of touchpoints, and how their conversions are divided among them."""
    score: float | None
    journeys: int
    conversions: int
    nulls: int
    value: float | None
    paths: int
    touchpoints: int
    longest_path: int | None
    observations: int
    definition: dict[str, Any]

class SubscriptionsReport(SubscriptionsReadings, Report):
    """What a reading of Subscriptions returns: who subscribed from when to when: churn rates, recurring revenue and its retention."""
    score: float | None
    spans: int
    customers: int
    open: int
    without_cause: int
    first_start: int | None
    last_change: int | None
    currency: str | None
    definition: dict[str, Any]

class Nps(Calculator):
    """Net Promoter Score: promoters minus detractors, in points.

    Batches:

        update(ratings, weights=None, counts=None): one rating a row

    Definition, by keyword:

        preset
        scale (default (0, 10))
        missing (default 'exclude')
        invalid (default 'exclude')
        dont_know (default ())
        weighted (default False)
        detractor_max (default 6)
        promoter_min (default 9)

    Presets:

        standard: 0 to 10: 0-6, 7-8, 9-10 (Bain, Qualtrics, Delighted)
        coded_1_to_11: the standard question stored as 1 to 11: 1-7, 8-9, 10-11
        one_to_ten: 1 to 10: 1-6, 7-8, 9-10; biased upwards, since nobody can answer 0
        one_to_five: 1 to 5: 1-3, 4, 5 (ServiceRocket, SurveySensum)
        one_to_five_net: 1 to 5: 1-2, 3, 4-5 (ipiphany Net); a net score, not NPS
        one_to_seven: 1 to 7: 1-4, 5-6, 7 (ServiceRocket)
        one_to_seven_net: 1 to 7: 1-2, 3-5, 6-7 (ipiphany Net)
        faces: three faces: 1, 2, 3 (Beamer, ServiceRocket)
    """
    kind: str
    __signature__: Any
    def __new__(
        cls,
        snapshot: Snapshot | None = None,
        /,
        *,
        preset: str | None = None,
        scale: Sequence[int] | None = ...,
        missing: str | None = ...,
        invalid: str | None = ...,
        dont_know: Sequence[int] | None = ...,
        weighted: bool | None = ...,
        detractor_max: int | None = ...,
        promoter_min: int | None = ...,
        **definition: Never,
    ) -> Self: ...
    def report(
        self, *, level: float | None = ..., method: str | None = ...,
        **options: Never
    ) -> NpsReport: ...
    def value(
        self, *, level: float | None = ..., method: str | None = ...,
        **options: Never
    ) -> NpsReport: ...

class Csat(Calculator):
    """Customer satisfaction: share of the top boxes, mean, net.

    Batches:

        update(ratings, weights=None, counts=None): one rating a row

    Definition, by keyword:

        preset
        scale (default (1, 5))
        missing (default 'exclude')
        invalid (default 'exclude')
        dont_know (default ())
        weighted (default False)
        direction (default 'higher_is_better')
        top_boxes (default 2)
        bottom_boxes (default 2)
        aggregate (default 'share')

    Presets:

        top_two_of_five: share of 4 and 5 on 1 to 5 (Delighted, SoGoSurvey, Simplesat, Nicereply)
        formbricks_three: share of 3 on 1 to 3 (Formbricks)
        formbricks_four: share of 3 and 4 on 1 to 4 (Formbricks)
        formbricks_six: share of 5 and 6 on 1 to 6 (Formbricks)
        formbricks_seven: share of 6 and 7 on 1 to 7 (Formbricks)
        formbricks_ten: share of 8, 9 and 10 on 1 to 10 (Formbricks)
        zendesk_two: good/(good + bad) on 1 to 2 (Zendesk)
        zendesk_three: good/(good + bad) on 1 to 3: 3 is good, 1 and 2 are bad (Zendesk)
        zendesk_five: good/(good + bad) on 1 to 5: 4 and 5 are good, 1 to 3 are bad (Zendesk)
        thumbs: good/(good + bad) of thumbs, 0 down and 1 up (Zendesk, Simplesat)
        mean_of_ten: mean on 1 to 10 (CYS)
        percent_of_maximum: mean in percent of the maximum on 1 to 10 (ServiceRocket); all-1 gives 10, not 0
        rescaled_mean: mean from 0 to 100 on 1 to 5 (POMP)
    """
    kind: str
    __signature__: Any
    def __new__(
        cls,
        snapshot: Snapshot | None = None,
        /,
        *,
        preset: str | None = None,
        scale: Sequence[int] | None = ...,
        missing: str | None = ...,
        invalid: str | None = ...,
        dont_know: Sequence[int] | None = ...,
        weighted: bool | None = ...,
        direction: str | None = ...,
        top_boxes: int | None = ...,
        bottom_boxes: int | None = ...,
        aggregate: str | None = ...,
        **definition: Never,
    ) -> Self: ...
    def report(
        self, *, level: float | None = ..., method: str | None = ...,
        **options: Never
    ) -> CsatReport: ...
    def value(
        self, *, level: float | None = ..., method: str | None = ...,
        **options: Never
    ) -> CsatReport: ...

class Ces(Calculator):
    """Customer effort: share, mean and net of how easy it was.

    Batches:

        update(ratings, weights=None, counts=None): one rating a row

    Definition, by keyword:

        preset
        scale (default (1, 7))
        missing (default 'exclude')
        invalid (default 'exclude')
        dont_know (default ())
        weighted (default False)
        direction (default 'higher_is_better')
        top_boxes (default 3)
        bottom_boxes (default 3)
        aggregate (default 'share')

    Presets:

        ces_2: CES 2.0: share of 5 to 7 on 1 to 7, high is good (Gartner, Simplesat)
        ces_2_mean: CES 2.0 as a mean (CYS, Benbria)
        ces_2_net: CES 2.0 as a net of 5-7 and 1-3 (SoluCX, CYS index)
        ces_1: CES 1.0: mean effort on 1 to 5, low is good (Closealert)
        five_points: share of 4 and 5 on 1 to 5, high is good (Formbricks); not comparable with 7 points
    """
    kind: str
    __signature__: Any
    def __new__(
        cls,
        snapshot: Snapshot | None = None,
        /,
        *,
        preset: str | None = None,
        scale: Sequence[int] | None = ...,
        missing: str | None = ...,
        invalid: str | None = ...,
        dont_know: Sequence[int] | None = ...,
        weighted: bool | None = ...,
        direction: str | None = ...,
        top_boxes: int | None = ...,
        bottom_boxes: int | None = ...,
        aggregate: str | None = ...,
        **definition: Never,
    ) -> Self: ...
    def report(
        self, *, level: float | None = ..., method: str | None = ...,
        **options: Never
    ) -> CesReport: ...
    def value(
        self, *, level: float | None = ..., method: str | None = ...,
        **options: Never
    ) -> CesReport: ...

class StarRating(Calculator):
    """Star ratings: mean, and share of four and five stars.

    Batches:

        update(ratings, weights=None, counts=None): one rating a row

    Definition, by keyword:

        preset
        scale (default (1, 5))
        missing (default 'exclude')
        invalid (default 'exclude')
        dont_know (default ())
        weighted (default False)
        direction (default 'higher_is_better')
        top_boxes (default 2)
        bottom_boxes (default 2)
        aggregate (default 'mean')

    Presets:

        five_stars: mean of 1 to 5 stars; four and five are the top boxes
        half_stars: mean of half stars stored as 1 to 10
    """
    kind: str
    __signature__: Any
    def __new__(
        cls,
        snapshot: Snapshot | None = None,
        /,
        *,
        preset: str | None = None,
        scale: Sequence[int] | None = ...,
        missing: str | None = ...,
        invalid: str | None = ...,
        dont_know: Sequence[int] | None = ...,
        weighted: bool | None = ...,
        direction: str | None = ...,
        top_boxes: int | None = ...,
        bottom_boxes: int | None = ...,
        aggregate: str | None = ...,
        **definition: Never,
    ) -> Self: ...
    def report(
        self, *, level: float | None = ..., method: str | None = ...,
        **options: Never
    ) -> StarRatingReport: ...
    def value(
        self, *, level: float | None = ..., method: str | None = ...,
        **options: Never
    ) -> StarRatingReport: ...

class CxIndex(Calculator):
    """CX index: ease, effectiveness and emotion as one score, in points.

    Batches:

        update(first, second, …): one column an item, or one table with a column an item

    Definition, by keyword:

        preset
        scale (default (1, 5))
        missing (default 'exclude')
        invalid (default 'exclude')
        dont_know (default ())
        weighted (default False)
        top_min (default 4)
        bottom_max (default 2)
        weights (default (1, 1, 1))

    Presets:

        plain_mean: 1 to 5: shares of 4-5 minus shares of 1-2, plain mean (marketr cxi_calc)
    """
    kind: str
    __signature__: Any
    def __new__(
        cls,
        snapshot: Snapshot | None = None,
        /,
        *,
        preset: str | None = None,
        scale: Sequence[int] | None = ...,
        missing: str | None = ...,
        invalid: str | None = ...,
        dont_know: Sequence[int] | None = ...,
        weighted: bool | None = ...,
        top_min: int | None = ...,
        bottom_max: int | None = ...,
        weights: Sequence[int] | None = ...,
        **definition: Never,
    ) -> Self: ...
    def report(
        self, *, level: float | None = ..., method: str | None = ...,
        **options: Never
    ) -> CxIndexReport: ...
    def value(
        self, *, level: float | None = ..., method: str | None = ...,
        **options: Never
    ) -> CxIndexReport: ...

class SecureCustomerIndex(Calculator):
    """Customers who are certain on all three questions of loyalty.

    Batches:

        update(first, second, …): one column an item, or one table with a column an item

    Definition, by keyword:

        preset
        scale (default (1, 5))
        missing (default 'exclude')
        invalid (default 'exclude')
        dont_know (default ())
        weighted (default False)
        at_risk_max (default 2)

    Presets:

        five_points: 1 to 5: 5 is the best, 4 the second best, 1 and 2 are at risk
        four_points: 1 to 4: 4 is the best, 3 the second best, 1 and 2 are at risk
    """
    kind: str
    __signature__: Any
    def __new__(
        cls,
        snapshot: Snapshot | None = None,
        /,
        *,
        preset: str | None = None,
        scale: Sequence[int] | None = ...,
        missing: str | None = ...,
        invalid: str | None = ...,
        dont_know: Sequence[int] | None = ...,
        weighted: bool | None = ...,
        at_risk_max: int | None = ...,
        **definition: Never,
    ) -> Self: ...
    def report(
        self, *, level: float | None = ..., method: str | None = ...,
        **options: Never
    ) -> SecureCustomerIndexReport: ...
    def value(
        self, *, level: float | None = ..., method: str | None = ...,
        **options: Never
    ) -> SecureCustomerIndexReport: ...

class PairedNps(Calculator):
    """NPS of the same customers before and after, and who moved.

    Batches:

        update(first, second, …): one column an item, or one table with a column an item

    Definition, by keyword:

        preset
        scale (default (0, 10))
        missing (default 'exclude')
        invalid (default 'exclude')
        dont_know (default ())
        weighted (default False)
        detractor_max (default 6)
        promoter_min (default 9)

    Presets:

        standard: before and after by the NPS preset standard
        coded_1_to_11: before and after by the NPS preset coded_1_to_11
        one_to_ten: before and after by the NPS preset one_to_ten
        one_to_five: before and after by the NPS preset one_to_five
        one_to_five_net: before and after by the NPS preset one_to_five_net
        one_to_seven: before and after by the NPS preset one_to_seven
        one_to_seven_net: before and after by the NPS preset one_to_seven_net
        faces: before and after by the NPS preset faces
    """
    kind: str
    __signature__: Any
    def __new__(
        cls,
        snapshot: Snapshot | None = None,
        /,
        *,
        preset: str | None = None,
        scale: Sequence[int] | None = ...,
        missing: str | None = ...,
        invalid: str | None = ...,
        dont_know: Sequence[int] | None = ...,
        weighted: bool | None = ...,
        detractor_max: int | None = ...,
        promoter_min: int | None = ...,
        **definition: Never,
    ) -> Self: ...
    def report(
        self, *, level: float | None = ..., method: str | None = ...,
        **options: Never
    ) -> PairedNpsReport: ...
    def value(
        self, *, level: float | None = ..., method: str | None = ...,
        **options: Never
    ) -> PairedNpsReport: ...

class EmotionalValue(Calculator):
    """Net emotional value: positive emotions minus negative ones.

    Batches:

        update(first, second, …): one column an item, or one table with a column an item

    Definition, by keyword:

        preset
        scale (default (0, 10))
        missing (default 'exclude')
        invalid (default 'exclude')
        dont_know (default ())
        weighted (default False)
        positive (default ('happy', 'valued'))
        negative (default ('frustrated', 'disappointed'))

    Presets:

        two_and_two: happy and valued against frustrated and disappointed, 0 to 10
        twenty_emotions: the twelve positive and eight negative emotions of Shaw (2007), 0 to 10
    """
    kind: str
    __signature__: Any
    def __new__(
        cls,
        snapshot: Snapshot | None = None,
        /,
        *,
        preset: str | None = None,
        scale: Sequence[int] | None = ...,
        missing: str | None = ...,
        invalid: str | None = ...,
        dont_know: Sequence[int] | None = ...,
        weighted: bool | None = ...,
        positive: Sequence[str] | None = ...,
        negative: Sequence[str] | None = ...,
        **definition: Never,
    ) -> Self: ...
    def report(
        self, *, level: float | None = ..., method: str | None = ...,
        **options: Never
    ) -> EmotionalValueReport: ...
    def value(
        self, *, level: float | None = ..., method: str | None = ...,
        **options: Never
    ) -> EmotionalValueReport: ...

class DriverMoments(Calculator):
    """What drives a score: sums of an outcome and its drivers, read as R².

    Batches:

        update(first, second, …): one column an item, or one table with a column an item

    Definition, by keyword:

        preset
        scale (default (1, 5))
        missing (default 'exclude')
        invalid (default 'exclude')
        dont_know (default ())
        weighted (default False)
        outcome (default 'recommend')
        outcome_scale (default (0, 10))
        detractor_max (default 6)
        promoter_min (default 9)
        drivers (default ('ease', 'effectiveness', 'emotion'))
        bottom_max (default 1)
        top_min (default 5)

    Presets:

        ease_effectiveness_emotion: recommendation, 0 to 10, by the three items of a CX index, 1 to 5
        service_quality: recommendation by the five dimensions of SERVQUAL (1988), 1 to 7
    """
    kind: str
    __signature__: Any
    def __new__(
        cls,
        snapshot: Snapshot | None = None,
        /,
        *,
        preset: str | None = None,
        scale: Sequence[int] | None = ...,
        missing: str | None = ...,
        invalid: str | None = ...,
        dont_know: Sequence[int] | None = ...,
        weighted: bool | None = ...,
        outcome: str | None = ...,
        outcome_scale: Sequence[int] | None = ...,
        detractor_max: int | None = ...,
        promoter_min: int | None = ...,
        drivers: Sequence[str] | None = ...,
        bottom_max: int | None = ...,
        top_min: int | None = ...,
        **definition: Never,
    ) -> Self: ...
    def report(
        self, *, level: float | None = ..., method: str | None = ...,
        **options: Never
    ) -> DriverMomentsReport: ...
    def value(
        self, *, level: float | None = ..., method: str | None = ...,
        **options: Never
    ) -> DriverMomentsReport: ...

class ResponseRate(Calculator):
    """How many of the invited answered, by invitation or by window.

    Batches:

        update(invited_at, answered_at): times, None where nobody answered

    Definition, by keyword:

        preset
        basis (default 'invitation')
        pane_days (default 30)
        origin (default 0)
        close_after_days (default None)
        invalid (default 'exclude')
        max_panes (default 100000)

    Presets:

        by_invitation: late answers belong to their invitation, panes of 30 days (Microsoft)
        by_window: answers over invitations of the same 30 days (Trengo)
        weekly: by invitation, weeks from Monday, UTC
        daily: by invitation, days, UTC
    """
    kind: str
    __signature__: Any
    def __new__(
        cls,
        snapshot: Snapshot | None = None,
        /,
        *,
        preset: str | None = None,
        basis: str | None = ...,
        pane_days: int | None = ...,
        origin: int | None = ...,
        close_after_days: float | None = ...,
        invalid: str | None = ...,
        max_panes: int | None = ...,
        **definition: Never,
    ) -> Self: ...
    def report(
        self, *, level: float | None = ..., method: str | None = ...,
        **options: Never
    ) -> ResponseRateReport: ...
    def value(
        self, *, level: float | None = ..., method: str | None = ...,
        **options: Never
    ) -> ResponseRateReport: ...

class ResponseLedger(Calculator):
    """Who answered when, so that nobody is counted twice.

    Batches:

        update(ratings, customer=…, time=…, wave=None): one answer of a customer a row

    Definition, by keyword:

        preset
        scale (default (0, 10))
        missing (default 'exclude')
        invalid (default 'exclude')
        dont_know (default ())
        weighted (default False)
        duplicates (default 'last')
        min_gap_days (default None)
        max_entries (default 10000000)

    Presets:

        last_per_wave: 0 to 10: the last rating of each customer in each wave
        first_per_wave: 0 to 10: the first rating of each customer in each wave
        mean_per_wave: 0 to 10: the mean rating of each customer in each wave, rounded half up
        every_90_days: 0 to 10: ratings of a customer at least 90 days apart
        all: 0 to 10: every rating
    """
    kind: str
    __signature__: Any
    def __new__(
        cls,
        snapshot: Snapshot | None = None,
        /,
        *,
        preset: str | None = None,
        scale: Sequence[int] | None = ...,
        missing: str | None = ...,
        invalid: str | None = ...,
        dont_know: Sequence[int] | None = ...,
        weighted: bool | None = ...,
        duplicates: str | None = ...,
        min_gap_days: float | None = ...,
        max_entries: int | None = ...,
        **definition: Never,
    ) -> Self: ...
    def report(
        self, *, level: float | None = ..., method: str | None = ...,
        **options: Never
    ) -> ResponseLedgerReport: ...
    def value(
        self, *, level: float | None = ..., method: str | None = ...,
        **options: Never
    ) -> ResponseLedgerReport: ...

class CustomerSummaries(TableCalculator):
    """Who bought how often, how long ago and for how much.

    Batches:

        update(customer, time, amount=None, cost=None, currency=None), or a data frame and names: update(frame, customer="id", time="date", amount="amount")

    Definition, by keyword:

        preset
        amounts (default 'minor')
        decimals (default 2)
        currency (default None)
        other_currencies (default 'error')
        refunds (default 'exclude')
        zero_amounts (default 'purchase')
        missing_amounts (default 'exclude')
        missing_customers (default 'exclude')
        day_offset_minutes (default 0)
        max_customers (default 100000000)

    Presets:

        minor_units: amounts in cents or the like; refunds are counted and left out
        major_units: amounts such as 29.33; refunds are counted and left out
        net_of_refunds: amounts in cents or the like; refunds are taken off the customer's spend
        strict: amounts in cents or the like; refunds, zeros and gaps fail the batch

    Tables, the first of which is ``value()`` (summaries):

        summaries: one row a customer: frequency, recency, age, monetary value at a cut-off
        calibration_holdout: the summaries at the end of a calibration, and what followed in the hold-out
        opportunities: one row a customer: in how many of the whole periods so far there was a purchase
        tracking: one row a period: new customers and repeat purchases, each and cumulative
        historical_value: one row a customer: revenue, cost and margin so far, exact, in minor units
        audit: one row: what the summaries at a cut-off rest on, and what was left out
    """
    kind: str
    __signature__: Any
    def __new__(
        cls,
        snapshot: Snapshot | None = None,
        /,
        *,
        preset: str | None = None,
        amounts: str | None = ...,
        decimals: int | None = ...,
        currency: float | None = ...,
        other_currencies: str | None = ...,
        refunds: str | None = ...,
        zero_amounts: str | None = ...,
        missing_amounts: str | None = ...,
        missing_customers: str | None = ...,
        day_offset_minutes: int | None = ...,
        max_customers: int | None = ...,
        **definition: Never,
    ) -> Self: ...
    def report(
        self, *, level: float | None = ..., method: str | None = ...,
        **options: Never
    ) -> CustomerSummariesReport: ...
    def value(self, *, until: Any | None = None, unit: str | int | None = 'week', include_first: bool | None = False) -> ColumnTable:  # type: ignore[override]
        """One row a customer: frequency, recency, age, monetary value at a cut-off.

        ``until``: the cut-off, itself included; null for the last day of the log.
        ``unit``: unit of recency and age: day, week, month, year, or a number of days.
        ``include_first``: whether the first purchase is part of the mean spend.
        """
    def summaries(self, *, until: Any | None = None, unit: str | int | None = 'week', include_first: bool | None = False) -> ColumnTable:
        """One row a customer: frequency, recency, age, monetary value at a cut-off.

        ``until``: the cut-off, itself included; null for the last day of the log.
        ``unit``: unit of recency and age: day, week, month, year, or a number of days.
        ``include_first``: whether the first purchase is part of the mean spend.
        """
    def calibration_holdout(self, calibration_end: Any, *, observation_end: Any | None = None, unit: str | int | None = 'week', include_first: bool | None = False) -> ColumnTable:
        """The summaries at the end of a calibration, and what followed in the hold-out.

        ``calibration_end``: the last day of the calibration.
        ``observation_end``: the last day of the hold-out; null for the last day of the log.
        ``unit``: unit of recency and age: day, week, month, year, or a number of days.
        ``include_first``: whether the first purchase is part of the mean spend.
        """
    def opportunities(self, *, period: str | int | None = 'week', until: Any | None = None) -> ColumnTable:
        """One row a customer: in how many of the whole periods so far there was a purchase.

        ``period``: length of a period: day, week, month, year, or a number of days.
        ``until``: the cut-off, itself included; null for the last day of the log.
        """
    def tracking(self, *, period: str | int | None = 'week', until: Any | None = None, born_until: Any | None = None) -> ColumnTable:
        """One row a period: new customers and repeat purchases, each and cumulative.

        ``period``: length of a period: day, week, month, year, or a number of days.
        ``until``: the cut-off, itself included; null for the last day of the log.
        ``born_until``: only customers who first bought by this day; null for all.
        """
    def historical_value(self, *, until: Any | None = None) -> ColumnTable:
        """One row a customer: revenue, cost and margin so far, exact, in minor units.

        ``until``: the cut-off, itself included; null for the last day of the log.
        """
    def audit(self, *, until: Any | None = None, unit: str | int | None = 'week') -> Record:  # type: ignore[override]
        """One row: what the summaries at a cut-off rest on, and what was left out.

        ``until``: the cut-off, itself included; null for the last day of the log.
        ``unit``: unit of recency and age: day, week, month, year, or a number of days.
        """

class Activity(TableCalculator):
    """Who comes back: retention by cohort, stickiness, inactivity.

    Batches:

        update(customer, time, amount=None, cost=None, currency=None), or a data frame and names: update(frame, customer="id", time="date", amount="amount")

    Definition, by keyword:

        preset
        tick (default 'day')
        day_offset_minutes (default 0)
        amounts (default 'minor')
        decimals (default 2)
        refunds (default 'exclude')
        missing_customers (default 'exclude')
        max_customers (default 100000000)

    Presets:

        daily: days of UTC; amounts in cents or the like; refunds are left out
        hourly: hours of UTC, for rolling clocks of 24 hours, as Amplitude counts
        major_units: days of UTC; amounts such as 29.33; refunds are left out
        net_of_refunds: days of UTC; amounts in cents or the like; refunds are taken off revenue

    Tables, the first of which is ``value()`` (cohorts):

        cohorts: one row a cohort and age: customers who were active, their share, their revenue
        retention: one row an age: weighted and plain average over the cohorts for which it is over
        cohort_sizes: one row a cohort: its period and its size
        stickiness: one row a period: active, new, retained, back, lapsed; mean daily by active
        trailing_activity: one row a day: customers of the last day, 7 days and month, and their ratios
        gaps: one row a length in days: gaps between activities that closed, that are open, and the share that lasts longer
        inactivity: one row: who is active, who has lapsed and who churned, by a rule
        audit: one row: what the tables rest on, and what was left out
    """
    kind: str
    __signature__: Any
    def __new__(
        cls,
        snapshot: Snapshot | None = None,
        /,
        *,
        preset: str | None = None,
        tick: str | None = ...,
        day_offset_minutes: int | None = ...,
        amounts: str | None = ...,
        decimals: int | None = ...,
        refunds: str | None = ...,
        missing_customers: str | None = ...,
        max_customers: int | None = ...,
        **definition: Never,
    ) -> Self: ...
    def report(
        self, *, level: float | None = ..., method: str | None = ...,
        **options: Never
    ) -> ActivityReport: ...
    def value(self, *, period: str | None = 'month', kind: str | Sequence[int] | None = 'on', clock: str | None = 'calendar', days: int | None = None, week_start: str | None = 'monday', born_from: Any | None = None, until: Any | None = None, max_age: int | None = None, level: float | None = 0.95) -> ColumnTable:  # type: ignore[override]
        """One row a cohort and age: customers who were active, their share, their revenue.

        ``period``: day, week, month, quarter or year of the calendar.
        ``kind``: on: active at this very age; on_or_after: at this age or later; or ages with which brackets begin, the last of which ends the last bracket.
        ``clock``: calendar: ages in periods of the calendar; rolling: in days from each customer's first activity.
        ``days``: days of an age on a rolling clock; null for 1, 7, 30, 91 or 365 by the period.
        ``week_start``: the day of the week with which weeks begin.
        ``born_from``: customers first active before this day are in no cohort; null for none.
        ``until``: the cut-off, itself included; null for the last day of the log.
        ``max_age``: the largest age or bracket; null for all.
        ``level``: level of the intervals.
        """
    def cohorts(self, *, period: str | None = 'month', kind: str | Sequence[int] | None = 'on', clock: str | None = 'calendar', days: int | None = None, week_start: str | None = 'monday', born_from: Any | None = None, until: Any | None = None, max_age: int | None = None, level: float | None = 0.95) -> ColumnTable:
        """One row a cohort and age: customers who were active, their share, their revenue.

        ``period``: day, week, month, quarter or year of the calendar.
        ``kind``: on: active at this very age; on_or_after: at this age or later; or ages with which brackets begin, the last of which ends the last bracket.
        ``clock``: calendar: ages in periods of the calendar; rolling: in days from each customer's first activity.
        ``days``: days of an age on a rolling clock; null for 1, 7, 30, 91 or 365 by the period.
        ``week_start``: the day of the week with which weeks begin.
        ``born_from``: customers first active before this day are in no cohort; null for none.
        ``until``: the cut-off, itself included; null for the last day of the log.
        ``max_age``: the largest age or bracket; null for all.
        ``level``: level of the intervals.
        """
    def retention(self, *, period: str | None = 'month', kind: str | Sequence[int] | None = 'on', clock: str | None = 'calendar', days: int | None = None, week_start: str | None = 'monday', born_from: Any | None = None, until: Any | None = None, max_age: int | None = None, level: float | None = 0.95) -> ColumnTable:
        """One row an age: weighted and plain average over the cohorts for which it is over.

        ``period``: day, week, month, quarter or year of the calendar.
        ``kind``: on: active at this very age; on_or_after: at this age or later; or ages with which brackets begin, the last of which ends the last bracket.
        ``clock``: calendar: ages in periods of the calendar; rolling: in days from each customer's first activity.
        ``days``: days of an age on a rolling clock; null for 1, 7, 30, 91 or 365 by the period.
        ``week_start``: the day of the week with which weeks begin.
        ``born_from``: customers first active before this day are in no cohort; null for none.
        ``until``: the cut-off, itself included; null for the last day of the log.
        ``max_age``: the largest age or bracket; null for all.
        ``level``: level of the intervals.
        """
    def cohort_sizes(self, *, period: str | None = 'month', week_start: str | None = 'monday', born_from: Any | None = None, until: Any | None = None) -> ColumnTable:
        """One row a cohort: its period and its size.

        ``period``: day, week, month, quarter or year of the calendar.
        ``week_start``: the day of the week with which weeks begin.
        ``born_from``: customers first active before this day are in no cohort; null for none.
        ``until``: the cut-off, itself included; null for the last day of the log.
        """
    def stickiness(self, *, period: str | None = 'month', week_start: str | None = 'monday', until: Any | None = None, level: float | None = 0.95) -> ColumnTable:
        """One row a period: active, new, retained, back, lapsed; mean daily by active.

        ``period``: day, week, month, quarter or year of the calendar.
        ``week_start``: the day of the week with which weeks begin.
        ``until``: the cut-off, itself included; null for the last day of the log.
        ``level``: level of the intervals.
        """
    def trailing_activity(self, *, month_days: int | None = 28, until: Any | None = None) -> ColumnTable:
        """One row a day: customers of the last day, 7 days and month, and their ratios.

        ``month_days``: days of a month, such as 28 or 30.
        ``until``: the cut-off, itself included; null for the last day of the log.
        """
    def gaps(self, *, until: Any | None = None, level: float | None = 0.95) -> ColumnTable:
        """One row a length in days: gaps between activities that closed, that are open, and the share that lasts longer.

        ``until``: the cut-off, itself included; null for the last day of the log.
        ``level``: level of the intervals.
        """
    def inactivity(self, *, rule: str | None = 'window', days: int | None = 30, probability: float | None = 0.8, alive: float | None = 0.5, model: str | None = 'pareto_nbd', since: Any | None = None, until: Any | None = None, level: float | None = 0.95) -> ColumnTable:
        """One row: who is active, who has lapsed and who churned, by a rule.

        ``rule``: window: active within so many days; gap_quantile: within the days by which a share of the gaps has closed; p_alive: alive with a probability.
        ``days``: the days of the rule window.
        ``probability``: the share of the rule gap_quantile.
        ``alive``: the probability of the rule p_alive.
        ``model``: the model of the rule p_alive: pareto_nbd, mbg_nbd or bg_nbd.
        ``since``: who was active at the end of this day can churn; null for 30 days before the cut-off.
        ``until``: the cut-off, itself included; null for the last day of the log.
        ``level``: level of the intervals.
        """
    def audit(self, *, until: Any | None = None) -> Record:  # type: ignore[override]
        """One row: what the tables rest on, and what was left out.

        ``until``: the cut-off, itself included; null for the last day of the log.
        """

class PurchasePatterns(TableCalculator):
    """Distinct purchase histories with counts: what a fit reads.

    Batches:

        update(frequency, recency, age, spend=None, counts=None), or a frame and names

    Definition, by keyword:

        preset
        unit (default 'week')
        decimals (default 2)
        max_patterns (default 100000000)

    Presets:

        weekly: ticks are days, read in weeks
        daily: ticks are days or opportunities, read as they are

    Tables, the first of which is ``value()`` (patterns):

        patterns: one row a distinct history: frequency, recency, age, and the customers as weights
        spends: one row a distinct spend: frequency, monetary value, and the customers as weights
    """
    kind: str
    __signature__: Any
    def __new__(
        cls,
        snapshot: Snapshot | None = None,
        /,
        *,
        preset: str | None = None,
        unit: str | None = ...,
        decimals: int | None = ...,
        max_patterns: int | None = ...,
        **definition: Never,
    ) -> Self: ...
    def report(
        self, *, level: float | None = ..., method: str | None = ...,
        **options: Never
    ) -> PurchasePatternsReport: ...
    def value(self) -> ColumnTable:  # type: ignore[override]
        """One row a distinct history: frequency, recency, age, and the customers as weights."""
    def patterns(self) -> ColumnTable:
        """One row a distinct history: frequency, recency, age, and the customers as weights."""
    def spends(self) -> ColumnTable:
        """One row a distinct spend: frequency, monetary value, and the customers as weights."""

class PredictionScores(PredictionReadings, TableCalculator):
    """Predicted probabilities against what came: AUC, Brier, lift, calibration.

    Batches:

        update(probability, observed, value=None, counts=None): one prediction a row, or a data frame and names: update(frame, probability="p", observed="left")

    Definition, by keyword:

        preset
        grid_bits (default 24)
        valued (default False)
        missing (default 'error')
        max_cells (default 10000000)

    Presets:

        fine: steps of 2^-24
        coarse: steps of 2^-16: at most 65,537 cells, whatever the rows
        valued: steps of 2^-24, and what each customer is worth

    Tables:

        lift: one row a group of the list, highest probability first: rate, lift, gain
        calibration: one row a bin of probabilities: what was said, what came, with Wilson's limits
    """
    kind: str
    __signature__: Any
    def __new__(
        cls,
        snapshot: Snapshot | None = None,
        /,
        *,
        preset: str | None = None,
        grid_bits: int | None = ...,
        valued: bool | None = ...,
        missing: str | None = ...,
        max_cells: int | None = ...,
        **definition: Never,
    ) -> Self: ...
    def report(
        self, *, level: float | None = ..., method: str | None = ...,
        **options: Never
    ) -> PredictionScoresReport: ...
    def value(
        self, *, level: float | None = ..., method: str | None = ...,
        **options: Never
    ) -> PredictionScoresReport: ...

class Journeys(JourneysReadings, TableCalculator):
    """Journeys: who met which touchpoint when, and who reached the goal.

    Batches:

        update(customer, touchpoint, time, event_id=None, channel=None, score=None, value=None, object=None, outcome=None), or a data frame and names; single values instead of columns are one event

    Definition, by keyword:

        preset
        gap (default None)
        goal (default ())
        start (default ())
        end (default ())
        separators (default ())
        keep_separators (default False)
        by_object (default False)
        touchpoints (default ())
        unknown_touchpoints (default 'exclude')
        stages (default ())
        scale (default (0, 10))
        higher_is_better (default True)
        invalid_scores (default 'exclude')
        missing (default 'exclude')
        earliest (default None)
        latest (default None)
        out_of_range (default 'exclude')
        lateness (default 0)
        max_events (default 1000000000)

    Presets:

        whole: all events of a customer are one journey
        sessions_30_minutes: a new journey after a pause of more than 30 minutes, as web analytics has it
        visits_30_days: a new journey after a pause of more than 30 days
        by_object: each order or ticket is a journey

    Tables:

        transitions: one row a pair of touchpoints that follow each other: how often, how likely, after how long
        step_matrix: one row a step and touchpoint: the share of journeys that are there
        step_flows: one row a step and pair of touchpoints: the journeys that go from the one to the other
        variants: one row a path: how many journeys took it, and what became of them
        touchpoints: one row a touchpoint: visits, starts, ends, drop-offs, repeats, exit rate
        journeys: one row a journey: customer, times, events, status, scores, value
        contacts: one row a touchpoint and channel, by stage: events, customers, scores, value
        attribution: one row a touchpoint: the conversions and the value it gets, and its share with limits
        attribution_comparison: one row a touchpoint: the conversions it gets by each of several methods
        funnel: one row a step: how many journeys reached it, of those that entered and of the step before
        emotion_curve: one row a stage, touchpoint, step or channel: events, scores, emotion, share of bad moments
        peak_end: one row a journey with a score: mean, peak, end, amplitude, worst drop
        peak_end_means: one row a figure of peak_end: its mean over journeys with interval
        pain_points: one row a touchpoint, the worst first: reach, severity, index, value at risk
        channels: one row a channel: events, customers, journeys, scores
        journey_channels: one row a journey: channels, switches between them, entropy in bits
        omnichannel_consistency: one row: whether channels serve alike, and whether journeys can move between them
        alignment: one row a figure of the scores on the way: correlation with the journey's score, and gap
        importance: one row a touchpoint: goal rate and score with and without it, stated and derived importance
        measures: one row a measure: its figure before it began and since, no effect without a group to compare
    """
    kind: str
    __signature__: Any
    def __new__(
        cls,
        snapshot: Snapshot | None = None,
        /,
        *,
        preset: str | None = None,
        gap: timedelta | int | None = ...,
        goal: Any | None = ...,
        start: Any | None = ...,
        end: Any | None = ...,
        separators: Any | None = ...,
        keep_separators: bool | None = ...,
        by_object: bool | None = ...,
        touchpoints: Any | None = ...,
        unknown_touchpoints: str | None = ...,
        stages: Any | None = ...,
        scale: Sequence[int] | None = ...,
        higher_is_better: bool | None = ...,
        invalid_scores: str | None = ...,
        missing: str | None = ...,
        earliest: float | None = ...,
        latest: float | None = ...,
        out_of_range: str | None = ...,
        lateness: timedelta | int | None = ...,
        max_events: int | None = ...,
        **definition: Never,
    ) -> Self: ...
    def report(
        self, *, level: float | None = ..., method: str | None = ...,
        **options: Never
    ) -> JourneysReport: ...
    def value(
        self, *, level: float | None = ..., method: str | None = ...,
        **options: Never
    ) -> JourneysReport: ...
    def touchpoints(self, *, level: float | None = 0.95) -> ColumnTable:
        """One row a touchpoint: visits, starts, ends, drop-offs, repeats, exit rate.

        ``level``: level of the intervals.
        """
    def journeys(self) -> ColumnTable:
        """One row a journey: customer, times, events, status, scores, value."""
    def contacts(self) -> ColumnTable:
        """One row a touchpoint and channel, by stage: events, customers, scores, value."""
    def attribution_comparison(self, *, methods: Sequence[str] | None = ['first', 'last', 'linear', 'position', 'markov', 'shapley'], direct: Sequence[str] | None = [], weights: Sequence[int] | None = [40, 20, 40], order: int | None = 1, include_nulls: bool | None = True) -> ColumnTable:
        """One row a touchpoint: the conversions it gets by each of several methods.

        ``methods``: the methods, one column each.
        ``direct``: the touchpoints that are direct, for last_non_direct.
        ``weights``: parts for the first touchpoint, those between and the last, for position.
        ``order``: how many of the last touchpoints a state of the Markov chain remembers.
        ``include_nulls``: whether journeys that did not convert are part of the Markov chain.
        """
    def emotion_curve(self, *, by: str | None = 'stage', steps: int | None = 20, level: float | None = 0.95) -> ColumnTable:
        """One row a stage, touchpoint, step or channel: events, scores, emotion, share of bad moments.

        ``by``: what the curve runs along: stage, touchpoint, step or channel.
        ``steps``: by step: the last step that is a row of its own.
        ``level``: level of the intervals.
        """
    def peak_end(self) -> ColumnTable:
        """One row a journey with a score: mean, peak, end, amplitude, worst drop."""
    def peak_end_means(self, *, level: float | None = 0.95) -> ColumnTable:
        """One row a figure of peak_end: its mean over journeys with interval.

        ``level``: level of the intervals.
        """
    def pain_points(self, target: float, *, value_at_risk: bool | None = False, level: float | None = 0.95) -> ColumnTable:
        """One row a touchpoint, the worst first: reach, severity, index, value at risk.

        ``target``: the score that is good enough.
        ``value_at_risk``: whether the value of the customers who met it is summed up.
        ``level``: level of the intervals.
        """
    def channels(self, *, level: float | None = 0.95) -> ColumnTable:
        """One row a channel: events, customers, journeys, scores.

        ``level``: level of the intervals.
        """
    def journey_channels(self) -> ColumnTable:
        """One row a journey: channels, switches between them, entropy in bits."""
    def omnichannel_consistency(self, *, min_scores: int | None = 1, level: float | None = 0.95) -> ColumnTable:
        """One row: whether channels serve alike, and whether journeys can move between them.

        ``min_scores``: scores that a channel needs to be compared.
        ``level``: level of the intervals.
        """
    def alignment(self, journey_touchpoints: Any, *, level: float | None = 0.95) -> ColumnTable:
        """One row a figure of the scores on the way: correlation with the journey's score, and gap.

        ``journey_touchpoints``: the touchpoints whose score is that of the whole journey.
        ``level``: level of the intervals.
        """
    def importance(self, *, journey_touchpoints: Any | None = [], stated: Any | None = {}, level: float | None = 0.95) -> ColumnTable:
        """One row a touchpoint: goal rate and score with and without it, stated and derived importance.

        ``journey_touchpoints``: the touchpoints whose score is that of the whole journey.
        ``stated``: what customers say of the importance of each touchpoint, or an array of pairs.
        ``level``: level of the intervals.
        """

class JourneyStream(JourneyStreamReadings, TableCalculator):
    """Journeys while they happen: bounded state, late events, no history.

    Batches:

        update(customer, touchpoint, time, event_id=None, channel=None, score=None, value=None, object=None, outcome=None), or a data frame and names; single values instead of columns are one event

    Definition, by keyword:

        preset
        gap (default None)
        goal (default ())
        start (default ())
        end (default ())
        separators (default ())
        keep_separators (default False)
        by_object (default False)
        touchpoints (default ())
        unknown_touchpoints (default 'exclude')
        stages (default ())
        scale (default (0, 10))
        higher_is_better (default True)
        invalid_scores (default 'exclude')
        missing (default 'exclude')
        earliest (default None)
        latest (default None)
        out_of_range (default 'exclude')
        lateness (default 0)
        max_events (default 1000000000)
        late (default 'exclude')
        steps (default 10)
        funnels (default ())

    Presets:

        whole: all events of a customer are one journey, in the order in which they come
        sessions_30_minutes: a new journey after a pause of more than 30 minutes, events in order
        sessions_30_minutes_1_hour_late: the same, and events may come up to an hour late
        by_object: each order or ticket is a journey, events in order

    Tables:

        transitions: one row a pair of touchpoints that follow each other: how often, how likely, after how long
        step_matrix: one row a step and touchpoint: the share of journeys that are there
        funnel: one row a step of a declared funnel: how many journeys reached it
        touchpoints: one row a touchpoint: events, customers, starts, ends, drop-offs, scores, value
        channel_switches: one row a pair of channels that follow each other: how often, how likely
        late_events: one row an event that came too late and was kept aside
    """
    kind: str
    __signature__: Any
    def __new__(
        cls,
        snapshot: Snapshot | None = None,
        /,
        *,
        preset: str | None = None,
        gap: timedelta | int | None = ...,
        goal: Any | None = ...,
        start: Any | None = ...,
        end: Any | None = ...,
        separators: Any | None = ...,
        keep_separators: bool | None = ...,
        by_object: bool | None = ...,
        touchpoints: Any | None = ...,
        unknown_touchpoints: str | None = ...,
        stages: Any | None = ...,
        scale: Sequence[int] | None = ...,
        higher_is_better: bool | None = ...,
        invalid_scores: str | None = ...,
        missing: str | None = ...,
        earliest: float | None = ...,
        latest: float | None = ...,
        out_of_range: str | None = ...,
        lateness: timedelta | int | None = ...,
        max_events: int | None = ...,
        late: str | None = ...,
        steps: int | None = ...,
        funnels: Sequence[int] | None = ...,
        **definition: Never,
    ) -> Self: ...
    def report(
        self, *, level: float | None = ..., method: str | None = ...,
        **options: Never
    ) -> JourneyStreamReport: ...
    def value(
        self, *, level: float | None = ..., method: str | None = ...,
        **options: Never
    ) -> JourneyStreamReport: ...

class Lifetimes(LifetimesReadings, TableCalculator):
    """Lifetimes: how many stayed how long, and how many leave a unit of time.

    Batches:

        update(durations, observed, entry=None, cause=None, counts=None): one lifetime a row, or a data frame and names: update(frame, durations="tenure", observed="left")

    Definition, by keyword:

        preset
        unit (default 'tick')
        ticks_per_unit (default 1)
        rounding (default 'exact')
        missing (default 'error')
        causes (default ())
        max_ticks (default 10000000)

    Presets:

        ticks: whole ticks of any length
        days: whole days
        weeks: whole weeks
        months: whole months

    Tables:

        kaplan_meier: one row a time: the share that is still there, with Greenwood's limits
        nelson_aalen: one row a time: the cumulative hazard, with its limits
        aalen_johansen: one row a cause and time: the share that has left for it, with its limits
        life_table: one row an interval of tenure, those last seen within it counting half
        tenure_rates: one row a band of tenure: events per unit of time at risk
        risk_table: one row a time: how many are at risk, and how many left by then
    """
    kind: str
    __signature__: Any
    def __new__(
        cls,
        snapshot: Snapshot | None = None,
        /,
        *,
        preset: str | None = None,
        unit: str | None = ...,
        ticks_per_unit: int | None = ...,
        rounding: str | None = ...,
        missing: str | None = ...,
        causes: Sequence[int] | None = ...,
        max_ticks: int | None = ...,
        **definition: Never,
    ) -> Self: ...
    def report(
        self, *, level: float | None = ..., method: str | None = ...,
        **options: Never
    ) -> LifetimesReport: ...
    def value(
        self, *, level: float | None = ..., method: str | None = ...,
        **options: Never
    ) -> LifetimesReport: ...

class AttributionPaths(TableCalculator):
    """Paths of touchpoints, and how their conversions are divided among them.

    Batches:

        update(path, conversions, value=None, nulls=None): texts such as mail > web > shop; or a frame and names

    Definition, by keyword:

        preset
        separator (default '>')
        max_paths (default 100000000)

    Presets:

        arrows: touchpoints between signs of greater, as most exports have them
        commas: touchpoints between commas

    Tables, the first of which is ``value()`` (attribution):

        attribution: one row a touchpoint: the conversions and the value it gets, and its share with limits
        comparison: one row a touchpoint: the conversions it gets by each of several methods
        paths: one row a distinct path: conversions, their value in minor units, nulls
    """
    kind: str
    __signature__: Any
    def __new__(
        cls,
        snapshot: Snapshot | None = None,
        /,
        *,
        preset: str | None = None,
        separator: str | None = ...,
        max_paths: int | None = ...,
        **definition: Never,
    ) -> Self: ...
    def report(
        self, *, level: float | None = ..., method: str | None = ...,
        **options: Never
    ) -> AttributionPathsReport: ...
    def value(self, *, method: str | None = 'markov', direct: Sequence[str] | None = [], weights: Sequence[int] | None = [40, 20, 40], order: int | None = 1, include_nulls: bool | None = True, level: float | None = 0.95) -> ColumnTable:  # type: ignore[override]
        """One row a touchpoint: the conversions and the value it gets, and its share with limits.

        ``method``: first, last, last_non_direct, linear, position, j, inverse_j, markov, shapley or shapley_rate.
        ``direct``: the touchpoints that are direct, for last_non_direct.
        ``weights``: parts for the first touchpoint, those between and the last, for position.
        ``order``: how many of the last touchpoints a state of the Markov chain remembers.
        ``include_nulls``: whether journeys that did not convert are part of the Markov chain.
        ``level``: level of the intervals of the shares.
        """
    def attribution(self, *, method: str | None = 'markov', direct: Sequence[str] | None = [], weights: Sequence[int] | None = [40, 20, 40], order: int | None = 1, include_nulls: bool | None = True, level: float | None = 0.95) -> ColumnTable:
        """One row a touchpoint: the conversions and the value it gets, and its share with limits.

        ``method``: first, last, last_non_direct, linear, position, j, inverse_j, markov, shapley or shapley_rate.
        ``direct``: the touchpoints that are direct, for last_non_direct.
        ``weights``: parts for the first touchpoint, those between and the last, for position.
        ``order``: how many of the last touchpoints a state of the Markov chain remembers.
        ``include_nulls``: whether journeys that did not convert are part of the Markov chain.
        ``level``: level of the intervals of the shares.
        """
    def comparison(self, *, methods: Sequence[str] | None = ['first', 'last', 'linear', 'position', 'markov', 'shapley'], direct: Sequence[str] | None = [], weights: Sequence[int] | None = [40, 20, 40], order: int | None = 1, include_nulls: bool | None = True) -> ColumnTable:
        """One row a touchpoint: the conversions it gets by each of several methods.

        ``methods``: the methods, one column each.
        ``direct``: the touchpoints that are direct, for last_non_direct.
        ``weights``: parts for the first touchpoint, those between and the last, for position.
        ``order``: how many of the last touchpoints a state of the Markov chain remembers.
        ``include_nulls``: whether journeys that did not convert are part of the Markov chain.
        """
    def paths(self) -> ColumnTable:
        """One row a distinct path: conversions, their value in minor units, nulls."""

class Subscriptions(SubscriptionsReadings, FrameCalculator):
    """Who subscribed from when to when: churn rates, recurring revenue and its retention.

    Batches:

        update(customer, start, end, amount=…, subscription=…, cancelled=…, cause=…, currency=…), or a data frame and names: update(frame, customer="id", start="from", end="to")

    Definition, by keyword:

        preset
        unit (default 'customer')
        instant (default 'end_of_term')
        dunning_days (default 0)
        reactivation_gap_days (default 0)
        voluntary_causes (default ('voluntary',))
        involuntary_causes (default ('involuntary',))
        max_spans (default 10000000)

    Presets:

        customers: customers churn with their last subscription, at the end of its term
        subscriptions: each subscription churns, at the end of its term
        cancellations: customers churn when they ask to leave
        after_dunning: customers churn at the end of the term, or 30 days after it if unpaid
    """
    kind: str
    __signature__: Any
    def __new__(
        cls,
        snapshot: Snapshot | None = None,
        /,
        *,
        preset: str | None = None,
        unit: str | None = ...,
        instant: str | None = ...,
        dunning_days: int | None = ...,
        reactivation_gap_days: int | None = ...,
        voluntary_causes: Sequence[str] | None = ...,
        involuntary_causes: Sequence[str] | None = ...,
        max_spans: int | None = ...,
        **definition: Never,
    ) -> Self: ...
    def report(
        self, *, level: float | None = ..., method: str | None = ...,
        **options: Never
    ) -> SubscriptionsReport: ...
    def value(
        self, *, level: float | None = ..., method: str | None = ...,
        **options: Never
    ) -> SubscriptionsReport: ...

@overload
def nps(
    ratings: Any,
    *,
    weights: Any = None,
    counts: Any = None,
    customer: Any = None,
    time: Any = None,
    wave: Any = None,
    duplicates: str | None = None,
    min_gap_days: int | None = None,
    rating: str | None = None,
    by: None = None,
    level: float | None = None,
    method: str | None = None,
    min_responses: int | None = None,
    versus_rest: bool | None = None,
    adjustment: str | None = None,
    shrink: bool | None = None,
    max_groups: int | None = None,
    overflow: str | None = None,
    preset: str | None = None,
    scale: Sequence[int] | None = None,
    missing: str | None = None,
    invalid: str | None = None,
    dont_know: Sequence[int] | None = None,
    weighted: bool | None = None,
    detractor_max: int | None = None,
    promoter_min: int | None = None,
) -> NpsReport:
    """Net Promoter Score: promoters minus detractors, in points.

    ``ratings``: a list, a numpy array, a pandas or polars Series, a pyarrow array, a DuckDB relation of
    one column. None, NaN and null are missing. Or it is a data frame, and ``rating`` names its
    column; ``by`` then names one or more key columns, and the answer is a table in the frame's own
    library: score, n, limits of the interval and counts of every group.

    ``weights`` or ``counts``: a column, or the name of one in the data frame. With ``customer`` and
    ``time`` (and ``wave``), of several answers of a customer those count that the rule ``duplicates``
    says; see ``cxm.ResponseLedger``.

    ``level`` and ``method`` are those of the intervals. With ``by``: ``min_responses`` hides smaller
    groups, ``versus_rest`` tests each against all others with p-values adjusted by ``adjustment``,
    ``shrink`` shrinks scores toward their common mean; ``max_groups`` and ``overflow`` limit the
    groups.

    The remaining keywords are the definition; see ``cxm.Nps``.
    """
@overload
def nps(
    ratings: Any,
    *,
    weights: Any = None,
    counts: Any = None,
    customer: Any = None,
    time: Any = None,
    wave: Any = None,
    duplicates: str | None = None,
    min_gap_days: int | None = None,
    rating: str | None = None,
    by: str | Sequence[str],
    level: float | None = None,
    method: str | None = None,
    min_responses: int | None = None,
    versus_rest: bool | None = None,
    adjustment: str | None = None,
    shrink: bool | None = None,
    max_groups: int | None = None,
    overflow: str | None = None,
    preset: str | None = None,
    scale: Sequence[int] | None = None,
    missing: str | None = None,
    invalid: str | None = None,
    dont_know: Sequence[int] | None = None,
    weighted: bool | None = None,
    detractor_max: int | None = None,
    promoter_min: int | None = None,
) -> Any: ...

@overload
def csat(
    ratings: Any,
    *,
    weights: Any = None,
    counts: Any = None,
    customer: Any = None,
    time: Any = None,
    wave: Any = None,
    duplicates: str | None = None,
    min_gap_days: int | None = None,
    rating: str | None = None,
    by: None = None,
    level: float | None = None,
    method: str | None = None,
    min_responses: int | None = None,
    versus_rest: bool | None = None,
    adjustment: str | None = None,
    shrink: bool | None = None,
    max_groups: int | None = None,
    overflow: str | None = None,
    preset: str | None = None,
    scale: Sequence[int] | None = None,
    missing: str | None = None,
    invalid: str | None = None,
    dont_know: Sequence[int] | None = None,
    weighted: bool | None = None,
    direction: str | None = None,
    top_boxes: int | None = None,
    bottom_boxes: int | None = None,
    aggregate: str | None = None,
) -> CsatReport:
    """Customer satisfaction: share of the top boxes, mean, net.

    ``ratings``: a list, a numpy array, a pandas or polars Series, a pyarrow array, a DuckDB relation of
    one column. None, NaN and null are missing. Or it is a data frame, and ``rating`` names its
    column; ``by`` then names one or more key columns, and the answer is a table in the frame's own
    library: score, n, limits of the interval and counts of every group.

    ``weights`` or ``counts``: a column, or the name of one in the data frame. With ``customer`` and
    ``time`` (and ``wave``), of several answers of a customer those count that the rule ``duplicates``
    says; see ``cxm.ResponseLedger``.

    ``level`` and ``method`` are those of the intervals. With ``by``: ``min_responses`` hides smaller
    groups, ``versus_rest`` tests each against all others with p-values adjusted by ``adjustment``,
    ``shrink`` shrinks scores toward their common mean; ``max_groups`` and ``overflow`` limit the
    groups.

    The remaining keywords are the definition; see ``cxm.Csat``.
    """
@overload
def csat(
    ratings: Any,
    *,
    weights: Any = None,
    counts: Any = None,
    customer: Any = None,
    time: Any = None,
    wave: Any = None,
    duplicates: str | None = None,
    min_gap_days: int | None = None,
    rating: str | None = None,
    by: str | Sequence[str],
    level: float | None = None,
    method: str | None = None,
    min_responses: int | None = None,
    versus_rest: bool | None = None,
    adjustment: str | None = None,
    shrink: bool | None = None,
    max_groups: int | None = None,
    overflow: str | None = None,
    preset: str | None = None,
    scale: Sequence[int] | None = None,
    missing: str | None = None,
    invalid: str | None = None,
    dont_know: Sequence[int] | None = None,
    weighted: bool | None = None,
    direction: str | None = None,
    top_boxes: int | None = None,
    bottom_boxes: int | None = None,
    aggregate: str | None = None,
) -> Any: ...

@overload
def ces(
    ratings: Any,
    *,
    weights: Any = None,
    counts: Any = None,
    customer: Any = None,
    time: Any = None,
    wave: Any = None,
    duplicates: str | None = None,
    min_gap_days: int | None = None,
    rating: str | None = None,
    by: None = None,
    level: float | None = None,
    method: str | None = None,
    min_responses: int | None = None,
    versus_rest: bool | None = None,
    adjustment: str | None = None,
    shrink: bool | None = None,
    max_groups: int | None = None,
    overflow: str | None = None,
    preset: str | None = None,
    scale: Sequence[int] | None = None,
    missing: str | None = None,
    invalid: str | None = None,
    dont_know: Sequence[int] | None = None,
    weighted: bool | None = None,
    direction: str | None = None,
    top_boxes: int | None = None,
    bottom_boxes: int | None = None,
    aggregate: str | None = None,
) -> CesReport:
    """Customer effort: share, mean and net of how easy it was.

    ``ratings``: a list, a numpy array, a pandas or polars Series, a pyarrow array, a DuckDB relation of
    one column. None, NaN and null are missing. Or it is a data frame, and ``rating`` names its
    column; ``by`` then names one or more key columns, and the answer is a table in the frame's own
    library: score, n, limits of the interval and counts of every group.

    ``weights`` or ``counts``: a column, or the name of one in the data frame. With ``customer`` and
    ``time`` (and ``wave``), of several answers of a customer those count that the rule ``duplicates``
    says; see ``cxm.ResponseLedger``.

    ``level`` and ``method`` are those of the intervals. With ``by``: ``min_responses`` hides smaller
    groups, ``versus_rest`` tests each against all others with p-values adjusted by ``adjustment``,
    ``shrink`` shrinks scores toward their common mean; ``max_groups`` and ``overflow`` limit the
    groups.

    The remaining keywords are the definition; see ``cxm.Ces``.
    """
@overload
def ces(
    ratings: Any,
    *,
    weights: Any = None,
    counts: Any = None,
    customer: Any = None,
    time: Any = None,
    wave: Any = None,
    duplicates: str | None = None,
    min_gap_days: int | None = None,
    rating: str | None = None,
    by: str | Sequence[str],
    level: float | None = None,
    method: str | None = None,
    min_responses: int | None = None,
    versus_rest: bool | None = None,
    adjustment: str | None = None,
    shrink: bool | None = None,
    max_groups: int | None = None,
    overflow: str | None = None,
    preset: str | None = None,
    scale: Sequence[int] | None = None,
    missing: str | None = None,
    invalid: str | None = None,
    dont_know: Sequence[int] | None = None,
    weighted: bool | None = None,
    direction: str | None = None,
    top_boxes: int | None = None,
    bottom_boxes: int | None = None,
    aggregate: str | None = None,
) -> Any: ...

@overload
def star_rating(
    ratings: Any,
    *,
    weights: Any = None,
    counts: Any = None,
    customer: Any = None,
    time: Any = None,
    wave: Any = None,
    duplicates: str | None = None,
    min_gap_days: int | None = None,
    rating: str | None = None,
    by: None = None,
    level: float | None = None,
    method: str | None = None,
    min_responses: int | None = None,
    versus_rest: bool | None = None,
    adjustment: str | None = None,
    shrink: bool | None = None,
    max_groups: int | None = None,
    overflow: str | None = None,
    preset: str | None = None,
    scale: Sequence[int] | None = None,
    missing: str | None = None,
    invalid: str | None = None,
    dont_know: Sequence[int] | None = None,
    weighted: bool | None = None,
    direction: str | None = None,
    top_boxes: int | None = None,
    bottom_boxes: int | None = None,
    aggregate: str | None = None,
) -> StarRatingReport:
    """Star ratings: mean, and share of four and five stars.

    ``ratings``: a list, a numpy array, a pandas or polars Series, a pyarrow array, a DuckDB relation of
    one column. None, NaN and null are missing. Or it is a data frame, and ``rating`` names its
    column; ``by`` then names one or more key columns, and the answer is a table in the frame's own
    library: score, n, limits of the interval and counts of every group.

    ``weights`` or ``counts``: a column, or the name of one in the data frame. With ``customer`` and
    ``time`` (and ``wave``), of several answers of a customer those count that the rule ``duplicates``
    says; see ``cxm.ResponseLedger``.

    ``level`` and ``method`` are those of the intervals. With ``by``: ``min_responses`` hides smaller
    groups, ``versus_rest`` tests each against all others with p-values adjusted by ``adjustment``,
    ``shrink`` shrinks scores toward their common mean; ``max_groups`` and ``overflow`` limit the
    groups.

    The remaining keywords are the definition; see ``cxm.StarRating``.
    """
@overload
def star_rating(
    ratings: Any,
    *,
    weights: Any = None,
    counts: Any = None,
    customer: Any = None,
    time: Any = None,
    wave: Any = None,
    duplicates: str | None = None,
    min_gap_days: int | None = None,
    rating: str | None = None,
    by: str | Sequence[str],
    level: float | None = None,
    method: str | None = None,
    min_responses: int | None = None,
    versus_rest: bool | None = None,
    adjustment: str | None = None,
    shrink: bool | None = None,
    max_groups: int | None = None,
    overflow: str | None = None,
    preset: str | None = None,
    scale: Sequence[int] | None = None,
    missing: str | None = None,
    invalid: str | None = None,
    dont_know: Sequence[int] | None = None,
    weighted: bool | None = None,
    direction: str | None = None,
    top_boxes: int | None = None,
    bottom_boxes: int | None = None,
    aggregate: str | None = None,
) -> Any: ...

@overload
def cx_index(
    *items: Any,
    columns: str | Sequence[str] | Mapping[str, str] | None = None,
    by: None = None,
    level: float | None = None,
    method: str | None = None,
    min_responses: int | None = None,
    versus_rest: bool | None = None,
    adjustment: str | None = None,
    shrink: bool | None = None,
    max_groups: int | None = None,
    overflow: str | None = None,
    preset: str | None = None,
    scale: Sequence[int] | None = None,
    missing: str | None = None,
    invalid: str | None = None,
    dont_know: Sequence[int] | None = None,
    weighted: bool | None = None,
    top_min: int | None = None,
    bottom_max: int | None = None,
    weights: Sequence[int] | None = None,
) -> CxIndexReport:
    """CX index: ease, effectiveness and emotion as one score, in points.

    ``*items``: a list, a numpy array, a pandas or polars Series, a pyarrow array, a DuckDB relation of
    one column. None, NaN and null are missing. Or it is a data frame, and ``columns`` names its
    columns; ``by`` then names one or more key columns, and the answer is a table in the frame's own
    library: score, n, limits of the interval and counts of every group.

    ``level`` and ``method`` are those of the intervals. With ``by``: ``min_responses`` hides smaller
    groups, ``versus_rest`` tests each against all others with p-values adjusted by ``adjustment``,
    ``shrink`` shrinks scores toward their common mean; ``max_groups`` and ``overflow`` limit the
    groups.

    The remaining keywords are the definition; see ``cxm.CxIndex``.
    """
@overload
def cx_index(
    *items: Any,
    columns: str | Sequence[str] | Mapping[str, str] | None = None,
    by: str | Sequence[str],
    level: float | None = None,
    method: str | None = None,
    min_responses: int | None = None,
    versus_rest: bool | None = None,
    adjustment: str | None = None,
    shrink: bool | None = None,
    max_groups: int | None = None,
    overflow: str | None = None,
    preset: str | None = None,
    scale: Sequence[int] | None = None,
    missing: str | None = None,
    invalid: str | None = None,
    dont_know: Sequence[int] | None = None,
    weighted: bool | None = None,
    top_min: int | None = None,
    bottom_max: int | None = None,
    weights: Sequence[int] | None = None,
) -> Any: ...

@overload
def secure_customer_index(
    *items: Any,
    columns: str | Sequence[str] | Mapping[str, str] | None = None,
    by: None = None,
    level: float | None = None,
    method: str | None = None,
    min_responses: int | None = None,
    versus_rest: bool | None = None,
    adjustment: str | None = None,
    shrink: bool | None = None,
    max_groups: int | None = None,
    overflow: str | None = None,
    preset: str | None = None,
    scale: Sequence[int] | None = None,
    missing: str | None = None,
    invalid: str | None = None,
    dont_know: Sequence[int] | None = None,
    weighted: bool | None = None,
    at_risk_max: int | None = None,
) -> SecureCustomerIndexReport:
    """Customers who are certain on all three questions of loyalty.

    ``*items``: a list, a numpy array, a pandas or polars Series, a pyarrow array, a DuckDB relation of
    one column. None, NaN and null are missing. Or it is a data frame, and ``columns`` names its
    columns; ``by`` then names one or more key columns, and the answer is a table in the frame's own
    library: score, n, limits of the interval and counts of every group.

    ``level`` and ``method`` are those of the intervals. With ``by``: ``min_responses`` hides smaller
    groups, ``versus_rest`` tests each against all others with p-values adjusted by ``adjustment``,
    ``shrink`` shrinks scores toward their common mean; ``max_groups`` and ``overflow`` limit the
    groups.

    The remaining keywords are the definition; see ``cxm.SecureCustomerIndex``.
    """
@overload
def secure_customer_index(
    *items: Any,
    columns: str | Sequence[str] | Mapping[str, str] | None = None,
    by: str | Sequence[str],
    level: float | None = None,
    method: str | None = None,
    min_responses: int | None = None,
    versus_rest: bool | None = None,
    adjustment: str | None = None,
    shrink: bool | None = None,
    max_groups: int | None = None,
    overflow: str | None = None,
    preset: str | None = None,
    scale: Sequence[int] | None = None,
    missing: str | None = None,
    invalid: str | None = None,
    dont_know: Sequence[int] | None = None,
    weighted: bool | None = None,
    at_risk_max: int | None = None,
) -> Any: ...

@overload
def paired_nps(
    *items: Any,
    columns: str | Sequence[str] | Mapping[str, str] | None = None,
    by: None = None,
    level: float | None = None,
    method: str | None = None,
    min_responses: int | None = None,
    versus_rest: bool | None = None,
    adjustment: str | None = None,
    shrink: bool | None = None,
    max_groups: int | None = None,
    overflow: str | None = None,
    preset: str | None = None,
    scale: Sequence[int] | None = None,
    missing: str | None = None,
    invalid: str | None = None,
    dont_know: Sequence[int] | None = None,
    weighted: bool | None = None,
    detractor_max: int | None = None,
    promoter_min: int | None = None,
) -> PairedNpsReport:
    """NPS of the same customers before and after, and who moved.

    ``*items``: a list, a numpy array, a pandas or polars Series, a pyarrow array, a DuckDB relation of
    one column. None, NaN and null are missing. Or it is a data frame, and ``columns`` names its
    columns; ``by`` then names one or more key columns, and the answer is a table in the frame's own
    library: score, n, limits of the interval and counts of every group.

    ``level`` and ``method`` are those of the intervals. With ``by``: ``min_responses`` hides smaller
    groups, ``versus_rest`` tests each against all others with p-values adjusted by ``adjustment``,
    ``shrink`` shrinks scores toward their common mean; ``max_groups`` and ``overflow`` limit the
    groups.

    The remaining keywords are the definition; see ``cxm.PairedNps``.
    """
@overload
def paired_nps(
    *items: Any,
    columns: str | Sequence[str] | Mapping[str, str] | None = None,
    by: str | Sequence[str],
    level: float | None = None,
    method: str | None = None,
    min_responses: int | None = None,
    versus_rest: bool | None = None,
    adjustment: str | None = None,
    shrink: bool | None = None,
    max_groups: int | None = None,
    overflow: str | None = None,
    preset: str | None = None,
    scale: Sequence[int] | None = None,
    missing: str | None = None,
    invalid: str | None = None,
    dont_know: Sequence[int] | None = None,
    weighted: bool | None = None,
    detractor_max: int | None = None,
    promoter_min: int | None = None,
) -> Any: ...

@overload
def emotional_value(
    *items: Any,
    columns: str | Sequence[str] | Mapping[str, str] | None = None,
    by: None = None,
    level: float | None = None,
    method: str | None = None,
    min_responses: int | None = None,
    versus_rest: bool | None = None,
    adjustment: str | None = None,
    shrink: bool | None = None,
    max_groups: int | None = None,
    overflow: str | None = None,
    preset: str | None = None,
    scale: Sequence[int] | None = None,
    missing: str | None = None,
    invalid: str | None = None,
    dont_know: Sequence[int] | None = None,
    weighted: bool | None = None,
    positive: Sequence[str] | None = None,
    negative: Sequence[str] | None = None,
) -> EmotionalValueReport:
    """Net emotional value: positive emotions minus negative ones.

    ``*items``: a list, a numpy array, a pandas or polars Series, a pyarrow array, a DuckDB relation of
    one column. None, NaN and null are missing. Or it is a data frame, and ``columns`` names its
    columns; ``by`` then names one or more key columns, and the answer is a table in the frame's own
    library: score, n, limits of the interval and counts of every group.

    ``level`` and ``method`` are those of the intervals. With ``by``: ``min_responses`` hides smaller
    groups, ``versus_rest`` tests each against all others with p-values adjusted by ``adjustment``,
    ``shrink`` shrinks scores toward their common mean; ``max_groups`` and ``overflow`` limit the
    groups.

    The remaining keywords are the definition; see ``cxm.EmotionalValue``.
    """
@overload
def emotional_value(
    *items: Any,
    columns: str | Sequence[str] | Mapping[str, str] | None = None,
    by: str | Sequence[str],
    level: float | None = None,
    method: str | None = None,
    min_responses: int | None = None,
    versus_rest: bool | None = None,
    adjustment: str | None = None,
    shrink: bool | None = None,
    max_groups: int | None = None,
    overflow: str | None = None,
    preset: str | None = None,
    scale: Sequence[int] | None = None,
    missing: str | None = None,
    invalid: str | None = None,
    dont_know: Sequence[int] | None = None,
    weighted: bool | None = None,
    positive: Sequence[str] | None = None,
    negative: Sequence[str] | None = None,
) -> Any: ...

@overload
def driver_moments(
    *items: Any,
    columns: str | Sequence[str] | Mapping[str, str] | None = None,
    by: None = None,
    level: float | None = None,
    method: str | None = None,
    min_responses: int | None = None,
    versus_rest: bool | None = None,
    adjustment: str | None = None,
    shrink: bool | None = None,
    max_groups: int | None = None,
    overflow: str | None = None,
    preset: str | None = None,
    scale: Sequence[int] | None = None,
    missing: str | None = None,
    invalid: str | None = None,
    dont_know: Sequence[int] | None = None,
    weighted: bool | None = None,
    outcome: str | None = None,
    outcome_scale: Sequence[int] | None = None,
    detractor_max: int | None = None,
    promoter_min: int | None = None,
    drivers: Sequence[str] | None = None,
    bottom_max: int | None = None,
    top_min: int | None = None,
) -> DriverMomentsReport:
    """What drives a score: sums of an outcome and its drivers, read as R².

    ``*items``: a list, a numpy array, a pandas or polars Series, a pyarrow array, a DuckDB relation of
    one column. None, NaN and null are missing. Or it is a data frame, and ``columns`` names its
    columns; ``by`` then names one or more key columns, and the answer is a table in the frame's own
    library: score, n, limits of the interval and counts of every group.

    ``level`` and ``method`` are those of the intervals. With ``by``: ``min_responses`` hides smaller
    groups, ``versus_rest`` tests each against all others with p-values adjusted by ``adjustment``,
    ``shrink`` shrinks scores toward their common mean; ``max_groups`` and ``overflow`` limit the
    groups.

    The remaining keywords are the definition; see ``cxm.DriverMoments``.
    """
@overload
def driver_moments(
    *items: Any,
    columns: str | Sequence[str] | Mapping[str, str] | None = None,
    by: str | Sequence[str],
    level: float | None = None,
    method: str | None = None,
    min_responses: int | None = None,
    versus_rest: bool | None = None,
    adjustment: str | None = None,
    shrink: bool | None = None,
    max_groups: int | None = None,
    overflow: str | None = None,
    preset: str | None = None,
    scale: Sequence[int] | None = None,
    missing: str | None = None,
    invalid: str | None = None,
    dont_know: Sequence[int] | None = None,
    weighted: bool | None = None,
    outcome: str | None = None,
    outcome_scale: Sequence[int] | None = None,
    detractor_max: int | None = None,
    promoter_min: int | None = None,
    drivers: Sequence[str] | None = None,
    bottom_max: int | None = None,
    top_min: int | None = None,
) -> Any: ...

@overload
def response_rate(
    invited_at: Any,
    answered_at: Any = None,
    *,
    columns: str | Sequence[str] | Mapping[str, str] | None = None,
    by: None = None,
    level: float | None = None,
    method: str | None = None,
    min_responses: int | None = None,
    versus_rest: bool | None = None,
    adjustment: str | None = None,
    shrink: bool | None = None,
    max_groups: int | None = None,
    overflow: str | None = None,
    preset: str | None = None,
    basis: str | None = None,
    pane_days: int | None = None,
    origin: int | None = None,
    close_after_days: float | None = None,
    invalid: str | None = None,
    max_panes: int | None = None,
) -> ResponseRateReport:
    """How many of the invited answered, by invitation or by window.

    ``invited_at``: a list, a numpy array, a pandas or polars Series, a pyarrow array, a DuckDB relation of
    one column. None, NaN and null are missing. Or it is a data frame, and ``columns`` names its
    columns; ``by`` then names one or more key columns, and the answer is a table in the frame's own
    library: score, n, limits of the interval and counts of every group.

    Beside it, columns: ``answered_at``.

    ``level`` and ``method`` are those of the intervals. With ``by``: ``min_responses`` hides smaller
    groups, ``versus_rest`` tests each against all others with p-values adjusted by ``adjustment``,
    ``shrink`` shrinks scores toward their common mean; ``max_groups`` and ``overflow`` limit the
    groups.

    The remaining keywords are the definition; see ``cxm.ResponseRate``.
    """
@overload
def response_rate(
    invited_at: Any,
    answered_at: Any = None,
    *,
    columns: str | Sequence[str] | Mapping[str, str] | None = None,
    by: str | Sequence[str],
    level: float | None = None,
    method: str | None = None,
    min_responses: int | None = None,
    versus_rest: bool | None = None,
    adjustment: str | None = None,
    shrink: bool | None = None,
    max_groups: int | None = None,
    overflow: str | None = None,
    preset: str | None = None,
    basis: str | None = None,
    pane_days: int | None = None,
    origin: int | None = None,
    close_after_days: float | None = None,
    invalid: str | None = None,
    max_panes: int | None = None,
) -> Any: ...

@overload
def response_ledger(
    ratings: Any,
    *,
    customer: Any = None,
    time: Any = None,
    wave: Any = None,
    rating: str | None = None,
    by: None = None,
    level: float | None = None,
    method: str | None = None,
    min_responses: int | None = None,
    versus_rest: bool | None = None,
    adjustment: str | None = None,
    shrink: bool | None = None,
    max_groups: int | None = None,
    overflow: str | None = None,
    preset: str | None = None,
    scale: Sequence[int] | None = None,
    missing: str | None = None,
    invalid: str | None = None,
    dont_know: Sequence[int] | None = None,
    weighted: bool | None = None,
    duplicates: str | None = None,
    min_gap_days: float | None = None,
    max_entries: int | None = None,
) -> ResponseLedgerReport:
    """Who answered when, so that nobody is counted twice.

    ``ratings``: a list, a numpy array, a pandas or polars Series, a pyarrow array, a DuckDB relation of
    one column. None, NaN and null are missing. Or it is a data frame, and ``rating`` names its
    column; ``by`` then names one or more key columns, and the answer is a table in the frame's own
    library: score, n, limits of the interval and counts of every group.

    Beside it, columns: ``customer``, ``time``, ``wave``.

    ``level`` and ``method`` are those of the intervals. With ``by``: ``min_responses`` hides smaller
    groups, ``versus_rest`` tests each against all others with p-values adjusted by ``adjustment``,
    ``shrink`` shrinks scores toward their common mean; ``max_groups`` and ``overflow`` limit the
    groups.

    The remaining keywords are the definition; see ``cxm.ResponseLedger``.
    """
@overload
def response_ledger(
    ratings: Any,
    *,
    customer: Any = None,
    time: Any = None,
    wave: Any = None,
    rating: str | None = None,
    by: str | Sequence[str],
    level: float | None = None,
    method: str | None = None,
    min_responses: int | None = None,
    versus_rest: bool | None = None,
    adjustment: str | None = None,
    shrink: bool | None = None,
    max_groups: int | None = None,
    overflow: str | None = None,
    preset: str | None = None,
    scale: Sequence[int] | None = None,
    missing: str | None = None,
    invalid: str | None = None,
    dont_know: Sequence[int] | None = None,
    weighted: bool | None = None,
    duplicates: str | None = None,
    min_gap_days: float | None = None,
    max_entries: int | None = None,
) -> Any: ...

def customer_summaries(
    frame: Any,
    *,
    customer: Any,
    time: Any,
    amount: Any = None,
    cost: Any = None,
    currency: float | None = None,
    until: Any = None,
    unit: str | int | None = 'week',
    include_first: bool | None = False,
    preset: str | None = None,
    amounts: str | None = None,
    decimals: int | None = None,
    other_currencies: str | None = None,
    refunds: str | None = None,
    zero_amounts: str | None = None,
    missing_amounts: str | None = None,
    missing_customers: str | None = None,
    day_offset_minutes: int | None = None,
    max_customers: int | None = None,
) -> Any:
    """Who bought how often, how long ago and for how much.

    ``frame``: a pandas or polars DataFrame, a pyarrow Table, a DuckDB relation, a dict of columns.
    ``customer``, ``time``, ``amount``, ``cost``, ``currency`` name its columns; the answer is a table in the frame's own library:
    one row a customer: frequency, recency, age, monetary value at a cut-off.

    ``until``: the cut-off, itself included; null for the last day of the log.
    ``unit``: unit of recency and age: day, week, month, year, or a number of days.
    ``include_first``: whether the first purchase is part of the mean spend.

    The remaining keywords are the definition; see ``cxm.CustomerSummaries``, which has the other tables.
    """

def activity(
    frame: Any,
    *,
    customer: Any,
    time: Any,
    amount: Any = None,
    cost: Any = None,
    currency: Any = None,
    period: Any = 'month',
    kind: Any = 'on',
    clock: Any = 'calendar',
    days: Any = None,
    week_start: Any = 'monday',
    born_from: Any = None,
    until: Any = None,
    max_age: Any = None,
    level: float | None = 0.95,
    preset: str | None = None,
    tick: str | None = None,
    day_offset_minutes: int | None = None,
    amounts: str | None = None,
    decimals: int | None = None,
    refunds: str | None = None,
    missing_customers: str | None = None,
    max_customers: int | None = None,
) -> Any:
    """Who comes back: retention by cohort, stickiness, inactivity.

    ``frame``: a pandas or polars DataFrame, a pyarrow Table, a DuckDB relation, a dict of columns.
    ``customer``, ``time``, ``amount``, ``cost``, ``currency`` name its columns; the answer is a table in the frame's own library:
    one row a cohort and age: customers who were active, their share, their revenue.

    ``period``: day, week, month, quarter or year of the calendar.
    ``kind``: on: active at this very age; on_or_after: at this age or later; or ages with which brackets begin, the last of which ends the last bracket.
    ``clock``: calendar: ages in periods of the calendar; rolling: in days from each customer's first activity.
    ``days``: days of an age on a rolling clock; null for 1, 7, 30, 91 or 365 by the period.
    ``week_start``: the day of the week with which weeks begin.
    ``born_from``: customers first active before this day are in no cohort; null for none.
    ``until``: the cut-off, itself included; null for the last day of the log.
    ``max_age``: the largest age or bracket; null for all.
    ``level``: level of the intervals.

    The remaining keywords are the definition; see ``cxm.Activity``, which has the other tables.
    """

def purchase_patterns(
    frame: Any,
    *,
    frequency: Any,
    recency: Any,
    age: Any,
    spend: Any = None,
    counts: Any = None,
    preset: str | None = None,
    unit: str | None = None,
    decimals: int | None = None,
    max_patterns: int | None = None,
) -> Any:
    """Distinct purchase histories with counts: what a fit reads.

    ``frame``: a pandas or polars DataFrame, a pyarrow Table, a DuckDB relation, a dict of columns.
    ``frequency``, ``recency``, ``age``, ``spend``, ``counts`` name its columns; the answer is a table in the frame's own library:
    one row a distinct history: frequency, recency, age, and the customers as weights.



    The remaining keywords are the definition; see ``cxm.PurchasePatterns``, which has the other tables.
    """

@overload
def score_predictions(
    probability: Any,
    *,
    observed: Any = None,
    value: Any = None,
    counts: Any = None,
    columns: str | Sequence[str] | Mapping[str, str] | None = None,
    by: None = None,
    level: float | None = None,
    method: str | None = None,
    min_responses: int | None = None,
    versus_rest: bool | None = None,
    adjustment: str | None = None,
    shrink: bool | None = None,
    max_groups: int | None = None,
    overflow: str | None = None,
    preset: str | None = None,
    grid_bits: int | None = None,
    valued: bool | None = None,
    missing: str | None = None,
    max_cells: int | None = None,
) -> PredictionScoresReport:
    """Predicted probabilities against what came: AUC, Brier, lift, calibration.

    ``probability``: a list, a numpy array, a pandas or polars Series, a pyarrow array, a DuckDB relation of
    one column. None, NaN and null are missing. Or it is a data frame, and ``columns`` names its
    columns; ``by`` then names one or more key columns, and the answer is a table in the frame's own
    library: score, n, limits of the interval and counts of every group.

    Beside it, columns: ``observed``, ``value``, ``counts``.

    ``level`` and ``method`` are those of the intervals. With ``by``: ``min_responses`` hides smaller
    groups, ``versus_rest`` tests each against all others with p-values adjusted by ``adjustment``,
    ``shrink`` shrinks scores toward their common mean; ``max_groups`` and ``overflow`` limit the
    groups.

    The remaining keywords are the definition; see ``cxm.PredictionScores``.
    """
@overload
def score_predictions(
    probability: Any,
    *,
    observed: Any = None,
    value: Any = None,
    counts: Any = None,
    columns: str | Sequence[str] | Mapping[str, str] | None = None,
    by: str | Sequence[str],
    level: float | None = None,
    method: str | None = None,
    min_responses: int | None = None,
    versus_rest: bool | None = None,
    adjustment: str | None = None,
    shrink: bool | None = None,
    max_groups: int | None = None,
    overflow: str | None = None,
    preset: str | None = None,
    grid_bits: int | None = None,
    valued: bool | None = None,
    missing: str | None = None,
    max_cells: int | None = None,
) -> Any: ...

@overload
def lifetimes(
    durations: Any,
    *,
    observed: Any = None,
    entry: Any = None,
    cause: Any = None,
    counts: Any = None,
    columns: str | Sequence[str] | Mapping[str, str] | None = None,
    by: None = None,
    level: float | None = None,
    method: str | None = None,
    min_responses: int | None = None,
    versus_rest: bool | None = None,
    adjustment: str | None = None,
    shrink: bool | None = None,
    max_groups: int | None = None,
    overflow: str | None = None,
    preset: str | None = None,
    unit: str | None = None,
    ticks_per_unit: int | None = None,
    rounding: str | None = None,
    missing: str | None = None,
    causes: Sequence[int] | None = None,
    max_ticks: int | None = None,
) -> LifetimesReport:
    """Lifetimes: how many stayed how long, and how many leave a unit of time.

    ``durations``: a list, a numpy array, a pandas or polars Series, a pyarrow array, a DuckDB relation of
    one column. None, NaN and null are missing. Or it is a data frame, and ``columns`` names its
    columns; ``by`` then names one or more key columns, and the answer is a table in the frame's own
    library: score, n, limits of the interval and counts of every group.

    Beside it, columns: ``observed``, ``entry``, ``cause``, ``counts``.

    ``level`` and ``method`` are those of the intervals. With ``by``: ``min_responses`` hides smaller
    groups, ``versus_rest`` tests each against all others with p-values adjusted by ``adjustment``,
    ``shrink`` shrinks scores toward their common mean; ``max_groups`` and ``overflow`` limit the
    groups.

    The remaining keywords are the definition; see ``cxm.Lifetimes``.
    """
@overload
def lifetimes(
    durations: Any,
    *,
    observed: Any = None,
    entry: Any = None,
    cause: Any = None,
    counts: Any = None,
    columns: str | Sequence[str] | Mapping[str, str] | None = None,
    by: str | Sequence[str],
    level: float | None = None,
    method: str | None = None,
    min_responses: int | None = None,
    versus_rest: bool | None = None,
    adjustment: str | None = None,
    shrink: bool | None = None,
    max_groups: int | None = None,
    overflow: str | None = None,
    preset: str | None = None,
    unit: str | None = None,
    ticks_per_unit: int | None = None,
    rounding: str | None = None,
    missing: str | None = None,
    causes: Sequence[int] | None = None,
    max_ticks: int | None = None,
) -> Any: ...

def attribution_paths(
    frame: Any,
    *,
    path: Any,
    conversions: Any,
    value: Any = None,
    nulls: Any = None,
    method: str | None = 'markov',
    direct: Any = [],
    weights: Any = [40, 20, 40],
    order: Any = 1,
    include_nulls: Any = True,
    level: float | None = 0.95,
    preset: str | None = None,
    separator: str | None = None,
    max_paths: int | None = None,
) -> Any:
    """Paths of touchpoints, and how their conversions are divided among them.

    ``frame``: a pandas or polars DataFrame, a pyarrow Table, a DuckDB relation, a dict of columns.
    ``path``, ``conversions``, ``value``, ``nulls`` name its columns; the answer is a table in the frame's own library:
    one row a touchpoint: the conversions and the value it gets, and its share with limits.

    ``method``: first, last, last_non_direct, linear, position, j, inverse_j, markov, shapley or shapley_rate.
    ``direct``: the touchpoints that are direct, for last_non_direct.
    ``weights``: parts for the first touchpoint, those between and the last, for position.
    ``order``: how many of the last touchpoints a state of the Markov chain remembers.
    ``include_nulls``: whether journeys that did not convert are part of the Markov chain.
    ``level``: level of the intervals of the shares.

    The remaining keywords are the definition; see ``cxm.AttributionPaths``, which has the other tables.
    """

def subscriptions(
    spans: Any,
    *,
    columns: str | Sequence[str] | Mapping[str, str] | None = None,
    preset: str | None = None,
    unit: str | None = None,
    instant: str | None = None,
    dunning_days: int | None = None,
    reactivation_gap_days: int | None = None,
    voluntary_causes: Sequence[str] | None = None,
    involuntary_causes: Sequence[str] | None = None,
    max_spans: int | None = None,
) -> SubscriptionsReport:
    """Who subscribed from when to when: the report that churn rates and retention are read from.

    ``spans``: a data frame or a dict of columns; ``columns`` names those that are called otherwise: see
    ``cxm.churn_rate``. The report has ``churn_rate``, ``revenue_retention`` and ``churn_definitions``.

    The remaining keywords are the definition; see ``cxm.Subscriptions``.
    """
