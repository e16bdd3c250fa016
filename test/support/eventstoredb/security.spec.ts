import { AccessDeniedError, NO_STREAM } from '@eventstore/db-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Certificate, canMakeCertificates, selfSignedCertificate } from './certificate.ts';
import { clientOf, event, givenDouble, namesOf } from './double-world.ts';

/** Skipped where there is nothing to make a certificate with; in CI that is a failure. */
const isSkipped = !canMakeCertificates() && process.env['CI'] !== 'true';
const withCertificate = describe.skipIf(isSkipped);

let certificate: Certificate;
beforeAll(() => {
  if (!isSkipped) certificate = selfSignedCertificate();
});
afterAll(() => {
  if (!isSkipped) certificate.remove();
});

const users = {
  writer: { password: 'p:w', rights: ['read', 'append'] },
  reader: { password: 'secret', rights: ['read'] },
} as const;

const as = (url: string, login: string) => url.replace('esdb://', `esdb://${login}@`);

withCertificate('a server with users', () => {
  it('lets each do what it has the right to', async () => {
    const { double } = await givenDouble({ tls: certificate, users });
    const writer = clientOf(as(double.url, `writer:${encodeURIComponent('p:w')}`));
    await writer.appendToStream('s', event('A'), { expectedRevision: NO_STREAM });
    const reader = clientOf(as(double.url, 'reader:secret'));
    expect(await namesOf(reader.readStream('s'))).toEqual(['0@s A']);
    const denied = { type: 'access-denied' };
    await expect(reader.appendToStream('s', event('B'))).rejects.toMatchObject(denied);
    const credentials = { username: 'reader', password: 'secret' };
    await expect(writer.appendToStream('s', event('B'), { credentials })).rejects.toMatchObject(denied);
    await expect(reader.deleteStream('s')).rejects.toMatchObject(denied);
    expect(await namesOf(reader.readStream('s'))).toEqual(['0@s A']);
  });

  it('denies access to nobody in particular, and to a wrong password', async () => {
    const { double, client } = await givenDouble({ tls: certificate, users });
    await expect(namesOf(client.readAll())).rejects.toBeInstanceOf(AccessDeniedError);
    const impostor = clientOf(as(double.url, 'reader:guess'));
    await expect(namesOf(impostor.readAll())).rejects.toBeInstanceOf(AccessDeniedError);
    const stranger = clientOf(as(double.url, 'stranger:secret'));
    await expect(stranger.appendToStream('s', event('A'))).rejects.toBeInstanceOf(AccessDeniedError);
  });

  it('never sees the credentials of a client without TLS, which does not send them', async () => {
    const { double } = await givenDouble({ users });
    const reader = clientOf(as(double.url, 'reader:secret'));
    await expect(namesOf(reader.readAll())).rejects.toBeInstanceOf(AccessDeniedError);
  });
});

withCertificate('a server with TLS', () => {
  it('is trusted by its certificate, and by nothing less', async () => {
    const { double, client } = await givenDouble({ tls: certificate });
    await client.appendToStream('s', event('A'), { expectedRevision: NO_STREAM });
    const distrustful = clientOf(`esdb://127.0.0.1:${double.port}?tls=true`);
    await expect(namesOf(distrustful.readStream('s'))).rejects.toMatchObject({ code: 14 });
    const plain = clientOf(`esdb://127.0.0.1:${double.port}?tls=false`);
    await expect(namesOf(plain.readStream('s'))).rejects.toMatchObject({ code: 14 });
  });
});
