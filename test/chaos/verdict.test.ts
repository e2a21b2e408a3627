import t from 'tap'
import type { Strike } from '../../chaos/blame.js'
import { executionsOf, parseMark, type Execution, type Mark } from '../../chaos/marks.js'
import type { Place } from '../../chaos/places.js'
import { percentile, recoveries } from '../../chaos/recovery.js'
import { faultsOf, isBad, sumUp, tellStory, type JobStory } from '../../chaos/verdict.js'

// Supervisor 1 has the executors 10 and 11, supervisor 2 has 20; the lease is 2 s.

const job = { id: 'j', queue: 'q', ms: 10 }
const done: Place = {
  status: 'finished',
  queues: [],
  intermediates: [],
  claims: [],
  registries: ['finished q'],
  successes: 1,
}

function run(pid: number, beganMs: number, endedMs?: number): Execution {
  return { jobId: 'j', execution: `e${pid}`, pid, parentPid: Math.floor(pid / 10), beganMs, endedMs }
}

function strike(kind: Strike['kind'], pids: number[], atMs: number, untilMs = atMs): Strike {
  return { n: 1, kind, unit: 'daemon-1', pids, atMs, untilMs }
}

function tell(runs: Execution[], strikes: Strike[], place: Partial<Place> = {}): JobStory {
  return tellStory(job, runs, { ...done, ...place }, strikes, 2)
}

t.test('marks become executions, in order, open where the process died', async (t) => {
  const lines = ['begin j e1 t1 10 1 100.000', 'begin j e2 t2 20 2 300.000', 'end j e2 t2 20 2 310.500']
  const marks = lines.map(parseMark) as Mark[]
  t.same(executionsOf([...marks].reverse()).get('j'), [
    { jobId: 'j', execution: 'e1', pid: 10, parentPid: 1, beganMs: 100, endedMs: undefined },
    { jobId: 'j', execution: 'e2', pid: 20, parentPid: 2, beganMs: 300, endedMs: 310.5 },
  ])
  for (const text of ['', 'begin j e1 t1 10 1', 'start j e1 t1 10 1 100.000', 'begin j e1 t1 10 1 100.000 more'])
    t.equal(parseMark(text), undefined, JSON.stringify(text))
})

t.test('once, and nothing to complain about', async (t) => {
  const story = tell([run(10, 100, 110)], [strike('supervisor', [1], 5_000)])
  t.notOk(isBad(story))
  t.match(sumUp([story]), { jobs: 1, once: 1, more: 0, lost: 0, stuck: 0, failed: 0, reasons: {} })
  t.same(faultsOf(sumUp([story])), [])
})

t.test('twice, explained by what hit its process, its supervisor or its settlement', async (t) => {
  const explained: [string, Execution, Strike][] = [
    ['its executor', run(10, 100), strike('executor', [10], 105)],
    ['its supervisor', run(10, 100), strike('supervisor', [1], 105)],
    ['both', run(10, 100), strike('tree', [1, 10, 11], 105)],
    ['its supervisor right after its end', run(10, 100, 110), strike('supervisor', [1], 150)],
    ['a freeze past the lease', run(10, 100, 110), strike('freeze', [1], 90, 3_000)],
    ['Redis as it ended', run(10, 100, 110), strike('redis', [99], 105, 400)],
    ['a cut as it ended', run(10, 100, 110), strike('cut', [1], 111)],
  ]
  for (const [what, first, cause] of explained) {
    const story = tell([first, run(20, 4_000, 4_010)], [cause])
    t.notOk(isBad(story), what)
    t.same(sumUp([story]).reasons, { [cause.kind]: 1 }, what)
    t.equal(sumUp([story]).more, 1)
  }
})

t.test('twice, and nothing explains it', async (t) => {
  const unexplained: [string, Execution, Strike][] = [
    ['another executor was killed', run(10, 100), strike('executor', [11], 105)],
    ['another supervisor was killed', run(10, 100), strike('tree', [2, 20], 105)],
    ['the kill came long after its end', run(10, 100, 110), strike('supervisor', [1], 900)],
    ['the freeze was shorter than the lease', run(10, 100, 110), strike('freeze', [1], 90, 1_000)],
    ['only its executor was stopped', run(10, 100, 110), strike('freeze-executor', [10], 90, 3_000)],
  ]
  for (const [what, first, cause] of unexplained) {
    const story = tell([first, run(20, 4_000, 4_010)], [cause])
    t.ok(isBad(story), what)
    t.same(faultsOf(sumUp([story])), ['1 repeated for no reason'], what)
  }
})

t.test('a settlement may wait for as long as Redis is away', async (t) => {
  const outage = strike('freeze-redis', [99], 105, 1_000)
  const kill = { ...strike('supervisor', [1], 1_400), n: 2 }
  const story = tell([run(10, 100, 110), run(20, 4_000, 4_010)], [outage, kill])
  t.same(sumUp([story]).reasons, { supervisor: 1 })
})

t.test('twice at the same time is never right unless a lease ran out', async (t) => {
  const runs = [run(10, 100, 500), run(20, 300, 310)]
  t.same(faultsOf(sumUp([tell(runs, [strike('supervisor', [1], 200)])])), ['1 run twice at the same time'])
  t.same(faultsOf(sumUp([tell(runs, [strike('freeze', [1], 90, 3_000)])])), [])
})

t.test('fates by where Redis has the job', async (t) => {
  const ended = [run(10, 100, 110)]
  const fates: [string, JobStory][] = [
    ['lost', tell([], [], { status: undefined, registries: [] })],
    ['lost', tell([], [], { status: 'queued', registries: [] })],
    ['lost', tell([], [])],
    ['stuck', tell([], [], { status: 'queued', registries: [], queues: ['q'] })],
    ['stuck', tell([], [], { status: 'queued', registries: [], claims: ['s'] })],
    ['stuck', tell([], [], { status: 'queued', registries: [], intermediates: ['q'] })],
    ['stuck', tell([], [], { status: 'started', registries: ['started q'] })],
    ['failed', tell(ended, [], { status: 'failed', registries: ['failed q'] })],
    ['finished', tell(ended, [])],
  ]
  for (const [fate, story] of fates) {
    t.equal(story.fate, fate)
    t.equal(isBad(story), fate !== 'finished')
  }
})

t.test('a settled job is in one place only, and settled once', async (t) => {
  const ended = [run(10, 100, 110)]
  t.equal(tell(ended, [], { queues: ['q'] }).misplaced, 'also waits on q')
  t.equal(tell(ended, [], { claims: ['s'] }).misplaced, 'also claimed by s')
  t.equal(tell(ended, [], { registries: ['finished q', 'started q'] }).misplaced, 'also started q')
  t.equal(tell(ended, [], { registries: [] }).misplaced, 'missing in finished')
  t.same(faultsOf(sumUp([tell(ended, [], { successes: 2 })])), ['1 done again after they were settled'])
})

t.test('recovery is measured from the strike to the next beginning', async (t) => {
  const kill = strike('supervisor', [1], 105)
  const back = tell([run(10, 100), run(20, 705, 710)], [kill])
  const gone = tell([run(11, 100)], [kill], { status: 'started', registries: ['started q'] })
  const shot = { ...strike('executor', [10], 9_000), n: 2, readyMs: 80 }
  t.match(recoveries([kill, shot], [back, gone], { leaseSec: 2, queues: ['q'] }), [
    { kind: 'executor', strikes: 1, interrupted: 0, measured: 'executor ready', samples: 1, p50Ms: 80, never: 0 },
    { kind: 'supervisor', strikes: 1, interrupted: 2, measured: 'job again', samples: 1, p99Ms: 600, never: 1 },
  ])
})

t.test('neither a second strike nor a better queue is held against recovery', async (t) => {
  const kill = strike('supervisor', [1], 105)
  const back = tell([run(10, 100), run(20, 705, 710)], [kill])
  const second = { ...strike('tree', [3], 300), n: 2 }
  const setting = { leaseSec: 2, queues: ['q'] }
  t.match(recoveries([kill, second], [back], setting)[0], { kind: 'supervisor', interrupted: 1, samples: 0, never: 0 })
  const better = { ...tell([run(20, 600, 610)], []), job: { id: 'b', queue: 'better', ms: 10 } }
  const two = { leaseSec: 2, queues: ['better', 'q'] }
  t.match(recoveries([kill], [back, better], two), [{ interrupted: 1, samples: 0, never: 0 }])
})

t.test('percentiles are samples', async (t) => {
  const samples = Array.from({ length: 200 }, (_, i) => i + 1)
  t.same(
    [50, 99, 100].map((percent) => percentile(samples, percent)),
    [100, 198, 200],
  )
  t.equal(percentile([7], 99), 7)
  t.equal(percentile([], 50), undefined)
})
