import { momentsIn } from '../../src/profiles/sensitive-moments.js';
import { assess } from '../../src/risk/assess.js';
import { riskInput } from '../harness/risk.js';
import { documented, markdown } from './docs.js';
import { type Example, examplesIn, NONE } from './learn-texts.js';

const LANGUAGES = ['en', 'de'];

const needsPerson = (text: string) => momentsIn(text).map(({ code }) => code);
const presses = (text: string) =>
  assess(riskInput(text))
    .contributions.map(({ code }) => code)
    .filter((code) => code.startsWith('manipulation.'));

/** Texts that nothing was learned from, by a hand that had not seen those that were. */
const SETS = [
  { name: 'held-out-customers', folder: 'held-out/customers', find: needsPerson },
  { name: 'held-out-mails', folder: 'held-out/mails', find: presses },
];

function table(examples: readonly Example[], find: (text: string) => readonly string[]): string {
  const kinds = [...new Set(examples.map(({ kind }) => kind))].filter((kind) => kind !== NONE);
  const cell = (isIn: (kind: string) => boolean, language: string): string => {
    const texts = examples.filter((each) => isIn(each.kind) && each.language === language);
    return `${texts.filter(({ text }) => find(text).length > 0).length} of ${texts.length}`;
  };
  const row = (title: string, isIn: (kind: string) => boolean) => [
    title,
    ...LANGUAGES.map((language) => cell(isIn, language)),
  ];
  return markdown([
    ['held out', 'English', 'German'],
    ...kinds.map((kind) => row(kind, (each) => each === kind)),
    row('all of these', (kind) => kind !== NONE),
    row('harmless', (kind) => kind === NONE),
  ]);
}

describe('texts that nothing was learned from', () => {
  it.each(SETS)('are found as often as documented: $name', ({ name, folder, find }) => {
    const measured = table(examplesIn(folder), find);
    expect(documented(name, measured)).toBe(measured);
  });

  it.each(SETS)('were not among those that were: $name', ({ folder }) => {
    const words = (text: string) =>
      text
        .toLowerCase()
        .replace(/[^\p{L}\d]+/gu, ' ')
        .trim();
    const learned = new Set(examplesIn(folder.replace('held-out/', '')).map(({ text }) => words(text)));
    expect(examplesIn(folder).filter(({ text }) => learned.has(words(text)))).toEqual([]);
  });
});
