//! The state frame: how a state is written down.
//!
//! ```text
//! offset  bytes  field
//!      0      4  magic 89 43 58 53 ("\x89CXS")
//!      4      1  frame version, 1
//!      5      1  lowest frame version that can read it, 1
//!      6      2  kind of calculator
//!      8      2  version of that kind's state
//!     10      2  flags: low byte must be understood, high byte may be ignored; 0
//!     12      4  payload length
//!     16      …  payload: tag 1, length, definition; tag 2, length, state
//!      …      4  CRC32C of everything before
//! ```
//!
//! Numbers are little-endian; inside the payload they are minimal LEB128. There is no nesting, so
//! there is no recursion: a keyed table is one frame with a sorted list. Bytes of a released
//! version are read for ever.

use super::Calculator;
use super::codec::{Reader, Writer, crc32c};
use crate::error::{Error, ErrorKind, Result};

/// The first four bytes of every frame.
pub const MAGIC: [u8; 4] = [0x89, b'C', b'X', b'S'];
/// The version of the frame that this library writes.
pub const FRAME_VERSION: u8 = 1;
/// A frame longer than this is refused before it is looked at.
pub const MAX_FRAME_BYTES: usize = 1 << 30;

const HEADER_BYTES: usize = 16;
const CRC_BYTES: usize = 4;
const TAG_DEFINITION: u8 = 1;
const TAG_STATE: u8 = 2;

/// Names a kind of calculator for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Kind {
    /// The number in the frame; never reused.
    pub id: u16,
    /// The name in `snake_case`, the same in every door.
    pub name: &'static str,
    /// The version of the state that this library writes.
    pub version: u16,
}

/// Turns a calculator into canonical bytes and back.
pub trait State: Calculator {
    /// What it is.
    const KIND: Kind;

    /// Writes the definition.
    fn write_definition(definition: &Self::Definition, writer: &mut Writer);

    /// Reads a definition that `version` of this kind wrote.
    fn read_definition(reader: &mut Reader<'_>, version: u16) -> Result<Self::Definition>;

    /// Writes the state without its definition.
    fn write_state(&self, writer: &mut Writer);

    /// Reads a state that `version` of this kind wrote, and checks that it could have come about.
    fn read_state(
        definition: Self::Definition,
        reader: &mut Reader<'_>,
        version: u16,
    ) -> Result<Self>;

    /// The canonical bytes: equal states are equal bytes.
    fn to_bytes(&self) -> Vec<u8> {
        let mut definition = Writer::new();
        Self::write_definition(self.definition(), &mut definition);
        let mut state = Writer::new();
        self.write_state(&mut state);
        write_frame(Self::KIND, definition.as_bytes(), state.as_bytes())
    }

    /// Reads canonical bytes; everything else is a typed error.
    fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let frame = Frame::parse(bytes).map_err(|error| error.within(Self::KIND.name))?;
        frame.expect(Self::KIND)?;
        let read = || {
            let mut reader = Reader::new(frame.definition);
            let definition = Self::read_definition(&mut reader, frame.version)?;
            reader.finish()?;
            let mut reader = Reader::new(frame.state);
            let state = Self::read_state(definition, &mut reader, frame.version)?;
            reader.finish()?;
            Ok(state)
        };
        read().map_err(|error: Error| corrupt(error).within(Self::KIND.name))
    }
}

/// An invalid definition inside state bytes is damage, whatever the definition itself calls it.
fn corrupt(error: Error) -> Error {
    match error.kind() {
        ErrorKind::CorruptState | ErrorKind::UnsupportedVersion | ErrorKind::LimitReached => error,
        _ => Error::corrupt(error.to_string()),
    }
}

/// A frame taken apart; the checksum has been compared, the contents not yet.
#[derive(Debug, Clone, Copy)]
pub struct Frame<'a> {
    /// The number of the kind.
    pub kind: u16,
    /// The version of that kind's state.
    pub version: u16,
    /// The definition's bytes.
    pub definition: &'a [u8],
    /// The state's bytes.
    pub state: &'a [u8],
}

impl<'a> Frame<'a> {
    /// Takes a frame apart and checks everything that does not depend on its kind.
    pub fn parse(bytes: &'a [u8]) -> Result<Self> {
        if bytes.len() > MAX_FRAME_BYTES {
            return Err(Error::limit(format!(
                "state bytes may have at most {MAX_FRAME_BYTES} bytes, got {}",
                bytes.len()
            )));
        }
        let mut reader = Reader::new(bytes);
        if reader.take(MAGIC.len())? != MAGIC {
            return Err(Error::corrupt("these are not state bytes of this library"));
        }
        let frame_version = reader.u8()?;
        let lowest_reader = reader.u8()?;
        if lowest_reader > FRAME_VERSION {
            return Err(Error::new(
                ErrorKind::UnsupportedVersion,
                format!(
                    "frame version {frame_version} wants a reader of version {lowest_reader}, this is {FRAME_VERSION}"
                ),
            ));
        }
        if frame_version != FRAME_VERSION || lowest_reader != FRAME_VERSION {
            return Err(Error::corrupt(format!("there is no frame version {frame_version}")));
        }
        let kind = reader.u16()?;
        let version = reader.u16()?;
        let flags = reader.u16()?;
        if flags & 0xff != 0 {
            return Err(Error::new(
                ErrorKind::UnsupportedVersion,
                format!("flags {flags:#06x} are not understood"),
            ));
        }
        if flags != 0 {
            return Err(Error::corrupt("flags of this version are 0"));
        }
        let payload_length = reader.u32()? as usize;
        if reader.remaining() != payload_length.saturating_add(CRC_BYTES) {
            return Err(Error::corrupt(format!(
                "the payload should have {payload_length} bytes, {} follow",
                reader.remaining().saturating_sub(CRC_BYTES)
            )));
        }
        let payload = reader.take(payload_length)?;
        let written = reader.u32()?;
        let (body, _) = bytes.split_at_checked(HEADER_BYTES + payload_length).unwrap_or_default();
        if crc32c(body) != written {
            return Err(Error::corrupt("the checksum does not match: the bytes are damaged"));
        }
        let mut reader = Reader::new(payload);
        let definition = tagged(&mut reader, TAG_DEFINITION)?;
        let state = tagged(&mut reader, TAG_STATE)?;
        reader.finish()?;
        Ok(Self { kind, version, definition, state })
    }

    /// Refuses frames of another kind or of a later version.
    pub fn expect(&self, kind: Kind) -> Result<()> {
        if self.kind != kind.id {
            return Err(Error::new(
                ErrorKind::IncompatibleMerge,
                format!(
                    "expected the state of kind {} ({}), got kind {}",
                    kind.id, kind.name, self.kind
                ),
            ));
        }
        if self.version == 0 || self.version > kind.version {
            return Err(Error::new(
                ErrorKind::UnsupportedVersion,
                format!(
                    "{} states of version 1 to {} can be read, got version {}",
                    kind.name, kind.version, self.version
                ),
            ));
        }
        Ok(())
    }
}

fn tagged<'a>(reader: &mut Reader<'a>, tag: u8) -> Result<&'a [u8]> {
    let found = reader.u8()?;
    if found != tag {
        return Err(Error::corrupt(format!("expected tag {tag}, found {found}")));
    }
    reader.blob()
}

/// Writes a frame around a definition and a state.
pub(crate) fn write_frame(kind: Kind, definition: &[u8], state: &[u8]) -> Vec<u8> {
    let mut payload = Writer::new();
    payload.u8(TAG_DEFINITION);
    payload.blob(definition);
    payload.u8(TAG_STATE);
    payload.blob(state);
    let payload = payload.into_bytes();

    let mut frame = Writer::new();
    for byte in MAGIC {
        frame.u8(byte);
    }
    frame.u8(FRAME_VERSION);
    frame.u8(FRAME_VERSION);
    frame.u16(kind.id);
    frame.u16(kind.version);
    frame.u16(0);
    // A payload of 4 GiB and more is cut here and then refused by its own length; MAX_FRAME_BYTES
    // is far below.
    frame.u32(u32::try_from(payload.len()).unwrap_or(u32::MAX));
    let mut bytes = frame.into_bytes();
    bytes.extend_from_slice(&payload);
    let crc = crc32c(&bytes);
    bytes.extend_from_slice(&crc.to_le_bytes());
    bytes
}
