import { describe, expect, it } from 'vitest';
import { commands } from '../src/cli/commands.ts';
import { settings } from '../src/config.ts';
import { booksRejections } from '../src/domain/books/rejections.ts';
import { orderAggregate } from '../src/domain/order/aggregate.ts';
import { orderRejections } from '../src/domain/order/rejections.ts';
import { problems } from '../src/http/problem.ts';
import { pages } from '../tools/docs/pages.ts';
import { textOf } from '../tools/source-files.ts';

describe('the generated pages', () => {
  it.each(pages)('$path is what the source gives (npm run docs makes it so)', ({ path, text }) => {
    expect(textOf(path)).toBe(text());
  });

  it.each([
    ['docs/events.md', Object.keys(orderAggregate.events)],
    ['docs/refusals.md', [...Object.keys(orderRejections), ...Object.keys(problems)]],
    ['docs/configuration.md', Object.keys(settings)],
    ['docs/cli.md', Object.keys(commands)],
  ])('%s leaves nothing out', (path, names) => {
    const text = textOf(path);
    expect(names.length).toBeGreaterThan(5);
    expect(names.filter((name) => !text.includes(name))).toEqual([]);
  });

  it('mark every personal field', () => {
    expect(textOf('docs/events.md').match(/^\| `(?:note|reason)` .*\*\*personal\*\*/gm)).toHaveLength(5);
  });

  it('list refusals in their order of precedence', () => {
    const listed = [...textOf('docs/refusals.md').matchAll(/^\| \d+ +\| `(?<code>[a-z-]+)`/gm)];
    const promised = [...Object.keys(orderRejections), ...Object.keys(booksRejections)];
    expect(listed.map(({ groups }) => groups?.['code'])).toEqual(promised);
  });
});
