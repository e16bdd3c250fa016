import type { Transport } from '../../../ports/examination.ts';
import { serverAddress } from '../../shared/server-address.ts';

/** How the way to an EventStoreDB is, by its URL. */
export function eventStoreDbTransport(url: string): Transport {
  const { hosts, hasUser, parameter } = serverAddress(url);
  const usesTls = parameter('tls') !== 'false';
  const isEncrypted = usesTls && parameter('tlsVerifyCert') !== 'false';
  // Without TLS the client sends no credentials.
  const isAuthenticated = usesTls && (hasUser || parameter('userCertFile') !== undefined);
  return { hosts, isEncrypted, isAuthenticated };
}
