import { expect, test } from 'vitest';
import { InvalidWebhook, UnreadableWebhook } from '../../src/domain/kernel/faults.ts';
import type { Instant } from '../../src/domain/kernel/instant.ts';
import type { GatewayReport, PaymentGateway } from '../../src/ports/payment-gateway.ts';
import { now, sampleReport, secret } from './payment-gateway-samples.ts';

type Open = (webhookSecret?: string) => Promise<PaymentGateway>;
type Sign = (body: Buffer, by: string, atS: number) => string;

const nowS = Math.floor(Date.parse(now) / 1_000);
const otherSecret = 'another secret, of somebody else, too';

/** Which webhooks a provider's adapter believes; `ports/payment-gateway.ts` says it in words. */
export function webhookContract(open: Open, sign: Sign): void {
  const bodyOf = (said: unknown) => Buffer.from(JSON.stringify(said));
  const read = async (body: Buffer, header: string | undefined, at: Instant = now) =>
    (await open(secret)).readWebhook(() => header, body, at);
  const signed = (body: Buffer, atS = nowS) => sign(body, secret, atS);
  const sample = bodyOf(sampleReport);

  test.each<GatewayReport>([
    sampleReport,
    { eventId: 'e', type: 'call.declined', paymentId: 'p', amount: sampleReport.amount, code: 'c', at: now },
    {
      eventId: 'e',
      type: 'dispute.opened',
      paymentId: 'p',
      amount: sampleReport.amount,
      fee: sampleReport.amount,
      at: now,
    },
  ])('a report that is signed is read as it was sent: $type', async (report) => {
    expect(await read(bodyOf(report), signed(bodyOf(report)))).toEqual(report);
  });

  test('white space in a body is part of what was signed', async () => {
    const spaced = Buffer.from(`${JSON.stringify(sampleReport, null, 2)}\n`);
    expect(await read(spaced, signed(spaced))).toEqual(sampleReport);
    await expect(read(spaced, signed(sample))).rejects.toThrow(InvalidWebhook);
  });

  test('one bit that was changed, anywhere in the body, is found', async () => {
    const gateway = await open(secret);
    const header = signed(sample);
    for (let at = 0; at < sample.length; at++) {
      const altered = Buffer.from(sample);
      altered[at] = (altered[at] ?? 0) ^ 1;
      expect(() => gateway.readWebhook(() => header, altered, now), `byte ${at}`).toThrow(InvalidWebhook);
    }
  });

  test.each<[string, () => string | undefined]>([
    ['without a signature', () => undefined],
    ['with an empty one', () => ''],
    ['signed with another secret', () => sign(sample, otherSecret, nowS)],
    ['signed for another body', () => signed(bodyOf({ ...sampleReport, eventId: 'evt_2' }))],
    ['whose time was changed', () => signed(sample).replace(`t=${nowS}`, `t=${nowS + 1}`)],
    ['whose signature was cut off', () => signed(sample).slice(0, -2)],
    ['signed long ago', () => signed(sample, nowS - 301)],
    ['signed in the far future', () => signed(sample, nowS + 302)],
    ['with garbage', () => '\u0000,;=,,==v1=t=\ud800'],
  ])('a webhook %s is not believed', async (_what, header) => {
    const reading = read(sample, header());
    await expect(reading).rejects.toThrow(InvalidWebhook);
    await expect(reading).rejects.not.toThrow(new RegExp(secret));
  });

  test.each([-300, -1, 0, 1, 300])('one signed %i s from now is believed', async (seconds) => {
    await expect(read(sample, signed(sample, nowS + seconds))).resolves.toEqual(sampleReport);
  });

  test('nothing is believed without a secret of the ledger’s own', async () => {
    const gateway = await open();
    expect(() => gateway.readWebhook(() => signed(sample), sample, now)).toThrow(InvalidWebhook);
    expect(() => gateway.readWebhook(() => signed(sample), sample, now)).toThrow(/GATEWAY_WEBHOOK_SECRET/);
  });

  test.each<[string, Buffer]>([
    ['that is not JSON', Buffer.from('approved!')],
    ['that is empty', Buffer.from('')],
    ['that is not text', Buffer.from(JSON.stringify({ ...sampleReport, reference: '\u00ff' }), 'latin1')],
    ['that is a list', bodyOf([sampleReport])],
    ['of a type that nobody knows', bodyOf({ ...sampleReport, type: 'money.gone' })],
    ['with a member that nobody knows', bodyOf({ ...sampleReport, extra: true })],
    ['without an amount', bodyOf({ ...sampleReport, amount: undefined })],
    ['with half a cent', bodyOf({ ...sampleReport, amount: { amount: 0.5, currency: 'EUR' } })],
    ['with less than nothing', bodyOf({ ...sampleReport, amount: { amount: -1, currency: 'EUR' } })],
    ['with an amount as text', bodyOf({ ...sampleReport, amount: { amount: '1', currency: 'EUR' } })],
    ['in a currency that there is not', bodyOf({ ...sampleReport, amount: { amount: 1, currency: 'eur' } })],
    ['without an id', bodyOf({ ...sampleReport, eventId: '' })],
    ['with a time that there is not', bodyOf({ ...sampleReport, at: 'yesterday' })],
    ['that is far too long', bodyOf({ ...sampleReport, reference: 'x'.repeat(70_000) })],
  ])('a body %s is refused, although it is signed', async (_what, body) => {
    await expect(read(body, signed(body))).rejects.toThrow(UnreadableWebhook);
  });
}
