import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Bundle } from './bundle.js';
import { compilePlaybook } from './compiler.js';
import { changeInFull, changesBetween, changeWords } from './diff.js';

const shipped: Record<string, string> = Object.fromEntries(
  readdirSync('policies', { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.yaml') && !path.startsWith('tests/'))
    .map((path) => [path, readFileSync(join('policies', path), 'utf8')]),
);
function compiled(files: Record<string, string>): Bundle {
  const result = compilePlaybook(files);
  if (!result.ok) throw new Error(result.errors.map(({ file, message }) => `${file} ${message}`).join('\n'));
  return result.bundle;
}
const before = compiled(shipped);

/** What is otherwise when one text of one file is, each item with its severity. */
function changed(path: string, from: string | RegExp, to: string): string[] {
  const text = (shipped[path] ?? '').replace(from, to);
  expect(text).not.toBe(shipped[path]);
  return changesBetween(before, compiled({ ...shipped, [path]: text })).map(
    ({ item, severity }) => `${item} ${severity}`,
  );
}

describe('how grave a change is', () => {
  it('of a field: as the gravest rule that reads it', () => {
    expect(changed('vocabulary.yaml', 'absent: { default: 1900 }', 'absent: { default: 1901 }')).toEqual([
      'vocabulary/traits/birth_year critical',
    ]);
  });

  it('of a member of facts: as the gravest rule that reads it, dots in its name and all', () => {
    const [vocabulary, fact] = ['vocabulary.yaml', 'facts: { price.net: { type: number, absent: unknown } }'];
    const priced = (text: string): Bundle =>
      compiled({
        ...shipped,
        [vocabulary]: `${shipped[vocabulary] ?? ''}\n${text}\n`,
        'guardrails/priced.yaml': `{ id: priced, title: T, reason: R, owner: me, effect: suppress, severity: critical, scope: { actions: [suggest-product] }, when: 'facts.product.data["price.net"] > 9.0' }`,
      });
    const changes = changesBetween(priced(fact), priced(fact.replace('unknown', '{ default: 0 }')));
    expect(changes.map(({ item, severity }) => `${item} ${severity}`)).toEqual([
      'vocabulary/facts/price.net critical',
    ]);
  });

  it('of what a field is described as: as ever', () => {
    expect(changed('vocabulary.yaml', 'Given only by those who like to.', 'Given by some.')).toEqual([
      'vocabulary/traits/birth_year medium',
    ]);
  });

  it('of an action: critical where it is no longer marketing, and as the rules that no longer ask it', () => {
    const [first] = changed(
      'actions/win-back.yaml',
      /class: marketing([^]*?holdout: )0\.1/,
      'class: transactional$10',
    );
    expect(first).toMatch(/^actions\/\S+ critical$/);
    expect(changed('actions/win-back.yaml', 'tags: [win-back]', 'tags: [relationship]')).toEqual([
      'actions/win-back-30 high',
    ]);
  });

  it('of how many have to agree: critical, or it would be a way to need fewer', () => {
    expect(changed('engine.yaml', 'critical: 2', 'critical: 1')).toEqual(['engine critical']);
    expect(changed('engine.yaml', 'lateAfter: 1h', 'lateAfter: 2h')).toEqual(['engine high']);
  });
});

describe('what was added or removed', () => {
  const path = 'guardrails/restraint.yaml';
  const withRule = (when: string): Bundle =>
    compiled({
      ...shipped,
      [path]: `${shipped[path] ?? ''}
- id: quiet-week
  title: A quiet week
  effect: suppress
  severity: low
  owner: growth
  source: The team
  asOf: 2026-01-01
  when: ${when}
  reason: We are quiet this week.
`,
    });

  it('is told in full, so that two rules of the same name can be told apart', () => {
    const told = ['profile.hasEmail', 'profile.hasPhone'].map((when) =>
      changesBetween(before, withRule(when)).map(changeInFull).join(),
    );
    expect(told[0]).toMatch(
      /^The rule quiet-week was added: .*effect "suppress",.* when "profile\.hasEmail"\.$/,
    );
    expect(told[1]).toBe(told[0]?.replace('hasEmail', 'hasPhone'));
    const [gone] = changesBetween(withRule('profile.hasEmail'), before);
    if (gone === undefined) throw new Error('the rule should be gone');
    expect(changeInFull(gone)).toBe(told[0]?.replace('added', 'removed'));
    expect(changeWords(gone)).toBe('The rule quiet-week was removed.');
  });

  it('of a proposal that an earlier version kept is told by its name', () => {
    const [gone] = changesBetween(withRule('profile.hasEmail'), before);
    if (gone === undefined) throw new Error('the rule should be gone');
    expect(changeInFull({ ...gone, members: [] })).toBe('The rule quiet-week was removed.');
  });
});
