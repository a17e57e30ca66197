//! How amounts of money are read.

/// What the numbers of an amount column count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum AmountUnit {
    /// Minor units, such as cents: whole numbers.
    #[default]
    Minor,
    /// Major units, such as euros: 29.33 with two decimals.
    Major,
}

/// What a refund does: a transaction of an amount below 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum RefundRule {
    /// It is counted and left out of spend.
    #[default]
    Exclude,
    /// It is counted and taken off the customer's spend; it is never a purchase.
    Net,
    /// It fails the batch.
    Error,
}
