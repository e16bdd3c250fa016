/** @throws Error when there is no answer within `ms`. What was asked goes on, unheard. */
export async function withinTime<T>(ms: number, answer: Promise<T>): Promise<T> {
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

/** What an answer is, and how long it took, in ms to a tenth. */
export async function timed<T>(
  ask: () => Promise<T>,
): Promise<{ readonly value: T; readonly latencyMs: number }> {
  const startedMs = performance.now();
  const value = await ask();
  return { value, latencyMs: Math.round((performance.now() - startedMs) * 10) / 10 };
}

/** The quickest of three: the first answers of a process that does much at once say little of who gives them. */
export async function quickest<T>(
  ask: () => Promise<T>,
): Promise<{ readonly value: T; readonly latencyMs: number }> {
  const { value, ...first } = await timed(ask);
  const others = [await timed(ask), await timed(ask)];
  return { value, latencyMs: Math.min(first.latencyMs, ...others.map(({ latencyMs }) => latencyMs)) };
}
