import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { nowMs } from '../clock.js'
import { KeptProcess } from '../kept-process.js'
import { MarkFile } from '../mark-file.js'
import { executionsOf } from '../marks.js'
import { Load } from './load.js'
import { SentinelRig } from './rig.js'
import { type Kind, mend, strike } from './strikes.js'

const root = new URL('../../../', import.meta.url).pathname
const JOB_MS = 10
const BOUND_MS = 60_000

/** One fail-over, as those who have jobs to run saw it. */
export interface Round {
  readonly kind: Kind
  readonly from: string
  readonly to: string
  /** From the strike to the election, and from that to the first job that began afterwards on the new master. */
  readonly electedAfterMs: number
  readonly processingAfterMs: number
}

/** What became of the jobs. */
export interface Outcome {
  readonly rounds: readonly Round[]
  readonly acknowledged: number
  readonly refused: number
  /** Acknowledged, and never run to the end or without a finished job. */
  readonly lost: readonly string[]
  /** Jobs that ran more than once. */
  readonly repeated: number
  /** Starts of the daemon beyond the first: it should live through everything. */
  readonly restarts: number
  readonly folder: string
}

/** Lose the master in these ways, one after the other, while a daemon and a producer work. */
export async function runFailOvers(sequence: readonly Kind[], told: (round: Round) => void): Promise<Outcome> {
  const folder = await mkdtemp(join(tmpdir(), 'rqd-sentinel-'))
  const rig = new SentinelRig(folder)
  const marks = new MarkFile(join(folder, 'marks'))
  let daemon: KeptProcess | undefined
  let load: Load | undefined
  try {
    await rig.start()
    daemon = startDaemon(rig.url, folder, marks.path)
    load = new Load(rig.url, JOB_MS)
    load.start()
    await untilMark(marks, nowMs(), 'the first job')
    const rounds: Round[] = []
    for (const kind of sequence) {
      const struckMs = nowMs()
      const failOver = await strike(rig, kind)
      const beganMs = await untilMark(marks, failOver.electedMs, `a job after a fail-over (${kind})`)
      const { from, to, electedMs } = failOver
      const round = {
        kind,
        from: from.name,
        to: to.name,
        electedAfterMs: electedMs - struckMs,
        processingAfterMs: beganMs - rig.electedBefore(beganMs),
      }
      rounds.push(round)
      told(round)
      if (rounds.length < sequence.length) await mend(rig, failOver)
    }
    await load.stop()
    await untilDone(load, marks)
    const lost = await findLost(load, marks, rig.url)
    const runs = [...executionsOf(marks.marks).values()]
    const { restarts } = daemon
    return {
      rounds,
      acknowledged: load.acknowledged.size,
      refused: load.refused,
      lost,
      repeated: runs.filter((each) => each.length > 1).length,
      restarts,
      folder,
    }
  } finally {
    await load?.stop()
    await daemon?.stop(10_000)
    await rig.end()
    marks.close()
    if (process.env['RQD_KEEP'] === undefined) await rm(folder, { recursive: true, force: true })
  }
}

function startDaemon(url: string, folder: string, marks: string): KeptProcess {
  const program = new URL('../../daemon/bin/rqd.js', import.meta.url).pathname
  const socket = join(folder, 'rqd.sock')
  const args = [program, '--url', url, '--wait-replicas', '1', '--socket', socket, '-N', '2']
  const daemon = new KeptProcess({
    name: 'daemon',
    command: process.execPath,
    args: [...args, '--path', join(root, 'chaos/tasks'), '--logging-level', 'warn', 'default'],
    env: { ...process.env, RQD_CHAOS_MARKS: marks },
    logFile: join(folder, 'rqd.log'),
    socket,
    isPython: false,
  })
  daemon.start()
  return daemon
}

/** Resolves when a job has begun after this moment. @returns when */
async function untilMark(marks: MarkFile, sinceMs: number, what: string): Promise<number> {
  const deadline = nowMs() + BOUND_MS
  for (;;) {
    marks.read()
    const mark = marks.marks.findLast(({ kind }) => kind === 'begin')
    if (mark !== undefined && mark.atMs > sinceMs) {
      const first = marks.marks.find(({ kind, atMs }) => kind === 'begin' && atMs > sinceMs)
      return first?.atMs ?? mark.atMs
    }
    if (nowMs() > deadline) throw new Error(`waited ${BOUND_MS} ms in vain for ${what}`)
    await delay(10)
  }
}

async function untilDone(load: Load, marks: MarkFile): Promise<void> {
  const deadline = nowMs() + BOUND_MS
  while (nowMs() < deadline) {
    marks.read()
    if ([...load.acknowledged].every((id) => marks.ended.has(id))) return
    await delay(50)
  }
}

/** Acknowledged jobs that have not run to the end, or that Redis does not know as finished. */
async function findLost(load: Load, marks: MarkFile, url: string): Promise<string[]> {
  const lost: string[] = []
  const reader = new Load(url, 0)
  const deadline = nowMs() + BOUND_MS
  for (const id of load.acknowledged) {
    let status = marks.ended.has(id) ? (await reader.fetch(id))?.status : undefined
    // Its end is on its way to Redis, or it runs again.
    while (status !== undefined && status !== 'finished' && nowMs() < deadline) {
      await delay(50)
      status = (await reader.fetch(id))?.status
    }
    if (status !== 'finished') lost.push(id)
  }
  await reader.stop()
  return lost
}
