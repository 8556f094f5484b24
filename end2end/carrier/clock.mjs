// Carrier time: seconds of a call, run faster than the wall clock by a constant factor.
//
// Only conversation time is scaled (ringing, talking, pauses, late callbacks). Network time-outs
// stay real, because the product under test answers in real time.

/** Scaled time: `scale` carrier seconds pass in one real second. */
export class Clock {
  constructor(scale = 1) {
    if (!(scale > 0)) throw new RangeError(`timeScale must be above zero, got ${scale}`);
    this.scale = scale;
    this.startedReal = performance.now();
    this.startedWall = Date.now();
  }

  /** Carrier seconds since the clock was made. */
  seconds() {
    return ((performance.now() - this.startedReal) / 1000) * this.scale;
  }

  /** The carrier's wall-clock time of an instant of `seconds()`. */
  date(seconds = this.seconds()) {
    return new Date(this.startedWall + seconds * 1000);
  }

  /**
   * Waits for so many carrier seconds.
   * Resolves to true when the time is over, to false when `signal` ended the wait early.
   */
  sleep(seconds, signal) {
    if (signal?.aborted) return Promise.resolve(false);
    return new Promise((resolve) => {
      const done = (whole) => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', cut);
        resolve(whole);
      };
      const cut = () => done(false);
      const timer = setTimeout(() => done(true), Math.min((seconds * 1000) / this.scale, 0x7fffffff));
      signal?.addEventListener('abort', cut, { once: true });
    });
  }
}

/** RFC 2822 in GMT, the way the vendor writes dates: `Sat, 21 Nov 2026 10:00:00 +0000`. */
export function rfc2822(date) {
  return date.toUTCString().replace('GMT', '+0000');
}
