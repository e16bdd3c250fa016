import type { Transport } from '../../ports/examination.ts';

/** What the URL of a server says: `scheme://user:password@host:port,host:port/path?name=value`. */
export interface ServerAddress {
  readonly scheme: string;
  readonly hosts: Transport['hosts'];
  readonly hasUser: boolean;
  /** A parameter, whose name may be written in capitals or not, as clients take it. */
  readonly parameter: (name: string) => string | undefined;
}

const parts =
  /^(?<scheme>[a-z][a-z0-9+]*):\/\/(?:(?<user>[^/?#]*)@)?(?<hosts>[^/?#]*)[^?#]*(?:\?(?<query>[^#]*))?/i;

/** Of a URL that names no server: no hosts. Several hosts are more than the class URL of the platform can read. */
export function serverAddress(url: string): ServerAddress {
  const { scheme = '', user, hosts = '', query = '' } = parts.exec(url)?.groups ?? {};
  const parameters = new Map(
    [...new URLSearchParams(query)].map(([name, value]) => [name.toLowerCase(), value]),
  );
  return {
    scheme,
    hosts: hosts
      .split(',')
      .map(withoutPort)
      .filter((host) => host !== ''),
    hasUser: user !== undefined && user !== '',
    parameter: (name) => parameters.get(name.toLowerCase()),
  };
}

/** `[::1]:2113` → `::1`, `mongo:27017` → `mongo`. */
function withoutPort(host: string): string {
  return /^\[(?<address>[^\]]*)\]/.exec(host)?.groups?.['address'] ?? host.replace(/:\d*$/, '');
}
