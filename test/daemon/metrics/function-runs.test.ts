import t from 'tap'
import { FunctionRuns, MAX_FUNCTIONS, OTHER_FUNCTIONS } from '../../../daemon/metrics/function-runs.js'

const lines = (runs: FunctionRuns, part: string): string[] =>
  runs
    .text()
    .split('\n')
    .filter((line) => line.includes(part) && !line.startsWith('#'))

t.test('C11: runs are counted by function and outcome, and their durations add up from bucket to bucket', async (t) => {
  const runs = new FunctionRuns()
  for (const durationSec of [0.001, 0.005, 0.3, 5_000]) runs.ran('tasks.f', 'finished', durationSec)
  runs.ran('tasks.f', 'failed', 0.3)
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
  runs.ran('say("hi")\n\\', 'finished', 1)
  t.strictSame(lines(runs, 'runs_total'), ['rqd_job_runs_total{func="say(\\"hi\\")\\n\\\\",outcome="finished"} 1'])
  for (let i = 0; i < MAX_FUNCTIONS + 10; i++) runs.ran(`f${i}`, 'finished', 1)
  t.equal(lines(runs, 'runs_total').length, MAX_FUNCTIONS + 1)
  t.strictSame(
    lines(runs, OTHER_FUNCTIONS).filter((line) => line.includes('runs_total')),
    [`rqd_job_runs_total{func="${OTHER_FUNCTIONS}",outcome="finished"} 11`],
  )
})

t.test('C11: without a run the page is one that parsers take', async (t) => {
  t.match(new FunctionRuns().text(), /^# HELP rqd_job_runs_total .*\n# TYPE rqd_job_runs_total counter\n\n# HELP/)
})
