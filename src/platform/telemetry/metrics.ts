import { Injectable } from '@nestjs/common';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { CATALOGUE, type LabelsOf, type Name } from './catalogue.js';

/** The figures of this process, for Prometheus: those of the catalogue, all there from the start, and Node's own. */
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
    for (const [name, { type, help, labels, ...rest }] of Object.entries(CATALOGUE)) {
      const settings = { name, help, labelNames: Object.keys(labels), registers: [this.registry] };
      if (type === 'gauge') this.gauges.set(name, new Gauge(settings));
      else if (type === 'counter') this.counters.set(name, begun(new Counter(settings), labels));
      else if ('buckets' in rest)
        this.histograms.set(name, new Histogram({ ...settings, buckets: [...rest.buckets] }));
    }
  }

  count<N extends Name<'counter'>>(name: N, labels: LabelsOf<N>, by = 1): void {
    this.counters.get(name)?.inc(labels, by);
  }

  observe<N extends Name<'histogram'>>(name: N, labels: LabelsOf<N>, value: number): void {
    this.histograms.get(name)?.observe(labels, value);
  }

  /** Notes the seconds since `startedAt`, as `performance.now()` gave it. */
  took<N extends Name<'histogram'>>(name: N, labels: LabelsOf<N>, startedAt: number): void {
    this.observe(name, labels, (performance.now() - startedAt) / 1_000);
  }

  /** Replaces every value of a gauge: what is not named any more is gone, and with no values so is the gauge, where 0 would be a claim. */
  set<N extends Name<'gauge'>>(
    name: N,
    values: readonly { readonly labels: LabelsOf<N>; readonly value: number }[],
  ): void {
    const gauge = this.gauges.get(name);
    gauge?.reset();
    if (values.length === 0 && Object.keys(CATALOGUE[name].labels).length === 0) gauge?.remove();
    for (const { labels, value } of values) gauge?.set(labels, value);
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

  /** Asked before every reading, to bring gauges up to date. It must end soon, whatever is gone. */
  beforeReading(collect: () => Promise<void>): void {
    this.collectors.push(collect);
  }

  /** The Prometheus text format. */
  async text(): Promise<{ contentType: string; body: string }> {
    await Promise.all(this.collectors.map((collect) => collect()));
    this.set(
      'countersign_loop_last_round_timestamp_seconds',
      [...this.loops].map(([loop, value]) => ({ labels: { loop }, value })),
    );
    return { contentType: this.registry.contentType, body: await this.registry.metrics() };
  }
}

/** A counter whose values are known beforehand starts at nought: a first event is then a rise like any other. */
function begun(counter: Counter, labels: Readonly<Record<string, readonly string[] | null>>): Counter {
  const [first, ...more] = Object.entries(labels);
  if (first !== undefined && more.length === 0)
    for (const value of first[1] ?? []) counter.inc({ [first[0]]: value }, 0);
  return counter;
}
