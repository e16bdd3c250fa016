import { byScheme } from '../../adapters/shared/store-url.ts';
import { timed, withinTime } from '../../adapters/shared/within-time.ts';
import { DamagedData, StoreUnavailable } from '../../domain/kernel/faults.ts';
import { withoutSecrets } from '../../domain/kernel/without-secrets.ts';
import type { Examination, ExaminationNeeds, Examiner, Finding } from '../../ports/examination.ts';
import type { Diagnoses, Diagnosis } from './diagnosis.ts';
import { transportFindings } from './transport.ts';

/** One store to look at: from outside, by the examiner of its technology, and through its port, as the ledger does. */
export interface StoreToExamine {
  readonly name: string;
  readonly url: string;
  readonly examiners: Readonly<Record<string, Examiner>>;
  readonly needs: Pick<ExaminationNeeds, 'writes' | 'shapes'>;
  /** Asks through the port, where it has something to tell; not done where nothing is there yet. */
  readonly ask?: () => Promise<Answer>;
}

/** What the port answered. */
export interface Answer {
  readonly latencyMs: number;
  readonly findings: readonly Finding[];
}

type Found = Omit<Diagnosis, 'name' | 'where'>;

/** Clocks of machines that are looked after are closer than this. */
const clockAheadMsMax = 2_000;
/** Every dependency is given as long as this, all at the same time. */
const answerMsMax = 2_000;
/** The rest of the time is for the port. */
const examineMsMax = answerMsMax - 300;

/** Looks at all of them at the same time, with what that takes loaded before. */
export async function examineStores(
  stores: readonly StoreToExamine[],
): Promise<Pick<Diagnoses, 'dependencies' | 'tookMs'>> {
  await Promise.all(stores.map(({ examiners, url }) => byScheme(examiners, url)?.load?.()));
  const { value, latencyMs } = await timed(() => Promise.all(stores.map(examineStore)));
  return { dependencies: value, tookMs: latencyMs };
}

/** Never throws: what cannot be reached in time is down, with what to do about it. */
async function examineStore(store: StoreToExamine): Promise<Diagnosis> {
  const { name, url, examiners } = store;
  const examiner = byScheme(examiners, url);
  const where = withoutSecrets(url);
  const insecure = transportFindings(examiner?.transport?.(url));
  try {
    const found = await withinTime(answerMsMax, look(store, examiner));
    return { name, where, ...found, findings: [...found.findings, ...insecure] };
  } catch (error) {
    return { name, where, state: 'down', findings: [whyDown(error), ...insecure] };
  }
}

async function look({ url, needs, ask }: StoreToExamine, examiner?: Examiner): Promise<Found> {
  const inThisProcess: Examination = { server: 'this process', findings: [] };
  const examined = (await examiner?.examine(url, { ...needs, timeoutMs: examineMsMax })) ?? inThisProcess;
  const { server, version, latencyMs, isAbsent, findings } = examined;
  const answer = isAbsent ? undefined : await ask?.();
  const tookMs = answer?.latencyMs ?? latencyMs;
  return {
    state: isAbsent ? 'new' : 'up',
    server,
    ...(version !== undefined && { version }),
    ...(tookMs !== undefined && { latencyMs: tookMs }),
    findings: [...findings, ...(answer?.findings ?? []), ...clockFindings(examined)],
  };
}

function clockFindings({ clockAheadMs = 0 }: Examination): readonly Finding[] {
  if (Math.abs(clockAheadMs) <= clockAheadMsMax) return [];
  const seconds = (Math.abs(clockAheadMs) / 1_000).toFixed(1);
  const what = `its clock is ${seconds} s ${clockAheadMs > 0 ? 'ahead of' : 'behind'} the one here`;
  return [{ severity: 'warning', what, remedy: 'Keep both clocks by NTP: tokens and times depend on them.' }];
}

/** What keeps a dependency from answering, and what an operator can do. */
function whyDown(error: unknown): Finding {
  const message = withoutSecrets(error instanceof Error ? error.message : String(error));
  // Its name stands before it anyhow.
  const what = error instanceof StoreUnavailable ? message.replace(`${error.dependency}: `, '') : message;
  const remedy =
    error instanceof StoreUnavailable
      ? error.remedy
      : error instanceof DamagedData
        ? 'Run `ledger verify`; restore a backup.'
        : 'Check that it runs, and that its address is right and can be reached from here.';
  return { severity: 'defect', what, remedy };
}
