import { Redis } from 'ioredis';
import { StoreUnavailable } from '../../../domain/kernel/faults.ts';
import type { Examination, ExaminationNeeds, Finding } from '../../../ports/examination.ts';
import { quickest, withinTime } from '../../shared/within-time.ts';
import { redisAddress } from './redis-address.ts';

/** A Redis that holds what is cached; it is only asked, and nothing is written to it. */
export async function examineRedis(url: string, { timeoutMs }: ExaminationNeeds): Promise<Examination> {
  const { host, port, isEncrypted, username, password, database, keyPrefix } = redisAddress(url);
  const client = new Redis({
    host,
    port,
    db: database,
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(isEncrypted && { tls: {} }),
    lazyConnect: true,
    enableReadyCheck: false,
    connectTimeout: timeoutMs,
    commandTimeout: timeoutMs,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  let failure: unknown;
  client.on('error', (error) => {
    failure ??= error;
  });
  try {
    return await withinTime(timeoutMs, look(client, keyPrefix));
  } catch (error) {
    throw unavailable(failure ?? error);
  } finally {
    client.disconnect();
  }
}

async function look(client: Redis, prefix: string): Promise<Examination> {
  await client.connect();
  const { latencyMs } = await quickest(() => client.ping());
  const info = new Map(await infoOf(client));
  const version = info.get('redis_version');
  const thereUs = Number(info.get('server_time_usec'));
  return {
    server: 'Redis',
    latencyMs,
    ...(version !== undefined && { version }),
    ...(thereUs > 0 && { clockAheadMs: thereUs / 1_000 - Date.now() }),
    findings: [...(await rightsFindings(client, prefix)), ...memoryFindings(info)],
  };
}

/** Empty for a user who may not ask. */
async function infoOf(client: Redis): Promise<readonly [string, string][]> {
  const text = await Promise.all([client.info('server'), client.info('memory')]).catch(() => []);
  return [...text.join('\n').matchAll(/^(\w+):(.*?)\r?$/gm)].map(([, name = '', value = '']) => [
    name,
    value,
  ]);
}

/** What a user may do is asked by doing it to an entry that is not there: nothing comes of it. */
async function rightsFindings(client: Redis, prefix: string): Promise<readonly Finding[]> {
  const nowhere = `${prefix}doctor`;
  const asked = await Promise.allSettled([
    client.get(nowhere),
    client.set(nowhere, '', 'PX', 1, 'XX'),
    client.eval('return 1', 0),
  ]);
  return asked.flatMap((each) => (each.status === 'rejected' ? refusal(each.reason) : []));
}

function refusal(reason: unknown): readonly Finding[] {
  if (!(reason instanceof Error) || reason.name !== 'ReplyError') throw reason;
  const remedy = 'Give the user +@read +@write +@scripting on the keys of the ledger: ACL SETUSER.';
  return [{ severity: 'defect', what: reason.message, remedy }];
}

/** A cache that only grows ends by refusing to take anything, or by taking the memory of others. */
function memoryFindings(info: ReadonlyMap<string, string>): readonly Finding[] {
  const limit = info.get('maxmemory');
  const policy = info.get('maxmemory_policy');
  if (limit === undefined) return [];
  const remedy = 'Set maxmemory, and maxmemory-policy to allkeys-lru.';
  if (Number(limit) === 0)
    return [{ severity: 'warning', what: 'it grows without a bound: maxmemory is 0', remedy }];
  if (policy !== 'noeviction') return [];
  return [
    { severity: 'warning', what: 'once full it keeps what is old and takes nothing new: noeviction', remedy },
  ];
}

const notLetIn = /NOAUTH|WRONGPASS|NOPERM|invalid password/i;

function unavailable(error: unknown): StoreUnavailable {
  const remedy = notLetIn.test(String(error))
    ? 'Check user and password in CACHE. Meanwhile the read model answers everything.'
    : 'Check that Redis runs and can be reached at the address in CACHE. Meanwhile the read model answers everything.';
  return new StoreUnavailable('cache', error, remedy);
}
