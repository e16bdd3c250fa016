import type { Logger } from './ports/logger.ts';

const closeMsMax = 5_000;

/** Closes a part, and leaves it as it is when it does not close in time because a server says nothing. */
export async function closeInTime(
  part: string,
  close: () => Promise<void> | undefined,
  logger: Logger,
): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), closeMsMax);
  });
  try {
    const outcome = await Promise.race([close(), late]);
    if (outcome === 'late') logger.warn({ part, closeMsMax }, 'a part did not close in time');
  } finally {
    clearTimeout(timer);
  }
}
