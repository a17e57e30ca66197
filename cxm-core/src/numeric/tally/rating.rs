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

/// How many cells of a table follow the points of the scale: missing, out of range, non-integer.
pub const REJECT_CELLS: usize = 3;

/// The most points a scale may have here, so that a cell fits a byte.
pub const MAX_BINS: usize = 252;

/// A number that can be a rating.
///
/// The *cell* of a value is its point, counted from the lowest, or one of the [`REJECT_CELLS`]
/// after the points: `bins` for missing, `bins + 1` for out of range, `bins + 2` for non-integer.
///
/// Columns are encoded in *quick cells*, where out of range comes first and missing last: then a
/// minimum puts a large value out of range, and a maximum makes any row a missing one.
pub trait Rating: Copy {
    /// A scale made ready for this type: comparing needs no wider type.
    type Window: Copy;

    /// Makes the scale `lowest..lowest + bins` ready.
    fn window(lowest: i16, bins: u8) -> Self::Window;

    /// The number of points of the scale.
    fn bins(window: &Self::Window) -> u8;

    /// The quick cell, or the doubtful one; few operations and no branch, as vectors need it.
    fn quick_cell(self, window: &Self::Window) -> u8;

    /// The quick cell that may stand for another, where there is one.
    fn doubtful_cell(window: &Self::Window) -> Option<u8>;

    /// The quick cell of a value that came out as the doubtful one.
    fn settle(self, window: &Self::Window) -> u8;

    /// The column as plain bytes, where it is one.
    fn as_bytes(values: &[Self]) -> Option<&[u8]> {
        let _ = values;
        None
    }

    /// The cell of this value.
    #[inline]
    fn cell(self, window: &Self::Window) -> u8 {
        let quick = self.quick_cell(window);
        let doubtful = Self::doubtful_cell(window) == Some(quick);
        table_cell(if doubtful { self.settle(window) } else { quick }, Self::bins(window))
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

/// The cell that a quick cell stands for.
#[inline(always)]
pub(super) fn table_cell(quick: u8, bins: u8) -> u8 {
    let moved = if quick >= bins { quick.wrapping_add(1) } else { quick };
    if quick == missing_cell(bins) { bins } else { moved }
}

/// The quick cell of a row without a value.
#[inline]
pub(super) const fn missing_cell(bins: u8) -> u8 {
    bins + 2
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
    bins: u8,
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
                    bins,
                }
            }

            #[inline]
            fn bins(window: &Self::Window) -> u8 {
                window.bins
            }

            #[inline(always)]
            #[allow(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "the width fits a byte, and so does what is not above it"
            )]
            fn quick_cell(self, window: &Self::Window) -> u8 {
                // Below `first` wraps to a large offset: one minimum for both ends.
                let offset = self.wrapping_sub(window.first) as $unsigned;
                window.shift.wrapping_add(offset.min(window.width) as u8)
            }

            #[inline]
            #[allow(clippy::cast_possible_truncation, reason = "the width fits a byte")]
            fn doubtful_cell(window: &Self::Window) -> Option<u8> {
                // Where the type ends within the scale, what is outside lands on the first point
                // that the type does not reach.
                let outside = window.shift.wrapping_add(window.width as u8);
                (outside != window.bins).then_some(outside)
            }

            #[inline(always)]
            fn settle(self, window: &Self::Window) -> u8 {
                window.bins
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
pub struct RealWindow<T, U> {
    lowest: T,
    highest: T,
    /// Added to a number it rounds it, and leaves in the low bits 1 + its distance from `lowest`.
    magic: T,
    /// The missing cell, likewise one more.
    missing: U,
    bins: u8,
}

macro_rules! real {
    ($($type:ident $unsigned:ident $magic:expr),* $(,)?) => {$(
        impl Rating for $type {
            type Window = RealWindow<$type, $unsigned>;

            #[inline]
            fn window(lowest: i16, bins: u8) -> Self::Window {
                RealWindow {
                    lowest: $type::from(lowest),
                    highest: $type::from(lowest) + $type::from(bins) - 1.0,
                    magic: $magic + 1.0 - $type::from(lowest),
                    missing: $unsigned::from(missing_cell(bins)) + 1,
                    bins,
                }
            }

            #[inline]
            fn bins(window: &Self::Window) -> u8 {
                window.bins
            }

            #[inline(always)]
            #[allow(clippy::float_cmp, reason = "whether anything changed it is the question")]
            #[allow(clippy::cast_possible_truncation, reason = "the low byte is what is wanted")]
            fn quick_cell(self, window: &Self::Window) -> u8 {
                // `as i64` and a choice between two vectors cost several operations each before
                // AVX-512; comparing, masking with 0 and one addition that rounds cost one. The
                // clamping is written so that it is one, too; it puts NaN on the lowest point.
                let clamped = if self > window.lowest { self } else { window.lowest };
                let clamped = if clamped < window.highest { clamped } else { window.highest };
                let rounded = clamped + window.magic;
                let placed = rounded - window.magic == self;
                let point = if placed { rounded.to_bits() } else { 0 };
                let missing = if self.is_nan() { window.missing } else { 0 };
                ((point | missing) as u8).wrapping_sub(1)
            }

            #[inline]
            fn doubtful_cell(_window: &Self::Window) -> Option<u8> {
                Some(u8::MAX)
            }

            #[inline(always)]
            #[allow(clippy::cast_possible_truncation, reason = "0 or 1")]
            fn settle(self, window: &Self::Window) -> u8 {
                let inside = (self >= window.lowest) & (self <= window.highest);
                // As wide as the value, or the choice would not be made by vectors.
                let reject: $unsigned = if inside { 1 } else { 0 };
                window.bins.wrapping_add(reject as u8)
            }
        }
    )*};
}

// 1½ · 2^23 and 1½ · 2^52: next to them there are only whole numbers.
real! { f32 u32 12_582_912.0, f64 u64 6_755_399_441_055_744.0 }
