import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { complete } from './complete.js';
import { type Completions, completionsOf } from './completions.js';
import { compilePlaybook } from './compiler.js';

const shipped: Record<string, string> = Object.fromEntries(
  readdirSync('policies', { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.yaml'))
    .map((path) => [path, readFileSync(join('policies', path), 'utf8')]),
);

function knownTo(files: Record<string, string>): Completions {
  const result = compilePlaybook(files);
  if (!result.ok) throw new Error('the shipped playbook compiles');
  const carried = {
    traits: new Set(['first_name']),
    events: new Map([['Order Completed', new Set(['total'])], ['Sign Upp', new Set<string>()]]),
  }; // prettier-ignore
  // As the browser gets it.
  return JSON.parse(
    JSON.stringify(completionsOf(result.bundle, carried, [{ name: 'offer-welcome', detail: 'offer' }])),
  ) as Completions;
}
const known = knownTo(shipped);

/** What is offered where `|` stands. */
function offered(text: string, path = 'guardrails/tried.yaml'): string[] {
  const at = text.indexOf('|');
  const found = complete(known, path, text.replace('|', ''), at);
  return found?.options.map(({ label }) => label) ?? [];
}
/** The text after the named offer was taken. */
function taken(text: string, label: string, path = 'guardrails/tried.yaml'): string {
  const at = text.indexOf('|');
  const plain = text.replace('|', '');
  const found = complete(known, path, plain, at);
  const option = found?.options.find((each) => each.label === label);
  if (found == null || option === undefined) throw new Error(`no ${label} among ${offered(text, path).join(', ')}`); // prettier-ignore
  return plain.slice(0, found.from) + (option.apply ?? option.label) + plain.slice(at);
}

describe('what the editor completes', () => {
  it('are the keys of a record that are not there yet', () => {
    const keys = offered('- id: a\n  title: A\n  |');
    expect(keys).toEqual(expect.arrayContaining(['reason', 'effect', 'when', 'scope', 'caps', 'handTo']));
    expect(keys).not.toContain('title');
    expect(offered('- |')).toContain('id');
    expect(offered('|')).toContain('id');
    expect(taken('- id: a\n  sev|', 'severity')).toBe('- id: a\n  severity: ');
  });

  it('are only the keys that go with the effect that was chosen', () => {
    const keys = offered('- id: a\n  effect: limit\n  |');
    expect(keys).toEqual(expect.arrayContaining(['caps', 'hours', 'notOn']));
    expect(keys).not.toContain('handTo');
  });

  it('are the words a value may be', () => {
    expect(offered('- id: a\n  effect: |')).toEqual(['suppress', 'handoff', 'review', 'limit']);
    expect(offered('- effect: limit\n  caps:\n    - max: 2\n      over: |')).toEqual(['person', 'everybody']);
    expect(offered('- effect: limit\n  caps: [{ max: 2, over: |')).toEqual(['person', 'everybody']);
    expect(offered('- effect: limit\n  caps: [{ max: 2, p|')).toContain('per');
  });

  it('are the ids of other records, wherever they are named', () => {
    expect(offered('- id: a\n  scope: { actions: [welcome, |')).toContain('recover-cart');
    expect(offered('- id: a\n  scope:\n    channels:\n      - |')).toContain('email');
    expect(offered('- id: a\n  scope:\n    countries: [D|')).toContain('DE');
    expect(offered('- id: t\n  kind: event\n  event: |', 'triggers/tried.yaml')).toEqual(
      expect.arrayContaining(['Order Completed', 'Sign Upp', 'Message Opened']),
    );
    expect(offered('- test: t\n  given:\n    events: { |', 'tests/tried.yaml')).toContain('Order Completed');
    expect(offered('- test: t\n  expect:\n    matches: [|', 'tests/tried.yaml')).toContain('minors');
  });

  it('are the fields and functions of an expression, by type, in any style of writing it', () => {
    const stages = ['traits', 'stage', 'events', 'consents'];
    for (const text of ['when: profile.|', "when: 'profile.|", 'when: >-\n    true &&\n    profile.|', 'when:\n    profile.|'])
      expect(offered(`- id: a\n  ${text}`)).toEqual(expect.arrayContaining(stages)); // prettier-ignore
    expect(offered('- when: |')).toEqual(expect.arrayContaining(['profile', 'history', 'has(field)', 'true']));
    expect(offered('- when: history.|')).toEqual(expect.arrayContaining(['messages', 'countTag("tag", days)']));
    expect(offered('- when: profile.events["Order Completed"].|')).toEqual(
      expect.arrayContaining(['count30d', 'lastAt', 'within(days)']),
    );
    expect(offered('- when: history.messages.exists(m, m.|')).toContain('channel');
    expect(offered('- when: signal.properties.products[0].|')).toContain('product_id');
    expect(taken('- when: profile.events.|', '.Order Completed')).toBe('- when: profile.events["Order Completed"]');
    expect(taken('- when: "profile.events.Ord|', '.Order Completed')).toBe(`- when: "profile.events['Order Completed']`);
  }); // prettier-ignore

  it('are the texts that an expression compares with', () => {
    expect(offered('- when: profile.stage == "|')).toContain('at_risk');
    expect(offered('- when: profile.stage in ["lead", "|')).toContain('at_risk');
    expect(offered('- when: profile.consents["email"] != "|')).toEqual(['granted', 'denied']);
    expect(offered('- when: history.countAction("|')).toContain('welcome');
    expect(offered('- when: profile.events["|')).toContain('Order Completed');
    expect(offered('- when: history.messages.exists(m, m.channel == "|')).toContain('email');
    expect(offered('- when: \'"Europe/Be|')).toContain('Europe/Berlin');
  });

  it('say what a field is, and that no signal carried it', () => {
    const { types } = known;
    expect(types['Traits']?.find(({ name }) => name === 'birth_year')).toEqual({
      name: 'birth_year',
      type: 'double',
      detail: 'number',
      info: expect.stringContaining('no signal carried it yet') as string,
    });
    expect(types['Properties']?.find(({ name }) => name === 'total')?.info).not.toContain('no signal');
  });

  it('offer a trigger nothing that only decisions know', () => {
    expect(offered('- id: t\n  when: |', 'triggers/tried.yaml')).not.toContain('history');
    expect(offered('- id: t\n  |', 'elsewhere.yaml')).toEqual([]);
  });
});
