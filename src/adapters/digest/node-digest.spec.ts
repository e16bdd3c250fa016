import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nodeDigest } from './node-digest.ts';

const dns = '6ba7b810-9dad-11d1-80b4-00c04fd430c8';

test.each([
  { name: 'www.example.com', uuid: '2ed6657d-e927-568b-95e1-2665a8aea6a2' },
  { name: 'python.org', uuid: '886313e1-3b8a-5372-9b90-0c9aee199e5d' },
])('the UUID of $name is the one other implementations give', ({ name, uuid }) => {
  expect(nodeDigest.uuid5(dns, name)).toBe(uuid);
});

test('a UUID is the RFC’s, whatever the name, however long', () => {
  fc.assert(
    fc.property(
      fc.uuid(),
      fc.oneof(
        fc.string({ unit: fc.constantFrom('a', '\n', 'é', '你', '🔑') }),
        fc.nat(3_000).map((length) => 'é'.repeat(length)),
      ),
      (space, name) => {
        const bytes = Buffer.concat([
          Buffer.from(space.replaceAll('-', ''), 'hex'),
          Buffer.from(name, 'utf8'),
        ]);
        const sum = createHash('sha1').update(bytes).digest().subarray(0, 16);
        sum[6] = ((sum[6] ?? 0) & 0x0f) | 0x50;
        sum[8] = ((sum[8] ?? 0) & 0x3f) | 0x80;
        expect(nodeDigest.uuid5(space, name).replaceAll('-', '')).toBe(sum.toString('hex'));
      },
    ),
  );
});

test('a digest of text is SHA-256 of its UTF-8 bytes, in 43 characters', () => {
  expect(nodeDigest.sha256('')).toBe('47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU');
  expect(nodeDigest.sha256('Ärger 🔑')).toBe(
    createHash('sha256').update('Ärger 🔑', 'utf8').digest('base64url'),
  );
});
