//! The bytes of [`PredictionScores`].

use super::{Cell, PredictionScores, PredictionScoresDefinition, intake};
use crate::calculator::codec::{Reader, Writer};
use crate::calculator::{Definition, Kind, State, checked_sum};
use crate::error::{Error, Result};
use crate::model::MissingRule;

impl State for PredictionScores {
    const KIND: Kind = Kind { id: 45, name: "prediction_scores", version: 1 };

    fn write_definition(definition: &PredictionScoresDefinition, writer: &mut Writer) {
        writer.u8(definition.grid_bits);
        writer.bool(definition.valued);
        writer.bool(definition.missing == MissingRule::Exclude);
        writer.unsigned(definition.max_cells);
    }

    fn read_definition(
        reader: &mut Reader<'_>,
        _version: u16,
    ) -> Result<PredictionScoresDefinition> {
        let (grid_bits, valued) = (reader.u8()?, reader.bool()?);
        let missing = if reader.bool()? { MissingRule::Exclude } else { MissingRule::Error };
        let max_cells = reader.u64()?;
        let definition = PredictionScoresDefinition { grid_bits, valued, missing, max_cells };
        definition.validate()?;
        Ok(definition)
    }

    fn write_state(&self, writer: &mut Writer) {
        writer.unsigned(self.missing);
        writer.length(self.cells.len());
        let mut next = 0;
        for (&point, cell) in &self.cells {
            // Points ascend, so each is written as what it lies beyond the one before.
            writer.unsigned(point.saturating_sub(next));
            next = point.saturating_add(1);
            writer.unsigned(cell.events);
            writer.unsigned(cell.others);
            if self.definition.valued {
                writer.signed(cell.event_value);
                writer.signed(cell.other_value);
            }
        }
    }

    fn read_state(
        definition: PredictionScoresDefinition,
        reader: &mut Reader<'_>,
        _version: u16,
    ) -> Result<Self> {
        let mut state = Self::empty(definition);
        let impossible = || Error::corrupt("counts that no rows can have left");
        state.missing = reader.u64()?;
        if state.missing > 0 && state.definition.missing == MissingRule::Error {
            return Err(Error::corrupt("rows are missing under a rule that refuses them"));
        }
        let length = reader.length(if state.definition.valued { 5 } else { 3 })?;
        state.check_size(length as u64).map_err(|_| impossible())?;
        let last = intake::steps(&state.definition);
        let mut next: u64 = 0;
        let mut cells = Vec::with_capacity(length);
        for _ in 0..length {
            let point = next.checked_add(reader.u64()?).ok_or_else(impossible)?;
            let mut cell = Cell { events: reader.u64()?, others: reader.u64()?, ..Cell::default() };
            if state.definition.valued {
                (cell.event_value, cell.other_value) = (reader.i128()?, reader.i128()?);
            }
            if point > last || !cell.is_possible() {
                return Err(impossible());
            }
            let rows = checked_sum(cell.events, cell.others)?;
            if rows == 0 {
                return Err(impossible());
            }
            state.rows = checked_sum(state.rows, rows)?;
            next = point.saturating_add(1);
            cells.push((point, cell));
        }
        state.cells = cells.into_iter().collect();
        checked_sum(state.rows, state.missing)?;
        Ok(state)
    }
}
