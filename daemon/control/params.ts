import type { z } from 'zod'
import { BadParamsError } from './faults.js'
import { type MethodName, type Params, methods } from './protocol.js'
import { didYouMean } from './spelling.js'

/** Values in the parameters of a call, at whatever depth: each may be a fault that has to be described. */
const MAX_VALUES = 50_000
/** Faults that are described. */
const MAX_TOLD = 5

/** Read parameters, by name or by position. @throws BadParamsError naming the parameter, what was found and expected. */
export function readParams<M extends MethodName>(name: M, raw: unknown): Params<M> {
  const schema: z.ZodObject = methods[name].params
  const known = Object.keys(schema.shape)
  if (holdsMoreThan(raw, MAX_VALUES)) {
    throw new BadParamsError(`the parameters of ${name} hold more than ${MAX_VALUES} values; send fewer at a time`)
  }
  const byName = Array.isArray(raw) ? nameByPosition(name, known, raw) : (raw ?? {})
  const parsed = schema.safeParse(byName, { reportInput: true })
  if (parsed.success) return parsed.data as Params<M>
  const told = parsed.error.issues.slice(0, MAX_TOLD)
  throw new BadParamsError(told.map((issue) => describeIssue(name, known, issue)).join('; '))
}

/** Whether a value holds so many others. Not recursive: parameters may be nested as deep as they are long. */
function holdsMoreThan(value: unknown, limit: number): boolean {
  const left = [value]
  for (let count = 0; left.length > 0; count++) {
    if (count + left.length > limit) return true
    const next = left.pop()
    if (typeof next !== 'object' || next === null) continue
    const inner = Object.values(next as Record<string, unknown>)
    if (inner.length > limit) return true
    for (const each of inner) left.push(each)
  }
  return false
}

function nameByPosition(method: string, known: readonly string[], values: readonly unknown[]): Record<string, unknown> {
  if (values.length > known.length) {
    throw new BadParamsError(`${method} takes ${listOf(known)}; found ${values.length} by position`)
  }
  return Object.fromEntries(values.map((value, i) => [known[i] ?? '', value]))
}

function describeIssue(method: string, known: readonly string[], issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys
      .slice(0, MAX_TOLD)
      .map(
        (key) =>
          `${method} has no parameter ${JSON.stringify(key)}${didYouMean(key, known) || `; it takes ${listOf(known)}`}`,
      )
      .join('; ')
  }
  const at = issue.path.map((step) => (typeof step === 'number' ? `[${step}]` : String(step))).join('')
  const what = at === '' ? `the parameters of ${method} are` : `parameter ${at} of ${method} is`
  return `${what} ${describeValue(issue.input)}; expected ${expectedOf(issue)}`
}

function expectedOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type') return issue.expected === 'int' ? 'a whole number' : nounOf(issue.expected)
  if (issue.code === 'too_small')
    return issue.origin === 'string' ? 'text that is not empty' : `at least ${issue.minimum}`
  return issue.message
}

function nounOf(type: string): string {
  const article = /^[aeiou]/.test(type) ? 'an' : 'a'
  return type === 'string' ? 'text' : `${article} ${type}`
}

function describeValue(value: unknown): string {
  if (value === undefined) return 'missing'
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'object' && value !== null) return 'an object'
  const text = JSON.stringify(value)
  return text.length > 80 ? `${text.slice(0, 79)}…` : text
}

function listOf(known: readonly string[]): string {
  return known.length === 0 ? 'no parameters' : known.map((name) => JSON.stringify(name)).join(', ')
}
