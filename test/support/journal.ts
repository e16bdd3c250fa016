import { commandIdOf } from '../../src/commands/idempotency.ts';
import type { Config } from '../../src/config.ts';
import { digest, openLedger } from '../../src/main.ts';

/** A command that was sent, and the answer to it where one came. */
export interface Sent {
  readonly subject: string;
  readonly path: string;
  readonly key: string;
  readonly body: object;
  answer?: { readonly status: number; readonly text: string };
}

/** An event as far as it says whose effect it is. */
interface Effect {
  readonly stream: string;
  readonly revision: number;
  readonly commandId: string;
  readonly type: string;
}

const pageSize = 4_000;

export function commandIdFor({ subject, path, key }: Sent): string {
  return commandIdOf(digest, subject, 'POST', path, key);
}

/** Every event in the log, read from the store itself. */
async function effectsIn(config: Config): Promise<readonly Effect[]> {
  const ledger = await openLedger(config, { documents: 'none' });
  try {
    const effects: Effect[] = [];
    for (let after = 0; ; ) {
      const page = await ledger.store.readAll({ after, countMax: pageSize });
      const last = page.at(-1);
      if (last === undefined) return effects;
      for (const { stream, revision, type, metadata } of page) {
        const { commandId } = JSON.parse(metadata) as { readonly commandId: string };
        effects.push({ stream, revision, type, commandId });
      }
      after = last.position;
    }
  } finally {
    await ledger.close();
  }
}

/**
 * What the log and the journal say differently: an acknowledged command without its events, an effect nobody asked for,
 * an effect in two places. Empty when all is well.
 */
export async function contradictionsIn(config: Config, journal: readonly Sent[]): Promise<readonly string[]> {
  const byCommand = new Map<string, Effect[]>();
  for (const effect of await effectsIn(config)) {
    const known = byCommand.get(effect.commandId);
    if (known === undefined) byCommand.set(effect.commandId, [effect]);
    else known.push(effect);
  }
  const found: string[] = [];
  const asked = new Set<string>();
  for (const sent of journal) {
    const commandId = commandIdFor(sent);
    asked.add(commandId);
    found.push(...wrongWith(sent, byCommand.get(commandId) ?? []));
  }
  for (const [commandId, effects] of byCommand) {
    if (!asked.has(commandId)) found.push(`${effects[0]?.stream} has an effect nobody asked for`);
    if (!isOneBatch(effects)) found.push(`${effects[0]?.stream}: ${commandId} has more than one effect`);
  }
  return found;
}

function wrongWith({ key, path, answer }: Sent, effects: readonly Effect[]): string[] {
  if (answer === undefined) return [`${key} on ${path} was never answered`];
  const refused = effects.some(({ type }) => type === 'CommandRefused');
  if (answer.status < 300) {
    const { orderId, revision } = JSON.parse(answer.text) as { orderId: string; revision: number };
    const last = effects.at(-1);
    const isThere = last?.stream === `order-${orderId}` && last.revision === revision && !refused;
    return isThere
      ? []
      : [`${key} on ${path} was acknowledged at revision ${revision}, which is not its event`];
  }
  return refused && effects.length === 1
    ? []
    : [`${key} on ${path} was refused, and the refusal is not recorded`];
}

/** Events of one command follow each other in one stream. */
function isOneBatch(effects: readonly Effect[]): boolean {
  const [first] = effects;
  return effects.every(
    ({ stream, revision }, index) => stream === first?.stream && revision === first.revision + index,
  );
}
