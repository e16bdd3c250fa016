import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
import { canaries, canaryVariable } from './canaries.ts';

/**
 * Preloaded (`node --import`): plants the bug that `CANARY` names while its file is loaded, so that the code that runs is the
 * product's own, and the product knows nothing of canaries.
 */
const name = process.env[canaryVariable];
const canary = canaries.find((each) => each.name === name);
if (canary === undefined) throw new Error(`${canaryVariable}=${name}: there is no such canary`);
const { file, find, replace } = canary;
const url = new URL(`../../${file}`, import.meta.url).href;
const source = readFileSync(fileURLToPath(url), 'utf8');
if (source.split(find).length !== 2)
  throw new Error(`${name}: ${file} must hold once what is to be replaced`);

registerHooks({
  load: (loaded, context, next) => {
    if (loaded !== url) return next(loaded, context);
    return { format: 'module-typescript', source: source.replace(find, () => replace), shortCircuit: true };
  },
});
