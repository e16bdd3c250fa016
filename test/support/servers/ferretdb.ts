import { type ChildProcess, execFile, spawn } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

const run = promisify(execFile);

const sources = resolve(import.meta.dirname, '../../servers/ferretdb');
const cache = resolve(import.meta.dirname, '../../../node_modules/.cache/ledger-test-servers');
const binary = join(cache, 'ferretdb');

const ferretDb = 'github.com/FerretDB/FerretDB';
const searched = `"->'$._id'"`;
const indexed = '`->"_id"`';

/** A cold build takes little more than a minute on two cores. */
const buildMsMax = 600_000;
const startMsMax = 15_000;

/** A MongoDB as far as the driver can tell: FerretDB 1.24 on SQLite files that are removed with it. */
export interface FerretDb {
  /** `mongodb://127.0.0.1:<port>/`, without a database. */
  readonly url: string;
  readonly port: number;
  /** For signals: a server that is stopped by SIGSTOP holds its connections and answers nothing. */
  readonly pid: number;
  /** Ends it at once and removes its files, unless they are in a directory that was given. */
  stop(): Promise<void>;
}

export interface FerretDbOptions {
  /** A free one unless given: a server that comes back comes back where it was. */
  readonly port?: number;
  /** A temporary one unless given, and then it is kept. */
  readonly directory?: string;
}

/** Whether it can be started here: there is a Go compiler on the PATH, or it was built before. */
export async function available(): Promise<boolean> {
  return isBuilt() || (await goVersion()) !== undefined;
}

/** @throws when there is no Go to build it with, or when it does not start. */
export async function startFerretDb(options: FerretDbOptions = {}): Promise<FerretDb> {
  if (!isBuilt()) await build();
  const directory = options.directory ?? mkdtempSync(join(tmpdir(), 'ledger-ferretdb-'));
  // Its standard input is a pipe that ends with this process, and the server with it.
  const server = spawn(binary, [`127.0.0.1:${options.port ?? 0}`, directory], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const ended = new Promise<void>((done) => server.once('close', () => done()));
  const stop = async () => {
    server.kill('SIGKILL');
    await ended;
    if (options.directory === undefined) rmSync(directory, { recursive: true, force: true });
  };
  try {
    const url = await served(server);
    return { url, port: Number(new URL(url).port), pid: server.pid ?? 0, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function isBuilt(): boolean {
  if (!existsSync(binary)) return false;
  const builtMs = statSync(binary).mtimeMs;
  const madeOf = [import.meta.filename, ...readdirSync(sources).map((name) => join(sources, name))];
  return madeOf.every((path) => statSync(path).mtimeMs < builtMs);
}

/** In a directory of its own first: where two processes build at once, the later one takes the place of an equal one. */
async function build(): Promise<void> {
  if ((await goVersion()) === undefined) {
    throw new Error(
      'FerretDB is built by Go and there is no `go` on the PATH: install Go 1.22 or newer (https://go.dev/dl), or set READ_MODEL to the URL of a MongoDB',
    );
  }
  mkdirSync(cache, { recursive: true });
  const workshop = mkdtempSync(join(cache, 'build-'));
  process.stderr.write('building the FerretDB test server (a minute or two, once) …\n');
  try {
    const modfile = await withIndexedIds(workshop);
    const built = join(workshop, 'ferretdb');
    await go('build', '-modfile', modfile, '-trimpath', '-ldflags', '-s -w', '-o', built, '.');
    renameSync(built, binary);
  } finally {
    rmSync(workshop, { recursive: true, force: true });
  }
}

/**
 * FerretDB 1.24 indexes `_id` by one expression and searches for it by another, so SQLite reads a whole table to find
 * or change one document. A copy of the module with that one expression mended is what is built.
 */
async function withIndexedIds(workshop: string): Promise<string> {
  const { Dir: original } = JSON.parse(await go('mod', 'download', '-json', ferretDb)) as { Dir: string };
  const copy = join(workshop, 'module');
  await run('cp', ['-R', original, copy]);
  await run('chmod', ['-R', 'u+w', copy]);
  const file = join(copy, 'internal/backends/sqlite/metadata/metadata.go');
  const source = readFileSync(file, 'utf8');
  const mended = source.replace(searched, indexed);
  if (mended === source)
    throw new Error(`${ferretDb} has no ${searched} in ${file}: look what its ids are found by`);
  writeFileSync(file, mended);
  const modfile = join(workshop, 'go.mod');
  const replacement = `\nreplace ${ferretDb} => ${JSON.stringify(copy)}\n`;
  writeFileSync(modfile, readFileSync(join(sources, 'go.mod'), 'utf8') + replacement);
  copyFileSync(join(sources, 'go.sum'), join(workshop, 'go.sum'));
  return modfile;
}

async function go(...parameters: string[]): Promise<string> {
  return (await run('go', parameters, { cwd: sources, timeout: buildMsMax })).stdout;
}

async function goVersion(): Promise<string | undefined> {
  try {
    return (await run('go', ['version'])).stdout.trim();
  } catch {
    return undefined;
  }
}

/** The URL that the server prints once it listens. */
function served(server: ChildProcess): Promise<string> {
  let complaint = '';
  server.stderr?.on('data', (chunk: Buffer) => {
    complaint = (complaint + chunk.toString()).slice(-2_000);
  });
  return new Promise((done, failed) => {
    const timer = setTimeout(
      () => failed(new Error(`FerretDB did not start within ${startMsMax} ms: ${complaint}`)),
      startMsMax,
    );
    const settle = (settled: () => void) => {
      clearTimeout(timer);
      settled();
    };
    server.once('error', (error) => settle(() => failed(error)));
    server.once('close', () => settle(() => failed(new Error(`FerretDB ended: ${complaint}`))));
    if (server.stdout === null) return;
    createInterface({ input: server.stdout }).on('line', (line) => {
      const url = /^serves (\S+)/.exec(line)?.[1];
      if (url !== undefined) settle(() => done(url));
    });
  });
}
