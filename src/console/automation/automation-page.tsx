import { type VNode } from 'preact';
import { type Automation, type RiskFit } from '../../learning/index.js';
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
          <ActionCard key={`${each.action}/${each.kind}`} automation={each} />
        ))}
      </Section>
      <Section title="Risk against verdicts">
        <Fit fit={fit} actions={actions} />
      </Section>
    </>
  );
}

const KINDS: Readonly<Record<Automation['kind'], string>> = {
  email: 'by e-mail',
  webhook: 'over a webhook',
  onsite: 'on site',
};

function ActionCard({ automation }: { readonly automation: Automation }): VNode {
  const { action, terms, gate, closed } = automation;
  const title = nameOf(automation);
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

function State({ automation: { terms, gate, certified, next } }: { readonly automation: Automation }): VNode {
  if (gate !== null) return <Pill tone="good">open</Pill>;
  if (terms === null) return <Pill>every draft is read</Pill>;
  if (certified !== null) return <Pill tone="good">certified, not open</Pill>;
  if (next?.kind === 'done') return <Pill tone="bad">not shown</Pill>;
  return <Pill>collecting verdicts</Pill>;
}

/** How many verdicts there are, how many the next look needs, and what the looks so far said. */
function Progress({ automation }: { readonly automation: Automation }): VNode {
  const { looks, next, audits, misses, unanswered, gate } = automation;
  return (
    <>
      <p>
        {audits} {audits === 1 ? 'verdict' : 'verdicts'} so far, {misses} against the draft
        {unanswered === 0
          ? ''
          : `, ${unanswered} of them because nobody answered in time: that counts as wrong, since nobody can say it was right`}
        .
      </p>
      {next === null ? null : <Next next={next} />}
      {looks.map((made) => (
        <p key={made.number}>
          Look {made.number}, <Time at={made.madeAt} />, at drafts with a risk below {made.below.toFixed(2)}:{' '}
          {made.misses} of {made.audits} wrong
          {made.unanswered === 0 ? '' : `, ${made.unanswered} of them unanswered`}.{' '}
          {made.shown ? 'They may go.' : 'That does not show what was asked for.'}
        </p>
      ))}
      {gate === null ? null : (
        <p>
          Opened by {gate.openedBy.name} <Time at={gate.openedAt} />, below a risk of{' '}
          {gate.threshold.toFixed(2)}. Since then {gate.since.audits} picked by chance, {gate.since.misses} of
          them wrong{gate.since.unanswered === 0 ? '' : `, ${gate.since.unanswered} of those unanswered`}.
        </p>
      )}
    </>
  );
}

/** What has to come before the next threshold can open. */
function Next({ next }: { readonly next: NonNullable<Automation['next']> }): VNode {
  if (next.kind !== 'waiting')
    return (
      <p>
        {next.kind === 'due'
          ? 'A look is being made.'
          : 'Every planned look was made. For more, change the prompt, the facts or the terms; counting starts anew.'}
      </p>
    );
  const { test, counted, audits, needed, open } = next;
  return (
    <>
      <p>
        The next look is whether drafts with a risk below {test.below.toFixed(2)} may go. It takes {needed}{' '}
        drafts with a risk below {counted.toFixed(2)}: {needed - audits} to come
        {open === 0 ? '' : `, and ${open} to be answered, each within its time`}.
      </p>
      <progress max={needed} value={audits} aria-label={`${audits} of ${needed} drafts`} />
    </>
  );
}

function Actions({ automation }: { readonly automation: Automation }): VNode {
  const { action, kind, title, gate, certified } = automation;
  const place = `/automation/gates/${action}/${kind}`;
  const raises = gate !== null && certified !== null && gate.threshold < certified;
  return (
    <IfMay permission="policies.activate">
      {gate !== null ? (
        <PostForm action={`${place}/close`} aria-label={`Close the gate of ${title}, ${KINDS[kind]}`}>
          <button type="submit" class="secondary">
            Close the gate
          </button>
        </PostForm>
      ) : null}
      {certified !== null && (gate === null || raises) ? (
        <PostForm action={`${place}/open`} aria-label={`Open the gate of ${title}, ${KINDS[kind]}`}>
          {raises ? <p>Drafts that were approved and have not left come back to a person.</p> : null}
          <button type="submit">
            {raises ? `Raise the gate to ${certified.toFixed(2)} in my name` : 'Open the gate in my name'}
          </button>
        </PostForm>
      ) : null}
    </IfMay>
  );
}

function Fit({ fit, actions }: { readonly fit: RiskFit; readonly actions: readonly Automation[] }): VNode {
  const { inUse, adopted, held, missing, candidate } = fit;
  return (
    <>
      <p>
        {adopted === null ? (
          'Signs are weighed as set by hand.'
        ) : (
          <>
            Signs are weighed as learned: model {inUse.version}, taken into use by {adopted.by}{' '}
            <Time at={adopted.at} />.
          </>
        )}{' '}
        {count(fit.verdicts, 'verdict')} on drafts of models, {fit.objections} against them
        {adopted === null ? '' : `; ${held.verdicts} since, and only on those is it judged`}.
        {held.brier === null ? '' : ` Brier score ${held.brier.toFixed(3)} (0 is perfect, 0.25 is a coin).`}
      </p>
      {held.curve.length === 0 ? null : <Curve bins={held.curve} caption="The model in use" />}
      {candidate === null ? (
        <Missing missing={missing} />
      ) : (
        <>
          <Curve
            bins={candidate.curve}
            caption={`Learned from these verdicts, judged on those it had not seen: Brier score ${candidate.brier.toFixed(3)}`}
          />
          {held.brier !== null && candidate.brier < held.brier ? (
            <Adopt actions={actions} />
          ) : (
            <p>It foretells no better than the weights in use, so it cannot take their place.</p>
          )}
        </>
      )}
    </>
  );
}

const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`;

function Missing({ missing: { verdicts, objections } }: { readonly missing: RiskFit['missing'] }): VNode {
  if (verdicts === 0)
    return (
      <p>
        To learn from verdicts, {count(objections, 'more objection')} among them{' '}
        {objections === 1 ? 'is' : 'are'} needed.
      </p>
    );
  return (
    <p>
      To learn from verdicts, {count(verdicts, 'more verdict')} {verdicts === 1 ? 'is' : 'are'} needed
      {objections > 0 ? `, ${objections} of them against the draft` : ''}. Until then weights are left as they
      are, and whatever a model writes without an open gate goes to a person.
    </p>
  );
}

/** What adopting costs is said before: other weights check every draft of every action, so no certificate outlives them. */
function Adopt({ actions }: { readonly actions: readonly Automation[] }): VNode {
  const open = actions.filter(({ gate }) => gate !== null);
  const counted = actions.filter(({ gate, audits }) => gate === null && audits > 0);
  return (
    <IfMay permission="policies.activate">
      <PostForm action="/automation/risk" aria-label="Adopt the learned risk">
        <p>
          Learned weights judge every draft of every action anew, so what was certified under the present ones
          no longer holds.{' '}
          {open.length === 0
            ? 'No gate is open that would close.'
            : `It closes ${count(open.length, 'open gate')} at once (${open.map(nameOf).join('; ')}): their drafts need a person again, those approved that have not left too.`}{' '}
          {counted.length === 0
            ? ''
            : `Verdicts counted towards ${count(counted.length, 'gate')} begin anew (${counted.map(nameOf).join('; ')}).`}
        </p>
        <button type="submit" class="secondary">
          Use the learned weights in my name
        </button>
      </PostForm>
    </IfMay>
  );
}

const nameOf = ({ title, kind }: Automation): string => `${title}, ${KINDS[kind]}`;

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
