//! How customers come to the spring gift box, touchpoint by touchpoint, in the second quarter of
//! 2026: contacts beside the purchases of `transactions.csv`, not among them.
//!
//! ```text
//! who        half of the customers, and one in eight of these a second time
//! the way    a Markov chain: where a journey goes on depends on where it is, on nothing else
//! score      so many of ten points, each given with the touchpoint's own chance
//! ```
//!
//! A chain without circles, so every truth is a sum over its ways: the rates of the funnel, who
//! meets what, and by how much fewer orders there would be without a touchpoint.

use super::Customer;
use super::calendar::{DAY, days, timestamp};
use super::dice::Dice;
use std::fmt::Write;

/// The place where a journey ends that has no further contact.
const STOP: &str = "stop";
/// The goal.
pub(crate) const ORDER: &str = "order";

/// A touchpoint, what is true of it, and where journeys go on from it.
#[derive(Debug)]
pub(crate) struct Touchpoint {
    pub(crate) name: &'static str,
    pub(crate) stage: &'static str,
    /// Of ten points, the chance of each.
    pub(crate) liked: f64,
    /// Empty: that of the journey.
    channels: &'static [(&'static str, f64)],
    /// Minutes to the contact after this one are fewer than that.
    pause: i64,
    pub(crate) next: &'static [(&'static str, f64)],
}

/// Where journeys begin.
const BEGIN: &[(&str, f64)] = &[("ad", 0.35), ("letter", 0.25), ("shop", 0.40)];

/// In an order that every journey keeps.
pub(crate) static TOUCHPOINTS: [Touchpoint; 8] = [
    Touchpoint {
        name: "ad",
        stage: "discover",
        liked: 0.76,
        channels: &[],
        pause: 2 * 1_440,
        next: &[("shop", 0.55), (STOP, 0.45)],
    },
    Touchpoint {
        name: "letter",
        stage: "discover",
        liked: 0.80,
        channels: &[("post", 1.0)],
        pause: 2 * 1_440,
        next: &[("shop", 0.45), (ORDER, 0.15), (STOP, 0.40)],
    },
    Touchpoint {
        name: "shop",
        stage: "choose",
        liked: 0.84,
        channels: &[],
        pause: 60,
        next: &[("advice", 0.25), ("cart", 0.35), (STOP, 0.40)],
    },
    Touchpoint {
        name: "advice",
        stage: "choose",
        liked: 0.90,
        channels: &[("store", 0.6), ("phone", 0.4)],
        pause: 1_440,
        next: &[("cart", 0.80), (STOP, 0.20)],
    },
    Touchpoint {
        name: "cart",
        stage: "buy",
        liked: 0.82,
        channels: &[],
        pause: 60,
        next: &[("checkout", 0.75), (STOP, 0.25)],
    },
    Touchpoint {
        name: "checkout",
        stage: "buy",
        liked: 0.42,
        channels: &[],
        pause: 60,
        next: &[(ORDER, 0.50), ("hotline", 0.25), (STOP, 0.25)],
    },
    Touchpoint {
        name: "hotline",
        stage: "get_help",
        liked: 0.78,
        channels: &[("phone", 1.0)],
        pause: 1_440,
        next: &[(ORDER, 0.60), (STOP, 0.40)],
    },
    Touchpoint {
        name: ORDER,
        stage: "receive",
        liked: 0.86,
        channels: &[("post", 1.0)],
        pause: 1,
        next: &[],
    },
];

/// The steps of the funnel.
pub(crate) const FUNNEL: [&str; 4] = ["shop", "cart", "checkout", ORDER];
const ANSWERS: f64 = 0.6;
const COMES: f64 = 0.5;
const COMES_AGAIN: f64 = 0.125;
/// Days of a pause after which a contact belongs to another journey; the simulator keeps to it.
const GAP: i64 = 7;
const FIRST_DAY: i64 = days(2026, 4, 1);
/// The day after the last one that the file knows.
const CUT_OFF: i64 = days(2026, 7, 1);
const BOXES: &[(&str, f64)] = &[("24.00", 0.5), ("36.00", 0.3), ("60.00", 0.2)];

/// One line of `interactions.csv`.
#[derive(Debug)]
pub(crate) struct Interaction {
    pub(crate) customer: String,
    pub(crate) touchpoint: &'static Touchpoint,
    pub(crate) channel: &'static str,
    /// Seconds since 1970, whole minutes.
    pub(crate) time: i64,
    pub(crate) score: Option<u8>,
    /// Euros of an order, as text.
    pub(crate) value: &'static str,
}

fn touchpoint(name: &str) -> Option<&'static Touchpoint> {
    TOUCHPOINTS.iter().find(|touchpoint| touchpoint.name == name)
}

pub(crate) fn draw(customers: &[Customer], dice: &mut Dice) -> Vec<Interaction> {
    let mut interactions = Vec::new();
    for customer in customers {
        if !dice.chance(COMES) {
            continue;
        }
        let begins = FIRST_DAY * DAY + dice.below(CUT_OFF - FIRST_DAY) * DAY + daytime(dice);
        let ends = draw_journey(customer, begins, dice, &mut interactions);
        if dice.chance(COMES_AGAIN) {
            let begins = ends + (GAP + 1 + dice.below(30)) * DAY;
            draw_journey(customer, begins, dice, &mut interactions);
        }
    }
    interactions.retain(|interaction| interaction.time < CUT_OFF * DAY);
    interactions.sort_by(|a, b| (a.time, &a.customer).cmp(&(b.time, &b.customer)));
    interactions
}

fn daytime(dice: &mut Dice) -> i64 {
    60 * (8 * 60 + dice.below(12 * 60))
}

/// Draws one way to its end; gives the time of the last contact.
fn draw_journey(
    customer: &Customer,
    begins: i64,
    dice: &mut Dice,
    interactions: &mut Vec<Interaction>,
) -> i64 {
    let device = dice.pick(&[("web", 0.6), ("app", 0.4)]);
    let (mut time, mut here) = (begins, touchpoint(dice.pick(BEGIN)));
    while let Some(touchpoint_here) = here {
        let Touchpoint { channels, liked, pause, next, .. } = touchpoint_here;
        let channel = if channels.is_empty() { device } else { dice.pick(channels) };
        let points = (0..10).map(|_| u8::from(dice.chance(*liked))).sum();
        let score = dice.chance(ANSWERS).then_some(points);
        let value = if touchpoint_here.name == ORDER { dice.pick(BOXES) } else { "" };
        interactions.push(Interaction {
            customer: customer.id.clone(),
            touchpoint: touchpoint_here,
            channel,
            time,
            score,
            value,
        });
        here = touchpoint(dice.pick(next));
        if here.is_some() {
            time += 60 * (1 + dice.below(*pause));
        }
    }
    time
}

/// The chance of going on from one place to another, if contacts at `without` end the journey.
fn chance(ways: &[(&str, f64)], to: &str, without: &str) -> f64 {
    let found = ways.iter().filter(|(name, _)| *name == to && *name != without);
    found.map(|(_, chance)| chance).sum()
}

/// The chance that a journey on these ways comes to a touchpoint, never by way of `without`.
fn comes_to(ways: &[(&str, f64)], to: &str, without: &str) -> f64 {
    let through = TOUCHPOINTS.iter().filter(|it| it.name != to && it.name != without);
    let through = through.map(|it| {
        let here = chance(ways, it.name, without);
        if here > 0.0 { here * comes_to(it.next, to, without) } else { 0.0 }
    });
    chance(ways, to, without) + through.sum::<f64>()
}

/// The chance that a journey meets a touchpoint.
pub(crate) fn met(name: &str) -> f64 {
    comes_to(BEGIN, name, "")
}

/// The share of the orders that goes to a touchpoint by what is lost without it.
pub(crate) fn credit(name: &str) -> f64 {
    let lost = |name: &str| 1.0 - comes_to(BEGIN, ORDER, name) / met(ORDER);
    let before = TOUCHPOINTS.iter().filter(|it| it.name != ORDER);
    lost(name) / before.map(|it| lost(it.name)).sum::<f64>()
}

/// Of journeys at the step before in the funnel, those that come to this one.
pub(crate) fn goes_on(step: &str) -> Option<f64> {
    let place = FUNNEL.iter().position(|name| *name == step)?.checked_sub(1)?;
    Some(comes_to(touchpoint(FUNNEL.get(place)?)?.next, step, ""))
}

/// `interactions.csv`, in the order of time.
pub(crate) fn csv(interactions: &[Interaction]) -> String {
    let rows = interactions.iter().map(|interaction| {
        let Interaction { customer, touchpoint, channel, time, score, value } = interaction;
        let time = timestamp(*time);
        let time = time.get(..16).unwrap_or_default();
        let score = score.map(|score| score.to_string()).unwrap_or_default();
        format!("{customer},{},{channel},{time}Z,{score},{value}", touchpoint.name)
    });
    super::csv("customer,touchpoint,channel,time,score,value", rows)
}

/// `truth_interactions.csv`: what is true of each touchpoint.
pub(crate) fn truth_csv() -> String {
    let rows = TOUCHPOINTS.iter().map(|it| {
        let goes_on = goes_on(it.name).map(|share| format!("{share:.6}")).unwrap_or_default();
        let credit =
            if it.name == ORDER { String::new() } else { format!("{:.6}", credit(it.name)) };
        let (met, mean) = (met(it.name), 10.0 * it.liked);
        format!("{},{},{met:.6},{mean:.1},{goes_on},{credit}", it.name, it.stage)
    });
    super::csv("touchpoint,stage,met,mean_score,from_step_before,credit", rows)
}

/// The table of the README: the chain, what it means, and what came of it.
pub(crate) fn table(interactions: &[Interaction]) -> String {
    let mut table = String::from(
        "| touchpoint | stage | goes on to | met by | mean score | from the step before | credit \
         | contacts |\n| --- | --- | --- | ---: | ---: | ---: | ---: | ---: |\n",
    );
    for it in &TOUCHPOINTS {
        let ways: Vec<String> =
            it.next.iter().map(|(name, chance)| format!("{name} {chance:.2}")).collect();
        let show = |share: Option<f64>| share.map(|it| format!("{it:.3}")).unwrap_or_default();
        // Writing into a String cannot fail.
        let _ = writeln!(
            table,
            "| {} | {} | {} | {:.3} | {:.1} | {} | {} | {} |",
            it.name,
            it.stage,
            ways.join(", "),
            met(it.name),
            10.0 * it.liked,
            show(goes_on(it.name)),
            show((it.name != ORDER).then(|| credit(it.name))),
            interactions.iter().filter(|row| row.touchpoint.name == it.name).count(),
        );
    }
    table
}
