import { PassThrough } from 'node:stream'
import t from 'tap'
import { program } from '../../daemon/cli/rqd.js'
import { runProgram } from '../helpers/daemon.js'
import { pythonPath, withoutPythonRq } from '../helpers/python.js'

/** What `rq worker` 1.13 has and `rqd` has not; docs/configuration.md says so. */
const withoutCounterpart = ['--job-monitoring-interval', '--sentry-ca-certs', '--sentry-debug', '--worker-ttl']

t.test('W3: rqd has every other flag of rq worker, with its short form', { skip: withoutPythonRq }, async (t) => {
  const { code, stdout, stderr } = await runProgram(pythonPath, ['-m', 'rq.cli', 'worker', '--help'])
  t.equal(code, 0, stderr)
  const theirs = [...stdout.matchAll(/^ {2}(?:(-\w), )?(--[\w-]+)/gm)].map(([, short, long = '']) => ({ short, long }))
  t.ok(theirs.length > 20, stdout)
  const nowhere = new PassThrough()
  const { options } = program({ stdout: nowhere, stderr: nowhere, env: {} })
  const missing: string[] = []
  for (const { short, long } of theirs.filter(({ long }) => long !== '--help')) {
    const ours = options.find((option) => option.long === long.replaceAll('_', '-'))
    if (ours === undefined) missing.push(long)
    else if (short !== undefined) t.equal(ours.short, short, long)
  }
  t.strictSame(missing.sort(), withoutCounterpart)
})
