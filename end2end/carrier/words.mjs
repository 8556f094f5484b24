// Small readings of TwiML shared by the caller's and the callee's interpreter.

/** How long an audio verb lasts, in carrier seconds. Endless loops are heard once. */
export function speechSeconds(verb) {
  if (verb.name === 'Pause') return Number(verb.attributes.length ?? 1) || 1;
  const once = verb.name === 'Say' ? Math.max(1, verb.text.trim().length / 15) : 3;
  const loop = Number(verb.attributes.loop ?? 1) || 1;
  return once * Math.min(loop, 5);
}

/** A URL of a document, made absolute against that document. */
export function resolveUrl(reference, documentUrl) {
  if (/^https?:\/\//i.test(reference)) return reference;
  return new URL(reference, documentUrl).href;
}
