import { type Check } from '../check.js';
import { type Contribution } from '../assessment.js';

/** The less is known of a person, the likelier a message is out of place. */
export const littleKnown: Check = {
  name: 'little-known',
  run: ({ situation }) => {
    const { profile } = situation;
    const seen = Object.values(profile.events).reduce((sum, event) => sum + event.total, 0);
    const gaps: { weight: number; text: string }[] = [];
    if (profile.userId === null) gaps.push({ weight: 0.08, text: 'They never signed in.' });
    if (seen < 2) gaps.push({ weight: 0.08, text: 'Hardly anything was ever heard of them.' });
    if (profile.country === null && profile.zones.length !== 1)
      gaps.push({ weight: 0.04, text: 'Neither their country nor their time zone is known.' });
    return gaps.map(({ weight, text }): Contribution => ({
      code: 'person.little-known',
      weight,
      text,
      spans: [],
    }));
  },
};
