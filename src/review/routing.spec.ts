import fc from 'fast-check';
import { isAudited, priorityOf, route, type RoutingInput } from './routing.js';
import { type TemplatePayload } from './template-signature.js';

const payload: TemplatePayload = {
  statement: 'countersign template signature',
  template: {
    id: 't',
    action: 'welcome',
    channel: 'email',
    locale: 'en',
    when: 'true',
    priority: 0,
    slots: {},
    content: { kind: 'onsite', title: 'a', body: 'b' },
    maxAudience: 10,
    expires: '2030-01-01',
    owner: 'ana',
  },
  contentHash: 'h',
  maxAudience: 10,
  expires: '2030-01-01',
  bundleHash: 'b',
  by: { personId: 'per_ana', name: 'Ana' },
  at: '2026-11-18T12:00:00.000Z',
};

function input(parts: Partial<RoutingInput> = {}): RoutingInput {
  return {
    messageId: 'msg_1',
    origin: 'template',
    assessment: { score: 0.1, tier: 1, threshold: 0.5, contributions: [] },
    review: null,
    signature: { ok: true, payload, signature: 's' },
    auditShare: 0,
    gate: null,
    ...parts,
  };
}

const why = (parts: Partial<RoutingInput>): string[] => {
  const routed = route(input(parts));
  return routed.to === 'approval' ? [] : routed.why.map(({ code }) => code);
};

describe('routing', () => {
  it('lets on what comes from a signed template and raises no doubt', () => {
    expect(route(input())).toEqual({ to: 'approval', under: 'template' });
  });

  it('reviews what a model or a person wrote, however harmless', () => {
    expect(why({ origin: 'model' })).toEqual(['origin.model']);
    expect(why({ origin: 'person' })).toEqual(['origin.person']);
  });

  describe('with an open gate', () => {
    const gate = {
      id: 'gat_1',
      subject: 'welcome/email',
      fingerprint: 'f',
      look: 1,
      threshold: 0.3,
      auditShare: 0,
      wrong: 0.01,
      openedBy: { personId: 'per_ana', name: 'Ana' },
      openedAt: '2026-11-18T12:00:00.000Z',
    };
    const assessment = (score: number) => ({ score, tier: 1 as const, threshold: 0.5, contributions: [] });

    it('lets a model’s draft below the threshold go', () => {
      expect(route(input({ origin: 'model', signature: null, gate, assessment: assessment(0.29) }))).toEqual({
        to: 'approval',
        under: 'gate',
      });
    });

    it.each([
      ['at the threshold', { assessment: assessment(0.3) }, ['origin.model']],
      ['with a score that is no number', { assessment: assessment(NaN) }, ['origin.model', 'risk']],
      ['when chance picks it', { gate: { ...gate, auditShare: 1 } }, ['audit']],
      ['when a guardrail asks', { review: { tier: 1 as const, why: [] } }, ['guardrail']],
      ['when a person changed it', { origin: 'person' as const }, ['origin.person']],
    ])('shows a person what is %s', (_, parts, codes) => {
      const base = { origin: 'model' as const, signature: null, gate, assessment: assessment(0.1) };
      expect(why({ ...base, ...parts })).toEqual(codes);
    });
  });

  it('reviews what a guardrail asks for, in its tier', () => {
    const review = { tier: 2 as const, why: [{ code: 'big-offer', text: 'Big offers are looked at.' }] };
    expect(route(input({ review }))).toEqual({
      to: 'review',
      minimumTier: 2,
      tier: 2,
      why: review.why,
    });
    expect(why({ review: { tier: 1, why: [] } })).toEqual(['guardrail']);
  });

  it('reviews at the threshold, and what has no score at all', () => {
    const assessment = input().assessment;
    expect(why({ assessment: { ...assessment, score: 0.5 } })).toEqual(['risk']);
    expect(why({ assessment: { ...assessment, score: Number.NaN } })).toEqual(['risk']);
    expect(why({ assessment: { ...assessment, score: 0.4999 } })).toEqual([]);
  });

  it('reviews what is not signed, with the fault', () => {
    expect(why({ signature: null })).toEqual(['template.unknown']);
    expect(why({ signature: { ok: false, code: 'template.expired', text: '' } })).toEqual([
      'template.expired',
    ]);
  });

  it('keeps every reason', () => {
    const assessment = { ...input().assessment, score: 0.9, tier: 2 as const };
    expect(why({ origin: 'model', review: { tier: 1, why: [] }, assessment, signature: null })).toEqual([
      'origin.model',
      'guardrail',
      'risk',
    ]);
  });

  it('never lets on what it would have reviewed before a doubt was added', () => {
    const doubts: Partial<RoutingInput>[] = [
      { origin: 'model' },
      { review: { tier: 2, why: [] } },
      { assessment: { score: 1, tier: 2, threshold: 0.5, contributions: [] } },
      { signature: null },
      { auditShare: 1 },
    ];
    fc.assert(
      fc.property(fc.subarray(doubts, { minLength: 1 }), (chosen) => {
        expect(route(input(Object.assign({}, ...chosen) as Partial<RoutingInput>)).to).toBe('review');
      }),
    );
  });

  it('audits the asked share, the same messages every time', () => {
    const ids = Array.from({ length: 4_000 }, (_, i) => `msg_${i}`);
    const audited = ids.filter((id) => isAudited(id, 0.1));
    expect(audited.length).toBeGreaterThan(320);
    expect(audited.length).toBeLessThan(480);
    expect(audited.every((id) => isAudited(id, 0.2))).toBe(true);
    expect(ids.some((id) => isAudited(id, 0))).toBe(false);
    expect(why({ auditShare: 1 })).toEqual(['audit']);
  });

  it('puts first what is worth more and perishes sooner', () => {
    const now = new Date('2026-11-18T12:00:00.000Z');
    const inHours = (hours: number) => new Date(now.getTime() + hours * 3_600_000);
    expect(priorityOf(500, now, inHours(10))).toBeGreaterThan(priorityOf(400, now, inHours(10)));
    expect(priorityOf(500, now, inHours(5))).toBeGreaterThan(priorityOf(500, now, inHours(10)));
    expect(priorityOf(-5, now, inHours(-1))).toBe(0);
  });
});
