import { connect, type Socket } from 'node:net';
import { seeded } from '../../e2e/support/seeded.ts';
import type { Judge } from './judge.ts';
import { rawScript } from './raw-scripts.ts';
import type { Tally } from './tally.ts';
import { type Answer, answerIn } from './wire.ts';

/** What one connection is sent, byte by byte, and what may come back. */
export interface RawScript {
  readonly kind: string;
  /** Sent one after another. */
  readonly parts: readonly (string | Buffer)[];
  /** Between the parts. */
  readonly pauseMs: number;
  /** How the client ends: by waiting for the server, by closing its side, or by tearing the connection down. */
  readonly ending: 'waits' | 'closes' | 'resets';
  /** What each answer may be, in their order: `good` below 400, `bad` a 4xx, `any` of both. More answers must not come. */
  readonly answers: readonly ('good' | 'bad' | 'any')[];
}

interface RawAttack {
  readonly port: number;
  readonly connections: number;
  readonly seed: number;
  readonly judge: Judge;
  readonly tally: Tally;
}

const atOnceMax = 32;
const aliveEvery = 100;
/** How long the client waits for more answers before it closes its side. */
const quietMs = 400;
/** Within this time the server has to be done with a connection. Its own limit for a request is ten seconds. */
const patienceMs = 20_000;
/** Connections that say half of a request and then nothing: the server has to tire of them. */
const silentCount = 20;

/** Opens connections that are no clients' at all, and sees that the server refuses, closes and goes on serving. */
export async function attackSockets(attack: RawAttack): Promise<void> {
  let next = 0;
  const run = async () => {
    while (next < attack.connections) {
      const index = next++;
      const script = rawScript(index, seeded(attack.seed * 7 + index));
      const outcome = await play(attack.port, script);
      for (const what of complaintsAbout(script, outcome, attack.judge))
        attack.tally.violation(`raw ${index}, ${script.kind}: ${what} ← ${shown(script)}`);
      attack.tally.raw(
        script.kind,
        outcome.answers.map(({ status }) => status),
      );
      if (index % aliveEvery === 0 && !(await isAlive(attack.port)))
        attack.tally.violation(`raw ${index}: GET /livez is not answered with 200 any more`);
    }
  };
  const silent = Array.from({ length: silentCount }, async (_, index) => {
    const script = silentScript(index);
    const outcome = await play(attack.port, script);
    for (const what of complaintsAbout(script, outcome, attack.judge))
      attack.tally.violation(`silent connection ${index}: ${what} ← ${shown(script)}`);
  });
  await Promise.all([...silent, ...Array.from({ length: atOnceMax }, run)]);
}

function silentScript(index: number): RawScript {
  const whole = 'POST /v1/orders HTTP/1.1\r\nHost: ledger.test\r\nContent-Length: 9\r\n\r\n{}';
  const parts = [whole.slice(0, Math.ceil(((index + 1) * whole.length) / silentCount))];
  return { kind: 'silent', parts, pauseMs: 0, ending: 'waits', answers: ['bad'] };
}

interface Outcome {
  readonly answers: readonly Answer[];
  readonly closed: boolean;
  /** What came that is no answer. */
  readonly rest: string;
}

function play(port: number, script: RawScript): Promise<Outcome> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    let received: Buffer = Buffer.alloc(0);
    let quiet: NodeJS.Timeout | undefined;
    const finish = (closed: boolean) => {
      clearTimeout(patience);
      clearTimeout(quiet);
      socket.destroy();
      resolve({ ...answersIn(received), closed });
    };
    const patience = setTimeout(() => finish(false), patienceMs);
    const rest = () => {
      clearTimeout(quiet);
      if (script.ending === 'closes') quiet = setTimeout(() => socket.end(), quietMs);
    };
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      const isAll = answersIn(received).answers.length >= script.answers.length;
      if (script.ending === 'closes' && isAll) socket.end();
      else rest();
    });
    // A server that refuses may close while we are still writing; `close` follows.
    socket.on('error', () => {});
    socket.on('end', () => socket.end());
    socket.on('close', () => finish(true));
    void write(socket, script).then(() => {
      if (script.ending === 'resets') socket.resetAndDestroy();
      else rest();
    });
  });
}

async function write(socket: Socket, { parts, pauseMs }: RawScript): Promise<void> {
  for (const part of parts) {
    if (!socket.writable) return;
    socket.write(typeof part === 'string' ? Buffer.from(part, 'latin1') : part);
    if (parts.length > 1) await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

/** All answers in these bytes, one behind the other. */
function answersIn(bytes: Buffer): { readonly answers: readonly Answer[]; readonly rest: string } {
  const answers: Answer[] = [];
  for (let rest = bytes; ; ) {
    const answer = answerIn(rest, 'GET');
    if (answer === undefined) return { answers, rest: rest.toString('latin1') };
    answers.push({ ...answer, tookMs: 0 });
    const length = Number(answer.headers.get('content-length')?.[0] ?? 0);
    rest = rest.subarray(rest.indexOf('\r\n\r\n') + 4 + length);
  }
}

function complaintsAbout(
  script: RawScript,
  { answers, closed, rest }: Outcome,
  judge: Judge,
): readonly string[] {
  const complaints: string[] = [];
  if (script.ending !== 'resets' && !closed) complaints.push(`not closed within ${patienceMs} ms`);
  if (script.ending !== 'resets' && rest !== '')
    complaints.push(`answered what is none: ${JSON.stringify(rest.slice(0, 200))}`);
  if (answers.length > script.answers.length)
    complaints.push(
      `answered ${answers.map(({ status }) => status)}, at most ${script.answers.length} may come`,
    );
  for (const [index, answer] of answers.entries()) {
    const { status } = answer;
    const expected = script.answers[index] ?? 'any';
    const isBad = status >= 400 && status < 500;
    const isGood = status >= 200 && status < 400;
    const meets = expected === 'any' ? isBad || isGood : expected === 'bad' ? isBad : isGood;
    if (!meets) complaints.push(`answered ${status} where ${expected} was expected`);
    if (status >= 400)
      complaints.push(...judge.judgeRefusal(answer).map(({ about, what }) => `${about}: ${what}`));
  }
  return complaints;
}

function shown({ parts }: RawScript): string {
  return JSON.stringify(
    parts
      .map((part) => part.toString('latin1'))
      .join('')
      .slice(0, 300),
  );
}

async function isAlive(port: number): Promise<boolean> {
  const response = await fetch(`http://127.0.0.1:${port}/livez`).catch(() => undefined);
  await response?.arrayBuffer();
  return response?.status === 200;
}
