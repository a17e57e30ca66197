//! The world of the example company: everything that is decided beforehand, nothing that is drawn.
//!
//! A customer's satisfaction with one contact is a standard normal number `s`. An item of the
//! survey sees it through noise of its own,
//!
//! ```text
//! z = λ·(s + mood) + √(1 − λ²)·ε − phone,    ε ~ N(0, 1),
//! ```
//!
//! and the rating is the number of cut points below `z`, counted from the lowest rating. So any two
//! items correlate by the product of their loadings λ, while the chance of each rating stays known.

use super::calendar::{DAY, days};

pub(crate) const COMPANY: &str = "Fenmarrow Coffee Roasters";
pub(crate) const SEED: u64 = 20_250_101;

/// A wave stays open for this long; an answer that comes after it is late.
pub(crate) const OPEN_FOR: i64 = 28 * DAY;
/// Customers younger than this are not asked.
pub(crate) const FIRST_ASKED_AFTER: i64 = 30 * DAY;
/// The part of the variance of `s` that stays with a customer from wave to wave.
pub(crate) const TRAIT_SHARE: f64 = 0.5;
/// Next-morning delivery for subscribers begins, between the third and the fourth wave.
pub(crate) const ACTION_ON: i64 = days(2025, 10, 1);

/// One round of asking.
#[derive(Debug)]
pub(crate) struct Wave {
    pub(crate) name: &'static str,
    /// Seconds since 1970-01-01.
    pub(crate) opens_at: i64,
}

impl Wave {
    const fn new(name: &'static str, year: i64, month: i64, day: i64) -> Self {
        Self { name, opens_at: days(year, month, day) * DAY }
    }

    /// The first moment that is too late.
    pub(crate) const fn closes_at(&self) -> i64 {
        self.opens_at + OPEN_FOR
    }

    /// Whether the customers have felt the action.
    pub(crate) const fn after_action(&self) -> bool {
        self.opens_at > ACTION_ON * DAY
    }
}

pub(crate) static WAVES: [Wave; 6] = [
    Wave::new("2025Q1", 2025, 2, 3),
    Wave::new("2025Q2", 2025, 5, 5),
    Wave::new("2025Q3", 2025, 8, 4),
    Wave::new("2025Q4", 2025, 11, 3),
    Wave::new("2026Q1", 2026, 2, 2),
    Wave::new("2026Q2", 2026, 5, 4),
];

/// What is true of a segment in one state of the world.
#[derive(Debug)]
pub(crate) struct Opinion {
    /// Probability of a detractor, a passive and a promoter among all customers.
    pub(crate) classes: [f64; 3],
    /// Shift of satisfaction, effectiveness and emotion, in standard deviations.
    pub(crate) mood: f64,
}

/// A group of customers.
#[derive(Debug)]
pub(crate) struct Segment {
    pub(crate) name: &'static str,
    pub(crate) customers: usize,
    /// Chance of being invited to a wave; the design weight is its reciprocal.
    pub(crate) invited: f64,
    pub(crate) weight: f64,
    /// Chance that an invited promoter answers.
    pub(crate) answering: f64,
    pub(crate) before: Opinion,
    pub(crate) after: Opinion,
    /// Chance that goods come by post and not over the counter.
    pub(crate) by_post: f64,
    pub(crate) home_channels: &'static [(&'static str, f64)],
}

impl Segment {
    pub(crate) fn opinion(&self, wave: &Wave) -> &Opinion {
        if wave.after_action() { &self.after } else { &self.before }
    }
}

/// From 2025Q4 on everyone is 4 points happier (a new house blend): without a comparison group the
/// action would be given these points too. Its own true effect is 18 points, among subscribers
/// alone.
pub(crate) static SEGMENTS: [Segment; 4] = [
    Segment {
        name: "subscriber",
        customers: 300,
        invited: 1.0,
        weight: 1.0,
        answering: 0.74,
        before: Opinion { classes: [0.30, 0.30, 0.40], mood: -0.15 },
        after: Opinion { classes: [0.19, 0.30, 0.51], mood: 0.20 },
        by_post: 0.95,
        home_channels: &[("web", 0.45), ("app", 0.40), ("post", 0.05), ("phone", 0.10)],
    },
    Segment {
        name: "regular",
        customers: 320,
        invited: 0.8,
        weight: 1.25,
        answering: 0.68,
        before: Opinion { classes: [0.19, 0.33, 0.48], mood: 0.10 },
        after: Opinion { classes: [0.17, 0.33, 0.50], mood: 0.15 },
        by_post: 0.10,
        home_channels: &[("store", 0.70), ("app", 0.25), ("phone", 0.05)],
    },
    Segment {
        name: "occasional",
        customers: 244,
        invited: 2.0 / 3.0,
        weight: 1.5,
        answering: 0.60,
        before: Opinion { classes: [0.27, 0.35, 0.38], mood: -0.15 },
        after: Opinion { classes: [0.25, 0.35, 0.40], mood: -0.10 },
        by_post: 0.70,
        home_channels: &[("web", 0.60), ("store", 0.30), ("app", 0.10)],
    },
    Segment {
        name: "office",
        customers: 36,
        invited: 1.0,
        weight: 1.0,
        answering: 0.62,
        before: Opinion { classes: [0.20, 0.40, 0.40], mood: 0.0 },
        after: Opinion { classes: [0.18, 0.40, 0.42], mood: 0.05 },
        by_post: 0.80,
        home_channels: &[("phone", 0.45), ("web", 0.45), ("store", 0.10)],
    },
];

/// The chance of answering, as a part of a promoter's: the unhappy answer a little less often.
pub(crate) const ANSWERING_BY_CLASS: [f64; 3] = [0.88, 0.95, 1.00];

/// How the ratings 0..=10 share the probability of their class.
pub(crate) const WITHIN_CLASS: [f64; 11] =
    [0.08, 0.04, 0.06, 0.10, 0.12, 0.28, 0.32, 0.40, 0.60, 0.55, 0.45];

/// 0 for a detractor, 1 for a passive, 2 for a promoter.
pub(crate) const fn class_of(recommend: u8) -> usize {
    match recommend {
        0..=6 => 0,
        7..=8 => 1,
        _ => 2,
    }
}

/// One question of the survey.
#[derive(Debug)]
pub(crate) struct Item {
    pub(crate) name: &'static str,
    pub(crate) lowest: u8,
    pub(crate) loading: f64,
    /// Whether the mood of the segment shifts it.
    pub(crate) moody: bool,
    /// What the phone line takes away, in standard deviations.
    pub(crate) phone: f64,
    /// Empty for `recommend`: its cut points follow from the probabilities of the classes.
    pub(crate) cuts: &'static [f64],
}

pub(crate) static ITEMS: [Item; 6] = [
    Item { name: "recommend", lowest: 0, loading: 0.80, moody: false, phone: 0.0, cuts: &[] },
    Item {
        name: "satisfaction",
        lowest: 1,
        loading: 0.85,
        moody: true,
        phone: 0.0,
        cuts: &[-1.75, -1.2, -0.4, 0.7],
    },
    Item {
        name: "effort",
        lowest: 1,
        loading: 0.55,
        moody: false,
        phone: 0.9,
        cuts: &[-1.9, -1.5, -1.1, -0.6, 0.0, 0.8],
    },
    Item {
        name: "ease",
        lowest: 1,
        loading: 0.65,
        moody: false,
        phone: 0.6,
        cuts: &[-1.8, -1.25, -0.45, 0.7],
    },
    Item {
        name: "effectiveness",
        lowest: 1,
        loading: 0.75,
        moody: true,
        phone: 0.0,
        cuts: &[-1.9, -1.4, -0.6, 0.6],
    },
    Item {
        name: "emotion",
        lowest: 1,
        loading: 0.80,
        moody: true,
        phone: 0.0,
        cuts: &[-1.7, -1.1, -0.2, 0.9],
    },
];

/// The region tells nothing about any answer: what is found there is noise.
pub(crate) const REGIONS: &[(&str, f64)] =
    &[("town", 0.40), ("coast", 0.25), ("valley", 0.20), ("uplands", 0.15)];

/// The part of the journey that an answer is about.
pub(crate) const STAGES: &[(&str, f64)] = &[
    ("discover", 0.10),
    ("buy", 0.25),
    ("receive", 0.22),
    ("use", 0.18),
    ("get_help", 0.15),
    ("renew", 0.10),
];

pub(crate) const HELP_CHANNELS: &[(&str, f64)] =
    &[("phone", 0.45), ("web", 0.20), ("app", 0.20), ("store", 0.15)];

/// Where a customer goes who is not on the home channel.
pub(crate) const OTHER_CHANNELS: &[(&str, f64)] = &[("store", 0.40), ("web", 0.35), ("app", 0.25)];
pub(crate) const ON_HOME_CHANNEL: f64 = 0.7;
