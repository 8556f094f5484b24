use super::*;
use proptest::prelude::*;

const RATE: u32 = 8_000;

/// A WAV file around samples that stand one channel after the other in each frame.
fn wav(tag: u16, bits: u16, channels: u16, sound: &[u8]) -> Vec<u8> {
    let mut out = b"RIFF\0\0\0\0WAVE".to_vec();
    // A chunk of odd length that nobody asked for.
    out.extend_from_slice(b"LIST\x03\0\0\0abc\0fmt \x10\0\0\0");
    let block = channels * bits / 8;
    out.extend_from_slice(&tag.to_le_bytes());
    out.extend_from_slice(&channels.to_le_bytes());
    out.extend_from_slice(&RATE.to_le_bytes());
    out.extend_from_slice(&(RATE * u32::from(block)).to_le_bytes());
    out.extend_from_slice(&block.to_le_bytes());
    out.extend_from_slice(&bits.to_le_bytes());
    out.extend_from_slice(b"data");
    out.extend_from_slice(&u32::try_from(sound.len()).expect("length").to_le_bytes());
    out.extend_from_slice(sound);
    out
}

/// Ten seconds in which the first speaks in the first half and the second in the other, quieter.
fn in_turns() -> Vec<u8> {
    let frames = RATE * 10;
    let sound: Vec<u8> = (0..frames)
        .flat_map(|n| {
            let loud: i16 = if n % 2 == 0 { 16_000 } else { -16_000 };
            let (a, b) = if n < frames / 2 {
                (loud, 0)
            } else {
                (0, loud / 4)
            };
            [a.to_le_bytes(), b.to_le_bytes()].concat()
        })
        .collect();
    wav(1, 16, 2, &sound)
}

fn read(file: &[u8], piece: usize) -> Option<Waveform> {
    let mut reader = WaveReader::default();
    for piece in file.chunks(piece) {
        reader.push(piece);
    }
    reader.finish()
}

#[test]
fn each_side_has_its_own_lane() {
    let shape = read(&in_turns(), 4_096).expect("a shape");
    let [caller, target] = shape.lanes.as_slice() else {
        panic!("two lanes: {shape:?}");
    };
    assert_eq!((caller.len(), target.len()), (BARS, BARS));
    assert!(caller[..BARS / 2].iter().all(|level| *level == LEVEL_MAX));
    assert!(caller[BARS / 2..].iter().all(|level| *level == 0));
    assert!(target[..BARS / 2].iter().all(|level| *level == 0));
    // A quarter of the loudness is half of the height.
    assert!(target[BARS / 2..].iter().all(|level| *level == 32));
}

#[test]
fn other_codings_are_read_as_loud() {
    let eight: Vec<u8> = (0..RATE)
        .map(|n| if n % 2 == 0 { 0 } else { 255 })
        .collect();
    let loud = read(&wav(1, 8, 1, &eight), 999).expect("a shape");
    assert!(loud.lanes[0].iter().all(|level| *level == LEVEL_MAX));
    // The loudest and the quietest sample of µ-law.
    assert_eq!(Coding::MuLaw.loudness(&[0x00]), 32_124);
    assert_eq!(Coding::MuLaw.loudness(&[0xFF]), 0);
    let silent = read(&wav(7, 8, 1, &vec![0xFF; 16_000]), 999).expect("a shape");
    assert!(silent.lanes[0].iter().all(|level| *level == 0));
}

#[test]
fn a_hum_is_not_drawn_as_a_shout() {
    let hum: Vec<u8> = (0..RATE).flat_map(|_| 15_i16.to_le_bytes()).collect();
    let shape = read(&wav(1, 16, 1, &hum), 4_096).expect("a shape");
    assert!(shape.lanes[0].iter().all(|level| *level < 10));
}

#[test]
fn what_is_no_sound_has_no_shape() {
    for bad in [
        &b""[..],
        b"RIFF",
        b"<html><body>502 Bad Gateway</body></html>",
        b"RIFF\0\0\0\0WAVEdata\x04\0\0\0abcd",
        &wav(85, 0, 1, b"mp3 in wav"),
        &wav(1, 16, 0, b"no channel"),
        &wav(1, 16, 1, b""),
    ] {
        assert_eq!(read(bad, 7), None, "{bad:?}");
    }
    let mut endless = WaveReader::default();
    endless.push(b"RIFF\0\0\0\0WAVELIST\xFF\xFF\xFF\x7F");
    for _ in 0..100 {
        endless.push(&[0; 1_024]);
    }
    assert!(endless.rest.len() <= HEADER_MAX + 1_024, "it is not kept");
}

#[test]
fn what_stands_behind_the_sound_is_not_heard() {
    let mut file = wav(1, 16, 1, &vec![0; 32_000]);
    file.extend_from_slice(b"LIST\x10\0\0\0");
    file.extend_from_slice(&[0x7F; 400]);
    let shape = read(&file, 1_000).expect("a shape");
    assert!(shape.lanes[0].iter().all(|level| *level == 0));
}

#[test]
fn stored_text_is_read_back_and_damage_is_silence() {
    let shape = read(&in_turns(), 4_096).expect("a shape");
    let text = shape.to_text();
    assert_eq!(text.len(), 2 * BARS + 1);
    assert_eq!(Waveform::from_text(&text), shape);
    assert_eq!(Waveform::from_text("é!").lanes, [vec![0, 0, 0]]);
    assert_eq!(Waveform::from_text("").lanes, Vec::<Vec<u8>>::new());
}

proptest! {
    #[test]
    fn how_the_file_is_cut_does_not_matter(piece in 1_usize..5_000) {
        prop_assert_eq!(read(&in_turns(), piece), read(&in_turns(), usize::MAX));
    }

    #[test]
    fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..600), whole in any::<bool>()) {
        let file = if whole { wav(1, 16, 2, &bytes) } else { bytes };
        if let Some(shape) = read(&file, 13) {
            prop_assert!(shape.lanes.iter().all(|lane| lane.len() == BARS));
        }
    }
}
