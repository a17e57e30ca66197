//! Runs of moments with what happened at each, the earliest first: added up and taken apart.

use std::iter::Peekable;

use crate::error::{Error, Result};

/// Walks two runs together and hands on each moment once, with what both have of it added up.
#[inline]
pub(crate) fn add_runs<T>(
    ours: impl Iterator<Item = (i64, T)>,
    theirs: impl Iterator<Item = (i64, T)>,
    add: impl Fn(&mut T, &T),
    mut write: impl FnMut(i64, &T),
) {
    let (mut ours, mut theirs) = (ours.peekable(), theirs.peekable());
    while let Some((at, mut totals)) = earlier(&mut ours, &mut theirs) {
        if let Some((_, more)) = theirs.next_if(|(other, _)| *other == at) {
            add(&mut totals, &more);
        }
        write(at, &totals);
    }
}

/// The earlier of the next moments of two runs, ours where they are the same.
#[inline]
fn earlier<T>(
    ours: &mut Peekable<impl Iterator<Item = (i64, T)>>,
    theirs: &mut Peekable<impl Iterator<Item = (i64, T)>>,
) -> Option<(i64, T)> {
    match (ours.peek(), theirs.peek()) {
        (Some((a, _)), Some((b, _))) if a > b => theirs.next(),
        (None, _) => theirs.next(),
        _ => ours.next(),
    }
}

/// Hands on what is left of our run without theirs; `never` says of what theirs has more.
#[inline]
pub(crate) fn run_without<T>(
    ours: impl Iterator<Item = (i64, T)>,
    theirs: impl Iterator<Item = (i64, T)>,
    without: impl Fn(&T, &T) -> Result<T>,
    mut write: impl FnMut(i64, &T),
    never: &'static str,
) -> Result<()> {
    let mut theirs = theirs.peekable();
    for (at, totals) in ours {
        match theirs.next_if(|(other, _)| *other == at) {
            Some((_, less)) => write(at, &without(&totals, &less)?),
            None => write(at, &totals),
        }
    }
    if theirs.next().is_some() { Err(Error::never_added(never)) } else { Ok(()) }
}
