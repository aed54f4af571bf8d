import { type ComponentChildren, type VNode } from 'preact';
import { type Json } from '../../shared/canonical-json.js';
import { ActionTitle, TriggerTitle } from '../decisions/decision-parts.js';
import { Mark, RiskBar, Said, Time } from '../layout/parts.js';
import {
  capital,
  clockTime,
  codeWords,
  fallbackWords,
  messageStateWords,
  outcomeWords,
  plainMembers,
  reasonWords,
  shortDate,
  sourceWords,
  type Tone,
  verdictWords,
} from '../layout/words.js';
import { useView } from '../layout/view.js';
import {
  type DecisionEntry,
  type MessageEntry,
  type SignalEntry,
  type TaskEntry,
  type TimelineEntry,
} from './timeline.js';

/** What happened to a person, newest first, under the day it happened on. */
export function Timeline({ entries }: { entries: readonly TimelineEntry[] }): VNode {
  const { now } = useView();
  let day = '';
  return (
    <ol class="timeline">
      {entries.map((entry) => {
        const date = entry.at.slice(0, 10);
        const heading = date === day ? null : shortDate(new Date(entry.at), now);
        day = date;
        return <Entry key={`${entry.kind}/${entry.id}`} entry={entry} heading={heading} />;
      })}
    </ol>
  );
}

function Entry({ entry, heading }: { entry: TimelineEntry; heading: string | null }): VNode {
  return (
    <>
      {heading === null ? null : (
        <li class="day-row">
          <span class="day">{heading}</span>
        </li>
      )}
      <li class={toneOf(entry)}>
        <span class="when">
          <time dateTime={entry.at} title={entry.at}>
            {clockTime(new Date(entry.at))}
          </time>
        </span>
        <span class="dot" aria-hidden="true" />
        <div>
          <Told entry={entry} />
        </div>
      </li>
    </>
  );
}

function toneOf(entry: TimelineEntry): Tone {
  switch (entry.kind) {
    case 'decision':
      return entry.outcome === 'act' ? 'good' : entry.outcome === 'handoff' ? 'wait' : 'quiet';
    case 'message':
      return messageStateWords(entry.state).tone;
    case 'verdict':
      return entry.verdict === 'approve' ? 'good' : entry.verdict === 'reject' ? 'bad' : 'info';
    case 'outcome':
      return ['bounced', 'complained', 'unsubscribed'].includes(entry.outcome)
        ? 'bad'
        : entry.counted
          ? 'good'
          : 'quiet';
    case 'task':
      return entry.state === 'open' ? 'wait' : 'good';
    case 'firing':
      return 'info';
    case 'consent':
      return entry.state === 'denied' ? 'bad' : 'info';
    case 'suppression':
      return 'info';
    case 'signal':
    case 'draft':
    case 'merge':
      return 'quiet';
  }
}

function Line({ children, more }: { children: ComponentChildren; more?: ComponentChildren }): VNode {
  return (
    <>
      <p>{children}</p>
      {more === undefined || more === null ? null : <div class="what">{more}</div>}
    </>
  );
}

function Told({ entry }: { entry: TimelineEntry }): VNode {
  switch (entry.kind) {
    case 'signal':
      return <SignalTold entry={entry} />;
    case 'firing':
      return (
        <Line more={evidenceWords(entry.evidence)}>
          Trigger fired:{' '}
          <b>
            <TriggerTitle id={entry.trigger} />
          </b>
        </Line>
      );
    case 'decision':
      return <DecisionTold entry={entry} />;
    case 'draft':
      return (
        <Line
          more={
            <>
              {entry.subject === null ? null : <>“{entry.subject}” </>}
              {entry.risk === null ? null : <RiskBar score={entry.risk.score} threshold={null} />}
              {entry.fallbackReason === null ? null : (
                <> · the model gave no draft: {fallbackWords(entry.fallbackReason)}</>
              )}
            </>
          }
        >
          {entry.number === 1 ? 'Draft' : `Draft ${entry.number}`}{' '}
          {entry.origin === 'template' ? `from template ${entry.author}` : `written by ${entry.author}`}
        </Line>
      );
    case 'verdict':
      return (
        <Line more={entry.reasons.length === 0 ? null : entry.reasons.map(reasonWords).join(', ')}>
          <b>{entry.by.name}</b> {verdictWords(entry.verdict)} (
          <a href={`/reviews/${entry.reviewId}`}>review</a>)
        </Line>
      );
    case 'message':
      return <MessageTold entry={entry} />;
    case 'outcome':
      return (
        <Line
          more={
            entry.counted ? null : `not counted: ${codeWords(entry.whyNotCounted ?? 'made by a machine')}`
          }
        >
          <a href={`/messages/${entry.messageId}`}>The message</a> was{' '}
          {entry.outcome === 'complained'
            ? 'complained about'
            : entry.outcome === 'unsubscribed'
              ? 'answered with an unsubscribe'
              : entry.outcome}
        </Line>
      );
    case 'task':
      return <TaskTold entry={entry} />;
    case 'merge':
      return (
        <Line more={entry.reason}>Recognised as one person: an earlier profile was merged into this one</Line>
      );
    case 'consent':
      return (
        <Line more={sourceWords(entry.source)}>
          Consent for{' '}
          <b>
            {entry.channel}
            {entry.topic === '*' ? '' : ` (${entry.topic})`}
          </b>{' '}
          {entry.state}
        </Line>
      );
    case 'suppression':
      return (
        <Line
          more={
            <>
              they had unsubscribed, <Time at={entry.suppressedAt} />
            </>
          }
        >
          Suppression on <b>{entry.channel}</b> lifted: they agreed again
        </Line>
      );
  }
}

const PROPERTIES_SHOWN = 6;

function SignalTold({ entry }: { entry: SignalEntry }): VNode {
  const name = entry.event ?? capital(entry.type);
  const values = plainMembers({ ...entry.traits, ...entry.properties })
    .slice(0, PROPERTIES_SHOWN)
    .map(([key, value]) => `${key}: ${value}`);
  return (
    <Line more={values.length === 0 ? null : values.join(' · ')}>
      <span title={`message id ${entry.messageId}, from ${entry.source}`}>{name}</span>
    </Line>
  );
}

/** Reasons are whole sentences: one after the other. */
function SaidAll({ reasons }: { reasons: DecisionEntry['reasons'] }): VNode {
  return (
    <>
      {reasons.map(({ code, text }, i) => (
        <span key={code + text}>
          {i === 0 ? '' : ' '}
          <Said text={text} />
        </span>
      ))}
    </>
  );
}

function DecisionTold({ entry }: { entry: DecisionEntry }): VNode {
  const words = outcomeWords(entry.outcome);
  // Why something is held names what spoke against every candidate already.
  const isListed = entry.outcome === 'hold' && entry.reasons.length > 1;
  return (
    <>
      <p>
        <a href={`/decisions/${entry.id}`}>{entry.mode === 'decide' ? 'Asked, not acted on' : 'Decided'}</a>:{' '}
        <b>
          {words.text}
          {entry.outcome === 'act' ? (
            <>
              , <ActionTitle id={entry.action} />
              {entry.channel === null ? '' : ` by ${entry.channel}`}
            </>
          ) : null}
        </b>
        {entry.reasons.length === 0 || isListed ? null : (
          <span class="what">
            : <SaidAll reasons={entry.reasons} />
          </span>
        )}
      </p>
      {isListed ? (
        <ul>
          {entry.reasons.map((reason) => (
            <li key={reason.code + reason.text}>
              <Said text={reason.text} />
            </li>
          ))}
        </ul>
      ) : null}
      {entry.outcome !== 'handoff' || entry.against.length === 0 ? null : (
        <ul>
          {entry.against.map((candidate) => (
            <li key={`${candidate.action}/${candidate.channel ?? ''}`}>
              not <ActionTitle id={candidate.action} />
              {candidate.channel === null ? '' : ` by ${candidate.channel}`}:{' '}
              <SaidAll reasons={candidate.reasons} />
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function MessageTold({ entry }: { entry: MessageEntry }): VNode {
  const by = entry.actorName ?? (entry.actor === 'system' ? null : entry.actor);
  return (
    <Line more={<Said text={entry.reason.text} />}>
      <a href={`/messages/${entry.messageId}`}>
        <ActionTitle id={entry.action} />
      </a>{' '}
      <Mark words={messageStateWords(entry.state)} />
      {by === null ? null : <span class="faint"> by {by}</span>}
    </Line>
  );
}

function TaskTold({ entry }: { entry: TaskEntry }): VNode {
  return entry.state === 'open' ? (
    <Line more={<Said text={entry.reason.text} />}>
      Handed to <b>{entry.owner}</b>; automation is off until the <a href="/tasks">task</a> is closed
    </Line>
  ) : (
    <Line more={entry.outcome === null ? null : codeWords(entry.outcome)}>
      Task closed by <b>{entry.closedBy ?? '?'}</b>
    </Line>
  );
}

function evidenceWords(evidence: Readonly<Record<string, Json>>): string | null {
  const words = plainMembers(evidence).map(([name, value]) => `${codeWords(name)}: ${value}`);
  return words.length === 0 ? null : words.join(' · ');
}
