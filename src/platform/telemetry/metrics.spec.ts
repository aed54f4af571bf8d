import { CATALOGUE } from './catalogue.js';
import { Metrics } from './metrics.js';

describe('metrics', () => {
  const read = async (metrics: Metrics): Promise<string> => (await metrics.text()).body;

  it('count by label and add up, from nought', async () => {
    const metrics = new Metrics();
    metrics.count('countersign_ingest_signals_total', { outcome: 'accepted' });
    metrics.count('countersign_ingest_signals_total', { outcome: 'accepted' }, 2);
    const text = await read(metrics);
    expect(text).toContain('countersign_ingest_signals_total{outcome="accepted"} 3');
    expect(text).toContain('countersign_ingest_signals_total{outcome="rejected"} 0');
  });

  it('forget a gauge’s value that is not named any more', async () => {
    const metrics = new Metrics();
    metrics.set('countersign_work_dead', [{ labels: { kind: 'draft.written' }, value: 4 }]);
    metrics.set('countersign_work_dead', [{ labels: { kind: 'fate.told' }, value: 1 }]);
    const text = await read(metrics);
    expect(text).toContain('countersign_work_dead{kind="fate.told"} 1');
    expect(text).not.toContain('draft.written');
  });

  it('ask for what lies elsewhere before they are read', async () => {
    const metrics = new Metrics();
    metrics.beforeReading(() => {
      metrics.set('countersign_inbox_signals', [{ labels: {}, value: 7 }]);
      return Promise.resolve();
    });
    expect(await read(metrics)).toContain('countersign_inbox_signals 7');
  });

  it('spread durations over buckets', async () => {
    const metrics = new Metrics();
    metrics.observe('countersign_decision_seconds', { mode: 'decide', outcome: 'hold' }, 0.2);
    const text = await read(metrics);
    expect(text).toContain('countersign_decision_seconds_bucket{le="0.1",mode="decide",outcome="hold"} 0');
    expect(text).toContain('countersign_decision_seconds_bucket{le="0.25",mode="decide",outcome="hold"} 1');
  });

  it('leave out a gauge of which nothing is known', async () => {
    const metrics = new Metrics();
    metrics.set('countersign_inbox_signals', [{ labels: {}, value: 7 }]);
    expect(await read(metrics)).toContain('\ncountersign_inbox_signals 7');
    metrics.set('countersign_inbox_signals', []);
    expect(await read(metrics)).not.toMatch(/^countersign_inbox_signals /m);
  });

  it('know for how long a loop has not come round', () => {
    const metrics = new Metrics();
    metrics.turned('intake');
    expect(metrics.loopsOlderThan(60)).toEqual([]);
    expect(metrics.loopsOlderThan(-1)).toEqual(['intake']);
  });

  it('are named as Prometheus names things', () => {
    for (const [name, { type, help }] of Object.entries(CATALOGUE)) {
      expect(name).toMatch(/^countersign_[a-z_]+$/);
      expect(name.endsWith('_total')).toBe(type === 'counter');
      expect(help).toMatch(/^[A-Z].*[^.]$/);
      if (/(time|how long)/i.test(help) && type !== 'counter') expect(name).toMatch(/_seconds$/);
    }
  });
});
