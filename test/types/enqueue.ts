/**
 * J1 J2 J4 J8: what the types of enqueueing promise. Nothing here runs: `npm run types` and the compilation of the tests
 * fail where a line that is to be right is an error, or where one that is to be wrong is none.
 */
import { job, type EnqueueCall, type Enqueuer, type Job, type Queue } from '../../src/index.js'
import { is } from './equal.js'

declare const queue: Queue
declare const add: (a: number, b: number) => number
declare const load: (path: string, options?: { limit: number }) => Promise<string[]>
declare const sum: (...numbers: number[]) => number
declare const nothing: () => void

/** The job is of the type that the function returns, or resolves to. */
export async function results(): Promise<void> {
  const added = await queue.enqueue(add, 1, 2)
  is<Job<number>>()(added)
  is<number | null | undefined>()(added.result)
  const loaded = await queue.enqueue(load, 'a.txt')
  is<Job<string[]>>()(loaded)
  const named = await queue.enqueue('tasks.add', 1, '2', { three: 3 })
  is<Job>()(named)
  const [latest] = await added.results()
  is<number | null | undefined>()(latest?.value)
  const later = await queue.enqueueAt(new Date(0), add, 1, 2)
  is<Job<number>>()(later)
  const soon = await queue.with({ ttl: '1h' }).enqueueIn('5m', load, 'a.txt', { limit: 1 })
  is<Job<string[]>>()(soon)
  const called = await queue.enqueueCall({ func: load, args: ['a.txt'] })
  is<Job<string[]>>()(called)
  const many = await queue.enqueueMany([queue.prepare(add, 1, 2), queue.prepare('tasks.add'), { func: load }])
  is<[Job<number>, Job, Job<string[]>]>()(many)
  await queue.enqueue(sum)
  await queue.enqueue(sum, 1, 2, 3)
  await queue.enqueue(nothing)
}

/** Arguments are those of the function: number, types and order. */
export async function wrongArguments(): Promise<void> {
  // @ts-expect-error an argument of the wrong type
  await queue.enqueue(add, 1, '2')
  // @ts-expect-error an argument too few
  await queue.enqueue(add, 1)
  // @ts-expect-error an argument too many
  await queue.enqueue(add, 1, 2, 3)
  // @ts-expect-error an argument where there is none
  await queue.enqueue(nothing, 1)
  // @ts-expect-error a wrong member of an argument
  await queue.enqueue(load, 'a.txt', { limit: '1' })
  // @ts-expect-error one of the rest is wrong
  await queue.enqueue(sum, 1, '2')
  // @ts-expect-error neither a function nor a name
  await queue.enqueue(5)
  // @ts-expect-error the function's result instead of the function
  await queue.enqueue(add(1, 2))
  // @ts-expect-error wrong at a time, too
  await queue.enqueueAt(new Date(0), add, 1, '2')
  // @ts-expect-error a time is a Date
  await queue.enqueueAt('2030-01-01', add, 1, 2)
  // @ts-expect-error wrong after a span, too
  await queue.enqueueIn('5m', load, 1)
  // @ts-expect-error a span is no Date
  await queue.enqueueIn(new Date(0), add, 1, 2)
  // @ts-expect-error wrong behind options, too
  await queue.with({ atFront: true }).enqueue(add, '1', 2)
  // @ts-expect-error wrong where it is prepared for many
  await queue.enqueueMany([queue.prepare(add, 1)])
}

/** Options have names and types. */
export async function options(): Promise<void> {
  const all: EnqueueCall = {
    func: 'tasks.add',
    args: [1, 2],
    kwargs: { c: 3 },
    jobTimeout: '5m',
    resultTtl: 0,
    ttl: 60,
    failureTtl: -1,
    jobId: 'mine',
    atFront: true,
    description: 'text',
    meta: { any: ['thing'] },
    dependsOn: ['other', await queue.enqueue(add, 1, 2)],
    retry: { max: 2, interval: [1, '5m'] },
    repeat: { times: 2, interval: '1d' },
    onSuccess: nothing,
    onFailure: 'tasks.failed',
    onStopped: 'tasks.stopped',
    unique: true,
    group: 'monthly',
  }
  await queue.enqueueCall(all)
  // @ts-expect-error an option that does not exist
  queue.with({ timeout: 5 })
  // @ts-expect-error a span is seconds or text
  queue.with({ jobTimeout: new Date(0) })
  // @ts-expect-error a truth is no text
  queue.with({ atFront: 'yes' })
  // @ts-expect-error retries need a number
  queue.with({ retry: { interval: 5 } })
  // @ts-expect-error a forgotten await
  queue.with({ dependsOn: queue.enqueue(add, 1, 2) })
  // @ts-expect-error a call has a function
  await queue.enqueueCall({ args: [1, 2] })
  // @ts-expect-error arguments are a list
  await queue.enqueueCall({ func: add, args: 1 })
}

/** A delayed function keeps its own type, and gives it to `delay`. */
export async function delayed(): Promise<void> {
  const low = job('low', { connection: queue.options.connection, timeout: 5 })(add)
  is<number>()(low(1, 2))
  const one = await low.delay(1, 2)
  is<Job<number>>()(one)
  // @ts-expect-error an argument of the wrong type
  await low.delay(1, '2')
  // @ts-expect-error and behind options
  await low.with({ ttl: 5 }).delay(1)
  // @ts-expect-error calling it has the same types
  low('1', 2)
  // @ts-expect-error one id for all of its jobs
  job('low', { connection: queue.options.connection, jobId: 'same' })
}

/** What `queue.with` gives is as good as a queue for whoever only enqueues. */
export function enqueuers(): readonly Enqueuer[] {
  return [queue, queue.with({ ttl: 5 })]
}
