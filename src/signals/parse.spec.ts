import fc from 'fast-check';
import { canonicalJson } from '../shared/canonical-json.js';
import { BodyRefused, parseBatch, type Parsed, type ParseOptions, parseSingle } from './parse.js';
import { type NewSignal } from './signal.js';

const RECEIVED = '2026-11-18T12:00:00.000Z';
let made = 0;
const options: ParseOptions = { receivedAt: new Date(RECEIVED), unique: () => `u${++made}` };

const single = (type: Parameters<typeof parseSingle>[0], body: unknown): Parsed =>
  parseSingle(type, JSON.stringify(body), options);
const good = (parsed: Parsed): NewSignal => {
  const signal = parsed.signals[0];
  if (signal === undefined) throw new Error(JSON.stringify(parsed.rejected));
  return signal;
};
const refusal = (parsed: Parsed): { path: string; message: string } => {
  const rejected = parsed.rejected[0];
  if (rejected === undefined) throw new Error('it was kept');
  return { path: rejected.path, message: rejected.message };
};

describe('reading signals', () => {
  it('takes a track as a Segment client sends it', () => {
    const parsed = single('track', {
      userId: 'u1',
      event: 'Order Completed',
      properties: { total: 27.5 },
      context: { library: { name: '@segment/analytics-node' } },
      timestamp: '2026-11-18T11:59:59.000Z',
      messageId: 'm1',
      _metadata: { nodeVersion: 'v20' },
      integrations: {},
    });
    expect(parsed).toEqual({
      rejectedCount: 0,
      signals: [
        {
          messageId: 'm1',
          type: 'track',
          event: 'Order Completed',
          userId: 'u1',
          anonymousId: null,
          previousId: null,
          groupId: null,
          traits: {},
          properties: { total: 27.5 },
          context: { library: { name: '@segment/analytics-node' } },
          occurredAt: '2026-11-18T11:59:59.000Z',
        },
      ],
      rejected: [],
      notices: [],
      bytes: expect.any(Number) as number,
    });
  });

  it('counts what all of a batch share with each of its signals', () => {
    const bytesOf = (signals: number, title: string): number =>
      parseBatch(
        JSON.stringify({
          batch: Array.from({ length: signals }, () => ({ type: 'page', userId: 'u1' })),
          context: { title },
        }),
        options,
      ).bytes;
    expect(bytesOf(10, 'x'.repeat(1_000)) - bytesOf(10, '')).toBe(11_000);
  });

  it('keeps the good signals of a batch and names the place of each mistake in the bad ones', () => {
    const parsed = parseBatch(
      JSON.stringify({
        batch: [
          { type: 'track', userId: 'u1', event: 'A' },
          { type: 'track', userId: 'u1' },
          { type: 'dance', userId: 'u1' },
          'text',
          { type: 'track', userId: {}, event: 'A' },
          { type: 'track', userId: 'u1', event: 'A', properties: [] },
          { type: 'track', userId: 'u1', event: 'A', timestamp: 'yesterday' },
          { type: 'group', userId: 'u1' },
          { type: 'alias', userId: 'u1' },
        ],
      }),
      options,
    );
    expect(parsed.signals).toHaveLength(1);
    expect(parsed.rejected.map(({ index, path }) => [index, path])).toEqual([
      [1, 'event'],
      [2, 'type'],
      [3, ''],
      [4, 'userId'],
      [5, 'properties'],
      [6, 'timestamp'],
      [7, 'groupId'],
      [8, 'previousId'],
    ]);
  });

  it('reads the older names of the spec: action, user_id, anonymous_id', () => {
    const parsed = parseBatch(
      JSON.stringify({ batch: [{ action: 'track', user_id: 7, event: 'Email Opened' }] }),
      options,
    );
    expect(good(parsed)).toMatchObject({ type: 'track', userId: '7', event: 'Email Opened' });
  });

  it.each([
    ['the body is no JSON', '{"batch": [', /not JSON/],
    ['the body is a list', '[]', /object/],
    ['the batch is missing', '{}', /batch/],
    ['the batch is no list', '{"batch":{}}', /batch/],
  ])('says so when %s', (_what, text, message) => {
    expect(() => parseBatch(text, options)).toThrow(BodyRefused);
    expect(() => parseBatch(text, options)).toThrow(message);
  });

  it('corrects the time by how far the client’s clock was off when it sent', () => {
    const signal = good(
      single('track', {
        userId: 'u1',
        event: 'A',
        timestamp: '2031-01-01T00:00:00Z',
        sentAt: '2031-01-01T00:10:00Z',
      }),
    );
    expect(signal.occurredAt).toBe('2026-11-18T11:50:00.000Z');
  });

  it('takes the batch’s sentAt for signals that bring none', () => {
    const parsed = parseBatch(
      JSON.stringify({
        batch: [{ type: 'track', userId: 'u1', event: 'A', originalTimestamp: '1999-01-01T00:00:00Z' }],
        sentAt: '1999-01-01T00:00:01Z',
      }),
      options,
    );
    expect(good(parsed).occurredAt).toBe('2026-11-18T11:59:59.000Z');
  });

  it.each([
    ['a far future is the time of arrival', '2999-01-01T00:00:00Z', RECEIVED],
    ['1970 is history', '1970-01-01T00:00:00Z', '1970-01-01T00:00:00.000Z'],
    ['no time is the time of arrival', undefined, RECEIVED],
    ['a time without a zone is UTC', '2026-11-18T11:00:00', '2026-11-18T11:00:00.000Z'],
    ['seconds are understood', 1_795_000_000, '2026-11-18T11:06:40.000Z'],
  ])('%s', (_what, timestamp, occurredAt) => {
    expect(good(single('track', { userId: 'u1', event: 'A', timestamp })).occurredAt).toBe(occurredAt);
  });

  it.each(['2026-02-29T08:00:00Z', '2026-02-30', '2026-04-31T23:59:59.999+14:00', '2100-02-29T00:00:00Z'])(
    'refuses a day that is in no calendar: %s',
    (timestamp) => {
      const refused = refusal(single('track', { userId: 'u1', event: 'A', timestamp }));
      expect(refused).toMatchObject({ path: 'timestamp' });
    },
  );

  it.each(['2024-02-29T08:00:00.000Z', '2000-02-29T00:00:00.000Z', '2026-01-31T23:00:00.000Z'])(
    'takes the last day of a month: %s',
    (timestamp) => {
      expect(good(single('track', { userId: 'u1', event: 'A', timestamp })).occurredAt).toBe(timestamp);
    },
  );

  it('refuses a time before 1970', () => {
    const body = { userId: 'u1', event: 'A', timestamp: '1969-12-31T23:59:59Z' };
    expect(refusal(single('track', body))).toEqual({ path: 'timestamp', message: 'lies before 1970' });
  });

  it('derives the same message id for the same signal sent again, and never for two without a time', () => {
    const timed = { userId: 'u1', event: 'A', timestamp: '2026-11-18T11:00:00Z' };
    const first = good(single('track', { ...timed, sentAt: '2026-11-18T11:00:01Z' })).messageId;
    const again = good(single('track', { ...timed, sentAt: '2026-11-18T11:00:09Z' })).messageId;
    expect(again).toBe(first);
    expect(good(single('track', { ...timed, userId: 'u2' })).messageId).not.toBe(first);
    const untimed = { userId: 'u1', event: 'A' };
    expect(good(single('track', untimed)).messageId).not.toBe(good(single('track', untimed)).messageId);
  });

  it('takes what clients send for "nobody" as nobody', () => {
    const parsed = single('track', { userId: 'undefined', anonymousId: 'a1', event: 'A' });
    expect(good(parsed)).toMatchObject({ userId: null, anonymousId: 'a1' });
  });

  it('keeps a signal of nobody, with a notice', () => {
    const parsed = single('track', { event: 'A' });
    expect(parsed.signals).toHaveLength(1);
    expect(parsed.notices).toMatchObject([{ path: 'userId' }]);
  });

  it('keeps what stands beside the known members aside, and says so once', () => {
    const signal = { type: 'track', userId: 'u1', event: 'A', total: 12, integrations: { All: true } };
    const parsed = parseBatch(JSON.stringify({ batch: [signal, signal] }), options);
    expect(parsed.signals.map(({ context }) => context)).toEqual([
      { extra: { total: 12 } },
      { extra: { total: 12 } },
    ]);
    expect(parsed.notices).toMatchObject([{ index: 0, path: 'total' }]);
  });

  describe('hostile input', () => {
    it('spells out a hundred rejections and counts the others', () => {
      const parsed = parseBatch(`{"batch":[${'1,'.repeat(2_499)}1]}`, options);
      expect(parsed.rejected).toHaveLength(100);
      expect(parsed.rejectedCount).toBe(2_500);
    });

    it.each([
      ['more signals than a batch may have', `{"batch":[${'1,'.repeat(2_500)}1]}`, /^batch: has more/],
      [
        'a context that would be kept thousands of times',
        JSON.stringify({
          batch: Array.from({ length: 2_000 }, () => 1),
          context: { a: 'x'.repeat(300_000) },
        }),
        /^context: is too large/,
      ],
      [
        'a context nested too deep',
        `{"batch":[],"context":${'{"a":'.repeat(100)}1${'}'.repeat(100)}}`,
        /^context.*nested deeper/,
      ],
    ])('refuses %s before looking at any', (_what, text, why) => {
      expect(() => parseBatch(text, options)).toThrow(why);
    });

    it('repairs null characters and halves of surrogate pairs in texts', () => {
      const text = '{"userId":"u1","event":"A","properties":{"a":"x\\u0000y","b":"\\ud800","c\\u0000":1}}';
      const signal = good(parseSingle('track', text, options));
      expect(signal.properties).toEqual({ a: 'x�y', b: '�', 'c�': 1 });
    });

    it('refuses them in an id: two broken ids must not become one person', () => {
      const text = '{"userId":"u\\u0000","event":"A"}';
      expect(refusal(parseSingle('track', text, options)).path).toBe('userId');
    });

    it.each(['{"__proto__":{"admin":true}}', '{"a":[{"\\u005f_proto__":1}]}'])(
      'refuses the prototype key in %s',
      (properties) => {
        const text = `{"userId":"u1","event":"A","properties":${properties}}`;
        expect(refusal(parseSingle('track', text, options)).path).toMatch(/__proto__$/);
        expect(({} as Record<string, unknown>)['admin']).toBeUndefined();
      },
    );

    it.each(['constructor', '__proto__', 'toString'])('refuses the event name %s', (event) => {
      expect(refusal(single('track', { userId: 'u1', event })).path).toBe('event');
    });

    it('refuses nesting that would exhaust the stack further on', () => {
      const deep = `${'{"a":'.repeat(40_000)}1${'}'.repeat(40_000)}`;
      const text = `{"userId":"u1","event":"A","properties":${deep}}`;
      expect(refusal(parseSingle('track', text, options))).toMatchObject({
        path: `properties${'.a'.repeat(31)}`,
        message: 'is nested deeper than 32 levels',
      });
    });

    it('refuses a number that JSON cannot write', () => {
      const text = '{"userId":"u1","event":"A","properties":{"a":1e999}}';
      expect(refusal(parseSingle('track', text, options)).path).toBe('properties.a');
    });

    it('refuses one signal above 32 KB, as too large', () => {
      const parsed = single('track', { userId: 'u1', event: 'A', properties: { a: 'x'.repeat(33_000) } });
      expect(parsed.rejected).toMatchObject([{ tooLarge: true }]);
      expect(
        single('track', { userId: 'u1', event: 'A', properties: { a: 'x'.repeat(32_000) } }).signals,
      ).toHaveLength(1);
    });

    it('shows the outline of a rejected signal, and nobody’s data', () => {
      const [rejected] = single('track', { userId: 'ada@example.com', properties: { name: 'Ada' } }).rejected;
      expect(rejected?.excerpt).toContain('userId');
      expect(rejected?.excerpt).not.toContain('ada@');
    });

    it('keeps whatever JSON there is, or says what is wrong: never anything else', () => {
      fc.assert(
        fc.property(
          fc.json(),
          fc.constantFrom('track', 'identify', 'page', 'alias', 'group'),
          (text, type) => {
            let parsed: Parsed;
            try {
              parsed = parseSingle(type, text, options);
            } catch (error) {
              expect(error).toBeInstanceOf(BodyRefused);
              return;
            }
            expect(parsed.signals.length + parsed.rejected.length).toBe(1);
            for (const signal of parsed.signals) {
              expect(canonicalJson(signal)).not.toContain('\\u0000');
              expect(signal.occurredAt <= RECEIVED).toBe(true);
            }
          },
        ),
      );
    });
  });
});
