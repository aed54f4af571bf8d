import { type VNode } from 'preact';
import { type FieldError } from '../../platform/http/problem.js';
import { PageHead, PostForm } from '../layout/parts.js';

export interface WriteTemplateProps {
  /** Actions that send mails. */
  readonly actions: readonly { readonly id: string; readonly title: string }[];
  /** Whether there is a model to ask. */
  readonly available: boolean;
  readonly wished: {
    readonly action: string;
    readonly locale: string;
    readonly wish: string;
    readonly maxAudience: number;
    readonly instead: boolean;
  };
  readonly refusal: { readonly detail: string; readonly errors: readonly FieldError[] } | null;
}

export function WriteTemplatePage({ actions, available, wished, refusal }: WriteTemplateProps): VNode {
  return (
    <>
      <PageHead
        title="Let the model write a template"
        lead="It writes once, with slots for names, prices and links, and sees nobody’s data. What it writes is tried with every slot, proposed as a change of the playbook, and signed by whoever puts that in force. From then on it goes out without the model."
      />
      {refusal === null ? null : (
        <div class="notice bad" role="alert">
          <p>
            <strong>{refusal.detail}</strong>
          </p>
          <ul>
            {refusal.errors.map(({ path, message }) => (
              <li key={path + message}>
                {path}: {message}
              </li>
            ))}
          </ul>
        </div>
      )}
      {available ? (
        <PostForm action="/playbook/write-template" class="card" aria-label="Let the model write a template">
          <label>
            For
            <select name="action">
              {actions.map(({ id, title }) => (
                <option key={id} value={id} selected={id === wished.action}>
                  {title}
                </option>
              ))}
            </select>
          </label>
          <label>
            Language
            <input name="locale" value={wished.locale} required maxLength={20} />
          </label>
          <label>
            What you wish for, besides what the action’s brief says
            <textarea name="wish" rows={3} maxLength={600}>
              {wished.wish}
            </textarea>
          </label>
          <label>
            Largest number of people under one signature
            <input
              name="maxAudience"
              type="number"
              min={1}
              max={1000000}
              value={wished.maxAudience}
              required
            />
          </label>
          <label>
            <input name="instead" type="checkbox" value="yes" checked={wished.instead} />
            The model writes no drafts of its own for this action any more
          </label>
          <button type="submit">Write and propose it</button>
          <p class="faint">It may take up to a minute.</p>
        </PostForm>
      ) : (
        <p class="notice wait">
          No language model is switched on. <a href="/operations#model">How to switch one on</a>
        </p>
      )}
    </>
  );
}
