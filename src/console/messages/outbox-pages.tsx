import { type VNode } from 'preact';
import { ActionTitle } from '../decisions/decision-parts.js';
import { Empty, Facts, More, PageHead, Time } from '../layout/parts.js';
import { PersonLink } from '../layout/person.js';
import { type OutboxItem } from './outbox.read-model.js';
import { type ReadMail, readMail } from './read-mail.js';

export function OutboxPage({
  items,
  older,
  mailServer,
}: {
  items: readonly OutboxItem[];
  older: string | null;
  mailServer: boolean;
}): VNode {
  return (
    <>
      <PageHead
        title="Outbox"
        lead={
          mailServer
            ? 'A mail server is set: mail leaves through it. What lies here is from before.'
            : 'No mail server is set, so mail ends here, whole, as it would have left. Nothing can reach a real person by accident.'
        }
      />
      {items.length === 0 ? (
        <Empty title="Nothing left yet">
          <p>Messages come here when they are sent while SMTP_URL is not set.</p>
        </Empty>
      ) : (
        <div class="table stacks">
          <table>
            <thead>
              <tr>
                <th>Subject</th>
                <th>To</th>
                <th>What</th>
                <th>Left</th>
              </tr>
            </thead>
            <tbody>
              {items.map((item) => (
                <tr key={item.messageId}>
                  <td>
                    <a class="row" href={`/outbox/${item.messageId}`}>
                      {subjectOf(item)}
                    </a>
                  </td>
                  <td>
                    <PersonLink id={item.profileId} name={item.name} />
                    <small>{item.wire?.envelope.to}</small>
                  </td>
                  <td>
                    <ActionTitle id={item.action} />
                  </td>
                  <td class="nowrap">
                    <Time at={item.at} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <More href={older} />
    </>
  );
}

function headerOf(mail: ReadMail, name: string): string | null {
  return mail.headers.find(([key]) => key.toLowerCase() === name)?.[1] ?? null;
}

function subjectOf(item: OutboxItem): string {
  if (item.wire === null) return 'Erased person';
  return headerOf(readMail(item.wire.raw), 'subject') ?? '(no subject)';
}

const SHOWN_HEADERS = [
  'from',
  'to',
  'reply-to',
  'subject',
  'date',
  'message-id',
  'list-unsubscribe',
  'list-unsubscribe-post',
];

export function OutboxItemPage({ item }: { item: OutboxItem }): VNode {
  return (
    <>
      <PageHead
        title={subjectOf(item)}
        lead={
          <>
            Left into the local outbox <Time at={item.at} /> ·{' '}
            <a href={`/messages/${item.messageId}`}>the message and who signed it</a>
          </>
        }
      />
      {item.wire === null ? (
        <Empty title="This person was erased: their mail can no longer be read" />
      ) : (
        <Mail item={item} raw={item.wire.raw} />
      )}
    </>
  );
}

function Mail({ item, raw }: { item: OutboxItem; raw: string }): VNode {
  const mail = readMail(raw);
  return (
    <>
      <div class="card">
        <Facts rows={mail.headers.filter(([name]) => SHOWN_HEADERS.includes(name.toLowerCase()))} />
      </div>
      <fieldset class="tabs" aria-label="How to look at it">
        <input type="radio" name="view" id="view-mail" checked />
        <label for="view-mail">As it arrives</label>
        <input type="radio" name="view" id="view-text" />
        <label for="view-text">Plain text</label>
        <input type="radio" name="view" id="view-source" />
        <label for="view-source">Source</label>
        <div class="pane">
          <iframe
            class="mail"
            sandbox=""
            src={`/outbox/${item.messageId}/mail`}
            title="The e-mail as it arrives"
          />
        </div>
        <div class="pane">
          <pre>{mail.text ?? 'It has no plain text part.'}</pre>
        </div>
        <div class="pane">
          <pre>{raw}</pre>
        </div>
      </fieldset>
    </>
  );
}
