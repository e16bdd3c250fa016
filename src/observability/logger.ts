import { type DestinationStream, pino } from 'pino';
import type { Logger } from '../ports/logger.ts';

export type LogLevel = 'silent' | 'error' | 'warn' | 'info' | 'debug';

export interface FlushableLogger extends Logger {
  /** Writes what is still waiting; to be called before the process ends. */
  flush(): void;
}

/** Whatever a line should not have been given is masked all the same. */
const secrets = ['authorization', 'token', 'password', 'secret', '*.authorization', '*.token', '*.secret'];
const waitingBytesMax = 4_096;

/** JSON lines on standard error, written behind the request rather than in its way. */
export function createLogger(level: LogLevel): FlushableLogger {
  const stream = pino.destination({ dest: 2, sync: false, minLength: waitingBytesMax });
  const flushing = setInterval(() => stream.flush(), 250).unref();
  return Object.assign(loggerTo(stream, level), {
    flush: () => {
      clearInterval(flushing);
      stream.flushSync();
    },
  });
}

/** A logger that writes to `stream`. */
export function loggerTo(stream: DestinationStream, level: LogLevel): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: secrets, censor: '[redacted]' },
    },
    stream,
  );
}
