//! For each customer a small set of numbers, all of them in one list: a hundred thousand sets cost
//! no allocation of their own.

/// Where a set lies in the list.
#[derive(Debug, Clone, Copy, Default)]
struct Place {
    start: usize,
    length: u32,
    room: u32,
}

/// The pairs of nodes that each customer is counted for.
#[derive(Debug, Clone, Default)]
pub(super) struct Met {
    list: Vec<u32>,
    places: Vec<Place>,
    /// Numbers of the list that are nobody's: left behind by sets that grew.
    left: usize,
}

/// The room of a set that grows for the first time.
const FIRST_ROOM: u32 = 4;

impl Met {
    /// Makes sets, which are empty, for so many customers.
    pub(super) fn cover(&mut self, customers: usize) {
        if self.places.len() < customers {
            self.places.resize(customers, Place::default());
        }
    }

    /// Makes room for so many numbers and customers more, and no more than that.
    pub(super) fn reserve(&mut self, numbers: usize, customers: usize) {
        self.list.reserve_exact(numbers);
        self.places.reserve(customers);
    }

    /// The pairs of a customer.
    pub(super) fn of(&self, customer: u32) -> &[u32] {
        let place = self.places.get(customer as usize).copied().unwrap_or_default();
        let end = place.start + place.length as usize;
        self.list.get(place.start..end).unwrap_or_default()
    }

    /// The pairs of a customer, to add to.
    pub(super) fn of_mut(&mut self, customer: u32) -> MetOf<'_> {
        let is_new = self.of(customer).is_empty();
        MetOf { met: self, customer, is_new }
    }

    /// Gives a set that is empty so much room at the end of the list.
    fn make_room(&mut self, customer: u32, room: u32) {
        let start = self.list.len();
        if let Some(place) = self.places.get_mut(customer as usize)
            && place.room == 0
        {
            *place = Place { start, length: 0, room };
            self.list.resize(start + room as usize, 0);
        }
    }

    /// Moves a set that is full to where it has twice the room.
    fn grow(&mut self, customer: u32) {
        let Some(place) = self.places.get_mut(customer as usize) else { return };
        let (start, length) = (place.start, place.length as usize);
        let room = place.room.saturating_mul(2).max(FIRST_ROOM);
        if start + place.room as usize == self.list.len() && place.room > 0 {
            place.room = room;
            self.list.resize(start + room as usize, 0);
            return;
        }
        self.left += place.room as usize;
        let to = self.list.len();
        self.list.extend_from_within(start..start + length);
        self.list.resize(to + room as usize, 0);
        *place = Place { start: to, room, ..*place };
        if self.left > 1024 && self.left > self.list.len() / 2 {
            self.tidy();
        }
    }

    /// Closes the gaps that were left behind.
    fn tidy(&mut self) {
        let mut list = Vec::with_capacity(self.list.len() - self.left);
        for place in &mut self.places {
            let end = place.start + place.room as usize;
            let start = list.len();
            list.extend_from_slice(self.list.get(place.start..end).unwrap_or_default());
            place.start = start;
        }
        (self.list, self.left) = (list, 0);
    }
}

/// The pairs of one customer, to add to.
#[derive(Debug)]
pub(super) struct MetOf<'a> {
    met: &'a mut Met,
    pub(super) customer: u32,
    /// Whether there were none when this began: then the last customer of a pair tells whether it
    /// is among them.
    pub(super) is_new: bool,
}

impl MetOf<'_> {
    /// The pairs so far.
    pub(super) fn pairs(&self) -> &[u32] {
        self.met.of(self.customer)
    }

    /// Makes room for so many, where there is none yet.
    pub(super) fn make_room(&mut self, room: u32) {
        self.met.make_room(self.customer, room);
    }

    /// Adds a pair that is not there.
    pub(super) fn push(&mut self, pair: u32) {
        let full = |place: &Place| place.length == place.room;
        if self.met.places.get(self.customer as usize).is_some_and(full) {
            self.met.grow(self.customer);
        }
        if let Some(place) = self.met.places.get_mut(self.customer as usize)
            && let Some(slot) = self.met.list.get_mut(place.start + place.length as usize)
        {
            *slot = pair;
            place.length += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_grow_beside_each_other() {
        let mut met = Met::default();
        met.cover(50);
        met.of_mut(3).make_room(7);
        let mut known = vec![Vec::new(); 50];
        for number in 0..20_000u32 {
            let customer = number * number % 50;
            met.of_mut(customer).push(number);
            known[customer as usize].push(number);
            if number == 9_000 {
                met.tidy();
            }
        }
        for (customer, known) in (0u32..).zip(&known) {
            assert_eq!(met.of(customer), known.as_slice());
        }
        assert!(met.left <= met.list.len() / 2);
    }
}
