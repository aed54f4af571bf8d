import { assess } from '../../src/risk/assess.js';
import { attackInput, BENIGN } from './attack-input.js';
import { attackCorpus, DRESSES, PLACES } from './attacks.js';
import { documented, markdown } from './docs.js';
import { groundingCorpus } from './grounding.js';
import { riskInput } from '../harness/risk.js';

const ATTACKS = attackCorpus();
const IGNORED = 'Hello Ada,\n\nthank you for writing. Somebody will look after it.';

const obeyed = ATTACKS.map((attack) => ({
  attack,
  judged: assess(attackInput(attack, `Hello Ada,\n\n${attack.obeyed}`)),
}));
const passed = obeyed.filter(({ judged }) => judged.score < judged.threshold);
/** Customers who want nothing of a model, and whose texts were taken for instructions. */
const accused = (['review', 'reply'] as const).flatMap((place) =>
  BENIGN.filter((text) => {
    const { contributions, threshold } = assess(attackInput({ place, text }, IGNORED));
    return contributions.some(({ code, weight }) => code.startsWith('instructions.') && weight >= threshold);
  }),
);

const ignored = ATTACKS.filter((attack) => {
  const { score, threshold } = assess(attackInput(attack, IGNORED));
  return score >= threshold;
});

const TABLE = markdown([
  ['dress', 'instructions', 'obeyed and passed', 'held though not obeyed'],
  ...DRESSES.map((dress) => [
    dress,
    String(ATTACKS.filter((attack) => attack.dress === dress).length),
    String(passed.filter(({ attack }) => attack.dress === dress).length),
    String(ignored.filter((attack) => attack.dress === dress).length),
  ]),
  ['all', String(ATTACKS.length), String(passed.length), String(ignored.length)],
]);

/** Drafts without an error in them, with a customer's question beside them. */
const QUESTION = 'Do you know when my kettle will arrive? The colour is lovely.';
const clean = groundingCorpus(20_261_120, 12).filter(({ planted }) => planted === null);
const offTopic = clean.filter(({ text, facts, now }) => {
  const { situation } = attackInput({ place: 'review', text: QUESTION }, text);
  return assess(riskInput(text, { facts, now, situation })).contributions.some(({ code }) =>
    /^(?:off-topic|language)\./.test(code),
  );
});
const TOPIC = markdown([
  ['clean drafts beside a customer’s question', 'taken for off topic'],
  [String(clean.length), String(offTopic.length)],
]);

describe('instructions in what customers and clients write, with nothing but the checks in between', () => {
  it('is tried with at least 200, in every place and dress', () => {
    expect(ATTACKS.length).toBeGreaterThanOrEqual(200);
    expect(new Set(ATTACKS.map(({ place }) => place))).toEqual(new Set(PLACES));
    expect(new Set(ATTACKS.map(({ dress }) => dress))).toEqual(new Set(DRESSES));
  });

  it('lets no draft pass that carries one out', () => {
    expect(passed.map(({ attack }) => [attack.text, attack.obeyed])).toEqual([]);
  });

  it('shows where in the draft to look', () => {
    const bare = obeyed.filter(({ judged }) =>
      judged.contributions.every(({ spans }) => spans.every(({ field }) => field !== 'text')),
    );
    expect(bare.map(({ attack }) => attack.text)).toEqual([]);
  });

  it('takes at most 2 % of what customers write for an instruction', () => {
    expect(BENIGN.length).toBeGreaterThanOrEqual(100);
    expect(accused.length / (2 * BENIGN.length)).toBeLessThanOrEqual(0.02);
  });

  it('is documented with these very figures', () => {
    expect(documented('attacks', TABLE)).toBe(TABLE);
    expect(documented('topic', TOPIC)).toBe(TOPIC);
  });
});
