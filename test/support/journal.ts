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
  readonly actor: string;
}

/** Something the log and the journal say differently. */
export interface Contradiction {
  /**
   * `lost`: acknowledged, and its events are not there; `doubled`: more than one effect of one command; `unasked`: an
   * effect of nobody's command; `open`: a command that was never answered.
   */
  readonly kind: 'lost' | 'doubled' | 'unasked' | 'open';
  readonly text: string;
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
        const { commandId, actor } = JSON.parse(metadata) as Pick<Effect, 'commandId' | 'actor'>;
        effects.push({ stream, revision, type, commandId, actor });
      }
      after = last.position;
    }
  } finally {
    await ledger.close();
  }
}

/** What the log and the journal say differently, in words. Empty when all is well. */
export async function contradictionsIn(config: Config, journal: readonly Sent[]): Promise<readonly string[]> {
  return (await findContradictions(config, journal)).map(({ text }) => text);
}

/**
 * What the log and the journal say differently: an acknowledged command without its events, an effect nobody asked for,
 * an effect in two places. What processes of the ledger do by themselves is asked for by nobody, and done once.
 */
export async function findContradictions(
  config: Config,
  journal: readonly Sent[],
): Promise<readonly Contradiction[]> {
  const byCommand = new Map<string, Effect[]>();
  for (const effect of await effectsIn(config)) {
    const known = byCommand.get(effect.commandId);
    if (known === undefined) byCommand.set(effect.commandId, [effect]);
    else known.push(effect);
  }
  const found: Contradiction[] = [];
  const asked = new Set<string>();
  for (const sent of journal) {
    const commandId = commandIdFor(sent);
    asked.add(commandId);
    found.push(...wrongWith(sent, byCommand.get(commandId) ?? []));
  }
  for (const [commandId, effects] of byCommand) {
    const [first] = effects;
    const isOwn = first?.actor.startsWith('process:') === true;
    if (!asked.has(commandId) && !isOwn)
      found.push({ kind: 'unasked', text: `${first?.stream} has an effect nobody asked for` });
    if (!isOneBatch(effects))
      found.push({ kind: 'doubled', text: `${first?.stream}: ${commandId} has more than one effect` });
  }
  return found;
}

function wrongWith({ key, path, answer }: Sent, effects: readonly Effect[]): Contradiction[] {
  if (answer === undefined) return [{ kind: 'open', text: `${key} on ${path} was never answered` }];
  const refused = effects.some(({ type }) => type === 'CommandRefused');
  if (answer.status < 300) {
    const { orderId, revision } = JSON.parse(answer.text) as { orderId: string; revision: number };
    const last = effects.at(-1);
    const isThere = last?.stream === `order-${orderId}` && last.revision === revision && !refused;
    const text = `${key} on ${path} was acknowledged at revision ${revision}, which is not its event`;
    return isThere ? [] : [{ kind: 'lost', text }];
  }
  const text = `${key} on ${path} was refused, and the refusal is not recorded`;
  return refused && effects.length === 1 ? [] : [{ kind: 'lost', text }];
}

/** Events of one command follow each other in one stream. */
function isOneBatch(effects: readonly Effect[]): boolean {
  const [first] = effects;
  return effects.every(
    ({ stream, revision }, index) => stream === first?.stream && revision === first.revision + index,
  );
}
