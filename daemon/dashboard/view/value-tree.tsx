import type { VNode } from 'preact'
import { printable, printableOutput } from '../../printable.js'
import { countText } from './text.js'

/** How much of a value is shown: the methods about data cut it already, pages are to stay light. */
const MOST_VALUES = 1_500
const MOST_CHILDREN = 100
const MOST_DEPTH = 16
/** A text longer than this, or of several lines, is folded away. */
const LONG_TEXT = 120
/** Branches with this many values or less begin open. */
const FEW = 8

type Child = readonly [label: string | undefined, value: unknown]

/** A value from a job, as a tree whose branches open: JSON, and what `shownValue` writes for what JSON lacks. */
export function ValueTree({ value, label }: { readonly value: unknown; readonly label?: string }): VNode {
  const budget = { left: MOST_VALUES }
  return (
    <ul class="value">
      <li>{node(label, value, 0, budget)}</li>
    </ul>
  )
}

/** Arguments of a call, each with its name or place. */
export function ArgumentTree({ args, kwargs }: { readonly args: unknown; readonly kwargs: unknown }): VNode {
  const budget = { left: MOST_VALUES }
  const named = kwargs !== null && typeof kwargs === 'object' ? pairsOf(kwargs) : []
  const children: Child[] = [
    ...(Array.isArray(args) ? args.map((arg: unknown, i): Child => [String(i), arg]) : []),
    ...named,
  ]
  if (children.length === 0) return <p class="none">no arguments</p>
  return <ul class="value">{list(children, 0, budget)}</ul>
}

/** What is named: of Python also maps whose keys are no texts. */
function pairsOf(kwargs: object): Child[] {
  const marked = markOf(kwargs)
  return marked === undefined ? Object.entries(kwargs) : [[undefined, kwargs]]
}

function node(label: string | undefined, value: unknown, depth: number, budget: { left: number }): VNode {
  budget.left -= 1
  const name = label === undefined ? null : <span class="key">{printable(cut(label))}: </span>
  if (typeof value === 'string') return text(name, value)
  if (typeof value !== 'object' || value === null) {
    return (
      <>
        {name}
        <span class="plain">{value === undefined ? 'nothing' : String(value)}</span>
      </>
    )
  }
  const marked = markOf(value)
  if (marked?.children === undefined && marked !== undefined) {
    return (
      <>
        {name}
        <span class="special">{printable(marked.text)}</span>
        {marked.more === undefined ? null : text(null, marked.more)}
      </>
    )
  }
  const children = marked?.children ?? childrenOf(value)
  const what = marked?.text ?? (Array.isArray(value) ? 'list' : 'object')
  if (children.length === 0) {
    return (
      <>
        {name}
        <span class="special">empty {what}</span>
      </>
    )
  }
  return (
    <details class="value" open={depth < 2 && children.length <= FEW}>
      <summary>
        {name}
        <span class="special">
          {what} of {countText(children.length)}
        </span>
      </summary>
      {depth >= MOST_DEPTH ? (
        <p class="none">deeper than is shown here</p>
      ) : (
        <ul>{list(children, depth + 1, budget)}</ul>
      )}
    </details>
  )
}

function list(children: readonly Child[], depth: number, budget: { left: number }): VNode[] {
  const items: VNode[] = []
  for (const [label, value] of children) {
    if (items.length >= MOST_CHILDREN || budget.left <= 0) break
    items.push(<li>{node(label, value, depth, budget)}</li>)
  }
  const left = children.length - items.length
  if (left > 0) items.push(<li class="none">{countText(left)} more</li>)
  return items
}

function text(name: VNode | null, value: string): VNode {
  const quoted = printable(JSON.stringify(value))
  if (value.length <= LONG_TEXT && !value.includes('\n')) {
    return (
      <>
        {name}
        <span class="text">{quoted}</span>
      </>
    )
  }
  return (
    <details class="value">
      <summary>
        {name}
        <span class="text">{quoted.slice(0, LONG_TEXT)}…</span>{' '}
        <span class="none">{countText(value.length)} characters</span>
      </summary>
      <pre tabIndex={0}>{printableOutput(value)}</pre>
    </details>
  )
}

/** What a `$` object of `shownValue` stands for; undefined for a plain object. */
function markOf(value: object): { text: string; more?: string; children?: readonly Child[] } | undefined {
  if (Array.isArray(value)) return undefined
  const marks = value as Readonly<Record<string, unknown>>
  if (typeof marks['$unreadable'] === 'string') return { text: `cannot be read: ${marks['$unreadable']}` }
  if (typeof marks['$bytes'] === 'string') {
    const base64 = marks['$bytes']
    const bytes = typeof marks['$cut'] === 'number' ? marks['$cut'] : Buffer.byteLength(base64, 'base64')
    return { text: `${countText(bytes)} bytes, in base64 `, more: base64 }
  }
  if (typeof marks['$python'] === 'string') {
    const { text: inner, kind } = marks
    return { text: `Python ${marks['$python']}${typeof inner === 'string' ? ` ${inner}` : ` (${String(kind)})`}` }
  }
  const [key, ...others] = Object.keys(value)
  if (key === undefined || others.length > 0) return undefined
  return singleMark(key, marks[key])
}

function singleMark(key: string, inner: unknown): { text: string; children?: readonly Child[] } | undefined {
  if (key === '$int' || key === '$float' || key === '$date') return { text: String(inner) }
  if (key === '$cut') {
    return { text: typeof inner === 'number' ? `too large to be shown: ${countText(inner)} bytes` : String(inner) }
  }
  if (!Array.isArray(inner)) return undefined
  if (key === '$set' || key === '$frozenset') return { text: key.slice(1), children: childrenOf(inner) }
  if (key !== '$map') return undefined
  return {
    text: 'map',
    children: inner.map((pair: unknown): Child => {
      const [name, item] = Array.isArray(pair) ? (pair as unknown[]) : [pair]
      return [typeof name === 'string' ? name : JSON.stringify(name), item]
    }),
  }
}

function childrenOf(value: object): Child[] {
  if (Array.isArray(value)) return value.map((item: unknown, i): Child => [String(i), item])
  return Object.entries(value)
}

function cut(label: string): string {
  return label.length > LONG_TEXT ? `${label.slice(0, LONG_TEXT)}…` : label
}
