import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { createSystemClock } from '../../src/adapters/system/system-clock.ts';
import { readConfig } from '../../src/config.ts';
import { beginning } from '../../src/domain/kernel/log.ts';
import { openLedger, openSigningKeys } from '../../src/main.ts';
import { order } from '../support/http-client.ts';
import type { ServingLedger } from '../support/ledger-child.ts';
import { environmentOf, useWorkspace } from '../support/process.ts';
import { onFiles } from '../support/test-servers.ts';

/** What must be nowhere but where it was sent: not in a log, an answer, a figure or a file. */
const canaries = {
  card: '4111111111111111',
  cardSpaced: '4111 1111 1111 1111',
  token: `eyJhbGciOiJSUzI1NiJ9.eyJjYW5hcnkiOjF9.${'c2lnbmF0dXJl'.repeat(28)}`,
  password: 'hunter2-canary',
  mail: 'canary@private.example',
} as const;
const leak = /4111[ -]?1111|eyJjYW5hcnki|hunter2|private\.example/;

const workspace = useWorkspace();
const dataDir = workspace.directory();
let service: ServingLedger;
let tokens: { readonly owner: string; readonly stranger: string };
let lines: readonly Record<string, unknown>[];
let answers = '';
let log = '';

beforeAll(async () => {
  const keys = await openSigningKeys(readConfig({ DATA_DIR: dataDir }), createSystemClock());
  const sign = (subject: string, scope: string) => keys.sign({ subject, scope, lifetimeS: 900 });
  const scope = 'orders:write orders:read';
  tokens = { owner: await sign('customer-1', scope), stranger: await sign('customer-2', scope) };
  service = await workspace.serve({ dataDir, env: { LOG_LEVEL: 'debug' } });
  await misbehave();
  const { code, stderr } = await service.kill('SIGTERM');
  expect(code).toBe(0);
  log = stderr;
  lines = stderr
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
});

async function send(
  name: string,
  path: string,
  {
    method = 'GET',
    body,
    token = tokens.owner,
    headers = {},
  }: { method?: string; body?: object; token?: string; headers?: object } = {},
): Promise<Record<string, unknown>> {
  const response = await fetch(service.url + path, {
    method: body === undefined ? method : 'POST',
    headers: {
      'x-request-id': name,
      ...(token !== '' && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && {
        'content-type': 'application/json',
        'idempotency-key': `"${name}-of-log-spec"`,
      }),
      ...headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  answers += `${JSON.stringify([...response.headers])}${text}\n`;
  return text.startsWith('{') && response.headers.get('content-type')?.includes('json')
    ? JSON.parse(text)
    : {};
}

async function misbehave(): Promise<void> {
  const { orderId } = await send('place', '/v1/orders', { body: { ...order, note: canaries.mail } });
  const path = `/v1/orders/${orderId}`;
  await send('good-read', path, { headers: { 'ledger-position': '1' } });
  await send('no-token', path, { token: '' });
  await send('bad-token', path, { token: canaries.token });
  await send('wrong-scope', '/v1/stats');
  await send('not-theirs', path, { token: tokens.stranger });
  await send('not-theirs-past', `${path}?revision=0`, { token: tokens.stranger });
  await send('not-theirs-history', `${path}/history`, { token: tokens.stranger });
  await send('not-theirs-payment', `${path}/payment`, { token: tokens.stranger });
  await send('not-theirs-command', `${path}/cancel`, { token: tokens.stranger, body: { reason: 'x' } });
  await send('not-there', '/v1/orders/00000000-0000-4000-8000-000000000000');
  await send('place', '/v1/orders', { body: { ...order, currency: 'USD' } });
  const { card, cardSpaced, token, password, mail } = canaries;
  for (const secret of [card, cardSpaced, token, password, mail]) {
    const text = encodeURIComponent(secret);
    // A password cannot be told from a name, so a name is where it is not tried.
    const name = secret === password ? 'password' : secret;
    await send('in-path', `/v1/orders/${text}`, { token: '' });
    await send('in-path-2', `/nothing/${text}?a=${text}`);
    await send('in-query', `/v1/orders?access_token=${text}&${encodeURIComponent(name)}=1`);
    await send('in-header', path, { token: '', headers: { 'x-card': secret, cookie: `a=${text}` } });
    await send('in-scheme', path, { token: '', headers: { authorization: `Basic ${secret}` } });
    await send('in-key', '/v1/orders', { body: {}, headers: { 'idempotency-key': `"${secret}"` } });
    await send('in-trace', '/v1/orders', { body: {}, headers: { traceparent: secret, 'if-match': secret } });
    await send('in-name', '/v1/orders', { body: { ...order, [name]: 1 } });
  }
  for (const secret of [card, cardSpaced.replaceAll(' ', '-'), token]) {
    await send('in-request-id', '/v1/orders', { body: order, headers: { 'x-request-id': secret } });
  }
  for (const secret of [card, cardSpaced]) {
    await send('in-note', '/v1/orders', { body: { ...order, note: secret } });
    await send('in-reason', `${path}/cancel`, { body: { reason: secret } });
    await send('in-payment', `${path}/payment/authorize`, { body: { method: { token: secret } } });
  }
  await send('forged-line', path, { token: '', headers: { 'x-request-id': '{"level":50}' } });
  await send('figures', '/metrics', { token: '' });
}

const audited = (name: string) =>
  lines.filter(({ requestId, audit }) => requestId === name && audit === true);

test.each([
  ['no-token', { problem: 'unauthenticated', route: '/v1/orders/:orderId', method: 'GET' }],
  ['bad-token', { problem: 'unauthenticated', reason: expect.stringContaining('token') }],
  ['wrong-scope', { problem: 'forbidden', subject: 'customer-1', route: '/v1/stats' }],
  ['not-theirs', { problem: 'not-found', subject: 'customer-2', reason: 'it belongs to another customer' }],
  ['not-theirs-past', { problem: 'not-found', subject: 'customer-2', route: '/v1/orders/:orderId' }],
  [
    'not-theirs-history',
    { problem: 'not-found', subject: 'customer-2', route: '/v1/orders/:orderId/history' },
  ],
  [
    'not-theirs-payment',
    { problem: 'not-found', subject: 'customer-2', route: '/v1/orders/:orderId/payment' },
  ],
  [
    'not-theirs-command',
    { problem: 'not-found', subject: 'customer-2', route: '/v1/orders/:orderId/cancel', method: 'POST' },
  ],
  ['place', { problem: 'idempotency-key-reused', subject: 'customer-1', route: '/v1/orders' }],
])('%s is one line of the security log', (name, wanted) => {
  expect(audited(name)).toMatchObject([{ level: 40, time: expect.stringMatching(/Z$/), ...wanted }]);
});

test.each(['good-read', 'not-there', 'figures'])('%s is none', (name) => {
  expect(lines.filter(({ requestId }) => requestId === name)).toEqual([]);
});

test('every line is JSON, and no request made two of them', () => {
  const ids = lines.map(({ requestId }) => requestId).filter((id) => !String(id).startsWith('in-'));
  expect(new Set(ids).size).toBe(ids.length);
  expect(lines.length).toBeGreaterThan(20);
});

test('the canaries are in no log line', () => {
  expect(log).not.toMatch(leak);
  for (const token of Object.values(tokens)) expect(log).not.toContain(token.split('.')[2]);
});

test('the canaries are in no answer, but for the note its owner reads', () => {
  const own = answers.split('\n').filter((answer) => !answer.includes('"notes":[{"note":"canary'));
  expect(own.length).toBeGreaterThan(50);
  expect(own.filter((answer) => leak.test(answer))).toEqual([]);
});

test('the canaries are in no event, in clear', async () => {
  const ledger = await openLedger(readConfig(environmentOf(dataDir)), { documents: 'none' });
  try {
    const events = await ledger.store.readAll({ after: beginning, countMax: 1_000 });
    expect(events.length).toBeGreaterThan(0);
    for (const { type, data, metadata } of events) expect(`${data} ${metadata}`, type).not.toMatch(leak);
  } finally {
    await ledger.close();
  }
});

if (onFiles) {
  test('the canaries are in no file, in clear', () => {
    const files = readdirSync(dataDir, { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    );
    const stored = files.filter(({ name }) => /\.(db|db-wal)$/.test(name) && !name.startsWith('read'));
    expect(stored.map(({ name }) => name)).toContain('ledger.db');
    for (const { parentPath, name } of stored)
      expect(readFileSync(join(parentPath, name), 'latin1'), name).not.toMatch(leak);
  });
}
