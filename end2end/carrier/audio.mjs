// Recordings that really play: a WAV tone (PCM, 8 kHz, 16 bit) and a silent MP3 of the same length.

const RATE = 8000;

/** A WAV file with a soft tone; with two channels the second one sounds a third higher. */
export function wavTone(seconds, channels = 1) {
  const frames = Math.max(1, Math.round(seconds * RATE));
  const data = frames * channels * 2;
  const file = Buffer.alloc(44 + data);
  file.write('RIFF', 0, 'latin1');
  file.writeUInt32LE(36 + data, 4);
  file.write('WAVEfmt ', 8, 'latin1');
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20);
  file.writeUInt16LE(channels, 22);
  file.writeUInt32LE(RATE, 24);
  file.writeUInt32LE(RATE * channels * 2, 28);
  file.writeUInt16LE(channels * 2, 32);
  file.writeUInt16LE(16, 34);
  file.write('data', 36, 'latin1');
  file.writeUInt32LE(data, 40);
  // One second of tone repeats without a click: both frequencies are whole numbers of hertz.
  const second = Buffer.alloc(RATE * channels * 2);
  for (let frame = 0; frame < RATE; frame += 1) {
    for (let channel = 0; channel < channels; channel += 1) {
      const hertz = channel === 0 ? 440 : 550;
      const sample = Math.sin((2 * Math.PI * hertz * frame) / RATE) * 6000;
      second.writeInt16LE(Math.round(sample), (frame * channels + channel) * 2);
    }
  }
  for (let at = 44; at < file.length; at += second.length) second.copy(file, at);
  return file;
}

/** A valid MP3 (MPEG-1 layer III, 44.1 kHz mono, 32 kbit/s) of silence. */
export function silentMp3(seconds) {
  const frames = Math.max(1, Math.ceil((seconds * 44100) / 1152));
  // An all-zero frame body decodes to silence; 144 * 32000 / 44100 = 104 bytes a frame.
  const frame = Buffer.alloc(104);
  Buffer.from([0xff, 0xfb, 0x10, 0xc4]).copy(frame);
  return Buffer.concat(Array.from({ length: frames }, () => frame));
}
