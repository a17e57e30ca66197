//! From one value to its cell on a scale.

/// Why a row was not counted on a point of the scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reject {
    /// No value: a cleared validity bit, or NaN in a column of floats.
    Missing,
    /// Below the lowest or above the highest point; also an infinity.
    OutOfRange,
    /// Within the scale but between two points: 7.5.
    NonInteger,
}

/// How many cells follow the points of a scale: missing, out of range, non-integer.
pub const REJECT_CELLS: usize = 3;

/// The most points a scale may have here, so that a cell fits a byte.
pub const MAX_BINS: usize = 252;

/// A number that can be a rating.
///
/// The *cell* of a value is its point, counted from the lowest, or one of the [`REJECT_CELLS`]
/// after the points: `bins` for missing, `bins + 1` for out of range, `bins + 2` for non-integer.
pub trait Rating: Copy {
    /// A scale made ready for this type: comparing needs no wider type.
    type Window: Copy;

    /// Makes the scale `lowest..lowest + bins` ready.
    fn window(lowest: i16, bins: u8) -> Self::Window;

    /// The cell of this value; without a branch, so that a column is encoded by vectors.
    fn cell(self, window: &Self::Window) -> u8;

    /// The column as plain bytes, where it is one.
    fn as_bytes(values: &[Self]) -> Option<&[u8]> {
        let _ = values;
        None
    }

    /// The point of this value from the lowest, or why it has none.
    #[inline]
    fn bin(self, lowest: i16, bins: usize) -> Result<usize, Reject> {
        let bins = clamp_bins(bins);
        point_of(self.cell(&Self::window(lowest, bins)), bins)
    }
}

/// The point that a cell stands for, or the reason.
#[inline]
pub(super) fn point_of(cell: u8, bins: u8) -> Result<usize, Reject> {
    match cell.checked_sub(bins) {
        None => Ok(usize::from(cell)),
        Some(0) => Err(Reject::Missing),
        Some(1) => Err(Reject::OutOfRange),
        Some(_) => Err(Reject::NonInteger),
    }
}

/// The number of points as a byte, at most [`MAX_BINS`].
#[inline]
pub(super) fn clamp_bins(bins: usize) -> u8 {
    u8::try_from(bins).map_or(252, |bins| bins.min(252))
}

/// The part of a scale that an integer type reaches.
#[derive(Debug, Clone, Copy)]
pub struct WholeWindow<T, U> {
    /// The lowest point within the type.
    first: T,
    /// How many points from there are within the type.
    width: U,
    /// The cell of `first`.
    shift: u8,
    outside: u8,
}

macro_rules! whole {
    ($($type:ident $unsigned:ident $({ $bytes:item })?),* $(,)?) => {$(
        impl Rating for $type {
            type Window = WholeWindow<$type, $unsigned>;

            #[inline]
            fn window(lowest: i16, bins: u8) -> Self::Window {
                // Only u64 leaves i64, far above every scale.
                let type_min = i64::try_from($type::MIN).unwrap_or(i64::MIN);
                let type_max = i64::try_from($type::MAX).unwrap_or(i64::MAX);
                let lowest = i64::from(lowest);
                let first = lowest.max(type_min);
                let last = (lowest + i64::from(bins) - 1).min(type_max);
                WholeWindow {
                    // Neither falls back unless the type reaches no point, when the width is 0.
                    first: $type::try_from(first).unwrap_or_default(),
                    shift: u8::try_from(first - lowest).unwrap_or_default(),
                    width: $unsigned::try_from(last - first + 1).unwrap_or_default(),
                    outside: bins + 1,
                }
            }

            #[inline(always)]
            #[allow(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "the offset is below the width, which fits a byte, wherever it is used"
            )]
            fn cell(self, window: &Self::Window) -> u8 {
                // Below `first` wraps to a large offset: one comparison for both ends.
                let offset = self.wrapping_sub(window.first) as $unsigned;
                let point = window.shift.wrapping_add(offset as u8);
                if offset < window.width { point } else { window.outside }
            }

            $($bytes)?
        }
    )*};
}

whole! {
    u8 u8 { fn as_bytes(values: &[Self]) -> Option<&[u8]> { Some(values) } },
    i8 u8, u16 u16, i16 u16, u32 u32, i32 u32, u64 u64, i64 u64,
}

/// A scale in floating point.
#[derive(Debug, Clone, Copy)]
pub struct RealWindow<T> {
    lowest: T,
    highest: T,
    /// The low byte of `lowest` in two's complement.
    low_byte: u8,
    bins: u8,
}

macro_rules! real {
    ($($type:ident $magic:expr),* $(,)?) => {$(
        impl Rating for $type {
            type Window = RealWindow<$type>;

            #[inline]
            fn window(lowest: i16, bins: u8) -> Self::Window {
                RealWindow {
                    lowest: $type::from(lowest),
                    highest: $type::from(lowest) + $type::from(bins) - 1.0,
                    low_byte: lowest.to_le_bytes()[0],
                    bins,
                }
            }

            #[inline(always)]
            #[allow(clippy::float_cmp, reason = "whether rounding changed it is the question")]
            #[allow(clippy::cast_possible_truncation, reason = "the low byte is what is wanted")]
            fn cell(self, window: &Self::Window) -> u8 {
                // Adding 1½ · 2^(digits) rounds to a whole number and leaves it, in two's
                // complement, in the low bits: `as i64` has no vector form before AVX-512.
                let rounded = self + $magic;
                let point = (rounded.to_bits() as u8).wrapping_sub(window.low_byte);
                let cell = if rounded - $magic == self { point } else { window.bins + 2 };
                let inside = (self >= window.lowest) & (self <= window.highest);
                let cell = if inside { cell } else { window.bins + 1 };
                if self.is_nan() { window.bins } else { cell }
            }
        }
    )*};
}

real! { f32 12_582_912.0, f64 6_755_399_441_055_744.0 }
