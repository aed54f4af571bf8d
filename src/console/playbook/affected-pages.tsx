import { type VNode } from 'preact';
import { type AffectedLine, type AffectedPersonLine } from '../../rehearsal/index.js';
import { type AffectingChange, type Done } from '../../rehearsal/affected.js';
import { MOST_LISTED } from '../../rehearsal/replay.js';
import { type PersonChange, type Sent } from '../../rehearsal/affected-person.js';
import { ActionTitle } from '../decisions/decision-parts.js';
import { Empty, Filters, More, PageHead, Pill, Time } from '../layout/parts.js';
import { PersonLink, personName } from '../layout/person.js';
import { type Titles, useView } from '../layout/view.js';
import { codeWords, type Tone } from '../layout/words.js';

const CHANGES: Readonly<Record<AffectingChange, readonly [words: string, tone: Tone]>> = {
  lost: ['not messaged any more', 'wait'],
  gained: ['messaged', 'info'],
  other: ['another message', 'quiet'],
  retimed: ['at another time', 'quiet'],
  taskGained: ['handed to a person', 'wait'],
  taskLost: ['no longer handed over', 'quiet'],
};

const PERSON_CHANGES: Readonly<Record<PersonChange, readonly [words: string, tone: Tone]>> = {
  fewer: ['fewer messages', 'wait'],
  more: ['more messages', 'info'],
  others: ['as many, but others', 'quiet'],
};

/** What did it, by its title where it is a rule or a trigger. */
export function causeWords(code: string, { guardrails, triggers }: Titles): string {
  if (code.startsWith('trigger:')) {
    const trigger = code.replace('trigger:', '');
    return `the trigger “${triggers.get(trigger) ?? codeWords(trigger)}”`;
  }
  const rule = code.replace(/^(guardrail|cap):/, '');
  const title = guardrails.get(rule) ?? codeWords(rule);
  return code.startsWith('cap:') ? `the cap of “${title}”` : title;
}

interface Chosen<Change> {
  /** The page that the list belongs to. */
  readonly path: string;
  readonly change: Change | null;
  readonly cause: string | null;
  readonly further: string | null;
}

/** Everybody whom a replay found affected. */
export function AffectedDecisionsPage({
  lines,
  unlisted,
  ...chosen
}: Chosen<AffectingChange> & {
  readonly lines: readonly AffectedLine[];
  /** How many more the list has no room for. */
  readonly unlisted: number;
}): VNode {
  const end =
    unlisted === 0
      ? ''
      : ` The list ends after ${MOST_LISTED.toLocaleString('en')}; ${unlisted.toLocaleString('en')} later ones are counted and not listed.`;
  return (
    <AffectedList
      lead={`Stored decisions that would have been others, oldest first. Whoever was erased since is not listed.${end}`}
      words={CHANGES}
      columns={['Decided', 'Person', 'Change', 'What did it', 'Was', 'Would be']}
      {...chosen}
    >
      {lines.map((line) => (
        <tr key={line.id}>
          <td class="nowrap">
            <a class="row" href={`/decisions/${line.id}`}>
              <Time at={line.createdAt} />
            </a>
          </td>
          <td>
            <PersonLink id={line.profile.id} name={personName(line.profile)} />
          </td>
          <td>
            <Mark of={CHANGES[line.change]} />
          </td>
          <td>
            <Causes codes={line.causes} />
          </td>
          <td data-label="Was">
            <DoneWords done={line.before} />
          </td>
          <td data-label="Would be">
            <DoneWords done={line.after} />
          </td>
        </tr>
      ))}
    </AffectedList>
  );
}

/** Everybody whom a simulation found affected. */
export function AffectedPeoplePage({
  lines,
  ...chosen
}: Chosen<PersonChange> & { readonly lines: readonly AffectedPersonLine[] }): VNode {
  return (
    <AffectedList
      lead="People who would get other messages than under the playbook in force. Whoever was erased since is not listed."
      words={PERSON_CHANGES}
      columns={['Person', 'Would get', 'What did it', 'In force', 'Proposed']}
      {...chosen}
    >
      {lines.map(({ profile, change, causes, sent }) => (
        <tr key={profile.id}>
          <td>
            <PersonLink id={profile.id} name={personName(profile)} />
          </td>
          <td>
            <Mark of={PERSON_CHANGES[change]} />
          </td>
          <td>
            <Causes codes={causes} />
          </td>
          <td data-label="In force">
            <SentWords {...sent.active} />
          </td>
          <td data-label="Proposed">
            <SentWords {...sent.asked} />
          </td>
        </tr>
      ))}
    </AffectedList>
  );
}

interface AffectedListProps<Change extends string> extends Chosen<Change> {
  readonly lead: string;
  readonly words: Readonly<Record<Change, readonly [words: string, tone: Tone]>>;
  readonly columns: readonly string[];
  readonly children: readonly VNode[];
}

/** A page of who would be affected, with the rows given. */
function AffectedList<Change extends string>({
  lead,
  words,
  columns,
  children,
  ...chosen
}: AffectedListProps<Change>): VNode {
  return (
    <>
      <PageHead title="Who would be affected" lead={lead} />
      <Narrowed words={words} {...chosen} />
      {children.length === 0 ? (
        <NobodyShown />
      ) : (
        <div class="table stacks">
          <table>
            <thead>
              <tr>
                {columns.map((column) => (
                  <th key={column}>{column}</th>
                ))}
              </tr>
            </thead>
            <tbody>{children}</tbody>
          </table>
        </div>
      )}
      <More href={chosen.further} text="More" />
    </>
  );
}

function NobodyShown(): VNode {
  return (
    <Empty title="Nobody to show">
      <p>Nobody is affected, or who was has been erased since. What an earlier version made kept no list.</p>
    </Empty>
  );
}

function Narrowed<Change extends string>({
  words,
  path,
  change,
  cause,
}: Chosen<Change> & {
  readonly words: Readonly<Record<Change, readonly [words: string, tone: Tone]>>;
}): VNode {
  const { titles } = useView();
  const kept = cause === null ? '' : `&cause=${encodeURIComponent(cause)}`;
  const items = (Object.keys(words) as Change[]).map((each) => ({
    href: `${path}?change=${each}${kept}`,
    text: words[each][0],
    on: change === each,
  }));
  const all = { href: kept === '' ? path : `${path}?${kept.slice(1)}`, text: 'All', on: change === null };
  return (
    <>
      <Filters label="Change" items={[all, ...items]} />
      {cause === null ? null : (
        <p>
          Only what “{causeWords(cause, titles)}” did.{' '}
          <a href={change === null ? path : `${path}?change=${change}`}>Show all</a>
        </p>
      )}
    </>
  );
}

function Mark({ of: [words, tone] }: { of: readonly [words: string, tone: Tone] }): VNode {
  return <Pill tone={tone}>{words}</Pill>;
}

function Causes({ codes }: { codes: readonly string[] }): VNode {
  const { titles } = useView();
  if (codes.length === 0) return <span class="faint">–</span>;
  return <>{codes.map((code) => causeWords(code, titles)).join(', ')}</>;
}

function DoneWords({ done: { outcome, action, channel, sendAt } }: { done: Done }): VNode {
  if (outcome === 'hold') return <span class="faint">nothing</span>;
  if (outcome === 'handoff') return <>handed to a person</>;
  return (
    <>
      <ActionTitle id={action} />
      <small>
        by {channel} <Time at={sendAt} />
      </small>
    </>
  );
}

function SentWords({ count, first }: { count: number; first: readonly Sent[] }): VNode {
  if (count === 0) return <span class="faint">nothing</span>;
  return (
    <>
      {first.map(({ at, action, channel }) => (
        <div key={`${at} ${action}`}>
          <ActionTitle id={action} />{' '}
          <small>
            by {channel} <Time at={at} />
          </small>
        </div>
      ))}
      {count > first.length ? <small>and {count - first.length} more</small> : null}
    </>
  );
}
