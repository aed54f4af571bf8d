import { type Check, needsPerson } from '../check.js';

/** How many people are given the same words within a day: a mistake is multiplied by them. */
export const audience: Check = {
  name: 'audience',
  run: ({ audience: people, engine }) => {
    if (people > engine.reviewAudience) {
      return [
        {
          code: 'audience.large',
          weight: needsPerson(engine),
          text: `More than ${engine.reviewAudience} people get the same template within 24 hours.`,
          spans: [],
        },
      ];
    }
    if (people * 2 <= engine.reviewAudience) return [];
    return [
      {
        code: 'audience.growing',
        weight: 0.1,
        text: `${people} people got the same template within 24 hours; from ${engine.reviewAudience} on a person looks.`,
        spans: [],
      },
    ];
  },
};
