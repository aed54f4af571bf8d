import { Metrics } from './metrics.js';

describe('metrics', () => {
  const read = async (metrics: Metrics): Promise<string> => (await metrics.text()).body;

  it('count by label and add up', async () => {
    const metrics = new Metrics();
    metrics.count('calls_total', 'Calls', { outcome: 'ok' });
    metrics.count('calls_total', 'Calls', { outcome: 'ok' }, 2);
    metrics.count('calls_total', 'Calls', { outcome: 'late' });
    const text = await read(metrics);
    expect(text).toContain('calls_total{outcome="ok"} 3');
    expect(text).toContain('calls_total{outcome="late"} 1');
  });

  it('forget a gauge’s value that is not named any more', async () => {
    const metrics = new Metrics();
    metrics.set('rows', 'Rows', [{ labels: { state: 'ready' }, value: 4 }]);
    metrics.set('rows', 'Rows', [{ labels: { state: 'dead' }, value: 1 }]);
    const text = await read(metrics);
    expect(text).toContain('rows{state="dead"} 1');
    expect(text).not.toContain('state="ready"');
  });

  it('ask for what lies elsewhere before they are read', async () => {
    const metrics = new Metrics();
    metrics.beforeReading(() => {
      metrics.set('depth', 'Depth', [{ labels: {}, value: 7 }]);
      return Promise.resolve();
    });
    expect(await read(metrics)).toContain('depth 7');
  });

  it('spread durations over buckets', async () => {
    const metrics = new Metrics();
    metrics.observe('took_seconds', 'Time', { route: '/x' }, 0.2);
    const text = await read(metrics);
    expect(text).toContain('took_seconds_bucket{le="0.1",route="/x"} 0');
    expect(text).toContain('took_seconds_bucket{le="0.25",route="/x"} 1');
  });
});
