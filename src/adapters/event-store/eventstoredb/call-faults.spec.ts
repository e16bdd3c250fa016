import { expect, test } from 'vitest';
import {
  AppendTooLarge,
  DamagedData,
  OutcomeUnknown,
  StoreUnavailable,
  StreamGone,
} from '../../../domain/kernel/faults.ts';
import { appendFault, isInvalidPlace, NoAnswer, readFault, refusalFault } from './call-faults.ts';

function callError(code: number, details: string, exception?: string): Error {
  const trailers = exception === undefined ? {} : { exception };
  return Object.assign(new Error(`${code} ${details}`), {
    code,
    details,
    metadata: { getMap: () => trailers },
  });
}

test.each([
  [14, 'No connection established. Last error: connect ECONNREFUSED'],
  [14, 'Name resolution failed for target dns:nowhere:2113'],
  [14, 'Channel closed before call started'],
  [14, 'Server Is Not Ready'],
  [14, 'Server Is Too Busy'],
  [2, 'No leader info available in response'],
  [16, 'Unauthenticated'],
])('an append that ends with %d %s was not looked at', (code, details) => {
  expect(appendFault(callError(code, details), 'order-a')).toBeInstanceOf(StoreUnavailable);
});

test.each([
  [14, 'Connection dropped'],
  [14, 'read ECONNRESET'],
  [1, 'Cancelled on client'],
  [4, 'Deadline exceeded'],
  [10, 'Operation timed out: Commit phase timeout.'],
  [2, 'Unexpected OperationResult: Error'],
  [13, 'Received RST_STREAM with code 2'],
])('an append that ends with %d %s may have been written', (code, details) => {
  expect(appendFault(callError(code, details), 'order-a')).toBeInstanceOf(OutcomeUnknown);
  expect(appendFault(new NoAnswer(5), 'order-a')).toBeInstanceOf(OutcomeUnknown);
});

test.each([
  ['access-denied', 7, StoreUnavailable],
  ['stream-deleted', 9, StreamGone],
  ['maximum-append-size-exceeded', 3, AppendTooLarge],
])('an append that is refused as %s is told as that', (exception, code, fault) => {
  expect(appendFault(callError(code, '', exception), 'order-a')).toBeInstanceOf(fault);
});

test.each([
  ['AccessDenied', 'AccessDenied', StoreUnavailable],
  ['StreamDeleted', 'StreamDeleted', StreamGone],
  ['MaximumAppendSizeExceeded', '', AppendTooLarge],
  ['BadRequest', 'no', StoreUnavailable],
  ['Empty', 'Server Is Not Ready', StoreUnavailable],
  ['Empty', 'Server Is Busy', StoreUnavailable],
  ['Empty', 'No leader info available in response', StoreUnavailable],
  ['Empty', 'Envelope callback expected either WriteEventsCompleted or NotHandled', OutcomeUnknown],
  ['Timeout', 'Timeout', OutcomeUnknown],
  ['Unknown', 'Unknown', OutcomeUnknown],
  ['SomethingNew', '', OutcomeUnknown],
])('%s %s in a batch says whether something was written', (name, message, fault) => {
  expect(refusalFault({ name, message }, 'order-a')).toBeInstanceOf(fault);
});

test('a read that fails says what to do; what is a fault already stays one', () => {
  expect(readFault(callError(7, 'Access Denied', 'access-denied'), 'stream order-a')).toMatchObject({
    message: 'event store: the user may not read stream order-a',
  });
  expect(readFault(callError(9, '', 'stream-deleted'), 'stream order-a')).toBeInstanceOf(StreamGone);
  expect(readFault(callError(14, 'read ECONNRESET'), 'x')).toBeInstanceOf(StoreUnavailable);
  const damaged = new DamagedData('a gap');
  expect(readFault(damaged, 'x')).toBe(damaged);
});

test('a place where no event begins is told apart from a server that cannot answer', () => {
  const faultOf = (code: number, details: string) => readFault(callError(code, details), 'the log');
  expect(isInvalidPlace(faultOf(2, 'Unexpected FilteredReadAllResult: Error'))).toBe(true);
  expect(isInvalidPlace(faultOf(2, 'No leader info available in response'))).toBe(false);
  expect(isInvalidPlace(faultOf(14, 'read ECONNRESET'))).toBe(false);
  expect(isInvalidPlace(new Error('other'))).toBe(false);
});
