import { expect, it } from 'vitest';
import { nodeDigest } from '../adapters/digest/node-digest.ts';
import { InvalidWebhook, UnreadableWebhook } from '../domain/kernel/faults.ts';
import type { Problem } from '../http/problem.ts';
import type { GatewayReport } from '../ports/payment-gateway.ts';
import type { CommandEnvelope, CommandOutcome } from './command.ts';
import { receiveWebhook } from './webhook-routes.ts';

const said: GatewayReport = {
  eventId: 'evt-1',
  type: 'dispute.opened',
  paymentId: 'order-1',
  amount: { amount: 100, currency: 'EUR' },
  at: '2026-01-31T09:29:00.000Z' as never,
};
const done: CommandOutcome = { kind: 'done', snapshot: '{}', revision: 0, position: 7, replayed: false };

/** The operation of a provider whose reports read so, and what it hands on and logs. */
function receiving(read: () => GatewayReport, outcome: CommandOutcome = done) {
  const sent: CommandEnvelope<never, never>[] = [];
  const lines: object[] = [];
  const log = (fields: object, message: string) => void lines.push({ ...fields, message });
  const route = receiveWebhook({
    gateway: { name: 'simulated', readWebhook: read },
    handleWebhook: async (envelope) => {
      sent.push(envelope as never);
      return outcome;
    },
    digest: nodeDigest,
    clock: { now: () => '2026-01-31T09:30:00.000Z' as never },
    logger: { debug: log, info: log, warn: log, error: log },
  });
  const receive = async () =>
    route.handle({
      principal: { subject: 'signer', scopes: new Set() },
      ...{ requestId: 'request-1', params: {}, query: {}, body: () => ({}) },
      ...{ bytes: () => Buffer.from('{}'), header: () => undefined },
    });
  const refused = () =>
    receive().then(
      () => expect.unreachable(),
      (problem: Problem) => problem,
    );
  return { receive, refused, sent, lines };
}

const fails = (error: Error) => () => {
  throw error;
};

it('hands a report on under an id that follows from the provider and its own id of it', async () => {
  const first = receiving(() => said);
  const again = receiving(() => ({ ...said, amount: { amount: 1, currency: 'EUR' } }));
  const other = receiving(() => ({ ...said, eventId: 'evt-2' }));
  for (const each of [first, again, other]) expect((await each.receive()).status).toBe(202);
  const [one, two, three] = [first, again, other].flatMap(({ sent }) => sent);
  expect(one).toMatchObject({ actor: 'gateway:simulated', requestId: 'request-1' });
  expect(two).toMatchObject({ commandId: one?.commandId, aggregateId: one?.aggregateId });
  expect(two?.fingerprint).not.toBe(one?.fingerprint);
  expect(three?.commandId).not.toBe(one?.commandId);
  expect(three?.aggregateId).not.toBe(one?.aggregateId);
});

it('says that a repeated report is one, and logs one that says something else', async () => {
  const repeated = receiving(() => said, { ...done, replayed: true });
  expect(await repeated.receive()).toMatchObject({ body: '{"eventId":"evt-1","status":"duplicate"}' });
  expect(repeated.lines).toEqual([]);
  const altered = receiving(() => said, { kind: 'key-reused', differs: ['type'] });
  expect(await altered.receive()).toMatchObject({ body: '{"eventId":"evt-1","status":"duplicate"}' });
  expect(altered.lines).toMatchObject([{ audit: true, message: expect.stringContaining('two ways') }]);
});

it('tells the security log why a report is not believed, and nobody else', async () => {
  const { refused, sent } = receiving(fails(new InvalidWebhook('signed 400 s ago')));
  const problem = await refused();
  expect(problem).toMatchObject({ slug: 'unauthenticated', extras: { audit: 'signed 400 s ago' } });
  expect(problem.body('request-1')).not.toContain('400');
  expect(sent).toEqual([]);
});

it.each([
  ['says nothing of sense', fails(new UnreadableWebhook('it is not JSON'))],
  ['is beyond what is recorded', () => ({ ...said, eventId: 'x'.repeat(201) })],
  ['has an empty id', () => ({ ...said, eventId: '' })],
])('refuses what is signed and %s', async (_what, read) => {
  const { refused, sent } = receiving(read);
  expect(await refused()).toMatchObject({ slug: 'validation-failed' });
  expect(sent).toEqual([]);
});

it('does not take a fault for a bad signature', async () => {
  const { receive } = receiving(fails(new TypeError('a defect')));
  await expect(receive()).rejects.toThrow('a defect');
});
