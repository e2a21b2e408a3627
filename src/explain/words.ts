/** Facts, spans, times and commands in words. */
import { formatAge } from '../age-text.js'
import type { Fact } from './explanation.js'

/** Longest text of others that is shown. */
const LONGEST = 200

/** A fact; `text` if its value does not speak for itself. */
export function fact(name: string, value: Fact['value'], text?: string): Fact {
  return { name, value, text: text ?? (value === null ? 'unknown' : String(value)) }
}

/** A moment, and how far it is from now. */
export function timeFact(name: string, epochMs: number | undefined, nowMs: number): Fact {
  const iso = epochMs === undefined ? null : isoOrNull(epochMs)
  if (epochMs === undefined || iso === null) return fact(name, null)
  const awaySec = (epochMs - nowMs) / 1000
  const away = awaySec > 0 ? `in ${formatAge(awaySec)}` : `${formatAge(-awaySec)} ago`
  return fact(name, iso, `${iso.replace(/\.\d+Z$/, 'Z')} (${away})`)
}

/** A span; unknown if it is null. */
export function spanFact(name: string, seconds: number | null): Fact {
  return fact(name, seconds === null ? null : round(seconds), seconds === null ? 'unknown' : formatAge(seconds))
}

/** Seconds with three decimals. */
export function round(seconds: number): number {
  return Math.round(seconds * 1000) / 1000
}

/** `1 job`, `3 jobs`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}

/** A name in a sentence. */
export function quote(name: string): string {
  return JSON.stringify(clip(name))
}

/** Text of others, cut to a length that fits a line or two. */
export function clip(text: string, longest = LONGEST): string {
  return text.length > longest ? `${text.slice(0, longest)}…` : text
}

/** A command to be typed into a shell. */
export function command(...words: readonly string[]): string {
  return words.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(' ')
}

function isoOrNull(epochMs: number): string | null {
  return Number.isFinite(epochMs) && Math.abs(epochMs) < 8.64e15 ? new Date(epochMs).toISOString() : null
}
