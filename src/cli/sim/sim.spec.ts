import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openSimulatedGateway } from '../../adapters/payment-gateway/simulated/simulated-gateway.ts';
import { createSystemClock } from '../../adapters/system/system-clock.ts';
import { ConfigError, readConfig } from '../../config.ts';
import { moneyOf } from '../../domain/kernel/money.ts';
import { UsageError } from '../command.ts';
import type { Terminal } from '../terminal.ts';
import { sim } from './sim.ts';

const order = '4f0c7f6e-2f3b-5d0e-9c39-6f0f7d1f5b7a';

function temporary(): string {
  const directory = mkdtempSync(join(tmpdir(), 'ledger-sim-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

async function run(
  words: readonly string[],
  options: Readonly<Record<string, string>> = {},
  environment: Readonly<Record<string, string>> = {},
) {
  const answers: unknown[] = [];
  const complaints: string[] = [];
  const terminal: Terminal = {
    json: true,
    line: () => {},
    answer: (value) => void answers.push(value),
    complain: (text) => void complaints.push(text),
    paint: (_style, text) => text,
    table: () => {},
    progress: () => {},
    progressDone: () => {},
  };
  const config = readConfig({ DATA_DIR: temporary(), ...environment });
  const exitCode = await sim.run({ words, options, config, terminal });
  return { exitCode, complaints, answer: answers[0] as Readonly<Record<string, unknown>> };
}

test('ten thousand authorizations are approved as often as chance allows, the same for the same seed', async () => {
  const [first, again, other] = [
    await run(['gateway'], { n: '10000', seed: '7' }),
    await run(['gateway'], { n: '10000', seed: '7' }),
    await run(['gateway'], { n: '10000', seed: '8' }),
  ];
  for (const { exitCode, answer } of [first, again, other]) {
    expect(exitCode).toBe(0);
    expect(Math.abs(Number(answer['approvedShare']) - 0.8)).toBeLessThanOrEqual(0.012);
  }
  expect(again.answer['digest']).toBe(first.answer['digest']);
  expect(again.answer['declined']).toEqual(first.answer['declined']);
  expect(other.answer['digest']).not.toBe(first.answer['digest']);
});

test.each([
  { approve: '0.3', n: '1000' },
  { approve: '1', n: '10' },
  { approve: '0', n: '10' },
])('a share of $approve is what $n are held against', async (options) => {
  const { exitCode, answer } = await run(['gateway'], options);
  expect(exitCode).toBe(0);
  expect(answer['expectedShare']).toBe(Number(options.approve));
});

test('what is outside of what chance allows is said with the exit code', async () => {
  // Of one authorization at a share of 0.95, a decline is further off than three standard deviations.
  const codes = new Set<string>();
  for (let seed = 1; seed <= 60; seed++) {
    const { exitCode, answer } = await run(['gateway'], { n: '1', approve: '0.95', seed: String(seed) });
    codes.add(`${answer['approved']} approved: ${exitCode}`);
  }
  expect(codes).toEqual(new Set(['1 approved: 0', '0 approved: 1']));
});

test.each([
  [['gateway', 'x'], {}, 'gateway takes no name'],
  [['bank'], {}, 'bank cannot be simulated'],
  [['toString'], {}, 'toString cannot be simulated'],
  [['gateway'], { n: '0' }, '--n must be a whole number from 1 to 1000000'],
  [['gateway'], { n: '1e3' }, '--n must be a whole number'],
  [['gateway'], { seed: 'x' }, '--seed must be a whole number'],
  [['gateway'], { approve: '80' }, '--approve must be a share from 0 to 1'],
  [['dispute'], {}, 'Name the order by its id'],
  [['dispute', 'x'], {}, 'Name the order by its id'],
  [['dispute', order], {}, 'Only a simulated provider'],
])('%j with %j is wrong use', async (words, options, complaint) => {
  await expect(run(words, options)).rejects.toThrow(UsageError);
  await expect(run(words, options)).rejects.toThrow(complaint);
});

test('a wrong knob is a wrong setting', async () => {
  const environment = { PAYMENT_GATEWAY: 'simulated:?aprove=1' };
  await expect(run(['dispute', order], {}, environment)).rejects.toThrow(ConfigError);
  await expect(run(['dispute', order], {}, environment)).rejects.toThrow(
    /^PAYMENT_GATEWAY: aprove is no knob/,
  );
});

test('a payment is disputed, won, disputed again, lost and expired by hand', async () => {
  const directory = temporary();
  const environment = { DATA_DIR: directory, PAYMENT_GATEWAY: 'simulated:' };
  const gateway = openSimulatedGateway('simulated:', { dataDir: directory, clock: createSystemClock() });
  const ask = (operation: 'authorize' | 'capture', n: number, amount: number) =>
    gateway.call({
      operation,
      key: `payment/${order}/${operation}/${n}`,
      paymentId: order,
      amount: moneyOf(amount, 'EUR'),
      ...(operation === 'authorize' && { token: 'tok_approve' }),
    });
  await ask('authorize', 1, 1_000);
  await ask('capture', 2, 600);
  await gateway.close();
  const tell = (what: string) => run([what, order], {}, environment);
  expect(await tell('dispute')).toMatchObject({
    exitCode: 0,
    answer: { standing: { captured: 600, disputed: 600, held: 400 } },
    complaints: [expect.stringContaining('webhooks=')],
  });
  expect(await tell('win')).toMatchObject({ exitCode: 0, answer: { standing: { disputed: 0, lost: 0 } } });
  expect(await tell('win')).toMatchObject({ exitCode: 1, complaints: [`No dispute of ${order} is open.`] });
  await tell('dispute');
  expect(await tell('lose')).toMatchObject({ exitCode: 0, answer: { standing: { disputed: 0, lost: 600 } } });
  expect(await tell('expire')).toMatchObject({ exitCode: 0, answer: { standing: { held: 0 } } });
  expect(await tell('settle')).toMatchObject({ exitCode: 1 });
});
