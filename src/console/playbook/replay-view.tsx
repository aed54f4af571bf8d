import { type VNode } from 'preact';
import { type ReplayAnswer } from '../../rehearsal/replay-answer.js';
import { Facts, Pill } from '../layout/parts.js';
import { type Titles, useView } from '../layout/view.js';
import { codeWords, moneyWords } from '../layout/words.js';

/** What a replay shows, or how far it has come. */
export function ReplayView({ replay }: { replay: ReplayAnswer }): VNode {
  if (replay.state === 'failed')
    return (
      <div class="notice bad">
        <p>It could not be finished: {replay.error}</p>
      </div>
    );
  const { titles } = useView();
  const { messages } = replay;
  return (
    <div class="card">
      {replay.state === 'running' ? (
        <p>
          <Pill tone="wait">running</Pill> {replay.decisions} of {replay.total} decisions so far
        </p>
      ) : null}
      <Facts
        rows={[
          ['Decisions', replay.decisions.toLocaleString('en')],
          ['Come out the same', <Unchanged key="same" replay={replay} />],
          ['Come out differently', (replay.changed - messages.inWords).toLocaleString('en')],
          ['Would not be messaged any more', count(messages.lost, replay.samples['lost'])],
          ['Would be messaged', count(messages.gained, replay.samples['gained'])],
          ['Another message', count(messages.other, replay.samples['other'])],
          ['At another time', count(messages.retimed, replay.samples['retimed'])],
          ['Hand-offs', messages.taskGained + messages.taskLost === 0 ? null : `${messages.taskGained} more, ${messages.taskLost} fewer`], // prettier-ignore
          ['Rules that did it', causes(replay, titles)],
          ['Rules that held back most', dearest(replay, titles)],
          ['Reviews that rules ask for', reviews(replay)],
          ['Made by another engine', unlessNone(replay.engineChanged)],
          ['Made with other figures', unlessNone(replay.otherModels)],
          ['Not recorded then', missing(replay)],
          ['Erased people', unlessNone(replay.erased)],
          ['Situation no longer kept', unlessNone(replay.aged)],
          ['Cannot be read', unlessNone(replay.unreadable)],
          ['Value', <Value value={replay.value} />],
        ]}
      />
    </div>
  );
}

/** The same for the person, though a rule more or less may have been asked. */
function Unchanged({ replay: { reproduced, messages } }: { replay: ReplayAnswer }): VNode {
  return (
    <>
      {(reproduced + messages.inWords).toLocaleString('en')}
      {messages.inWords === 0 ? null : (
        <> ({messages.inWords.toLocaleString('en')} of them with another record of what was asked)</>
      )}
    </>
  );
}

function unlessNone(number: number): string | null {
  return number === 0 ? null : number.toLocaleString('en');
}

/** A number, with a few decisions to look at. */
function count(number: number, samples: readonly string[] = []): VNode | string {
  if (number === 0) return '0';
  return (
    <>
      {number.toLocaleString('en')}{' '}
      {samples.slice(0, 5).map((id, i) => (
        <a key={id} href={`/decisions/${id}`}>
          {i === 0 ? 'such as this' : ', this'}
        </a>
      ))}
    </>
  );
}

function causes({ causes: all }: ReplayAnswer, { guardrails }: Titles): string | null {
  if (all.length === 0) return null;
  return all
    .slice(0, 10)
    .map(({ code, lost, gained }) => {
      const words = [lost === 0 ? '' : `${lost} fewer`, gained === 0 ? '' : `${gained} more`];
      const rule = code.replace(/^(guardrail|cap):/, '');
      const title = guardrails.get(rule) ?? codeWords(rule);
      return `${code.startsWith('cap:') ? `the cap of “${title}”` : title}: ${words.filter((each) => each !== '').join(', ')}`;
    })
    .join('; ');
}

function dearest({ rules }: ReplayAnswer, { guardrails, currency }: Titles): string | null {
  const held = rules.filter(({ alone }) => alone > 0).slice(0, 5);
  if (held.length === 0) return null;
  return held
    .map(
      ({ id, alone, worth }) =>
        `${guardrails.get(id) ?? id}: ${alone} message${alone === 1 ? '' : 's'} alone, expected to be worth ${moneyWords(worth, currency)}`,
    )
    .join('; ');
}

function reviews({ reviews: days }: ReplayAnswer): string | null {
  if (days.length === 0) return null;
  const sum = (pick: (day: ReplayAnswer['reviews'][number]) => number): number =>
    days.reduce((total, day) => total + pick(day), 0);
  const perDay = (total: number): string => (total / days.length).toFixed(1);
  return `${perDay(sum(({ before }) => before))} a day, would be ${perDay(sum(({ after }) => after))}`;
}

function missing({ notRecorded, notRecordedToo, missing: fields, besides }: ReplayAnswer): string | null {
  if (notRecorded === 0) return null;
  const said = `${notRecorded} (${fields.map(({ field }) => field).join(', ')})`;
  if (notRecordedToo === 0) return said;
  return `${said}; in ${notRecordedToo} of them something else differs too: ${besides.map(({ code }) => code).join(', ')}`;
}

function Value({ value }: { value: ReplayAnswer['value'] }): VNode {
  if (value.kind === 'refused') return <>{value.why}</>;
  const { currency } = useView().titles;
  const { before, after, difference } = value;
  // One decision is worth cents or less.
  const money = (perDecision: number): string => moneyWords(perDecision * 1_000, currency);
  return (
    <>
      {money(after.value)} for 1,000 decisions, {money(before)} as it was
      <small>
        difference {money(difference.value)}, between {money(difference.low)} and {money(difference.high)}{' '}
        with 95 % confidence, from {Math.floor(value.effective)} effective decisions
      </small>
    </>
  );
}
