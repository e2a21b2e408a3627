/**
 * The client's check of what a daemon answers: protocol.ts's result schemas in a form that costs no loading, because a
 * `rqctl status` should be there at once. A test holds the two together. Answers about data at rest are checked by
 * the schemas themselves.
 */
import type { Counters } from '../../src/worker/counters.js'
import type { DaemonEvent } from '../events/event.js'
import type {
  DrainProgress,
  DrainReply,
  LogPart,
  ExecutorStatus,
  QueueStatus,
  ReloadReply,
  RestartReply,
  RolloutProgress,
  ScaleReply,
  Status,
  TenantStatus,
} from './operations.js'
import type { DaemonMethodName, MethodName } from './protocol.js'
import type { Greeting } from './session-methods.js'

/** What is wrong with a value; undefined if nothing is. `at`: what the value is called. */
type Check = (value: unknown, at: string) => string | undefined

const be =
  (expected: string, fits: (value: unknown) => boolean): Check =>
  (value, at) =>
    fits(value) ? undefined : `${at} is ${shown(value)}; expected ${expected}`

const text = be('text', (value) => typeof value === 'string')
const truth = be('true or false', (value) => typeof value === 'boolean')
const number = be('a number', Number.isFinite)
const seconds = be('a number from 0', (value) => Number.isFinite(value) && (value as number) >= 0)
const above0 = be('a number above 0', (value) => Number.isFinite(value) && (value as number) > 0)
const int = be('a whole number', Number.isSafeInteger)
const count = be('a whole number from 0', (value) => Number.isSafeInteger(value) && (value as number) >= 0)
const positive = be('a whole number from 1', (value) => Number.isSafeInteger(value) && (value as number) >= 1)
const oneOf = (...names: readonly string[]): Check =>
  be(names.join(' or '), (value) => (names as readonly unknown[]).includes(value))

const nullOr =
  (check: Check): Check =>
  (value, at) =>
    value === null ? undefined : check(value, at)

const maybe =
  (check: Check): Check =>
  (value, at) =>
    value === undefined ? undefined : check(value, at)

const listOf =
  (check: Check): Check =>
  (value, at) => {
    if (!Array.isArray(value)) return `${at} is ${shown(value)}; expected a list`
    return firstOf(value, (item: unknown, i) => check(item, `${at}[${i}]`))
  }

/** A check for each field of a type. */
type Checks<T> = { readonly [Field in keyof T]-?: Check }

/** Further fields pass: a newer daemon may send them. */
const object =
  (checks: Readonly<Record<string, Check>>): Check =>
  (value, at) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return `${at} is ${shown(value)}; expected an object`
    }
    const fields = value as Record<string, unknown>
    return firstOf(Object.entries(checks), ([name, check]) => check(fields[name], `${at}.${name}`))
  }

const executor = object({
  pid: nullOr(int),
  worker: text,
  state: oneOf('starting', 'idle', 'busy', 'stopping', 'recycling', 'backoff', 'fatal'),
  jobId: nullOr(text),
  queue: nullOr(text),
  func: nullOr(text),
  runningSec: nullOr(seconds),
  running: count,
  ahead: count,
  rssBytes: nullOr(count),
  pssBytes: nullOr(count),
  jobsDone: count,
  recycling: nullOr(oneOf('jobs', 'rss', 'age', 'fresh', 'restart')),
  recycled: object({ jobs: count, rss: count, age: count, fresh: count, restart: count } satisfies Checks<
    ExecutorStatus['recycled']
  >),
  failures: count,
  trouble: nullOr(text),
  tenant: maybe(nullOr(text)),
} satisfies Checks<ExecutorStatus>)

const queue = object({
  name: text,
  depth: nullOr(count),
  paused: truth,
  pausedEverywhere: truth,
  oldestAgeSec: nullOr(number),
  tenant: maybe(text),
} satisfies Checks<QueueStatus>)

const counters = object({
  claimed: count,
  finished: count,
  failed: count,
  retried: count,
  handedBack: count,
  recovered: count,
  fenced: count,
  executorDeaths: count,
} satisfies Checks<Counters>)

const state = oneOf('starting', 'running', 'paused', 'suspended', 'draining', 'drained', 'stopping')

const tenant = object({
  name: text,
  weight: above0,
  state,
  connected: truth,
  roundTripMs: nullOr(seconds),
  running: count,
  counters,
} satisfies Checks<TenantStatus>)

const status = object({
  state,
  pid: int,
  name: text,
  version: text,
  uptimeSec: seconds,
  redis: object({ url: text, connected: truth, roundTripMs: nullOr(seconds) } satisfies Checks<Status['redis']>),
  executors: listOf(executor),
  queues: listOf(queue),
  counters,
  tenants: maybe(listOf(tenant)),
} satisfies Checks<Status>)

const paused = object({ paused: listOf(text) } satisfies Checks<{ paused: string[] }>)

const restarted = { executors: count, ending: count, elapsedSec: seconds } satisfies Checks<RestartReply>

const event: Check = (value, at) =>
  object({ seq: count, time: text, type: text, missed: maybe(positive), tenant: maybe(text) })(value, at)

const answers: Readonly<Record<DaemonMethodName, Check>> = {
  ping: oneOf('pong'),
  status,
  pause: paused,
  resume: paused,
  drain: object({ drained: truth, handedBack: count, elapsedSec: seconds } satisfies Checks<DrainReply>),
  scale: object({ ...restarted, was: count } satisfies Checks<ScaleReply>),
  'restart-executors': object(restarted),
  reload: object({ ...restarted, changed: listOf(text), needRestart: listOf(text) } satisfies Checks<ReloadReply>),
  logs: object({
    state: oneOf('running', 'ended', 'unknown'),
    from: count,
    next: count,
    pieces: listOf(object({ stream: oneOf('stdout', 'stderr'), text })),
  } satisfies Checks<LogPart>),
  shutdown: object({ running: count } satisfies Checks<{ running: number }>),
  'rpc.discover': object({ openrpc: text } satisfies Checks<{ openrpc: string }>),
  hello: object({ name: text, version: text, readOnly: truth } satisfies Checks<Greeting>),
  subscribe: object({ seq: count } satisfies Checks<{ seq: number }>),
  unsubscribe: object({ subscribed: truth } satisfies Checks<{ subscribed: boolean }>),
  events: object({ events: listOf(event) } satisfies Checks<{ events: DaemonEvent[] }>),
}

const progress = object({ running: count, elapsedSec: seconds } satisfies Checks<DrainProgress>)

const rollout = object({
  step: oneOf('waiting', 'checking', 'starting', 'ending'),
  done: count,
  total: count,
  running: count,
  elapsedSec: seconds,
} satisfies Checks<RolloutProgress>)

/** Why an answer to a method cannot be read, or undefined if it can. */
export async function misfit(method: MethodName, answer: unknown): Promise<string | undefined> {
  if (isDaemonMethod(method)) return answers[method](answer, 'it')
  const { methods } = await import('./protocol.js')
  const parsed = methods[method].result.safeParse(answer, { reportInput: true })
  const issue = parsed.error?.issues[0]
  if (issue === undefined) return undefined
  const at = issue.path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`)).join('')
  return `it${at} is ${shown(issue.input)}; ${issue.message}`
}

function isDaemonMethod(method: MethodName): method is DaemonMethodName {
  return Object.hasOwn(answers, method)
}

/** Why the parameters of an `event` cannot be read, or undefined if they can. */
export function misfitOfEvent(params: unknown): string | undefined {
  return event(params, 'it')
}

/** Why the parameters of a `drain.progress` cannot be read, or undefined if they can. */
export function misfitOfProgress(params: unknown): string | undefined {
  return progress(params, 'it')
}

/** Why the parameters of a `rollout.progress` cannot be read, or undefined if they can. */
export function misfitOfRollout(params: unknown): string | undefined {
  return rollout(params, 'it')
}

function firstOf<T>(items: readonly T[], check: (item: T, i: number) => string | undefined): string | undefined {
  for (const [i, item] of items.entries()) {
    const found = check(item, i)
    if (found !== undefined) return found
  }
  return undefined
}

function shown(value: unknown): string {
  if (value === undefined) return 'missing'
  const json = JSON.stringify(value)
  return json.length > 80 ? `${json.slice(0, 79)}…` : json
}
