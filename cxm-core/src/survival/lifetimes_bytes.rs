//! The bytes of [`Lifetimes`].

use super::lifetimes::{Lifetimes, LifetimesDefinition, MOST_CAUSES, TickRounding};
use super::risk_table::MOST_TICKS;
use super::tick_counts::TickCounts;
use crate::calculator::batch::KeyPart;
use crate::calculator::codec::{Reader, Writer};
use crate::calculator::{Definition, Kind, State, checked_sum};
use crate::error::{Error, Result};
use crate::model::MissingRule;

impl State for Lifetimes {
    const KIND: Kind = Kind { id: 30, name: "lifetimes", version: 1 };

    fn write_definition(definition: &LifetimesDefinition, writer: &mut Writer) {
        writer.text(&definition.unit);
        writer.unsigned(definition.ticks_per_unit);
        writer.u8(match definition.rounding {
            TickRounding::Exact => 0,
            TickRounding::Nearest => 1,
            TickRounding::Down => 2,
            TickRounding::Up => 3,
        });
        writer.bool(definition.missing == MissingRule::Exclude);
        writer.length(definition.causes.len());
        definition.causes.iter().for_each(|cause| cause.write(writer));
        writer.unsigned(definition.max_ticks);
    }

    fn read_definition(reader: &mut Reader<'_>, _version: u16) -> Result<LifetimesDefinition> {
        let unit = reader.text()?.to_owned();
        let ticks_per_unit = u32::try_from(reader.u64()?)
            .map_err(|_| Error::corrupt("a number of ticks is longer than 32 bits"))?;
        let rounding = match reader.u8()? {
            0 => TickRounding::Exact,
            1 => TickRounding::Nearest,
            2 => TickRounding::Down,
            3 => TickRounding::Up,
            other => return Err(Error::corrupt(format!("there is no rounding {other}"))),
        };
        let missing = if reader.bool()? { MissingRule::Exclude } else { MissingRule::Error };
        let causes = reader.length(1)?;
        let causes = (0..causes).map(|_| KeyPart::read(reader)).collect::<Result<_>>()?;
        let max_ticks = reader.u64()?;
        let definition =
            LifetimesDefinition { unit, ticks_per_unit, rounding, missing, causes, max_ticks };
        definition.validate()?;
        Ok(definition)
    }

    fn write_state(&self, writer: &mut Writer) {
        writer.unsigned(self.missing);
        self.entries.write(writer);
        self.censored.write(writer);
        writer.length(self.events.len());
        for (cause, events) in &self.events {
            cause.write(writer);
            events.write(writer);
        }
    }

    fn read_state(
        definition: LifetimesDefinition,
        reader: &mut Reader<'_>,
        _version: u16,
    ) -> Result<Self> {
        let mut state = Self::empty(definition);
        let column = |reader: &mut Reader<'_>| -> Result<(TickCounts, u64)> {
            let counts = TickCounts::read(reader, MOST_TICKS)?;
            let total = counts.iter().try_fold(0, |sum, (_, count)| checked_sum(sum, count))?;
            Ok((counts, total))
        };
        state.missing = reader.u64()?;
        (state.entries, state.late) = column(reader)?;
        (state.censored, state.rows) = column(reader)?;
        let causes = reader.length(2)?;
        for _ in 0..causes {
            let cause = KeyPart::read(reader)?;
            state.definition.check_cause(&cause)?;
            let (events, total) = column(reader)?;
            let ascending = state.events.last_key_value().is_none_or(|(last, _)| *last < cause);
            if !ascending || events.is_empty() {
                return Err(Error::corrupt("causes that no rows can have left"));
            }
            state.rows = checked_sum(state.rows, total)?;
            state.events.insert(cause, events);
        }
        checked_sum(state.rows, state.missing)?;
        if state.missing > 0 && state.definition.missing == MissingRule::Error {
            return Err(Error::corrupt("rows are missing under a rule that refuses them"));
        }
        let ticks = [&state.entries, &state.censored].into_iter().chain(state.events.values());
        let most = ticks.map(TickCounts::len).max().unwrap_or_default();
        if most > state.definition.max_ticks || causes > MOST_CAUSES || !state.is_possible() {
            return Err(Error::corrupt("counts that no rows can have left"));
        }
        Ok(state)
    }
}
