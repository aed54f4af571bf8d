import { type VNode } from 'preact';
import { type CandidateExemption } from '../../decisions/answer.js';
import { type Candidate } from '../../decisions/decision.js';
import {
  Empty,
  Facts,
  Filters,
  Json,
  Mark,
  More,
  PageHead,
  Said,
  Section,
  Short,
  Time,
} from '../layout/parts.js';
import { PersonLink } from '../layout/person.js';
import { useView } from '../layout/view.js';
import { capital, codeWords, messageStateWords, outcomeWords, percent } from '../layout/words.js';
import { AdviceCard } from './advice-card.js';
import {
  ActionTitle,
  AnswerHours,
  Candidates,
  PersonThen,
  RuleTitle,
  TriggerTitle,
  WhyNow,
} from './decision-parts.js';
import { type DecisionView } from './decision.read-model.js';
import { type DecisionLine } from './decisions.read-model.js';

export interface DecisionsProps {
  readonly decisions: readonly DecisionLine[];
  readonly outcome: string | null;
  readonly action: string | null;
  readonly older: string | null;
}

export function DecisionsPage({ decisions, outcome, action, older }: DecisionsProps): VNode {
  const keep = action === null ? '' : `action=${encodeURIComponent(action)}&`;
  const filters = [null, 'act', 'hold', 'handoff'].map((value) => ({
    href: `/decisions?${keep}${value === null ? '' : `outcome=${value}`}`,
    text: value === null ? 'All' : outcomeWords(value).text,
    on: outcome === value,
  }));
  return (
    <>
      <PageHead
        title="Decisions"
        lead="To act, to hold or to hand off: doing nothing is a decision like any other, with its reasons."
      />
      <Filters label="Outcome" items={filters} />
      <ActionFilter action={action} outcome={outcome} />
      {decisions.length === 0 ? (
        <Empty title="No decision to show">
          <p>Decisions are made when a trigger fires, or when a developer asks over the API.</p>
        </Empty>
      ) : (
        <DecisionTable decisions={decisions} />
      )}
      <More href={older} />
    </>
  );
}

function ActionFilter({ action, outcome }: { action: string | null; outcome: string | null }): VNode {
  const { titles } = useView();
  if (titles.actions.size === 0) return <></>;
  return (
    <form class="inline search" method="get" action="/decisions">
      {outcome === null ? null : <input type="hidden" name="outcome" value={outcome} />}
      <label>
        <span class="sr">Action</span>
        <select name="action" aria-label="Action">
          <option value="">Every action</option>
          {[...titles.actions].map(([id, title]) => (
            <option key={id} value={id} selected={id === action}>
              {title}
            </option>
          ))}
        </select>
      </label>
      <button type="submit" class="secondary">
        Show
      </button>
    </form>
  );
}

function DecisionTable({ decisions }: { decisions: readonly DecisionLine[] }): VNode {
  return (
    <div class="table stacks">
      <table>
        <thead>
          <tr>
            <th>When</th>
            <th>Person</th>
            <th>Outcome</th>
            <th>Why</th>
            <th>Called for by</th>
          </tr>
        </thead>
        <tbody>
          {decisions.map((decision) => (
            <tr key={decision.id}>
              <td class="nowrap">
                <a class="row" href={`/decisions/${decision.id}`}>
                  <Time at={decision.createdAt} />
                </a>
              </td>
              <td>
                <PersonLink id={decision.profileId} name={decision.name} />
              </td>
              <td>
                <Mark words={outcomeWords(decision.outcome)} />
                {decision.outcome === 'act' ? (
                  <small>
                    <ActionTitle id={decision.action} />
                    {decision.channel === null ? '' : ` by ${decision.channel}`}
                  </small>
                ) : null}
              </td>
              <td>
                {decision.reasons.slice(0, 2).map((reason) => (
                  <div key={reason.code + reason.text}>
                    <Said text={reason.text} />
                  </div>
                ))}
                {decision.messageState === null ? null : (
                  <small>message {messageStateWords(decision.messageState).text}</small>
                )}
              </td>
              <td>
                <TriggerTitle id={decision.triggerId} />
                {decision.mode === 'decide' ? <small>asked only, nothing was done</small> : null}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export interface DecisionProps {
  readonly decision: DecisionView;
  /** Null when it cannot be asked again, for instance under another engine. */
  readonly flip: readonly { readonly change: string; readonly becomes: string }[] | null;
  /** Whether the engine, asked again with the stored situation, says the same; null when it could not be asked. */
  readonly reproduced: boolean | null;
  readonly exemptions: readonly CandidateExemption[];
  readonly candidates: readonly Candidate[];
}

export function DecisionPage({ decision, flip, reproduced, exemptions, candidates }: DecisionProps): VNode {
  const { result, situation } = decision;
  const words = outcomeWords(decision.outcome);
  const hours = result?.channel == null ? undefined : situation?.answerHours?.[result.channel];
  return (
    <>
      <PageHead
        title={
          <>
            {decision.outcome === 'act' ? (
              <ActionTitle id={decision.action} />
            ) : words.text === 'held' ? (
              'Held'
            ) : (
              'Handed off'
            )}{' '}
            <span class="faint">for</span> <PersonLink id={decision.profileId} name={decision.name} />
          </>
        }
        lead={
          <>
            <Mark words={words} /> <Time at={decision.createdAt} />
            {decision.mode === 'decide' ? ', asked only: nothing was done' : ''}
          </>
        }
      />
      {result === null ? (
        <Empty title="This decision can no longer be read">
          <p>The person was erased, and what was decided about them with them.</p>
        </Empty>
      ) : (
        <div class="columns wide-left">
          <div>
            <Section title="Why">
              <ul class="plain">
                {result.reasons.map((reason) => (
                  <li key={reason.code + reason.text}>
                    <Said text={reason.text} /> {/* A rule is named in the text. */}
                    {reason.code.startsWith('guardrail:') ? null : (
                      <span class="faint">({codeWords(reason.code)})</span>
                    )}
                  </li>
                ))}
              </ul>
              {result.handoff === null ? null : (
                <p class="notice wait">
                  Handed to {result.handoff.owner}: {result.handoff.reason}
                </p>
              )}
            </Section>
            <Section title="What would have changed it">
              <Flips flip={flip} />
            </Section>
            <Section title="Candidates" hint="worth = chance × value − cost of contact">
              <Candidates candidates={candidates} chosen={result} />
              <Exemptions exemptions={exemptions} />
            </Section>
          </div>
          <div>
            <section class="card">
              <h2>Why now</h2>
              <WhyNow decision={decision} />
            </section>
            <AdviceCard advice={situation?.advice ?? null} result={result} took={decision.adviceTook} />
            {situation === null ? null : (
              <section class="card">
                <h2>The person then</h2>
                <PersonThen situation={situation} />
              </section>
            )}
            {hours === undefined ? null : (
              <section class="card">
                <h2>When they answer</h2>
                <AnswerHours counts={hours} />
              </section>
            )}
            <section class="card">
              <h2>How it was made</h2>
              <Facts
                rows={[
                  ['Chosen with', `${percent(result.probability)} probability`],
                  ['Send time', result.sendAt === null ? null : <Time key="send" at={result.sendAt} />],
                  [
                    'Message',
                    decision.message === null ? null : (
                      <a key="message" href={`/messages/${decision.message.id}`}>
                        {messageStateWords(decision.message.state ?? 'unknown').text}
                      </a>
                    ),
                  ],
                  [
                    'Said again',
                    reproduced === null
                      ? null
                      : reproduced
                        ? 'yes: the same situation gives the same bytes'
                        : 'no: this engine decides otherwise',
                  ],
                  ['Engine', decision.engine],
                  ['Models', <ModelNames key="models" models={decision.models} />],
                  [
                    'Playbook',
                    <a key="bundle" href={`/playbook/bundles/${decision.bundleHash}`}>
                      <Short id={decision.bundleHash} />
                    </a>,
                  ],
                  ['Seed', <Short key="seed" id={decision.seed} length={20} />],
                  ['Situation', <Short key="situation" id={decision.situationHash} />],
                  ['Result', <Short key="result" id={decision.resultHash} />],
                  ['Id', <Short key="id" id={decision.id} length={40} />],
                ]}
              />
              <Json value={situation} summary="The whole situation" />
              <Json value={result} summary="The whole result" />
            </section>
          </div>
        </div>
      )}
    </>
  );
}

/** What it was scored with, and what judged the risk of its words once they were written. */
function ModelNames({ models }: { models: DecisionView['models'] }): VNode {
  return (
    <>
      {Object.entries(models).map(([what, version]) => (
        <div key={what}>
          {codeWords(what)}: {version}
        </div>
      ))}
    </>
  );
}

function Exemptions({ exemptions }: Pick<DecisionProps, 'exemptions'>): VNode | null {
  if (exemptions.length === 0) return null;
  return (
    <>
      <h3>Exempted</h3>
      <ul>
        {exemptions.map(({ action, channel, guardrail, because }) => (
          <li key={`${action}/${channel}/${guardrail}`}>
            <ActionTitle id={action} /> by {channel}, from <RuleTitle id={guardrail} />{' '}
            <span class="faint">({because})</span>
          </li>
        ))}
      </ul>
    </>
  );
}

function Flips({ flip }: Pick<DecisionProps, 'flip'>): VNode {
  if (flip === null)
    return (
      <p class="faint">It cannot be asked again: the engine or the playbook it was made with is gone.</p>
    );
  if (flip.length === 0) return <p class="faint">No small change that was tried flips it.</p>;
  return (
    <ul>
      {flip.map((entry) => (
        <li key={entry.change}>
          <Said text={capital(entry.change)} />:{' '}
          <b>
            <Said text={outcomeWords(entry.becomes).text} />
          </b>
        </li>
      ))}
    </ul>
  );
}
