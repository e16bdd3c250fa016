import { setTimeout as delay } from 'node:timers/promises';
import type { Board } from './board.ts';
import { type Guarantee, guarantee } from './checks/guarantee.ts';
import { judgeLateRetry } from './checks/verdicts.ts';
import type { Client } from './client.ts';
import { duration } from './format.ts';
import { inParallel } from './in-parallel.ts';
import type { Entry, Journal } from './journal.ts';
import type { LedgerProcess } from './ledger-process.ts';
import type { Pace } from './pace.ts';
import { clerk } from './sale.ts';

interface InterludeNeeds {
  readonly client: Client;
  readonly server: LedgerProcess;
  readonly board: Board;
  readonly journal: Journal;
  readonly pace: Pace;
  /** How long a message stands before the next one, so that a person can read it. */
  readonly beatMs: number;
}

const msMax = 3_000;
const onTheWayMs = 4;
const underWayMin = 3;
const answersArriveMs = 50;
const retriesMax = 100;
const width = 8;

/**
 * The middle of the play: all lanes go as fast as they can, and the server is killed under them. Once it is back, everything it had acknowledged must still be there; then the play goes on, and the commands
 * that were cut off are simply sent again.
 */
export async function interlude(needs: InterludeNeeds): Promise<readonly Guarantee[]> {
  const { client, server, board, journal, pace, beatMs } = needs;
  const { pid } = server;
  board.notice = 'Halfway: everybody at once now, and the server is killed under the load.';
  await delay(beatMs);
  pace.hurry();
  await underLoad(client, board);
  // Stopped in the middle of whatever it does, it answers nobody any more; what it had answered arrives. Then it dies.
  server.freeze();
  await delay(answersArriveMs);
  await until(() => client.underWay >= underWayMin, msMax);
  client.hold();
  await server.kill();
  journal.killedAt = new Date().toISOString();
  pace.relax();
  await until(() => client.underWay === 0, msMax);
  const acknowledged = [...journal.accepted];
  const cutOff = client.interrupted.size;
  board.notice = `SIGKILL to process ${pid}: ${cutOff} commands cut off, ${acknowledged.length} acknowledged before.`;
  await delay(beatMs);

  const startedMs = performance.now();
  await server.start();
  board.notice = `Back after ${duration(performance.now() - startedMs)} as process ${server.pid}; reading ${acknowledged.length} acknowledged answers back …`;
  await delay(beatMs / 2);
  const found = await readBack(acknowledged, client);
  board.notice = `${found.held} of ${found.tried} read back, the same to the byte. The ${cutOff} cut off are sent again.`;
  client.release();
  await delay(beatMs);
  return [found, await sendAgain(acknowledged, client)];
}

/** Resolves at a moment when several commands are somewhere between here and the disk, and not all of them only just. */
async function underLoad(client: Client, board: Board): Promise<void> {
  const lanes = board.lanes.length;
  const enough = board.answeredMs.length + 2 * lanes;
  await until(() => board.answeredMs.length >= enough, msMax);
  const deadlineMs = performance.now() + msMax;
  do {
    await until(() => client.underWay * 2 >= lanes, msMax);
    await delay(onTheWayMs);
  } while (client.underWay < underWayMin && performance.now() < deadlineMs);
}

/** Each order as of the revision of each answer: what was acknowledged, to the byte. */
async function readBack(acknowledged: readonly Entry[], client: Client): Promise<Guarantee> {
  const read = await inParallel(acknowledged, width, async ({ sale, answer }) => ({
    expected: answer.body,
    name: sale.order.externalId,
    found: await client.read(`/v1/orders/${sale.id}?revision=${answer.revision}`, { as: clerk }),
  }));
  const there = read.filter(({ found }) => found.status === 200).length;
  return guarantee(
    'Acknowledged before SIGKILL: found after it, to the byte',
    read,
    ({ expected, found, name }) =>
      found.body === expected ? undefined : `${name}: ${found.status} ${found.body}`,
    `${there} found`,
  );
}

/** What a client does that lost its notes: it sends again what had long been answered. */
async function sendAgain(acknowledged: readonly Entry[], client: Client): Promise<Guarantee> {
  const stride = Math.ceil(acknowledged.length / retriesMax);
  const chosen = acknowledged.filter((_, index) => index % stride === 0);
  const retried = await inParallel(chosen, width, async ({ command, answer }) =>
    judgeLateRetry(answer, await client.send(command.request)),
  );
  return guarantee('Sent again after the restart: the old answer, to the byte', retried, ({ held, said }) =>
    held ? undefined : said,
  );
}

async function until(condition: () => boolean, msMax: number): Promise<void> {
  const deadlineMs = performance.now() + msMax;
  while (!condition() && performance.now() < deadlineMs) await delay(1);
}
