import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { armedFile, fullFile, type Point } from './failpoints.ts';

/** Tells servers that are loaded with `mortal.ts` what is to happen to them. */
export class Control {
  readonly directory: string;

  constructor(directory: string) {
    mkdirSync(directory, { recursive: true });
    this.directory = directory;
  }

  /** The server dies when it passes the point for the `passes`-th time from now on. */
  arm(point: Point, passes: number): void {
    // In one step, so that nobody reads half of it.
    const written = join(this.directory, `${armedFile}.new`);
    writeFileSync(written, `${point} ${passes}`);
    renameSync(written, join(this.directory, armedFile));
  }

  disarm(): void {
    rmSync(join(this.directory, armedFile), { force: true });
  }

  /** From now on the log cannot grow. */
  fill(): void {
    writeFileSync(join(this.directory, fullFile), '');
  }

  makeRoom(): void {
    rmSync(join(this.directory, fullFile), { force: true });
  }
}
