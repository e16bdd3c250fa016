import { seeded } from '../../e2e/support/seeded.ts';
import { fetchDocument, type Operation, operationsOf } from './document.ts';
import { type Draft, setHeader, written } from './draft.ts';
import { chance } from './draws.ts';
import { type Complaint, createJudge, type Judge } from './judge.ts';
import { createLane, type Lane } from './lane.ts';
import { bodyBytesMax, mutate } from './mutate.ts';
import { createRetries, type Retries } from './retries.ts';
import { type Attacked, webhookSecret } from './service.ts';
import type { Tally } from './tally.ts';
import { makeTokens, type Tokens } from './tokens.ts';
import { type Answer, createWire } from './wire.ts';

export const lanesMax = 8;
const validPercent = 35;
const retryPercent = 4;

/** What every request to one service needs. */
export interface Knowledge {
  readonly operations: readonly Operation[];
  readonly judge: Judge;
  readonly tokens: Tokens;
}

export async function learnAbout(attacked: Attacked, tally: Tally): Promise<Knowledge> {
  const document = await fetchDocument(attacked.url);
  const operations = operationsOf(document);
  for (const { id } of operations) tally.known(id);
  return {
    operations,
    judge: createJudge(document, operations, [attacked.dataDir, process.cwd()]),
    tokens: await makeTokens(attacked.config, attacked.signingKey()),
  };
}

interface Attack {
  readonly knowledge: Knowledge;
  readonly attacked: Attacked;
  readonly requests: number;
  readonly seed: number;
  readonly tally: Tally;
  /** Orders whose call to the payment provider was given up, one a lane. */
  readonly givenUp: readonly string[];
  /** Called now and then, with the requests so far. */
  readonly progress: (done: number) => void;
}

/** Sends requests over several connections at once; what each sends follows from the seed and from its own answers. */
export async function attackOperations(attack: Attack): Promise<void> {
  const { attacked, requests, seed, tally, givenUp, progress } = attack;
  const { operations, judge, tokens } = attack.knowledge;
  const perLane = Math.ceil(requests / lanesMax);
  let done = 0;
  const run = async (number: number) => {
    const draw = seeded(seed * 31 + number);
    const lane = createLane({
      ...{ number, draw, operations, tokens, webhookSecret },
      givenUp: givenUp[number],
    });
    const retries = createRetries(draw);
    const wire = createWire(attacked.port);
    try {
      for (let sent = 1; sent <= perLane; sent++) {
        const draft = nextRequest(lane, retries, draw, tokens, judge);
        const answer = await wire.send(written(draft), draft.method);
        const complaints = [...judge.judge(draft, answer), ...aboutRetry(retries, draft, answer)];
        tally.take(draft, answer, complaints, `lane ${number}, request ${sent}`);
        if (answer !== undefined && draft.kind === 'valid') retries.remember(draft, answer);
        if (answer !== undefined) lane.learn(draft, answer);
        done += 1;
        if (done % 5_000 === 0) progress(done);
      }
      await checkHistories(lane, attacked, tokens, tally, number);
    } finally {
      wire.close();
    }
  };
  await Promise.all(Array.from({ length: lanesMax }, (_, number) => run(number)));
}

type Draw = Parameters<typeof chance>[0];

function nextRequest(lane: Lane, retries: Retries, draw: Draw, tokens: Tokens, judge: Judge): Draft {
  const again = chance(draw, retryPercent) ? retries.again() : undefined;
  if (again !== undefined) return retried(again, draw);
  const draft = lane.valid();
  if (!chance(draw, validPercent)) mutate(draft, draw, tokens, judge);
  if ((draft.bytes?.length ?? JSON.stringify(draft.tree ?? '').length) > bodyBytesMax / 4) {
    // Longer than the service reads, perhaps: it then closes, maybe before the answer is read.
    const isTooLong = written(draft).length > bodyBytesMax + 20_000;
    draft.mayClose ||= isTooLong;
    if (draft.expected === 'valid') draft.expected = 'any';
  }
  lane.seal(draft);
  return draft;
}

/** The same again; or under the same key something else, which is refused. */
function retried(draft: Draft, draw: Draw): Draft {
  const tree = draft.tree as { [name: string]: unknown };
  const text = ['note', 'reason', 'memo'].find((name) => typeof tree[name] === 'string');
  if (text === undefined || chance(draw, 60)) {
    draft.kind = 'retry';
    draft.expected = 'valid';
    return draft;
  }
  tree[text] = `${draw.below(1_000_000)} is another text`;
  setHeader(draft, 'X-Request-Id', undefined);
  draft.kind = 'key reused';
  draft.expected = [422];
  return draft;
}

function aboutRetry(retries: Retries, draft: Draft, answer: Answer | undefined): readonly Complaint[] {
  const what = answer === undefined ? undefined : retries.difference(draft, answer);
  return what === undefined ? [] : [{ about: 'expectation', what: `the same command again ${what}` }];
}

/** Every event of an order is of a request that was answered as done: what was refused has changed nothing. */
async function checkHistories(
  { placed, done, refused }: Lane,
  { url }: Attacked,
  { operator }: Tokens,
  tally: Tally,
  number: number,
): Promise<void> {
  for (const orderId of placed) {
    const headers = { authorization: `Bearer ${operator}` };
    const response = await fetch(`${url}/v1/orders/${orderId}/history`, { headers });
    const { items } = (await response.json()) as { readonly items: readonly HistoryItem[] };
    tally.order(items.length);
    for (const { type, actor, requestId } of items) {
      const answered = type === 'CommandRefused' ? refused : done;
      if (actor.startsWith('process:') || answered.has(requestId)) continue;
      tally.violation(
        `lane ${number}: ${type} of order ${orderId} is by ${requestId}, which was not answered so`,
      );
    }
  }
}

interface HistoryItem {
  readonly type: string;
  readonly actor: string;
  readonly requestId: string;
}
