import type { VNode } from 'preact'
import { formatAge } from '../../../src/age-text.js'
import { printable } from '../../printable.js'

/** A number, grouped by thousands; a dash where it is not known. */
export function Count({ value }: { readonly value: number | null | undefined }): VNode {
  return <span class={value === 0 ? 'number none' : 'number'}>{countText(value)}</span>
}

export function countText(value: number | null | undefined): string {
  return value === null || value === undefined ? '–' : value.toLocaleString('en-US')
}

/** How long ago a time was (or until it comes), with the time itself when pointed at; kept current in the browser. */
export function Ago({ iso, nowMs }: { readonly iso: string | null | undefined; readonly nowMs: number }): VNode {
  const timeMs = iso === null || iso === undefined ? Number.NaN : Date.parse(iso)
  if (iso === null || iso === undefined || Number.isNaN(timeMs)) return <span class="none">–</span>
  return (
    <time dateTime={iso} title={iso}>
      {agoText(timeMs, nowMs)}
    </time>
  )
}

/** `3 min ago`, `in 5 s`. */
export function agoText(timeMs: number, nowMs: number): string {
  const sec = (nowMs - timeMs) / 1000
  if (Math.abs(sec) < 1) return 'now'
  return sec > 0 ? `${formatAge(sec)} ago` : `in ${formatAge(-sec)}`
}

/** A span of time. */
export function Span({ sec }: { readonly sec: number | null | undefined }): VNode {
  if (sec === null || sec === undefined) return <span class="none">–</span>
  return <span class="number">{spanText(sec)}</span>
}

export function spanText(sec: number): string {
  if (sec < 0.001) return '<1 ms'
  return sec < 1 ? `${Math.round(sec * 1000)} ms` : formatAge(sec)
}

/** A size, in units of 1024 bytes. */
export function bytesText(bytes: number | null | undefined): string {
  if (bytes === null || bytes === undefined) return '–'
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10))
  const amount = bytes / 1024 ** power
  return `${power === 0 || amount >= 100 ? Math.round(amount) : amount.toFixed(1)} ${units[power] ?? ''}`
}

/** Text from a job: cut to a length, without characters that do something. All of it when pointed at, to a limit. */
export function JobText({
  text,
  most = 200,
}: {
  readonly text: string | null | undefined
  readonly most?: number
}): VNode {
  if (text === null || text === undefined || text === '') return <span class="none">–</span>
  const shown = printable(text)
  if (shown.length <= most) return <span class="job-text">{shown}</span>
  return (
    <span class="job-text" title={shown.slice(0, 2_000)}>
      {shown.slice(0, most - 1)}…
    </span>
  )
}

/** A state, as a word in a colour. */
export function Badge({ state }: { readonly state: string | null | undefined }): VNode {
  const word = state ?? 'unknown'
  return <span class={`badge ${/^[a-z-]{1,20}$/.test(word) ? word : 'unknown'}`}>{word}</span>
}
