//! Two streams as one: those of unlike customers add up, and what waits may join.

use super::definition::LateRule;
use super::journey_stream::{Aside, JourneyStream};
use super::totals::renumber;
use super::unit::{OpenJourney, Unit};
use super::waiting::Waiting;
use crate::error::{Error, Result};
use crate::journey::key_table::{KeyTable, NONE};

/// Whether two streams can be merged without losing the order of anybody's events.
pub(super) fn check(ours: &JourneyStream, theirs: &JourneyStream) -> Result<()> {
    ours.check_merge_room(theirs)?;
    let pairs = [
        (&ours.tables.customers, &theirs.tables.customers),
        (&ours.tables.touchpoints, &theirs.tables.touchpoints),
        (&ours.tables.channels, &theirs.tables.channels),
        (&ours.tables.objects, &theirs.tables.objects),
    ];
    if pairs.iter().any(|(ours, theirs)| ours.len() + theirs.len() >= NONE as usize) {
        return Err(Error::limit("there may be at most 2^32 − 1 different keys"));
    }
    for unit in &theirs.units {
        let Some(other) = twin(ours, theirs, unit) else { continue };
        let customer = || theirs.tables.customers.key(unit.customer).map(ToString::to_string);
        if other.last().is_some() && unit.last().is_some() {
            let message = format!(
                "both streams let events of customer {} through, and their order is lost",
                customer().unwrap_or_default()
            );
            return Err(Error::merge(message));
        }
        let is_late = |a: &Unit, b: &Unit| b.waiting().iter().any(|event| a.is_late(event.time));
        let any_late = is_late(other, unit) || is_late(unit, other);
        if any_late && ours.definition.late == LateRule::Error {
            let message = format!(
                "an event of customer {} waits in one stream that is late in the other",
                customer().unwrap_or_default()
            );
            return Err(Error::merge(message));
        }
    }
    Ok(())
}

/// The unit here of the same customer and object.
fn twin<'a>(ours: &'a JourneyStream, theirs: &JourneyStream, unit: &Unit) -> Option<&'a Unit> {
    let number = |ours: &KeyTable, theirs: &KeyTable, number: u32| match theirs.key(number) {
        Some(key) => ours.find(key),
        None => Some(NONE),
    };
    let customer = number(&ours.tables.customers, &theirs.tables.customers, unit.customer)?;
    let object = number(&ours.tables.objects, &theirs.tables.objects, unit.object)?;
    ours.units.get(ours.find_unit(customer, object)?)
}

/// The numbers that the keys of one stream have in another.
struct Numbers {
    customers: Vec<u32>,
    touchpoints: Vec<u32>,
    channels: Vec<u32>,
    objects: Vec<u32>,
}

fn known(numbers: &[u32], number: u32) -> u32 {
    numbers.get(number as usize).copied().unwrap_or(NONE)
}

impl Numbers {
    fn of(ours: &mut JourneyStream, theirs: &JourneyStream) -> Result<Self> {
        let (ours, theirs) = (&mut ours.tables, &theirs.tables);
        Ok(Self {
            customers: ours.customers.number_all(&theirs.customers)?,
            touchpoints: ours.touchpoints.number_all(&theirs.touchpoints)?,
            channels: ours.channels.number_all(&theirs.channels)?,
            objects: ours.objects.number_all(&theirs.objects)?,
        })
    }

    fn event(&self, event: &Waiting) -> Waiting {
        Waiting {
            touchpoint: known(&self.touchpoints, event.touchpoint),
            channel: known(&self.channels, event.channel),
            ..event.clone()
        }
    }

    fn journey(&self, journey: &OpenJourney) -> OpenJourney {
        OpenJourney {
            touchpoint: known(&self.touchpoints, journey.touchpoint),
            channel: known(&self.channels, journey.channel),
            ..journey.clone()
        }
    }
}

/// Adds another stream that was checked to fit.
pub(super) fn apply(ours: &mut JourneyStream, theirs: &JourneyStream) {
    let Ok(numbers) = Numbers::of(ours, theirs) else { return };
    ours.totals.merge(&theirs.totals, &numbers.touchpoints, &numbers.channels);
    ours.excluded = ours.excluded.combined(&theirs.excluded, u64::saturating_add);
    merge_met(ours, theirs, &numbers);
    let aside = theirs.aside.iter().map(|kept| Aside {
        customer: known(&numbers.customers, kept.customer),
        object: known(&numbers.objects, kept.object),
        event: numbers.event(&kept.event),
    });
    ours.aside.extend(aside);
    for unit in &theirs.units {
        if unit.last().is_none() && unit.waiting().is_empty() {
            continue;
        }
        let customer = known(&numbers.customers, unit.customer);
        let place = ours.unit(customer, known(&numbers.objects, unit.object));
        let mut events: Vec<Waiting> = unit.waiting().iter().map(|it| numbers.event(it)).collect();
        if unit.last().is_some()
            && let Some(here) = ours.units.get_mut(place)
        {
            // What waits here is looked at anew: it may be late by now.
            let mut waiting = here.take_waiting();
            ours.waiting -= waiting.len() as u64;
            here.go_on_from(unit.last(), unit.journey().map(|it| numbers.journey(it)));
            waiting.append(&mut events);
            events = waiting;
        }
        ours.admit(place, &mut events);
    }
}

/// Adds the pairs of nodes that their customers are counted for; who is on both sides counts once.
fn merge_met(ours: &mut JourneyStream, theirs: &JourneyStream, numbers: &Numbers) {
    let pairs: Vec<u32> = theirs
        .totals
        .pairs
        .all()
        .iter()
        .map(|&(source, target)| {
            let source = renumber(source, &numbers.touchpoints);
            let target = renumber(target, &numbers.touchpoints);
            ours.totals.pairs.number(source, target)
        })
        .collect();
    for (customer, &number) in (0u32..).zip(&numbers.customers) {
        ours.met.cover(number as usize + 1);
        let mut here = ours.met.of_mut(number);
        for &pair in theirs.met.of(customer) {
            let number = known(&pairs, pair);
            ours.totals.count_met(number, &mut here);
        }
    }
}
