import { gzipSync } from 'node:zlib';
import { sql } from 'kysely';
import { importAnswerSchema, type ImportAnswer } from '../../src/imports/import.js';
import { ImportsService } from '../../src/imports/index.js';
import { type Body, Story } from '../harness/service.js';
import { checkout, DAY, fillCatalogue, HOUR, identify, oldOrder, order } from '../harness/customers.js';
import { ADMIN, type Answer } from '../harness/service.js';
import { endSound, machine } from '../harness/shown.js';

interface Sent {
  readonly kind?: string;
  readonly dryRun?: boolean;
  readonly type?: string;
  readonly token?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
}

describe('files that are taken in', () => {
  let story: Story;
  beforeAll(async () => {
    story = await Story.begin({ now: '2026-11-18T15:00:00.000Z' });
    await fillCatalogue(story);
  });
  afterAll(() => endSound(story));

  /** Sends a file as its bytes. */
  async function send(body: string | Buffer, sent: Sent = {}): Promise<Answer> {
    const { kind = 'contacts', dryRun = false, type = 'text/csv', token = ADMIN.token, headers } = sent;
    const response = await fetch(`${story.service.url}/v1/imports?kind=${kind}&dryRun=${String(dryRun)}`, {
      method: 'POST',
      headers: {
        'content-type': type,
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...headers,
      },
      body: typeof body === 'string' ? body : new Uint8Array(body),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: JSON.parse(text) as Body };
  }
  /** Sends a file and waits until it was taken in. */
  async function imported(body: string | Buffer, sent: Sent = {}): Promise<ImportAnswer> {
    const answer = await send(body, sent);
    if (answer.status !== 202) throw new Error(`${answer.status}: ${answer.text}`);
    await story.settle();
    return importAnswerSchema.parse(await story.get(`/v1/imports/${String(answer.body['id'])}`));
  }
  const profile = (userId: string): Promise<Body> => story.get(`/v1/profiles/${userId}`);
  const count = async (table: string): Promise<number> =>
    (
      await sql<{ count: number }>`select count(*) as count from ${sql.table(table)}`.execute(
        story.database.db,
      )
    ).rows[0]?.count ?? 0;

  it('makes contacts known, as a spreadsheet writes them, and sends them nothing', async () => {
    const before = await count('firings');
    const file = [
      '\ufeffUser ID;E-Mail;Phone;Country;Time zone;first_name;plan',
      'imp-1;One@Example.com;+442079460123;GB;Europe/London;"Byron; Ada";gold',
      'imp-2;two@example.com;;;;"Zoë ""Z""";12',
      'imp-3;three@example.com',
      '',
      'imp-2;again@example.com;;;;;',
      'imp-4;not an address;;;;;',
      '',
    ].join('\r\n');
    const done = await imported(gzipSync(file));
    expect(done).toMatchObject({
      kind: 'contacts',
      dryRun: false,
      state: 'done',
      counts: { lines: 5, good: 2, bad: 3, created: 2, updated: 0, unchanged: 0 },
      badLines: [
        { line: 4, path: '' },
        { line: 6, path: 'userId', message: 'stands in line 3 already' },
        { line: 7, path: 'email' },
      ],
      badLinesLeftOut: 0,
      warnings: [],
      error: null,
    });
    expect(await profile('imp-1')).toMatchObject({
      userId: 'imp-1',
      traits: { first_name: 'Byron; Ada', plan: 'gold' },
      addresses: { email: 'one@example.com', phone: '+442079460123' },
      country: 'GB',
      zones: ['Europe/London'],
      consents: [],
    });
    expect((await profile('imp-2'))['traits']).toMatchObject({ first_name: 'Zoë "Z"', plan: 12 });
    const { data } = await story.get('/v1/profiles/imp-1/timeline');
    expect(data).toMatchObject([{ kind: 'signal', type: 'identify', source: 'import' }]);
    await story.passes(100 * DAY);
    expect(await count('firings')).toBe(before);
    expect(await count('timers')).toBe(0);
    expect(await count('import_chunks')).toBe(0);
    expect(await count('import_mentions')).toBe(0);
    // In a file nobody speaks: the first thing they do themselves is what is followed.
    await story.happens(order('imp-1'));
    expect(await count('firings')).toBe(before + 1);
  });

  it('changes nothing in a dry run, and foretells what the real one comes to', async () => {
    await story.happens(identify('known', { plan: 'gold' }), identify('changes', { plan: 'gold' }));
    const file = [
      'userId,plan,email',
      'known,gold,known@example.com',
      'changes,silver,changes@example.com',
      'newcomer,silver,newcomer@example.com',
      'newcomer,silver,newcomer@example.com',
      'bad,silver,nowhere',
    ].join('\n');
    const [signals, profiles] = [await count('signals'), await count('profiles')];
    const tried = await imported(file, { dryRun: true });
    expect(tried).toMatchObject({
      dryRun: true,
      state: 'done',
      counts: { lines: 5, good: 3, bad: 2, created: 1, updated: 1, unchanged: 1 },
    });
    expect([await count('signals'), await count('profiles')]).toEqual([signals, profiles]);
    expect((await story.request('GET', '/v1/profiles/newcomer')).status).toBe(404);
    const done = await imported(file);
    expect(done.counts).toEqual(tried.counts);
    expect(done.badLines).toEqual(tried.badLines);
    expect((await profile('changes'))['traits']).toMatchObject({ plan: 'silver' });
    const again = await imported(file);
    expect(again.counts).toMatchObject({ created: 0, updated: 0, unchanged: 3, bad: 2 });
  });

  it('does not put an old file above what was said since', async () => {
    const asked = await send('userId,plan\nlate,file\n');
    story.clock.advance(1_000);
    await story.happens({ type: 'identify', userId: 'late', traits: { plan: 'signal' } });
    expect(asked.status).toBe(202);
    expect((await profile('late'))['traits']).toEqual({ plan: 'signal' });
  });

  it('takes in consent with its source, and never puts an older grant above a newer denial', async () => {
    await story.happens(
      identify('agrees', { email_consent: false }),
      identify('denies', { email_consent: null }),
    );
    const file = [
      'userId,channel,topic,state,source,at',
      'agrees,email,,granted,paper form 7,2026-01-01T00:00:00Z',
      'denies,email,news,granted,web form,2026-02-01',
      'denies,email,news,denied,,2026-03-01',
      'denies,email,news,granted,web form,2026-02-15',
      'denies,sms,,granted,,2026-02-01',
      'denies,sms,,granted,web form,2036-02-01',
      'nobody-at-all,email,,denied,,2026-02-01',
    ].join('\n');
    const tried = await imported(file, { kind: 'consent', dryRun: true });
    expect((await profile('denies'))['consents']).toEqual([]);
    const done = await imported(file, { kind: 'consent' });
    expect(done).toMatchObject({
      counts: { lines: 7, good: 4, bad: 3, created: 1, updated: 1, unchanged: 2 },
      badLines: [
        { line: 6, path: 'source' },
        { line: 7, path: 'at' },
        { line: 8, path: 'userId' },
      ],
    });
    expect(tried.counts).toEqual(done.counts);
    expect((await profile('agrees'))['consents']).toMatchObject([{ topic: '*', state: 'denied' }]);
    expect((await profile('denies'))['consents']).toMatchObject([
      { channel: 'email', topic: 'news', state: 'denied', at: '2026-03-01T00:00:00.000Z' },
    ]);
  });

  it('counts in a dry run like in the real one, also where lines of one person lie far apart', async () => {
    await imported(`userId\n${Array.from({ length: 520 }, (_, i) => `far-${i}`).join('\n')}\n`);
    const line = (i: number, state: string, at: string): string => `far-${i},email,,${state},form,${at}`;
    const file = [
      'userId,channel,topic,state,source,at',
      ...Array.from({ length: 520 }, (_, i) => line(i, 'granted', '2026-05-01')),
      ...Array.from({ length: 520 }, (_, i) => line(i, 'denied', i % 2 === 0 ? '2026-04-01' : '2026-06-01')),
    ].join('\n');
    const tried = await imported(file, { kind: 'consent', dryRun: true });
    const done = await imported(file, { kind: 'consent' });
    expect(done.counts).toEqual({
      lines: 1040,
      good: 1040,
      bad: 0,
      created: 520,
      updated: 260,
      unchanged: 260,
    });
    expect(tried.counts).toEqual(done.counts);
  });

  it('suppresses addresses before anybody has them, and everything or marketing as the reason says', async () => {
    const file = [
      'email,userId,phone,reason,at',
      'stop@example.com,,,unsubscribed,2026-01-01',
      'Gone@Example.com,,,hard bounce,',
      ',known,,she moved,',
      ',,+442079460999,,',
      ',nobody-at-all,,,',
      'gone@example.com,,,,',
      'stop@example.com,,,manual,',
    ].join('\n');
    const tried = await imported(file, { kind: 'suppressions', dryRun: true });
    expect(await count('suppressions')).toBe(0);
    const done = await imported(file, { kind: 'suppressions' });
    expect(done).toMatchObject({
      counts: { lines: 7, good: 6, bad: 1, created: 4, updated: 1, unchanged: 1 },
      badLines: [{ line: 6, path: 'userId' }],
    });
    expect(tried.counts).toEqual(done.counts);
    expect((await profile('known'))['suppressions']).toMatchObject([{ channel: 'email', reason: 'import' }]);
    await story.happens(identify('gone'), order('gone'));
    expect((await profile('gone'))['suppressions']).toMatchObject([{ reason: 'hard_bounce' }]);
    expect(await story.messages('gone')).toEqual([]);
    await story.happens(identify('rings', { phone: '+44 20 7946 0999' }));
    expect((await profile('rings'))['suppressions']).toHaveLength(3);
  });

  it('ends what was approved before the file came', async () => {
    await story.happens(identify('waits'), oldOrder(story, 'waits'));
    const pause = await story.post('/v1/pauses', { scope: 'everything', reason: 'a file is on its way' });
    await story.happens(checkout('waits'));
    await story.passes(HOUR);
    expect((await story.messages('waits'))[0]?.['state']).toBe('scheduled');
    await imported('email,reason\nwaits@example.com,complaint\n', { kind: 'suppressions' });
    await story.settle();
    // At once, not when it falls due.
    expect((await story.messages('waits'))[0]?.['state']).toBe('suppressed');
    await story.request('DELETE', `/v1/pauses/${String(pause.body['id'])}`);
    await story.passes(HOUR);
    expect((await story.messages('waits'))[0]?.['state']).toBe('suppressed');
  });

  it.each([
    ['another content type', { type: 'application/json' }, '{"kind":"contacts"}', 415],
    ['nothing', {}, '', 400],
    ['no such kind', { kind: 'orders' }, 'userId\nx\n', 400],
    ['UTF-16', {}, Buffer.from('\ufeffuserId\r\nx\r\n', 'utf16le'), 400],
    ['Latin-1', {}, Buffer.from('userId,name\nx,Zoë\n', 'latin1'), 400],
    ['a first line of data', {}, 'ada@example.com,Ada\n', 400],
    ['no line but the first', {}, 'userId,name\n', 400],
    ['a column twice', {}, 'userId,name,name\nx,y,z\n', 400],
    ['consent among the traits', {}, 'userId,sms_consent\nx,yes\n', 400],
    ['more than may be', {}, gzipSync(Buffer.alloc(51 * 1024 * 1024, 'a')), 413],
    ['nobody', { token: null }, 'userId\nx\n', 401],
  ] as const)('refuses %s', async (_name, sent, body, status) => {
    const before = await count('imports');
    const answer = await send(body, sent);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([
      status,
      expect.stringContaining('application/problem+json'),
    ]);
    expect(answer.text).not.toContain('ada@');
    expect(await count('imports')).toBe(before);
  });

  it('is for those who may write profiles, and answers a repeated request once', async () => {
    expect((await send('userId\nx\n', { token: await machine(story, 'marketer') })).status).toBe(403);
    const headers = { 'idempotency-key': 'monday' };
    const first = await send('userId\nonce\n', { headers });
    const second = await send('userId\nonce\n', { headers });
    expect(second.body['id']).toEqual(first.body['id']);
    expect((await send('userId\nother\n', { headers })).status).toBe(422);
    await story.settle();
    const page = await story.get('/v1/imports?limit=2');
    expect(page['data']?.[0]).toMatchObject({ id: first.body['id'], state: 'done' });
    expect(page['nextCursor']).toEqual(expect.any(String));
    expect((await story.request('GET', '/v1/imports/imp_none')).status).toBe(404);
  });

  it('spells out the first thousand bad lines and counts the others', async () => {
    const done = await imported(`userId,email\n${'x,nowhere\n'.repeat(1_203)}`, { dryRun: true });
    expect(done.counts).toMatchObject({ lines: 1_203, good: 0, bad: 1_203 });
    expect(done.badLines).toHaveLength(1_000);
    expect(done.badLines.map(({ line }) => line)).toEqual(Array.from({ length: 1_000 }, (_, i) => i + 2));
    expect(done.badLinesLeftOut).toBe(203);
  });

  it('is written down, by figures alone', async () => {
    const { rows } = await sql<{ action: string; detail: string }>`
      select action, detail from audit_entries where action like 'import.%'`.execute(story.database.db);
    expect(new Set(rows.map(({ action }) => action))).toEqual(new Set(['import.asked', 'import.done']));
    expect(JSON.stringify(rows)).not.toMatch(/example\.com|Ada/);
  });

  it('is let go of after ninety days', async () => {
    await story.service.app.get(ImportsService, { strict: false }).tidy();
    expect(await count('imports')).toBeGreaterThan(0);
    story.clock.advance(91 * DAY);
    await story.service.app.get(ImportsService, { strict: false }).tidy();
    expect(await count('imports')).toBe(0);
    expect(await count('import_bad_lines')).toBe(0);
  });
});
