import { keptSignal } from '../../test/fixtures/signals.js';
import { type Json } from '../shared/canonical-json.js';
import { type Signal } from '../signals/signal.js';
import { consentFor } from './consent.js';
import { newState, project, type ProfileState } from './projection.js';
import { revocationIn } from './revocation.js';

const AT = '2026-11-18T12:00:00.000Z';

const signal = (event: string, properties: Readonly<Record<string, Json>>, at = AT): Signal =>
  keptSignal({ event, userId: 'ada', properties, occurredAt: at });
const wrote = (text: Json, channel?: string): Signal =>
  signal('Support Ticket Opened', { text, ...(channel === undefined ? {} : { channel }) });

describe('a message that says stop and nothing else', () => {
  it.each([
    'STOP',
    'Stop!',
    ' unsubscribe. ',
    'Please unsubscribe me, thank you',
    'opt-out'.replace('-', ' '),
    'Widerruf',
    'Hiermit widerrufe ich meine Einwilligung.',
    'Bitte abmelden',
    'Don’t email me!!',
    'Désinscription',
    'STOP\n\nOn 18 Nov 2026, Marrow & Pine wrote:\n> Still there?',
    'Abmelden\n> Noch da?\n> Unsere Kannen',
    '🛑 stop 🛑',
  ])('revokes on the channel it came by: %j', (text) => {
    expect(revocationIn(wrote(text, 'sms'))).toEqual({ channel: 'sms' });
    expect(revocationIn(signal('Reply Received', { text, channel: 'email' }))).toEqual({ channel: 'email' });
    expect(revocationIn(wrote(text))).toBe('everything');
  });

  it.each(['stop all', 'Unsubscribe me from everything, please', 'Alles abbestellen!'])(
    'revokes everything where it says so: %j',
    (text) => {
      expect(revocationIn(wrote(text, 'sms'))).toBe('everything');
    },
  );

  it.each<Json>([
    'Do not stop!',
    'Please stop the parcel, I moved.',
    'When does the sale end?',
    'I want to cancel my order MP-7',
    'How do I unsubscribe from the newsletter of another shop?',
    'stop it some time, but not today',
    '> STOP',
    '',
    '!!!',
    7,
    null,
    `stop ${'!'.repeat(3_000)}`,
  ])('is none that says more, or nothing: %j', (text) => {
    expect(revocationIn(wrote(text, 'email'))).toBeNull();
  });

  it('is heard in what people write alone', () => {
    expect(revocationIn(signal('Products Searched', { text: 'stop' }))).toBeNull();
  });
});

describe('what a profile makes of it', () => {
  const grant = (channel: string, at: string): Signal => signal('Consent Given', { channel }, at);
  const after = (...signals: readonly Signal[]): ProfileState =>
    signals.reduce(
      (state, each) => project(state, each, null),
      newState('prf_1', '2026-01-01T00:00:00.000Z'),
    );
  const states = ({ profile }: ProfileState): string[] =>
    ['email', 'sms', 'crm'].map((channel) => consentFor(profile.consents, channel, 'news'));
  const EARLIER = '2026-11-01T12:00:00.000Z';
  const LATER = '2026-11-19T12:00:00.000Z';

  it('denies the channel, or every channel that was agreed to, mail among them in any case', () => {
    const agreed = [grant('email', EARLIER), grant('sms', EARLIER)];
    expect(states(after(...agreed, wrote('stop', 'sms')))).toEqual(['granted', 'denied', 'unknown']);
    expect(states(after(...agreed, wrote('stop all', 'sms')))).toEqual(['denied', 'denied', 'unknown']);
    expect(states(after(wrote('stop')))).toEqual(['denied', 'unknown', 'unknown']);
  });

  it('stands until somebody agrees again, and not against what was said later', () => {
    expect(states(after(wrote('stop', 'email'), grant('email', LATER)))[0]).toBe('granted');
    expect(states(after(grant('email', LATER), wrote('stop', 'email')))[0]).toBe('granted');
  });
});
