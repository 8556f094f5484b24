// How long a caller stays on the line, counted in what the caller lives through.
//
// Carrier time is fast, the product's answers are not: at 500 times the speed, an answer of 20 ms would
// cost the caller ten seconds. So the clock of a caller stops while a document is being fetched. A
// caller told to be `rushed` hangs up whenever it is time, in the middle of a request too.

/** A countdown in carrier seconds that can be held. */
export class Patience {
  constructor(clock, seconds, onEnd, rushed = false) {
    this.clock = clock;
    this.left = seconds;
    this.onEnd = onEnd;
    this.rushed = rushed;
    this.holds = 0;
    this.#run();
  }

  /** Stops the countdown until `resume` has been called as often. */
  hold() {
    if (this.rushed) return;
    this.holds += 1;
    if (this.holds > 1 || this.timer === undefined) return;
    this.#stop();
    this.left -= this.clock.seconds() - this.since;
  }

  /** Lets the countdown go on. */
  resume() {
    if (this.rushed) return;
    this.holds -= 1;
    if (this.holds === 0) this.#run();
  }

  /** Ends the countdown for good. */
  cancel() {
    this.#stop();
    this.left = Infinity;
  }

  #run() {
    if (!Number.isFinite(this.left)) return;
    this.since = this.clock.seconds();
    this.timer = setTimeout(() => {
      this.cancel();
      this.onEnd();
    }, Math.max(0, (this.left * 1000) / this.clock.scale));
  }

  #stop() {
    clearTimeout(this.timer);
    this.timer = undefined;
  }
}
