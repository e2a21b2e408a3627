/** What differs between the database and the model. */
import type { ExpectedKey } from './expected.js'
import type { ObservedKey } from './observed.js'
import type { Span } from './state.js'

/** Expiries are looked at by another clock call than the one that set them. */
const EXPIRY_TOLERANCE_MS = 1_000

/** One line for each difference. */
export function differences(
  observed: ReadonlyMap<string, ObservedKey>,
  expected: ReadonlyMap<string, ExpectedKey>,
): string[] {
  const lines: string[] = []
  for (const key of [...new Set([...observed.keys(), ...expected.keys()])].sort()) {
    const [found, wanted] = [observed.get(key), expected.get(key)]
    if (found === undefined) lines.push(`${key} is missing; expected ${show(wanted?.content)}`)
    else if (wanted === undefined) lines.push(`${key} is ${show(found.content)}; expected no such key`)
    else lines.push(...differencesOf(key, found, wanted))
  }
  return lines
}

function differencesOf(key: string, found: ObservedKey, wanted: ExpectedKey): string[] {
  if (found.type !== wanted.type) return [`${key} is a ${found.type}; expected a ${wanted.type}`]
  const lines: string[] = []
  if (!expiresAsExpected(found.expiry, wanted.expiry)) {
    lines.push(`${key} expires at ${show(found.expiry)}; expected ${show(wanted.expiry)}`)
  }
  if (wanted.content instanceof Map) {
    lines.push(...scoreDifferences(key, found.content as ReadonlyMap<string, number>, wanted.content))
  } else if (wanted.type === 'hash') {
    lines.push(
      ...fieldDifferences(key, found.content as Record<string, string>, wanted.content as Record<string, string>),
    )
  } else if (show(found.content) !== show(wanted.content)) {
    lines.push(`${key} is ${show(found.content)}; expected ${show(wanted.content)}`)
  }
  return lines
}

function expiresAsExpected(found: number | undefined, wanted: Span | 'some' | undefined): boolean {
  if (found === undefined || wanted === undefined) return found === wanted
  if (wanted === 'some') return true
  return found >= wanted.lo - EXPIRY_TOLERANCE_MS && found <= wanted.hi + EXPIRY_TOLERANCE_MS
}

function scoreDifferences(
  key: string,
  found: ReadonlyMap<string, number>,
  wanted: ReadonlyMap<string, Span>,
): string[] {
  return [...new Set([...found.keys(), ...wanted.keys()])].flatMap((member) => {
    const [score, span] = [found.get(member), wanted.get(member)]
    if (score !== undefined && span !== undefined && score >= span.lo && score <= span.hi) return []
    return [`${key} has ${member} at ${show(score)}; expected ${show(span)}`]
  })
}

function fieldDifferences(key: string, found: Record<string, string>, wanted: Record<string, string>): string[] {
  return [...new Set([...Object.keys(found), ...Object.keys(wanted)])].flatMap((field) => {
    if (found[field] === wanted[field]) return []
    return [`${key} has ${field} ${show(found[field])}; expected ${show(wanted[field])}`]
  })
}

function show(value: unknown): string {
  if (value === undefined) return 'none'
  if (value instanceof Map) return show(Object.fromEntries(value as Map<string, unknown>))
  return typeof value === 'number' ? String(value) : JSON.stringify(value)
}
