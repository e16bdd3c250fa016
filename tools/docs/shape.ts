import { z } from 'zod';
import { code } from './markdown.ts';

interface Shape {
  readonly type?: string;
  readonly format?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Shape[];
  readonly items?: Shape;
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly additionalProperties?: Shape | boolean;
  readonly required?: readonly string[];
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minimum?: number;
  readonly maximum?: number;
}

export interface Member {
  readonly name: string;
  readonly type: string;
  readonly optional: boolean;
}

/** The members of an object schema, each with its type in words. */
export function membersOf(schema: z.ZodType): readonly Member[] {
  const { properties = {}, required = [] } = shapeOf(schema);
  return Object.entries(properties).map(([name, shape]) => ({
    name,
    type: describe(shape),
    optional: !required.includes(name),
  }));
}

/** The type of a schema in words; of its input where a transform hides that of its output. */
export function typeOf(schema: z.ZodType): string {
  const output = describe(shapeOf(schema));
  return output === anything ? describe(shapeOf(schema, 'input')) : output;
}

function shapeOf(schema: z.ZodType, io: 'input' | 'output' = 'output'): Shape {
  return z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as Shape;
}

const anything = 'any JSON value';

/** Longer enumerations are told by what they are. */
const enumShownMax = 12;

function describe(shape: Shape): string {
  const { type, enum: values, anyOf, properties, items } = shape;
  if (values !== undefined) {
    return values.length > enumShownMax
      ? `ISO 4217 code (${values.length} of them)`
      : values.map(quoted).join(', ');
  }
  if (shape.const !== undefined) return quoted(shape.const);
  if (anyOf !== undefined) return anyOf.map(describe).join(' or ');
  if (type === 'array')
    return `list of ${between(shape.minItems, shape.maxItems)}${items ? named(items) : 'anything'}`;
  if (properties !== undefined) return named(shape);
  if (type === 'object') return 'object of JSON values';
  if (type === 'integer' || type === 'number') return `integer${range(shape.minimum, shape.maximum)}`;
  if (type === 'string') return text(shape);
  return type ?? anything;
}

/** Shapes that have a section of their own are told by name. */
function named({ properties = {} }: Shape): string {
  const names = Object.keys(properties);
  if (names.join() === 'amount,currency') return '[money](#money)';
  if (names.includes('sku')) return '[line](#line)';
  return `object of ${Object.entries(properties)
    .map(([name, shape]) => `${code(name)} (${describe(shape)})`)
    .join(', ')}`;
}

function text({ format, pattern, minLength, maxLength }: Shape): string {
  if (format !== undefined) return format;
  if (pattern?.startsWith('^[0-9a-f]{8}-') === true) return 'UUID';
  if (maxLength !== undefined) return `text of ${minLength ?? 0} to ${grouped(maxLength)} characters`;
  return pattern === undefined ? 'text' : `text like ${code(pattern)}`;
}

function between(min = 0, max?: number): string {
  return max === undefined ? '' : `${min} to ${grouped(max)} × `;
}

function range(min?: number, max?: number): string {
  if (min === undefined || max === undefined) return '';
  if (max >= Number.MAX_SAFE_INTEGER) return min <= Number.MIN_SAFE_INTEGER ? '' : ` ≥ ${grouped(min)}`;
  return ` from ${grouped(min)} to ${grouped(max)}`;
}

function grouped(value: number): string {
  return value.toLocaleString('en-US');
}

function quoted(value: unknown): string {
  return code(String(value));
}
