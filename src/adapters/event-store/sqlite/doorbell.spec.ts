import { expect, onTestFinished, test } from 'vitest';
import { eventually } from '../../../../test/support/store-directory.ts';
import { createDoorbell, type Doorbell } from './doorbell.ts';

/** A doorbell of a file of its own, and what its `data_version` answers. */
function doorbellOf(name: string) {
  const file = { version: 1 as unknown, looks: 0, broken: false };
  const open = (): Doorbell => {
    const doorbell = createDoorbell(name, () => {
      file.looks += 1;
      if (file.broken) throw new Error('disk I/O error');
      return file.version;
    });
    onTestFinished(() => doorbell.close());
    return doorbell;
  };
  return { file, open };
}

test('a ring is heard at once where it is made', () => {
  const doorbell = doorbellOf('at-once').open();
  let rings = 0;
  doorbell.listen(() => rings++);
  doorbell.ring();
  expect(rings).toBe(1);
});

test('rings in quick succession reach other threads as a few, and the last one always comes', async () => {
  const { open } = doorbellOf('succession');
  const [here, there] = [open(), open()];
  let counter = 0;
  let heard = 0;
  let rings = 0;
  there.listen(() => {
    heard = counter;
    rings += 1;
  });
  for (; counter < 1_000; counter++) here.ring();
  await eventually('a ring after the last one', () => heard === 1_000);
  expect(rings).toBeLessThan(1_000);
});

test('another file has another bell', async () => {
  const [one, other] = [doorbellOf('one').open(), doorbellOf('other').open()];
  const rings = { one: 0, other: 0 };
  one.listen(() => rings.one++);
  other.listen(() => rings.other++);
  other.ring();
  await eventually('a ring', () => rings.other > 0);
  expect(rings.one).toBe(0);
});

test('what another process has written is noticed within moments', async () => {
  const { file, open } = doorbellOf('process');
  const doorbell = open();
  let rings = 0;
  doorbell.listen(() => rings++);
  file.version = 2;
  await eventually('a ring', () => rings === 1, 1_000);
});

test('nobody looks where nobody listens', async () => {
  const { file, open } = doorbellOf('nobody');
  const doorbell = open();
  doorbell.listen(() => {})();
  const looks = file.looks;
  await new Promise((resolve) => setTimeout(resolve, 60));
  expect(file.looks).toBe(looks);
});

test('a look that fails is tried again: it must not end the process', async () => {
  const { file, open } = doorbellOf('fails');
  const doorbell = open();
  let rings = 0;
  doorbell.listen(() => rings++);
  file.broken = true;
  const looks = file.looks;
  await eventually('some looks that fail', () => file.looks > looks + 2);
  file.broken = false;
  file.version = 2;
  await eventually('a ring', () => rings === 1);
});
