import { randomUUID } from 'node:crypto';
import { copyFileSync, linkSync, openSync } from 'node:fs';
import { mkdir, open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * The bytes of objects and parts, one file each, never changed once written. Names are random, never made of keys.
 * A blob counts only when a row of the index names it; whatever else lies here is left of a crash.
 */
export class Blobs {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async open(folder: string): Promise<Blobs> {
    await mkdir(folder, { recursive: true });
    return new Blobs(folder);
  }

  /** Writes a blob to its end. When the source throws, nothing is left of it. @returns its name */
  async write(source: AsyncIterable<Buffer>): Promise<string> {
    const name = randomUUID();
    const file = await open(this.#path(name), 'wx');
    try {
      await file.writeFile(source);
      await file.close();
    } catch (error) {
      await file.close();
      await this.remove(name);
      throw error;
    }
    return name;
  }

  /** A second name for the same bytes; as blobs never change, none are copied. */
  link(name: string): string {
    const copy = randomUUID();
    try {
      linkSync(this.#path(name), this.#path(copy));
    } catch (error) {
      // Some file systems have no hard links.
      if (!['EPERM', 'ENOTSUP', 'ENOSYS', 'EMLINK'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
      copyFileSync(this.#path(name), this.#path(copy));
    }
    return copy;
  }

  /** Opens at once, so that between reading a row and opening its blob nobody can remove it. @returns a file descriptor */
  openNow(name: string): number {
    return openSync(this.#path(name), 'r');
  }

  async *read(name: string): AsyncGenerator<Buffer> {
    const file = await open(this.#path(name), 'r');
    yield* file.createReadStream({ highWaterMark: 1024 * 1024 }) as AsyncIterable<Buffer>;
  }

  /** A reader that has it open still reads all of it. */
  async remove(name: string | undefined): Promise<void> {
    if (name !== undefined) await rm(this.#path(name), { force: true });
  }

  /** Removes all but those named. */
  async keepOnly(names: Set<string>): Promise<void> {
    const orphans = (await readdir(this.#folder)).filter((name) => !names.has(name));
    await Promise.all(orphans.map((name) => this.remove(name)));
  }

  #path(name: string): string {
    return join(this.#folder, name);
  }
}
