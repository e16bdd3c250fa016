import { describe, expect, it, test } from 'vitest';
import {
  AppendTooLarge,
  DamagedData,
  InvalidWebhook,
  OutcomeUnknown,
  StoreUnavailable,
  StreamGone,
  UnreadableEvent,
  UnreadableWebhook,
} from './faults.ts';

const event = { stream: 'order-1', revision: 3, position: 17, type: 'OrderMelted' };

test.each([
  ['StoreUnavailable', () => new StoreUnavailable('event store', 'no connection', 'Start it.')],
  ['OutcomeUnknown', () => new OutcomeUnknown('no answer')],
  ['UnreadableEvent', () => new UnreadableEvent(event, 'nobody knows it')],
  ['DamagedData', () => new DamagedData('a gap')],
  ['AppendTooLarge', () => new AppendTooLarge('2 MiB')],
  ['StreamGone', () => new StreamGone('order-1')],
  ['InvalidWebhook', () => new InvalidWebhook('not signed')],
  ['UnreadableWebhook', () => new UnreadableWebhook('no type')],
])('logs can tell %s from all others', (name, thrown) => {
  const fault = thrown();
  expect(fault.name).toBe(name);
  expect(String(fault)).toMatch(new RegExp(`^${name}: .`));
});

describe('a store that cannot be used', () => {
  it('is named, with what it said and what to do', () => {
    const cause = new Error('connection refused');
    const fault = new StoreUnavailable('read model', cause, 'Start it.');
    expect(fault.message).toBe('read model: connection refused');
    expect(fault).toMatchObject({ dependency: 'read model', remedy: 'Start it.', cause });
    expect(new StoreUnavailable('cache', 'full', 'Wait.').message).toBe('cache: full');
  });

  it('does not give away what it was reached with', () => {
    const cause = new Error('cannot reach mongodb://ledger:hunter2@db/');
    expect(new StoreUnavailable('read model', cause, 'Start it.').message).not.toContain('hunter2');
  });
});

test('an event that cannot be read is found by its place', () => {
  const fault = new UnreadableEvent(event, 'nobody knows it');
  expect(fault).toMatchObject({ stream: 'order-1', revision: 3, position: 17 });
  expect(fault.message).toBe('OrderMelted at order-1@3 (position 17): nobody knows it');
});
