import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { type Bundle, type Finding } from './bundle.js';
import { compilePlaybook } from './compiler.js';
import { expiries, findingsOf } from './findings.js';

const shipped: Record<string, string> = Object.fromEntries(
  readdirSync('policies', { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.yaml') && !path.startsWith('tests/'))
    .map((path) => [path, readFileSync(join('policies', path), 'utf8')]),
);

function compiled(files: Record<string, string>): { bundle: Bundle; warnings: readonly Finding[] } {
  const result = compilePlaybook({ ...shipped, ...files });
  if (!result.ok) throw new Error(result.errors.map(({ line, message }) => `${line} ${message}`).join('\n'));
  return result;
}

/** The shipped playbook with these rules added: what is found about them. */
function found(...rules: readonly Record<string, unknown>[]): string[] {
  const text = stringify(
    rules.map((rule) => ({ title: 'T', reason: 'R', owner: 'me', ...rule })),
    { aliasDuplicateObjects: false },
  );
  return compiled({ 'guardrails/tried.yaml': text }).warnings.map(
    ({ code, file, line, message }) => `${code} ${file}:${line} ${message}`,
  );
}

describe('the shipped playbook', () => {
  it('has nothing that is probably not meant', () => {
    expect(compiled({}).warnings).toEqual([]);
  });

  it('is looked through once', () => {
    const { bundle } = compiled({});
    expect(findingsOf(bundle)).toBe(findingsOf(bundle));
  });
});

describe('found when a playbook is loaded', () => {
  it('a cap of 0 means never, and is said to', () => {
    expect(found({ id: 'never', effect: 'limit', scope: { tags: ['win-back'] }, caps: [{ max: 0, per: '1d' }] })).toEqual([
      'cap-never guardrails/tried.yaml:4 the rule never has a cap of 0 per 1d: that means never',
    ]); // prettier-ignore
  });

  it.each([
    ['never', 'profile.traits.birth_year < 1900 && profile.traits.birth_year > 2000', 'never-matches'],
    ['never while known', 'profile.traits.state == "FL" && profile.traits.state == "RI"', 'never-matches'],
    ['always', 'profile.events["Order Completed"].total >= 0', 'always-matches'],
  ])('a condition that matches %s', (_what, when, code) => {
    expect(found({ id: 'odd', effect: 'review', scope: { actions: ['welcome'] }, when })).toEqual([
      expect.stringMatching(`^${code} `),
    ]);
  });

  it('says which field makes a contradictory rule match all the same', () => {
    const [message] = found({
      id: 'odd',
      effect: 'review',
      when: 'profile.traits.state == "FL" && profile.traits.state == "RI"',
    });
    expect(message).toContain('can match only while profile.traits.state is not known');
    const dotted = compiled({
      'vocabulary.yaml': (shipped['vocabulary.yaml'] ?? '').replace('traits:\n', 'traits:\n  utm.source: { type: string, absent: unknown }\n'), // prettier-ignore
      'guardrails/tried.yaml': `{ id: odd, title: T, reason: R, owner: me, effect: review, when: 'profile.traits["utm.source"] == "a" && profile.traits["utm.source"] == "b"' }`,
    });
    expect(dotted.warnings.map((each) => each.message)).toEqual([
      expect.stringContaining('can match only while profile.traits.utm.source is not known'),
    ]);
  });

  it('a rule that applies to nothing', () => {
    expect(found({ id: 'idle', effect: 'suppress', scope: { actions: ['welcome'], channels: ['onsite'] } })).toEqual([
      'never-applies guardrails/tried.yaml:4 the rule idle applies to no action on any of its channels',
    ]); // prettier-ignore
    expect(
      found({ id: 'idle', effect: 'suppress', scope: { actions: ['welcome'], reaches: ['telephone'] } }),
    ).toEqual([expect.stringMatching('^never-applies ')]);
  });

  it('a rule in the shadow of a stricter one', () => {
    expect(
      found({
        id: 'idle',
        effect: 'review',
        scope: { classes: ['marketing'] },
        when: 'profile.events["Order Refunded"].within(14)',
      }),
    ).toEqual([
      expect.stringContaining('idle changes nothing: wherever it matches, refunded is at least as strict'),
    ]);
    // A weaker limit under a wider one of the shop.
    expect(
      found({
        id: 'later',
        effect: 'limit',
        scope: { actions: ['welcome'], channels: ['email'] },
        hours: { from: '07:00', to: '21:00' },
      }),
    ).toEqual([expect.stringContaining('quiet-hours is at least as strict')]);
    expect(
      found({
        id: 'strict',
        effect: 'limit',
        scope: { actions: ['welcome'], channels: ['email'] },
        hours: { from: '09:00', to: '19:00' },
      }),
    ).toEqual([]);
    // Where somebody takes over, nobody is asked to sign anything.
    expect(
      found({
        id: 'idle',
        effect: 'review',
        scope: { actions: ['welcome'], channels: ['email'] },
        when: 'profile.traits.key_account',
      }),
    ).toEqual([expect.stringContaining('wherever it matches, key-account is at least as strict')]);
    // A hand-off makes a task, so a suppression does not make it idle; but it suppresses, too.
    expect(
      found({
        id: 'task',
        effect: 'handoff',
        handTo: 'sales',
        scope: { classes: ['marketing'] },
        when: 'profile.events["Order Refunded"].within(14)',
      }),
    ).toEqual([expect.stringContaining('the rule refunded changes nothing: wherever it matches, task')]);
  });

  it('a rule in the shadow of one that asks about the same field, though that may not be known', () => {
    const idle = (one: string, other: string): string[] =>
      found(
        { id: 'a-strict', effect: 'suppress', scope: { tags: ['recovery'] }, when: one },
        { id: 'b-mild', effect: 'review', scope: { tags: ['recovery'] }, when: other },
      ).filter((each) => each.includes('the rule b-mild changes nothing'));
    const said = [expect.stringContaining('the rule b-mild changes nothing: wherever it matches, a-strict')];
    expect(idle('signal.properties.total > 100', 'signal.properties.total > 150')).toEqual(said);
    expect(idle('signal.properties.total > 100', 'signal.properties.total > 150 && profile.hasPhone')).toEqual(said); // prettier-ignore
    expect(idle('signal.properties.total > 150', 'signal.properties.total > 100')).toEqual([]);
    // Where the state is not known the mild one asks for a review, though nobody is in two states; the strict one is false then.
    expect(idle('profile.hasPhone && !profile.hasPhone', 'profile.traits.state == "FL" && profile.traits.state == "RI"')).toEqual([]); // prettier-ignore
  });

  it('of two rules that are alike, one', () => {
    const rule = { effect: 'suppress', scope: { tags: ['recovery'] }, when: 'profile.stage == "lapsed"' };
    expect(found({ id: 'a-rule', ...rule }, { id: 'b-rule', ...rule })).toEqual([
      expect.stringContaining('the rule b-rule changes nothing: wherever it matches, a-rule'),
    ]);
  });

  it('rules that leave an action no channel, alone and together', () => {
    const only = (id: string, channels: string[]): Record<string, unknown> => ({
      id,
      effect: 'limit',
      scope: { actions: ['welcome', 'recover-cart'] },
      channels,
    });
    const messages = found(only('a-site', ['onsite'])).join('\n');
    expect(messages).toContain('the rule a-site leaves the action welcome no channel where they match');
    expect(messages).not.toContain('recover-cart');
    expect(found(only('a-site', ['onsite']), only('b-mail', ['email'])).join('\n')).toContain(
      'the rules a-site and b-mail together leave the action recover-cart no channel',
    );
  });

  it('but not of rules that never match together', () => {
    const only = (
      id: string,
      channels: string[],
      more: Record<string, unknown>,
    ): Record<string, unknown> => ({
      id,
      effect: 'limit',
      channels,
      scope: { actions: ['recover-cart'] },
      ...more,
    });
    expect(
      found(
        only('a-site', ['onsite'], { when: 'profile.stage == "active"' }),
        only('b-mail', ['email'], { when: 'profile.stage == "lapsed"' }),
      ),
    ).toEqual([]);
    expect(
      found(
        only('a-site', ['onsite'], { scope: { actions: ['recover-cart'], countries: ['DE'] } }),
        only('b-mail', ['email'], { scope: { actions: ['recover-cart'], countries: ['FR'] } }),
      ),
    ).toEqual([]);
  });

  it('two rules whose hours have none in common', () => {
    const late = { effect: 'limit', hours: { from: '21:00', to: '23:00' } };
    expect(found({ id: 'late', scope: { actions: ['welcome'] }, ...late })).toEqual([
      expect.stringMatching('^no-hours .* the rules quiet-hours and late together leave no hour of the week'),
    ]);
    expect(
      found({ id: 'late', scope: { actions: ['recover-cart'], channels: ['onsite'] }, ...late }),
    ).toEqual([]);
    expect(found({ id: 'late', scope: { actions: ['confirm-order'] }, ...late })).toEqual([]);
  });

  it('of many rules that are alike all but one, in thousands too, and of few among thousands the idle ones', () => {
    const rule = { effect: 'review', scope: { actions: ['win-back-90'] }, when: 'profile.stage == "lapsed"' };
    const twins = Array.from({ length: 1_100 }, (_, i) => ({
      id: `twin-${String(i).padStart(4, '0')}`,
      ...rule,
    }));
    const idle = found(...twins).filter((each) => each.startsWith('shadowed '));
    expect(idle.filter((each) => each.includes('wherever it matches, twin-0000 is'))).toHaveLength(1_099);
    const others = Array.from({ length: 1_100 }, (_, i) => ({
      id: `other-${i}`,
      effect: 'limit',
      scope: { actions: ['win-back-90'] },
      caps: [{ max: 10_000 - i, per: `${i + 1}m` }],
    }));
    const among = found(...others, { id: 'z-idle', ...rule, tier: 1 }, { id: 'a-strict', ...rule, tier: 2 });
    expect(among.filter((each) => each.includes('z-idle changes nothing'))).toHaveLength(1);
  });

  it('where comparing ends, when there is too much to compare', () => {
    const vocabulary = (shipped['vocabulary.yaml'] ?? '').replace(
      /^traits:\n/m,
      'traits:\n  points: { type: number, absent: { default: 0 } }\n',
    );
    const alternatives = (i: number): string =>
      Array.from({ length: 16 }, (_, j) => `profile.traits.points == ${i * 16 + j}`).join(' || ');
    const rules = Array.from({ length: 200 }, (_, i) => ({
      id: `many-${i}`,
      ...{ title: 'T', reason: 'R', owner: 'me' },
      effect: 'limit',
      maxDiscountPercent: 5,
      scope: { actions: ['win-back-90'] },
      when: alternatives(i),
    }));
    const { warnings } = compiled({
      'vocabulary.yaml': vocabulary,
      'guardrails/tried.yaml': stringify(rules),
    });
    expect(warnings.filter(({ code }) => code === 'not-compared').map(({ message }) => message)).toEqual([
      expect.stringContaining('may not be found'),
    ]);
  });

  it('a rule that stands in everybody’s way on the only channel', () => {
    expect(found({ id: 'wall', effect: 'suppress', scope: { actions: ['welcome'] } }).join('\n')).toContain(
      'the rule wall leaves the action welcome no channel where they match',
    );
    expect(found({ id: 'wall', effect: 'suppress', scope: { actions: ['recover-cart'], channels: ['email'] } }).join('\n')).not.toContain('no-channel'); // prettier-ignore
    expect(found({ id: 'wall', effect: 'suppress', scope: { actions: ['welcome'] }, when: 'profile.stage == "lapsed"' })).toEqual([]); // prettier-ignore
  });

  it('text that one rule requires and another forbids', () => {
    const says = (id: string, more: Record<string, unknown>): Record<string, unknown> => ({
      id,
      effect: 'limit',
      scope: { actions: ['confirm-order'] },
      ...more,
    });
    expect(
      found(
        says('must', { requiredText: ['Act now, please'] }),
        says('must-not', { forbiddenText: ['act NOW'] }),
      ),
    ).toEqual([expect.stringMatching('^no-text .* must requires “Act now, please”, which must-not forbids')]);
    expect(
      found(
        says('must', { requiredText: ['ACT NOW'], when: 'profile.stage == "active"' }),
        says('must-not', { forbiddenText: ['act now'], when: 'profile.stage == "lapsed"' }),
      ),
    ).toEqual([]);
  });

  it.each([
    ['"europe/berln" in profile.zones', 'europe/berln'],
    ['profile.zones.exists(z, lower(z) == "europe/berln")', 'europe/berln'],
    ['profile.zones[0] == "Berlin Time"', 'Berlin Time'],
    ['profile.zones.all(z, z in ["Europe/Berlin", "EU-Berlin"])', 'EU-Berlin'],
  ])('a time zone that does not exist, however it is asked for: %s', (when, name) => {
    const where = { id: 'where', effect: 'review', scope: { actions: ['welcome'] } };
    expect(found({ ...where, when })).toEqual([
      expect.stringContaining(`names ${name}, which is no time zone`),
    ]);
    expect(
      found({
        ...where,
        when: 'profile.zones.exists(z, z in ["Europe/Berlin", "UTC"] || z.startsWith("Asia/"))',
      }),
    ).toEqual([]);
  });

  it('a country by a name under which nobody is kept', () => {
    expect(found({ id: 'where', effect: 'review', scope: { countries: ['UK'], actions: ['welcome'] } })).toEqual([
      expect.stringMatching('^unknown-country .* names UK, which is written GB'),
    ]); // prettier-ignore
  });

  it('a country and a zone that do not exist', () => {
    expect(
      found({
        id: 'where',
        effect: 'review',
        scope: { countries: ['DE', 'XX'], actions: ['welcome'] },
        when: 'profile.zones.exists(z, z == "Europe/Berln")',
      }),
    ).toEqual([
      expect.stringMatching('^unknown-country .* names XX, which is no country'),
      expect.stringMatching('^unknown-zone .* names Europe/Berln, which is no time zone'),
    ]);
  });

  it('a zone that does not exist in a segment, once and with the segment, and in whatever else has a condition', () => {
    const when = 'profile.zones.exists(z, z == "Europa/Berlin")';
    const group = { id: 'berlin', title: 'Berlin', owner: 'me', when };
    const rule = { id: 'there', title: 'T', reason: 'R', owner: 'me', effect: 'review', scope: { segments: ['berlin'], actions: ['welcome'] } }; // prettier-ignore
    const trigger = { id: 'seen', title: 'Seen', owner: 'me', kind: 'event', event: 'Product Viewed', actions: ['welcome'], when }; // prettier-ignore
    const { warnings } = compiled({
      'segments.yaml': `${shipped['segments.yaml'] ?? ''}\n${stringify([group])}`,
      'guardrails/tried.yaml': stringify([rule]),
      'triggers/tried.yaml': stringify([trigger]),
    });
    expect(warnings.filter(({ code }) => code === 'unknown-zone')).toMatchObject([
      { subject: 'segments/berlin', owner: 'me', message: 'the segment berlin names Europa/Berlin, which is no time zone' }, // prettier-ignore
      { subject: 'triggers/seen', file: 'triggers/tried.yaml', line: 1, message: 'the trigger seen names Europa/Berlin, which is no time zone' }, // prettier-ignore
    ]);
  });
});

describe('found as time goes by', () => {
  const { bundle } = compiled({
    'guardrails/tried.yaml': stringify([
      { id: 'summer', title: 'T', reason: 'R', owner: 'me', effect: 'review', scope: { tags: ['offer'] }, expires: '2026-12-10' }, // prettier-ignore
    ]),
  });
  const codes = (now: string): string[] =>
    expiries(bundle, now)
      .filter(({ subject }) => subject === 'guardrails/summer')
      .map(({ code, message }) => `${code}: ${message}`);

  it('what expires within thirty days, and what did', () => {
    expect(codes('2026-11-10T00:00:00Z')).toEqual([]);
    expect(codes('2026-11-11T00:00:00Z')).toEqual([
      'expires: the rule summer expires on 2026-12-10, in 30 days',
    ]);
    expect(codes('2026-12-10T23:59:59Z')).toEqual(['expires: the rule summer expires on 2026-12-10, today']);
    expect(codes('2026-12-11T00:00:00Z')).toEqual(['expired: the rule summer expired on 2026-12-10']);
  });

  it('names templates too, with their owner and place', () => {
    const templates = expiries(bundle, '2027-06-15T00:00:00Z').filter(({ subject }) =>
      subject.startsWith('templates/'),
    );
    expect(templates).toContainEqual(
      expect.objectContaining({ code: 'expires', subject: 'templates/welcome-en', owner: 'lifecycle', file: 'templates/lifecycle.yaml', line: 1 }), // prettier-ignore
    );
  });
});
