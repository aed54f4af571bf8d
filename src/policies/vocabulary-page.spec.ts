import { readFile } from 'node:fs/promises';
import { compilePlaybook } from './compiler.js';
import { readPlaybookFolder } from './playbook.folder.js';
import { vocabularyPage } from './vocabulary-page.js';

describe('docs/vocabulary.md', () => {
  it('is what the shipped playbook says now', async () => {
    const result = compilePlaybook(await readPlaybookFolder('policies'));
    if (!result.ok) throw new Error(JSON.stringify(result.errors));
    const page = vocabularyPage(result.bundle);
    expect(await readFile('docs/vocabulary.md', 'utf8')).toBe(page);
    expect(page).toContain('| `profile.traits.birth_year` | number | `1900` | guardrails alone |');
  });
});
