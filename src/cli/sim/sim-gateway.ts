import {
  openSimulatedGateway,
  type SimulatedGateway,
} from '../../adapters/payment-gateway/simulated/simulated-gateway.ts';
import { WrongAddress } from '../../adapters/shared/wrong-address.ts';
import { createSystemClock } from '../../adapters/system/system-clock.ts';
import { moneyOf } from '../../domain/kernel/money.ts';
import { digest } from '../../main.ts';
import { type CliContext, type ExitCode, exitCodes, UsageError } from '../command.ts';
import { duration, grouped, type Terminal } from '../terminal.ts';

const countMax = 1_000_000;
/** Payments are named by their number, so that the same seed finds the same ones. */
const namespace = '0f2d7a5c-64c3-4b0e-9d1f-3c8d7e5b9a21';
const amount = moneyOf(1_999, 'EUR');

interface Outcomes {
  readonly count: number;
  readonly approved: number;
  /** Declines by code, the most frequent first. */
  readonly declined: readonly (readonly [code: string, count: number])[];
  /** Of every outcome in its order. */
  readonly digest: string;
  readonly elapsedMs: number;
}

/** Asks a fresh provider for many authorizations, and judges whether chance has been as it should. */
export async function simulateGateway({ options, config, terminal }: CliContext): Promise<ExitCode> {
  const { n = '10000', seed = '7', approve = '0.8' } = options;
  const count = Number(n);
  if (!/^\d{1,7}$/.test(String(n)) || count < 1 || count > countMax) {
    throw new UsageError(`--n must be a whole number from 1 to ${countMax}`);
  }
  const gateway = openFresh(String(seed), String(approve), config.DATA_DIR);
  try {
    return report(await authorizeMany(gateway, count), String(seed), Number(approve), terminal);
  } finally {
    await gateway.close();
  }
}

function openFresh(seed: string, approve: string, dataDir: string): SimulatedGateway {
  const knobs = new URLSearchParams({ seed, approve });
  try {
    return openSimulatedGateway(`simulated::memory:?${knobs}`, { dataDir, clock: createSystemClock() });
  } catch (error) {
    throw error instanceof WrongAddress ? new UsageError(`--${error.message}`) : error;
  }
}

async function authorizeMany(gateway: SimulatedGateway, count: number): Promise<Outcomes> {
  const startedMs = performance.now();
  const declined = new Map<string, number>();
  const outcomes: string[] = [];
  for (let number = 1; number <= count; number++) {
    const paymentId = digest.uuid5(namespace, String(number));
    const key = `payment/${paymentId}/authorize/1`;
    const answer = await gateway.call({ operation: 'authorize', key, paymentId, amount, token: 'tok_visa' });
    const outcome = 'code' in answer ? answer.code : answer.kind;
    outcomes.push(`${paymentId} ${outcome}`);
    if (answer.kind !== 'approved') declined.set(outcome, (declined.get(outcome) ?? 0) + 1);
  }
  const notApproved = [...declined.values()].reduce((sum, each) => sum + each, 0);
  return {
    count,
    approved: count - notApproved,
    declined: [...declined].toSorted(([, a], [, b]) => b - a),
    digest: digest.sha256(outcomes.join('\n')),
    elapsedMs: performance.now() - startedMs,
  };
}

function report(outcomes: Outcomes, seed: string, expected: number, terminal: Terminal): ExitCode {
  const { count, approved, declined, elapsedMs } = outcomes;
  const share = approved / count;
  const bound = 3 * Math.sqrt((expected * (1 - expected)) / count);
  const isWithin = Math.abs(share - expected) <= bound;
  const callsPerSecond = Math.round((count / elapsedMs) * 1_000);
  terminal.line(`${grouped(count)} authorizations, seed ${seed}, in ${duration(elapsedMs)}`);
  terminal.table(
    ['OUTCOME', 'COUNT', 'SHARE'],
    [['approved', approved] as const, ...declined].map(([outcome, times]) => [
      outcome,
      grouped(times),
      percent(times / count),
    ]),
  );
  const verdict = isWithin ? 'within' : 'outside';
  terminal.line(
    `approved ${percent(share)}: ${terminal.paint(isWithin ? 'green' : 'red', verdict)} ${percent(expected)} ± ${points(bound)} points (3σ)`,
  );
  terminal.line(`digest of all outcomes ${outcomes.digest}`);
  terminal.line(`${grouped(callsPerSecond)} calls/s`);
  terminal.answer({
    count,
    seed: Number(seed),
    approved,
    approvedShare: share,
    expectedShare: expected,
    bound,
    isWithin,
    declined: Object.fromEntries(declined),
    digest: outcomes.digest,
    callsPerSecond,
  });
  return isWithin ? exitCodes.done : exitCodes.no;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2)} %`;
}

function points(share: number): string {
  return (share * 100).toFixed(2);
}
