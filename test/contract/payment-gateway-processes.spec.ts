import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';
import { openSimulatedGateway } from '../../src/adapters/payment-gateway/simulated/simulated-gateway.ts';
import { createSystemClock } from '../../src/adapters/system/system-clock.ts';
import type { GatewayAnswer } from '../../src/ports/payment-gateway.ts';
import { closedAfterwards, temporaryDirectory } from '../support/store-directory.ts';

const source = new URL('../../src/', import.meta.url);

/** Asks for authorizations one after the other, and prints each key with its answer as soon as there is one. */
const asking = `
  const { openSimulatedGateway } = await import(${JSON.stringify(
    new URL('adapters/payment-gateway/simulated/simulated-gateway.ts', source).href,
  )});
  const { createSystemClock } = await import(${JSON.stringify(
    new URL('adapters/system/system-clock.ts', source).href,
  )});
  const [url, count] = process.argv.slice(1);
  const gateway = openSimulatedGateway(url, { dataDir: '.', clock: createSystemClock() });
  for (let n = 0; n < Number(count); n++) {
    const key = 'payment/p-' + n + '/authorize/1';
    const call = { operation: 'authorize', key, paymentId: 'p-' + n, amount: { amount: 100, currency: 'EUR' } };
    const answer = await gateway.call({ ...call, token: 'tok_approve' });
    process.stdout.write(JSON.stringify([key, answer]) + '\\n');
  }
  await gateway.close();`;

interface Asker {
  /** What it was answered, as far as it could say so. */
  readonly answers: Map<string, GatewayAnswer>;
  readonly ended: Promise<number | null>;
  kill(): void;
}

function asker(url: string, count: number, onAnswer: (count: number) => void = () => {}): Asker {
  const child = spawn(process.execPath, ['--input-type=module', '-e', asking, url, String(count)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const answers = new Map<string, GatewayAnswer>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    const [key, answer] = JSON.parse(line) as [string, GatewayAnswer];
    answers.set(key, answer);
    onAnswer(answers.size);
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { answers, ended, kill: () => void child.kill('SIGKILL') };
}

function opened(url: string) {
  return closedAfterwards(openSimulatedGateway(url, { dataDir: '.', clock: createSystemClock() }));
}

test('three processes that ask for the same at the same time have one effect a key, and the same answers', async () => {
  const url = `simulated:${join(temporaryDirectory(), 'gateway.db')}`;
  const askers = [asker(url, 150), asker(url, 150), asker(url, 150)];
  expect(await Promise.all(askers.map(({ ended }) => ended))).toEqual([0, 0, 0]);
  const [first] = askers;
  expect(first?.answers.size).toBe(150);
  for (const { answers } of askers) expect(answers).toEqual(first?.answers);
  const gateway = opened(url);
  expect(await gateway.balances()).toEqual(new Map([['EUR', { cleared: '0', held: '15000' }]]));
  expect((await gateway.standing('p-9'))?.calls).toMatchObject([{ tries: 3, outcome: 'approved' }]);
});

test.each([1, 20, 77])('what was answered before a kill after answer %i is in the book', async (after) => {
  const url = `simulated:${join(temporaryDirectory(), 'gateway.db')}`;
  const killed = asker(url, 100_000, (count) => {
    if (count >= after) killed.kill();
  });
  await killed.ended;
  expect(killed.answers.size).toBeGreaterThanOrEqual(after);
  const gateway = opened(url);
  for (const [key, answer] of killed.answers) expect(await gateway.inquire(key)).toEqual(answer);
});
