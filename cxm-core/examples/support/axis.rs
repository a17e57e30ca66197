//! Intervals drawn on a common axis, so that a column of them is a chart.

use super::format::Unit;

/// Where the numbers of a column of bars lie.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Axis {
    low: f64,
    step: f64,
    columns: u32,
    unit: Unit,
}

impl Axis {
    /// The range of these values, widened a little, inside the limits of their unit.
    pub(crate) fn covering(
        values: impl IntoIterator<Item = f64>,
        limits: (f64, f64),
        columns: u32,
        unit: Unit,
    ) -> Self {
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for value in values {
            (low, high) = (low.min(value), high.max(value));
        }
        if low > high {
            (low, high) = limits;
        }
        let margin = 0.03 * (high - low).max((limits.1 - limits.0) / 50.0);
        let (low, high) = ((low - margin).max(limits.0), (high + margin).min(limits.1));
        Self { low, step: (high - low) / f64::from(columns.max(1)), columns, unit }
    }

    fn column(&self, value: f64) -> u32 {
        let last = self.columns.saturating_sub(1);
        let right_of = |column: &u32| value < self.low + self.step * f64::from(column + 1);
        (0..last).find(right_of).unwrap_or(last)
    }

    /// `├──●──┤`, with `◆` where the mark is; a figure without an interval is its point alone.
    pub(crate) fn bar(&self, value: f64, limits: Option<(f64, f64)>, mark: Option<f64>) -> String {
        let point = self.column(value);
        let (from, to) = limits.map_or((point, point), |(a, b)| (self.column(a), self.column(b)));
        let mark = mark.map(|mark| self.column(mark));
        let zero = (self.unit == Unit::Points && self.low < 0.0).then(|| self.column(0.0));
        let symbol = |column: u32| match column {
            c if mark == Some(c) && c == point => '◉',
            c if mark == Some(c) => '◆',
            c if c == point => '●',
            c if c == from => '├',
            c if c == to => '┤',
            c if c > from && c < to => '─',
            c if zero == Some(c) => '┊',
            _ => ' ',
        };
        (0..self.columns).map(symbol).collect()
    }

    /// The labels of the axis: round numbers, each beginning under its tick.
    pub(crate) fn labels(&self) -> String {
        let span = self.step * f64::from(self.columns);
        let step = round_step(span / 5.0);
        let mut line = String::new();
        let mut tick = (self.low / step).ceil() * step;
        while tick <= self.low + span {
            let column = self.column(tick);
            let label = self.unit.tick(tick);
            let used = || u32::try_from(line.chars().count()).unwrap_or(u32::MAX);
            let length = u32::try_from(label.chars().count()).unwrap_or(u32::MAX) + 1;
            if (line.is_empty() || used() < column) && column + length <= self.columns {
                while used_columns(&line) < column {
                    line.push(' ');
                }
                line.push('╵');
                line.push_str(&label);
            }
            tick += step;
        }
        while used_columns(&line) < self.columns {
            line.push(' ');
        }
        line
    }
}

fn used_columns(line: &str) -> u32 {
    u32::try_from(line.chars().count()).unwrap_or(u32::MAX)
}

/// The next of 1, 2, 5, 10, 20, 50 … that is not smaller.
fn round_step(at_least: f64) -> f64 {
    let power = 10f64.powf(at_least.max(1e-9).log10().floor());
    let steps = [1.0, 2.0, 5.0, 10.0].map(|factor| factor * power);
    steps.into_iter().find(|&step| step >= at_least).unwrap_or(10.0 * power)
}

/// A share as a bar of blocks.
pub(crate) fn blocks(share: f64, columns: u32) -> String {
    let eighths = ['▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'];
    let cell = |column: u32| {
        let filled = 8.0 * (share * f64::from(columns) - f64::from(column));
        let fits = |position: u32| f64::from(position) <= filled;
        (1..=8u32).zip(eighths).take_while(|(n, _)| fits(*n)).last().map(|(_, block)| block)
    };
    (0..columns).map_while(cell).collect()
}

/// How many lines a histogram is high.
const HISTOGRAM_LINES: u32 = 4;

/// Counts as columns: the top line first, one letter a count.
pub(crate) fn histogram_lines(counts: &[u64]) -> Vec<Vec<char>> {
    let eighths = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let most = u128::from(counts.iter().copied().max().unwrap_or(0).max(1));
    let letter = |count: u64, line: u32| {
        // Eighths of a line that the count reaches, rounded up: nobody is only where nobody is.
        let height = (u128::from(count) * u128::from(8 * HISTOGRAM_LINES)).div_ceil(most);
        let above = height.saturating_sub(u128::from(8 * line)).min(8);
        let position = usize::try_from(above).unwrap_or_default();
        eighths.get(position).copied().unwrap_or(' ')
    };
    let line = |line: u32| counts.iter().map(|&count| letter(count, line)).collect();
    (0..HISTOGRAM_LINES).rev().map(line).collect()
}
