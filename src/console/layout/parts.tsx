import { type ComponentChildren, type VNode } from 'preact';
import { type Permission } from '../../access/permissions.js';
import { plainWords } from './plain-words.js';
import { useMay, useView } from './view.js';
import { relativeTime, type Tone, type Words } from './words.js';

/** From here on a risk is shown as one. */
const NOTICEABLE_RISK = 0.3;

/** A moment, told relative to now; the exact time is in its title. */
export function Time({ at }: { at: Date | string | null }): VNode {
  const { now } = useView();
  if (at === null) return <span class="faint">–</span>;
  const date = typeof at === 'string' ? new Date(at) : at;
  if (Number.isNaN(date.getTime())) return <span>{String(at)}</span>;
  const iso = date.toISOString();
  return (
    <time dateTime={iso} title={iso} class="nowrap">
      {relativeTime(date, now)}
    </time>
  );
}

/** When something is to leave: at once, where that time has come. */
export function Leaving({ at }: { at: Date | string }): VNode {
  return new Date(at) <= useView().now ? <>at once</> : <Time at={at} />;
}

/** A stored reason in the playbook's words. */
export function Said({ text }: { text: string }): VNode {
  return <>{plainWords(text, useView().titles)}</>;
}

/** A state as a small mark. */
export function Mark({ words }: { words: Words }): VNode {
  return <span class={`mark ${words.tone}`}>{words.text}</span>;
}

export function Pill({ tone = 'quiet', children }: { tone?: Tone; children: ComponentChildren }): VNode {
  return <span class={`mark ${tone}`}>{children}</span>;
}

/** The hidden field that every form which changes something carries. */
export function Csrf(): VNode {
  return <input type="hidden" name="_csrf" value={useView().csrf} />;
}

/** A form that changes something. */
export function PostForm({
  action,
  children,
  file = false,
  ...rest
}: {
  action: string;
  children: ComponentChildren;
  /** It carries a file, and goes the browser's own way. */
  file?: boolean;
  class?: string;
  id?: string;
  'aria-label'?: string;
}): VNode {
  return (
    <form
      method="post"
      action={action}
      {...(file ? { enctype: 'multipart/form-data', 'hx-boost': 'false' } : {})}
      {...rest}
    >
      <Csrf />
      {children}
    </form>
  );
}

/** Shown only to those whose role allows it. */
export function IfMay({
  permission,
  children,
}: {
  permission: Permission;
  children: ComponentChildren;
}): VNode {
  return <>{useMay()(permission) ? children : null}</>;
}

/** What a list says when it has nothing: what would be here, and how it gets there. */
export function Empty({ title, children }: { title: string; children?: ComponentChildren }): VNode {
  return (
    <div class="empty">
      <p class="empty-title">{title}</p>
      {children === undefined ? null : <div class="empty-text">{children}</div>}
    </div>
  );
}

export function PageHead({
  title,
  lead,
  children,
}: {
  title: ComponentChildren;
  lead?: ComponentChildren;
  children?: ComponentChildren;
}): VNode {
  return (
    <header class="page-head">
      <div>
        <h1>{title}</h1>
        {lead === undefined ? null : <p class="lead">{lead}</p>}
      </div>
      {children === undefined ? null : <div class="page-actions">{children}</div>}
    </header>
  );
}

export function Section({
  title,
  hint,
  id,
  children,
}: {
  title: ComponentChildren;
  hint?: ComponentChildren;
  id?: string;
  children: ComponentChildren;
}): VNode {
  return (
    <section class="block" {...(id === undefined ? {} : { id })}>
      <h2>
        {title}
        {hint === undefined ? null : <small>{hint}</small>}
      </h2>
      {children}
    </section>
  );
}

/** Names and values, one under the other. Rows whose value is null are left out. */
export function Facts({ rows }: { rows: readonly (readonly [string, ComponentChildren])[] }): VNode {
  return (
    <dl class="facts">
      {rows
        .filter(([, value]) => value !== null && value !== undefined)
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}

/** Links that narrow a list down; the current one is marked. */
export function Filters({
  label,
  items,
}: {
  label: string;
  items: readonly {
    readonly href: string;
    readonly text: string;
    readonly on: boolean;
    readonly count?: number;
  }[];
}): VNode {
  return (
    <nav class="filters" aria-label={label}>
      {items.map((item) => (
        <a key={item.href} href={item.href} {...(item.on ? { 'aria-current': 'true' } : {})}>
          {item.text}
          {item.count === undefined ? null : <span class="count">{item.count}</span>}
        </a>
      ))}
    </nav>
  );
}

/** The way to the next page of a list, newest first unless said otherwise. */
export function More({ href, text = 'Older' }: { href: string | null; text?: string }): VNode {
  return href === null ? (
    <></>
  ) : (
    <p class="more">
      <a href={href} role="button" class="secondary outline">
        {text}
      </a>
    </p>
  );
}

/** A key to press, as printed on the keyboard. */
export function Key({ children }: { children: ComponentChildren }): VNode {
  return <kbd aria-hidden="true">{children}</kbd>;
}

/** A risk between 0 and 1 in percent and as a bar; `full` also says from where on a person has to look. */
export function RiskBar({
  score,
  threshold,
  full = false,
}: {
  score: number;
  threshold: number | null;
  full?: boolean;
}): VNode {
  const tone: Tone =
    threshold !== null && score >= threshold ? 'bad' : score >= NOTICEABLE_RISK ? 'wait' : 'good';
  const limit = threshold === null ? '' : `a person looks from ${Math.round(threshold * 100)} %`;
  return (
    <span class={`risk ${tone}`} title={limit}>
      <meter min={0} max={1} value={score} aria-label="risk" />
      <b>{Math.round(score * 100)} %</b>
      {full && limit !== '' ? <small>{limit}</small> : null}
    </span>
  );
}

/** A hash or an id, shortened; whole in its title. */
export function Short({ id, length = 12 }: { id: string; length?: number }): VNode {
  return (
    <code class="id" title={id}>
      {id.length > length ? `${id.slice(0, length)}…` : id}
    </code>
  );
}

/** A bundle's hash, shortened, leading to its page. */
export function BundleLink({ hash, length = 12 }: { hash: string; length?: number }): VNode {
  return (
    <a href={`/playbook/bundles/${hash}`}>
      <Short id={hash} length={length} />
    </a>
  );
}

/** Any JSON, readable, folded away. */
export function Json({ value, summary }: { value: unknown; summary: string }): VNode {
  return (
    <details class="raw">
      <summary>{summary}</summary>
      <pre>{JSON.stringify(value, null, 2)}</pre>
    </details>
  );
}
