import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { webhookAggregate } from '../src/domain/webhook/aggregate.ts';
import type { WebhookEvent } from '../src/domain/webhook/decide.ts';
import { givenFor } from './support/given.ts';
import { complaintAbout, decodeHistory, foldHistory, type GoldenFile } from './support/golden-file.ts';

const { events: catalogue } = webhookAggregate;
const evolve = webhookAggregate.evolve as Parameters<typeof foldHistory>[0];
const given = givenFor(webhookAggregate, () => []);
const directory = join(import.meta.dirname, 'golden', 'webhook');

const received: WebhookEvent = {
  type: 'WebhookReceived',
  data: {
    eventId: 'evt_1',
    gateway: 'simulated',
    type: 'call.approved',
    paymentId: '4f0c7f6e-2f3b-5d0e-9c39-6f0f7d1f5b7a',
    key: 'payment/4f0c7f6e-2f3b-5d0e-9c39-6f0f7d1f5b7a/authorize/1',
    reference: 'auth_1',
    amount: { amount: 4_340, currency: 'EUR' },
    fee: { amount: 93, currency: 'EUR' },
    code: 'ok',
    expiresAt: '2026-01-12T09:00:00.000Z' as never,
    reportedAt: '2026-01-05T08:59:59.000Z' as never,
  },
};
const quarantined: WebhookEvent = {
  type: 'WebhookQuarantined',
  data: { reason: 'order-not-found', detail: 'Nothing was ever placed under its payment id.' },
};
const commandId = '6d0a8a3e-1c55-5d7e-9d0c-2a6f9f1c0b11';

/** A history that ends with each event, with every field it can have. */
const specimens: { readonly [Type in WebhookEvent['type']]: readonly WebhookEvent[] } = {
  WebhookReceived: [received],
  WebhookApplied: [received, { type: 'WebhookApplied', data: { commandId, outcome: 'changed' } }],
  WebhookQuarantined: [received, quarantined],
  WebhookReleased: [received, quarantined, { type: 'WebhookReleased', data: {} }],
  CommandRefused: [
    received,
    { type: 'CommandRefused', data: { command: 'ReleaseWebhook', code: 'webhook-applied', detail: 'No.' } },
  ],
};

const versions = Object.entries(catalogue).flatMap(([type, { version }]) =>
  Array.from({ length: version }, (_, index) => ({
    type,
    version: index + 1,
    name: `${type}.v${index + 1}`,
  })),
);

/** See test/golden/README.md: adds what is missing, and only that. */
if (process.env['ADD_GOLDEN'] === '1') {
  for (const [type, history] of Object.entries(specimens)) {
    const path = pathOf(`${type}.v${catalogue[type]?.version}`);
    if (existsSync(path)) continue;
    const stored = history.map((event) => ({ ...event, version: catalogue[event.type]?.version ?? 0 }));
    const golden: GoldenFile = { history: stored, state: given(...history).state };
    writeFileSync(path, `${JSON.stringify(golden, null, 2)}\n`, { flag: 'wx' });
  }
}

function pathOf(name: string): string {
  return join(directory, `${name}.json`);
}

describe('golden files of webhooks', () => {
  it('are there for every version of every event, and for no other', () => {
    const names = readdirSync(directory).map((file) => file.replace('.json', ''));
    expect(names.toSorted()).toEqual(versions.map(({ name }) => name).toSorted());
  });

  it('say something of every field an event can have', () => {
    for (const { type, name } of versions) {
      const fields = Object.keys(catalogue[type]?.data.shape ?? {});
      expect(Object.keys(readGolden(name).history.at(-1)?.data ?? {}).toSorted(), name).toEqual(
        fields.toSorted(),
      );
    }
  });
});

describe.each(versions)('$name of a webhook, as it was stored', ({ type, version, name }) => {
  it('ends with that event in that version, and has the shape of today', async () => {
    const { history } = readGolden(name);
    expect(history.at(-1)).toMatchObject({ type, version });
    for (const event of await decodeHistory(catalogue, history)) {
      expect(complaintAbout(catalogue, event), event.type).toBeUndefined();
    }
  });

  it('leads to the same state for ever', async () => {
    const { history, state } = readGolden(name);
    expect(foldHistory(evolve, await decodeHistory(catalogue, history))).toStrictEqual(state);
  });
});

function readGolden(name: string): GoldenFile {
  return JSON.parse(readFileSync(pathOf(name), 'utf8')) as GoldenFile;
}
