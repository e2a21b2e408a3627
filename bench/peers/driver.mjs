// What the drivers of the peers have in common. A driver is run as `node driver.mjs COMMAND JSON`:
//   work      run jobs until SIGTERM
//   fill      put jobs on queues as fast as the library can, then end
//   produce   put jobs on a queue at a rate, each with the time of its sending; then print their number and end
//   rates     print how many jobs a second the library enqueues, one way after the other
import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import * as tasks from '../tasks/benchtasks.mjs'

/** The data of a job: which function, and its argument. A text is of hex digits, which compress by half. */
export function jobData({ task, ms = 0, bytes = 0 }) {
  return { task, arg: bytes > 0 ? randomBytes(bytes / 2).toString('hex') : ms }
}

/** Run a job's function. */
export const perform = ({ task, arg }) => tasks[task](arg)

/** Run the command that this process was started with. */
export async function drive(commands) {
  const [name, json] = process.argv.slice(2)
  const reply = await commands[name](JSON.parse(json))
  if (reply !== undefined) process.stdout.write(`${JSON.stringify(reply)}\n`)
}

/**
 * Call `send` with the time at random moments, `rate` a second on average, for `seconds`. Nothing holds it back. Before
 * that `warmUp` jobs are sent one by one, so that the connection is open and the code compiled.
 */
export async function atRate({ rate, seconds, warmUp }, sendNoop, send) {
  for (let i = 0; i < warmUp; i += 1) await sendNoop()
  const begin = performance.now()
  const sending = new Set()
  let count = 0
  const gap = () => (-Math.log(1 - Math.random()) * 1000) / rate
  for (let dueMs = gap(); dueMs < seconds * 1000; dueMs += gap()) {
    const waitMs = begin + dueMs - performance.now()
    if (waitMs > 0) await delay(waitMs)
    const sent = send(tasks.monoUs()).finally(() => sending.delete(sent))
    sending.add(sent)
    count += 1
  }
  await Promise.all(sending)
  return { count }
}

/** Jobs a second of `jobs` calls of `send`, `width` of them at a time. */
export async function measureRate(jobs, width, send) {
  const begin = performance.now()
  for (let i = 0; i < jobs; i += width) await Promise.all(Array.from({ length: Math.min(width, jobs - i) }, send))
  return (jobs / (performance.now() - begin)) * 1000
}

/** Jobs a second of `jobs` jobs, sent by calls of `send` with up to 1,000. */
export async function measureBulkRate(jobs, send) {
  const begin = performance.now()
  for (let left = jobs; left > 0; left -= 1_000) await send(Math.min(left, 1_000))
  return (jobs / (performance.now() - begin)) * 1000
}
