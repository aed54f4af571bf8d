import { type VNode } from 'preact';
import { type Candidate } from '../../decisions/decision.js';
import { type Situation } from '../../decisions/situation.js';
import { type Json } from '../../shared/canonical-json.js';
import { Facts, Pill, Time } from '../layout/parts.js';
import { useView } from '../layout/view.js';
import { codeWords, effectWords, percent, stageWords } from '../layout/words.js';
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

const ISO_TIME = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;

/** A value as a reader wants it: times relative, text bare, the rest as JSON. */
export function Value({ value }: { value: Json }): VNode {
  if (typeof value === 'string') return ISO_TIME.test(value) ? <Time at={value} /> : <>{value}</>;
  if (value === null) return <span class="faint">none</span>;
  if (typeof value === 'object') return <code>{JSON.stringify(value)}</code>;
  return <>{String(value)}</>;
}

/** Names and values of a flat record. */
export function Values({ record }: { record: Readonly<Record<string, Json>> }): VNode {
  return <Facts rows={Object.entries(record).map(([name, value]) => [codeWords(name), <Value key={name} value={value} />])} />;
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
      {firing === null || Object.keys(firing.evidence).length === 0 ? null : <Values record={firing.evidence} />}
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
            : situation.suppressions.map((entry) => `${entry.channel}: ${codeWords(entry.reason)}`).join(', '),
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

/** Every candidate with its score, the losing ones too, and what each guardrail said. */
export function Candidates({
  candidates,
  chosen,
}: {
  candidates: readonly Candidate[];
  chosen: { readonly action: string; readonly channel: string | null };
}): VNode {
  const isChosen = (candidate: Candidate): boolean =>
    candidate.action === chosen.action && (candidate.channel === chosen.channel || candidate.action === 'hold');
  const ordered = [...candidates].sort(
    (a, b) => Number(isChosen(b)) - Number(isChosen(a)) || Number(b.eligible) - Number(a.eligible) || b.score.total - a.score.total,
  );
  return (
    <div class="table stacks">
      <table>
        <thead>
          <tr>
            <th>Candidate</th>
            <th class="num">Worth</th>
            <th class="num">Chance</th>
            <th>What spoke against it</th>
          </tr>
        </thead>
        <tbody>
          {ordered.map((candidate) => (
            <tr key={`${candidate.action}/${candidate.channel ?? ''}`}>
              <td>
                <span class={isChosen(candidate) ? 'strong' : ''}>
                  <ActionTitle id={candidate.action} />
                </span>{' '}
                {isChosen(candidate) ? <Pill tone="good">chosen</Pill> : null}
                {candidate.channel === null ? null : <small>{candidate.channel}</small>}
              </td>
              <td class="num" data-label="Worth">
                {candidate.score.total.toFixed(1)}
                <small>
                  {percent(candidate.score.propensity)} × {candidate.score.value} − {candidate.score.cost}
                </small>
              </td>
              <td class="num" data-label="Chance">
                {percent(candidate.probability)}
              </td>
              <td>
                <Objections candidate={candidate} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Objections({ candidate }: { candidate: Candidate }): VNode {
  const { titles } = useView();
  const matched = candidate.guardrails.filter((verdict) => verdict.matched);
  const passed = candidate.guardrails.length - matched.length;
  const blocks = candidate.blockedBy.filter(
    (block) => !matched.some((verdict) => block.code === verdict.id || block.text === verdict.reason),
  );
  return (
    <>
      {blocks.map((block) => (
        <div key={block.code + block.text}>
          <Pill tone="bad">{codeWords(block.code)}</Pill> {block.text}
        </div>
      ))}
      {matched.map((verdict) => (
        <div key={verdict.id}>
          <Pill tone={verdict.effect === 'suppress' ? 'bad' : 'wait'}>{effectWords(verdict.effect)}</Pill>{' '}
          <span title={verdict.id}>{titles.guardrails.get(verdict.id) ?? codeWords(verdict.id)}</span>
          <small>{verdict.reason}</small>
        </div>
      ))}
      {passed === 0 ? null : (
        <details>
          <summary class="faint">
            {passed} guardrail{passed === 1 ? '' : 's'} looked and let it pass
          </summary>
          <small>
            {candidate.guardrails
              .filter((verdict) => !verdict.matched)
              .map((verdict) => titles.guardrails.get(verdict.id) ?? codeWords(verdict.id))
              .join(' · ')}
          </small>
        </details>
      )}
    </>
  );
}
