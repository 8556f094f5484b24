// The patterns by which numbers are searched for.

const KEYPAD = { 2: 'ABC', 3: 'DEF', 4: 'GHI', 5: 'JKL', 6: 'MNO', 7: 'PQRS', 8: 'TUV', 9: 'WXYZ' };
const KEYS = Object.fromEntries(Object.entries(KEYPAD).flatMap(([key, letters]) => [...letters].map((letter) => [letter, key])));

/** Letters become the digits of their keys. */
export function dialled(text) {
  return text.toUpperCase().replace(/[A-Z]/g, (letter) => KEYS[letter]);
}

/**
 * The vendor's `Contains`, for the digits of a number with its country code: 2 to 16 characters, digits and
 * letters, `+` at the start and `$` at the end hold them there, `*` is one digit and `%` any digits, only
 * before and after the digits, which must then be two or more. Null for what the vendor refuses.
 */
export function containsPattern(text) {
  const [, before, middle, after] = /^(\+|\*+|%)?([0-9A-Za-z]+)(\*+|%|\$)?$/.exec(text) ?? [];
  if (!middle || text.length < 2 || text.length > 16) return null;
  const wild = /[*%]/.test((before ?? '') + (after ?? ''));
  if (wild && middle.length < 2) return null;
  const part = (meta = '') => ({ '+': '^', $: '$', '%': '\\d*' })[meta] ?? '\\d'.repeat(meta.length);
  return new RegExp(part(before) + dialled(middle) + part(after));
}

/** The filter of the list of one's own numbers: part of a number, `*` for any digit, `+` for the start. */
export function ownPattern(text) {
  if (!/^\+?[0-9*]+$/.test(text)) return null;
  const digits = text.replace('+', '').replaceAll('*', '\\d');
  return new RegExp(text.startsWith('+') ? `^${digits}` : digits);
}
