//! The laws that every calculator keeps, for every member of the list.
//!
//! A calculator that joins [`for_each_calculator!`](cxm_core::for_each_calculator) is checked here
//! without another line, under its default definition, its presets and a dozen changes of them,
//! alone and in tables by key. The normal run tries 10,000 cases for each law and member;
//! `CXM_LAW_CASES=1000000` tries more.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    reason = "a test may stop at the first surprise"
)]

#[path = "laws/batches.rs"]
mod batches;
#[path = "laws/bytes.rs"]
mod bytes;
#[path = "laws/calculator.rs"]
mod calculator;
#[path = "laws/keyed.rs"]
mod keyed;
#[path = "laws/subjects.rs"]
mod subjects;

macro_rules! for_every_member {
    ($($calculator:ident, $shape:literal, $summary:literal;)*) => {$(
        #[allow(non_snake_case, reason = "the test is named like the type")]
        mod $calculator {
            const NAME: &str = stringify!($calculator);

            mod alone {
                use super::NAME;
                use crate::calculator as law;

                #[test] fn identity() { law::identity(NAME) }
                #[test] fn commutativity() { law::commutativity(NAME) }
                #[test] fn associativity() { law::associativity(NAME) }
                #[test] fn any_split() { law::any_split(NAME) }
                #[test] fn any_permutation() { law::any_permutation(NAME) }
                #[test] fn retraction() { law::retraction(NAME) }
                #[test] fn never_added() { law::never_added(NAME) }
                #[test] fn one_arithmetic() { law::one_arithmetic(NAME) }
                #[test] fn all_or_nothing() { law::all_or_nothing(NAME) }
                #[test] fn unlike_definitions() { law::unlike_definitions(NAME) }
                #[test] fn round_trip() { law::round_trip(NAME) }
                #[test] fn canonical_bytes() { law::canonical_bytes(NAME) }
            }

            mod in_tables {
                use super::NAME;
                use crate::keyed as law;

                #[test] fn merging() { law::merging(NAME) }
                #[test] fn any_split_and_permutation() { law::any_split_and_permutation(NAME) }
                #[test] fn retraction() { law::retraction(NAME) }
                #[test] fn groups_add_up() { law::groups_add_up(NAME) }
                #[test] fn all_or_nothing() { law::all_or_nothing(NAME) }
                #[test] fn canonical_bytes() { law::canonical_bytes(NAME) }
            }
        }
    )*};
}
cxm_core::for_each_calculator!(for_every_member);
