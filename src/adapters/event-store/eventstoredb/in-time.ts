import { NoAnswer } from './call-faults.ts';

type Start<Value> = (resolve: (value: Value) => void, reject: (error: unknown) => void) => () => unknown;

/** Settles as what is started does or, when nothing has come in time, with `NoAnswer`; then it is given up. */
export function inTime<Value>(msMax: number, start: Start<Value>): Promise<Value> {
  return new Promise<Value>((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined;
    let isSettled = false;
    const started = new Promise<Value>((...settle) => {
      const giveUp = start(...settle);
      const late = () => {
        if (isSettled) return;
        reject(new NoAnswer(msMax));
        giveUp();
      };
      // What has arrived meanwhile is read first: it may be this thread that was held up.
      timer = setTimeout(() => setImmediate(late), msMax);
    });
    started.then(resolve, reject).finally(() => {
      isSettled = true;
      clearTimeout(timer);
    });
  });
}
