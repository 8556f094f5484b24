//! Sound for recordings that were never recorded: two quiet voices made of tones, as WAV.

/// Samples in a second; what telephones carry.
const RATE: u32 = 8_000;
/// The longest recording made, in seconds: half a megabyte a minute and channel.
const SECONDS_MAX: u32 = 600;

/// A WAV file (16 bit PCM) of a length, with one or two channels. The speakers take turns.
#[must_use]
#[expect(
    clippy::cast_possible_truncation,
    reason = "an amplitude below 16 bits"
)]
pub fn conversation(seconds: u32, channels: u32) -> Vec<u8> {
    let (seconds, channels) = (seconds.clamp(1, SECONDS_MAX), channels.clamp(1, 2));
    let frames = seconds * RATE;
    let bytes = frames * channels * 2;
    let mut out = Vec::with_capacity(44 + bytes as usize);
    out.extend_from_slice(b"RIFF");
    out.extend_from_slice(&(36 + bytes).to_le_bytes());
    out.extend_from_slice(b"WAVEfmt ");
    out.extend_from_slice(&16_u32.to_le_bytes());
    out.extend_from_slice(&1_u16.to_le_bytes());
    out.extend_from_slice(&(channels as u16).to_le_bytes());
    out.extend_from_slice(&RATE.to_le_bytes());
    out.extend_from_slice(&(RATE * channels * 2).to_le_bytes());
    out.extend_from_slice(&((channels * 2) as u16).to_le_bytes());
    out.extend_from_slice(&16_u16.to_le_bytes());
    out.extend_from_slice(b"data");
    out.extend_from_slice(&bytes.to_le_bytes());
    for frame in 0..frames {
        let voices = [voice(frame, 0), voice(frame, 1)];
        let samples: &[f64] = if channels == 2 {
            &voices
        } else {
            &[voices[0] + voices[1]]
        };
        for sample in samples {
            out.extend_from_slice(&((sample * 5_000.0) as i16).to_le_bytes());
        }
    }
    out
}

/// A speaker who talks every other three seconds, in syllables.
fn voice(frame: u32, speaker: u32) -> f64 {
    let second = f64::from(frame) / f64::from(RATE);
    if (frame / (RATE * 3)) % 2 != speaker {
        return 0.0;
    }
    let pitch = if speaker == 0 { 165.0 } else { 220.0 };
    let syllable = (second * 4.0 * std::f64::consts::PI).sin().max(0.0);
    let tone = (second * pitch * std::f64::consts::TAU).sin()
        + 0.4 * (second * pitch * 2.0 * std::f64::consts::TAU).sin();
    tone * syllable * 0.7
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_tells_the_length() {
        let file = conversation(2, 2);
        assert_eq!(&file[..4], b"RIFF");
        assert_eq!(file.len(), 44 + 2 * 8_000 * 4);
        assert_eq!(
            u32::from_le_bytes([file[40], file[41], file[42], file[43]]) as usize,
            file.len() - 44
        );
        assert!(file[44..].iter().any(|b| *b != 0));
    }
}
