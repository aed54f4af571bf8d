import { type Bundle } from '../policies/bundle.js';
import { type Judge } from '../risk/calibration.js';
import { type Writer } from '../drafting/prompt.js';
import { fingerprintOf, parseSubject, subjectKey } from './gate.js';

/** What of a bundle names the makers of a draft; the rest of it plays no part. */
type Makers = Parameters<typeof fingerprintOf>[0];
type MadeOf = Parameters<typeof fingerprintOf>[1];

const draft = {
  mode: 'model',
  prompt: 'recover-cart',
  prompts: { onsite: 'card' },
  brief: 'Say that the basket is kept.',
  allowedFields: ['profile.stage'],
  fallback: 'hold',
};
const action = (parts: Record<string, unknown> = {}) => ({
  spec: { title: 'T', goal: 'G', class: 'marketing', facts: {}, value: 100, draft: { ...draft, ...parts } },
});

function playbook(actions: Record<string, unknown>, more: Record<string, unknown> = {}): Makers {
  return {
    actions: new Map(Object.entries(actions)),
    brand: { name: 'Marrow & Pine' },
    engine: { riskThreshold: 0.5, secondPersonFrom: 0.85, reviewDiscountPercent: 20 },
    vocabulary: { facts: {} },
    ...more,
  } as unknown as Pick<Bundle, 'actions' | 'brand' | 'engine' | 'vocabulary'>;
}

const judge: Judge = { checks: 'risk-1', model: { version: 'unfitted', base: 0, strengths: {} } };
const writer: Writer = { code: 'drafting-1', examplesBy: 'offline' };
const mail: MadeOf = {
  action: 'cart',
  kind: 'email',
  versions: {
    bundle: 'b',
    template: null,
    prompt: { id: 'recover-cart', version: '1', model: 'm' },
    facts: [],
  },
};
const card: MadeOf = {
  ...mail,
  kind: 'onsite',
  versions: { ...mail.versions, prompt: { id: 'card', version: '1', model: 'm' } },
};

describe('what names the makers of a draft', () => {
  const before = playbook({ cart: action(), welcome: action() });
  const name = fingerprintOf(before, mail, writer, judge);

  it('changes with the action’s copy and terms, the brand, the prompt, what asks it, the examples, the checks and the weights', () => {
    const others = [
      fingerprintOf(playbook({ cart: action({ brief: 'Be short.' }) }), mail, writer, judge),
      fingerprintOf(playbook({ cart: action({ automatic: { wrong: 0.01 } }) }), mail, writer, judge),
      fingerprintOf(playbook({ cart: action() }, { brand: { name: 'M & P' } }), mail, writer, judge),
      fingerprintOf(before, { ...mail, versions: card.versions }, writer, judge),
      fingerprintOf(before, mail, { ...writer, code: 'drafting-2' }, judge),
      fingerprintOf(before, mail, { ...writer, examplesBy: 'text-embedding-3-small' }, judge),
      fingerprintOf(before, mail, { ...writer, examplesBy: null }, judge),
      fingerprintOf(before, mail, writer, { ...judge, checks: 'risk-2' }),
      fingerprintOf(before, mail, writer, { ...judge, model: { version: '1', base: 0.1, strengths: {} } }),
      fingerprintOf(before, mail, writer, {
        ...judge,
        model: { version: '1', base: 0, strengths: { price: 2 } },
      }),
    ];
    expect(new Set([name, ...others]).size).toBe(others.length + 1);
  });

  it('stays with what only others are written or checked by', () => {
    const neighbour = playbook({ cart: action(), welcome: action({ brief: 'Be warm.' }) });
    expect(fingerprintOf(neighbour, mail, writer, judge)).toBe(name);
    const otherPrompt = playbook({ cart: action({ prompts: { onsite: 'card-2' } }) });
    expect(fingerprintOf(otherPrompt, mail, writer, judge)).toBe(name);
    expect(fingerprintOf(before, card, writer, judge)).not.toBe(name);
    // Adopted, and weighing everything as before.
    const model = { version: '2026-11-22-400', base: 0, strengths: { price: 1 } };
    expect(fingerprintOf(before, mail, writer, { ...judge, model })).toBe(name);
  });

  it('is kept for an action and a kind of channel', () => {
    expect(parseSubject(subjectKey(mail))).toEqual({ action: 'cart', kind: 'email' });
    expect(parseSubject('cart')).toBeNull();
  });
});
