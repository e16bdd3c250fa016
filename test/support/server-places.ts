import { randomBytes } from 'node:crypto';

/** The servers that tests use, as settings would name them; those that are missing here are skipped. */
export interface Servers {
  readonly eventStore?: string;
  readonly readModel?: string;
  readonly cache?: string;
  /** Begins the name of everything that this run makes on a server. */
  readonly run: string;
}

/** The settings that select stores. */
export interface StoreEnvironment {
  readonly EVENT_STORE: string;
  readonly READ_MODEL: string;
  readonly CACHE: string;
}

/** A name that nobody else uses, on these servers or any other; what is left of it is removed when the run ends. */
export function uniqueNameIn({ run }: Servers): string {
  return `${run}.${randomBytes(5).toString('hex')}`;
}

/** Streams of one test: everything with this prefix, and nothing else on the server. */
export function eventStoreAt(url: string, name: string): string {
  return withParameter(url, 'streamPrefix', `${name}.`);
}

/** A database of one test; a database has no dot in its name. */
export function readModelAt(url: string, name: string): string {
  const [, server = '', parameters = ''] = /^([a-z+]+:\/\/[^/?]+)[^?]*(\?.*)?$/.exec(url) ?? [];
  return `${server}/${name.replaceAll('.', '_')}${parameters}`;
}

/** Keys of one test. */
export function cacheAt(url: string, name: string): string {
  return withParameter(url, 'keyPrefix', `${name}:`);
}

/** The address of a server, without what else its URL says. @throws where the URL names several, or no port. */
export function addressOf(url: string): { readonly host: string; readonly port: number } {
  const [, host = '', port = ''] = /^[a-z+]+:\/\/(?:[^@/?]*@)?([^/?:,]+):(\d+)(?:[/?]|$)/.exec(url) ?? [];
  if (host === '') throw new Error(`one server with its port is needed here, such as esdb://127.0.0.1:2113`);
  return { host, port: Number(port) };
}

/** The same server by way of another port of this machine. */
export function throughPort(url: string, port: number): string {
  return url.replace(/^([a-z+]+:\/\/(?:[^@/?]*@)?)[^/?]+/, `$1127.0.0.1:${port}`);
}

function withParameter(url: string, name: string, value: string): string {
  return `${url}${url.includes('?') ? '&' : '?'}${name}=${value}`;
}
