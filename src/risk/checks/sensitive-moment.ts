import { momentsIn } from '../../profiles/sensitive-moments.js';
import { type Json } from '../../shared/canonical-json.js';
import { type Contribution } from '../assessment.js';
import { type Check, type CheckContext } from '../check.js';

/** Events whose very name is such a moment. */
const EVENT =
  /complain|cancel|refund|chargeback|dispute|return\s+requested|support\s+ticket|bereave|beschwerde|kündigung|storno|reklamation/i;
const DAY = 86_400_000;
const RECENT_DAYS = 14;

/** Fields in which a shop's words stand, not the customer's: a record called “Funeral” in somebody's cart tells nothing about them. */
const OF_THE_SHOP =
  /(?:^|_)(?:name|category|categories|brand|variant|sku|coupon|currency|url|href|path|referrer|image|products|items)$/;

function isOfTheShop(field: string): boolean {
  return OF_THE_SHOP.test(field.replace(/(?<=\p{Ll})(?=\p{Lu})/gu, '_').toLowerCase());
}

/** What the customer wrote, however the client calls it. */
function writings(value: Json): string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(writings);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([field, held]) => (isOfTheShop(field) ? [] : writings(held)));
}

function inWords({ situation }: CheckContext): Contribution[] {
  const texts = [...writings(situation.signal?.properties ?? {}), ...writings(situation.context)];
  const seen = new Map<string, Contribution>();
  for (const text of texts) {
    for (const { code, weight, what } of momentsIn(text)) {
      if (seen.has(code)) continue;
      seen.set(code, {
        code,
        weight,
        text: `What they wrote speaks of ${what}: “${text.trim().slice(0, 160)}”`,
        spans: [],
      });
    }
  }
  return [...seen.values()];
}

function inEvents({ situation, content, now }: CheckContext): Contribution[] {
  // A mail about the cancellation itself is what is called for; advertising after it is not.
  if (content.class === 'transactional') return [];
  return Object.entries(situation.profile.events)
    .filter(
      ([name, event]) => EVENT.test(name) && Date.parse(now) - Date.parse(event.lastAt) < RECENT_DAYS * DAY,
    )
    .map(([name, event]) => ({
      code: 'moment.recent-event',
      weight: 0.5,
      text: `“${name}” happened on ${event.lastAt.slice(0, 10)}.`,
      spans: [],
    }));
}

function inTasks({ situation, content }: CheckContext): Contribution[] {
  // What is owed was decided beside these tasks: they are about something else.
  if (content.class === 'transactional') return [];
  return situation.openTasks.map((task) => ({
    code: 'moment.open-task',
    weight: 0.7,
    text: `A person is looking after them: ${task.reason}`,
    spans: [],
  }));
}

/** Moments that belong to a person: an open complaint, a cancellation, anger, grief, a legal threat, hardship. */
export const sensitiveMoment: Check = {
  name: 'moment',
  run: (context) => [...inTasks(context), ...inWords(context), ...inEvents(context)],
};
