//! What the tables hold: the columns of each, and what they mean.
//!
//! A column whose name is followed by `?` is there where it was asked for; `*` stands for columns
//! under names that were given.

mod meanings;

use serde_json::{Value, json};

use meanings::MEANINGS;

/// The columns of a table, in their order: name and type.
const COLUMNS: &[(&str, &str, &str)] = &[
    (
        "customer_summaries",
        "summaries",
        "customer:keys frequency:counts recency:floats age:floats monetary_value:floats \
         first_purchase:days last_purchase:days",
    ),
    (
        "customer_summaries",
        "calibration_holdout",
        "customer:keys frequency:counts recency:floats age:floats monetary_value:floats \
         first_purchase:days last_purchase:days holdout_frequency:counts holdout_spend:floats \
         holdout_duration:floats",
    ),
    (
        "customer_summaries",
        "opportunities",
        "customer:keys frequency:counts recency:counts periods:counts",
    ),
    (
        "customer_summaries",
        "tracking",
        "period:counts start:days end:days cumulative_customers:counts customers:counts \
         cumulative_repeat_purchases:counts repeat_purchases:counts",
    ),
    (
        "customer_summaries",
        "historical_value",
        "customer:keys purchases:counts refunds:counts revenue_minor:integers \
         refunded_minor:integers cost_minor:integers margin_minor:integers last_purchase:days",
    ),
    (
        "customer_summaries",
        "audit",
        "score:floats customers:counts repeaters:counts one_time_buyers:counts \
         customers_after:counts without_purchase:counts purchases:counts purchase_days:counts \
         same_day_merges:counts repeat_purchases:counts refunds:counts zero_amounts:counts \
         without_amount:counts missing_customer:counts missing_amount:counts \
         other_currency:counts no_repeat_spend:counts frequency_above_age:counts \
         frequency_spend_correlation:floats first_day:texts last_day:texts until:texts \
         unit:texts? currency:texts observations:counts",
    ),
    (
        "activity",
        "cohorts",
        "cohort:days size:counts age:counts last_age:counts customers:counts share:floats \
         lower:floats upper:floats revenue_minor:integers revenue_per_head:floats",
    ),
    (
        "activity",
        "retention",
        "age:counts last_age:counts cohorts:counts size:counts customers:counts \
         weighted:floats lower:floats upper:floats plain:floats revenue_per_head:floats",
    ),
    ("activity", "cohort_sizes", "cohort:days last_day:days size:counts whole:counts"),
    (
        "activity",
        "stickiness",
        "period:days last_day:days days:counts active:counts new:counts retained:counts \
         back:counts lapsed:counts mean_daily:floats stickiness:floats lower:floats \
         upper:floats",
    ),
    (
        "activity",
        "trailing_activity",
        "day:days daily:counts weekly:counts monthly:counts daily_weekly:floats \
         daily_monthly:floats weekly_monthly:floats",
    ),
    (
        "activity",
        "gaps",
        "days:counts closed:counts open:counts longer:floats lower:floats upper:floats",
    ),
    (
        "activity",
        "inactivity",
        "since:days until:days threshold_days:floats threshold_lower:floats \
         threshold_upper:floats threshold_alive:floats customers:counts active:counts \
         lapsed:counts active_before:counts churned:counts back:counts new:counts \
         active_share:floats active_lower:floats active_upper:floats churn_rate:floats \
         churn_lower:floats churn_upper:floats expected_alive:floats",
    ),
    (
        "activity",
        "audit",
        "score:floats watched:counts retained:counts customers:counts customers_after:counts \
         without_activity:counts activities:counts active_ticks:counts without_amount:counts \
         refunds:counts excluded_refunds:counts missing_customer:counts first_day:texts \
         last_day:texts until:texts observations:counts",
    ),
    ("purchase_patterns", "patterns", "frequency:counts recency:floats age:floats weights:counts"),
    ("purchase_patterns", "spends", "frequency:counts monetary_value:floats weights:counts"),
    (
        "prediction_scores",
        "lift",
        "group:counts share:floats rows:floats events:floats rate:floats lift:floats \
         gain:floats cumulative_lift:floats lowest_probability:floats value:floats? \
         event_value:floats? value_gain:floats?",
    ),
    (
        "prediction_scores",
        "calibration",
        "from:floats to:floats rows:counts events:counts mean_probability:floats rate:floats \
         lower:floats upper:floats",
    ),
    (
        "journeys",
        "transitions",
        "source:keys target:keys count:counts customers:counts probability:floats \
         probability_in:floats share:floats mean_duration:floats median_duration:floats \
         q95_duration:floats min_duration:integers max_duration:integers",
    ),
    ("journeys", "step_matrix", "step:integers touchpoint:keys journeys:counts share:floats"),
    (
        "journeys",
        "step_flows",
        "step:integers source:keys target:keys journeys:counts probability:floats \
         share:floats",
    ),
    (
        "journeys",
        "variants",
        "path:texts steps:counts journeys:counts share:floats converted:counts dropped:counts \
         value:integers example:keys",
    ),
    (
        "journeys",
        "touchpoints",
        "touchpoint:keys events:counts customers:counts journeys:counts starts:counts \
         ends:counts drop_offs:counts repeats:counts self_loops:counts returns:counts \
         exit_rate:floats lower:floats upper:floats",
    ),
    (
        "journeys",
        "journeys",
        "customer:keys journey:counts first_time:integers last_time:integers events:counts \
         status:texts first_touchpoint:keys last_touchpoint:keys scores:counts \
         mean_score:floats value:integers",
    ),
    (
        "journeys",
        "contacts",
        "stage:texts touchpoint:keys channel:keys events:counts customers:counts \
         scores:counts mean_score:floats value:integers",
    ),
    (
        "journeys",
        "attribution",
        "touchpoint:texts conversions:floats value:floats share:floats share_lower:floats \
         share_upper:floats removal_effect:floats value_removal_effect:floats?",
    ),
    ("journeys", "attribution_comparison", "touchpoint:texts *:floats"),
    (
        "journeys",
        "funnel",
        "touchpoint:keys reached:counts share:floats share_of_previous:floats lower:floats \
         upper:floats",
    ),
    (
        "journeys",
        "emotion_curve",
        "group:keys events:counts customers:counts n:counts mean:floats \
         standard_deviation:floats lower:floats upper:floats emotion:floats negative:counts \
         negative_share:floats negative_lower:floats negative_upper:floats",
    ),
    (
        "journeys",
        "peak_end",
        "customer:keys journey:counts status:texts n:counts mean:floats peak:floats \
         end:floats peak_end:floats min:floats max:floats amplitude:floats worst_drop:floats",
    ),
    (
        "journeys",
        "peak_end_means",
        "figure:texts n:counts mean:floats standard_deviation:floats lower:floats \
         upper:floats without_score:counts",
    ),
    (
        "journeys",
        "pain_points",
        "touchpoint:keys events:counts customers:counts reach:floats reach_lower:floats \
         reach_upper:floats n:counts severity:floats severity_lower:floats \
         severity_upper:floats index:floats value_at_risk:integers? value_index:floats?",
    ),
    (
        "journeys",
        "channels",
        "channel:keys events:counts customers:counts journeys:counts n:counts mean:floats \
         standard_deviation:floats lower:floats upper:floats",
    ),
    (
        "journeys",
        "journey_channels",
        "customer:keys journey:counts events:counts without_channel:counts switches:counts \
         switch_rate:floats channels:counts entropy:floats",
    ),
    (
        "journeys",
        "omnichannel_consistency",
        "compared:counts consistency:floats eta_squared:floats failures:counts \
         resolved_on_other_channel:counts resolved_on_other_channel_share:floats \
         resolved_on_other_channel_lower:floats resolved_on_other_channel_upper:floats \
         resolved_on_same_channel:counts unresolved:counts journeys:counts \
         multi_channel:counts multi_channel_share:floats multi_channel_lower:floats \
         multi_channel_upper:floats switches:counts pairs:counts switch_rate:floats",
    ),
    (
        "journeys",
        "alignment",
        "figure:texts n:counts correlation:floats lower:floats upper:floats gap:floats \
         gap_lower:floats gap_upper:floats journey_score:floats without_journey_score:counts \
         without_touchpoint_score:counts without_score:counts",
    ),
    (
        "journeys",
        "importance",
        "touchpoint:keys journeys:counts goal_rate_with:floats goal_rate_without:floats \
         goal_difference:floats goal_lower:floats goal_upper:floats score_with:floats \
         score_without:floats score_difference:floats score_lower:floats score_upper:floats \
         stated:floats derived:floats quadrant:texts",
    ),
    (
        "journeys",
        "measures",
        "measure:texts name:texts touchpoint:texts stage:texts kpi:texts status:texts \
         owner:texts before_from:integers before_to:integers before_n:counts \
         before_open:counts before:floats after_from:integers after_to:integers \
         after_n:counts after_open:counts after:floats difference:floats lower:floats \
         upper:floats baseline:floats better_than_baseline:keys target:floats target_met:keys",
    ),
    (
        "journey_stream",
        "transitions",
        "source:keys target:keys count:counts customers:counts probability:floats \
         probability_in:floats share:floats mean_duration:floats median_duration:floats \
         q95_duration:floats min_duration:integers max_duration:integers",
    ),
    ("journey_stream", "step_matrix", "step:integers touchpoint:keys journeys:counts share:floats"),
    (
        "journey_stream",
        "funnel",
        "touchpoint:keys reached:counts share:floats share_of_previous:floats lower:floats \
         upper:floats",
    ),
    (
        "journey_stream",
        "touchpoints",
        "touchpoint:keys events:counts customers:counts starts:counts ends:counts \
         drop_offs:counts self_loops:counts scores:counts mean_score:floats lower:floats \
         upper:floats value:integers",
    ),
    (
        "journey_stream",
        "channel_switches",
        "source:keys target:keys count:counts probability:floats",
    ),
    (
        "journey_stream",
        "late_events",
        "customer:keys touchpoint:keys time:integers event_id:keys channel:keys object:keys \
         score:floats value:integers",
    ),
    (
        "lifetimes",
        "kaplan_meier",
        "time:floats at_risk:counts events:counts censored:counts survival:floats \
         standard_error:floats lower:floats upper:floats",
    ),
    (
        "lifetimes",
        "nelson_aalen",
        "time:floats hazard:floats standard_error:floats lower:floats upper:floats",
    ),
    (
        "lifetimes",
        "aalen_johansen",
        "cause:keys time:floats incidence:floats standard_error:floats lower:floats \
         upper:floats",
    ),
    (
        "lifetimes",
        "life_table",
        "from:floats to:floats at_risk:counts entered:counts censored:counts events:counts \
         effective:floats probability:floats survival:floats standard_error:floats \
         hazard:floats",
    ),
    (
        "lifetimes",
        "tenure_rates",
        "from:floats to:floats events:counts exposure:floats rate:floats",
    ),
    (
        "lifetimes",
        "risk_table",
        "time:floats at_risk:counts entered:counts events:counts censored:counts",
    ),
    (
        "attribution_paths",
        "attribution",
        "touchpoint:texts conversions:floats value:floats share:floats share_lower:floats \
         share_upper:floats removal_effect:floats value_removal_effect:floats?",
    ),
    ("attribution_paths", "comparison", "touchpoint:texts *:floats"),
    ("attribution_paths", "paths", "path:texts conversions:counts value:floats nulls:counts"),
];

fn meaning(table: &str, column: &str) -> &'static str {
    let here = |name: &str| name.split_once('.') == Some((table, column));
    let own = MEANINGS.iter().find(|(name, _)| here(name));
    let shared = || MEANINGS.iter().find(|(name, _)| *name == column);
    own.or_else(shared).map_or("", |(_, meaning)| meaning)
}

/// The columns of a table as data: name, type, whether every such table has it, and its meaning.
pub(super) fn of(calculator: &str, table: &str) -> Value {
    let listed = COLUMNS.iter().find(|(owner, name, _)| (*owner, *name) == (calculator, table));
    let column = |spec: &str| {
        let (name, rest) = spec.split_once(':').unwrap_or((spec, ""));
        let kind = rest.trim_end_matches('?');
        json!({
            "name": name,
            "type": kind,
            "always": kind == rest && name != "*",
            "summary": meaning(table, name),
        })
    };
    listed.into_iter().flat_map(|(_, _, specs)| specs.split_whitespace().map(column)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calculator::batch::{Batch, Events, Paths};
    use crate::calculator::{Table, table::TableColumn};
    use crate::registry::{CALCULATORS, DynCalculator, TableEntry};
    use serde_json::Map;

    /// A calculator of each kind, with rows where a table needs some.
    fn asked(name: &str) -> Box<dyn DynCalculator> {
        let definition = match name {
            "journeys" => json!({"goal": ["order"]}),
            "journey_stream" => json!({"funnels": [{"name": "a", "steps": ["shop", "order"]}]}),
            "prediction_scores" => json!({"valued": true}),
            _ => json!({}),
        };
        let mut calculator = crate::registry::new(name, &definition).unwrap();
        let (who, paths) = (["ann", "ann"], ["shop > order"]);
        if name == "journeys" {
            let events =
                Events::new(who.as_slice(), ["shop", "order"].as_slice(), [1_i64, 2].as_slice());
            calculator.update(Batch::Events(events)).unwrap();
        } else if name == "attribution_paths" {
            let paths = Paths::new(paths.as_slice(), [1_u64].as_slice());
            calculator.update(Batch::Paths(paths)).unwrap();
        }
        calculator
    }

    fn table(calculator: &dyn DynCalculator, entry: &TableEntry) -> Table {
        let mut arguments = Map::new();
        for parameter in entry.parameters {
            let value = match parameter.name {
                "measures" => json!([]),
                "calibration_end" | "observation_end" => json!("1970-01-01"),
                "cuts" => json!([1, 2]),
                "target" => json!(7),
                "name" => json!("a"),
                "value_at_risk" => json!(true),
                _ if parameter.default.is_some() => continue,
                _ => json!(["shop", "order"]),
            };
            arguments.insert(parameter.name.to_owned(), value);
        }
        calculator.tabulate(entry.name, &arguments.into()).unwrap()
    }

    #[test]
    fn every_table_has_the_columns_that_are_listed() {
        for entry in CALCULATORS {
            let calculator = asked(entry.kind.name);
            for entry in entry.tables {
                let kind = calculator.kind().name;
                let listed = of(kind, entry.name);
                let found = table(&*calculator, entry);
                let place = format!("{kind}, {}", entry.name);
                let mut rest = found.columns().iter().peekable();
                for column in listed.as_array().unwrap() {
                    let is_it = |found: &&TableColumn| {
                        (column["name"] == *found.name() || column["name"] == "*")
                            && column["type"] == *found.data().type_name()
                    };
                    let Some(_) = rest.next_if(is_it) else {
                        assert_eq!(column["always"], false, "{place}: {column}, {:?}", rest.peek());
                        continue;
                    };
                    while column["name"] == "*" && rest.next_if(is_it).is_some() {}
                    assert_ne!(column["summary"], "", "{place}: {column}");
                }
                assert_eq!(rest.next().map(TableColumn::name), None, "{place}");
            }
        }
        assert_eq!(
            COLUMNS.len(),
            CALCULATORS.iter().map(|entry| entry.tables.len()).sum::<usize>()
        );
    }

    #[test]
    fn every_meaning_is_that_of_a_column() {
        let names = |table: &str, specs: &str| {
            let name = |spec: &str| spec.split(':').next().unwrap_or_default().to_owned();
            let plain: Vec<String> = specs.split_whitespace().map(name).collect();
            let placed: Vec<_> = plain.iter().map(|name| format!("{table}.{name}")).collect();
            plain.into_iter().chain(placed).collect::<Vec<_>>()
        };
        let known: Vec<_> = COLUMNS.iter().flat_map(|(_, table, it)| names(table, it)).collect();
        for (at, (name, _)) in MEANINGS.iter().enumerate() {
            assert!(known.iter().any(|known| known == name), "{name}");
            assert!(MEANINGS.iter().skip(at + 1).all(|(other, _)| other != name), "{name} twice");
        }
    }
}
