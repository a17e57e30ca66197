//! Numbers for pairs of numbers: the edges of a graph whose nodes join one by one.

use std::collections::HashMap;

use foldhash::fast::RandomState;

/// Nodes of a dense table, at most.
const DENSE_NODES: usize = 1024;
/// The number of a pair that has none.
const NONE: u32 = u32::MAX;

/// Pairs by number, from 0 in the order in which they came.
#[derive(Debug, Clone, Default)]
pub(super) struct Pairs {
    pairs: Vec<(u32, u32)>,
    /// A square table of numbers for the nodes below its width.
    dense: Vec<u32>,
    width: usize,
    /// The pairs with a node beyond.
    sparse: HashMap<(u32, u32), u32, RandomState>,
}

impl Pairs {
    /// The pairs in the order of their numbers.
    pub(super) fn all(&self) -> &[(u32, u32)] {
        &self.pairs
    }

    /// The number of a pair, if it has one.
    pub(super) fn find(&self, a: u32, b: u32) -> Option<u32> {
        let number = if (a.max(b) as usize) < self.width {
            self.dense.get(a as usize * self.width + b as usize).copied()
        } else {
            self.sparse.get(&(a, b)).copied()
        };
        number.filter(|&number| number != NONE)
    }

    /// The number of a pair, which joins if it is new.
    pub(super) fn number(&mut self, a: u32, b: u32) -> u32 {
        if let Some(number) = self.find(a, b) {
            return number;
        }
        // Each pair has an event of its own, of which there are fewer than numbers.
        let number = u32::try_from(self.pairs.len()).unwrap_or(NONE);
        self.pairs.push((a, b));
        self.place(a, b, number);
        number
    }

    fn place(&mut self, a: u32, b: u32, number: u32) {
        let last = a.max(b) as usize;
        if last >= DENSE_NODES {
            self.sparse.insert((a, b), number);
            return;
        }
        if last >= self.width {
            self.width = (last + 1).next_power_of_two().max(16);
            self.dense.clear();
            self.dense.resize(self.width * self.width, NONE);
            let placed = std::mem::take(&mut self.pairs);
            for (number, &(a, b)) in (0u32..).zip(&placed) {
                self.put(a, b, number);
            }
            self.pairs = placed;
        }
        self.put(a, b, number);
    }

    fn put(&mut self, a: u32, b: u32, number: u32) {
        if (a.max(b) as usize) < self.width
            && let Some(slot) = self.dense.get_mut(a as usize * self.width + b as usize)
        {
            *slot = number;
        }
    }
}
