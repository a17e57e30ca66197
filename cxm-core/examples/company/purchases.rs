//! What the customers buy: the first purchase on the day of joining, then one at random moments
//! until they leave, which nobody sees.
//!
//! ```text
//! purchases a week   λ = pace · (E + E)/2 · exp(0.20 temper − 0.02)     E ~ Exp(1), each its own
//! leaving a week     μ = leaving · (E + E)/2 · exp(−0.30 temper − 0.045)
//! mean of a basket   M = basket · 3/(E + E + E + E)
//! one basket         M · (E + E + E + E)/4
//! ```
//!
//! The temper is that of the customer's answers: whoever is satisfied recommends, buys more and
//! stays longer. What a basket holds depends on none of it.

use super::Customer;
use super::calendar::{date, days};
use super::dice::Dice;

/// What is true of the purchases of a segment.
#[derive(Debug)]
pub(crate) struct Habits {
    pub(crate) segment: &'static str,
    /// Mean purchases a week.
    pub(crate) pace: f64,
    /// Mean rate of leaving a week.
    pub(crate) leaving: f64,
    /// Mean basket, in cents.
    pub(crate) basket: f64,
}

pub(crate) static HABITS: [Habits; 4] = [
    Habits { segment: "subscriber", pace: 0.18, leaving: 0.007, basket: 2_400.0 },
    Habits { segment: "regular", pace: 0.20, leaving: 0.006, basket: 1_500.0 },
    Habits { segment: "occasional", pace: 0.05, leaving: 0.012, basket: 2_800.0 },
    Habits { segment: "office", pace: 0.25, leaving: 0.004, basket: 9_500.0 },
];

/// The day after the last one in `transactions.csv`.
pub(crate) const CUT_OFF: i64 = days(2026, 7, 1);
/// How far the truth looks past it.
pub(crate) const NEXT: i64 = 364;

const DAYS_OF_A_WEEK: f64 = 7.0;

/// The purchases of one customer, and what no company knows of them.
#[derive(Debug)]
pub(crate) struct Buyer {
    pub(crate) customer: String,
    /// Day and cents of each purchase until the cut-off.
    pub(crate) purchases: Vec<(i64, i64)>,
    /// The day of leaving, if it is before the cut-off.
    pub(crate) left: Option<i64>,
    /// While the customer stays.
    pub(crate) purchases_a_week: f64,
    pub(crate) mean_basket: f64,
    /// Cents in the year after the cut-off.
    pub(crate) spent_next: i64,
}

/// A sum of so many waiting times of mean 1.
fn waiting(times: u32, dice: &mut Dice) -> f64 {
    (0..times).map(|_| dice.waiting()).sum()
}

pub(crate) fn draw(customers: &[Customer], dice: &mut Dice) -> Vec<Buyer> {
    let mut buyers = Vec::new();
    for customer in customers {
        let habits = HABITS.iter().find(|habits| habits.segment == customer.segment.name);
        buyers.extend(habits.map(|habits| draw_buyer(customer, habits, dice)));
    }
    buyers
}

fn draw_buyer(customer: &Customer, habits: &Habits, dice: &mut Dice) -> Buyer {
    let temper = customer.temper;
    let pace = habits.pace * waiting(2, dice) / 2.0 * libm::exp(0.20 * temper - 0.02);
    let leaving = habits.leaving * waiting(2, dice) / 2.0 * libm::exp(-0.30 * temper - 0.045);
    let mean_basket = habits.basket * 3.0 / waiting(4, dice);
    let mut buyer = Buyer {
        customer: customer.id.clone(),
        purchases: Vec::new(),
        left: None,
        purchases_a_week: pace,
        mean_basket,
        spent_next: 0,
    };
    // A customer stays at least for the first purchase.
    let leaves_after = DAYS_OF_A_WEEK * dice.waiting() / leaving;
    let mut age = 0.0;
    while age <= leaves_after {
        let day = customer.joined + whole(age);
        if day >= CUT_OFF + NEXT {
            break;
        }
        let cents = whole(mean_basket * waiting(4, dice) / 4.0).max(50);
        if day < CUT_OFF {
            buyer.purchases.push((day, cents));
        } else {
            buyer.spent_next += cents;
        }
        age += DAYS_OF_A_WEEK * dice.waiting() / pace;
    }
    let left = customer.joined + whole(leaves_after.min(1e6));
    buyer.left = (left < CUT_OFF).then_some(left);
    buyer
}

#[allow(clippy::cast_possible_truncation, reason = "days and cents are far from the limits")]
fn whole(number: f64) -> i64 {
    libm::floor(number) as i64
}

/// Cents as `18.90`.
pub(crate) fn money(cents: i64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

/// `transactions.csv`, in the order of the days.
pub(crate) fn transactions_csv(buyers: &[Buyer]) -> String {
    let rows = buyers.iter().flat_map(|buyer| {
        buyer.purchases.iter().map(|(day, cents)| (*day, buyer.customer.as_str(), *cents))
    });
    let mut rows: Vec<_> = rows.collect();
    rows.sort_by_key(|(day, customer, _)| (*day, *customer));
    let rows = rows
        .into_iter()
        .map(|(day, customer, cents)| format!("{},{customer},{}", date(day), money(cents)));
    super::csv("date,customer,amount", rows)
}

/// `truth_customers.csv`: what no company knows.
pub(crate) fn truth_csv(buyers: &[Buyer]) -> String {
    let rows = buyers.iter().map(|buyer| {
        let left = buyer.left.map(date).unwrap_or_default();
        format!(
            "{},{left},{:.6},{:.2},{}",
            buyer.customer,
            buyer.purchases_a_week,
            buyer.mean_basket / 100.0,
            money(buyer.spent_next)
        )
    });
    super::csv("customer,left,purchases_a_week,mean_basket,spent_next_year", rows)
}

/// The table of the README: segments with what they bought and will buy.
pub(crate) fn table(customers: &[Customer], buyers: &[Buyer]) -> String {
    let mut table = String::from(
        "| segment | customers | purchases | revenue | still there | spend of the next year |\n\
         | --- | ---: | ---: | ---: | ---: | ---: |\n",
    );
    for habits in &HABITS {
        let here = customers.iter().zip(buyers);
        let here: Vec<&Buyer> =
            here.filter(|(it, _)| it.segment.name == habits.segment).map(|(_, it)| it).collect();
        let purchases: usize = here.iter().map(|buyer| buyer.purchases.len()).sum();
        let revenue: i64 = here.iter().flat_map(|it| &it.purchases).map(|(_, cents)| cents).sum();
        let there = here.iter().filter(|buyer| buyer.left.is_none()).count();
        let next: i64 = here.iter().map(|buyer| buyer.spent_next).sum();
        table.push_str(&format!(
            "| {} | {} | {purchases} | {} | {there} | {} |\n",
            habits.segment,
            here.len(),
            money(revenue),
            money(next),
        ));
    }
    table
}
