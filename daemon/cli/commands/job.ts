import type { Command } from 'commander'
import { coerceError, hasCode } from '../../../src/errors.js'
import type { JobDocument } from '../../data/job-document.js'
import type { Run } from '../context.js'
import { exitCodes } from '../exit-codes.js'
import { formatOption, templateOf } from '../format.js'
import { jobFields, renderJob } from '../job-layout.js'
import { printable } from '../output.js'

export function addJob(program: Command, run: Run): void {
  program
    .command('job')
    .summary('show everything about jobs')
    .description(
      'Show everything about jobs: the call with its arguments, times, limits, results, failures, what they wait for and ' +
        'where they are. --json prints an object for one id, a list for several. Exit code 1 if one does not exist.',
    )
    .argument('<job...>', 'ids of jobs')
    .option('--traceback', 'show tracebacks and output whole, of earlier runs too')
    .addOption(formatOption(jobFields))
    .action(
      run(async (context, command) => {
        const template = templateOf(context, command)
        const whole = command.opts<{ traceback?: true }>().traceback === true
        const ids = [...new Set(command.args)]
        const found: JobDocument[] = []
        const missing: string[] = []
        await context.withData(async (data) => {
          for (const id of ids) {
            try {
              found.push(await data.call('job', { id }))
            } catch (thrown) {
              if (!hasCode(thrown, 'RQD_NO_SUCH_JOB')) throw thrown
              missing.push(coerceError(thrown).message)
            }
          }
        })
        if (template !== undefined) context.io.stdout.write(found.map(template).join(''))
        else if (found.length > 0 || context.json) {
          const [first] = found
          context.answer(ids.length === 1 && first !== undefined ? first : ids.length === 1 ? null : found, () =>
            found.map((document) => renderJob(document, context, whole)).join('\n'),
          )
        }
        for (const message of missing) context.remark(`rqctl: ${printable(message)}`)
        return missing.length === 0 ? exitCodes.ok : exitCodes.failed
      }),
    )
}
