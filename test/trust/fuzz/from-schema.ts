import type { Seeded } from '../../e2e/support/seeded.ts';
import type { Schema } from './document.ts';
import { between, chance, plainText, uuid } from './draws.ts';

/** What a JSON body is made of here. */
export type Tree = string | number | boolean | null | Tree[] | { [name: string]: Tree };

/** How texts of a pattern are drawn. A pattern that is not here stops the run: it has to be added. */
const byPattern: Readonly<Record<string, (draw: Seeded) => string>> = {
  '^[A-Za-z0-9_.:-]{1,64}$': (draw) => draw.pick(['tea', 'pot.1', 'A:b-c_d', 'x', 'club-9', 'y'.repeat(64)]),
  '^(?:[1-9]\\d?|100)$': (draw) => draw.pick(['1', '2', '7', '20', '99', '100']),
  '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$': uuid,
  '^[0-9]{4}(:[a-z0-9-]{1,32})?$': (draw) => draw.pick(openAccounts),
  '^\\d{4}(?::[a-z0-9-]{1,32})?$': (draw) => draw.pick(accounts),
  '^\\d{1,9}$': (draw) => String(draw.below(6)),
  '^\\d{1,15}$': (draw) => String(draw.below(200)),
};

/** Those that entries may be posted on by hand, most of the time. */
const openAccounts = ['1900', '5300', '5400', '1000', '3000', '4100', '6000', '2000'] as const;
const accounts = [
  ...openAccounts,
  '4000',
  '9000',
  '1100:external',
  '1100:simulated',
  '1200',
  '0000',
] as const;
const currencies = ['EUR', 'USD', 'JPY', 'KWD'] as const;

/**
 * Draws values that a schema of the document allows: mostly small and plain ones, now and then the largest, the
 * smallest and the longest.
 */
export function drawValue(schema: Schema, draw: Seeded, depth = 0): Tree {
  if (schema.$ref !== undefined) return anything(draw, depth);
  if (schema.const !== undefined) return schema.const as Tree;
  if (schema.enum !== undefined) return oneOf(schema.enum, draw);
  if (schema.anyOf !== undefined) return drawValue(draw.pick(schema.anyOf), draw, depth);
  switch (schema.type) {
    case 'object':
      return objectOf(schema, draw, depth);
    case 'array':
      return Array.from({ length: countOf(schema, draw) }, () =>
        drawValue(schema.items ?? {}, draw, depth + 1),
      );
    case 'integer':
    case 'number':
      return numberOf(schema, draw);
    case 'boolean':
      return chance(draw, 50);
    case 'string':
      return textOf(schema, draw);
    default:
      throw new Error(`no value is drawn for ${JSON.stringify(schema).slice(0, 200)}: add it to from-schema`);
  }
}

function objectOf(schema: Schema, draw: Seeded, depth: number): Tree {
  const { properties = {}, required = [], additionalProperties } = schema;
  const made: { [name: string]: Tree } = {};
  for (const [name, property] of Object.entries(properties)) {
    if (required.includes(name) || chance(draw, 35)) made[name] = drawValue(property, draw, depth + 1);
  }
  if (typeof additionalProperties === 'object') {
    for (let index = draw.below(4); index > 0; index--)
      made[`m${index}`] = drawValue(additionalProperties, draw, depth + 1);
  }
  // What JSON Schema could say only with `if`: only a recurring line has a frequency.
  if (made['kind'] === 'single') delete made['frequency'];
  return made;
}

/** The document refers to nothing but its own "any JSON" within requests. */
function anything(draw: Seeded, depth: number): Tree {
  const kinds = depth > 4 ? 4 : 6;
  const leaves = [plainText(draw, 1, 40), draw.below(1_000) / 8, chance(draw, 50), null] as const;
  const kind = draw.below(kinds);
  if (kind === 4) return [anything(draw, depth + 1), anything(draw, depth + 1)];
  if (kind === 5) return { a: anything(draw, depth + 1), 'b.c': anything(draw, depth + 1) };
  return leaves[kind] ?? null;
}

function oneOf(values: readonly string[], draw: Seeded): string {
  const isCurrency = values.includes('EUR');
  return isCurrency && chance(draw, 95) ? draw.pick(currencies) : draw.pick(values);
}

function countOf({ minItems = 0, maxItems = 8 }: Schema, draw: Seeded): number {
  if (chance(draw, 1)) return maxItems;
  return Math.max(minItems, draw.below(4));
}

function numberOf({ minimum = 0, maximum = Number.MAX_SAFE_INTEGER }: Schema, draw: Seeded): number {
  if (chance(draw, 2)) return draw.pick([minimum, maximum, between(draw, minimum, maximum)]);
  return minimum + draw.below(Math.min(3_000, maximum - minimum));
}

function textOf({ pattern, format, minLength = 0, maxLength = 60 }: Schema, draw: Seeded): string {
  if (format === 'date-time') return instant(draw);
  if (pattern !== undefined) {
    const ofPattern = byPattern[pattern];
    if (ofPattern === undefined) throw new Error(`no text is drawn for ${pattern}: add it to from-schema`);
    return ofPattern(draw);
  }
  if (chance(draw, 2)) return plainText(draw, maxLength, maxLength);
  return plainText(draw, minLength, Math.min(maxLength, 60));
}

function instant(draw: Seeded): string {
  const day = String(1 + draw.below(28)).padStart(2, '0');
  const fraction = draw.pick(['', '.5', '.123', '.123456789']);
  const year = draw.pick([1970, 2025, 2026, 2027, 9999]);
  return `${year}-0${1 + draw.below(9)}-${day}T0${draw.below(10)}:30:00${fraction}${draw.pick(['Z', '+00:00'])}`;
}
