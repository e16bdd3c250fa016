import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** Files in PEM of a certificate for 127.0.0.1 that is its own authority, made by `openssl`, good for a day. */
export interface Certificate {
  readonly certificateFile: string;
  readonly keyFile: string;
}

export function selfSigned(directory: string): Certificate {
  const certificateFile = join(directory, 'certificate.pem');
  const keyFile = join(directory, 'key.pem');
  const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', '-subj', '/CN=localhost'];
  const names = ['-addext', 'subjectAltName=IP:127.0.0.1'];
  execFileSync('openssl', [...request, ...names, '-keyout', keyFile, '-out', certificateFile], {
    stdio: 'ignore',
  });
  return { certificateFile, keyFile };
}
