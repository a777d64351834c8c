/** One start at a time: whoever asks while one runs gets the next, together with all others that ask meanwhile. */

export class Restarts {
  private running: Promise<void> = Promise.resolve();
  private waiting: Promise<void> | undefined;

  constructor(private readonly restart: () => Promise<void>) {}

  /** Restart once what runs has ended. The promise is that restart's. */
  request(): Promise<void> {
    this.waiting ??= this.running.then(() => {
      this.waiting = undefined;
      const restart = this.restart();
      this.running = restart.catch(() => undefined);
      return restart;
    });
    return this.waiting;
  }

  /** Wait until nothing runs or waits. */
  async settled(): Promise<void> {
    await this.waiting?.catch(() => undefined);
    await this.running;
  }
}
