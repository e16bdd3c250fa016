import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '../../src/config.ts';
import { type Combination, environmentOn } from '../combinations/combination.ts';
import { type Servers, uniqueNameIn } from '../support/server-places.ts';
import { type Outcome, runScript } from './run-script.ts';

/**
 * Plays the script of a seed on the stores of a combination, in places of its own that are gone afterwards.
 * @throws what stopped it, with the name of the combination
 */
export async function playOn(
  combination: Combination,
  servers: Servers,
  { seed, commands }: { readonly seed: number; readonly commands: number },
): Promise<Outcome> {
  const dataDir = mkdtempSync(join(tmpdir(), 'ledger-equivalence-'));
  try {
    const environment = environmentOn(combination, servers, uniqueNameIn(servers));
    return await runScript(readConfig({ DATA_DIR: dataDir, ...environment }), seed, commands);
  } catch (error) {
    throw new Error(`${combination.title}: ${String(error)}`, { cause: error });
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}
