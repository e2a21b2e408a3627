// The jobs of the chaos harness. Each execution leaves its marks in a file that no kill can take back: one line,
// one write, appended. See ../marks.ts for the format, and ../tasks_py/work.py for the same in Python.
import { randomUUID } from 'node:crypto'
import { existsSync, openSync, writeSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'

const currentTask = globalThis[Symbol.for('rqd.currentTask')]
const fd = openSync(process.env.RQD_CHAOS_MARKS, 'a')
// Asked once: an orphan would be given another parent.
const parent = process.ppid

export function run(jobId, ms) {
  return marked(jobId, () => delay(ms))
}

/** Ends once the file exists. */
export function hold(jobId, file) {
  return marked(jobId, async () => {
    while (!existsSync(file)) await delay(10)
  })
}

async function marked(jobId, work) {
  const token = `${currentTask?.()?.job.execution ?? '-'} ${randomUUID()}`
  mark('begin', jobId, token)
  await work()
  mark('end', jobId, token)
  return jobId
}

function mark(kind, jobId, token) {
  const atMs = Number(process.hrtime.bigint()) / 1e6
  writeSync(fd, `${kind} ${jobId} ${token} ${process.pid} ${parent} ${atMs.toFixed(3)}\n`)
}
