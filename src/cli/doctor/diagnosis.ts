import type { Finding } from '../../ports/examination.ts';

/** How one dependency is. */
export interface Diagnosis {
  readonly name: string;
  /** Its address, without secrets. */
  readonly where: string;
  /** `new`: nothing is there yet, and it is made when the ledger starts. */
  readonly state: 'up' | 'new' | 'down';
  readonly server?: string;
  readonly version?: string;
  /** Of one small question, on a connection that was there. */
  readonly latencyMs?: number;
  readonly findings: readonly Finding[];
}

/** All that was looked at. */
export interface Diagnoses {
  readonly dependencies: readonly Diagnosis[];
  /** How long all of them took together, in ms. */
  readonly tookMs: number;
  /** What is wrong with the settings themselves. */
  readonly settings: readonly Finding[];
}

/** The worst of what was found: it decides how `ledger doctor` ends. */
export function verdictOf({
  dependencies,
  settings,
}: Pick<Diagnoses, 'dependencies' | 'settings'>): 'fine' | 'wanting' | 'down' {
  if (dependencies.some(({ state }) => state === 'down')) return 'down';
  const findings = [...settings, ...dependencies.flatMap((each) => each.findings)];
  return findings.some(({ severity }) => severity === 'defect') ? 'wanting' : 'fine';
}
