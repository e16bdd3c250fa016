import { BroadcastChannel } from 'node:worker_threads';

/** How often a listener looks whether another process has written. */
const pollMs = 20;
/** At most one ring per this time between threads; the last one always comes. */
const ringMs = 1;

/**
 * Says "something was appended" to the listeners of one database file: at once in this thread, by a channel to the
 * other threads of this process, and by looking at `PRAGMA data_version` for other processes.
 */
export interface Doorbell {
  ring(): void;
  listen(listener: () => void): () => void;
  close(): void;
}

export function createDoorbell(path: string, dataVersion: () => unknown): Doorbell {
  const channel = new BroadcastChannel(`order-ledger:appended:${path}`);
  channel.unref();
  const listeners = new Set<() => void>();
  let polling: NodeJS.Timeout | undefined;
  let lastVersion: unknown;
  let lastRing = 0;
  let trailing: NodeJS.Timeout | undefined;

  channel.onmessage = () => notify();

  return { ring, listen, close };

  function ring(): void {
    notify();
    const now = performance.now();
    if (now - lastRing >= ringMs) {
      lastRing = now;
      channel.postMessage(0);
    } else {
      trailing ??= setTimeout(() => {
        trailing = undefined;
        lastRing = performance.now();
        channel.postMessage(0);
      }, ringMs).unref();
    }
  }

  function listen(listener: () => void): () => void {
    listeners.add(listener);
    if (polling === undefined) {
      lastVersion = look();
      polling = setInterval(poll, pollMs).unref();
    }
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) stopPolling();
    };
  }

  function poll(): void {
    const version = look();
    if (version === lastVersion) return;
    lastVersion = version;
    notify();
  }

  /** A look that fails shows nothing new; whoever reads next hears why, and here it is tried again. */
  function look(): unknown {
    try {
      return dataVersion();
    } catch {
      return lastVersion;
    }
  }

  function notify(): void {
    for (const listener of listeners) listener();
  }

  function stopPolling(): void {
    clearInterval(polling);
    polling = undefined;
  }

  function close(): void {
    listeners.clear();
    stopPolling();
    clearTimeout(trailing);
    channel.close();
  }
}
