import { sql } from 'kysely';
import { Secrets } from '../../src/platform/secrets/secrets.js';
import { verifyDatabase } from '../../src/verification/index.js';
import { DAY, fillCatalogue, HOUR, identify, order } from '../harness/customers.js';
import { ADMIN, Story } from '../harness/service.js';
import { endSound, lastDecision, messagesTo, only } from '../harness/shown.js';

const BLAST = `id: blast-radius
title: One confirmation an hour
reason: A mistake should stay small.
effect: limit
scope: { actions: [confirm-order] }
caps: [{ max: 1, per: 1h, over: everybody }]
owner: operations
`;

describe('a playbook that lets out one confirmation an hour', () => {
  let story: Story;
  beforeAll(async () => {
    story = await Story.begin({ playbook: { 'guardrails/blast.yaml': BLAST } });
    await fillCatalogue(story);
  });
  afterAll(() => endSound(story));

  const sentAt = async (userId: string): Promise<unknown> => only(await messagesTo(story, userId)).sentAt;
  const problems = async (): Promise<string[]> => {
    const secrets = story.service.app.get(Secrets, { strict: false });
    const findings = await verifyDatabase(story.database.db, secrets, story.clock);
    return findings
      .filter(({ name }) => name === 'no cap over everybody was overshot')
      .flatMap((finding) => finding.problems);
  };

  it('sends the second customer theirs when the hour is over, names the rule, and shows how full it is', async () => {
    const began = story.clock.now().toISOString();
    await story.happens(identify('ada'), identify('bea'));
    await story.happens(order('ada'));
    await story.happens(order('bea'));
    expect(await sentAt('ada')).toBe(began);
    expect(await sentAt('bea')).toBeNull();
    const { reasons } = await lastDecision(story, 'bea');
    expect(reasons.find(({ code }) => code === 'waits_for_cap')?.text).toContain('Rule blast-radius');
    const { data: caps } = JSON.parse(JSON.stringify(await story.get('/v1/policies/caps'))) as {
      data: object[];
    };
    expect(caps).toContainEqual({
      rule: 'blast-radius',
      per: '1h',
      of: 'messages',
      limit: 1,
      used: 1,
      leased: 0,
    });
    // The shipped playbook's own, of which nothing was used.
    expect(caps).toContainEqual(expect.objectContaining({ rule: 'absent-all-at-once', used: 0, leased: 0 }));
    const page = await story.request('GET', '/playbook', {
      token: null,
      headers: { cookie: await signIn() },
    });
    expect(page.text.replace(/<[^>]+>/g, ' ')).toMatch(
      /Caps over everybody[\s\S]*blast-radius\s+1\s+full\s+0\s+1 in any 1 hour/,
    );

    await story.passes(HOUR);
    expect(await sentAt('bea')).toBeNull();
    await story.passes(HOUR / 60);
    expect(await sentAt('bea')).toBe('2026-11-18T18:01:00.000Z');
  });

  it('is simulated as it came: who was written to before the span takes the place of whoever comes next', async () => {
    const since = story.clock.now().toISOString();
    await story.happens(identify('cyd'), order('cyd'));
    expect(await sentAt('cyd')).toBeNull();
    await story.passes(HOUR + HOUR / 30);
    expect(await sentAt('cyd')).not.toBeNull();
    const hash = String((await story.get('/v1/policies'))['hash']);
    const asked = await story.post('/v1/policies/simulate', { bundle: hash, since });
    await story.settle();
    const simulation = JSON.parse(
      JSON.stringify(await story.get(`/v1/policies/simulate/${String(asked.body['id'])}`)),
    ) as { state: string; report: { notes: string[] } };
    expect(simulation).toMatchObject({
      state: 'done',
      report: {
        people: 3,
        together: true,
        totals: { active: { messages: 1, decisions: 1 } },
        caps: [{ rule: 'blast-radius', active: { blocked: 0, waited: 1, people: 1 } }],
        everybody: [{ rule: 'blast-radius', max: 1, active: 1 }],
      },
    });
    expect(simulation.report.notes.join(' ')).toContain('Caps over everybody are applied');
  });

  it('is found out by verify when a place is not where its message left', async () => {
    expect(await problems()).toEqual([]);
    await sql`update cap_leases set slice = (select min(slice) from cap_leases)`.execute(story.database.db);
    const outside = expect.stringMatching(
      /^message msg_\w+ left outside of its place under rule blast-radius$/,
    ) as string;
    expect(await problems()).toEqual([outside, outside, 'rule blast-radius: 3 in 1h, where 1 are allowed']);
    await sql`delete from cap_leases`.execute(story.database.db);
    await story.passes(DAY);
  });

  async function signIn(): Promise<string> {
    const body = new URLSearchParams({ email: ADMIN.email, password: ADMIN.password });
    const answer = await fetch(`${story.service.url}/sign-in`, { method: 'POST', redirect: 'manual', body });
    return (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  }
});
