import { readFile } from 'node:fs/promises';
import { compilePlaybook } from './compiler.js';
import { readPlaybookFolder } from './playbook.folder.js';

describe('the shipped rules', () => {
  it('each say where they come from, when that was last looked at, and have a test', async () => {
    const result = compilePlaybook(await readPlaybookFolder('policies'));
    if (!result.ok) throw new Error(JSON.stringify(result.errors));
    const { guardrails, tests } = result.bundle;
    const matched = tests.flatMap(({ spec }) => JSON.stringify(spec.expect));
    const lacking = guardrails.flatMap(({ spec }) => [
      ...(spec.source === undefined || spec.source.trim() === '' ? [`${spec.id}: no source`] : []),
      ...(spec.asOf === undefined ? [`${spec.id}: no as-of date`] : []),
      ...(matched.some((expected) => expected.includes(`"${spec.id}"`)) ? [] : [`${spec.id}: no test`]),
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
