import t from 'tap'
import { FunctionRuns, MAX_FUNCTIONS, OTHER_FUNCTIONS } from '../../../daemon/metrics/function-runs.js'

const lines = (runs: FunctionRuns, part: string): string[] =>
  runs
    .text()
    .split('\n')
    .filter((line) => line.includes(part) && !line.startsWith('#'))

t.test('C11: runs are counted by function and outcome, and their durations add up from bucket to bucket', async (t) => {
  const runs = new FunctionRuns()
  for (const durationSec of [0.001, 0.005, 0.3, 5_000]) runs.ran(null, 'tasks.f', 'finished', durationSec)
  runs.ran(null, 'tasks.f', 'failed', 0.3)
  t.strictSame(lines(runs, 'runs_total'), [
    'rqd_job_runs_total{func="tasks.f",outcome="finished"} 4',
    'rqd_job_runs_total{func="tasks.f",outcome="failed"} 1',
  ])
  t.strictSame(
    lines(runs, '_bucket').map((line) => [/le="([^"]+)"/.exec(line)?.[1], Number(line.split(' ').at(-1))]),
    [
      ['0.005', 2],
      ['0.025', 2],
      ['0.1', 2],
      ['0.5', 4],
      ['1', 4],
      ['5', 4],
      ['30', 4],
      ['120', 4],
      ['600', 4],
      ['3600', 4],
      ['+Inf', 5],
    ],
  )
  t.strictSame(lines(runs, '_count'), ['rqd_job_duration_seconds_count{func="tasks.f"} 5'])
  t.match(lines(runs, '_sum'), [/^rqd_job_duration_seconds_sum\{func="tasks\.f"\} 5000\.606/])
})

t.test('C11: names are text, whatever they hold, and there are not more than a hundred of them', async (t) => {
  const runs = new FunctionRuns()
  runs.ran(null, 'say("hi")\n\\', 'finished', 1)
  t.strictSame(lines(runs, 'runs_total'), ['rqd_job_runs_total{func="say(\\"hi\\")\\n\\\\",outcome="finished"} 1'])
  for (let i = 0; i < MAX_FUNCTIONS + 10; i++) runs.ran(null, `f${i}`, 'finished', 1)
  t.equal(lines(runs, 'runs_total').length, MAX_FUNCTIONS + 1)
  t.strictSame(
    lines(runs, OTHER_FUNCTIONS).filter((line) => line.includes('runs_total')),
    [`rqd_job_runs_total{func="${OTHER_FUNCTIONS}",outcome="finished"} 11`],
  )
})

t.test('C11: without a run the page is one that parsers take', async (t) => {
  t.match(new FunctionRuns().text(), /^# HELP rqd_job_runs_total .*\n# TYPE rqd_job_runs_total counter\n\n# HELP/)
})

t.test('C11: functions are told apart by tenant, a hundred over all tenants', async (t) => {
  const runs = new FunctionRuns()
  const toldApart = (): string[] =>
    lines(runs, 'runs_total').flatMap((line) => (line.includes(OTHER_FUNCTIONS) ? [] : [line.split(' ')[0] ?? '']))
  for (const tenant of ['ann', 'bob']) runs.ran(tenant, 'f', 'finished', 1)
  t.strictSame(lines(runs, '_count'), [
    'rqd_job_duration_seconds_count{tenant="ann",func="f"} 1',
    'rqd_job_duration_seconds_count{tenant="bob",func="f"} 1',
  ])
  for (const tenant of ['ann', 'bob', 'cid', 'dan', 'eve', 'fay', 'gus', 'hal', 'ida', 'jon']) {
    for (let i = 0; i < 2 * MAX_FUNCTIONS; i++) runs.ran(tenant, `f${i}`, 'finished', 1)
  }
  t.ok(toldApart().length <= MAX_FUNCTIONS, String(toldApart().length))
  t.ok(toldApart().some((series) => series.includes('tenant="fay"')))
  const others = lines(runs, OTHER_FUNCTIONS).filter((line) => line.includes('runs_total'))
  t.equal(others.length, 10, 'what is not told apart still is by tenant')
})

t.test('C11: a tenant with ever new functions leaves names to the others', async (t) => {
  const runs = new FunctionRuns()
  for (let i = 0; i < 1_000; i++) runs.ran('ann', `f${i}`, 'finished', 1)
  for (let i = 0; i < 20; i++) runs.ran('bob', `f${i}`, 'finished', 1)
  t.equal(lines(runs, 'tenant="bob"').filter((line) => line.includes('runs_total')).length, 20)
  t.notMatch(lines(runs, 'tenant="bob"').join('\n'), OTHER_FUNCTIONS)
})
