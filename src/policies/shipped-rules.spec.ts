import { readFile } from 'node:fs/promises';
import { compilePlaybook } from './compiler.js';
import { readPlaybookFolder } from './playbook.folder.js';

describe('the shipped rules', () => {
  it('each say where they come from and when that was last looked at, and have tests where they hold and where not', async () => {
    const result = compilePlaybook(await readPlaybookFolder('policies'));
    if (!result.ok) throw new Error(JSON.stringify(result.errors));
    const { guardrails, tests } = result.bundle;
    const expected = tests.flatMap(({ spec: { expect } }) => [expect, ...Object.values(expect.candidates)]);
    const [matched, unmatched] = (['matches', 'matchesNot'] as const).map(
      (member) => new Set(expected.flatMap((each) => each[member])),
    );
    const [required, forbidden] = (['requiredText', 'forbiddenText'] as const).map(
      (member) => new Set(tests.flatMap(({ spec }) => spec.expect[member])),
    );
    const lacking = guardrails.flatMap(({ spec }) => [
      ...(spec.source === undefined || spec.source.trim() === '' ? [`${spec.id}: no source`] : []),
      ...(spec.asOf === undefined ? [`${spec.id}: no as-of date`] : []),
      ...(matched?.has(spec.id) === true ? [] : [`${spec.id}: no test where it matches`]),
      ...(unmatched?.has(spec.id) === true ? [] : [`${spec.id}: no test where it does not match`]),
      ...(spec.effect !== 'limit' || spec.requiredText.every((text) => required?.has(text))
        ? []
        : [`${spec.id}: no test of the words it requires`]),
      ...(spec.effect !== 'limit' ||
      spec.forbiddenText.length === 0 ||
      spec.forbiddenText.some((text) => forbidden?.has(text))
        ? []
        : [`${spec.id}: no test of the words it forbids`]),
    ]);
    expect(lacking).toEqual([]);
    expect(guardrails.length).toBeGreaterThan(40);
  });

  it('are all named in docs/law.md where they come from a law', async () => {
    const result = compilePlaybook(await readPlaybookFolder('policies'));
    if (!result.ok) throw new Error(JSON.stringify(result.errors));
    const page = await readFile('docs/law.md', 'utf8');
    const unnamed = result.bundle.guardrails
      .filter(({ spec }) => spec.source?.startsWith('House rule') === false)
      .filter(({ spec }) => !page.includes(`\`${spec.id}\``));
    expect(unnamed.map(({ spec }) => spec.id)).toEqual([]);
  });
});
