import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { type Carried, neverCarried } from './carried.js';
import { compilePlaybook } from './compiler.js';

const shipped: Record<string, string> = Object.fromEntries(
  readdirSync('policies', { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.yaml') && !path.startsWith('tests/'))
    .map((path) => [path, readFileSync(join('policies', path), 'utf8')]),
);

/** The shipped vocabulary with some misspelt names in it. */
const vocabulary = parse(shipped['vocabulary.yaml'] ?? '') as {
  traits: Record<string, unknown>;
  events: Record<string, { properties: Record<string, unknown> }>;
};
vocabulary.traits['keyaccount'] = { type: 'boolean', absent: { default: false } };
(vocabulary.events['Order Completed'] ??= { properties: {} }).properties['totl'] = { type: 'number', absent: 'unknown' }; // prettier-ignore
vocabulary.events['Order Compelted'] = { properties: {} };

const CARRIED: Carried = {
  traits: new Set(['key_account', 'first_name']),
  events: new Map([['Order Completed', new Set(['order_id', 'total', 'products'])]]),
};

function found(when: string, carried = CARRIED): string[] {
  const rule = { id: 'tried', title: 'T', reason: 'R', owner: 'me', effect: 'review', when };
  const files = {
    ...shipped,
    'vocabulary.yaml': stringify(vocabulary),
    'guardrails/tried.yaml': stringify([rule]),
  };
  const result = compilePlaybook(files);
  if (!result.ok) throw new Error(result.errors.map(({ line, message }) => `${line} ${message}`).join('\n'));
  return neverCarried(result.bundle, carried)
    .filter(({ subject }) => subject === 'guardrails/tried')
    .map(({ file, line, column, message }) => `${file}:${line}:${column} ${message}`);
}

describe('a rule on a field that no signal ever carried', () => {
  it('is told, at its place, with the name that was probably meant', () => {
    expect(found('signal.properties.totl > 100')).toEqual([
      'guardrails/tried.yaml:6:27 signal.properties.totl was never carried by a signal; did you mean "total"? (3 names seen for Order Completed)',
    ]);
    expect(found('profile.traits.keyaccount || !profile.traits.keyaccount')).toEqual([
      'guardrails/tried.yaml:6:24 profile.traits.keyaccount was never carried by a signal; did you mean "key_account"? (2 traits seen)',
    ]);
    expect(found('profile.events["Order Compelted"].total > 3')).toEqual([
      'guardrails/tried.yaml:6:25 no signal was ever called "Order Compelted"; did you mean "Order Completed"?',
    ]);
  });

  it('is not told of what was carried, of what Countersign sends itself, or of an event that did not come yet', () => {
    expect(found('signal.properties.total > 100 && profile.traits.first_name == "Ada"')).toEqual([]);
    expect(found('profile.events["Message Opened"].total > 3')).toEqual([]);
    expect(found('signal.properties.quantity > 100')).toEqual([]); // of "Product Added" alone
  });

  it('is not told while no signal came at all', () => {
    expect(found('signal.properties.totl > 100', { traits: new Set(), events: new Map() })).toEqual([]);
  });

  it('is told of triggers and actions too, for the events that lead to them', () => {
    const result = compilePlaybook(shipped);
    if (!result.ok) throw new Error('the shipped playbook compiles');
    const told = neverCarried(result.bundle, {
      traits: new Set(['vip']),
      events: new Map([['Checkout Started', new Set(['sku', 'productid'])]]),
    });
    expect(told.filter(({ message }) => message.includes('"productid"')).map(({ subject }) => subject)).toContain('actions/recover-cart'); // prettier-ignore
    expect(told.filter(({ subject }) => subject.startsWith('triggers/')).length).toBeGreaterThan(0);
    for (const { file, line } of told) expect(shipped[file]?.split('\n')[line - 1]).toMatch(/\S/);
  });
});
