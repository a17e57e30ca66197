//! The definitions of the churn rate that go by a name.

use super::churn_rate::{ChurnFormula as Formula, ChurnRateDefinition};
use crate::calculator::Preset;

/// The formulas, and what vendors make of them.
pub(super) const PRESETS: &[Preset<ChurnRateDefinition>] = &[
    Preset {
        name: "start_cohort",
        summary: "gone at the end, of those there at the start",
        build: || ChurnRateDefinition::by(Formula::StartCohort),
    },
    Preset {
        name: "events_over_start",
        summary: "departures over those there at the start",
        build: || ChurnRateDefinition::by(Formula::EventsOverStart),
    },
    Preset {
        name: "events_over_exposed",
        summary: "departures over those there at the start and the new",
        build: || ChurnRateDefinition::by(Formula::EventsOverExposed),
    },
    Preset {
        name: "events_over_average",
        summary: "departures over the mean of start and end",
        build: || ChurnRateDefinition::by(Formula::EventsOverAverage),
    },
    Preset {
        name: "events_over_mean_daily",
        summary: "departures over the mean of all days",
        build: || ChurnRateDefinition::by(Formula::EventsOverMeanDaily),
    },
    Preset {
        name: "daily_sum",
        summary: "the sum of the rates of the days",
        build: || ChurnRateDefinition::by(Formula::DailySum),
    },
    Preset {
        name: "person_time",
        summary: "departures per 30 customer-days",
        build: || ChurnRateDefinition::by(Formula::PersonTime),
    },
    Preset {
        name: "renewals_due",
        summary: "yearly terms not renewed, of those due",
        build: || ChurnRateDefinition::by(Formula::RenewalsDue),
    },
    Preset {
        name: "fightchurn",
        summary: "Gold (2020): gone at the end, of those there at the start",
        build: || ChurnRateDefinition::by(Formula::StartCohort),
    },
    Preset {
        name: "chartmogul_standard",
        summary: "ChartMogul, standard: gone at the end, of those there at the start",
        build: || ChurnRateDefinition::by(Formula::StartCohort),
    },
    Preset {
        name: "chartmogul_b2c",
        summary: "ChartMogul, Shopify (B2C): the sum of the rates of the days",
        build: || ChurnRateDefinition::by(Formula::DailySum),
    },
    Preset {
        name: "recurly_basic",
        summary: "Recurly, basic: departures over those there at the start",
        build: || ChurnRateDefinition::by(Formula::EventsOverStart),
    },
    Preset {
        name: "baremetrics",
        summary: "Baremetrics: departures over those there 30 days ago",
        build: || ChurnRateDefinition::in_30_days(Formula::EventsOverStart),
    },
    Preset {
        name: "stripe_30d",
        summary: "Stripe Billing: 30 days, over those there before and the new",
        build: || ChurnRateDefinition::in_30_days(Formula::EventsOverExposed),
    },
    Preset {
        name: "shopify",
        summary: "Shopify: departures over the mean of all days",
        build: || ChurnRateDefinition::by(Formula::EventsOverMeanDaily),
    },
];
