import { holdsCardNumber } from '../domain/kernel/card-number.ts';
import type { Ids } from '../ports/ids.ts';
import { Problem } from './problem.ts';

const safe = /^[A-Za-z0-9_.:/+=@-]{1,128}$/;
const traceparentText = /^[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/**
 * The caller's id for this request, or a new one. An unsafe one is replaced, and refused by `checkRequestId`; so is one
 * that looks like a card number, because ids are stored with every event and logged.
 */
export function requestIdOf(header: string | undefined, ids: Ids): string {
  return header !== undefined && safe.test(header) && !holdsCardNumber(header) ? header : ids.uuid();
}

/** @param requestId what `requestIdOf` made of the header. @throws Problem `validation-failed` where it had to replace it. */
export function checkRequestId(header: string | undefined, requestId: string): void {
  if (header === undefined || header === requestId) return;
  const message = 'must be 1–128 characters of A-Z a-z 0-9 _ . : / + = @ - and no card number';
  throw new Problem('validation-failed', `X-Request-Id: ${message}.`, {
    errors: [{ pointer: 'header/X-Request-Id', message }],
  });
}

/** A W3C trace context to carry on, or nothing: a malformed one is as good as none (Trace Context §3.2.2.5). */
export function traceparentOf(header: string | undefined): string | undefined {
  return header !== undefined && traceparentText.test(header) ? header : undefined;
}
