import { type AnswerHours, hoursOf, type Whose } from './answer-hours.js';

const berlin: Whose = {
  zones: ['Europe/Berlin'],
  country: 'DE',
  userId: 'anna',
  addresses: { email: 'anna@example.com', phone: null },
  events: {},
};
const people = new Map<string, Whose>([
  ['anna', berlin],
  ['bea', { ...berlin, zones: ['Asia/Kolkata'], country: 'IN' }],
  ['carl', { ...berlin, zones: ['America/New_York', 'America/Chicago'], country: 'US' }],
  ['dora', { ...berlin, zones: ['not/a/zone'], country: null }],
]);
const left = (profileId: string, at: string, answered = false) => ({
  profileId,
  channel: 'email',
  left: new Date(at),
  answered,
});
const row = (segment: string, month: string, slot: number, sent: number, answered: number): AnswerHours => ({
  channel: 'email',
  segment,
  month,
  slot,
  sent,
  answered,
});

describe('messages by the hour in which they left', () => {
  it('are counted by the clock on the wall of whom they went to, for everyone and for those like them', () => {
    const messages = [
      // Tuesday 08:59 and 08:10 in Berlin, 12:40 in Kolkata; Saturday 00:30 in Berlin.
      left('anna', '2026-06-30T06:59:00Z', true),
      left('anna', '2026-06-30T06:10:00Z'),
      left('bea', '2026-06-30T07:10:00Z', true),
      left('anna', '2026-07-03T22:30:00Z'),
    ];
    expect(hoursOf(messages, people)).toEqual([
      row('', '2026-06-01', 12, 1, 1),
      row('', '2026-06-01', 8, 2, 1),
      row('', '2026-07-01', 24, 1, 0),
      row('DE lead', '2026-06-01', 8, 2, 1),
      row('DE lead', '2026-07-01', 24, 1, 0),
      row('IN lead', '2026-06-01', 12, 1, 1),
    ]);
  });

  it('are not counted where the hour is not certain, nor for people who were erased', () => {
    const at = '2026-06-30T06:59:00Z';
    expect(hoursOf([left('carl', at), left('dora', at), left('gone', at)], people)).toEqual([]);
  });
});
