import { Problem } from './problem.ts';

const lengthMin = 8;
const lengthMax = 255;
const printableAscii = /^[\x20-\x7e]+$/;

/**
 * The key of a command. A quoted string (RFC 8941 §3.3.3) and, where `lenient`, the same characters without quotes are
 * one key. Parameters after the string are refused, as is a header that was sent twice.
 * @throws Problem `idempotency-key-missing` or `idempotency-key-invalid`
 */
export function readIdempotencyKey(header: string | undefined, lenient: boolean): string {
  if (header === undefined || header === '') {
    throw new Problem(
      'idempotency-key-missing',
      'Send Idempotency-Key: "<a UUID of your own>" with every command.',
    );
  }
  const key = header.startsWith('"') ? unquoted(header) : bare(header, lenient);
  if (key === undefined || key.length < lengthMin || key.length > lengthMax || !printableAscii.test(key)) {
    throw new Problem(
      'idempotency-key-invalid',
      `Send one quoted string of ${lengthMin}–${lengthMax} printable ASCII characters.`,
    );
  }
  return key;
}

/** Within a string only `\"` and `\\` are escapes, and nothing may follow it. */
function unquoted(header: string): string | undefined {
  if (!/^"(?:[^"\\]|\\["\\])*"$/.test(header)) return undefined;
  return header.slice(1, -1).replaceAll(/\\(["\\])/g, '$1');
}

/** Commas, quotes and semicolons would make a list, a string or parameters of it. */
function bare(header: string, lenient: boolean): string | undefined {
  return lenient && !/[",;\\\s]/.test(header) ? header : undefined;
}
