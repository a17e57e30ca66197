//! Interactions as columns.

use crate::calculator::batch::KeyPart;
use crate::calculator::table::Table;
use crate::error::Result;
use crate::model::Interaction;

/// One interaction a row, under the names that the batch of events has: `customer`, `touchpoint`,
/// `time`, `event_id`, `channel`, `score`, `value`, `object`, `outcome`; then `received_at`,
/// `source`, `initiator`, `cost` and `currency`.
///
/// A score is that of the first observation; a row of a table has room for one.
///
/// ```
/// use cxm_core::interchange::table;
/// use cxm_core::model::Interaction;
/// let table = table(&[Interaction::new("ann", "checkout", 5)])?;
/// assert_eq!(table.column("time")?.integers(), Some([5].as_slice()));
/// assert!(!table.column("channel")?.is_present(0));
/// # Ok::<(), cxm_core::Error>(())
/// ```
pub fn table(interactions: &[Interaction]) -> Result<Table> {
    let rows = || interactions.iter();
    let mut table = Table::new(interactions.len());
    let keys = |key: fn(&Interaction) -> &str| -> Vec<KeyPart> {
        rows().map(|row| KeyPart::from(key(row))).collect()
    };
    let texts = |text: fn(&Interaction) -> Option<&str>| -> Vec<Option<Box<str>>> {
        rows().map(|row| text(row).map(Box::from)).collect()
    };
    table.push("customer", keys(|row| &row.customer))?;
    table.push("touchpoint", keys(|row| &row.touchpoint))?;
    table.push("time", rows().map(|row| row.at).collect::<Vec<_>>())?;
    table.push_optional("event_id", texts(|row| row.event_id.as_deref()))?;
    table.push_optional("channel", texts(|row| row.channel.as_deref()))?;
    let score = |row: &Interaction| row.observations.first().map(|first| first.value.to_f64());
    table.push_optional("score", rows().map(score))?;
    table.push_optional("value", rows().map(|row| row.value))?;
    table.push_optional("object", texts(|row| row.object_ref.as_deref()))?;
    table.push_optional("outcome", texts(|row| row.outcome.as_ref().map(|it| it.name())))?;
    table.push_optional("received_at", rows().map(|row| row.received_at))?;
    table.push("source", rows().map(|row| Box::from(row.source.name())).collect::<Vec<_>>())?;
    table.push_optional("initiator", texts(|row| row.initiator.as_ref().map(|it| it.name())))?;
    table.push_optional("cost", rows().map(|row| row.cost))?;
    table.push_optional("currency", texts(|row| row.currency.as_deref()))?;
    Ok(table)
}
