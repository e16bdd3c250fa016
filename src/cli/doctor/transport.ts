import { isLoopback } from '../../config.ts';
import type { Finding, Transport } from '../../ports/examination.ts';

/** A name without a dot is one of a private network: a service of the same compose file, a pod beside this one. */
function isPrivate(host: string): boolean {
  return isLoopback(host) || /^[a-z0-9_-]+$/i.test(host);
}

/** What is risky about the way to a store that others may listen on, or connect to. */
export function transportFindings(transport: Transport | undefined): readonly Finding[] {
  const open = transport?.hosts.filter((host) => !isPrivate(host)) ?? [];
  if (transport === undefined || open.length === 0) return [];
  const findings: Finding[] = [];
  const to = open.join(', ');
  if (!transport.isEncrypted) {
    const what = `what is sent to ${to}, passwords included, can be read and changed on the way`;
    const remedy = 'Use TLS, and let certificates be checked: tls=true in the URL, rediss: for Redis.';
    findings.push({ severity: 'warning', what, remedy });
  }
  if (!transport.isAuthenticated) {
    const what = `${to} is used without a user: whoever reaches it may do what this process does`;
    const remedy =
      'Make a user with the rights of this role, and put it into the URL, in a file: see docs/operating.md.';
    findings.push({ severity: 'warning', what, remedy });
  }
  return findings;
}
