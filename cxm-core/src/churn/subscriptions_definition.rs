//! How spans of subscriptions become lives.

use crate::calculator::batch::KeyPart;
use crate::calculator::codec::{Reader, Writer};
use crate::calculator::{Definition, Preset};
use crate::error::{Error, Result};

/// Different spans that a ledger may hold unless declared.
pub const DEFAULT_MAX_SPANS: u64 = 10_000_000;

/// The most causes that a definition may list.
const MAX_CAUSES: usize = 1000;

/// Who it is that churns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum ChurnUnit {
    /// The customer, with the last subscription.
    #[default]
    Customer,
    /// The account: the customer column holds accounts, otherwise as `customer`.
    Account,
    /// Each subscription.
    Subscription,
}

/// When it is that somebody has churned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum ChurnInstant {
    /// At the end of the paid term.
    #[default]
    EndOfTerm,
    /// When the customer asks to leave, or at the end of the term if that comes first.
    Cancellation,
    /// At the end of the term, or `dunning_days` after it where the cause is involuntary.
    AfterDunning,
}

impl ChurnUnit {
    const ALL: [Self; 3] = [Self::Customer, Self::Account, Self::Subscription];
}

impl ChurnInstant {
    const ALL: [Self; 3] = [Self::EndOfTerm, Self::Cancellation, Self::AfterDunning];
}

/// How spans become lives.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct SubscriptionsDefinition {
    /// Who churns.
    pub unit: ChurnUnit,
    /// When.
    pub instant: ChurnInstant,
    /// Days of dunning; above 0 exactly where the instant is `after_dunning`.
    pub dunning_days: u32,
    /// Absences of fewer days are none; 0 counts all.
    pub reactivation_gap_days: u32,
    /// Causes by which customers leave because they want to.
    pub voluntary_causes: Vec<String>,
    /// Causes by which they leave without being asked.
    pub involuntary_causes: Vec<String>,
    /// The most different spans that the ledger may hold.
    pub max_spans: u64,
}

impl Default for SubscriptionsDefinition {
    fn default() -> Self {
        Self {
            unit: ChurnUnit::default(),
            instant: ChurnInstant::default(),
            dunning_days: 0,
            reactivation_gap_days: 0,
            voluntary_causes: vec!["voluntary".to_owned()],
            involuntary_causes: vec!["involuntary".to_owned()],
            max_spans: DEFAULT_MAX_SPANS,
        }
    }
}

impl SubscriptionsDefinition {
    /// Whether the cause is listed, or none.
    pub(super) fn knows(&self, cause: &KeyPart) -> bool {
        let KeyPart::Text(cause) = cause else { return *cause == KeyPart::Missing };
        let mut lists = self.voluntary_causes.iter().chain(&self.involuntary_causes);
        lists.any(|known| known.as_str() == &**cause)
    }

    pub(super) fn write(&self, writer: &mut Writer) {
        let unit = ChurnUnit::ALL.iter().position(|&unit| unit == self.unit);
        let instant = ChurnInstant::ALL.iter().position(|&it| it == self.instant);
        writer.length(unit.unwrap_or_default());
        writer.length(instant.unwrap_or_default());
        writer.unsigned(self.dunning_days);
        writer.unsigned(self.reactivation_gap_days);
        for list in [&self.voluntary_causes, &self.involuntary_causes] {
            writer.length(list.len());
            list.iter().for_each(|cause| writer.text(cause));
        }
        writer.unsigned(self.max_spans);
    }

    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self> {
        let unknown = |what: &str| Error::corrupt(format!("there is no such {what}"));
        let days = |reader: &mut Reader<'_>| {
            u32::try_from(reader.u64()?).map_err(|_| Error::corrupt("days pass 32 bits"))
        };
        let causes = |reader: &mut Reader<'_>| -> Result<Vec<String>> {
            let length = reader.length(1)?;
            (0..length).map(|_| reader.text().map(str::to_owned)).collect()
        };
        let unit = ChurnUnit::ALL.get(usize::from(reader.u8()?)).copied();
        let instant = ChurnInstant::ALL.get(usize::from(reader.u8()?)).copied();
        let definition = Self {
            unit: unit.ok_or_else(|| unknown("unit"))?,
            instant: instant.ok_or_else(|| unknown("instant"))?,
            dunning_days: days(reader)?,
            reactivation_gap_days: days(reader)?,
            voluntary_causes: causes(reader)?,
            involuntary_causes: causes(reader)?,
            max_spans: reader.u64()?,
        };
        definition.validate()?;
        Ok(definition)
    }
}

impl Definition for SubscriptionsDefinition {
    fn validate(&self) -> Result<()> {
        if (self.instant == ChurnInstant::AfterDunning) != (self.dunning_days > 0) {
            return Err(Error::definition(
                "dunning lasts at least a day where churn comes after it, otherwise none",
            )
            .in_field("dunning_days"));
        }
        if self.max_spans == 0 {
            return Err(Error::definition("a ledger needs room for a span").in_field("max_spans"));
        }
        let lists = [&self.voluntary_causes, &self.involuntary_causes];
        if lists.iter().any(|list| list.len() > MAX_CAUSES) {
            let message = format!("expected at most {MAX_CAUSES} causes");
            return Err(Error::definition(message).in_field("voluntary_causes"));
        }
        let twice = self.voluntary_causes.iter().find(|c| self.involuntary_causes.contains(c));
        if let Some(cause) = twice {
            let message = format!("\"{cause}\" cannot be voluntary and involuntary");
            return Err(Error::definition(message).in_field("involuntary_causes"));
        }
        Ok(())
    }

    fn presets() -> &'static [Preset<Self>] {
        &[
            Preset {
                name: "customers",
                summary: "customers churn with their last subscription, at the end of its term",
                build: Self::default,
            },
            Preset {
                name: "subscriptions",
                summary: "each subscription churns, at the end of its term",
                build: || Self { unit: ChurnUnit::Subscription, ..Self::default() },
            },
            Preset {
                name: "cancellations",
                summary: "customers churn when they ask to leave",
                build: || Self { instant: ChurnInstant::Cancellation, ..Self::default() },
            },
            Preset {
                name: "after_dunning",
                summary: "customers churn at the end of the term, or 30 days after it if unpaid",
                build: || Self {
                    instant: ChurnInstant::AfterDunning,
                    dunning_days: 30,
                    ..Self::default()
                },
            },
        ]
    }
}
