import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { compilePlaybook } from '../policies/compiler.js';
import { type Bundle } from '../policies/bundle.js';
import { type TestReport } from '../policies/test-report.js';
import { situationOf } from './given.js';
import { runAll } from './tester.service.js';

const shipped: Record<string, string> = Object.fromEntries(
  readdirSync('policies', { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.yaml'))
    .map((path) => [path, readFileSync(join('policies', path), 'utf8')]),
);

function compiled(files: Record<string, string>): Bundle {
  const result = compilePlaybook(files);
  if (!result.ok) throw new Error(result.errors.map(({ file, line, message }) => `${file}:${line} ${message}`).join('\n')); // prettier-ignore
  return result.bundle;
}

/** The shipped playbook with these tests instead of its own. */
function withTests(...tests: readonly unknown[]): Bundle {
  const others = Object.entries(shipped).filter(([path]) => !path.startsWith('tests/'));
  return compiled({ ...Object.fromEntries(others), 'tests/tried.yaml': stringify(tests) });
}

const NOW = '2026-11-18 10:00 Europe/Berlin';
const inBerlin = { country: 'DE', timezone: 'Europe/Berlin' };
const tried = (given: Record<string, unknown>, expectation: Record<string, unknown>): unknown => ({
  test: 'Tried',
  given: { now: NOW, person: inBerlin, events: { 'Order Completed': '40d ago' }, ...given },
  actions: ['win-back-30'],
  expect: expectation,
});
const report = (...tests: readonly unknown[]): Promise<TestReport> => runAll(withTests(...tests));
async function mismatches(...tests: readonly unknown[]): Promise<string[]> {
  const { failures } = await report(...tests);
  return failures.flatMap((failure) =>
    failure.mismatches.map(({ member, expected, got }) => `${member}: ${expected} ≠ ${got}`),
  );
}

describe('the shipped tests', () => {
  it('pass, and show every guardrail where it holds and where it does not', async () => {
    const { failures, coverage } = await runAll(compiled(shipped));
    expect(failures).toEqual([]);
    expect(coverage).toMatchObject({ neverMatched: [], neverFailedToMatch: [] });
  });

  /** A test that passes whatever a rule says shows nothing: take each rule away, and something fails. */
  it('notice when any guardrail is gone', async () => {
    for (const path of Object.keys(shipped).filter((each) => each.startsWith('guardrails/'))) {
      const rules = parse(shipped[path] ?? '') as { id: string }[];
      for (const { id } of rules) {
        // Kept, so that what names it still compiles, but over since long ago.
        const without = rules.map((rule) => (rule.id === id ? { ...rule, asOf: '2000-01-01', expires: '2000-01-02' } : rule)); // prettier-ignore
        const { failures } = await runAll(compiled({ ...shipped, [path]: stringify(without) }));
        expect([id, failures.length > 0]).toEqual([id, true]);
      }
    }
  });
});

describe('what is expected', () => {
  it('may be anything that a decision says, and passes when it is so', async () => {
    const { passed, failures } = await report(
      tried(
        {},
        {
          outcome: 'act',
          action: 'win-back-30',
          channel: 'email',
          sendAt: 'now',
          reviewers: 0,
          reasons: ['best_value'],
          matches: ['quiet-hours'],
          matchesNot: ['minors'],
          candidates: {
            'win-back-30 by email': { eligible: true, sendAt: { from: 'now', before: 'in 1s' } },
          },
        },
      ),
    );
    expect({ passed, failures }).toEqual({ passed: 1, failures: [] });
  });

  it.each([
    ['outcome', { outcome: 'hold' }, ['expect.outcome: hold ≠ act (best_value)']],
    ['channel', { channel: 'onsite' }, ['expect.channel: onsite ≠ email']],
    ['reviewers', { reviewers: 1 }, ['expect.reviewers: 1 ≠ 0']],
    ['handTo', { handTo: 'sales' }, ['expect.handTo: sales ≠ none']],
    ['reasons', { reasons: ['cap'] }, ['expect.reasons: one of them cap ≠ best_value']],
    [
      'an exact time',
      { sendAt: 'in 1h' },
      ['expect.sendAt: in 1h (2026-11-18T10:00:00.000Z) ≠ 2026-11-18T09:00:00.000Z'],
    ],
    [
      'an end that is not reached',
      { sendAt: { from: '1h ago', before: 'now' } },
      [expect.stringContaining('before now')],
    ],
    ['matches', { matches: ['minors'] }, ['expect.matches: minors ≠ no match: Its condition does not hold.']],
    [
      'a rule out of scope',
      { matches: ['grief'] },
      ['expect.matches: grief ≠ a rule that is not asked here'],
    ],
    [
      'matchesNot',
      { matchesNot: ['quiet-hours'] },
      [expect.stringContaining('no match of quiet-hours ≠ a match: ')],
    ],
    [
      'a candidate that is not up',
      { candidates: { 'welcome by email': { eligible: true } } },
      ['expect.candidates.welcome by email: a candidate ≠ only win-back-30 by email'],
    ],
    [
      'a candidate',
      { candidates: { 'win-back-30 by email': { eligible: false, blockedBy: ['cap'] } } },
      [
        'expect.candidates.win-back-30 by email.eligible: false ≠ true',
        'expect.candidates.win-back-30 by email.blockedBy: one of them cap ≠ none',
      ],
    ],
  ])('%s is compared', async (_what, expectation, said) => {
    expect(await mismatches(tried({}, expectation))).toEqual(said);
  });
});

describe('what is given', () => {
  it('is the situation that the same signals would have made', () => {
    const bundle = withTests({
      ...(tried(
        {
          person: { ...inBerlin, phone: '+49 30 901820' },
          events: { 'Order Completed': ['40d ago', '3d ago'] },
          signal: { event: 'Checkout Started', properties: { total: 24 }, at: '1h ago' },
          consents: { email: 'denied', 'email/news': 'granted', onsite: 'unknown' },
          messages: [{ action: 'welcome', channel: 'email', at: '2d ago' }],
        },
        { outcome: 'act' },
      ) as object),
    });
    const [test] = bundle.tests;
    if (test === undefined) throw new Error('no test');
    const situation = situationOf(bundle, test.spec);
    expect(situation.profile).toMatchObject({
      userId: 'ada',
      country: 'DE',
      zones: ['Europe/Berlin'],
      zoneSource: 'trait',
      stage: 'active',
      addresses: { email: 'ada@example.com', phone: '+4930901820' },
      lastSeenAt: '2026-11-18T08:00:00.000Z',
      events: { 'Order Completed': { total: 2, lastAt: '2026-11-15T09:00:00.000Z' }, 'Checkout Started': { total: 1 } }, // prettier-ignore
    });
    expect(situation.signal).toMatchObject({ event: 'Checkout Started', at: '2026-11-18T08:00:00.000Z' });
    expect(situation.profile.consents.map(({ channel, topic, state }) => `${channel}/${topic} ${state}`)).toEqual([
      'crm/* granted',
      'email/* denied',
      'email/news granted',
      'onsite/* unknown',
      'sms/* granted',
      'whatsapp/* granted',
    ]); // prettier-ignore
    expect(situation.history).toEqual([
      expect.objectContaining({ action: 'welcome', class: 'marketing', tags: ['welcome', 'offer'] }),
    ]);
  });

  it('takes nobody who is held out, unless it says so', async () => {
    const heldOut = tried({ heldOut: ['win-back-30'] }, { outcome: 'hold', reasons: ['held_out'] });
    expect(await mismatches(heldOut)).toEqual([]);
    expect(await mismatches(tried({}, { outcome: 'act' }))).toEqual([]);
  });

  it('has no address when the test takes it away, and is suppressed where it says so', async () => {
    expect(
      await mismatches(tried({ person: { ...inBerlin, email: null } }, { reasons: ['no_address'] })),
    ).toEqual([]);
    expect(
      await mismatches(tried({ suppressed: { email: 'unsubscribe' } }, { reasons: ['suppressed'] })),
    ).toEqual([]);
  });

  it('is suppressed on a channel of e-mail, whatever it is called', async () => {
    const renamed = Object.fromEntries(
      Object.entries(shipped)
        .filter(([path]) => !path.startsWith('tests/'))
        .map(([path, text]) => [path, text.replace(/^- id: email$/m, '- id: newsletter').replaceAll('"email"', '"newsletter"').replace(/(channels: \[.*?)\bemail\b/g, '$1newsletter').replace(/channel: email\b/g, 'channel: newsletter')]), // prettier-ignore
    );
    const test = tried({ suppressed: { newsletter: 'unsubscribe' } }, { reasons: ['suppressed'] });
    const { failures } = await runAll(compiled({ ...renamed, 'tests/tried.yaml': stringify([test]) }));
    expect(failures).toEqual([]);
  });
});

describe('coverage', () => {
  it('names the rules that no test matched, and those whose condition never failed', async () => {
    const { coverage } = await report(
      tried({ person: { ...inBerlin, birth_year: 2015 } }, { outcome: 'hold' }),
    );
    expect(coverage.neverMatched).toContain('grief');
    expect(coverage.neverMatched).not.toContain('minors');
    expect(coverage.neverFailedToMatch).toEqual(['minors']);
  });
});
