import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fact } from '../../test/fixtures/playbook.js';
import { type Bundle } from '../policies/bundle.js';
import { compilePlaybook } from '../policies/compiler.js';
import {
  actionsByCase,
  factsNamed,
  lookAtExpiries,
  lookAtFacts,
  lookAtHeld,
  lookAtLinks,
  lookAtLinkSetting,
  lookAtMessages,
  lookAtReviews,
  lookAtStaleFacts,
  lookAtTriggers,
} from './checks.js';
import { type Found } from './finding.js';
import { itemsOf } from './items.js';

const files = Object.fromEntries(
  readdirSync('policies', { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.yaml'))
    .map((path) => [path, readFileSync(join('policies', path), 'utf8')]),
);

function compiled(change: (path: string, text: string) => string = (_, text) => text): Bundle {
  const result = compilePlaybook(
    Object.fromEntries(Object.entries(files).map(([path, text]) => [path, change(path, text)])),
  );
  if (!result.ok) throw new Error(JSON.stringify(result.errors));
  return result.bundle;
}

const bundle = compiled();
const NOW = '2026-11-22T12:00:00.000Z';
const told = (found: readonly Found[]): string[] => found.map(({ code, subject }) => `${code} ${subject}`);

describe('items that nobody read for long', () => {
  const since = (at: string) => new Map(itemsOf(bundle).map(({ subject }) => [subject, at]));

  it('are due after the time that the playbook sets, to the day', () => {
    const days = (count: number) => new Date(Date.parse(NOW) + count * 86_400_000).toISOString();
    const begun = since('2026-11-22T12:00:00.000Z');
    const due = lookAtReviews(bundle, begun, days(182)).found;
    expect(due).toHaveLength(itemsOf(bundle).length);
    expect(lookAtReviews(bundle, begun, days(180)).found).toEqual([]);
  });

  it('are not due when somebody wrote down that they looked', () => {
    const reviewed = compiled((path, text) =>
      path === 'triggers/events.yaml'
        ? text.replace('  owner: operations', '  owner: operations\n  reviewed: 2027-05-01')
        : text,
    );
    const due = told(lookAtReviews(reviewed, since('2026-11-22T12:00:00.000Z'), '2027-06-01T00:00:00.000Z').found); // prettier-ignore
    expect(due).toContain('unreviewed triggers/signed-up');
    expect(due).not.toContain('unreviewed triggers/order-completed');
  });

  it('are due as ever when that day is still to come', () => {
    const reviewed = compiled((path, text) =>
      path === 'triggers/events.yaml'
        ? text.replace('  owner: operations', '  owner: operations\n  reviewed: 2072-05-01')
        : text,
    );
    const due = told(lookAtReviews(reviewed, since('2026-11-22T12:00:00.000Z'), '2027-06-01T00:00:00.000Z').found); // prettier-ignore
    expect(due).toContain('unreviewed triggers/order-completed');
  });

  it('reads the same when only the day of the review changed', () => {
    const reviewed = compiled((path, text) =>
      path === 'triggers/events.yaml'
        ? text.replace('  owner: operations', '  owner: operations\n  reviewed: 2027-05-01')
        : text,
    );
    expect(itemsOf(reviewed).map(({ contentHash }) => contentHash)).toEqual(
      itemsOf(bundle).map(({ contentHash }) => contentHash),
    );
  });
});

describe('facts that actions name', () => {
  const only = fact({ id: 'offer-welcome-10', kind: 'offer', validUntil: '2026-11-25T00:00:00.000Z' });
  const found = (facts: readonly (typeof only)[]) =>
    lookAtFacts(bundle, new Map(facts.map((each) => [each.id, each])), NOW).found.filter(
      ({ detail }) => detail === 'offer-welcome-10',
    );

  it('are those named outright', () => {
    expect(factsNamed(bundle).get('offer-welcome-10')).toContainEqual({
      action: 'welcome',
      slot: 'offer',
      always: true,
    });
    expect([...factsNamed(bundle).keys()].every((id) => !id.includes('signal'))).toBe(true);
  });

  it.each([
    ['2026-11-22T12:00:00.000Z', 'fact-expired', 'high'],
    ['2026-11-29T12:00:00.000Z', 'fact-expires', 'medium'],
    ['2026-12-20T00:00:00.000Z', 'fact-expires', 'low'],
  ] as const)('that end at %s: %s, %s', (validUntil, code, severity) => {
    expect(found([{ ...only, validUntil }])[0]).toMatchObject({
      code,
      severity,
      subject: 'actions/welcome',
      owner: 'lifecycle',
    });
  });

  it('may be one of several, and are told of as that', () => {
    const either = compiled((path, text) =>
      path === 'actions/lifecycle.yaml'
        ? text.replace(
            `offer: "'offer-welcome-10'"`,
            `offer: "profile.events['Order Completed'].total > 0 ? 'offer-again' : 'offer-welcome-10'"`,
          )
        : text,
    );
    expect([...factsNamed(either).keys()]).toEqual(
      expect.arrayContaining(['offer-again', 'offer-welcome-10']),
    );
    const { found: both } = lookAtFacts(either, new Map(), NOW);
    expect(both.find(({ detail }) => detail === 'offer-again')?.message).toContain(
      'cannot go without it where it is the one to name',
    );
    expect([actionsByCase(bundle).has('welcome'), actionsByCase(either).has('welcome')]).toEqual([
      false,
      true,
    ]);
  });

  it('that depend on the case are told of when many decisions met one that was over', () => {
    const use = { action: 'care-guide', hits: 5, of: 50 };
    const [found, ...more] = lookAtStaleFacts(bundle, [use]).found;
    expect([found, more]).toMatchObject([
      { code: 'facts-stale', subject: 'actions/care-guide', severity: 'medium' },
      [],
    ]);
    expect(found?.owner).toBe(bundle.actions.get('care-guide')?.spec.owner);
    expect(found?.message).toContain('10 % (5 of 50)');
    expect(lookAtStaleFacts(bundle, [{ ...use, hits: 4 }, { ...use, of: 51 }, { ...use, action: 'gone' }]).found).toEqual([]); // prettier-ignore
  });

  it('are told of when there is none, and not when they last', () => {
    expect(told(found([]))).toContain('fact-missing actions/welcome');
    expect(found([{ ...only, validUntil: null }])).toEqual([]);
    expect(found([{ ...only, validUntil: '2027-02-01T00:00:00.000Z' }])).toEqual([]);
  });
});

describe('what ends', () => {
  it('is grave when it is a template, or a rule that weighs much', () => {
    const [template] = bundle.templates.values();
    const day = template?.spec.expires ?? '';
    const after = new Date(Date.parse(`${day}T00:00:00Z`) + 3 * 86_400_000).toISOString();
    expect(lookAtExpiries(bundle, after).found).toContainEqual(
      expect.objectContaining({
        code: 'expired',
        subject: `templates/${template?.spec.id ?? ''}`,
        severity: 'high',
      }),
    );
  });
});

describe('triggers', () => {
  const history = {
    byDay: new Map([
      ['order-completed', [...new Array<number>(28).fill(6), 0, 0]],
      ['order-delivered', [...new Array<number>(28).fill(6), 0, 0]],
      ['signed-up', new Array<number>(30).fill(6)],
      ['product-restocked', [...new Array<number>(28).fill(0), 1, 0]],
    ]),
    last: new Map([
      ['order-completed', '2026-11-19'],
      ['order-delivered', '2026-11-22'],
      ['signed-up', '2026-11-21'],
      ['product-restocked', '2026-11-20'],
    ]),
    stopped: new Map<string, string>(),
    lastDay: '2026-11-21',
    countedSince: '2026-10-23',
    seen: new Map([
      ['Support Ticket Opened', 300],
      ['Checkout Started', 19],
    ]),
    since: new Map(itemsOf(bundle).map(({ subject }) => [subject, '2026-11-01T00:00:00.000Z'])),
  };

  it('that stopped are told of, with what was to be expected; rare ones and those that fired today are not', () => {
    const { found } = lookAtTriggers(bundle, history, NOW);
    expect(told(found)).toEqual([
      'trigger-stopped triggers/order-completed',
      'trigger-never-fired triggers/ticket-opened',
    ]);
    expect(found[0]?.message).toBe(
      '“An order was placed” has not fired since 2026-11-19: 2 whole days in which 12 firings were to be expected from the 168 before. By chance that would happen once in 160,000 times; its longest pause until then was 0 days.',
    );
    expect(found[1]?.message).toContain('in the 21 days it reads as it does, although 300 of the latest');
  });

  it('that stopped are told of until they fire, however long ago that is', () => {
    const stopped = new Map([['ticket-opened', '2026-05-12T08:00:00.000Z']]);
    const long = { ...history, stopped, byDay: new Map([['ticket-opened', new Array<number>(30).fill(0)]]) };
    const about = (last: ReadonlyMap<string, string>) => lookAtTriggers(bundle, { ...long, last }, NOW).found;
    const [found, ...more] = about(new Map([['ticket-opened', '2026-05-09']]));
    expect([found?.code, found?.subject, more]).toEqual(['trigger-stopped', 'triggers/ticket-opened', []]);
    expect(found?.message).toContain('has not fired since 2026-05-09; too few of its earlier firings');
    // What an earlier version let go of is not known, and is not "never" for that.
    const [unknown] = about(new Map());
    expect(unknown?.message).toContain('has not fired since before 2026-05-12;');
    for (const fired of ['2026-05-12', '2026-11-21', '2026-11-22'])
      expect(about(new Map([['ticket-opened', fired]]))).toEqual([]);
  });

  it('that fired once are never told of as if they had not, and of others no more days than are counted', () => {
    const silent = { ...history, byDay: new Map<string, readonly number[]>() };
    const last = new Map([...history.last, ['ticket-opened', '2025-01-07']]);
    expect(lookAtTriggers(bundle, { ...silent, last }, NOW).found).toEqual([]);
    const { found } = lookAtTriggers(bundle, { ...silent, countedSince: '2026-11-12' }, NOW);
    expect(told(found)).toEqual(['trigger-never-fired triggers/ticket-opened']);
    expect(found[0]?.message).toContain('in the 10 days of which firings are counted, although 300 of the');
  });

  it('that are new, or whose event is rare, are given time', () => {
    const young = new Map(itemsOf(bundle).map(({ subject }) => [subject, '2026-11-18T00:00:00.000Z']));
    const { found } = lookAtTriggers(bundle, { ...history, since: young }, NOW);
    expect(told(found)).toEqual(['trigger-stopped triggers/order-completed']);
  });
});

describe('messages', () => {
  const counts = { action: 'welcome', channel: 'email', sent: 2_000, unsubscribed: 4, complained: 0, bounced: 0 }; // prettier-ignore
  const past = { ...counts, sent: 8_000, unsubscribed: 16 };

  it('alarm by action and channel, each kind by itself', () => {
    const worse = { ...counts, unsubscribed: 24, complained: 6 };
    expect(told(lookAtMessages(bundle, [worse], [past]).found)).toEqual([
      'unsubscribes-rising actions/welcome',
      'complaints-rising actions/welcome',
    ]);
    expect(lookAtMessages(bundle, [counts], [past]).found).toEqual([]);
    // Another channel has another past.
    const elsewhere = { ...past, channel: 'onsite' };
    expect(lookAtMessages(bundle, [{ ...worse, complained: 0 }], [elsewhere]).found).toEqual([]);
  });

  it('without a past of their own are held against others of their class, on the same channel', () => {
    const worse = { ...counts, unsubscribed: 24 };
    const others = { ...past, action: 'win-back-30' };
    const [found, ...more] = lookAtMessages(bundle, [worse], [others]).found;
    expect([found?.code, found?.owner, more]).toEqual(['unsubscribes-rising', 'lifecycle', []]);
    expect(found?.message).toContain(
      'are 1.2 % (24 of 2000) in the last seven days, against 0.2 % (16 of 8000)',
    );
    // What people asked for is unsubscribed from by nobody, and says nothing of advertising.
    expect(lookAtMessages(bundle, [worse], [{ ...past, action: 'confirm-order' }]).found).toEqual([]);
    // Others as bad as this one are no measure of what is new.
    expect(lookAtMessages(bundle, [worse], [{ ...others, unsubscribed: 96 }]).found).toEqual([]);
  });

  it.each([
    ['unsubscribes-rising', { unsubscribed: 70 }, { unsubscribed: 45 }],
    ['complaints-rising', { complained: 10 }, { complained: 3 }],
    ['bounces-rising', { bounced: 140 }, { bounced: 105 }],
  ])('without anything to compare with alarm beyond what nothing should reach: %s', (code, bad, fair) => {
    const found = lookAtMessages(bundle, [{ ...counts, ...bad }], []).found;
    expect(told(found)).toEqual([`${code} actions/welcome`]);
    expect(found[0]?.message).toContain('nothing to compare it with');
    expect(lookAtMessages(bundle, [{ ...counts, ...fair }], []).found).toEqual([]);
    expect(lookAtMessages(bundle, [{ ...counts, ...bad, sent: 99 }], []).found).toEqual([]);
  });
});

describe('holds', () => {
  it('are told of when a tenth more of all decisions comes to nothing', () => {
    const past = { hits: 1_200, of: 4_000 };
    expect(told(lookAtHeld(bundle, { hits: 420, of: 1_000 }, past).found)).toEqual(['held-rising playbook']);
    expect(lookAtHeld(bundle, { hits: 420, of: 1_000 }, past).found[0]?.owner).toBeNull();
    expect(lookAtHeld(bundle, { hits: 380, of: 1_000 }, past).found).toEqual([]);
    expect(lookAtHeld(bundle, { hits: 60, of: 100 }, past).found).toEqual([]);
  });
});

describe('links', () => {
  const check = { namedBy: 'facts/cup', state: 'broken', detail: 'it answers 404', failures: 2 } as const;
  const many = (count: number, more: object = {}) =>
    Array.from({ length: count }, (_, i) => ({ ...check, url: `https://shop.example.com/${i}`, ...more }));

  it('that are broken are told of one by one, and of one host together when there are many', () => {
    expect(lookAtLinks(bundle, many(10)).found).toHaveLength(10);
    const { found } = lookAtLinks(bundle, many(11));
    expect(told(found)).toEqual(['link-broken links/shop.example.com']);
    expect(found[0]?.message).toBe('11 links to shop.example.com lead nowhere; of https://shop.example.com/0 (facts/cup): it answers 404.'); // prettier-ignore
  });

  it('that nobody decided to follow are told of, until somebody did', () => {
    const checked = (health: string) =>
      lookAtLinkSetting(
        compiled((path, text) => (path === 'engine.yaml' ? `${text}\nhealth: { ${health} }\n` : text)),
      ).found;
    expect(told(checked('owner: shop'))).toEqual(['links-unchecked playbook']);
    expect(checked('owner: shop')[0]?.owner).toBe('shop');
    expect([...checked('checkLinks: false'), ...checked('checkLinks: true')]).toEqual([]);
  });

  it('of which nothing is known are told of by host, with the owner where one template names it', () => {
    const { found } = lookAtLinks(bundle, [
      ...many(300, { state: 'unknown', detail: 'it answers 403 to a program' }),
      { ...check, url: 'https://blog.example.com/', namedBy: 'templates/win-back-30-mail', state: 'unknown' },
    ]);
    expect(told(found)).toEqual([
      'link-unknown links/shop.example.com',
      'link-unknown templates/win-back-30-mail',
    ]);
    expect(found.map(({ owner }) => owner)).toEqual([null, 'lifecycle']);
    expect(lookAtLinks(bundle, many(3, { failures: 1 })).found).toEqual([]);
  });
});
