import { sql } from 'kysely';
import { AuditService } from '../audit/index.js';
import { type ServiceActor } from '../access/index.js';
import { TasksService } from '../decisions/index.js';
import { DraftingService } from '../drafting/index.js';
import { Problem } from '../platform/http/index.js';
import { PoliciesService } from '../policies/index.js';
import { ProfilesService } from '../profiles/index.js';
import { ReviewWorld } from '../../test/harness/review-world.js';
import { openApproval, storedApprovalSchema } from './approval.js';
import { SigningService } from './signing.service.js';
import { reviewDetailSchema } from './reviews.dto.js';
import { type ReviewState, type VerdictRequest } from './review.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

describe('review', () => {
  let world: ReviewWorld;
  beforeAll(async () => {
    world = await ReviewWorld.open();
  });
  afterAll(() => world.close());

  const refused = async (work: Promise<unknown>): Promise<string> => {
    const problem = await work.then(
      () => null,
      (error: unknown) => error,
    );
    if (!(problem instanceof Problem)) throw new Error(`not refused: ${String(problem)}`);
    return `${problem.status} ${problem.code}`;
  };

  /** A verdict on the words as they are now. */
  const say = async (
    id: string,
    who: 'ana' | 'ben',
    verdict: VerdictRequest['verdict'],
    more: Partial<VerdictRequest> = {},
  ) => {
    const { contentHash } = await world.reviews.get(id);
    return world.reviews.verdict(id, world[who], { verdict, contentHash, ...more });
  };

  const listed = async (state: ReviewState): Promise<string[]> =>
    (await world.reviews.list({ state, limit: 200 })).data.map((each) => each.id);

  const opens = async (messageId: string): Promise<string> => {
    const { db } = world.database;
    const message = await world.message(messageId);
    const content = await world.messages.content(db, messageId);
    const stored = storedApprovalSchema.parse(await world.messages.approval(db, messageId));
    if (content === null) throw new Error('no content');
    const opened = openApproval(message, content, stored, world.runtime.secrets.approvalVerifyingKeys());
    return opened.ok ? opened.approval.payload.by.map(({ name }) => name).join(' and ') : opened.reason;
  };

  describe('without a person', () => {
    it('approves what comes from a signed template, in the name of whoever signed it', async () => {
      const message = await world.decided('plain');
      expect(message.state).toBe('approved');
      expect(await opens(message.id)).toBe('Ana');
      expect(await world.waiting('message.approved')).toContain(message.id);
      const [entry] = await world.get(AuditService).list(message.id, null, 1);
      expect(entry).toMatchObject({ actor: 'system', action: 'message.approved' });
    });

    it('sends to review what a guardrail asks for, with the reason', async () => {
      const review = await world.reviews.get(await world.queued('seen'));
      expect(review).toMatchObject({ state: 'pending', tier: 1, why: [{ code: 'look-at-seen' }] });
      expect(review.draft.text).toContain('Good to have you here.');
      expect(reviewDetailSchema.parse(review)).toEqual(review);
      expect(review.recipient).toBe(`${review.userId ?? ''}@example.com`);
    });

    it('sends to review what is risky, signed or not, and marks the place', async () => {
      const review = await world.reviews.get(await world.queued('pushy'));
      expect(review.why.map(({ code }) => code)).toEqual(['risk']);
      const [first] = review.risk.contributions;
      expect(first?.code).toMatch(/^manipulation/);
      const [span] = first?.spans ?? [];
      expect(span?.text).toBe(
        review.draft[span?.field === 'html' ? 'html' : 'text']?.slice(span?.start, span?.end),
      );
    });

    it('sends to review what has no place left in the audience the template was signed for', async () => {
      const userId = await world.person();
      expect((await world.decided('scarce', userId)).state).toBe('approved');
      // Whoever holds a place takes no second.
      expect((await world.decided('scarce', userId)).state).toBe('approved');
      const review = await world.reviews.get(await world.queued('scarce'));
      expect(review.why.map(({ code }) => code)).toEqual(['template.audience']);
    });

    it('brings no new places with a new bundle that holds the same template', async () => {
      const { profileId } = await world.decided('plain');
      const active = world.get(PoliciesService).active();
      const next = { ...active, hash: 'b'.repeat(64) };
      const { db } = world.database;
      await sql`
        insert into bundles (hash, files, counts, created_at)
        select ${next.hash}, files, counts, created_at from bundles where hash = ${active.hash}`.execute(db);
      const signing = world.get(SigningService);
      await world.database.transaction((tx) => signing.sign(tx, next, { personId: 'per_ana', name: 'Ana' }));
      const take = (bundleHash: string) =>
        world.database.transaction((tx) => signing.takePlace(tx, bundleHash, 'scarce-mail', profileId));
      expect([await take(next.hash), await take(active.hash)]).toEqual([false, false]);
      // A place taken under one is taken under both.
      const other = (await world.decided('plain')).profileId;
      const { rows } = await sql<{ recipients: number }>`
        select recipients from template_signatures where template_id = 'plain-mail'`.execute(db);
      expect(rows[0]?.recipients).toBeGreaterThan(0);
      expect(rows[1]).toEqual(rows[0]);
      const { rows: holds } = await sql<{ bundle_hash: string }>`
        select bundle_hash from template_recipients where template_id = 'plain-mail' and profile_id = ${other}`.execute(
        db,
      );
      expect(holds).toHaveLength(2);
    });

    it('sends to review what lost its signature, or whose signature was touched', async () => {
      const { db } = world.database;
      await sql`update template_signatures set signature = 'AAAA' where template_id = 'touched-mail'`.execute(
        db,
      );
      const touched = await world.reviews.get(await world.queued('touched'));
      expect(touched.why.map(({ code }) => code)).toEqual(['template.signature']);
      await sql`delete from template_signatures where template_id = 'touched-mail'`.execute(db);
      const lost = await world.reviews.get(await world.queued('touched'));
      expect(lost.why.map(({ code }) => code)).toEqual(['template.unsigned']);
    });

    it('queues a draft for review once, however often the work runs', async () => {
      const id = await world.queued('seen');
      const { messageId } = await world.reviews.get(id);
      await world.database.transaction((tx) =>
        world.work.enqueue(tx, { kind: 'draft.assessed', key: messageId, dueAt: world.clock.now() }),
      );
      await world.doDueWork();
      const { data } = await world.reviews.list({ limit: 200 });
      expect(data.filter((each) => each.messageId === messageId)).toHaveLength(1);
    });
  });

  describe('as it stands', () => {
    const standing = async (id: string) => {
      const { why } = await world.reviews.get(id);
      return why.map(({ code, stops }) => [code, stops ?? 'asked']);
    };

    it('says what would stop it now, and says nothing more once that is over', async () => {
      const id = await world.queued('seen');
      expect(await standing(id)).toEqual([['look-at-seen', 'asked']]);
      const { profileId } = await world.reviews.get(id);
      const tasks = world.get(TasksService);
      const reason = 'What they wrote speaks of a death.';
      const task = await world.database.transaction((tx) =>
        tasks.open(tx, { profileId, owner: 'care', reasonCode: 'moment.grief', reason }),
      );
      expect(await standing(id)).toEqual([
        ['look-at-seen', 'asked'],
        ['open_task', 'suppress'],
      ]);
      const { why } = await world.reviews.get(id);
      expect(why[1]?.text).toContain('What they wrote speaks of a death.');
      expect(reviewDetailSchema.parse(await world.reviews.get(id)).why).toEqual(why);
      await world.database.transaction((tx) => tasks.close(tx, task, { by: 'per_ana', outcome: 'called' }));
      expect(await standing(id)).toEqual([['look-at-seen', 'asked']]);
    });

    it('says nothing of what is over', async () => {
      const id = await world.queued('seen');
      const { profileId } = await say(id, 'ana', 'reject');
      const refusal = { channel: 'email', topic: '*', state: 'denied' as const, source: 'form' };
      const at = world.clock.now().toISOString();
      await world.database.transaction((tx) =>
        world.get(ProfilesService).setConsent(tx, profileId, { ...refusal, at }),
      );
      expect(await standing(id)).toEqual([['look-at-seen', 'asked']]);
    });
  });

  it('is shown where the playbook that it was written under is gone', async () => {
    const { messageId } = await world.reviews.get(await world.queued('seen'));
    const drafting = world.get(DraftingService);
    expect(await drafting.making(world.database.db, messageId, 'f'.repeat(64))).toBeNull();
  });

  describe('one person', () => {
    it('approves exactly the words, by name', async () => {
      const id = await world.queued('seen');
      const review = await say(id, 'ana', 'approve', { note: 'fine' });
      expect(review).toMatchObject({
        state: 'approved',
        verdicts: [{ verdict: 'approve', name: 'Ana', note: 'fine' }],
      });
      expect((await world.message(review.messageId)).state).toBe('approved');
      expect(await opens(review.messageId)).toBe('Ana');
      expect(await world.waiting('message.approved')).toContain(review.messageId);
      const [entry] = await world.get(AuditService).list(id, null, 1);
      expect(entry).toMatchObject({ actor: 'per_ana', action: 'review.approve' });
      expect(await refused(say(id, 'ben', 'reject'))).toBe('409 review-closed');
    });

    it('rejects with reasons', async () => {
      const id = await world.queued('seen');
      const review = await say(id, 'ana', 'reject', { reasons: ['tone', 'wrong-moment'] });
      expect(review).toMatchObject({ state: 'rejected', verdicts: [{ reasons: ['tone', 'wrong-moment'] }] });
      expect((await world.message(review.messageId)).state).toBe('rejected');
      expect(await world.waiting('message.approved')).not.toContain(review.messageId);
    });

    it('hands off: a task opens and the message ends', async () => {
      const review = await say(await world.queued('seen'), 'ana', 'handoff');
      expect(review.state).toBe('handed_off');
      expect((await world.message(review.messageId)).state).toBe('cancelled');
      const { rows } = await sql<{ owner: string; state: string }>`
        select owner, state from tasks where message_id = ${review.messageId}`.execute(world.database.db);
      expect(rows).toEqual([{ owner: 'care', state: 'open' }]);
    });

    it('edits: the new words are judged anew, answered, and stay claimed', async () => {
      const id = await world.queued('pushy');
      const before = await world.reviews.get(id);
      const edited = await say(id, 'ana', 'edit', { content: { text: 'Good to have you with us.' } });
      expect(edited).toMatchObject({
        state: 'claimed',
        claimedBy: { name: 'Ana' },
        draft: { origin: 'person' },
      });
      expect(edited.contentHash).not.toBe(before.contentHash);
      expect(edited.risk.score).toBeLessThan(before.risk.score);
      expect(edited.draft.html).toContain('Good to have you with us.');
      expect(edited.draft.html).not.toContain('Act now');
      const worse = await say(id, 'ana', 'edit', { content: { subject: 'A shiny deal, €5 off' } });
      expect(worse.risk.contributions.map(({ code }) => code)).toEqual(
        expect.arrayContaining(['words.banned', 'claims.unsupported']),
      );
      // Words nobody has read any more cannot be signed.
      const stale = { verdict: 'approve' as const, contentHash: edited.contentHash };
      expect(await refused(world.reviews.verdict(id, world.ana, stale))).toBe('409 stale-content');
      await say(id, 'ana', 'approve');
      expect(await opens(edited.messageId)).toBe('Ana');
    });

    it('refuses words that changed since they were read', async () => {
      const id = await world.queued('seen');
      const answer = world.reviews.verdict(id, world.ana, {
        verdict: 'approve',
        contentHash: 'f'.repeat(64),
      });
      expect(await refused(answer)).toBe('409 stale-content');
      expect((await world.reviews.get(id)).state).toBe('pending');
    });

    it('refuses a service token: it acts for nobody', async () => {
      const id = await world.queued('seen');
      const machine: ServiceActor = { kind: 'service', tokenId: 'tok_1', name: 'ci', role: 'administrator' };
      const { contentHash } = await world.reviews.get(id);
      expect(await refused(world.reviews.verdict(id, machine, { verdict: 'approve', contentHash }))).toBe(
        '403 person-needed',
      );
      expect(await refused(world.reviews.claim(id, machine))).toBe('403 person-needed');
    });

    it('knows no item of another name', async () => {
      expect(await refused(world.reviews.get('rev_none'))).toBe('404 no-such-review');
      expect(await refused(world.reviews.claim('rev_none', world.ana))).toBe('404 no-such-review');
    });
  });

  describe('claims', () => {
    it('keep others away until they are released or run out', async () => {
      const id = await world.queued('seen');
      expect(await world.reviews.claim(id, world.ana)).toMatchObject({
        state: 'claimed',
        claimedBy: { name: 'Ana' },
      });
      expect(await refused(world.reviews.claim(id, world.ben))).toBe('409 review-claimed');
      expect(await refused(say(id, 'ben', 'approve'))).toBe('409 review-claimed');
      expect(await refused(world.reviews.release(id, world.ben))).toBe('409 review-claimed');
      expect((await world.reviews.release(id, world.ana)).state).toBe('pending');
      expect(await refused(world.reviews.release(id, world.ana))).toBe('409 not-claimed');

      await world.reviews.claim(id, world.ana);
      world.clock.advance(10 * MINUTE - 1);
      expect(await refused(world.reviews.claim(id, world.ben))).toBe('409 review-claimed');
      world.clock.advance(1);
      expect(await listed('pending')).toContain(id);
      expect(await world.reviews.claim(id, world.ben)).toMatchObject({ claimedBy: { name: 'Ben' } });
    });

    it('are renewed by claiming again, and given up by skipping', async () => {
      const id = await world.queued('seen');
      await world.reviews.claim(id, world.ana);
      world.clock.advance(9 * MINUTE);
      await world.reviews.claim(id, world.ana);
      world.clock.advance(9 * MINUTE);
      expect(await refused(world.reviews.claim(id, world.ben))).toBe('409 review-claimed');
      const skipped = await say(id, 'ana', 'skip');
      expect(skipped).toMatchObject({ state: 'pending', claimedBy: null });
      expect(skipped.verdicts[0]).toMatchObject({ verdict: 'skip', secondsLooked: 18 * 60 });
    });
  });

  describe('two people', () => {
    it('are needed in the top tier, and they are two', async () => {
      const id = await world.queued('grave');
      const first = await say(id, 'ana', 'approve');
      expect(first).toMatchObject({ state: 'awaiting_second', tier: 2, claimedBy: null });
      expect((await world.message(first.messageId)).state).toBe('in_review');
      expect(await refused(say(id, 'ana', 'approve'))).toBe('409 same-person');
      expect(await refused(world.reviews.claim(id, world.ana))).toBe('409 same-person');
      expect(await world.reviews.claim(id, world.ben)).toMatchObject({ state: 'awaiting_second' });
      expect(await say(id, 'ben', 'approve')).toMatchObject({ state: 'approved' });
      expect(await opens(first.messageId)).toBe('Ana and Ben');
    });

    it('start again when the words change', async () => {
      const id = await world.queued('grave');
      await say(id, 'ana', 'approve');
      const edited = await say(id, 'ben', 'edit', { content: { subject: 'Hello' } });
      expect(edited).toMatchObject({ state: 'claimed', tier: 2 });
      expect(await say(id, 'ben', 'approve')).toMatchObject({ state: 'awaiting_second' });
      expect(await say(id, 'ana', 'approve')).toMatchObject({ state: 'approved' });
      expect(await opens(edited.messageId)).toBe('Ben and Ana');
    });

    it('may each still say no', async () => {
      const id = await world.queued('grave');
      await say(id, 'ana', 'approve');
      expect(await say(id, 'ben', 'skip')).toMatchObject({ state: 'awaiting_second' });
      expect(await say(id, 'ana', 'reject')).toMatchObject({ state: 'rejected' });
    });

    it('answering at the same moment sign once', async () => {
      const id = await world.queued('seen');
      const { contentHash, messageId } = await world.reviews.get(id);
      const answers = await Promise.allSettled(
        [world.ana, world.ben].map((who) =>
          world.reviews.verdict(id, who, { verdict: 'approve', contentHash }),
        ),
      );
      expect(answers.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      const steps = await world.messages.steps(world.database.db, messageId);
      expect(steps.filter(({ to }) => to === 'approved')).toHaveLength(1);
    });
  });

  describe('time', () => {
    it('expires an item and its message', async () => {
      const id = await world.queued('seen');
      const { messageId } = await world.reviews.get(id);
      world.clock.advance(24 * HOUR - 1);
      await world.doDueWork();
      expect((await world.reviews.get(id)).state).toBe('pending');
      world.clock.advance(1);
      await world.doDueWork();
      expect((await world.reviews.get(id)).state).toBe('expired');
      expect((await world.message(messageId)).state).toBe('expired');
      expect(await refused(say(id, 'ana', 'approve'))).toBe('410 review-expired');
    });

    it('refuses a verdict after the expiry even before anything cleaned up', async () => {
      const id = await world.queued('seen');
      const { messageId } = await world.reviews.get(id);
      world.clock.advance(24 * HOUR);
      expect(await listed('pending')).not.toContain(id);
      expect(await listed('expired')).toContain(id);
      expect(await refused(say(id, 'ana', 'approve'))).toBe('410 review-expired');
      expect((await world.message(messageId)).state).toBe('expired');
    });

    it('has nothing to decide once the message was withdrawn', async () => {
      const id = await world.queued('seen');
      const { messageId } = await world.reviews.get(id);
      await world.database.transaction((tx) =>
        world.messages.cancel(tx, messageId, { actor: 'per_ben', reason: 'no' }),
      );
      expect(await listed('pending')).not.toContain(id);
      expect(await refused(say(id, 'ana', 'approve'))).toBe('409 review-closed');
      expect((await world.message(messageId)).state).toBe('cancelled');
    });

    it('leaves the queue with its message', async () => {
      const id = await world.queued('seen');
      const { messageId } = await world.reviews.claim(id, world.ana);
      await world.database.transaction((tx) =>
        world.messages.cancel(tx, messageId, { actor: 'per_ben', reason: 'no' }),
      );
      await world.doDueWork();
      const { rows } = await sql<{ state: string }>`select state from reviews where id = ${id}`.execute(
        world.database.db,
      );
      expect(rows).toEqual([{ state: 'expired' }]);
    });

    const returned = async (messageId: string, tier: 1 | 2, why: { code: string; text: string }[]) => {
      await world.database.transaction(async (tx) => {
        await world.messages.move(tx, messageId, 'in_review', {
          actor: 'system',
          code: why[0]?.code ?? '',
          text: why.map(({ text }) => text).join(' '),
        });
        await world.work.enqueue(tx, {
          kind: 'message.needs_review',
          key: messageId,
          dueAt: world.clock.now(),
          payload: { tier, why: JSON.stringify(why) },
        });
      });
      await world.doDueWork();
      const { data } = await world.reviews.list({ state: 'pending', limit: 200 });
      const item = data.find((each) => each.messageId === messageId);
      if (item === undefined) throw new Error(`message ${messageId} did not come back`);
      return item;
    };

    it('takes back what the last look before sending sent back, with its reason, and keeps the closed item closed', async () => {
      const first = await world.queued('seen');
      const { messageId } = await say(first, 'ana', 'approve');
      const changed = { code: 'changed_fact', text: 'The price has changed since it was approved.' };
      expect(await returned(messageId, 1, [changed])).toMatchObject({ tier: 1, why: [changed] });
      expect((await world.reviews.get(first)).state).toBe('approved');
    });

    it('asks for two people when a rule that wants two began to match, and no edit and no later look asks for fewer', async () => {
      const { messageId } = await say(await world.queued('seen'), 'ana', 'approve');
      const dear = { code: 'very-dear', text: 'Two people look at these.' };
      const item = await returned(messageId, 2, [dear]);
      expect(item).toMatchObject({ tier: 2, why: [dear] });
      expect(await say(item.id, 'ana', 'edit', { content: { subject: 'Hello' } })).toMatchObject({ tier: 2 });
      expect(await say(item.id, 'ana', 'approve')).toMatchObject({ state: 'awaiting_second' });
      expect(await say(item.id, 'ben', 'approve')).toMatchObject({ state: 'approved' });
      const changed = { code: 'changed_fact', text: 'The price has changed since it was approved.' };
      expect(await returned(messageId, 1, [changed])).toMatchObject({ tier: 2 });
    });
  });

  it('pages the queue, most valuable and soonest perishing first', async () => {
    for (let i = 0; i < 5; i++) {
      await world.queued('seen');
      world.clock.advance(HOUR);
    }
    const whole = await listed('pending');
    const paged: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await world.reviews.list({ state: 'pending', limit: 2, cursor });
      paged.push(...page.data.map((each) => each.id));
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    expect(paged.length).toBeGreaterThanOrEqual(5);
    expect(paged).toEqual(whole);
  });
});
