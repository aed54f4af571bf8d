import { type Fact } from '../../policies/fact.js';
import { type Check, type CheckContext, needsPerson } from '../check.js';
import { Findings, normalised } from '../draft-text.js';
import { countValues, FRACTION, fractionValues, NUMBER, NUMBER_WORD } from '../numbers.js';
import { matchesOf } from '../../shared/matches.js';

const PERCENT = String.raw`(?<number>${NUMBER}|${NUMBER_WORD})\s?(?:%|percent|per\s?cent|prozent)`;
/** Without one of these nothing is given away. */
const MAY_BE_DISCOUNT =
  /%|percent|per\s?cent|prozent|half|halbe|third|quarter|fifth|tenth|hälfte|drittel|viertel|fünftel|zehntel/i;
const STATED = [
  new RegExp(
    `(?<![\\p{L}\\d.,])${PERCENT}[\\s\\u00a0-]{0,2}(?:off|discount|savings?|less|cheaper|reduction|rabatt|nachlass|günstiger|reduziert|ersparnis|sparen)`,
    'giu',
  ),
  new RegExp(
    `(?<!\\p{L})(?:save|saving|discount(?:\\s+of)?|off|reduced\\s+by|rabatt(?:\\s+von)?|spare[n]?|nachlass(?:\\s+von)?)\\s+(?:up\\s+to\\s+|bis\\s+zu\\s+|you\\s+)?${PERCENT}`,
    'giu',
  ),
  new RegExp(
    `(?<!\\p{L})(?<part>${FRACTION})\\s+(?:off|less|cheaper|discount|weniger|günstiger|rabatt|nachlass|reduziert)(?!\\p{L})`,
    'giu',
  ),
  /(?<!\p{L})(?<half>half[\s-]price|half\s+off|(?:zum\s+)?halbe[nr]\s+preis)(?!\p{L})/giu,
];
const PERCENT_KEYS = ['percent', 'discount_percent', 'discountPercent', 'percentage'];

function percentOf(offer: Fact): number {
  return Math.max(
    0,
    ...PERCENT_KEYS.map((key) => offer.data[key]).filter((value) => typeof value === 'number'),
  );
}

/** Percentages given away: by the offer's fact, and by the words themselves. */
function discounts({ decision, content, facts, draft }: CheckContext) {
  const offered = [decision.offer, content.offer];
  const offers = facts.filter((fact) => fact.kind === 'offer' && offered.includes(fact.id));
  const stated: { percent: number; findings: Findings }[] = [];
  for (const part of draft) {
    if (!MAY_BE_DISCOUNT.test(part.text)) continue;
    for (const pattern of STATED) {
      for (const match of matchesOf(part.text, pattern)) {
        const { number, part: share } = match.groups ?? {};
        const percent = Math.max(
          ...(number !== undefined
            ? countValues(number)
            : share !== undefined
              ? fractionValues(share)
              : [50]),
        );
        const findings = new Findings();
        findings.add(normalised(match[0]), match[0], part.span(match.index, match.index + match[0].length));
        stated.push({ percent, findings });
      }
    }
  }
  return { offered: offers.map(percentOf), stated };
}

/** Discounts above what may leave without a person. */
export const discount: Check = {
  name: 'discount',
  run: (context) => {
    const { engine, decision } = context;
    const cap = decision.textLimits.maxDiscountPercent;
    const { offered, stated } = discounts(context);
    const largest = Math.max(0, ...offered, ...stated.map(({ percent }) => percent));
    const limits = [
      { code: 'discount.large', limit: engine.reviewDiscountPercent, whose: 'the engine’s limit' },
      ...(cap === null ? [] : [{ code: 'discount.limit', limit: cap, whose: 'a guardrail’s limit' }]),
    ];
    return limits
      .filter(({ limit }) => largest > limit)
      .map(({ code, limit, whose }) => ({
        code,
        weight: needsPerson(engine),
        text: `A discount of ${largest} % is above ${whose} of ${limit} %.`,
        spans: stated
          .filter(({ percent }) => percent > limit)
          .flatMap(({ findings }) => findings.list().flatMap(({ spans }) => spans)),
      }));
  },
};
