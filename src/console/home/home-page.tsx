import { type VNode } from 'preact';
import { type QueueItem } from '../reviews/queue.read-model.js';
import { type TaskLine } from '../tasks/tasks.read-model.js';
import { ActionTitle } from '../decisions/decision-parts.js';
import { Empty, Key, PageHead, RiskBar, Said, Section, Time } from '../layout/parts.js';
import { PersonLink } from '../layout/person.js';
import { useMay, useView } from '../layout/view.js';
import { fallbackWords } from '../layout/words.js';
import { type FallenGate, type Outcomes } from './home.read-model.js';
import { type ModelTrouble } from './model-trouble.read-model.js';

export interface HomeProps {
  readonly outcomes: Outcomes;
  readonly reviews: readonly QueueItem[];
  readonly tasks: readonly TaskLine[];
  readonly first: string | null;
  readonly threshold: number | null;
  readonly fallen: readonly FallenGate[];
  /** A model that gives no drafts; null while it does, or there is none. */
  readonly trouble: ModelTrouble | null;
  /** Nothing was ever decided: the console explains how a first signal gets in. */
  readonly fresh: boolean;
  readonly publicUrl: string;
  readonly modelOn: boolean;
}

export function HomePage(props: HomeProps): VNode {
  const { actor } = useView();
  return (
    <>
      <PageHead title={`Hello${actor === null ? '' : `, ${actor.name}`}`} lead={<Waiting />}>
        {props.first === null ? null : (
          <a role="button" href={`/reviews/${props.first}`} data-key="n">
            Start reviewing
            <Key>n</Key>
          </a>
        )}
      </PageHead>
      {props.fallen.map((gate) => (
        <p key={`${gate.action} ${gate.at.toISOString()}`} class="notice bad" role="status">
          <strong>
            Drafts for <ActionTitle id={gate.action} /> need a person again
          </strong>{' '}
          since <Time at={gate.at} />. {gate.text} <a href="/automation">Automation</a>
        </p>
      ))}
      {props.modelOn && props.trouble !== null ? <Trouble trouble={props.trouble} /> : null}
      {props.fresh ? <FirstSteps publicUrl={props.publicUrl} /> : <LastDay outcomes={props.outcomes} />}
      <div class="columns">
        <WaitingReviews {...props} />
        <OpenTasks tasks={props.tasks} />
      </div>
      {props.modelOn ? null : <ModelHint />}
    </>
  );
}

/** Decisions go on without the model: what goes in its place, and what does not go at all. */
function Trouble({ trouble: { since, reason, templates, held } }: { trouble: ModelTrouble }): VNode {
  const messages = (count: number): string => `${count} message${count === 1 ? '' : 's'}`;
  return (
    <p class="notice wait" role="status">
      <strong>The language model gives no drafts</strong> since <Time at={since} />: {fallbackWords(reason)}.
      Decisions go on. {messages(templates)} came from signed templates instead
      {held === 0 ? '' : `, ${messages(held)} ${held === 1 ? 'was' : 'were'} not made, as the playbook says`}.
      It is tried again by itself. <a href="/operations#model">Language model</a>
    </p>
  );
}

function Waiting(): VNode {
  const { waiting } = useView();
  if (waiting.reviews === 0 && waiting.tasks === 0) return <>Nothing waits for a person right now.</>;
  const parts = [
    waiting.reviews === 0 ? null : `${waiting.reviews} review${waiting.reviews === 1 ? '' : 's'}`,
    waiting.tasks === 0 ? null : `${waiting.tasks} task${waiting.tasks === 1 ? '' : 's'}`,
  ].filter((part) => part !== null);
  return <>{parts.join(' and ')} wait for a person.</>;
}

function LastDay({ outcomes }: { outcomes: Outcomes }): VNode {
  const figures: readonly (readonly [number, string, string, string])[] = [
    [outcomes.held, 'held', 'not worth it, or kept out to compare', '/decisions?outcome=hold'],
    [outcomes.suppressed, 'suppressed', 'a rule or consent forbade it', '/decisions?outcome=hold'],
    [outcomes.automatic, 'automatic', 'under a signed template', '/messages?by=template'],
    [outcomes.reviewed, 'reviewed', 'signed by a person', '/messages?by=person'],
    [outcomes.handedOff, 'handed off', 'to a person', '/tasks'],
    [outcomes.sent, 'sent', 'left the house', '/messages?state=sent'],
  ];
  return (
    <Section title="The last 24 hours">
      <ul class="figures">
        {figures.map(([count, name, what, href]) => (
          <li key={name}>
            <a href={href}>
              <b>{count.toLocaleString('en')}</b>
              <span>{name}</span>
              <small>{what}</small>
            </a>
          </li>
        ))}
      </ul>
      {outcomes.whyNot.length === 0 ? null : (
        <details>
          <summary>Why nothing was done, most frequent first</summary>
          <ul>
            {outcomes.whyNot.map((reason) => (
              <li key={reason.text}>
                {reason.count} × <Said text={reason.text} />
              </li>
            ))}
          </ul>
        </details>
      )}
    </Section>
  );
}

function WaitingReviews({ reviews, threshold }: HomeProps): VNode {
  return (
    <Section title="Reviews" hint={<a href="/reviews">the whole queue</a>}>
      {reviews.length === 0 ? (
        <Empty title="No draft waits for you" />
      ) : (
        <div class="table">
          <table>
            <tbody>
              {reviews.map((item) => (
                <tr key={item.id}>
                  <td>
                    <a class="row" href={`/reviews/${item.id}`}>
                      {item.name ?? 'Erased person'}
                    </a>
                    <small>
                      <ActionTitle id={item.action} />
                      {item.why[0] === undefined ? null : (
                        <>
                          : <Said text={item.why[0].text} />
                        </>
                      )}
                    </small>
                  </td>
                  <td>
                    <RiskBar score={item.risk} threshold={threshold} />
                  </td>
                  <td class="nowrap">
                    <Time at={item.expiresAt} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Section>
  );
}

function OpenTasks({ tasks }: { tasks: readonly TaskLine[] }): VNode {
  return (
    <Section title="Tasks" hint={<a href="/tasks">all of them</a>}>
      {tasks.length === 0 ? (
        <Empty title="No task is open" />
      ) : (
        <div class="table">
          <table>
            <tbody>
              {tasks.map((task) => (
                <tr key={task.id}>
                  <td>
                    <PersonLink id={task.profileId} name={task.name} />
                    <small>{task.reason}</small>
                  </td>
                  <td>
                    {task.owner}
                    <small>
                      <Time at={task.createdAt} />
                    </small>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Section>
  );
}

function FirstSteps({ publicUrl }: { publicUrl: string }): VNode {
  const call = `curl -u YOUR_WRITE_KEY: -H 'content-type: application/json' ${publicUrl}/v1/track \\
  -d '{"userId":"u-1","event":"Checkout Started","properties":{"cart_value":59.9}}'`;
  return (
    <Section title="Nothing was observed yet">
      <div class="card">
        <p>
          Send a first signal with any Segment or RudderStack client pointed at this address, or by hand. The
          write key was printed at the first start.
        </p>
        <pre>{call}</pre>
        <p>What it makes happen, and what it does not, shows up under People and Decisions a moment later.</p>
      </div>
    </Section>
  );
}

function ModelHint(): VNode {
  const allowed = useMay();
  return (
    <p class="faint">
      No language model is switched on: drafts are composed from the playbook’s signed templates.
      {allowed('work.read') ? (
        <>
          {' '}
          <a href="/operations#model">How to switch one on</a>
        </>
      ) : null}
    </p>
  );
}
