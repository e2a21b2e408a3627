import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { inspect, types } from 'node:util'

/** What is stored of a thrown value. */
export interface ErrorText {
  /** Class name, `TypeError`; for a value that is no Error, its type. */
  errorType: string
  message: string
  traceback: string
}

export const DEFAULT_MAX_TRACEBACK_CHARS = 64 * 1024
const MAX_MESSAGE_CHARS = 8 * 1024
const MAX_CAUSES = 10
const MAX_MEMBERS = 20

/** Where our own frames lie: as compiled, and as sources, which stacks show under --enable-source-maps. */
const compiledRoot = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
const ownFolders = [compiledRoot, dirname(compiledRoot)].flatMap((root) =>
  ['src/run', 'src/worker', 'daemon'].map((folder) => join(root, folder)),
)
const ownFrames = ownFolders.flatMap((folder) => [`file://${folder}/`, `(${folder}/`, `at ${folder}/`])
const frameLine = /^\s+at /

/**
 * Describe whatever was thrown: V8's stack with causes and the members of aggregates, without the frames of the
 * executor and of Node's internals, at most `maxChars` long (cut in the middle). Never throws, whatever the value does.
 */
export function describeThrown(thrown: unknown, maxChars = DEFAULT_MAX_TRACEBACK_CHARS): ErrorText {
  try {
    const text = isError(thrown) ? errorText(thrown, new Set(), '') : valueText(thrown)
    return {
      errorType: shorten(typeName(thrown), 200),
      message: shorten(isError(thrown) ? messageOf(thrown) : showValue(thrown), MAX_MESSAGE_CHARS),
      traceback: shorten(text, maxChars),
    }
  } catch {
    const message = 'a value that cannot be printed was thrown'
    return { errorType: 'Unprintable', message, traceback: message }
  }
}

/** Cut text in the middle to `maxChars`, saying how much is gone; and make it valid Unicode, as frames need. */
export function shorten(text: string, maxChars: number): string {
  if (text.length <= maxChars) return wellFormed(text)
  const note = `\n… ${text.length - maxChars} characters left out …\n`
  const kept = Math.max(0, maxChars - note.length)
  const head = Math.ceil(kept / 2)
  return wellFormed(`${text.slice(0, head)}${note}${text.slice(text.length - (kept - head))}`.slice(0, maxChars))
}

function wellFormed(text: string): string {
  return Buffer.from(text).toString()
}

function errorText(error: Error, seen: Set<unknown>, indent: string): string {
  seen.add(error)
  let text = ownText(error)
  const members = attempt(() => (error as { errors?: unknown }).errors, undefined)
  if (attempt(() => Array.isArray(members), false)) text += membersText(members as unknown[], seen)
  const cause = attempt(() => error.cause, undefined)
  if (cause !== undefined && seen.size <= MAX_CAUSES) {
    if (seen.has(cause)) text += '\nCaused by: an error shown above'
    else text += `\nCaused by: ${isError(cause) ? errorText(cause, seen, '') : valueText(cause)}`
  }
  return indent === '' ? text : text.replaceAll('\n', `\n${indent}`)
}

function membersText(members: unknown[], seen: Set<unknown>): string {
  const count = attempt(() => members.length, 0)
  let text = ''
  for (let at = 0; at < Math.min(count, MAX_MEMBERS); at++) {
    const member = attempt(() => members[at], undefined)
    const known = seen.has(member) || seen.size > MAX_CAUSES + MAX_MEMBERS
    const body = isError(member) ? (known ? headline(member) : errorText(member, seen, '  ')) : valueText(member)
    text += `\n  [error ${at + 1} of ${count}] ${body}`
  }
  return count > MAX_MEMBERS ? `${text}\n  [${count - MAX_MEMBERS} more]` : text
}

/** The stack of one error: its headline and the frames that say something to its reader. */
function ownText(error: Error): string {
  const stack = attempt(() => error.stack, undefined)
  if (typeof stack !== 'string' || stack === '') return headline(error)
  const lines = shorten(stack, 4 * DEFAULT_MAX_TRACEBACK_CHARS).split('\n')
  const firstFrame = lines.findIndex((line) => frameLine.test(line))
  if (firstFrame === -1) return lines.join('\n')
  // A message that was changed after the stack was taken, or that lacks in it, is what the catcher sees: keep it.
  const taken = lines.slice(0, firstFrame).join('\n')
  const message = attempt(() => messageOf(error), '')
  const header = taken.includes(message.slice(0, 200)) ? withClassName(taken, error) : headline(error)
  return [header, ...withoutOurs(lines.slice(firstFrame))].join('\n')
}

// V8 writes the inherited name `Error` for a class that sets none of its own; its readers want the class.
function withClassName(header: string, error: Error): string {
  return /^Error\b/.test(header) ? typeName(error) + header.slice('Error'.length) : header
}

/** Drop our frames, unless no other would remain. */
function withoutOurs(lines: string[]): string[] {
  const theirs = lines.filter((line) => !frameLine.test(line) || !isOurs(line))
  return theirs.some((line) => frameLine.test(line)) ? theirs : lines
}

function isOurs(line: string): boolean {
  return /[( ]node:/.test(line) || ownFrames.some((frame) => line.includes(frame))
}

function headline(error: Error): string {
  const message = messageOf(error)
  return message === '' ? typeName(error) : `${typeName(error)}: ${message}`
}

function valueText(value: unknown): string {
  // A proxy of an error prints as one, with its frames.
  return `a value that is no Error was thrown: ${withoutOurs(showValue(value).split('\n')).join('\n')}`
}

function typeName(value: unknown): string {
  if (!isError(value)) return value === null ? 'null' : typeof value
  const name: unknown = attempt(() => value.name, '')
  if (typeof name === 'string' && name !== '' && name !== 'Error') return name
  const className: unknown = attempt(() => value.constructor.name, '')
  return typeof className === 'string' && className !== '' ? className : 'Error'
}

function messageOf(error: Error): string {
  const message: unknown = attempt(() => error.message, '')
  return typeof message === 'string' ? message : showValue(message)
}

function showValue(value: unknown): string {
  if (typeof value === 'string') return value
  return attempt(
    () => inspect(value, { customInspect: false, depth: 2, maxStringLength: 2_000, maxArrayLength: 20 }),
    'a value that cannot be printed',
  )
}

function isError(value: unknown): value is Error {
  return attempt(() => types.isNativeError(value) || value instanceof Error, false)
}

function attempt<T>(read: () => T, otherwise: T): T {
  try {
    return read()
  } catch {
    return otherwise
  }
}
