import fc from 'fast-check';
import { actionSchema, brandSchema, vocabularySchema } from '../policies/playbook.js';
import { type ExpressionSource } from '../policies/vocabulary.js';
import { type Json } from '../shared/canonical-json.js';
import { linksFor, maskText, modelInput, type ModelInputRequest } from './model-input.js';

const brand = brandSchema.parse({
  name: 'Fernhill',
  sender: { name: 'Fernhill', email: 'hello@fernhill.example' },
  postalAddress: '12 Example Lane',
  website: 'https://fernhill.example',
  linkHosts: ['fernhill.example'],
  voice: 'Calm.',
  currency: 'EUR',
});
const vocabulary = vocabularySchema.parse({
  traits: {
    first_name: { type: 'string', absent: 'unknown' },
    diagnosis: { type: 'string', absent: 'unknown', sensitive: true },
  },
  events: { 'Checkout Started': { properties: { cart_url: { type: 'string', absent: 'unknown' } } } },
});

function request(allowedFields: readonly string[], traits: Record<string, Json> = {}): ModelInputRequest {
  const source: ExpressionSource = {
    now: '2026-11-20T12:00:00.000Z',
    signal: {
      type: 'track',
      event: 'Checkout Started',
      properties: { cart_url: 'https://fernhill.example/cart', secret: 'x' },
      at: '2026-11-20T12:00:00.000Z',
    },
    context: { page: '/' },
    profile: {
      userId: 'user-1',
      stage: 'active',
      country: 'GB',
      locale: 'en-GB',
      zones: [],
      bought30d: [],
      traits: { first_name: 'Ada', diagnosis: 'none', undeclared: 'y', ...traits },
      hasEmail: true,
      hasPhone: false,
      firstSeenAt: '2026-01-01T00:00:00.000Z',
      lastSeenAt: '2026-11-20T12:00:00.000Z',
      events: {
        'Order Completed': {
          total: 2,
          count1d: 0,
          count7d: 0,
          count30d: 1,
          count90d: 2,
          lastAt: '2026-11-01T00:00:00.000Z',
        },
      },
      consents: {},
    },
    history: { messages: [] },
    openTasks: 0,
    facts: {
      offer: {
        id: 'spring',
        version: 1,
        kind: 'offer',
        data: { title: '10 % off', minimum: 5_000, currency: 'EUR', url: 'https://evil.example/' },
        validFrom: '2026-11-01T00:00:00.000Z',
        validUntil: '2026-12-01T00:00:00.000Z',
        source: 's',
      },
    },
  };
  const action = actionSchema.parse({
    id: 'recover-cart',
    title: 'T',
    goal: 'G',
    class: 'marketing',
    channels: ['email'],
    value: 1,
    propensity: 0.1,
    draft: { mode: 'model', prompt: 'recover-cart', allowedFields },
    owner: 'ana',
  });
  return {
    brand,
    action,
    vocabulary,
    source,
    locale: 'en-GB',
    leavesAt: '2026-11-20T12:00:00.000Z',
    requiredText: [],
    forbiddenText: [],
    examples: [],
  };
}

describe('what the model may see', () => {
  it('is the day on which it is to leave, where the reader is', () => {
    const asked = request([]);
    const from = (...zones: string[]) => ({
      ...asked,
      leavesAt: '2026-11-21T03:00:00.000Z',
      source: { ...asked.source, profile: { ...asked.source.profile, zones } },
    });
    expect(modelInput(from('America/New_York')).today).toBe('2026-11-20');
    expect(modelInput(from('Europe/Berlin')).today).toBe('2026-11-21');
    expect(modelInput(from('America/New_York', 'America/Denver')).today).toBe('2026-11-21');
  });

  it('is what the action allows', () => {
    const allowed = [
      'profile.traits.first_name',
      'profile.stage',
      'profile.events.Order Completed.count30d',
      'signal.properties.cart_url',
    ];
    const input = modelInput(request(allowed));
    expect(input.customer).toEqual({
      first_name: 'Ada',
      stage: 'active',
      'events.Order Completed.count30d': 1,
    });
    expect(input.signal).toEqual({ cart_url: 'https://fernhill.example/cart' });
    expect(modelInput(request([]))).toMatchObject({ customer: {}, signal: {} });
  });

  it.each([
    'profile.traits.diagnosis',
    'profile.traits.undeclared',
    'profile.traits.constructor',
    'profile.userId',
    'profile.traits',
    'profile',
    'signal.properties.secret',
    'signal.properties',
    'context.page',
    '__proto__.x',
  ])('is never %s, whatever the action allows: sensitive, undeclared or naming the person', (path) => {
    expect(modelInput(request([path]))).toMatchObject({ customer: {}, signal: {} });
  });

  it('has the wording that guardrails and the brand require, each once', () => {
    const asked = { ...request([]), requiredText: ['Terms apply.', 'Since 1907.'] };
    const brand = { ...asked.brand, requiredWords: ['Since 1907.', 'Made by hand.'] };
    expect(modelInput({ ...asked, brand }).required_text).toEqual([
      'Terms apply.',
      'Since 1907.',
      'Made by hand.',
    ]);
  });

  it('has prices of facts in words, when they hold and where they come from', () => {
    expect(modelInput(request([])).facts).toEqual([
      {
        id: 'spring',
        slot: 'offer',
        kind: 'offer',
        data: {
          title: '10 % off',
          minimum: 5_000,
          minimum_written: '€50.00',
          currency: 'EUR',
          url: 'https://evil.example/',
        },
        source: 's',
        valid_from: '2026-11-01T00:00:00.000Z',
        valid_until: '2026-12-01T00:00:00.000Z',
      },
    ]);
  });

  it('offers links on the brand’s hosts only', () => {
    expect(linksFor(request(['signal.properties.cart_url']))).toEqual([
      'https://fernhill.example/',
      'https://fernhill.example/cart',
    ]);
  });
});

describe('maskText', () => {
  it.each([
    ['write to ada.byron+x@mail.example.com please', 'write to [e-mail] please'],
    ['+44 (0)20 7946 0958', '[number]'],
    ['4111 1111 1111 1111', '[number]'],
    ['DE89 3704 0044 0532 0130 00', '[number]'],
    ['size 42, 3 pieces, 1,299.00 EUR, in 2026', 'size 42, 3 pieces, 1,299.00 EUR, in 2026'],
    ['2026-11-20T12:00:00.000Z', '2026-11-20T12:00:00.000Z'],
  ])('%s', (text, masked) => {
    expect(maskText(text)).toBe(masked);
  });

  it('leaves no address in, wherever it stands, and keeps to its length', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 400 }), fc.string({ maxLength: 400 }), (before, after) => {
        const masked = maskText(`${before} ada@example.com ${after}`);
        expect(masked).not.toContain('ada@example.com');
        expect(masked.length).toBeLessThanOrEqual(300);
        expect(masked).not.toMatch(/[\r\n]/);
      }),
    );
  });
});
