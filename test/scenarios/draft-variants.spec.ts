import { readFile } from 'node:fs/promises';
import { sql } from 'kysely';
import { drawn } from '../../src/risk/draw.js';
import { FakeOpenAi, goodDraft } from '../fakes/openai-server.js';
import { type FakeSmtpServer, startSmtpServer } from '../fakes/smtp-server.js';
import { checkout, fillCatalogue, HOUR, identify, MAIL_FROM, oldOrder } from '../harness/customers.js';
import { Story } from '../harness/service.js';
import {
  decisionsAbout,
  endSound,
  message,
  messagesTo,
  only,
  review,
  reviewsAbout,
  type ShownReview,
  verdict,
} from '../harness/shown.js';

/** Looks after few audits, so that a story can tell it: one wrong in five, at 50 %. */
const TERMS = 'automatic: { wrong: 0.2, confidence: 0.5, misses: [0], auditShare: 0.01 }';
const CUP = 'https://marrow-and-pine.example.com/products/cup-tide';
const VARIANTS = `variants:
      - { id: plain, brief: Say what is kept and what it costs. }
      - { id: question, brief: Begin with a question. }
      - { id: bargain, brief: Begin with the price. }`;

async function recovery(): Promise<string> {
  const text = await readFile('policies/actions/recovery.yaml', 'utf8');
  return text
    .replace(/^(\s*)holdout:.*$/gm, '$1holdout: 0')
    .replace(/^(\s*)prompt: recover-cart$/m, `$1prompt: recover-cart\n$1${TERMS}\n$1${VARIANTS}`);
}

const price = { text: '€24.00', kind: 'price', factId: 'cup-tide' };
const WORDINGS = {
  plain: goodDraft({
    subject: 'Your cup is still here',
    preheader: 'The basket is kept.',
    blocks: [
      { type: 'text', text: 'We kept the Tide cup for you. It costs €24.00.' },
      { type: 'button', text: 'To the cup', url: CUP },
    ],
    claims: [price],
  }),
  question: goodDraft({
    subject: 'Is anything unclear about the Tide cup?',
    preheader: 'Just answer this mail.',
    blocks: [
      { type: 'text', text: 'Ask us whatever you would like to know before you order. It is €24.00.' },
    ],
    claims: [price],
  }),
  bargain: goodDraft({
    subject: 'The Tide cup for €19.00',
    preheader: 'As you left it.',
    blocks: [{ type: 'text', text: 'The Tide cup costs €19.00, and your basket has it.' }],
    claims: [{ ...price, text: '€19.00' }],
  }),
};
type Label = keyof typeof WORDINGS;
const LABELS: readonly Label[] = ['plain', 'question', 'bargain'];

const answerOf = (wordings: Readonly<Record<string, unknown>>) => ({
  kind: 'answer' as const,
  content: { drafts: Object.entries(wordings).map(([label, draft]) => ({ label, draft })) },
});

describe('several wordings of what the model drafts', () => {
  let story: Story;
  let model: FakeOpenAi;
  let smtp: FakeSmtpServer;
  beforeAll(async () => {
    model = await FakeOpenAi.start();
    smtp = await startSmtpServer();
    story = await Story.begin({
      // Ten in New York: an hour passes with each basket, and the last mail leaves before the evening, however many are picked for a look.
      now: '2026-11-18T15:00:00.000Z',
      environment: { ...model.environment, SMTP_URL: smtp.url, MAIL_FROM },
      playbook: { 'actions/recovery.yaml': await recovery() },
    });
    await fillCatalogue(story);
    model.behave(answerOf(WORDINGS));
  });
  afterAll(async () => {
    await endSound(story);
    await Promise.all([model.close(), smtp.close()]);
  });

  async function abandons(name: string): Promise<void> {
    await story.happens(identify(name), oldOrder(story, name));
    await story.happens(checkout(name));
    await story.passes(HOUR);
  }

  async function inReview(name: string): Promise<ShownReview> {
    await abandons(name);
    return only(await reviewsAbout(story, name));
  }

  const wording = (item: ShownReview, label: string) =>
    only((item.variants?.wordings ?? []).filter((each) => each.label === label));

  /** The clean wording that was not drawn. */
  const otherThan = (label: string | null | undefined): Label => (label === 'plain' ? 'question' : 'plain');

  const variantOf = async (name: string): Promise<string | null> => {
    const { id } = only(await messagesTo(story, name));
    const { rows } = await sql<{
      variant: string | null;
    }>`select variant from messages where id = ${id}`.execute(story.database.db);
    return only(rows).variant;
  };

  const judgedOf = async (name: string) => {
    const { id } = only(await messagesTo(story, name));
    const { rows } = await sql<{ variant: string; verdict: string | null; passed_over: boolean }>`
      select variant, verdict, passed_over from judged_drafts where message_id = ${id}`.execute(
      story.database.db,
    );
    return only(rows);
  };

  const mailTo = (name: string) => smtp.mails.filter(({ to }) => to.includes(`${name}@example.com`));

  it('are asked for in one answer and shown side by side, each with what the checks find in it alone', async () => {
    const item = await inReview('ada');
    const [request, ...more] = model.requests;
    expect(more).toEqual([]);
    expect(JSON.stringify(request?.body.messages)).toContain('question (Begin with a question.)');
    expect(JSON.stringify(request?.body.response_format)).toContain('"enum":["plain","question","bargain"]');

    const { variants } = item;
    expect(variants).toMatchObject({ asked: LABELS, leftOut: [], open: true });
    expect(variants?.wordings.map(({ label, draft }) => [label, draft.subject])).toEqual(
      LABELS.map((label) => [label, WORDINGS[label]['subject']]),
    );
    const codes = (label: string) => wording(item, label).risk.contributions.map(({ code }) => code);
    expect(codes('plain')).toEqual([]);
    expect(codes('bargain').length).toBeGreaterThan(0);
    expect(wording(item, 'bargain').draft.claims.some(({ ok }) => !ok)).toBe(true);
    expect(wording(item, 'plain').draft.claims.every(({ ok }) => ok)).toBe(true);
  });

  it('have one that stands for them, drawn by the decision’s seed among those below the risk threshold', async () => {
    const item = only(await reviewsAbout(story, 'ada'));
    const { seed } = only(await decisionsAbout(story, 'ada'));
    const wordings = (item.variants?.wordings ?? []).map(({ label, risk }) => ({ label, assessment: risk }));
    const { one, amongst } = drawn(wordings, seed);
    expect(amongst.map(({ label }) => label)).toEqual(['plain', 'question']);
    expect(item.variants?.drawn).toBe(one.label);
    expect(item.contentHash).toBe(wording(item, one.label).contentHash);
    expect(item.draft.versions.prompt).toMatchObject({ id: 'recover-cart', variant: one.label });
    expect(
      only(await messagesTo(story, 'ada'))
        .steps.map(({ reason }) => reason.text)
        .join(' '),
    ).toContain(`Of 3 wordings ${one.label} was drawn among plain, question.`);
  });

  it('are a choice: what is signed and sent is exactly the wording that was named', async () => {
    const item = only(await reviewsAbout(story, 'ada'));
    const drawnOne = wording(item, String(item.variants?.drawn));
    const label = otherThan(drawnOne.label);
    const { contentHash, draft } = wording(item, label);
    const unknown = await verdict(story, item, { verdict: 'approve', contentHash, alsoFine: ['no such'] });
    expect(unknown.status).toBe(409);
    const alsoFine = [drawnOne.contentHash];
    expect((await verdict(story, item, { verdict: 'approve', contentHash, alsoFine })).status).toBe(200);

    const sent = await message(story, item.messageId);
    expect(sent).toMatchObject({ state: 'sent', contentHash, approval: { kind: 'person' } });
    expect(sent.content).toMatchObject({
      html: draft.html,
      text: draft.text,
      versions: { prompt: { variant: label } },
    });
    expect(only(mailTo('ada')).raw).toContain(`Subject: ${String(WORDINGS[label]['subject'])}`);
    expect(await variantOf('ada')).toBe(label);
    const closed = await review(story, item.id);
    expect(closed.variants).toMatchObject({ open: false, drawn: drawnOne.label });
    expect(closed.verdicts).toMatchObject([{ verdict: 'approve', contentHash, alsoFine }]);
    // That it would have been signed as well is a verdict on the one that was drawn.
    expect(await judgedOf('ada')).toEqual({ variant: drawnOne.label, verdict: 'right', passed_over: false });
  });

  it('go without a person once the gate is open, as they were drawn', async () => {
    const wordings = (await reviewsAbout(story, 'ada', 'approved')).flatMap(({ variants }) =>
      (variants?.wordings ?? []).map(({ label, risk }) => ({ label, assessment: risk })),
    );
    for (const name of ['emil', 'finn', 'gwen'])
      expect((await verdict(story, await inReview(name), { verdict: 'approve' })).status).toBe(200);
    expect((await story.post('/automation/gates/recover-cart/email/open')).status).toBe(303);
    // One in a hundred is picked for a look all the same; three in a row are not.
    const states: string[] = [];
    for (const name of ['hugo', 'ines', 'jack']) {
      await abandons(name);
      const sent = only(await messagesTo(story, name));
      states.push(sent.state);
      if (sent.state !== 'sent') continue;
      const { seed } = only(await decisionsAbout(story, name));
      expect(await variantOf(name)).toBe(drawn(wordings, seed).one.label);
      expect(sent.approval?.kind).toBe('threshold');
      break;
    }
    expect(states).toContain('sent');
    expect((await story.post('/automation/gates/recover-cart/email/close')).status).toBe(303);
  });

  it('keep what was passed over: nobody vouched for it, and nobody found anything wrong with it', async () => {
    const item = await inReview('ben');
    const label = otherThan(item.variants?.drawn);
    const { contentHash } = wording(item, label);
    expect((await verdict(story, item, { verdict: 'approve', contentHash })).status).toBe(200);
    expect(await judgedOf('ben')).toEqual({
      variant: item.variants?.drawn,
      verdict: 'changed',
      passed_over: true,
    });
    const { rows } = await sql<{ body: string }>`
      select e.detail as body from audit_entries e where e.action = 'review.approve' and e.subject = ${item.id}`.execute(
      story.database.db,
    );
    for (const other of LABELS.filter((each) => each !== label))
      expect(only(rows).body).toContain(wording(item, other).contentHash);
  });

  it('may be edited, gone back to, and edited again; what comes of an edit is none of them any more', async () => {
    const item = await inReview('cleo');
    const plain = wording(item, 'plain');
    const question = wording(item, 'question');
    const edit = (contentHash: string, subject: string) =>
      verdict(story, item, { verdict: 'edit', contentHash, content: { subject } });
    expect((await edit(plain.contentHash, 'Something else')).status).toBe(200);
    expect((await edit('f'.repeat(64), 'No such words')).status).toBe(409);
    expect((await edit(question.contentHash, 'Shall we keep it?')).status).toBe(200);
    const after = await review(story, item.id);
    expect(after.draft).toMatchObject({
      origin: 'person',
      subject: 'Shall we keep it?',
      text: question.draft.text,
    });
    expect(after.variants?.wordings.map((each) => each.contentHash)).not.toContain(after.contentHash);
    expect((await verdict(story, after, { verdict: 'approve' })).status).toBe(200);
    expect(await variantOf('cleo')).toBeNull();
    expect(only(mailTo('cleo')).raw).toContain('Subject: Shall we keep it?');
  });

  it('that say nearly the same are one, and what is no draft is none, after the model was asked to mend it', async () => {
    const twin = goodDraft({ ...WORDINGS.plain, preheader: 'The basket is kept!' });
    const foreign = goodDraft({
      blocks: [{ type: 'button', text: 'Here', url: 'https://elsewhere.example.org/' }],
    });
    model.behave(answerOf({ plain: WORDINGS.plain, question: twin, bargain: foreign }));
    const item = await inReview('iris');
    expect(model.requests).toHaveLength(2);
    const mending = JSON.stringify(model.requests[1]?.body.messages);
    expect(mending).toContain('draft \\"question\\" says nearly the same as \\"plain\\"');
    expect(mending).toContain('elsewhere.example.org');
    expect(item.variants).toMatchObject({
      asked: LABELS,
      leftOut: [
        { label: 'question', code: 'same', as: 'plain' },
        { label: 'bargain', code: 'unusable' },
      ],
      drawn: 'plain',
    });
    expect(item.variants?.wordings.map(({ label }) => label)).toEqual(['plain']);
    await verdict(story, item, { verdict: 'reject' });
  });
});
