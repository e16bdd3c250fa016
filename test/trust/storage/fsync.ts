import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { LogPlace } from './log-files.ts';

export interface AcksTraced {
  readonly acks: number;
  /** Acknowledged after what was written to the log since the last one had been synced to the disk. */
  readonly synced: number;
}

const child = fileURLToPath(new URL('acknowledging-child.ts', import.meta.url));
const calls = 'fsync,fdatasync,write,pwrite64';

/**
 * Watches the system calls of a process that appends and acknowledges.
 * @returns `undefined` where this machine has no strace, or does not let it watch
 */
export async function traceAcks(place: LogPlace, appends: number): Promise<AcksTraced | undefined> {
  const file = `${place.path}.strace`;
  const watched = [process.execPath, child, `${place.path}.traced`, String(appends)];
  const options = ['-f', '-y', '-s', '16', '-e', `trace=${calls}`, '-o', file];
  const strace = spawn('strace', [...options, ...watched], { stdio: 'ignore' });
  try {
    const [code] = (await once(strace, 'close')) as [number | null];
    if (code !== 0) return undefined;
    const lines: string[] = [];
    for await (const line of createInterface({ input: createReadStream(file) })) lines.push(line);
    return countAcks(lines);
  } catch {
    return undefined;
  } finally {
    strace.kill('SIGKILL');
    rmSync(file, { force: true });
  }
}

/**
 * Counts the acknowledgements in a trace of strace, and those before which the write-ahead log was synced: after the last
 * write to it, and completely.
 */
function countAcks(lines: readonly string[]): AcksTraced {
  const syncing = new Set<string>();
  let [acks, synced] = [0, 0];
  let state: 'nothing' | 'written' | 'synced' = 'nothing';
  for (const line of lines) {
    const [thread = ''] = line.split(' ', 1);
    if (/ p?write(?:64)?\(\d+<[^>]*-wal>/.test(line)) {
      state = 'written';
      syncing.clear();
    } else if (/ f(?:data)?sync\(\d+<[^>]*-wal>/.test(line)) {
      if (line.endsWith('= 0')) state = 'synced';
      else syncing.add(thread);
    } else if (/<\.\.\. f(?:data)?sync resumed>\)\s+= 0$/.test(line) && syncing.delete(thread)) {
      state = 'synced';
    } else if (/ write\(1<[^>]*>, "ack /.test(line)) {
      acks += 1;
      if (state === 'synced') synced += 1;
      state = 'nothing';
    }
  }
  return { acks, synced };
}
