//! The laws of a table of calculators: those of its calculators, and those of its keys.

use cxm_core::Result;
use cxm_core::registry::{DynCalculator, DynKeyed};
use proptest::prelude::*;

use crate::batches::{with_batch, with_keyed_batch};
use crate::bytes;
use crate::subjects::{Case, KeyedSubject, check, entry, keyed_subjects};

type Table = Box<dyn DynKeyed>;

fn update(subject: &KeyedSubject, table: &mut Table, case: &Case, rows: &[u64]) -> Result<()> {
    with_keyed_batch(subject.layout(case), subject.columns, rows, |keys, batch| {
        table.update(keys, batch)
    })
}

fn retract(subject: &KeyedSubject, table: &mut Table, case: &Case, rows: &[u64]) -> Result<()> {
    with_keyed_batch(subject.layout(case), subject.columns, rows, |keys, batch| {
        table.retract(keys, batch)
    })
}

fn table_of(subject: &KeyedSubject, case: &Case, rows: &[u64]) -> Table {
    let mut table = subject.empty.clone_box();
    let _ = update(subject, &mut table, case, rows);
    table
}

fn tables_of(subject: &KeyedSubject, case: &Case) -> [Table; 3] {
    [0, 1, 2].map(|part| table_of(subject, case, &case.parts[part]))
}

fn sum(a: &Table, b: &Table) -> Option<Table> {
    let mut sum = a.clone_box();
    sum.merge(b.as_ref()).ok().map(|()| sum)
}

fn bytes_of(sum: &Option<Table>) -> Option<Vec<u8>> {
    sum.as_ref().map(|table| table.to_bytes())
}

fn for_each(name: &str, law: impl Fn(&KeyedSubject, &Case) -> Result<(), TestCaseError>) {
    let subjects = keyed_subjects(entry(name));
    check(|case| law(&subjects[case.which % subjects.len()], &case));
}

/// Identity, commutativity and associativity at once.
pub(crate) fn merging(name: &str) {
    for_each(name, |subject, case| {
        let [a, b, c] = tables_of(subject, case);
        prop_assert_eq!(bytes_of(&sum(&subject.empty, &a)), Some(a.to_bytes()));
        let (ab, ba) = (sum(&a, &b), sum(&b, &a));
        prop_assert_eq!(bytes_of(&ab), bytes_of(&ba));
        let left = ab.and_then(|ab| sum(&ab, &c));
        let right = sum(&b, &c).and_then(|bc| sum(&a, &bc));
        prop_assert_eq!(bytes_of(&left), bytes_of(&right));
        Ok(())
    });
}

/// Neither the split nor the order of the rows leaves a trace, not even where keys are folded.
pub(crate) fn any_split_and_permutation(name: &str) {
    for_each(name, |subject, case| {
        let mut whole = subject.empty.clone_box();
        if update(subject, &mut whole, case, &case.rows()).is_err() {
            return Ok(());
        }
        let shuffled = table_of(subject, case, &case.shuffled());
        prop_assert_eq!(shuffled.to_bytes(), whole.to_bytes());
        let mut row_by_row = subject.empty.clone_box();
        for row in &case.rows() {
            let updated = update(subject, &mut row_by_row, case, std::slice::from_ref(row));
            prop_assert!(updated.is_ok());
        }
        prop_assert_eq!(row_by_row.to_bytes(), whole.to_bytes());
        let [a, b, c] = tables_of(subject, case);
        let merged = sum(&c, &a).and_then(|ca| sum(&ca, &b));
        prop_assert_eq!(bytes_of(&merged), Some(whole.to_bytes()));
        Ok(())
    });
}

/// What is retracted has never been there, unless keys were folded together.
pub(crate) fn retraction(name: &str) {
    for_each(name, |subject, case| {
        let [a, ..] = tables_of(subject, case);
        let mut both = a.clone_box();
        if update(subject, &mut both, case, &case.parts[1]).is_err() {
            return Ok(());
        }
        let before = both.to_bytes();
        match retract(subject, &mut both, case, &case.parts[1]) {
            Ok(()) => prop_assert_eq!(both.to_bytes(), a.to_bytes()),
            Err(error) => {
                prop_assert_eq!(error.kind(), cxm_core::ErrorKind::NotOffered);
                prop_assert_eq!(both.to_bytes(), before);
            }
        }
        Ok(())
    });
}

/// The groups add up to the calculator over all rows.
pub(crate) fn groups_add_up(name: &str) {
    for_each(name, |subject, case| {
        let rows = case.rows();
        let mut table = subject.empty.clone_box();
        let mut all = subject.ungrouped.clone_box();
        if update(subject, &mut table, case, &rows).is_err() {
            return Ok(());
        }
        if with_batch(subject.layout(case), &rows, |batch| all.update(batch)).is_ok() {
            prop_assert_eq!(table.total().unwrap().to_bytes(), all.to_bytes());
            prop_assert_eq!(table.observations(), all.observations());
        }
        let keys = table.keys();
        prop_assert!(keys.is_sorted() && keys.len() == table.len());
        let observed = |group: Option<Box<dyn DynCalculator>>| group.unwrap().observations() > 0;
        prop_assert!(keys.iter().all(|key| observed(table.get(key))));
        Ok(())
    });
}

/// `check` and a refused batch change nothing.
pub(crate) fn all_or_nothing(name: &str) {
    for_each(name, |subject, case| {
        let [mut a, ..] = tables_of(subject, case);
        let before = a.to_bytes();
        let rows = &case.parts[1];
        let verdict =
            with_keyed_batch(subject.layout(case), subject.columns, rows, |keys, batch| {
                a.check(keys, batch)
            });
        prop_assert_eq!(a.to_bytes(), before.clone());
        let outcome = update(subject, &mut a, case, rows);
        prop_assert_eq!(&verdict, &outcome);
        if outcome.is_err() {
            prop_assert_eq!(a.to_bytes(), before);
        }
        Ok(())
    });
}

/// Bytes come back as the same table, and no other bytes are read.
pub(crate) fn canonical_bytes(name: &str) {
    let entry = entry(name);
    for_each(name, |subject, case| {
        let table = table_of(subject, case, &case.parts[0]);
        let bytes = table.to_bytes();
        let read = |bytes: &[u8]| (entry.keyed_from_bytes)(bytes);
        prop_assert!(read(&bytes).unwrap().equals(table.as_ref()));
        bytes::canonical(&bytes, case.order, |bytes| read(bytes).map(|table| table.to_bytes()))
    });
}
