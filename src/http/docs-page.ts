import { readFileSync } from 'node:fs';

interface Asset {
  readonly path: string;
  readonly type: string;
  readonly text: () => string;
}

/** The page at /docs: a plain client of /openapi.json, without anything from elsewhere. */
export const docsPage: readonly Asset[] = [
  asset('/docs', 'text/html; charset=utf-8', 'docs.html'),
  ...['docs.css', 'operations.css'].map((file) => asset(`/docs/${file}`, 'text/css; charset=utf-8', file)),
  ...['docs.js', 'chrome.js', 'dom.js', 'example.js', 'reference.js', 'schema.js'].map((file) =>
    asset(`/docs/${file}`, 'text/javascript; charset=utf-8', file),
  ),
];

function asset(path: string, type: string, file: string): Asset {
  let text: string | undefined;
  return {
    path,
    type,
    text: () => {
      text ??= readFileSync(new URL(`docs/${file}`, import.meta.url), 'utf8');
      return text;
    },
  };
}
