/** Every dependency is given as long as this, all at the same time. */
export const answerMsMax = 2_000;

/** @throws Error when there is no answer in time. What was asked goes on, unheard. */
export async function within<T>(ms: number, answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Opens, uses, and closes without waiting for it: a server that says nothing would keep who closes. */
export async function using<Store extends { close(): Promise<void> }, T>(
  open: () => Store | Promise<Store>,
  use: (store: Store) => Promise<T>,
): Promise<T> {
  const store = await open();
  try {
    return await use(store);
  } finally {
    store.close().catch(() => {});
  }
}

/** What an answer is, and how long it took, in ms to a tenth. */
export async function timed<T>(
  ask: () => Promise<T>,
): Promise<{ readonly value: T; readonly latencyMs: number }> {
  const startedMs = performance.now();
  const value = await ask();
  return { value, latencyMs: Math.round((performance.now() - startedMs) * 10) / 10 };
}
