import type { Strike } from './blame.js'
import { commandOf, type ChaosOptions } from './options.js'
import { describePlace } from './places.js'
import { recoveries, type Recovery } from './recovery.js'
import { faultsOf, isBad, sumUp, type JobStory, type Totals } from './verdict.js'

/** What a run found out besides the jobs' stories. */
export interface Findings {
  readonly options: ChaosOptions
  readonly strikes: readonly Strike[]
  readonly stories: readonly JobStory[]
  /** In the order in which every daemon reads them. */
  readonly queues: readonly string[]
  readonly elapsedMs: number
  /** Starts of daemons beyond the first ones. */
  readonly restarts: number
  /** Sums over all lives of all daemons, as last seen; undefined if none was ever seen. */
  readonly counters: Readonly<Record<string, number>> | undefined
  /** Processes that outlived their daemon. */
  readonly leftBehind: readonly string[]
  /** Lines of the marks that nobody can read. */
  readonly garbled: number
  /** Log lines that name a job. */
  readonly logOf: (jobId: string) => readonly string[]
  readonly beganMs: number
  readonly folder: string
}

/** The result of a run, as `--json` prints it. */
export interface Report {
  readonly ok: boolean
  readonly faults: readonly string[]
  readonly system: 'rqd' | 'Python RQ'
  readonly setting: string
  readonly seed: string
  readonly command: string
  readonly elapsedSec: number
  readonly totals: Totals
  readonly recovery: readonly Recovery[]
  readonly restarts: number
  readonly counters: Readonly<Record<string, number>> | null
  readonly leftBehind: readonly string[]
  readonly garbled: number
  /** Jobs that speak against the system, each with all that is known of it. */
  readonly bad: readonly { id: string; fate: string; place: string; story: string[]; log: readonly string[] }[]
  /** Where logs and marks are; null if they were removed. */
  readonly folder: string | null
}

/** How many bad jobs are told in full. */
const TOLD = 50

export function makeReport(findings: Findings): Report {
  const { options, strikes, stories, beganMs, leftBehind, garbled } = findings
  const totals = sumUp(stories)
  const faults = [
    ...faultsOf(totals),
    ...(leftBehind.length > 0 ? [`${leftBehind.length} processes left behind`] : []),
    ...(garbled > 0 ? [`${garbled} marks that cannot be read`] : []),
  ]
  const ok = faults.length === 0
  return {
    ok,
    faults,
    system: options.instead === 'python' ? 'Python RQ' : 'rqd',
    setting: settingOf(options),
    seed: options.seed,
    command: commandOf(options),
    elapsedSec: Math.round(findings.elapsedMs / 100) / 10,
    totals,
    recovery: recoveries(strikes, stories, { leaseSec: options.leaseSec, queues: findings.queues }),
    restarts: findings.restarts,
    counters: findings.counters ?? null,
    leftBehind,
    garbled,
    bad: stories
      .filter(isBad)
      .slice(0, TOLD)
      .map((story) => ({
        id: story.job.id,
        fate: story.misplaced ?? story.fate,
        place: describePlace(story.place),
        story: tell(story, strikes, beganMs),
        log: findings.logOf(story.job.id),
      })),
    folder: ok && !options.keep ? null : findings.folder,
  }
}

function settingOf(options: ChaosOptions): string {
  const { jobs, queues, daemons, executors, leaseSec, aof, latencyMs, pythonWorker, instead } = options
  const ours = [`${count(daemons, 'daemon')} with ${count(executors, 'executor')}`, `lease ${leaseSec} s`]
  const parts = [
    `${jobs} jobs on ${count(queues, 'queue')}`,
    ...(instead === 'python' ? [count(daemons * executors, 'worker')] : ours),
    aof === 'always' ? 'append-only file' : '',
    latencyMs > 0 ? `${latencyMs} ms of latency` : '',
    pythonWorker ? 'a Python worker beside' : '',
  ]
  return parts.filter((part) => part !== '').join(', ')
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`
}

/** A job's story line by line, times in seconds since the run began. */
function tell({ job, runs, place, misplaced }: JobStory, strikes: readonly Strike[], beganMs: number): string[] {
  const pids = new Set(runs.flatMap(({ pid, parentPid }) => [pid, parentPid]))
  const events: [number, string][] = [
    ...runs.map((run): [number, string] => [
      run.beganMs,
      `began in ${run.pid} of ${run.parentPid}, execution ${run.execution}`,
    ]),
    ...runs
      .filter(({ endedMs }) => endedMs !== undefined)
      .map((run): [number, string] => [run.endedMs ?? 0, `ended in ${run.pid}`]),
    ...strikes
      .filter(({ pids: hit, unit }) => unit === 'redis' || hit.some((pid) => pids.has(pid)))
      .map((strike): [number, string] => [strike.atMs, describeStrike(strike)]),
  ]
  const lines = events.sort(([a], [b]) => a - b).map(([at, text]) => `${((at - beganMs) / 1000).toFixed(3)} ${text}`)
  const end = [`in the end ${describePlace(place)}`, ...(misplaced === undefined ? [] : [misplaced])]
  return [`${job.ms} ms of work, enqueued on ${job.queue}`, ...lines, ...end]
}

function describeStrike({ n, kind, unit, pids, atMs, untilMs }: Strike): string {
  const lasts = untilMs > atMs ? ` for ${Math.round(untilMs - atMs)} ms` : ''
  return `strike ${n}: ${kind} of ${unit} (${pids.join(' ')})${lasts}`
}
