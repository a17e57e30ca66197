//! Events one by one, as a running process learns of them.

use cxm_core::calculator::batch::Event;

use crate::calculator::cxm_calculator;
use crate::error::{Outcome, cxm_error};
use crate::key::cxm_key;
use crate::status::cxm_status;
use crate::{handle, input};

/// One interaction with a touchpoint, borrowed for the call.
///
/// CXM_EVENT(customer, touchpoint, time) makes one of which nothing else is known; its other fields
/// may be set before the call.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct cxm_event {
    /// `sizeof(cxm_event)`.
    pub struct_size: u32,
    /// Whose journey.
    pub customer: cxm_key,
    /// At which touchpoint.
    pub touchpoint: cxm_key,
    /// When, in microseconds since 1970.
    pub time: i64,
    /// By which it is known when it comes twice.
    pub event_id: cxm_key,
    /// On which channel.
    pub channel: cxm_key,
    /// What it was about: an order, a ticket.
    pub object: cxm_key,
    /// How it ended: "ok", "failed", "abandoned".
    pub outcome: cxm_key,
    /// What the customer answered there, or NULL.
    pub score: *const f64,
    /// What it was worth, in minor units (cents), or NULL.
    pub value: *const i64,
}

impl cxm_event {
    /// The event as the core reads it.
    ///
    /// # Safety
    /// The pointers are NULL or keep their promises during `'a`.
    unsafe fn read<'a>(&self) -> Outcome<Event<'a>> {
        input::known_size::<Self>(self.struct_size, "event")?;
        // SAFETY: the caller's.
        unsafe {
            Ok(Event {
                customer: self.customer.read("customer")?,
                touchpoint: self.touchpoint.read("touchpoint")?,
                time: self.time,
                event_id: self.event_id.read("event_id")?,
                channel: self.channel.read("channel")?,
                score: input::optional(self.score, "score")?.copied(),
                value: input::optional(self.value, "value")?.copied(),
                object: self.object.read("object")?,
                outcome: self.outcome.read("outcome")?,
            })
        }
    }
}

/// Takes one event: for `journeys` and `journey_stream` in a process that learns of events one by
/// one.
///
/// The same as a batch of one row, at a fraction of its cost. Many events at once are cheaper
/// still as columns: `cxm_batch_events`. A missing customer or touchpoint is what the definition
/// says of it: counted, or CXM_STATUS_INVALID_OBSERVATION.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_calculator_update_event(
    calculator: *mut cxm_calculator,
    event: *const cxm_event,
    err: *mut cxm_error,
) -> cxm_status {
    // SAFETY: the caller keeps the conventions of the header.
    unsafe {
        handle::change(calculator, err, |calculator| {
            let event = input::one(event, "event")?.read()?;
            Ok(calculator.update_event(&event)?)
        })
    }
}
