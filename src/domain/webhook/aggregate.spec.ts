import { describe, expect, it } from 'vitest';
import { givenFor, instantOf } from '../../../test/support/given.ts';
import { webhookAggregate } from './aggregate.ts';
import type { WebhookEvent } from './decide.ts';
import { report } from './report.ts';
import type { Webhook } from './state.ts';

const commandId = '6d0a8a3e-1c55-5d7e-9d0c-2a6f9f1c0b11';
const opened = report.parse({
  eventId: 'evt_1',
  gateway: 'simulated',
  type: 'dispute.opened',
  paymentId: '4f0c7f6e-2f3b-5d0e-9c39-6f0f7d1f5b7a',
  reference: 'auth_1',
  amount: { amount: 1_000, currency: 'EUR' },
  fee: { amount: 15, currency: 'EUR' },
  reportedAt: '2026-01-05T08:59:00.000Z',
});

const received: WebhookEvent = { type: 'WebhookReceived', data: opened };
const applied: WebhookEvent = { type: 'WebhookApplied', data: { commandId, outcome: 'changed' } };
const quarantined: WebhookEvent = {
  type: 'WebhookQuarantined',
  data: { reason: 'order-not-found', detail: 'Nothing was ever placed under this id.' },
};
const released: WebhookEvent = { type: 'WebhookReleased', data: {} };

const receive = { type: 'ReceiveWebhook', report: opened } as const;
const settle = { type: 'SettleWebhook', commandId, outcome: 'changed' } as const;
const quarantine = { type: 'QuarantineWebhook', ...quarantined.data } as const;
const release = { type: 'ReleaseWebhook' } as const;

/** What always holds of a webhook. */
function brokenInvariants({ status, reason, detail, outcome, waitingSince, receivedAt }: Webhook): string[] {
  const rules = {
    'a reason is given in quarantine, and only there': (status === 'quarantined') === (reason !== undefined),
    'a reason has a detail': (reason === undefined) === (detail === undefined),
    'an outcome is there once it is applied': (status === 'applied') === (outcome !== undefined),
    'it waits no longer than since it came': waitingSince >= receivedAt,
  };
  return Object.entries(rules).flatMap(([rule, holds]) => (holds ? [] : [rule]));
}

const given = givenFor(webhookAggregate, brokenInvariants);

describe('a report that comes', () => {
  it('is recorded as it was said, and waits', () => {
    const webhook = given().when(receive).then(received);
    expect(webhook).toStrictEqual({
      ...opened,
      status: 'waiting',
      receivedAt: instantOf(0),
      waitingSince: instantOf(0),
      releases: 0,
      updatedAt: instantOf(0),
      revision: 0,
    });
  });

  it.each([
    ['waits', [received]],
    ['was applied', [received, applied]],
    ['is in quarantine', [received, quarantined]],
  ])('changes nothing when it comes again while it %s', (_when, history) => {
    given(...history)
      .when({ ...receive, report: { ...opened, amount: { ...opened.amount, amount: 999 } } })
      .then();
  });
});

describe('a report that waits', () => {
  it('is applied once its order has taken it in', () => {
    expect(given(received).when(settle).then(applied)).toMatchObject({
      status: 'applied',
      outcome: 'changed',
    });
  });

  it('goes into quarantine with the reason', () => {
    expect(given(received).when(quarantine).then(quarantined)).toMatchObject({
      status: 'quarantined',
      reason: 'order-not-found',
      waitingSince: instantOf(0),
    });
  });

  it('need not be released', () => {
    given(received).when(release).then();
  });
});

describe('a report that was applied', () => {
  const settled = given(received, applied);

  it('stays so, whatever another process makes of it', () => {
    settled.when(settle).then();
    settled.when({ ...settle, outcome: 'known' }).then();
    settled.when(quarantine).then();
  });

  it('is not released', () => {
    settled.when(release).refused('webhook-applied');
  });
});

describe('a report in quarantine', () => {
  it('is not put there twice', () => {
    given(received, quarantined).when(quarantine).then();
  });

  it('leaves it when its order turns out to have taken it in', () => {
    const webhook = given(received, quarantined).when(settle).then(applied);
    expect(webhook).toMatchObject({ status: 'applied' });
    expect(webhook).not.toHaveProperty('reason');
  });

  it('waits anew once it is released, and can go back', () => {
    const webhook = given(received, quarantined).when(release).then(released);
    expect(webhook).toMatchObject({ status: 'waiting', waitingSince: instantOf(2), releases: 1 });
    given(received, quarantined, released).when(quarantine).then(quarantined);
  });

  it('is released a hundred times and not once more', () => {
    const rounds = Array.from({ length: 100 }, () => [quarantined, released]).flat();
    given(received, ...rounds.slice(0, -1))
      .when(release)
      .then(released);
    given(received, ...rounds, quarantined)
      .when(release)
      .refused('webhook-released-too-often', '100 times');
  });
});

it('is not there before it came', () => {
  for (const command of [settle, quarantine, release]) given().when(command).refused('webhook-not-found');
});

it('holds refusals without counting them as anything but revisions', () => {
  expect(given(received).atRevision(7).state).toMatchObject({ status: 'waiting', revision: 7 });
});

it('is not brought about by refusals of what was asked of it before it came', () => {
  expect(given().atRevision(3).state).toBeUndefined();
});

it('is about nobody whose key could seal it', () => {
  const { state } = given(received);
  expect(state && webhookAggregate.subject(state)).toBe('');
});
