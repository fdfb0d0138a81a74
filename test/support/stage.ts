/** Lets several do their work one step at a time, in an order that is given, so that what once went wrong goes wrong again. */
export class Stage {
  readonly #order: Iterator<number>;
  readonly #waiting: (() => void)[] = [];
  #active = 0;

  /** @param order which of those that wait goes on, again and again. */
  constructor(order: Iterable<number>) {
    this.#order = order[Symbol.iterator]();
  }

  /** Does all of these at once; each says before each of its steps that it wants to go on. */
  async play(works: (() => Promise<void>)[]): Promise<void> {
    this.#active = works.length;
    const leave = () => {
      this.#active -= 1;
      this.#next();
    };
    await Promise.all(works.map((work) => work().finally(leave)));
  }

  /** Resolves when it is the turn of whoever asks. */
  turn(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push(resolve);
    this.#active -= 1;
    this.#next();
    return promise;
  }

  /** Once nobody is at work, somebody who waits goes on. */
  #next(): void {
    if (this.#active > 0 || this.#waiting.length === 0) return;
    const choice = Number(this.#order.next().value ?? 0) % this.#waiting.length;
    const [chosen] = this.#waiting.splice(choice, 1);
    this.#active += 1;
    chosen?.();
  }
}
