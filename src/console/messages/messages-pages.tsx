import { type VNode } from 'preact';
import { ActionTitle } from '../decisions/decision-parts.js';
import {
  Empty,
  Facts,
  Filters,
  IfMay,
  Mark,
  More,
  PageHead,
  Pill,
  PostForm,
  Section,
  Short,
  Time,
} from '../layout/parts.js';
import { PersonLink } from '../layout/person.js';
import { approvalWords, messageStateWords } from '../layout/words.js';
import { canMove, MESSAGE_STATES, type MessageState } from '../../messages/message.js';
import { type Making } from '../../drafting/making.js';
import { type ModelUse } from '../../messages/model-use.js';
import { ContentTabs } from './content-tabs.js';
import { AnswersCard, MakingCard } from './making.js';
import { type MessageLine, type MessageView } from './messages.read-model.js';

export interface MessagesProps {
  readonly messages: readonly MessageLine[];
  readonly counts: ReadonlyMap<string, number>;
  readonly state: string | null;
  readonly by: string | null;
  readonly older: string | null;
}

export function MessagesPage({ messages, counts, state, by, older }: MessagesProps): VNode {
  const states = MESSAGE_STATES.filter((one) => (counts.get(one) ?? 0) > 0 || one === state);
  return (
    <>
      <PageHead
        title="Messages"
        lead="One row from decision to end: what may be sent, what was, and what was kept back."
      />
      <Filters
        label="State"
        items={[
          { href: '/messages', text: 'All', on: state === null && by === null },
          ...states.map((one) => ({
            href: `/messages?state=${one}`,
            text: messageStateWords(one).text,
            on: state === one,
            count: counts.get(one) ?? 0,
          })),
          { href: '/messages?by=template', text: 'by signed template', on: by === 'template' },
          { href: '/messages?by=threshold', text: 'through a gate', on: by === 'threshold' },
          { href: '/messages?by=person', text: 'signed by a person', on: by === 'person' },
        ]}
      />
      {messages.length === 0 ? (
        <Empty title="No message to show">
          <p>
            A message is opened when a decision says to act. It holds its place in the caps until it ends.
          </p>
        </Empty>
      ) : (
        <MessageTable messages={messages} />
      )}
      <More href={older} />
    </>
  );
}

function MessageTable({ messages }: { messages: readonly MessageLine[] }): VNode {
  return (
    <div class="table stacks">
      <table>
        <thead>
          <tr>
            <th>What</th>
            <th>To whom</th>
            <th>State</th>
            <th>Signed</th>
            <th>When</th>
          </tr>
        </thead>
        <tbody>
          {messages.map((message) => (
            <tr key={message.id}>
              <td>
                <a class="row" href={`/messages/${message.id}`}>
                  <ActionTitle id={message.action} />
                </a>
                <small>
                  {message.channel}
                  {message.subject === null ? '' : ` · “${message.subject}”`}
                </small>
              </td>
              <td>
                <PersonLink id={message.profileId} name={message.name} />
              </td>
              <td>
                <Mark words={messageStateWords(message.state)} />
                {message.reason === null ? null : <small>{message.reason}</small>}
              </td>
              <td data-label="Signed">
                {message.approvalKind === null ? (
                  <span class="faint">not yet</span>
                ) : (
                  <>
                    {message.approvalKind === 'person'
                      ? (message.approvedBy ?? 'a person')
                      : approvalWords(message.approvalKind)}
                    {message.approvalKind === 'person' ? null : <small>{message.approvedBy}</small>}
                  </>
                )}
              </td>
              <td class="nowrap" data-label="When">
                <When message={message} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function When({ message }: { message: MessageLine }): VNode {
  if (message.sentAt !== null)
    return (
      <>
        sent <Time at={message.sentAt} />
      </>
    );
  const waits = ['approved', 'scheduled', 'in_review', 'drafting', 'assessed'].includes(message.state);
  return waits ? (
    <>
      due <Time at={message.sendAt} />
    </>
  ) : (
    <Time at={message.updatedAt} />
  );
}

const isState = (state: string): state is MessageState =>
  (MESSAGE_STATES as readonly string[]).includes(state);

export function MessagePage({
  message,
  making,
  use,
}: {
  message: MessageView;
  making: Making | null;
  /** What the model took for it; null where none was asked. */
  use: ModelUse | null;
}): VNode {
  const cancellable = isState(message.state) && canMove(message.state, 'cancelled');
  return (
    <>
      <PageHead
        title={
          <>
            <ActionTitle id={message.action} /> <span class="faint">to</span>{' '}
            <PersonLink id={message.profileId} name={message.name} />
          </>
        }
        lead={
          <>
            <Mark words={messageStateWords(message.state)} /> {message.reason}
          </>
        }
      >
        {cancellable ? (
          <IfMay permission="messages.cancel">
            <button type="button" class="secondary" popovertarget="cancel">
              Cancel it
            </button>
          </IfMay>
        ) : null}
      </PageHead>
      {cancellable ? <CancelSheet message={message} /> : null}
      <div class="review">
        <Content message={message} />
        <div>
          <Life message={message} />
          <Signed message={message} />
          <MakingCard making={making} />
          <AnswersCard making={making} use={use} />
          <Details message={message} />
        </div>
      </div>
    </>
  );
}

function CancelSheet({ message }: { message: MessageView }): VNode {
  return (
    <div id="cancel" popover="auto" role="dialog" aria-labelledby="cancel-title">
      <h2 id="cancel-title">Cancel this message?</h2>
      <p>It will not be sent, and gives its place in the caps back. This cannot be undone.</p>
      <PostForm action={`/messages/${message.id}/cancel`}>
        <footer>
          <button type="submit" class="danger" autoFocus>
            Cancel the message
          </button>
          <button type="button" class="secondary" popovertarget="cancel" popovertargetaction="hide">
            Keep it
          </button>
        </footer>
      </PostForm>
    </div>
  );
}

function Content({ message }: { message: MessageView }): VNode {
  const { content } = message;
  if (content === null)
    return (
      <Empty title="No content">
        <p>Either it was not drafted yet, or it ended before, or the person was erased.</p>
      </Empty>
    );
  return (
    <section class="block" aria-label="The message">
      <div class="card envelope">
        <Facts
          rows={[
            ['To', content.recipient],
            ['From', content.sender],
            ['Reply to', content.replyTo],
            ['Subject', content.subject === null ? null : <span class="subject">{content.subject}</span>],
            [
              'Preview line',
              content.preheader === null || content.preheader === '' ? null : content.preheader,
            ],
          ]}
        />
      </div>
      <ContentTabs
        messageId={message.id}
        version={message.contentHash ?? ''}
        html={content.html}
        text={content.text}
        payload={content.payload}
      />
      {content.links.length === 0 ? null : (
        <p class="faint">Leads to {[...new Set(content.links)].join(', ')}</p>
      )}
      {message.inOutbox ? (
        <p>
          <a href={`/outbox/${message.id}`}>As it left into the local outbox</a>
        </p>
      ) : null}
    </section>
  );
}

function Life({ message }: { message: MessageView }): VNode {
  return (
    <Section title="Steps">
      <div class="card">
        <ol class="plain steps">
          {message.steps.map((step) => (
            <li key={step.seq}>
              <Mark words={messageStateWords(step.to)} /> <Time at={step.at} />
              {step.actorName === null
                ? step.actor === 'system'
                  ? ''
                  : ` by ${step.actor}`
                : ` by ${step.actorName}`}
              <small class="block-text">{step.reason}</small>
            </li>
          ))}
        </ol>
        {message.outcomes.length === 0 ? null : (
          <>
            <h3>What came of it</h3>
            <ul class="plain">
              {message.outcomes.map((outcome) => (
                <li key={`${outcome.kind}${outcome.at.toISOString()}`}>
                  {outcome.kind} <Time at={outcome.at} />{' '}
                  {outcome.counted ? null : <Pill>not counted: {outcome.whyNotCounted ?? 'a machine'}</Pill>}
                </li>
              ))}
            </ul>
          </>
        )}
      </div>
    </Section>
  );
}

function Signed({ message }: { message: MessageView }): VNode {
  const approval = message.approval?.payload ?? null;
  return (
    <Section title="Signature">
      <div class="card">
        {approval === null ? (
          <p class="faint">
            Nobody signed it{message.state === 'in_review' ? ' yet' : ''}: without a signature it cannot
            leave.
          </p>
        ) : (
          <Facts
            rows={[
              ['How', approvalWords(approval.kind)],
              [
                'By',
                approval.by.map((person) => (
                  <div key={person.personId}>
                    {person.name}, <Time at={person.at} />
                  </div>
                )),
              ],
              ['Template', approval.template?.id ?? null],
              ['Content', <Short key="content" id={approval.contentHash} length={20} />],
              ['Good until', <Time key="until" at={approval.expiresAt} />],
            ]}
          />
        )}
        {message.reviewId === null ? null : (
          <p>
            <a href={`/reviews/${message.reviewId}`}>Its review</a>
          </p>
        )}
      </div>
    </Section>
  );
}

function Details({ message }: { message: MessageView }): VNode {
  return (
    <section class="card">
      <h2>Details</h2>
      <Facts
        rows={[
          [
            'Decision',
            <a key="decision" href={`/decisions/${message.decisionId}`}>
              why it was decided
            </a>,
          ],
          ['Class', message.class],
          ['Topic', message.topic],
          ['Tags', message.tags.length === 0 ? null : message.tags.join(', ')],
          ['Offer', message.offer],
          ['Due', <Time key="due" at={message.sendAt} />],
          ['Sent', message.sentAt === null ? null : <Time key="sent" at={message.sentAt} />],
          ['Expires', message.sentAt === null ? <Time key="expires" at={message.expiresAt} /> : null],
          ['Sent by', message.provider],
          ['Their id', message.providerId],
          ['As it left', message.wireHash === null ? null : <Short key="wire" id={message.wireHash} />],
          ['Id', <Short key="id" id={message.id} length={40} />],
        ]}
      />
    </section>
  );
}
