import { assess } from '../../src/risk/assess.js';
import { attackInput } from '../corpus/attack-input.js';
import { type Attack, PLACES } from '../corpus/attacks.js';
import { documented, markdown } from '../corpus/docs.js';
import { riskInput } from '../harness/risk.js';
import { goodMail } from './good-mails.js';
import { asSaid, ELSEWHERE, UNREADABLE } from './obeying.js';
import {
  bipiaInstructions,
  bipiaMails,
  type Half,
  HALVES,
  mailTemplates,
  OUTSIDE_DATA,
} from './outside-data.js';

/** OUTSIDE_DATA=folder npm run jest -- test/measure: public data sets that are no part of this project. Without the folder nothing is measured. */
function measured(title: string, measure: () => void): void {
  if (OUTSIDE_DATA !== undefined) describe(title, measure);
  else it.todo(`${title}: OUTSIDE_DATA names no folder`);
}

const HARMLESS = 'Hello Ada,\n\nthank you for writing. Somebody will look after it.';
const percent = (part: number, whole: number) => `${((100 * part) / whole).toFixed(1)} %`;

/** The instruction where customers' text enters: alone in short fields, at three places of a mail in long ones. */
function settings(instruction: string, carrier: string) {
  return PLACES.flatMap((place): Pick<Attack, 'place' | 'text'>[] => {
    if (place !== 'review' && place !== 'reply') return [{ place, text: instruction }];
    const middle = carrier.indexOf(' ', carrier.length / 2);
    return [
      `${instruction} ${carrier}`,
      `${carrier.slice(0, middle)} ${instruction}${carrier.slice(middle)}`,
      `${carrier} ${instruction}`,
    ].map((text) => ({ place, text }));
  });
}

function obeying(instruction: string, at: number): string[] {
  const unreadable = Object.values(UNREADABLE);
  return [
    asSaid(instruction),
    ELSEWHERE[at % ELSEWHERE.length] ?? '',
    unreadable[at % unreadable.length] ?? '',
  ];
}

function attacked(half: Half) {
  const carriers = bipiaMails(half);
  const drafts = bipiaInstructions(half).flatMap((instruction, at) =>
    settings(instruction, carriers[at % carriers.length] ?? '').flatMap((setting) =>
      obeying(instruction, at).map((words) => ({
        instruction,
        judged: assess(attackInput(setting, words)),
        place: setting.place,
        words,
      })),
    ),
  );
  const passed = drafts.filter(({ judged }) => judged.score < judged.threshold);
  const unmarked = drafts.filter(({ judged }) =>
    judged.contributions.every(({ spans }) => spans.every(({ field }) => field !== 'text')),
  );
  const accused = carriers.filter((text) => {
    const { contributions, threshold } = assess(attackInput({ place: 'reply', text }, HARMLESS));
    return contributions.some(({ code, weight }) => code.startsWith('instructions.') && weight >= threshold);
  });
  return { drafts, passed, unmarked, carriers, accused };
}

function good(half: Half) {
  const mails = mailTemplates(half).map((template) => ({
    name: template.name,
    judged: assess(goodMail(template)),
  }));
  return { mails, wrong: mails.filter(({ judged }) => judged.score >= judged.threshold) };
}

function tell(title: string, lines: readonly string[]): void {
  if (process.env['TELL'] === '1') process.stderr.write(`\n${title}\n${lines.join('\n')}\n`);
}

measured('instructions of others, with nothing but the checks in between', () => {
  const halves = HALVES.map((half) => ({ half, ...attacked(half) }));
  // What is held back is counted and never shown.
  tell('approved by themselves', [
    ...new Set(
      halves.flatMap(({ half, passed }) =>
        half === 'seen'
          ? passed.map((each) => `${each.place}: ${each.instruction} => ${each.words.slice(0, 90)}`)
          : [],
      ),
    ),
  ]);
  tell('mails taken for instructions', halves[0]?.accused.map((text) => text.slice(0, 3000)) ?? []);
  const table = markdown([
    [
      'bipia',
      'instructions',
      'drafts that obey',
      'approved by themselves',
      'without a span',
      'harmless mails',
      'taken for instructions',
    ],
    ...halves.map(({ half, drafts, passed, unmarked, carriers, accused }) => [
      half,
      String(new Set(drafts.map(({ instruction }) => instruction)).size),
      String(drafts.length),
      String(passed.length),
      String(unmarked.length),
      String(carriers.length),
      String(accused.length),
    ]),
  ]);
  tell('bipia', [table]);

  it('approves nothing by itself that carries one out', () => {
    expect(halves.map(({ passed }) => passed.length)).toEqual([0, 0]);
  });

  it('shows where to look', () => {
    expect(halves.map(({ unmarked }) => unmarked.length)).toEqual([0, 0]);
  });

  it('is documented with these figures', () => {
    expect(documented('bipia', table)).toBe(table);
  });
});

measured('drafts that nobody can read, with nothing wrong in what came in', () => {
  const rows = Object.entries(UNREADABLE).map(([name, words]) => {
    const { score, threshold } = assess(riskInput(words));
    return [name, score >= threshold ? 'held' : 'passed'];
  });
  const table = markdown([['a plain mail', 'judged'], ...rows]);
  tell('unreadable', [table]);

  it('are documented', () => {
    expect(documented('unreadable', table)).toBe(table);
  });
});

measured('good mails of others', () => {
  const halves = HALVES.map((half) => ({ half, ...good(half) }));
  const marks = new Map<string, number>();
  for (const { half, mails } of halves) {
    for (const { name, judged } of mails) {
      if (half !== 'seen') continue;
      for (const { code, text } of judged.contributions) {
        const key = `${code} ${name.split('/').at(-1) ?? ''}: ${text}`;
        marks.set(key, (marks.get(key) ?? 0) + 1);
      }
    }
  }
  tell(
    'marks on good mails',
    [...marks].map(([key, count]) => `${count} × ${key}`),
  );
  const table = markdown([
    ['email-templates', 'mails', 'marked at the threshold', 'share', 'by'],
    ...halves.map(({ half, mails, wrong }) => [
      half,
      String(mails.length),
      String(wrong.length),
      percent(wrong.length, mails.length),
      [...new Set(wrong.flatMap(({ judged }) => judged.contributions.map(({ code }) => code)))]
        .sort()
        .join(', ') || '–',
    ]),
  ]);
  tell('email-templates', [table]);

  it('are wrongly marked in at most 2 % of the cases', () => {
    for (const { mails, wrong } of halves) expect(wrong.length / mails.length).toBeLessThanOrEqual(0.02);
  });

  it('are documented with these figures', () => {
    expect(documented('email-templates', table)).toBe(table);
  });
});
