import { inDirectory } from './lib/directories.ts';
import { type Figure, figure, type Run } from './lib/figure.ts';
import { type LoadPlan, type LoadResult, load } from './lib/load.ts';
import { orderBody } from './lib/orders.ts';
import type { Scale, Tell } from './lib/scale.ts';
import { caughtUpMs, type RunningServer, startBare, startLedger, tokenOf } from './lib/servers.ts';

const connections = 64;
const scope = 'orders:write orders:read';

/** The service over HTTP beside a bare Fastify that does the same domain work and records nothing. */
export async function overHttp(scale: Scale, tell: Tell): Promise<readonly Figure[]> {
  const command: Run[] = [];
  const all: Run[] = [];
  const cached: Run[] = [];
  for (let run = 1; run <= scale.httpRuns; run++) {
    tell(`HTTP, run ${run} of ${scale.httpRuns}`);
    command.push(await posts(scale, 'command'));
    await inDirectory(async (directory) => {
      all.push(await posts(scale, undefined, directory));
      cached.push(await gets(scale, directory));
    });
  }
  return [
    figure(
      {
        name: 'POST /v1/orders, --role command',
        unit: 'requests/s',
        against: 'bare Fastify, same schema, decision and reply',
        bar: 0.5,
      },
      command,
    ),
    figure(
      {
        name: 'POST /v1/orders, all roles, projections keeping up',
        unit: 'requests/s',
        against: 'bare Fastify, same schema, decision and reply',
        bar: 0.4,
      },
      all,
    ),
    figure(
      {
        name: 'GET /v1/orders/{id}, cached',
        unit: 'requests/s',
        against: 'bare Fastify, same bytes',
        bar: 0.75,
      },
      cached,
    ),
  ];
}

/** Two loads of the bare server around one of the ledger's, so that a machine that changes pace changes it for both. */
async function posts(scale: Scale, role: string | undefined, directory?: string): Promise<Run> {
  if (directory === undefined) return inDirectory((made) => posts(scale, role, made));
  const token = await tokenOf(directory, 'bench', scope);
  const plan = { method: 'POST', path: '/v1/orders', body: JSON.stringify(orderBody) } as const;
  const before = await against(() => startBare('{}'), scale, plan);
  let lagMs = 0;
  const ours = await against(
    () => startLedger(directory, role),
    scale,
    { ...plan, token },
    async (server) => {
      if (role === undefined) lagMs = await caughtUpMs(server);
    },
  );
  const after = await against(() => startBare('{}'), scale, plan);
  return {
    value: ours.perSecond,
    ceiling: (before.perSecond + after.perSecond) / 2,
    seen: { p50Ms: ours.p50Ms, p99Ms: ours.p99Ms, lagMs },
  };
}

/** Reads one order again and again, from a ledger that holds many. */
export async function gets(
  scale: Scale,
  directory: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<Run> {
  const token = await tokenOf(directory, 'bench', scope);
  const ledger = await startLedger(directory, undefined, settings);
  try {
    await caughtUpMs(ledger);
    const { path, document } = await placeOne(ledger, token);
    const plan = { method: 'GET', path } as const;
    const before = await against(() => startBare(document), scale, plan);
    const ours = await loaded(ledger, scale, { ...plan, token });
    const after = await against(() => startBare(document), scale, plan);
    return { value: ours.perSecond, ceiling: (before.perSecond + after.perSecond) / 2 };
  } finally {
    await ledger.stop();
  }
}

async function placeOne({ port }: RunningServer, token: string) {
  const url = `http://127.0.0.1:${port}`;
  const authorization = `Bearer ${token}`;
  const placed = await fetch(`${url}/v1/orders`, {
    method: 'POST',
    headers: {
      authorization,
      'content-type': 'application/json',
      'idempotency-key': `"bench-${process.pid}-${performance.now()}"`,
    },
    body: JSON.stringify(orderBody),
  });
  const path = placed.headers.get('location') ?? '';
  const position = placed.headers.get('ledger-position') ?? '';
  const read = await fetch(url + path, { headers: { authorization, 'ledger-position': position } });
  return { path, document: await read.text() };
}

async function against(
  start: () => Promise<RunningServer>,
  scale: Scale,
  plan: Omit<LoadPlan, 'port' | 'connections' | 'warmMs' | 'runMs'>,
  afterwards: (server: RunningServer) => Promise<void> = async () => {},
): Promise<LoadResult> {
  const server = await start();
  try {
    const result = await loaded(server, scale, plan);
    await afterwards(server);
    return result;
  } finally {
    await server.stop();
  }
}

async function loaded(
  { port }: RunningServer,
  { loadMs }: Scale,
  plan: Omit<LoadPlan, 'port' | 'connections' | 'warmMs' | 'runMs'>,
): Promise<LoadResult> {
  const result = await load({ ...plan, port, connections, warmMs: loadMs / 2, runMs: loadMs });
  if (result.failures > 0) throw new Error(`${result.failures} requests failed`);
  return result;
}
