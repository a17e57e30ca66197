//! What goes wrong in every real survey, planted in known numbers.
//!
//! The places are drawn without regard to the answer, so that leaving the blemished ones out is
//! fair.

use super::calendar::DAY;
use super::dice::Dice;
use super::world::ITEMS;
use super::{Invitation, Response};

/// Answers that come after their wave has closed.
pub(crate) const LATE: usize = 30;
/// Second rows of a customer in a wave that repeat the first: a double click.
pub(crate) const REPEATED: usize = 12;
/// Second rows of a customer in a wave with `recommend` one point lower (0 becomes 1).
pub(crate) const CHANGED: usize = 14;

/// A kind of unusable cell.
#[derive(Debug)]
pub(crate) struct Flaw {
    pub(crate) column: &'static str,
    pub(crate) kind: &'static str,
    pub(crate) text: &'static str,
    pub(crate) count: usize,
}

const fn flaw(column: &'static str, kind: &'static str, text: &'static str, count: usize) -> Flaw {
    Flaw { column, kind, text, count }
}

pub(crate) static FLAWS: [Flaw; 14] = [
    flaw("recommend", "missing", "", 31),
    flaw("recommend", "dont_know", "99", 18),
    flaw("recommend", "out_of_range", "11", 4),
    flaw("recommend", "out_of_range", "-1", 3),
    flaw("recommend", "not_whole", "7.5", 1),
    flaw("satisfaction", "missing", "", 38),
    flaw("satisfaction", "dont_know", "99", 9),
    flaw("satisfaction", "out_of_range", "0", 2),
    flaw("effort", "missing", "", 64),
    flaw("effort", "dont_know", "99", 42),
    flaw("effort", "out_of_range", "8", 3),
    flaw("ease", "missing", "", 41),
    flaw("effectiveness", "missing", "", 44),
    flaw("emotion", "missing", "", 52),
];

/// Moves some answers behind the end of their wave, by one hour up to twelve days.
pub(crate) fn make_late(invitations: &mut [Invitation], dice: &mut Dice) {
    let answered = invitations.iter_mut().filter_map(|invitation| invitation.response.as_mut());
    for response in dice.shuffled(answered).into_iter().take(LATE) {
        response.answered_at = response.wave.closes_at() + 3_600 + dice.below(12 * DAY);
    }
}

/// Second rows of customers who answered twice, all before their wave closes.
pub(crate) fn second_answers(invitations: &[Invitation], dice: &mut Dice) -> Vec<Response> {
    let early = invitations
        .iter()
        .filter_map(|invitation| invitation.response.as_ref())
        .filter(|response| response.answered_at < response.wave.closes_at() - 3 * DAY);
    let mut seconds: Vec<Response> =
        dice.shuffled(early).into_iter().take(REPEATED + CHANGED).cloned().collect();
    for (position, response) in seconds.iter_mut().enumerate() {
        if position < REPEATED {
            response.answered_at += 5 + dice.below(600);
        } else {
            response.answered_at += 3_600 + dice.below(2 * DAY);
            change_mind(response);
        }
    }
    seconds
}

fn change_mind(response: &mut Response) {
    if let Some(recommend) = response.ratings.first_mut() {
        let changed =
            recommend.parse::<u8>().map_or(0, |rating| rating.checked_sub(1).unwrap_or(1));
        *recommend = changed.to_string();
    }
}

/// Overwrites cells as [`FLAWS`] says, never one cell twice.
pub(crate) fn spoil(responses: &mut [Response], dice: &mut Dice) {
    for (position, item) in ITEMS.iter().enumerate() {
        let cells = responses.iter_mut().filter_map(|response| response.ratings.get_mut(position));
        let mut cells = dice.shuffled(cells).into_iter();
        for flaw in FLAWS.iter().filter(|flaw| flaw.column == item.name) {
            for cell in cells.by_ref().take(flaw.count) {
                *cell = flaw.text.to_owned();
            }
        }
    }
}
