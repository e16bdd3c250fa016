import { expect, it } from 'vitest';
import { createWebhookWorld, reportsOf } from '../../test/support/webhook-world.ts';
import { urgencyOf } from './due.ts';
import { webhookInbox } from './webhook-inbox.ts';

const { opened } = reportsOf();
const day = 24 * 60 * 60 * 1_000;

it('holds what waits as the to-do list, and what does not as a record', async () => {
  const world = createWebhookWorld();
  await world.place();
  await world.report(opened(40));
  const [waiting] = await world.entries();
  const [received] = (await world.events()).filter(({ type }) => type === 'WebhookReceived');
  expect(waiting).toMatchObject({
    id: received?.stream.replace('webhook-', ''),
    due: received?.at,
    cause: { eventId: received?.eventId, correlationId: 'report-opened-a' },
    webhook: { status: 'waiting', eventId: 'opened-a' },
  });
  expect(waiting && webhookInbox.fieldsOf(waiting)).toEqual({
    status: 'waiting',
    receivedAt: received?.at,
    urgency: urgencyOf(received?.at as never),
  });

  world.pass(day);
  await world.turn();
  const [quarantined] = await world.entries();
  expect(quarantined).not.toHaveProperty('due');
  expect(quarantined && webhookInbox.fieldsOf(quarantined)).toEqual({
    status: 'quarantined',
    receivedAt: received?.at,
  });

  await world.release(quarantined?.id ?? '');
  const [released] = await world.entries();
  expect(released).toMatchObject({ cause: waiting?.cause, webhook: { status: 'waiting', releases: 1 } });
  expect(Date.parse(released?.due ?? '') - Date.parse(waiting?.due ?? '')).toBe(day);
});
