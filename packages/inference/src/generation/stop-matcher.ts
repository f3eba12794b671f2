/** Watches a growing text for stop strings and holds back what might become one. */
export class StopMatcher {
  private readonly stops: readonly string[];
  private held = '';
  stopped = false;

  constructor(stops: readonly string[]) {
    this.stops = stops.filter((stop) => stop !== '');
  }

  /** Text that can be shown after `delta` arrived; ends before the first stop string. */
  push(delta: string): string {
    if (this.stops.length === 0) return delta;
    const text = this.held + delta;
    const at = Math.min(
      ...this.stops.map((stop) => text.indexOf(stop)).filter((index) => index >= 0),
    );
    if (Number.isFinite(at)) {
      this.stopped = true;
      this.held = '';
      return text.slice(0, at);
    }
    let keep = 0;
    for (const stop of this.stops) {
      for (let length = Math.min(stop.length - 1, text.length); length > keep; length--) {
        if (stop.startsWith(text.slice(-length))) keep = length;
      }
    }
    this.held = keep > 0 ? text.slice(-keep) : '';
    return keep > 0 ? text.slice(0, -keep) : text;
  }

  /** What was held back and never became a stop string. */
  flush(): string {
    const text = this.held;
    this.held = '';
    return text;
  }
}
