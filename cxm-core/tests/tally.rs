//! The counting kernels against a loop that anyone can check.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    clippy::float_cmp,
    reason = "the plain loop may do what the kernels must not"
)]

use cxm_core::numeric::tally::{
    Bitmap, Code, Codes, REJECT_CELLS, Rating, Reject, Rejects, Validity, class_counts,
    first_reject, rejects, tally, tally_by_code, tally_weighted,
};
use proptest::prelude::*;

/// Exact values of any type, told apart by i128: what the kernels must agree with.
trait Plain: Rating + std::fmt::Debug {
    fn whole(self) -> Result<i128, Reject>;
}

macro_rules! plain {
    ($($type:ident),*) => {$(
        impl Plain for $type {
            fn whole(self) -> Result<i128, Reject> {
                Ok(i128::from(self))
            }
        }
    )*};
}

plain!(u8, i8, u16, i16, u32, i32, u64, i64);

macro_rules! plain_float {
    ($($type:ident),*) => {$(
        impl Plain for $type {
            fn whole(self) -> Result<i128, Reject> {
                let value = f64::from(self);
                match value {
                    _ if value.is_nan() => Err(Reject::Missing),
                    _ if value.fract() == 0.0 || value.is_infinite() => Ok(value as i128),
                    _ => Err(Reject::NonInteger),
                }
            }
        }
    )*};
}

plain_float!(f32, f64);

fn place<T: Plain>(value: T, lowest: i16, bins: usize) -> Result<usize, Reject>
where
    f64: LossyFrom<T>,
{
    let highest = i128::from(lowest) + bins as i128 - 1;
    match value.whole() {
        Ok(whole) if whole < i128::from(lowest) || whole > highest => Err(Reject::OutOfRange),
        Ok(whole) => Ok((whole - i128::from(lowest)) as usize),
        Err(Reject::NonInteger) => {
            let value = f64::lossy(value);
            if value < f64::from(lowest) || value > highest as f64 {
                Err(Reject::OutOfRange)
            } else {
                Err(Reject::NonInteger)
            }
        }
        Err(reject) => Err(reject),
    }
}

/// To f64, where losing digits does not matter: only fractions ask.
trait LossyFrom<T> {
    fn lossy(value: T) -> Self;
}

macro_rules! lossy {
    ($($type:ident),*) => {$(
        impl LossyFrom<$type> for f64 {
            fn lossy(value: $type) -> f64 {
                value as f64
            }
        }
    )*};
}

lossy!(u8, i8, u16, i16, u32, i32, u64, i64, f32, f64);

fn count(total: &mut Rejects, reject: Reject) {
    match reject {
        Reject::Missing => total.missing += 1,
        Reject::OutOfRange => total.out_of_range += 1,
        Reject::NonInteger => total.non_integer += 1,
    }
}

/// Counts, rejects, weights and groups of one column, in every layout of validity.
fn check<T: Plain>(values: &[T], valid: &[bool], lowest: i16, bins: usize, offset: usize)
where
    f64: LossyFrom<T>,
{
    let bytes: Vec<u8> = valid.iter().map(|&valid| u8::from(valid) * 3).collect();
    let mut packed = vec![0xa5u8; (offset + values.len()).div_ceil(8) + 1];
    for (row, &valid) in valid.iter().enumerate() {
        let bit = offset + row;
        packed[bit / 8] = packed[bit / 8] & !(1 << (bit % 8)) | u8::from(valid) << (bit % 8);
    }
    let bits = Bitmap::new(&packed, offset, values.len()).unwrap();
    for validity in [None, Some(Validity::Bytes(&bytes)), Some(Validity::Bits(bits))] {
        let places: Vec<_> = (values.iter().zip(valid))
            .map(|(&value, &valid)| {
                if validity.is_none() || valid {
                    place(value, lowest, bins)
                } else {
                    Err(Reject::Missing)
                }
            })
            .collect();
        let mut expected = vec![5; bins];
        let mut rejected = Rejects::default();
        for place in &places {
            match place {
                Ok(bin) => expected[*bin] += 1,
                Err(reject) => count(&mut rejected, *reject),
            }
        }

        let mut counts = vec![5; bins];
        assert_eq!(tally(values, validity, lowest, &mut counts), rejected, "{validity:?}");
        assert_eq!(counts, expected, "{validity:?}");

        let all: Vec<_> = rejects(values, validity, lowest, bins).collect();
        let places_rejected = places.iter().enumerate();
        let expected_rejects: Vec<_> = places_rejected
            .filter_map(|(row, place)| place.err().map(|reject| (row, reject)))
            .collect();
        assert_eq!(first_reject(values, validity, lowest, bins), expected_rejects.first().copied());
        assert_eq!(all, expected_rejects);

        let weights: Vec<u32> = (0..values.len()).map(|row| u32::MAX - row as u32 * 7919).collect();
        let (mut counts, mut sum_w, mut sum_w2) = (vec![5; bins], vec![1; bins], vec![2; bins]);
        let again = tally_weighted(
            values,
            validity,
            &weights,
            lowest,
            &mut counts,
            &mut sum_w,
            &mut sum_w2,
        );
        let (mut expected_w, mut expected_w2) = (vec![1u128; bins], vec![2u128; bins]);
        for (place, &weight) in places.iter().zip(&weights) {
            if let Ok(bin) = place {
                expected_w[*bin] += u128::from(weight);
                expected_w2[*bin] += u128::from(weight) * u128::from(weight);
            }
        }
        assert_eq!((again, counts, sum_w, sum_w2), (rejected, expected, expected_w, expected_w2));

        groups(values, &places, validity, lowest, bins, |group| group as u8);
        groups(values, &places, validity, lowest, bins, |group| group as i32);
        groups(values, &places, validity, lowest, bins, |group| group as u32);
    }
}

fn groups<T: Plain, C: Code + std::fmt::Debug>(
    values: &[T],
    places: &[Result<usize, Reject>],
    validity: Option<Validity<'_>>,
    lowest: i16,
    bins: usize,
    code: impl Fn(usize) -> C,
) {
    let (groups, width) = (7, bins + REJECT_CELLS);
    let group = |row: usize| row * 31 % 1009 % groups;
    let codes: Vec<C> = (0..values.len()).map(|row| code(group(row))).collect();
    let known: Vec<u8> = (0..values.len()).map(|row| u8::from(row % 5 != 0)).collect();
    let nullable = Codes { validity: Some(Validity::Bytes(&known)), ..Codes::from(&codes[..]) };
    let named = Codes { missing_group: Some(3), ..nullable };
    for codes in [Codes::from(&codes[..]), nullable, named] {
        let mut expected = vec![9; groups * width];
        let mut left_out = 0;
        for (row, place) in places.iter().enumerate() {
            let group = match (codes.validity.is_some() && row % 5 == 0, codes.missing_group) {
                (false, _) => group(row),
                (true, Some(group)) => group as usize,
                (true, None) => {
                    left_out += 1;
                    continue;
                }
            };
            expected[group * width + place.unwrap_or_else(|reject| bins + reject as usize)] += 1;
        }
        let mut table = vec![9; groups * width];
        let result = tally_by_code(codes, values, validity, lowest, bins, &mut table);
        assert_eq!((result, table), (Ok(left_out), expected), "{:?}", codes.missing_group);
    }
}

const LENGTHS: [usize; 20] = [
    0, 1, 2, 63, 64, 65, 127, 128, 129, 130, 4_095, 4_096, 4_097, 8_193, 16_319, 16_321, 16_383,
    16_384, 16_385, 40_000,
];

macro_rules! every_type {
    ($($name:ident $type:ident $hostile:expr;)*) => {$(
        mod $name {
            use super::*;
            use proptest::collection::vec;

            /// Mostly ratings, some of anything.
            fn value() -> impl Strategy<Value = $type> {
                prop_oneof![
                    8 => (0u8..=10).prop_map(|rating| rating as $type),
                    1 => proptest::sample::select($hostile.to_vec()),
                    1 => any::<$type>(),
                ]
            }

            fn scale() -> impl Strategy<Value = (i16, usize)> {
                prop_oneof![
                    4 => Just((0, 11)),
                    2 => Just((1, 5)),
                    1 => (-120i16..130, 1usize..=101),
                    1 => (any::<i16>(), 1usize..=101),
                ]
            }

            proptest! {
                #![proptest_config(ProptestConfig::with_cases(300))]

                #[test]
                fn agrees_with_the_plain_loop(
                    rows in vec((value(), proptest::bool::weighted(0.9)), 0..700),
                    (lowest, bins) in scale(),
                    offset in 0usize..70,
                ) {
                    let (values, valid): (Vec<_>, Vec<_>) = rows.into_iter().unzip();
                    check(&values, &valid, lowest, bins, offset);
                }
            }

            #[test]
            fn agrees_at_the_edges_of_blocks() {
                for len in LENGTHS {
                    let values: Vec<$type> = (0..len)
                        .map(|row| match row % 97 {
                            96 => $hostile[row / 97 % $hostile.len()],
                            rest => (rest % 12) as $type,
                        })
                        .collect();
                    let is_valid = |row| row % 1_000 < 300 || row % 7 != 0;
                    let valid: Vec<bool> = (0..len).map(is_valid).collect();
                    for (lowest, bins) in [(0, 11), (1, 5), (-50, 101)] {
                        check(&values, &valid, lowest, bins, len % 11);
                    }
                }
            }

            #[test]
            fn agrees_when_one_value_fills_the_column() {
                let lanes = 255 * 64;
                for len in [255, 256, 257, lanes - 1, lanes, lanes + 1, 65_535, 65_537, 300_000] {
                    check(&vec![9 as $type; len], &vec![true; len], 0, 11, 3);
                }
            }
        }
    )*};
}

every_type! {
    of_u8 u8 [u8::MAX, 11, 251, 128];
    of_i8 i8 [i8::MIN, i8::MAX, -1, 11];
    of_u16 u16 [u16::MAX, 11, 256, 265, 32_768];
    of_i16 i16 [i16::MIN, i16::MAX, -1, 11, 256];
    of_u32 u32 [u32::MAX, 11, 256, 65_536, 1 << 31];
    of_i32 i32 [i32::MIN, i32::MAX, -1, 11, 256];
    of_u64 u64 [u64::MAX, 11, 1 << 32, 1 << 63, i64::MAX as u64];
    of_i64 i64 [i64::MIN, i64::MAX, -1, 11, 1 << 32, 1 << 56];
    of_f32 f32 [
        f32::NAN, f32::INFINITY, f32::NEG_INFINITY, -0.0, 1e-45, f32::MAX, f32::MIN, 7.5, 10.5,
        -0.5, 9.999_999, 16_777_216.0, 12_582_912.0,
    ];
    of_f64 f64 [
        f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -0.0, 5e-324, 1e300, -1e300, 7.5, 10.5, -0.5,
        9.999_999_999_999_998, 4_503_599_627_370_496.0, 6_755_399_441_055_744.0, f64::MAX,
    ];
}

#[test]
fn a_table_holds_the_points_then_missing_out_of_range_non_integer() {
    let mut table = [0; 8];
    let values = [1.0, 2.0, 2.0, f64::NAN, 9.0, 9.0, -1.0, 1.5, 2.5, 3.5, 4.5];
    tally_by_code(Codes::from(&[0u8; 11][..]), &values, None, 1, 5, &mut table).unwrap();
    assert_eq!(table, [1, 2, 0, 0, 0, 1, 3, 4]);
}

#[test]
fn a_group_without_a_row_changes_nothing() {
    let values: Vec<u8> = (0..10_000u32).map(|row| (row % 11) as u8).collect();
    let mut known = vec![1u8; 10_000];
    (0..10_000).step_by(10).for_each(|row| known[row] = 0);
    // With few groups counting is in 32 bits first; with many it is taken back.
    for groups in [3, 5_000] {
        let before: Vec<u64> = (0..groups as u64 * 14).collect();
        for bad in [1, 4_095, 4_096, 9_998] {
            for code in [groups, -1, i32::MAX, i32::MIN] {
                let mut codes: Vec<i32> = (0..10_000).map(|row| row % groups).collect();
                codes[bad] = code;
                let all = Codes::from(&codes[..]);
                for codes in [all, Codes { validity: Some(Validity::Bytes(&known)), ..all }] {
                    let mut table = before.clone();
                    let result = tally_by_code(codes, &values, None, 0, 11, &mut table);
                    assert_eq!((result, &table), (Err(bad), &before));
                }
            }
        }
    }
}

#[test]
fn what_stands_under_a_missing_code_is_not_looked_at() {
    let codes = [0, i32::MIN, 7, 1];
    let known = Codes { validity: Some(Validity::Bytes(&[1, 0, 0, 1])), ..Codes::from(&codes[..]) };
    let mut table = [0; 2 * 4];
    assert_eq!(tally_by_code(known, &[1u8; 4], None, 1, 1, &mut table), Ok(2));
    assert_eq!(table, [1, 0, 0, 0, 1, 0, 0, 0]);
    let named = Codes { missing_group: Some(1), ..known };
    assert_eq!(tally_by_code(named, &[1u8; 4], None, 1, 1, &mut table), Ok(0));
    assert_eq!(table, [2, 0, 0, 0, 4, 0, 0, 0]);
    let elsewhere = Codes { missing_group: Some(2), ..known };
    assert_eq!(tally_by_code(elsewhere, &[1u8; 4], None, 1, 1, &mut table), Err(1));
    let nowhere = Codes { validity: Some(Validity::Bytes(&[0; 4])), ..known };
    assert_eq!(tally_by_code(nowhere, &[1u8; 4], None, 1, 1, &mut []), Ok(4));
}

#[test]
fn a_row_without_a_code_is_an_error_at_that_row() {
    let mut table = [0; 14];
    let codes = [0u32; 5];
    assert_eq!(tally_by_code(Codes::from(&codes[..]), &[1u8; 6], None, 0, 11, &mut table), Err(5));
    assert_eq!(tally_by_code(Codes::from(&codes[..]), &[1u8; 6], None, 0, 11, &mut []), Err(5));
    assert_eq!(tally_by_code(Codes::from(&codes[..]), &[1u8; 5], None, 0, 11, &mut []), Err(0));
    assert_eq!(table, [0; 14]);
}

#[test]
fn a_huge_code_does_not_wrap_into_the_table() {
    for code in [u64::MAX, u64::MAX / 14 + 1, 1 << 60] {
        let mut table = [0; 14];
        assert_eq!(
            tally_by_code(Codes::from(&[code][..]), &[1u8], None, 0, 11, &mut table),
            Err(0)
        );
    }
}

#[test]
fn short_columns_beside_the_values_mean_missing() {
    let mut counts = [0; 11];
    let validity = Some(Validity::Bytes(&[1; 200]));
    assert_eq!(tally(&[3u8; 500], validity, 0, &mut counts).missing, 300);
    assert_eq!(counts[3], 200);
    let (mut counts, mut sum_w, mut sum_w2) = ([0; 11], [0; 11], [0; 11]);
    let rejects =
        tally_weighted(&[3u8; 500], None, &[7; 100], 0, &mut counts, &mut sum_w, &mut sum_w2);
    assert_eq!((rejects.missing, counts[3], sum_w[3], sum_w2[3]), (400, 100, 700, 4_900));
}

proptest! {
    #[test]
    fn classes_agree_with_the_plain_loop(
        values in proptest::collection::vec(any::<u8>(), 0..1_000),
        mut cuts in any::<[u8; 4]>(),
        repeat in 1usize..40,
    ) {
        cuts.sort_unstable();
        let values = values.repeat(repeat);
        let mut expected = [0; 4];
        for &value in &values {
            let class = match cuts {
                [lowest, _, _, highest] if value < lowest || value > highest => 3,
                [_, _, top, _] if value >= top => 2,
                [_, middle, _, _] => usize::from(value >= middle),
            };
            expected[class] += 1;
        }
        prop_assert_eq!(class_counts(&values, cuts), expected);
    }
}
