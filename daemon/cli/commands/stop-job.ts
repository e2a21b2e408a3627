import type { Command } from 'commander'
import { RqdError, coerceError } from '../../../src/errors.js'
import type { Run } from '../context.js'
import { exitCodes } from '../exit-codes.js'
import { formatCount } from '../output.js'

interface Failure {
  readonly id: string
  readonly code: string | null
  readonly message: string
}

export function addStopJob(program: Command, run: Run): void {
  program
    .command('stop-job')
    .summary('end running jobs for good')
    .description(
      'End running jobs for good, whichever worker runs them, ours or Python RQ: the worker is told, and the job is ' +
        '"stopped", without a retry. Answers when the workers have been told. Exit code 1 if any could not be.',
    )
    .argument('<job...>', 'ids of running jobs')
    .action(
      run(async (context, command) => {
        const { Job } = await import('../../../src/job.js')
        const ids = [...new Set(command.args)]
        const told: string[] = []
        const failures: Failure[] = []
        await context.withRedis(async (connection, { prefix }) => {
          for (const id of ids) {
            try {
              await (await Job.fetch(id, { connection, prefix })).stop()
              told.push(id)
            } catch (thrown) {
              const error = coerceError(thrown)
              failures.push({ id, code: error instanceof RqdError ? error.code : null, message: error.message })
            }
          }
        })
        context.answer({ told, failures }, () => `Told the workers of ${formatCount(told.length, 'job')} to end it.\n`)
        for (const { message } of failures) context.remark(`rqctl: ${message}`)
        return failures.length === 0 ? exitCodes.ok : exitCodes.failed
      }),
    )
}
