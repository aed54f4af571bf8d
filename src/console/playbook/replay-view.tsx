import { type VNode } from 'preact';
import { type AffectingChange } from '../../rehearsal/affected.js';
import { type ReplayAnswer } from '../../rehearsal/replay-answer.js';
import { costsSomething, reviewWords, ruleCostWords, triggerWords } from '../../rehearsal/replay-words.js';
import { RuleTitle } from '../decisions/decision-parts.js';
import { Facts, Pill } from '../layout/parts.js';
import { useView } from '../layout/view.js';
import { moneyWords } from '../layout/words.js';
import { causeWords } from './affected-pages.js';

/** What a replay shows, or how far it has come. */
export function ReplayView({ replay }: { replay: ReplayAnswer }): VNode {
  if (replay.state === 'failed')
    return (
      <div class="notice bad">
        <p>It could not be finished: {replay.error}</p>
      </div>
    );
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
          ['Would not be messaged any more', <Count replay={replay} change="lost" />],
          ['Would be messaged', <Count replay={replay} change="gained" />],
          ['Another message', <Count replay={replay} change="other" />],
          ['At another time', <Count replay={replay} change="retimed" />],
          ['Handed to a person', messages.taskGained === 0 ? null : <Count replay={replay} change="taskGained" />], // prettier-ignore
          ['No longer handed over', messages.taskLost === 0 ? null : <Count replay={replay} change="taskLost" />], // prettier-ignore
          ['Counted and not listed', unlessNone(replay.unlisted)],
          ['Rules that did it', replay.causes.length === 0 ? null : <Causes replay={replay} />],
          ['What rules cost', replay.rules.length === 0 ? null : <RuleCosts rules={replay.rules} />],
          ['Reviews', replay.state === 'running' ? null : reviewWords(replay)],
          ['Made by another engine', unlessNone(replay.engineChanged)],
          ['Made with other figures', unlessNone(replay.otherModels)],
          ['Not recorded then', missing(replay)],
          [
            'Triggers that fire otherwise',
            replay.triggers.length === 0 ? null : <Triggers replay={replay} />,
          ],
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

/** A number, with the way to all whom it counts. */
function Count({ replay, change }: { replay: ReplayAnswer; change: AffectingChange }): VNode {
  const number = replay.messages[change];
  if (number === 0) return <>0</>;
  return (
    <>
      {number.toLocaleString('en')}{' '}
      <a href={`/playbook/replays/${replay.id}/affected?change=${change}`}>
        {number === 1 ? 'whom' : 'all of them'}
      </a>
    </>
  );
}

const CAUSES_SHOWN = 10;

/** Each with the way to whom it concerns. */
function Causes({ replay }: { replay: ReplayAnswer }): VNode {
  const { titles } = useView();
  return (
    <>
      {replay.causes.slice(0, CAUSES_SHOWN).map(({ code, lost, gained }) => (
        <div key={code}>
          <a href={`/playbook/replays/${replay.id}/affected?cause=${encodeURIComponent(code)}`}>
            {causeWords(code, titles)}
          </a>
          :{' '}
          {[lost === 0 ? '' : `${lost} fewer`, gained === 0 ? '' : `${gained} more`]
            .filter((each) => each !== '')
            .join(', ')}
        </div>
      ))}
      {replay.causes.length > CAUSES_SHOWN ? (
        <small>and {replay.causes.length - CAUSES_SHOWN} more</small>
      ) : null}
    </>
  );
}

const RULES_SHOWN = 8;

/** Rules by what they cost, and what of it has no price. */
function RuleCosts({ rules }: { rules: ReplayAnswer['rules'] }): VNode {
  const { currency } = useView().titles;
  const costly = rules.filter(costsSomething);
  const shown = costly.slice(0, RULES_SHOWN);
  return (
    <>
      {shown.map((rule) => (
        <div key={rule.id}>
          <RuleTitle id={rule.id} />: {ruleCostWords(rule, (minor) => moneyWords(minor, currency)).join('; ')}
          {rule.unpriced.map((words) => (
            <div key={words}>
              <small>{words}</small>
            </div>
          ))}
        </div>
      ))}
      {costly.length > shown.length ? <small>and {costly.length - shown.length} more</small> : null}
    </>
  );
}

const TRIGGERS_SHOWN = 20;

/** Triggers of which the replay tells no more than what became of the decisions that they called for then. */
function Triggers({ replay: { triggers } }: { replay: ReplayAnswer }): VNode {
  const { titles } = useView();
  return (
    <>
      {triggers.slice(0, TRIGGERS_SHOWN).map((trigger) => (
        <div key={trigger.id}>
          {titles.triggers.get(trigger.id) ?? trigger.id}: {triggerWords(trigger)}
        </div>
      ))}
      {triggers.length > TRIGGERS_SHOWN ? <small>and {triggers.length - TRIGGERS_SHOWN} more</small> : null}
    </>
  );
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
