import { StoreUnavailable } from '../../../domain/kernel/faults.ts';

/** What the URL of an EventStoreDB says, taken apart into what its client understands and what is meant for us. */
export interface EsdbUrl {
  /** The connection string without our own parameters; it has some, so that another can be put behind. */
  readonly connectionString: string;
  /** How long the client waits for the answer to a sign of life. */
  readonly keepAliveTimeoutMs: number;
  /** Begins the name of every stream that is ours; empty where the server is ours alone. */
  readonly streamPrefix: string;
  /** How long any call may take. */
  readonly deadlineMs: number;
  /** False where the URL prefers nodes that follow: then what is read may be a moment old. */
  readonly readsFromLeader: boolean;
}

const deadlineMsDefault = 2_000;
const keepAliveTimeoutMsDefault = 10_000;
/** What a client is given that is to wait for ever. */
const keepAliveTimeoutMsMax = 2 ** 30;
const prefixes = /^[a-z0-9.]{1,40}$/;

/**
 * `esdb://user:password@host:2113?tls=true&streamPrefix=shop.&deadlineMs=2000`; every other parameter is the client's.
 * @throws StoreUnavailable when one of ours is not valid
 */
export function parseEsdbUrl(url: string): EsdbUrl {
  const [server = '', query = ''] = splitOnce(url, '?');
  const parameters = query === '' ? [] : query.split('&').map((each) => splitOnce(each, '='));
  const own = (name: string) => parameters.find(([key]) => key === name)?.[1];
  const theirs = parameters.filter(
    ([key]) => !['streamPrefix', 'deadlineMs', 'keepAliveTimeout'].includes(key),
  );
  const streamPrefix = own('streamPrefix') ?? '';
  if (streamPrefix !== '' && !prefixes.test(streamPrefix))
    throw invalid(
      `streamPrefix=${streamPrefix}`,
      'Use 1–40 of a-z, 0-9 and dots, such as streamPrefix=shop.',
    );
  const deadlineMs = Number(own('deadlineMs') ?? deadlineMsDefault);
  if (!Number.isInteger(deadlineMs) || deadlineMs < 50 || deadlineMs > 60_000)
    throw invalid(`deadlineMs=${own('deadlineMs')}`, 'Use 50 to 60000, or leave it out.');
  const keys = theirs.map(([key, value]) => [key.toLowerCase(), value.toLowerCase()] as const);
  const preference = keys.find(([key]) => key === 'nodepreference')?.[1] ?? 'leader';
  // A node that says nothing would otherwise hold up the discovery of the others for five seconds.
  if (!keys.some(([key]) => key === 'gossiptimeout')) theirs.push(['gossipTimeout', '1']);
  return {
    connectionString: `${server}?${theirs.map(([key, value]) => `${key}=${value}`).join('&')}`,
    keepAliveTimeoutMs: keepAliveTimeoutMsIn(own('keepAliveTimeout')),
    streamPrefix,
    deadlineMs,
    readsFromLeader: preference === 'leader',
  };
}

function keepAliveTimeoutMsIn(text: string | undefined): number {
  const timeoutMs = Number(text ?? keepAliveTimeoutMsDefault);
  return Number.isInteger(timeoutMs) && timeoutMs >= 0 ? timeoutMs : keepAliveTimeoutMsMax;
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

function invalid(what: string, remedy: string): StoreUnavailable {
  return new StoreUnavailable('event store', `${what} in EVENT_STORE is not valid`, remedy);
}
