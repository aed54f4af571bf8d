import { headingOf } from './columns.js';
import { type ImportKind } from './import.js';
import { type ReadLine, readLine, typed } from './lines.js';

const NOW = Date.parse('2026-11-18T12:00:00Z');

function read(kind: ImportKind, heading: string, line: string): ReadLine {
  const head = headingOf(kind, heading.split(','));
  if (!head.ok) throw new Error(`${head.path} ${head.message}`);
  return readLine(line.split(','), { kind, columns: head.columns, now: NOW, source: 'import:imp_1' });
}
function wrongIn(found: ReadLine): string[] {
  return found.ok ? [] : found.wrong.map(({ path }) => path);
}

describe('the first line', () => {
  it('knows columns by what other tools call them, and takes others as traits', () => {
    expect(headingOf('contacts', ['User ID', 'Email Address', 'phone_number', 'Shoe size'])).toEqual({
      ok: true,
      columns: ['userId', 'email', 'phone', 'Shoe size'],
      warnings: [],
    });
  });

  it('leaves out what means nothing where traits do not belong, and says so', () => {
    const heading = headingOf('suppressions', ['email', 'campaign']);
    expect(heading).toMatchObject({
      ok: true,
      columns: ['email', null],
      warnings: [expect.stringContaining('campaign')],
    });
  });

  it.each([
    ['contacts', 'email,name', 'userId'],
    ['contacts', 'userId,email,E-Mail', 'email'],
    ['contacts', 'userId,plan,plan', 'plan'],
    ['contacts', 'userId,,plan', 'column 2'],
    ['contacts', 'userId,__proto__', 'column 2'],
    ['contacts', 'userId,email_consent', 'column 2'],
    ['consent', 'userId,channel,state', 'at'],
    ['suppressions', 'reason,at', 'userId'],
    // A file that begins with data: nothing of it is repeated.
    ['contacts', 'ada@example.com,Ada Byron', 'userId'],
  ] as const)('is refused for %s: %s', (kind, line, path) => {
    const heading = headingOf(kind, line.split(','));
    expect(heading).toMatchObject({ ok: false, path });
    expect(JSON.stringify(heading)).not.toContain('ada@');
  });
});

describe('a line', () => {
  it('of contacts becomes traits; an empty cell says nothing', () => {
    const found = read(
      'contacts',
      'userId,email,phone,country,locale,timezone,name,plan,visits,vip,since,zip',
      'ada, Ada@Example.com ,020 7946 0123,UK,en_gb,Europe/London,Ada,,12,TRUE,2026-01-31,01234',
    );
    expect(found).toEqual({
      ok: true,
      line: {
        kind: 'contacts',
        userId: 'ada',
        traits: {
          email: 'ada@example.com',
          phone: '+442079460123',
          country: 'GB',
          locale: 'en-GB',
          timezone: 'Europe/London',
          name: 'Ada',
          visits: 12,
          vip: true,
          since: '2026-01-31',
          zip: '01234',
        },
      },
    });
  });

  it.each([
    ['12', 12],
    ['-1.50', -1.5],
    ['0', 0],
    ['false', false],
    ['007', '007'],
    ['+4930', '+4930'],
    ['1e5', '1e5'],
    ['1,5', '1,5'],
    ['12345678901234567890', '12345678901234567890'],
    ['2026-03-29T08:00:00Z', '2026-03-29T08:00:00Z'],
    ['yes', 'yes'],
  ])('types %j as %j', (text, value) => {
    expect(typed(text)).toBe(value);
  });

  it('tells everything that is wrong with it, and nothing of what stood there', () => {
    const found = read(
      'contacts',
      'userId,email,phone,country,timezone,locale',
      'null,nobody,12,Atlantis,Mars,x',
    );
    expect(wrongIn(found).sort()).toEqual(['country', 'email', 'locale', 'phone', 'timezone', 'userId']);
    expect(JSON.stringify(found)).not.toMatch(/nobody|Atlantis|Mars/);
  });

  it('fits the first one, or has more cells that are empty', () => {
    expect(wrongIn(read('contacts', 'userId,email', 'ada'))).toEqual(['']);
    expect(wrongIn(read('contacts', 'userId,email', 'ada,,x'))).toEqual(['']);
    expect(read('contacts', 'userId,email', 'ada,,,').ok).toBe(true);
  });

  it('of consent says where a grant comes from, and a time that has been', () => {
    const heading = 'userId,channel,topic,state,source,at';
    expect(read('consent', heading, 'ada,email,,Granted,web form,2026-01-31')).toMatchObject({
      ok: true,
      line: {
        consent: {
          channel: 'email',
          topic: '*',
          state: 'granted',
          source: 'web form',
          at: '2026-01-31T00:00:00.000Z',
        },
      },
    });
    expect(wrongIn(read('consent', heading, 'ada,email,,granted,,2026-01-31'))).toEqual(['source']);
    expect(read('consent', heading, 'ada,email,,denied,,2026-01-31')).toMatchObject({
      ok: true,
      line: { consent: { source: 'import:imp_1' } },
    });
    expect(wrongIn(read('consent', heading, 'ada,email,,maybe,x,2026-12-01T00:00:00Z')).sort()).toEqual([
      'at',
      'state',
    ]);
    for (const at of [
      '2026-02-30',
      '2026-13-01',
      '2026-01-32',
      '31.01.2026',
      '2026-01-31 10:00',
      '1799999999',
    ])
      expect([at, wrongIn(read('consent', heading, `ada,email,,denied,,${at}`))]).toEqual([at, ['at']]);
  });

  it('of suppressions is about an address or a person, and stops everything unless it says less', () => {
    expect(read('suppressions', 'email,reason', 'Ada@example.com,Unsubscribed')).toMatchObject({
      ok: true,
      line: { email: 'ada@example.com', reason: 'unsubscribe' },
    });
    expect(read('suppressions', 'email,reason', 'ada@example.com,she moved')).toMatchObject({
      ok: true,
      line: { reason: 'import' },
    });
    expect(wrongIn(read('suppressions', 'email,phone', ','))).toEqual(['']);
    expect(wrongIn(read('suppressions', 'email,phone', ',020 7946 0123'))).toEqual(['phone']);
  });
});
