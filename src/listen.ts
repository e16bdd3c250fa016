import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { type Config, ConfigError } from './config.ts';

/** Serves on the configured address. @throws ConfigError where it cannot: another setting is what helps. */
export async function listen(server: FastifyInstance, { PORT, HOST }: Config): Promise<void> {
  try {
    await server.listen({ port: PORT, host: HOST });
  } catch (error) {
    const why = cannotListen[(error as NodeJS.ErrnoException).code ?? '']?.(PORT, HOST);
    throw why === undefined ? error : new ConfigError(why);
  }
}

const cannotListen: Readonly<Record<string, (port: number, host: string) => string>> = {
  EADDRINUSE: (port, host) =>
    `PORT: ${port} on ${host} is in use by another process; stop it, or set another (0 takes a free one)`,
  EACCES: (port) => `PORT: this user may not serve on ${port}; use one above 1023`,
  EADDRNOTAVAIL: (_port, host) => `HOST: ${host} is no address of this machine`,
  ENOTFOUND: (_port, host) => `HOST: ${host} is not known`,
};

export function urlOf(server: FastifyInstance, host: string): string {
  const { port } = server.server.address() as AddressInfo;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
