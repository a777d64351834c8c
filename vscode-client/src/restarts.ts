/** A queue of restarts: one runs at a time, and all requests during a restart share the next one. */

export class Restarts {
  private running: Promise<void> = Promise.resolve();
  private waiting: Promise<void> | undefined;

  constructor(private readonly restart: () => Promise<void>) {}

  /** Restart after the running restart, if there is one. Return the promise of the new restart. */
  request(): Promise<void> {
    this.waiting ??= this.running.then(() => {
      this.waiting = undefined;
      const restart = this.restart();
      this.running = restart.catch(() => undefined);
      return restart;
    });
    return this.waiting;
  }

  /** Wait until no restart runs or waits. */
  async settled(): Promise<void> {
    await this.waiting?.catch(() => undefined);
    await this.running;
  }
}
