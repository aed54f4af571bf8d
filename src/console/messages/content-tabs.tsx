import { type VNode } from 'preact';

/** A message as it arrives, as html source and as plain text. The mail itself is shown in a frame that can run and load nothing. */
export function ContentTabs({
  messageId,
  version,
  wording = null,
  html,
  text,
  payload,
}: {
  messageId: string;
  version: string;
  /** One of several wordings, other than the one the message holds. */
  wording?: string | null;
  html: string | null;
  text: string;
  payload: Readonly<Record<string, unknown>> | null;
}): VNode {
  if (html === null) {
    return (
      <div class="card">
        {payload === null ? null : <pre>{JSON.stringify(payload, null, 2)}</pre>}
        {text === '' ? null : <p class="words">{text}</p>}
      </div>
    );
  }
  return (
    <fieldset class="tabs" aria-label="How to look at it">
      <input type="radio" name="view" id="view-mail" checked />
      <label for="view-mail">As it arrives</label>
      <input type="radio" name="view" id="view-text" />
      <label for="view-text">Plain text</label>
      <input type="radio" name="view" id="view-html" />
      <label for="view-html">HTML source</label>
      <div class="pane">
        <iframe
          class="mail"
          sandbox=""
          src={`/messages/${messageId}/mail?version=${version.slice(0, 16)}${wording === null ? '' : `&wording=${wording}`}`}
          title="The e-mail as it arrives"
          loading="eager"
        />
      </div>
      <div class="pane">
        <pre>{text}</pre>
      </div>
      <div class="pane">
        <pre>{html}</pre>
      </div>
    </fieldset>
  );
}
