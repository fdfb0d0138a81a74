import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** What happens on a cable to a chunk that a browser sends. */
type Fault = (chunk: Buffer) => 'lose the connection' | 'lose the answer' | 'hold it' | undefined;

/** A connection to the storage that a test can break: TCP, with nothing of HTTP understood. */
export class Cable {
  readonly #server = createServer((socket) => this.#join(socket));
  readonly #sockets = new Set<Socket>();
  readonly #target: URL;
  #fault: Fault = () => undefined;
  /** Connections that were lost. */
  lost = 0;
  endpoint = '';

  constructor(target: string) {
    this.#target = new URL(target);
  }

  async open(): Promise<this> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    this.endpoint = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    return this;
  }

  /** Is whole again, or as the fault says. */
  mend(fault: Fault = () => undefined): void {
    this.#fault = fault;
    this.lost = 0;
  }

  /** Breaks once so many bytes have been sent: once, or for good. */
  breakAfter(bytes: number, howOften: 'once' | 'for good'): void {
    let left = bytes;
    this.mend((chunk) => {
      left -= chunk.length;
      return left < 0 && (howOften === 'for good' || this.lost === 0) ? 'lose the connection' : undefined;
    });
  }

  /** Takes no more once so many bytes have been sent. */
  holdAfter(bytes: number): void {
    let left = bytes;
    this.mend((chunk) => {
      left -= chunk.length;
      return left < 0 ? 'hold it' : undefined;
    });
  }

  /** Lets requests that begin like this through, and breaks before each answer. */
  loseAnswersTo(request: RegExp): void {
    this.mend((chunk) => (request.test(chunk.toString('latin1')) ? 'lose the answer' : undefined));
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #join(browser: Socket): void {
    const storage = connect(Number(this.#target.port), this.#target.hostname);
    const end = () => {
      browser.destroy();
      storage.destroy();
    };
    const lose = () => {
      this.lost += 1;
      browser.resetAndDestroy();
      storage.destroy();
    };
    for (const socket of [browser, storage]) {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
      socket.once('error', end).once('close', end);
    }
    let answers = true;
    browser.on('data', (chunk: Buffer) => {
      const fault = this.#fault(chunk);
      if (fault === 'lose the connection') return lose();
      if (fault === 'hold it') return void browser.pause();
      if (fault === 'lose the answer') answers = false;
      if (storage.write(chunk)) return;
      browser.pause();
      storage.once('drain', () => browser.resume());
    });
    storage.on('data', (chunk: Buffer) => (answers ? browser.write(chunk) : lose()));
  }
}
