import type { Seeded } from '../../e2e/support/seeded.ts';

/** Whether something that happens so many times in a hundred happens now. */
export function chance(draw: Seeded, percent: number): boolean {
  return draw.below(100) < percent;
}

/** A whole number from `min` to `max`, both included; exact up to 2^53 − 1. */
export function between(draw: Seeded, min: number, max: number): number {
  const span = max - min + 1;
  if (span <= 2 ** 32) return min + draw.below(span);
  return min + Math.floor((draw.below(2 ** 32) / 2 ** 32) * (max - min));
}

const words = [
  ...['green tea', 'pot', 'Ünïcödé', '茶壺', 'שלום', 'مرحبا', '🫖🍵', 'a"b', 'back\\slash', "O'Brien"],
  ...[
    '<b>bold</b>',
    '{{7*7}}',
    '#{x}',
    '%s%n',
    '; DROP TABLE events',
    '../..',
    'ﬁne',
    'e\u0301',
    '\u202eabc',
  ],
];

/** Text that a person might write, without control characters and without long numbers. */
export function plainText(draw: Seeded, lengthMin: number, lengthMax: number): string {
  let text = draw.pick(words);
  while ([...text].length < lengthMin || (chance(draw, 30) && text.length < 60))
    text += ` ${draw.pick(words)}`;
  return [...text].slice(0, lengthMax).join('').trim() || 'x';
}

export function hex(draw: Seeded, length: number): string {
  return Array.from({ length }, () => draw.below(16).toString(16)).join('');
}

/** An id nobody has given. */
export function uuid(draw: Seeded): string {
  return `${hex(draw, 8)}-${hex(draw, 4)}-4${hex(draw, 3)}-8${hex(draw, 3)}-${hex(draw, 12)}`;
}
