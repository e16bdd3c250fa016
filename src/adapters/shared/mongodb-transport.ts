import type { Transport } from '../../ports/examination.ts';
import { serverAddress } from './server-address.ts';

/** Parameters of the URL that let anybody answer for the server. */
const unchecked = ['tlsInsecure', 'tlsAllowInvalidCertificates', 'tlsAllowInvalidHostnames'];

/** How the way to a MongoDB is, by its URL. */
export function mongoDbTransport(url: string): Transport {
  const { scheme, hosts, hasUser, parameter } = serverAddress(url);
  const asked = parameter('tls') ?? parameter('ssl') ?? String(scheme === 'mongodb+srv');
  const isChecked = unchecked.every((name) => parameter(name) !== 'true');
  const isAuthenticated = hasUser || parameter('authMechanism') === 'MONGODB-X509';
  return { hosts, isEncrypted: asked === 'true' && isChecked, isAuthenticated };
}
