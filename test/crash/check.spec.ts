import { check } from './check.js';
import { type Held, type MessageRow } from './evidence.js';
import { type AcceptedMail, Told } from './told.js';

/** A small world in which everything is as it should be: an order confirmed by template, a basket reminder that a person approved. */
function soundWorld(): { told: Told; mails: AcceptedMail[]; held: Held } {
  const told = new Told();
  for (const [messageId, event, userId] of [
    ['s1', 'Order Completed', 'ann'],
    ['s2', 'Checkout Started', 'bob'],
  ] as const) {
    told.sent.set(messageId, { messageId, type: 'track', event, userId, orderId: null });
    told.acknowledged.add(messageId);
    told.profiles.set(userId, { [event]: 1 });
  }
  told.agreed.add('bob@example.com');
  told.verdicts.push({
    reviewId: 'rev_2',
    messageId: 'msg_2',
    verdict: 'approve',
    contentHash: 'c2',
    subject: 'Your basket is waiting',
    token: 'kestrelotter',
    askedAt: 1_000,
    status: 200,
  });
  const message = (n: number, more: Partial<MessageRow>): MessageRow => ({
    id: `msg_${n}`,
    state: 'sent',
    channel: 'email',
    decision_id: `dec_${n}`,
    profile_id: `prf_${n}`,
    overdue: true,
    approval_kind: 'template',
    template_id: 'confirm-order-mail',
    last_reason: null,
    was_reviewed: false,
    ...more,
  });
  return {
    told,
    mails: [
      mail({ recipient: 'ann@example.com', mailId: '<msg_1@shop>', subject: 'Your order o-1' }),
      mail({
        recipient: 'bob@example.com',
        mailId: '<msg_2@shop>',
        subject: 'Your basket is waiting',
        marketing: true,
        token: 'kestrelotter',
      }),
    ],
    held: {
      signals: [
        { id: 'sig_1', message_id: 's1', event: 'Order Completed' },
        { id: 'sig_2', message_id: 's2', event: 'Checkout Started' },
      ],
      waitingSignals: 0,
      failedSignals: [],
      firings: [
        { id: 'fir_1', trigger_id: 'order-completed', signal_id: 'sig_1' },
        { id: 'fir_2', trigger_id: 'checkout-abandoned', signal_id: 'sig_2' },
      ],
      decisions: [1, 2].map((n) => ({
        id: `dec_${n}`,
        outcome: 'act',
        mode: 'execute',
        message_id: `msg_${n}`,
        firing_id: `fir_${n}`,
        profile_id: `prf_${n}`,
      })),
      messages: [
        message(1, {}),
        message(2, { approval_kind: 'person', was_reviewed: true, template_id: null }),
      ],
      verdicts: [{ review_id: 'rev_2', verdict: 'approve', content_hash: 'c2' }],
      openReviews: 0,
      openTasks: [],
      signedTemplates: ['confirm-order-mail'],
      work: [{ kind: 'review.expires', key: 'rev_2', state: 'ready', overdue: false, last_error: null }],
      overdueTimers: 0,
    },
  };
}

function mail(given: Partial<AcceptedMail>): AcceptedMail {
  return {
    recipient: 'ann@example.com',
    mailId: '<msg_1@shop>',
    subject: '',
    marketing: false,
    token: null,
    hash: 'h',
    dataAt: 2_000,
    acceptedAt: 2_001,
    ...given,
  };
}

type World = ReturnType<typeof soundWorld>;

/** What is found once something has gone wrong: claim → problems. */
function foundIn(spoil: (world: World) => Partial<World>): Record<string, readonly string[]> {
  const world = soundWorld();
  const findings = check({ ...world, ...spoil(world) });
  return Object.fromEntries(
    findings.filter(({ problems }) => problems.length > 0).map(({ claim, problems }) => [claim, problems]),
  );
}

const withHeld = (world: World, held: Partial<Held>): Partial<World> => ({
  held: { ...world.held, ...held },
});

describe('the checker of crash tests', () => {
  it('finds nothing where nothing is wrong, and has looked at something', () => {
    const findings = check(soundWorld());
    expect(findings.flatMap(({ problems }) => problems)).toEqual([]);
    expect(findings.map(({ looked }) => looked > 0)).toEqual(findings.map(() => true));
  });

  it.each<[string, string, (world: World) => Partial<World>]>([
    [
      'an acknowledged signal that is gone',
      'acknowledged signals are kept, each once',
      (world) => withHeld(world, { signals: world.held.signals.slice(1), firings: [], decisions: [] }),
    ],
    [
      'a signal kept twice',
      'acknowledged signals are kept, each once',
      (world) =>
        withHeld(world, {
          signals: [...world.held.signals, { id: 'sig_9', message_id: 's2', event: 'Checkout Started' }],
        }),
    ],
    [
      'a signal that nobody sent',
      'acknowledged signals are kept, each once',
      (world) =>
        withHeld(world, { signals: [...world.held.signals, { id: 'sig_9', message_id: 's9', event: null }] }),
    ],
    [
      'a signal applied twice',
      'kept signals are applied, each once',
      ({ told }) => {
        told.profiles.set('ann', { 'Order Completed': 2 });
        return {};
      },
    ],
    [
      'signals that wait for ever',
      'kept signals are applied, each once',
      (world) => withHeld(world, { waitingSignals: 3 }),
    ],
    [
      'an order that led nowhere',
      'what fired was decided, once',
      (world) =>
        withHeld(world, { firings: world.held.firings.slice(1), decisions: world.held.decisions.slice(1) }),
    ],
    [
      'a firing decided twice',
      'what fired was decided, once',
      (world) => withHeld(world, { decisions: [...world.held.decisions, ...world.held.decisions] }),
    ],
    [
      'the same mail taken twice',
      'nothing was sent twice',
      ({ mails }) => ({ mails: [...mails, ...mails.slice(0, 1)] }),
    ],
    [
      'the same order confirmed by two messages',
      'nothing was sent twice',
      (world) => ({
        mails: [...world.mails, mail({ mailId: '<msg_3@shop>', subject: 'Your order o-1' })],
        ...withHeld(world, {
          messages: [
            ...world.held.messages,
            ...world.held.messages.slice(0, 1).map((row) => ({ ...row, id: 'msg_3' })),
          ],
        }),
      }),
    ],
    [
      'a mail of no message',
      'nothing was sent without approval',
      ({ mails }) => ({ mails: [...mails, mail({ mailId: '<msg_7@shop>' })] }),
    ],
    [
      'a mail that nobody approved',
      'nothing was sent without approval',
      ({ told }) => {
        told.verdicts.length = 0;
        return {};
      },
    ],
    [
      'an approval that came after the mail',
      'nothing was sent without approval',
      ({ mails }) => ({ mails: mails.map((each) => ({ ...each, acceptedAt: 500 })) }),
    ],
    [
      'other words than were approved',
      'nothing was sent without approval',
      ({ mails }) => ({
        mails: mails.map((each) => (each.token === null ? each : { ...each, token: 'othertokenss' })),
      }),
    ],
    [
      'a mail from a template that nobody signed',
      'nothing was sent without approval',
      (world) => withHeld(world, { signedTemplates: [] }),
    ],
    [
      'marketing to somebody who never agreed',
      'nothing was sent without consent',
      ({ told }) => {
        told.agreed.clear();
        return {};
      },
    ],
    [
      'marketing after consent was taken back',
      'nothing was sent without consent',
      ({ told }) => {
        told.denials.push({ email: 'bob@example.com', answeredAt: 1_999 });
        return {};
      },
    ],
    ...(['failed', 'cancelled', 'expired', 'scheduled'] as const).map(
      (state): [string, string, (world: World) => Partial<World>] => [
        `a mail that left and is recorded as ${state}`,
        'what the mail server took is recorded so, and nothing else',
        (world) =>
          withHeld(world, {
            messages: world.held.messages.map((row) => ({ ...row, state, overdue: false })),
          }),
      ],
    ),
    [
      'a message recorded as sent that never left',
      'what the mail server took is recorded so, and nothing else',
      ({ mails }) => ({ mails: mails.slice(1) }),
    ],
    [
      'a verdict that was answered and is lost',
      'what was answered holds',
      (world) => withHeld(world, { verdicts: [] }),
    ],
    [
      'a message that lives on after its rejection',
      'what was answered holds',
      (world) => {
        const [verdict] = world.told.verdicts;
        if (verdict === undefined) throw new Error('there is a verdict');
        world.told.verdicts.push({ ...verdict, verdict: 'reject', askedAt: 3_000 });
        return withHeld(world, {
          verdicts: [...world.held.verdicts, { review_id: 'rev_2', verdict: 'reject', content_hash: 'c2' }],
        });
      },
    ],
    [
      'a request that was done twice',
      'what was answered holds',
      (world) => {
        world.told.decisions.push({
          key: 'k',
          userId: 'ann',
          mode: 'execute',
          answer: { id: 'dec_8', outcome: 'hold', messageId: null },
        });
        const row = {
          outcome: 'hold',
          mode: 'execute',
          message_id: null,
          firing_id: null,
          profile_id: 'prf_1',
        };
        return withHeld(world, {
          decisions: [...world.held.decisions, { id: 'dec_8', ...row }, { id: 'dec_9', ...row }],
        });
      },
    ],
    [
      'a fate that was told and not heeded',
      'what was answered holds',
      ({ told }) => {
        told.fates.push({ messageId: 'msg_1', fate: 'did_not_leave', status: 200 });
        return {};
      },
    ],
    ...(['drafting', 'approved', 'sending', 'scheduled', 'unknown'] as const).map(
      (state): [string, string, (world: World) => Partial<World>] => [
        `a message that stays ${state}`,
        'nothing is stuck',
        (world) => withHeld(world, { messages: world.held.messages.map((row) => ({ ...row, state })) }),
      ],
    ),
    [
      'dead work',
      'nothing is stuck',
      (world) =>
        withHeld(world, {
          work: [{ kind: 'trigger.fired', key: 'k', state: 'dead', overdue: false, last_error: 'x' }],
        }),
    ],
    [
      'work that nobody does',
      'nothing is stuck',
      (world) =>
        withHeld(world, {
          work: [{ kind: 'trigger.fired', key: 'k', state: 'ready', overdue: true, last_error: null }],
        }),
    ],
    ['timers that nobody runs', 'nothing is stuck', (world) => withHeld(world, { overdueTimers: 1 })],
  ])('finds %s', (_what, claim, spoil) => {
    expect(Object.keys(foundIn(spoil))).toContain(claim);
  });

  it('leaves alone what waits for its time, and what the mail server refused for good', () => {
    const found = foundIn((world) => ({
      mails: world.mails.slice(1),
      ...withHeld(world, {
        messages: world.held.messages.map((row, i) => (i === 0 ? { ...row, state: 'failed' } : row)),
        work: [{ kind: 'message.approved', key: 'msg_5', state: 'ready', overdue: false, last_error: null }],
      }),
    }));
    expect(found).toEqual({});
  });
});
