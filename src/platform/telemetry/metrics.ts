import { Injectable } from '@nestjs/common';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Seconds, from a cached page to a hanging provider. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** The figures of this process, for Prometheus. Any stage may ask for a counter or histogram by name; asking twice gives the same one. */
@Injectable()
export class Metrics {
  private readonly registry = new Registry();
  private readonly counters = new Map<string, Counter>();
  private readonly gauges = new Map<string, Gauge>();
  private readonly histograms = new Map<string, Histogram>();
  /** When each loop came round last: seconds since 1970. */
  private readonly loops = new Map<string, number>();
  private readonly collectors: (() => Promise<void>)[] = [];

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }

  /** Adds to a count. @param name such as `countersign_model_calls_total`; the help text is that of the first call. */
  count(name: string, help: string, labels: Readonly<Record<string, string>> = {}, by = 1): void {
    let counter = this.counters.get(name);
    if (counter === undefined) {
      counter = new Counter({ name, help, labelNames: Object.keys(labels), registers: [this.registry] });
      this.counters.set(name, counter);
    }
    counter.inc(labels, by);
  }

  /** Notes a duration in seconds. */
  observe(name: string, help: string, labels: Readonly<Record<string, string>>, seconds: number): void {
    let histogram = this.histograms.get(name);
    if (histogram === undefined) {
      histogram = new Histogram({
        name,
        help,
        labelNames: Object.keys(labels),
        buckets: BUCKETS,
        registers: [this.registry],
      });
      this.histograms.set(name, histogram);
    }
    histogram.observe(labels, seconds);
  }

  /** Replaces every value of a gauge: what is not named any more is gone. */
  set(
    name: string,
    help: string,
    values: readonly { readonly labels: Readonly<Record<string, string>>; readonly value: number }[],
  ): void {
    let gauge = this.gauges.get(name);
    if (gauge === undefined) {
      const labelNames = Object.keys(values[0]?.labels ?? {});
      if (values.length === 0) return;
      gauge = new Gauge({ name, help, labelNames, registers: [this.registry] });
      this.gauges.set(name, gauge);
    }
    gauge.reset();
    for (const { labels, value } of values) gauge.set(labels, value);
  }

  /** Notes that a loop came round: one that does not any more is found by its age. */
  turned(loop: string): void {
    this.loops.set(loop, Date.now() / 1_000);
  }

  /** Names of the loops whose last round is older. */
  loopsOlderThan(seconds: number): string[] {
    const before = Date.now() / 1_000 - seconds;
    return [...this.loops].filter(([, at]) => at < before).map(([loop]) => loop);
  }

  /** Asked before every reading, to bring gauges up to date. */
  beforeReading(collect: () => Promise<void>): void {
    this.collectors.push(collect);
  }

  /** The Prometheus text format. */
  async text(): Promise<{ contentType: string; body: string }> {
    await Promise.all(this.collectors.map((collect) => collect()));
    return { contentType: this.registry.contentType, body: await this.registry.metrics() };
  }
}
