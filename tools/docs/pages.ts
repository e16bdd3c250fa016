import { cliPage } from './cli-page.ts';
import { configurationPage } from './configuration-page.ts';
import { eventsPage } from './events-page.ts';
import { refusalsPage } from './refusals-page.ts';

/** A page of docs/ that is made from the source. */
export interface Page {
  readonly path: string;
  readonly text: () => string;
}

/** Every generated page. Adding one is its file and its line here. */
export const pages: readonly Page[] = [
  { path: 'docs/events.md', text: eventsPage },
  { path: 'docs/refusals.md', text: refusalsPage },
  { path: 'docs/configuration.md', text: configurationPage },
  { path: 'docs/cli.md', text: cliPage },
];
