//! The rules by which every format is read.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::model::time::{MICROSECONDS_PER_SECOND, parse};
use crate::model::{
    AmountUnit, Decimal, InvalidRule, Observation, ObservationKind, ObservationScale, Scope, Source,
};

/// Decimals of the minor unit that a currency may have.
const MOST_DECIMALS: u8 = 9;

/// What becomes of an event whose id was seen before, for the same customer, in the same text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventDuplicates {
    /// It is kept; whoever counts it may still drop it.
    #[default]
    Keep,
    /// It is counted and left out.
    Drop,
}

/// How times are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimeFormat {
    /// As ISO 8601 has them; without an offset, in UTC.
    #[default]
    Iso8601,
    /// Seconds since 1970.
    Seconds,
    /// Milliseconds since 1970.
    Milliseconds,
    /// Microseconds since 1970.
    Microseconds,
}

impl TimeFormat {
    /// The time in microseconds since 1970.
    pub(super) fn read(self, text: &str) -> Option<i64> {
        let unit = match self {
            Self::Iso8601 => return parse(text),
            Self::Seconds => MICROSECONDS_PER_SECOND,
            Self::Milliseconds => 1_000,
            Self::Microseconds => 1,
        };
        text.parse::<i64>().ok()?.checked_mul(unit)
    }
}

/// What the scores of a text are: the same for all of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ObservationRule {
    /// What was asked.
    pub kind: ObservationKind,
    /// The scale of the answers.
    pub scale: ObservationScale,
    /// What the answers are about.
    #[serde(default = "touchpoint")]
    pub scope: Scope,
}

fn touchpoint() -> Scope {
    Scope::Touchpoint
}

impl ObservationRule {
    /// The observation of a score; nothing for one that is no number or off the scale.
    pub(super) fn read(&self, text: &str) -> Option<Observation> {
        let value: Decimal = text.parse().ok()?;
        let mut observation = Observation::new(self.kind.clone(), value, self.scale);
        observation.scope = self.scope.clone();
        self.scale.contains(value).then_some(observation)
    }
}

/// The rules by which every format is read.
///
/// ```
/// use cxm_core::interchange::{EventDuplicates, ReadRules};
/// let mut rules = ReadRules::default();
/// rules.duplicates = EventDuplicates::Drop;
/// rules.default_channel = Some("web".to_owned());
/// rules.validate()?;
/// # Ok::<(), cxm_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ReadRules {
    /// What a record does that cannot be read, or a value of it: counted and left out, or an error
    /// that names the record.
    pub invalid: InvalidRule,
    /// What an event does whose id was seen before.
    pub duplicates: EventDuplicates,
    /// How times are written.
    pub times: TimeFormat,
    /// What amounts count. Whole euros and cents are major units.
    pub amounts: AmountUnit,
    /// Decimals of the minor unit: 2 where a euro has 100 cents.
    pub decimals: u8,
    /// The currency of amounts whose record names none.
    pub default_currency: Option<String>,
    /// The channel of records that name none.
    pub default_channel: Option<String>,
    /// Where the records come from, where they do not say it.
    pub default_source: Source,
    /// What the scores are; needed where the mapping names a score.
    pub observation: Option<ObservationRule>,
    /// Whether interactions under an alias move to the id of its customer.
    pub resolve_aliases: bool,
    /// Customers who were erased: their records are counted and left out, with `resolve_aliases`
    /// those under their aliases too. The list stays with the caller, since a state that knew whom
    /// it forgot would not have forgotten them.
    pub erased: Vec<String>,
}

impl Default for ReadRules {
    fn default() -> Self {
        Self {
            invalid: InvalidRule::Exclude,
            duplicates: EventDuplicates::Keep,
            times: TimeFormat::Iso8601,
            amounts: AmountUnit::Major,
            decimals: 2,
            default_currency: None,
            default_channel: None,
            default_source: Source::Behaviour,
            observation: None,
            resolve_aliases: false,
            erased: Vec::new(),
        }
    }
}

impl ReadRules {
    /// Refuses empty names, a scale without room, and more decimals than a currency has.
    pub fn validate(&self) -> Result<()> {
        let refuse = |message: String, field| Err(Error::definition(message).in_field(field));
        if self.decimals > MOST_DECIMALS {
            let message = format!("expected at most {MOST_DECIMALS}, got {}", self.decimals);
            return refuse(message, "decimals");
        }
        for (text, field) in [
            (&self.default_currency, "default_currency"),
            (&self.default_channel, "default_channel"),
        ] {
            if text.as_deref() == Some("") {
                return refuse("expected a text that is not empty".to_owned(), field);
            }
        }
        if self.default_source.name().is_empty() {
            return refuse("expected a text that is not empty".to_owned(), "default_source");
        }
        if self.erased.iter().any(|customer| customer.trim().is_empty()) {
            return refuse("expected texts that are not empty".to_owned(), "erased");
        }
        self.observation.as_ref().map_or(Ok(()), |rule| rule.scale.validate())
    }

    /// An amount in minor units, and whether it had to be rounded.
    pub(super) fn amount(&self, text: &str) -> Option<(i64, bool)> {
        let decimals = match self.amounts {
            AmountUnit::Minor => 0,
            AmountUnit::Major => self.decimals,
        };
        minor_units(text, decimals)
    }
}

/// Reads decimal digits exactly; a number in powers of ten by way of a double.
fn minor_units(text: &str, decimals: u8) -> Option<(i64, bool)> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    if !whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit()) {
        return power_of_ten(text, decimals);
    }
    let kept = fraction.bytes().chain(std::iter::repeat(b'0')).take(decimals.into());
    let mut minor: i64 = 0;
    for digit in whole.bytes().chain(kept) {
        minor = minor.checked_mul(10)?.checked_add(i64::from(digit - b'0'))?;
    }
    let rest = fraction.get(usize::from(decimals)..).unwrap_or("");
    if rest.starts_with(['5', '6', '7', '8', '9']) {
        minor = minor.checked_add(1)?;
    }
    let rounded = rest.bytes().any(|digit| digit != b'0');
    Some((if negative { -minor } else { minor }, rounded))
}

fn power_of_ten(text: &str, decimals: u8) -> Option<(i64, bool)> {
    if !text.contains(['e', 'E']) {
        return None;
    }
    let number: f64 = text.parse().ok()?;
    #[allow(clippy::cast_precision_loss, reason = "at most 10^9")]
    let minor = number * 10_i64.checked_pow(decimals.into())? as f64;
    // Doubles count whole numbers up to 2^53.
    if !(-9e15..=9e15).contains(&minor) {
        return None;
    }
    let nearest = libm::round(minor);
    #[allow(clippy::cast_possible_truncation, reason = "a whole number below 2^53")]
    Some((nearest as i64, nearest.to_bits() != minor.to_bits()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_exact() {
        let cents = |text| minor_units(text, 2);
        assert_eq!(cents("19.99"), Some((1_999, false)));
        assert_eq!(cents("0.1"), Some((10, false)));
        assert_eq!(cents("-7"), Some((-700, false)));
        assert_eq!(cents("+.5"), Some((50, false)));
        assert_eq!(cents("1.500"), Some((150, false)));
        assert_eq!(cents("1.005"), Some((101, true)));
        assert_eq!(cents("-1.005"), Some((-101, true)));
        assert_eq!(cents("1.0049"), Some((100, true)));
        assert_eq!(cents("1e2"), Some((10_000, false)));
        assert_eq!(cents("1e-4"), Some((0, true)));
        assert_eq!(minor_units("92233720368547758.07", 2), Some((i64::MAX, false)));
        for wrong in ["", ".", "-", "1,5", "12 EUR", "NaN", "inf", "1e400", "92233720368547758.08"]
        {
            assert_eq!(cents(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn times_are_read_as_they_are_written() {
        assert_eq!(TimeFormat::Iso8601.read("1970-01-01T00:00:01+00:00"), Some(1_000_000));
        assert_eq!(TimeFormat::Seconds.read("-2"), Some(-2_000_000));
        assert_eq!(TimeFormat::Milliseconds.read("3"), Some(3_000));
        assert_eq!(TimeFormat::Microseconds.read("4"), Some(4));
        assert_eq!(TimeFormat::Seconds.read("9223372036854775807"), None);
        assert_eq!(TimeFormat::Seconds.read("1.5"), None);
    }
}
