import { resolve } from 'node:path';
import { cacheExaminers } from '../../adapters/cache/examiners.ts';
import { caches } from '../../adapters/cache/registry.ts';
import { eventStoreExaminers } from '../../adapters/event-store/examiners.ts';
import { eventStores } from '../../adapters/event-store/registry.ts';
import { keyStoreExaminers } from '../../adapters/key-store/examiners.ts';
import { keyStores } from '../../adapters/key-store/registry.ts';
import { readModelExaminers } from '../../adapters/read-model/examiners.ts';
import { readModels } from '../../adapters/read-model/registry.ts';
import { quickest, withinTime } from '../../adapters/shared/within-time.ts';
import { tokenKeyExaminers } from '../../adapters/token-keys/examine.ts';
import type { Config } from '../../config.ts';
import { adapterFor } from '../../main.ts';
import type { EventStore } from '../../ports/event-store.ts';
import { projections } from '../../projections/registry.ts';
import type { Role } from '../../service.ts';
import type { Answer, StoreToExamine } from './examine-store.ts';
import { projectionFindings } from './projection-findings.ts';
import { using } from './using.ts';

export interface DependencyOptions {
  readonly roles: ReadonlySet<Role>;
  /** Whether projections have to be built and up with the log: not so while the stores are only being set up. */
  readonly projectionsMustRun: boolean;
}

/** What these roles depend on, and what each must let them do. @throws ConfigError for a scheme without an adapter. */
export function dependenciesOf(
  config: Config,
  { roles, projectionsMustRun }: DependencyOptions,
): readonly StoreToExamine[] {
  const { EVENT_STORE, READ_MODEL, KEY_STORE, CACHE } = config;
  const events = adapterFor(eventStores, 'EVENT_STORE', EVENT_STORE);
  const documents = adapterFor(readModels, 'READ_MODEL', READ_MODEL);
  adapterFor(keyStores, 'KEY_STORE', KEY_STORE);
  adapterFor(caches, 'CACHE', CACHE);
  let asked: ReturnType<typeof askHead> | undefined;
  const headOf = () => {
    asked ??= askHead(() => events.open(EVENT_STORE, { readOnly: true }));
    return asked;
  };

  const eventStore: StoreToExamine = {
    name: 'event store',
    url: EVENT_STORE,
    examiners: eventStoreExaminers,
    needs: { writes: roles.has('command'), shapes: [] },
    ask: async () => ({ latencyMs: (await headOf()).latencyMs, findings: [] }),
  };
  const readModel: StoreToExamine = {
    name: 'read model',
    url: READ_MODEL,
    examiners: readModelExaminers,
    needs: { writes: roles.has('projector'), shapes: projections },
    ask: () =>
      using(
        () => documents.open(READ_MODEL, { readOnly: true }),
        async (model): Promise<Answer> => {
          const { latencyMs } = await quickest(() => model.projections());
          if (!projectionsMustRun) return { latencyMs, findings: [] };
          // A log that cannot be read is told of beside this, and must not keep this from being told.
          const head = await withinTime(headMsMax, headOf()).catch(() => undefined);
          return { latencyMs, findings: await projectionFindings(model, projections, head?.value) };
        },
      ),
  };
  // Whoever opens it makes its tables, and the first command of a customer their key.
  const keyStore = { name: 'key store', url: KEY_STORE, examiners: keyStoreExaminers, needs: writing };
  const cache = { name: 'cache', url: CACHE, examiners: cacheExaminers, needs: writing };
  const tokenKeys = { name: 'token keys', url: keysOf(config), examiners: tokenKeyExaminers, needs: writing };
  const usesDocuments = roles.has('query') || roles.has('projector');
  return [
    eventStore,
    ...(usesDocuments ? [readModel] : []),
    keyStore,
    ...(usesDocuments ? [cache] : []),
    tokenKeys,
  ];
}

/** What a read model may lose of its time to a log that says nothing. */
const headMsMax = 500;

function askHead(open: () => EventStore | Promise<EventStore>) {
  return using(open, (store) => quickest(() => store.head()));
}

const writing = { writes: true, shapes: [] } as const;

/** Own keys and key files have no URL; for those who look at them they get one. */
function keysOf({ AUTH_JWKS, DATA_DIR }: Config): string {
  if (AUTH_JWKS === undefined) return `own:${resolve(DATA_DIR, 'auth-keys.json')}`;
  return /^https?:/.test(AUTH_JWKS) ? AUTH_JWKS : `file:${resolve(AUTH_JWKS)}`;
}
