//! Who subscribes to the monthly box, from when to when and for how much: a contract, beside the
//! purchases of `transactions.csv`.
//!
//! ```text
//! begins          within 60 days of joining
//! lasts, months   (E ÷ (leaving + failing)), up to a whole day       E ~ Exp(1), each its own
//! ends because    the customer asks to leave: leaving ÷ (leaving + failing), or a payment fails
//! price changes   after E × 14 months: to 1.3 times the first price, 0.8 times it, or back to it
//! comes back      one in six, after E × 4 months
//! ```
//!
//! Neither temper nor anything else than the segment moves it, so the truth is one rate a segment:
//! of those there at the start of a window of d days, 1 − exp(−(leaving + failing) · d/30.4375)
//! leave within it, and exp(−12 (leaving + failing)) stay for twelve months.

use super::Customer;
use super::calendar::{date, days};
use super::dice::Dice;

/// What is true of the subscriptions of a segment, in rates a month.
#[derive(Debug)]
pub(crate) struct Terms {
    pub(crate) segment: &'static str,
    /// Chance that a customer subscribes at all.
    pub(crate) subscribes: f64,
    /// Rate of asking to leave.
    pub(crate) leaving: f64,
    /// Rate of a payment that fails for good.
    pub(crate) failing: f64,
    /// The first price, in cents a month.
    pub(crate) price: i64,
}

pub(crate) static TERMS: [Terms; 3] = [
    Terms { segment: "subscriber", subscribes: 1.0, leaving: 0.030, failing: 0.010, price: 1_900 },
    Terms { segment: "regular", subscribes: 0.40, leaving: 0.055, failing: 0.010, price: 1_500 },
    Terms { segment: "office", subscribes: 1.0, leaving: 0.012, failing: 0.004, price: 8_900 },
];

/// The day after the last one that the file knows.
pub(crate) const CUT_OFF: i64 = days(2026, 7, 1);
/// Days of a month, in the mean over four years.
pub(crate) const MONTH: f64 = 30.4375;

const PRICES: &[(&str, f64)] = &[("up", 0.5), ("down", 0.25), ("first", 0.25)];

/// One line of `subscriptions.csv`.
#[derive(Debug)]
pub(crate) struct Span {
    pub(crate) customer: String,
    pub(crate) from: i64,
    pub(crate) to: Option<i64>,
    /// Cents a month.
    pub(crate) cents: i64,
    /// Why it ended; empty while it runs, and where only the price changed.
    pub(crate) cause: &'static str,
}

impl Terms {
    /// Rate of ending for either cause.
    pub(crate) fn ending(&self) -> f64 {
        self.leaving + self.failing
    }

    /// The share that stays so many months.
    pub(crate) fn stays(&self, months: f64) -> f64 {
        libm::exp(-self.ending() * months)
    }
}

pub(crate) fn draw(customers: &[Customer], dice: &mut Dice) -> Vec<Span> {
    let mut spans = Vec::new();
    for customer in customers {
        let terms = TERMS.iter().find(|terms| terms.segment == customer.segment.name);
        if let Some(terms) = terms
            && dice.chance(terms.subscribes)
        {
            draw_customer(customer, terms, dice, &mut spans);
        }
    }
    spans.sort_by(|a, b| (a.from, &a.customer).cmp(&(b.from, &b.customer)));
    spans
}

fn draw_customer(customer: &Customer, terms: &Terms, dice: &mut Dice, spans: &mut Vec<Span>) {
    let mut begins = customer.joined + dice.below(60);
    while begins < CUT_OFF {
        let ends = begins + later(dice.waiting() / terms.ending());
        let cause =
            if dice.chance(terms.leaving / terms.ending()) { "voluntary" } else { "involuntary" };
        let (mut from, mut cents) = (begins, terms.price);
        loop {
            let changes = from + later(14.0 * dice.waiting());
            let price = match dice.pick(PRICES) {
                "up" => terms.price * 13 / 10,
                "down" => terms.price * 8 / 10,
                _ => terms.price,
            };
            let last = changes >= ends;
            let to = Some(if last { ends } else { changes }).filter(|&to| to <= CUT_OFF);
            let cause = if last && to.is_some() { cause } else { "" };
            spans.push(Span { customer: customer.id.clone(), from, to, cents, cause });
            if last || to.is_none() {
                break;
            }
            (from, cents) = (changes, price);
        }
        if ends >= CUT_OFF || !dice.chance(1.0 / 6.0) {
            return;
        }
        begins = ends + later(4.0 * dice.waiting());
    }
}

/// So many months in days, begun days counting whole: never on the same day.
#[allow(clippy::cast_possible_truncation, reason = "days are far from the limits")]
fn later(months: f64) -> i64 {
    libm::floor((MONTH * months).min(1e6)) as i64 + 1
}

/// `subscriptions.csv`, in the order of beginning.
pub(crate) fn csv(spans: &[Span]) -> String {
    let rows = spans.iter().map(|span| {
        let Span { customer, from, to, cents, cause } = span;
        let to = to.map(date).unwrap_or_default();
        format!("{customer},{},{to},{},{cause}", date(*from), super::purchases::money(*cents))
    });
    super::csv("customer,from,to,amount,cause", rows)
}

/// `truth_subscriptions.csv`: the rates behind the spans.
pub(crate) fn truth_csv() -> String {
    let rows = TERMS.iter().map(|terms| {
        let Terms { segment, leaving, failing, .. } = terms;
        format!("{segment},{leaving:.3},{failing:.3},{:.6}", terms.stays(12.0))
    });
    super::csv("segment,leaving_a_month,failing_a_month,stay_12_months", rows)
}

/// The table of the README: segments with their rates, and what came of them.
pub(crate) fn table(customers: &[Customer], spans: &[Span]) -> String {
    let mut table = String::from(
        "| segment | leaving | failing | churn of June 2026 | stay 12 months | subscribed | left \
         | payment failed | there |\n\
         | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n",
    );
    for terms in &TERMS {
        let segment_of = |span: &&Span| {
            customers.iter().any(|it| it.id == span.customer && it.segment.name == terms.segment)
        };
        let here: Vec<&Span> = spans.iter().filter(segment_of).collect();
        let ended = |cause: &str| here.iter().filter(|span| span.cause == cause).count();
        let mut names: Vec<&str> = here.iter().map(|span| span.customer.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        table.push_str(&format!(
            "| {} | {:.3} | {:.3} | {:.4} | {:.3} | {} | {} | {} | {} |\n",
            terms.segment,
            terms.leaving,
            terms.failing,
            1.0 - terms.stays(30.0 / MONTH),
            terms.stays(12.0),
            names.len(),
            ended("voluntary"),
            ended("involuntary"),
            here.iter().filter(|span| span.to.is_none()).count(),
        ));
    }
    table
}
