import { followReading, startKeys, startTheme } from './chrome.js';
import { codeBlock, element, inline, paragraphs } from './dom.js';
import { curlOf, exampleOf } from './example.js';
import { problemsView, schemasView } from './reference.js';
import { resolve, schemaView, typeOf } from './schema.js';

const byId = (id) => document.getElementById(id);

/** One card per operation: its element, its link, and the text the search looks through. */
let cards = [];

startTheme();
startKeys();
await show();

async function show() {
  try {
    const answer = await fetch('/openapi.json');
    if (!answer.ok) throw new Error(`/openapi.json answered ${answer.status}`);
    render(await answer.json());
    // The page was empty when the browser looked for the place in the address.
    if (location.hash.length > 1)
      byId(decodeURIComponent(location.hash.slice(1)))?.scrollIntoView({ behavior: 'instant' });
  } catch (error) {
    byId('operations').replaceChildren(
      element('p', { class: 'notice', role: 'alert' }, `The description cannot be shown: ${error.message}.`),
    );
  }
}

function render({ info, paths, components }) {
  const { schemas, securitySchemes } = components;
  document.title = `${info.title} API ${info.version}`;
  byId('version').textContent = info.version;
  byId('intro').replaceChildren(
    element('h1', {}, info.title),
    ...paragraphs(info.description),
    element(
      'details',
      { class: 'card' },
      element('summary', {}, 'Who may call'),
      scopesView(securitySchemes.bearer.description),
    ),
  );
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      path,
      method,
      operation,
      group: operation.tags[0],
    })),
  );
  const groups = Map.groupBy(operations, ({ group }) => group);
  cards = operations.map((each) => ({ ...each, ...cardOf(each, schemas) }));
  byId('operations').replaceChildren(...[...groups.keys()].map(groupView));
  byId('nav').replaceChildren(
    ...[...groups.keys()].map(navGroup),
    navOf('Reference', [link('problems', 'Problems'), link('schemas', 'Schemas')]),
  );
  byId('problems').replaceChildren(element('h2', {}, 'Problems'), problemsView(operations));
  byId('schemas').replaceChildren(element('h2', {}, 'Schemas'), ...schemasView(schemas));
  byId('search').addEventListener('input', search);
  followReading(cards);
}

function scopesView(description) {
  const [first = '', list = ''] = description.split('Scopes: ');
  return element(
    'div',
    {},
    element('p', {}, inline(first)),
    element(
      'ul',
      {},
      list.split('; ').map((scope) => element('li', {}, inline(scope))),
    ),
  );
}

function groupView(group) {
  const own = cards.filter((card) => card.group === group);
  return element(
    'section',
    { class: 'group' },
    element('h2', {}, group),
    own.map(({ card }) => card),
  );
}

function navGroup(group) {
  return navOf(
    group,
    cards.filter((card) => card.group === group).map(({ item }) => item),
  );
}

function navOf(title, items) {
  return element(
    'section',
    {},
    element('h2', {}, title),
    element(
      'ul',
      {},
      items.map((item) => element('li', {}, item)),
    ),
  );
}

function link(target, ...children) {
  return element('a', { href: `#${target}` }, children);
}

function badge(method) {
  return element('span', { class: `method ${method}` }, method.toUpperCase());
}

function cardOf({ path, method, operation }, schemas) {
  const { operationId: id, summary } = operation;
  const [status, success] = Object.entries(operation.responses).find(([code]) => code.startsWith('2'));
  const answer = success.content['application/json'].schema;
  const request = operation.requestBody?.content['application/json'].schema;
  const card = element(
    'article',
    { id, class: 'card operation', 'aria-labelledby': `${id}-title` },
    element('h3', { id: `${id}-title` }, badge(method), element('code', {}, path), link(id, summary)),
    paragraphs(operation.description),
    element(
      'div',
      { class: 'columns' },
      element(
        'div',
        {},
        parametersView(operation.parameters, schemas),
        request && element('section', {}, element('h4', {}, 'Body'), schemaView(request, schemas)),
        responsesView(operation.responses),
        element(
          'details',
          {},
          element('summary', {}, `Members of the answer${named(answer)}`),
          schemaView(answer, schemas),
        ),
      ),
      element(
        'div',
        {},
        codeBlock('curl', () => curlOf(method, path, operation, schemas)),
        codeBlock(`${status} answer, in outline`, () => JSON.stringify(exampleOf(answer, schemas), null, 2)),
      ),
    ),
  );
  const members = Object.keys(resolve(request, schemas).schema.properties ?? {}).join(' ');
  const text = [
    id,
    method,
    path,
    summary,
    operation.description,
    members,
    card.querySelector('.responses').textContent,
  ]
    .join(' ')
    .toLowerCase();
  return { card, item: link(id, badge(method), element('span', {}, summary)), text };
}

function named({ $ref }) {
  return $ref === undefined ? '' : `: ${$ref.split('/').at(-1)}`;
}

function parametersView(parameters, schemas) {
  const rows = parameters.map(({ name, in: place, required, description, schema }) =>
    element(
      'li',
      {},
      element('code', { class: 'name' }, name),
      element('span', { class: 'type' }, `${place}, ${typeOf(schema, schemas)}`),
      element('span', { class: required ? 'required' : 'optional' }, required ? 'required' : 'optional'),
      description && element('span', { class: 'about' }, inline(description)),
    ),
  );
  return element(
    'section',
    {},
    element('h4', {}, 'Parameters and headers'),
    element('ul', { class: 'members' }, rows),
  );
}

function responsesView(responses) {
  const rows = Object.entries(responses).map(([status, { description }]) =>
    element(
      'li',
      {},
      element('code', { class: `status s${status[0]}` }, status),
      element('span', {}, inline(description)),
    ),
  );
  return element('section', { class: 'responses' }, element('h4', {}, 'Answers'), element('ul', {}, rows));
}

function search() {
  const words = byId('search').value.toLowerCase().split(/\s+/).filter(Boolean);
  let count = 0;
  for (const { card, item, text } of cards) {
    const matches = words.every((word) => text.includes(word));
    card.hidden = !matches;
    item.parentElement.hidden = !matches;
    count += Number(matches);
  }
  for (const group of document.querySelectorAll('.group'))
    group.hidden = group.querySelector('article:not([hidden])') === null;
  byId('found').textContent = words.length === 0 ? '' : `${count} of ${cards.length} operations`;
}
