//! The promise under all of it: the same rows are the same bytes, however they came together.

use super::company::Survey;
use super::overall::nps;
use super::support::Outcome;
use super::support::format::count;
use super::support::page::{Page, Tone};
use cxm_core::prelude::*;

const SHARDS: usize = 7;

pub(crate) fn show(page: &mut Page, all: &Survey<'_>, answers: &Survey<'_>) -> Outcome<()> {
    page.heading("The same rows, the same bytes", "");
    let whole = state(answers)?;
    let bytes = whole.to_bytes();

    // As a cluster would: each worker counts its rows, and the states are merged as they come in.
    let shard = |number: usize| -> Outcome<_> {
        let wanted: Vec<bool> = (0..answers.len()).map(|row| row % SHARDS == number).collect();
        state(&answers.only(&wanted))
    };
    let shards: Vec<_> = (0..SHARDS).map(shard).collect::<Outcome<_>>()?;
    let mut forwards = by_segment()?;
    shards.iter().try_for_each(|shard| forwards.merge(shard))?;
    let mut backwards = by_segment()?;
    shards.iter().rev().try_for_each(|shard| backwards.merge(shard))?;
    let equal = forwards.to_bytes() == bytes && backwards.to_bytes() == bytes;
    tell(
        page,
        equal,
        &format!(
            "{SHARDS} shards merged in either order: the {} bytes of all rows at once.",
            count(bytes.len() as u64)
        ),
    );

    // As a correction does: the answers that a later one replaced are taken back.
    let mut corrected = state(all)?;
    let replaced = all.only(&all.replaced());
    corrected.retract(batch(&replaced, &[replaced.segment.as_slice().into()]))?;
    let equal = corrected.to_bytes() == bytes;
    tell(
        page,
        equal,
        &format!(
            "{} replaced answers counted and then retracted: the bytes as if they had never come.",
            replaced.len()
        ),
    );

    let restored = Keyed::<Nps>::from_bytes(&bytes)?;
    tell(
        page,
        restored == whole,
        "Written as bytes and read again: the same state, ready for more answers.",
    );
    Ok(())
}

fn by_segment() -> Outcome<Keyed<Nps>> {
    Ok(Keyed::new(KeyedDefinition::with(["segment"], nps()))?)
}

fn batch<'a>(answers: &'a Survey<'_>, keys: &'a [KeyColumn<'a>]) -> KeyedBatch<'a, Ratings<'a>> {
    KeyedBatch { keys, batch: Ratings::from(answers.recommend.as_slice()) }
}

fn state(answers: &Survey<'_>) -> Outcome<Keyed<Nps>> {
    let mut state = by_segment()?;
    state.update(batch(answers, &[answers.segment.as_slice().into()]))?;
    Ok(state)
}

fn tell(page: &mut Page, equal: bool, text: &str) {
    if equal {
        page.point('=', Tone::Good, text);
    } else {
        page.point('≠', Tone::Bad, text);
    }
}
