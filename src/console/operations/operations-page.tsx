import { type VNode } from 'preact';
import { type Readiness } from '../../health/index.js';
import { Empty, Facts, IfMay, PageHead, Pill, PostForm, Section, Short, Time } from '../layout/parts.js';
import { useView } from '../layout/view.js';
import { costWords, fallbackWords, pauseWords } from '../layout/words.js';
import {
  type AdviceOfDay,
  type FailedSignal,
  type Kept,
  type PastPause,
  type RejectedSignal,
} from './operations.read-model.js';

interface DeadLetter {
  readonly id: number;
  readonly kind: string;
  readonly key: string;
  readonly attempts: number;
  readonly error: string | null;
  readonly at: Date;
}

export interface ModelStatus {
  readonly on: boolean;
  readonly name: string;
  readonly endpoint: string;
  readonly circuit: 'closed' | 'open' | 'half_open';
  /** Why the last request got no answer; null when it got one, or none was made. */
  readonly failing: string | null;
  readonly usage: readonly {
    readonly day: string;
    readonly model: string;
    readonly calls: number;
    readonly failures: number;
    readonly tokensIn: number;
    readonly tokensOut: number;
    /** Millionths of a minor unit. */
    readonly costMicros: number;
  }[];
  /** What of it was for advice, by day. */
  readonly advice: ReadonlyMap<string, AdviceOfDay>;
  /** Of the playbook in force, ISO 4217. */
  readonly currency: string;
}

export interface OperationsProps {
  /** What readiness says, as this process sees it. */
  readonly checks: Readiness['checks'];
  readonly dead: readonly DeadLetter[];
  readonly failed: readonly FailedSignal[];
  readonly rejected: readonly RejectedSignal[];
  readonly work: readonly { readonly state: string; readonly kind: string; readonly count: number }[];
  readonly inbox: { readonly waiting: number; readonly oldest: Date | null };
  readonly kept: readonly (Kept & { readonly keptFor: string })[];
  readonly pastPauses: readonly PastPause[];
  readonly channels: readonly string[];
  readonly model: ModelStatus;
  readonly mail: { readonly server: string | null; readonly from: string | null };
  readonly engine: 'embedded' | 'postgres';
}

export function OperationsPage(props: OperationsProps): VNode {
  return (
    <>
      <PageHead
        title="Operations"
        lead="What is stuck, what is stopped, and what this deployment stands on."
      />
      <Standing checks={props.checks} />
      <Stuck {...props} />
      <Pauses {...props} />
      <div class="columns">
        <Work {...props} />
        <div>
          <Model model={props.model} />
          <Mail mail={props.mail} />
          <DatabaseNote engine={props.engine} />
          <Retention kept={props.kept} />
        </div>
      </div>
      <Rejected rejected={props.rejected} />
    </>
  );
}

const TONES = { ok: 'good', degraded: 'wait', unavailable: 'bad' } as const;

function Standing({ checks }: { checks: Readiness['checks'] }): VNode {
  return (
    <Section title="What it stands on" id="standing" hint="as the process that made this page sees it">
      <div class="table stacks">
        <table>
          <tbody>
            {Object.entries(checks).map(([name, { status, detail, since }]) => (
              <tr key={name}>
                <td>{name}</td>
                <td>
                  <Pill tone={TONES[status]}>{status}</Pill>
                </td>
                <td>{detail}</td>
                <td class="nowrap">
                  since <Time at={new Date(since)} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  );
}

function Stuck({ dead, failed }: OperationsProps): VNode {
  return (
    <Section title="Stuck" hint="tried as often as is sensible, and given up">
      {dead.length === 0 && failed.length === 0 ? (
        <Empty title="Nothing is stuck">
          <p>
            Work that failed for good, and signals that could not be applied, stand here until somebody tries
            them again.
          </p>
        </Empty>
      ) : (
        <div class="table stacks">
          <table>
            <thead>
              <tr>
                <th>What</th>
                <th>Error</th>
                <th>Since</th>
                <th />
              </tr>
            </thead>
            <tbody>
              {dead.map((letter) => (
                <tr key={letter.id}>
                  <td>
                    {letter.kind}
                    <small>
                      <KeyLink id={letter.key} />, {letter.attempts} attempts
                    </small>
                  </td>
                  <td class="error">{letter.error}</td>
                  <td class="nowrap">
                    <Time at={letter.at} />
                  </td>
                  <td>
                    <Retry action={`/operations/work/${letter.id}/retry`} />
                  </td>
                </tr>
              ))}
              {failed.map((signal) => (
                <tr key={signal.signalId}>
                  <td>
                    Signal {signal.event ?? signal.type ?? ''}
                    <small>
                      message id <Short id={signal.messageId ?? signal.signalId} length={24} />
                    </small>
                  </td>
                  <td class="error">{signal.error}</td>
                  <td class="nowrap">
                    <Time at={signal.failedAt} />
                  </td>
                  <td>
                    <Retry action={`/operations/signals/${signal.signalId}/retry`} />
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

function KeyLink({ id }: { id: string }): VNode {
  return id.startsWith('msg_') ? (
    <a href={`/messages/${id}`}>
      <Short id={id} length={16} />
    </a>
  ) : (
    <Short id={id} length={16} />
  );
}

function Retry({ action }: { action: string }): VNode {
  return (
    <IfMay permission="work.retry">
      <PostForm action={action} class="row-action">
        <button type="submit" class="secondary small">
          Try again
        </button>
      </PostForm>
    </IfMay>
  );
}

function Pauses({ pastPauses, channels }: OperationsProps): VNode {
  const { pauses, titles } = useView();
  return (
    <Section
      title="Pauses"
      id="pauses"
      hint="in force within seconds; what waits is looked at again when they end"
    >
      {pauses.length === 0 ? <p>Nothing is paused.</p> : null}
      {pauses.map((pause) => (
        <div key={pause.id} class="card pause">
          <p>
            <strong>{pauseWords(pause)}</strong> since <Time at={pause.createdAt} />
            {pause.byName === null ? '' : `, by ${pause.byName}`}: {pause.reason}
          </p>
          <IfMay permission="pauses.write">
            <PostForm action={`/operations/pauses/${pause.id}/end`} class="row-action">
              <button type="submit">Let it go on</button>
            </PostForm>
            <PostForm action={`/operations/pauses/${pause.id}/drop`} class="row-action">
              <button type="submit" class="secondary">
                Drop what waits, then go on
              </button>
            </PostForm>
          </IfMay>
        </div>
      ))}
      <IfMay permission="pauses.write">
        <details>
          <summary>Pause something</summary>
          <PostForm action="/operations/pauses" class="stack" aria-label="Pause something">
            <label>
              What
              <select name="scope" required>
                <option value="marketing">All marketing</option>
                <option value="everything">Everything, transactional mail too</option>
                {channels.map((channel) => (
                  <option key={channel} value={`channel:${channel}`}>
                    Channel {channel}
                  </option>
                ))}
                {[...titles.actions].map(([id, title]) => (
                  <option key={id} value={`action:${id}`}>
                    Action {title}
                  </option>
                ))}
              </select>
            </label>
            <label>
              Why (everybody sees it on every page)
              <input name="reason" required maxLength={500} />
            </label>
            <button type="submit">Pause</button>
          </PostForm>
        </details>
      </IfMay>
      {pastPauses.length === 0 ? null : (
        <details>
          <summary>Pauses that ended</summary>
          <ul>
            {pastPauses.map((pause) => (
              <li key={pause.id}>
                {pauseWords(pause)}, <Time at={pause.createdAt} /> to <Time at={pause.endedAt} />:{' '}
                {pause.reason} ({pause.createdBy}, ended by {pause.endedBy ?? '?'})
              </li>
            ))}
          </ul>
        </details>
      )}
    </Section>
  );
}

function Work({ work, inbox }: OperationsProps): VNode {
  const waiting = work.filter((row) => row.state === 'ready');
  return (
    <Section title="Work">
      <div class="card">
        <p>
          {inbox.waiting === 0 ? (
            'Every signal was applied.'
          ) : (
            <>
              {inbox.waiting} signals wait to be applied, the oldest since <Time at={inbox.oldest} />.
            </>
          )}
        </p>
        {waiting.length === 0 ? (
          <p class="faint">No work is due or planned.</p>
        ) : (
          <table class="tight">
            <tbody>
              {waiting.map((row) => (
                <tr key={row.kind}>
                  <td>{row.kind}</td>
                  <td class="num">{row.count}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </div>
    </Section>
  );
}

function Model({ model }: { model: ModelStatus }): VNode {
  return (
    <Section title="Language model" id="model">
      <div class="card">
        {model.on ? (
          <>
            <Facts
              rows={[
                ['Model', model.name],
                ['Endpoint', model.endpoint],
                ['Now', modelStateWords(model)],
              ]}
            />
            <Usage usage={model.usage} advice={model.advice} currency={model.currency} />
          </>
        ) : (
          <>
            <p>
              <Pill tone="wait">off</Pill> Drafts are composed from the playbook’s signed templates.
            </p>
            <p>
              To switch one on, set <code>OPENAI_API_KEY</code> (and <code>OPENAI_BASE_URL</code> for any
              other endpoint that speaks the same protocol, <code>OPENAI_MODEL</code> for another model) and
              start the service again. What a model writes goes to review before it can leave.
            </p>
            <pre>OPENAI_API_KEY=sk-… npm start</pre>
          </>
        )}
      </div>
    </Section>
  );
}

/** As this process knows it; with several, each finds out for itself. */
function modelStateWords({ circuit, failing }: ModelStatus): string {
  if (circuit === 'open')
    return 'left alone: it failed too often. Drafts come from signed templates, or are held, as the playbook says';
  if (circuit === 'half_open')
    return 'left alone; the next draft tries whether it is back, and the others go without it meanwhile';
  return failing === null ? 'asked as needed' : `asked as needed; the last time ${fallbackWords(failing)}`;
}

function Usage({ usage, advice, currency }: Pick<ModelStatus, 'usage' | 'advice' | 'currency'>): VNode {
  if (usage.length === 0) return <p class="faint">It was not asked yet.</p>;
  return (
    <table class="tight">
      <thead>
        <tr>
          <th>Day</th>
          <th class="num">Calls</th>
          <th class="num">Failed</th>
          <th class="num">Tokens in / out</th>
          <th class="num">Cost</th>
        </tr>
      </thead>
      <tbody>
        {usage.flatMap((row, index) => {
          const ofDay = <UsageRow key={row.day + row.model} name={row.day} row={row} currency={currency} />;
          const ofAdvice = usage[index + 1]?.day === row.day ? undefined : advice.get(row.day);
          if (ofAdvice === undefined) return [ofDay];
          return [
            ofDay,
            <UsageRow key={row.day} name="of that for advice" row={ofAdvice} currency={currency} />,
          ];
        })}
      </tbody>
    </table>
  );
}

function UsageRow({
  name,
  row,
  currency,
}: {
  readonly name: string;
  readonly row: Omit<AdviceOfDay, 'day'>;
  readonly currency: string;
}): VNode {
  return (
    <tr>
      <td>{name}</td>
      <td class="num">{row.calls}</td>
      <td class="num">{row.failures}</td>
      <td class="num">
        {row.tokensIn.toLocaleString('en')} / {row.tokensOut.toLocaleString('en')}
      </td>
      <td class="num">
        {row.costMicros === 0 && row.tokensIn > 0 ? 'no price is known' : costWords(row.costMicros, currency)}
      </td>
    </tr>
  );
}

function Mail({ mail }: { mail: OperationsProps['mail'] }): VNode {
  return (
    <Section title="Mail" id="mail">
      <div class="card">
        {mail.server === null ? (
          <>
            <p>
              <Pill tone="wait">local outbox</Pill> No mail server is set, so mail ends in the{' '}
              <a href="/outbox">outbox</a>: nothing can reach a real person by accident.
            </p>
            <pre>
              SMTP_URL=smtp://user:password@mail.example.com:587 MAIL_FROM='Shop &lt;hello@example.com&gt;'
              npm start
            </pre>
          </>
        ) : (
          <Facts
            rows={[
              ['Server', mail.server],
              ['Sender', mail.from],
            ]}
          />
        )}
      </div>
    </Section>
  );
}

function DatabaseNote({ engine }: { engine: OperationsProps['engine'] }): VNode {
  return (
    <Section title="Database" id="database">
      <div class="card">
        {engine === 'postgres' ? (
          <p>PostgreSQL, as DATABASE_URL says.</p>
        ) : (
          <p>
            <Pill tone="wait">embedded</Pill> One process at a time. It survives a killed process, but{' '}
            <strong>not a power cut</strong>: it never waits for the disk. For anything that matters set{' '}
            <code>DATABASE_URL</code> to a PostgreSQL with pgvector.
          </p>
        )}
      </div>
    </Section>
  );
}

function Retention({ kept }: { kept: OperationsProps['kept'] }): VNode {
  return (
    <Section title="Kept" id="kept" hint="as engine.yaml says, month by month">
      <div class="card">
        <table class="tight">
          <tbody>
            {kept.map(({ what, keptFor, since }) => (
              <tr key={what}>
                <td>{what}</td>
                <td>for {keptFor}</td>
                <td>{since === null ? 'none yet' : `since ${since.toISOString().slice(0, 7)}`}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  );
}

function Rejected({ rejected }: { rejected: readonly RejectedSignal[] }): VNode {
  return (
    <Section
      title="Refused at the door"
      hint="clients ignore what a batch answers, so it is shown here"
      id="rejected"
    >
      {rejected.length === 0 ? (
        <Empty title="No signal was refused" />
      ) : (
        <div class="table stacks">
          <table>
            <thead>
              <tr>
                <th>When</th>
                <th>Write key</th>
                <th>Where</th>
                <th>What is wrong</th>
              </tr>
            </thead>
            <tbody>
              {rejected.map((entry) => (
                <tr key={entry.seq}>
                  <td class="nowrap">
                    <Time at={entry.at} />
                  </td>
                  <td>{entry.sourceName ?? entry.source}</td>
                  <td>
                    <code>{entry.path}</code>
                  </td>
                  <td>
                    {entry.message}
                    <small>
                      <code>{entry.excerpt}</code>
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
