import { element, inline } from './dom.js';

const depthMax = 6;
/** Longer enumerations are told by their number, and folded away. */
const enumShownMax = 12;

/** Follows a reference into the components; answers the schema and the name it has there. */
export function resolve(schema, components) {
  const name = schema?.$ref?.split('/').at(-1);
  return name === undefined ? { schema: schema ?? {} } : { schema: components[name] ?? {}, name };
}

/** A schema as a list of its members, each with its type, its limits and its meaning. */
export function schemaView(reference, components, depth = 0) {
  const { schema } = resolve(reference, components);
  if (schema.type === 'array') return schemaView(schema.items, components, depth);
  const alternative = (schema.anyOf ?? []).find((each) => resolve(each, components).schema.properties);
  if (alternative !== undefined) return schemaView(alternative, components, depth);
  const members = Object.entries(schema.properties ?? {});
  if (members.length === 0) return element('p', { class: 'quiet' }, 'No members: send {}.');
  const required = new Set(schema.required);
  return element(
    'ul',
    { class: 'members' },
    members.map(([name, member]) => memberView(name, member, required.has(name), components, depth)),
  );
}

function memberView(name, member, isRequired, components, depth) {
  const { schema } = resolve(member, components);
  const inner = innerOf(schema, components);
  const line = [
    element('code', { class: 'name' }, name),
    element('span', { class: 'type' }, typeOf(member, components)),
    !isRequired && element('span', { class: 'optional' }, 'optional'),
  ];
  const about = schema.description && element('span', { class: 'about' }, inline(schema.description));
  const values = (schema.enum ?? []).length > enumShownMax && foldedValues(schema.enum);
  if (inner === undefined || depth >= depthMax) return element('li', {}, line, about, values);
  return element(
    'li',
    {},
    element(
      'details',
      { open: depth === 0 && Object.keys(inner.properties).length <= 4 },
      element('summary', {}, line, about),
      schemaView(inner, components, depth + 1),
    ),
  );
}

function foldedValues(values) {
  return element(
    'details',
    { class: 'values' },
    element('summary', {}, `${values.length} values`),
    element('p', {}, values.join(' ')),
  );
}

/** The object within: the schema itself, what an array holds, or the alternative that has members. */
function innerOf(schema, components) {
  const candidates = [schema, schema.items, schema.additionalProperties, ...(schema.anyOf ?? [])];
  return candidates
    .filter((each) => each && typeof each === 'object')
    .map((each) => resolve(each, components).schema)
    .find((each) => each.properties !== undefined);
}

/** The type of a schema in words. */
export function typeOf(reference, components) {
  const { schema, name } = resolve(reference, components);
  if (name?.startsWith('__')) return 'any JSON';
  if (schema.enum !== undefined) {
    return schema.enum.length > enumShownMax
      ? 'one of'
      : schema.enum.map((value) => `"${value}"`).join(' | ');
  }
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.anyOf !== undefined) return schema.anyOf.map((each) => typeOf(each, components)).join(' or ');
  if (schema.type === 'array')
    return `list of ${typeOf(schema.items, components)}${limits(schema.minItems, schema.maxItems)}`;
  if (isMoney(schema)) return 'money';
  if (schema.type === 'object') return name ?? 'object';
  if (schema.type === 'integer' || schema.type === 'number')
    return `${schema.type}${limits(schema.minimum, schema.maximum)}`;
  if (schema.type === 'string') return textType(schema);
  return schema.type ?? 'any JSON';
}

function isMoney({ properties }) {
  return properties !== undefined && Object.keys(properties).join() === 'amount,currency';
}

function textType({ format, pattern, minLength, maxLength }) {
  if (format !== undefined) return format;
  if (maxLength !== undefined) return `text${limits(minLength, maxLength)}`;
  return pattern === undefined ? 'text' : `text like ${pattern}`;
}

function limits(min, max) {
  if (max === undefined || max >= Number.MAX_SAFE_INTEGER)
    return min === undefined ? '' : ` ≥ ${min.toLocaleString('en-US')}`;
  return ` ${(min ?? 0).toLocaleString('en-US')}–${max.toLocaleString('en-US')}`;
}
