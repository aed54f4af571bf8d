import { type VNode } from 'preact';
import { ActionTitle } from '../decisions/decision-parts.js';
import { Empty, Filters, Key, Mark, PageHead, Pill, RiskBar, Said, Time } from '../layout/parts.js';
import { useView } from '../layout/view.js';
import { moneyWords, reviewStateWords } from '../layout/words.js';
import { type QueueItem } from './queue.read-model.js';

export interface QueueProps {
  readonly items: readonly QueueItem[];
  readonly show: 'waiting' | 'closed';
  readonly counts: ReadonlyMap<string, number>;
  readonly threshold: number | null;
  /** What an action is worth when it reaches its goal, in minor units; by action id. */
  readonly worth: ReadonlyMap<string, number>;
  readonly currency: string;
  /** Null for a reader whose role may not decide. */
  readonly first: string | null;
}

const SOON_MS = 4 * 3_600_000;

export function QueuePage(props: QueueProps): VNode {
  const { items, show, counts, first } = props;
  const waiting = ['pending', 'claimed', 'awaiting_second'].reduce(
    (sum, state) => sum + (counts.get(state) ?? 0),
    0,
  );
  return (
    <>
      <PageHead
        title="Reviews"
        lead="Nothing here leaves without a person’s signature on the exact words. Most valuable first, then what perishes soonest."
      >
        {first === null ? null : (
          <a role="button" href={`/reviews/${first}`} data-key="n">
            Start reviewing
            <Key>n</Key>
          </a>
        )}
      </PageHead>
      <Filters
        label="Reviews by state"
        items={[
          { href: '/reviews', text: 'Waiting', on: show === 'waiting', count: waiting },
          { href: '/reviews?show=closed', text: 'Closed', on: show === 'closed' },
        ]}
      />
      <div
        id="queue"
        {...(show === 'waiting'
          ? {
              'hx-get': '/reviews',
              'hx-select': '#queue',
              'hx-swap': 'outerMorph',
              'hx-trigger': 'every 20s',
              'hx-target': '#queue',
            }
          : {})}
      >
        {items.length === 0 ? <NothingWaits show={show} /> : <Queue {...props} />}
      </div>
    </>
  );
}

function NothingWaits({ show }: { show: QueueProps['show'] }): VNode {
  return show === 'waiting' ? (
    <Empty title="Nothing waits for you">
      <p>
        A draft comes here when a guardrail asks for a person, when its risk is too high, when a random audit
        picks it, or when a model wrote it. What signed templates may send on their own is under{' '}
        <a href="/messages">Messages</a>.
      </p>
    </Empty>
  ) : (
    <Empty title="No review was closed yet">
      <p>Approved, rejected, handed off and expired items are kept here.</p>
    </Empty>
  );
}

function Queue({ items, threshold, worth, currency, show }: QueueProps): VNode {
  return (
    <div class="table stacks">
      <table>
        <thead>
          <tr>
            <th>What, to whom</th>
            <th>Why a person must look</th>
            <th>Risk</th>
            <th class="num">Worth</th>
            <th>{show === 'waiting' ? 'Expires' : 'Closed'}</th>
            <th>State</th>
          </tr>
        </thead>
        <tbody>
          {items.map((item) => (
            <QueueLine
              key={item.id}
              item={item}
              threshold={threshold}
              worth={worth.get(item.action) ?? null}
              currency={currency}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function QueueLine({
  item,
  threshold,
  worth,
  currency,
}: {
  item: QueueItem;
  threshold: number | null;
  worth: number | null;
  currency: string;
}): VNode {
  const { now } = useView();
  const soon = item.closedAt === null && item.expiresAt.getTime() - now.getTime() < SOON_MS;
  return (
    <tr>
      <td>
        <a class="row" href={`/reviews/${item.id}`}>
          {item.name ?? 'Erased person'}
        </a>
        <span class="sub">
          <ActionTitle id={item.action} /> · {item.channel}
        </span>
        {item.subject === null ? null : <small>“{item.subject}”</small>}
      </td>
      <td>
        {item.why.slice(0, 2).map((why) => (
          <div key={why.code}>
            <Said text={why.text} />
          </div>
        ))}
        {item.why.length > 2 ? <small>and {item.why.length - 2} more</small> : null}
      </td>
      <td data-label="Risk">
        <RiskBar score={item.risk} threshold={threshold} />
      </td>
      <td class="num" data-label="Worth">
        {worth === null ? '–' : moneyWords(worth, currency)}
      </td>
      <td data-label={item.closedAt === null ? 'Expires' : 'Closed'}>
        {soon ? (
          <Pill tone="bad">
            <Time at={item.expiresAt} />
          </Pill>
        ) : (
          <Time at={item.closedAt ?? item.expiresAt} />
        )}
      </td>
      <td>
        <Mark words={reviewStateWords(item.state)} />
        {item.heldBy === null || item.closedAt !== null ? null : <small>by {item.heldBy.name}</small>}
        {item.signedByMe && item.state === 'awaiting_second' ? <small>you signed first</small> : null}
        {item.tier === 2 && item.closedAt === null ? <small>two people</small> : null}
      </td>
    </tr>
  );
}
