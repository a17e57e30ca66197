//! How figures are written.

use cxm_core::survey::RatingMeasure;

/// What a figure counts in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    /// −100 to 100, always with its sign.
    Points,
    /// A share from 0 to 1, shown in percent.
    Percent,
    /// A rating on its scale.
    Rating,
    /// 0 to 100.
    Hundred,
}

impl Unit {
    pub(crate) const fn of(measure: RatingMeasure) -> Self {
        match measure {
            RatingMeasure::Net => Self::Points,
            RatingMeasure::Share | RatingMeasure::GoodShare => Self::Percent,
            RatingMeasure::Mean => Self::Rating,
            RatingMeasure::RescaledMean | RatingMeasure::PercentOfMaximum => Self::Hundred,
        }
    }

    /// A value as a table shows it.
    pub(crate) fn show(self, value: f64) -> String {
        match self {
            Self::Points => signed(value, 1),
            Self::Percent => format!("{:.1} %", 100.0 * value),
            Self::Rating => format!("{value:.2}"),
            Self::Hundred => format!("{value:.1}"),
        }
    }

    /// The difference of two values, with its sign.
    pub(crate) fn show_difference(self, difference: f64) -> String {
        match self {
            Self::Points | Self::Hundred => signed(difference, 1),
            Self::Percent => format!("{} pp", signed(100.0 * difference, 1)),
            Self::Rating => signed(difference, 2),
        }
    }

    /// A label under an axis: short, and without the decimals that round numbers do not need.
    pub(crate) fn tick(self, value: f64) -> String {
        match self {
            Self::Points => signed(value, 0),
            Self::Percent => format!("{:.0} %", 100.0 * value),
            Self::Rating if (value - value.round()).abs() > 1e-9 => format!("{value:.1}"),
            Self::Rating | Self::Hundred => format!("{value:.0}"),
        }
    }

    /// `a … b`.
    pub(crate) fn show_range(self, lower: f64, upper: f64) -> String {
        match self {
            Self::Percent => format!("{:.1} … {:.1} %", 100.0 * lower, 100.0 * upper),
            _ => format!("{} … {}", self.show(lower), self.show(upper)),
        }
    }
}

/// A number with its sign; what rounds to zero has none.
pub(crate) fn signed(value: f64, decimals: usize) -> String {
    let text = format!("{value:+.decimals$}");
    let is_zero = text.chars().skip(1).all(|c| c == '0' || c == '.');
    if is_zero { text.chars().skip(1).collect() } else { text }
}

/// `12,345`.
pub(crate) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 answer`, `2 answers`.
pub(crate) fn counted(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(number), if number == 1 { one } else { many })
}

/// A p-value to three decimals.
pub(crate) fn p_value(p: f64) -> String {
    if p < 0.001 { "< 0.001".to_owned() } else { format!("{p:.3}") }
}

/// `a, b and c`.
pub(crate) fn list(parts: &[String]) -> String {
    match parts.split_last() {
        None => String::new(),
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
    }
}
