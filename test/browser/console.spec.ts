import { type Page } from 'playwright-core';
import { ADMIN, type Story } from '../harness/service.js';
import { Browser } from './browser.js';
import { shopWithReviews } from './shop.js';

interface TimelineAnswer {
  readonly data: readonly { readonly kind: string; readonly id: string; readonly at: string }[];
  readonly nextCursor: string | null;
}

describe('the console in a real browser', () => {
  let story: Story;
  let browser: Browser;
  let page: Page;

  const open = (path: string) => page.goto(`${story.service.url}${path}`);
  const heading = () => page.locator('h1').innerText();
  const notice = () => page.locator('.notice').first().innerText();
  const waiting = async () => (await story.reviews('pending')).map((review) => String(review['id']));
  /** Waits for the page that follows what was just done. */
  const follows = (text: string) => page.locator('.notice', { hasText: text }).waitFor();

  async function signIn(): Promise<void> {
    await open('/');
    await page.fill('input[name=email]', ADMIN.email);
    await page.fill('input[name=password]', ADMIN.password);
    await page.keyboard.press('Enter');
    await page.locator('.side').waitFor();
  }

  /** The first pending item that one person can close. */
  async function openReview(): Promise<string> {
    const ids = (await story.reviews('pending')).filter((review) => String(review['tier']) === '1');
    const id = String(ids[0]?.['id']);
    await open(`/reviews/${id}`);
    return id;
  }

  beforeAll(async () => {
    story = await shopWithReviews();
    browser = await Browser.open();
    page = await browser.page();
    await signIn();
  });

  afterAll(async () => {
    await browser.close();
    await story.end();
  });

  it('refuses a wrong password on the form itself, and shows nothing to a stranger', async () => {
    const stranger = await Browser.open();
    try {
      const other = await stranger.page();
      await other.goto(`${story.service.url}/reviews`);
      expect(other.url()).toContain('/sign-in?next=%2Freviews');
      await other.fill('input[name=email]', ADMIN.email);
      await other.fill('input[name=password]', 'not-the-password');
      await other.keyboard.press('Enter');
      await other.getByRole('alert').waitFor();
      await other.fill('input[name=password]', ADMIN.password);
      await other.keyboard.press('Enter');
      await other.locator('h1', { hasText: 'Reviews' }).waitFor();
    } finally {
      await stranger.close();
    }
  });

  it('shows why, to whom and the mail itself, and lets the mail run and load nothing', async () => {
    await openReview();
    expect(await heading()).toContain('Example');
    await page.getByText('The basket is worth more than 200 euros').first().waitFor();
    const mail = page.frameLocator('iframe.mail');
    await mail.locator('li', { hasText: 'Quiet Hour tea set for two' }).waitFor();
    expect(await page.locator('iframe.mail').getAttribute('sandbox')).toBe('');
    const frame = await page.request.get(
      new URL((await page.locator('iframe.mail').getAttribute('src')) ?? '', page.url()).href,
    );
    expect(frame.headers()['content-security-policy']).toContain("default-src 'none'");
    expect(frame.headers()['content-security-policy']).toContain('sandbox');
  });

  it('approves by keyboard, in two steps, and goes on to the next item', async () => {
    const id = await openReview();
    await page.keyboard.press('a');
    await page.getByText('Sign these exact words?').waitFor();
    expect((await story.get(`/v1/reviews/${id}`))['state']?.toString()).toBe('pending');
    await page.keyboard.press('a');
    await follows('Approved and signed.');
    expect(page.url()).not.toContain(id);
    expect(page.url()).toMatch(/\/reviews\/rev_/);
    expect((await story.get(`/v1/reviews/${id}`))['state']?.toString()).toBe('approved');
  });

  it('edits in place: the new words are shown in the mail and must be looked at again', async () => {
    const id = await openReview();
    await page.keyboard.press('e');
    await page.locator('input[name=subject]').waitFor();
    await page.fill('input[name=subject]', 'Your tea set is still here');
    await page.fill('textarea[name=text]', 'Hello,\n\nyour tea set waits in your basket.');
    await page.getByRole('button', { name: 'Save the words' }).click();
    await follows('Your words are in.');
    await page.frameLocator('iframe.mail').getByText('your tea set waits in your basket').waitFor();
    const review = await story.get(`/v1/reviews/${id}`);
    expect(review['state']?.toString()).toBe('claimed');
    expect(review['draft']?.['subject']?.toString()).toBe('Your tea set is still here');
    // The footer is not the editor's to lose.
    expect(review['draft']?.['text']?.toString()).toContain('Unsubscribe');
  });

  it('tells in place that the words changed meanwhile, and keeps the verdict from counting', async () => {
    const id = await openReview();
    const { contentHash } = (await story.get(`/v1/reviews/${id}`)) as unknown as { contentHash: string };
    await story.post(`/v1/reviews/${id}/verdict`, {
      verdict: 'edit',
      contentHash,
      content: { subject: 'Changed behind your back' },
    });
    await page.keyboard.press('a');
    await page.keyboard.press('a');
    await page.getByText('The words changed while you were reading').waitFor();
    await page.locator('.subject', { hasText: 'Changed behind your back' }).waitFor();
    expect((await story.get(`/v1/reviews/${id}`))['state']?.toString()).toBe('claimed');
  });

  it('rejects with reasons by keyboard', async () => {
    const id = await openReview();
    await page.keyboard.press('r');
    await page.getByText('Reject: nothing is sent').waitFor();
    await page.keyboard.press('3');
    await page.keyboard.press('r');
    await follows('Rejected.');
    const review = await story.get(`/v1/reviews/${id}`);
    expect(review['state']?.toString()).toBe('rejected');
    expect(JSON.stringify(review['verdicts'])).toContain('wrong-moment');
  });

  it('skips an item and leaves it to somebody else', async () => {
    const id = await openReview();
    await page.keyboard.press('s');
    await follows('Skipped.');
    expect(await waiting()).toContain(id);
  });

  it('keeps an item of two people waiting for the second', async () => {
    const second = (await story.reviews('pending')).find((review) => String(review['tier']) === '2');
    if (second === undefined) throw new Error('the shop gave no item for two people');
    await open(`/reviews/${String(second['id'])}`);
    await page.keyboard.press('a');
    await page.keyboard.press('a');
    await follows('waits for a second person');
    await open(`/reviews/${String(second['id'])}`);
    await page.getByText('Somebody else has to sign them too').waitFor();
    expect(await page.getByRole('button', { name: 'Approve' }).count()).toBe(0);
  });

  it('closes a task, and automation may go on', async () => {
    await open('/tasks');
    const card = page.locator('article', { hasText: 'Carl Example' });
    await card.getByText('Close it').click();
    await card.locator('select').selectOption('solved');
    await card.locator('textarea').fill('Sent a new pot.');
    await card.getByRole('button', { name: 'Close the task' }).click();
    await follows('Task closed.');
    await open('/tasks?show=closed');
    await page.getByText('Sent a new pot.').waitFor();
  });

  it('finds a person by address and tells their story from signal to decision', async () => {
    await open('/people');
    await page.keyboard.press('/');
    await page.keyboard.type('CARL@example.com');
    await page.keyboard.press('Enter');
    await page.locator('h1', { hasText: 'Carl Example' }).waitFor();
    const timeline = await page.locator('.timeline').innerText();
    for (const told of [
      'Support Ticket Opened',
      'Trigger fired',
      'Decided',
      'Handed to customer-care',
      'Task closed by',
    ])
      expect(timeline).toContain(told);
  });

  it('tells the same story over HTTP, page by page, each thing once', async () => {
    const seen: string[] = [];
    const times: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const further: string = cursor === '' ? '' : `&cursor=${cursor}`;
      const { text } = await story.request('GET', `/v1/profiles/carl/timeline?limit=3${further}`);
      const page = JSON.parse(text) as TimelineAnswer;
      seen.push(...page.data.map((entry) => `${entry.kind} ${entry.id}`));
      times.push(...page.data.map((entry) => entry.at));
      cursor = page.nextCursor;
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(times).toEqual([...times].sort((a, b) => (a < b ? 1 : -1)));
    const kinds = new Set(seen.map((entry) => entry.split(' ')[0]));
    expect([...kinds].sort()).toEqual(['consent', 'decision', 'firing', 'signal', 'task']);
    expect((await story.request('GET', '/v1/profiles/nobody/timeline')).status).toBe(404);
  });

  it('shows a pause on every page until it ends', async () => {
    await open('/operations');
    await page.getByText('Pause something').click();
    await page.selectOption('select[name=scope]', 'marketing');
    await page.fill('input[name=reason]', 'Prices are wrong');
    await page.getByRole('button', { name: 'Pause', exact: true }).click();
    await follows('Paused.');
    await open('/people');
    expect(await page.locator('.banner').innerText()).toContain('All marketing is paused');
    await open('/operations');
    await page.getByRole('button', { name: 'Let it go on' }).click();
    await follows('Pause ended.');
    expect(await page.locator('.banner').count()).toBe(0);
  });

  it('takes in a file, tried out first, and shows the lines that are bad', async () => {
    await open('/imports');
    const choose = async (text: string, how: string): Promise<void> => {
      await page.setInputFiles('input[type=file]', {
        name: 'people.csv',
        mimeType: 'text/csv',
        buffer: Buffer.from(text),
      });
      await page.selectOption('select[name=dryRun]', how);
      await page.getByRole('button', { name: 'Upload' }).click();
    };
    const file = 'userId,email\nfrom-a-file,file@example.com\nbroken,nowhere\n';
    await choose(file, 'true');
    await page.getByText('has not the form of an e-mail address').waitFor();
    expect(await heading()).toBe('Dry run: contacts');
    expect((await story.request('GET', '/v1/profiles/from-a-file')).status).toBe(404);
    await choose(file, 'false');
    await page.locator('h1', { hasText: /^Contacts$/ }).waitFor();
    await page.getByText('has not the form of an e-mail address').waitFor();
    expect((await story.request('GET', '/v1/profiles/from-a-file')).status).toBe(200);
    await open('/imports');
    await choose('name,plan\nx,y\n', 'true');
    expect(await notice()).toContain('userId is missing');
    browser.complaints.splice(0);
  });

  it('renders every page without an error, and fits 390 pixels', async () => {
    const paths = [
      '/',
      '/reviews',
      '/reviews?show=closed',
      '/tasks',
      '/people',
      '/imports',
      '/decisions',
      '/messages',
      '/outbox',
    ];
    paths.push(
      '/playbook',
      '/playbook/health',
      '/playbook/facts',
      '/operations',
      '/team',
      '/audit',
      '/audit?subject=x',
    );
    for (const list of ['/reviews', '/people', '/imports', '/decisions', '/messages']) {
      await open(list);
      paths.push((await page.locator('a.row').first().getAttribute('href')) ?? list);
    }
    await page.setViewportSize({ width: 390, height: 844 });
    for (const path of paths) {
      const answer = await open(path);
      expect([path, answer?.status()]).toEqual([path, 200]);
      const wider = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect([path, wider > 0 ? wider : 'fits']).toEqual([path, 'fits']);
    }
    await page.setViewportSize({ width: 1280, height: 860 });
  });

  it('answers what is not there with a page', async () => {
    expect((await open('/nothing-here'))?.status()).toBe(404);
    expect(await heading()).toBe('Not found');
    browser.complaints.splice(0);
  });

  it('signs out', async () => {
    await open('/');
    await page.locator('.side').getByRole('button', { name: 'Sign out' }).click();
    await page.locator('h1', { hasText: 'Sign in' }).waitFor();
    await open('/reviews');
    expect(page.url()).toContain('/sign-in');
  });

  it('broke none of its own content policies', () => {
    expect(browser.complaints).toEqual([]);
  });

  it('says what was done only in its own words', async () => {
    await signIn();
    await open('/?done=%3Cb%3Eyour%20password%20expired%3C%2Fb%3E');
    expect(await page.locator('.notice').count()).toBe(0);
    await open('/?done=retried');
    expect(await notice()).toContain('tried again');
  });
});
