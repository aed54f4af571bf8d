import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { z } from 'zod';
import { CATALOGUE } from '../../src/platform/telemetry/catalogue.js';
import { FakeOpenAi } from '../fakes/openai-server.js';
import { type FakeSmtpServer, startSmtpServer } from '../fakes/smtp-server.js';
import { checkout, fillCatalogue, HOUR, identify, MAIL_FROM, oldOrder } from '../harness/customers.js';
import { type Promql, readPromql } from '../harness/promql.js';
import { ADMIN, Story } from '../harness/service.js';

/** What Prometheus itself adds to every series. */
const OF_PROMETHEUS = ['job', 'instance', 'le'];
/** What only happens with Redis or in trouble; all else has figures after an ordinary day. */
const RARE = ['countersign_work_taken_total'];

const dashboardSchema = z.object({
  schemaVersion: z.int(),
  panels: z.array(
    z.object({
      id: z.int(),
      title: z.string(),
      gridPos: z.object({ x: z.int(), y: z.int(), w: z.int(), h: z.int() }),
      targets: z.array(z.object({ expr: z.string() })).default([]),
    }),
  ),
});
const alertsSchema = z.strictObject({
  groups: z.array(
    z.strictObject({
      name: z.string(),
      rules: z.array(
        z.strictObject({
          alert: z.string().regex(/^Countersign[A-Za-z]+$/),
          expr: z.string(),
          for: z
            .string()
            .regex(/^\d+[smh]$/)
            .optional(),
          labels: z.strictObject({ severity: z.enum(['page', 'ticket']) }),
          annotations: z.strictObject({ summary: z.string(), description: z.string() }),
        }),
      ),
    }),
  ),
});

const dashboard = dashboardSchema.parse(JSON.parse(await readFile('docs/grafana/countersign.json', 'utf8')));
const alerts = alertsSchema.parse(parse(await readFile('docs/grafana/alerts.yaml', 'utf8')));
const expressions = [
  ...dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
  ...alerts.groups.flatMap(({ rules }) => rules.map(({ expr }) => expr)),
];

describe('metrics', () => {
  let story: Story;
  let smtp: FakeSmtpServer;
  let model: FakeOpenAi;
  let served: string;

  /** An ordinary day: a model's draft that a person signs, a decision asked for over HTTP, a signal that is refused, a file. */
  beforeAll(async () => {
    smtp = await startSmtpServer();
    model = await FakeOpenAi.start();
    story = await Story.begin({ environment: { SMTP_URL: smtp.url, MAIL_FROM, ...model.environment } });
    await fillCatalogue(story);
    await story.happens(identify('zephyrine', { first_name: 'Quillon' }), oldOrder(story, 'zephyrine'));
    await story.happens(checkout('zephyrine'));
    await story.passes(HOUR);
    const review = (await story.reviews())[0];
    const detail = await story.get(`/v1/reviews/${String(review?.['id'])}`);
    await story.post(`/v1/reviews/${String(review?.['id'])}/verdict`, {
      verdict: 'approve',
      contentHash: detail['contentHash'],
    });
    await story.settle();
    await story.post('/v1/decisions', { userId: 'zephyrine' });
    await story.send({ type: 'track', userId: 'zephyrine', event: '' });
    await fetch(`${story.service.url}/v1/imports?kind=contacts`, {
      method: 'POST',
      headers: { 'content-type': 'text/csv', authorization: `Bearer ${ADMIN.token}` },
      body: 'userId,first_name\nzephyrine,Quillon\n',
    });
    // A second one is not answered yet.
    await story.happens(identify('quagmire'), oldOrder(story, 'quagmire'));
    await story.happens(checkout('quagmire'));
    await story.passes(HOUR);
    served = (await story.request('GET', '/metrics', { token: null })).text;
  });
  afterAll(async () => {
    await story.end();
    await smtp.close();
    await model.close();
  });

  const read = (): { text: string; promql: Promql }[] =>
    expressions.map((text) => ({ text, promql: readPromql(text.replaceAll('$job', '.*')) }));
  /** Series as they are served, by name, with the names of their labels. */
  const series = (): Map<string, Set<string>> => {
    const found = new Map<string, Set<string>>();
    for (const [, name = '', labels = ''] of served.matchAll(/^(\w+)(?:\{(.*)\})? \S+$/gm)) {
      const known = found.get(name) ?? new Set();
      for (const [, label = ''] of labels.matchAll(/(\w+)="/g)) known.add(label);
      found.set(name, known);
    }
    return found;
  };

  it('went through a day with a message in it', () => {
    expect(smtp.mails).toHaveLength(1);
  });

  it('are read by expressions that are well formed', () => {
    expect(read().length).toBeGreaterThan(50);
    for (const wrong of [
      'sum(rate(a))',
      'rate(a[5m]',
      'sum by le (a)',
      'a{b="c"',
      'histogram_quantile(a)',
      'foo(a)',
      'a[5m]',
      'a b',
    ])
      expect(() => readPromql(wrong)).toThrow();
  });

  it('are there when a dashboard or an alert reads them, with the labels it asks for', () => {
    const there = series();
    for (const { text, promql } of read()) {
      for (const { metric, labels } of promql.selectors) {
        expect([text, metric, there.has(metric) || RARE.includes(metric)]).toEqual([text, metric, true]);
        const known = [...(there.get(metric) ?? []), ...OF_PROMETHEUS];
        if (!RARE.includes(metric))
          expect([text, labels.filter((label) => !known.includes(label))]).toEqual([text, []]);
      }
      const known = promql.selectors.flatMap(({ metric }) => [...(there.get(metric) ?? [])]);
      for (const label of promql.grouped)
        if (!promql.selectors.some(({ metric }) => RARE.includes(metric)))
          expect([text, label, known.includes(label) || OF_PROMETHEUS.includes(label)]).toEqual([
            text,
            label,
            true,
          ]);
    }
  });

  it('are all shown on the dashboard', () => {
    const shown = new Set(
      dashboard.panels
        .flatMap(({ targets }) => targets)
        .flatMap(({ expr }) => readPromql(expr.replaceAll('$job', '.*')).selectors)
        .map(({ metric }) => metric.replace(/_(bucket|sum|count)$/, '')),
    );
    expect(Object.keys(CATALOGUE).filter((name) => !shown.has(name))).toEqual([]);
  });

  it('have figures after an ordinary day', () => {
    const there = series();
    const silent = Object.entries(CATALOGUE).filter(
      ([name, { type }]) => !there.has(type === 'histogram' ? `${name}_count` : name),
    );
    expect(silent.map(([name]) => name).filter((name) => !RARE.includes(name))).toEqual([]);
    expect(served).toMatch(/^countersign_review_verdicts_total\{verdict="approve"\} 1$/m);
    expect(served).toMatch(/^countersign_dispatch_seconds_count\{provider="smtp",outcome="sent"\} 1$/m);
    expect(served).toMatch(/^countersign_ingest_signals_total\{outcome="rejected"\} 1$/m);
  });

  it('name nobody, and have no more series than kinds of things', () => {
    for (const personal of ['zephyrine', 'quagmire', 'Quillon', 'example.com', 'msg_', 'prf_'])
      expect(served.includes(personal)).toBe(false);
    const count = served.split('\n').filter((line) => line.startsWith('countersign_')).length;
    expect(count).toBeLessThan(2_000);
  });

  it('are laid out without one panel over another', () => {
    const ids = dashboard.panels.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [i, one] of dashboard.panels.entries())
      for (const other of dashboard.panels.slice(i + 1)) {
        const [a, b] = [one.gridPos, other.gridPos];
        const apart = a.x + a.w <= b.x || b.x + b.w <= a.x || a.y + a.h <= b.y || b.y + b.h <= a.y;
        expect([one.title, other.title, apart]).toEqual([one.title, other.title, true]);
      }
  });
});
