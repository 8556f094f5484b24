//! The shape of a recording: how loud each side was over time, read from the carrier's WAV as it
//! streams by, so that a file of hours needs no room.

use serde::{Deserialize, Serialize};

/// Bars a lane is drawn with.
pub const BARS: usize = 120;
/// The loudest level.
pub const LEVEL_MAX: u8 = 63;
/// The loudest level in one window of so many parts of a second is kept while reading.
const WINDOWS_A_SECOND: u32 = 20;
/// A sound that never gets louder than this is drawn as the silence it is.
const QUIET: u16 = 1_500;
/// Where the header must have ended.
const HEADER_MAX: usize = 64 * 1024;
/// A level as one character that needs no escaping anywhere.
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// How loud a recording was: a lane for each channel, [`BARS`] levels a lane.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waveform {
    pub lanes: Vec<Vec<u8>>,
}

impl Waveform {
    /// As stored: a letter a level, a comma between lanes.
    #[must_use]
    pub fn to_text(&self) -> String {
        let lanes: Vec<String> = self
            .lanes
            .iter()
            .map(|lane| {
                lane.iter()
                    .map(|level| char::from(ALPHABET[usize::from((*level).min(LEVEL_MAX))]))
                    .collect()
            })
            .collect();
        lanes.join(",")
    }

    /// Reads what is stored; what is no level is silence.
    #[must_use]
    pub fn from_text(text: &str) -> Self {
        let level = |byte: u8| {
            let at = ALPHABET.iter().position(|letter| *letter == byte);
            u8::try_from(at.unwrap_or(0)).unwrap_or(0)
        };
        let lanes = text.split(',').filter(|lane| !lane.is_empty());
        Self {
            lanes: lanes
                .map(|lane| lane.bytes().map(level).collect())
                .collect(),
        }
    }
}

/// How samples are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Coding {
    Pcm8,
    Pcm16,
    MuLaw,
}

impl Coding {
    fn bytes(self) -> usize {
        match self {
            Self::Pcm16 => 2,
            Self::Pcm8 | Self::MuLaw => 1,
        }
    }

    /// How far a sample is from silence.
    fn loudness(self, bytes: &[u8]) -> u16 {
        match (self, bytes) {
            (Self::Pcm16, [low, high]) => i16::from_le_bytes([*low, *high]).unsigned_abs(),
            (Self::Pcm8, [byte]) => u16::from(byte.abs_diff(128)) << 8,
            (Self::MuLaw, [byte]) => {
                let (exponent, mantissa) = (!byte >> 4 & 7, u16::from(!byte & 15));
                (((mantissa << 3) + 132) << exponent) - 132
            }
            _ => 0,
        }
    }
}

/// What the header said.
#[derive(Debug, Clone, Copy)]
struct Format {
    coding: Coding,
    channels: usize,
    window_frames: u32,
    /// Bytes of sound that are left; none for a file that does not know its length.
    left: Option<u64>,
}

/// Reads a WAV file piece by piece.
#[derive(Debug, Default)]
pub struct WaveReader {
    /// The header so far, afterwards a frame that is not whole yet.
    rest: Vec<u8>,
    format: Option<Format>,
    broken: bool,
    frames: u32,
    loudest: Vec<u16>,
    /// The loudest of each window, by channel.
    windows: Vec<Vec<u16>>,
}

impl WaveReader {
    /// Takes the next piece of the file.
    pub fn push(&mut self, piece: &[u8]) {
        if self.broken {
            return;
        }
        let Some(format) = self.format else {
            self.rest.extend_from_slice(piece);
            match header(&self.rest) {
                Header::Whole(format, at) => {
                    self.format = Some(format);
                    self.loudest = vec![0; format.channels];
                    self.windows = vec![Vec::new(); format.channels];
                    let sound = self.rest.split_off(at);
                    self.rest.clear();
                    self.sound(format, &sound);
                }
                Header::More if self.rest.len() < HEADER_MAX => {}
                Header::More | Header::No => self.broken = true,
            }
            return;
        };
        self.sound(format, piece);
    }

    /// The shape of what was read; none if it was no sound that can be read.
    #[must_use]
    pub fn finish(mut self) -> Option<Waveform> {
        self.format?;
        if self.frames > 0 {
            self.close_window();
        }
        let loudest = self.windows.iter().flatten().copied().max()?.max(QUIET);
        let lanes = self.windows.iter().map(|lane| bars(lane, loudest));
        Some(Waveform {
            lanes: lanes.collect(),
        })
    }

    fn sound(&mut self, format: Format, piece: &[u8]) {
        let mut piece = piece;
        if let Some(left) = format.left {
            let take = usize::try_from(left).map_or(piece.len(), |left| left.min(piece.len()));
            piece = &piece[..take];
            let left = left - take as u64;
            self.format = Some(Format {
                left: Some(left),
                ..format
            });
        }
        let frame_bytes = format.coding.bytes() * format.channels;
        if !self.rest.is_empty() {
            let missing = (frame_bytes - self.rest.len()).min(piece.len());
            self.rest.extend_from_slice(&piece[..missing]);
            piece = &piece[missing..];
            if self.rest.len() < frame_bytes {
                return;
            }
            let frame = std::mem::take(&mut self.rest);
            self.frame(format, &frame);
        }
        let frames = piece.chunks_exact(frame_bytes);
        self.rest.extend_from_slice(frames.remainder());
        for frame in frames {
            self.frame(format, frame);
        }
    }

    fn frame(&mut self, format: Format, frame: &[u8]) {
        let samples = frame.chunks_exact(format.coding.bytes());
        for (loudest, sample) in self.loudest.iter_mut().zip(samples) {
            *loudest = (*loudest).max(format.coding.loudness(sample));
        }
        self.frames += 1;
        if self.frames == format.window_frames {
            self.close_window();
        }
    }

    fn close_window(&mut self) {
        for (lane, loudest) in self.windows.iter_mut().zip(&mut self.loudest) {
            lane.push(std::mem::take(loudest));
        }
        self.frames = 0;
    }
}

/// The loudest window of each bar. A root spreads quiet speech over more of the height.
fn bars(windows: &[u16], loudest: u16) -> Vec<u8> {
    let count = windows.len();
    (0..BARS)
        .map(|bar| {
            let from = bar * count / BARS;
            let to = ((bar + 1) * count / BARS).max(from + 1);
            let peak = windows[from..to.min(count)]
                .iter()
                .max()
                .copied()
                .unwrap_or(0);
            let share = f64::from(peak) / f64::from(loudest);
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a share of 63"
            )]
            let level = (share.sqrt() * f64::from(LEVEL_MAX)).round() as u8;
            level
        })
        .collect()
}

enum Header {
    /// The format, and where the sound begins.
    Whole(Format, usize),
    More,
    No,
}

/// Walks the chunks of a RIFF file up to its sound.
fn header(bytes: &[u8]) -> Header {
    if bytes.len() < 12 {
        return Header::More;
    }
    if &bytes[..4] != b"RIFF" || &bytes[8..12] != b"WAVE" {
        return Header::No;
    }
    let mut at = 12;
    let mut format = None;
    while let Some(head) = bytes.get(at..at + 8) {
        let length = u32::from_le_bytes([head[4], head[5], head[6], head[7]]);
        let body = at + 8;
        if &head[..4] == b"data" {
            return match format {
                Some(format) => Header::Whole(
                    Format {
                        left: (length != 0 && length != u32::MAX).then_some(u64::from(length)),
                        ..format
                    },
                    body,
                ),
                None => Header::No,
            };
        }
        let Ok(end) = usize::try_from(length).map(|length| body.saturating_add(length)) else {
            return Header::No;
        };
        if &head[..4] == b"fmt " {
            let Some(fields) = bytes.get(body..end) else {
                return Header::More;
            };
            match read_format(fields) {
                Some(read) => format = Some(read),
                None => return Header::No,
            }
        }
        // Chunks begin at even places.
        at = end.saturating_add(end & 1);
    }
    Header::More
}

fn read_format(fields: &[u8]) -> Option<Format> {
    let word = |at: usize| Some(u16::from_le_bytes([*fields.get(at)?, *fields.get(at + 1)?]));
    let tag = match word(0)? {
        // The real tag stands further back.
        0xFFFE => word(24)?,
        tag => tag,
    };
    let coding = match (tag, word(14)?) {
        (1, 16) => Coding::Pcm16,
        (1, 8) => Coding::Pcm8,
        (7, 8) => Coding::MuLaw,
        _ => return None,
    };
    let channels = usize::from(word(2)?);
    let rate = u32::from(word(4)?) | u32::from(word(6)?) << 16;
    ((1..=8).contains(&channels) && rate >= WINDOWS_A_SECOND).then_some(Format {
        coding,
        channels,
        window_frames: rate / WINDOWS_A_SECOND,
        left: None,
    })
}

#[cfg(test)]
mod tests;
