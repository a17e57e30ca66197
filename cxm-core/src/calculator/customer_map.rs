//! A sorted map from customers to what they did, in a tenth of the room of a map of objects.
//!
//! The map is a sequence of leaves of about a kilobyte, found through a tree by their first
//! customer. A leaf is the bytes of its customers one after the other, exactly as they stand in the
//! state: so a state is written by copying, compared byte by byte, and merged leaf by leaf. Taking
//! in one row rewrites one leaf.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::marker::PhantomData;
use std::ops::Bound;

use super::batch::{KeyPart, KeyRef};
use super::codec::{Reader, Writer};
use super::varint::{take_unsigned, unsigned, unzigzag, zigzag};
use crate::error::{Error, Result};

/// Bytes of a leaf, about; it is split at twice as many.
const LEAF_BYTES: usize = 1024;

/// What is known of a customer: a run of bytes, one form of each, empty where nothing is known.
pub(crate) trait Payload: Clone + std::fmt::Debug + Send + Sync + 'static {
    /// The fewest bytes that anything takes.
    const LEAST_BYTES: usize;

    /// Adds two customers' bytes up.
    fn add(ours: &[u8], theirs: &[u8], out: &mut Vec<u8>);

    /// What is left of ours without theirs; refused where that could not have come about.
    fn without(ours: &[u8], theirs: &[u8], out: &mut Vec<u8>) -> Result<()>;

    /// Checks bytes that may come from anywhere, and gives the rows behind them.
    fn check(bytes: &[u8]) -> Result<u64>;
}

impl<'a> KeyRef<'a> {
    fn take(bytes: &mut &'a [u8]) -> Option<Self> {
        let (&kind, rest) = bytes.split_first()?;
        *bytes = rest;
        match kind {
            1 => {
                let (&value, rest) = bytes.split_first()?;
                *bytes = rest;
                Some(Self::Boolean(value != 0))
            }
            2 => {
                let value = u64::try_from(take_unsigned(bytes)?).ok()?;
                Some(Self::Integer(unzigzag(value)))
            }
            _ => Some(Self::Text(std::str::from_utf8(take_blob(bytes)?).ok()?)),
        }
    }
}

fn take_blob<'a>(bytes: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = usize::try_from(take_unsigned(bytes)?).ok()?;
    let (blob, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    Some(blob)
}

/// A customer and what they did.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Customer<'a> {
    pub(crate) key: KeyRef<'a>,
    /// The days, as the [`Payload`] has them.
    pub(crate) days: &'a [u8],
    /// Key and days as they stand in the state.
    bytes: &'a [u8],
}

/// The customers in a run of bytes.
#[derive(Debug, Clone)]
pub(crate) struct Customers<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Customers<'a> {
    type Item = Customer<'a>;

    fn next(&mut self) -> Option<Customer<'a>> {
        if self.rest.is_empty() {
            return None;
        }
        let whole = self.rest;
        let key = KeyRef::take(&mut self.rest)?;
        let days = take_blob(&mut self.rest)?;
        let (bytes, _) = whole.split_at_checked(whole.len().checked_sub(self.rest.len())?)?;
        Some(Customer { key, days, bytes })
    }
}

/// Writes a customer as it stands in the state.
fn write_customer(key: KeyRef<'_>, days: &[u8], out: &mut Vec<u8>) {
    match key {
        KeyRef::Boolean(value) => out.extend([1, u8::from(value)]),
        KeyRef::Integer(value) => {
            out.push(2);
            unsigned(out, zigzag(value).into());
        }
        KeyRef::Text(text) => {
            out.push(3);
            unsigned(out, text.len() as u128);
            out.extend_from_slice(text.as_bytes());
        }
    }
    unsigned(out, days.len() as u128);
    out.extend_from_slice(days);
}

#[derive(Debug, Clone)]
struct Leaf {
    bytes: Box<[u8]>,
    customers: u64,
}

/// Builds leaves from customers in their order.
#[derive(Debug, Default)]
pub(crate) struct LeafBuilder {
    leaves: Vec<(KeyPart, Leaf)>,
    bytes: Vec<u8>,
    customers: u64,
    /// Where the open bytes would be cut, with the customers before.
    cut: Option<(usize, u64)>,
}

impl LeafBuilder {
    /// Adds a customer as it stands elsewhere.
    fn copy(&mut self, customer: &Customer<'_>) {
        self.bytes.extend_from_slice(customer.bytes);
        self.grown();
    }

    /// Adds a customer, unless nothing is known of them.
    pub(crate) fn push(&mut self, key: KeyRef<'_>, days: &[u8]) {
        if !days.is_empty() {
            write_customer(key, days, &mut self.bytes);
            self.grown();
        }
    }

    fn grown(&mut self) {
        self.customers += 1;
        if self.bytes.len() < LEAF_BYTES {
            return;
        }
        let (at, before) = *self.cut.get_or_insert((self.bytes.len(), self.customers));
        if self.bytes.len() >= 2 * LEAF_BYTES {
            let rest = self.bytes.split_off(at);
            let leaf = std::mem::replace(&mut self.bytes, rest);
            self.close(&leaf, before);
            self.customers -= before;
            let grown = self.bytes.len() >= LEAF_BYTES;
            self.cut = grown.then_some((self.bytes.len(), self.customers));
        }
    }

    fn close(&mut self, bytes: &[u8], customers: u64) {
        if let Some(first) = (Customers { rest: bytes }).next() {
            self.leaves.push((first.key.to_part(), Leaf { bytes: bytes.into(), customers }));
        }
    }

    fn finish(mut self) -> Vec<(KeyPart, Leaf)> {
        let bytes = std::mem::take(&mut self.bytes);
        self.close(&bytes, self.customers);
        self.leaves
    }

    /// The map of all customers that were added.
    pub(crate) fn into_map<P>(self) -> CustomerMap<P> {
        let leaves = self.finish();
        let customers = leaves.iter().map(|(_, leaf)| leaf.customers).sum();
        CustomerMap { leaves: leaves.into_iter().collect(), customers, payload: PhantomData }
    }
}

/// What becomes of the days of a customer whom two maps know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Change {
    Add,
    Subtract,
}

/// Customers and their days, sorted by key.
#[derive(Debug, Clone)]
pub(crate) struct CustomerMap<P> {
    leaves: BTreeMap<KeyPart, Leaf>,
    customers: u64,
    payload: PhantomData<P>,
}

impl<P> Default for CustomerMap<P> {
    fn default() -> Self {
        Self { leaves: BTreeMap::new(), customers: 0, payload: PhantomData }
    }
}

impl<P: Payload> PartialEq for CustomerMap<P> {
    fn eq(&self, other: &Self) -> bool {
        let same = |(a, b): (Customer<'_>, Customer<'_>)| a.bytes == b.bytes;
        self.customers == other.customers && self.iter().zip(other.iter()).all(same)
    }
}

/// A leaf's place: the key it is found by, and the first key of the leaf after it.
type Place = (KeyPart, Option<KeyPart>);

impl<P: Payload> CustomerMap<P> {
    /// Number of customers.
    pub(crate) fn len(&self) -> u64 {
        self.customers
    }

    /// Bytes that the customers take.
    #[cfg(test)]
    fn bytes(&self) -> usize {
        self.leaves.values().map(|leaf| leaf.bytes.len()).sum()
    }

    /// The customers in their order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Customer<'_>> {
        self.leaves.values().flat_map(|leaf| Customers { rest: &leaf.bytes })
    }

    /// The leaf that a key belongs into.
    fn place(&self, key: &KeyPart) -> Option<Place> {
        let upto = (Bound::Unbounded, Bound::Included(key));
        let (home, _) = match self.leaves.range::<KeyPart, _>(upto).next_back() {
            Some(found) => found,
            None => self.leaves.iter().next()?,
        };
        let after = (Bound::Excluded(home), Bound::Unbounded);
        let upper = self.leaves.range::<KeyPart, _>(after).next().map(|(key, _)| key.clone());
        Some((home.clone(), upper))
    }

    /// Shows each customer of another map with the days that we know of them.
    fn for_each_pair(
        &self,
        other: &Self,
        mut show: impl FnMut(Option<&[u8]>, &[u8]) -> Result<()>,
    ) -> Result<()> {
        let mut theirs = other.iter().peekable();
        while let Some(first) = theirs.peek() {
            let place = self.place(&first.key.to_part());
            let leaf = place.as_ref().and_then(|(home, _)| self.leaves.get(home));
            let upper = place.as_ref().and_then(|(_, upper)| KeyRef::of(upper.as_ref()?));
            let bytes = leaf.map_or([].as_slice(), |leaf| &leaf.bytes);
            let mut ours = Customers { rest: bytes }.peekable();
            while let Some(their) = theirs.next_if(|c| upper.is_none_or(|upper| c.key < upper)) {
                while ours.next_if(|our| our.key < their.key).is_some() {}
                let our = ours.peek().filter(|our| our.key == their.key);
                show(our.map(|our| our.days), their.days)?;
            }
        }
        Ok(())
    }

    /// Refuses more customers than a definition allows.
    pub(crate) fn check_len(&self, most: u64) -> Result<()> {
        check_customers(self.len(), most)
    }

    /// Refuses another map with which there would be more customers than a definition allows.
    pub(crate) fn check_merge(&self, other: &Self, most: u64) -> Result<()> {
        if self.len().saturating_add(other.len()) <= most {
            return Ok(());
        }
        let mut new = 0u64;
        self.for_each_pair(other, |ours, _| {
            new += u64::from(ours.is_none());
            Ok(())
        })?;
        check_customers(self.len().saturating_add(new), most)
    }

    /// Refuses another map that was never added.
    pub(crate) fn check_subtract(&self, other: &Self) -> Result<()> {
        let mut left = Vec::new();
        self.for_each_pair(other, |ours, theirs| {
            let never = || Error::never_added("cannot retract a customer who was never added");
            left.clear();
            P::without(ours.ok_or_else(never)?, theirs, &mut left)
        })
    }

    /// Adds another map, which was found to fit.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.apply(other, Change::Add);
    }

    /// Subtracts another map, which was found to fit.
    pub(crate) fn subtract(&mut self, other: &Self) {
        self.apply(other, Change::Subtract);
    }

    fn apply(&mut self, other: &Self, change: Change) {
        if self.leaves.is_empty() && change == Change::Add {
            self.leaves.clone_from(&other.leaves);
            self.customers = other.customers;
            return;
        }
        let mut theirs = other.iter().peekable();
        let mut days = Vec::new();
        while let Some(first) = theirs.peek() {
            let Some((home, upper)) = self.place(&first.key.to_part()) else { return };
            let Some(leaf) = self.leaves.remove(&home) else { return };
            let upper = upper.as_ref().and_then(KeyRef::of);
            let mut ours = Customers { rest: &leaf.bytes }.peekable();
            let mut built = LeafBuilder::default();
            while let Some(their) = theirs.next_if(|c| upper.is_none_or(|upper| c.key < upper)) {
                while let Some(our) = ours.next_if(|our| our.key < their.key) {
                    built.copy(&our);
                }
                match ours.next_if(|our| our.key == their.key) {
                    Some(our) => {
                        days.clear();
                        combine::<P>(our.days, their.days, change, &mut days);
                        built.push(our.key, &days);
                    }
                    None if change == Change::Add => built.copy(&their),
                    None => {}
                }
            }
            ours.for_each(|our| built.copy(&our));
            self.customers -= leaf.customers;
            for (key, leaf) in built.finish() {
                self.customers += leaf.customers;
                self.leaves.insert(key, leaf);
            }
        }
    }

    /// Writes the number of customers and the customers.
    pub(crate) fn write(&self, writer: &mut Writer) {
        writer.unsigned(self.customers);
        self.leaves.values().for_each(|leaf| writer.raw(&leaf.bytes));
    }

    /// Reads what [`write`](Self::write) wrote and gives the rows behind it.
    pub(crate) fn read(reader: &mut Reader<'_>, most: u64) -> Result<(Self, u64)> {
        // A customer takes a key of two bytes at least, a length and what they did.
        let customers = reader.length(3 + P::LEAST_BYTES)?;
        if u64::try_from(customers).is_ok_and(|customers| customers > most) {
            return Err(Error::limit("more customers than the definition allows"));
        }
        let mut built = LeafBuilder::default();
        let mut rows = 0u64;
        let mut last: Option<KeyPart> = None;
        for _ in 0..customers {
            let part = KeyPart::read(reader)?;
            let days = reader.blob()?;
            let key =
                KeyRef::of(&part).ok_or_else(|| Error::corrupt("a customer without a key"))?;
            if last.as_ref().and_then(KeyRef::of).cmp(&Some(key)) != Ordering::Less {
                return Err(Error::corrupt("the customers are not in their order"));
            }
            rows = super::checked_sum(rows, P::check(days)?)?;
            built.push(key, days);
            last = Some(part);
        }
        Ok((built.into_map(), rows))
    }
}

fn check_customers(customers: u64, most: u64) -> Result<()> {
    if customers <= most {
        return Ok(());
    }
    Err(Error::limit(format!("there may be at most {most} customers")).in_field("max_customers"))
}

fn combine<P: Payload>(ours: &[u8], theirs: &[u8], change: Change, out: &mut Vec<u8>) {
    match change {
        Change::Add => P::add(ours, theirs, out),
        // It was checked that they fit; what does not is left as it was.
        Change::Subtract => {
            if P::without(ours, theirs, out).is_err() {
                out.clear();
                out.extend_from_slice(ours);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A count, of which nobody has none.
    #[derive(Debug, Clone)]
    struct Count;

    fn number(mut bytes: &[u8]) -> u128 {
        take_unsigned(&mut bytes).unwrap_or_default()
    }

    impl Payload for Count {
        const LEAST_BYTES: usize = 1;

        fn add(ours: &[u8], theirs: &[u8], out: &mut Vec<u8>) {
            unsigned(out, number(ours) + number(theirs));
        }

        fn without(ours: &[u8], theirs: &[u8], out: &mut Vec<u8>) -> Result<()> {
            match number(ours).checked_sub(number(theirs)) {
                None => Err(Error::never_added("fewer")),
                Some(0) => Ok(()),
                Some(rest) => {
                    unsigned(out, rest);
                    Ok(())
                }
            }
        }

        fn check(bytes: &[u8]) -> Result<u64> {
            u64::try_from(number(bytes)).map_err(|_| Error::corrupt("too many"))
        }
    }

    fn map(keys: impl IntoIterator<Item = i64>) -> CustomerMap<Count> {
        let mut built = LeafBuilder::default();
        keys.into_iter().for_each(|key| built.push(KeyRef::Integer(key), &[1]));
        built.into_map()
    }

    #[test]
    fn one_by_one_at_once_and_leaf_by_leaf_are_the_same() {
        let all = map(0..5000);
        let mut single = CustomerMap::<Count>::default();
        for key in 0..5000 {
            single.merge(&map([key * 7919 % 5000]));
        }
        assert_eq!((single.len(), single == all), (5000, true));
        let mut halves = map((0..5000).step_by(2));
        halves.merge(&map((1..5000).step_by(2)));
        assert!(halves == all);
        for leaves in [&all.leaves, &single.leaves, &halves.leaves] {
            let sizes = leaves.values().map(|leaf| leaf.bytes.len());
            assert!(sizes.clone().all(|size| size < 2 * LEAF_BYTES + 32));
            assert!(sizes.filter(|&size| size < LEAF_BYTES).count() <= 1, "leaves are well filled");
        }
        halves.subtract(&map((0..5000).step_by(2)));
        assert!(halves == map((1..5000).step_by(2)));
        halves.subtract(&map((1..5000).step_by(2)));
        assert_eq!((halves.len(), halves.leaves.len()), (0, 0));
        assert!(all.bytes() < 5000 * 10);
    }

    #[test]
    fn what_is_written_is_read_and_nothing_else() {
        let mut writer = Writer::new();
        let all = map(-300..300);
        all.write(&mut writer);
        let (read, rows) = CustomerMap::read(&mut Reader::new(writer.as_bytes()), 600).unwrap();
        let read: CustomerMap<Count> = read;
        assert!(read == all && rows == 600);
        assert!(CustomerMap::<Count>::read(&mut Reader::new(writer.as_bytes()), 599).is_err());
        let mut twice = Writer::new();
        twice.unsigned(2u64);
        for _ in 0..2 {
            twice.raw(&[2, 2, 1, 1]);
        }
        assert!(CustomerMap::<Count>::read(&mut Reader::new(twice.as_bytes()), 9).is_err());
    }
}
