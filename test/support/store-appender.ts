import { parseArgs } from 'node:util';
import { openSqliteEventStore } from '../../src/adapters/event-store/sqlite/sqlite-event-store.ts';
import { noStream } from '../../src/domain/kernel/log.ts';
import { newEvents } from './new-events.ts';

// A process of its own that appends to a log: `--path` of the log, `--first` number of its first event, `--appends` how
// many. Appends go to four streams that every such process shares, one to three events at a time, many in flight. Every
// acknowledgement is a line on stdout: the number of the first event, how many, and the position of the last.
const { values } = parseArgs({
  options: { path: { type: 'string' }, first: { type: 'string' }, appends: { type: 'string' } },
});
const first = Number(values.first);
const appends = Number(values.appends);
const inFlightMax = 8;

const store = openSqliteEventStore({ path: values.path ?? '' });
process.stdout.write('open\n');
let next = 0;
await Promise.all(Array.from({ length: inFlightMax }, appendOn));
await store.close();

async function appendOn(): Promise<void> {
  while (next < appends) {
    const index = next++;
    const events = newEvents(first + index * 3, 1 + (index % 3));
    let expected = noStream;
    for (;;) {
      const result = await store.append(`order-${index % 4}`, expected, events);
      if (result.status === 'appended') {
        process.stdout.write(`${first + index * 3} ${events.length} ${result.position}\n`);
        break;
      }
      expected = result.actual;
    }
  }
}
