import { element } from './dom.js';
import { schemaView } from './schema.js';

/** Every problem that any operation names, once. */
export function problemsView(operations) {
  const found = new Map();
  for (const { operation } of operations) {
    for (const [status, { description, content = {} }] of Object.entries(operation.responses)) {
      if (!('application/problem+json' in content)) continue;
      for (const [, slug, title] of description.matchAll(/`([a-z-]+)`: ([^.]+)\./g))
        found.set(slug, { status, title });
    }
  }
  const rows = [...found]
    .toSorted(([, a], [, b]) => a.status - b.status)
    .map(([slug, { status, title }]) =>
      element(
        'tr',
        {},
        element('td', {}, element('code', { class: `status s${status[0]}` }, status)),
        element('td', {}, element('code', {}, slug)),
        element('td', {}, title),
      ),
    );
  const head = element(
    'tr',
    {},
    ['Status', 'Slug', 'Meaning'].map((title) => element('th', { scope: 'col' }, title)),
  );
  return element(
    'div',
    { class: 'card' },
    element('table', {}, element('thead', {}, head), element('tbody', {}, rows)),
  );
}

/** The named schemas, folded. */
export function schemasView(schemas) {
  return Object.entries(schemas)
    .filter(([name]) => !name.startsWith('__'))
    .map(([name, schema]) =>
      element(
        'details',
        { class: 'card', id: `schema-${name}` },
        element('summary', {}, element('code', {}, name)),
        schemaView(schema, schemas),
      ),
    );
}
