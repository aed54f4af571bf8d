import { type VNode } from 'preact';
import { type Fate, FATE_UNKNOWN } from '../../decisions/fate.js';
import { Empty, Filters, IfMay, Key, PageHead, Pill, PostForm, Time } from '../layout/parts.js';
import { PersonLink } from '../layout/person.js';
import { useView } from '../layout/view.js';
import { codeWords } from '../layout/words.js';
import { type TaskLine } from './tasks.read-model.js';

const TASK_OUTCOMES: readonly (readonly [code: string, text: string])[] = [
  ['solved', 'Solved: automation may go on'],
  ['contacted', 'Contacted the person'],
  ['no_action', 'Nothing to do'],
  ['escalated', 'Passed on to somebody else'],
];

const FATE_OUTCOMES: readonly (readonly [code: Fate, text: string])[] = [
  ['left', 'It left: the recipient or the mail server has it'],
  ['did_not_leave', 'It did not leave'],
];

export interface TasksProps {
  readonly tasks: readonly TaskLine[];
  readonly notes: ReadonlyMap<string, string>;
  readonly show: 'open' | 'closed';
  readonly owner: string | null;
  readonly owners: readonly { readonly owner: string; readonly count: number }[];
  readonly openCount: number;
}

export function TasksPage(props: TasksProps): VNode {
  const { tasks, notes, show, owner, owners } = props;
  return (
    <>
      <PageHead
        title="Tasks"
        lead="What was handed to a person. Automation for that person stays off until the task is closed."
      />
      <Filters
        label="Tasks"
        items={[
          { href: '/tasks', text: 'Open', on: show === 'open' && owner === null, count: props.openCount },
          ...owners.map((entry) => ({
            href: `/tasks?owner=${encodeURIComponent(entry.owner)}`,
            text: entry.owner,
            on: owner === entry.owner,
            count: entry.count,
          })),
          { href: '/tasks?show=closed', text: 'Closed', on: show === 'closed' },
        ]}
      />
      {tasks.length === 0 ? <NoTasks show={show} /> : null}
      {tasks.map((task) => (
        <TaskCard key={task.id} task={task} note={notes.get(task.id) ?? null} />
      ))}
    </>
  );
}

function NoTasks({ show }: { show: 'open' | 'closed' }): VNode {
  return show === 'open' ? (
    <Empty title="No task is open">
      <p>
        A task is made when a guardrail says that a person must take over (a complaint, a cancellation), or
        when a reviewer hands an item off.
      </p>
    </Empty>
  ) : (
    <Empty title="No task was closed yet" />
  );
}

function TaskCard({ task, note }: { task: TaskLine; note: string | null }): VNode {
  const { now } = useView();
  const late = task.state === 'open' && task.dueAt !== null && task.dueAt < now;
  return (
    <article class="card task">
      <h2>
        <PersonLink id={task.profileId} name={task.name} />
      </h2>
      <p>{task.reason}</p>
      <p class="faint">
        {codeWords(task.reasonCode)} · for {task.owner} · opened <Time at={task.createdAt} />
        {task.dueAt === null || task.state === 'closed' ? null : (
          <>
            {' · '}
            {late ? (
              <Pill tone="bad">
                due <Time at={task.dueAt} />
              </Pill>
            ) : (
              <>
                due <Time at={task.dueAt} />
              </>
            )}
          </>
        )}
        {task.decisionId === null ? null : (
          <>
            {' · '}
            <a href={`/decisions/${task.decisionId}`}>why</a>
          </>
        )}
        {task.messageId === null ? null : (
          <>
            {' · '}
            <a href={`/messages/${task.messageId}`}>the message</a>
          </>
        )}
      </p>
      {task.state === 'closed' ? (
        <p>
          <Pill tone="good">{codeWords(task.outcome ?? 'closed')}</Pill> by {task.closedBy ?? '?'}{' '}
          <Time at={task.closedAt} />
          {note === null ? null : <span class="quote">{note}</span>}
        </p>
      ) : (
        <IfMay permission="tasks.close">
          <CloseForm task={task} />
        </IfMay>
      )}
    </article>
  );
}

function CloseForm({ task }: { task: TaskLine }): VNode {
  return (
    <details>
      <summary class="close-task">Close it</summary>
      <PostForm
        action={`/tasks/${task.id}/close`}
        class="stack"
        aria-label={`Close the task about ${task.name ?? 'this person'}`}
      >
        <label>
          What came of it
          <select name="outcome" required>
            {(task.reasonCode === FATE_UNKNOWN ? FATE_OUTCOMES : TASK_OUTCOMES).map(([code, text]) => (
              <option key={code} value={code}>
                {text}
              </option>
            ))}
          </select>
        </label>
        <label>
          Note
          <textarea name="note" rows={2} maxLength={2000} />
        </label>
        <button type="submit">
          Close the task
          <Key>↵</Key>
        </button>
      </PostForm>
    </details>
  );
}
