//! From bytes to a stream; bytes that no stream writes are refused.

use std::num::NonZeroU32;

use crate::calculator::batch::KeyPart;
use crate::calculator::codec::{Reader, Writer};
use crate::error::{Error, Result};
use crate::journey::definition::read_optional;
use crate::journey::duration_sketch::DurationSketch;
use crate::journey::event_log::ABSENT;
use crate::journey::funnel_run::{Chain, FunnelRun};
use crate::journey::journeys::ExcludedEvents;
use crate::journey::key_table::{KeyTable, NONE};
use crate::journey::stream::definition::{JourneyStreamDefinition, LateRule};
use crate::journey::stream::journey_stream::{Aside, JourneyStream};
use crate::journey::stream::totals::{AtTouchpoint, END, Edge, Passed, START, at};
use crate::journey::stream::totals::{node, touchpoint_of};
use crate::journey::stream::unit::{LastEvent, OpenJourney};
use crate::journey::stream::waiting::{ByContents, Waiting};
use crate::stats::Moments;

/// Bytes of the shortest unit, pair or event.
const SHORTEST: usize = 3;

/// The numbers of the keys in the order of the bytes, and whether anything has each.
struct Keys {
    numbers: Vec<u32>,
    used: Vec<bool>,
}

fn unknown() -> Error {
    Error::corrupt("a key that the tables do not have")
}

impl Keys {
    fn read(table: &mut KeyTable, reader: &mut Reader<'_>) -> Result<Self> {
        let length = reader.length(1)?;
        let mut numbers = Vec::with_capacity(length);
        let mut last: Option<KeyPart> = None;
        for _ in 0..length {
            let key = KeyPart::read(reader)?;
            if key == KeyPart::Missing || last.as_ref().is_some_and(|last| *last >= key) {
                return Err(Error::corrupt("keys are not in their order"));
            }
            numbers.push(table.number_of(&key)?);
            last = Some(key);
        }
        Ok(Self { used: vec![false; numbers.len()], numbers })
    }

    /// The number of the key at this place, which is used now.
    fn number(&mut self, place: u64) -> Result<u32> {
        let place = usize::try_from(place).map_err(|_| unknown())?;
        *self.used.get_mut(place).ok_or_else(unknown)? = true;
        self.numbers.get(place).copied().ok_or_else(unknown)
    }

    /// The same where there may be no key.
    fn optional(&mut self, reader: &mut Reader<'_>) -> Result<u32> {
        match reader.u64()? {
            0 => Ok(NONE),
            place => self.number(place - 1),
        }
    }

    fn node(&mut self, reader: &mut Reader<'_>) -> Result<u32> {
        let place = u32::try_from(reader.u64()?).map_err(|_| unknown())?;
        match touchpoint_of(place) {
            None => Ok(place),
            Some(place) => self.number(place.into()).map(node),
        }
    }

    fn check_used(&self) -> Result<()> {
        if self.used.contains(&false) {
            return Err(Error::corrupt("a key that nothing has"));
        }
        Ok(())
    }
}

/// A state while it is read.
struct Reading<'a, 'b> {
    stream: JourneyStream,
    reader: &'a mut Reader<'b>,
    customers: Keys,
    touchpoints: Keys,
    channels: Keys,
    objects: Keys,
}

fn fields<const N: usize>(reader: &mut Reader<'_>) -> Result<[u64; N]> {
    let mut fields = [0; N];
    for field in &mut fields {
        *field = reader.u64()?;
    }
    Ok(fields)
}

pub(in crate::journey::stream) fn read(
    definition: JourneyStreamDefinition,
    reader: &mut Reader<'_>,
) -> Result<JourneyStream> {
    let given = reader.clone();
    let mut stream = JourneyStream::empty(definition);
    stream.excluded = ExcludedEvents::from_fields(fields(reader)?);
    stream.totals.passed = Passed::from_fields(fields(reader)?);
    let tables = &mut stream.tables;
    let customers = Keys::read(&mut tables.customers, reader)?;
    let touchpoints = Keys::read(&mut tables.touchpoints, reader)?;
    let channels = Keys::read(&mut tables.channels, reader)?;
    let objects = Keys::read(&mut tables.objects, reader)?;
    let mut reading =
        Reading { stream, reader: &mut *reader, customers, touchpoints, channels, objects };
    reading.edges()?;
    reading.sums()?;
    reading.channels()?;
    reading.funnels()?;
    reading.units()?;
    reading.met()?;
    reading.aside()?;
    reading.check()?;
    let stream = reading.stream;
    // Whatever else could be written in two ways: only one of them is read.
    let mut writer = Writer::new();
    super::write(&stream, &mut writer);
    let length = given.remaining() - reader.remaining();
    if given.clone().take(length)? != writer.as_bytes() {
        return Err(Error::corrupt("the bytes are not in their order"));
    }
    Ok(stream)
}

impl Reading<'_, '_> {
    fn edges(&mut self) -> Result<()> {
        let length = self.reader.length(SHORTEST)?;
        let mut last = None;
        for _ in 0..length {
            let before = self.reader.clone();
            let places = {
                let mut peek = before;
                (peek.u64()?, peek.u64()?)
            };
            if last.is_some_and(|last| last >= places) {
                return Err(Error::corrupt("pairs are not in their order"));
            }
            last = Some(places);
            let (source, target) =
                (self.touchpoints.node(self.reader)?, self.touchpoints.node(self.reader)?);
            if source == END || target == START || (source == START && target == END) {
                return Err(Error::corrupt("a pair that no journey has"));
            }
            let mut edge = Edge::default();
            if source == START || target == END {
                edge.count = self.reader.u64()?;
            } else {
                edge.durations = DurationSketch::read(self.reader)?;
                edge.count = edge.durations.count();
            }
            if edge.count == 0 {
                return Err(Error::corrupt("a pair that never came"));
            }
            let totals = &mut self.stream.totals;
            if target != END {
                totals.events = totals.events.saturating_add(edge.count);
            }
            totals.pairs.number(source, target);
            totals.edges.push(edge);
        }
        Ok(())
    }

    fn sums(&mut self) -> Result<()> {
        let numbers = self.touchpoints.numbers.clone();
        for &touchpoint in &numbers {
            let mut counts = AtTouchpoint::default();
            counts.drop_offs = self.reader.u64()?;
            counts.scores = Moments {
                n: self.reader.u64()?,
                sum: self.reader.i128()?,
                sum_of_squares: self.reader.i128()?,
            };
            counts.value = self.reader.i128()?;
            if counts.scores.variance_numerator().is_err() {
                return Err(Error::corrupt("no scores have these sums"));
            }
            if let Some(slot) = at(&mut self.stream.totals.touchpoints, touchpoint) {
                *slot = counts;
            }
        }
        for step in 0..self.stream.totals.steps.len() {
            for &touchpoint in &numbers {
                let count = self.reader.u64()?;
                let steps = self.stream.totals.steps.get_mut(step);
                if let Some(slot) = steps.and_then(|counts| at(counts, touchpoint)) {
                    *slot = count;
                }
            }
        }
        let totals = &mut self.stream.totals;
        [totals.converted, totals.dropped, totals.ended] = fields(self.reader)?;
        totals.lengths = DurationSketch::read(self.reader)?;
        totals.durations = DurationSketch::read(self.reader)?;
        if self.reader.bool()? {
            totals.times = Some((self.reader.signed()?, self.reader.signed()?));
        }
        Ok(())
    }

    fn channels(&mut self) -> Result<()> {
        for place in 0..self.channels.numbers.len() as u64 {
            let count = self.reader.u64()?;
            if count == 0 {
                continue;
            }
            let channel = self.channels.number(place)?;
            if let Some(slot) = at(&mut self.stream.totals.channels, channel) {
                *slot = count;
            }
        }
        let length = self.reader.length(SHORTEST)?;
        let mut last = None;
        for _ in 0..length {
            let [a, b, count] = fields(self.reader)?;
            if last.is_some_and(|last| last >= (a, b)) || count == 0 {
                return Err(Error::corrupt("pairs of channels are not in their order"));
            }
            last = Some((a, b));
            let (a, b) = (self.channels.number(a)?, self.channels.number(b)?);
            self.stream.totals.channel_pairs.number(a, b);
            self.stream.totals.channel_counts.push(count);
        }
        let totals = &mut self.stream.totals;
        [totals.with_channel, totals.multi_channel] = fields(self.reader)?;
        Ok(())
    }

    fn funnels(&mut self) -> Result<()> {
        for funnel in &mut self.stream.totals.funnels {
            for count in &mut funnel.tally.reached {
                *count = self.reader.u64()?;
            }
            [funnel.tally.entered, funnel.tally.converted] = fields(self.reader)?;
            funnel.times = DurationSketch::read(self.reader)?;
            let most = funnel.tally.reached.iter().copied().max().unwrap_or_default();
            if most > funnel.tally.entered || funnel.tally.converted > most {
                return Err(Error::corrupt("more journeys in a funnel than entered it"));
            }
        }
        Ok(())
    }

    fn units(&mut self) -> Result<()> {
        let length = self.reader.length(SHORTEST)?;
        let mut before = None;
        for _ in 0..length {
            let mut peek = self.reader.clone();
            let places = (peek.u64()?, peek.u64()?);
            if before.is_some_and(|before| before >= places) {
                return Err(Error::corrupt("customers are not in their order"));
            }
            before = Some(places);
            let place = self.reader.u64()?;
            let customer = self.customers.number(place)?;
            let object = self.objects.optional(self.reader)?;
            if object != NONE && !self.stream.definition.journeys.by_object {
                return Err(Error::corrupt("an object where journeys are not by object"));
            }
            let (mut last, mut journey) = (None, None);
            if self.reader.bool()? {
                let event = LastEvent { time: self.reader.signed()?, has_id: self.reader.bool()? };
                last = Some(event);
                if self.reader.bool()? {
                    journey = Some(self.journey(event.time)?);
                }
            }
            let waiting = self.waiting()?;
            let is_late = |event: &Waiting| last.is_some_and(|last| event.time < last.time);
            if waiting.iter().any(is_late) || (last.is_none() && waiting.is_empty()) {
                return Err(Error::corrupt("a customer whose events cannot wait like this"));
            }
            self.stream.waiting += waiting.len() as u64;
            let unit = self.stream.unit(customer, object);
            if let Some(unit) = self.stream.units.get_mut(unit) {
                unit.go_on_from(last, journey);
                unit.wait_with(waiting);
            }
        }
        Ok(())
    }

    fn journey(&mut self, last: i64) -> Result<OpenJourney> {
        let first_time = self.reader.signed()?;
        let events = u32::try_from(self.reader.u64()?).unwrap_or(0);
        let place = self.reader.u64()?;
        let touchpoint = self.touchpoints.number(place)?;
        let channel = self.channels.optional(self.reader)?;
        let is_multi_channel = self.reader.bool()?;
        let mut runs = Vec::new();
        if self.reader.bool()? {
            for funnel in 0..self.stream.rules.funnels.len() {
                let steps = self.stream.rules.funnels.get(funnel).map_or(0, |rules| rules.len());
                let is_begun = self.reader.bool()?;
                runs.push(if is_begun { Some(read_run(steps, self.reader)?) } else { None });
            }
            if runs.iter().all(Option::is_none) {
                return Err(Error::corrupt("a journey in funnels that it has not entered"));
            }
        }
        if events == 0 || first_time > last || (channel == NONE && is_multi_channel) {
            return Err(Error::corrupt("a journey that cannot be"));
        }
        let runs = (!runs.is_empty()).then(|| Box::new(runs));
        Ok(OpenJourney { first_time, events, touchpoint, channel, is_multi_channel, runs })
    }

    fn waiting(&mut self) -> Result<Vec<Waiting>> {
        let length = self.reader.length(SHORTEST)?;
        let events = (0..length).map(|_| self.event()).collect::<Result<Vec<Waiting>>>()?;
        let tables = &self.stream.tables;
        let contents = ByContents { touchpoints: &tables.touchpoints, channels: &tables.channels };
        if !events.is_sorted_by(|a, b| contents.earlier(a, b) != std::cmp::Ordering::Greater) {
            return Err(Error::corrupt("events are not in their order"));
        }
        Ok(events)
    }

    fn event(&mut self) -> Result<Waiting> {
        let time = self.reader.signed()?;
        let id = KeyPart::read(self.reader)?;
        let place = self.reader.u64()?;
        let touchpoint = self.touchpoints.number(place)?;
        let channel = self.channels.optional(self.reader)?;
        let mut amounts = [ABSENT; 2];
        for amount in &mut amounts {
            match read_optional(self.reader)? {
                Some(ABSENT) => return Err(Error::corrupt("an amount out of its range")),
                read => *amount = read.unwrap_or(ABSENT),
            }
        }
        let [score, value] = amounts;
        let definition = &self.stream.definition.journeys;
        let range = definition.earliest.unwrap_or(i64::MIN)..=definition.latest.unwrap_or(i64::MAX);
        let (lowest, highest) = definition.score_limits();
        if !range.contains(&time) || !(score == ABSENT || (lowest..=highest).contains(&score)) {
            return Err(Error::corrupt("an event that the definition refuses"));
        }
        Ok(Waiting { time, id, touchpoint, channel, score, value })
    }

    fn met(&mut self) -> Result<()> {
        let numbers = self.customers.numbers.clone();
        let pairs = self.stream.totals.pairs.all().len() as u64;
        for customer in numbers {
            let length = self.reader.length(1)?;
            let mut last = None;
            self.stream.met.cover(customer as usize + 1);
            for _ in 0..length {
                let pair = self.reader.u64()?;
                if pair >= pairs || last.is_some_and(|last| last >= pair) {
                    return Err(Error::corrupt("pairs of a customer are not in their order"));
                }
                last = Some(pair);
                let pair = u32::try_from(pair).unwrap_or(NONE);
                self.stream.totals.count_met(pair, &mut self.stream.met.of_mut(customer));
            }
        }
        Ok(())
    }

    fn aside(&mut self) -> Result<()> {
        let length = self.reader.length(SHORTEST)?;
        for _ in 0..length {
            let place = self.reader.u64()?;
            let customer = self.customers.number(place)?;
            let object = self.objects.optional(self.reader)?;
            let event = self.event()?;
            self.stream.aside.push(Aside { customer, object, event });
        }
        Ok(())
    }

    /// Refuses a state that the definition cannot have let come about.
    fn check(&self) -> Result<()> {
        for keys in [&self.customers, &self.touchpoints, &self.channels, &self.objects] {
            keys.check_used()?;
        }
        let stream = &self.stream;
        let (totals, definition) = (&stream.totals, &stream.definition);
        let corrupt = |message: &'static str| Err(Error::corrupt(message));
        let ends = totals.pairs.all().iter().zip(&totals.edges);
        let over = ends.filter(|(pair, _)| pair.1 == END).map(|(_, edge)| edge.count);
        let over = over.fold(0, u64::saturating_add);
        let open = stream.units.iter().filter(|unit| unit.journey().is_some()).count() as u64;
        let counted = totals.converted.saturating_add(totals.dropped).saturating_add(totals.ended);
        if over != counted
            || totals.journeys() != over.saturating_add(open)
            || totals.lengths.count() != over
            || totals.durations.count() != over
            || totals.edges.iter().any(|edge| edge.customers == 0)
        {
            return corrupt("journeys that begin and end do not agree");
        }
        let kept = if definition.late == LateRule::Keep { totals.passed.late } else { 0 };
        let is_refused = definition.late == LateRule::Error && totals.passed.late > 0;
        if is_refused || kept != stream.aside.len() as u64 {
            return corrupt("late events that the rule does not allow");
        }
        let journeys = &definition.journeys;
        if !stream.excluded.follow(journeys) {
            return corrupt("rows were left out under a rule that leaves none out");
        }
        let held = stream.waiting.saturating_add(stream.aside.len() as u64);
        if held > journeys.max_events {
            return corrupt("more events than there is room for");
        }
        let known = &journeys.touchpoints;
        let mut named = self.touchpoints.numbers.iter();
        let table = &stream.tables.touchpoints;
        let is_known = |number: &u32| table.key(*number).is_some_and(|key| known.contains(key));
        if !known.is_empty() && !named.all(is_known) {
            return corrupt("a touchpoint that the definition does not know");
        }
        Ok(())
    }
}

fn read_run(steps: usize, reader: &mut Reader<'_>) -> Result<FunnelRun> {
    let mut chains = Vec::with_capacity(steps);
    for _ in 0..steps {
        chains.push(if reader.bool()? {
            let (start, time) = (reader.signed()?, reader.signed()?);
            let at = u32::try_from(reader.u64()?).ok().and_then(NonZeroU32::new);
            let at = at.ok_or_else(|| Error::corrupt("an event has a place in its journey"))?;
            Some(Chain { start, time, at })
        } else {
            None
        });
    }
    let visited = reader.u64()?;
    let reached = usize::try_from(reader.u64()?).unwrap_or(usize::MAX);
    let (last_start, from_latest) = (read_optional(reader)?, read_optional(reader)?);
    let all = u64::MAX >> (64 - steps.clamp(1, 64));
    if visited == 0 || visited & !all != 0 || reached > steps {
        return Err(Error::corrupt("a way through a funnel that cannot be"));
    }
    Ok(FunnelRun { chains, visited, reached, last_start, from_latest })
}
