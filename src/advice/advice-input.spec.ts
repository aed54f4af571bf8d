import { action, bundle, guardrail, NOW, past, situation } from '../../test/fixtures/playbook.js';
import { examine } from '../decisions/candidates.js';
import { PRIOR_MODELS } from '../decisions/decision.js';
import { adviceSchema, vocabularySchema } from '../policies/playbook.js';
import { adviceInput } from './advice-input.js';

const vocabulary = vocabularySchema.parse({
  traits: {
    first_name: { type: 'string', absent: 'unknown' },
    last_name: { type: 'string', absent: 'unknown' },
    allergies: { type: 'list<string>', absent: 'unknown', sensitive: true },
  },
  events: { Asked: { properties: { note: { type: 'string', absent: 'unknown' } } } },
});
const settings = adviceSchema.parse({
  weight: 0.3,
  prompt: 'next-step',
  allowedFields: [
    'profile.traits.first_name',
    'profile.traits.allergies',
    'profile.stage',
    'signal.properties.note',
  ],
});
const actions = [action({ id: 'welcome', channels: ['email', 'onsite'] }), action({ id: 'offer' })];
const rules = [guardrail({ id: 'no-offers', effect: 'suppress', scope: { actions: ['offer'] } })];

function inputOf(given: Parameters<typeof situation>[0] = {}) {
  const book = { ...bundle({ actions, guardrails: rules }), vocabulary };
  const who = situation({
    signal: {
      type: 'track',
      event: 'Asked',
      properties: { note: 'Call me on +49 30 1234567 or at ada@example.com', other: 'never shown' },
      messageId: 'm1',
      at: NOW,
    },
    history: [past({ action: 'welcome', at: '2026-06-28T16:00:00.000Z' })],
    ...given,
    profile: {
      traits: { first_name: 'Ada', last_name: 'Secretsurname', allergies: ['walnut'] },
      ...given.profile,
    },
  });
  return adviceInput(examine(book, who, PRIOR_MODELS), 'Somebody asked', settings);
}

describe('what the model sees of a situation', () => {
  it('is what the trigger allows, masked, and nothing else of the person', () => {
    const input = inputOf();
    expect(input.customer).toEqual({ first_name: 'Ada', stage: 'lead' });
    expect(input.signal).toEqual({ note: 'Call me on [number] or at [e-mail]' });
    const seen = JSON.stringify(input);
    for (const secret of [
      'Secretsurname',
      'walnut',
      'never shown',
      'anna@example.com',
      'anna',
      'Berlin',
      'prf_1',
    ])
      expect(seen).not.toContain(secret);
  });

  it('is what can be done, and when at the earliest, by the clock on their wall', () => {
    const input = inputOf();
    expect(input.now).toBe('2026-07-01T10:00+02:00');
    expect(input.candidates).toEqual([
      expect.objectContaining({ action: 'welcome', channel: 'email', earliest: '2026-07-01T10:00+02:00' }),
      expect.objectContaining({ action: 'welcome', channel: 'onsite', before: '2026-07-04T10:00+02:00' }),
    ]);
    expect(input.messages).toEqual({
      sent_in_7_days: 1,
      sent_in_30_days: 1,
      latest: [{ action: 'welcome', channel: 'email', sent: true, at: '2026-06-28T18:00+02:00' }],
    });
  });

  it('tells no local time where it is not known, and none finer than a minute', () => {
    expect(inputOf({ profile: { zones: ['America/New_York', 'America/Chicago'] } }).now).toBe(
      '2026-07-01T08:00+00:00',
    );
    expect(inputOf({ now: '2026-07-01T08:00:59.999Z', profile: { zones: ['America/St_Johns'] } }).now).toBe(
      '2026-07-01T05:30-02:30',
    );
  });
});
