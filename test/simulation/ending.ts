import { createEventCodec } from '../../src/adapters/codec/event-codec.ts';
import { catalogues } from '../../src/main.ts';
import type { DomainEvent, EventCodec } from '../../src/ports/event-codec.ts';
import { projections } from '../../src/projections/registry.ts';
import { pureFold } from '../support/projection-history.ts';
import type { LogView } from './auditor.ts';
import { providerSums } from './money.ts';
import { digest, type Outside } from './outside.ts';

/** What is read of the to-do lists. */
interface Listed {
  readonly call?: { readonly status: string };
  readonly webhook?: { readonly status: string; readonly type: string; readonly paymentId: string };
}

/** What was decoded already of each world, and by what. */
const decoded = new WeakMap<Outside, { readonly codec: EventCodec; readonly events: DomainEvent[] }>();

/** The whole log. */
export async function eventsOf(outside: Outside): Promise<readonly DomainEvent[]> {
  const { store, keys } = outside;
  const known = decoded.get(outside) ?? { codec: createEventCodec(catalogues, keys, digest), events: [] };
  decoded.set(outside, known);
  const { codec, events } = known;
  const after = events.at(-1)?.position ?? 0;
  events.push(...(await codec.decode(await store.readAll({ after, countMax: 1_000_000 }))));
  return events;
}

/** Every document of a projection as it is read now. */
export async function documentsOf(
  { readModel }: Outside,
  projection: string,
): Promise<ReadonlyMap<string, string>> {
  const record = (await readModel.projections()).find(({ name }) => name === projection);
  const shape = { name: projection, version: record?.active?.version ?? 0, fields: [], indexes: [] };
  const generation = await readModel.open(shape, record?.active?.generation ?? 0);
  const bodies = new Map<string, string>();
  for await (const { id, body } of generation.documents()) bodies.set(id, body);
  return bodies;
}

/** I7: what is left is what the events give, one by one, without pages, memory or stores. */
export async function judgeDocuments(
  outside: Outside,
  events: readonly DomainEvent[],
): Promise<readonly string[]> {
  const complaints: string[] = [];
  for (const projection of projections) {
    const expected = pureFold(projection, events);
    const found = await documentsOf(outside, projection.name);
    if (expected.size !== found.size)
      complaints.push(`${projection.name} has ${found.size} documents instead of ${expected.size}`);
    for (const [id, body] of expected) {
      const there = found.get(id);
      if (there !== body && canonical(there ?? 'null') !== canonical(body))
        complaints.push(`${projection.name} has ${id} as ${there}, and the log gives ${body}`);
    }
  }
  return complaints;
}

/** I6: what the provider did is what the log says, to the cent; but for orders that wait for a human. */
export async function judgeProvider(
  outside: Outside,
  events: readonly DomainEvent[],
): Promise<readonly string[]> {
  const complaints: string[] = [];
  const waiting = await waitingForHuman(outside);
  for (const [stream, own] of Map.groupBy(events, (event) => event.stream)) {
    const orderId = stream.slice('order-'.length);
    if (!stream.startsWith('order-') || waiting.has(orderId)) continue;
    const standing = await outside.gateway.standing(orderId);
    if (standing === undefined) continue;
    const { captured, refunded, disputed, lost, fees, held } = standing;
    const theirs = { cleared: captured - refunded - disputed - lost - fees, held };
    const ours = providerSums(own);
    if (ours.held > 0 && own.some(({ type }) => type === 'OrderCancelled'))
      complaints.push(`${stream} is cancelled, and ${ours.held} of it is still held`);
    if (ours.cleared !== theirs.cleared || ours.held !== theirs.held)
      complaints.push(
        `${stream}: the provider has ${JSON.stringify(theirs)}, the log ${JSON.stringify(ours)}`,
      );
  }
  return complaints;
}

async function waitingForHuman(outside: Outside): Promise<ReadonlySet<string>> {
  const orders = new Set<string>();
  for (const [id, body] of await documentsOf(outside, 'payment-work'))
    if ((JSON.parse(body) as Listed).call?.status === 'parked') orders.add(id);
  for (const body of (await documentsOf(outside, 'webhook-inbox')).values()) {
    const { webhook } = JSON.parse(body) as Listed;
    // An answer to a call is never for a human: the ledger asked.
    const isStuck = webhook?.status === 'waiting' || webhook?.status === 'quarantined';
    if (isStuck && !webhook.type.startsWith('call.')) orders.add(webhook.paymentId);
  }
  return orders;
}

/** What all orders came to, as a hash that does not depend on when things happened, nor on how often they were tried. */
export function digestOf(log: LogView): string {
  return digest.sha256(
    [...log.states]
      .map(([stream, states]) => `${stream} ${timeless(states.at(-1)?.body ?? '')}`)
      .toSorted()
      .join('\n'),
  );
}

function timeless(body: string): string {
  return body
    .replaceAll(/"\d{4}-\d\d-\d\dT[^"]*"/g, '"T"')
    .replaceAll(/"(?:revision|failures)":\d+/g, '"counted":0');
}

function canonical(body: string): string {
  return JSON.stringify(JSON.parse(body), (_, value: unknown) =>
    value !== null && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}
