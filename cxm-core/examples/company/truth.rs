//! What is true of the example company: exact probabilities, not estimates.
//!
//! Everything is stated twice: of everyone who belongs to a wave, and of those who answer. The
//! second differs because the unhappy answer less often, and it is what observed scores are
//! scattered around.

use super::blemishes::{CHANGED, FLAWS, Flaw, LATE, REPEATED};
use super::calendar::{date, timestamp};
use super::world::{
    ACTION_ON, ANSWERING_BY_CLASS, COMPANY, ITEMS, Item, Opinion, SEED, SEGMENTS, Segment, WAVES,
    WITHIN_CLASS, Wave, class_of,
};
use super::{Company, csv as join_csv};
use serde_json::{Value, json};
use special::Error as _;
use std::f64::consts::{PI, SQRT_2};

fn normal_cdf(x: f64) -> f64 {
    0.5 * libm::erfc(-x / SQRT_2)
}

fn normal_quantile(p: f64) -> f64 {
    SQRT_2 * (2.0 * p - 1.0).inv_error()
}

/// An item as seen by one segment, in one state of the world, on one channel.
pub(crate) struct Scale {
    lowest: u8,
    loading: f64,
    /// Standard deviation of the noise.
    noise: f64,
    /// Cut points of `λ·s + √(1 − λ²)·ε`: the shifts are moved from the answer to them.
    cuts: Vec<f64>,
}

impl Scale {
    pub(crate) fn new(item: &Item, opinion: &Opinion, phone: bool) -> Self {
        let mood = if item.moody { item.loading * opinion.mood } else { 0.0 };
        let penalty = if phone { item.phone } else { 0.0 };
        let cuts = if item.cuts.is_empty() {
            recommend_cuts(opinion)
        } else {
            item.cuts.iter().map(|cut| cut - mood + penalty).collect()
        };
        let noise = (1.0 - item.loading * item.loading).sqrt();
        Self { lowest: item.lowest, loading: item.loading, noise, cuts }
    }

    /// The rating given at a satisfaction and a standard normal noise.
    pub(crate) fn rating(&self, satisfaction: f64, noise: f64) -> u8 {
        let z = self.loading * satisfaction + self.noise * noise;
        self.cuts.iter().fold(self.lowest, |rating, &cut| rating + u8::from(z > cut))
    }

    /// The probability of each rating at a satisfaction, lowest rating first.
    fn at(&self, satisfaction: f64) -> impl Iterator<Item = (u8, f64)> {
        let reached = move |cut: &f64| normal_cdf((cut - self.loading * satisfaction) / self.noise);
        let below = std::iter::once(0.0).chain(self.cuts.iter().map(reached));
        let above = self.cuts.iter().map(reached).chain(std::iter::once(1.0));
        (self.lowest..).zip(below.zip(above).map(|(below, above)| above - below))
    }
}

/// The chance of answering of one who would give this rating, as a part of a promoter's.
pub(crate) fn answering_chance(recommend: u8) -> f64 {
    ANSWERING_BY_CLASS.get(class_of(recommend)).copied().unwrap_or(0.0)
}

/// The probability of each rating 0..=10 to `recommend`.
fn recommend_chances(opinion: &Opinion) -> impl Iterator<Item = f64> {
    let classes = opinion.classes;
    (0..)
        .zip(WITHIN_CLASS)
        .map(move |(rating, within)| within * classes.get(class_of(rating)).copied().unwrap_or(0.0))
}

fn recommend_cuts(opinion: &Opinion) -> Vec<f64> {
    let mut reached = 0.0;
    let cumulative = recommend_chances(opinion).map(|chance| {
        reached += chance;
        reached
    });
    cumulative.take(10).map(normal_quantile).collect()
}

/// The mean over `s ~ N(0, 1)` of `measure` of a rating to `item`; with `answering`, among those
/// who answer. The trapezoidal rule is exact to rounding for so smooth an integrand.
fn mean(
    item: &Item,
    opinion: &Opinion,
    phone: bool,
    answering: bool,
    measure: impl Fn(u8) -> f64,
) -> f64 {
    let scale = Scale::new(item, opinion, phone);
    let recommend = ITEMS.first().map(|item| Scale::new(item, opinion, phone));
    let (mut total, mut weights) = (0.0, 0.0);
    for step in -128..=128 {
        let s = f64::from(step) / 16.0;
        let density = libm::exp(-0.5 * s * s) / (2.0 * PI).sqrt();
        let reach: f64 = match &recommend {
            Some(recommend) if answering => {
                recommend.at(s).map(|(rating, chance)| chance * answering_chance(rating)).sum()
            }
            _ => 1.0,
        };
        let value: f64 = scale.at(s).map(|(rating, chance)| chance * measure(rating)).sum();
        total += density * reach * value;
        weights += density * reach;
    }
    total / weights
}

/// One line of `truth.csv`: a measure among everyone, and among those who answer.
#[derive(Debug)]
pub(crate) struct Fact {
    pub(crate) segment: &'static str,
    pub(crate) wave: &'static str,
    pub(crate) measure: &'static str,
    pub(crate) everyone: f64,
    pub(crate) answering: Option<f64>,
}

/// The measures of one segment in one wave.
fn segment_facts(segment: &'static Segment, wave: &'static Wave) -> Vec<Fact> {
    let opinion = segment.opinion(wave);
    let reached =
        opinion.classes.iter().zip(ANSWERING_BY_CLASS).map(|(share, chance)| share * chance);
    let rate: f64 = reached.clone().sum();
    let fact = |measure, everyone, answering| Fact {
        segment: segment.name,
        wave: wave.name,
        measure,
        everyone,
        answering,
    };
    let shares = ["detractor_share", "passive_share", "promoter_share"];
    let mut facts: Vec<Fact> = shares
        .into_iter()
        .zip(opinion.classes.into_iter().zip(reached))
        .map(|(measure, (share, reached))| fact(measure, share, Some(reached / rate)))
        .collect();
    if let [detractors, _, promoters] = facts.as_slice() {
        let points = 100.0 * (promoters.everyone - detractors.everyone);
        let answering = promoters.answering.zip(detractors.answering);
        facts.push(fact("nps_points", points, answering.map(|(p, d)| 100.0 * (p - d))));
    }
    for (name, measure, phone) in [
        ("satisfaction", "satisfaction_top_box_share", false),
        ("effort", "effort_mean_phone", true),
        ("effort", "effort_mean_other", false),
    ] {
        let top_box = |rating: u8| f64::from(u8::from(rating >= 4));
        let of = |rating| if name == "effort" { f64::from(rating) } else { top_box(rating) };
        for item in ITEMS.iter().filter(|item| item.name == name) {
            let everyone = mean(item, opinion, phone, false, of);
            facts.push(fact(measure, everyone, Some(mean(item, opinion, phone, true, of))));
        }
    }
    facts.push(fact("response_rate", segment.answering * rate, None));
    facts
}

/// All facts: the segments, then `all` of them together, each segment with its eligible customers
/// (and, among those who answer, with its response rate): what a score under the design weights
/// tends to.
pub(crate) fn facts(company: &Company) -> Vec<Fact> {
    let mut facts = Vec::new();
    for wave in &WAVES {
        let parts: Vec<(f64, Vec<Fact>)> = SEGMENTS
            .iter()
            .map(|segment| {
                let here = |name: &str| name == segment.name;
                let customers = company.customers.iter();
                let eligible = customers.filter(|c| here(c.segment.name) && c.eligible(wave));
                (eligible.map(|_| 1.0).sum(), segment_facts(segment, wave))
            })
            .collect();
        let together = all_segments(wave, &parts);
        facts.extend(parts.into_iter().flat_map(|(_, facts)| facts));
        facts.extend(together);
    }
    facts
}

fn all_segments(wave: &'static Wave, parts: &[(f64, Vec<Fact>)]) -> Vec<Fact> {
    let of = |facts: &[Fact], measure: &str| -> (f64, f64) {
        let found = facts.iter().find(|fact| fact.measure == measure);
        found.map_or((0.0, 0.0), |fact| (fact.everyone, fact.answering.unwrap_or(0.0)))
    };
    let measures = ["detractor_share", "passive_share", "promoter_share", "nps_points"];
    let measures = measures.into_iter().chain(["satisfaction_top_box_share"]);
    let (mut size, mut reach) = (0.0, 0.0);
    for (customers, facts) in parts {
        size += customers;
        reach += customers * of(facts, "response_rate").0;
    }
    let mut facts: Vec<Fact> = measures
        .map(|measure| {
            let (mut everyone, mut answering) = (0.0, 0.0);
            for (customers, facts) in parts {
                let (of_everyone, of_answering) = of(facts, measure);
                everyone += customers * of_everyone;
                answering += customers * of(facts, "response_rate").0 * of_answering;
            }
            let answering = Some(answering / reach);
            Fact { segment: "all", wave: wave.name, measure, everyone: everyone / size, answering }
        })
        .collect();
    facts.push(Fact {
        segment: "all",
        wave: wave.name,
        measure: "response_rate",
        everyone: reach / size,
        answering: None,
    });
    facts
}

/// `truth.csv`. Six decimals: more would only show the rounding of the last operation.
pub(crate) fn csv(company: &Company) -> String {
    let rows = facts(company).into_iter().map(|fact| {
        let Fact { segment, wave, measure, everyone, answering } = fact;
        let answering = answering.map(|value| format!("{value:.6}")).unwrap_or_default();
        format!("{segment},{wave},{measure},{everyone:.6},{answering}")
    });
    join_csv("segment,wave,measure,everyone,answering", rows)
}

/// `truth.json`: how the data came about, and what was planted in them.
pub(crate) fn json(company: &Company) -> String {
    let answered = company.invitations.iter().filter(|invitation| invitation.response.is_some());
    let mut value = json!({
        "company": COMPANY,
        "seed": SEED,
        "counts": {
            "customers": company.customers.len(),
            "invitations": company.invitations.len(),
            "invitations_answered": answered.count(),
            "responses": company.responses.len(),
        },
        "waves": WAVES.iter().map(wave_json).collect::<Vec<_>>(),
        "action": {
            "what": "next-morning delivery",
            "segment": "subscriber",
            "from": date(ACTION_ON),
            "nps_points": 18,
            "nps_points_of_everyone_else": 4,
        },
        "phone": ITEMS.iter().map(|item| (item.name.to_owned(), json!(item.phone)))
            .collect::<serde_json::Map<_, _>>(),
        "loadings": ITEMS.iter().map(|item| (item.name.to_owned(), json!(item.loading)))
            .collect::<serde_json::Map<_, _>>(),
        "answering_by_class": ANSWERING_BY_CLASS,
        "within_class": WITHIN_CLASS,
        "segments": SEGMENTS.iter().map(segment_json).collect::<Vec<_>>(),
        "blemishes": blemishes_json(),
    });
    // Keys in alphabetical order, whichever features the JSON crate was built with.
    value.sort_all_objects();
    format!("{value:#}\n")
}

fn wave_json(wave: &Wave) -> Value {
    json!({
        "wave": wave.name,
        "opens_at": timestamp(wave.opens_at),
        "closes_at": timestamp(wave.closes_at()),
        "after_action": wave.after_action(),
    })
}

fn segment_json(segment: &Segment) -> Value {
    json!({
        "segment": segment.name,
        "customers": segment.customers,
        "invited": segment.invited,
        "weight": segment.weight,
        "answering_promoters": segment.answering,
        "before": { "classes": segment.before.classes, "mood": segment.before.mood },
        "after": { "classes": segment.after.classes, "mood": segment.after.mood },
    })
}

fn blemishes_json() -> Value {
    let cells = FLAWS.iter().map(|flaw| {
        json!({ "column": flaw.column, "kind": flaw.kind, "text": flaw.text, "count": flaw.count })
    });
    json!({
        "cells": cells.collect::<Vec<_>>(),
        "late_answers": LATE,
        "second_answers_repeated": REPEATED,
        "second_answers_changed": CHANGED,
    })
}

/// The tables of the README, in Markdown.
pub(crate) fn tables(company: &Company) -> Vec<String> {
    let purchases = super::purchases::table(&company.customers, &company.buyers);
    let subscriptions = super::subscriptions::table(&company.customers, &company.spans);
    let interactions = super::interactions::table(&company.interactions);
    vec![truth_table(company), blemish_table(), purchases, subscriptions, interactions]
}

fn truth_table(company: &Company) -> String {
    let facts = facts(company);
    let mut table = String::from(
        "| segment | wave | detractors | passives | promoters | NPS \
         | NPS of those who answer | response rate |\n\
         | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |\n",
    );
    for segment in SEGMENTS.iter().map(|segment| segment.name).chain(["all"]) {
        for wave in &WAVES {
            let of = |measure: &str| {
                let here = |fact: &&Fact| {
                    fact.segment == segment && fact.wave == wave.name && fact.measure == measure
                };
                let found = facts.iter().find(here);
                found.map_or((0.0, 0.0), |fact| (fact.everyone, fact.answering.unwrap_or(0.0)))
            };
            let (points, answering) = of("nps_points");
            table.push_str(&format!(
                "| {segment} | {} | {:.3} | {:.3} | {:.3} | {points:.1} \
                 | {answering:.1} | {:.3} |\n",
                wave.name,
                of("detractor_share").0,
                of("passive_share").0,
                of("promoter_share").0,
                of("response_rate").0,
            ));
        }
    }
    table
}

fn blemish_table() -> String {
    let mut table =
        String::from("| what | column | cell reads | count |\n| --- | --- | --- | ---: |\n");
    for Flaw { column, kind, text, count } in &FLAWS {
        let text = if text.is_empty() { "nothing".to_owned() } else { format!("`{text}`") };
        table.push_str(&format!("| {kind} | {column} | {text} | {count} |\n"));
    }
    for (what, count) in [
        ("answer after its wave has closed", LATE),
        ("second answer, a repeat within minutes", REPEATED),
        ("second answer, `recommend` changed by a point", CHANGED),
    ] {
        table.push_str(&format!("| {what} | | | {count} |\n"));
    }
    table
}
