import { type VNode } from 'preact';
import { evidenceOf, hourOfSlot, hourRates } from '../../decisions/best-hours.js';
import { type Candidate } from '../../decisions/decision.js';
import { type HourCount, type HourCounts, type Situation } from '../../decisions/situation.js';
import { type Json } from '../../shared/canonical-json.js';
import { Facts, Pill, Said, Time } from '../layout/parts.js';
import { useView } from '../layout/view.js';
import { codeWords, effectWords, moneyWords, percent, stageWords } from '../layout/words.js';
import { type DecisionView } from './decision.read-model.js';

/** The title of an action in the active playbook, or its id in words. */
export function ActionTitle({ id }: { id: string }): VNode {
  const { titles } = useView();
  if (id === 'hold') return <>Do nothing</>;
  return <span title={id}>{titles.actions.get(id) ?? codeWords(id)}</span>;
}

export function TriggerTitle({ id }: { id: string | null }): VNode {
  const { titles } = useView();
  if (id === null) return <>asked for over the API</>;
  return <span title={id}>{titles.triggers.get(id) ?? codeWords(id)}</span>;
}

/** The title of a rule in the playbook in force, or its id. */
export function RuleTitle({ id, more = '' }: { id: string; more?: string }): VNode {
  const { titles } = useView();
  return (
    <span title={id}>
      {titles.guardrails.get(id) ?? id}
      {more}
    </span>
  );
}

const ISO_TIME = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;

/** A value as a reader wants it: times relative, lists one under the other, records as names and values. */
export function Value({ value }: { value: Json }): VNode {
  if (typeof value === 'string') return ISO_TIME.test(value) ? <Time at={value} /> : <>{value}</>;
  if (value === null) return <span class="faint">none</span>;
  if (typeof value !== 'object') return <>{String(value)}</>;
  if (!Array.isArray(value)) return <>{recordWords(value)}</>;
  if (value.every((item) => typeof item !== 'object')) return <>{value.join(', ')}</>;
  return (
    <>
      {value.map((item, index) => (
        <div key={index}>
          <Value value={item} />
        </div>
      ))}
    </>
  );
}

/** The names a shop's records are told by, first; then whatever else is short. */
function recordWords(record: Readonly<Record<string, Json>>): string {
  const { name, quantity, ...rest } = record;
  if (typeof name === 'string')
    return `${typeof quantity === 'number' && quantity !== 1 ? `${quantity} × ` : ''}${name}`;
  return Object.entries(rest)
    .map(
      ([key, value]) =>
        `${codeWords(key)}: ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`,
    )
    .join(', ');
}

/** Names and values of a flat record. */
function Values({ record }: { record: Readonly<Record<string, Json>> }): VNode {
  return (
    <Facts
      rows={Object.entries(record).map(([name, value]) => [
        codeWords(name),
        <Value key={name} value={value} />,
      ])}
    />
  );
}

/** What called for the decision: the trigger, what it counted or compared, and the signal it looked at. */
export function WhyNow({ decision }: { decision: DecisionView }): VNode {
  const { situation, firing } = decision;
  const signal = situation?.signal ?? null;
  const properties = Object.entries(signal?.properties ?? {});
  return (
    <>
      <p>
        <strong>
          <TriggerTitle id={decision.triggerId} />
        </strong>
        {firing === null ? null : (
          <>
            {' '}
            <span class="faint">
              fired <Time at={firing.firedAt} />
            </span>
          </>
        )}
      </p>
      {firing === null || Object.keys(firing.evidence).length === 0 ? null : (
        <Values record={firing.evidence} />
      )}
      {signal === null ? null : (
        <>
          <p class="sub">
            Signal <b>{signal.event ?? signal.type}</b>, <Time at={signal.at} />
          </p>
          {properties.length === 0 ? null : <Values record={signal.properties} />}
        </>
      )}
      {situation === null || Object.keys(situation.context).length === 0 ? null : (
        <>
          <p class="sub">Context given with the request</p>
          <Values record={situation.context} />
        </>
      )}
    </>
  );
}

/** The person as they were when the decision was made. */
export function PersonThen({ situation }: { situation: Situation }): VNode {
  const { profile } = situation;
  const consents = profile.consents.map(
    (consent) => `${consent.channel}${consent.topic === '*' ? '' : `/${consent.topic}`}: ${consent.state}`,
  );
  return (
    <Facts
      rows={[
        ['Stage', stageWords(profile.stage)],
        ['Country', profile.country],
        ['Time zone', profile.zones.length === 0 ? 'unknown' : profile.zones.slice(0, 3).join(', ')],
        ['Consent', consents.length === 0 ? 'never asked' : consents.join(', ')],
        [
          'Suppressed',
          situation.suppressions.length === 0
            ? null
            : situation.suppressions
                .map((entry) => `${entry.channel}: ${codeWords(entry.reason)}`)
                .join(', '),
        ],
        [
          'Messages in 90 days',
          `${situation.history.filter((message) => !message.open).length} sent, ${
            situation.history.filter((message) => message.open).length
          } under way`,
        ],
        [
          'Open tasks',
          situation.openTasks.length === 0 ? null : situation.openTasks.map((task) => task.reason).join('; '),
        ],
      ]}
    />
  );
}

/** Hours that are shown at most: the best ones. */
const MOST_HOURS = 6;

/** What the decision knew of the hours at which messages are answered, with how uncertain each is. */
export function AnswerHours({ counts }: { counts: HourCounts }): VNode {
  const evidence = evidenceOf(counts);
  const whose = [
    ['them', counts.own],
    ['like them', counts.segment],
    ['everyone', counts.everyone],
  ] as const;
  const hours = hourRates(counts)
    .map((rate, slot) => ({ ...rate, slot }))
    .filter(({ slot }) => whose.some(([, all]) => countAt(all, slot) !== undefined))
    .toSorted((a, b) => b.multiplier - a.multiplier || a.slot - b.slot)
    .slice(0, MOST_HOURS);
  return (
    <>
      <p class="faint">
        By local hour, from {evidence.own} messages to them, {evidence.segment} to people of their country and
        stage and {evidence.everyone} to everyone. 1 × is their usual hour.
      </p>
      <div class="table">
        <table>
          <thead>
            <tr>
              <th>Hour</th>
              <th>Worth</th>
              <th>19 times in 20 within</th>
              <th>Answered of sent</th>
            </tr>
          </thead>
          <tbody>
            {hours.map(({ slot, multiplier, variance }) => {
              const margin = 1.96 * Math.sqrt(variance);
              return (
                <tr key={slot}>
                  <td class="nowrap">{slotWords(slot)}</td>
                  <td>{multiplier.toFixed(2)} ×</td>
                  <td class="nowrap">
                    {Math.max(0, multiplier - margin).toFixed(2)} to {(multiplier + margin).toFixed(2)} ×
                  </td>
                  <td>
                    {whose
                      .flatMap(([name, all]) => {
                        const count = countAt(all, slot);
                        return count === undefined ? [] : [`${count[2]} of ${count[1]} (${name})`];
                      })
                      .join(', ')}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </>
  );
}

const countAt = (counts: readonly HourCount[], slot: number): HourCount | undefined =>
  counts.find(([each]) => each === slot);

function slotWords(slot: number): string {
  const { hour, isWeekend } = hourOfSlot(slot);
  return `${String(hour).padStart(2, '0')}:00, ${isWeekend ? 'Saturday and Sunday' : 'working days'}`;
}

/** Every candidate with its score, the losing ones too, and what each guardrail said. */
export function Candidates({
  candidates,
  chosen,
}: {
  candidates: readonly Candidate[];
  chosen: { readonly action: string; readonly channel: string | null };
}): VNode {
  const isChosen = (candidate: Candidate): boolean =>
    candidate.action === chosen.action &&
    (candidate.channel === chosen.channel || candidate.action === 'hold');
  const ordered = [...candidates].sort(
    (a, b) =>
      Number(isChosen(b)) - Number(isChosen(a)) ||
      Number(b.eligible) - Number(a.eligible) ||
      b.score.total - a.score.total,
  );
  return (
    <ul class="candidates">
      {ordered.map((candidate) => (
        <li key={`${candidate.action}/${candidate.channel ?? ''}`}>
          <header>
            <span class={isChosen(candidate) ? 'strong' : ''}>
              <ActionTitle id={candidate.action} />
              {candidate.channel === null ? '' : ` by ${candidate.channel}`}
            </span>
            {isChosen(candidate) ? <Pill tone="good">chosen</Pill> : null}
            {candidate.eligible ? null : <Pill>not possible</Pill>}
            <Figure candidate={candidate} />
          </header>
          <Objections candidate={candidate} />
        </li>
      ))}
    </ul>
  );
}

function Figure({ candidate }: { candidate: Candidate }): VNode {
  const { currency } = useView().titles;
  const { propensity, value, cost, total } = candidate.score;
  const { advised } = candidate;
  const money = (minor: number): string => moneyWords(minor, currency);
  return (
    <span
      class="figure"
      title={`${percent(propensity)} chance × ${money(value)} value − ${money(cost)} cost of contact`}
    >
      worth {money(total)}
      {advised === undefined ? '' : `, ${money(advised)} with advice`}
      {candidate.eligible ? `, picked with ${percent(candidate.probability)}` : ''}
    </span>
  );
}

function Objections({ candidate }: { candidate: Candidate }): VNode {
  const { titles } = useView();
  const matched = candidate.guardrails.filter((verdict) => verdict.matched);
  const told = matched.filter((verdict) => verdict.effect !== 'limit');
  const limits = matched.filter((verdict) => verdict.effect === 'limit');
  const passed = candidate.guardrails.filter((verdict) => !verdict.matched);
  const blocks = candidate.blockedBy.filter(
    (block) => !told.some((verdict) => block.code === `guardrail:${verdict.id}`),
  );
  const title = (id: string): string => titles.guardrails.get(id) ?? codeWords(id);
  return (
    <>
      {blocks.map((block) => (
        <p key={block.code + block.text} class="objection">
          <Pill tone="bad">{codeWords(block.code)}</Pill> <Said text={block.text} />
        </p>
      ))}
      {told.map((verdict) => (
        <p key={verdict.id} class="objection" title={verdict.id}>
          <Pill tone={verdict.effect === 'suppress' ? 'bad' : 'wait'}>{effectWords(verdict.effect)}</Pill>{' '}
          {title(verdict.id)}: <span class="faint">{verdict.reason}</span>
        </p>
      ))}
      {limits.length + passed.length === 0 ? null : (
        <details>
          <summary>
            {limits.length === 0 ? '' : `${limits.length} limit${limits.length === 1 ? '' : 's'} kept to`}
            {limits.length === 0 || passed.length === 0 ? '' : ', '}
            {passed.length === 0
              ? ''
              : `${passed.length} guardrail${passed.length === 1 ? '' : 's'} let it pass`}
          </summary>
          <ul>
            {limits.map((verdict) => (
              <li key={verdict.id}>
                {title(verdict.id)}: {verdict.reason}
              </li>
            ))}
            {passed.map((verdict) => (
              <li key={verdict.id}>passed: {title(verdict.id)}</li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}
