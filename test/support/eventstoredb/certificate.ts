import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

/** Files in PEM. */
export interface Certificate {
  readonly certificateFile: string;
  readonly keyFile: string;
  remove(): void;
}

/** Whether there is an `openssl` here. */
export function canMakeCertificates(): boolean {
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .some((directory) => existsSync(join(directory, 'openssl')));
}

/** A certificate of the loopback address for a day, its own authority. @throws when there is no `openssl` here. */
export function selfSignedCertificate(): Certificate {
  const directory = mkdtempSync(join(tmpdir(), 'ledger-certificate-'));
  const certificateFile = join(directory, 'certificate.pem');
  const keyFile = join(directory, 'key.pem');
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', keyFile];
  const name = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost'];
  execFileSync('openssl', ['req', '-x509', '-days', '1', ...key, ...name, '-out', certificateFile], {
    stdio: 'pipe',
  });
  return { certificateFile, keyFile, remove: () => rmSync(directory, { recursive: true, force: true }) };
}
