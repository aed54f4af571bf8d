import { execFileSync } from 'node:child_process';
import { type Page } from 'playwright-core';
import { identify, order } from '../harness/customers.js';
import { ADMIN, Story } from '../harness/service.js';
import { Browser } from './browser.js';

describe('the editor of the playbook in a real browser', () => {
  let story: Story;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    // What `npm run build` makes; the sources alone have no editor.
    execFileSync(process.execPath, ['scripts/bundle.js']);
    story = await Story.begin();
    await story.happens(identify('ada'), order('ada'));
    browser = await Browser.open();
    page = await browser.page();
    await page.goto(story.service.url);
    await page.fill('input[name=email]', ADMIN.email);
    await page.fill('input[name=password]', ADMIN.password);
    await page.keyboard.press('Enter');
    await page.locator('.side').waitFor();
  });

  afterAll(async () => {
    await browser.close();
    await story.end();
  });

  const written = () => page.locator('textarea[name=text]').inputValue();
  const notes = (text: RegExp) => page.locator('.draft-notes', { hasText: text }).waitFor();
  const offered = (text: string) =>
    page.locator('.cm-tooltip-autocomplete [aria-selected]', { hasText: text }).waitFor();
  async function open(file: string): Promise<void> {
    await page.selectOption('select[name=next]', file);
    await page.getByRole('button', { name: 'Open', exact: true }).last().click();
    await page.locator(`input[name=path][value="${file}"]`).waitFor({ state: 'attached' });
    await page.locator('.cm-content').waitFor();
  }
  /** Types the beginning of something and takes what is offered for it. */
  async function take(beginning: string, offer: string): Promise<void> {
    await page.keyboard.type(beginning);
    await offered(offer);
    // A list takes nothing for a moment after it opened, against slips.
    await page.waitForTimeout(150);
    await page.keyboard.press('Enter');
  }

  it('comes with the page that was only swapped in, too', async () => {
    await page.locator('.side a[href="/playbook"]').click();
    await page.locator('h1', { hasText: 'Playbook' }).waitFor();
    await page.locator('a[href="/playbook/edit"]').click();
    await page.locator('.cm-content').waitFor();
    await open('guardrails/restraint.yaml');
    await notes(/No mistake/);
  });

  it('completes a rule by the keyboard alone', async () => {
    await page.locator('.cm-content').focus();
    await page.keyboard.press('Control+End');
    await page.keyboard.press('Enter');
    await page.keyboard.type('- id: tried\ntitle: Tried\nreason: Because\nowner: me\n');
    await take('eff', 'effect');
    await take('rev', 'review');
    await page.keyboard.press('Enter');
    await page.keyboard.type('when: ');
    await take('prof', 'profile');
    await take('.eve', 'events');
    await take('.Ord', 'Order Completed');
    await take('.tot', 'total');
    await page.keyboard.type(' > 3');
    expect((await written()).split('\n').slice(-6)).toEqual([
      '- id: tried',
      '  title: Tried',
      '  reason: Because',
      '  owner: me',
      '  effect: review',
      '  when: profile.events["Order Completed"].total > 3',
    ]);
    await notes(/No mistake/);
  });

  it('marks a mistake at its place while it is written, and leads there', async () => {
    await page.keyboard.type(' && signal.properties.ttal > 1');
    await notes(/1 mistake.*"ttal" is not declared; did you mean "total"/s);
    expect(await page.locator('.cm-lintRange-error').innerText()).toBe('ttal');
    await page.keyboard.press('Control+Home');
    await page.locator('.draft-notes button').click();
    await page.keyboard.press('Control+Delete');
    await page.keyboard.type('total');
    await notes(/No mistake/);
  });

  it('lets the Tab key go on to what follows', async () => {
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.closest('.cm-editor') ?? null)).toBeNull();
  });

  it('goes on with another file of the same change, and back', async () => {
    const rules = await written();
    await open('tests/restraint.yaml');
    expect(await page.locator('.other-files').innerText()).toContain('guardrails/restraint.yaml');
    await page.locator('.cm-content').focus();
    await page.keyboard.press('Control+Home');
    await page.keyboard.type('# With the new rule.');
    await page.keyboard.press('Enter');
    await notes(/No mistake/);
    await open('guardrails/restraint.yaml');
    expect(await written()).toBe(rules);
    expect(await page.locator('.other-files').innerText()).toContain('tests/restraint.yaml');
  });

  it('proposes what was written in it', async () => {
    await page.fill('input[name=title]', 'Somebody looks at regulars');
    await page.fill('textarea[name=reason]', 'To try it');
    await page.getByRole('button', { name: 'Propose' }).click();
    await page.locator('h1', { hasText: 'Somebody looks at regulars' }).waitFor();
    expect(await page.locator('main').innerText()).toContain('tried');
    expect(await page.locator('main').textContent()).toContain('With the new rule.');
    // A new rule is told whole, and what is still being worked out comes by itself.
    await page.locator('ins', { hasText: 'review by a person; everywhere, when profile.events' }).waitFor();
    await page.locator('#replay:not([hx-get])', { hasText: 'Come out the same' }).waitFor();
    expect(await page.locator('#replay').innerText()).not.toContain('running');
  });

  it('finds words in the vocabulary', async () => {
    await page.goto(`${story.service.url}/playbook/vocabulary`);
    await page.fill('input[type=search]', 'refunded');
    expect(await page.locator('[data-filtered]:visible').allInnerTexts()).toEqual([
      expect.stringContaining('Order Refunded'),
    ]);
    expect(await page.locator('section:visible h2').allInnerTexts()).toEqual([
      expect.stringContaining('Events'),
    ]);
  });

  it('breaks no policy of the page', () => {
    expect(browser.complaints).toEqual([]);
  });
});
