import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Client, createClient } from '../support/http-client.ts';
import { startTestService, type TestService } from '../support/service.ts';
import { nowS, openedDispute, reportedTo, type Sending, sendWebhook } from '../support/webhook-sender.ts';

const nobody = '4f0c7f6e-2f3b-5d0e-9c39-6f0f7d1f5b7a';

let service: TestService;
let client: Client;

beforeAll(async () => {
  service = await startTestService(reportedTo);
  client = await createClient(service);
});
afterAll(() => service.stop());

const report = (body: object | string, sending?: Sending) => sendWebhook(client, body, sending);

describe('what is not the provider’s', () => {
  const body = JSON.stringify(openedDispute(nobody));
  const altered = (at: number) =>
    body.slice(0, at) + String.fromCharCode(body.charCodeAt(at) ^ 1) + body.slice(at + 1);

  it.each([
    ['signed with another secret', { with: 'another-secret-that-is-just-as-long-as-it' }],
    ['signed too long ago', { atS: nowS() - 301 }],
    ['signed in the future', { atS: nowS() + 400 }],
    ['altered in its first byte', { arrives: altered(0) }],
    ['altered in the middle', { arrives: altered(60) }],
    ['altered in its last byte', { arrives: altered(body.length - 1) }],
    ['one byte longer', { arrives: `${body} ` }],
    ['one byte shorter', { arrives: body.slice(0, -1) }],
    ['empty', { arrives: '' }],
    ['without a signature', { headers: { 'gateway-signature': '' } }],
    ['with half a signature', { headers: { 'gateway-signature': `t=${nowS()}` } }],
    ['with a bearer token instead', { headers: { 'gateway-signature': 'v1=00', authorization: 'Bearer x' } }],
  ] as const)('is refused when %s, whatever it is that is wrong', async (_what, sending) => {
    const reply = await report(body, sending);
    expect(reply.status).toBe(401);
    expect(reply.headers.get('www-authenticate')).toBe('Signature realm="order-ledger"');
    const { instance: _, ...problem } = reply.body;
    expect(problem).toEqual({
      type: 'https://order-ledger.dev/problems/unauthenticated',
      title: 'A valid signature is required',
      status: 401,
      detail: 'The signature is not valid.',
    });
  });

  it('was not recorded: the same report with a good signature is the first of its kind', async () => {
    expect((await report(body)).body).toMatchObject({ status: 'received' });
    expect((await report(body)).body).toMatchObject({ status: 'duplicate' });
  });
});

describe('what the provider signed and the ledger does not understand', () => {
  it.each([
    ['no JSON', 'nonsense'],
    ['a list', '[]'],
    ['a type nobody knows', { ...openedDispute(nobody), type: 'customer.created' }],
    ['no id', { ...openedDispute(nobody), eventId: '' }],
    ['an id beyond all measure', { ...openedDispute(nobody), eventId: 'x'.repeat(201) }],
    ['an amount that is no integer', openedDispute(nobody, 1.5)],
    ['an amount below zero', openedDispute(nobody, -1)],
    ['no time', { ...openedDispute(nobody), at: 'yesterday' }],
    ['something more', { ...openedDispute(nobody), more: true }],
  ])('is refused with 400: %s', async (_what, body) => {
    const reply = await report(body);
    expect(reply.status).toBe(400);
    expect(reply.body['type']).toBe('https://order-ledger.dev/problems/validation-failed');
  });

  it('is refused when it does not claim to be JSON, is packed, or is too long', async () => {
    const body = openedDispute(nobody);
    expect((await report(body, { headers: { 'content-type': 'text/plain' } })).status).toBe(415);
    expect((await report(body, { headers: { 'content-encoding': 'gzip' } })).status).toBe(415);
    expect((await report({ ...body, more: 'x'.repeat(70_000) })).status).toBe(400);
    expect((await report({ ...body, more: 'x'.repeat(100_000) })).status).toBe(413);
  });

  it('is refused in few words, and none of the sender’s, where it has members nobody knows', async () => {
    const more = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`secret-${index}`, 1]));
    const { status, text } = await report({ ...openedDispute(nobody), ...more });
    expect(status).toBe(400);
    expect(text.length).toBeLessThan(1_000);
    expect(text).not.toContain('secret-');
  });
});
