import { resolve } from './schema.js';

/** Values that read well, by the name of the member. Anything else follows from its schema. */
const samples = {
  orderId: '4f0c7f6e-2f3b-5d0e-9c39-6f0f7d1f5b7a',
  commandId: 'b1f2a6de-6c1f-5c4e-8a55-3d0f3c0a7e11',
  requestId: '0d8f7c1e-52f4-4c7b-9f57-1f5b8a1f9b60',
  customerId: 'customer-1',
  actor: 'customer-1',
  addedBy: 'customer-1',
  externalId: 'A-1001',
  currency: 'EUR',
  sku: 'mug-blue',
  label: 'Blue mug',
  quantity: 3,
  unitPrice: 1_250,
  amount: 3_750,
  reason: 'Arrived broken',
  note: 'Leave it at the door',
  token: 'tok_visa',
  status: 'pending',
  priority: 'normal',
};

const depthMax = 8;

/** A value of this schema: its required members, and of a body with none, all of them. */
export function exampleOf(reference, components, name, depth = 0) {
  const { schema } = resolve(reference, components);
  if (schema.const !== undefined) return schema.const;
  const sample = Object.hasOwn(samples, name ?? '') ? samples[name] : undefined;
  if (sample !== undefined && fits(sample, schema)) return sample;
  if (schema.examples?.length > 0) return schema.examples[0];
  if (schema.enum !== undefined) return schema.enum[0];
  if (schema.anyOf !== undefined) return exampleOf(schema.anyOf[0], components, name, depth);
  if (depth > depthMax) return {};
  if (schema.type === 'array') return [exampleOf(schema.items, components, name, depth + 1)];
  if (schema.properties !== undefined) return objectOf(schema, components, depth);
  return plain(schema);
}

function objectOf({ properties, required = [] }, components, depth) {
  return Object.fromEntries(
    required.map((name) => [name, exampleOf(properties[name], components, name, depth + 1)]),
  );
}

function fits(sample, { type, enum: values, anyOf }) {
  if (values !== undefined) return values.includes(sample);
  if (anyOf !== undefined) return anyOf.some((each) => fits(sample, each));
  return type === (typeof sample === 'number' ? 'integer' : 'string');
}

function plain({ type, format, minimum = 0 }) {
  if (type === 'integer' || type === 'number') return Math.max(minimum, 0);
  if (type === 'boolean') return false;
  if (type === 'object') return {};
  if (format === 'date-time') return '2026-01-31T09:30:00.000Z';
  return type === 'string' ? 'text' : null;
}

/** An operation as a curl command that works once $TOKEN (and $ORDER) are set. */
export function curlOf(method, path, operation, components) {
  const lines = [`curl "${location.origin}${path.replaceAll(/\{\w+\}/g, '$ORDER')}"`];
  lines.push('-H "Authorization: Bearer $TOKEN"');
  const body = operation.requestBody?.content['application/json']?.schema;
  if (method === 'post') {
    lines.push(`-H 'Idempotency-Key: "${newKey()}"'`, "-H 'Content-Type: application/json'");
    const json = JSON.stringify(exampleOf(body, components), null, 2).replaceAll("'", "'\\''");
    lines.push(`-d '${json}'`);
  }
  return lines.join(' \\\n  ');
}

/** A key of its own for every copy; outside a secure context the browser makes no UUIDs. */
function newKey() {
  return globalThis.crypto?.randomUUID?.() ?? 'a UUID of your own';
}
