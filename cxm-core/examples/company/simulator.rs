//! The simulator of the example company: draws customers, invitations and answers, and writes them
//! as CSV. It is shared by the example that writes the files and by the test that compares them.

pub(crate) mod blemishes;
pub(crate) mod calendar;
pub(crate) mod dice;
pub(crate) mod interactions;
pub(crate) mod purchases;
pub(crate) mod subscriptions;
pub(crate) mod truth;
pub(crate) mod world;

use calendar::{DAY, date, days, timestamp};
use dice::Dice;
use purchases::Buyer;
use std::fmt::Write;
use world::{
    FIRST_ASKED_AFTER, HELP_CHANNELS, ITEMS, ON_HOME_CHANNEL, OTHER_CHANNELS, REGIONS, SEED,
    SEGMENTS, STAGES, Segment, TRAIT_SHARE, WAVES, Wave,
};

/// Streams of random draws, one for each kind of record; the next kind takes the next number.
const CUSTOMERS: u64 = 1;
const ANSWERS: u64 = 2;
const BLEMISHES: u64 = 3;
const PURCHASES: u64 = 4;
const SUBSCRIPTIONS: u64 = 5;
const INTERACTIONS: u64 = 6;

/// A customer. Later kinds of record refer to it by `id`.
#[derive(Debug)]
pub(crate) struct Customer {
    pub(crate) id: String,
    pub(crate) segment: &'static Segment,
    /// Days since 1970-01-01.
    pub(crate) joined: i64,
    pub(crate) region: &'static str,
    pub(crate) home_channel: &'static str,
    /// The part of satisfaction that the customer keeps from wave to wave. No file shows it.
    pub(crate) temper: f64,
}

impl Customer {
    /// Whether the customer belongs to those whom a wave speaks of.
    pub(crate) const fn eligible(&self, wave: &Wave) -> bool {
        self.joined * DAY + FIRST_ASKED_AFTER <= wave.opens_at
    }
}

/// One request to answer, with the first answer that came.
#[derive(Debug)]
pub(crate) struct Invitation {
    pub(crate) customer: String,
    pub(crate) wave: &'static Wave,
    pub(crate) invited_at: i64,
    pub(crate) response: Option<Response>,
}

/// One row of answers.
#[derive(Debug, Clone)]
pub(crate) struct Response {
    pub(crate) customer: String,
    pub(crate) segment: &'static Segment,
    pub(crate) wave: &'static Wave,
    pub(crate) answered_at: i64,
    pub(crate) channel: &'static str,
    pub(crate) stage: &'static str,
    /// The cells of [`ITEMS`], in that order.
    pub(crate) ratings: Vec<String>,
}

/// Everything that was drawn.
#[derive(Debug)]
pub(crate) struct Company {
    pub(crate) customers: Vec<Customer>,
    pub(crate) invitations: Vec<Invitation>,
    pub(crate) responses: Vec<Response>,
    /// One per customer, in their order.
    pub(crate) buyers: Vec<Buyer>,
    /// In the order of beginning.
    pub(crate) spans: Vec<subscriptions::Span>,
    /// In the order of time.
    pub(crate) interactions: Vec<interactions::Interaction>,
}

/// Draws the company. The same seed gives the same company on every machine.
pub(crate) fn simulate() -> Company {
    let customers = draw_customers(&mut Dice::new(SEED, CUSTOMERS));
    let mut invitations = draw_invitations(&customers, &mut Dice::new(SEED, ANSWERS));

    let mut dice = Dice::new(SEED, BLEMISHES);
    blemishes::make_late(&mut invitations, &mut dice);
    let seconds = blemishes::second_answers(&invitations, &mut dice);
    let mut responses: Vec<Response> =
        invitations.iter().filter_map(|invitation| invitation.response.clone()).collect();
    responses.extend(seconds);
    responses.sort_by(|a, b| (a.answered_at, &a.customer).cmp(&(b.answered_at, &b.customer)));
    blemishes::spoil(&mut responses, &mut dice);

    let buyers = purchases::draw(&customers, &mut Dice::new(SEED, PURCHASES));
    let spans = subscriptions::draw(&customers, &mut Dice::new(SEED, SUBSCRIPTIONS));
    let interactions = interactions::draw(&customers, &mut Dice::new(SEED, INTERACTIONS));
    Company { customers, invitations, responses, buyers, spans, interactions }
}

fn draw_customers(dice: &mut Dice) -> Vec<Customer> {
    let mut customers = Vec::new();
    for segment in &SEGMENTS {
        for _ in 0..segment.customers {
            customers.push(Customer {
                id: String::new(),
                segment,
                joined: draw_joined(segment, dice),
                region: dice.pick(REGIONS),
                home_channel: dice.pick(segment.home_channels),
                temper: dice.normal(),
            });
        }
    }
    // Numbers follow the day of joining, so that they do not give the segment away.
    customers.sort_by_key(|customer| customer.joined);
    for (position, customer) in customers.iter_mut().enumerate() {
        customer.id = format!("C{:03}", position + 1);
    }
    customers
}

/// Most customers came before the first wave, some join between the waves; the offices are old
/// ones.
fn draw_joined(segment: &Segment, dice: &mut Dice) -> i64 {
    let (opened, first_wave, last) = (days(2022, 1, 10), days(2025, 1, 1), days(2026, 3, 31));
    if segment.name == "office" || dice.chance(0.84) {
        opened + dice.below(first_wave - opened - 31)
    } else {
        first_wave + dice.below(last - first_wave)
    }
}

fn draw_invitations(customers: &[Customer], dice: &mut Dice) -> Vec<Invitation> {
    let mut invitations = Vec::new();
    for wave in &WAVES {
        for customer in customers.iter().filter(|customer| customer.eligible(wave)) {
            if dice.chance(customer.segment.invited) {
                invitations.push(draw_invitation(customer, wave, dice));
            }
        }
    }
    invitations.sort_by_key(|invitation| invitation.invited_at);
    invitations
}

fn draw_invitation(customer: &Customer, wave: &'static Wave, dice: &mut Dice) -> Invitation {
    // Sent during office hours of the first three days of the wave.
    let invited_at = wave.opens_at + dice.below(3) * DAY + 8 * 3_600 + dice.below(10 * 3_600);
    let (recommend, response) = draw_response(customer, wave, invited_at, dice);
    let answers = dice.chance(customer.segment.answering * truth::answering_chance(recommend));
    Invitation {
        customer: customer.id.clone(),
        wave,
        invited_at,
        response: answers.then_some(response),
    }
}

/// What the customer would answer, whether or not the answer is ever given.
fn draw_response(
    customer: &Customer,
    wave: &'static Wave,
    invited_at: i64,
    dice: &mut Dice,
) -> (u8, Response) {
    let segment = customer.segment;
    let stage = dice.pick(STAGES);
    let channel = draw_channel(customer, stage, dice);
    let satisfaction =
        TRAIT_SHARE.sqrt() * customer.temper + (1.0 - TRAIT_SHARE).sqrt() * dice.normal();
    let ratings: Vec<u8> = ITEMS
        .iter()
        .map(|item| {
            let scale = truth::Scale::new(item, segment.opinion(wave), channel == "phone");
            scale.rating(satisfaction, dice.normal())
        })
        .collect();
    // The earliest of three moments: most answers come soon, all of them before the wave closes.
    let moments = [dice.below(24 * DAY), dice.below(24 * DAY), dice.below(24 * DAY)];
    let delay = moments.into_iter().min().unwrap_or(0);
    let response = Response {
        customer: customer.id.clone(),
        segment,
        wave,
        answered_at: invited_at + 60 + delay,
        channel,
        stage,
        ratings: ratings.iter().map(u8::to_string).collect(),
    };
    (ratings.first().copied().unwrap_or(0), response)
}

fn draw_channel(customer: &Customer, stage: &str, dice: &mut Dice) -> &'static str {
    match stage {
        "get_help" => dice.pick(HELP_CHANNELS),
        "receive" if dice.chance(customer.segment.by_post) => "post",
        "receive" => "store",
        _ if dice.chance(ON_HOME_CHANNEL) => customer.home_channel,
        _ => dice.pick(OTHER_CHANNELS),
    }
}

/// The files of the data set: names and contents.
pub(crate) fn files(company: &Company) -> Vec<(&'static str, String)> {
    vec![
        ("customers.csv", customers_csv(company)),
        ("interactions.csv", interactions::csv(&company.interactions)),
        ("invitations.csv", invitations_csv(company)),
        ("responses.csv", responses_csv(company)),
        ("subscriptions.csv", subscriptions::csv(&company.spans)),
        ("transactions.csv", purchases::transactions_csv(&company.buyers)),
        ("truth.csv", truth::csv(company)),
        ("truth_customers.csv", purchases::truth_csv(&company.buyers)),
        ("truth_interactions.csv", interactions::truth_csv()),
        ("truth_subscriptions.csv", subscriptions::truth_csv()),
        ("truth.json", truth::json(company)),
    ]
}

/// Joins the lines of a file. No value needs quotes: names, numbers and times hold no comma.
fn csv(header: &str, rows: impl Iterator<Item = String>) -> String {
    let mut text = format!("{header}\n");
    for row in rows {
        text.push_str(&row);
        text.push('\n');
    }
    text
}

fn customers_csv(company: &Company) -> String {
    let rows = company.customers.iter().map(|customer| {
        let Customer { id, segment, joined, region, home_channel, .. } = customer;
        format!("{id},{},{},{region},{home_channel}", segment.name, date(*joined))
    });
    csv("customer,segment,joined,region,home_channel", rows)
}

fn invitations_csv(company: &Company) -> String {
    let rows = company.invitations.iter().enumerate().map(|(position, invitation)| {
        let Invitation { customer, wave, invited_at, response } = invitation;
        let answered = response.as_ref().map(|response| timestamp(response.answered_at));
        format!(
            "I{:04},{customer},{},{},{}",
            position + 1,
            wave.name,
            timestamp(*invited_at),
            answered.unwrap_or_default()
        )
    });
    csv("invitation_id,customer,wave,invited_at,answered_at", rows)
}

fn responses_csv(company: &Company) -> String {
    let mut header = String::from("response_id,customer,wave,answered_at,channel,stage,segment");
    for item in &ITEMS {
        header.push(',');
        header.push_str(item.name);
    }
    header.push_str(",weight");
    let rows = company.responses.iter().enumerate().map(|(position, response)| {
        let Response { customer, segment, wave, answered_at, channel, stage, ratings } = response;
        let mut row = format!("R{:04},{customer},{},", position + 1, wave.name);
        // Writing into a String cannot fail.
        let _ = write!(row, "{},{channel},{stage},{}", timestamp(*answered_at), segment.name);
        format!("{row},{},{}", ratings.join(","), segment.weight)
    });
    csv(&header, rows)
}
