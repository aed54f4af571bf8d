import { type VNode } from 'preact';
import { type Automation, OBJECTIONS_NEEDED, type RiskFit, VERDICTS_NEEDED } from '../../learning/index.js';
import { type ReliabilityBin } from '../../learning/reliability.js';
import { Empty, IfMay, PageHead, Pill, PostForm, Section, Time } from '../layout/parts.js';

const percent = (share: number): string => `${Number((share * 100).toFixed(1))} %`;

export function AutomationPage({
  actions,
  fit,
}: {
  readonly actions: readonly Automation[];
  readonly fit: RiskFit;
}): VNode {
  return (
    <>
      <PageHead
        title="Automation"
        lead="Everything a model writes is read by a person, until verdicts have shown, action by action, that at most a stated share of its drafts would have been rejected or changed. Then a person may open the action’s gate."
      />
      <Section title="Actions">
        {actions.length === 0 ? <Empty title="No action of the playbook lets a model write." /> : null}
        {actions.map((each) => (
          <ActionCard key={each.action} automation={each} />
        ))}
      </Section>
      <Section title="Risk against verdicts">
        <Fit fit={fit} />
      </Section>
    </>
  );
}

function ActionCard({ automation }: { readonly automation: Automation }): VNode {
  const { action, title, terms, gate, closed } = automation;
  return (
    <article class="card" aria-label={title}>
      <h3>
        {title} <State automation={automation} />
      </h3>
      {terms === null ? (
        <p>
          A person reads every draft. To change that, state <code>draft.automatic</code> for{' '}
          <code>{action}</code> in the playbook: the tolerated share of wrong approvals, and how sure you want
          to be.
        </p>
      ) : (
        <>
          <p>
            At most {percent(terms.wrong)} wrong, shown with {percent(terms.confidence)} confidence;{' '}
            {percent(terms.auditShare)} of what goes is read all the same.
          </p>
          <Progress automation={automation} />
        </>
      )}
      {gate === null && closed !== null ? (
        <p class="bad">
          Closed by {closed.by} <Time at={closed.at} />: {closed.text}
        </p>
      ) : null}
      <Actions automation={automation} />
    </article>
  );
}

function State({ automation: { terms, gate, looks, plan } }: { readonly automation: Automation }): VNode {
  if (gate !== null) return <Pill tone="good">open</Pill>;
  if (terms === null) return <Pill>every draft is read</Pill>;
  if (looks.some(({ threshold }) => threshold !== null)) return <Pill tone="good">certified, not open</Pill>;
  if (looks.length === plan.length) return <Pill tone="bad">not shown</Pill>;
  return <Pill>collecting verdicts</Pill>;
}

/** How many verdicts there are, how many the next look needs, and what the looks so far said. */
function Progress({ automation }: { readonly automation: Automation }): VNode {
  const { plan, looks, audits, misses, gate } = automation;
  const next = plan.find(({ number }) => !looks.some(({ look }) => look === number));
  return (
    <>
      <p>
        {audits} {audits === 1 ? 'verdict' : 'verdicts'} so far, {misses} against the draft.{' '}
        {next === undefined
          ? 'Every planned look was made.'
          : `The next look is at ${next.audits}: ${Math.max(0, next.audits - audits)} to come.`}
      </p>
      {next === undefined ? null : (
        <progress max={next.audits} value={audits} aria-label={`${audits} of ${next.audits} verdicts`} />
      )}
      {looks.map((made) => (
        <p key={made.look}>
          Look {made.look}, <Time at={made.madeAt} />: {made.misses} of {made.audits} wrong.{' '}
          {made.threshold === null
            ? 'That does not show what was asked for. Change the prompt, the facts or the terms; counting starts anew.'
            : `Drafts with a risk below ${made.threshold.toFixed(2)} may go.`}
        </p>
      ))}
      {gate === null ? null : (
        <p>
          Opened by {gate.openedBy.name} <Time at={gate.openedAt} />, below a risk of{' '}
          {gate.threshold.toFixed(2)}. Since then {gate.since.audits} read by chance, {gate.since.misses} of
          them wrong.
        </p>
      )}
    </>
  );
}

function Actions({ automation: { action, title, gate, looks } }: { readonly automation: Automation }): VNode {
  const certified = looks.some(({ threshold }) => threshold !== null);
  return (
    <IfMay permission="policies.activate">
      {gate !== null ? (
        <PostForm action={`/automation/gates/${action}/close`} aria-label={`Close the gate of ${title}`}>
          <button type="submit" class="secondary">
            Close the gate
          </button>
        </PostForm>
      ) : null}
      {gate === null && certified ? (
        <PostForm action={`/automation/gates/${action}/open`} aria-label={`Open the gate of ${title}`}>
          <button type="submit">Open the gate in my name</button>
        </PostForm>
      ) : null}
    </IfMay>
  );
}

function Fit({ fit }: { readonly fit: RiskFit }): VNode {
  const missing = Math.max(0, VERDICTS_NEEDED - fit.verdicts);
  const objections = Math.max(0, OBJECTIONS_NEEDED - fit.objections);
  return (
    <>
      <p>
        {fit.inUse.version === 'unfitted'
          ? 'Signs are weighed as set by hand.'
          : `Signs are weighed as learned: model ${fit.inUse.version}.`}{' '}
        {fit.verdicts} verdicts on drafts of models, {fit.objections} against them.
        {fit.brier === null ? '' : ` Brier score ${fit.brier.toFixed(3)} (0 is perfect, 0.25 is a coin).`}
      </p>
      {fit.curve.length === 0 ? null : <Curve bins={fit.curve} caption="The model in use" />}
      {fit.candidate === null ? (
        <p>
          To learn from verdicts, {missing} more are needed
          {objections > 0 ? `, ${objections} of them against the draft` : ''}.
        </p>
      ) : (
        <>
          <Curve
            bins={fit.candidate.curve}
            caption={`Learned from these verdicts, judged on those it had not seen: Brier score ${fit.candidate.brier.toFixed(3)}`}
          />
          <IfMay permission="policies.activate">
            <PostForm action="/automation/risk" aria-label="Adopt the learned risk">
              <p>
                Adopting it changes what checks drafts: every open gate closes, and verdicts for gates are
                counted anew.
              </p>
              <button type="submit" class="secondary">
                Use the learned weights
              </button>
            </PostForm>
          </IfMay>
        </>
      )}
    </>
  );
}

function Curve({
  bins,
  caption,
}: {
  readonly bins: readonly ReliabilityBin[];
  readonly caption: string;
}): VNode {
  return (
    <div class="scroll">
      <table>
        <caption>{caption}</caption>
        <thead>
          <tr>
            <th scope="col">Risk said</th>
            <th scope="col">Drafts</th>
            <th scope="col">Foretold</th>
            <th scope="col">Found</th>
            <th scope="col">95 % interval</th>
          </tr>
        </thead>
        <tbody>
          {bins.map((bin) => (
            <tr key={bin.from}>
              <td>
                {bin.from.toFixed(2)} to {bin.to.toFixed(2)}
              </td>
              <td>{bin.count}</td>
              <td>{percent(bin.predicted)}</td>
              <td>{percent(bin.observed)}</td>
              <td>
                {percent(bin.low)} to {percent(bin.high)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
