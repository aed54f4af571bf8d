import { readFile } from 'node:fs/promises';
import { sql } from 'kysely';
import { AnswerHoursService } from '../../src/learning/index.js';
import { DAY, fillCatalogue, HOUR, identify, MINUTE } from '../harness/customers.js';
import { type Body, Story } from '../harness/service.js';
import { codesOf, endSound, lastDecision, mailsTo, messagesTo, type ShownMail } from '../harness/shown.js';

const BROWSER =
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Safari/605.1.15';
/** Working days, in the time zone of most: what they get at ten in the morning and at seven in the evening. */
const DAYS = 7;
const EVENING_READERS = ['eva', 'emil'];
const MORNING_READER = 'mora';

describe('the hour at which somebody answers', () => {
  let story: Story;
  beforeAll(async () => {
    const guardrails = await readFile('policies/guardrails/restraint.yaml', 'utf8');
    story = await Story.begin({
      now: '2026-11-09T15:00:00.000Z', // A Monday, 10:00 in New York.
      playbook: {
        // So that two weeks hold enough to learn from: everybody has patience for two mails a day.
        'guardrails/restraint.yaml': guardrails.replace(
          /- \{ max: [13], per: (1d|7d), channels: \[email\], classes: \[marketing\] \}/g,
          '- { max: 40, per: $1, channels: [email], classes: [marketing] }',
        ),
        'tests/restraint.yaml': null,
      },
    });
    await fillCatalogue(story);
    await story.happens(...[...EVENING_READERS, MORNING_READER].map((userId) => identify(userId)));
  });
  afterAll(() => endSound(story));

  /** Asks for one action, now. */
  async function asks(userId: string, action: string, mode = 'execute'): Promise<Body> {
    const answer = await story.post('/v1/decisions', { userId, actions: [action], mode });
    if (answer.status !== 200 && answer.status !== 201)
      throw new Error(`decisions answered ${answer.status}: ${answer.text}`);
    return answer.body;
  }

  async function clicks({ email }: ShownMail): Promise<void> {
    const path = /https:\/\/countersign\.example\.com(\/t\/[\w-]+)/.exec(email.html ?? '')?.[1] ?? '';
    const answer = await story.request('GET', path, { token: null, headers: { 'user-agent': BROWSER } });
    expect(answer.status).toBe(302);
  }

  /** Each of them gets a mail now; some follow a link in it a few minutes later. */
  async function round(readers: readonly string[], whoClicks: readonly string[]): Promise<void> {
    for (const userId of readers) await asks(userId, 'welcome');
    await story.settle();
    await story.passes(5 * MINUTE);
    for (const userId of whoClicks) {
      const mail = (await mailsTo(story, `${userId}@example.com`)).at(-1);
      if (mail === undefined) throw new Error(`${userId} got nothing`);
      await clicks(mail);
    }
    await story.passes(5 * MINUTE);
  }

  it('is not known at first: the first permitted moment is taken', async () => {
    const decision = await asks('eva', 'win-back-30', 'decide');
    expect(decision['sendAt']).toBe(story.clock.now().toISOString());
    expect((decision['reasons'] ?? []).map((reason) => String(reason['code']))).toEqual(['best_value']);
    const page = (await story.request('GET', `/decisions/${String(decision['id'])}`)).text;
    expect(page).not.toContain('When they answer');
  });

  it('shows after two weeks of mornings and evenings', async () => {
    const everybody = [...EVENING_READERS, MORNING_READER];
    for (let day = 0, left = DAYS; left > 0; day++) {
      const morning = Date.parse('2026-11-10T15:00:00.000Z') + day * DAY;
      if ([0, 6].includes(new Date(morning).getUTCDay())) continue;
      left -= 1;
      await story.passes(morning - story.clock.now().getTime());
      await round(everybody, [MORNING_READER]);
      await story.passes(morning + 9 * HOUR - story.clock.now().getTime());
      await round(everybody, EVENING_READERS);
    }
    // What is older than three days can no longer be answered, and is counted for everyone on the next.
    await story.passes(Date.parse('2026-11-30T09:00:00.000Z') - story.clock.now().getTime());
    await story.service.app.get(AnswerHoursService, { strict: false }).count();
    const { rows } = await sql<{ slot: number; sent: number; answered: number }>`
      select slot, sent::int as sent, answered::int as answered from answer_hours where segment = '' order by slot`.execute(
      story.database.db,
    );
    expect(rows).toEqual([
      { slot: 10, sent: 21, answered: 7 },
      { slot: 19, sent: 21, answered: 14 },
    ]);
  });

  it('is that of everyone for somebody of another country who never got anything', async () => {
    await story.happens(identify('nils', { country: 'DE', timezone: 'Europe/Berlin' }));
    await asks('nils', 'win-back-30'); // 10:00 in Berlin
    const { sendAt, reasons } = await lastDecision(story, 'nils');
    expect(sendAt).toBe('2026-11-30T18:00:00.000Z');
    expect(reasons[1]?.text).toContain('as far as 42 messages to everyone tell');
  });

  it('is waited for, inside the quiet hours, and said with how sure it is', async () => {
    await story.passes(6 * HOUR);
    const decision = await asks('eva', 'win-back-30');
    expect(decision['sendAt']).toBe('2026-12-01T00:00:00.000Z');
    const { reasons } = await lastDecision(story, 'eva');
    expect(codesOf(reasons)).toEqual(['best_value', 'waits_for_best_hour']);
    expect(reasons[1]?.text).toMatch(
      /^It waits until Mon 30 Nov 2026, 19:00 America\/New_York, a better hour for this person: it gains about \d+ % of what the message is usually worth, the wait taken off\. That it is better at all is (\d\d|more than 99) % likely, as far as 14 messages to them, 42 messages to people of their country and stage and 42 messages to everyone tell\.$/,
    );
    const page = (await story.request('GET', `/decisions/${String(decision['id'])}`)).text;
    expect(page).toContain('When they answer');
    expect(page).toContain('19:00, working days');
    expect(page).toContain('7 of 7 (them), 14 of 21 (like them), 14 of 21 (everyone)');
    expect(page).toMatch(/\d\.\d\d to \d\.\d\d ×/);
    expect(page).toContain('the same situation gives the same bytes');
  });

  it('is their own before it is that of others', async () => {
    const decision = await asks(MORNING_READER, 'win-back-30');
    expect(decision['sendAt']).toBe('2026-11-30T15:00:00.000Z');
    expect(codesOf((await lastDecision(story, MORNING_READER)).reasons)).toEqual(['best_value']);
  });

  it('is that of people like them for somebody who never got anything', async () => {
    await story.happens(identify('nele'));
    await asks('nele', 'win-back-30');
    const { sendAt, reasons } = await lastDecision(story, 'nele');
    expect(sendAt).toBe('2026-12-01T00:00:00.000Z');
    expect(reasons[1]?.text).toContain(
      'as far as 42 messages to people of their country and stage and 42 messages to everyone tell',
    );
  });

  it('is not waited for where an hour is good in one possible zone and bad in another', async () => {
    await story.happens(identify('uta', { country: 'US', timezone: undefined }));
    await asks('uta', 'win-back-30');
    const somewhere = await lastDecision(story, 'uta');
    expect(codesOf(somewhere.reasons)).not.toContain('waits_for_best_hour');
  });

  it('comes: the message leaves then, and not a moment before', async () => {
    await story.settle();
    const [message] = (await messagesTo(story, 'eva')).slice(-1);
    expect(message).toMatchObject({ state: 'scheduled', sendAt: '2026-12-01T00:00:00.000Z' });
    await story.passes(Date.parse('2026-12-01T00:00:00.000Z') - 1 - story.clock.now().getTime());
    expect((await messagesTo(story, 'eva')).at(-1)?.state).toBe('scheduled');
    await story.passes(1);
    expect((await messagesTo(story, 'eva')).at(-1)).toMatchObject({
      state: 'sent',
      sentAt: '2026-12-01T00:00:00.000Z',
    });
  });
});
